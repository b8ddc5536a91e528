"""Tables of ``docs/paper_claims.md``, from the record that ``neuroest reproduce zhao_2025 --record FILE`` writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import neuroest
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_device
from neuroest.validation.board import number, recorded
from neuroest.validation.case_spec import Published
from neuroest.validation.cases import Case, load_case
from neuroest.validation.scoring import Row

CASE = "zhao_2025"
NEURON = "chip.tile.array.readout.neuron"
WORKING = "diffusive_28nm_capacitor"
IN_TURN = 5
"""Neurons that take turns at an output of the memristor chip that the pages compare."""
NETWORK = "mlp_mnist_spiking"
TRANSISTORS_OF_A_GATE = 4
"""Of a NAND gate with two inputs."""


@cache
def _case() -> Case:
    return load_case(CASE)


def _rows() -> Iterator[tuple[int, Published, Row]]:
    """Index of the group, claim and score of each value."""
    case = _case()
    for row in recorded(data_folder("validation_case") / CASE / "record.json").rows:
        yield case.groups[row.quantity], case.published[row.quantity], row


def claims(*groups: int) -> list[str]:
    """Claims of some groups of the case, with what we find."""
    lines = [
        "| claim | published | we find (p10 to p90) | ratio | outcome |",
        "|---|---|---|---|---|",
    ]
    before = ""
    for group, stated, row in _rows():
        if group not in groups:
            continue
        why = "for the same cause" if row.cause == before else row.cause
        before = row.cause
        cells = (
            stated.claim or row.quantity, _shown(row.published, row.unit), _found(row),
            number(float(f"{row.ratio:.3g}")),
            "as claimed" if row.verdict == "within" else f"**missed**: {why}",
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _found(row: Row) -> str:
    low, high = (number(float(f"{end:.3g}")) for end in (row.low, row.high))
    return _shown(row.predicted, row.unit) + (f" ({low} to {high})" if row.banded else "")


def _shown(value: float, unit: str) -> str:
    return f"{number(float(f'{value:.3g}'))} {unit}".rstrip()


def summary() -> list[str]:
    """How many claims hold."""
    rows = [row for _, _, row in _rows()]
    held = sum(row.verdict == "within" for row in rows)
    seen = sum(stated.status == "read" for _, stated, _ in _rows())
    return [
        f"Of {len(rows)} claims with a number, {held} are found as claimed and {len(rows) - held} are missed, each",
        f"with its cause. {seen} were read in press texts; the others in a text that quotes the paper.",
    ]


def areas() -> list[str]:
    """From one transistor to an output of a chip, in square micrometres at the stated inputs."""
    gate = load_device("cmos_28nm_lp").claims["gate_area"].value
    rows: list[tuple[str, float]] = [
        ("a transistor of a logic gate (a quarter of a NAND)", gate / TRANSISTORS_OF_A_GATE),
        ("a transistor of 1 um, memristor and resistor stacked on it", _area("diffusive_28nm_derived", "footprint")),
        ("with a capacitor of 20 fF next to it", _area(WORKING, "footprint", "capacitor")),
        ("with the circuits that restore its spike and make its input voltage", _area(WORKING)),
        ("an output: five such neurons in turn", IN_TURN * _area(WORKING)),
        ("the same, with all but the circuits in a tier of their own: in the logic",
         IN_TURN * _area(WORKING, "circuits")),
        ("and in that tier", IN_TURN * _area(WORKING, "footprint", "capacitor")),
        ("a CMOS neuron (published)", _area("analog_lif_28nm", "footprint")),
        ("with its level shifter", _area("analog_lif_28nm")),
    ]  # fmt: skip
    return [
        "| 28 nm, nominal | area |", "|---|---|", *(f"| {name} | {number(1e12 * area)} um^2 |" for name, area in rows)
    ]  # fmt: skip


@cache
def _area(chip: str, *terms: str) -> float:
    """Area of a neuron, of all its terms or of these, in square metres."""
    found = neuroest.estimate(chip, NETWORK).evaluation
    rows = (row for row in found.areas if row.component == NEURON and (not terms or row.term in terms))
    return sum(float(row.total[0]) for row in rows) / float(found.mapped.instances[NEURON][0])


TABLES: dict[str, Sequence[int]] = {
    "paper_characteristics": (0,),
    "paper_energies": (1, 2),
    "paper_areas": (3,),
}
"""Groups of the case by the name of their table."""
