"""Schema of measured values of a chip, from which `neuroest calibrate` learns."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.device import SourceSpec
from neuroest.validation.case_spec import checked_value

_NAME = r"^[a-z][a-z0-9_]*$"
_UNCERTAINTY = QuantityField("1", minimum=0, above=True, maximum=2, example="5 %")


class MeasuredRun(Spec):
    """One way in which the chip was operated when it was measured."""

    workload: str
    """Network that it ran: shipped name, or path from the folder of this file."""
    settings: dict[str, str | float] = Field(default_factory=dict)
    """Changed values by path, as with `--set`: supplies, rates, modes."""


class MeasuredValue(Spec):
    """One measured value, with the keys of a validation case."""

    value: Annotated[float, AfterValidator(checked_value)]
    """The measured value, above 0."""
    unit: str = ""
    """Its unit: `mW`, `TOPS`, `GOPS/W`, `fJ/op`, `%`; empty for a plain number."""
    predicted: str
    """The same quantity of the estimate, as an expression over the run in SI units: a total, or
    `area(chip.tile)`, `power(chip.tile.array)`, `energy(chip.tile, conversion)`, `static_power(chip)`."""
    scope: str
    """Part of the chip that was measured, by its path: `chip` for all of it, or a block that was measured alone."""
    uncertainty: Annotated[float, _UNCERTAINTY]
    """Standard uncertainty relative to the value (one standard deviation): of the instrument, of the conditions, and
    between dies if the value stands for several."""
    run: str | None = None
    """Name of the run; by default, the first one."""
    conditions: str | None = None
    """How it was measured."""
    locator: str | None = None
    """Table, figure or file within the source."""


class MeasuredSpec(Spec):
    """Measured values of a chip."""

    kind: Literal["measured_values"]
    """The kind of this file."""
    name: str = Field(pattern=_NAME)
    """Name of the measurement, which results cite."""
    description: str
    """What was measured, on how many dies."""
    runs: dict[Annotated[str, Field(pattern=_NAME)], MeasuredRun] = Field(min_length=1)
    """How the chip was operated, by name."""
    values: dict[Annotated[str, Field(pattern=_NAME)], MeasuredValue] = Field(min_length=1)
    """Measured values by name."""
    source: SourceSpec | None = None
    """Where the values are from, if they are published."""
    notes: tuple[str, ...] = ()
    """Notes for the reader."""
