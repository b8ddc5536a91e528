"""Errors of the exploration of a design space."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from neuroest.core.errors import (
    NeuroestError,
    Problem,
    QuantityError,
    SpecError,
    UnknownNameError,
    did_you_mean,
    raise_all,
)
from neuroest.core.frozen import frozen_dataclass
from neuroest.loading.library import read_spec
from neuroest.results.quantities import QUANTITIES, RESULT_WORDS, full_name, read_value
from neuroest.specs.base import Count, QuantityField, Spec, WholeNumber
from neuroest.specs.file_text import Place
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import problem_at


class ExplorationError(NeuroestError):
    """A space cannot be explored as requested, or a run cannot continue."""


ANOTHER_RUN = "another run is writing"
"""Start of the message when two runs have the same output."""


Sampler: TypeAlias = Literal["grid", "random", "latin_hypercube", "sobol"]
SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)
CHOICES = ("architecture", "workload")
"""Axes that select a whole file."""
SETTING = "--set"
RESULT_UNITS = MappingProxyType({name: quantity.unit for name, quantity in QUANTITIES.items()})
"""Units of the results that a comparison may name."""
_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*(?P<unit>.*)\Z")
_SIGN = re.compile("<=|>=|==|!=|<|>")
_POINTS = QuantityField("1", minimum=2, maximum=1e6, integer=True, example="7")
_MOST_LISTED = 1_000
"""Most listed values of an axis; each is checked like a value in a file. A range may have more."""
_MOST_PATHS = 100
_LONGEST_COMPARED = 200
"""Characters of a path that are compared with known ones."""


@frozen_dataclass
class Levels:
    """Listed values: texts as in a file, or whole blocks by label."""

    labels: tuple[str, ...]
    contents: tuple[Any, ...]

    @property
    def numeric(self) -> bool:
        """Whether every value is a number with or without a unit."""
        return all(isinstance(item, str) and _NUMBER.match(item) for item in self.contents)


@frozen_dataclass
class Range:
    """All values from `low` to `high`; `points` of them on a grid."""

    low: str
    high: str
    points: int | None = None
    log: bool = False


@frozen_dataclass
class Axis:
    """One direction of the space.

    Attributes
    ----------
    tracks : mapping
        Values of each path on the axis, all of the same length.
    """

    tracks: Mapping[str, Levels | Range]

    @property
    def name(self) -> str:
        """The first path."""
        return next(iter(self.tracks))


@frozen_dataclass
class Constraint:
    """A comparison that must hold, of paths, results and quantities, and the option that stated it."""

    left: str
    sign: str
    right: str
    option: str = field(default="--where", compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


@frozen_dataclass
class Space:
    """A design space.

    Attributes
    ----------
    axes : tuple of Axis
        Directions, the last of them fastest on a grid.
    constraints : tuple of Constraint
        Constraints.
    sampler, samples, seed
        Sampling from the file; a caller may override it.
    """

    axes: tuple[Axis, ...]
    constraints: tuple[Constraint, ...] = ()
    sampler: Sampler = "grid"
    samples: int | None = None
    seed: int = 0
    file: str = field(default="", compare=False)
    places: Mapping[str, Place] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )
    """Line and column in the file of each path, of each listed value as ``path=value``, and of each constraint."""

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Give errors about a space from a file their place in it.

        Raises
        ------
        SpecError
            Instead of errors of others, which name no file.
        """
        try:
            yield
        except SpecError as error:
            raise SpecError(map(self._placed, error.problems)) from None
        except UnknownNameError as error:
            at = self._place_of(error.name)
            if at is None:
                raise
            near = difflib.get_close_matches(error.name[:_LONGEST_COMPARED], error.known, n=2, cutoff=0.0)
            text = f"unknown {error.what} {error.name!r}; the nearest are {' and '.join(near)}"
            raise SpecError([Problem(self.file, *at, "", text)]) from None
        except NeuroestError as error:
            at = next((at for path, at in self.places.items() if repr(path) in str(error)), None)
            if at is None:
                raise
            raise SpecError([Problem(self.file, *at, "", str(error))]) from None

    def _placed(self, problem: Problem) -> Problem:
        """A problem at its place in the file; one of another file or an option stays."""
        at = self._place_of(problem.path)
        if problem.line or at is None:
            return problem
        return replace(problem, file=self.file, line=at[0], column=at[1])

    def _place_of(self, path: str) -> Place | None:
        """Place of a path, of one of its values, or of the constraint that names it."""
        found = self.places.get(path) or self.places.get(path.partition("=")[0])
        return found or next((at for text, at in self.places.items() if path and path in text.split()), None)


