"""Maps of the contest of the claim: `fairness_page.py` writes their cells to a file, from which the site draws them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from neuroest.plotting.studies import map_figure
from neuroest.results.estimate import Band
from neuroest.results.studies import Cell, Contest, RegimeAxis

MAPS = Path(__file__).parents[2] / "benchmarks" / "fairness_maps.json"
"""Axes and cells of each network's map, one cell a line."""
NETWORKS = ("mlp_mnist_spiking", "shd_recurrent_spiking", "keyword_spotting_spiking")
"""Networks of the comparison."""
LEADING = "diffusive_28nm"
"""The memristive contender that one would build, which has a map of its own."""
ON_THE_FRONT = "figures/contest_shd_recurrent_spiking.svg"
"""The map that the README shows, a file of the repository."""
PLACES = {
    f"figures/contest_{network}{'' if of is None else f'_{of}'}.svg": (network, of)
    for network in NETWORKS
    for of in (None, LEADING)
}
"""Network and contender of each map, by its place in the folder of the pages."""


def write(contests: Iterable[Contest]) -> None:
    """What the maps show of each contest."""
    maps = []
    for found in contests:
        lines = ",\n".join(json.dumps(_kept(cell)) for cell in found.cells)
        head = {
            "title": found.network, "objective": found.objective, "contenders": dict(found.titles),
            "axes": [asdict(axis) for axis in found.axes],
        }  # fmt: skip
        maps.append(f'"{found.workload}": {json.dumps(head)[:-1]}, "cells": [\n{lines}\n]}}')
    MAPS.write_text("{" + ",\n".join(maps) + "}\n", encoding="utf-8")


def _kept(cell: Cell) -> dict[str, Any]:
    """Winner and margin of a cell, and the leading contender's ratio or why it has none."""
    return {
        "x": cell.x, "y": cell.y, "verdict": cell.verdict, "winner": cell.winner, "margin": _ends(cell.margin),
        "ratio": _ends(cell.ratio.get(LEADING)), "outcome": cell.verdicts.get(LEADING),
        "reason": cell.reasons.get(LEADING),
    }  # fmt: skip


def _ends(band: Band | None) -> list[float] | None:
    return None if band is None else [float(f"{end:.9g}") for end in (band.low, band.median, band.high)]


def _band(ends: list[float] | None) -> Band | None:
    return None if ends is None else Band(*ends)


def draw(place: str, path: Path) -> None:
    """Draw the map of a place to a path."""
    network, of = PLACES[place]
    found = json.loads(MAPS.read_text(encoding="utf-8"))[network]
    x, y = (RegimeAxis(**{**axis, "values": tuple(axis["values"])}) for axis in found["axes"])
    cells = tuple(
        Cell(
            one["x"], one["y"], one["verdict"], one["winner"], "", _band(one["margin"]), "", {},
            {LEADING: Band(*one["ratio"])} if one["ratio"] else {},
            {LEADING: one["outcome"]} if one["outcome"] else {},
            {LEADING: one["reason"]} if one["reason"] else {},
        )
        for one in found["cells"]
    )  # fmt: skip
    contest = Contest(
        name="", workload=network, network=found["title"], objective=found["objective"], limits=(),
        titles=found["contenders"], axes=(x, y), cells=cells, lines=(), standings=(), points={}, chips=0, samples=0,
        seed=0, given="", relevance=0.0, bounds=(),
    )  # fmt: skip
    map_figure(contest, path, of)
