"""Common parts of figures: venue widths, style, axes of quantities, fills distinct in grey, files."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase
from textwrap import wrap
from typing import Any, Literal, NamedTuple, ParamSpec

from neuroest.core.errors import NeuroestError, did_you_mean
from neuroest.core.files import figure_bytes, write_figure
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.units import formatted, parse_quantity
from neuroest.reporting.estimate_views import View
from neuroest.reporting.formatting import typeset, with_subscripts
from neuroest.results.quantities import label_and_unit

# --- Axes of quantities --------------------------------------------------------------------------------------------

# A name with its unit, an SI prefix and ticks that follow the data. `quantity_axis` says what an axis shows. `set_axes`
# chooses prefix and ticks once the limits and the size of the axes are known, so that every axis has at least two
# labelled ticks that do not touch.

_PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
_PREFIXED = ("J", "W", "V", "A", "F", "Hz", "ohm", "S", "C", "bit", "s")
"""Units that take an SI prefix, also as the numerator of a quotient."""
_POWERS_OF_LENGTH = {"m^2": ((1.0, "m²"), (1e-6, "mm²"), (1e-12, "µm²"), (1e-18, "nm²"))}
_LEAST_OF_AREA = 0.01
"""Least number of a unit of area at the larger end of an axis; between two units lies a factor of a million."""
_TENTH = 0.1
"""Volts from which on a voltage is in volts."""
_YEAR = parse_quantity("1 year", "s")
_WIDE = 20.0
"""Ratio of the ends of an axis from which on it is logarithmic."""
_SPAN_OF_PREFIX = 1e6
"""Ratio of the ends of a logarithmic axis from which on it has the plain unit and powers of ten."""
_PLAIN = (1e-3, 1e4)
"""Numbers that a tick writes without a power of ten."""
_MOST = 7
"""Most labelled ticks."""
_HALF_DECADE = 5.0
_STEPS = (1.0, 2.0, 2.5, 5.0)
_DIGITS = ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))
"""Leading digits of the ticks of a logarithmic axis, from dense to sparse."""
_LETTER = 0.58
"""Mean width of a digit over the size of the font."""
_GAP = 0.7
"""Least gap between two labels over the size of the font."""
_POINTS = 72.0
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@frozen_dataclass
class _Shown:
    """What an axis shows; as a formatter it writes the numbers of the ticks.

    Attributes
    ----------
    label, unit : str
        Name of the quantity, and its SI unit.
    factor : float
        SI value of the unit at the axis.
    powers : bool
        Whether numbers are powers of ten.
    """

    label: str
    unit: str
    factor: float = 1.0
    powers: bool = False

    def __call__(self, value: float, _place: int | None = None) -> str:
        return tick_text(value / self.factor, powers=self.powers)


def quantity_axis(axis: Any, unit: str, label: str = "", values: Any = ()) -> None:
    """Say what an axis shows: logarithmic if it is so already, or if its `values` span much."""
    if len(values) and wide(values):
        axis._set_axes_scale("log")  # noqa: SLF001 - the one way that serves both axes
    _set(axis, _Shown(label, unit))


def logarithmic(axis: Any, unit: str, label: str = "") -> None:
    """A logarithmic axis of a quantity."""
    axis._set_axes_scale("log")  # noqa: SLF001 - the one way that serves both axes
    _set(axis, _Shown(label, unit))


def result_axis(axis: Any, name: str, values: Any = ()) -> None:
    """The axis of a result, as `quantity_axis` makes it."""
    label, unit = label_and_unit(name)
    quantity_axis(axis, unit, label, values)


def cell_axis(axis: Any, unit: str, label: str, places: Sequence[float], values: Sequence[float]) -> None:
    """An axis of a map, with the value of each row or column of cells in its middle."""
    factor, name = axis_unit(min(values), max(values), unit, log=min(values) > 0.0)
    numbers = [float(f"{value / factor:.3g}") for value in values]
    axis.set_ticks(places, labels=[tick_text(number, powers=_needs_powers([number])) for number in numbers])
    axis.set_label_text(axis_label(label, name))


def wide(values: Any) -> bool:
    """Whether positive values span so much that their axis is logarithmic."""
    return bool(min(values) > 0.0 and max(values) > _WIDE * min(values))


def set_axes(figure: Any) -> None:
    """Choose prefix, ticks and name of every axis of a quantity, for the size that the layout leaves it."""
    figure.draw_without_rendering()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            shown = shown_by(axis)
            if shown is not None:
                _set(axis, shown)


def shown_by(axis: Any) -> _Shown | None:
    """What an axis of a quantity shows; nothing for an axis of names."""
    found = getattr(axis.get_major_formatter(), "func", None)
    return found if isinstance(found, _Shown) else None


def _set(axis: Any, shown: _Shown) -> None:
    ticker = extra("matplotlib.ticker", "report")
    low, high = sorted(float(end) for end in axis.get_view_interval())
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return
    log = axis.get_scale() == "log"
    factor, name = axis_unit(low, high, shown.unit, log=log)
    across = axis.axis_name == "x"
    room = axis.axes.get_window_extent().size[0 if across else 1] / axis.figure.dpi * _POINTS
    size = axis.get_ticklabels()[0].get_fontsize() if axis.get_ticklabels() else 7.0
    ticks, powers = ticks_of(low / factor, high / factor, room / size, log=log, across=across)
    axis.set_major_formatter(ticker.FuncFormatter(_Shown(shown.label, shown.unit, factor, powers)))
    axis.set_major_locator(ticker.FixedLocator([tick * factor for tick in ticks]))
    minor = [tick * factor for tick in _between(low / factor, high / factor)] if log else []
    axis.set_minor_locator(ticker.FixedLocator(minor))
    axis.set_minor_formatter(ticker.NullFormatter())
    hidden = (
        not axis.get_tick_params()["labelbottom" if across else "labelleft"]
        and axis.get_ticks_position() != "right"
    )
    if shown.label and not hidden:
        room_of_label = room / axis.label.get_fontsize()
        axis.set_label_text(_folded(axis_label(shown.label, name), room_of_label / _LETTER))


def axis_label(label: str, unit: str) -> str:
    """Name of an axis with its unit.

    Examples
    --------
    >>> axis_label("energy per inference", "nJ"), axis_label("worst ir drop", ""), axis_label("f_max", "")
    ('Energy per inference (nJ)', 'Worst IR drop', 'f_max')
    """
    word = label.split(" ", 1)[0]
    text = label[:1].upper() + label[1:] if word.replace("-", "").isalpha() and word.islower() else label
    text = text.replace(" ir ", " IR ")
    return f"{text} ({unit})" if unit else text


def axis_unit(low: float, high: float, unit: str, *, log: bool) -> tuple[float, str]:
    """SI value and name of the unit of an axis with these ends.

    Examples
    --------
    >>> axis_unit(0.0, 4e-9, "J", log=False), axis_unit(2e-7, 8e-7, "J", log=True)
    ((1e-09, 'nJ'), (1e-09, 'nJ'))
    >>> axis_unit(1e-12, 1.0, "s", log=True), axis_unit(2e-6, 9e-6, "m^2", log=True)
    ((1.0, 's'), (1e-06, 'mm²'))
    >>> axis_unit(1e4, 5e4, "1/s", log=False)
    (1000.0, '10³/s')
    """
    if unit == "1":
        return 1.0, ""
    size = max(abs(low), abs(high))
    if log:
        if high > _SPAN_OF_PREFIX * low > 0.0:
            return 1.0, _named(unit)
        size = math.sqrt(low * high) if low > 0.0 else high
    if unit == "s" and not log and high >= 2.0 * _YEAR:
        return _YEAR, "years"
    if unit in _POWERS_OF_LENGTH:
        steps = _POWERS_OF_LENGTH[unit]
        return next((step for step in steps if size >= _LEAST_OF_AREA * step[0]), steps[-1])
    power = 3 * math.floor(math.log10(size) / 3.0 + 1e-9) if size > 0.0 else 0
    power = min(max(power, min(_PREFIXES)), max(_PREFIXES))
    if unit == "1/s":
        power = max(power, 0)
        raised = f"10{str(power).translate(_RAISED)}" if power else "1"
        return 10.0**power, f"{raised}/s"
    numerator, slash, rest = unit.partition("/")
    if numerator == "s" or (unit == "V" and size >= _TENTH):
        power = min(power, 0) if numerator == "s" else max(power, 0)
    if numerator not in _PREFIXED:
        return 1.0, _named(unit)
    return 10.0**power, _PREFIXES[power] + _named(f"{numerator}{slash}{rest}")


def _named(unit: str) -> str:
    return typeset(unit).replace("ohm", "Ω").replace("*", "·")


def tick_text(value: float, *, powers: bool = False) -> str:
    """The number at a tick.

    Examples
    --------
    >>> [tick_text(value) for value in (0.0, 0.25, 200.0, -1.5)]
    ['0', '0.25', '200', '−1.5']
    >>> [tick_text(value, powers=True) for value in (1e-6, 1.0, 2e4)]
    ['10⁻⁶', '1', '2×10⁴']
    """
    if not powers or value == 0.0 or math.isclose(value, 1.0):
        return f"{value:.10g}".replace("-", "−")
    leading, _, power = f"{value:.6e}".partition("e")
    digits = f"{float(leading):.3g}"
    return f"{digits}×10{str(int(power)).translate(_RAISED)}".removeprefix("1×").replace("-", "−")


def ticks_of(low: float, high: float, room: float, *, log: bool, across: bool) -> tuple[list[float], bool]:
    """Ticks with a label between two ends, and whether they are powers of ten.

    Parameters
    ----------
    low, high : float
        Ends of the axis, in the unit at the axis.
    room : float
        Length of the axis over the size of the font.
    log, across : bool
        Whether the axis is logarithmic, and whether it is horizontal.

    Examples
    --------
    >>> ticks_of(0.0, 4.2, 30.0, log=False, across=True)
    ([0.0, 1.0, 2.0, 3.0, 4.0], False)
    >>> ticks_of(239.0, 810.0, 30.0, log=True, across=True)
    ([300.0, 400.0, 500.0, 600.0, 700.0, 800.0], False)
    >>> ticks_of(1e-9, 1.0, 16.0, log=True, across=True)
    ([1e-08, 1e-06, 0.0001, 0.01, 1.0], True)
    """
    candidates = [*_logarithmic_ticks(low, high)] if log else [*_even_ticks(low, high)]
    best: list[float] = []
    for ticks in candidates:
        if len(ticks) < 2:
            continue
        powers = _needs_powers(ticks)
        if len(ticks) <= _MOST and _fits(ticks, (low, high), room, log=log, across=across, powers=powers):
            return ticks, powers
        best = ticks if not best or len(ticks) < len(best) else best
    return best, _needs_powers(best)


def _needs_powers(ticks: Sequence[float]) -> bool:
    return any(tick != 0.0 and not _PLAIN[0] <= abs(tick) <= _PLAIN[1] for tick in ticks)


def _fits(
    ticks: Sequence[float], ends: tuple[float, float], room: float, *, log: bool, across: bool, powers: bool
) -> bool:
    """Whether the labels of neighbours are apart."""
    scale = math.log10 if log else float
    low, high = (scale(end) for end in ends)
    for one, other in pairwise(ticks):
        apart = (scale(other) - scale(one)) / (high - low) * room
        letters = [len(tick_text(tick, powers=powers)) for tick in (one, other)]
        if apart < _GAP + (sum(letters) / 2.0 * _LETTER if across else 1.0):
            return False
    return True


def _even_ticks(low: float, high: float) -> Iterator[list[float]]:
    """Ticks at multiples of a round step, from dense to sparse."""
    power = math.floor(math.log10(high - low)) - 1
    for exponent in range(power, power + 3):
        for step in (digit * 10.0**exponent for digit in _STEPS):
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first < 100:
                yield [float(f"{place * step:.12g}") for place in range(first, last + 1)]


def _logarithmic_ticks(low: float, high: float) -> Iterator[list[float]]:
    """Ticks at round numbers, from dense to sparse; within half a decade, even ones, which reach both ends."""
    if high < _HALF_DECADE * low:
        yield from _even_ticks(low, high)
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    within = (low * (1.0 - 1e-9), high * (1.0 + 1e-9))
    for digits in _DIGITS:
        yield [
            tick
            for power in range(first, last + 1)
            for digit in digits
            if within[0] <= (tick := float(f"{digit}e{power}")) <= within[1]
        ]
    for step in range(2, last - first + 1):
        powers = range(step * math.ceil(first / step), last + 1, step)
        yield [tick for power in powers if within[0] <= (tick := float(f"1e{power}")) <= within[1]]
    yield from _even_ticks(low, high)


def _between(low: float, high: float) -> list[float]:
    """Small ticks of a logarithmic axis: every digit within a few decades, else the powers of ten."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    digits = _DIGITS[0] if last - first <= 4 else (1,)
    ticks = (float(f"{digit}e{power}") for power in range(first, last + 1) for digit in digits)
    return [tick for tick in ticks if low <= tick <= high]