def space_from(
    axes: Mapping[str, Sequence[Any] | str], constraints: Iterable[str] = (), **options: Any
) -> Space:
    """A space from Python values: ``{"chip.tile.array.rows": [64, 128], "technology.supply_voltage": "0.6..0.9 V:7"}``.

    Raises
    ------
    SpecError
        With all problems.
    """
    if not isinstance(axes, Mapping):
        raise ExplorationError(
            f"a space is a mapping of paths to values, the path of a file, or a Space, not {type(axes).__name__}"
        )
    found = [setting_axis(path, values) for path, values in axes.items()]
    return Space(_distinct(found), tuple(constraint(text) for text in constraints), **options)


def settings_space(texts: Sequence[str], constraints: Sequence[str] = ()) -> Space:
    """A space from ``path=a,b,c`` and ``path=lo..hi:n[:log]`` texts; ``one+other=...`` links two paths."""
    axes: list[Axis] = []
    problems: list[Problem] = []
    for text in texts:
        path, equals, values = text.partition("=")
        try:
            if not equals or not path.strip() or not values.strip():
                raise wrong(
                    text, "expected path=a,b,c or path=lo..hi:n, such as chip.tile.array.rows=64,128,256"
                )
            axes.append(setting_axis(path.strip(), values.strip()))
        except SpecError as error:
            problems += error.problems
    raise_all(problems)
    return Space(_distinct(axes), tuple(constraint(text) for text in constraints))


def setting_axis(path: str, values: Any) -> Axis:
    """Return an axis from a text, a list of values or a single value.

    Raises
    ------
    SpecError
        If the values do not form an axis.
    """
    paths = [one.strip() for one in path.split("+")]
    if not isinstance(values, Iterable):
        values = [values]
    try:
        track = _text_track(path, values) if isinstance(values, str) else _track(path, list(values))
        return _axis(dict.fromkeys(paths, track))
    except QuantityError as error:
        raise wrong(f"{path}={values}" if isinstance(values, str) else path, str(error)) from None


def constraint(text: str, option: str = "--where") -> Constraint:
    """A comparison from its text, and the option that stated it.

    Raises
    ------
    SpecError
        If it is not a comparison.
    """
    try:
        return replace(_constraint(text), option=option)
    except QuantityError as error:
        raise wrong(text, str(error), option) from None


def unknown_sides(one: Constraint, units: Mapping[str, str]) -> list[str]:
    """Sides of a comparison that are neither a known name nor a value."""
    sides = [side for side in (one.left, one.right) if side not in units]
    return [side for side in sides if len(sides) == 2 or not re.match(r"[\d+\-.]", side)]


def faults_of(one: Constraint, units: Mapping[str, str]) -> list[str]:
    """Find problems with the sides of a comparison, using the units of the results and parameters."""
    words = unknown_sides(one, units)
    if words:
        return [
            f"unknown parameter or result {word!r}{did_you_mean(word, [*RESULT_WORDS, *units])}"
            for word in words[:1]
        ]
    unit = next(units[side] for side in (one.left, one.right) if side in units)
    faults = []
    for side in (one.left, one.right):
        try:
            if side not in units:
                read_value(side, unit)
        except QuantityError as error:
            faults.append(str(error))
    return faults


def _constraint(text: str) -> Constraint:
    sign = _SIGN.search(text)
    left, right = (text[: sign.start()].strip(), text[sign.end() :].strip()) if sign else ("", "")
    if sign is None or not left or not right:
        raise QuantityError("expected a comparison such as area <= 50 mm^2")
    return Constraint(full_name(left), sign[0], full_name(right))


# --- A file of kind space -----------------------------------------------------------------------------------------

_Value: TypeAlias = Annotated[Any, WithJsonSchema({"type": ["string", "number", "boolean"]})]


class RangeSpec(Spec):
    """All values from one end to the other."""

    low: _Value = Field(alias="from")
    """Lower end, with unit."""
    high: _Value = Field(alias="to")
    """Upper end, with unit."""
    points: Annotated[float, _POINTS] | None = None
    """Number of values on a grid, both ends included."""
    scale: Literal["linear", "log"] = "linear"
    """linear: equal steps; log: equal ratios."""


