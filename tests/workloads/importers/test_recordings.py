from __future__ import annotations

import io
import json
import pickle
import tracemalloc
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import UnknownNameError
from neuroest.workloads.importers.network import NetworkImportError
from neuroest.workloads.importers.recordings import attach_activity, read_recording, renamed
from neuroest.workloads.importers.statistics import number_statistics, spike_statistics
from neuroest.workloads.layers import geometry, layer_table

NETWORK = """
kind: workload
name: small
description: Two layers.
coding: spiking
timesteps: 5
precision: {weights: 8, accumulator: 16}
weights: {mean_absolute: 0.2, basis: assumed, rationale: none}
input:
  shape: [4]
  activity: {rate: 0.1, basis: assumed, rationale: none}
activity: {rate: 0.1, basis: assumed, rationale: none}
layers:
- {name: hidden, type: fully_connected, outputs: 3}
- {name: output, type: fully_connected, outputs: 2}
"""
EXAMPLE = Path(__file__).parents[3] / "examples" / "digits_snn"


@pytest.fixture
def network(tmp_path: Path):
    (tmp_path / "small.yaml").write_text(NETWORK)
    return neuroest.load_workload(tmp_path / "small.yaml")


def spikes(neurons: int, samples: int = 6) -> np.ndarray:
    return np.random.default_rng(neurons).random((samples, 5, neurons)) < 0.3


def refused(path: Path, **settings) -> str:
    with pytest.raises(NetworkImportError) as reported:
        read_recording(path, **settings)
    assert "\n" not in str(reported.value)
    assert str(path) in str(reported.value)
    return str(reported.value)


def test_nodes_of_nir_get_the_names_of_layers_and_keep_their_time_step(network, tmp_path: Path) -> None:
    nir = pytest.importorskip("nir", reason="needs neuroest[nir]")
    grid = nir.TimeGriddedData((np.random.default_rng(1).random((4, 5, 3)) < 0.3).astype(float), 1e-3)
    path = tmp_path / "r.h5"
    nir.write_data(path, nir.NIRGraphData({"lif1": nir.data_ir.NIRNodeData({"spikes": grid})}))
    recording = read_recording(path)
    assert recording.time_step == pytest.approx(1e-3)
    with pytest.raises(UnknownNameError, match="lif1"):
        attach_activity(network, recording, dataset="noise")
    changed, _ = attach_activity(network, renamed(recording, ["lif1=hidden"]), dataset="noise")
    assert layer_table(changed.spec).output_rate[0] == pytest.approx(grid.data.mean())
    (tmp_path / "timed.yaml").write_text(NETWORK.replace("timesteps: 5", "timesteps: 5\ntime_step: 2 ms"))
    timed = neuroest.load_workload(tmp_path / "timed.yaml")
    with pytest.raises(NetworkImportError, match="timesteps of 1 ms, the workload has 2 ms"):
        attach_activity(timed, renamed(recording, ["lif1=hidden"]), dataset="noise")
    with pytest.raises(NetworkImportError, match="expected RECORDED=LAYER"):
        renamed(recording, ["lif1"])
    with pytest.raises(UnknownNameError, match="lif2"):
        renamed(recording, ["lif2=hidden"])


def test_a_rate_beyond_one_is_reported_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("layer,rate\nhidden,1.7\n")
    with pytest.raises(NetworkImportError, match=r"r\.csv: line 2: rate is 1\.7"):
        read_recording(path)


def test_recorded_spikes_become_rates_with_their_origin(tmp_path: Path, network) -> None:
    path = tmp_path / "r.npz"
    np.savez_compressed(path, input=spikes(4), hidden=spikes(3))
    loaded, _ = attach_activity(network, read_recording(path), dataset="noise", day="2026-03-01")
    claims = neuroest.estimate("digital_spiking_28nm", loaded).claims
    claim = claims["workload.layers.hidden.activity.rate"]
    each = spikes(3).mean((1, 2))
    assert claim.value == pytest.approx(each.mean())
    assert (claim.low, claim.high) == pytest.approx(
        (np.quantile(each, 0.1), np.quantile(each, 0.9)), rel=1e-3
    )
    assert (claim.basis, claim.source) == ("simulated", "recording")
    said = loaded.spec.sources["recording"].seen_note or ""
    for part in ("noise", "2026-03-01", "samples: 6", sha256(path.read_bytes()).hexdigest()):
        assert part in said
    # what was not recorded stays as it was, marked assumed
    assert loaded.spec.layers[1].activity is None
    assert claims["workload.activity.rate"].basis == "assumed"


