"""``neuroest list``: what there is to name."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from neuroest.cli.shared import Format, emit, in_form, style
from neuroest.reporting.catalogue import CATALOGUE, Entry, entries
from neuroest.reporting.quantities import words
from neuroest.reporting.text import WIDTH, Style, columns


def run(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="KIND",
            show_default=False,
            help=f"One of {', '.join(CATALOGUE)}; without it all files that ship.",
            autocompletion=lambda incomplete: [name for name in CATALOGUE if name.startswith(incomplete)],
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Form of the list.")] = Format.TABLE,
) -> None:
    """What can be named: files, models, mappers, sources.

    When piped: one a line, name, description and group separated by tabs.
    """
    found = entries(kind)
    if form is not Format.TABLE:
        emit(in_form(form, str, lambda: [asdict(entry) for entry in found], f"{kind or 'file'}s that ship"))
    elif sys.stdout.isatty():
        emit(_table(found, style()))
    else:
        emit("".join(f"{entry.name}\t{entry.description}\t{entry.group}\n" for entry in found))


def _table(found: list[Entry], drawn: Style) -> str:
    lines: list[str] = []
    for kind in dict.fromkeys(entry.kind for entry in found):
        rows = [(e.name, words(e.maturity) or e.group, e.description) for e in found if e.kind == kind]
        lines += [drawn.bold(f"{kind}s"), *(_cut(line) for line in columns(rows, "<<<", indent=2)), ""]
    return "\n".join(lines[:-1]) + "\n"


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 3].rstrip() + "..."
