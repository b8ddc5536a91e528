"""What a measured chip has taught, as a file: the posterior with its evidence, and how an estimate is given it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
import yaml
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from neuroest.core.errors import NeuroestError, Problem, SpecError, printable
from neuroest.core.frozen import frozen_dataclass
from neuroest.error_analysis.draws import Posterior, common_cause, discrepancies
from neuroest.loading.library import read_spec
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.claims import Claim
from neuroest.specs.device import SourceSpec

_DIGITS = 9
_SAME = 1e-6
"""Relative difference above which an input has changed since it was learnt."""
_ORTHONORMAL = 1e-6
_NUMBER = QuantityField("1", minimum=-1e6, maximum=1e6, example="0.3")
_SHARE = QuantityField("1", minimum=0, maximum=1, example="0.3")
_FACTOR = QuantityField("1", minimum=0, above=True, maximum=1e9, example="1.2")
_COUNT = QuantityField("1", minimum=0, maximum=1e9, example="512")
_OPERATED = ("workload.", "operation.", "technology.")
_ADJUSTED = ("_frequency", "_voltage")
"""Beginnings and ends of settings that leave the silicon as it is: another network, supply, temperature or clock."""
_MODELS = "model_discrepancy"
SOURCE = "measured_on_"
"""Beginning of the key under which the measured values are a source."""


class Evidence(Spec):
    """One measured value."""

    value: Annotated[float, QuantityField("1", minimum=0, above=True, example="3.2")]
    """The measured value."""
    unit: str
    """Its unit."""
    uncertainty: Annotated[float, _FACTOR]
    """Its standard uncertainty, relative."""
    scope: str
    """Part of the chip that was measured."""
    predicted: str
    """The predicted quantity that it was compared with."""
    workload: str
    """Network of the run."""
    settings: dict[str, str] = Field(default_factory=dict)
    """Values that were changed for the run, by path."""
    used: bool
    """Whether the posterior uses it; a value that contradicts does not count."""
    before: tuple[float, float, float]
    """p10, median and p90 of the prediction before conditioning, in the unit of the value."""
    after: tuple[float, float, float]
    """The same afterwards."""


class Cause(Spec):
    """What was learnt of one input or one model's error."""

    path: str
    """A path that has it."""
    prior: tuple[float, float, float]
    """p10, median and p90 before conditioning, in SI units."""
    along: tuple[Annotated[float, _NUMBER], ...]
    """Its component along each direction, in standard normal scores."""


class Direction(Spec):
    """One direction of the scores that the measured values inform."""

    mean: Annotated[float, _NUMBER]
    """Mean along it, in standard deviations of the prior."""
    deviation: Annotated[float, _SHARE]
    """Standard deviation along it, in those of the prior."""


class MeasuredChip(Spec):
    """The chip that was measured."""

    name: str
    """Name of its architecture."""
    sha256: str
    """SHA-256 of the file of the architecture."""


class CalibrationSpec(Spec):
    """What measured values of a chip have taught, by `neuroest calibrate`."""

    kind: Literal["calibration"]
    """The kind of this file."""
    name: str
    """Name of the file of measured values."""
    neuroest_version: str
    """Version that conditioned."""
    chip: MeasuredChip
    """The measured chip."""
    inputs: dict[str, str]
    """SHA-256 of every file behind the runs, by name."""
    seed: Annotated[float, _COUNT]
    """Seed of the draws."""
    draws: Annotated[float, _COUNT]
    """Draws of each iteration."""
    effective_draws: Annotated[float, _COUNT]
    """Effective number of these draws as samples of the exact posterior."""
    source: SourceSpec | None = None
    """Where the measured values are from."""
    evidence: dict[str, Evidence] = Field(min_length=1)
    """The measured values by name."""
    directions: tuple[Direction, ...]
    """Independent directions that they inform."""
    causes: dict[str, Cause]
    """What they inform, by name of the input (`file:parameter`) or of the model's error."""

    @model_validator(mode="after")
    def _complete(self) -> CalibrationSpec:
        matrix = self.matrix()
        if any(len(cause.along) != len(self.directions) for cause in self.causes.values()) or np.any(
            np.abs(matrix.T @ matrix - np.eye(len(self.directions))) > _ORTHONORMAL
        ):
            message = "the directions are not orthonormal: the file was changed by hand; write it again"
            raise PydanticCustomError("calibration", "{message}", {"message": message})
        return self

    def matrix(self) -> Any:
        """Directions as an array, causes by directions."""
        shape = len(self.causes), len(self.directions)
        rows = [one.along for one in self.causes.values()]
        if any(len(row) != shape[1] for row in rows):
            return np.zeros(shape)
        return np.array(rows, dtype=np.float64).reshape(shape)


