"""NIR files as snnTorch, SpikingJelly, Norse and sinabs write them, against traces of the same models.

The files are recordings of `nir_writers.py`, so that no library has to be installed; where one is, it writes again.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

nir = pytest.importorskip("nir", reason="needs neuroest[nir]")

import neuroest  # noqa: E402
from neuroest.workloads.importers import import_network, workload_from_file  # noqa: E402
from neuroest.workloads.importers.network import ImportOptions  # noqa: E402
from tests.workloads.importers.nir_writers import DATA, NETWORKS, STEPS, counts, traced  # noqa: E402

RECORDED: dict[str, Any] = json.loads((DATA / "traced.json").read_text(encoding="utf-8"))
TIMED = ImportOptions(timesteps=STEPS, time_step=1e-3)
every_network = pytest.mark.parametrize("name", NETWORKS)


def file_of(name: str) -> Path:
    return DATA / f"{name}.nir"


@cache
def recorded(name: str) -> Any:
    return import_network(file_of(name), TIMED)


def same(imported: dict[str, Any], trace: dict[str, Any]) -> None:
    left, right = dict(imported), dict(trace)
    for one in (left, right):  # layers have other names in the two
        one["excluded"] = [line.rpartition(" (")[2] for line in one["excluded"]]
    assert left == right


def test_every_network_is_recorded() -> None:
    assert set(RECORDED) == set(NETWORKS)
    assert {file.stem for file in DATA.glob("*.nir")} == set(NETWORKS)


@every_network
def test_a_recorded_file_has_the_counts_of_the_traced_model(name: str) -> None:
    found = counts(recorded(name).workload().spec)
    trace = RECORDED[name]["traced"]
    if trace is None:  # sinabs, by hand: 64 x 18 x 4 + 36 x 8 + 8 x 10, pooling in between
        assert sum(found["multiply_accumulates"]) == 64 * 18 * 4 + 36 * 8 + 8 * 10
    else:
        same(found, trace)


@every_network
def test_a_recorded_file_is_estimated(name: str) -> None:
    loaded = recorded(name).workload()
    totals = neuroest.estimate("digital_spiking_28nm", loaded).totals
    assert math.isfinite(totals["energy_per_inference_J"])
    assert totals["energy_per_inference_J"] > 0.0
    assert totals["multiply_accumulates"] == STEPS * sum(counts(loaded.spec)["multiply_accumulates"])


@every_network
def test_a_recorded_file_written_and_read_back_is_the_same(name: str, tmp_path: Path) -> None:
    written = recorded(name).save(tmp_path / "again.yaml")
    assert neuroest.load_workload(tmp_path / "again.yaml").spec == written.spec


def test_time_constants_are_those_of_the_models() -> None:
    # snnTorch writes 0.1 ms / (1 - beta); SpikingJelly tau timesteps of the dt that it is given
    found = {n: recorded(n).time_constants for n in NETWORKS}
    assert found["snntorch_fully_connected"]["fully_connected_0"] == pytest.approx(1e-3, rel=1e-5)
    assert found["spikingjelly_fully_connected"]["fully_connected_0"] == pytest.approx(5e-3)
    assert found["spikingjelly_two_states"]["fully_connected_0"] == pytest.approx(2e-3)
    # Norse 1.1 writes dt over its inverse time constant, 1 ms / (100 1/s), which is too small by its dt
    assert found["norse_fully_connected"]["fully_connected_0"] == pytest.approx(1e-5)


def test_feedback_of_neurons_to_themselves_is_reported() -> None:
    spec = recorded("snntorch_synaptic").workload().spec
    assert spec.excluded == ("feedback of each neuron of 1.lif to itself (20 weights)",)


@pytest.mark.filterwarnings("ignore")  # of libraries that write
@every_network
def test_the_library_itself_writes_what_was_recorded(name: str, tmp_path: Path) -> None:
    library = name.partition("_")[0]
    for package in ("torch", library, "nirtorch"):
        pytest.importorskip(package, reason=f"needs {package}, as in nir_writers.py")
    try:
        installed = version("nir")
    except PackageNotFoundError:
        installed = ""
    if library in {"norse", "sinabs"} and installed != "1.0.4":
        pytest.skip(f"{library} hands scalars to nir that nir {installed} does not write")
    import torch

    torch.manual_seed(1)
    written = NETWORKS[name]()
    nir.write(tmp_path / f"{name}.nir", written.graph)
    imported = counts(workload_from_file(tmp_path / f"{name}.nir", TIMED).spec)
    assert imported == counts(recorded(name).workload().spec)
    if written.model is not None:
        same(imported, traced(written))
