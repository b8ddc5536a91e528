"""README and docs say what is so: links lead somewhere, commands run, examples load, generated pages are fresh."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import page_values
import pytest
import reference_pages
import site_figures

import neuroest
from neuroest.cli import VERBS
from neuroest.loading.kinds import KINDS
from neuroest.loading.library import load_architecture, load_device, load_workload
from neuroest.pipeline.estimate import estimate
from neuroest.registry import DEVICE_MODELS
from neuroest.results.estimate import SCHEMA_VERSION
from tests.each import each

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])
GENERATE: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "generate.py"))
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
REFERENCE = {ROOT / "docs" / place: text for place, text in reference_pages.pages().items()}
WITH_THE_SITE = {*REFERENCE, *(ROOT / "docs" / place for place in site_figures.FIGURES)}
"""Pages and figures that are not in the repository, since the site writes them."""
WITHIN_ROUNDING = 0.02
"""What other versions of numpy may move in percentiles."""


def blocks(page: str, language: str) -> list[str]:
    return [found["text"] for found in FENCE.finditer(page) if found["language"] == language]


def commands() -> list[str]:
    lines = "".join(blocks(README, "sh")).splitlines()
    return [line for line in lines if line.startswith("neuroest ")]


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "neuroest", *words],
        cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8", stdin=subprocess.DEVNULL,
    )  # fmt: skip


def saved_examples(page: str, folder: Path) -> list[Path]:
    """Every YAML example of a page as a file of the name that it states."""
    files = []
    for text in blocks(page, "yaml"):
        name = re.search(r"^name: (\w+)$", text, re.MULTILINE)
        if name is not None:
            path = folder / f"{name.group(1)}.yaml"
            path.write_text(text, "utf-8")
            files.append(path)
    return files


@cache
def anchors(path: Path) -> frozenset[str]:
    """Anchors of the headings of a page, as GitHub makes them."""
    text = FENCE.sub("", REFERENCE.get(path) or path.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return frozenset(
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    )


@each("page", [*PAGES, *REFERENCE])
def test_links_lead_to_files_and_headings(page: Path) -> None:
    text = FENCE.sub("", REFERENCE.get(page) or page.read_text("utf-8"))
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if (file not in WITH_THE_SITE and not file.exists()) or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


@each("page", PAGES)
def test_files_that_pages_name_exist(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    named = re.findall(r"`((?:neuroest|tests|docs|device_specs|architectures|workloads)/[\w./]+)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_page_of_the_docs_is_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in re.findall(r"\]\(([^)#\s]+\.md)", page.read_text("utf-8")):
            file = (page.parent / target).resolve()
            if file.exists() and file not in reached:
                waiting.append(file)
    assert [str(page) for page in PAGES if ROOT / "docs" in page.parents and page not in reached] == []


def test_reference_lists_every_parameter_of_every_device_model() -> None:
    page = REFERENCE[ROOT / "docs/reference/devices.md"]
    for model, record in DEVICE_MODELS.items():
        section = page.split(f"## Model `{model}`\n")[1].split("\n## ")[0]
        for name, info in record.parameters().items():
            assert re.search(
                rf"^\| `{name}` \| .*\| {re.escape(info.check.unit)} \|", section, re.MULTILINE
            ), name


def test_reference_lists_every_key_of_every_kind_of_file() -> None:
    pages = "".join(REFERENCE.values())
    for kind in KINDS.values():
        schema = kind.schema.model_json_schema()
        definitions = [schema, *schema.get("$defs", {}).values()]
        for key in {key for part in definitions for key in part.get("properties", {})}:
            assert f"| `{key}` |" in pages, key


def test_setup_commands_are_one_line_each() -> None:
    lines = [line for text in blocks(README, "sh") for line in text.splitlines() if "venv" in line]
    assert len(lines) == 2
    assert lines[0].endswith("/neuroest estimate")
    assert ".[dev]" in lines[1]
    assert "pytest" in lines[1]


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_commands_of_the_readme_run(command: str, tmp_path: Path) -> None:
    saved_examples(README, tmp_path)
    makes_files = [made for made in commands() if made.startswith("neuroest new ")]
    for made in makes_files if command not in makes_files else ():
        run(made.split()[1:], tmp_path)
    examples = {path.name for path in tmp_path.iterdir()}
    done = run(command.split()[1:], tmp_path)
    assert done.returncode == 0, done.stderr
    if command in makes_files:
        assert {path.name for path in tmp_path.iterdir()} == examples | {command.split()[-1]}
        return
    assert done.stderr == ""
    assert done.stdout
    assert {path.name for path in tmp_path.iterdir()} == examples


@pytest.mark.parametrize(
    "found", list(GENERATE["OUTPUT"].finditer(README)), ids=lambda found: found["command"]
)
def test_output_shown_in_the_readme_is_what_the_command_prints(found: re.Match[str], tmp_path: Path) -> None:
    printed = run(found["command"].split()[1:], tmp_path).stdout
    number = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")
    formatted = found["text"]
    assert words_of(number.sub("#", formatted)) == words_of(number.sub("#", printed)), (
        "run: python docs/generate.py"
    )
    pairs = zip(map(float, number.findall(formatted)), map(float, number.findall(printed)), strict=True)
    assert [pair for pair in pairs if pair[0] != pytest.approx(pair[1], rel=WITHIN_ROUNDING, abs=0.11)] == []


def words_of(text: str) -> list[str]:
    """Words without the bars of a table."""
    return re.sub(r"[▏▎▍▌▋▊▉█]", "", text).split()


def test_the_readme_shows_an_output() -> None:
    assert GENERATE["OUTPUT"].search(README)


def test_device_of_the_readme_has_ten_lines_and_changes_the_estimate(tmp_path: Path) -> None:
    (text,) = (text for text in blocks(README, "yaml") if "kind: device" in text)
    assert len(text.splitlines()) == 10
    (path,) = saved_examples(README, tmp_path)
    assert load_device(str(path)).claims["spike_energy"].value == pytest.approx(40e-15)
    setting = {"chip.tile.array.readout.neuron.device": str(path)}
    mine = estimate("analog_lif_28nm", "mlp_mnist_spiking", setting)
    other = estimate("analog_lif_28nm", "mlp_mnist_spiking")
    assert mine.totals["area_m2"] != other.totals["area_m2"]
    assert "ours" in dict(mine.sources)


IMPORTING = (ROOT / "docs" / "importing.md").read_text("utf-8")
OWN_NETWORK = README.partition("## Your own network")[2].partition("\n## ")[0]


def model_files(folder: Path) -> None:
    """A `model.onnx` and a `model.nir`, as a reader has them."""
    recorded = ROOT / "tests" / "data" / "nir_writers" / "snntorch_fully_connected.nir"
    (folder / "model.nir").write_bytes(recorded.read_bytes())
    pytest.importorskip("onnx", reason="needs neuroest[onnx]")
    from tests.workloads.importers.models import resnet

    resnet(folder / "model.onnx", (1, 1, 1, 1), bottleneck=False)


def numbered(page: str) -> list[tuple[str, str]]:
    return [(f"{page}-{n}", text) for n, text in enumerate(blocks(globals()[page], "python"))]


@pytest.mark.filterwarnings("ignore")  # of libraries that train
@pytest.mark.parametrize(
    "text", [pytest.param(text, id=name) for page in ("README", "IMPORTING") for name, text in numbered(page)]
)
def test_python_of_a_page_runs(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in re.findall(r"\b(torchvision|torch|snntorch|spikingjelly|norse)\b", text):
        pytest.importorskip(package, reason=f"needs {package}: pip install '.[dev-import]'")
    if "model." in text:
        model_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(compile(text, "page", "exec"), {})
    printed = capsys.readouterr().out
    assert re.match(r"\d+\.\d+(e-\d+)?\b|<Estimate \w+ on .+: energy \d", printed)


@pytest.mark.slow
@pytest.mark.parametrize("page", [OWN_NETWORK, IMPORTING], ids=["readme", "importing"])
def test_commands_on_model_files_run(page: str, tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="needs neuroest[nir]")
    model_files(tmp_path)
    lines = re.findall(r"^\$ neuroest ((?:estimate|import) .*(?:model|mine)\..*)$", page, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        done = run(shlex.split(line), tmp_path)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "mine.yaml").exists()


def test_verbs_that_are_reported_exist_and_verbs_that_exist_are_reported() -> None:
    reported = set(re.findall(r"^\| `neuroest ([a-z-]+)", README, re.MULTILINE))
    everywhere = "".join(page.read_text("utf-8") for page in PAGES)
    assert reported - set(VERBS) == set()
    assert [verb for verb in VERBS if f"neuroest {verb}" not in everywhere] == []


def test_examples_of_the_file_formats_work_together(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "file_formats.md").read_text("utf-8")
    saved_examples(page, tmp_path)
    load_device(str(tmp_path / "my_cell.yaml"))
    load_workload(tmp_path / "my_network.yaml")
    load_architecture(tmp_path / "my_chip.yaml")
    derived = load_architecture(tmp_path / "my_other_chip.yaml").spec
    assert derived.chip.model_dump()["tile"]["array"]["rows"] == 256
    setting = {"chip.tile.array.cell.device": "./my_cell.yaml"}
    result = estimate(tmp_path / "my_chip.yaml", tmp_path / "my_network.yaml", setting)
    assert result.totals["throughput_per_s"] == pytest.approx(100.0)  # one a period of 10 ms


@pytest.mark.parametrize(
    ("example", "case", "network"),
    [
        ("my_array", "origami", "filter_layer"), ("my_macro", "chih_2021", "bits_4"),
        ("my_core", "odin", "one_event_each"),
    ],
)  # fmt: skip
def test_chips_of_the_guide_are_the_validated_ones(
    example: str, case: str, network: str, tmp_path: Path
) -> None:
    saved_examples((ROOT / "docs" / "describe_a_chip.md").read_text("utf-8"), tmp_path)
    folder = ROOT / "validation" / case
    guide, scored = (
        estimate(chip, folder / f"{network}.yaml").totals
        for chip in (tmp_path / f"{example}.yaml", folder / "chip.yaml")
    )
    for name in ("area_m2", "energy_per_inference_J", "initiation_interval_s"):
        assert guide[name] == pytest.approx(scored[name], rel=1e-9)


def test_the_sparse_array_of_the_guide_skips_the_zeros_of_its_inputs(tmp_path: Path) -> None:
    saved_examples((ROOT / "docs" / "describe_a_chip.md").read_text("utf-8"), tmp_path)
    network = ROOT / "examples" / "standard_networks" / "mlperf_tiny_image_classification.yaml"
    sparse, dense = (
        estimate(chip, network).evaluation.timing.resources["chip.array"][:4]
        for chip in (tmp_path / "my_sparse_array.yaml", "digital_int8_28nm")
    )
    # hardly a pixel is zero; inputs of the next two layers have densities of 0.65 and 0.55, and units wait for a fifth
    assert sparse[:3] == pytest.approx(dense[:3] * [1.0, 0.65 / 0.8, 0.55 / 0.8], rel=1e-9)


def test_both_levels_of_the_page_on_learning_change_weights(tmp_path: Path) -> None:
    (chip,) = saved_examples((ROOT / "docs" / "learning.md").read_text("utf-8"), tmp_path)
    learned = estimate(chip, "shd_recurrent_learning").evaluation.learned
    assert learned is not None
    spent = {row.component for row in learned.rows if row.action == "update" and row.energy.max() > 0.0}
    assert spent == {"chip.core.learning", "chip.readout.learning"}


def test_results_page_defines_every_key() -> None:
    page = (ROOT / "docs" / "results.md").read_text("utf-8")
    found = estimate("diffusive_28nm_derived", "mlp_mnist_spiking").to_dict()
    keys = page.split("## The JSON")[1].split("### ")[0]
    assert {key for key in found if f"`{key}`" not in keys} == set()
    assert {key for key in found["bands"] if key not in page} == set()
    assert {key for key in found["breakdown"][0] if f"`{key}`" not in page} == set()
    json.dumps(found)
    assert SCHEMA_VERSION.count(".") == 1


def test_nomenclature_has_every_total_under_one_name() -> None:
    page = REFERENCE[ROOT / "docs/nomenclature.md"]
    names = re.findall(r"^\| `([\w ]+)`", page, re.MULTILINE)
    assert len(names) == len(set(names))
    assert not set(estimate("loihi_14nm", "mlp_mnist_spiking").totals) - set(names)


def test_citation_and_package_tell_the_same_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    stated = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert stated is not None
    assert f"\nversion: {stated.group(1)}\n" in citation


RECORDED = "measured on the day that the page names or implies"
CITED = "of sources, of definitions and of circuits, with their place; no result of a chip that moves"
TESTED = "recomputed by a test in the file of the topic"
GENERATED = "written by a tool, which a test compares"
NUMBERS = {
    "docs/accuracy.md": TESTED,
    "docs/baselines.md": TESTED, "docs/brain_scale.md": GENERATED, "docs/circuit_export.md": GENERATED,
    "docs/compared.md": TESTED, "docs/describe_a_chip.md": CITED,
    "docs/calibration.md": RECORDED, "docs/describe_a_macro.md": CITED, "docs/device_lab.md": RECORDED,
    "docs/fairness.md": GENERATED, "docs/file_formats.md": CITED, "docs/paper_claims.md": CITED,
    "docs/tutorials/random_bits.md": TESTED,
    "docs/importing.md": TESTED,
    "docs/models/converters.md": CITED,
    "docs/models/crossbar.md": TESTED, "docs/models/crosscheck.md": GENERATED, "docs/models/digital.md": CITED,
    "docs/models/digital_compute_in_memory.md": CITED,
    "docs/models/dram.md": CITED, "docs/models/integration.md": CITED, "docs/models/mapping.md": GENERATED,
    "docs/models/input_path.md": CITED,
    "docs/models/network.md": RECORDED, "docs/models/neurons.md": TESTED, "docs/models/read_schedule.md": CITED,
    "docs/models/static_cells.md": CITED, "docs/models/technology.md": CITED, "docs/paper.md": RECORDED,
    "docs/streaming.md": TESTED,
    "docs/tutorials/brain_in_twenty_watts.md": TESTED, "docs/tutorials/index.md": CITED,
    "docs/tutorials/measured_switch.md": TESTED,
    "docs/which_model.md": TESTED, "docs/worked_example.md": TESTED,
}  # fmt: skip
"""Pages with physical numbers that `docs/generate.py` does not write, and why these are right."""
PHYSICAL = re.compile(r"\d ?(?:[afpnuµm]J|mm2|mm\^2|um2|[nuµm]s|[nuµm]?W)\b")


def by_hand(text: str) -> str:
    """A page without its code, its generated tables and its generated numbers."""
    return GENERATE["NUMBERS"].sub("", page_values.VALUE.sub("", FENCE.sub("", text)))


def test_every_page_with_numbers_says_why_they_are_right() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = {
        str(page.relative_to(ROOT))
        for page in pages
        if "reference" not in page.parts and PHYSICAL.search(by_hand(page.read_text(encoding="utf-8")))
    }
    assert found - set(NUMBERS) == set(), (
        "state in NUMBERS where the numbers of this page come from, or test them"
    )
    assert set(NUMBERS) - found == set()


def test_a_number_in_a_sentence_is_computed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is out of date, each kind of number, and what is refused."""
    total = neuroest.estimate("loihi_14nm", "mlp_mnist_spiking").totals["energy_per_inference_J"]
    assert total is not None
    lines = {
        "energy": "energy_per_inference_J of loihi_14nm on mlp_mnist_spiking, .3g uJ",
        "bench": "area_m2 of diffusive_bench_28nm on mlp_mnist_spiking, .6g mm2",
        "large": "area_m2 of diffusive_bench_28nm on mlp_mnist_spiking with chip.tile.array.columns=512, .6g mm2",
        "recorded": "training.test_samples of examples/digits_snn/results.json, .0f",
        "unit": "energy_per_inference_J of loihi_14nm on mlp_mnist_spiking, .3g ms",
        "short": "energy_per_inference_J of loihi_14nm",
    }
    monkeypatch.setattr(page_values, "lines", lambda: lines)
    shown = f"takes <!-- value: energy -->{1e6 * total:.3g} uJ<!-- /value --> each"
    assert page_values.with_values("takes <!-- value: energy -->1 uJ<!-- /value --> each") == shown
    assert page_values.with_values(shown) == shown
    assert page_values.shown("large") != page_values.shown("bench")
    assert page_values.shown("recorded") == "360"
    for name, reason in (
        ("unit", "is not in ms"),
        ("short", "first lines"),
        ("other", "not in docs/values.yaml"),
    ):
        with pytest.raises(ValueError, match=reason):
            page_values.shown(name)
    with pytest.raises(ValueError, match="is between"):
        page_values.with_values("<!-- value: energy -->1 uJ<!-- /valu -->")


def test_every_number_of_the_list_is_on_a_page() -> None:
    used = {
        found["name"]
        for page in PAGES
        if page.name != "CONTRIBUTING.md"
        for found in page_values.VALUE.finditer(page.read_text("utf-8"))
    }
    assert used == set(page_values.lines())