def test_a_second_recording_keeps_the_source_of_the_first(tmp_path: Path, network) -> None:
    np.savez(tmp_path / "a.npz", input=spikes(4))
    np.savez(tmp_path / "b.npz", output=spikes(2))
    once, _ = attach_activity(network, read_recording(tmp_path / "a.npz"), dataset="a")
    twice, _ = attach_activity(once, read_recording(tmp_path / "b.npz"), dataset="b")
    assert set(twice.spec.sources) == {"recording", "recording_2"}


def test_rates_of_each_sample_or_of_a_table_are_read(tmp_path: Path, network) -> None:
    np.savez(tmp_path / "r.npz", **{"hidden.rate": np.array([0.1, 0.2, 0.3])})
    loaded, _ = attach_activity(network, read_recording(tmp_path / "r.npz"), dataset="d")
    assert layer_table(loaded.spec).output_rate[0] == pytest.approx(0.2)
    (tmp_path / "r.csv").write_text("layer,rate,rate_low,rate_high,samples\nhidden,0.25,0.2,0.3,40\n")
    loaded, _ = attach_activity(network, read_recording(tmp_path / "r.csv"), dataset="d")
    assert layer_table(loaded.spec).output_rate[0] == pytest.approx(0.25)


def test_a_table_of_spikes_equals_the_array(tmp_path: Path, network) -> None:
    array = spikes(3)
    rows = [f"{s},{t},hidden,{n}" for s, t, n in zip(*np.nonzero(array), strict=True)]
    (tmp_path / "r.csv").write_text("sample,timestep,layer,neuron\n" + "\n".join(rows) + "\n")
    recording = read_recording(tmp_path / "r.csv", samples=6)
    loaded, _ = attach_activity(network, recording, dataset="d")
    assert layer_table(loaded.spec).output_rate[0] == pytest.approx(array.mean())


def test_nir_data_on_a_grid_and_as_events(tmp_path: Path, network) -> None:
    nir = pytest.importorskip("nir", reason="needs neuroest[nir]")
    array = spikes(3)
    grid = nir.TimeGriddedData(array, dt=1e-3)
    events = grid.to_event(20, time_shift=0.5e-3)
    for name, data in (("grid", grid), ("events", events)):
        path = tmp_path / f"{name}.h5"
        nir.write_data(
            path, nir.NIRGraphData(nodes={"hidden": nir.NIRNodeData(observables={"spikes": data})})
        )
        loaded, _ = attach_activity(network, read_recording(path, time_step=1e-3), dataset="d")
        assert layer_table(loaded.spec).output_rate[0] == pytest.approx(array.mean())
    assert "--time-step" in refused(tmp_path / "events.h5")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"hiden": spikes(3)}, "did you mean 'hidden'"),
        ({"hidden": spikes(4)}, "recorded with 4 neurons, the workload has 3"),
        ({"hidden": spikes(3)[:, :4]}, "recorded with 4 timesteps, the workload has 5"),
        ({"hidden": 2.0 * spikes(3) + 1}, "more than one spike a step"),
        ({"hidden": -1.0 * spikes(3)}, "negative"),
        ({"hidden.rate": np.array([1.5])}, "between 0 and 1"),
        ({"hidden.density": np.array([0.5])}, "states no rate"),
    ],
)
def test_a_recording_that_does_not_fit_is_refused(
    tmp_path: Path, network, arrays: dict, message: str
) -> None:
    np.savez(tmp_path / "r.npz", **arrays)
    with pytest.raises((NetworkImportError, UnknownNameError, neuroest.QuantityError), match=message):
        attach_activity(network, read_recording(tmp_path / "r.npz"), dataset="d")


class Evil:
    def __reduce__(self):
        return (print, ("executed",))


def test_objects_are_never_unpickled(tmp_path: Path, capsys) -> None:
    np.savez(tmp_path / "o.npz", hidden=np.array([[Evil()]], dtype=object))
    assert "never read" in refused(tmp_path / "o.npz")
    (tmp_path / "p.npz").write_bytes(pickle.dumps(Evil()))
    refused(tmp_path / "p.npz")
    (tmp_path / "p.pkl").write_bytes(pickle.dumps(Evil()))
    assert "never opened" in refused(tmp_path / "p.pkl")
    assert "executed" not in capsys.readouterr().out