@frozen_dataclass(eq=False)
class Calibration:
    """A loaded calibration.

    Attributes
    ----------
    spec : CalibrationSpec
        The file.
    file, sha256 : str
        Where it is, and its digest.
    """

    spec: CalibrationSpec
    file: str
    sha256: str

    @property
    def posterior(self) -> Posterior:
        """The posterior for the measured chip."""
        along = self.spec.directions
        return Posterior(
            tuple(self.spec.causes), self.spec.matrix(), np.array([one.mean for one in along]),
            np.array([one.deviation for one in along]),
        )  # fmt: skip

    @property
    def used(self) -> int:
        """Number of values that the posterior is based on."""
        return sum(one.used for one in self.spec.evidence.values())

    @property
    def source(self) -> tuple[str, SourceSpec]:
        """Key and bibliography entry of the measured values."""
        stated = self.spec.source or SourceSpec(
            type="misc", title=f"Measured values {self.spec.name}, unpublished"
        )
        return f"{SOURCE}{self.spec.name}", stated

    def at(self, sha256: str, settings: Mapping[str, str], claims: Mapping[str, Claim]) -> Given:
        """What a chip is given: all of the posterior if it was measured, else what carries over to another chip.

        Parameters
        ----------
        sha256 : str
            Digest of the file of its architecture.
        settings : mapping
            Values that were changed, by path.
        claims : mapping
            Its inputs and model errors.

        Raises
        ------
        SpecError
            If an input is no longer what it was when it was learnt.
        """
        self._check(settings, claims)
        known = {path for one in self.spec.evidence.values() for path in one.settings}
        other = [
            path
            for path in settings
            if not (path.startswith(_OPERATED) or path.endswith(_ADJUSTED) or path in known)
        ]
        measured = sha256 == self.spec.chip.sha256 and not other
        if measured:
            return Given(self, self.posterior, len(self.spec.causes))
        shared = self.spec.causes.keys() & {common_cause(claim) for claim in claims.values()}
        return Given(self, self.posterior.carried(carried_share), len(shared), measured=False)

    def elsewhere(self) -> Given:
        """What any other chip is given, whatever it shares."""
        return Given(self, self.posterior.carried(carried_share), None, measured=False)

    def _check(self, settings: Mapping[str, str], claims: Mapping[str, Claim]) -> None:
        for name, cause in self.spec.causes.items():
            claim = claims.get(cause.path)
            if claim is None or cause.path in settings or common_cause(claim) != name:
                continue
            now = (claim.low, claim.value, claim.high)
            if not np.allclose(now, cause.prior, rtol=_SAME, atol=0.0):
                message = (
                    f"was learnt with {cause.prior[1]:.4g} {claim.unit} ({cause.prior[0]:.4g} to "
                    f"{cause.prior[2]:.4g}), and is {now[1]:.4g} ({now[0]:.4g} to {now[2]:.4g}) now; run "
                    "`neuroest calibrate` again"
                )
                raise SpecError([Problem(printable(self.file), 0, 0, cause.path, message)])


@frozen_dataclass(eq=False)
class Given:
    """What a design is given of a calibration.

    Attributes
    ----------
    calibration : Calibration
        The file.
    posterior : Posterior
        For this design.
    shared : int or None
        Number of the informed causes that this design has; None if it stands for several designs.
    measured : bool
        Whether this design is the measured chip, and not another one.
    """

    calibration: Calibration
    posterior: Posterior
    shared: int | None
    measured: bool = True

    @property
    def words(self) -> str:
        """What the bands are based on, in one sentence."""
        spec = self.calibration.spec
        whose = spec.chip.name if self.measured else f"{spec.chip.name}, another chip"
        number = self.calibration.used
        left = len(spec.evidence) - number
        values = f"{number} measured value{'' if number == 1 else 's'}"
        without = f" ({left} more contradict and do not count)" if left else ""
        said = f"given {spec.name}: bands are conditioned on {values} of {whose}{without}"
        if self.measured:
            return said
        number_shared = "the" if self.shared is None else f"{self.shared} of {len(spec.causes)}"
        return f"{said}, through {number_shared} informed inputs and model errors that both have"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a result."""
        spec = self.calibration.spec
        return {
            "name": spec.name,
            "file": self.calibration.file,
            "sha256": self.calibration.sha256,
            "chip": spec.chip.name,
            "same_chip": self.measured,
            "shared_causes": self.shared,
            "values_used": self.calibration.used,
            "values_that_contradict": [name for name, one in spec.evidence.items() if not one.used],
        }


GivenFile: TypeAlias = str | Path | Calibration
"""How a function is given a calibration: a path, or one that is loaded."""


def carried_share(cause: str) -> float:
    """Correlation of a cause between two chips: 1 for inputs, which they share; less for errors of models.

    Examples
    --------
    >>> carried_share("cmos_28nm_lp:on_current")
    1.0
    """
    return discrepancies().between_chips.correlation if cause.startswith(f"{_MODELS}:") else 1.0


def read_calibration(path: str | Path) -> Calibration:
    """Read a calibration from its file.

    Raises
    ------
    SpecError
        With all problems of the file.
    """
    loaded = read_spec(CalibrationSpec, Path(path))
    return Calibration(loaded.spec, loaded.file, loaded.sha256)


def calibration_of(given: GivenFile) -> Calibration:
    """The calibration that a caller names.

    Raises
    ------
    NeuroestError
        If it is neither a path nor a calibration.
    """
    if isinstance(given, Calibration):
        return given
    if not isinstance(given, str | Path):
        raise NeuroestError(f"`given` is a file of `neuroest calibrate`, not {type(given).__name__}")
    return read_calibration(given)


def calibration_text(spec: CalibrationSpec) -> str:
    """The file, with short lines for its numbers."""
    plain = _rounded(spec.model_dump(exclude_none=True))
    head = (
        f"# What {len(spec.evidence)} measured values of {spec.chip.name} have taught, by `neuroest calibrate`; "
        "not to be edited.\n"
    )
    return head + yaml.safe_dump(
        plain, sort_keys=False, allow_unicode=True, width=118, default_flow_style=None
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