def _folded(label: str, letters: float) -> str:
    """A label in two lines where it is longer than its axis."""
    if len(label) <= letters or "\n" in label:
        return label
    spaces = [place for place, letter in enumerate(label) if letter == " "]
    if not spaces:
        return label
    middle = min(spaces, key=lambda place: abs(place - len(label) / 2))
    return f"{label[:middle]}\n{label[middle + 1 :]}"


# --- Style of a figure ---------------------------------------------------------------------------------------------

_Arguments = ParamSpec("_Arguments")


class Venue(NamedTuple):
    """What a venue asks of figures.

    Attributes
    ----------
    column, page : float
        Width of one and of two columns in inches; of Science two and three of its narrow columns.
    least_font : float
        Points of the smallest text.
    """

    column: float
    page: float
    least_font: float


VENUES: Mapping[str, Venue] = {
    "ieee": Venue(3.5, 7.16, 8.0),
    "acm": Venue(3.33, 7.0, 7.0),
    "nature": Venue(3.5, 7.2, 5.0),
    "science": Venue(4.76, 7.24, 5.0),
    "springer": Venue(3.31, 6.85, 8.0),
}
COLUMN, PAGE = VENUES["ieee"][:2]
FORMATS = ("pdf", "svg", "png")
MOST_DESIGNS = 24
"""Most designs in one figure."""
COLOURS = (
    "#006aa6", "#d55e00", "#000000", "#35a882", "#332288", "#9a1750",
    "#56b4e9", "#c98a00", "#c66b9b", "#7a4b1e", "#7d8a1e", "#808080",
)  # fmt: skip
"""Lines and markers, one for each contender; the first six stay apart in grey and for colour-blind readers."""
MARKERS = "osD^v<>phXP*"
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
SHADE = 0.16
"""Opacity of a shaded band."""
MEDIANS = "lines: medians; shaded: p10 to p90"
"""Legend title of a figure of lines with bands."""

