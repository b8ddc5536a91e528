"""The tutorials do what they show: each page's commands and Python run in one folder, its output is compared."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from neuroest.cli import main

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
PAGES = sorted(path for path in (ROOT / "docs" / "tutorials").glob("*.md") if path.stem != "index")
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")
BAR = re.compile(r"[▏▎▍▌▋▊▉█]")
TOLERANCE = 0.02


def agrees(formatted: str, printed: str) -> bool:
    """Whether a line has the same words, and numbers within the tolerance."""
    lines = [BAR.sub("", line) for line in (formatted, printed)]
    if len({" ".join(NUMBER.sub("#", line).split()) for line in lines}) != 1:
        return False
    pairs = zip(*(map(float, NUMBER.findall(line)) for line in lines), strict=True)
    return all(one == pytest.approx(other, rel=TOLERANCE) for one, other in pairs)


def missing(formatted: str, printed: str) -> str | None:
    """First shown line that does not come, in the shown order; lines without `...` between follow one another."""
    lines = printed.splitlines()
    position, gap = 0, False
    for line in formatted.splitlines():
        if line.strip() == "...":
            gap = True
            continue
        found = next((i for i in range(position, len(lines)) if agrees(line, lines[i])), None)
        if found is None or (found != position and not gap):
            return line
        position, gap = found + 1, False
    return None


def run_shell(text: str) -> str:
    printed = io.StringIO()
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line)
        assert words[0] == "neuroest", line
        noise = io.StringIO()
        with (
            contextlib.redirect_stdout(printed), contextlib.redirect_stderr(noise), pytest.raises(SystemExit) as stopped
        ):  # fmt: skip
            main(words[1:])
        assert not stopped.value.code, f"{line}\n{noise.getvalue()}"
    return printed.getvalue()


def run_python(text: str, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "tutorial", "exec"), names)
    return printed.getvalue()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_tutorial_does_what_it_shows(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("matplotlib").use("agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    page = path.read_text("utf-8")
    names: dict[str, Any] = {}
    printed, end = "", 0
    for block in FENCE.finditer(page):
        before, end = page[end : block.start()], block.end()
        match block["language"]:
            case "sh":
                printed = run_shell(block["text"])
            case "python":
                printed = run_python(block["text"], names)
            case "yaml":
                file = tmp_path / re.findall(r"as `([\w/]+\.yaml)`", before)[-1]
                file.parent.mkdir(exist_ok=True)
                file.write_text(block["text"], "utf-8")
            case "text":
                assert missing(block["text"], printed) is None, printed
            case other:
                pytest.fail(f"a tutorial has a block of {other or 'no language'}")


def test_every_tutorial_shows_commands_and_their_output() -> None:
    index = (ROOT / "docs" / "tutorials" / "index.md").read_text("utf-8")
    assert PAGES
    assert [path.name for path in PAGES if f"({path.name})" not in index] == []
    for path in PAGES:
        languages = {block["language"] for block in FENCE.finditer(path.read_text("utf-8"))}
        assert {"sh", "python", "text"} <= languages, path.stem


@pytest.mark.parametrize(
    ("formatted", "gone"),
    [("a 1.00 J\nb 2 J\n", None), ("a 1.01 J\n", None), ("a 1.03 J\n", "a 1.03 J"), ("...\nb 2 J\n", None),
     ("b 2 J\n", "b 2 J"), ("a 1 mJ\n", "a 1 mJ"), ("b 2 J\na 1 J\n", "b 2 J")],
)  # fmt: skip
def test_comparison_of_output_sees_what_is_different(formatted: str, gone: str | None) -> None:
    assert missing(formatted, "a 1.00 J\nb 2 J\n") == gone
