"""How much of the errors of first descriptions any correction by numbers that texts state could take away.

::

    python docs/tools/stated_numbers.py

Energies of first descriptions with the models of today (``validation/first_descriptions.json``), one value for each
chip: the median of its logarithms. A correction is a power of each stated number, by least squares in logarithms over
all other chips, so that each chip is left out in turn. Nothing is corrected by it: the ratios are known, and the table
in docs/calibration.md only says how much is left at best.
"""

from __future__ import annotations

import math
import statistics
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, combinations
from pathlib import Path

import numpy as np
from description_factors import SHIPPED_EXPONENT, read_described

from neuroest.design.build import build
from neuroest.loading.library import find_file, load_architecture
from neuroest.validation.cases import load_case

ENDS: Mapping[str, tuple[str, ...]] = {
    "node": ("technology.process.feature_size",),
    "supply": ("technology.supply_voltage",),
    "rows of a read": (".schedule.rows_at_once", ".array.rows"),
    "bits of a converter": (".converter.bits",),
}
"""Ends of the paths of a stated number; the first that a chip has counts."""
OF_LOGIC = ("node", "supply")
"""Numbers that chips without columns state."""


def stated(chip: str) -> dict[str, float]:
    """Numbers that the description of a case states."""
    case = load_case(chip)
    architecture = next(iter(case.spec.runs.values())).architecture
    claims = build(load_architecture(find_file("architecture", architecture, case.folder / "case"))).claims
    numbers = {}
    for name, ends in ENDS.items():
        paths = (path for end in ends for path in claims if path.endswith(end))
        if path := next(paths, None):
            numbers[name] = claims[path].value
    return numbers


def left_out(errors: Sequence[float], numbers: Sequence[Sequence[float]]) -> float:
    """Median factor that is left of errors, each corrected by a law of the others.

    Parameters
    ----------
    errors : sequence of float
        ln(estimate / published) of each chip.
    numbers : sequence of sequence of float
        Logarithms of the stated numbers of each chip; none for a correction by one factor.

    Examples
    --------
    Errors that are a power of a number leave nothing, and equal errors nothing after one factor.

    >>> round(left_out([0.0, 1.0, 2.0, 3.0], [[1.0], [2.0], [3.0], [4.0]]), 6)
    1.0
    >>> round(left_out([0.5, 0.5, 0.5], [[], [], []]), 6)
    1.0
    """
    terms = np.column_stack([np.ones(len(errors)), np.array(numbers).reshape(len(errors), -1)])
    values = np.array(errors)
    rest = []
    for one in range(len(errors)):
        others = np.arange(len(errors)) != one
        law = np.linalg.lstsq(terms[others], values[others], rcond=None)[0]
        rest.append(abs(values[one] - terms[one] @ law))
    return math.exp(statistics.median(rest))


def main() -> None:
    """Print the median factors of each family, as estimated and after each correction."""
    errors: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for value in read_described():
        if value.cost == "energy":
            errors[value.family][value.chip].append(value.bands[SHIPPED_EXPONENT][0])
    for family, of_chips in errors.items():
        names = tuple(ENDS) if family == "analog" else OF_LOGIC
        numbers = {chip: stated(chip) for chip in of_chips}
        chips = [chip for chip in of_chips if numbers[chip].keys() >= {*names}]
        medians = [statistics.median(of_chips[chip]) for chip in chips]
        as_estimated = math.exp(statistics.median(map(abs, medians)))
        sys.stdout.write(f"{family}, {len(chips)} chips: as estimated {as_estimated:.2f}\n")
        for some in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
            law = [[math.log(numbers[chip][name]) for name in some] for chip in chips]
            sys.stdout.write(f"  {left_out(medians, law):.2f}  {', '.join(some) or 'one factor'}\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