_FILLS = (
    ("#56b4e9", ""), ("#e69f00", "///"), ("#f7f7f7", ""), ("#009e73", "xx"), ("#f0e442", ".."), ("#d55e00", ""),
    ("#cc79a7", "\\\\\\"), ("#56b4e9", "++"), ("#f7f7f7", "oo"), ("#e69f00", "--"), ("#f0e442", "||"),
)  # fmt: skip
"""Of Okabe and Ito, light enough for black hatching, neighbours far apart in grey."""
_HATCHES = ("", "///", "..", "\\\\\\", "xx", "--", "||", "++", "oo", "", "////", "")
_FONT_SIZES = (
    "font.size",
    "axes.titlesize",
    "axes.labelsize",
    "xtick.labelsize",
    "ytick.labelsize",
    "legend.fontsize",
)
_TINT = 0.5
"""Share of its colour in the tint of a contender, so that black text is readable on it."""
OTHERS_FILL: Mapping[str, str] = {"facecolor": "#999999"}
JOURNAL_FONTS = ("Arial", "Helvetica", "Nimbus Sans", "TeX Gyre Heros", "Liberation Sans", "Arimo")
"""Fonts of the metric that journals ask for, the first that is installed is embedded."""
STYLE: Mapping[str, Any] = {
    "font.size": 7.0, "axes.titlesize": 7.0, "axes.labelsize": 7.0, "xtick.labelsize": 6.5, "ytick.labelsize": 6.5,
    "legend.fontsize": 6.0, "legend.frameon": False, "axes.spines.top": False, "axes.spines.right": False,
    "axes.linewidth": 0.6, "hatch.linewidth": 0.4, "lines.linewidth": 0.9, "pdf.fonttype": 42, "svg.fonttype": "none",
    "svg.hashsalt": "neuroest", "savefig.dpi": 300, "text.usetex": False, "text.parse_math": False,
    "font.family": ["sans-serif", "DejaVu Sans"],  # the second has the superscripts that Liberation Sans lacks
    "font.sans-serif": [*JOURNAL_FONTS, "DejaVu Sans"],
}  # fmt: skip
_FILE_SETTINGS: Mapping[str, Any] = {
    key: STYLE[key]
    for key in ("pdf.fonttype", "svg.fonttype", "svg.hashsalt", "text.usetex", "text.parse_math")
}
"""Settings that no style changes: fonts are embedded, and names are no TeX."""
_CHOSEN: ContextVar[tuple[str | None, Mapping[str, Any]]] = ContextVar("figure_style", default=(None, {}))
"""Venue and settings that `figure_style` has chosen."""
HEADLINE = "headline"
"""Mark of a text that says what a figure shows, which a caption repeats."""
_NARROW = 0.8
"""Share of a page up to which a figure for a venue is one column wide."""
_AROUND = 0.8
"""Inches of a figure for its title, the labels of its axes and a line below."""
_LEGEND_LETTER = 0.52
"""Mean width of a letter over the size of the font."""
_HANDLE = 5.0
"""Width of the handle of a legend with the gaps around it over the size of the font."""
_LONGEST_LINE = 24
_LONGEST_NAME = 46


