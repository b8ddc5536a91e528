from __future__ import annotations

import shutil
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

nir = pytest.importorskip("nir", reason="needs neuroest[nir]")
h5py = pytest.importorskip("h5py", reason="needs neuroest[nir]")

import neuroest  # noqa: E402
from neuroest.workloads.importers import import_network, workload_from_file  # noqa: E402
from neuroest.workloads.importers.network import ImportOptions, NetworkImportError, UnsupportedOperatorError  # noqa: E402
from neuroest.workloads.layers import geometry, layer_table  # noqa: E402

TEN = ImportOptions(timesteps=10)
TIMED = ImportOptions(timesteps=10, time_step=1e-3)


WRITERS = Path(__file__).parents[2] / "data" / "nir_writers"


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape)


def lif(*shape: int, tau: float = 0.02):
    return nir.LIF(tau * ones(*shape), ones(*shape), 0 * ones(*shape), ones(*shape))


def cuba(*shape: int):
    return nir.CubaLIF(
        0.005 * ones(*shape), 0.02 * ones(*shape), ones(*shape), 0 * ones(*shape), ones(*shape)
    )


def matrix(outputs: int, inputs: int):
    return nir.Linear(np.random.default_rng(1).standard_normal((outputs, inputs)))


def write(path: Path, nodes: dict, *edges: tuple[str, str]) -> Path:
    nir.write(path, nir.NIRGraph(nodes=nodes, edges=list(edges), type_check=False))
    return path


def chain(path: Path, shape: tuple[int, ...], **nodes) -> Path:
    outputs = {
        "input": nir.Input({"input": np.array(shape)}),
        **nodes,
        "output": nir.Output({"output": np.array([1])}),
    }
    names = list(outputs)
    return write(path, outputs, *pairwise(names))


def recurrent(path: Path) -> Path:
    """700 inputs, 200 recurrent neurons in a graph of their own, 20 outputs."""
    inner = nir.NIRGraph(
        nodes={
            "input": nir.Input({"input": np.array([200])}), "lif": cuba(200), "w_rec": matrix(200, 200),
            "output": nir.Output({"output": np.array([200])}),
        },
        edges=[("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")], type_check=False,
    )  # fmt: skip
    return chain(
        path,
        (700,),
        fc=matrix(200, 700),
        hidden=inner,
        fc2=matrix(20, 200),
        out=nir.LI(ones(20), ones(20), 0 * ones(20)),
    )


def convolutional(path: Path) -> Path:
    return chain(
        path, (2, 16, 16),
        c1=nir.Conv2d((16, 16), ones(8, 2, 3, 3), 1, 1, 1, 1, ones(8)), n1=nir.IF(ones(8, 16, 16), ones(8, 16, 16)),
        p=nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        c2=nir.Conv2d((8, 8), ones(8, 1, 3, 3), (2, 2), (0, 0), (1, 1), 8, ones(8)), n2=lif(8, 3, 3),
        flat=nir.Flatten({"input": np.array([8, 3, 3])}, 0, -1),
        fc=nir.Affine(ones(10, 72), ones(10)), n3=lif(10),
    )  # fmt: skip


@pytest.mark.usefixtures("own_process")
def test_a_convolutional_network_has_the_macs_of_hand_calculation(tmp_path: Path) -> None:
    shapes = geometry(workload_from_file(convolutional(tmp_path / "c.nir"), TEN).spec)
    assert shapes.types == ("convolution", "pooling", "convolution", "fully_connected")
    assert shapes.total_macs == 256 * 18 * 8 + 9 * 9 * 8 + 72 * 10
    assert shapes.output_shapes[2] == (8, 3, 3)


def test_a_nested_recurrent_graph_equals_the_shipped_workload(tmp_path: Path) -> None:
    ours = geometry(workload_from_file(recurrent(tmp_path / "r.nir"), TEN).spec)
    theirs = geometry(neuroest.load_workload("shd_recurrent_spiking").spec)
    for name in ("macs", "weights", "connections", "recurrent_connections"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name))


def test_a_sum_of_spikes_passes_on_each_of_them(tmp_path: Path) -> None:
    """Neurons of one layer, and of one behind it, both read by a third."""
    nodes = {
        "input": nir.Input({"input": np.array([6])}), "w1": matrix(6, 6), "n1": lif(6), "w2": matrix(6, 6),
        "n2": lif(6), "w3": matrix(2, 6), "n3": lif(2), "output": nir.Output({"output": np.array([2])}),
    }  # fmt: skip
    edges = [("input", "w1"), ("w1", "n1"), ("n1", "w2"), ("w2", "n2"), ("n2", "w3"), ("n1", "w3")]
    path = write(tmp_path / "skip.nir", nodes, *edges, ("w3", "n3"), ("n3", "output"))
    spec = workload_from_file(path, TEN).spec
    (place,) = (index for index, layer in enumerate(spec.layers) if layer.type == "add")
    assert spec.layers[place].spikes == "all"
    table = layer_table(spec)
    assert table.output_rate[place] == pytest.approx(table.output_rate[0] + table.output_rate[1])


