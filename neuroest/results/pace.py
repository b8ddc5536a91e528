"""Energies of two chips that do the same work at the same pace, as data."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal, TypeAlias

from neuroest.core.frozen_dataclass import frozen_dataclass
from neuroest.results.attribution import Attribution
from neuroest.results.uncertainty import Band

Pace: TypeAlias = Literal["back_to_back", "equal_pace", "burst", "streaming"]
Part: TypeAlias = Literal["energy", "dynamic_energy", "static_energy", "input_buffer"]

PACES: Mapping[Pace, str] = {
    "back_to_back": "each chip starts an inference as soon as possible",
    "equal_pace": "both start one inference per period of the slower chip",
    "burst": "both start one inference per period of the data, whose inputs a buffer keeps until then",
    "streaming": "the timesteps of both last as long as those of the data, and neurons hold their state meanwhile",
}
"""Paces of a comparison, with their definitions."""
PARTS: Mapping[Part, str] = {
    "energy": "energy", "dynamic_energy": "dynamic energy", "static_energy": "static energy",
    "input_buffer": "input buffer",
}  # fmt: skip
"""Parts of an energy that are shown separately, and their names."""


@frozen_dataclass(eq=False)
class Banded:
    """A number at the stated inputs, with its band.

    Attributes
    ----------
    value : float or None
        Value at the stated inputs; None if the chip does not keep up or a side is zero.
    band : Band or None
        Over the samples in which the chips keep up; None without any.
    """

    value: float | None
    band: Band | None

    @property
    def headline(self) -> float | None:
        """The median of the band, or the value at the stated inputs if there is no band."""
        return self.value if self.band is None else self.band.median

    def to_dict(self) -> dict[str, float | None]:
        """The number as plain data."""
        band = {"low": None, "median": None, "high": None} if self.band is None else asdict(self.band)
        return {"value": self.value, **band}


@frozen_dataclass(eq=False)
class PaceRow:
    """Energy per inference of a design and a baseline at one pace.

    Attributes
    ----------
    pace : str
        One of `PACES`.
    baseline : str
        Architecture of the baseline.
    part : str
        One of `PARTS`.
    off_chip_link : bool
        Whether the input path is included: front ends and off-chip links.
    design_period, baseline_period : Banded
        Time from one inference to the next. [s].
    design, baseline : Banded
        Energy. [J].
    ratio : Banded
        Energy of the design over the baseline; shared parameters are drawn once for both.
    design_keeps_up, baseline_keeps_up : float
        Share of the samples in which the chip is fast enough and, in streaming, its neurons hold their state for a
        timestep.
    attribution : Attribution or None
        The ratio of energies as a product over what differs; None for a part of the energy.
    """

    pace: Pace
    baseline: str
    part: Part
    off_chip_link: bool
    design_period: Banded
    baseline_period: Banded
    design: Banded
    baseline_energy: Banded
    ratio: Banded
    design_keeps_up: float
    baseline_keeps_up: float
    attribution: Attribution | None

    @property
    def label(self) -> str:
        """Label of the row: ``static energy, without the input path``."""
        return PARTS[self.part] + ("" if self.off_chip_link else ", without the input path")

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data, the unit of each number in its name."""
        flat: dict[str, Any] = {
            "pace": self.pace, "baseline": self.baseline, "part": self.part, "off_chip_link": self.off_chip_link,
        }  # fmt: skip
        for name, unit, number in (
            ("design_period", "_s", self.design_period),
            ("baseline_period", "_s", self.baseline_period),
            ("design", "_J", self.design),
            ("baseline", "_J", self.baseline_energy),
            ("ratio", "", self.ratio),
        ):
            flat.update({f"{name}_{key}{unit}": value for key, value in number.to_dict().items()})
        flat.update(design_keeps_up=self.design_keeps_up, baseline_keeps_up=self.baseline_keeps_up)
        if self.attribution is not None:
            flat["attribution"] = self.attribution.to_dict()
        return {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in flat.items()}
