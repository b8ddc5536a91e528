"""Tables of the page on the input path: links at two paces, what the choice moves, and front ends."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import neuroest
from neuroest.core.units import formatted
from neuroest.design.links import LinkChoice
from neuroest.loading.kinds import shipped
from neuroest.reporting.formatting import ratio_digits

CHIP, TWIN, NETWORK = "diffusive_low_power_28nm", "analog_lif_low_power_28nm", "shd_recurrent_spiking"
OPEN = {"chip.link.device": "auto", "chip.link.sleep": "auto"}
BOARD, PACKAGE = {"chip.link.distance": "5 cm"}, {"chip.link.distance": "2 mm"}
WORD = {"operation.mode": "always_on", "operation.period": "1.4 s"}


@cache
def _choice(chip: str, pace: tuple[tuple[str, str], ...]) -> LinkChoice:
    (choice,) = neuroest.estimate(chip, NETWORK, {**OPEN, **BOARD, **dict(pace)}).design.link_choices
    return choice


def links() -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Energy of an inference of the CMOS chip with each link of a board, back to back and in real time."""
    paces = [_choice(TWIN, pace) for pace in ((), tuple(WORD.items()))]
    rows = []
    for name in paces[0].devices:
        best = [_least(choice, name) for choice in paces]
        rows.append((f"`{name}`", *(cell for pair in best for cell in pair)))
    head = ["link"]
    for choice in paces:
        head += [f"energy at {formatted(choice.period, 's')} an inference", "its sleep"]
    return tuple(head), rows


def _least(choice: LinkChoice, name: str) -> tuple[str, str]:
    own = {sleep: energy for (device, sleep), energy in choice.energies.items() if device == name}
    if not own:
        return "slows the chip down", "-"
    sleep = min(own, key=lambda one: own[one])
    chosen = " (chosen)" if choice.device == name else ""
    return f"{formatted(own[sleep], 'J')}{chosen}", sleep.replace("_", " ")


def headlines() -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Ratio of the default pair by link, the same rule on both sides."""
    kinds: Mapping[str, dict[str, Any]] = {
        "as in the files": {},
        "chosen, 5 cm of board": {**OPEN, **BOARD},
        "chosen, 2 mm of package": {**OPEN, **PACKAGE},
    }
    rows = []
    for title, settings in kinds.items():
        both = neuroest.compare(CHIP, TWIN, NETWORK, settings)
        rows.append((title, *_ratios(both, contained=True)))
        if not settings:
            without = ("without the input path", *_ratios(both, contained=False))
    return ("link", "back to back", "equal pace", "burst", "streaming"), [*rows, without]


def _ratios(both: neuroest.Comparison, *, contained: bool) -> list[str]:
    found = {row.pace: row for row in both.paces if row.part == "energy" and row.off_chip_link == contained}
    cells = []
    for pace in ("back_to_back", "equal_pace", "burst", "streaming"):
        band = found[pace].ratio.band
        cells.append(
            "-" if band is None
            else f"{ratio_digits(band.median)} ({ratio_digits(band.low)} to {ratio_digits(band.high)})"
        )  # fmt: skip
    return cells


def front_ends() -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Sensors in front of the CMOS chip in real time, for one spoken digit."""
    bare = neuroest.estimate(TWIN, NETWORK, WORD)
    rows = []
    for name in (name for name, path in shipped("device").items() if path.parent.name == "front_ends"):
        sensor = {"chip.front_end": {"model": "front_end", "device": name, "placement": "on_die"}}
        found = neuroest.estimate(TWIN, NETWORK, {**WORD, **sensor})
        parts = {row.term: row.energy_J for row in found.breakdown if row.component == "chip.front_end"}
        number = round(parts["sensing"] / found.claims["chip.front_end.power"].value / 1.4)
        failed = (
            ", ".join(check.name for check in found.failed_checks if check.component == "chip.front_end")
            or "none"
        )
        rows.append(
            (f"`{name}`", f"{number}", formatted(parts["sensing"] + parts["events"], "J"),
             formatted(_total(found), "J"), failed)
        )  # fmt: skip
    chip = f"chip with it ({formatted(_total(bare), 'J')} without)"
    return ("front end, on the die", "sensors", "sensing one word", chip, "failed checks"), rows


def _total(found: neuroest.Estimate) -> float:
    return float(found.totals["energy_per_inference_J"] or 0.0)