def matplotlib(module: str = "") -> Any:
    """Matplotlib, or one of its modules."""
    return extra(f"matplotlib.{module}".rstrip("."), "report")


def styled(make: Callable[_Arguments, Any]) -> Callable[_Arguments, Any]:
    """A function that makes a figure, in the common style for every caller."""

    @wraps(make)
    def inside(*arguments: _Arguments.args, **options: _Arguments.kwargs) -> Any:
        sizes = {key: points(STYLE[key]) for key in _FONT_SIZES}
        settings = {**STYLE, **sizes, "axes.prop_cycle": matplotlib("rcsetup").cycler(color=COLOURS)}
        with matplotlib().rc_context({**settings, **_CHOSEN.get()[1], **_FILE_SETTINGS}):
            return make(*arguments, **options)

    return inside


@contextmanager
def figure_style(*names: str | Path) -> Iterator[None]:
    """Draw every figure inside this context for a venue, or in styles of matplotlib; an outer one still holds.

    Parameters
    ----------
    *names : str or Path
        A venue (`VENUES`): figures are as wide as its columns, have text of its size and no headline. A style that
        matplotlib knows, such as ``ggplot`` or, with SciencePlots, ``science``; or a file with settings
        (``.mplstyle``). A name of both, such as ``ieee`` with SciencePlots, is both. Later ones come first. Colours,
        fonts and lines follow the style; text is never sent to TeX.

    Raises
    ------
    NeuroestError
        For a style that is neither.

    Examples
    --------
    >>> with figure_style("nature"):
    ...     colour(0), venue_width(5.0)
    ('#006aa6', 3.5)
    """
    outer, outer_settings = _CHOSEN.get()
    settings = dict(outer_settings)
    for name in names:
        settings |= _settings_of(name)
    venue = next((str(name) for name in reversed(names) if str(name) in VENUES), outer)
    token = _CHOSEN.set((venue, settings))
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def _settings_of(name: str | Path) -> dict[str, Any]:
    """Settings of a style, by name or file."""
    styles = matplotlib("style")
    with suppress(ImportError):  # its styles are known once it is imported
        import_module("scienceplots")
    if str(name) in styles.library:
        return dict(styles.library[str(name)])
    if str(name) in VENUES:
        return {}
    if not Path(name).is_file():
        raise NeuroestError(
            f"--style {name}: no venue ({', '.join(VENUES)}), no style of matplotlib and no file"
            f"{did_you_mean(str(name), [*VENUES, *styles.available])}"
        )
    try:
        found = matplotlib().rc_params_from_file(Path(name), use_default_template=False)
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        raise NeuroestError(f"--style {name}: cannot be read as a style of matplotlib: {error}") from None
    if not found:
        raise NeuroestError(f"--style {name}: states no setting of matplotlib, such as font.size: 7")
    return dict(found)


