"""After-effects of a spike: the residue that shortens the next integration, and the charge that delays it."""

from typing import Any

import numpy as np

from neuroest.core.units import format_quantity
from neuroest.dynamics.compact import simulate
from neuroest.dynamics.compact_record import Run
from neuroest.dynamics.diffusive_cells import DiffusiveCells, immediate_switching_voltage, integration_time
from neuroest.dynamics.experiments import (
    Bench,
    Characteristic,
    Series,
    conditions_of,
    median_and_band,
    misses_in_words,
    misses_of,
    pulse_for,
)
from neuroest.dynamics.stimulus import Array, Segment, pulse_pair, pulse_train
from neuroest.equations import diffusive_neuron as equations


def intrinsic_plasticity(bench: Bench) -> Characteristic:
    """Earlier firing of the second of two pulses versus the gap between them."""
    cells = bench.cells
    level = 2.0 * float(immediate_switching_voltage(cells))
    memory = 1.0 / float(np.max(cells.residue_decay))
    spans = np.array([0.015, 0.15, 0.4, 1.0, 5.0]) * memory
    columns, measured = conditions_of(
        bench, "zhao2025_paired_pulse",
        {"voltage": np.full(5, level), "pulse_width": np.full(5, 3.0 * pulse_for(cells, level)), "gap": spans},
    )  # fmt: skip
    level, width, gaps = float(columns["voltage"][0]), float(columns["pulse_width"][0]), columns["gap"]
    first, gains, bands = np.nan, [], []
    for index, gap in enumerate(gaps):
        typical = _pair(bench, cells, level, width, float(gap), None)
        generator = np.random.default_rng([bench.seed, index])
        many = _pair(bench, bench.drawn(generator), level, width, float(gap), generator)
        first = float(typical[0][0])
        gains.append(float(typical[0][0] - typical[1][0]))
        bands.append((many[0] - many[1])[np.isfinite(many[0] - many[1])])
    _, low, high = median_and_band([b if len(b) else np.array([np.nan]) for b in bands])
    simulated = np.array(gains)
    relative = simulated / first
    series = [
        Series("simulated, typical device and 80 % of devices", gaps, relative, low / first, high / first)
    ]
    findings = [
        f"the first integration takes {format_quantity(first, 's')}; shortenings are shown as shares of it"
    ]
    misses: tuple[float, ...] = ()
    if measured is not None:
        whole = float(columns["first_integration_time"][0])
        misses = misses_of(relative, measured / whole)
        series.append(Series("measured, Zhao et al. 2025, Fig. 4a, b", gaps, measured / whole, measured=True))
        findings.append(f"measured it takes {format_quantity(whole, 's')}, {whole / first:.2f} times as long")
        findings.append("share of the first integration, " + misses_in_words(misses))
    findings.append(f"the residue forgets with {format_quantity(memory, 's')}")
    waves = bench.run(cells, pulse_pair(level, width, float(gaps[0])), kept=1).traces
    return Characteristic(
        "intrinsic_plasticity", "Intrinsic plasticity", ("gap between two pulses", "s"),
        ("shortening over first integration time", "1"), tuple(series), tuple(findings), misses, waves,
        logarithmic=True,
    )  # fmt: skip


def _pair(
    bench: Bench, cells: DiffusiveCells, level: float, width: float, gap: float, generator: Any
) -> tuple[Array, Array]:
    settled = 20.0 / float(np.min(cells.settling)) + 5.0 * float(
        np.max(cells.control_resistance * cells.gate_capacitance)
    )
    first = bench.run(cells, [Segment(width, level), Segment(min(gap, settled), 0.0)], generator)
    # then only residue remains, which decays
    first.final.residue = first.final.residue * np.exp(-cells.residue_decay * max(0.0, gap - settled))
    second = simulate(
        cells, [Segment(width, level)], generator=generator, step=bench.step, start=first.final,
        until_switched=True,
    )  # fmt: skip
    return first.first_switch, second.first_switch


def refractory_period(bench: Bench) -> Characteristic:
    """Mean interval between spikes versus the control resistor, and the closed form of the refractory time."""
    cells = bench.cells
    usual = float(np.max(cells.control_resistance))
    level = float(cells.input_voltage)
    columns, measured = conditions_of(
        bench, "zhao2025_spike_interval",
        {"voltage": np.full(5, level), "control_resistance": usual * np.array([0.2, 0.4, 1.0, 2.0, 4.0]),
         "stimulus_period": np.full(5, 1.2 / float(np.max(cells.settling)))},
    )  # fmt: skip
    level, resistances = float(columns["voltage"][0]), columns["control_resistance"]
    period = float(columns["stimulus_period"][0])
    count = len(resistances)
    # as published and with the measured rupture, in one run
    twice = cells.changed(control_resistance=np.tile(resistances, 2))
    ruptures = np.repeat([True, False], count)
    pulses = int(_TRAINS * float(integration_time(cells, level)) / period) + 20
    releases = _RELEASES if bench.compare else _FEW_RELEASES
    pulses += int(releases * float(np.max(resistances * cells.gate_capacitance)) / period)
    run = simulate(
        twice,
        pulse_train(level, period / 2.0, period / 2.0, pulses),
        step=bench.step,
        rupture=ruptures,
        kept=count,
    )
    simulated = np.array([_mean_interval(run, device) for device in range(count)])
    peak = equations.gate_peak_voltage(level, cells.on_resistance, resistances)
    closed = equations.refractory_time(
        resistances, cells.gate_capacitance, peak, cells.rearm_fraction * level
    )
    series = [
        Series("rate equations with rupture", resistances, simulated),
        Series("closed form of the refractory time", resistances, np.asarray(closed)),
    ]
    latched = resistances[run.latched[count:]]
    findings = [
        f"without rupture the rate equations latch from {format_quantity(float(latched.min()), 'ohm')} on, under these "
        "pulses"
        if len(latched) else "without rupture the rate equations do not latch at these resistors"
    ]  # fmt: skip
    misses: tuple[float, ...] = ()
    if measured is not None:
        misses = misses_of(simulated, measured)
        series.append(Series("measured, Zhao et al. 2025, Fig. 4d", resistances, measured, measured=True))
        findings.append("rate equations with rupture, " + misses_in_words(misses))
        findings.append("closed form, " + misses_in_words(misses_of(np.maximum(closed, period), measured)))
    middle = count // 2
    waves = {k: v if v.ndim == 1 else v[:, [middle]] for k, v in run.traces.items()}
    return Characteristic(
        "refractory_period", "Refractory period", ("control resistor", "ohm"), ("interval between spikes", "s"),
        tuple(series), tuple(findings), misses, waves,
        logarithmic=True,
    )  # fmt: skip


_RELEASES, _FEW_RELEASES = 30.0, 10.0
"""Length of a train over the slowest release of the gate: next to measured means, and where a few intervals do."""
_TRAINS = 14.0
"""Length of a train over the integration time at a constant input: pulses of half duty take six times as long."""


def _mean_interval(run: Run, device: int) -> float:
    times = run.spike_times[run.spike_devices == device]
    return float(np.mean(np.diff(times))) if len(times) > 2 else np.nan
