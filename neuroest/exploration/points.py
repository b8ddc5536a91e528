"""Totals of many design points of one structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neuroest.errors import MappingError, UnknownNameError
from neuroest.evaluation import Evaluation, evaluate
from neuroest.exploration.groups import Group
from neuroest.soundness import sound_points

Array: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.int16]

_BLOCK = 16_384
"""Most points that one call evaluates."""
_LARGEST_ARRAY = 131_072
"""Most numbers of an array of points and layers: a megabyte, and some hundred of them live at once."""
_BOX, _LARGEST_IN_A_BOX = 65_536, 1_048_576
"""The same for an open grid."""
_LARGE = 31 * 2**20
"""Bytes just below the size from which glibc's malloc gives every array back to the system, whatever came before."""
PASSED = -1
NOT_FINITE = "not_finite: a result is negative or no finite number"


@dataclass(frozen=True)
class Points:
    """Results of a list of points of one structure.

    Attributes
    ----------
    totals : mapping
        Each result; not a number where no estimate exists or where it does not apply.
    failed : array of int
        Index into `reasons` of the first check that fails, or -1.
    extrapolates : array of bool
        Whether a model is used outside of the range that its source covers.
    """

    totals: Mapping[str, Array]
    failed: Codes
    reasons: tuple[str, ...]
    extrapolates: NDArray[np.bool_]

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Whether an estimate exists and all limits hold."""
        return np.asarray(self.failed == PASSED)


def _operations(result: Evaluation) -> Any:
    layers = result.layers
    if layers.coding != "spiking":
        return _macs(result)
    return _over_layers(np.sum, layers.layer_synaptic_operations)


def _macs(result: Evaluation) -> Any:
    layers = result.layers
    return layers.total_macs * (layers.timesteps if layers.coding == "spiking" else 1.0)


def _per_operation(result: Evaluation) -> Any:
    operations = np.asarray(_operations(result))
    return np.where(operations > 0.0, result.energy / np.where(operations > 0.0, operations, 1.0), np.nan)


def _efficiency(result: Evaluation) -> Any:
    return np.nan if result.layers.coding == "spiking" else 2.0 * _macs(result) / result.energy / 1e12


def _over_layers(reduce: Callable[..., Any], values: Any) -> Any:
    return reduce(values, axis=-1, keepdims=True)


def _units(result: Evaluation) -> Any:
    return result.mapped.placement.needed


def _utilisation(result: Evaluation) -> Any:
    placement = result.mapped.placement
    held = _over_layers(np.sum, placement.units)
    filled = _over_layers(np.sum, placement.utilisation * placement.units)
    return np.where(held > 0.0, filled / np.where(held > 0.0, held, 1.0), np.nan)


def _lifetime(result: Evaluation) -> Any:
    found = result.neuron_lifetime
    return np.nan if found is None else np.where(np.isfinite(found), found, np.nan)


def _finite(found: Any) -> Any:
    return np.nan if found is None else np.where(np.isfinite(found), found, np.nan)


def _worst_ir_drop(result: Evaluation) -> Any:
    found = [check.value for check in result.mapped.checks if check.name == "ir_drop"]
    found += [check.value for check in result.mapped.placement.checks if check.name == "ir_drop"]
    return np.nan if not found or found[0] is None else found[0]


QUANTITIES: Mapping[str, Callable[[Evaluation], Any]] = MappingProxyType(
    {
        "area_m2": lambda r: r.area,
        "energy_per_inference_J": lambda r: r.energy,
        "dynamic_energy_J": lambda r: r.dynamic_energy,
        "operation_energy_J": lambda r: r.operation_energy,
        "static_energy_J": lambda r: r.static_energy,
        "latency_s": lambda r: r.timing.latency,
        "initiation_interval_s": lambda r: r.timing.initiation_interval,
        "throughput_per_s": lambda r: 1.0 / r.period,
        "average_power_W": lambda r: r.average_power,
        "power_density_W_per_m2": lambda r: r.power_density,
        "junction_temperature_K": lambda r: (
            np.nan if r.junction_temperature is None else r.junction_temperature
        ),
        "synaptic_operations": _operations,
        "energy_per_synaptic_operation_J": _per_operation,
        "multiply_accumulates": _macs,
        "tops_per_watt": _efficiency,
        "computing_units": _units,
        "utilisation": _utilisation,
        "physical_neurons": lambda r: _over_layers(np.sum, r.mapped.placement.neurons),
        "neuron_lifetime_s": _lifetime,
        "die_yield": lambda r: np.nan if r.die_cost is None else r.die_cost[0],
        "cost_per_good_die_usd": lambda r: np.nan if r.die_cost is None else r.die_cost[1],
        "cell_lifetime_s": lambda r: np.nan if r.cell_lifetime is None else r.cell_lifetime,
        "programming_energy_J": lambda r: np.nan if r.programming_energy is None else r.programming_energy,
        "programming_time_s": lambda r: np.nan if r.programming_time is None else r.programming_time,
        "refresh_interval_s": lambda r: np.nan if r.refresh is None else r.refresh[0],
        "refresh_power_W": lambda r: np.nan if r.refresh is None else r.refresh[1],
        "signal_to_error_ratio": lambda r: _finite(r.signal_to_error_ratio),
        "effective_bits": lambda r: _finite(r.effective_bits),
        "worst_ir_drop": _worst_ir_drop,
    }
)
"""Every result by its name, the unit in the name: those of `Estimate.totals`, the energy of operations alone, and the
share of the column current that the wires of the worst layer take."""


def check_quantities(names: Sequence[str]) -> None:
    """Refuse a result that does not exist.

    Raises
    ------
    UnknownNameError
        With the nearest name.
    """
    for name in names:
        if name not in QUANTITIES:
            raise UnknownNameError(
                "result", name, QUANTITIES, "they are the totals of `neuroest estimate --format json`"
            )


def block_of(group: Group) -> int:
    """Points of a structure that one call should evaluate, a power of two."""
    _keep_memory()
    most = max(1, min(_BLOCK, _LARGEST_ARRAY // len(group.workload.layers)))
    return int(1 << (most.bit_length() - 1))


def box_of(group: Group) -> int:
    """Points of an open grid that one call should evaluate: most arrays in it are far smaller than the grid."""
    _keep_memory()
    return max(1, min(_BOX, _LARGEST_IN_A_BOX // len(group.workload.layers)))


@cache
def _keep_memory() -> None:
    """Let the process keep the memory of one block for the next.

    By default malloc asks the system for each array above 128 KiB and returns it at once, and the system clears
    every page of it: with many layers half of the time went there. It changes its mind on the first large array
    that is returned, and keeps free memory up to twice that size.
    """
    np.empty(_LARGE, dtype=np.uint8)


def evaluate_points(
    group: Group, columns: Mapping[str, Array], shape: tuple[int, ...], quantities: Sequence[str]
) -> Points:
    """Results of the points that the columns span.

    Parameters
    ----------
    group : Group
        The structure.
    columns : mapping
        Values by path, each of a shape that broadcasts to `shape` with one more axis of length one.
    shape : tuple of int
        Shape of the points; the results are flat, in C order.
    quantities : sequence of str
        Names of `QUANTITIES`.
    """
    count = int(np.prod(shape))
    # numpy computes exponentials of neighbours in another way than of numbers with gaps between them
    columns = {p: v if v.flags.c_contiguous else np.ascontiguousarray(v) for p, v in columns.items()}
    try:
        result = evaluate(group.design, group.workload, {**group.values, **columns})
    except MappingError as error:
        return _unmapped(group, columns, shape, quantities, str(error))
    except ArithmeticError as error:  # of numbers that all points share
        return _unmapped(group, columns, shape, quantities, f"not_finite: {error}")

    def flat(value: Any) -> Array:
        array = np.asarray(value, dtype=np.float64)
        if array.size == 1:
            return np.full(count, array.reshape(-1)[0])
        return np.broadcast_to(array.squeeze(-1), shape).reshape(-1)  # raises if layers are left

    with np.errstate(all="ignore"):
        totals = {name: flat(QUANTITIES[name](result)) for name in quantities}
        failed, reasons, extrapolates, refused = _first_failures(result, shape, count)
        broken = ~sound_points(result, shape).reshape(-1)
    new = broken & ~refused
    if np.any(new):
        failed[new] = len(reasons)
        reasons = (*reasons, NOT_FINITE)
    refused |= broken
    if np.any(refused):
        totals = {name: np.where(refused, np.nan, array) for name, array in totals.items()}
    return Points(totals, failed, reasons, extrapolates & ~refused)


def _first_failures(
    result: Evaluation, shape: tuple[int, ...], count: int
) -> tuple[Codes, tuple[str, ...], NDArray[np.bool_], NDArray[np.bool_]]:
    failed = np.full(count, PASSED, dtype=np.int16)
    refused, extrapolates = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    reasons: list[str] = []
    for severity in ("refuse", "limit", "range"):
        for check in result.checks:
            passed = np.asarray(check.passed)
            if check.severity != severity or bool(passed.all()):
                continue
            shaped = np.broadcast_to(passed[..., 0] if passed.ndim else passed, shape or (1,))
            wrong = ~shaped.reshape(-1)
            if severity == "range":
                extrapolates |= wrong
                continue
            if severity == "refuse":
                refused |= wrong
            failed[wrong & (failed == PASSED)] = len(reasons)
            reasons.append(f"{check.name} ({check.component})")
    return failed, tuple(reasons), extrapolates, refused


def _unmapped(
    group: Group, columns: Mapping[str, Array], shape: tuple[int, ...], quantities: Sequence[str], reason: str
) -> Points:
    """Points of a batch that the chip cannot run: all of them, unless some can on their own."""
    count = int(np.prod(shape))
    if count > 1:
        flat = {path: np.broadcast_to(v[..., 0], shape).reshape(-1, 1) for path, v in columns.items()}
        ends = [
            evaluate_points(group, {p: v[i : i + 1] for p, v in flat.items()}, (1,), quantities)
            for i in (0, count - 1)
        ]
        if not all(reason in end.reasons for end in ends):
            half = count // 2
            return joined(
                [
                    evaluate_points(group, {p: v[part] for p, v in flat.items()}, (size,), quantities)
                    for part, size in ((slice(half), half), (slice(half, count), count - half))
                ]
            )
    nothing = np.full(count, np.nan)
    first_line = reason.splitlines()[0]
    return Points(
        dict.fromkeys(quantities, nothing),
        np.zeros(count, dtype=np.int16),
        (first_line,),
        np.zeros(count, dtype=bool),
    )


def joined(parts: Sequence[Points]) -> Points:
    """Points one after the other."""
    reasons: dict[str, int] = {}
    codes = []
    for part in parts:
        table = np.array(
            [reasons.setdefault(r, len(reasons)) for r in part.reasons] + [PASSED], dtype=np.int16
        )
        codes.append(table[part.failed])
    return Points(
        {name: np.concatenate([part.totals[name] for part in parts]) for name in parts[0].totals},
        np.concatenate(codes), tuple(reasons), np.concatenate([part.extrapolates for part in parts]),
    )  # fmt: skip
