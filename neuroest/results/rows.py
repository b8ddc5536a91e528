"""Rows of an estimate: parts of its totals, layers, levels, shells, traffic, characteristics, errors and checks."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from neuroest.core.units import format_quantity


@dataclass(frozen=True, eq=False)
class BreakdownRow:
    """One term of the result.

    Attributes
    ----------
    kind : str
        ``dynamic``, ``static`` or ``area``; ``learning`` for what learning from a sample takes on top of its inference.
    layer : str
        Layer of the network; empty where the term belongs to the whole chip.
    component, action, term : str
        Path of the component, what it does, and which part of the cost this is.
    energy_J : float
        Energy in one inference.
    area_m2 : float
        Area on the chip.
    count : float
        Actions in one inference, or instances on the chip.
    """

    kind: str
    layer: str
    component: str
    action: str
    term: str
    energy_J: float  # noqa: N815 - the unit is part of the column's name
    area_m2: float
    count: float


@dataclass(frozen=True, eq=False)
class LayerRow:
    """A layer on the chip.

    Attributes
    ----------
    layer, type : str
        Its name and the type of the workload's file.
    units, replication, utilisation, neurons : float
        Computing units and copies that hold it, the share that it fills, neurons that its outputs own.
    dynamic_energy_J : float
        Dynamic energy in one inference.
    step_time_s : float
        Time of one timestep, of an inference in dense coding.
    bottleneck : str
        Resource that sets this time.
    """

    layer: str
    type: str
    units: float
    replication: float
    utilisation: float
    neurons: float
    dynamic_energy_J: float  # noqa: N815 - the unit is part of the column's name
    step_time_s: float
    bottleneck: str
    level: str = ""
    """Path of the computing level that runs it."""


@dataclass(frozen=True, eq=False)
class LevelRow:
    """A computing level of a chip, or what is around all of them. The rows add up to the totals.

    Attributes
    ----------
    level : str
        Path of the level; empty for what is around the levels.
    mapper : str
        Kind of level.
    layers : tuple of str
        Layers that it runs.
    units : float
        Computing units that hold them.
    dynamic_energy_J : float
        Dynamic energy of these layers in one inference, also in blocks that levels share.
    static_energy_J, area_m2 : float
        Of the blocks in the branch of the level; white space is with what is around the levels.
    busy_s : float
        Time of one inference for which the level works, or its layers' times added up where they work side by side.
    """

    level: str
    mapper: str
    layers: tuple[str, ...]
    units: float
    dynamic_energy_J: float  # noqa: N815 - the unit is part of the column's name
    static_energy_J: float  # noqa: N815 - the unit is part of the column's name
    area_m2: float
    busy_s: float


@dataclass(frozen=True, eq=False)
class ShellRow:
    """A shell around the chips with everything inside of it; the first row is the chips themselves.

    Attributes
    ----------
    shell : str
        Path of the shell, or of the chip.
    number : float
        Shells of this kind, or chips.
    idle_power_W, power_W : float
        Mean power while no inference runs, and in operation.
    energy_per_inference_J, energy_per_synaptic_operation_J : float
        Energy from one inference to the next, and over the synaptic operations of an inference.
    """

    shell: str
    number: float
    idle_power_W: float  # noqa: N815 - the unit is part of the column's name
    power_W: float  # noqa: N815 - the unit is part of the column's name
    energy_per_inference_J: float  # noqa: N815 - the unit is part of the column's name
    energy_per_synaptic_operation_J: float | None  # noqa: N815 - the unit is part of the column's name


@dataclass(frozen=True, eq=False)
class TrafficRow:
    """Spikes of populations that leave places of one kind: computing units, chips, or shells.

    Attributes
    ----------
    level : str
        Path of the chip or shell; empty for computing units.
    places, neurons : float
        Places of this kind, and neurons of populations in one of them.
    copies_per_spike : float
        Other places that a spike goes to, on average.
    bits : float
        Bits that leave all of them in one inference, with an address that names each neuron.
    """

    level: str
    places: float
    neurons: float
    copies_per_spike: float
    bits: float


class Characteristic(NamedTuple):
    """Number that experts of single blocks ask for, in SI."""

    component: str
    name: str
    value: float
    unit: str


@dataclass(frozen=True, eq=False)
class LayerErrors:
    """How exact the results of a layer are that lies in crossbar arrays.

    Attributes
    ----------
    layer : str
        The layer.
    signal_to_error_ratio : float or None
        Variance of its exact results over that of their errors; None without any error.
    effective_bits : float or None
        Bits of a result that a read resolves.
    causes : dict of str to float
        Standard deviation of the error by cause, over that of the exact results.
    """

    layer: str
    signal_to_error_ratio: float | None
    effective_bits: float | None
    causes: dict[str, float]

    @property
    def error(self) -> float:
        """All causes together."""
        return math.sqrt(sum(error * error for error in self.causes.values()))


@dataclass(frozen=True, eq=False)
class CheckResult:
    """A check with its outcome for this design.

    Attributes
    ----------
    severity : str
        ``design_rule``: the design does not work or is not wise; ``extrapolation``: a model is used outside of its
        range; ``advice``: the design works, but wastes time or energy.
    """

    name: str
    component: str
    severity: str
    passed: bool
    message: str
    value: float | None
    limit: float | None
    unit: str

    def __str__(self) -> str:
        text = f"{self.component}: {self.message}"
        if self.value is not None and self.limit is not None:
            text += (
                f" ({format_quantity(self.value, self.unit)}, limit {format_quantity(self.limit, self.unit)})"
            )
        return text
