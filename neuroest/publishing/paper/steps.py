"""The steps of a paper; each is a command that anybody can run in its folder."""

import shlex
from pathlib import Path

from neuroest.core.frozen import frozen_dataclass
from neuroest.loading.library import is_model_file, load_device
from neuroest.publishing.paper.plan import PLAN_FILE, Plan
from neuroest.registry import roles_of
from neuroest.specs.file_text import is_path

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
        Step("fit", _command("fit", (*plan.curves, *_label(plan.title)), _FITTED), plan.curves,
             (DEVICE, "figures/fit.pdf", "data/fit.json"), "data/fit.json", absent=no_curves),
        Step("waveform", _command("simulate", (device,), "--no-noise -p figures/waveform.pdf"), (device,),
             ("figures/waveform.pdf", "data/waveform.txt"), "data/waveform.txt", optional=True, absent=no_neuron),
        Step("circuit", _command("export spice", (device,), "-o circuit --force"), (device,), ("circuit",),
             optional=True, absent=no_neuron),
        Step("network", _command("import", (plan.network, "-o", network)), (plan.network,), (network,),
             absent="" if imported else "the network is a workload already"),
        Step("chip", _command("new architecture", ("--like", plan.like, slot, device, *_title(plan.title)),
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
    return [_with_options(step, plan) for step in made]


def _label(title: str) -> tuple[str, ...]:
    """The title of the paper as the name of the data in figures."""
    return ("--label", title) if title else ()


def _title(title: str) -> tuple[str, ...]:
    """The title of the paper as the name of the chip in figures, tables and the contest."""
    return ("--title", title) if title else ()


def _command(verb: str, words: tuple[str, ...], options: str = "") -> tuple[str, ...]:
    """A command with names of files, which may hold spaces, and options, which do not."""
    return ("neuroest", *verb.split(), *words, *options.split())


def _with_options(step: Step, plan: Plan) -> Step:
    added = plan.options.get(step.name, ())
    return Step(**{**vars(step), "words": (*step.words, *added)}) if added else step


def _slot(device: Path) -> str:
    """Option of `neuroest new architecture` that takes the device."""
    if not device.exists():
        return "--neuron"
    roles = roles_of(load_device(str(device)).spec.model)
    return "--neuron" if "neuron" in roles else "--cell" if "cell" in roles else "--adc"
