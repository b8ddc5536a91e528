"""Files of `kind: population`: what they say, what is refused, and that they are the network that layers describe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import neuroest
from neuroest.core.errors import SpecError
from neuroest.loading.library import load_workload
from neuroest.pipeline.check import check_files
from tests.each import each

ABOUT = {"basis": "assumed", "rationale": "for this test"}
LEARNING = {"rule": "pair_stdp", "samples": 1, "mean_change": 0.01, **ABOUT}


def group(**changed: Any) -> dict[str, Any]:
    return {
        "neurons": 1000, "synapses": 100, "sheet_density": "1e4 1/mm^2", "decay_length": "1 mm",
        "rate": {"value": "4 Hz", **ABOUT, "spread": {"low": "2 Hz", "high": "8 Hz"}}, **changed,
    }  # fmt: skip


def written(folder: Path, populations: dict[str, Any], **changed: Any) -> Path:
    data = {
        "kind": "population", "name": "given", "description": "Populations.", "duration": "1 s", "time_step": "1 ms",
        "precision": {"weights": 8, "accumulator": 24}, "weights": {"mean_absolute": 0.3, **ABOUT},
        "populations": populations, **changed,
    }  # fmt: skip
    path = folder / "given.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def as_layers(folder: Path, **changed: Any) -> Path:
    cells = {key: value for key, value in group().items() if key != "rate"}
    data = {
        "kind": "workload", "name": "given", "description": "Populations.", "coding": "spiking", "timesteps": 1000,
        "period": {"value": "1 s", **ABOUT},
        "time_step": "1 ms", "precision": {"weights": 8, "accumulator": 24},
        "weights": {"mean_absolute": 0.3, **ABOUT}, "input": {"shape": [1], "activity": {"rate": 0.0, **ABOUT}},
        "layers": [{
            "name": "cells", "type": "population", **cells,
            "activity": {"rate": 0.004, **ABOUT, "spread": {"low": 0.002, "high": 0.008}},
        }], **changed,
    }  # fmt: skip
    path = folder / "layers" / "given.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def test_a_file_of_populations_is_the_network_of_layers(tmp_path: Path) -> None:
    one = neuroest.estimate("loihi_14nm", written(tmp_path, {"cells": group()}))
    other = neuroest.estimate("loihi_14nm", as_layers(tmp_path))
    assert one.totals == other.totals
    ends = [(band.low, band.high) for band in (r.bands.totals["average_power_W"] for r in (one, other))]
    assert ends[0] == ends[1]
    assert ends[0][0] < ends[0][1]


def test_a_rate_is_stated_in_hertz(tmp_path: Path) -> None:
    spec = load_workload(written(tmp_path, {"cells": group()})).spec
    claim = spec.resolved[0]["workload.layers.cells.activity.rate"]
    assert (claim.value, claim.low, claim.high) == pytest.approx((0.004, 0.002, 0.008))
    assert spec.timesteps == 1000


def test_plastic_populations_alone_learn(tmp_path: Path) -> None:
    def updates(**plastic: bool) -> float:
        groups = {name: group(plastic=on, input_synapses=10) for name, on in plastic.items()}
        found = neuroest.estimate("loihi_14nm", written(tmp_path, groups, learning=LEARNING)).totals[
            "synaptic_updates"
        ]
        assert found is not None
        return found

    both = updates(one=True, two=True)
    assert updates(one=True, two=False) + updates(one=False, two=True) == pytest.approx(both)


def test_populations_may_read_one_that_is_not_before_them(tmp_path: Path) -> None:
    groups = {
        "one": group(),
        "two": group(input_synapses=10),
        "three": group(input_synapses=10, reads="one", neurons=500),
    }
    with pytest.raises(SpecError, match="nothing reads 'two'"):
        load_workload(written(tmp_path, groups))
    groups["three"]["reads"] = "two"
    spec = load_workload(
        written(tmp_path, groups, input={"neurons": 50, "rate": {"value": "8 Hz", **ABOUT}})
    ).spec
    assert [layer.inputs for layer in spec.layers] == [None, None, ("two",)]
    assert spec.input.shape == (50,)


@each(
    "changed, others, words",
    [
        (
            {"synapses": 2000},
            {},
            r"populations.cells.synapses: 2000 of a neuron are more than the 1000 neurons",
        ),
        ({"long_range_share": 0.5}, {}, "populations.cells.long_range_distance: is missing"),
        ({"plastic": True}, {}, "populations.cells.plastic: needs `learning`"),
        ({"reads": "other"}, {}, "'other' is not an earlier population"),
        ({"rate": {"value": "2 kHz", **ABOUT}}, {}, "populations.cells.rate: 2 kHz is 2 spikes a timestep"),
        ({"rate": {"value": "2 m", **ABOUT}}, {}, "populations.cells.rate"),
        ({"neurons": {"value": 0, **ABOUT}}, {}, "populations.cells.neurons: 0.0 is below the minimum"),
        ({"neurons": {"value": 1000}}, {}, "populations.cells.neurons: states no basis"),
        ({}, {"duration": "1.5 ms"}, "duration: is 1.5 timesteps"),
        ({"neuron": 3}, {}, "neuron"),
        (
            {},
            {"learning": {"rule": "pair_stdp", "samples": 1, "mean_change": 0.1, **ABOUT}},
            "no population is plastic",
        ),
    ],
)
def test_what_is_wrong_is_one_line_at_its_place(
    tmp_path: Path, changed: dict[str, Any], others: dict[str, Any], words: str
) -> None:
    path = written(tmp_path, {"cells": group(**changed)}, **others)
    with pytest.raises(SpecError, match=words) as caught:
        load_workload(path)
    assert len(caught.value.problems) == 1
    assert all(problem.line > 1 for problem in caught.value.problems)
    assert check_files([path]) == tuple(caught.value.problems)
