"""Run the steps of a paper, each in its own process, and write its checklist and summary.

Only steps with a changed command or changed files run.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

import neuroest as package
from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.files import write_whole
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra, package_version
from neuroest.core.startup import python
from neuroest.core.text_layout import words
from neuroest.core.units import format_quantity
from neuroest.exploration.space import ANOTHER_RUN
from neuroest.loading.library import load_device
from neuroest.publishing.paper.plan import (
    PLAN_FILE,
    STEPS,
    Plan,
    Step,
    curves_in,
    new_plan,
    read_plan,
    steps_of,
    write_plan,
)
from neuroest.reporting.formatting import counted
from neuroest.results.comparison import PACES

_MOST_ASSUMED = 0.5
"""Share of assumed and projected values from which a result counts as a projection; a convention."""
_OWN = "chip"
"""Contender name of the user's own chip: the name of its file."""
_PARTS = {
    "energy_per_inference_J": ("energy of an inference", "J"), "area_m2": ("area", "m^2"),
    "latency_s": ("latency", "s"),
}  # fmt: skip
"""Totals of the summary, with their titles and units."""


_VERDICTS = {"win": "wins over", "level": "is level with", "tie": "ties with", "loss": "loses to"}


@frozen_dataclass
class _Results:
    """Results of the steps so far."""

    plan: Plan
    folder: Path
    compared: Mapping[str, Any]
    fitted: Mapping[str, Any] | None
    contest: Mapping[str, Any] | None
    state: Mapping[str, Any]

    @property
    def own(self) -> Mapping[str, Any]:
        """The estimate of the user's own chip."""
        design: Mapping[str, Any] = self.compared["designs"][0]
        return design

    @property
    def device(self) -> str:
        """Device spec of the user."""
        return self.plan.device or "device.yaml"

    def differs(self, what: str) -> list[str]:
        """Values of a difference, one a design; none where all are alike or nobody states it."""
        found = [each for each in self.compared["differences"] if each["what"] == what and each["differs"]]
        return [str(value) for value in found[0]["values"]] if found else []


def _results(folder: Path) -> _Results:
    plan = read_plan(folder / PLAN_FILE, STEPS)
    compared = _json(folder / "data" / "compare.json")
    if compared is None:
        raise NeuroestError(
            f"{folder / 'data' / 'compare.json'} is not there; run `neuroest paper` as a whole first"
        )
    state = _json(folder / "state.json") or {"steps": {}}
    fitted = _json(folder / "data" / "fit.json") if plan.curves else None
    step = next(step for step in steps_of(plan, folder) if step.name == "contest")
    failed = state["steps"].get("contest", {}).get("became") == "unavailable"
    contest = None if step.absent or failed else _json(folder / "data" / "contest.json")
    return _Results(plan, folder, compared, fitted, contest, state["steps"])


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


# --- Checklist -----------------------------------------------------------------------------------------------------


@frozen_dataclass
class _Item:
    """One question of a reviewer: the question, whether the answer is satisfactory, and the answer."""

    asks: str
    good: bool
    answer: str


def _asked(asks: str, trouble: str, fine: str = "Yes.") -> _Item:
    """A question whose answer is satisfactory unless there is trouble."""
    return _Item(asks, good=not trouble, answer=trouble or fine)


def checklist(folder: Path) -> str:
    """Typical reviewer questions about such a paper, answered from the results."""
    found = _results(folder)
    items = [*_on_the_device(found), *_on_the_comparison(found), *_on_repetition(found)]
    return _page("checklist", plan=found.plan, items=items)


def _page(name: str, **content: Any) -> str:
    """A page in Markdown from its template."""
    jinja = extra("jinja2", "report")
    environment = jinja.Environment(
        loader=jinja.FileSystemLoader(Path(__file__).parent), undefined=jinja.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"quantity": format_quantity, "ratio": _ratio}
    return str(environment.get_template(f"{name}.md.j2").render(**content))


