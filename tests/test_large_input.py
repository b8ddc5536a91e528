"""No input takes more than ten seconds, or more memory than its network needs, to be refused."""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import neuroest
from neuroest.authoring.tables import import_table
from neuroest.core.errors import NeuroestError
from neuroest.loading.library import shipped

CHIP, NET = "digital_int8_28nm", "mlp_mnist_dense"
HEAT = "technology.temperature"


def layers(folder: Path, number: int, key: str = "type") -> Path:
    text = shipped("workload")[NET].read_text(encoding="utf-8")
    head = text[: text.index("layers:")].replace(NET, "large")
    rows = "".join(f"  - {{name: l{n}, {key}: fully_connected, outputs: 8}}\n" for n in range(number))
    (folder / "large.yaml").write_text(f"{head}layers:\n{rows}", encoding="utf-8")
    return folder / "large.yaml"


def written(folder: Path, text: str) -> Path:
    (folder / "large.yaml").write_text(text, encoding="utf-8")
    return folder / "large.yaml"


REFUSED: dict[str, Callable[[Path], Any]] = {
    "100000 layers": lambda folder: neuroest.estimate(CHIP, layers(folder, 100_000)),
    "4000 layers with a wrong key each": lambda folder: neuroest.estimate(CHIP, layers(folder, 4_000, "typ")),
    "6000 layers": lambda folder: neuroest.estimate(CHIP, layers(folder, 6_000)),
    "10^6 listed values": lambda _: neuroest.sweep(CHIP, {HEAT: [f"{n} K" for n in range(10**6)]}, NET),
    "10^9 points of a range": lambda _: neuroest.sweep(CHIP, {HEAT: "300..310 K:1000000000"}, NET),
    "10^12 samples": lambda _: neuroest.sweep(CHIP, {HEAT: "300..310 K"}, NET, samples=10**12),
    "10^5 axes": lambda _: neuroest.sweep(CHIP, {f"chip.x{n}": "1..2" for n in range(10**5)}, NET),
    "10^5 settings": lambda _: neuroest.estimate(CHIP, NET, {f"chip.x{n}": "1" for n in range(10**5)}),
    "a value of 10^7 characters": lambda _: neuroest.estimate(CHIP, NET, {HEAT: "3" * 10**7}),
    "a path of 10^7 characters": lambda _: neuroest.estimate(CHIP, NET, {"a" * 10**7: "1"}),
    "a path of 10^6 words": lambda _: neuroest.estimate(CHIP, NET, {"chip." + "a." * 10**6 + "b": "1"}),
    "a name of 10^6 characters": lambda _: neuroest.estimate("analog_" * 10**6, NET),
    "a table of 3000 unknown columns": lambda folder: import_table(
        written(folder, ",".join(f"zz{n}q" for n in range(3_000)) + "\na,b\n")
    ),
    "a table of 10^5 devices": lambda folder: import_table(
        written(folder, "name,model\n" + "".join(f"n{n},m{n}\n" for n in range(10**5)))
    ),
    "deep mappings": lambda folder: neuroest.estimate(written(folder, "chip: " + "{a: " * 10**5), NET),
    "deep lists": lambda folder: neuroest.sweep(CHIP, written(folder, "axes: " + "[" * 10**5), NET),
    "aliases of aliases": lambda folder: neuroest.estimate(
        written(folder, "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{f'*a{n},' * 9}]\n" for n in range(9))),
        NET,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("made", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_time(made: Callable[[Path], Any], tmp_path: Path) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(NeuroestError) as caught:
        made(tmp_path)
    assert time.process_time() - began < 10.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 512 * 1024
    assert all(len(line) < 1100 for line in str(caught.value).splitlines())


def test_a_thousand_layers_are_estimated_in_time(tmp_path: Path) -> None:
    began = time.process_time()
    neuroest.estimate(CHIP, layers(tmp_path, 1_000))
    assert time.process_time() - began < 10.0


def test_files_that_refer_to_themselves_end(tmp_path: Path) -> None:
    chip = shipped("architecture")["analog_lif_28nm"].read_text(encoding="utf-8")
    device = next(
        file for file in shipped("device").values() if "\nprocess: " in file.read_text(encoding="utf-8")
    )
    own = tmp_path / device.name
    own.write_text(
        re.sub(r"^process: .*$", f"process: ./{device.name}", device.read_text(encoding="utf-8"), flags=re.M),
        encoding="utf-8",
    )
    cyclic = tmp_path / "analog_lif_28nm.yaml"
    cyclic.write_text(
        re.sub(r"^baseline: .*$", "baseline: ./analog_lif_28nm.yaml", chip, flags=re.M), encoding="utf-8"
    )
    began = time.process_time()
    (problem,) = neuroest.check_files([own])
    assert "expected a" in problem.message
    neuroest.check_files([cyclic])
    assert time.process_time() - began < 10.0
