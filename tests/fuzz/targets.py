"""What is read, from which good files, and what must hold for whatever is accepted."""

from __future__ import annotations

import io
import json
import math
import os
import random
import re
import shutil
import signal
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO
from unittest import mock

import neuroest
from neuroest.core.errors import SpecError, printable
from neuroest.exploration.sweep import make_job
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import shipped
from neuroest.registry import importer_of
from neuroest.workloads.importers import files, hdf5_program
from neuroest.workloads.importers.network import ImportOptions, NetworkImportError
from tests.fuzz.fits import changed_numbers, read_and_fit, tables
from tests.fuzz.mutations import changed_bytes, changed_json, changed_text, changed_tree
from tests.fuzz.wrong import WrongResultError
from tests.pairs import runs

SMALL = {True: "mlp_mnist_spiking", False: "mlp_mnist_dense"}
CHIPS = ("analog_lif_28nm", "digital_int8_28nm")


@dataclass(frozen=True)
class Target:
    """A kind of file.

    Attributes
    ----------
    suffix : str
        Of the files.
    seeds : callable
        Gives the good files: where each stands, and its content.
    change : callable
        Makes another content of one.
    read : callable
        Reads the file as a user would; raises `NeuroestError` for what is refused.
    """

    suffix: str
    seeds: Callable[[], list[tuple[str, bytes]]]
    change: Callable[[bytes, random.Random], bytes]
    read: Callable[[Path, str], None]


def _texts(change: Callable[[str, random.Random], bytes]) -> Callable[[bytes, random.Random], bytes]:
    return lambda content, rng: change(content.decode("utf-8"), rng)


def _shipped(kind: str) -> Callable[[], list[tuple[str, bytes]]]:
    @cache
    def found() -> list[tuple[str, bytes]]:
        return [
            (file.stem, file.read_bytes())
            for file in sorted(data_folder(kind).rglob("*.yaml"))
            if file.stem != "sources"
        ]

    return found


# --- Specs ----------------------------------------------------------------------------------------------------------


def sound(result: neuroest.Estimate) -> int:
    """Check everything that any estimate must keep to, and count the numbers that were checked.

    Raises
    ------
    WrongResultError
        With the first number that is wrong.
    """
    data = result.to_dict()
    numbers = list(_numbers(data, ""))
    for place, value in numbers:
        if not math.isfinite(value):
            raise WrongResultError(f"{place} is {value}")
    json.dumps(data, allow_nan=False)
    for name, value in result.totals.items():
        if value is not None and value < 0.0:
            raise WrongResultError(f"{name} is {value}")
    rows = [row for row in result.breakdown if row.kind in {"dynamic", "static"}]
    whole = result.totals["energy_per_inference_J"]
    parts = math.fsum(row.energy_J for row in rows)
    if whole is not None and abs(parts - whole) > 1e-9 * max(whole, parts):
        raise WrongResultError(f"the breakdown sums to {parts} J, the total is {whole} J")
    for name, band in result.bands.totals.items():
        if not 0.0 <= band.low <= band.median <= band.high:
            raise WrongResultError(f"band of {name}: {band}")
    return len(numbers)


def _numbers(node: Any, place: str) -> Iterator[tuple[str, float]]:
    if isinstance(node, float):
        yield place, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _numbers(value, f"{place}.{key}")
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _numbers(value, place)


def _problems(file: Path) -> None:
    problems = neuroest.check_files([file])
    if problems:
        raise SpecError(problems)


def _read_architecture(file: Path, seed: str) -> None:
    network = SMALL[runs(seed, SMALL[True])]
    problems = [
        problem for problem in neuroest.check_files([file]) if problem.path not in {"name", "baseline"}
    ]
    result = neuroest.estimate(file, network)
    if problems:
        raise WrongResultError("`check` finds problems in a file that `estimate` takes")
    sound(result)


@cache
def _chip_with(device: str) -> tuple[str, str]:
    """A shipped chip that names a device, or empty texts; its name, and its text with the device as a file."""
    word = re.compile(rf"\b(device|process): {device}(?=[,}}\s])")
    for name, file in shipped("architecture").items():
        text, found = word.subn(rf"\1: {device}.yaml", file.read_text(encoding="utf-8"))
        if found:
            return name, text
    return "", ""


def _read_device(file: Path, seed: str) -> None:
    _problems(file)
    chip, text = _chip_with(seed)
    if chip:
        user = file.with_name(f"{chip}.yaml")
        user.write_text(text, encoding="utf-8")
        sound(neuroest.estimate(user, SMALL[runs(chip, SMALL[True])]))