def _on_the_device(found: _Results) -> Iterator[_Item]:
    claims = load_device(str(found.folder / found.device)).claims
    assumed = [name for name, claim in claims.items() if claim.basis in ("assumed", "projected")]
    own = len(claims) - len(assumed)
    yield _Item(
        "Do the parameters of the device come from the curves?", not assumed,
        f"{own} of {len(claims)} are not based on assumptions"
        + (f"; assumed or projected: {', '.join(assumed)}." if assumed else "."),
    )  # fmt: skip
    if found.fitted is None:
        return
    rejected: str = found.fitted.get("rejected") or ""
    misfit = ", ".join(f"{name} {100.0 * value:.2g} %" for name, value in found.fitted["misfit"].items())
    yield _Item(
        "Does the model describe the data?", not rejected,
        f"Median misfit: {misfit}." + (f" Rejected by the data: {rejected}." if rejected else ""),
    )  # fmt: skip
    basis = {claim.basis for claim in claims.values() if claim.source == "fitted_measurement"}
    said = f"The files say: {', '.join(sorted(basis)) or 'nothing'} (`# basis:` in their headers)."
    fine = "No file says otherwise (`# basis:` in its header)."
    yield _asked("Are the curves measured?", "" if basis == {"measured"} else said, fine)


def _on_the_comparison(found: _Results) -> Iterator[_Item]:
    for asks, whats in (
        ("Do all chips do the same work?", ("workload", "coding", "precision", "activity")),
        ("Are node, supply and temperature the same?", ("node", "supply", "temperature")),
        ("Are the columns as accurate?", ("accuracy of the columns",)),
    ):
        apart = {what: values for what in whats if (values := found.differs(what))}
        differences = (f"{what}: {_by_design(found, values)}" for what, values in apart.items())
        yield _asked(asks, "; ".join(differences), "Alike.")
    own, like, *_ = found.compared["left_out"]
    more = [text for text in own if text not in like] + [text for text in like if text not in own]
    asks = f"Do this chip and {_title(found.compared['designs'][1])} leave out the same parts?"
    yield _asked(
        asks, "; ".join(more), "Yes; other baselines may leave out other things (tables/compare.md)."
    )
    stated = any(pace["pace"] == "burst" for pace in found.compared["paces"])
    unknown = "The workload states no `period` of its data, so there is no ratio at the pace of the data."
    yield _asked("Is the pace stated?", "" if stated else unknown, "Ratios at each pace are below.")
    failed, *others = (_failed_checks(design) for design in found.compared["designs"])
    yield _asked("Does this chip pass all checks?", failed and f"{failed}.")
    faults = "; ".join(text for text in others if text)
    trouble = faults and f"{faults}. Say so next to their ratios, or leave them out."
    yield _asked("Do the baselines operate as designed?", trouble, "Yes, they pass all checks.")
    share = found.own["basis_share"]["energy"]
    weak, measured = share["assumed"] + share["projected"], share["measured"]
    yield _Item(
        "Is the energy based on more than assumptions?", weak < _MOST_ASSUMED,
        f"{100.0 * weak:.0f} % of it is assumed or projected, {100.0 * measured:.0f} % measured.",
    )  # fmt: skip
    maturity = found.differs("maturity of the devices that are not shared")
    trouble = f"This chip has, where others have other devices: {maturity[0]}." if maturity else ""
    yield _asked("Are the devices as mature as those of the baselines?", trouble)
    bare = sorted({r["quantity"] for r in found.compared["ratios"] if r["low"] is None or r["high"] is None})
    trouble = f"Not those of {', '.join(bare)}." if bare else ""
    yield _asked(
        "Do the ratios have bands?", trouble, "Yes; parameters that both chips share are sampled once."
    )
    yield from _on_the_contest(found)


def _failed_checks(design: Mapping[str, Any]) -> str:
    """Failed checks of a design, after its name."""
    failed = (check for check in design["checks"] if not check["passed"] and check["severity"] != "advice")
    messages = sorted({check["message"] for check in failed})
    return f"{_title(design)}: {'; '.join(messages)}" if messages else ""


def _title(design: Mapping[str, Any]) -> str:
    """Name of a design in a text."""
    title: str = design["titles"]["architecture"]
    return title


