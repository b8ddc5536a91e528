"""No file of a working, input or output folder is executed, by any verb that starts a process."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.plugins import ROOT
from tests.publishing.test_paper import folder_of_curves

CHIP, NETWORK = "diffusive_28nm_derived", "mlp_mnist_spiking"
MANY = (
    "--set", "chip.tile.array.read_voltage=0.05..0.1 V:400", "--set", "technology.supply_voltage=0.7..0.9 V:200",
)  # fmt: skip
NIR = ROOT / "tests" / "data" / "nir_writers" / "snntorch_fully_connected.nir"
VERBS: dict[str, tuple[str, ...]] = {
    "import": ("import", "in/net.nir", "--timesteps", "10", "--time-step", "1 ms", "-o", "out/net.yaml"),
    "sweep": ("sweep", CHIP, "-w", NETWORK, *MANY, "--workers", "2", "-o", "out/points.csv"),
    "cluster": ("sweep", CHIP, "-w", NETWORK, *MANY, "--workers", "1", "--scheduler", "local", "-o", "out/more.csv"),
    "uncertainty": ("uncertainty", CHIP, "-w", NETWORK, "--samples", "20000", "--workers", "2"),
    "report": ("report", CHIP, "-w", NETWORK, "-o", "out/report"),
    "paper": ("paper", "in", "-w", NETWORK, "--only", "fit", "-o", "out"),
    "export": ("export", "spice", "switch_generic_28nm", "-o", "out/circuit", "--check"),
    "estimate": ("estimate", CHIP, "-w", NETWORK),
}  # fmt: skip
"""What each starts: an interpreter, workers, a cluster, forks, its steps, a circuit simulator; the last one nothing."""
NEEDS = {"import": "h5py", "cluster": "distributed", "report": "matplotlib", "paper": "scipy"}
STARTED = "from neuroest.cli import start; start()"
OWN = {"neuroest", "tests"}


def plant(folder: Path, names: set[str]) -> None:
    """Write modules of these names that leave a mark when they are executed."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.py").write_text(
            f"import io\nio.open({str(folder / 'EXECUTED')!r}, 'a').write(__name__ + '\\n')\n", "utf-8"
        )


def folders(root: Path, names: set[str]) -> list[Path]:
    """A working folder with a folder of inputs and one for outputs, with modules in all of them."""
    places = [root, root / "in", root / "out"]
    for place in places:
        plant(place, names)
    return places


@cache
def foreign() -> frozenset[str]:
    """Modules of the packages that are installed."""
    return frozenset(name for name in packages_distributions() if name.isidentifier()) - OWN


STANDARD = {name for name in sys.stdlib_module_names if not name.startswith("_")} | {
    "sitecustomize",
    "usercustomize",
}


EACH_CHANGE = {
    ("import", True),
    ("import", False),
    ("sweep", True),
    ("sweep", False),
    ("cluster", True),
    ("estimate", True),
}
"""Verbs, and whether by name or with `python -m`, that are tried for each change: an interpreter, workers, a cluster
and nothing of these. The others are tried each night."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verb", "by_name"),
    [
        pytest.param(verb, by_name, marks=() if (verb, by_name) in EACH_CHANGE else pytest.mark.nightly)
        for verb in VERBS
        for by_name in (True, False)
    ],
)
def test_no_module_of_a_folder_is_executed(tmp_path: Path, verb: str, by_name: bool) -> None:
    if verb in NEEDS:
        pytest.importorskip(NEEDS[verb])
    if verb == "export" and shutil.which("ngspice") is None:
        pytest.skip("there is no ngspice")
    # `python -m` itself imports a few modules of Python from the working folder before anything of ours
    places = folders(tmp_path / "work", foreign() | STANDARD if by_name else foreign())
    if verb == "paper":
        shutil.copytree(folder_of_curves(tmp_path), places[1], dirs_exist_ok=True)
    if verb == "import":
        shutil.copy(NIR, places[1] / "net.nir")
    program = tmp_path / "bin" / "neuroest"
    program.parent.mkdir()
    program.write_text(STARTED, "utf-8")
    words = [str(program)] if by_name else ["-m", "neuroest"]
    done = subprocess.run(
        [sys.executable, *words, *VERBS[verb]], capture_output=True, text=True, check=False, timeout=300,
        cwd=places[0], env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    executed = [place / "EXECUTED" for place in places]
    assert not {line for file in executed if file.exists() for line in file.read_text("utf-8").split()}


def test_a_planted_module_would_be_seen(tmp_path: Path) -> None:
    (place, *_) = folders(tmp_path / "work", {"typer"})
    subprocess.run([sys.executable, "-c", "import typer"], check=True, cwd=place)
    assert (place / "EXECUTED").read_text("utf-8") == "typer\n"
    assert importlib.util.find_spec("typer") is not None
