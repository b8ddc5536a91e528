"""One spike of a neuron in simulation and in closed form: its time, and its energy term by term.

The drive is on until the neuron has fired and off until it is ready again, as on a chip in one timestep. The block
states the allowed error of its closed forms; a larger error is reported with its cause.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from neuroest.core.document import Block, Table
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.dynamics.compact import simulate
from neuroest.dynamics.diffusive_cells import ENERGY_TERMS, DiffusiveCells, Run, integration_time
from neuroest.dynamics.in_time import Asked, Segment, any_network, neuron_in_time, spike_energy
from neuroest.equations import diffusive_neuron as equations
from neuroest.equations import filament_conduction

TOLERANCE = MappingProxyType(
    {
        "before_switch": 0.05,
        "gate_charge": 0.1,
        "divider": 0.05,
        "output_branch": 0.1,
        "output_load": 1e-9,
    }
)
"""Largest relative deviation between simulation and closed form where both are valid.

The closed form of `before_switch` is an upper bound: part of the current through the growing filament charges the gate
node and is counted there; this part grows with the node's capacitance. `divider` is the loss while the input sustains a
filament that does not rupture; it is compared only without rupture.
"""
_NEGLIGIBLE = 0.02
"""Share of the gate charge below which a difference is negligible."""


@frozen_dataclass
class EnergyRow:
    """One term of a spike's energy, from simulation and closed form.

    Attributes
    ----------
    simulated, closed : float
        Energy per spike. [J]
    verdict : str
        ``agrees``, ``differs``, ``bound`` if the closed form is an upper bound, or ``latched``.
    """

    term: str
    simulated: float
    closed: float
    verdict: str

    @property
    def deviation(self) -> float:
        """Simulated over closed form, minus one; infinite if only one of them is zero."""
        if self.closed == 0.0:
            return 0.0 if self.simulated == 0.0 else np.inf
        return self.simulated / self.closed - 1.0


@frozen_dataclass
class EnergyComparison:
    """Energy terms of one spike, and whether the closed forms are valid."""

    rows: tuple[EnergyRow, ...]
    latched: bool
    integration_time: float
    simulated_integration_time: float
    run: Run


def compare_energy(cells: DiffusiveCells, level: float, *, hold: float = 0.0) -> EnergyComparison:
    """Simulate one spike at a constant input that ends with the spike or later.

    Parameters
    ----------
    cells : DiffusiveCells
        One neuron.
    level : float
        Input voltage. [V]
    hold : float
        Time that the input stays on after switching. If positive, the input sustains the filament, as the divider term
        of the estimate assumes, and rupture is simulated only after the input ends. [s]

    Raises
    ------
    NeuroestError
        If the neuron does not fire at this voltage.
    """
    closed_time = float(np.max(integration_time(cells, level)))
    if not np.isfinite(closed_time):
        raise NeuroestError(f"the neuron never fires at {level:g} V, so no spike energy can be computed")
    first = simulate(cells, [Segment(1.5 * closed_time, level)], until_switched=True)
    fired = float(first.first_switch[0])
    release = float(np.max(cells.control_resistance * cells.gate_capacitance))
    if not np.isfinite(fired):
        # the gate follows the filament and removes its drive before the gap closes
        return _comparison(cells, level, hold, closed_time, first, np.inf)
    charge = 10.0 * float(np.max(cells.on_resistance * cells.gate_capacitance))
    if hold > 0.0:
        run = _held(cells, level, first, hold, charge)
    else:
        # an input that ends when the gate is charged
        run = simulate(cells, [Segment(charge, level), Segment(10.0 * release, 0.0)], start=first.final)
        run.energy = {term: first.energy[term] + run.energy[term] for term in ENERGY_TERMS}
    return _comparison(cells, level, hold, closed_time, run, fired)


def _held(cells: DiffusiveCells, level: float, before: Run, hold: float, charge: float) -> Run:
    """Continue a run from its first switching event with a complete filament; decay would otherwise open it."""
    frozen = cells.changed(filament_decay=1e-9 / hold, residue_rate=1e-9 / hold, residue_decay=1e-9 / hold)
    held = simulate(frozen, [Segment(charge + hold, level)], start=before.final, rupture=False)
    release = float(np.max(cells.control_resistance * cells.gate_capacitance))
    after = simulate(cells, [Segment(10.0 * release, 0.0)], start=held.final)
    total = {term: before.energy[term] + held.energy[term] + after.energy[term] for term in ENERGY_TERMS}
    after.energy, after.gate_peak = total, np.maximum(held.gate_peak, after.gate_peak)
    return after


def _comparison(
    cells: DiffusiveCells, level: float, hold: float, closed_time: float, run: Run, fired: float
) -> EnergyComparison:
    latched = bool(run.latched[0]) or not np.isfinite(fired)
    closed = closed_terms(cells, level, closed_time, hold)
    rows = []
    for term in ENERGY_TERMS:
        row = EnergyRow(term, float(run.energy[term][0]), closed[term], "")
        negligible = abs(row.simulated - row.closed) <= _NEGLIGIBLE * closed["gate_charge"]
        bound = term == "before_switch"
        deviation = row.deviation if bound else abs(row.deviation)
        within = negligible or deviation <= TOLERANCE[term]
        verdict = "differs" if not within else "bound" if bound else "agrees"
        rows.append(EnergyRow(term, row.simulated, row.closed, "latched" if latched else verdict))
    return EnergyComparison(tuple(rows), latched, closed_time, fired, run)


def closed_terms(
    cells: DiffusiveCells, level: float, integration: float, hold: float = 0.0
) -> dict[str, float]:
    """Energy terms of the estimate for the first spike, with an initially empty gate [J]."""
    peak = equations.gate_peak_voltage(level, cells.on_resistance, cells.control_resistance)
    pulse = equations.output_pulse_duration(
        hold, cells.control_resistance, cells.gate_capacitance, peak, cells.output_threshold
    )
    supply = cells.output_supply_voltage
    conductance = filament_conduction.integrating_conductance(
        level, *cells.rates, cells.on_resistance, cells.off_resistance, cells.conduction_length,
        cells.control_resistance,
    )  # fmt: skip
    terms = {
        "before_switch": equations.subthreshold_energy(level, 1.0 / conductance, integration),
        "gate_charge": equations.gate_charge_energy(cells.gate_capacitance, level, peak, 0.0),
        "divider": equations.divider_energy(level, cells.on_resistance, cells.control_resistance, hold),
        "output_branch": equations.output_branch_energy(
            supply, cells.load_resistance, cells.transistor_on_resistance, pulse
        ),
        "output_load": equations.output_load_energy(cells.load_capacitance, supply),
    }
    return {term: float(np.max(value)) for term, value in terms.items()}


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

    def blocks(self) -> tuple[Block, ...]:
        """The comparison in words and a table."""
        head = [f"{self.neuron} ({self.model})"]
        if not self.spikes:
            flagged = f"the estimate flags it: {', '.join(self.silent)}"
            head.append(f"no spike in time; {flagged if self.silent else 'the estimate does not say so'}")
        rows = [
            (one.name, format_quantity(one.simulated, one.unit), format_quantity(one.closed, one.unit),
             f"{one.ratio:.3g}", f"factor {one.tolerance:.3g}", "agrees" if one.agrees else "differs")
            for one in self.quantities
        ]  # fmt: skip
        names = ("one spike", "simulated", "estimate", "ratio", "stated error", "")
        return (*head, Table.of(names, rows, "<>>>><", gap=2), *self.notes)

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
    notes = found.notes
    if component.model != "reported_neuron":
        memory = component.time_constant() if hasattr(component, "time_constant") else component.memory_time()
        parts = [
            f"spike_energy {format_quantity(energy, 'J')}", f"input_hold_time {format_quantity(closed_time, 's')}",
            f"maximum_spike_rate {format_quantity(1.0 / interval, '1/s')}", f"footprint {format_quantity(area, 'm^2')}",
        ]  # fmt: skip
        if memory is not None and np.isfinite(memory):
            parts.append(f"memory_time {format_quantity(float(memory), 's')}")
        notes = (*notes, f"the same as a reported_neuron: {', '.join(parts)}")
    spikes = bool(np.isfinite(found.energy))
    checks = () if spikes else component.checks(any_network())
    # of those that predict no spike
    flagged = tuple(one.name for one in checks if one.name in _NO_SPIKE and not np.all(one.passed))
    return Agreement(neuron, component.model, kept, notes, spikes, flagged)
