"""Speed: how it is measured, and that pages state what `benchmarks/ratios.json` says and nothing else."""

from __future__ import annotations

import json
import re
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import ratios
from tests.each import each

ROOT = Path(__file__).parents[1]
RECORD: dict[str, Any] = json.loads(ratios.FILE.read_text("utf-8"))
FAMILIES = ("reference", "cold", "warm", "points")

# Times of this program next to those of another, from a table of the run that measured both; and the history of faults.
OTHERS = {
    "docs/accuracy.md", "docs/reliability.md", "benchmarks/accuracy/README.md", "benchmarks/peers/README.md",
}  # fmt: skip
PAGES = sorted(
    {ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/**/*.md")}
    - {ROOT / "docs" / "scoreboard.md", ROOT / "docs" / "fairness.md"}
)
WRITTEN = re.compile(
    r"<!-- (?:numbers|table|output): .*?-->.*?<!-- end -->|<!-- begin: .*?<!-- end: .*?-->"
    r"|<!-- value: .*?<!-- /value -->|```.*?```",
    re.DOTALL,
)
"""What commands write, and code."""
ABOUT_SPEED = re.compile(
    r"processor time|wall[- ]clock|by the clock|bare imports|points/s|points (?:a|per) second|us (?:a|per) point"
    r"|on (?:one|two) cores?|one by one|cold start|MiB a (?:process|worker)"
)
FIGURE = re.compile(
    r"\b\d[\d.]*(?: x 10\^\d)? ?(?:ms|us|s|seconds?|minutes?|hours?|MiB|GB/s|times|x|points(?:/s| a second))\b"
    r"|\b(?:two|three|four|five|ten|some) (?:seconds|minutes|times as fast)\b"
)


def speeds_in(text: str) -> list[str]:
    """Sentences with a figure about the speed of this program."""
    plain = " ".join(WRITTEN.sub("", text).split())
    sentences = re.split(r"(?<=[.;:])\s+(?=[A-Z*`|])|\|", plain)
    about = [one for one in sentences if ABOUT_SPEED.search(one) and "run the tests" not in one]
    return [one for one in about if FIGURE.search(one)]


def test_pages_state_no_other_speed() -> None:
    stated = {
        name: found
        for page in PAGES
        if (name := page.relative_to(ROOT).as_posix()) not in OTHERS
        and (found := speeds_in(page.read_text("utf-8")))
    }
    assert not stated, "take these from benchmarks/ratios.json, as CONTRIBUTING.md says"


@each(
    "sentence, stated",
    [
        ("A list takes 2.6 us a point.", True), ("It takes 44 s by the clock.", True),
        ("The cold ratio is 2.5 times the bare imports.", True), ("A contest takes two minutes on two cores.", True),
        ("A list takes <!-- value: list_mlp -->10 us<!-- /value --> a point.", False),
        ("The chip takes 1.6 ms. Its processor time was measured.", False), ("The sum takes 3 ms on the chip.", False),
        ("```\n10 s of processor time\n```", False),
    ],
)  # fmt: skip
def test_what_counts_as_a_speed(sentence: str, stated: bool) -> None:
    assert bool(speeds_in(sentence)) == stated


def test_pages_show_the_record() -> None:
    tables = runpy.run_path(str(ROOT / "docs" / "tools" / "result_tables.py"))
    page = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    assert "\n".join(tables["speeds"](*FAMILIES)) in page, "python docs/generate.py"
    recorded = {name.removesuffix(tables["WITHOUT_PLANS"]) for family in FAMILIES for name in RECORD[family]}
    assert set(tables["SPEEDS"]) == recorded
    measured = {name.removesuffix(tables["WITHOUT_PLANS"]) for _, name, _, _ in ratios.jobs()}
    assert set(tables["SPEEDS"]) == measured


def test_the_record_says_what_it_is_of() -> None:
    assert re.fullmatch(r"[0-9a-f]{7,}\+?", RECORD["commit"])
    assert RECORD["features"]
    assert all(RECORD[key] for key in ("date", "python", "numpy", "processor"))
    reference = {name: one["time_s"] for name, one in RECORD["reference"].items()}
    of = {"cold": "bare_imports", "warm": "mix_of_short_arrays", "points": "mix_a_number"}
    for family, name in of.items():
        for one in RECORD[family].values():
            assert one["ratio"] == pytest.approx(one["time_s"] / reference[name], rel=2e-3)


def test_the_mix_is_as_stated() -> None:
    shares = Counter({operation.__name__: count for operation, count in ratios.SHARES.items()})
    assert shares.total() == 1000
    assert shares["multiply"] + shares["add"] == 600
    assert shares["divide"] == 150
    assert shares["greater"] + shares["where"] == 200
    assert shares["exp"] + shares["log"] == 50
    ratios.mix(3)()


def test_a_rise_by_a_quarter_fails() -> None:
    before = {"list": 4.0, "warm": 4.0, "gone": 1.0}
    assert ratios.risen(before, {"list": 4.9, "warm": 5.1, "new": 1.0}) == ["warm", "gone", "new"]