def _form(given: Any) -> str:
    if isinstance(given, RangeSpec) or (isinstance(given, dict) and "from" in given):
        return "range"
    return "blocks" if isinstance(given, dict) else "list" if isinstance(given, list) else "text"


_NO_RANGE: dict[str, Any] = {"not": {"required": ["from"]}}
_Given: TypeAlias = Annotated[
    Annotated[RangeSpec, Tag("range")]
    | Annotated[dict[str, Any], Tag("blocks"), Field(min_length=1, json_schema_extra=_NO_RANGE)]
    | Annotated[list[_Value], Tag("list"), Field(min_length=1)]
    | Annotated[_Value, Tag("text")],
    Discriminator(_form),
]
"""Values of a path: a range, whole blocks by label, a list, or a text as after ``--set PATH=``."""


def _readable(read: Callable[[Any], Any]) -> AfterValidator:
    """A check that a value of a file can be read, which keeps it as it is written."""

    def kept(given: Any) -> Any:
        read(given)
        return given

    return AfterValidator(kept)


def _linked(given: Mapping[str, Any]) -> Axis:
    """The axis of paths that vary together, from values as in a file."""
    return _axis({path: _track(path, values) for path, values in given.items()})


AxisValuesSpec: TypeAlias = Annotated[_Given, _readable(lambda given: _linked({"": given}))]
"""Values of one path in a file."""
ConstraintText: TypeAlias = Annotated[str, _readable(_constraint)]
"""A comparison in a file."""


class SpaceSpec(Spec):
    """A design space: the values to evaluate."""

    kind: Literal["space"]
    """The kind of this file."""
    name: str | None = None
    """Name."""
    description: str | None = None
    """Purpose of the exploration."""
    axes: dict[str, AxisValuesSpec] = Field(default_factory=dict)
    """Values of each path: a list, a range, blocks by label, or a text as after `--set PATH=`."""
    linked: tuple[Annotated[dict[str, _Given], Field(min_length=1), _readable(_linked)], ...] = ()
    """Groups of paths that vary together, each with the same number of values."""
    constraints: tuple[ConstraintText, ...] = ()
    """Comparisons that must hold, such as `area <= 4 mm^2`."""
    sampler: Sampler = "grid"
    """Sampling of the points."""
    samples: Count | None = None
    """Number of points for samplers other than the grid."""
    seed: WholeNumber = 0
    """Seed of the samplers."""


def axis_of(path: str, given: Any) -> Axis:
    """The axis of one path, from values as in a file."""
    return _linked({path: given})


def read_space(path: str | Path) -> Space:
    """A space from its file.

    Raises
    ------
    SpecError
        With all problems, each with its location.
    """
    loaded = read_spec(SpaceSpec, Path(path))
    spec = loaded.spec
    axes = [_linked(group) for group in (*({path: given} for path, given in spec.axes.items()), *spec.linked)]
    moved = {path for group in spec.linked for path in group}
    places = _places(loaded)
    varied = [path for axis in axes for path in axis.tracks]
    problems = []
    for index, one in enumerate(map(_constraint, spec.constraints)):
        sides = [one.left, one.right]
        if not any(path == side or path.endswith(f".{side}") for path in varied for side in sides):
            # the unit of a path that is varied is known to the chip alone
            problems += [
                problem_at(loaded.document, ["constraints", index], fault)
                for fault in faults_of(one, RESULT_UNITS)
            ]
    raise_all(problems)
    try:
        distinct = _distinct(axes)
    except SpecError as error:
        place = ["linked"] if spec.linked and not moved & spec.axes.keys() else ["axes"]
        found = [(problem.path, problem.message) for problem in error.problems]
        raise SpecError(
            problem_at(loaded.document, place, f"{p} {message}") for p, message in found
        ) from None
    return Space(
        distinct,
        tuple(map(_constraint, spec.constraints)),
        spec.sampler,
        None if spec.samples is None else int(spec.samples),
        int(spec.seed),
        loaded.file,
        MappingProxyType(places),
    )


def _places(loaded: Loaded[SpaceSpec]) -> dict[str, Place]:
    """Where each path, each listed value and each constraint of a file is."""
    spec, document = loaded.spec, loaded.document
    places: dict[str, Place] = {}
    groups: list[tuple[tuple[str | int, ...], Mapping[str, Any]]] = [(("axes",), spec.axes)]
    groups += [(("linked", index), group) for index, group in enumerate(spec.linked)]
    for place, group in groups:
        for path, given in group.items():
            places[path] = document.position([*place, path])
            listed = dict(enumerate(given if isinstance(given, list) else ()))
            for key, value in (given if isinstance(given, dict) else listed).items():
                places.setdefault(f"{path}={value}", document.position([*place, path, key]))
    for index, text in enumerate(spec.constraints):
        places.setdefault(str(_constraint(text)), document.position(["constraints", index]))
    return places


