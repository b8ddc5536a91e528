"""The 1M1T1R neuron in time: against closed forms, against itself with other steps, and its noise.

Bench values: Zhao et al., Nat. Electron. 8, 1211 (2025), Supplementary Table 1, through the shipped device spec.
"""

import numpy as np
import pytest

from neuroest.blocks.neurons.diffusive_ions import IonKineticsParameters
from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.dynamics import compact, pulse_response
from neuroest.dynamics.agreement import compare_energy
from neuroest.dynamics.compact import default_step, simulate
from neuroest.dynamics.diffusive_cells import NEURON_MODELS, draw_devices, integration_time, load_cells
from neuroest.dynamics.in_time import Segment, constant, pulse_train, sampled
from neuroest.dynamics.pulse_response import Rates, first_spike
from neuroest.registry import DEVICE_MODELS
from tests.each import each

BENCH = load_cells("diffusive_bench")
CLOSED_FORMS = {
    "before_switch": "bound", "gate_charge": "agrees", "divider": "agrees", "output_branch": "agrees",
    "output_load": "agrees",
}  # fmt: skip


@pytest.mark.parametrize(("voltage", "milliseconds"), [(0.6, 77.6), (0.8, 34.9), (1.0, 15.4)])
def test_first_spike_agrees_with_the_public_reproduction(voltage, milliseconds) -> None:
    # dm_SNN solves the same equations with other steps; its three times are given to three digits
    run = simulate(BENCH, constant(voltage, 0.1), until_switched=True)
    assert run.first_switch[0] == pytest.approx(milliseconds * 1e-3, rel=5e-3)


def test_one_millisecond_pulses_take_193_ms_as_the_reproduction_found() -> None:
    run = simulate(BENCH, pulse_train(0.8, 1e-3, 1e-3, 110), until_switched=True)
    assert run.first_switch[0] == pytest.approx(193e-3, rel=5e-3)


def test_below_its_dc_threshold_the_neuron_never_fires() -> None:
    # 0.211 V; ten residue times are 2 s, a fifth of which shows the plateau
    run = simulate(BENCH, constant(0.2, 0.4), step=1e-4)
    assert not np.isfinite(run.first_switch[0])
    assert run.final.filament[0] + run.final.residue[0] < 0.5


def test_half_the_step_changes_times_and_energies_little() -> None:
    step = default_step(BENCH)
    runs = [simulate(BENCH, constant(0.8, 0.06), step=s) for s in (step, step / 2.0)]
    assert runs[0].first_switch[0] == pytest.approx(runs[1].first_switch[0], rel=2e-3)
    np.testing.assert_allclose(runs[0].spike_times, runs[1].spike_times, rtol=5e-3)
    for term in ("gate_charge", "output_branch"):
        assert runs[0].energy[term][0] == pytest.approx(runs[1].energy[term][0], rel=0.02)


@pytest.mark.slow
def test_noise_does_not_depend_on_the_step() -> None:
    # spreads of 300 devices are known to 4 % each, so that two differ by less than 17 % in three deviations;
    # noise that grew with the step instead of its root would double between the two
    spreads, medians = [], []
    for factor in (1.0, 4.0):
        run = simulate(
            BENCH.broadcast(300), constant(0.8, 0.12), generator=np.random.default_rng(3),
            step=default_step(BENCH) * factor, until_switched=True,
        )  # fmt: skip
        spreads.append(float(np.std(np.log(run.first_switch))))
        medians.append(float(np.median(run.first_switch)))
    assert spreads[0] == pytest.approx(spreads[1], rel=0.17)
    assert medians[0] == pytest.approx(medians[1], rel=0.05)
    # 6.9 % of drive through d ln t/d ln V of about -3.4 at 0.8 V, and somewhat averaged over the time
    assert 0.15 < spreads[0] < 0.069 * 3.5