def _read_checked(file: Path, seed: str) -> None:
    _problems(file)


def _read_workload(file: Path, seed: str) -> None:
    _problems(file)
    for chip in CHIPS:
        if runs(chip, seed):
            sound(neuroest.estimate(chip, file))


def _read_case(file: Path, seed: str) -> None:
    home = file.parent / "validation"  # cases share chips and devices
    if not home.exists():
        shutil.copytree(data_folder("validation_case"), home)
    published = home / seed / "published.yaml"
    good = published.read_bytes()
    try:
        published.write_bytes(file.read_bytes())
        _problems(published)
        neuroest.reproduce([str(published.parent)])
    finally:
        published.write_bytes(good)


@cache
def _cases() -> list[tuple[str, bytes]]:
    return [
        (file.parent.name, file.read_bytes())
        for file in sorted(data_folder("validation_case").glob("*/published.yaml"))
    ]


@cache
def _spaces() -> list[tuple[str, bytes]]:
    text = (
        "kind: space\nname: some\ndescription: Some points.\naxes:\n  chip.tile.array.rows: [64, 128]\n"
        "  technology.supply_voltage: 0.8 V..1 V:3\nconstraints: [area_m2 <= 5 mm^2]\n"
    )
    return [("some", text.encode())]


def _read_space(file: Path, seed: str) -> None:
    """The space on a chip; each line about it names the file, the line and the column."""
    try:
        make_job("analog_lif_28nm", file, "mlp_mnist_spiking")
    except SpecError as error:
        placed = re.compile(rf"{re.escape(printable(str(file)))}:\d+:\d+: ")
        bare = [line for line in str(error).split("\n") if not placed.match(line)]
        if bare and "more than" not in bare[0]:
            raise WrongResultError(f"no place: {bare[0].removeprefix(str(file))[:80]}") from None
        raise


def _settings(content: bytes, rng: random.Random) -> bytes:
    """Values of one to three parameters of a chip, as `--set` takes them."""
    paths = json.loads(content)
    chosen = rng.sample(sorted(paths), rng.choice((1, 1, 2, 3)))
    values = ("0", "-1", "1e300", "1e-300", "nan", "inf", "", "x", "2000", "1e9", "50 %", "1 V", "0.3", "7")
    made = {}
    for path in chosen:
        number, space, unit = paths[path].partition(" ")
        scaled = f"{float(number) * 10.0 ** rng.uniform(-6, 6):.4g}{space}{unit}"
        made[path] = scaled if rng.random() < 0.8 else rng.choice(values)
    return json.dumps(made).encode()


@cache
def _set_paths() -> list[tuple[str, bytes]]:
    found = []
    for chip in neuroest.list_entries("architectures"):
        result = neuroest.estimate(chip.name, SMALL[runs(chip.name, SMALL[True])])
        paths = {path: f"{claim.value!r} {claim.unit}".strip() for path, claim in result.claims.items()}
        found.append((chip.name, json.dumps(paths).encode()))
    return found


def _read_settings(file: Path, seed: str) -> None:
    settings = json.loads(file.read_text(encoding="utf-8"))
    network = SMALL[runs(seed, SMALL[True])]
    alone = neuroest.estimate(seed, network, settings)
    sound(alone)
    rows = neuroest.sweep(
        seed, {path: [value] for path, value in settings.items()}, network, workers=1
    ).to_frame()
    for name, value in alone.totals.items():
        if value is not None and name in rows and not math.isclose(rows[name][0], value, rel_tol=1e-12):
            raise WrongResultError(f"{name}: {value} alone, {rows[name][0]} in a sweep")


# --- Other files ----------------------------------------------------------------------------------------------------


def _folder_of(*names: str) -> list[tuple[str, bytes]]:
    from neuroest.fitting.headers import example_folder

    return [
        (file.stem, file.read_bytes())
        for file in sorted(example_folder().glob("*.csv"))
        if not names or file.stem in names
    ]


def _read_measurements(file: Path, seed: str) -> None:
    from neuroest.fitting.measurements import read_measurements

    read_measurements(file)


CELL = b"""-MemCellType: RRAM
-CellArea (F^2): 4
-CellAspectRatio: 1
-ReadMode: current
-ReadVoltage (V): 0.2
-ReadPower (uW): 0.2
-ResistanceOn (ohm): 100000
-ResistanceOff (ohm): 1000000
-ResetMode: voltage
-ResetVoltage (V): 2.0
-ResetPulse (ns): 10
-ResetEnergy (pJ): 0.6
-SetMode: voltage
-SetVoltage (V): 2.0
-SetPulse (ns): 10
-SetEnergy (pJ): 0.6
-AccessType: CMOS
"""


