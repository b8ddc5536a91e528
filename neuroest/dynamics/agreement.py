"""One neuron, its spike priced twice: run in time under the drive that an estimate assumes, and by the closed forms.

The drive is on until the neuron has fired and off until it is ready again, as a chip presents it in a timestep. What a
model's closed forms may be off by is what its block states; a spike that is off by more is named with its cause.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neuroest.blocks.neurons.base import Neuron
from neuroest.core.errors import NeuroestError
from neuroest.core.text_layout import columns, wrapped
from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Asked, any_network, neuron_in_time, spike_energy

TIME_TOLERANCE = 0.2
"""Relative error of the closed forms of times: that of a discharge through a switch of a fifth of the resistor."""
_NO_SPIKE = frozenset({"gate_waits", "neuron_fires", "switch_charges"})
"""Checks that fail where a neuron gives no spike."""


@dataclass(frozen=True)
class Quantity:
    """One number of a spike, twice.

    Attributes
    ----------
    simulated, closed : float
        In SI.
    tolerance : float
        Factor within which they must agree.
    """

    name: str
    simulated: float
    closed: float
    unit: str
    tolerance: float

    @property
    def ratio(self) -> float:
        """Simulated over closed form."""
        return self.simulated / self.closed if self.closed else np.nan

    @property
    def agrees(self) -> bool:
        """Whether the two lie within the tolerance of each other."""
        return bool(1.0 / self.tolerance <= self.ratio <= self.tolerance) or self.simulated == self.closed


@dataclass(frozen=True)
class Agreement:
    """A spike of a neuron by simulation and by the closed forms of the estimate.

    Attributes
    ----------
    notes : tuple of str
        What the comparison assumes, what else would cost, and why numbers differ where they do.
    spikes : bool
        Whether the neuron spikes in time.
    silent : tuple of str
        Of one that does not, the checks of the estimate that say so.
    """

    neuron: str
    model: str
    quantities: tuple[Quantity, ...]
    notes: tuple[str, ...] = ()
    spikes: bool = True
    silent: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all numbers do; without a spike in time, whether the estimate says so."""
        return all(one.agrees for one in self.quantities) and (self.spikes or bool(self.silent))

    def lines(self) -> list[str]:
        """The comparison for a terminal."""
        head = [f"{self.neuron} ({self.model})"]
        if not self.spikes:
            flagged = (
                f"the estimate flags it: {', '.join(self.silent)}"
                if self.silent
                else "the estimate does not say so"
            )
            head += wrapped(f"no spike in time; {flagged}", hanging=2)
        rows = [("one spike", "simulated", "estimate", "ratio", "stated error", "")]
        for one in self.quantities:
            verdict = "agrees" if one.agrees else "differs"
            rows.append(
                (one.name, format_quantity(one.simulated, one.unit), format_quantity(one.closed, one.unit),
                 f"{one.ratio:.3g}", f"factor {one.tolerance:.3g}", verdict)
            )  # fmt: skip
        notes = [line for note in self.notes for line in wrapped(note, hanging=2)]
        return [*head, *columns(rows, "<>>>><"), *notes]

    def rows(self) -> list[dict[str, Any]]:
        """One row a number."""
        return [
            {"quantity": q.name, "simulated": q.simulated, "estimate": q.closed, "unit": q.unit,
             "stated_factor": q.tolerance, "agrees": q.agrees}
            for q in self.quantities
        ]  # fmt: skip


def compare_spike(
    neuron: str, changes: Mapping[str, str] | None = None, temperature: float | None = None
) -> Agreement:
    """Compare one spike of a neuron by simulation with the closed forms of its estimate.

    Parameters
    ----------
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    changes : mapping of str to str, optional
        Changed parameters of the neuron, with units.
    temperature : float, optional
        Of the neuron; that of its file without. [K]

    Raises
    ------
    NeuroestError
        For a device that is no neuron of a chip, or one that never fires.
    """
    running = neuron_in_time(Asked(neuron, changes or {}, temperature=temperature))
    component = running.component
    if component is None:
        raise NeuroestError(
            f"{neuron} is a device of the lab and no neuron of a chip, so no estimate prices it"
        )
    closed_time = float(component.integration_time())
    if not np.isfinite(closed_time):
        raise NeuroestError(f"{neuron}: never fires under its drive, so there is no spike to compare")
    energy, interval = spike_energy(component), float(component.minimum_interval())
    found = running.one_spike()
    factor = (
        component.prior_error["energy"].factor if "energy" in component.prior_error else 1.0 + TIME_TOLERANCE
    )
    times = 1.0 + TIME_TOLERANCE
    area = float(sum(cost.area for cost in component.areas(any_network())))
    quantities = (
        Quantity("integration time", found.integration_time, closed_time, "s", times),
        Quantity("shortest interval", found.interval, interval, "s", times),
        Quantity("energy", found.energy, energy, "J", factor),
        Quantity("area", area, area, "m^2", times),
    )
    kept = tuple(q for q in quantities if np.isfinite(q.simulated))
    notes = (*found.notes, *_as_reported(component, energy, area))
    spikes = bool(np.isfinite(found.energy))
    return Agreement(neuron, component.model, kept, notes, spikes, () if spikes else _flagged(component))


def _flagged(component: Neuron) -> tuple[str, ...]:
    """Checks of a neuron that fail and say that it gives no spike."""
    return tuple(
        check.name
        for check in component.checks(any_network())
        if check.name in _NO_SPIKE and not bool(np.all(check.passed))
    )


def _as_reported(component: Any, energy: float, area: float) -> list[str]:
    """The same neuron by the numbers that a group would report of it."""
    if component.model == "reported_neuron":
        return []
    memory = component.time_constant() if hasattr(component, "time_constant") else component.memory_time()
    parts = [
        f"spike_energy {format_quantity(energy, 'J')}",
        f"input_hold_time {format_quantity(float(component.integration_time()), 's')}",
        f"maximum_spike_rate {format_quantity(1.0 / float(component.minimum_interval()), '1/s')}",
        f"footprint {format_quantity(area, 'm^2')}",
    ]
    if memory is not None and np.isfinite(memory):
        parts.append(f"memory_time {format_quantity(float(memory), 's')}")
    return [f"the same as a reported_neuron: {', '.join(parts)}"]
