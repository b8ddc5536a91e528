"""The plan for a folder of curves, which its owner may edit, and the steps of a paper, which are commands."""

import math
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from neuroest.authoring.templates import DEFAULT_CONTEST, DENSE_CONTEST, SYNAPSE_CONTEST
from neuroest.core.errors import MappingError, NeuroestError, RangeError, SpecError, check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.fitting.device_fit import measures_a_cell
from neuroest.fitting.measurements import read_measurements
from neuroest.loading.library import is_model_file, load_device, load_workload
from neuroest.pipeline.estimate import estimate
from neuroest.registry import IMPORTERS, roles_of
from neuroest.reporting.catalogue import list_entries
from neuroest.results.estimate import Estimate
from neuroest.specs.file_text import is_path

PLAN_FILE = "paper.yaml"
DEFAULT_LIKE = "analog_lif_low_power_28nm"
"""Chip whose fabric receives the device; it has CMOS neurons, so that the comparison is between neurons."""
DENSE_LIKE = "adc_crossbar_28nm"
"""That chip where a cell or a converter runs a dense network."""
DENSE_NETWORK, SPIKING_NETWORK = "mlp_mnist_dense", "mlp_mnist_spiking"
"""Networks for a folder with curves of a cell or of a neuron and no network."""
CURVES = (".csv", ".tsv", ".txt", ".dat", ".xls", ".xlsx")
"""Files that may have curves; a text that is no table of them stays out."""
_ANY_TEXT = frozenset({".txt", ".dat"})
_STRONGEST = 4
"""Baselines of least energy in the paper, besides the chip on the same fabric; the rest is its supplement."""
_HEAD = """\
# What `neuroest paper` does with this folder. Edit it and run the command again: a step runs when its command or a file
# that it reads has changed, and every file that it writes may be edited too.
# - network: workload file, shipped workload, or a model file that `neuroest import` reads
# - like: chip whose fabric the device is put into
# - baselines: chips that the paper compares with: that of `like`, and the four others of least energy
# - supplement: further chips, in a table of their own
# - options: what to add to the command of a step, such as  fit: [--accept-misfit]
"""


@frozen_dataclass
class Plan:
    """The plan; paths are relative to the folder of the paper.

    Attributes
    ----------
    device : str
        Device spec of the user, if there are no curves to fit.
    options : mapping of str to tuple of str
        Words to add to the command of a step.
    """

    title: str
    curves: tuple[str, ...]
    device: str
    network: str
    like: str
    contest: str
    baselines: tuple[str, ...]
    supplement: tuple[str, ...]
    options: Mapping[str, tuple[str, ...]]


_KEYS = ("title", "curves", "device", "network", "like", "contest", "baselines", "supplement", "options")
_TEXTS = ("title", "device", "network", "like", "contest")


def read_plan(file: Path, steps: Sequence[str]) -> Plan:
    """Read the plan of a folder.

    Raises
    ------
    NeuroestError
        For an invalid plan, with its problems.
    """
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise NeuroestError(f"{file}: {str(error).splitlines()[0]}") from None
    if not isinstance(data, dict):
        raise NeuroestError(f"{file}: expected the keys {', '.join(_KEYS)}")
    check_names(f"key of {file}", [str(key) for key in data], _KEYS)
    for key in _TEXTS:
        if not isinstance(data.get(key, ""), str):
            raise NeuroestError(f"{file}: {key}: expected a text, got {data[key]!r}")
        _check_printable(file, key, data.get(key, ""))
    options = data.get("options") or {}
    if not isinstance(options, dict):
        raise NeuroestError(f"{file}: options: expected words by step, such as fit: [--accept-misfit]")
    check_names(f"step in {file}", [str(step) for step in options], steps)
    plan = Plan(
        title=data.get("title", ""),
        curves=_words(file, "curves", data.get("curves", [])),
        device=data.get("device", ""),
        network=data.get("network", ""),
        like=data.get("like", DEFAULT_LIKE),
        contest=data.get("contest", DEFAULT_CONTEST),
        baselines=_words(file, "baselines", data.get("baselines", [])),
        supplement=_words(file, "supplement", data.get("supplement", [])),
        options={step: _words(file, f"options: {step}", words) for step, words in options.items()},
    )
    if not (plan.network and plan.baselines and (plan.curves or plan.device)):
        raise NeuroestError(f"{file}: needs a network, a baseline, and curves or a device")
    return plan


