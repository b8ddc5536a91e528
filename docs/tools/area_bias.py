"""Area of what descriptions of digital chips do not list, from published chips, each also without its own.

Run it as ``python docs/tools/area_bias.py``; the pair is in
`device_specs/integration/overheads_generic.yaml` (`control_area_fraction`, `macro_control_area_fraction`). The pair of
fractions, of the clocked logic and of the macros of memories, is the one with the smallest sum over the chips of the
absolute logarithm of the nominal area over the published one. Model errors have a mean of one, so that the nominal area
is the mean.
"""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from neuroest.core import units as u
from neuroest.loading.library import load_device
from neuroest.validation.cases import load_case, run_case, run_of

CHIPS = {
    "chen_2019": "area", "diannao": "area", "dynap_cnn": "area", "envision": "area", "eyeriss": "core_area",
    "loihi_knn": "die_area", "morphic": "area", "nvdla": "area_28nm_", "odin": "area", "reckon": "area",
    "seneca": "area", "tianjic": "area", "unpu": "area",
}  # fmt: skip
"""Chips with a `chip_overheads` block, and the value that is the area of all that is described."""
GRID = tuple(product(np.arange(0.0, 2.05, 0.1), np.arange(0.0, 0.61, 0.02)))
"""Fractions of the logic and of the macros that are tried."""


@dataclass(frozen=True)
class Area:
    """A published area and what of it a description has. [m^2].

    Attributes
    ----------
    published, dies, blocks, logic, macros : float
        The area, dies known as a whole, all other blocks, the clocked logic among them, and macros.
    block_share, macro_share : float
        Shares of their part of the die that blocks and macros fill.
    """

    chip: str
    published: float
    dies: float
    blocks: float
    logic: float
    macros: float
    block_share: float
    macro_share: float

    def ratio(self, of_logic: float, of_macros: float) -> float:
        """The area by the equations over the published one."""
        control = of_logic * self.logic + of_macros * self.macros
        blocks = (self.blocks + control) / self.block_share
        return (self.dies + blocks + self.macros / self.macro_share) / self.published

    def fraction_of_logic(self, of_macros: float) -> float:
        """Fraction of the logic with which it is the published area."""
        return (self._room() - of_macros * self.macros) / self.logic

    def fraction_of_macros(self, of_logic: float) -> float:
        """Fraction of the macros with which it is the published area."""
        return (self._room() - of_logic * self.logic) / self.macros

    def _room(self) -> float:
        placed = self.dies + self.macros / self.macro_share
        return (self.published - placed) * self.block_share - self.blocks


def areas() -> Iterator[Area]:
    """Published areas of all chips and what their descriptions list."""
    for name, wanted in CHIPS.items():
        case = load_case(name)
        result = run_case(case)
        for key, stated in case.published.items():
            if key != wanted and not (wanted.endswith("_") and key.startswith(wanted)):
                continue
            e = result.estimates[run_of(case.spec, stated)].evaluation
            listed = [row for row in e.areas if row.component != e.costs.overheads]
            placed = {(a.component, a.term) for a in e.costs.areas if a.placed}
            dies = _sum(row.total for row in listed if (row.component, row.term) in placed)
            macros = _sum(row.total for row in listed if row.component in e.costs.macros)
            clocked = e.costs.synchronous - e.costs.macros
            yield Area(
                name, stated.value * u.parse_unit(stated.unit)[0], dies,
                _sum(row.total for row in listed) - dies - macros,
                _sum(row.total for row in listed if row.component in clocked), macros,
                float(np.max(np.asarray(e.costs.around.floorplan_utilisation))),
                float(np.max(np.asarray(e.costs.around.macro_utilisation))),
            )  # fmt: skip


def _sum(totals: Iterable[u.Numeric]) -> float:
    return sum(float(np.sum(each)) for each in totals)


def by_chip(found: Iterable[Area], of_logic: float, of_macros: float) -> dict[str, float]:
    """Ratio of each chip; of one with several sizes, the median."""
    ratios: dict[str, list[float]] = {}
    for area in found:
        ratios.setdefault(area.chip, []).append(area.ratio(of_logic, of_macros))
    return {chip: statistics.median(values) for chip, values in ratios.items()}


def fitted(found: Iterable[Area]) -> tuple[float, float]:
    """The pair of fractions with the smallest sum of the absolute logarithms of the ratios."""
    all_of_them = list(found)
    of_logic, of_macros = min(GRID, key=lambda pair: error(all_of_them, *pair))
    return round(float(of_logic), 2), round(float(of_macros), 2)


def shipped() -> tuple[float, float]:
    """The fractions that ship."""
    claims = load_device("overheads_generic").claims
    return claims["control_area_fraction"].value, claims["macro_control_area_fraction"].value


def error(found: Iterable[Area], of_logic: float, of_macros: float) -> float:
    """Sum of the absolute logarithms of the ratios."""
    return sum(abs(math.log(ratio)) for ratio in by_chip(found, of_logic, of_macros).values())


def main() -> None:
    """Print the table with the fractions that ship, and those with the smallest sum."""
    found, pair = list(areas()), shipped()
    lines = [
        "| chip | area, predicted over published | fractions of the others | with those |",
        "|---|---|---|---|",
    ]
    for chip, ratio in by_chip(found, *pair).items():
        others = fitted(area for area in found if area.chip != chip)
        left_out = by_chip(found, *others)[chip]
        lines.append(f"| {chip} | {ratio:.2f} | {others[0]:.1f}, {others[1]:.2f} | {left_out:.2f} |")
    best = fitted(found)
    for name, (of_logic, of_macros) in (("shipped", pair), ("smallest sum", best)):
        lines.append(f"{name}: {of_logic:.1f}, {of_macros:.2f}, sum {error(found, of_logic, of_macros):.3f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
