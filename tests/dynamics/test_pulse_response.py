"""The quick solver of pulses in which a neuron fires again and again, against the full simulation."""

import numpy as np
import pytest

from neuroest.dynamics.compact import simulate
from neuroest.dynamics.diffusive_cells import load_cells
from neuroest.dynamics.in_time import constant
from neuroest.dynamics.pulse_response import Rates, Reset, pulse_response, rested

BENCH = load_cells("diffusive_bench")
QUICK = BENCH.changed(
    field_mobility=240.0, residue_rate=28.0, filament_decay=900.0, residue_decay=9.0, gate_capacitance=7e-12
)


def parts(cells):
    rates = Rates(
        cells.field_mobility,
        cells.field_offset,
        cells.residue_rate,
        cells.filament_decay,
        cells.residue_decay,
    )
    return rates, Reset(cells.on_resistance, cells.control_resistance, cells.gate_capacitance)


@pytest.mark.parametrize(("cells", "level", "width"), [(BENCH, 2.0, 15e-3), (QUICK, 1.4, 6e-3)])
def test_pulse_and_pair_agree_with_the_full_simulation(cells, level, width) -> None:
    rates, reset = parts(cells)
    fast = pulse_response(rates, reset, level, width)
    full = simulate(cells, constant(level, width), step=1e-5)
    whole = full.first_switch[0]
    assert float(fast.time) == pytest.approx(whole, rel=0.01)
    assert float(fast.after.residue) == pytest.approx(full.final.residue[0], rel=0.01)
    assert float(fast.after.gate) == pytest.approx(full.final.gate[0], rel=0.03)
    for gap in (20e-3, 400e-3):
        again = pulse_response(
            rates, reset, level, width, rested(rates, reset, fast.after, gap), until_fired=True
        )
        # the full simulation goes on from its own end, over an exact gap
        state, settled = full.final, min(gap, 0.05)
        start = simulate(cells, constant(0.0, settled), start=state).final
        start.residue = start.residue * np.exp(-cells.residue_decay * (gap - settled))
        second = simulate(cells, constant(level, width), start=start, step=1e-5, until_switched=True)
        assert float(fast.time - again.time) == pytest.approx(
            whole - second.first_switch[0], abs=0.004 * whole
        )


def test_what_is_left_of_a_first_pulse_only_helps() -> None:
    rates, reset = parts(BENCH)
    first = pulse_response(rates, reset, 2.0, np.array([5e-3, 20e-3]))
    again = pulse_response(rates, reset, 2.0, 20e-3, rested(rates, reset, first.after, 0.1), until_fired=True)
    assert np.all(again.time < first.time)
    # a longer first pulse holds more spikes and leaves more residue
    assert first.switches[1] > first.switches[0]
    assert again.time[1] < again.time[0]


def test_below_its_threshold_nothing_fires_and_all_is_reported() -> None:
    rates, reset = parts(BENCH)
    found = pulse_response(rates, reset, 0.15, 20e-3)
    assert not np.isfinite(found.time)
    assert found.switches == 0
    assert 0.0 < found.closest < 0.5


def test_many_devices_are_the_same_as_one_by_one() -> None:
    rates, reset = parts(BENCH)
    levels = np.array([[0.9, 1.4], [2.0, 3.0]])
    together = pulse_response(rates, reset, levels, 10e-3)
    assert together.time.shape == (2, 2)
    for place in np.ndindex(2, 2):
        alone = pulse_response(rates, reset, levels[place], 10e-3)
        assert together.time[place] == alone.time
        assert together.after.gate[place] == alone.after.gate