def _words(file: Path, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise NeuroestError(f"{file}: {key}: expected a list of texts, got {value!r}")
    for word in value:
        _check_printable(file, key, word)
    return tuple(value)


def _check_printable(file: Path, key: str, text: str) -> None:
    """Refuse line ends and control characters, which would be lines of their own in the script of the commands."""
    if not text.isprintable():
        raise NeuroestError(f"{file}: {key}: {text[:40]!r} must be one line of printable characters")


def write_plan(file: Path, plan: Plan) -> None:
    """Write a plan for its owner to read and edit."""
    data = {
        "title": plan.title,
        **({"curves": list(plan.curves)} if plan.curves else {"device": plan.device}),
        "network": plan.network, "like": plan.like, "contest": plan.contest, "baselines": list(plan.baselines),
        **({"supplement": list(plan.supplement)} if plan.supplement else {}),
        "options": {step: list(words) for step, words in plan.options.items()},
    }  # fmt: skip
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    file.write_text(_HEAD + text, encoding="utf-8")


def new_plan(folder: Path, place: Path, network: str | None, like: str | None) -> Plan:
    """Create the plan for a folder with curves and a network.

    Parameters
    ----------
    folder : Path
        Folder with the curves.
    place : Path
        Folder of the paper; paths are relative to it.
    network : str, optional
        Shipped workload or path; by default the one in the folder, or a small one that runs on what the curves show.
    like : str, optional
        Chip whose fabric the device replaces the neuron or cell of.

    Raises
    ------
    NeuroestError
        If the folder contains no curves, no network, or several networks.
    """
    curves, _ = curves_in(folder)
    devices, networks = _specs(folder, "device"), [*_specs(folder, "workload"), *_specs(folder, "population")]
    networks += sorted(f for f in folder.iterdir() if f.suffix.lower().removeprefix(".") in IMPORTERS)
    if not curves and len(devices) != 1:
        raise NeuroestError(
            f"{folder} has no curves ({', '.join(CURVES)}) and {len(devices)} device specs; it needs curves or one spec"
        )
    cell = measures_a_cell(curves) if curves else False
    neuron = not cell if curves else "neuron" in roles_of(load_device(str(devices[0])).spec.model)
    if network is None and curves and not networks:
        network = DENSE_NETWORK if cell else SPIKING_NETWORK
    if network is None and len(networks) != 1:
        found = ", ".join(file.name for file in networks) or "none"
        raise NeuroestError(
            f"{folder} must contain one network (a workload, .onnx or .nir), but contains {found}; name one with -w, a "
            "path or a shipped workload"
        )
    chosen = network if network is not None else str(networks[0])
    shown = _from(Path(chosen), place) if is_path(chosen) or Path(chosen).suffix else chosen
    dense = load_workload(chosen).spec.coding != "spiking"
    if curves and neuron and dense and like is None:
        raise NeuroestError(
            f"{folder} has curves of a neuron, which cannot run a dense network such as {chosen}; name a spiking one "
            f"with -w, such as {SPIKING_NETWORK}, or a chip with --like"
        )
    like = like or (DENSE_LIKE if dense and not neuron else DEFAULT_LIKE)
    baselines, supplement = _baselines(chosen, like)
    return Plan(
        title=folder.resolve().name,
        curves=tuple(_from(file, place) for file in curves),
        device="" if curves else _from(devices[0], place),
        network=shown,
        like=_from(Path(like), place) if is_path(like) else like,
        contest=DENSE_CONTEST if dense else DEFAULT_CONTEST if neuron else SYNAPSE_CONTEST,
        baselines=baselines,
        supplement=supplement,
        options={},
    )


def curves_in(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files with curves in a folder, and texts that are none, such as notes."""
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in CURVES)
    notes = [file for file in files if file.suffix.lower() in _ANY_TEXT and not _is_table(file)]
    return [file for file in files if file not in notes], notes


def _is_table(file: Path) -> bool:
    try:
        read_measurements(file)
    except SpecError:
        return False
    return True


def _specs(folder: Path, kind: str) -> list[Path]:
    """Spec files of a kind in a folder."""
    found = []
    for file in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        first = [
            line
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
            if line[:5] == "kind:"
        ]
        if first and first[0].split(":", 1)[1].split("#")[0].strip() == kind:
            found.append(file)
    return found


def _from(file: Path, place: Path) -> str:
    """A path as it counts from the folder of the paper."""
    whole, home = file.resolve(), place.resolve()
    try:
        return f"../{whole.relative_to(home.parent).as_posix()}"
    except ValueError:
        return whole.as_posix()


def _baselines(network: str, like: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The chips that matter: the one that is like it and those of least energy; and the other shipped baselines.

    A baseline counts if it has an estimate of the network.
    """
    trained = load_workload(network).spec.task is not None
    if isinstance(reason := _estimated(like, network), str):
        raise NeuroestError(
            f"{like} cannot run {network}: {reason}; name another chip for the device with --like"
        )
    names = [entry.name for entry in list_entries("architectures", "baseline") if "baseline" in entry.group]
    # what nobody makes, such as a brain, is a reference for populations and no competitor on a trained network
    energies = {
        name: found.headline("energy_per_inference_J").value or math.inf
        for name in names
        if name != like
        and not isinstance(found := _estimated(name, network), str)
        and not (trained and "not_compatible" in (
            device.spec.fab_compatibility.status for device in found.design.devices.values()
        ))
    }  # fmt: skip
    strongest = sorted(energies, key=energies.__getitem__)[:_STRONGEST]
    return (like, *strongest), tuple(name for name in energies if name not in strongest)


def _estimated(architecture: str, network: str) -> Estimate | str:
    """The estimate of a chip on a network, or why it has none."""
    try:
        return estimate(architecture, network)
    except (MappingError, RangeError, SpecError) as error:
        return str(error).splitlines()[0]


# --- Steps ---------------------------------------------------------------------------------------------------------

STEPS = (
    "fit", "waveform", "circuit", "network", "chip", "contest_file", "check", "estimate", "compare", "table",
    "supplement", "contest", "report", "checklist", "summary",
)  # fmt: skip
"""Names of the steps in their order."""
DEVICE, CHIP, CONTEST = "device.yaml", "chip.yaml", "contest.yaml"


_FITTED = f"-o {DEVICE} -p figures/fit.pdf --force --format json"


@frozen_dataclass
class Step:
    """One command.

    Attributes
    ----------
    words : tuple of str
        The command.
    reads, writes : tuple of str
        Input files and output files.
    printed : str
        File for its standard output; empty if it writes its files itself.
    optional : bool
        Whether the paper continues without it; the summary then states the reason.
    absent : str
        Why it does not apply here; empty if it does.
    """

    name: str
    words: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    printed: str = ""
    optional: bool = False
    absent: str = ""

    @property
    def line(self) -> str:
        """The command as a shell takes it."""
        text = shlex.join(self.words)
        return f"{text} > {self.printed}" if self.printed else text


def steps_of(plan: Plan, folder: Path) -> list[Step]:
    """All steps; what depends on files that are not there yet is as far known as it can be."""
    device = plan.device or DEVICE
    imported = is_model_file(plan.network)
    network = "network.yaml" if imported else plan.network
    files = tuple(name for name in (network, plan.like) if is_path(name))
    slot = _slot(folder / device)
    on_chip = (CHIP, device, *files)
    no_neuron = "" if slot == "--neuron" else "the device is not a neuron"
    no_curves = "" if plan.curves else "the device is stated, not fitted"
    run = ("-w", network)
    entered = (folder / CONTEST).exists() or not (folder / CHIP).exists()
    checked = (device, CHIP, *files, *((CONTEST,) if entered else ()))
    no_contest = "" if entered else "there is no contest.yaml"
    compared = (CHIP, *plan.baselines, *run)
    map_figures = "--overwrite -p figures/contest.pdf --front figures/front.pdf"
    made = [
        Step("fit", _command("fit", (*plan.curves, *_named("--label", plan.title)), _FITTED), plan.curves,
             (DEVICE, "figures/fit.pdf", "data/fit.json"), "data/fit.json", absent=no_curves),
        Step("waveform", _command("simulate", (device,), "--no-noise -p figures/waveform.pdf"), (device,),
             ("figures/waveform.pdf", "data/waveform.txt"), "data/waveform.txt", optional=True, absent=no_neuron),
        Step("circuit", _command("export spice", (device,), "-o circuit --force"), (device,), ("circuit",),
             optional=True, absent=no_neuron),
        Step("network", _command("import", (plan.network, "-o", network)), (plan.network,), (network,),
             absent="" if imported else "the network is a workload already"),
        Step("chip", _command("new architecture", ("--like", plan.like, slot, device, *_named("--title", plan.title)),
                              f"-o {CHIP} --force"),
             (device, *(name for name in files if name == plan.like)), (CHIP,)),
        Step("contest_file",
             _command("new contest", ("--like", plan.contest, "--chip", CHIP, *run), f"-o {CONTEST} --force"),
             (CHIP, *files), (CONTEST,), optional=True),
        Step("check", _command("check", checked), checked, ()),
        Step("estimate", _command("estimate", (CHIP, *run), "--format json -o data/estimate.json"), on_chip,
             ("data/estimate.json",)),
        Step("compare", _command("compare", compared, "--format json -o data/compare.json"), on_chip,
             ("data/compare.json",)),
        Step("table", _command("compare", compared, "--format markdown -o tables/compare.md"), on_chip,
             ("tables/compare.md",)),
        Step("supplement",
             _command("compare", (CHIP, *plan.supplement, *run), "--format markdown -o tables/supplement.md"), on_chip,
             ("tables/supplement.md",), absent="" if plan.supplement else "the plan names no further chips"),
        Step("contest",
             _command("contest", (CONTEST, *run, "--points", "data/contest.csv"),
                      f"{map_figures} --format json -o data/contest.json"),
             (CONTEST, *on_chip), ("data/contest.json", "figures/contest.pdf", "figures/front.pdf"), optional=True,
             absent=no_contest),
        Step("report", _command("report", compared, "-o report --bundle --force"),
             on_chip, ("report",)),
    ]  # fmt: skip
    fitted = ("data/fit.json",) if plan.curves else ()
    results = ("data/compare.json", *fitted, *(() if no_contest else ("data/contest.json",)))
    made += [
        Step(page, _command("paper", (".", "--only", page)), (PLAN_FILE, device, *results), (f"{page}.md",))
        for page in ("checklist", "summary")
    ]
    added = plan.options
    return [Step(**{**vars(step), "words": (*step.words, *added.get(step.name, ()))}) for step in made]


def _named(option: str, title: str) -> tuple[str, ...]:
    """The title of the paper as the name of the data or of the chip in figures and tables."""
    return (option, title) if title else ()


def _command(verb: str, words: tuple[str, ...], options: str = "") -> tuple[str, ...]:
    """A command with names of files, which may hold spaces, and options, which do not."""
    return ("neuroest", *verb.split(), *words, *options.split())


def _slot(device: Path) -> str:
    """Option of `neuroest new architecture` that takes the device."""
    if not device.exists():
        return "--neuron"
    roles = roles_of(load_device(str(device)).spec.model)
    return "--neuron" if "neuron" in roles else "--cell" if "cell" in roles else "--adc"
