"""``neuroest list``: everything that has a name.

Parameters
----------
word
    Only what has this word in its name, text or group.
form
    Form of the list; tabs between columns when piped.

Examples
--------
neuroest list architectures crossbar
"""

import shutil
import sys
import textwrap
from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import one_of
from neuroest.core.text_layout import WIDTH
from neuroest.reporting.catalogue import CATALOGUE, Entry, list_entries
from neuroest.reporting.text_style import Style, words

_WIDEST = 140
_NARROWEST, _INDENT = 36, 6
"""Columns that a description needs to be next to its name; otherwise it is below, so far to the right."""
_LINES = 2
"""Lines of a description; `neuroest show` prints the rest."""


def run(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            help=f"One of {', '.join(CATALOGUE)}, or a kind of device such as neurons; without it all files that ship.",
            autocompletion=one_of(lambda: CATALOGUE),
        ),
    ] = None,
    word: Annotated[str | None, typer.Argument(metavar="WORD")] = None,
    form: Annotated[shared.Format | None, typer.Option("--format")] = None,
) -> None:
    """Shipped files, models, mappers and sources, by name.

    A second argument searches names, descriptions and tags: neuroest list architectures baseline.
    """
    found = list_entries(kind, word)
    if form not in {None, shared.Format.TABLE}:
        shared.emit_in_form(
            None, form, str, lambda: [asdict(entry) for entry in found], f"{kind or 'file'}s that ship"
        )
    elif form is shared.Format.TABLE or sys.stdout.isatty():
        shared.emit(_table(found, shared.style()))
    else:
        shared.emit("".join(f"{entry.name}\t{entry.description}\t{entry.group}\n" for entry in found))


def _table(found: list[Entry], drawn: Style) -> str:
    width = min(max(shutil.get_terminal_size((WIDTH, 0)).columns, WIDTH), _WIDEST)
    lines: list[str] = []
    for kind in dict.fromkeys(entry.kind for entry in found):
        listed = [entry for entry in found if entry.kind == kind]
        if kind != "device":
            lines += [drawn.bold(f"{kind}s ({len(listed)})"), *_entries(listed, width, drawn), ""]
            continue
        for group, members in groupby(sorted(listed, key=lambda e: (e.group, e.name)), key=lambda e: e.group):
            inside = list(members)
            heading = drawn.bold(f"devices: {words(group)} ({len(inside)})")
            lines += [heading, *_entries(inside, width, drawn), ""]
    return "\n".join(lines[:-1]) + "\n"


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
