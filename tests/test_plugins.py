"""Packages that add blocks, levels, importers and spec files, and what becomes of those that cannot be used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import in_one_process
from tests.plugins import EXAMPLE, ROOT, environment, install, install_example, python, run

NEURON = "chip.tile.array.readout.neuron"
CHIP = ("single_transistor_28nm", "-w", "keyword_spotting_spiking")
POINTS = ("--set", f"{NEURON}.drain_current=100uA,250uA")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site")
    install_example(site)
    return site


KNOWN = {
    "list models": "single_transistor_neuron\tTransistor with a floating body that",
    "list devices": "cyclic_adc_65nm\tCyclic converter at 65 nm",
    "list architectures": "single_transistor_28nm\t",
    "show cyclic_adc": "shipped devices\n  cyclic_adc_65nm",
    "show single_transistor_soi": "drain_current = 250 uA",
    "new neuron --model single_transistor_neuron": "drain_current:",
    "schema architecture": '"single_transistor_neuron_parameters"',
    "schema device": '"cyclic_adc"',
    f"estimate {' '.join(CHIP)}": "channel",
    f"compare {' '.join(CHIP[:1])} threshold_switch_28nm -w mlp_mnist_spiking": "single_transistor_28nm",
    "explain single_transistor_28nm neuron.time_step.channel -w mlp_mnist_spiking": "pulse_energy",
    f"sweep {' '.join((*CHIP, *POINTS))}": "0.00025,",
}
"""Commands, and a part of what each says where the example is installed."""


def test_the_command_line_knows_a_plugin(example: Path) -> None:
    said = in_one_process(list(KNOWN), example, environment(example))
    for (command, text), found in zip(KNOWN.items(), said, strict=True):
        assert (found.code, text in found.out) == (0, True), (command, found)
        assert "warning" not in found.err, command


def test_every_file_of_the_example_is_checked(example: Path) -> None:
    files = sorted(map(str, EXAMPLE.rglob("neuroest_example/**/*.yaml")))
    done = run(example, "check", *files)
    assert done.stdout.splitlines() == [f"{file}: ok" for file in files]


@pytest.mark.slow
def test_the_tests_of_the_example_pass(example: Path) -> None:
    done = python(
        example, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE / "tests"), folder=EXAMPLE
    )
    assert (done.returncode, "3 passed" in done.stdout) == (0, True), done.stdout


def swept(example: Path, *options: str) -> list[str]:
    done = run(example, "sweep", *CHIP, *POINTS, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--workers", "2"), ("--workers", "1", "--scheduler", "local")])
def test_workers_know_a_plugin(example: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    # more points than a chunk has, so that there is work for processes of their own
    many = ("--set", f"{NEURON}.drain_current=100uA..250uA:66000", "-o", str(tmp_path / "points.csv"))
    done = run(example, "sweep", *CHIP, *many, *options)
    assert done.returncode == 0, done.stderr
    assert "66000 points, 66000 feasible" in done.stderr + done.stdout
    rows = (tmp_path / "points.csv").read_text("utf-8").splitlines()
    few = swept(example)
    assert len(rows) == 66001
    assert [*map(float, rows[1].split(",")[1:3])] == [*map(float, few[1].split(",")[1:3])]


@pytest.mark.slow
@pytest.mark.nightly
def test_a_report_knows_a_plugin(example: Path, tmp_path: Path) -> None:
    done = run(example, "report", *CHIP, "-o", str(tmp_path / "report"))
    assert done.returncode == 0, done.stderr
    assert "single_transistor_soi" in (tmp_path / "report" / "report.html").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pip") is None, reason="there is no pip")
def test_pip_installs_the_example(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="there is no hatchling, which builds the package")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--target",
         str(tmp_path), str(EXAMPLE)],
        check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "channel" in run(tmp_path, "estimate", *CHIP).stdout


def test_each_block_of_the_example_is_one_short_file() -> None:
    for name in ("cyclic_adc", "single_transistor_neuron"):
        assert len((EXAMPLE / "neuroest_example" / f"{name}.py").read_text("utf-8").splitlines()) < 80


LEVEL = """
from typing import ClassVar, Literal
from neuroest.blocks.model_error import ModelError, ModelErrors, model_errors
from neuroest.levels.roofline import RooflineLevel, RooflineMapper
from neuroest.specs.architecture import Level

