"""Common parts of figures: venue widths, style, axes of quantities, fills distinct in grey, files."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from string import ascii_lowercase
from typing import Any, ParamSpec

from neuroest.core.atomic_files import figure_bytes, write_figure
from neuroest.core.errors import NeuroestError
from neuroest.core.extras import extra
from neuroest.core.units import parse_quantity
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import formatted, typeset
from neuroest.results.quantities import label_and_unit

_Arguments = ParamSpec("_Arguments")

VENUES: Mapping[str, tuple[float, float]] = {
    "ieee": (3.5, 7.16),
    "acm": (3.33, 7.0),
    "nature": (3.5, 7.2),
    "springer": (3.31, 6.85),
}
"""Width of one and of two columns in inches."""
COLUMN, PAGE = VENUES["ieee"]
FORMATS = ("pdf", "svg", "png")
MOST_DESIGNS = 24
"""Most designs in one figure."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Lines and markers, of Okabe and Ito."""
MARKERS = "osD^v<>ph*"
SHADE = 0.16
"""Opacity of a shaded band."""
MEDIANS = "lines: medians; shaded: p10 to p90"
"""Legend title of a figure of lines with bands."""

_FILLS = (
    ("#56b4e9", ""), ("#e69f00", "///"), ("#f7f7f7", ""), ("#009e73", "xx"), ("#f0e442", ".."), ("#d55e00", ""),
    ("#cc79a7", "\\\\\\"), ("#56b4e9", "++"), ("#f7f7f7", "oo"), ("#e69f00", "--"), ("#f0e442", "||"),
)  # fmt: skip
"""Of Okabe and Ito, light enough for black hatching, neighbours far apart in grey."""
OTHERS_FILL: Mapping[str, str] = {"facecolor": "#999999"}
STYLE: Mapping[str, Any] = {
    "font.size": 7.0, "axes.titlesize": 7.0, "axes.labelsize": 7.0, "xtick.labelsize": 6.5, "ytick.labelsize": 6.5,
    "legend.fontsize": 6.0, "legend.frameon": False, "axes.spines.top": False, "axes.spines.right": False,
    "axes.linewidth": 0.6, "hatch.linewidth": 0.4, "lines.linewidth": 0.9, "pdf.fonttype": 42, "svg.fonttype": "none",
    "svg.hashsalt": "neuroest", "savefig.dpi": 300, "text.usetex": False, "text.parse_math": False,
    "font.family": ["sans-serif", "DejaVu Sans"],  # the second has the superscripts that Liberation Sans lacks
    "font.sans-serif": ["Arial", "Helvetica", "Nimbus Sans", "Liberation Sans", "DejaVu Sans"],
}  # fmt: skip
_MOST_DECADES = 1e4
_WIDE = 20.0
"""Ratio of the ends of an axis from which on it is logarithmic."""
_YEAR = parse_quantity("1 year", "s")
_AROUND = 0.8
"""Inches of a figure for its title, the labels of its axes and a line below."""
_LONGEST_LINE = 24
_LONGEST_NAME = 46


def matplotlib(module: str = "") -> Any:
    """Matplotlib, or one of its modules."""
    return extra(f"matplotlib.{module}".rstrip("."), "report")


def styled(make: Callable[_Arguments, Any]) -> Callable[_Arguments, Any]:
    """A function that makes a figure, in the common style for every caller."""

    @wraps(make)
    def inside(*arguments: _Arguments.args, **options: _Arguments.kwargs) -> Any:
        with matplotlib().rc_context(dict(STYLE)):
            return make(*arguments, **options)

    return inside


def check_figure_path(path: Path) -> None:
    """Check that a figure can be written to a path before its numbers are computed.

    Raises
    ------
    NeuroestError
        For an unknown format, a missing folder, or without matplotlib.
    """
    if path.suffix.removeprefix(".") not in FORMATS:
        raise NeuroestError(f"{path}: figures are written as {', '.join(f'.{form}' for form in FORMATS)}")
    if not path.parent.is_dir():
        raise NeuroestError(f"{path}: the folder {path.parent} does not exist")
    matplotlib()


