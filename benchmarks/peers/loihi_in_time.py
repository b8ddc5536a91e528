"""Loihi in time and energy: SANA-FE's simulation of every spike and the estimate, on the same cores and event costs.

::

    python benchmarks/peers/loihi_in_time.py                  # both, for the networks below
    python benchmarks/peers/loihi_in_time.py --cycle          # also the cycle-accurate model, five minutes
    python benchmarks/peers/loihi_in_time.py --receivers      # one sender, more and more receivers, by all three models

Inputs fire at random in every step; all other neurons have the same constant drive, so that they fire together, but for
the last network, where every neuron has a drive of its own. The estimate takes the rates of the simulation: spikes of
the inputs, and the share of the steps in which the neurons fire.
The numbers that `tests/levels/test_event_core.py` holds the estimate to are this table.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

import neuroest

EVENTS = "chip.core.events."
COSTS = {
    "synaptic_operation_energy": "35.5 pJ",
    "active_update_energy": "142.1 pJ",
    "inactive_update_energy": "72.8 pJ",
    "spike_energy": "111 pJ",
    "hop_energy": "3.6 pJ",
    "synaptic_operation_time": "3.8 ns",
    "update_time": "9.7 ns",
    "active_update_time": "39.7 ns",
    "spike_time": "16 ns",
    "hop_time": "5.3 ns",
    "core_static_power": "0 W",
}
"""Energies and times of an event in SANA-FE's arch/loihi.yaml."""


@dataclass(frozen=True)
class Case:
    """A perceptron on cores: neurons of each layer, cores of each layer but the input, rate of the inputs, steps."""

    sizes: tuple[int, ...]
    cores: tuple[int, ...]
    input_rate: float
    steps: int
    fires: float
    """Share of the steps in which the neurons fire."""
    neurons: int
    """Neurons of a core in the estimate."""
    memory: str
    barrier: str
    drive: tuple[float, float] = (0.1, 0.1)
    """Constant drives of the neurons are drawn from between these."""


CASES = (
    Case((784, 512, 512, 10), (1, 1, 1), 0.1307, 20, 2 / 20, 1024, "1 MiB", "0.6 us"),
    Case((784, 512, 512, 10), (4, 3, 1), 0.1307, 20, 2 / 20, 1024, "128 KiB", "1 us"),
    Case((256, 256, 256, 10), (2, 2, 1), 0.05, 12, 1 / 12, 128, "128 KiB", "1 us"),
    Case((1024, 512, 256, 10), (4, 2, 1), 0.02, 12, 1 / 12, 128, "256 KiB", "1 us"),
    Case((784, 512, 512, 10), (4, 3, 1), 0.1307, 20, 0.0817, 1024, "128 KiB", "1 us", (0.045, 0.155)),
)


def drawn(case: Case) -> list[list[bool]]:
    """Spikes of the inputs, by input and step."""
    draw = random.Random(1)
    return [[draw.random() < case.input_rate for _ in range(20)][: case.steps] for _ in range(case.sizes[0])]


RECEIVERS = (1, 2, 3, 4, 8)
"""Cores that a layer of 512 neurons is divided among; all inputs are on one core, and no neuron of the layer fires."""


