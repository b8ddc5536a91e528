"""Compare one spike of a neuron in simulation, under the drive that an estimate assumes, with the closed forms.

The drive is on until the neuron has fired and off until it is ready again, as on a chip in one timestep. The block
states the allowed error of its closed forms; a larger error is reported with its cause.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from neuroest.blocks.neurons.base import Neuron
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.text_layout import columns, wrapped
from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Asked, any_network, neuron_in_time, spike_energy

TIME_TOLERANCE = 0.2
"""Relative error of the closed forms of times: the error for a discharge through a switch with 1/5 of the
resistance."""
_NO_SPIKE = frozenset({"gate_waits", "neuron_fires", "switch_charges"})
"""Checks that fail if a neuron gives no spike."""


@frozen_dataclass
class Quantity:
    """One quantity of a spike, from simulation and closed form.

    Attributes
    ----------
    simulated, closed : float
        Values in SI units.
    tolerance : float
        Largest allowed factor between them.
    """

    name: str
    simulated: float
    closed: float
    unit: str
    tolerance: float

    @property
    def ratio(self) -> float:
        """Ratio of simulated value to closed form."""
        return self.simulated / self.closed if self.closed else np.nan

    @property
    def agrees(self) -> bool:
        """Whether both agree within the tolerance."""
        return bool(1.0 / self.tolerance <= self.ratio <= self.tolerance) or self.simulated == self.closed


@frozen_dataclass
class Agreement:
    """A spike of a neuron from simulation and from the closed forms of the estimate.

    Attributes
    ----------
    notes : tuple of str
        Assumptions, costs outside the comparison, and causes of differences.
    spikes : bool
        Whether the neuron spikes in the simulation.
    silent : tuple of str
        For a silent neuron, the checks of the estimate that predict it.
    """

    neuron: str
    model: str
    quantities: tuple[Quantity, ...]
    notes: tuple[str, ...] = ()
    spikes: bool = True
    silent: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all quantities agree; for a silent neuron, whether the estimate predicts silence."""
        return all(one.agrees for one in self.quantities) and (self.spikes or bool(self.silent))

    def lines(self) -> list[str]:
        """Text of the comparison for a terminal."""
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
        """One row per quantity."""
        return [
            {"quantity": q.name, "simulated": q.simulated, "estimate": q.closed, "unit": q.unit,
             "stated_factor": q.tolerance, "agrees": q.agrees}
            for q in self.quantities
        ]  # fmt: skip


def compare_spike(
    neuron: str, changes: Mapping[str, str] | None = None, temperature: float | None = None
) -> Agreement:
    """Compare a simulated spike of a neuron with the closed forms of its estimate.

    Parameters
    ----------
    neuron : str
        Device spec of a neuron, a shipped name or a path.
    changes : mapping of str to str, optional
        Changed parameters of the neuron, with units.
    temperature : float, optional
        Temperature of the neuron; by default, as in its file. [K]

    Raises
    ------
    NeuroestError
        If the device is not a neuron for chips, or if it never fires.
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
    """Failed checks of a neuron that predict no spike."""
    return tuple(
        check.name
        for check in component.checks(any_network())
        if check.name in _NO_SPIKE and not bool(np.all(check.passed))
    )


def _as_reported(component: Any, energy: float, area: float) -> list[str]:
    """The same neuron, described only by its reported numbers."""
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