@styled
def save_figure(figure: Any, path: str | Path | None) -> Any:
    """The figure; with a path also as a file, the same bytes each time."""
    if path is not None:
        check_figure_path(Path(path))
        write_figure(figure, Path(path))
    return figure


def draw(path: Path, make: Callable[[], Any]) -> tuple[Path, ...]:
    """Draw a figure and write it as PDF, SVG and PNG; the same result gives the same files."""
    with matplotlib().rc_context(dict(STYLE)):
        figure = make()
        _without_crowds(figure)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        written = []
        for form in FORMATS:
            file = path.with_name(f"{path.name}.{form}")
            file.write_bytes(figure_bytes(figure, file.suffix))
            written.append(file)
    return tuple(written)


def _without_crowds(figure: Any) -> None:
    """Take away the small ticks of axes over so many decades that they only blacken the axis."""
    ticker = matplotlib("ticker")
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            if axis.get_scale() == "log" and low > 0.0 and high / low > _MOST_DECADES:
                axis.set_minor_locator(ticker.NullLocator())


def new_figure(width: float, height: float, **panels: Any) -> tuple[Any, Any]:
    """A figure and its axes; `panels` as `matplotlib.figure.Figure.subplots` takes them."""
    figure = matplotlib("figure").Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(**panels)
    if len(figure.axes) > 1:
        panel_letters(figure.axes)
    return figure, axes


def panel_letters(axes: Iterable[Any]) -> None:
    """A bold a, b, c at the upper left of each panel."""
    for letter, panel in zip(ascii_lowercase, axes, strict=False):
        panel.annotate(
            letter, (0.0, 1.0), (-4.0, 4.0), xycoords="axes fraction", textcoords="offset points",
            ha="right", va="bottom", fontsize=8.0, fontweight="bold",
        )  # fmt: skip


def figure_title(figure: Any, text: str) -> None:
    """A line over the whole figure, so that long names on the left do not push it out on the right."""
    figure.suptitle(text, fontsize=STYLE["axes.titlesize"], x=0.01, horizontalalignment="left")


def legended_figure(width: float, height: float, below: float, columns: int) -> tuple[Any, Any, Any]:
    """A figure with its axes side by side, and room of its own below each for a legend, heights in inches.

    A legend that hangs out of its axes takes their height away, until none is left.
    """
    figure = matplotlib("figure").Figure(figsize=(width, height + below + _AROUND), layout="constrained")
    grid = figure.add_gridspec(2, columns, height_ratios=(height, below))
    axes = [figure.add_subplot(grid[0, 0])]
    axes += [figure.add_subplot(grid[0, column], sharey=axes[0]) for column in range(1, columns)]
    panel_letters(axes)
    for one in axes[1:]:
        one.tick_params(labelleft=False)
    under = [figure.add_subplot(grid[1, column]) for column in range(columns)]
    for one in under:
        one.axis("off")
    return figure, axes, under


def tick_label(value: float, unit: str) -> str:
    """A quantity as an axis writes it."""
    plain = f"{value:g}" if value == 0.0 or 1e-4 < abs(value) < 1e5 else f"{value:.0e}"
    return typeset(plain if unit == "1" else formatted(value, unit)).removeprefix("1×").replace("ohm", "Ω")


_LONG = 1e3
"""Seconds from which on an axis counts in powers of ten; a convention."""
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def logarithmic(axis: Any, unit: str, ticks: int = 5) -> None:
    """An axis of powers of ten whose ticks are quantities."""
    _in_decades(axis)
    ticker = matplotlib("ticker")

    def reported(value: float, _: int) -> str:
        if unit == "s" and value >= _LONG:
            # powers of ten are no round numbers of hours and days
            leading, power = f"{value:.0e}".split("e")
            return f"{leading}×10".removeprefix("1×") + f"{int(power)}".translate(_RAISED) + " s"
        return tick_label(value, unit) if value > 0.0 else ""

    def between(value: float, place: int) -> str:
        low, high = sorted(axis.get_view_interval())
        # less than two decades have too few powers of ten to read values from
        if low <= 0.0 or high / low > 50.0:
            return ""
        leading = round(value / 10.0 ** math.floor(math.log10(value) + 1e-9))
        return reported(value, place) if leading in _labelled(high / low) else ""

    axis.set_major_formatter(ticker.FuncFormatter(reported))
    axis.set_minor_formatter(ticker.FuncFormatter(between))
    axis.set_major_locator(ticker.LogLocator(numticks=ticks))


