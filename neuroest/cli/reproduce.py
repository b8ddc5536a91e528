"""``neuroest reproduce``: published chips rebuilt from their inputs, predicted against published."""

from pathlib import Path
from typing import Annotated

import typer

from neuroest.cli.completion import cases
from neuroest.cli.shared import Format, Output, emit, in_form
from neuroest.validation.board import reproduce
from neuroest.validation.record import record_text
from neuroest.validation.scoreboard_text import board_rows, table

_MOVED = 3  # as for a failed design check


def run(
    cases: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CASE...",
            help="Shipped cases, or folders of others; all that ship if none is given.",
            autocompletion=cases,
        ),
    ] = None,
    layout: Annotated[Format, typer.Option("--format", help="Form of the result.")] = Format.TABLE,
    output: Output = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also draw predicted against published.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write the record that reports show, validation/scoreboard.json."
        ),
    ] = None,
) -> None:
    """Rebuild published chips: predicted and published values.

    Exits with 3 if a value is outside the range that its case states.
    """
    board = reproduce(cases or ())
    data = board.to_dict() if layout is Format.JSON else None
    label = "Predicted and published values"
    emit(
        in_form(
            layout,
            lambda: table(board),
            lambda: board_rows(board, reported=layout is Format.CSV),
            label,
            data,
        ),
        output,
    )
    if figure is not None:
        from neuroest.plotting.scoreboard import board_figure  # noqa: PLC0415 - matplotlib is heavy
        from neuroest.plotting.style import save_figure  # noqa: PLC0415

        save_figure(board_figure(board), figure)
    if record is not None:
        emit(record_text(board), record)
    if board.failed:
        raise typer.Exit(_MOVED)
