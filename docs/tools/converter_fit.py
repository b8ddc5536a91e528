"""Fit whole converters to published ones, and leave each out in turn.

::

    python docs/tools/converter_fit.py

Reads validation/converters/whole_converters.csv and prints what the devices `*_macro` of device_specs/converters state.
How it was chosen, before any chip of `validation/` was estimated with it:

- Converters of 4 to 10 bit with one channel at Nyquist rate whose source states the resolution; no cryogenic ones.
- Energy is brought to 0.9 V by the square of the supply. It scales with `b + r 2^b` for successive approximation and
  with `2^b` for the others. Area scales with `b + r 2^b` for successive approximation, with `2^b` for flash, and with
  `b` where a counter does the rest.
- Both go with a power of the node. That of the energy is fitted over the two kinds with five or more converters, each
  with a level of its own; the other kinds take the median of theirs. That of the area is set: test chips alone give
  1.7, as their pads, decoupling and calibration shrink with the rest, and the few macros give 0.2; in between is 1.
- Successive approximation has a level for macros, where many are side by side, and one for converters by themselves.
  The device takes that of macros; its upper end reaches the other. Of the other kinds there are too few of either: they
  have one level, in which energies and areas of converters by themselves are divided by what successive approximation
  takes more. A converter by itself has its own reference, clock and input network for full speed, whatever its kind.
- Below 20 nm the survey has converters of up to 10 bit as the lanes of time-interleaved ones only. One lane of each
  that states their number counts, at 16 nm to 4 nm. Lanes run at 1 GS/s and their energy contains the input buffer, so
  they take no part in levels and steps. The power of the energy below 28 nm is that of a fit with them, in which they
  have a level of their own.
- The area of a flash converter of a macro is that of its comparators, which are designed for a few bits at tens of
  megahertz. It is a level by itself; the one of converters by themselves, which run at gigahertz, is its upper end.
- A row is a converter without the front end that holds its column. Two macros of resistive memory whose papers state
  converter and clamp as one share are therefore left out (docs/models/converters.md).
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TABLE = Path(__file__).parents[2] / "validation" / "converters" / "whole_converters.csv"
NODE = 28.0
SUPPLY = 0.9
AREA_EXPONENT = 1.0
FITTED = ("flash", "sar")
SHARES = np.concatenate([[0.0], np.geomspace(1e-4, 1.0, 81)])


@dataclass(frozen=True)
class Anchor:
    """One published converter."""

    name: str
    kind: str
    setting: str
    """`macro`, `single`, or `lane` of an interleaved one."""
    node: float
    bits: float
    value: float
    """Energy in pJ at the supply of the fit, or area in um2."""
    quantity: str

    @property
    def level(self) -> str:
        """What it shares its level with."""
        if self.kind == "sar":
            return {"macro": "sar macro", "single": "sar by itself", "lane": "sar lane"}[self.setting]
        return "flash macro" if (self.kind, self.setting) == ("flash", "macro") else self.kind


@dataclass(frozen=True)
class Fit:
    """Energy or area of every kind at 28 nm, and how it scales with the node."""

    exponent: float
    exponent_error: float
    below: float
    """Power of the node below 28 nm."""
    step_share: float
    levels: dict[str, float]
    spread: float

    def value(self, point: Anchor) -> float:
        """Energy or area of such a converter."""
        level = self.levels[point.level] * node_factor(point.node, self.exponent, self.below)
        return level * shape(point, self.step_share)


def node_factor(node: float, exponent: float, below: float) -> float:
    """Energy or area at a node over that at 28 nm."""
    return float((node / NODE) ** (exponent if node >= NODE else below))


def shape(point: Anchor, step_share: float) -> float:
    """How energy or area of a kind scales with its bits."""
    if point.kind == "sar":
        return point.bits + step_share * 2.0**point.bits
    return point.bits if point.quantity == "area" and point.kind != "flash" else 2.0**point.bits


def anchors(quantity: str, *, lanes: bool = False) -> list[Anchor]:
    """Converters whose `energy` or `area` is known, with or without the lanes of interleaved ones."""
    found = []
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = row["energy_pJ" if quantity == "energy" else "area_um2"]
            if text and (lanes or row["setting"] != "lane"):
                over = (float(row["supply_V"]) / SUPPLY) ** 2 if quantity == "energy" else 1.0
                found.append(
                    Anchor(
                        row["name"], row["kind"], row["setting"], float(row["node_nm"]), float(row["bits"]),
                        float(text) / over, quantity,
                    )
                )  # fmt: skip
    return found


def _solved(
    points: list[Anchor], share: float, exponent: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    groups = sorted({p.level for p in points})
    nodes = np.array([math.log(p.node / NODE) for p in points])
    matrix = np.array([[float(p.level == group) for group in groups] for p in points])
    given = np.array([math.log(p.value / shape(p, share)) for p in points])
    if exponent is None:
        matrix = np.column_stack([nodes, matrix])
    else:
        given = given - exponent * nodes
    found, *_ = np.linalg.lstsq(matrix, given, rcond=None)
    rest = given - matrix @ found
    variance = float(rest @ rest) / max(len(points) - matrix.shape[1], 1)
    errors = np.sqrt(np.diag(np.linalg.pinv(matrix.T @ matrix)) * variance)
    if exponent is not None:
        found, errors = np.array([exponent, *found]), np.array([0.0, *errors])
    return found, errors, math.sqrt(variance)


def fit(points: list[Anchor], exponent: float | None = None, below: float | None = None) -> Fit:
    """Least squares in the logarithm, with the share of the steps that leaves least; medians where there are few."""
    many = [p for p in points if p.kind in FITTED]
    share = float(min(SHARES, key=lambda given: _solved(many, float(given), exponent)[2]))
    found, errors, spread = _solved(many, share, exponent)
    levels = dict(zip(sorted({p.level for p in many}), map(math.exp, found[1:]), strict=True))
    below = float(found[0]) if below is None else below
    for kind in sorted({p.kind for p in points} - set(FITTED)):
        some = [
            p.value / shape(p, share) / node_factor(p.node, found[0], below) for p in points if p.kind == kind
        ]
        levels[kind] = math.exp(float(np.median(np.log(some))))
    return Fit(float(found[0]), float(errors[0]), below, share, levels, spread)


def as_in_macros(points: list[Anchor], exponent: float | None) -> list[Anchor]:
    """The same with other kinds by themselves divided by what successive approximation takes more by itself."""
    sar = fit([p for p in points if p.kind == "sar"], exponent)
    more = sar.levels["sar by itself"] / sar.levels["sar macro"]
    return [
        replace(p, value=p.value / more) if p.kind != "sar" and p.setting == "single" else p for p in points
    ]


def left_out(points: list[Anchor], exponent: float | None, below: float | None) -> dict[str, float]:
    """Fitted over published value of each converter that the others say something of."""
    found = {}
    for point in points:
        others = [p for p in points if p is not point]
        if point.level in {p.level for p in others}:
            found[point.name] = fit(others, exponent, below).value(point) / point.value
    return found


def fitted(quantity: str) -> tuple[list[Anchor], Fit, dict[str, float]]:
    """Converters as in macros, their fit, and what it says of each from the others."""
    exponent, below = (AREA_EXPONENT,) * 2 if quantity == "area" else (None, with_lanes(quantity).exponent)
    points = as_in_macros(anchors(quantity), exponent)
    return points, fit(points, exponent, below), left_out(points, exponent, below)


def with_lanes(quantity: str) -> Fit:
    """Fit with the lanes of interleaved converters: its power of the node is that below 28 nm."""
    return fit(as_in_macros(anchors(quantity, lanes=True), None))


def lines(quantity: str, unit: str) -> Iterator[str]:
    """What a fit says."""
    points, made, ratios = fitted(quantity)
    yield f"{quantity}, {unit}, at 28 nm; power of the node {made.exponent:.2f} +- {made.exponent_error:.2f}"
    below = with_lanes(quantity)
    yield f"  with lanes of 16 nm to 4 nm: power of the node {below.exponent:.2f} +- {below.exponent_error:.2f}"
    for name, level in made.levels.items():
        share = f"(b + {made.step_share:.4g} 2^b)" if name.startswith("sar") else ""
        yield f"  {name:16} {level:8.4g} {share}"
    for group in ("sar macro", "all"):
        some = [
            abs(math.log(ratios[p.name])) for p in points if group in (p.level, "all") and p.name in ratios
        ]
        yield (
            f"  left out, {group}: {len(some)} converters, median off by x{math.exp(np.median(some)):.2f}, "
            f"80 % within x{math.exp(np.quantile(some, 0.8)):.2f}"
        )
    for name, ratio in ratios.items():
        yield f"    {name:18} {ratio:6.2f}"


if __name__ == "__main__":
    for given in (("energy", "pJ at 0.9 V"), ("area", "um2")):
        sys.stdout.write("\n".join(lines(*given)) + "\n")