def font_note() -> str:
    """What to say where none of the fonts that journals ask for is installed; else nothing."""
    manager = matplotlib("font_manager")
    installed = {font.name for font in manager.fontManager.ttflist}
    if installed & set(JOURNAL_FONTS):
        return ""
    return (
        "figures are set in DejaVu Sans, which is wider: none of "
        f"{', '.join(JOURNAL_FONTS)} is installed (Liberation Sans is free)"
    )


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
    """The figure with its axes set; with a path also as a file, the same bytes each time."""
    _finish(figure, headlines=_CHOSEN.get()[0] is None)
    if path is not None:
        check_figure_path(Path(path))
        write_figure(figure, Path(path))
    return figure


@styled
def draw(path: Path, make: Callable[[], Any]) -> tuple[Path, ...]:
    """Draw a figure with a caption and write it as PDF, SVG and PNG; the same result gives the same files."""
    figure = make()
    _finish(figure, headlines=False)
    figure.draw_without_rendering()
    # the public way leaves an engine that does nothing, for which matplotlib draws once more before it writes a file
    figure._layout_engine = None  # noqa: SLF001
    written = []
    for form in FORMATS:
        file = path.with_name(f"{path.name}.{form}")
        file.write_bytes(figure_bytes(figure, file.suffix))
        written.append(file)
    return tuple(written)


