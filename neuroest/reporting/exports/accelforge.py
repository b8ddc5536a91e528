"""The blocks of a chip as components of AccelForge: energy of each action, area and leakage of one instance.

AccelForge asks of a component `actions` with `energy` and `throughput`, `area` and `leak_power` (its
`frontend/arch/components.py`). A component that is neither memory nor arithmetic unit is a toll there, with one action
that each value pays; a block with several actions becomes a toll for each.
"""

import json
from collections.abc import Iterator
from math import inf, isfinite
from typing import Any

from neuroest.blocks.digital.multiply_accumulate import MultiplyAccumulate
from neuroest.blocks.interconnect.dram import Dram
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.roles import ChargesClock
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.reporting.exports.commented import Account, action_costs, heading, number
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import first_number

FORM = "accelforge"
_TENSORS = {"weights": "weight", "activations": "input | output", "partial_sums": "output", "state": "output"}


@frozen_dataclass
class Instance:
    """Area and static power of one instance of a component, and how many there are."""

    area: float = 0.0
    power: float = 0.0
    number: float = 1.0


def component_table(estimate: Estimate) -> str:
    """Components of an estimate as nodes of an AccelForge architecture."""
    account = Account.of(FORM, _charged(estimate))
    return heading(estimate, FORM, account) + "arch:\n  nodes:\n" + "".join(_nodes(estimate))


def _charged(estimate: Estimate) -> Iterator[str]:
    """Costs charged on top of other blocks, which no AccelForge component represents."""
    for _, part in estimate.evaluation.chip.find(ChargesClock):
        rows = [row for row in estimate.breakdown if row.component == part.path]
        energy, area = sum(row.energy_J for row in rows), sum(row.area_m2 for row in rows)
        yield (
            f"clock, control and white space, {format_quantity(energy, 'J')} an inference and "
            f"{format_quantity(area, 'm^2')}: they are shares of the other blocks"
        )


def _instances(estimate: Estimate) -> dict[str, Instance]:
    """Area and static power of one instance by component: their sums over the chip, over its instances."""
    areas: dict[str, float] = {}
    powers: dict[str, float] = {}
    numbers: dict[str, float] = {}
    result = estimate.evaluation
    drawn = [row for row in result.statics if row.when in {"powered", "awake"}]
    for rows, sums in ((result.areas, areas), (drawn, powers)):
        for row in rows:
            sums[row.component] = sums.get(row.component, 0.0) + first_number(row.total)
            numbers[row.component] = max(numbers.get(row.component, 1.0), first_number(row.instances))
    return {
        path: Instance(areas.get(path, 0.0) / number_, powers.get(path, 0.0) / number_, number_)
        for path, number_ in numbers.items()
    }


def _prices(estimate: Estimate) -> dict[tuple[str, str], float]:
    """Energy per action: its mean over the layers of the network, or its cost if unused."""
    found: dict[tuple[str, str], float] = {}
    for cost in estimate.evaluation.costs.energies:
        key = cost.component, cost.action
        found[key] = found.get(key, 0.0) + first_number(cost.energy)
    actions = action_costs(estimate)
    used = {key: energy / count for key, (count, energy) in actions.items() if count > 0.0}
    for part in _units(estimate):
        own = [cost for (component, _), cost in actions.items() if component == part.path]
        if own:  # a product is one action there: what goes with it, adders and registers, is part of it
            found = {key: energy for key, energy in found.items() if key[0] != part.path}
            used = {key: energy for key, energy in used.items() if key[0] != part.path}
            products = max(count for count, _ in own)
            used[part.path, "compute"] = sum(energy for _, energy in own) / products
    return {key: energy for key, energy in {**found, **used}.items() if isfinite(energy)}


def _units(estimate: Estimate) -> Iterator[MultiplyAccumulate]:
    """The units that multiply and accumulate."""
    for part in estimate.evaluation.chip.components():
        if isinstance(part, MultiplyAccumulate):
            yield part


def _nodes(estimate: Estimate) -> Iterator[str]:
    parts: dict[str, Any] = {part.path: part for part in estimate.evaluation.chip.components()}
    instances, prices = _instances(estimate), _prices(estimate)
    charged = {part.path for _, part in estimate.evaluation.chip.find(ChargesClock)}
    for path in dict.fromkeys([*(component for component, _ in prices), *instances]):
        if path in charged:
            continue
        part, one = parts.get(path), instances.get(path, Instance())
        costs = {action: energy for (component, action), energy in prices.items() if component == path}
        comment = f"  # {path}: {part.model if part is not None else 'chip'}, {one.number:.6g} on the chip\n"
        yield comment + "".join(_of_component(path, part, one, costs))


def _of_component(path: str, part: Any, one: Instance, costs: dict[str, float]) -> Iterator[str]:
    name = path.replace(".", "_")
    shared = {"area": number(one.area), "leak_power": number(one.power)}
    if isinstance(part, Memory):
        options = part.options
        tensors = " | ".join(dict.fromkeys(_TENSORS[kind] for kind in part.spec.stores if kind in _TENSORS))
        width = number(first_number(options["width"]))
        due = {action: costs.get(action, 0.0) for action in ("read", "write")}
        yield _node(
            "Memory", name, {"size": number(first_number(options["capacity"])), **shared},
            f"{{keep: {tensors or 'Nothing'}}}", due, width,
        )  # fmt: skip
        return
    if isinstance(part, Dram):  # its actions are those of one bit
        due = {action: costs.get(action, 0.0) for action in ("read", "write")}
        yield _node("Memory", name, {"size": inf, **shared}, "{keep: input | weight | output}", due, 1.0)
        return
    if isinstance(part, MultiplyAccumulate):
        yield _node("Compute", name, shared, "", {"compute": sum(costs.values())})
        return
    side = "input" if path.endswith((".input", ".row_driver")) else "output"
    place = f"{{keep: {side}}}\n    direction: {'down' if side == 'input' else 'up'}"
    for index, (action, energy) in enumerate((costs or {"none": 0.0}).items()):
        own = shared if index == 0 else {"area": 0.0, "leak_power": 0.0}
        label = f"{name}_{action}" if costs else name
        yield _node("Toll", label, own, place, {"read": energy})


def _node(
    kind: str,
    name: str,
    fields: dict[str, float],
    tensors: str,
    actions: dict[str, float],
    width: float = 0.0,
) -> str:
    lines = [f"  - !{kind}", f"    name: {json.dumps(name)}"]
    lines += [f"    {key}: {value!r}" for key, value in fields.items()]
    lines += [f"    tensors: {tensors}"] if tensors else []
    lines.append("    actions:")
    bits = f", bits_per_action: {width!r}" if width else ""
    lines += [
        f"    - {{name: {action}, energy: {number(energy)!r}, throughput: inf{bits}}}"
        for action, energy in actions.items()
    ]
    return "\n".join(lines) + "\n"