class SlowLevel(RooflineLevel):
    mapper: Literal["slow_roofline"]

class SlowMapper(RooflineMapper):
    schema: ClassVar[type[Level]] = SlowLevel
    prior_error: ClassVar[ModelErrors] = model_errors(time=ModelError(2.0, "a test"))

    def unit_time(self, placement):
        return 2.0 * super().unit_time(placement)
"""


@pytest.mark.slow
def test_a_level_of_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "levels_of_a_test.py").write_text(LEVEL, "utf-8")
    points = {"slow_roofline": "levels_of_a_test:SlowMapper"}
    install(tmp_path, "levels-of-a-test", {"neuroest.levels": points})
    text = (ROOT / "architectures" / "gpu_h100.yaml").read_text("utf-8")
    (tmp_path / "slow.yaml").write_text(
        text.replace("mapper: roofline", "mapper: slow_roofline").replace("name: gpu_h100", "name: slow"),
        "utf-8",
    )
    assert "slow_roofline" in run(tmp_path, "list", "mappers").stdout
    latency = {}
    for chip in ("gpu_h100", "slow.yaml"):
        done = run(tmp_path, "estimate", chip, "-w", "mlp_mnist_dense", "--format", "json")
        assert done.returncode == 0, done.stderr
        latency[chip] = json.loads(done.stdout)["totals"]["latency_s"]
    assert latency["slow.yaml"] == pytest.approx(2.0 * latency["gpu_h100"], rel=1e-12)


SILENT = """
from typing import ClassVar, Literal
from neuroest.blocks.columns.buffers import AnalogStage, AnalogStageBlock

class OtherBlock(AnalogStageBlock):
    model: Literal["other"]

class Silent(AnalogStage):
    schema: ClassVar = OtherBlock
    fills: ClassVar = ("converter",)
"""
BROKEN = """
from typing import ClassVar, Literal
from neuroest.blocks.columns.buffers import AnalogStage, AnalogStageBlock
from neuroest.blocks.converters.base import Converter
from neuroest.blocks.model_error import exact_model

class OtherBlock(AnalogStageBlock):
    model: Literal["other"]

class Misnamed(AnalogStage):
    schema: ClassVar = OtherBlock
    fills: ClassVar = ("converter",)
    prior_error: ClassVar = exact_model("a test")

class Homeless(Misnamed):
    fills: ClassVar = ("nowhere",)

class Greedy(Misnamed):
    owns: ClassVar = ("cell read current",)

class Half(Converter):
    schema: ClassVar = OtherBlock
    fills: ClassVar = ("converter",)
    prior_error: ClassVar = exact_model("a test")
"""


FAULTS = [
    ("blocks", "other", "no_such_module:Block", "ModuleNotFoundError: No module named 'no_such_module'"),
    ("blocks", "other", "broken:NoSuchClass", "AttributeError: module 'broken' has no attribute 'NoSuchClass'"),
    ("blocks", "other", "broken:OtherBlock", "it is not a subclass of Component"),
    ("blocks", "other", "silent:Silent", "Silent: it states no prior_error (model_errors(...), or exact_model("),
    ("blocks", "wrong", "broken:Misnamed", "its schema says model 'other'"),
    ("blocks", "other", "broken:Homeless", "it fills nowhere; allowed: anywhere, cell, "),
    ("blocks", "other", "broken:Greedy", "the energy of 'cell read current' has two owners, cell and other"),
    ("blocks", "other", "broken:Half", "it has no area, energy_costs, rate"),
    ("blocks", "sar_adc", "broken:Misnamed", "the name is taken"),
    ("levels", "other", "broken:Misnamed", "it is not a subclass of Mapper"),
    ("importers", "other", "broken:__name__", "it is not a function (path, options) -> ImportedNetwork"),
    ("data", "other", "broken", "it is not a package with a folder architectures, device_specs, workloads"),
]  # fmt: skip


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the command line says where every faulty plug-in and the example are installed."""
    site = tmp_path_factory.mktemp("broken")
    (site / "silent.py").write_text(SILENT, "utf-8")
    (site / "broken.py").write_text(BROKEN, "utf-8")
    for number, (group, name, value, _) in enumerate(FAULTS):
        install(site, f"broken-{number}", {f"neuroest.{group}": {name: value}})
    install_example(site)
    assert run(site, "show", "cyclic_adc").returncode == 0
    listed = [run(site, "list", kind) for kind in ("models", "mappers", "devices")]
    assert [done.returncode for done in listed] == [0, 0, 0]
    assert all("cyclic_adc" in done.stdout for done in listed[::2])
    asked = run(site, "estimate", "gpu_h100", "-w", "net.unknown")
    return [line for done in (*listed, asked) for line in done.stderr.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[reason[:30] for *_, reason in FAULTS])
