"""Energy of one spike from simulation and from the closed forms of the estimate, term by term."""

from types import MappingProxyType

import numpy as np

from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.compact import simulate
from neuroest.dynamics.compact_record import ENERGY_TERMS, Run
from neuroest.dynamics.diffusive_cells import DiffusiveCells, integration_time
from neuroest.dynamics.stimulus import Segment
from neuroest.equations import diffusive_neuron as equations
from neuroest.equations import filament_conduction, output_branch

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
    pulse = output_branch.output_pulse_duration(
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
        "output_branch": output_branch.output_branch_energy(
            supply, cells.load_resistance, cells.transistor_on_resistance, pulse
        ),
        "output_load": output_branch.output_load_energy(cells.load_capacitance, supply),
    }
    return {term: float(np.max(value)) for term, value in terms.items()}
