"""Parameters of a neuron that a target varies, and the values that they take."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from neuroest.blocks.neurons.base import Neuron
from neuroest.core.arrays import Array
from neuroest.core.errors import QuantityError, UnknownNameError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import parse_quantity, three_digits
from neuroest.design.chip import instantiate
from neuroest.exploration.space import ExplorationError, Space
from neuroest.exploration.structures import Group, resolve
from neuroest.results.studies import TargetAxis
from neuroest.specs.loaded import Named

INTEGRATION_TIME = "integration_time"
"""Name of all times of a neuron together."""
MOST = 3
POINTS: Mapping[int, tuple[int, ...]] = {1: (49,), 2: (21, 11), 3: (11, 5, 5)}
"""Values of each parameter, by the number of parameters."""
_REACH = 1e3
"""Range of a parameter without a stated one: as many times less and more than today."""
Values: TypeAlias = Mapping[str, Any]


@frozen_dataclass(eq=False)
class Moved:
    """A parameter with the values that it takes, and those of each path of the chip.

    Attributes
    ----------
    axis : TargetAxis
        The parameter.
    paths : mapping
        Values of each path of the chip that it moves.
    """

    axis: TargetAxis
    paths: Mapping[str, Array]


def parameters_of(
    group: Group, path: str, device: str, vary: Sequence[str], changes: Values, sides: tuple[Named, Named]
) -> tuple[Moved, ...]:
    """The parameters to vary, from their texts.

    Raises
    ------
    NeuroestError
        For one that the device does not have, and for a range that its model does not allow.
    """
    if not 1 <= len(vary) <= MOST:
        raise ExplorationError(f"{len(vary)} parameters to vary; give one to {MOST}")
    names = [text.partition("=")[0].strip().removeprefix(f"{path}.") for text in vary]
    if len(set(names)) < len(names):
        raise ExplorationError(f"a parameter is varied twice: {', '.join(names)}")
    parameters = []
    for name, text, count in zip(names, vary, POINTS[len(vary)], strict=True):
        span = text.partition("=")[2].strip()
        if name == INTEGRATION_TIME:
            parameters.append(_times(group, path, span, count))
        else:
            parameters.append(_parameter(group, path, device, name, span, count, changes, sides))
    return tuple(parameters)


def _times(group: Group, path: str, span: str, count: int) -> Moved:
    """All times of a neuron, scaled together."""
    parts = instantiate(group.design, group.values).components()
    neuron = next(one for one in parts if isinstance(one, Neuron) and one.path == path)
    name, exponent = neuron.time_parameter
    scaled = {key: power for key, power in (neuron.all_times or {name: exponent}).items() if key}
    stated = {f"{path}.{key}": power for key, power in scaled.items() if f"{path}.{key}" in group.claims}
    today = float(np.max(np.asarray(neuron.integration_time(), dtype=np.float64)))
    if not math.isfinite(today):
        device = group.design.devices[path].spec.name
        raise ExplorationError(
            f"{device} never fires in {group.design.spec.name} with the values of its file, so that it has no times to "
            f"scale; vary one of its parameters, such as {', '.join(sorted(scaled))}"
        )
    if not stated:
        raise ExplorationError(
            f"the times of {neuron.model} cannot be scaled; vary one of its parameters instead"
        )
    values = _values(INTEGRATION_TIME, "s", today, span, count, (0.0, math.inf))
    factor = np.array(values) / today
    paths = {where: group.claims[where].value * factor**power for where, power in stated.items()}
    return Moved(TargetAxis(INTEGRATION_TIME, "s", today, values, bool(span)), paths)


def _parameter(
    group: Group, path: str, device: str, name: str, span: str, count: int, changes: Values,
    sides: tuple[Named, Named],
) -> Moved:  # fmt: skip
    declared = group.design.devices[path].record.parameters()
    if name not in declared:
        raise UnknownNameError(f"parameter of {device}", name, [*declared, INTEGRATION_TIME])
    where = f"{path}.{name}"
    claim = group.claims.get(where)
    if claim is None and not span:
        raise ExplorationError(f"{device} states no {name}; give a range, such as {name}=lo..hi")
    today = None if claim is None else claim.value
    if claim is None:
        low = span.partition("..")[0].strip()
        claim = resolve(*sides, Space(()), {**changes, where: low}).groups[0].claims[where]
    values = _values(name, claim.unit, today, span, count, (claim.minimum, claim.maximum))
    return Moved(TargetAxis(name, claim.unit, today, values, bool(span)), {where: np.array(values)})


def _values(
    name: str, unit: str, today: float | None, span: str, count: int, bounds: tuple[float, float]
) -> tuple[float, ...]:
    """Values of a range, evenly over its logarithm; a bound of the model that is outside of the range is named."""
    if not span:
        if not today:
            raise ExplorationError(f"{name} is zero today; give a range, such as {name}=lo..hi")
        low, high = max(today / _REACH, bounds[0]), min(today * _REACH, bounds[1])
    else:
        ends = span.split("..")
        if len(ends) != 2:
            raise ExplorationError(f"{name}={span}: expected a range lo..hi")
        first, last = ends[0].strip(), ends[1].strip()
        if first.replace(".", "").isdigit() and " " in last:  # the unit is given once, at the end
            first = f"{first} {last.split(' ', 1)[1]}"
        try:
            low, high = parse_quantity(first, unit), parse_quantity(last, unit)
        except QuantityError as error:
            raise ExplorationError(f"{name}={span}: {error}") from None
        if not low < high:
            raise ExplorationError(f"{name}={span}: the lower end comes first")
        for end, nearest in ((low, bounds[0]), (high, bounds[1])):
            if not bounds[0] <= end <= bounds[1]:
                raise ExplorationError(
                    f"{name}={span}: {three_digits(end, unit)} is outside of the range of the model; the nearest valid "
                    f"value is {three_digits(nearest, unit)}"
                )
    spaced = np.geomspace(low, high, count) if low > 0.0 else np.linspace(low, high, count)
    return tuple(float(value) for value in spaced)


def stated_value(group: Group, where: str, one: Moved) -> str:
    """A value of a path in the notation of a file, so that the chip has a claim for it."""
    claim = group.claims.get(where)
    unit = one.axis.unit if claim is None else claim.unit
    value = float(one.paths[where][0]) if claim is None else claim.value
    return f"{value!r} {unit}" if unit != "1" else repr(value)