# --- Values of one path -------------------------------------------------------------------------------------------


def _track(path: str, given: Any) -> Levels | Range:
    """Values from Python or a file.

    Raises
    ------
    QuantityError
        If they are not values or a range.
    """
    if isinstance(given, RangeSpec):
        points = None if given.points is None else int(given.points)
        return _range(str(given.low), str(given.high), points, log=given.scale == "log")
    if isinstance(given, dict):
        return Levels(tuple(given), tuple(given.values()))
    if isinstance(given, str):
        return _text_track(path, given) if _is_range(path, given) else _levels([given])
    return _levels(given if isinstance(given, list) else [given])


def _is_range(path: str, text: str) -> bool:
    """Whether a text means lo..hi; paths of files may contain two dots too, and lists a comma."""
    return path not in CHOICES and "," not in text and ".." in text and not text.lstrip().startswith("..")


def _text_track(path: str, text: str) -> Levels | Range:
    if not _is_range(path, text):
        return _levels([item.strip() for item in text.split(",")])
    low, _, rest = text.partition("..")
    low, (high, *more) = low.strip(), (part.strip() for part in rest.split(":"))
    if not low or not high or len(more) > 2 or "" in more:
        raise QuantityError("expected lo..hi:n or lo..hi:n:log, such as 0.6 V..0.9 V:7")
    points, scale = (*more, None, None)[:2]
    if points in {"log", "linear"} and scale is None:
        points, scale = None, points
    if scale not in {None, "log", "linear"}:
        raise QuantityError(f"{scale!r} is not a scale; allowed: log, linear")
    try:
        count = None if points is None else int(_POINTS.read(points))
    except QuantityError as error:
        raise QuantityError(f"{points!r} is not a number of points: {error}") from None
    return _range(low, high, count, log=scale == "log")


def _levels(items: Sequence[Any]) -> Levels:
    if len(items) > _MOST_LISTED:
        raise QuantityError(
            f"lists {len(items)} values, at most {_MOST_LISTED} are allowed; a range has more"
        )
    if any(isinstance(item, dict | list) for item in items):
        raise QuantityError("whole blocks need a label each: a mapping of labels to blocks")
    texts = tuple(map(str, items))
    if not texts or "" in texts:
        raise QuantityError("has no values, or an empty one; write path=a,b,c")
    return Levels(texts, texts)


def _range(low: str, high: str, points: int | None, *, log: bool) -> Range:
    ends = [_NUMBER.match(end) for end in (low, high)]
    for text, match in zip((low, high), ends, strict=True):
        if match is None:
            raise QuantityError(f"{text!r} is not a number")
    first, last = (match["unit"] if match else "" for match in ends)
    return Range(f"{low} {last}" if last and not first else low, high, points, log)


def _axis(tracks: Mapping[str, Levels | Range]) -> Axis:
    """The axis of linked paths.

    Raises
    ------
    QuantityError
        If their numbers of values differ, or values repeat.
    """
    found = tracks.values()
    if len({track.points if isinstance(track, Range) else len(track.labels) for track in found}) > 1:
        raise QuantityError("linked paths need equally many values each")
    listed = [track.labels for track in found if isinstance(track, Levels)]
    if len(listed) == len(tracks) and len(set(zip(*listed, strict=True))) < len(listed[0]):
        raise QuantityError("lists a value twice")
    return Axis(tracks)


def _distinct(axes: Iterable[Axis]) -> tuple[Axis, ...]:
    found = tuple(axes)
    paths = [path for axis in found for path in axis.tracks]
    if len(paths) > _MOST_PATHS:
        raise wrong(paths[0], f"and others: {len(paths)} paths are moved, at most {_MOST_PATHS} are allowed")
    for path in paths:
        if paths.count(path) > 1:
            raise wrong(path, "is moved by more than one axis")
    return found


def wrong(path: str, message: str, where: str = SETTING) -> SpecError:
    """What is wrong with an axis or a constraint."""
    return SpecError([Problem(where, 0, 0, path, message)])
