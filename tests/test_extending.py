"""The pages on extending show the files of the example as they are, and what they print runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import neuroest
from neuroest.workloads.importers.network import NetworkImportError
from tests.plugins import EXAMPLE, ROOT, install, run

PAGES = ROOT / "docs" / "extending"
FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
CHANGED = re.compile(r"^ (?P<file>\S+) +\| +(?P<lines>\d+) \++$", re.MULTILINE)


def formatted(page: str, language: str) -> list[str]:
    text = (PAGES / f"{page}.md").read_text("utf-8")
    return [found["text"] for found in FENCE.finditer(text) if found["language"] == language]


def test_the_neuron_page_shows_the_files_as_they_are() -> None:
    code, test = formatted("neuron", "python")
    (device,) = formatted("neuron", "yaml")
    (stat,) = formatted("neuron", "text")
    lines = {found["file"]: int(found["lines"]) for found in CHANGED.finditer(stat)}
    registered = lines.pop("pyproject.toml")
    assert [(EXAMPLE / file).read_text("utf-8") for file in lines] == [code, device, test]
    assert list(lines.values()) == [len(text.splitlines()) for text in (code, device, test)]
    assert f"{len(lines) + 1} files changed, {sum(lines.values()) + registered} insertions" in stat
    assert registered == (EXAMPLE / "pyproject.toml").read_text("utf-8").count("single_transistor_neuron = ")


def test_the_plugin_page_shows_the_entry_points_as_they_are() -> None:
    (points,) = formatted("plugins", "toml")
    stated = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    assert tomllib.loads(points)["project"]["entry-points"] == stated


def test_the_converter_of_the_block_page_runs() -> None:
    (code,) = formatted("block", "python")
    names: dict[str, object] = {}
    exec(code, names)
    converter = names["converter"]
    assert isinstance(converter, neuroest.BlockCosts)
    assert converter.shape == (3,)


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
