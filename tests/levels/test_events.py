"""Arrays that are read at each event: counts by hand, pace, errors, and what has no meaning without timesteps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import CodingError, MappingError, NeuroestError
from neuroest.levels.crossbar.column_errors import column_errors
from tests.each import each

SHD = "shd_recurrent_spiking"
ARRAY = "chip.tile.array"
READOUT = f"{ARRAY}.readout"
EVENTS = {f"{ARRAY}.reads": "each_event"}
REAL_TIME = {"operation.mode": "always_on", "operation.period": "1.4 s", f"{READOUT}.largest_result": "1.2"}
"""The pace of the data, with drives that are short enough for it."""
PULSES = {"model": "pulse_coupling", "device": "pulse_coupling_28nm", "bias_follows": "stated_current"}


def result(changes: dict[str, Any], chip: str = "diffusive_low_power_28nm", network: str = SHD) -> Any:
    return neuroest.estimate(chip, network, changes)


def test_reads_and_bias_by_hand() -> None:
    """Layer hidden: 700 inputs at 0.1 and 200 own outputs at 0.003 are 70.6 events in 8 blocks; output: 0.6 in 2."""
    stated = {f"{READOUT}.interface": PULSES}
    steps, events = result(stated), result({**stated, **EVENTS})
    ratio = np.array([70.6 / 8.0, 0.6 / 2.0])
    reads = [r.evaluation.counts.actions[f"{ARRAY}.cell", "column_read"] for r in (steps, events)]
    assert reads[1] / reads[0] == pytest.approx(ratio, rel=1e-12)
    # 100 timesteps, 200 neurons, two columns of one slice each
    assert reads[1][0] == pytest.approx(100 * 70.6 * 200 * 2, rel=1e-12)
    mirrors = [r.evaluation.counts.actions[f"{READOUT}.merge", "merge"] for r in (steps, events)]
    assert mirrors[1] / mirrors[0] == pytest.approx(ratio, rel=1e-12)
    # of the bias of clamps, what the cells bring is the same, since as many cells are read
    cells = [r.evaluation.counts.actions[f"{ARRAY}.cell", "cell_read"] for r in (steps, events)]
    assert cells[1] == pytest.approx(cells[0], rel=1e-12)
    bias = [r.evaluation.counts.actions[f"{READOUT}.interface", "column_bias"] for r in (steps, events)]
    assert bias[1] - bias[0] == pytest.approx(reads[1] - reads[0], rel=0.01)


def test_pulses_of_a_neuron_that_keeps_all_last_as_long_in_sum() -> None:
    changes = {f"{READOUT}.interface": {**PULSES, "bias_follows": "mapped_current"}}
    steps, events = (
        result({**changes, **more}, "analog_lif_low_power_28nm").evaluation.mapper for more in ({}, EVENTS)
    )
    once, each = (m.compute.hold_time(m.network) for m in (steps, events))
    assert events.network.events * each == pytest.approx(once * [1.0, 1.0], rel=1e-4)


def test_events_come_over_the_period() -> None:
    found = result({**EVENTS, **REAL_TIME})
    timing, mapper = found.evaluation.timing, found.evaluation.mapper
    assert float(found.totals["initiation_interval_s"]) == pytest.approx(1.4, rel=1e-12)
    passage = np.sum(mapper.passage_time())
    # the last spike leaves when the last event has passed both layers
    assert 1.4 + passage < float(found.totals["latency_s"]) < 1.4 + 1.2 * passage
    assert float(np.squeeze(timing.stage_interval)) == pytest.approx(1.4 / 100, rel=1e-12)
    # an advice: by the error of the rule in periods of 14 ms, spikes of the rarest layer may be 11 % late
    assert {check.name for check in found.checks if not check.passed} <= {
        "spike_comes_in_time",
        "neuron_fires_once",
    }


def test_a_neuron_that_forgets_each_event_adds_up_none() -> None:
    """Events of layer output are 1.7 s apart, in which filament (2 ms) and residue (200 ms) fade."""
    slow = result({**EVENTS, **REAL_TIME, "operation.period": "100 s"})
    assert "neuron_adds_up_events" in {check.name for check in slow.checks if not check.passed}


def test_the_latency_is_explained_as_it_was_computed() -> None:
    found = neuroest.explain(result({**EVENTS, **REAL_TIME}), "latency")
    assert "T t_step + t_pass, with 14 ms" in str(found)


@pytest.mark.parametrize("neurons", [1, 2])
def test_neurons_rest_in_the_period(neurons: int) -> None:
    found = result({**EVENTS, **REAL_TIME, f"{READOUT}.neurons_per_output": neurons})
    neuron, timing = found.evaluation.mapper.compute.neuron, found.evaluation.timing
    longest = min(1.4, neurons * 1.4 - float(neuron.recovery_time()))
    assert 100 * float(np.squeeze(timing.stage_interval)) == pytest.approx(longest, rel=1e-9)
    assert float(found.totals["initiation_interval_s"]) == pytest.approx(1.4, rel=1e-9)


def test_a_period_shorter_than_the_rest_is_refused() -> None:
    with pytest.raises(NeuroestError, match="longer than the stated period"):
        result({**EVENTS, **REAL_TIME, "operation.period": "0.1 s", f"{READOUT}.neurons_per_output": 1})


def test_an_offset_of_the_comparator_is_there_at_each_event() -> None:
    """0.025 of a result where its sum is compared once; of 70.6 events, whose sum has the root of 70.6 of one, 0.21."""
    errors = []
    pace = {**REAL_TIME, f"{READOUT}.largest_result": "3", "operation.period": "2 s"}
    for changes in (pace, {**EVENTS, **pace}):
        found = result(changes).evaluation
        each = column_errors(found.mapper, found.mapped.placement)
        errors.append(each.causes["comparators of the pulses"] / each.result)
    # half a threshold of 3.7 deviations is full scale of a timestep, three of single weights that of an event
    assert errors[0] == pytest.approx(1.85 * 5e-3 / 0.6, rel=1e-9)
    assert errors[1] == pytest.approx(3 * 5e-3 / 0.6 * np.sqrt([70.6, 0.6]), rel=1e-9)


def test_a_list_of_points_gives_what_each_gives() -> None:
    swept = neuroest.sweep(
        "diffusive_low_power_28nm",
        {"operation.period": ["0.8 s", "1.4 s"]},
        SHD,
        settings={**EVENTS, **REAL_TIME},
    ).to_frame()
    for row, period in zip(swept.itertuples(), ("0.8 s", "1.4 s"), strict=True):
        alone = result({**EVENTS, **REAL_TIME, "operation.period": period})
        assert row.energy_per_inference_J == pytest.approx(alone.totals["energy_per_inference_J"], rel=1e-12)
        assert row.latency_s == pytest.approx(alone.totals["latency_s"], rel=1e-12)


@each(
    "changes, text",
    [
        ({f"{ARRAY}.silent_blocks": "skip"}, "silent_blocks is skip"),
        ({f"{ARRAY}.sharing": "layers"}, "sharing is layers"),
        ({f"{READOUT}.integration": "within_timestep"}, "integration is within_timestep"),
        ({"operation.mode": "duty_cycled"}, "a chip that is off misses events"),
        (
            {f"{READOUT}.interface": {"model": "sampled_clamp", "device": "sampled_clamp_28nm"}},
            "end in sampled_clamp, which adds up no events",
        ),
    ],
)
def test_what_has_no_meaning_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(MappingError, match=text):
        result({**EVENTS, **changes})


def test_converters_are_refused() -> None:
    with pytest.raises((MappingError, CodingError), match="a converter, which adds up no events"):
        result(EVENTS, "adc_crossbar_28nm", "mlp_mnist_dense")
