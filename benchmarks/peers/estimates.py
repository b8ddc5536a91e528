"""One estimate of the perceptron 784-512-512-10 by one tool, first and repeated, in a process of its own.

::

    python benchmarks/peers/estimates.py TOOL REPEATS

The last line printed is a JSON object: seconds of each repeat, the energy found and the version. Only the tool asked
for is imported. Files that a tool drops go to the current folder.
"""

# Each process imports nothing but its own tool.
# ruff: noqa: PLC0415

from __future__ import annotations

import itertools
import json
import logging
import os
import random
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

SIZES = (784, 512, 512, 10)
LAYERS = tuple(itertools.pairwise(SIZES))
TIMESTEPS = 20
INPUT_RATE = 0.1307

Estimate = Callable[[], float]


def environment() -> dict[str, str]:
    """Variables of a timed process: one thread, and byte code of all tools, as after installing them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "OMP_NUM_THREADS": "1"}


def neuroest_dense() -> Estimate:
    """Energy of the 8-bit perceptron on crossbars with ADCs."""
    import neuroest

    return lambda: neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense").totals["energy_per_inference_J"]


def neuroest_spiking() -> Estimate:
    """Energy of the spiking perceptron on Loihi."""
    import neuroest

    return lambda: neuroest.estimate("loihi_14nm", "mlp_mnist_spiking").totals["energy_per_inference_J"]


def accelforge() -> Estimate:
    """Energy of the three matrix-vector products on its NeuRRAM example, each mapped on its own."""
    import accelforge
    from examples.arches.compute_in_memory._load_spec import get_spec

    # More than one worker costs problems of this size time.
    accelforge.set_n_parallel_jobs(1)

    def estimate() -> float:
        energy = 0.0
        for inputs, outputs in LAYERS:
            spec = get_spec("neurram_nature_2022", add_dummy_main_memory=True)
            spec.workload.rank_sizes.update(M=1, K=inputs, N=outputs)
            energy += float(spec.map_workload_to_arch(print_progress=False).energy())
        return energy

    return estimate


def zigzag() -> Estimate:
    """Energy of the three layers on its example of an analog in-memory array, optimised for energy."""
    import zigzag as package
    from zigzag.api import get_hardware_performance_zigzag

    inputs = Path(package.__file__).parent / "inputs"
    network = perceptron_of_zigzag()
    return lambda: zigzag_energy(get_hardware_performance_zigzag, inputs, network)


def perceptron_of_zigzag() -> list[dict[str, object]]:
    """The perceptron in layers of ZigZag; its in-memory arrays want convolutions, so these are of one pixel."""
    return [
        {
            "id": number,
            "name": f"layer_{number}",
            "operator_type": "Conv",
            "equation": "O[b][g][k][oy][ox]+=W[g][k][c][fy][fx]*I[b][g][c][iy][ix]",
            "dimension_relations": ["ix=1*ox+1*fx", "iy=1*oy+1*fy"],
            "loop_dims": ["B", "K", "C", "G", "OY", "OX", "FY", "FX"],
            "loop_sizes": [1, layer_outputs, layer_inputs, 1, 1, 1, 1, 1],
            "pr_loop_dims": ["IX", "IY"],
            "pr_loop_sizes": [1, 1],
            "operand_precision": {"W": 8, "I": 8, "O": 16, "O_final": 8},
            "operand_source": {"I": max(number - 1, 0), "W": number},
        }
        for number, (layer_inputs, layer_outputs) in enumerate(LAYERS)
    ]


def zigzag_resnet18() -> Estimate:
    """Energy of the ResNet-18 that comes with it, on the same array."""
    import zigzag as package
    from zigzag.api import get_hardware_performance_zigzag

    inputs = Path(package.__file__).parent / "inputs"
    network = str(inputs / "workload/resnet18.onnx")
    return lambda: zigzag_energy(get_hardware_performance_zigzag, inputs, network)


def zigzag_energy(performance: Callable[..., tuple[float, ...]], inputs: Path, network: object) -> float:
    """Energy in J of a network on the analog array."""
    logging.disable(logging.CRITICAL)
    energy, *_ = performance(
        network,
        str(inputs / "hardware/aimc.yaml"),
        str(inputs / "mapping/default_imc.yaml"),
        opt="energy",
        dump_folder="zigzag",
        in_memory_compute=True,
        loma_show_progress_bar=False,
    )
    return energy * 1e-12


def sanafe() -> Estimate:
    """Energy of 20 timesteps of a spiking network of the same size and rates on its Loihi, built again each time."""
    import numpy as np
    import sanafe as package

    def estimate() -> float:
        draw = random.Random(1)
        architecture = package.load_loihi()
        network = package.Network()
        groups = [network.create_neuron_group("input", SIZES[0])]
        for index in range(SIZES[0]):
            spikes = [draw.random() < INPUT_RATE for _ in range(TIMESTEPS)]
            groups[0][index].set_attributes(
                soma_hw_name=f"loihi_inputs[{index}]", model_attributes={"spikes": spikes}
            )
        for number, outputs in enumerate(SIZES[1:]):
            # Weights of zero and a constant drive: every neuron fires in steps 9 and 18, a rate of 0.1.
            group = network.create_neuron_group(
                f"layer_{number}",
                outputs,
                model_attributes={"threshold": 0.85, "bias": 0.1},
                soma_hw_name="loihi_lif",
                default_synapse_hw_name="loihi_dense_synapse",
            )
            groups[-1].connect_neurons_dense(group, {"w": np.zeros(SIZES[number] * outputs)})
            groups.append(group)
        cores = [core for tile in architecture.tiles for core in tile.cores]
        for group, core in zip(groups, cores, strict=False):
            group.map_to_core(core)
        chip = package.SpikingChip(architecture)
        chip.load(network)
        return chip.sim(TIMESTEPS)["energy"]["total"]

    return estimate


def neuroest_resnet18() -> Estimate:
    """Energy of ResNet-18 on crossbars with ADCs."""
    import neuroest

    return lambda: neuroest.estimate("adc_crossbar_28nm", "resnet18_imagenet_dense").totals[
        "energy_per_inference_J"
    ]


def batch(chip: str, network: str) -> Estimate:
    """Seconds a point of 100 000 points in which every parameter with a spread moves."""
    from neuroest.design.overrides import design_with, workload_with
    from neuroest.error_analysis.draws import draw
    from neuroest.loading.library import load_architecture, load_workload
    from neuroest.pipeline.evaluation import evaluate

    points, chunk = 100_000, 10_000
    design, spec = design_with(load_architecture(chip), {}), load_workload(network).spec
    claims = {**design.claims, **workload_with(spec, {})}
    values = {path: claim.value for path, claim in claims.items()}
    columns = draw(claims, points, 1)

    def seconds() -> float:
        start = time.perf_counter()
        for first in range(0, points, chunk):
            part = {path: column[first : first + chunk] for path, column in columns.items()}
            found = evaluate(design, spec, {**values, **part})
            _ = found.energy, found.area, found.timing.latency, found.period
        return (time.perf_counter() - start) / points

    return seconds


TOOLS: dict[str, tuple[str, Callable[[], Estimate]]] = {
    "neuroest_dense": ("neuroest", neuroest_dense),
    "neuroest_spiking": ("neuroest", neuroest_spiking),
    "neuroest_resnet18": ("neuroest", neuroest_resnet18),
    "batch_dense": ("neuroest", lambda: batch("adc_crossbar_28nm", "mlp_mnist_dense")),
    "batch_spiking": ("neuroest", lambda: batch("loihi_14nm", "mlp_mnist_spiking")),
    "batch_resnet18": ("neuroest", lambda: batch("adc_crossbar_28nm", "resnet18_imagenet_dense")),
    "accelforge": ("accelforge", accelforge),
    "zigzag": ("zigzag-dse", zigzag),
    "zigzag_resnet18": ("zigzag-dse", zigzag_resnet18),
    "sanafe": ("sanafe", sanafe),
}


def main(name: str, repeats: int) -> None:
    """Estimate once, then again so many times."""
    package, prepare = TOOLS[name]
    estimate = prepare()
    answer = estimate()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        answer = estimate()
        times.append(time.perf_counter() - start)
    print()  # a tool may have left a line without its end
    print(json.dumps({"times": times, "answer": answer, "version": version(package)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
