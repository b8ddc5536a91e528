"""The option ``--style`` of every verb that draws."""

import sys
from typing import Annotated, Any

import typer

from neuroest.cli.shared import note

_HELP = (
    "Draw for a venue (ieee, acm, nature, science, springer), in a style of matplotlib by its name, or in that of a "
    ".mplstyle file; may be repeated."
)


def style_option() -> Any:
    """The option; what it names holds until the verb is done."""
    holder = typer.Typer(add_completion=False)
    holder.command()(_holder)
    return next(option for option in typer.main.get_command(holder).params if option.name == "style")


def _chosen(context: typer.Context, names: list[str] | None) -> list[str]:
    if names:
        from neuroest.plotting.style import figure_style  # noqa: PLC0415 - only figures need it

        context.with_resource(figure_style(*names))
    context.call_on_close(_say_font)
    return names or []


def _say_font() -> None:
    """Where something was drawn in a font that journals do not take, say so."""
    if "matplotlib.font_manager" in sys.modules:
        from neuroest.plotting.style import font_note  # noqa: PLC0415 - only figures need it

        note([said] if (said := font_note()) else [])


def _holder(
    style: Annotated[
        list[str] | None,
        typer.Option("--style", metavar="FILE|NAME", callback=_chosen, expose_value=False, help=_HELP),
    ] = None,
) -> None:
    """Carry the option."""
