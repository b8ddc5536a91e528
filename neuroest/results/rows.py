"""Rows of an estimate: parts of its totals, layers, levels, shells, traffic, characteristics, errors and checks."""

import math
from typing import NamedTuple

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity


@frozen_dataclass(eq=False)
class BreakdownRow:
    """One term of the result.

    Attributes
    ----------
    kind : str
        ``dynamic``, ``static`` or ``area``; ``learning`` for the energy to learn from a sample beyond its inference.
    layer : str
        Layer of the network; empty if the term belongs to the whole chip.
    component, action, term : str
        Path of the component, its action, and the part of the cost.
    energy_J : float
        Energy per inference.
    area_m2 : float
        Area on the chip.
    count : float
        Actions per inference, or instances on the chip.
    """

    kind: str
    layer: str
    component: str
    action: str
    term: str
    energy_J: float  # noqa: N815 - the unit is part of the column's name
    area_m2: float
    count: float


@frozen_dataclass(eq=False)
class LayerRow:
    """A layer on the chip.

    Attributes
    ----------
    layer, type : str
        Name, and type as in the workload file.
    units, replication, utilisation, neurons : float
        Computing units and copies that store it, the share of them that it fills, and neurons with their own outputs.
    dynamic_energy_J : float
        Dynamic energy per inference.
    step_time_s : float
        Time of one timestep, or of one inference in dense coding.
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


@frozen_dataclass(eq=False)
class LevelRow:
    """A computing level of a chip, or the blocks outside of all levels. The rows add up to the totals.

    Attributes
    ----------
    level : str
        Path of the level; empty for blocks outside of the levels.
    mapper : str
        Kind of level.
    layers : tuple of str
        Layers that it runs.
    units : float
        Computing units that store them.
    dynamic_energy_J : float
        Dynamic energy of these layers per inference, including blocks that levels share.
    static_energy_J, area_m2 : float
        Static energy and area of the blocks in the branch of the level; white space counts outside of the levels.
    busy_s : float
        Time per inference in which the level is busy; if its layers work in parallel, the sum of their times.
    """

    level: str
    mapper: str
    layers: tuple[str, ...]
    units: float
    dynamic_energy_J: float  # noqa: N815 - the unit is part of the column's name
    static_energy_J: float  # noqa: N815 - the unit is part of the column's name
    area_m2: float
    busy_s: float


@frozen_dataclass(eq=False)
class ShellRow:
    """A shell around the chips with all of its content; the first row is the chips without a shell.

    Attributes
    ----------
    shell : str
        Path of the shell, or of the chip.
    number : float
        Shells of this kind, or chips.
    idle_power_W, power_W : float
        Mean power when idle, and in operation.
    energy_per_inference_J, energy_per_synaptic_operation_J : float
        Energy per inference period, and the same per synaptic operation.
    """

    shell: str
    number: float
    idle_power_W: float  # noqa: N815 - the unit is part of the column's name
    power_W: float  # noqa: N815 - the unit is part of the column's name
    energy_per_inference_J: float  # noqa: N815 - the unit is part of the column's name
    energy_per_synaptic_operation_J: float | None  # noqa: N815 - the unit is part of the column's name


@frozen_dataclass(eq=False)
class TierRow:
    """A tier of a chip with stacked tiers; the first row is the logic.

    Attributes
    ----------
    tier : str
        Path of the tier; that of the chip for the logic.
    area_m2 : float
        Area of its blocks with their white space.
    width : float
        The same over the area of the widest tier.
    vias : float
        Vias to the tier below; zero for the logic.
    power_W : float
        Mean power of it in one die; a block with parts in several tiers counts in the highest one.
    temperature_rise_K : float
        Its temperature above that of the logic.
    good_share : float or None
        Share of the dies in which this tier works; None for a chip without a `die_cost` block.
    blocks : tuple of str
        Paths of the blocks and area terms in it; empty for the logic, which has all others.
    parts_m2 : dict
        Area of each component in it, and of its white space.
    """

    tier: str
    area_m2: float
    width: float
    vias: float
    power_W: float  # noqa: N815 - the unit is part of the column's name
    temperature_rise_K: float  # noqa: N815 - the unit is part of the column's name
    good_share: float | None
    blocks: tuple[str, ...]
    parts_m2: dict[str, float]


@frozen_dataclass(eq=False)
class TrafficRow:
    """Spikes of populations that leave computing units, chips or shells.

    Attributes
    ----------
    level : str
        Path of the chip or shell; empty for computing units.
    places, neurons : float
        Number of these units, chips or shells, and neurons of populations in one of them.
    copies_per_spike : float
        Mean number of other units, chips or shells that receive a spike.
    bits : float
        Bits that leave all of them per inference, with an address for each neuron.
    """

    level: str
    places: float
    neurons: float
    copies_per_spike: float
    bits: float


class Characteristic(NamedTuple):
    """Figure for specialists of a single block, in SI."""

    component: str
    name: str
    value: float
    unit: str


@frozen_dataclass(eq=False)
class LayerErrors:
    """Accuracy of the results of a layer in crossbar arrays.

    Attributes
    ----------
    layer : str
        The layer.
    signal_to_error_ratio : float or None
        Variance of the exact results over the variance of their errors; None without errors.
    effective_bits : float or None
        Bits that a read resolves.
    causes : dict of str to float
        Standard deviation of the error by cause, relative to the standard deviation of the exact results.
    """

    layer: str
    signal_to_error_ratio: float | None
    effective_bits: float | None
    causes: dict[str, float]

    @property
    def error(self) -> float:
        """All causes together."""
        return math.sqrt(sum(error * error for error in self.causes.values()))


@frozen_dataclass(eq=False)
class CheckResult:
    """A check with its outcome for this design.

    Attributes
    ----------
    severity : str
        ``design_rule``: the design does not work or is unwise; ``extrapolation``: a model is used outside of its
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
