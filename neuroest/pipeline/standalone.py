"""Cost of a single block, without a chip or a network."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import yaml

from neuroest.blocks.base import Check, Component, Costs, NetworkContext
from neuroest.blocks.electrical_point import ElectricalPoint
from neuroest.core import units as u
from neuroest.core.errors import NeuroestError, Problem, QuantityError, RangeError, SpecError, check_names
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.design.build import TECHNOLOGY, Design, build
from neuroest.design.chip import instantiate, instantiate_block, with_slots
from neuroest.loading.library import bibliography, load_architecture, load_device, load_workload
from neuroest.pipeline.cost_table import costed_components, process_checks, technology_checks
from neuroest.pipeline.mapping import network_context
from neuroest.registry import ANYWHERE, BLOCKS, roles_of
from neuroest.specs.architecture import ArchitectureSpec, Operation, Technology
from neuroest.specs.base import QuantityField, numeric_options
from neuroest.specs.blocks import Block
from neuroest.specs.claims import Claim
from neuroest.specs.device import SourceSpec
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import validate
from neuroest.specs.parameters import Record
from neuroest.specs.reading import Document, read_text
from neuroest.workloads.layers import layer_table

if TYPE_CHECKING:
    import pandas as pd

Given: TypeAlias = Any
"""A value as in a file (a number, or a quantity as text), or a list or array of such values."""

_ROOT = "chip"
"""Root path of every design, here the path of the block."""
_NETWORK = NetworkContext(
    spiking=False, timesteps=1.0, weight_bits=8.0, activation_bits=8.0, accumulator_bits=24.0,
    mean_absolute_weight=1.0,
)  # fmt: skip
"""Default network of `block`."""


@frozen_dataclass(eq=False)
class CostRow:
    """One number of a block.

    Attributes
    ----------
    kind : str
        ``energy``, ``area``, ``static_power`` or ``characteristic``.
    component : str
        The block, or the component in one of its slots.
    action : str
        Action; empty if the number does not belong to an action.
    term : str
        Part of the cost, or name of a characteristic.
    value : float or array
        In SI.
    unit : str
        SI unit.
    """

    kind: str
    component: str
    action: str
    term: str
    value: u.Numeric
    unit: str

    @property
    def name(self) -> str:
        """Component, action and term in words."""
        return " ".join(word for word in (self.component, self.action, self.term) if word)


@frozen_dataclass(eq=False)
class BlockCosts:
    """Costs of one block.

    Attributes
    ----------
    model : str
        The block's model.
    place : str
        Process, supply, temperature and other conditions of the numbers, in words.
    shape : tuple of int
        Shape of the numbers if options or parameters were arrays; empty for single numbers.
    rows : tuple of CostRow
        Every term of energy, area and static power, and the characteristics.
    checks : tuple of Check
        Passed and failed checks.
    left_out : tuple of str
        Parts that the numbers do not include.
    claims : mapping
        Every parameter and option used, as stated in the files.
    values : mapping
        Value of each claim.
    own_sources : mapping
        Sources stated in the files of the block's devices, by key.
    """

    model: str
    place: str
    shape: tuple[int, ...]
    rows: tuple[CostRow, ...]
    checks: tuple[Check, ...]
    left_out: tuple[str, ...]
    claims: Mapping[str, Claim]
    values: Mapping[str, u.Numeric]
    own_sources: Mapping[str, SourceSpec]

    @property
    def energies(self) -> dict[str, u.Numeric]:
        """Energy per action, all terms together. [J]."""
        found: dict[str, u.Numeric] = {}
        for row in self._of("energy"):
            found[row.action] = found.get(row.action, 0.0) + row.value
        return found

    @property
    def area(self) -> u.Numeric:
        """Area of one instance of each component of the block. [m^2]."""
        return sum((row.value for row in self._of("area")), start=0.0)

    @property
    def static_power(self) -> u.Numeric:
        """Static power, independent of activity. [W]."""
        return sum((row.value for row in self._of("static_power")), start=0.0)

    @property
    def feasible(self) -> Any:
        """Whether the models are valid at each point; a point that fails has no meaningful costs."""
        refused = [check.passed for check in self.checks if check.severity == "infeasible"]
        return np.logical_and.reduce([np.ones(self.shape, dtype=bool), *refused])

    @property
    def failed_checks(self) -> tuple[Check, ...]:
        """Checks that fail at some points."""
        return tuple(check for check in self.checks if not np.all(check.passed))

    @property
    def cited(self) -> list[str]:
        """Keys of the sources of all claims."""
        return sorted(
            {key for c in self.claims.values() for key in (c.source, c.cited_in) if key is not None}
        )

    @cached_property
    def sources(self) -> Mapping[str, SourceSpec]:
        """Bibliography of the claims, by key."""
        known = {**bibliography(), **self.own_sources}
        return {key: known[key] for key in self.cited}

    def _of(self, kind: str) -> Iterator[CostRow]:
        return (row for row in self.rows if row.kind == kind)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, in SI."""
        return {
            "model": self.model,
            "place": self.place,
            "rows": [{**vars(row), "value": _plain(row.value)} for row in self.rows],
            "checks": [
                {"name": c.name, "severity": c.severity, "passed": _plain(c.passed), "message": c.message}
                for c in self.checks
            ],
            "left_out": list(self.left_out),
            "values": {
                path: {
                    "value": _plain(self.values[path]),
                    "unit": c.unit,
                    "basis": c.basis,
                    "source": c.source,
                }
                for path, c in self.claims.items()
            },
            "sources": {key: source.model_dump(exclude_none=True) for key, source in self.sources.items()},
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per number; for arrays one row per point."""
        import pandas as pd  # noqa: PLC0415 - slow, and rarely asked for

        return pd.DataFrame(
            [
                {**vars(row), "value": value, **({"point": point} if self.shape else {})}
                for row in self.rows
                for point, value in enumerate(np.ravel(row.value).tolist())
            ]
        )

    def __repr__(self) -> str:
        lines = [f"{self.model}: {self.place}"]
        for kind, heading in (
            ("energy", "energy of an action"),
            ("area", "area"),
            ("static_power", "static power"),
            ("characteristic", "characteristics"),
        ):
            rows = list(self._of(kind))
            width = max((len(row.name) for row in rows), default=0)
            lines += [heading] if rows else []
            lines += [f"  {row.name:{width}}  {_formatted(row.value, row.unit)}" for row in rows]
        for title, found in (
            ("does not hold", [check.message for check in self.failed_checks]),
            ("left out", self.left_out),
            ("sources", self.cited),
        ):
            lines += [title, *(f"  {item}" for item in found)] if found else []
        return "\n".join(lines)


def block(
    model: str,
    *,
    device: str | None = None, process: str | None = None,
    supply_voltage: Given = None, temperature: Given = "300 K", corner: str = "typical",
    transistors: str | None = None,
    parameters: Mapping[str, Given] | None = None, network: Mapping[str, Any] | str | Path | None = None,
    place: Mapping[str, Given] | None = None, inside: str | Path | None = None,
    **options: Given,
) -> BlockCosts:  # fmt: skip
    """Compute the cost of a single block: energy per action, area, static power, checks and sources.

    Parameters
    ----------
    model : str
        The block's model; ``neuroest list models`` names them.
    device : str, optional
        Its device: a name or a path.
    process : str, optional
        Process of the chip; by default the process of the device, if it states one.
    supply_voltage, temperature, corner : optional
        Operating point; by default the nominal supply of the process, 300 K and a typical die.
    transistors : str, optional
        Flavour of the transistors of the chip; by default that of the process.
    parameters : mapping, optional
        Parameters that replace those of the device.
    network : mapping, str or Path, optional
        ``spiking``, ``timesteps``, ``weight_bits``, ``activation_bits``, ``accumulator_bits`` and
        ``mean_absolute_weight`` of the network, or a workload that states them. Without it: dense, one timestep, 8 bits
        for weights and activations, 24 for accumulators, and all weights at their maximum.
    place : mapping, optional
        Numbers of the array around the block, if its costs depend on them; `ElectricalPoint.parameters()` of
        `neuroest.blocks.electrical_point` lists them all.
    inside : str or Path, optional
        Architecture whose array surrounds the block; the block replaces the one in it. Blocks need this if their costs
        depend on rows, columns and circuits of an array.
    **options
        Further keys of the block in a file, besides model, device and parameters, such as ``bits=8``.

    Returns
    -------
    BlockCosts
        Arrays if values were given as lists or arrays; they broadcast. Arrays of numbers are in SI.

    Raises
    ------
    SpecError
        With all problems of the arguments.
    UnknownNameError
        For an unknown model or device.
    RangeError
        If a model is used outside of its allowed range at all points.
    NeuroestError
        If the costs depend on missing surroundings.

    Examples
    --------
    >>> import neuroest
    >>> converter = neuroest.block("sar_adc", device="sar_28nm_circuit", bits=[6, 8], clock_frequency="200 MHz")
    >>> [f"{1e15 * energy:.0f} fJ" for energy in converter.energies["conversion"]]
    ['206 fJ', '344 fJ']
    """
    check_names("block", [model], BLOCKS)
    schema, lists = BLOCKS[model], _Lists()
    node = {"model": model, "device": device, **lists.first(options, numeric_options(schema), _ROOT)}
    node["parameters"] = lists.first(parameters or {}, _checks(schema.record), _ROOT)
    technology = {"supply_voltage": supply_voltage, "temperature": temperature}
    technology = lists.first(technology, numeric_options(Technology), TECHNOLOGY)
    technology |= {"process": process, "corner": corner, "transistors": transistors}
    return _result(_stated(node), technology, lists, *_place(network, place or {}), inside)


class _Lists:
    """Values that were given as lists, by path, read as a file is."""

    def __init__(self) -> None:
        self.values: dict[str, u.Numeric] = {}

    def first(
        self, given: Mapping[str, Given], fields: Mapping[str, QuantityField], owner: str
    ) -> dict[str, Given]:
        """What was given with the first of its values instead of each list, which is kept."""
        found = dict(given)
        for name, value in given.items():
            if name in fields and isinstance(value, list | tuple | np.ndarray):
                texts = _texts(value, fields[name].unit)
                numbers = [_read(name, text, fields[name]) for text in texts.ravel().tolist()]
                # design points have a last axis of length one, which that of the layers takes in a network
                self.values[f"{owner}.{name}"] = np.reshape(numbers, (*texts.shape, 1))
                found[name] = texts.ravel().tolist()[0]
        return found


def _texts(values: Any, unit: str) -> Any:
    """Values as a file states them; an array of numbers is in SI."""
    array = np.asarray(values)
    if array.dtype.kind in "iuf" and unit != "1" and isinstance(values, np.ndarray):
        return np.reshape([f"{number!r} {unit}" for number in array.ravel().tolist()], array.shape)
    return array if isinstance(values, np.ndarray) else np.asarray(values, dtype=object)


def _read(name: str, given: Given, check: QuantityField) -> float:
    try:
        return check.read(given)
    except QuantityError as error:
        raise SpecError([Problem("block", 0, 0, name, str(error))]) from None


def _checks(record: type[Record] | None) -> Mapping[str, QuantityField]:
    return {} if record is None else {name: info.check for name, info in record.parameters().items()}


def _stated(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a block or a technology, as a file would say it."""
    return {key: value for key, value in data.items() if value is not None and value != {}}


def _place(
    network: Mapping[str, Any] | str | Path | None, given: Mapping[str, Given]
) -> tuple[NetworkContext, ElectricalPoint]:
    """Network of the block, and what surrounds it."""
    if isinstance(network, str | Path):
        whole = network_context(layer_table(load_workload(network).spec, {}))
        # the layer that spikes most, whose neurons are driven for longest in a timestep
        context = whole.of_layer(int(np.argmax(whole.output_rate)))
    else:
        known = vars(_NETWORK)
        check_names("property of a network", network or {}, known)
        context = replace(_NETWORK, **{key: _number(value) for key, value in (network or {}).items()})
    around, lists = _checks(ElectricalPoint), _Lists()
    check_names("number of an array", given, around)
    single = lists.first(given, around, _ROOT)
    numbers = {name: _read(name, value, around[name]) for name, value in single.items()}
    values = {key.removeprefix(f"{_ROOT}."): value for key, value in lists.values.items()}
    return context, ElectricalPoint(**{**numbers, **values})


def _number(value: Any) -> Any:
    """A property of a network: one value, or an array of design points."""
    return (
        value
        if isinstance(value, bool)
        else float(value)
        if np.ndim(value) == 0
        else np.asarray(value, float)[..., None]
    )


def _by_itself(
    schema: type[Block], node: Mapping[str, Any], technology: Mapping[str, Any]
) -> Loaded[ArchitectureSpec]:
    """A description that consists of the block alone."""
    process, supply = technology["process"], technology["supply_voltage"]
    if process is None and "device" in node:
        process = load_device(node["device"]).spec.process
    if process is None:
        raise NeuroestError(
            f"{node['model']} needs a process, such as process='cmos_28nm_lp'; its device states none"
        )
    if supply is None:
        supply = f"{load_device(process).claims['nominal_supply_voltage'].value} V"
    document = _document({**technology, "process": process, "supply_voltage": supply})
    where = validate(Technology, document)
    block_document = _document(node)
    top: Any = validate(schema, block_document)
    spec = ArchitectureSpec.model_construct(
        kind="architecture", name=node["model"], description="", technology=where,
        operation=Operation(mode="back_to_back"), chip=top,
    )  # fmt: skip
    return Loaded(spec, block_document.file, block_document.sha256, block_document)


def _document(data: Mapping[str, Any]) -> Document:
    return read_text(yaml.safe_dump(dict(data)))[0]


def _in_array(
    node: Mapping[str, Any], technology: Mapping[str, Any], inside: str | Path
) -> tuple[Design, str]:
    """The design of a chip with the block in the place of one that does the same, and the path of that place."""
    loaded = load_architecture(inside)
    model, roles = node["model"], roles_of(node["model"]) - {ANYWHERE}
    there = [(p.path, p.spec.model) for p in build(loaded).root.walk() if isinstance(p.spec, Block)]
    fitting = [path for path, other in there if other == model]
    fitting += [path for path, other in there if roles & roles_of(other)]
    if not fitting:
        raise NeuroestError(f"{loaded.spec.name} has no place for a {model}")
    data = copy.deepcopy(loaded.document.data)
    *way, last = fitting[0].split(".")
    holder = data
    for word in way:
        holder = holder[word]
    holder[last] = dict(node)
    kept = {
        k: v
        for k, v in data["technology"].items()
        if k in {"process", "supply_voltage", "corners", "transistors"}
    }
    data["technology"] = {**kept, **technology}
    document = loaded.document.with_data(data)
    spec = validate(ArchitectureSpec, document)
    return build(replace(loaded, spec=spec, document=document)), fitting[0]


def _costs(component: Component[Any], network: NetworkContext, point: ElectricalPoint, path: str) -> Costs:
    """Costs of a block, of what is in its slots, or of the array around it."""
    try:
        return component.costs(network, point)
    except NeuroestError as error:
        if not _belongs(component.path, path):
            raise
        elsewhere = (
            ", or give inside='adc_crossbar_28nm' or another chip with an array" if path == _ROOT else ""
        )
        raise NeuroestError(f"{component.model} {error}; give it in place={{...}}{elsewhere}") from None


def _belongs(component: str, path: str) -> bool:
    return component == path or component.startswith(f"{path}.")


def _left_out(parts: Sequence[Component[Any]]) -> tuple[str, ...]:
    """What the costs of these components do not include, and what those of no block include."""
    clock = "clock and control, which chip_overheads adds to clocked logic"
    texts = [text for part in parts for text in part.left_out()]
    texts += [clock] if any(part.clocked for part in parts) else []
    return tuple(dict.fromkeys([*texts, "wires to other blocks, and white space of the floor plan"]))


def _design(
    node: dict[str, Any], technology: dict[str, Any], inside: str | Path | None
) -> tuple[Design, str]:
    """The design with the block, and its path in it; errors name the block and what was given of it."""
    try:
        if inside is None:
            return build(_by_itself(BLOCKS[node["model"]], node, technology)), _ROOT
        return _in_array(node, _stated(technology), inside)
    except SpecError as error:
        raise SpecError(
            replace(problem, file=node["model"], line=0, path=problem.path.removeprefix(f"{_ROOT}."))
            for problem in error.problems
        ) from None


def _result(
    node: dict[str, Any], technology: dict[str, Any], lists: _Lists,
    network: NetworkContext, point: ElectricalPoint, inside: str | Path | None,
) -> BlockCosts:  # fmt: skip
    """Costs of a block as it is stated, alone or in an array."""
    model, (design, path) = node["model"], _design(node, technology, inside)
    moved = {key.replace(_ROOT, path, 1): value for key, value in lists.values.items()}
    values: dict[str, u.Numeric] = {**design.values, **moved}
    with np.errstate(all="ignore"):  # a point without an answer is refused by a check
        if inside is None:
            answering = parts = [*with_slots(instantiate_block(design, values))]
        else:
            chip = instantiate(design, values)
            parts = [part for part in chip.components() if _belongs(part.path, path)]
            around = costed_components(chip)
            answering = [c for c in around if _belongs(c.path, path) or _belongs(path, c.path)]
        asked = [_costs(component, network, point, path) for component in answering]
        checks = [c for costs in asked for c in costs.checks if _belongs(c.component, path)]
        checks += [*process_checks(parts), *technology_checks(parts[0].technology)]
        named = {
            "energy": [(e.component, e.action, e.term, e.energy, "J") for c in asked for e in c.energies],
            "area": [(a.component, "", a.term, a.area, "m^2") for c in asked for a in c.areas],
            "static_power": [(s.component, "", s.term, s.power, "W") for c in asked for s in c.statics],
            "characteristic": [
                (c.component, "", c.name, c.value, c.unit)
                for part in {id(part): part for part in (*parts, *answering)}.values()
                for c in part.characteristics(network)
            ],
        }
    numbers = [(kind, *row) for kind, rows in named.items() for row in rows if _belongs(row[0], path)]
    found = [*(value for *_, value, _ in numbers), *(check.passed for check in checks)]
    shape = np.broadcast_shapes(*map(np.shape, found))[:-1]
    _refuse(checks, path, model)
    claims = {key: claim for key, claim in design.claims.items() if _belongs(key, path)}
    chosen = design.spec.technology
    supply, temperature = (values[f"{TECHNOLOGY}.{name}"] for name in ("supply_voltage", "temperature"))
    where = f"{chosen.process}, {_formatted(supply, 'V')}, {_formatted(temperature, 'K')}, {chosen.corner}"
    return BlockCosts(
        model, where, shape,
        tuple(
            CostRow(kind, component.replace(path, model, 1), action, term, _points(value, float, shape), unit)
            for kind, component, action, term, value, unit in numbers
        ),
        tuple(
            replace(c, component=c.component.replace(path, model, 1), passed=_points(c.passed, bool, shape))
            for c in checks
        ),
        _left_out(parts), MappingProxyType(claims), MappingProxyType({key: values[key] for key in claims}),
        design.sources,
    )  # fmt: skip


def _points(value: Any, kind: type, shape: tuple[int, ...]) -> Any:
    """A value at each point; a single one has no points."""
    whole: Any = np.broadcast_to(np.asarray(value, dtype=kind), (*shape, 1))[..., 0]
    return whole if shape else whole.item()


def _refuse(checks: Sequence[Check], path: str, model: str) -> None:
    """Refuse a block that no point has costs of."""
    failed = [c for c in checks if c.severity == "infeasible" and not np.any(c.passed)]
    if failed:
        raise RangeError("\n".join(f"{c.component.replace(path, model, 1)}: {c.message}" for c in failed))


def _plain(value: Any) -> Any:
    """A number, or lists of numbers."""
    return np.asarray(value).tolist()


def _formatted(value: u.Numeric, unit: str) -> str:
    """A number with its unit, or the ends of an array."""
    if np.ndim(value) == 0:
        return format_quantity(float(value), unit)
    low, high = format_quantity(float(np.min(value)), unit), format_quantity(float(np.max(value)), unit)
    return low if low == high else f"{low} .. {high}"