def _finish(figure: Any, *, headlines: bool) -> None:
    """Take headlines away where a caption says what is drawn, set the axes and lower the indices of formulas."""
    if not headlines:
        for text in figure.findobj(lambda part: part.get_gid() == HEADLINE):
            text.set_text("")
    set_axes(figure)
    for text in figure.findobj(matplotlib("text").Text):
        if (lowered := with_subscripts(text.get_text())) != text.get_text():
            text.set_text(lowered)


_MEAN_WIDTH = 0.55
"""Mean width of a character of a title, over the size of its font."""


def headline(target: Any, text: str) -> None:
    """What a figure, or one panel of it, shows, at its upper left; a figure for a venue has it in its caption."""
    if hasattr(target, "suptitle"):
        # over the whole figure, so that long names on the left do not push it out on the right
        size = points(STYLE["axes.titlesize"])
        most = int(72.0 * target.get_figwidth() / (_MEAN_WIDTH * size))
        lines = [part for line in text.split("\n") for part in wrap(line, most)]
        title = target.suptitle("\n".join(lines), fontsize=size, x=0.01, horizontalalignment="left")
    else:
        title = target.set_title(text, loc="left")
    title.set_gid(HEADLINE)


def new_figure(width: float, height: float, **panels: Any) -> tuple[Any, Any]:
    """A figure and its axes; `panels` as `matplotlib.figure.Figure.subplots` takes them."""
    figure = matplotlib("figure").Figure(
        figsize=(venue_width(width), venue_height(height)), layout="constrained"
    )
    axes = figure.subplots(**panels)
    if len(figure.axes) > 1:
        panel_letters(figure.axes)
    return figure, axes


def venue_width(width: float) -> float:
    """Width of a figure in inches: that of one or of two columns where the figure is for a venue."""
    venue = _CHOSEN.get()[0]
    if venue is None:
        return width
    return VENUES[venue].column if width <= _NARROW * PAGE else VENUES[venue].page


def points(size: float) -> float:
    """Size of a text in points: at least what the venue of the figure asks for.

    Examples
    --------
    >>> points(6.0)
    6.0
    >>> with figure_style("ieee"):
    ...     points(6.0)
    8.0
    """
    venue = _CHOSEN.get()[0]
    return size if venue is None else max(size, VENUES[venue].least_font)


def venue_height(height: float) -> float:
    """Height of a figure in inches, larger by as much as its text."""
    usual: float = STYLE["xtick.labelsize"]
    return height * points(usual) / usual