def test_a_seed_repeats_a_run_exactly() -> None:
    runs = [
        simulate(BENCH.broadcast(5), constant(0.8, 0.05), generator=np.random.default_rng(1))
        for _ in range(2)
    ]
    np.testing.assert_array_equal(runs[0].spike_times, runs[1].spike_times)


@pytest.mark.slow
def test_many_devices_at_once_are_the_same_as_one_by_one() -> None:
    levels = np.array([0.5, 0.8, 1.2])
    together = simulate(BENCH.broadcast(3), constant(levels, 0.15))
    for index, level in enumerate(levels):
        alone = simulate(BENCH, constant(level, 0.15))
        assert together.first_switch[index] == pytest.approx(alone.first_switch[0], rel=1e-9)
        assert together.counts[index] == alone.counts[0]


@pytest.mark.slow
@pytest.mark.parametrize("neuron", ["diffusive_bench", "diffusive_65nm_estimate", "diffusive_3nm_projection"])
@pytest.mark.parametrize("held", [False, True])
def test_energy_by_simulation_is_that_of_the_closed_forms(neuron, held) -> None:
    cells = load_cells(neuron)
    level = float(cells.input_voltage)
    hold = float(integration_time(cells, level)) if held else 0.0
    compared = compare_energy(cells, level, hold=hold)
    assert not compared.latched
    assert {row.term: row.verdict for row in compared.rows} == CLOSED_FORMS


@pytest.mark.slow
def test_supply_energy_is_what_the_circuit_holds_and_loses() -> None:
    # without rupture, all energy from the input: C V^2/2 stored or lost, R_c, and the memristor; here by the charge:
    # E = V (C V_g + integral of V_g/R_c), from a run with the gate resolved
    run = simulate(BENCH, [Segment(0.04, 0.8)], rupture=False, kept=1, samples=10**6, step=2e-6)
    time, gate = run.traces["time"], run.traces["gate"][:, 0]
    charge = BENCH.gate_capacitance * run.final.gate[0] + np.trapezoid(gate, time) / BENCH.control_resistance
    drawn = sum(run.energy[term][0] for term in ("before_switch", "gate_charge", "divider"))
    assert drawn == pytest.approx(0.8 * charge, rel=0.01)


@pytest.mark.slow
def test_published_rate_equations_latch_at_250_megaohm_and_not_at_50() -> None:
    resistances = np.array([50e6, 250e6, 500e6, 1e9])
    many = BENCH.changed(control_resistance=resistances)
    run = simulate(many, pulse_train(0.8, 1e-3, 1e-3, 250), rupture=False)
    assert list(run.latched) == [False, True, True, True]
    assert resistances[run.latched].min() == 250_000_000


def test_the_gate_of_the_integrated_neuron_follows_its_filament_and_that_is_said() -> None:
    cells = load_cells("diffusive_28nm_derived")
    run = simulate(cells, constant(0.8, 0.037))
    assert run.latched[0]
    assert not np.isfinite(run.first_switch[0])


@pytest.mark.slow
def test_a_capacitor_at_its_gate_lets_the_integrated_neuron_spike_as_the_closed_forms_have_it() -> None:
    # 0.1 ms of input after the switch is 4,000 times the charging of the gate, 1 Mohm x 23 fF
    compared = compare_energy(load_cells("diffusive_28nm_capacitor"), 0.8, hold=1e-4)
    assert not compared.latched
    assert {row.term: row.verdict for row in compared.rows} == CLOSED_FORMS


def test_barriers_slow_all_rates_and_leave_both_thresholds() -> None:
    # 50 meV at 300 K: exp(0.05/0.025852) = 6.92
    slow = load_cells("diffusive_bench", barrier_shift=0.05 * 1.602176634e-19)
    ratio = integration_time(slow, 0.8) / integration_time(BENCH, 0.8)
    assert ratio == pytest.approx(6.92, rel=2e-3)