ACCELFORGE_CELL = b"""# Device type
-MemCellType: RRAM  # SRAM or RRAM
-DeviceRoadmap -1LP 1HP 2LSTP:  2
-CellArea (F^2):  40
-AccessCMOSWidth (F): 1
-ResistanceOn (ohm): 25e4
-ResistanceOff (ohm): 1e6
-SetVoltage (V): 1.75
-SetPulse (ns): 8520
-ReadVoltage (V): 0.1
-ReadPulse (ns): 2
-AccessType: CMOS   # CMOS or None
"""

NEUROSIM = b"8,8,1,3,3,4,1,1\n4,4,4,3,3,8,0,2\n4,4,4,1,1,8,0,2\n2,2,8,3,3,8,1,1\n1,1,8,1,1,10,0,1\n"

SANA_FE = b"""network:
  name: net
  groups:
    - name: source
      neurons:
        - 0..7: []
    - name: hidden
      attributes: [threshold: 1.0]
      neurons:
        - 0: [bias: 0.2]
        - 1..3: []
    - name: last
      neurons: [0..1: []]
  edges:
    - source -> hidden: [type: dense, weight: [1]]
    - hidden -> hidden: [type: dense, weight: [1]]
    - hidden.0 -> last.0: [weight: 1]
    - hidden.1 -> last.0: [weight: 1]
    - hidden.2 -> last.0: [weight: 1]
    - hidden.3 -> last.0: [weight: 1]
    - hidden.0 -> last.1: [weight: 1]
    - hidden.1 -> last.1: [weight: 1]
    - hidden.2 -> last.1: [weight: 1]
    - hidden.3 -> last.1: [weight: 1]
"""

ZIGZAG = b"""- id: 0
  operator_type: Conv
  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, K, C, OY, OX, FY, FX]
  loop_sizes: [1, 8, 3, 8, 8, 3, 3]
  operand_precision: {W: 8, I: 8, O: 16, O_final: 8}
  operand_source: {I: 0, W: 0}
- id: 1
  operator_type: Pooling
  equation: O[b][g][oy][ox]+=W[fx][fy]*I[b][g][iy][ix]
  dimension_relations: [ix=8*ox+1*fx, iy=8*oy+1*fy]
  loop_dims: [B, G, OY, OX, FX, FY]
  loop_sizes: [1, 8, 1, 1, 8, 8]
  operand_precision: {W: 0, I: 8, O: 16, O_final: 8}
  operand_source: {I: 0, W: 1}
- id: 2
  operator_type: Gemm
  equation: O[b][k]+=W[k][c]*I[b][c]
  dimension_relations: []
  loop_dims: [B, K, C]
  loop_sizes: [1, 10, 8]
  operand_precision: {W: 8, I: 8, O: 16, O_final: 8}
  operand_source: {I: 1, W: 2}
"""


@cache
def _sana_fe_chip() -> list[tuple[str, bytes]]:
    from neuroest.registry import export

    return [("chip", export(neuroest.estimate("loihi_14nm", SMALL[True]), "sana-fe").encode())]


ZIGZAG_CHIP = b"""name: tpu
memories:
  sram:
    size: 16777216
    r_cost: 416.16
    w_cost: 378.4
    operands: [I1, I2, O]
    ports:
      - {name: r_port_1, type: read, bandwidth_min: 64, bandwidth_max: 2048, allocation: []}
    served_dimensions: [D1, D2]
  dram:
    size: 10000000000
    r_cost: 700
    w_cost: 750
    operands: [I1, I2, O]
    ports:
      - {name: rw_port_1, type: read_write, bandwidth_min: 64, bandwidth_max: 64, allocation: []}
    served_dimensions: [D1, D2]
operational_array:
  unit_energy: 0.04 # pJ
  dimensions: [D1, D2]
  sizes: [32, 16]
"""


def _read_zigzag_chip(file: Path, seed: str) -> None:
    from neuroest.authoring.hardware_files import import_zigzag_hardware

    import_zigzag_hardware(file, "imported_chip")


def _read_sana_fe_chip(file: Path, seed: str) -> None:
    from neuroest.authoring.hardware_files import import_sana_fe_architecture

    import_sana_fe_architecture(file, "imported_chip")


def _read_cell(file: Path, seed: str) -> None:
    from neuroest.authoring.tables import import_cell

    import_cell(file, "imported_cell")