def test_a_one_dimensional_convolution_has_one_column(tmp_path: Path) -> None:
    path = chain(
        tmp_path / "c.nir", (4, 50), c=nir.Conv1d(50, ones(6, 4, 5), 1, "same", 1, 1, ones(6)), n=lif(6, 50)
    )
    shapes = geometry(workload_from_file(path, TEN).spec)
    assert shapes.output_shapes == ((6, 50, 1),)
    assert shapes.total_macs == 50 * 20 * 6


def test_import_write_and_read_back_gives_the_same_counts(tmp_path: Path) -> None:
    for index, make in enumerate((recurrent, convolutional)):
        network = import_network(make(tmp_path / f"n{index}.nir"), TIMED)
        written = network.save(tmp_path / f"n{index}.yaml")
        assert neuroest.load_workload(tmp_path / f"n{index}.yaml").spec == written.spec


def test_two_branches_are_added(tmp_path: Path) -> None:
    nodes = {
        "input": nir.Input({"input": np.array([8])}), "a": matrix(4, 8), "b": matrix(4, 8), "n": lif(4),
        "output": nir.Output({"output": np.array([4])}),
    }  # fmt: skip
    path = write(
        tmp_path / "b.nir", nodes, ("input", "a"), ("input", "b"), ("a", "n"), ("b", "n"), ("n", "output")
    )
    assert "add" in geometry(workload_from_file(path, TEN).spec).types


def test_delays_are_an_exclusion(tmp_path: Path) -> None:
    path = chain(
        tmp_path / "d.nir",
        (8,),
        fc=matrix(4, 8),
        n=lif(4),
        d=nir.Delay(0.003 * ones(4)),
        fc2=matrix(2, 4),
        m=lif(2),
    )
    result = neuroest.estimate("digital_spiking_28nm", workload_from_file(path, TEN))
    assert any("delays of d (up to 0.003 s)" in line for line in result.exclusions)


def test_a_neuron_that_cannot_meet_the_time_constant_says_so(tmp_path: Path) -> None:
    path = chain(tmp_path / "t.nir", (8,), fc=matrix(4, 8), n=lif(4, tau=0.02))
    loaded = workload_from_file(path, TIMED)
    assert loaded.spec.layers[0].time_constant == pytest.approx(0.02)
    failed = neuroest.estimate("diffusive_28nm_derived", loaded).failed_checks
    (check,) = [one for one in failed if one.name == "neuron_time_constant"]
    assert "20 timesteps" in check.message
    step = neuroest.estimate("diffusive_28nm_derived", loaded).evaluation.timing.step.max()
    assert check.limit == pytest.approx(20 * step)


def test_time_constants_without_a_time_step_are_said_to_be_unchecked(tmp_path: Path) -> None:
    path = chain(tmp_path / "t.nir", (8,), fc=matrix(4, 8), n=lif(4, tau=0.02))
    loaded = workload_from_file(path, TEN)
    assert any("not checked; import with --time-step" in note for note in loaded.spec.notes)
    names = [one.name for one in neuroest.estimate("diffusive_28nm_derived", loaded).checks]
    assert "neuron_time_constant" not in names


def test_timesteps_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(NetworkImportError, match="--timesteps"):
        workload_from_file(recurrent(tmp_path / "r.nir"))


def test_feedback_that_is_no_matrix_and_other_cycles_are_refused(tmp_path: Path) -> None:
    nodes = {
        "input": nir.Input({"input": np.array([4])}), "fc": matrix(4, 4), "n": lif(4), "s": nir.Scale(ones(4)),
        "fc2": matrix(4, 4), "m": lif(4), "output": nir.Output({"output": np.array([4])}),
    }  # fmt: skip
    start = [("input", "fc"), ("fc", "n"), ("n", "fc2"), ("fc2", "m"), ("m", "output")]
    path = write(tmp_path / "s.nir", nodes, *start, ("n", "s"), ("s", "n"))
    with pytest.raises(NetworkImportError, match="only a matrix"):
        workload_from_file(path, TEN)
    path = write(tmp_path / "c.nir", nodes, *start, ("m", "s"), ("s", "fc"))
    with pytest.raises(NetworkImportError, match="a cycle"):
        workload_from_file(path, TEN)


