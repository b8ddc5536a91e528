"""The gallery shows what its commands make."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

import neuroest
from neuroest.cli import VERBS
from neuroest.exploration.breakeven import breakeven
from tests.each import each

ROOT = Path(__file__).parents[1]
GALLERY = runpy.run_path(str(ROOT / "docs" / "tools" / "gallery.py"))
EXHIBITS = {one.name: one for one in GALLERY["EXHIBITS"]}
FIGURES = ROOT / "docs" / "figures" / "gallery"


def test_the_page_is_up_to_date() -> None:
    assert GALLERY["PAGE"].read_text(encoding="utf-8") == GALLERY["page"](), (
        "run: python docs/tools/gallery.py"
    )


def test_the_column_of_the_site_holds_every_line_of_code() -> None:
    code = re.findall(r"^```\w+\n(.*?)^```$", GALLERY["page"](), re.MULTILINE | re.DOTALL)
    assert code
    assert [line for text in code for line in text.splitlines() if len(line) > 80] == []


def test_every_figure_is_there_small_and_no_other() -> None:
    found = {path.stem: path for path in FIGURES.iterdir()}
    assert set(found) == {*EXHIBITS, "page"}
    assert all(path.stat().st_size < 300_000 for path in found.values())


@each("name", EXHIBITS)
def test_commands_and_python_name_what_exists(name: str) -> None:
    one = EXHIBITS[name]
    if one.command:
        program, verb, *words = shlex.split(one.command)
        assert program == "neuroest"
        assert verb in VERBS
        assert f"{name}.svg" in words
    else:
        called = re.findall(r"neuroest\.(\w+)", one.python)
        assert called
        assert all(word in neuroest.__all__ for word in called)
        assert f"{name}.svg" in one.python


def test_a_figure_of_the_gallery_is_what_its_python_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words of the picture that is shown, redrawn: names and numbers move with the models."""
    monkeypatch.chdir(tmp_path)
    exec(f"import neuroest\n{EXHIBITS['ratios'].python}", {})
    drawn, shown = ((folder / "ratios.svg").read_text("utf-8") for folder in (tmp_path, FIGURES))
    words = re.compile(r"<text[^>]*>([^<]+)</text>")
    assert {w for w in words.findall(shown) if not w[0].isdigit()} == {
        w for w in words.findall(drawn) if not w[0].isdigit()
    }


@pytest.mark.slow
def test_every_point_of_the_picture_on_the_front_page_passes_its_checks() -> None:
    front = re.findall(r"figures/gallery/(\w+)\.svg", (ROOT / "docs" / "index.md").read_text("utf-8"))[0]
    _, verb, chip, *others = shlex.split(EXHIBITS[front].command)
    network, along = (others[others.index(option) + 1] for option in ("-w", "--along"))
    assert verb == "breakeven"
    found = breakeven(chip, others[: others.index("-w")], network, along)
    assert not [check for curve in found.curves for check in curve.failed if check]
