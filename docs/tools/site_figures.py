"""Figures that are no files of the repository: the site draws them when it is built."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import contest_maps
import gallery
import slow_state


def _of_gallery(one: gallery.Exhibit, path: Path) -> None:
    gallery.draw(one, path.parent)


FIGURES: Mapping[str, Callable[[Path], None]] = {
    **{
        f"figures/gallery/{one.name}.svg": partial(_of_gallery, one)
        for one in gallery.EXHIBITS
        if one.name not in gallery.FRONT
    },
    **{
        place: partial(contest_maps.draw, place)
        for place in contest_maps.PLACES
        if place != contest_maps.ON_THE_FRONT
    },
    "figures/slow_state.svg": slow_state.figure,
}
"""What writes each figure to a path, by its place in the folder of the pages."""


def drawn(place: str) -> bytes:
    """A figure as the bytes of its file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(place).name
        FIGURES[place](path)
        return path.read_bytes()