def test_an_unknown_node_is_refused_with_its_share(tmp_path: Path) -> None:
    path = chain(tmp_path / "u.nir", (8,), fc=matrix(4, 8), n=lif(4), fc2=matrix(2, 4), m=lif(2))
    with h5py.File(path, "r+") as store:
        del store["node/nodes/n/type"]
        store["node/nodes/n/type"] = "Hologram"
    with pytest.raises(UnsupportedOperatorError, match=r"Hologram 'n' \(at least"):
        workload_from_file(path, TEN)
    loaded = workload_from_file(path, ImportOptions(timesteps=10, unsupported="host"))
    assert [layer.type for layer in loaded.spec.layers] == ["fully_connected", "host", "fully_connected"]


def refused(path: Path) -> str:
    with pytest.raises(NetworkImportError) as reported:
        workload_from_file(path, TEN)
    assert "\n" not in str(reported.value)
    assert str(reported.value).startswith(str(path))
    return str(reported.value)


@pytest.mark.usefixtures("own_process")
def test_a_truncated_or_foreign_file_is_refused(tmp_path: Path) -> None:
    content = recurrent(tmp_path / "r.nir").read_bytes()
    for index, part in enumerate((content[: len(content) // 2], b"hello", content[:600])):
        path = tmp_path / f"bad{index}.nir"
        path.write_bytes(part)
        refused(path)
    empty = tmp_path / "other.h5"
    with h5py.File(empty, "w") as store:
        store["x"] = 1
    assert "not a NIR graph" in refused(empty)


def test_links_out_of_the_file_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as store:
        store["weight"] = ones(4, 8)
    for index, link in enumerate((h5py.ExternalLink(str(secret), "/weight"), h5py.SoftLink("/node/nodes"))):
        path = chain(tmp_path / f"l{index}.nir", (8,), fc=matrix(4, 8), n=lif(4))
        with h5py.File(path, "r+") as store:
            del store["node/nodes/fc/weight"]
            store["node/nodes/fc"]["weight"] = link
        assert "not followed" in refused(path)
    path = chain(tmp_path / "e.nir", (8,), fc=matrix(4, 8), n=lif(4))
    (tmp_path / "raw.bin").write_bytes(b"\x00" * 256)
    with h5py.File(path, "r+") as store:
        del store["node/nodes/fc/weight"]
        store["node/nodes/fc"].create_dataset(
            "weight", (4, 8), "f8", external=[(str(tmp_path / "raw.bin"), 0, 256)]
        )
    assert "another file" in refused(path)


@pytest.mark.usefixtures("own_process")
def test_a_dataset_that_unpacks_to_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = chain(tmp_path / "z.nir", (10**5,), fc=matrix(4, 8), n=lif(4))
    with h5py.File(path, "r+") as store:
        del store["node/nodes/fc/weight"]
        store["node/nodes/fc"].create_dataset(
            "weight", (10**6, 10**5), "f8", chunks=(1000, 1000), compression="gzip"
        )
    assert "would take" in refused(path)


@pytest.mark.usefixtures("own_process")
def test_a_file_that_crashes_the_library_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = recurrent(tmp_path / "r.nir")
    (tmp_path / "program.py").write_text("import os; os.abort()", "utf-8")
    monkeypatch.setattr("neuroest.workloads.importers.files._PROGRAM", str(tmp_path / "program.py"))
    assert "the HDF5 library cannot read it" in refused(path)


@pytest.mark.slow
@pytest.mark.usefixtures("own_process")
def test_a_file_that_the_library_reads_for_ever_is_refused(tmp_path: Path) -> None:
    # the size of an entry of the heap that holds the names of the nodes: the HDF5 library finds no end of the heap
    content = bytearray((WRITERS / "snntorch_fully_connected.nir").read_bytes())
    size = content.index(b"GCOL") + 432
    assert content[size : size + 8] == (8).to_bytes(8, "little")
    content[size : size + 8] = (256).to_bytes(8, "little")
    (tmp_path / "loops.nir").write_bytes(content)
    began = time.monotonic()
    assert "longer than" in refused(tmp_path / "loops.nir")
    assert time.monotonic() - began < 10.0


@pytest.mark.slow
@pytest.mark.usefixtures("own_process")
def test_a_file_that_loops_behind_a_damaged_member_is_refused(tmp_path: Path) -> None:
    # a mutated file: the first members raise exceptions, and the library finds no end of a later one
    shutil.copy(Path(__file__).parents[2] / "data" / "hang.nir", tmp_path)
    began = time.monotonic()
    assert "longer than" in refused(tmp_path / "hang.nir")
    assert time.monotonic() - began < 30.0


def test_what_reads_the_file_is_ended_by_the_system(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom neuroest.workloads.importers import hdf5_program\nhdf5_program.limit(1)\n"
        "{}\nprint('not ended')"
    )
    endless, large = "while True: pass", "bytes(2**34)"
    for line, said in ((endless, ""), (large, "MemoryError")):
        done = subprocess.run(
            [sys.executable, "-c", program.format(line)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode != 0
        assert said in done.stderr
        assert not done.stdout


def test_groups_that_contain_each_other_end(tmp_path: Path) -> None:
    path = recurrent(tmp_path / "r.nir")
    with h5py.File(path, "r+") as store:
        for name in ("a", "b", "c"):
            store[f"node/{name}"] = store["node"]
    found = workload_from_file(path, TEN)
    assert found.spec.layers


@pytest.mark.slow
@pytest.mark.usefixtures("own_process")
def test_no_change_of_bytes_is_more_than_a_refusal(tmp_path: Path) -> None:
    content = convolutional(tmp_path / "c.nir").read_bytes()
    generator = np.random.default_rng(5)
    refusals, runs = [], 12
    for index in range(runs):
        changed = bytearray(content)
        for place in generator.integers(0, len(content), 10):
            changed[place] = int(generator.integers(0, 256))
        path = tmp_path / f"f{index}.nir"
        path.write_bytes(bytes(changed))
        try:
            found = workload_from_file(path, TEN)
        except neuroest.NeuroestError as error:
            refusals.append(str(error).removeprefix(str(path)))
        else:  # the change hit a weight or unused space
            assert geometry(found.spec).total_macs > 0
    assert [text for text in refusals if not text.startswith(":") or "\n" in text] == []
    assert 0 < len(refusals) < runs


def test_a_delay_within_a_recurrent_loop_is_an_exclusion(tmp_path: Path) -> None:
    nodes = {
        "input": nir.Input({"input": np.array([8])}), "fc": matrix(4, 8), "n": lif(4), "back": matrix(4, 4),
        "late": nir.Delay(0.002 * ones(4)), "out": nir.Delay(0.001 * ones(4)),
        "output": nir.Output({"output": np.array([4])}),
    }  # fmt: skip
    for order in (
        (("n", "late"), ("late", "back"), ("back", "n")),
        (("n", "back"), ("back", "late"), ("late", "n")),
    ):
        path = tmp_path / f"{'_'.join(order[0])}.nir"
        write(path, nodes, ("input", "fc"), ("fc", "n"), *order, ("n", "out"), ("out", "output"))
        spec = workload_from_file(path, TEN).spec
        assert [layer.type for layer in spec.layers] == ["recurrent"]
        assert geometry(spec).total_weights == 4 * 8 + 4 * 4
        assert len(spec.excluded) == 2
        assert any("delays of late (up to 0.002 s)" in one for one in spec.excluded)


def test_neurons_that_differ_are_checked_at_both_ends(tmp_path: Path) -> None:
    neurons = nir.LIF(np.array([0.01, 0.02, 0.04, 1.0]), ones(4), 0.0 * ones(4), ones(4))
    path = chain(tmp_path / "t.nir", (8,), fc=matrix(4, 8), n=neurons)
    loaded = workload_from_file(path, TIMED)
    assert loaded.spec.layers[0].time_constant == pytest.approx(1.0)
    assert loaded.spec.layers[0].shortest_time_constant == pytest.approx(0.01)
    failed = neuroest.estimate("diffusive_28nm_derived", loaded).failed_checks
    assert any("10 to 1e+03 timesteps" in one.message for one in failed)


def test_neurons_that_never_forget_are_reported(tmp_path: Path) -> None:
    for name, neurons in (
        ("a", nir.IF(ones(4), ones(4))),
        ("b", nir.LIF(np.full(4, np.inf), ones(4), 0.0 * ones(4), ones(4))),
    ):
        path = chain(tmp_path / f"{name}.nir", (8,), fc=matrix(4, 8), n=neurons)
        assert any("without leak" in note for note in workload_from_file(path, TIMED).spec.notes)
    path = chain(
        tmp_path / "c.nir", (8,), fc=matrix(4, 8), n=nir.LIF(np.full(4, np.nan), ones(4), ones(4), ones(4))
    )
    with pytest.raises(NetworkImportError, match="tau contains something that is not a number"):
        workload_from_file(path, TIMED)


def test_names_of_a_file_cannot_write_to_a_terminal(tmp_path: Path) -> None:
    nodes = {
        "input": nir.Input({"input": np.array([8])}), "fc": matrix(4, 8), "n": lif(4),
        "\x1b[31md": nir.Delay(0.003 * ones(4)), "output": nir.Output({"output": np.array([4])}),
    }  # fmt: skip
    path = write(
        tmp_path / "d.nir", nodes, ("input", "fc"), ("fc", "n"), ("n", "\x1b[31md"), ("\x1b[31md", "output")
    )
    spec = workload_from_file(path, TEN).spec
    assert all(line.isprintable() for line in (*spec.excluded, *spec.notes))
    assert any("\\x1b[31md" in line for line in spec.excluded)
