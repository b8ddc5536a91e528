"""``neuroest list``: everything that has a name."""

import shutil
import sys
import textwrap
from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.shared import one_of
from neuroest.core.text_layout import WIDTH, Style, words, wrapped
from neuroest.reporting.catalogue import CATALOGUE, Entry, list_entries, most_mature_first

_WIDEST = 140
_NARROWEST, _INDENT = 36, 6
"""Columns that a description needs to be next to its name; otherwise it is below, so far to the right."""
_SHORTEST = 8
"""Columns of the shortest beginning of a description."""
_MORE = (
    "`neuroest list KIND` names all of a kind, the most mature first, `--long` describes them, `neuroest show NAME` "
    "says everything of one. More kinds: models, mappers, sources."
)
_LINES = 2
"""Lines of a description; `neuroest show` prints the rest."""


def run_list(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            help=f"One of {', '.join(CATALOGUE)}, chips, networks, or a kind of device such as neurons; without it "
            "how many of each there are.",
            autocompletion=one_of(lambda: CATALOGUE),
        ),
    ] = None,
    word: Annotated[str | None, typer.Argument(metavar="WORD")] = None,
    long: Annotated[bool, typer.Option("--long")] = False,
    form: Annotated[shared.Format | None, typer.Option("--format")] = None,
) -> None:
    """Shipped files, models, mappers and sources, by name.

    Without a kind, how many of each ship. A second argument searches names, descriptions and tags: neuroest list chips
    baseline.

    Parameters
    ----------
    word
        Only what has this word in its name, text or group.
    long
        Tags and two lines of each description; without a kind, every file that ships.
    form
        Form of the list; tabs between columns when piped.

    Examples
    --------
    neuroest list chips crossbar
    """
    if kind is None and word is None and not long and form in {None, shared.Format.TABLE}:
        shared.emit(_overview(shared.style()))
        return
    found = list_entries(kind, word)
    if form not in {None, shared.Format.TABLE}:
        shared.emit_in_form(
            None, form, str, lambda: [asdict(entry) for entry in found], f"{kind or 'file'}s that ship"
        )
    elif form is shared.Format.TABLE or sys.stdout.isatty():
        shared.emit(_table(found, shared.style(), long=long))
    else:
        shared.emit("".join(f"{entry.name}\t{entry.description}\t{entry.group}\n" for entry in found))


def _overview(drawn: Style) -> str:
    """Kinds of files with their number and some names, the default chip and network first."""
    default = {shared.DEFAULT_ARCHITECTURE, shared.DEFAULT_WORKLOAD}
    rows = {kind: most_mature_first(list_entries(kind)) for kind in ("chips", "networks", "contests")}
    devices = most_mature_first(list_entries("devices"))
    groups = sorted({entry.group for entry in devices})
    rows |= {f"  {group}": [entry for entry in devices if entry.group == group] for group in groups}
    left = max(map(len, rows))
    lines = []
    for kind, found in rows.items():
        start = f"{kind:{left}} {len(found):4}  "
        listed = ", ".join(sorted((entry.name for entry in found), key=lambda name: name not in default))
        names = textwrap.shorten(listed, WIDTH - len(start), placeholder=" ...")
        lines.append(f"{start}{drawn.dim(names)}")
        if kind == "contests":
            lines.append(f"{'devices':{left}} {len(devices):4}")
    return "\n".join([*lines, "", *wrapped(_MORE)]) + "\n"


def _table(found: list[Entry], drawn: Style, *, long: bool) -> str:
    width = min(max(shutil.get_terminal_size((WIDTH, 0)).columns, WIDTH), _WIDEST)
    described = _entries if long else _names
    lines: list[str] = []
    for kind in dict.fromkeys(entry.kind for entry in found):
        listed = [entry for entry in found if entry.kind == kind]
        if kind != "device":
            lines += [drawn.bold(f"{kind}s ({len(listed)})"), *described(listed, width, drawn), ""]
            continue
        for group, members in groupby(sorted(listed, key=lambda e: (e.group, e.name)), key=lambda e: e.group):
            inside = list(members)
            heading = drawn.bold(f"devices: {words(group)} ({len(inside)})")
            lines += [heading, *described(inside, width, drawn), ""]
    return "\n".join(lines[:-1]) + "\n"


def _names(listed: list[Entry], width: int, drawn: Style) -> list[str]:
    """One line each, the most mature first: name, maturity and the beginning of the description."""
    names = max(len(entry.name) for entry in listed)
    stages = max(len(words(entry.maturity) or entry.group) for entry in listed)
    lines = []
    for entry in most_mature_first(listed):
        start = f"  {entry.name:{names}}  {words(entry.maturity) or entry.group:{stages}}  "
        text = textwrap.shorten(entry.description, max(width - len(start), _SHORTEST), placeholder=" ...")
        lines.append(f"{start}{drawn.dim(text)}".rstrip())
    return lines


def _entries(listed: list[Entry], width: int, drawn: Style) -> list[str]:
    """Name, maturity, the tags of chips and the description: next to the name, or below it on two lines at most."""
    names = max(len(entry.name) for entry in listed)
    stages = max(len(words(entry.maturity) or entry.group) for entry in listed)
    left = 2 + names + 2 + stages + 2
    one_row = width - left >= _NARROWEST
    lines = []
    for entry in listed:
        start = f"  {entry.name:{names}}  {words(entry.maturity) or entry.group:{stages}}"
        room = width - (left if one_row else _INDENT)
        tags = f"{entry.group}: " if entry.kind == "architecture" and entry.group else ""
        text = textwrap.wrap(f"{tags}{entry.description}", room, max_lines=_LINES, placeholder=" ...")
        first = text.pop(0) if one_row and text else ""
        lines.append(f"{start}  {drawn.dim(first)}".rstrip() if first else start.rstrip())
        lines += [" " * (left if one_row else _INDENT) + drawn.dim(line) for line in text]
    return lines
