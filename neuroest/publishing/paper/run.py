"""Run the steps of a paper: only steps with a changed command or changed files, each in its own process."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

import neuroest as package
from neuroest.core.errors import NeuroestError, check_names
from neuroest.core.files import write_whole
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import package_version
from neuroest.core.startup import python
from neuroest.exploration.space import ANOTHER_RUN
from neuroest.publishing.paper.pages import checklist, summary
from neuroest.publishing.paper.plan import PLAN_FILE, curves_in, new_plan, read_plan, write_plan
from neuroest.publishing.paper.steps import STEPS, Step, steps_of

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
        _agree_with_plan(place, {"network": workload, "like": like})
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


def _agree_with_plan(place: Path, asked: Mapping[str, str | None]) -> None:
    """Refuse a network or a chip that is another one than in the plan; the same command again is no such."""
    plan = read_plan(place / PLAN_FILE, STEPS)
    for key, name in asked.items():
        planned = getattr(plan, key)
        if name is None or name == planned or (place / planned).resolve() == Path(name).resolve():
            continue
        raise NeuroestError(f"{place / PLAN_FILE} says {key}: {planned}; edit it there to take {name}")


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
    if not isinstance(steps, dict) or not all(map(_is_record, steps.values())):
        raise NeuroestError(f"{file}: is no record of steps; remove it to run all steps again")
    return {"steps": steps}


_RECORD = {
    "line": str, "version": str, "reads": dict, "writes": dict, "became": str, "reason": str, "seconds": int | float,
}  # fmt: skip
"""Entries of the record of a step."""


def _is_record(step: Any) -> bool:
    return isinstance(step, dict) and all(isinstance(step.get(key), kind) for key, kind in _RECORD.items())


def _hash(path: Path) -> str:
    found = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            found.update(file.relative_to(path.parent).as_posix().encode())
            found.update(file.read_bytes())
    return found.hexdigest()