def quantity_axis(axis: Any, unit: str, label: str = "", values: Any = ()) -> None:
    """An axis whose ticks are quantities: logarithmic if it is so already, or if its `values` span much."""
    if len(values) and wide(values):
        _in_decades(axis)
    if label:
        axis.set_label_text(label)
    if axis.get_scale() == "log":
        logarithmic(axis, unit, 7)
        return
    ticker = matplotlib("ticker")
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: tick_label(value, unit)))
    low, high = sorted(axis.get_view_interval())
    step = 1.0 if unit != "s" or high < 2.0 * _YEAR else _YEAR
    if step == 1.0:
        axis.set_major_locator(ticker.MaxNLocator(5 if unit == "1" else 4))
    else:  # round numbers of years are no round numbers of seconds
        ticks = ticker.MaxNLocator(5).tick_values(low / step, high / step) * step
        axis.set_major_locator(ticker.FixedLocator([tick for tick in ticks if low <= tick <= high]))


def wide(values: Any) -> bool:
    """Whether positive values span so much that their axis is logarithmic."""
    return bool(min(values) > 0.0 and max(values) > _WIDE * min(values))


def result_axis(axis: Any, name: str, values: Any = ()) -> None:
    """The axis of a result, as `quantity_axis` makes it."""
    quantity_axis(axis, label_and_unit(name)[1], result_label(name), values)


def _in_decades(axis: Any) -> None:
    axis._set_axes_scale("log")  # noqa: SLF001 - the one way that serves both axes


def result_label(name: str) -> str:
    """A result as the label of its axis; its unit is at the ticks.

    Examples
    --------
    >>> result_label("energy_per_inference_J"), result_label("worst_ir_drop")
    ('energy per inference', 'worst IR drop')
    """
    return label_and_unit(name)[0].replace(" ir ", " IR ")


def _labelled(span: float) -> Sequence[int]:
    """Leading digits that have room for a label."""
    return (2, 5) if span > 4.0 else (2, 3, 5, 7) if span > 2.0 else range(1, 10)


def fill_of(index: int) -> dict[str, str]:
    """Colour and hatching of a part."""
    colour, hatch = _FILLS[index % len(_FILLS)]
    return {"facecolor": colour, "hatch": hatch}


def patch(label: str, fill: Mapping[str, str]) -> Any:
    """A part in a legend."""
    return matplotlib("patches").Patch(edgecolor="black", linewidth=0.3, label=label, **fill)


def line(**options: Any) -> Any:
    """A line or marker in a legend."""
    return matplotlib("lines").Line2D([], [], **options)


def named(name: str, mark: str = "", longest: int = _LONGEST_LINE) -> str:
    r"""A name as a label of at most two lines.

    Examples
    --------
    >>> named("analog_lif_28nm"), named("threshold_switch_of_another_kind_28nm", " *")
    ('analog_lif_28nm', 'threshold_switch_\nof_another_kind_28nm *')
    """
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 3] + "..."
    if len(name) <= longest:
        return name + mark
    breaks = [i + 1 for i, c in enumerate(name[:-1]) if c in "_- "] or [len(name) // 2]
    middle = min(breaks, key=lambda i: abs(i - len(name) / 2))
    return f"{name[:middle]}\n{name[middle:]}{mark}"


def design_label(view: View, total: str, longest: int = _LONGEST_LINE) -> str:
    """Name of a design, with a mark where a total is based on projected or assumed values."""
    return named(view.label, " *" if view.marked(total) else "", longest)