def test_ten_kelvin_speed_the_ions_up_by_1_45() -> None:
    # 0.3 eV about 300 K; docs/models/neurons.md, "Temperature"
    warm = load_cells("diffusive_bench", temperature=310.0)
    assert integration_time(BENCH, 0.8) / integration_time(warm, 0.8) == pytest.approx(1.45, abs=0.01)


def test_devices_differ_by_the_deviation_of_the_spec() -> None:
    drawn = draw_devices(BENCH, "diffusive_bench", 4000, np.random.default_rng(0))
    # 7 % of the firing amplitude; the deviation of 4000 values is known to 1.1 %
    assert np.std(np.log(drawn.field_mobility)) == pytest.approx(0.07, rel=0.04)
    assert np.median(drawn.field_mobility) == pytest.approx(150.0, rel=0.01)


def test_the_fast_solver_agrees_with_the_full_simulation() -> None:
    rates = Rates(
        BENCH.field_mobility,
        BENCH.field_offset,
        BENCH.residue_rate,
        BENCH.filament_decay,
        BENCH.residue_decay,
    )
    gaps = np.array([0.4e-3, 0.8e-3, 1.2e-3])
    fast = first_spike(rates, 0.9, 1e-3, gaps, 400)
    for index, gap in enumerate(gaps):
        full = simulate(BENCH, pulse_train(0.9, 1e-3, float(gap), 120), until_switched=True)
        assert fast.time[index] == pytest.approx(full.first_switch[0], rel=0.02)


@pytest.mark.parametrize("neuron", NEURON_MODELS)
def test_no_parameter_has_two_homes(neuron: str) -> None:
    assert not DEVICE_MODELS[neuron].declared.keys() & IonKineticsParameters.declared.keys()


@each(
    "make, words",
    [
        (lambda: constant(0.8, -1.0), "duration"),
        (lambda: constant(0.8, float("nan")), "duration"),
        (lambda: pulse_train(0.8, 1e-3, 0.0, 3), "gap"),
        (lambda: pulse_train(0.8, 1e-3, 1e-3, 0), "at least one pulse"),
        (lambda: sampled(np.array([0.0, 2.0, 1.0]), np.zeros(3)), "does not increase at sample 3"),
        (lambda: sampled(np.array([0.0, 1.0]), np.array([0.0, np.nan])), "not a finite"),
        (lambda: sampled(np.array([0.0]), np.array([0.0])), "two samples"),
        (lambda: simulate(BENCH, constant(0.8, 1.0), step=0.0), "step"),
        (lambda: simulate(BENCH, constant(0.8, 1.0), step=1e-12), "step"),
        (lambda: load_cells("lif_28nm_circuit"), "needs a diffusive neuron"),
        (lambda: load_cells("diffusive_bench", kinetics="lif_28nm_circuit"), "ion_kinetics"),
        (lambda: load_cells("diffusive_bench", changes={"relaxation_time": "0 s"}), "states no relaxation_time"),
        (lambda: load_cells("diffusive_bench", temperature=-3.0), "above 0 K"),
        (lambda: draw_devices(BENCH, "diffusive_bench", 0, np.random.default_rng(0)), "at least one"),
        (lambda: compare_energy(BENCH, 0.1), "never fires"),
    ],
)  # fmt: skip
def test_bad_requests_are_one_clear_line(make, words) -> None:
    with pytest.raises(NeuroestError, match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_an_unknown_parameter_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="control_resistance"):
        load_cells("diffusive_bench", changes={"control_resistanc": "1 Gohm"})