def test_a_broken_plugin_is_named_in_one_line(lines: list[str], number: int) -> None:
    _, name, _, reason = FAULTS[number]
    found = {line for line in lines if f" of broken-{number} is left out" in line}
    (line,) = found
    assert line.startswith(f"warning: plug-in {name!r} of broken-{number} is left out: {reason}")


def test_users_of_the_library_get_a_warning(tmp_path: Path) -> None:
    install(tmp_path, "broken-plugin", {"neuroest.blocks": {"other": "no_such_module:Block"}})
    code = (
        "import warnings\n"
        "from neuroest.core.lazy_registry import PluginWarning\n"
        "from neuroest.registry import COMPONENTS\n"
        "with warnings.catch_warnings(record=True) as text:\n"
        "    warnings.simplefilter('always')\n"
        "    assert 'other' not in COMPONENTS and 'other' not in COMPONENTS and 'sar_adc' in COMPONENTS\n"
        "print([issubclass(w.category, PluginWarning) for w in text])\n"
    )
    assert python(tmp_path, "-c", code).stdout == "[True]\n"


@pytest.mark.slow
def test_workers_repeat_no_warning(tmp_path: Path) -> None:
    install_example(tmp_path)
    install(tmp_path, "broken-plugin", {"neuroest.blocks": {"other": "no_such_module:Block"}})
    many = ("--set", f"{NEURON}.drain_current=100uA..250uA:66000", "--workers", "2", "-o", "points.csv")
    done = run(tmp_path, "sweep", *CHIP, *many)
    assert done.returncode == 0
    assert done.stderr.count("left out") == 1


def test_a_run_that_needs_no_plugin_reads_no_entry_points(tmp_path: Path) -> None:
    install(tmp_path, "broken-plugin", {"neuroest.blocks": {"other": "no_such_module:Block"}})
    code = (
        "import importlib.metadata as metadata\n"
        "def refused(*, group): assert not group.startswith('neuroest'); return read(group=group)\n"
        "read = metadata.entry_points\n"
        "metadata.entry_points = refused\n"
        "from neuroest.cli import main\n"
        "main(['estimate', 'sar_crossbar_28nm', '-w', 'mlp_mnist_dense'])\n"
    )
    done = python(tmp_path, "-c", code)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_file_of_a_plugin_does_not_replace_one_that_ships(tmp_path: Path) -> None:
    package = tmp_path / "taking"
    (package / "device_specs").mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copy(ROOT / "device_specs" / "neurons" / "soi_mosfet_lif.yaml", package / "device_specs")
    install(tmp_path, "taking-plugin", {"neuroest.data": {"taking": "taking"}})
    done = run(tmp_path, "list", "devices")
    assert (
        done.stderr == "warning: plug-in device 'soi_mosfet_lif' of taking is left out: the name is taken\n"
    )
    assert os.fspath(package) not in run(tmp_path, "show", "soi_mosfet_lif").stdout


@pytest.mark.slow
def test_a_run_is_not_continued_with_another_plugin(tmp_path: Path) -> None:
    install_example(tmp_path)
    (tmp_path / "neuroest_example").unlink()
    shutil.copytree(EXAMPLE / "neuroest_example", tmp_path / "neuroest_example")
    sweep = ("sweep", *CHIP, *POINTS, "-o", "points.csv")
    assert run(tmp_path, *sweep).returncode == 0
    again = run(tmp_path, *sweep)
    code = tmp_path / "neuroest_example" / "single_transistor_neuron.py"
    code.write_text(code.read_text("utf-8") + "\n# changed\n", "utf-8")
    changed = run(tmp_path, *sweep)
    assert (again.returncode, changed.returncode) == (0, 1), again.stderr + changed.stderr