def legend_columns(inches: float, labels: Iterable[str], most: int) -> int:
    """Columns of a legend, as many as its width in inches holds, at most `most`.

    Examples
    --------
    >>> legend_columns(7.0, ["a chip", "its twin"], 4), legend_columns(1.0, ["a chip", "its twin"], 4)
    (2, 1)
    """
    room = inches * 72.0 / points(STYLE["legend.fontsize"])
    widths = [_LEGEND_LETTER * max(map(len, label.split("\n"))) + _HANDLE for label in labels]
    fitting = (
        count
        for count in range(min(most, len(widths)), 1, -1)
        if sum(max(widths[column::count]) for column in range(count)) <= room
    )
    return next(fitting, 1)


def legend_outside(
    figure: Any, most: int, handles: Sequence[Any] | None = None, side: Literal["upper", "lower"] = "lower",
    title: str | None = None,
) -> None:  # fmt: skip
    """A legend above or below all panels, of some parts or of all that the axes show, in as many columns as fit."""
    parts = figure.axes[0].get_legend_handles_labels()[0] if handles is None else handles
    columns = legend_columns(figure.get_figwidth(), [part.get_label() for part in parts], most)
    figure.legend(
        handles=handles, loc=f"outside {side} center", ncols=columns, title=title, title_fontsize=points(6.0)
    )


def panel_letters(axes: Iterable[Any]) -> None:
    """A bold a, b, c at the upper left of each panel."""
    for letter, panel in zip(ascii_lowercase, axes, strict=False):
        panel.annotate(
            letter, (0.0, 1.0), (-4.0, 4.0), xycoords="axes fraction", textcoords="offset points",
            ha="right", va="bottom", fontsize=points(8.0), fontweight="bold",
        )  # fmt: skip


def legended_figure(width: float, height: float, below: float, columns: int) -> tuple[Any, Any, Any]:
    """A figure with its axes side by side, and room of its own below each for a legend, heights in inches.

    A legend that hangs out of its axes takes their height away, until none is left.
    """
    figure = matplotlib("figure").Figure(
        figsize=(venue_width(width), venue_height(height + below + _AROUND)), layout="constrained"
    )
    grid = figure.add_gridspec(2, columns, height_ratios=(height, below))
    axes = [figure.add_subplot(grid[0, 0])]
    axes += [figure.add_subplot(grid[0, column], sharey=axes[0]) for column in range(1, columns)]
    if columns > 1:
        panel_letters(axes)
    for one in axes[1:]:
        one.tick_params(labelleft=False)
    under = [figure.add_subplot(grid[1, column]) for column in range(columns)]
    for one in under:
        one.axis("off")
    return figure, axes, under


def legend_below(place: Any, handles: Sequence[Any], columns: int) -> None:
    """A legend of parts in the room that `legended_figure` leaves for it."""
    place.legend(
        handles=handles,
        loc="upper center",
        ncols=columns,
        handlelength=1.4,
        columnspacing=0.8,
        borderaxespad=0.0,
    )


def tick_label(value: float, unit: str) -> str:
    """A quantity as an axis writes it."""
    plain = f"{value:g}" if value == 0.0 or 1e-4 < abs(value) < 1e5 else f"{value:.0e}"
    return typeset(plain if unit == "1" else formatted(value, unit)).removeprefix("1×").replace("ohm", "Ω")


def colour(index: int) -> str:
    """Colour of a contender; that of the chosen style where there is one."""
    chosen = "axes.prop_cycle" in _CHOSEN.get()[1]
    colours = matplotlib().rcParams["axes.prop_cycle"].by_key().get("color", COLOURS) if chosen else COLOURS
    return str(colours[index % len(colours)])


def marker(index: int) -> str:
    """Marker of a contender."""
    return MARKERS[index % len(MARKERS)]


def dashes(index: int) -> Any:
    """Line style of a contender."""
    return DASHES[index % len(DASHES)]


def tint_of(index: int) -> dict[str, Any]:
    """Pale colour and hatching of a contender whose lines have this colour."""
    colours = matplotlib("colors")
    red, green, blue = (1.0 - _TINT * (1.0 - part) for part in colours.to_rgb(colour(index)))
    return {"facecolor": colours.to_hex((red, green, blue)), "hatch": _HATCHES[index % len(_HATCHES)]}


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
