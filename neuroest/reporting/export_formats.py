"""Exports for other tools: AccelForge, xarray, NeuroBench and SANA-FE, each with origin, assumptions and omissions.

AccelForge asks of a component `actions` with `energy` and `throughput`, `area` and `leak_power` (its
`frontend/arch/components.py`). A component that is neither memory nor arithmetic unit is a toll there, with one action
that each value pays; a block with several actions becomes a toll for each.

The harness measures networks; energy, latency and area of the chip are next to its metrics under ``system``.

SANA-FE charges an energy and a time for each event: a message that leaves a core for another one, a hop of it, a spike
at a synapse, an access, an update and a spike of a neuron (its `arch/loihi.yaml`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, inf, isfinite, prod, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from neuroest.blocks.chip.event_energies import EventEnergies
from neuroest.blocks.digital.multiply_accumulate import MultiplyAccumulate
from neuroest.blocks.interconnect.dram import Dram
from neuroest.blocks.interconnect.on_chip import NetworkOnChip
from neuroest.blocks.memories.base import Memory
from neuroest.blocks.roles import ChargesClock
from neuroest.core.errors import NeuroestError
from neuroest.core.files import read_data
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.installed import extra, package_version
from neuroest.core.units import format_quantity
from neuroest.exploration.sweep import JUDGEMENTS, SweepResult
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import attributes, first_number
from neuroest.workloads.importers.neurobench import neurobench_results

_DIGITS = 10
_ACCOUNTS: Mapping[str, Mapping[str, Sequence[str]]] = read_data(Path(__file__).with_name("accounts.yaml"))


@frozen_dataclass
class Account:
    """Content, assumptions and omissions of an export.

    Attributes
    ----------
    taken, assumed, left_out : tuple of str
        What is in the file as it is, what it needs and we do not know, and what it has no place for.
    """

    taken: tuple[str, ...]
    assumed: tuple[str, ...]
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, export: str, left_out: Iterable[str] = (), **words: str) -> Account:
        """Account of an export from the file of accounts, with the exclusions of this chip added."""
        found = {kind: [text.format(**words) for text in texts] for kind, texts in _ACCOUNTS[export].items()}
        return cls(*map(tuple, (found["taken"], found["assumed"], [*found["left_out"], *left_out])))

    def lines(self) -> Iterable[str]:
        """One line per point, with its kind first."""
        for kind, points in (
            ("taken", self.taken), ("assumed", self.assumed), ("left out", self.left_out),
        ):  # fmt: skip
            yield from (f"{kind}: {point}" for point in points)


def heading(estimate: Estimate, form: str, account: Account) -> str:
    """Comment at the top of a YAML file: origin, command, and the account."""
    changed = "".join(f" --set {path}='{value}'" for path, value in estimate.settings.items())
    lines = [
        f"{estimate.architecture} on {estimate.workload.name}, written by neuroest {package_version()}",
        f"command: neuroest export {form} {estimate.called} -w {estimate.workload_called}{changed}",
        "SI units; nominal values, without the bands of the estimate",
        *account.lines(),
    ]
    return "".join(f"# {line}\n" for line in lines)


def action_costs(estimate: Estimate) -> Mapping[tuple[str, str], tuple[float, float]]:
    """Action counts and energy of one inference by component and action."""
    counts: dict[tuple[str, str], dict[str, float]] = {}
    energies: dict[tuple[str, str], float] = {}
    for row in estimate.breakdown:
        if row.kind == "dynamic":
            key = row.component, row.action
            # terms of one action share its count
            counts.setdefault(key, {})[row.layer] = row.count
            energies[key] = energies.get(key, 0.0) + row.energy_J
    return {key: (sum(counts[key].values()), energies[key]) for key in energies}


def number(value: float) -> float:
    """Number in the format of other tools' files."""
    return float(f"{value:.{_DIGITS}g}")


_ACCELFORGE = "accelforge"
_TENSORS = {"weights": "weight", "activations": "input | output", "partial_sums": "output", "state": "output"}


@frozen_dataclass
class Instance:
    """Area and static power of one instance of a component, and how many there are."""

    area: float = 0.0
    power: float = 0.0
    number: float = 1.0


