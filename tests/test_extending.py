"""The pages on extending show the files of the example as they are, and what they print runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import neuroest
from neuroest.workloads.importers.network import NetworkImportError
from tests.plugins import EXAMPLE, ROOT, install, run

PAGES = ROOT / "docs" / "extending"
FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
TITLED = re.compile(
    r"""^```\w+[ ]title="(?P<file>[^",]+)(?:,[ ](?P<side>before|after)[ ](?P<line>[^"]+))?"\n(?P<text>.*?)^```$""",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


def formatted(page: str, language: str) -> list[str]:
    text = (PAGES / f"{page}.md").read_text("utf-8")
    return [found["text"] for found in FENCE.finditer(text) if found["language"] == language]


def test_the_neuron_page_shows_the_code_as_it_is_and_names_its_files() -> None:
    page = (PAGES / "neuron.md").read_text("utf-8")
    files = re.findall(r"`(examples/plugin/\S+/\w*single_transistor\w*\.\w+)`", page)
    assert len(files) == 3
    assert all((ROOT / file).is_file() for file in files)
    assert formatted("neuron", "python") == [(ROOT / files[0]).read_text("utf-8")]


def test_the_plugin_page_shows_the_entry_points_as_they_are() -> None:
    (points,) = formatted("plugins", "toml")
    stated = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    assert tomllib.loads(points)["project"]["entry-points"] == stated


def test_the_block_page_shows_the_converter_as_it_is() -> None:
    shown = {
        found["file"]: found["text"] for found in TITLED.finditer((PAGES / "block.md").read_text("utf-8"))
    }
    file = "examples/plugin/neuroest_example/cyclic_adc.py"
    assert shown[file] == (ROOT / file).read_text("utf-8")


def with_lines(root: Path, page: str) -> None:
    """Write into the files of a copy what a page says, next to the line that it names."""
    for found in TITLED.finditer((PAGES / f"{page}.md").read_text("utf-8")):
        if found["line"] is not None:
            file = root / found["file"]
            lines = file.read_text("utf-8").splitlines(keepends=True)
            (place,) = (n for n, line in enumerate(lines) if line.strip() == found["line"])
            lines.insert(place + (found["side"] == "after"), found["text"])
            file.write_text("".join(lines), "utf-8")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with a converter, a neuron, a quantity and a check, as the pages add them."""
    root = tmp_path_factory.mktemp("repository") / "copy"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".*", "__pycache__", "site", "dist"))
    example = root / "examples" / "plugin" / "neuroest_example"
    for model, folder in (("cyclic_adc", "converters"), ("single_transistor_neuron", "neurons")):
        code = re.sub(
            r"^    fills = .*\n", "", (example / f"{model}.py").read_text("utf-8"), flags=re.MULTILINE
        )
        (root / "neuroest" / "blocks" / folder / f"{model}.py").write_text(code, "utf-8")
        for device in (example / "device_specs" / folder).glob("*.yaml"):
            shutil.copy(device, root / "device_specs" / folder)
    for page in ("block", "neuron", "result"):
        with_lines(root, page)
    return root


def in_copy(root: Path, *arguments: str) -> str:
    """What Python prints in the copy, which it imports instead of this repository."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=300, cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


USED = """
import neuroest
print(neuroest.__file__)
found = neuroest.estimate("digital_int8_28nm", "mlp_mnist_dense")
name, totals = "energy_delay_product_J_s", found.totals
print(totals[name] / totals["energy_per_inference_J"] / totals["latency_s"])
print(found.bands.totals[name].low < totals[name] < found.bands.totals[name].high)
print([check.component for check in found.checks if check.name == "inferences_overlap"])
neuron = {"model": "single_transistor_neuron", "device": "single_transistor_soi"}
found = neuroest.estimate("analog_lif_28nm", "mlp_mnist_spiking", {"chip.tile.array.readout.neuron": neuron})
print(any(row.term == "channel" and row.energy_J > 0.0 for row in found.breakdown))
"""


@pytest.mark.slow
def test_a_block_a_neuron_a_quantity_and_a_check_are_there_as_their_pages_add_them(extended: Path) -> None:
    converter = in_copy(extended, "-m", "neuroest", "show", "cyclic_adc")
    assert "cyclic_adc_65nm" in converter
    file, ratio, banded, checked, drawn = in_copy(extended, "-c", USED).splitlines()
    assert Path(file).is_relative_to(extended)
    assert float(ratio) == pytest.approx(1.0, rel=1e-12)
    assert (banded, checked, drawn) == ("True", "['chip']", "True")


@pytest.mark.slow
def test_contract_tests_and_pages_are_clean_after_what_the_pages_say(extended: Path) -> None:
    in_copy(extended, "docs/generate.py")
    over_all = (
        "a_block_states", "device_of_a_block", "costs_in_a_chip", "costs_there", "each_check", "every_spike_term",
        "unit_that_its_name",
    )  # fmt: skip
    tests = (
        "tests/blocks/test_contract.py",
        "tests/pipeline/test_standalone.py",
        "tests/test_words.py",
        "tests/results",
        "tests/test_house.py",
    )
    done = in_copy(
        extended,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        *tests,
        "-k",
        " or ".join(over_all),
    )
    assert int(re.search(r"(\d+) passed", done)[1]) > len(over_all)  # type: ignore[index]


def test_the_stand_alone_converter_of_the_block_page_runs() -> None:
    (code,) = formatted("block", "python")
    names: dict[str, object] = {}
    exec(code, names)
    converter = names["converter"]
    assert isinstance(converter, neuroest.BlockCosts)
    assert converter.shape == (3,)


@pytest.mark.slow
def test_the_importer_of_its_page_reads_a_network(tmp_path: Path) -> None:
    (code,) = formatted("importer", "python")
    (tmp_path / "layers_of_a_page.py").write_text(code, "utf-8")
    install(tmp_path, "layers", {"neuroest.importers": {"layers": "layers_of_a_page:read_layers"}})
    (tmp_path / "net.layers").write_text("784 256 10", "utf-8")
    (tmp_path / "bad.layers").write_text("784 many", "utf-8")
    done = run(tmp_path, "estimate", "digital_int8_28nm", "-w", "net.layers", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert f'"multiply_accumulates": {784 * 256 + 256 * 10}' in done.stdout
    done = run(tmp_path, "estimate", "digital_int8_28nm", "-w", "bad.layers")
    assert (done.returncode, "expected the sizes of layers" in done.stderr) == (1, True)
    with pytest.raises(NetworkImportError, match=r"unknown suffix '.layers'"):
        neuroest.import_network(tmp_path / "net.layers")
