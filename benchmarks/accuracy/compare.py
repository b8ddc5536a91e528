"""Accuracy of one network with the same errors of cells and ADCs by neuroest and by CrossSim, and how long both take.

::

    benchmarks/accuracy/set_up.sh
    benchmarks/accuracy/.venv/bin/python benchmarks/accuracy/compare.py      # writes results.csv
    benchmarks/accuracy/.venv/bin/python benchmarks/accuracy/compare.py --samples 100 --only clipping

Both have the weights of a layer in pairs of cells of seven bits, arrays of 72 rows, inputs of seven bits bit by bit,
a read for positive inputs and one for negative ones, pairs that are subtracted ahead of an ADC of eight bits, and what
a row of `CASES` adds. CrossSim runs twice: with the cells that neuroest drew, where all else is its own, and with cells
of its own draw by the same definitions. Samples are divided among chips with cells of their own. Each run is a process
of one thread; the first case runs with two as well. `score_error` is the root mean square error of the scores of the
classes over their standard deviation.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from data import CALIBRATION, CLASSES, TEST, images

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"
CHIPS, ADC_BITS = 40, 8
SEED = int(os.environ.get("SEED", "7"))
"""Of the cells of all chips; the environment names another one, for other cells."""
ROWS = 72
"""Divides the inputs of every layer that needs more than one array: CrossSim splits 144 inputs into 72 and 72 where
arrays of 128 rows here take 128 and 16, and an ADC then clips other sums."""
CELL = "chip.tile.array.cell"
CASES: dict[str, dict[str, float]] = {
    "quantised, ADC of 8 bits over a quarter of the sums": {"full_scale": 0.25},
    "clipping: ADC over 5 % of the sums": {"full_scale": 0.05},
    "programming errors of 3 % of the highest conductance": {"full_scale": 0.25, "programming": 0.03},
    "programming errors of 8 %": {"full_scale": 0.25, "programming": 0.08},
    "stuck cells: 2 % low, 1 % high": {"full_scale": 0.25, "stuck_low": 0.02, "stuck_high": 0.01},
    "drift over a day, exponent 0.06 +- 0.02": {"full_scale": 0.25, "drift": 0.06, "drift_spread": 0.02},
    "read noise of 2 %": {"full_scale": 0.25, "noise": 0.02},
    "all of programming 3 %, stuck cells, drift, noise 1 %": {
        "full_scale": 0.25, "programming": 0.03, "stuck_low": 0.02, "stuck_high": 0.01, "drift": 0.06,
        "drift_spread": 0.02, "noise": 0.01,
    },
}  # fmt: skip
"""What each run adds; errors of conductances are shares of the highest one."""
DAY, REFERENCE_TIME = 86_400.0, 1.0
FEW = 24
"""Samples of the cases with read noise, which CrossSim draws for each cell and product: seconds a sample."""
NETWORK = HERE / "network.onnx"


def settings(case: dict[str, float]) -> dict[str, str]:
    """The errors of a case as values of the chip."""
    none = (
        "conductance_spread", "low_programming_error", "programming_error", "read_noise", "flicker_noise",
        "relaxation_spread", "low_relaxation_spread", "relaxation_growth", "low_relaxation_growth",
        "high_drift_exponent", "low_drift_exponent", "high_drift_exponent_spread", "low_drift_exponent_spread",
        "stuck_low_share", "stuck_high_share",
    )  # fmt: skip
    found = {f"{CELL}.{name}": "0" for name in none}
    found |= {
        "chip.tile.array.rows": str(ROWS), "chip.tile.array.bits_per_cell": "7", f"{CELL}.bits_per_cell": "7",
        "chip.tile.array.readout.converter.dropped_bits": "0", "chip.tile.array.readout.converter.bits": str(ADC_BITS),
        "chip.tile.array.readout.full_scale": f"{case['full_scale']}",
        f"{CELL}.programming_error": f"{case.get('programming', 0)}",
        f"{CELL}.low_programming_error": f"{case.get('programming', 0)}",
        f"{CELL}.read_noise": f"{case.get('noise', 0)}",
        f"{CELL}.stuck_low_share": f"{case.get('stuck_low', 0)}",
        f"{CELL}.stuck_high_share": f"{case.get('stuck_high', 0)}",
    }  # fmt: skip
    if "drift" in case:
        found |= {f"{CELL}.{end}_drift_exponent": f"{case['drift']}" for end in ("low", "high")}
        found |= {f"{CELL}.{end}_drift_exponent_spread": f"{case['drift_spread']}" for end in ("low", "high")}
        found |= {
            f"{CELL}.drift_reference_time": f"{REFERENCE_TIME} s", "chip.tile.array.time_since_programming": f"{DAY} s",
        }  # fmt: skip
    return found


def clocks() -> Any:
    """Seconds by the clock and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def by_neuroest(case: dict[str, float], samples: int) -> tuple[Any, Any]:
    """Scores of the classes, and seconds of the simulated chips by the clock and of the processor."""
    from neuroest.network_simulation.dense import dense_study  # noqa: PLC0415
    from neuroest.network_simulation.runs import Chips  # noqa: PLC0415 - each process imports its own tool

    inputs, labels = images(samples, TEST)
    chip, seen = str(HERE / "accuracy_crossbar.yaml"), images(200, CALIBRATION)[0]
    study = dense_study(chip, str(NETWORK), inputs, labels, seen, Chips(CHIPS, SEED), settings(case))
    start = clocks()
    outputs = study.on_chips()
    return outputs, clocks() - start