def test_a_gate_that_follows_the_gap_is_stiff_and_costs_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """From 35 ms on the gate of the derived neuron (0.6 us) takes away the drive of its filament (2 ms)."""
    cells = load_cells("diffusive_28nm_derived").broadcast(1)
    calls = 0
    advance = compact._Engine._advance

    def counted(*arguments):
        nonlocal calls
        calls += 1
        return advance(*arguments)

    monkeypatch.setattr(compact._Engine, "_advance", counted)
    implicit = simulate(cells, constant(0.8, 35.2e-3))
    assert calls < 1_600
    few = calls
    monkeypatch.setattr(compact._Engine, "_watch", lambda *_: None)
    small = simulate(cells, constant(0.8, 35.2e-3))
    assert calls - few > 1.2 * few  # what the small parts of the same time cost
    for one in (implicit, small):
        assert not np.isfinite(one.first_switch[0])
        assert one.latched[0]
    for name in ("filament", "residue", "gate"):
        assert getattr(implicit.final, name) == pytest.approx(getattr(small.final, name), rel=1e-4)
    for term in ("before_switch", "divider", "output_branch"):
        assert implicit.energy[term] == pytest.approx(small.energy[term], rel=0.02)


def test_a_spike_of_a_fast_gate_takes_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate of 0.6 us and a filament of 1.6 ms: small steps where something happens, and nowhere else."""
    cells = load_cells("diffusive_28nm_capacitor").broadcast(1)
    calls = 0
    advance = compact._Engine._advance

    def counted(*arguments):
        nonlocal calls
        calls += 1
        return advance(*arguments)

    monkeypatch.setattr(compact._Engine, "_advance", counted)
    run = simulate(cells, constant(0.8, 0.1))
    alone = 0.1 / default_step(cells)
    assert run.counts[0] >= 2
    # equal steps of 50 ns would be 540 for each of the steps in which a device switches
    assert calls - alone < 250 * run.counts[0]
    closed = float(integration_time(cells, 0.8)[0])
    assert run.first_switch[0] == pytest.approx(closed, rel=0.03)


@pytest.mark.slow
def test_energy_of_a_fast_gate_does_not_depend_on_the_step() -> None:
    """A gate of 0.6 us and a filament of 1.6 ms: the output is on for R_c C_g ln(0.77 V/0.2 V), whatever the step.

    By hand: 27.4 Mohm, 22.6 fF and a gate that peaks at 0.8 V * 27.4/28.4 = 0.772 V keep it on for 0.84 us; the rise
    through R_on and the rupture add some tenths. ngspice finds 1.03 us and 877 fJ for five spikes.
    """
    cells = load_cells("diffusive_28nm_capacitor").broadcast(1)
    coarse, fine = (simulate(cells, constant(0.8, 0.0601), step=step) for step in (None, 5e-6))
    for run in (coarse, fine):
        assert run.counts[0] == 5
        assert run.output_time[0] / 5 == pytest.approx(1.0e-6, rel=0.05)
        assert sum(float(term[0]) for term in run.energy.values()) == pytest.approx(877e-15, rel=0.01)
    spike = {row.term: row for row in compare_energy(cells, 0.8).rows}
    assert spike["gate_charge"].verdict == "agrees"
    assert spike["output_load"].verdict == "agrees"


def test_first_spike_of_a_very_mobile_ion() -> None:
    """A gap of d closes before the filament decays, after ((d + 1)^2 - d^2) / 2 over mobility and voltage."""
    found = first_spike(Rates(6e18, 0.01, 20.0, 600.0, 5.0), 0.5, 1.0, 1.0, 1)
    assert float(found.time) == pytest.approx(0.51 / 3e18, rel=0.02)


def test_first_spike_stands_still_in_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filament and residue that only balance need no more steps for a longer pulse."""
    calls = 0

    def counted(*given: object) -> object:
        nonlocal calls
        calls += 1
        return step_length(*given)

    step_length = pulse_response.step_length
    monkeypatch.setattr(pulse_response, "step_length", counted)
    found = first_spike(Rates(15401.5, 0.01, 197104.0, 600.0, 49998.0), 0.55, 0.07, 0.03, 1)
    assert np.isinf(found.time)
    assert calls < 1500
