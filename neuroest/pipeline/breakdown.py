"""Parts of a result by term, layer and cause, as rows of an estimate."""

import math
from functools import cached_property
from typing import Any

import numpy as np

from neuroest.equations import accuracy, network
from neuroest.pipeline.area import InstanceRow
from neuroest.pipeline.cost_table import contexts
from neuroest.pipeline.energy import EnergyRow
from neuroest.pipeline.evaluation import Evaluation
from neuroest.pipeline.tiers import tier_of
from neuroest.results.estimate import (
    BreakdownRow,
    Characteristic,
    Estimate,
    LayerErrors,
    LayerRow,
    LevelRow,
    ShellRow,
    TierRow,
    TrafficRow,
)
from neuroest.results.quantities import QUANTITIES, first_number


class EstimateRows(Estimate):
    """An estimate with its rows, each kind computed on first use."""

    evaluation: Evaluation

    @cached_property
    def breakdown(self) -> tuple[BreakdownRow, ...]:
        """Every term: dynamic energy by layer, static energy and area by component. Their sums are the totals."""
        result = self.evaluation
        names = result.layers.names
        rows: list[BreakdownRow] = []
        rows += [row for term in result.dynamic for row in _by_layer("dynamic", term, names)]
        for static in result.statics:
            energy = first_number(static.total) * first_number(result.leakage_time(static))
            rows.append(_instance_row("static", "rest", static, energy, 0.0))
        placed = 0.0
        for area in result.areas:
            placed += first_number(area.total)
            rows.append(_instance_row("area", "", area, 0.0, first_number(area.total)))
        if result.costs.overheads is not None:
            white = InstanceRow(
                result.costs.overheads, "white_space", first_number(result.area) - placed, 1.0
            )
            rows.append(_instance_row("area", "", white, 0.0, first_number(white.total)))
        return tuple(rows)

    @cached_property
    def learning(self) -> tuple[BreakdownRow, ...]:
        """Every term of the energy of learning from a sample; none without a rule.

        The last rows are the power drawn during learning: static power over the additional time, and circuits that
        stay on.
        """
        result = self.evaluation
        learned, names = result.learned, result.layers.names
        if learned is None:
            return ()
        rows = [row for term in learned.rows for row in _by_layer("learning", term, names)]
        rows += [
            _instance_row("learning", "rest", row, first_number(row.total) * first_number(time), 0.0)
            for row, time in learned.powered(result.statics)
            if first_number(row.total) * first_number(time) > 0.0
        ]
        return tuple(rows)

    @cached_property
    def spike_terms(self) -> dict[str, float]:
        """Energy of one spike of a neuron with its own output, by term. [J]; empty without such neurons.

        A neuron may spike more often than that of the network, and its costs are those of all these spikes.
        """
        for level in self.evaluation.levels:
            array: Any = level.mapper.compute
            if getattr(array, "neuron", None) is not None:
                times = array.drive(level.mapper.network).spikes_for_one
                return {
                    cost.term: first_number(cost.energy / times)
                    for cost in self.evaluation.costs.energies
                    if cost.component == array.neuron.path and cost.action == "spike"
                }
        return {}

    @cached_property
    def characteristics(self) -> tuple[Characteristic, ...]:
        """Figures for specialists of single blocks."""
        result = self.evaluation
        with np.errstate(all="ignore"):
            networks = contexts(result.layers, result.levels)
            found = [
                c for part in result.chip.components() for c in part.characteristics(networks.of(part.path))
            ]
            carried = result.counts.transport
            if carried is not None and np.any(carried.packet > 0.0):
                rate = network.event_advantage_rate(carried.packet, networks.common.widest.activation_bits)
                name = "spikes per neuron and step below which events take fewer bits than frames"
                found += [mesh.characteristic(name, rate, "1") for _, mesh in result.chip.networks()]
        return tuple(Characteristic(c.component, c.name, first_number(c.value), c.unit) for c in found)

    @cached_property
    def column_errors(self) -> tuple[LayerErrors, ...]:
        """Errors of the results of every layer in crossbar arrays, except layers whose exact results are all zero."""
        result = self.evaluation
        distinct, names = result.column_errors, result.layers.names
        if distinct is None:
            return ()
        found = distinct.by_layer()
        shape = (len(names),)
        spread = np.broadcast_to(found.result, shape)
        held = np.flatnonzero((np.broadcast_to(found.held, shape) > 0.0) & (spread > 0.0))
        spread, ratio = spread[held], np.broadcast_to(found.ratio, shape)[held]
        causes = {name: np.broadcast_to(error, shape)[held] / spread for name, error in found.causes.items()}
        bits = np.asarray(accuracy.effective_bits(ratio))
        return tuple(
            LayerErrors(
                names[layer],
                float(ratio[i]) if math.isfinite(ratio[i]) else None,
                float(bits[i]) if math.isfinite(ratio[i]) else None,
                {name: float(errors[i]) for name, errors in causes.items()},
            )
            for i, layer in enumerate(held)
        )

    @cached_property
    def layers(self) -> tuple[LayerRow, ...]:
        """Location and size of each layer, and its bottleneck resource."""
        result = self.evaluation
        placement = result.mapped.placement
        energy = np.zeros(len(result.layers.names))
        for row in result.dynamic:
            energy = energy + row.energy
        resources = list(result.timing.resources)
        table = np.stack([np.broadcast_to(result.timing.resources[name], energy.shape) for name in resources])
        slowest = np.argmax(table, axis=0)
        owner = [next(one.path for one in result.levels if one.own[i] > 0.0) for i in range(len(energy))]
        return tuple(
            LayerRow(
                name, result.layers.types[i], float(placement.units[i]), float(placement.replication[i]),
                float(placement.utilisation[i]), float(placement.neurons[i]), float(energy[i]),
                float(result.timing.step[i]), resources[int(slowest[i])], owner[i],
            )
            for i, name in enumerate(result.layers.names)
        )  # fmt: skip

    @cached_property
    def levels(self) -> tuple[LevelRow, ...]:
        """Every computing level with its layers and costs, and the blocks outside; the rows add up to the totals."""
        result = self.evaluation
        rows, names = self.breakdown, result.layers.names
        branches = tuple(contexts(result.layers, result.levels).own) or (f"{result.levels[0].path}.",)
        found: list[LevelRow] = []
        for start, one in zip(branches, result.levels, strict=True):
            own = tuple(name for name, here in zip(names, one.own, strict=True) if here > 0.0)
            inside = [row for row in rows if f"{row.component}.".startswith(start)]
            placement, steps = one.mapped.placement, one.mapper.steps
            time = np.sum(result.timing.step * one.own) * (
                first_number(steps) if result.timing.by_steps else 1.0
            )
            found.append(
                LevelRow(
                    one.path, str(one.mapped.level.mapper), own, first_number(placement.needed),
                    sum(row.energy_J for row in rows if row.kind == "dynamic" and row.layer in own),
                    sum(row.energy_J for row in inside if row.kind == "static"), sum(row.area_m2 for row in inside),
                    float(time),
                )
            )  # fmt: skip
        elsewhere = [
            row for row in rows if not any(f"{row.component}.".startswith(start) for start in branches)
        ]
        around = LevelRow(
            "", "", (), 0.0, 0.0, sum(row.energy_J for row in elsewhere if row.kind == "static"),
            sum(row.area_m2 for row in elsewhere), 0.0,
        )  # fmt: skip
        return (*found, around)

    @cached_property
    def shells(self) -> tuple[ShellRow, ...]:
        """The chips, then each shell around them from the inside out."""
        operations = QUANTITIES["synaptic_operations"].number(self.evaluation)
        return tuple(
            ShellRow(
                row.path, first_number(row.number), first_number(row.idle), first_number(row.power),
                first_number(row.energy), first_number(row.energy) / operations if operations else None,
            )
            for row in self.evaluation.shells
        )  # fmt: skip

    @cached_property
    def tiers(self) -> tuple[TierRow, ...]:
        """The logic, then each tier stacked over it from the lowest up."""
        result = self.evaluation
        if not result.costs.tiers:
            return ()
        areas = [first_number(area) for area in result.tier_areas]
        paths = (result.chip.top.path, *(tier.path for tier in result.costs.tiers))
        contents = ((), *(tier.spec.contains for tier in result.costs.tiers))
        parts: list[dict[str, float]] = [{} for _ in areas]
        for row in result.rows_of_tiers:
            inside = parts[tier_of(result.costs.tiers, row.component, row.term)]
            inside[row.component] = inside.get(row.component, 0.0) + first_number(row.total)
        for area, inside in zip(areas, parts, strict=True):
            inside["white_space"] = area - sum(inside.values())
        number = (0.0, *map(first_number, result.vias))
        heat = zip(result.tier_powers, result.tier_temperature_rises, strict=True)
        shares: list[float | None] = [first_number(share) for share in result.tier_yields]
        good = shares or [None] * len(areas)
        return tuple(
            TierRow(
                path, area, area / max(areas), vias, first_number(watts), first_number(rise), share, blocks, inside
            )
            for path, area, vias, (watts, rise), share, blocks, inside in zip(
                paths, areas, number, heat, good, contents, parts, strict=True
            )
        )  # fmt: skip

    @cached_property
    def traffic(self) -> tuple[TrafficRow, ...]:
        """Spikes of populations between computing units, chips and shells."""
        return tuple(
            TrafficRow(
                row.path, first_number(row.places), first_number(row.neurons), first_number(row.copies),
                first_number(row.bits),
            )
            for row in self.evaluation.traffic
        )  # fmt: skip


def _by_layer(kind: str, term: EnergyRow, names: tuple[str, ...]) -> list[BreakdownRow]:
    energies = np.broadcast_to(term.energy, (len(names),))
    counts = np.broadcast_to(term.count, (len(names),))
    return [
        BreakdownRow(kind, layer, term.component, term.action, term.term, float(e), 0.0, float(n))
        for layer, e, n in zip(names, energies, counts, strict=True)
        if e > 0.0 or n > 0.0
    ]


def _instance_row(kind: str, action: str, row: InstanceRow, energy: float, area: float) -> BreakdownRow:
    return BreakdownRow(kind, "", row.component, action, row.term, energy, area, first_number(row.instances))