def bomb(path: Path, header: bytes, length: int) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("hidden.npy", "w") as member,
    ):
        member.write(header)
        for _ in range(length // 2**20):
            member.write(bytes(2**20))


@pytest.mark.slow
def test_a_zip_bomb_costs_no_memory(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "|b1", "fortran_order": False, "shape": (2**20, 2**11, 1)}
    )
    bomb(tmp_path / "z.npz", stream.getvalue(), 2**21 * 600)
    lying = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        lying, {"descr": "<f8", "fortran_order": False, "shape": (2**40, 2**10, 1)}
    )
    bomb(tmp_path / "l.npz", lying.getvalue(), 2**20)
    tracemalloc.start()
    assert "unpacks to" in refused(tmp_path / "z.npz")
    assert "announces" in refused(tmp_path / "l.npz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_damaged_and_empty_files_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "r.npz", hidden=spikes(3))
    content = (tmp_path / "r.npz").read_bytes()
    for index, part in enumerate((b"", content[:50], content[: len(content) // 2], b"PK" + bytes(100))):
        (tmp_path / f"d{index}.npz").write_bytes(part)
        refused(tmp_path / f"d{index}.npz")
    for index, text in enumerate(
        ("", "a,b\n1,2\n", "layer,rate\nhidden,much\n", "layer,rate\nx,0.1\nx,0.2\n")
    ):
        (tmp_path / f"c{index}.csv").write_text(text)
        refused(tmp_path / f"c{index}.csv")
    (tmp_path / "r.txt").write_text("x")
    assert "unknown suffix" in refused(tmp_path / "r.txt")


def test_statistics_of_a_sample_by_hand() -> None:
    # two samples of three neurons in two timesteps: 3 and 1 spikes
    array = np.array([[[1, 0, 1], [0, 1, 0]], [[0, 0, 0], [1, 0, 0]]])
    found = spike_statistics(array, 0, 1)
    assert found["rate"].tolist() == [3, 1]
    assert (found["elements"], found["steps"]) == (3, 2)
    # of 15, 5, 0 with four bits: 1111, 0101, 0000
    found = number_statistics(np.array([[15.0, 5.0, 0.0]]), 0, 4)
    assert found["density"].tolist() == [2]
    assert found["bit_density"].tolist() == [6 / 4]
    # with a sign, -7 of 7 is 1001 in two's complement and 7 is 0111
    found = number_statistics(np.array([[-7.0, 7.0]]), 0, 4)
    assert found["bit_density"].tolist() == [5 / 4]


TRAINING = json.loads((EXAMPLE / "training.json").read_text())


@pytest.mark.parametrize(("suffix", "bits", "key"), [("", 8, "8"), ("_4bit", 4, "4_retrained")])
def test_the_committed_recording_of_the_digits_is_the_one_that_was_trained(
    suffix: str, bits: int, key: str
) -> None:
    for name in (f"recording{suffix}", f"recording_dense{suffix}"):
        assert sha256((EXAMPLE / f"{name}.npz").read_bytes()).hexdigest() == TRAINING[f"{name}_sha256"]
    loaded = neuroest.load_workload(EXAMPLE / f"digits_spiking{suffix}.yaml")
    again, _ = attach_activity(loaded, read_recording(EXAMPLE / f"recording{suffix}.npz"), dataset="digits")
    ours, theirs = layer_table(loaded.spec), layer_table(again.spec)
    assert ours.output_rate == pytest.approx(theirs.output_rate)
    assert ours.input_rate[0] == pytest.approx(TRAINING["rates"][f"{bits}"]["input"], abs=1e-5)
    assert loaded.spec.precision.weights == bits
    assert loaded.spec.task.value == pytest.approx(
        TRAINING["accuracy"][f"spiking_{key}"]["recorded"], abs=1e-4
    )
    dense = neuroest.load_workload(EXAMPLE / f"digits_dense{suffix}.yaml")
    recorded, _ = attach_activity(
        dense, read_recording(EXAMPLE / f"recording_dense{suffix}.npz"), dataset="digits"
    )
    # the last layer's scores were not recorded apart; the rectified layer must agree to the rounding of its bits
    assert layer_table(recorded.spec).output_density[0] == pytest.approx(
        layer_table(dense.spec).output_density[0], abs=2e-3 if bits == 8 else 0.03
    )


def test_the_small_dense_network_is_the_least_that_is_as_accurate_as_the_spiking_one() -> None:
    accuracy, chosen = TRAINING["accuracy"], TRAINING["small_hidden_neurons"]
    spiking = accuracy["spiking_4_retrained"]["mean"]
    sizes = sorted(int(name.rpartition("_")[2]) for name in accuracy if name.startswith("dense_4_of_"))
    assert chosen == next(size for size in sizes if accuracy[f"dense_4_of_{size}"]["mean"] >= spiking)
    shapes = geometry(neuroest.load_workload(EXAMPLE / "digits_dense_4bit_small.yaml").spec)
    assert shapes.total_weights == chosen * (64 + 10)


def test_four_bits_cost_the_twins_no_accuracy_beyond_chance() -> None:
    accuracy, n = TRAINING["accuracy"], len(TRAINING["seeds"])
    for wide, narrow in (("spiking_8", "spiking_4_retrained"), ("dense_8", "dense_4_retrained")):
        error = np.hypot(*(accuracy[one]["standard_deviation"] for one in (wide, narrow))) / n**0.5
        assert accuracy[narrow]["mean"] > accuracy[wide]["mean"] - 2 * error
    for name in ("spiking_8", "spiking_4_retrained"):  # devices that differ cost less than a point
        assert accuracy[f"{name}_on_cells"]["mean"] == pytest.approx(accuracy[name]["mean"], abs=0.01)


def test_the_digits_run_on_the_chips_of_the_comparison() -> None:
    for chip in ("diffusive_28nm_derived", "analog_lif_circuit_28nm", "digital_spiking_28nm"):
        totals = neuroest.estimate(chip, EXAMPLE / "digits_spiking.yaml").totals
        # 64 inputs meet 96 neurons, 96 neurons meet 10, in ten timesteps
        rates = TRAINING["rates"]["8"]
        assert totals["synaptic_operations"] == pytest.approx(
            10 * (rates["input"] * 6144 + rates["hidden"] * 960), rel=1e-4
        )


def test_the_committed_comparison_of_the_digits_is_what_its_script_gives() -> None:
    results = json.loads((EXAMPLE / "results.json").read_text())
    assert results["training"] == TRAINING
    for row in results["rows"]:
        totals = neuroest.estimate(row["chip"], EXAMPLE / f"{row['workload']}.yaml").totals
        for name in ("energy_per_inference_J", "dynamic_energy_J", "latency_s", "area_m2"):
            assert totals[name] == pytest.approx(row[name], rel=0.02), "run examples/digits_snn/compare.py"
    kept = {
        one["scope"]: one["spike_rate"]
        for one in results["break_even_rates"]
        if (one["chip"], one["dense"]) == ("digital_spiking_28nm", "digits_dense_4bit")
    }
    found = neuroest.breakeven(
        "digital_spiking_28nm", "digital_int8_28nm", EXAMPLE / "digits_spiking_4bit.yaml", "uniform-spike-rate",
        other_workload=EXAMPLE / "digits_dense_4bit.yaml", quantity=tuple(kept),
    )  # fmt: skip
    assert kept == {point.quantity: pytest.approx(point.value, rel=0.02) for point in found.break_even_points}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("0,1.5,hidden,2", "whole numbers"),
        ("0,inf,hidden,2", "whole numbers"),
        ("0,-1,hidden,2", "whole numbers"),
    ],
)
def test_places_of_spikes_are_whole_numbers(tmp_path: Path, rows: str, said: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f"sample,timestep,layer,neuron\n{rows}\n")
    assert said in refused(path)


def test_two_spikes_of_a_neuron_in_a_timestep_are_two_in_every_layout(tmp_path: Path, network) -> None:
    path = tmp_path / "s.csv"
    path.write_text("sample,timestep,layer,neuron\n0,1,hidden,2\n0,1,hidden,2\n1,0,hidden,0\n")
    grid = np.zeros((2, 5, 3))
    grid[0, 1, 2], grid[1, 0, 0] = 2, 1
    np.savez(tmp_path / "s.npz", hidden=grid)
    for name in ("s.csv", "s.npz"):
        loaded, _ = attach_activity(network, read_recording(tmp_path / name), dataset="drawn")
        assert loaded.spec.layers[0].activity.rate.value == pytest.approx(3 / 30)


@pytest.mark.parametrize(
    ("array", "said"), [(np.zeros((0, 5, 3)), "is empty"), (np.full((6, 5, 3), 0.5), "fractions, not spikes")]
)
def test_arrays_that_are_no_spikes_are_refused(tmp_path: Path, network, array, said: str) -> None:
    np.savez(tmp_path / "s.npz", hidden=array)
    with pytest.raises(NetworkImportError, match=said):
        attach_activity(network, read_recording(tmp_path / "s.npz"), dataset="drawn")


@pytest.mark.parametrize(
    ("neurons", "times"), [([0, 3], [1e-3, 2e-3]), ([0, 1], [1e-3, 9e-3]), ([0, 1], [-2e-3, 2e-3])]
)
def test_events_beyond_the_neurons_or_the_time_are_refused(tmp_path: Path, neurons, times) -> None:
    nir = pytest.importorskip("nir", reason="needs neuroest[nir]")
    events = nir.EventData(idx=np.array([neurons]), time=np.array([times]), n_neurons=3, t_max=5e-3)
    path = tmp_path / "r.h5"
    nir.write_data(path, nir.NIRGraphData(nodes={"hidden": nir.NIRNodeData(observables={"spikes": events})}))
    assert "beyond" in refused(path, time_step=1e-3)
