"""Work that the package does, counted instead of timed, against what `counters.json` records.

::

    python benchmarks/counters.py [GROUP ...]                    # say what has changed; exit 1 if a counter has risen
    python benchmarks/counters.py --update --reason "..."        # record the counters as they are now

`counters.json` has for each counter its `value`, the `lowest` value that it has ever had and, where the value is above
the lowest, the `reason`. A counter may rise by 3 %, rounds by 10 %, the memory of a worker by 20 %,
its growth by 5 MiB. Small steps do not add up to more, since the file stays as it is. A fall by more is reported, so
that it can be recorded.

`counted.py` says what is counted. Modules of other packages that a command imports are compared only under the versions
that they were recorded with.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FILE = Path(__file__).with_name("counters.json")
COUNTED = Path(__file__).with_name("counted.py")
STARTS = ("estimate", "list")
"""First words of the groups that count the start of a command."""
TOLERANCE = 0.03
"""Relative change of a counter that is no change."""
OTHERS = {"MiB that": (0.0, 5.0), "memory after": (0.2, 0.0), "rounds of searches of drives": (0.1, 0.0)}
"""Relative and absolute change instead, of counters with these words: last digits of a processor move a few rounds."""
OF_VERSIONS = "other modules imported"
"""Counters that depend on the versions of Python and of other packages."""
PACKAGES = ("numpy", "pydantic", "typer", "PyYAML")


@dataclass(frozen=True)
class Change:
    """A counter as recorded and as it is now; None where it is not."""

    name: str
    recorded: float | None
    now: float | None

    @property
    def slack(self) -> float:
        """How far the counter may move."""
        share, units = next((one for words, one in OTHERS.items() if words in self.name), (TOLERANCE, 0.0))
        return share * (self.recorded or 0.0) + units

    @property
    def rises(self) -> bool:
        """Whether the counter has risen, or is not in the file, or is no longer counted."""
        return self.recorded is None or self.now is None or self.now > self.recorded + self.slack

    @property
    def falls(self) -> bool:
        """Whether the file can be lowered."""
        return not self.rises and self.now < self.recorded - self.slack

    @property
    def share(self) -> float:
        """Relative change."""
        if self.recorded is None or self.now is None:
            return float("inf")
        return (self.now - self.recorded) / max(self.recorded, 1.0)

    def __str__(self) -> str:
        if self.recorded is None:
            return f"{self.now:>10.0f} and not recorded  {self.name}"
        if self.now is None:
            return f"{self.recorded:>10.0f} and not counted  {self.name}"
        return f"{self.recorded:>10.0f} -> {self.now:>8.0f}  {100 * self.share:+8.1f} %  {self.name}"


def versions() -> dict[str, str]:
    """Minor versions on which modules of other packages depend."""
    found = {name: ".".join(version(name).split(".")[:2]) for name in PACKAGES}
    return {"python": "{}.{}".format(*sys.version_info), **found}


def recorded() -> dict[str, Any]:
    """The file."""
    return json.loads(FILE.read_text("utf-8"))


def measured(group: str) -> dict[str, float]:
    """The counters of a group in a new process; those of a start in the second one, which finds what the first kept."""
    environment = {name: text for name, text in os.environ.items() if name != "NEUROEST_NO_CACHE"}
    with TemporaryDirectory() as kept:
        for _ in range(2 if group.startswith(STARTS) else 1):
            run = subprocess.run(
                [sys.executable, str(COUNTED), group],
                env={**environment, "XDG_CACHE_HOME": kept}, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if run.returncode:
                raise RuntimeError(f"the group {group!r} cannot be counted:\n{run.stderr}")
    return json.loads(run.stdout)


def changes(group: str, now: dict[str, float], file: dict[str, Any]) -> list[Change]:
    """Every counter of a group that has moved by more than its tolerance, the largest rise first."""
    before = file["counters"].get(group, {})
    names = dict.fromkeys((*before, *now))
    found = [Change(name, before.get(name, {}).get("value"), now.get(name)) for name in names
             if OF_VERSIONS not in name or file["versions"] == versions()]  # fmt: skip
    return sorted((one for one in found if one.rises or one.falls), key=lambda one: -one.share)


def report(found: list[Change]) -> str:
    """What has changed, for a reader."""
    rises, falls = [one for one in found if one.rises], [one for one in found if one.falls]
    lines = []
    if rises:
        lines += [
            "these counters have risen or are not those recorded; lower or record them (--update --reason):",
            *map(str, rises),
        ]
    if falls:
        lines += ["these counters have fallen and can be recorded (--update):", *map(str, falls)]
    return "\n".join(lines)


def entry(now: float, before: dict[str, Any] | None, reason: str) -> dict[str, Any]:
    """What the file records of a counter."""
    lowest = min(now, before["lowest"]) if before else now
    if before is None or now > before["value"]:
        return {"value": now, "lowest": lowest, "reason": reason if before else ""}
    return {"value": now, "lowest": lowest, "reason": before["reason"] if now > lowest else ""}


def update(file: dict[str, Any], now: dict[str, dict[str, float]], reason: str) -> dict[str, Any]:
    """The file with the counters of some groups as they are now; one within its tolerance stays as it is.

    Raises
    ------
    ValueError
        If a counter rises and no reason is given.
    """
    counters = dict(file["counters"])
    for group, values in now.items():
        before, moved = counters.get(group, {}), {one.name: one for one in changes(group, values, file)}
        unexplained = [
            str(one) for one in moved.values() if one.rises and one.recorded is not None and not reason
        ]
        if unexplained:
            raise ValueError("say with --reason why these counters rise:\n" + "\n".join(unexplained))
        counters[group] = {
            name: before[name]
            if name in before and name not in moved
            else entry(value, before.get(name), reason)
            for name, value in values.items()
        }
    return {"versions": file["versions"], "counters": counters}


def text(file: dict[str, Any]) -> str:
    """The file as text, a line for each counter."""
    groups = [
        f" {json.dumps(group)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in values.items())
        + "\n }"
        for group, values in file["counters"].items()
    ]
    return f'{{"versions": {json.dumps(file["versions"])},\n"counters": {{\n' + ",\n".join(groups) + "\n}}\n"


def main() -> None:
    """Compare or record."""
    file = recorded() if FILE.exists() else {"versions": versions(), "counters": {}}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("groups", nargs="*", help="groups of `counted.py`; by default all of the file")
    parser.add_argument("--update", action="store_true", help="record the counters as they are now")
    parser.add_argument("--reason", default="", help="why counters rise")
    given = parser.parse_args()
    now = {group: measured(group) for group in given.groups or file["counters"]}
    moved = [one for group, values in now.items() for one in changes(group, values, file)]
    print(report(moved) or "nothing has changed")
    if given.update:
        try:
            file = update(file, now, given.reason.strip())
        except ValueError as error:
            sys.exit(str(error))
        FILE.write_text(text(file), "utf-8")
    elif any(one.rises for one in moved):
        sys.exit(1)


if __name__ == "__main__":
    main()