def _on_the_contest(found: _Results) -> Iterator[_Item]:
    asks = "Is each baseline in its best possible chip?"
    if found.contest is None:
        yield _Item(asks, good=False, answer=f"Not shown: {_no_contest(found)}. {_at_equal_pace(found)}")
        return
    cells, chips = len(found.contest["cells"]), found.contest["chips"]
    own = next(s for s in found.contest["standings"] if s["contender"] == _OWN)
    failure = f"; this one has none at the network's position: {own['reason']}" if own["reason"] else ""
    answer = f"Yes: {chips} chips were tried in each of {cells} cells of the map{failure}."
    yield _Item(asks, not own["reason"], answer)


def _on_repetition(found: _Results) -> Iterator[_Item]:
    bundle = (found.folder / "report" / "bundle.zip").exists()
    again = (
        "`neuroest rerun report/bundle.zip` recomputes the estimates bit-identically, commands.sh all steps (neuroest "
        f"{package_version()})."
    )
    yield _Item("Can others reproduce it?", bundle, again if bundle else "report/bundle.zip is missing.")
    known, listed = len(found.own["sources"]), (found.folder / "report" / "references.bib").exists()
    answer = f"This chip is based on {known} sources" + (
        ", in report/references.bib." if listed else "; none are listed."
    )
    yield _Item("Are the sources named?", known > 0 and listed, answer)


def _no_contest(found: _Results) -> str:
    """Why there is no contest."""
    for step in ("contest_file", "contest"):
        if reason := found.state.get(step, {}).get("reason"):
            return str(reason)
    return (
        "the contest has not run" if (found.folder / "contest.yaml").exists() else "there is no contest.yaml"
    )


def _at_equal_pace(found: _Results) -> str:
    """Result of the comparison with all baselines, each as described in its file."""
    rows = [
        row for row in found.compared["paces"]
        if (row["part"], row["pace"], row["off_chip_link"]) == ("energy", "equal_pace", True)
        and row.get("ratio_median") is not None and row["design_keeps_up"] and row["baseline_keeps_up"]
    ]  # fmt: skip
    verdicts = Counter(row["verdict"] for row in rows)
    stands = " and ".join(f"{words} {verdicts[one]}" for one, words in _VERDICTS.items() if verdicts[one])
    return (
        "In its place, each chip as its file describes it: at equal pace this chip "
        f"{stands or 'is compared with none'} of {counted(len(rows), 'baseline')} that can run the network "
        "(tables/compare.md)."
    )


def _by_design(found: _Results, values: list[str]) -> str:
    """Values with the designs that have them, equal ones together."""
    names = [_title(design) for design in found.compared["designs"]]
    groups: dict[str, list[str]] = {}
    for name, value in zip(names, values, strict=True):
        groups.setdefault(value, []).append(name)
    return "; ".join(f"{value} ({', '.join(designs)})" for value, designs in groups.items())


# --- Summary -------------------------------------------------------------------------------------------------------


def summary(folder: Path) -> str:
    """One page: findings, their certainty, and the location of all files."""
    found = _results(folder)
    energies = {
        (row["baseline"], row["pace"]): row
        for row in found.compared["paces"] if row["part"] == "energy" and row["off_chip_link"]
    }  # fmt: skip
    missing = [
        (name, step["reason"]) for name, step in found.state.items() if step["became"] == "unavailable"
    ]
    place = ""
    if found.contest is not None:
        # where the standings are: at what the network states, or in the middle of an axis
        values = [
            f"{axis['label']} {format_quantity(axis['values'][axis['reference']], axis['unit'])}"
            + ("" if axis["stated"] else ", the middle of its axis since the network states none")
            for axis in found.contest["axes"]
        ]
        place = f"At {' and '.join(values)}"
    steps = steps_of(found.plan, found.folder)
    return _page(
        "summary", plan=found.plan, own=found.own, own_name=_OWN, designs=found.compared["designs"],
        contest=found.contest, device=_device_lines(found), ratios=energies, parts=_PARTS,
        paces={pace: words(pace) for pace in PACES},
        no_contest=_no_contest(found), at_equal_pace=_at_equal_pace(found), missing=missing,
        failed=_failed_checks(found.compared["designs"][0]),
        place=place,
        causes=found.own["bands"]["causes"].get("energy_per_inference_J", []),
        steps=[step for step in steps if not step.absent and step.writes and step.name != "summary"],
    )  # fmt: skip