def component_table(estimate: Estimate) -> str:
    """Components of an estimate as nodes of an AccelForge architecture."""
    # no AccelForge component represents costs charged on top of other blocks
    charged = []
    for _, part in estimate.evaluation.chip.find(ChargesClock):
        rows = [row for row in estimate.breakdown if row.component == part.path]
        energy, area = sum(row.energy_J for row in rows), sum(row.area_m2 for row in rows)
        charged.append(
            f"clock, control and white space, {format_quantity(energy, 'J')} an inference and "
            f"{format_quantity(area, 'm^2')}: they are shares of the other blocks"
        )
    account = Account.of(_ACCELFORGE, charged)
    return heading(estimate, _ACCELFORGE, account) + "arch:\n  nodes:\n" + "".join(_nodes(estimate))


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
    for part in estimate.evaluation.chip.components():
        own = [cost for (component, _), cost in actions.items() if component == part.path]
        # a product is one action there: what goes with it, adders and registers, is part of it
        if own and isinstance(part, MultiplyAccumulate):
            found = {key: energy for key, energy in found.items() if key[0] != part.path}
            used = {key: energy for key, energy in used.items() if key[0] != part.path}
            products = max(count for count, _ in own)
            used[part.path, "compute"] = sum(energy for _, energy in own) / products
    return {key: energy for key, energy in {**found, **used}.items() if isfinite(energy)}


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


_STATISTICS = ("nominal", "p10", "median", "p90")
"""Value with every input as its file states it, and percentiles of the band."""


def estimate_data(estimate: Estimate) -> Any:
    """An estimate as a data set: totals with their bands, energy by layer and component, area by component."""
    xarray = extra("xarray", "xarray")
    variables: dict[str, Any] = {}
    for name, total in estimate.totals.items():
        if total is None:
            continue
        band = estimate.bands.totals.get(name)
        about = attributes(name)
        if band is None:
            variables[name] = ((), total, about)
        else:
            variables[name] = (("statistic",), [total, band.low, band.median, band.high], about)
    layers = list(dict.fromkeys(layer.layer for layer in estimate.layers))
    parts = list(dict.fromkeys(row.component for row in estimate.breakdown))
    dynamic, static, area = np.zeros((len(layers), len(parts))), np.zeros(len(parts)), np.zeros(len(parts))
    for row in estimate.breakdown:
        place = parts.index(row.component)
        if row.kind == "dynamic":
            dynamic[layers.index(row.layer), place] += row.energy_J
        else:
            (static if row.kind == "static" else area)[place] += row.energy_J + row.area_m2
    parts_of = {"units": "J", "long_name": "dynamic energy of an inference by layer and component"}
    variables |= {
        "dynamic_energy_by_layer_J": (("layer", "component"), dynamic, parts_of),
        "static_energy_by_component_J": (
            ("component",), static, {"units": "J", "long_name": "static energy of an inference by component"}
        ),
        "area_by_component_m2": (("component",), area, {"units": "m^2", "long_name": "area by component"}),
    }  # fmt: skip
    axes = {"statistic": list(_STATISTICS), "layer": layers, "component": parts}
    return xarray.Dataset(variables, coords=axes, attrs=_flat(estimate.origin))


def sweep_data(sweep_result: SweepResult) -> Any:
    """A sweep as a data set: one axis for each parameter where the rows are a whole grid, else one of points."""
    xarray = extra("xarray", "xarray")
    frame = sweep_result.to_frame()
    known = {*sweep_result.metadata.get("quantities", ()), *JUDGEMENTS}
    axes = [str(name) for name in frame.columns if name not in known]
    varied = [name for name in axes if frame[name].nunique(dropna=False) > 1]
    fixed = [name for name in axes if name not in varied]
    whole = bool(varied) and not frame[varied].duplicated().any()
    if whole and prod(frame[name].nunique(dropna=False) for name in varied) == len(frame):
        data = xarray.Dataset.from_dataframe(frame.drop(columns=fixed).set_index(varied))
        data = data.assign_coords({name: frame[name].iloc[0] for name in fixed})
    else:
        data = xarray.Dataset.from_dataframe(frame).rename({"index": "point"}).set_coords(axes)
    for name, variable in data.variables.items():
        if np.issubdtype(variable.dtype, np.number):
            variable.attrs.update(attributes(str(name)))
    return data.assign_attrs(_flat(sweep_result.metadata))


