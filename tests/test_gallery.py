"""The gallery shows what its commands make."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import gallery
import pytest

import neuroest
from neuroest.cli import VERBS
from neuroest.exploration.breakeven import breakeven
from tests.each import each

ROOT = Path(__file__).parents[1]
EXHIBITS = {one.name: one for one in gallery.EXHIBITS}
FIGURES = ROOT / "docs" / "figures" / "gallery"


def test_the_page_is_up_to_date() -> None:
    assert gallery.PAGE.read_text(encoding="utf-8") == gallery.page(), "run: python docs/tools/gallery.py"


def test_the_column_of_the_site_holds_every_line_of_code() -> None:
    code = re.findall(r"^```\w+\n(.*?)^```$", gallery.page(), re.MULTILINE | re.DOTALL)
    assert code
    assert [line for text in code for line in text.splitlines() if len(line) > 80] == []


def test_figures_of_the_front_page_are_files_and_no_other() -> None:
    found = {path.stem: path for path in FIGURES.iterdir()}
    assert set(found) == {*gallery.FRONT, "page"}
    assert all(path.stat().st_size < 300_000 for path in found.values())
    front = "".join((ROOT / page).read_text("utf-8") for page in ("README.md", "docs/index.md"))
    assert set(re.findall(r"figures/gallery/(\w+)\.svg", front)) == gallery.FRONT


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


def test_the_figure_of_the_front_page_is_what_its_command_draws(tmp_path: Path) -> None:
    """Words of the picture that is shown, redrawn: names and numbers move with the models."""
    (name,) = gallery.FRONT
    gallery.draw(EXHIBITS[name], tmp_path)
    drawn, shown = ((folder / f"{name}.svg").read_text("utf-8") for folder in (tmp_path, FIGURES))
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