def _device_lines(found: _Results) -> list[str]:
    device = load_device(str(found.folder / found.device))
    if found.fitted is None:
        return [f"**Device.** `{found.device}`, a {device.spec.model}, as its file states it."]
    laws = (
        "; ".join(law["formula"] for law in found.fitted["laws"].values()) if found.fitted.get("laws") else ""
    )
    held = ", ".join(found.fitted["held"]) or "none"
    files = counted(len(found.plan.curves), "file")
    rejected = found.fitted.get("rejected")
    reservations = [f"**Rejected by the data:** {rejected}."] if rejected else []
    # of laws these are whole sentences, such as a delay that no curve shows
    reservations += [
        f"{text[:1].upper()}{text[1:]}." for text in found.fitted.get("combinations", ()) if laws
    ]
    return [
        f"**Device.** `{found.device}`, a {device.spec.model}, fitted to {files} of curves"
        + (f": {laws}." if laws else "."),
        f"Fitted: {', '.join(found.fitted['fitted'])}. Not given by the curves and taken from another device: {held}.",
        *reservations,
    ]


def _ratio(row: Mapping[str, Any] | None) -> str:
    if row is None or row.get("ratio_median") is None:
        return "—"
    text = f"{row['ratio_median']:.3g} ({row['ratio_low']:.3g} .. {row['ratio_high']:.3g})"
    return text if row["design_keeps_up"] and row["baseline_keeps_up"] else f"{text}, one does not keep up"


# --- Running the steps ---------------------------------------------------------------------------------------------

STATE_FILE = "state.json"
COMMANDS_FILE = "commands.sh"
_FOLDERS = ("data", "figures", "tables", "log")
_PAGES: Mapping[str, Callable[[Path], str]] = {"checklist": checklist, "summary": summary}
Say = Callable[[str], None]


@frozen_dataclass
class Outcome:
    """Outcome of a step: ``done``, ``unchanged``, ``edited``, ``unavailable`` or ``absent``."""

    step: Step
    became: str
    seconds: float = 0.0
    reason: str = ""


@frozen_dataclass
class Paper:
    """A folder with everything for a paper.

    Attributes
    ----------
    folder : Path
        The folder.
    outcomes : tuple of Outcome
        Outcome of each step.
    """

    folder: Path
    outcomes: tuple[Outcome, ...]

    def __repr__(self) -> str:
        became = Counter(one.became for one in self.outcomes)
        return f"<Paper in {self.folder}: {', '.join(f'{count} {word}' for word, count in became.items())}>"


def paper(
    folder: str | Path, *, workload: str | None = None, like: str | None = None, output: str | Path | None = None,
    only: str | None = None, again: str | None = None, commands: bool = False, force: bool = False,
    say: Say | None = None,
) -> Paper:  # fmt: skip
    """Create everything for a paper from a folder with curves and a network, step by step.

    Parameters
    ----------
    folder : str or Path
        Folder with curves and a network, or a folder written by this function.
    workload : str, optional
        Network, if the folder contains none.
    like : str, optional
        Chip whose neuron or cell the device replaces.
    output : str or Path, optional
        Folder to write; by default ``paper`` in the folder.
    only : str, optional
        Run this step alone.
    again : str, optional
        Run this step even if nothing has changed.
    commands : bool
        Print the commands and run none.
    force : bool
        Replace files edited by hand if their inputs have changed.
    say : callable, optional
        Callback for each line of progress.

    Returns
    -------
    Paper

    Raises
    ------
    NeuroestError
        For a folder without curves or network, for a step that fails, with its command, and where a file that was
        edited by hand would be replaced.
    """
    say = say or (lambda _line: None)
    check_names("step", [name for name in (only, again) if name], STEPS)
    place = _place(Path(folder), output)
    if not (place / PLAN_FILE).exists():
        plan = new_plan(Path(folder), place, workload, like)
        place.mkdir(parents=True, exist_ok=True)
        write_plan(place / PLAN_FILE, plan)
        for note in curves_in(Path(folder))[1]:
            say(
                f"{note.name} is no table of measurements and stays out; `neuroest fit {quote(str(note))}` says why"
            )
        say(f"plan written to {place / PLAN_FILE}; edit it and run this again to change what is done")
    else:
        plan = read_plan(place / PLAN_FILE, STEPS)
        for key, name in (("network", workload), ("like", like)):
            planned = getattr(plan, key)
            # the same command again names the file from the folder of the plan
            if name is None or name == planned or (place / planned).resolve() == Path(name).resolve():
                continue
            raise NeuroestError(f"{place / PLAN_FILE} says {key}: {planned}; edit it there to take {name}")
    run = _Run(place, say, again=again, force=force)
    chosen = STEPS if only is None else (only,)
    if commands:
        for step in run.steps():
            say(f"# {step.name} does not apply: {step.absent}" if step.absent else step.line)
        return Paper(place, ())
    for name in _FOLDERS:
        (place / name).mkdir(exist_ok=True)
    outcomes = tuple(run.one(name, alone=only is not None) for name in chosen)
    run.write_commands()
    return Paper(place, outcomes)