def study_for(case: dict[str, float]) -> Any:
    """The network on the chip, with the ranges of its inputs."""
    from neuroest.network_simulation.dense import dense_study  # noqa: PLC0415
    from neuroest.network_simulation.runs import Chips  # noqa: PLC0415

    inputs, labels = images(1, TEST)
    chip = str(HERE / "accuracy_crossbar.yaml")
    seen = images(200, CALIBRATION)[0]
    return dense_study(chip, str(NETWORK), inputs, labels, seen, Chips(1, SEED), settings(case))


def cells_and_adc(study: Any) -> dict[str, float]:
    """Conductances over the highest one at writing, and the step of the ADC, in the units of CrossSim."""
    from neuroest.network_simulation.crossbar_products import reads_of  # noqa: PLC0415

    mapper: Any = study.layers[0].mapper
    array = mapper.compute
    (low, high), (low_then, high_then) = (
        [float(end) for end in array.weights.window(age)] for age in (None, array.weights.age)
    )
    # one cell has 127 levels over the window
    step = reads_of(mapper, 0).step / 127.0 * (1.0 - low / high)
    return {
        "high": high, "low": low / high, "low_then": low_then / high, "high_then": high_then / high, "step": step,
    }  # fmt: skip


def torch_network() -> Any:
    """The network in PyTorch, with the weights of the ONNX file, whose batch normalisation is folded."""
    import onnx  # noqa: PLC0415
    import torch  # noqa: PLC0415
    from onnx import numpy_helper  # noqa: PLC0415
    from train import Network  # noqa: PLC0415

    graph = onnx.load(NETWORK).graph
    stored = {one.name: torch.tensor(numpy_helper.to_array(one)) for one in graph.initializer}
    network = Network()
    state = {name: value for name, value in stored.items() if name in network.state_dict()}
    network.load_state_dict(state, strict=False)
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    products = [node for node in graph.node if node.op_type == "MatMul" and node.input[1] in stored]
    for module in (network.stem, *(part for block in network.blocks for part in (block.first, block.second))):
        module[1] = torch.nn.Identity()
    of_convolutions = [one for one in network.modules() if isinstance(one, torch.nn.Conv2d)]
    for module, node in zip(of_convolutions, convolutions, strict=True):
        module.weight, module.bias = (torch.nn.Parameter(stored[name]) for name in node.input[1:3])
    attention = network.attention
    for module, node in zip(
        (attention.query, attention.key, attention.value, attention.out), products, strict=True
    ):
        module.weight = torch.nn.Parameter(stored[node.input[1]].T.contiguous())
    return network.eval()


