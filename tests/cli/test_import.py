from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import NETWORK, Command

onnx = pytest.importorskip("onnx", reason="needs neuroest[onnx]")
from tests.workloads.importers.models import Graph, inverted_residual  # noqa: E402


def test_a_model_becomes_a_workload_that_can_be_estimated(command: Command, tmp_path: Path) -> None:
    model, written = inverted_residual(tmp_path / "m.onnx"), tmp_path / "block.yaml"
    made = command("import", str(model), "-o", str(written))
    assert made.code == 0
    assert "multiply-accumulates" in made.err
    assert "activity is assumed" in made.err
    assert "name: block" in written.read_text()
    from_file = command("estimate", "digital_int8_28nm", "-w", str(written), "--format", "json")
    directly = command("estimate", "digital_int8_28nm", "-w", str(model), "--format", "json")
    assert from_file.code == directly.code == 0

    # the bands are redrawn for a file of another name; what they are drawn around is the same
    totals = [json.loads(found.out)["totals"] for found in (from_file, directly)]
    assert totals[0] == totals[1]


def test_without_a_file_the_workload_is_printed(command: Command, tmp_path: Path) -> None:
    made = command("import", str(inverted_residual(tmp_path / "m.onnx")), "--weight-bits", "4")
    assert made.code == 0
    assert "weights: 4" in made.out


@pytest.mark.parametrize("name", ["m.pt", "m.pkl", "m.ckpt"])
def test_a_pickle_is_never_opened(command: Command, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04")
    for arguments in (
        ("import", str(tmp_path / name)),
        ("estimate", "digital_int8_28nm", "-w", str(tmp_path / name)),
    ):
        reported = command(*arguments)
        assert reported.code == 1
        assert "never opened" in reported.err
        assert len(reported.err.splitlines()) == 1


def test_bad_input_is_one_line(command: Command, tmp_path: Path) -> None:
    model = str(inverted_residual(tmp_path / "m.onnx"))
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    (tmp_path / "bad.tflite").write_bytes(b"nothing")
    for arguments in (
        ("import", str(tmp_path / "missing.onnx")),
        ("import", str(tmp_path / "bad.onnx")),
        ("import", str(tmp_path / "bad.tflite")),
        ("import", model, "--input-shape", "a,b"),
        ("import", model, "--time-step", "1 mm"),
        ("import", model, "--time-step", "0 s"),
    ):
        reported = command(*arguments)
        assert reported.code == 1, arguments
        assert len(reported.err.splitlines()) == 1
    assert command("import", model, "--unsupported", "perhaps").code == 2


def test_unsupported_operators_are_listed_and_the_policy_is_the_users(
    command: Command, tmp_path: Path
) -> None:
    graph = Graph(1, 8)
    value = graph.node("Gemm", "x", graph.weights(6, 8), transB=1)
    value = graph.node("LpNormalization", value, name="strange")
    model = str(graph.write(tmp_path / "m.onnx", graph.node("Gemm", value, graph.weights(3, 6), transB=1)))
    reported = command("import", model)
    assert reported.code == 1
    assert "LpNormalization 'strange'" in reported.err
    for policy, word in (("host", "on the host"), ("ignore", "left out")):
        reported = command("import", model, "--unsupported", policy, "-o", str(tmp_path / f"{policy}.yaml"))
        assert reported.code == 0
        assert word in reported.err
        result = command("estimate", "digital_int8_28nm", "-w", str(tmp_path / f"{policy}.yaml"))
        assert "LpNormalization" in result.out


def test_a_recording_is_attached(command: Command, tmp_path: Path) -> None:
    import neuroest

    loaded = neuroest.load_workload(NETWORK)
    layer = loaded.spec.layers[0]
    shape = (3, int(loaded.spec.timesteps or 1), layer.outputs)
    np.savez(tmp_path / "r.npz", **{layer.name: np.random.default_rng(0).random(shape) < 0.2})
    made = command(
        "activity", "attach", NETWORK, str(tmp_path / "r.npz"), "--dataset", "noise", "--date", "2026-03-01", "-o",
        str(tmp_path / "with_spikes.yaml"),
    )  # fmt: skip
    assert made.code == 0, made.err
    read = neuroest.load_workload(tmp_path / "with_spikes.yaml")
    assert read.spec.layers[0].activity.rate.basis == "simulated"
    assert "2026-03-01" in (read.spec.sources["recording"].seen_note or "")


def test_a_recording_that_does_not_fit_is_one_line(command: Command, tmp_path: Path) -> None:
    np.savez(tmp_path / "r.npz", nowhere=np.zeros((2, 5, 3)))
    for arguments in (
        (NETWORK, str(tmp_path / "r.npz"), "--dataset", "d"),
        (NETWORK, str(tmp_path / "r.npz"), "--dataset", "d", "--date", "yesterday"),
        (NETWORK, str(tmp_path / "none.npz"), "--dataset", "d"),
    ):
        reported = command("activity", "attach", *arguments)
        assert reported.code == 1
        assert len(reported.err.splitlines()) == 1


def test_a_workload_that_somebody_edited_is_not_overwritten(command: Command, tmp_path: Path) -> None:
    model, written = inverted_residual(tmp_path / "m.onnx"), tmp_path / "block.yaml"
    assert command("import", str(model), "-o", str(written)).code == 0
    edited = written.read_text() + "# mine\n"
    written.write_text(edited)
    refused = command("import", str(model), "-o", str(written))
    assert refused.code == 1
    assert "--force" in refused.err
    assert written.read_text() == edited
    assert command("import", str(model), "-o", str(written), "--force").code == 0
    assert "# mine" not in written.read_text()


def test_a_recording_is_never_written_over_its_workload(command: Command, tmp_path: Path) -> None:
    model, written = inverted_residual(tmp_path / "m.onnx"), tmp_path / "block.yaml"
    command("import", str(model), "-o", str(written))
    (tmp_path / "r.csv").write_text("layer,density,bit_density,samples\ninput,0.5,0.2,7\n")
    before = written.read_text()
    arguments = ("activity", "attach", str(written), str(tmp_path / "r.csv"), "--dataset", "d", "-o")
    refused = command(*arguments, str(written))
    assert refused.code == 1
    assert "which is not changed" in refused.err
    assert written.read_text() == before
    assert command(*arguments, str(tmp_path / "new.yaml")).code == 0
