"""Chips of the peers on the same networks: what AccelForge, ZigZag and SANA-FE say, recorded in chips.csv.

::

    benchmarks/peers/set_up.sh
    benchmarks/peers/.venv/bin/python benchmarks/peers/chips.py          # half an hour; writes chips.csv
    benchmarks/peers/.venv/bin/python benchmarks/peers/chips.py mlp      # those of the perceptron, some minutes
    python docs/tools/peers_page.py                                      # the table of docs/compared.md from it

Energies and times of chips are those of the other tools: docs/tools/peers_page.py estimates the same networks and
inputs. Every chip is asked in a process of its own, and so is neuroest with the inputs of that chip; the processor time
of both whole processes, imports included, is recorded too.
"""

from __future__ import annotations

import csv
import json
import logging
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from estimates import LAYERS, environment, perceptron_of_zigzag

RECORDED = Path(__file__).with_name("chips.csv")
PAGE = Path(__file__).parents[2] / "docs" / "tools" / "peers_page.py"
Row = tuple[str, float, str]


def isaac(network: str) -> Iterator[Row]:
    """AccelForge on its `isaac_isca_2016`, whose ADC names a `throughput_scale` that nothing defines."""
    import accelforge  # noqa: PLC0415 - each row needs one tool
    from examples.arches.compute_in_memory import _load_spec  # noqa: PLC0415

    accelforge.set_n_parallel_jobs(1)
    found: dict[tuple[str, str], list[float]] = {}
    energies, time = 0.0, 0.0
    for layer in LAYERS if network == "mlp" else (None,):
        spec = _load_spec.get_spec("isaac_isca_2016", add_dummy_main_memory=True)
        adc = next(node for node in spec.arch.get_nodes_of_type(accelforge.arch.Toll) if node.name == "ADC")
        adc.extra_attributes_for_component_model["throughput"] = (
            "1 / cycle_period * cols_active_at_once / 100"
        )
        if layer is None:
            path = Path(_load_spec.__file__).parents[2] / "workloads/compute_in_memory/resnet18.yaml"
            other = accelforge.Spec.from_yaml(path, jinja_parse_data={"BATCH_SIZE": 1})
            spec.workload, spec.renames = other.workload, other.renames
        else:
            spec.workload.rank_sizes.update(M=1, K=layer[0], N=layer[1])
            for access in spec.workload.einsums[0].tensor_accesses:
                access.bits_per_value = 8
        mapped = spec.map_workload_to_arch(print_progress=False)
        energies, time = energies + float(mapped.energy()), time + float(mapped.latency())
        counts = mapped.actions(per_component=True)
        for key, energy in mapped.energy(per_component=True, per_action=True).items():
            known = found.setdefault(key, [0.0, 0.0])
            known[0] += float(energy)
            known[1] += float(counts.get(key, 0.0))
    yield "energy", energies, "J"
    yield "latency", time, "s"
    yield "leakage", sum(energy for (_, action), (energy, _) in found.items() if action == "leak"), "J"
    for component in ("ADC", "CimUnit", "ShiftAdd"):
        energy, count = found[component, "read"]
        yield f"energy of {component}", energy, "J"
        yield f"actions of {component}", count, "1"


def zigzag(hardware: str, mapping: str, network: str) -> Iterator[Row]:
    """ZigZag on one of its hardware examples, mapped for the least energy."""
    import zigzag as package  # noqa: PLC0415
    from zigzag.api import get_hardware_performance_zigzag  # noqa: PLC0415

    logging.disable(logging.CRITICAL)
    inputs, in_memory = (
        Path(package.__file__).parent / "inputs",
        {"in_memory_compute": True} if "imc" in hardware else {},
    )
    layers: Any = perceptron_of_zigzag() if network == "mlp" else str(inputs / "workload/resnet18.onnx")
    with tempfile.TemporaryDirectory() as folder:
        energy, cycles, *_ = get_hardware_performance_zigzag(
            layers, str(inputs / f"hardware/{hardware}.yaml"), str(inputs / f"mapping/{mapping}.yaml"), opt="energy",
            dump_folder=folder, loma_show_progress_bar=False, **in_memory,
        )  # fmt: skip
    yield "energy", float(energy) * 1e-12, "J"
    yield "latency", float(cycles), "cycles"


def loihi(place: int) -> Iterator[Row]:
    """SANA-FE on its Loihi, by its timing model without contention and by its default."""
    from loihi_in_time import CASES, simulated  # noqa: PLC0415

    plain, energy = simulated(CASES[place], "simple")
    default, _ = simulated(CASES[place], "detailed")
    yield "energy", energy, "J"
    yield "latency", plain, "s"
    yield "latency with contention", default, "s"


CHIPS: dict[str, tuple[str, Callable[[], Iterator[Row]]]] = {
    "isaac, mlp": ("accelforge", lambda: isaac("mlp")),
    "isaac, resnet18": ("accelforge", lambda: isaac("resnet18")),
    "tpu_like, mlp": ("zigzag-dse", lambda: zigzag("tpu_like", "tpu_like", "mlp")),
    "tpu_like, resnet18": ("zigzag-dse", lambda: zigzag("tpu_like", "tpu_like", "resnet18")),
    "aimc, mlp": ("zigzag-dse", lambda: zigzag("aimc", "default_imc", "mlp")),
    "aimc, resnet18": ("zigzag-dse", lambda: zigzag("aimc", "default_imc", "resnet18")),
    "loihi, mlp on 3 cores": ("sanafe", lambda: loihi(0)),
    "loihi, mlp on 8 cores": ("sanafe", lambda: loihi(1)),
    "loihi, mlp on 8 cores, out of step": ("sanafe", lambda: loihi(4)),
}


def process(*arguments: str) -> tuple[float, str]:
    """Processor time of a whole process, and the last line that it prints. [s]."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env=environment(),
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        raise SystemExit(
            f"{arguments}: {(run.stderr.strip().splitlines() or [f'exit status {run.returncode}'])[-1]}"
        )
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, (
        run.stdout.splitlines() or [""]
    )[-1]


def write(rows: list[tuple[str, ...]]) -> None:
    """Write chips.csv in the order of `CHIPS`."""
    rows.sort(key=lambda row: [*CHIPS].index(row[0]))
    with RECORDED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("chip", "tool", "version", "quantity", "value", "unit"))
        writer.writerows(rows)


def main() -> None:
    """Ask for the chips whose name has the argument, and write their rows again."""
    if sys.argv[1:2] == ["--ask"]:
        print()  # a tool may have left a line without its end
        print(json.dumps(list(CHIPS[sys.argv[2]][1]())))
        return
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    rows: list[tuple[str, ...]] = []
    if RECORDED.exists():
        with RECORDED.open(encoding="utf-8") as file:
            rows = [tuple(row) for row in csv.reader(file)][1:]
    for name, (package, _) in CHIPS.items():
        if wanted in name:
            about = (name, package, version(package))
            seconds, answer = process(__file__, "--ask", name)
            new = [(*about, what, f"{value:.6g}", unit) for what, value, unit in json.loads(answer)]
            rows = [row for row in rows if row[0] != name] + new
            write(rows)  # neuroest takes its inputs from there
            ours, _ = process(str(PAGE), "--pair", name)
            times = (("processor time", seconds), ("processor time of neuroest", ours))
            rows += [(*about, what, f"{value:.3g}", "s") for what, value in times]
            write(rows)
            print(name, *(row for row in rows if row[0] == name), sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
