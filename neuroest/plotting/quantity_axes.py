"""Axes of quantities: a name with its unit, an SI prefix and ticks that follow the data.

`quantity_axis` says what an axis shows. `set_axes` chooses prefix and ticks once the limits and the size of the axes
are known, so that every axis has at least two labelled ticks that do not touch.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra
from neuroest.core.units import parse_quantity
from neuroest.reporting.formatting import typeset
from neuroest.results.quantities import label_and_unit

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