def _flat(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes that netCDF and Zarr can store: numbers and text; everything else as JSON."""
    return {
        key: value if isinstance(value, int | float | str) else json.dumps(value)
        for key, value in metadata.items()
    }


_SYSTEM = (
    "energy_per_inference_J", "latency_s", "throughput_per_s", "average_power_W", "area_m2",
    "energy_per_synaptic_operation_J",
)  # fmt: skip


def results_text(estimate: Estimate) -> str:
    """Results in JSON: metrics under the names of the harness, totals of the chip with their bands, and origin."""
    found = neurobench_results(estimate.workload)
    system = {
        name: {"nominal": one.nominal, "p10": one.low, "median": one.median, "p90": one.high}
        for name in _SYSTEM
        for one in (estimate.headline(name),)
    }
    data = {**found, "system": system, "origin": estimate.origin}
    return json.dumps(data, indent=4, allow_nan=False) + "\n"


_SANA_FE = "sana-fe"
_SIDES = ("north", "east", "south", "west")


@frozen_dataclass
class Events:
    """SANA-FE input: energy and time of each event, and the neurons of each core."""

    synapse: tuple[float, float]
    access: tuple[float, float]
    update: tuple[float, float]
    spike: tuple[float, float]
    message: tuple[float, float]
    received: float
    hop: tuple[float, float]
    barrier: float
    neurons: int
    cores: int
    cores_per_tile: int
    account: Account


def architecture_text(estimate: Estimate) -> str:
    """The chip of an estimate as an architecture file of SANA-FE.

    Raises
    ------
    NeuroestError
        For a network without spikes, and for a chip with several computing levels.
    """
    result = estimate.evaluation
    if result.layers.coding != "spiking":
        raise NeuroestError(
            f"SANA-FE simulates spikes, and {estimate.workload.name} has none; name a spiking network with -w"
        )
    if len(result.levels) != 1 or result.layers.in_numbers is not None:
        raise NeuroestError("SANA-FE supports one kind of core; this chip uses several computing levels")
    compute = result.one_level.mapper.compute
    events = next((b for b in compute.slots.values() if isinstance(b, EventEnergies)), None)
    found = _averages(estimate) if events is None else _published(estimate, events)
    inputs = int(np.prod(estimate.workload.input.shape))
    text = yaml.safe_dump(_tree(estimate.architecture, found, inputs), sort_keys=False, width=120)
    return heading(estimate, _SANA_FE, found.account) + text


def _published(estimate: Estimate, events: Any) -> Events:
    """Events of a chip modelled by published event energies, unchanged."""
    d, result = events.device, estimate.evaluation
    counts = result.mapped.counts
    level = result.one_level
    active, inactive = events.times_of_updates()
    numbers = {
        name: first_number(getattr(d, name))
        for name in (
            "synaptic_operation_energy", "synaptic_operation_time", "inactive_update_energy", "active_update_energy",
            "spike_energy", "spike_time", "hop_energy", "hop_time", "synchronisation_time", "neurons_per_core",
            "cores_per_tile",
        )
    }  # fmt: skip
    more = numbers["active_update_energy"] - numbers["inactive_update_energy"]
    longer = first_number(active) - first_number(inactive)
    stated = "active_fraction" in events.options
    share = "that `active_fraction` sets" if stated else "of the neurons that fire"
    # SANA-FE events cannot represent the power of a running core, which may include their energies
    power = format_quantity(busy, "W") if (busy := first_number(d.core_active_power)) else ""
    unstated = (
        (f"the power of a busy core, {power}, which contains what the events do not state",) if power else ()
    )
    return Events(
        synapse=(numbers["synaptic_operation_energy"], numbers["synaptic_operation_time"]),
        access=(numbers["inactive_update_energy"], first_number(inactive)),
        update=(0.0, 0.0),
        spike=(more, longer),
        message=(numbers["spike_energy"], numbers["spike_time"]),
        received=numbers["spike_time"],
        hop=(numbers["hop_energy"], numbers["hop_time"]),
        barrier=numbers["synchronisation_time"],
        neurons=int(numbers["neurons_per_core"]),
        cores=ceil(first_number(counts[level.path])),
        cores_per_tile=int(numbers["cores_per_tile"]),
        account=Account.of("sana-fe of events", unstated, share=share),
    )


def _averages(estimate: Estimate) -> Events:
    """Events of a chip described by its blocks: means over this network that sum to its dynamic energy."""
    result = estimate.evaluation
    level = result.one_level
    layers, placement = result.layers, level.mapped.placement
    weighted = np.ravel(np.broadcast_to(layers.is_weighted, (len(layers.names),)))
    outputs = np.ravel(layers.output_elements) * weighted
    steps = first_number(layers.timesteps)
    updates, spikes = (
        steps * float(np.sum(outputs)),
        steps * float(np.sum(outputs * np.ravel(layers.output_rate))),
    )
    reached = np.ravel(np.broadcast_to(placement.reached_units, weighted.shape)) * weighted
    messages = steps * float(np.sum(np.ravel(level.mapper.inputs_active()) * reached))
    operations = first_number(layers.synaptic_operations)
    neuron = getattr(level.mapper.compute, "neuron", None) or level.mapper.compute.slots.get("neuron")
    nets = {part.path for part in result.chip.components() if isinstance(part, NetworkOnChip)}
    energy = {"access": 0.0, "spike": 0.0, "message": 0.0, "synapse": 0.0}
    for (component, action), (_, joule) in action_costs(estimate).items():
        own = neuron is not None and component == neuron.path
        kind = {"update": "access", "spike": "spike"}.get(action, "synapse") if own else "synapse"
        if kind == "spike" and spikes == 0.0:
            kind = "access"
        energy["message" if component in nets and messages > 0.0 else kind] += joule
    columns = np.maximum(np.ravel(np.broadcast_to(placement.column_blocks, weighted.shape)), 1.0) * weighted
    most = float(np.max(outputs / np.maximum(columns, 1.0)))
    return Events(
        synapse=(energy["synapse"] / operations if operations > 0.0 else 0.0, 0.0),
        access=(energy["access"] / updates, 0.0),
        update=(0.0, 0.0),
        spike=(energy["spike"] / spikes if spikes > 0.0 else 0.0, 0.0),
        message=(energy["message"] / messages if messages > 0.0 else 0.0, 0.0),
        received=0.0,
        hop=(0.0, 0.0),
        barrier=first_number(result.timing.initiation_interval) / steps,
        neurons=ceil(most),
        cores=ceil(float(np.sum(columns))),
        cores_per_tile=1,
        account=Account.of("sana-fe of blocks"),
    )


def _tree(name: str, events: Events, inputs: int) -> dict[str, Any]:
    """Architecture: tiles of cores, and one tile whose core sends the network's input and has no other cost."""

    def costs(**pairs: tuple[float, float]) -> dict[str, float]:
        return {
            f"{what}_{key}": number(value)
            for key, pair in pairs.items()
            for what, value in zip(("energy", "latency"), pair, strict=True)
        }

    tiles = -(-events.cores // events.cores_per_tile)
    width = ceil(sqrt(tiles + 1))
    hops = costs(**{f"{side}_hop": events.hop for side in _SIDES})
    free = {"access_neuron": (0.0, 0.0), "update_neuron": (0.0, 0.0), "spike_out": (0.0, 0.0)}

    def core(label: str, neurons: int, soma: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": label,
            "attributes": {"buffer_position": "soma", "max_neurons_supported": neurons},
            "axon_in": [_unit("axon_in", costs(message_in=(0.0, events.received)))],
            "synapse": [_unit("synapse", costs(process_spike=events.synapse), model="current_based")],
            "dendrite": [_unit("dendrite", costs(update=(0.0, 0.0)), model="accumulator")],
            "soma": [soma],
            "axon_out": [_unit("axon_out", costs(message_out=events.message))],
        }

    neuron = _unit(
        "neuron",
        costs(access_neuron=events.access, update_neuron=events.update, spike_out=events.spike),
        model="leaky_integrate_fire",
    )
    sources = _unit(f"input[0..{inputs - 1}]", costs(**free), model="input")
    return {
        "architecture": {
            "name": name,
            "attributes": {
                "topology": "mesh", "width": width, "height": -(-(tiles + 1) // width), "link_buffer_size": 16,
                "sync_model": "fixed", "latency_sync": number(events.barrier),
            },
            "tile": [
                {
                    "name": f"tile[0..{tiles - 1}]",
                    "attributes": dict(hops),  # no anchors, which SANA-FE does not read
                    "core": [core(f"core[0..{events.cores_per_tile - 1}]", events.neurons, neuron)],
                },
                {"name": "input_tile", "attributes": hops, "core": [core("input_core", inputs, sources)]},
            ],
        }
    }  # fmt: skip


def _unit(name: str, costs: dict[str, float], *, model: str = "") -> dict[str, Any]:
    return {"name": name, "attributes": {**({"model": model} if model else {}), **costs}}