def _place(folder: Path, output: str | Path | None) -> Path:
    if not folder.is_dir():
        raise NeuroestError(f"{folder} is not a folder")
    if output is not None:
        return Path(output)
    return folder if (folder / PLAN_FILE).exists() else folder / "paper"


class _Run:
    """One run over the steps, with the results of earlier runs."""

    def __init__(self, place: Path, say: Say, *, again: str | None, force: bool) -> None:
        self.place, self.say, self.again, self.force = place, say, again, force
        self.plan = read_plan(place / PLAN_FILE, STEPS)
        self.state = _read_state(place / STATE_FILE)

    def steps(self) -> list[Step]:
        """The steps, as far as their files say by now."""
        return steps_of(self.plan, self.place)

    def one(self, name: str, *, alone: bool) -> Outcome:
        """Run a step if it is due."""
        step = next(each for each in self.steps() if each.name == name)
        number = f"[{STEPS.index(name) + 1:2}/{len(STEPS)}]"
        if step.absent:
            self.say(f"{number} {name}: not for this folder: {step.absent}")
            return Outcome(step, "absent", reason=step.absent)
        record = self.state["steps"].get(name)
        before = {"line": step.line, "version": package_version(), "reads": self._hashes(step.reads)}
        after = self._hashes(step.writes)
        edited = record is not None and any(
            after.get(file) not in (None, digest) for file, digest in record["writes"].items()
        )
        same = record is not None and all(record[key] == value for key, value in before.items())
        complete = record is not None and (
            record["became"] == "unavailable" or set(after) == set(step.writes)
        )
        if same and complete and name != self.again and not alone:
            became = (
                "edited" if edited else "unavailable" if record["became"] == "unavailable" else "unchanged"
            )
            self.say(f"{number} {name}: {_WORDS[became]}")
            return Outcome(step, became, reason=record["reason"])
        if edited and not self.force:
            raise NeuroestError(
                f"{', '.join(record['writes'])} of the step {name} was edited by hand, and its inputs have "
                f"changed; restore {PLAN_FILE}, remove the file, or replace it with --force"
            )
        self.say(f"{number} {step.line}")
        # a step that does not come to its end counts as never run
        if self.state["steps"].pop(name, None) is not None:
            self._keep_state()
        started = time.monotonic()
        try:
            failure = self._perform(step)
        except KeyboardInterrupt:
            self.say(f"        interrupted; the same command goes on with {name}")
            raise
        seconds = time.monotonic() - started
        became = "unavailable" if failure else "done"
        # a step that reads what it made, such as a points file, is recorded as of now
        before["reads"] = self._hashes(step.reads)
        self.state["steps"][name] = {
            **before, "writes": {} if failure else self._hashes(step.writes), "became": became, "reason": failure,
            "seconds": round(seconds, 1),
        }  # fmt: skip
        self._keep_state()
        self.say(f"        {f'not available: {failure}' if failure else f'done in {seconds:.1f} s'}")
        return Outcome(step, became, seconds, failure)

    def _keep_state(self) -> None:
        write_whole(self.place / STATE_FILE, (json.dumps(self.state, indent=1) + "\n").encode())

    def _perform(self, step: Step) -> str:
        """Run a step; why an optional one failed, or nothing.

        Raises
        ------
        NeuroestError
            When another one failed.
        """
        if step.name in _PAGES:
            try:
                text = _PAGES[step.name](self.place)
            except NeuroestError:
                raise
            except (LookupError, TypeError, ValueError, AttributeError, StopIteration) as error:
                raise NeuroestError(
                    f"{self.place / 'data'}: a file is damaged or of another version ({error}); remove the folder and "
                    "run `neuroest paper` again"
                ) from None
            write_whole(self.place / step.writes[0], text.encode("utf-8"))
            return ""
        code, printed, said = self._process(step)
        log = self.place / "log" / f"{step.name}.txt"
        write_whole(log, f"$ {step.line}\n".encode() + (b"" if step.printed else printed) + said)
        lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
        reason = lines[-1].removeprefix("error: ") if lines else f"exit code {code}"
        if code == 0:
            if step.printed:
                write_whole(self.place / step.printed, printed)
            return ""
        if ANOTHER_RUN in reason:
            # a run that was killed may have left its longest step behind, which ends by itself
            raise NeuroestError(f"{step.name}: {reason}; wait for it to end, and the same command goes on")
        if step.optional:
            return reason
        raise NeuroestError(
            f"the step {step.name} failed: {reason}\nits command, to try it in {self.place}: {step.line}\n"
            f"its output is in {log}; the same `neuroest paper` goes on from this step"
        )

    def _process(self, step: Step) -> tuple[int, bytes, bytes]:
        """Exit code, standard output and standard error of a command in the folder of the paper."""
        home = str(Path(package.__file__).parent.parent)
        paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        # a terminal shows how far the long step is; elsewhere nobody would see it
        shown = step.name == "contest" and sys.stderr.isatty()
        found = subprocess.run(  # noqa: S603 - commands of this package
            python("-m", "neuroest", *step.words[1:]),
            cwd=self.place,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if shown else subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([*paths, home]), "NO_COLOR": "1"},
        )
        return found.returncode, found.stdout, found.stderr or b""

    def _hashes(self, files: tuple[str, ...]) -> dict[str, str]:
        """Hash of each file or folder that exists; names of what ships are not files and count by the version."""
        return {file: _hash(self.place / file) for file in files if (self.place / file).exists()}

    def write_commands(self) -> None:
        """All commands as a script."""
        lines = ["#!/bin/sh", f"# The steps of {self.plan.title}, as `neuroest paper` runs them.", "set -e"]
        lines += ['cd "$(dirname "$0")"', f"mkdir -p {' '.join(_FOLDERS)}"]
        for step in self.steps():
            if step.absent:
                lines.append(f"# {step.name}: {step.absent}")
            else:
                lines.append(f"{step.line}{' || true' if step.optional else ''}")
        write_whole(self.place / COMMANDS_FILE, ("\n".join(lines) + "\n").encode())


_WORDS = {
    "unchanged": "unchanged", "edited": "edited by hand, kept", "unavailable": "not available, as before",
}  # fmt: skip


def _read_state(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {"steps": {}}
    try:
        state: Any = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NeuroestError(f"{file}: {error}; remove it to run all steps again") from None
    steps = state.get("steps") if isinstance(state, dict) else None
    if not isinstance(steps, dict) or not all(
        isinstance(step, dict) and all(isinstance(step.get(key), kind) for key, kind in _RECORD.items())
        for step in steps.values()
    ):
        raise NeuroestError(f"{file}: is no record of steps; remove it to run all steps again")
    return {"steps": steps}


_RECORD = {
    "line": str, "version": str, "reads": dict, "writes": dict, "became": str, "reason": str, "seconds": int | float,
}  # fmt: skip
"""Entries of the record of a step."""


def _hash(path: Path) -> str:
    found = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            found.update(file.relative_to(path.parent).as_posix().encode())
            found.update(file.read_bytes())
    return found.hexdigest()