def simulated(case: Case, model: str) -> tuple[float, float]:
    """Time and energy of the simulation, by one of its models of the network on chip."""
    import sanafe  # noqa: PLC0415 - the estimates need no peer

    architecture = sanafe.load_loihi()
    network = sanafe.Network()
    groups = [network.create_neuron_group("input", case.sizes[0])]
    for index, spikes in enumerate(drawn(case)):
        groups[0][index].set_attributes(
            soma_hw_name=f"loihi_inputs[{index}]", model_attributes={"spikes": spikes}
        )
    drives = random.Random(2)
    for number, outputs in enumerate(case.sizes[1:]):
        group = network.create_neuron_group(
            f"layer_{number}",
            outputs,
            model_attributes={"threshold": 0.85, "bias": 0.1},
            soma_hw_name="loihi_lif",
            default_synapse_hw_name="loihi_dense_synapse",
        )
        for index in range(outputs):
            bias = drives.uniform(*case.drive)
            group[index].set_attributes(model_attributes={"threshold": 0.85, "bias": bias})
        groups[-1].connect_neurons_dense(group, {"w": np.zeros(case.sizes[number] * outputs)})
        groups.append(group)
    cores = [core for tile in architecture.tiles for core in tile.cores]
    groups[0].map_to_core(cores[0])
    first = 1
    for group, number in zip(groups[1:], case.cores, strict=True):
        each = -(-len(group) // number)
        for index in range(len(group)):
            group[index].map_to_core(cores[first + index // each])
        first += number
    chip = sanafe.SpikingChip(architecture)
    chip.load(network)
    result = chip.sim(case.steps, timing_model=model)
    return result["sim_time"], result["energy"]["total"]


def estimated(case: Case) -> tuple[float, float]:
    """Interval and dynamic energy of the estimate."""
    about = {"basis": "assumed", "rationale": "as simulated"}
    rate = float(np.mean(drawn(case)))
    workload = {
        "kind": "workload",
        "name": "perceptron",
        "description": "The simulated network.",
        "coding": "spiking",
        "timesteps": case.steps,
        "precision": {"weights": 8, "accumulator": 24},
        "weights": {"mean_absolute": 0.3, **about},
        "input": {"shape": [case.sizes[0]], "activity": {"rate": rate, **about}},
        "activity": {
            "rate": case.fires,
            "active_steps": case.fires if case.fires > 0.0 and case.drive[0] == case.drive[1] else 1.0,
            **about,
        },
        "layers": [
            {"name": f"layer_{n}", "type": "fully_connected", "outputs": outputs}
            for n, outputs in enumerate(case.sizes[1:])
        ],
    }
    own = {
        "neurons_per_core": str(case.neurons),
        "synapse_memory": case.memory,
        "synchronisation_time": case.barrier,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "perceptron.yaml")
        path.write_text(yaml.safe_dump(workload), encoding="utf-8")
        settings = {f"{EVENTS}{name}": value for name, value in {**COSTS, **own}.items()}
        totals = neuroest.estimate("loihi_14nm", str(path), settings).totals
    if totals["computing_units"] != sum(case.cores):
        raise SystemExit(f"{case}: the estimate takes {totals['computing_units']:g} cores")
    return totals["initiation_interval_s"], totals["dynamic_energy_J"]


def by_receivers() -> None:
    """Print the time of three steps for each number of receivers: the default's blocking grows with it."""
    print("receivers: simulated without contention, by its default, cycle-accurate, estimated in us")
    for cores in RECEIVERS:
        case = Case((784, 512), (cores,), 0.1307, 3, 0.0, -(-512 // cores), "1 MiB", "0.6 us", (0.0, 0.0))
        models = ("simple", "detailed", "cycle")
        times = [simulated(case, model)[0] * 1e6 for model in models]
        print(f"{cores}: {', '.join(f'{time:.1f}' for time in (*times, estimated(case)[0] * 1e6))} us")


def main() -> None:
    """Print one line a network."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cycle", action="store_true", help="also the cycle-accurate network on chip")
    parser.add_argument(
        "--receivers", action="store_true", help="one core sends to more and more cores, by all models"
    )
    asked = parser.parse_args()
    if asked.receivers:
        by_receivers()
        return
    print("network, cores: simulated without contention, by its default, estimated in us; energies in uJ")
    for case in CASES:
        plain, energy = simulated(case, "simple")
        default, _ = simulated(case, "detailed")
        time, ours = estimated(case)
        name = "-".join(map(str, case.sizes)) + " on " + ", ".join(map(str, case.cores))
        times = f"{plain * 1e6:.2f}, {default * 1e6:.2f}, {time * 1e6:.2f} us"
        print(
            f"{name}: {times} ({time / plain:.2f}); {energy * 1e6:.3f}, {ours * 1e6:.3f} uJ ({ours / energy:.2f})"
        )
        if asked.cycle:
            exact, _ = simulated(case, "cycle")
            print(f"    cycle-accurate: {exact * 1e6:.2f} us ({time / exact:.2f})")


if __name__ == "__main__":
    main()