def cells_of(case: dict[str, float], about: dict[str, float], array: Any) -> type:
    """A device model of CrossSim with all lasting errors of a case."""
    from simulator.devices.idevice import EmptyDevice  # noqa: PLC0415

    class BenchmarkCells(EmptyDevice):  # type: ignore[misc]
        """Programming errors, drift and stuck cells, as compare.py states them."""

        generator: np.random.Generator | None = None
        """Source of the cells that neuroest draws; None for cells of CrossSim's own."""

        def drift_error(self, conductance: Any, _time: float) -> Any:
            level = (conductance - about["low"]) / (1.0 - about["low"])
            if self.generator is not None:
                written = np.rint(level * 127.0) / 127.0
                drawn = array.weights.drawn_conductances(written, array.weights.age, self.generator)
                return (drawn / about["high"]).astype(np.float32)
            low_then, high_then = about["low_then"], about["high_then"]
            spread = case.get("drift_spread", 0.0) * np.log(DAY / REFERENCE_TIME)

            def scatter() -> Any:
                return np.exp(spread * np.random.standard_normal(conductance.shape) - spread**2 / 2.0)  # noqa: NPY002

            found = low_then * scatter() + (high_then - low_then) * level * scatter()
            found += case.get("programming", 0.0) * high_then * np.random.standard_normal(conductance.shape)  # noqa: NPY002
            chance = np.random.random(conductance.shape)  # noqa: NPY002
            found[chance < case.get("stuck_low", 0.0)] = low_then
            found[chance >= 1.0 - case.get("stuck_high", 0.0)] = high_then
            return np.maximum(found, 0.0).astype(np.float32)

    return BenchmarkCells


def parameters_of(case: dict[str, float], study: Any, about: dict[str, float], cells: type) -> list[Any]:
    """Parameters of CrossSim for each layer; inputs have no sign in a read."""
    from simulator import CrossSimParameters  # noqa: PLC0415

    found = []
    for layer in study.layers:
        p = CrossSimParameters()
        p.core.style, p.core.weight_bits, p.core.rows_max, p.core.cols_max = "BALANCED", 8, ROWS, 4096
        p.core.balanced.style, p.core.balanced.subtract_current_in_xbar = "ONE_SIDED", True
        p.core.mapping.weights.percentile = 1.0
        p.core.mapping.weights.row_partition_strategy = p.core.mapping.weights.col_partition_strategy = "MAX"
        p.core.mapping.inputs.mvm.min, p.core.mapping.inputs.mvm.max = 0.0, layer.highest * layer.input_step
        p.core.mapping.inputs.mvm.clipping = True
        # a path each time: setting a model replaces the object that held it
        p.xbar.device.Rmin, p.xbar.device.Rmax = 1.0 / about["high"], 1.0 / (about["high"] * about["low"])
        p.xbar.device.cell_bits, p.xbar.device.time = 7, DAY
        p.xbar.device.drift_error.enable, p.xbar.device.drift_error.model = True, cells.__name__
        if case.get("noise"):
            p.xbar.device.read_noise.enable, p.xbar.device.read_noise.model = True, "NormalIndependentDevice"
            p.xbar.device.read_noise.magnitude = case["noise"] * about["high_then"]
        p.xbar.dac.mvm.model, p.xbar.dac.mvm.bits, p.xbar.dac.mvm.signed = "QuantizerDAC", 7, False
        p.xbar.dac.mvm.input_bitslicing, p.xbar.dac.mvm.slice_size = True, 1
        p.xbar.adc.mvm.model, p.xbar.adc.mvm.bits = "SignMagnitudeADC", ADC_BITS
        p.xbar.adc.mvm.signed, p.xbar.adc.mvm.adc_per_ibit = True, True
        p.xbar.adc.mvm.adc_range_option = "CALIBRATED"
        p.xbar.adc.mvm.calibrated_range = [-127.0 * about["step"], 127.0 * about["step"]]
        found.append(p)
    return found


def analog_network(parameters: list[Any], study: Any) -> tuple[Any, list[Any]]:
    """The network on CrossSim, and its layers; those with inputs of both signs have a read for each."""
    import torch  # noqa: PLC0415
    from simulator.algorithms.dnn.torch.convert import from_torch  # noqa: PLC0415

    class BothSigns(torch.nn.Module):  # type: ignore[misc]
        """A read for positive and one for negative inputs, as CrossSim can also do both with opposite voltages."""

        def __init__(self, layer: Any) -> None:
            super().__init__()
            self.layer, self.added = layer, layer.bias
            layer.bias = None

        def forward(self, x: Any) -> Any:
            """The difference of the products with both."""
            found = self.layer(torch.relu(x)) - self.layer(torch.relu(-x))
            return found if self.added is None else found + self.added

    network = from_torch(torch_network(), parameters)
    places = [
        (parent, name, child) for parent in network.modules() for name, child in parent.named_children()
        if hasattr(child, "synchronize")
    ]  # fmt: skip
    order = [one for one in network.modules() if hasattr(one, "synchronize")]
    for parent, name, child in places:
        if study.layers[order.index(child)].lowest < 0:
            setattr(parent, name, BothSigns(child))
    return network, order