TABLE = (
    b"name,model,basis,source,spike_energy [pJ],spike_energy factor,input_hold_time [ns],maximum_spike_rate,"
    b"static_power [nW],footprint [um^2]\n"
    b'alpha,reported_neuron,measured,"Doe 2024, Table 2",2,1.3,10,1 MHz,0,10\n'
    b'beta,reported_neuron,measured,"Doe 2024, Table 2",3,1.3,20,2 MHz,1,4\n'
)


def _read_table(file: Path, seed: str) -> None:
    from neuroest.authoring.tables import import_table

    import_table(file, "lif_28nm_besrour")


ACTIVITY = b"layer,rate\ninput,0.1\nhidden,0.2\noutput,0.05\n"


NEUROBENCH = (
    b'{"ActivationSparsityByLayer": {"hidden": 0.9, "output": 0.95}, '
    b'"SynapticOperations": {"Effective_MACs": 0, "Effective_ACs": 9.5, "Dense": 99}}'
)


def _npz() -> list[tuple[str, bytes]]:
    import numpy as np

    stream = io.BytesIO()
    generator = np.random.default_rng(0)
    spikes = {name: generator.random((2, 4, size)) < 0.2 for name, size in (("input", 8), ("hidden", 4))}
    np.savez(stream, **spikes)  # type: ignore[arg-type]
    return [("recording", stream.getvalue())]


def _read_recording(file: Path, seed: str) -> None:
    from neuroest.workloads.importers.recordings import read_recording

    read_recording(file, samples=2, time_step=1e-3)


