"""``neuroest reproduce``: published chips rebuilt from their inputs, predicted against published.

Parameters
----------
cases
    Shipped cases, or folders of others; all chips that ship if none is given. zhao_2025, which simulates a neuron,
    takes half a minute.
layout
    Form of the result.
figure
    Also draw predicted against published.
record
    Also write the record that reports show, validation/scoreboard.json.
first
    Also write the first ratios of blind cases next to them, when a case is described. They are never changed.

Examples
--------
neuroest reproduce odin --figure scoreboard.png
"""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli import shared
from neuroest.cli.completion import cases
from neuroest.cli.elapsed import progress_shown
from neuroest.core.errors import NeuroestError
from neuroest.validation.board import board_rows, record_text, reproduce, table, write_first

_MOVED = 3  # as for a failed design check


def run(
    cases: Annotated[list[str] | None, typer.Argument(metavar="CASE...", autocompletion=cases)] = None,
    layout: Annotated[shared.Format, typer.Option("--format")] = shared.Format.TABLE,
    output: shared.Output = None,
    figure: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    record: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    first: Annotated[bool, typer.Option("--first")] = False,
) -> None:
    """Rebuild published chips: predicted and published values.

    Exits with 3 if a value is outside the range that its case states.
    """
    if first and not cases:
        raise NeuroestError("--first writes next to the cases that it is given: name them")
    board = reproduce(cases or (), progress_shown())
    if first:
        write_first(board)
        board = reproduce(cases or ())
    data = board.to_dict() if layout is shared.Format.JSON else None
    label = "Predicted and published values"
    rows = partial(board_rows, board, reported=layout is shared.Format.CSV)
    shared.emit_in_form(output, layout, lambda: table(board), rows, label, data)
    if figure is not None:
        from neuroest.plotting.published import board_figure  # noqa: PLC0415 - matplotlib is heavy
        from neuroest.plotting.style import save_figure  # noqa: PLC0415

        save_figure(board_figure(board), figure)
    if record is not None:
        shared.emit(record_text(board), record)
    if board.failed:
        raise typer.Exit(_MOVED)