def by_crosssim(case: dict[str, float], samples: int, *, shared: bool) -> tuple[Any, Any]:
    """The same by CrossSim, with the cells of neuroest or its own."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    study = study_for(case)
    about, array = cells_and_adc(study), study.layers[0].mapper.compute
    cells: Any = cells_of(case, about, array)
    network, layers = analog_network(parameters_of(case, study, about, cells), study)
    inputs, _ = images(samples, TEST)
    outputs, seconds, chips = np.zeros((samples, CLASSES)), np.zeros(2), min(CHIPS, samples)
    with torch.no_grad():
        for chip in range(chips):
            np.random.seed(SEED + chip)  # noqa: NPY002 - CrossSim draws from it
            start = clocks()
            for place, layer in enumerate(layers):
                cells.generator = np.random.default_rng([SEED, place, 0, chip]) if shared else None
                layer.synchronize()  # program its arrays
            outputs[chip::chips] = network(torch.from_numpy(inputs[chip::chips])).numpy()
            seconds += clocks() - start
    return outputs, seconds


OWN = "CrossSim"
SHARED = "CrossSim with the cells of neuroest"
TOOLS: dict[str, tuple[str, Callable[[dict[str, float], int], tuple[Any, Any]]]] = {
    "neuroest": ("neuroest", by_neuroest),
    SHARED: ("CrossSim", partial(by_crosssim, shared=True)),
    OWN: ("CrossSim", partial(by_crosssim, shared=False)),
}


def asked(tool: str, name: str, samples: int, number: int) -> dict[str, Any]:
    """The answer of a tool with a number of threads, from a process of its own."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(number))
    run = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, "--tool", tool, "--only", name, "--samples", str(samples)],
        env={**os.environ, **threads}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise SystemExit(f"{tool}, {name}: {run.stderr.strip().splitlines()[-1]}")
    answer: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return answer


def main() -> None:
    """Run all cases by both tools and write results.csv, or answer for one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--only", help="cases whose name has these letters")
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.tool:
        from neuroest.network_simulation.onnx_run import OnnxNetwork  # noqa: PLC0415

        package, run = TOOLS[given.tool]
        outputs, (seconds, cpu) = run(CASES[given.only], given.samples)
        inputs, labels = images(given.samples, TEST)
        exact = OnnxNetwork(NETWORK).run(inputs)
        answer = {
            "accuracy": float(np.mean(np.argmax(outputs, axis=1) == labels)),
            "error": float(np.sqrt(np.mean((outputs - exact) ** 2)) / np.std(exact)),
            "seconds": seconds, "cpu": cpu, "version": version(package),
        }  # fmt: skip
        print(json.dumps(answer))
        return
    rows = []
    runs = [(name, 1) for name in CASES if given.only is None or given.only in name]
    for name, threads in [*runs, (runs[0][0], 2)]:
        case = CASES[name]
        samples = min(given.samples, FEW) if case.get("noise") else given.samples
        for tool in TOOLS:
            if tool == OWN and set(case) <= {"full_scale"}:
                continue  # nothing is drawn
            answer = asked(tool, name, samples, threads)
            rows.append((
                name, tool, answer["version"], min(CHIPS, samples), samples, threads,
                f"{100.0 * answer['accuracy']:.1f}", f"{answer['error']:.4f}",
                f"{1e3 * answer['seconds'] / samples:.3g}", f"{1e3 * answer['cpu'] / samples:.3g}",
            ))  # fmt: skip
            print(*rows[-1], sep=", ", flush=True)
    if given.only is None:
        with RESULTS.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow((
                "case", "tool", "version", "chips", "samples", "threads", "accuracy_percent", "score_error",
                "ms_per_sample", "cpu_ms_per_sample",
            ))  # fmt: skip
            writer.writerows(rows)


if __name__ == "__main__":
    main()
