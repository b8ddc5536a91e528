"""The option ``--style`` of every verb that draws."""

from typing import Annotated, Any

import typer

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
    return names or []


def _holder(
    style: Annotated[
        list[str] | None,
        typer.Option("--style", metavar="FILE|NAME", callback=_chosen, expose_value=False, help=_HELP),
    ] = None,
) -> None:
    """Carry the option."""