@cache
def _onnx() -> list[tuple[str, bytes]]:
    from onnx import TensorProto, helper

    def weights(name: str, *shape: int) -> Any:
        return helper.make_tensor(name, TensorProto.FLOAT, shape, [0.1] * math.prod(shape))

    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["a"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("MaxPool", ["b"], ["c"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["c"], ["d"]),
        helper.make_node("Gemm", ["d", "w2"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 10])],
        [weights("w1", 4, 1, 3, 3), weights("w2", 64, 10)],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    return [("net", model.SerializeToString())]


@cache
def _nir() -> list[tuple[str, bytes]]:
    import h5py
    import numpy as np

    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["version"] = "1.0"
        node = file.create_group("node")
        node["type"] = "NIRGraph"
        nodes = node.create_group("nodes")
        for name, kind, arrays in (
            ("input", "Input", {"shape": np.array([8])}),
            ("linear", "Affine", {"weight": np.ones((4, 8)), "bias": np.zeros(4)}),
            ("lif", "LIF", {key: np.ones(4) for key in ("tau", "r", "v_leak", "v_threshold")}),
            ("output", "Output", {"shape": np.array([4])}),
        ):
            group = nodes.create_group(name)
            group["type"] = kind
            for key, value in arrays.items():
                group[key] = value
        edges = [["input", "linear"], ["linear", "lif"], ["lif", "output"]]
        node.create_dataset("edges", data=edges, dtype=h5py.string_dtype())
    return [("net", stream.getvalue())]


def _read_network(file: Path, seed: str) -> None:
    neuroest.import_network(
        file, ImportOptions(timesteps=10) if importer_of(file) in {"nir", "sana-fe.yaml"} else None
    )


def _in_a_fork(path: Path, out: BinaryIO, longest: float) -> None:
    """What reads a NIR file, in a fork instead of a new interpreter: 100 times as fast."""
    child = os.fork()
    if child == 0:
        code = 1
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(math.ceil(longest))
        try:
            hdf5_program.write(str(path), out)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status:
        raise NetworkImportError(f"{path.name}: damaged: the HDF5 library cannot read it")


def _read_nir(file: Path, seed: str) -> None:
    with mock.patch.object(files, "_read_elsewhere", _in_a_fork):
        _read_network(file, seed)


POPULATIONS = b"""kind: population
name: some
description: Some populations.
duration: 1 s
time_step: 1 ms
precision: {weights: 8, accumulator: 24}
weights: {mean_absolute: 0.3, basis: assumed, rationale: an example}
populations:
  excitatory:
    neurons: 8000
    synapses: {value: 1000, basis: assumed, rationale: an example, spread: {low: 500, high: 2000}}
    sheet_density: 1e4 1/mm^2
    decay_length: 1 mm
    rate: {value: 4 Hz, basis: assumed, rationale: an example, spread: {low: 2 Hz, high: 8 Hz}}
  inhibitory:
    neurons: 2000
    synapses: 1000
    sheet_density: 1e4 1/mm^2
    decay_length: 1 mm
    rate: {value: 8 Hz, basis: assumed, rationale: an example}
"""


def _read_populations(file: Path, seed: str) -> None:
    _problems(file)
    for chip in ("loihi_14nm", "digital_spiking_28nm"):
        sound(neuroest.estimate(chip, file))


def _own_files() -> list[tuple[str, bytes]]:
    """What the package says of its models and sources, which a user may write as well."""
    files = (
        data_folder("device") / "sources.yaml",
        Path(neuroest.__file__).parent / "error_analysis" / "model_discrepancy.yaml",
    )
    return [(file.stem, file.read_bytes()) for file in files]


@cache
def _results() -> list[tuple[str, bytes]]:
    report = neuroest.report(["digital_spiking_28nm"], ["mlp_mnist_spiking"])
    return [("results", json.dumps(report.to_dict()).encode())]


def _read_results(file: Path, seed: str) -> None:
    good = file.with_name("good.json")
    good.write_bytes(_results()[0][1])
    neuroest.diff(good, file)


@cache
def _bundles() -> list[tuple[str, bytes]]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        neuroest.publish(neuroest.report(["digital_spiking_28nm"], ["mlp_mnist_spiking"]), made, bundle=True)
        return [("bundle", (made / "bundle.zip").read_bytes())]


def _changed_bundle(content: bytes, rng: random.Random) -> bytes:
    """Changed bytes, or a member changed and packed again."""
    if rng.random() < 0.3:
        return changed_bytes(content, rng)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w") as after:
        names = before.namelist()
        chosen = rng.choice(names)
        for name in names:
            data = before.read(name)
            if name == chosen:
                changed = changed_json if name.endswith(".json") else _texts(changed_tree)
                data = changed(data, rng) if name.endswith((".json", ".yaml")) else changed_bytes(data, rng)
            after.writestr(name, data)
    return made.getvalue()


def _read_bundle(file: Path, seed: str) -> None:
    neuroest.rerun(file)


def _once(name: str, content: bytes) -> Callable[[], list[tuple[str, bytes]]]:
    return lambda: [(name, content)]


TARGETS: Mapping[str, Target] = {
    "architecture": Target(".yaml", _shipped("architecture"), _texts(changed_tree), _read_architecture),
    "device": Target(".yaml", _shipped("device"), _texts(changed_tree), _read_device),
    "workload": Target(".yaml", _shipped("workload"), _texts(changed_tree), _read_workload),
    "population": Target(".yaml", _once("some", POPULATIONS), _texts(changed_tree), _read_populations),
    "own_files": Target(".yaml", _own_files, _texts(changed_tree), _read_checked),
    "contest": Target(".yaml", _shipped("contest"), _texts(changed_tree), _read_checked),
    "space": Target(".yaml", _spaces, _texts(changed_tree), _read_space),
    "case": Target(".yaml", _cases, _texts(changed_tree), _read_case),
    "settings": Target(".json", _set_paths, _settings, _read_settings),
    "measurements": Target(".csv", _folder_of, _texts(changed_text), _read_measurements),
    "fit": Target(".csv", tables, changed_numbers, read_and_fit),
    "cell": Target(".cell", _once("cell", CELL), _texts(changed_text), _read_cell),
    "accelforge_cell": Target(".yaml", _once("cell", ACCELFORGE_CELL), _texts(changed_text), _read_cell),
    "neurosim": Target(".csv", _once("net", NEUROSIM), _texts(changed_text), _read_network),
    "zigzag_chip": Target(".yaml", _once("chip", ZIGZAG_CHIP), _texts(changed_text), _read_zigzag_chip),
    "sana_fe_chip": Target(".yaml", _sana_fe_chip, _texts(changed_text), _read_sana_fe_chip),
    "sana_fe": Target(".yaml", _once("net", SANA_FE), _texts(changed_text), _read_network),
    "zigzag": Target(".yaml", _once("net", ZIGZAG), _texts(changed_tree), _read_network),
    "device_table": Target(".csv", _once("table", TABLE), _texts(changed_text), _read_table),
    "activity": Target(".csv", _once("activity", ACTIVITY), _texts(changed_text), _read_recording),
    "neurobench": Target(".json", _once("results", NEUROBENCH), changed_json, _read_recording),
    "npz": Target(".npz", _npz, changed_bytes, _read_recording),
    "onnx": Target(".onnx", _onnx, changed_bytes, _read_network),
    "nir": Target(".nir", _nir, changed_bytes, _read_nir),
    "results": Target(".json", _results, changed_json, _read_results),
    "bundle": Target(".zip", _bundles, _changed_bundle, _read_bundle),
}
