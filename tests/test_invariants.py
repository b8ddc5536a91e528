"""What must hold for any numbers: proportions, limits, sums, and that an estimate depends on its inputs alone."""

from __future__ import annotations

import copy
import hashlib
import json
import math
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroest.blocks.base import double_bookings
from neuroest.blocks.digital.in_memory_column import InMemoryColumn
from neuroest.blocks.interconnect.on_chip import Mesh
from neuroest.blocks.neurons.diffusive_base import DiffusiveNeuronBase
from neuroest.blocks.roles import CodesSpikes
from neuroest.core.errors import MappingError, NeuroestError, RangeError
from neuroest.design.build import Design, build
from neuroest.design.chip import instantiate
from neuroest.levels.digital_array import DigitalArrayMapper
from neuroest.levels.roofline import RooflineMapper
from neuroest.loading.library import load_architecture, load_device, load_workload, shipped
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import Evaluation, evaluate
from neuroest.registry import COMPONENTS
from neuroest.results.estimate import Estimate
from neuroest.specs.claims import DESIGN, Claim
from neuroest.specs.workload import WorkloadSpec, workload_claims
from tests.chips import changed, read_energy_without_wires
from tests.each import each
from tests.pairs import EACH_KIND, other_chips_nightly, pairs, runs

ROOT = Path(__file__).parents[1]
EXAMPLE = Path(__file__).parent / "data" / "worked_example"
FEW = settings(max_examples=25)
ARRAY = "chip.tile.array"


@cache
def designed(chip: str | Path) -> Design:
    return build(load_architecture(chip))


def claims_of(chip: str | Path, network: str | Path) -> dict[str, Claim]:
    return {**designed(chip).claims, **workload_claims(load_workload(network).spec)}


def point(chip: str | Path, network: str | Path, **values: Any) -> Evaluation:
    """All stages with some numbers replaced; ``__`` stands for a dot."""
    given = {path: claim.value for path, claim in claims_of(chip, network).items()}
    changes = {path.replace("__", "."): value for path, value in values.items()}
    assert changes.keys() <= given.keys(), sorted(changes.keys() - given.keys())
    return evaluate(designed(chip), load_workload(network).spec, given | changes)


def energy_of(result: Evaluation, term: str) -> float:
    rows = [row for row in result.dynamic if row.term == term]
    assert rows, term
    return float(sum(np.sum(row.energy) for row in rows))


FAST, MLP = EXAMPLE / "chip_fast.yaml", EXAMPLE / "mlp.yaml"
FIRST_SPIKING = "mlp_mnist_spiking"


SPIKING_CHIPS = [chip for chip, _ in pairs(FIRST_SPIKING)]
RUNNING = [
    (chip, FIRST_SPIKING if runs(chip, FIRST_SPIKING) else "mlp_mnist_dense")
    for chip in shipped("architecture")
]

# --- Proportions of the cell energy ---------------------------------------------------------------------------------


@FEW
@given(factor=st.floats(0.01, 4.0))
def test_cell_energy_is_proportional_to_the_read_voltage(factor: float) -> None:
    one = energy_of(point(FAST, MLP), "read_current")
    other = energy_of(point(FAST, MLP, chip__tile__array__read_voltage=0.2 * factor), "read_current")
    assert other == pytest.approx(factor * one, rel=1e-12)


@FEW
@given(supply=st.floats(0.6, 1.1))
def test_cell_energy_is_proportional_to_the_supply_of_a_linear_regulator(supply: float) -> None:
    one = energy_of(point(FAST, MLP), "read_current")
    other = energy_of(point(FAST, MLP, technology__supply_voltage=supply), "read_current")
    assert other == pytest.approx(supply / 0.9 * one, rel=1e-12)


@FEW
@given(factor=st.floats(0.01, 100.0))
def test_cell_energy_is_proportional_to_the_conductance(factor: float) -> None:
    # without a resistance in series the mean of a pair scales with both of its ends
    one = read_energy_without_wires(point(FAST, MLP))
    cell = {
        f"chip__tile__array__cell__{name}": claims_of(FAST, MLP)[f"{ARRAY}.cell.{name}"].value * factor
        for name in ("low_conductance", "high_conductance")
    }
    assert read_energy_without_wires(point(FAST, MLP, **cell)) == pytest.approx(factor * one, rel=1e-12)


@FEW
@given(width=st.floats(1e-6, 1.0))
def test_cell_energy_is_proportional_to_the_pulse_that_sets_the_read_time(width: float) -> None:
    # the neuron of this chip integrates for 100 ns; any longer pulse is the read time itself
    one = energy_of(point(FAST, MLP), "read_current")
    other = energy_of(point(FAST, MLP, chip__tile__array__pulse_width=width), "read_current")
    assert other == pytest.approx(width / 100e-9 * one, rel=1e-12)


@FEW
@given(width=st.floats(1e-10, 99e-9))
def test_a_pulse_shorter_than_the_integration_changes_nothing(width: float) -> None:
    one, other = point(FAST, MLP), point(FAST, MLP, chip__tile__array__pulse_width=width)
    assert energy_of(other, "read_current") == energy_of(one, "read_current")


@FEW
@given(efficiency=st.floats(0.05, 1.0), read=st.floats(0.01, 0.3))
def test_cell_energy_of_a_switching_converter_is_quadratic_in_the_read_voltage(
    efficiency: float, read: float
) -> None:
    switching = estimate_with(
        "chip_fast", "{model: linear_regulator}", "{model: switching_converter, efficiency: 1}"
    )
    base = energy_of(point(switching, MLP), "read_current")
    values = {
        "chip__tile__array__read_voltage": read,
        "chip__tile__array__read_supply__efficiency": efficiency,
    }
    expected = base * (read / 0.2) ** 2 / efficiency
    assert energy_of(point(switching, MLP, **values), "read_current") == pytest.approx(expected, rel=1e-12)


# --- Activity and time ----------------------------------------------------------------------------------------------

# What happens in every time step whether or not anything spikes.
CLOCKED = {
    "column_read": "every column of every array is read in each step",
    "column_bias": "and its clamp gives what the cells do not bring",
    "conversion": "every column is converted in each step",
    "merge": "the mirrors of every column are biased in each step",
    "hold": "what every neuron integrates is stored in each step",
    "sample": "every column is kept for its converter in each step",
    "switch": "every column, and every neuron of a map, has its slot in each step",
    "line_junction": "and is handed on over a line of many junctions",
    "line_pitch": "that passes its neighbours",
    "select": "a counter selects the next one",
    "select_line": "and sends it to all columns of the array",
    "addition": "every conversion is added up",
    "cycle": "the accumulator of every column of a memory takes a sum in each cycle",
    "fusion": "and the sums of the columns of a weight are put together",
    "time_step": "every neuron is driven below its threshold",
    "inference": "every neuron whose state stays is reset before an inference",
    "update": "every neuron of a digital core leaks in each step",
    "inactive_update": "the published core updates every neuron",
    "read": "the state of every neuron is fetched",
    "write": "and stored",
    "operation": "elements of pooling and addition are handled as they are",
    "spike_comparison": "and so are those of the largest in a window",
    "clock": "runs",
    "control": "runs",
}


def silent(chip: str, network: str) -> Evaluation:
    rates = {
        path.replace(".", "__"): 0.0
        for path in claims_of(chip, network)
        if path.startswith("workload.") and path.endswith(".rate")
    }
    assert rates
    return point(chip, network, **rates)


# Where spikes travel in frames, so does their absence.
FRAMED = {"bit": "off the chip", "bit_hop": "over the chip", "bit_entry": "onto the network"}
# Where a chip makes spikes of numbers and leaves a class, and not spikes.
CODED = {
    "bit": "numbers enter and a class leaves",
    "encode": "each number is compared with a random one in each step",
    "decide": "the counters are compared at the end",
}


def clocked_actions(result: Evaluation) -> set[str]:
    meshes = [block for _, block in result.chip.find(Mesh)]
    frames = any(mesh.spec.packet == "frame" for mesh in meshes) or not meshes
    # weights that the arrays do not hold together come again for each inference
    loading = {"program"} if any(level.mapper.reprograms for level in result.levels) else set()
    coding = set(CODED) if result.chip.find(CodesSpikes) else set()
    # the accumulators behind an adder tree add in each cycle
    columns = any(isinstance(one, InMemoryColumn) for one in result.chip.components())
    adding = {"accumulate"} if columns else set()
    return set(CLOCKED) | (set(FRAMED) if frames else set()) | coding | loading | adding


# These process a spike as a number, whatever it is.
NUMERIC = {
    "digital_int8_28nm",
    "digital_int8_7nm",
    "edge_accelerator_hailo8",
    "gpu_h100",
    "microcontroller_stm32h7a3",
}
EVENT_DRIVEN = [chip for chip in SPIKING_CHIPS if chip not in NUMERIC]


@pytest.mark.parametrize("chip", sorted(NUMERIC))
def test_a_chip_that_skips_no_zeros_works_as_much_without_spikes(chip: str) -> None:
    one, other = point(chip, FIRST_SPIKING), silent(chip, FIRST_SPIKING)
    switching = {action for _, action in one.counts.actions} & {"tree_addition"}
    for key, count in one.counts.actions.items():
        if key[1] in switching:
            assert np.all(other.counts.actions[key] == 0.0), key
        elif key[1] in {"busy_second", "multiply_accumulate", "tree_sum", "column_sum"}:
            np.testing.assert_array_equal(other.counts.actions[key], count)
    if not switching:
        np.testing.assert_array_equal(other.energy, one.energy)


SILENT = [
    (chip, network)
    for chip in EVENT_DRIVEN
    for network in (FIRST_SPIKING, "shd_recurrent_spiking", "vgg9_cifar10_spiking")
    if runs(chip, network)
]


@each("chip, network", SILENT)
def test_without_spikes_only_static_and_clocked_energy_is_left(chip: str, network: str) -> None:
    result = silent(chip, network)
    always = clocked_actions(result)
    for row in result.dynamic:
        if row.action not in always:
            assert np.all(row.energy == 0.0), (
                f"{row.component}: {row.term} costs {np.sum(row.energy)} J without a spike"
            )
    clocked = sum(float(np.sum(row.energy)) for row in result.dynamic if row.action in always)
    assert float(result.energy[0]) == pytest.approx(clocked + float(result.static_energy[0]), rel=1e-12)
    events = {
        "cell_read",
        "row_toggle",
        "spike",
        "hop",
        "bit_hop",
        "bit_entry",
        "synaptic_operation",
        "accumulate",
    }
    for part in events - always:
        counts = [n for (_, action), n in result.counts.actions.items() if action == part]
        assert all(np.all(n == 0.0) for n in counts), part


def current_left(result: Evaluation) -> Any:
    """Share of the cells' current that the wires leave, by layer."""
    return result.mapper.compute.current_left(result.mapper.network)


def spikes_for_one(result: Evaluation, component: str, action: str) -> Any:
    """Spikes of a neuron for one of the network, more where little time is left to forget; one for other parts."""
    array = result.mapper.compute
    own = getattr(array, "neuron", None)
    if own is None or (component, action) != (own.path, "spike"):
        return 1.0
    return array.drive(result.mapper.network).spikes_for_one


@FEW
@given(factor=st.floats(0.0, 1.0))
def test_event_driven_terms_are_proportional_to_the_activity(factor: float) -> None:
    network = FIRST_SPIKING
    chip = "diffusive_sampled_28nm"  # where the cells do not conduct for longer when neurons fire more often
    claims = claims_of(chip, network)
    rates = {
        p: c.value * factor for p, c in claims.items() if p.startswith("workload.") and p.endswith(".rate")
    }
    one = point(chip, network)
    other = point(chip, network, **{p.replace(".", "__"): v for p, v in rates.items()})
    found = {
        (row.component, row.action, row.term): row.energy for row in other.dynamic
    }  # none where nothing acts
    for row in one.dynamic:
        if row.action not in CLOCKED:
            energy = found.get((row.component, row.action, row.term), 0.0)
            # fewer active rows lose less along the wires, so that each of their cells carries more
            lossy = row.term == "read_current"
            before, after = (current_left(result) if lossy else 1.0 for result in (one, other))
            often, seldom = (spikes_for_one(result, row.component, row.action) for result in (one, other))
            np.testing.assert_allclose(
                energy / after / seldom, factor * row.energy / before / often, rtol=1e-12, atol=1e-30
            )


def once_an_inference(result: Evaluation) -> float:
    """Energy of what is done once however many steps stream by: resets, loading of weights, calling a processor."""
    rows = [row for row in result.dynamic if row.action == "inference"]
    calls = 0.0
    for mapper in (level.mapper for level in result.levels if np.any(level.own > 0.0)):
        if isinstance(mapper, DigitalArrayMapper):
            memory, unit = mapper.memory("weights"), mapper.compute.slots["unit"]
            assert memory is not None
            loading = (memory.path, "read"), (memory.path, "write"), (unit.path, "write")
            rows += [row for row in result.dynamic if (row.component, row.action) in loading]
        if isinstance(mapper, RooflineMapper):
            processor = mapper.compute.slots["processor"]
            d, (cost,) = processor.device, result.costs.energies
            calls += float(cost.energy) * (d.call_time / processor.options["batch"] + d.host_time)
    found = {row: float(np.sum(row.energy)) for row in result.dynamic}
    once = sum(found[row] for row in rows)
    synchronous = result.costs.synchronous
    clocked = sum(energy for row, energy in found.items() if row.component in synchronous)
    share = sum(found[row] for row in rows if row.component in synchronous) / clocked if clocked else 0.0
    once += share * sum(energy for row, energy in found.items() if row.action in {"clock", "control"})
    return once + calls


def spiking_energy(result: Evaluation) -> float:
    """Energy of the spikes of neurons that forget between them, and of drives that are longer where membranes leak."""
    neurons = [getattr(level.mapper.compute, "neuron", None) for level in result.levels]
    paths = {neuron.path for neuron in neurons if isinstance(neuron, DiffusiveNeuronBase)}
    return sum(
        float(np.sum(r.energy))
        for r in result.dynamic
        if (r.action == "spike" and r.component in paths) or r.term == "follower"
    )


def without_counters(chip: str, folder: Path) -> str | Path:
    """The chip without its spike_coder, whose counters have more bits where there are more steps to count in."""
    coders = instantiate(designed(chip), designed(chip).values).find(CodesSpikes)
    return changed(chip, {coder.path: None for _, coder in coders}, folder) if coders else chip


@each("shipped_chip", SPIKING_CHIPS)
def test_twice_the_time_steps_cost_twice_the_dynamic_energy(shipped_chip: str, tmp_path: Path) -> None:
    chip = without_counters(shipped_chip, tmp_path)
    steps = claims_of(chip, FIRST_SPIKING)["workload.timesteps"].value
    one, two = point(chip, FIRST_SPIKING), point(chip, FIRST_SPIKING, workload__timesteps=2 * steps)
    once = once_an_inference(one)
    fired = [
        spiking_energy(result) for result in (one, two)
    ]  # residue of earlier spikes brings later ones sooner
    assert 2.0 * fired[0] <= fired[1] * (1.0 + 1e-12) <= 3.0 * fired[0] * (1.0 + 1e-12)
    twice = 2 * (float(one.dynamic_energy[0]) - fired[0] - once) + once
    assert float(two.dynamic_energy[0]) - fired[1] == pytest.approx(twice, rel=1e-12)
    assert float(two.area[0]) == pytest.approx(float(one.area[0]), rel=1e-12)
    assert np.all(two.timing.latency > one.timing.latency)


@each("chip", SPIKING_CHIPS)
def test_more_work_never_costs_less(chip: str) -> None:
    factors = np.array([[0.5], [1.0], [1.5], [2.0], [4.0]])
    for path in ("workload.timesteps", "workload.activity.rate", "workload.input.activity.rate"):
        value = claims_of(chip, FIRST_SPIKING)[path].value
        result = point(chip, FIRST_SPIKING, **{path.replace(".", "__"): value * factors})
        energy = np.broadcast_to(np.reshape(result.dynamic_energy, -1), (5,))
        assert np.all(np.diff(energy) >= -1e-12 * energy[1:]), path


# --- Placement and sums ---------------------------------------------------------------------------------------------

_WIDTHS = st.integers(1, 700)


def perceptron(widths: list[int], weight_bits: int) -> WorkloadSpec:
    about = {"basis": "assumed", "rationale": "an example"}
    return WorkloadSpec.model_validate(
        {
            "kind": "workload",
            "name": "drawn",
            "description": "Drawn.",
            "coding": "spiking",
            "timesteps": 8,
            "precision": {"weights": weight_bits, "accumulator": 16},
            "weights": {"mean_absolute": 0.2, **about},
            "input": {"shape": [widths[0]], "activity": {"rate": 0.1, **about}},
            "activity": {"rate": 0.1, **about},
            "layers": [
                {"name": f"layer_{n}", "type": "fully_connected", "outputs": width}
                for n, width in enumerate(widths[1:])
            ],
        }
    )


def convolutions(
    side: int, layers: list[tuple[int, int, int, bool]], coding: str = "spiking"
) -> WorkloadSpec:
    about = {"basis": "assumed", "rationale": "an example"}
    channels, drawn = 4, []
    for n, (outputs, kernel, stride, grouped) in enumerate(layers):
        groups = channels if grouped else 1
        channels = outputs * (channels if grouped else 1)
        drawn.append(
            {"name": f"layer_{n}", "type": "convolution", "outputs": channels, "kernel": kernel, "stride": stride,
             "padding": kernel // 2, "groups": groups}
        )  # fmt: skip
    return WorkloadSpec.model_validate(
        {
            "kind": "workload",
            "name": "drawn",
            "description": "Drawn.",
            "coding": coding,
            "timesteps": 4,
            "precision": {"weights": 8, "accumulator": 24},
            "weights": {"mean_absolute": 0.2, **about},
            "input": {"shape": [4, side, side], "activity": {"rate": 0.1, **about}},
            "activity": {"rate": 0.1, **about},
            "layers": drawn,
        }
    )


_NETWORKS = st.one_of(
    st.builds(perceptron, st.lists(_WIDTHS, min_size=2, max_size=4), st.integers(1, 16)),
    st.builds(
        convolutions,
        st.integers(3, 20),
        st.lists(
            st.tuples(st.integers(1, 12), st.sampled_from([1, 3, 5]), st.integers(1, 2), st.booleans()),
            min_size=1, max_size=3,
        ),
    ),
)  # fmt: skip


def run_drawn(chip: str, network: WorkloadSpec, **changes: Any) -> Evaluation:
    values: dict[str, Any] = {p: c.value for p, c in designed(chip).claims.items()}
    values |= {p: c.value for p, c in workload_claims(network).items()}
    values |= {path.replace("__", "."): value for path, value in changes.items()}
    return evaluate(designed(chip), network, values)


@settings(FEW, max_examples=60)
@given(
    network=_NETWORKS,
    rows=st.integers(1, 300),
    columns=st.integers(2, 300),
    reads=st.sampled_from([1, 7, 1e9]),
)
def test_arrays_hold_all_cells_and_are_never_more_than_full(
    network: WorkloadSpec, rows: int, columns: int, reads: float
) -> None:
    chip = "diffusive_28nm_derived"
    result = run_drawn(chip, network, chip__tile__array__rows=rows, chip__tile__array__columns=columns)
    placement, layers, array = result.mapped.placement, result.layers, result.mapper.compute
    columns_each, rows_each = array.weights.devices_per_weight()
    cells = layers.weights * columns_each * rows_each * array.weights.slices(result.mapper.network)
    capacity = float(rows * columns)
    assert np.all(placement.units * capacity >= cells * placement.replication * (1 - 1e-12))
    assert np.all(placement.utilisation <= 1.0 + 1e-12)
    assert np.all(placement.utilisation >= 0.0)
    np.testing.assert_allclose(
        placement.utilisation * placement.units * capacity, cells * placement.replication * layers.is_weighted,
        rtol=1e-9,
    )  # fmt: skip
    assert np.all(placement.units == np.round(placement.units))
    held = float(result.mapped.counts[ARRAY].reshape(-1)[0])
    assert (
        held
        >= float(np.sum(placement.units))
        > held - float(claims_of(chip, FIRST_SPIKING)[f"{ARRAY}.count"].value)
    )
    assert float(np.sum(placement.neurons)) == float(np.sum(layers.output_elements * layers.is_weighted))


@FEW
@given(network=_NETWORKS, chip=st.sampled_from(EVENT_DRIVEN))
def test_components_add_up_to_the_total(network: WorkloadSpec, chip: str) -> None:
    try:
        result = run_drawn(chip, network)
    except MappingError:
        return
    dynamic = math.fsum(float(np.sum(row.energy)) for row in result.dynamic)
    static = math.fsum(float(np.reshape(row.total, -1)[0]) for row in result.statics)
    assert dynamic == pytest.approx(float(result.dynamic_energy[0]), rel=1e-9)
    assert static == pytest.approx(float(result.static_power[0]), rel=1e-9)
    total = dynamic + static * float(np.reshape(result.active_time, -1)[0])
    assert total == pytest.approx(float(np.reshape(result.energy, -1)[0]), rel=1e-9)
    keys = [(row.component, row.action, row.term) for row in result.dynamic]
    assert len(keys) == len(set(keys)), "a term is booked twice"
    counted = {(component, action) for component, action, _ in keys}
    for key, count in result.counts.actions.items():
        if key[1] != "time_step":  # a neuron that draws nothing below its threshold
            assert key in counted or not np.any(count > 0.0), f"{key} is counted and costs nothing"


FAMILIES: dict[str, str] = {
    quantity: block.family or block.model for block in COMPONENTS.values() for quantity in block.owns
}


def test_no_two_families_of_blocks_own_one_quantity() -> None:
    assert not double_bookings(COMPONENTS.values())


@each("chip, network", RUNNING)
def test_every_joule_is_booked_by_its_owner_and_by_nobody_else(chip: str, network: str) -> None:
    result = point(chip, network)
    components = {component.path: component for component in result.chip.components()}
    for cost in result.costs.energies:
        component = components[cost.component]
        family = component.family or component.model
        # vias are charged to the block that they connect
        owners = {family, "stacked_tier"} if cost.quantity == "vias between tiers" else {family}
        assert FAMILIES[cost.quantity] in owners, f"{cost.component} books {cost.quantity!r}"
        for foreign in (quantity for quantity, owner in FAMILIES.items() if owner != family):
            with pytest.raises(NeuroestError, match="does not own"):
                component.energy("read", "read", 1.0, foreign)


def pooling_is_paid_or_told(chip: str, network: str = "vgg9_cifar10_spiking") -> bool:
    result = estimate(chip, network)
    paid = any(row.layer.startswith("pool") and row.energy_J > 0.0 for row in result.breakdown)
    return paid or any("pooling" in text for text in result.exclusions)


@each("chip", [chip for chip, _ in pairs("vgg9_cifar10_spiking") if chip != "loihi_14nm"])
def test_what_a_layer_without_weights_costs_is_paid_or_reported(chip: str) -> None:
    assert pooling_is_paid_or_told(chip)


def test_pooling_on_a_core_of_published_events_is_paid_or_reported() -> None:
    assert pooling_is_paid_or_told("loihi_14nm")


@FEW
@given(network=_NETWORKS)
def test_synaptic_operations_are_those_of_the_network_on_every_chip(network: WorkloadSpec) -> None:
    chips = ("diffusive_28nm_derived", "adc_crossbar_28nm", "loihi_14nm", "digital_spiking_28nm")
    found = {float(run_drawn(chip, network).layers.synaptic_operations) for chip in chips}
    assert len(found) == 1
    result = run_drawn("loihi_14nm", network)
    operations = next(n for (_, a), n in result.counts.actions.items() if a == "synaptic_operation")
    assert float(np.sum(operations)) == pytest.approx(found.pop(), rel=1e-12)


@FEW
@given(factor=st.integers(2, 6))
def test_a_chip_of_fixed_size_costs_the_area_that_it_has(factor: int) -> None:
    def area(tiles: int) -> float:
        result = estimate("diffusive_28nm_derived", FIRST_SPIKING, {"chip.tile.count": str(tiles)})
        return sum(
            r.area_m2
            for r in result.breakdown
            # neurons follow the outputs, and one charge pump is in a chip
            if r.component.startswith("chip.tile") and not {"neuron", "pump"} & set(r.component.split("."))
        )

    assert area(45 * factor) == pytest.approx(factor * area(45), rel=1e-9)


# --- Process nodes --------------------------------------------------------------------------------------------------

LOW_POWER_NODES = (55, 45, 40, 32, 28, 22, 20, 16, 14, 10, 7, 5, 3)


@cache
def at_node(chip: str, network: str, node: int) -> Estimate:
    process = f"cmos_{node}nm_lp"
    supply = load_device(process).claims["nominal_supply_voltage"].value
    return estimate(
        chip, network, {"technology.process": process, "technology.supply_voltage": f"{supply!r} V"}
    )


@pytest.mark.parametrize("quantity", ["area_m2", "energy_per_inference_J", "dynamic_energy_J"])
@pytest.mark.parametrize(
    ("chip", "network"),
    [("digital_int8_28nm", "mlp_mnist_dense"), ("digital_int8_28nm", "vgg9_cifar10_dense"),
     ("digital_spiking_28nm", "mlp_mnist_spiking")],
)  # fmt: skip
def test_a_smaller_node_takes_less(chip: str, network: str, quantity: str) -> None:
    found = [at_node(chip, network, node).totals[quantity] for node in LOW_POWER_NODES]
    larger = [
        f"{after} nm takes more {quantity} than {before} nm"
        for before, after, a, b in zip(LOW_POWER_NODES, LOW_POWER_NODES[1:], found, found[1:], strict=False)
        if b > a
    ]
    assert not larger


def test_every_shipped_low_power_node_is_looked_at() -> None:
    shipped_nodes = {
        int(name.removeprefix("cmos_").removesuffix("nm_lp"))
        for name in shipped("device")
        if name.startswith("cmos_") and name.endswith("_lp")
    }
    assert shipped_nodes == set(LOW_POWER_NODES)


@pytest.mark.parametrize("chip", ["digital_int8_28nm", "digital_spiking_28nm", "diffusive_28nm_derived"])
def test_leakage_grows_with_temperature_and_nothing_else_does(chip: str) -> None:
    # ions move faster in the warmth, so that rows conduct for less long; without a barrier they do not
    barrier = f"{ARRAY}.readout.neuron.activation_energy".replace(".", "__")
    still = {barrier: 0.0} if chip.startswith("diffusive") else {}
    temperatures = np.array([[250.0], [300.0], [350.0], [400.0]])
    result = point(chip, FIRST_SPIKING, technology__temperature=temperatures, **still)
    leakage = np.sum(
        [np.broadcast_to(r.total, (4, 1)) for r in result.statics if r.term == "leakage"], axis=0
    )
    assert np.all(np.diff(leakage[:, 0]) > 0.0)
    assert np.allclose(result.dynamic_energy, np.reshape(result.dynamic_energy, -1)[0], rtol=1e-12)
    if still:
        moving = point(chip, FIRST_SPIKING, technology__temperature=temperatures)
        assert np.all(np.diff(np.reshape(moving.dynamic_energy, -1)) < 0.0)


# --- Checks ---------------------------------------------------------------------------------------------------------


def check_of(result: Evaluation, name: str) -> Any:
    return next(check for check in result.checks if check.name == name)


def test_the_loss_along_the_columns_vanishes_with_the_activity() -> None:
    # a single active row still feeds all its columns, so what its own wire takes stays
    chip, factors = "adc_crossbar_28nm", np.array([[1.0], [0.5], [0.1], [1e-2], [1e-4], [0.0]])
    rates = {
        p.replace(".", "__"): c.value * factors
        for p, c in claims_of(chip, FIRST_SPIKING).items()
        if p.startswith("workload.") and p.endswith(".rate")
    }
    result = point(chip, FIRST_SPIKING, **rates)
    loss = np.reshape(check_of(result, "ir_drop").value, -1)
    array = result.mapper.compute
    row_only = float(np.reshape(array.ir_drop(result.mapper.network, 0.0), -1)[0])
    assert np.all(np.diff(loss) < 0.0)
    assert loss[-1] == pytest.approx(row_only, rel=1e-12)
    odds = loss / (1.0 - loss)  # the loss saturates, x / (1 + x); x itself is linear in the activity
    np.testing.assert_allclose(odds - odds[-1], factors[:, 0] * (odds[0] - odds[-1]), rtol=1e-9, atol=1e-15)


def test_the_loss_along_the_wires_vanishes_with_the_conductance() -> None:
    factors = np.array([[1.0], [1e-2], [1e-4], [1e-6]])
    path = "chip__tile__array__cell__"
    cell = {
        f"{path}{name}": claims_of("adc_crossbar_28nm", FIRST_SPIKING)[f"{ARRAY}.cell.{name}"].value * factors
        for name in ("low_conductance", "high_conductance")
    }
    loss = np.reshape(check_of(point("adc_crossbar_28nm", FIRST_SPIKING, **cell), "ir_drop").value, -1)
    assert np.all(np.diff(loss) < 0.0)
    assert loss[-1] == pytest.approx(1e-2 * loss[-2], rel=0.01)
    assert loss[-1] < 1e-5 * loss[0]  # strong cells have parallel wires


@cache
def folder_of_examples() -> Path:
    import tempfile

    return Path(tempfile.mkdtemp(prefix="neuroest_examples_"))


@cache
def estimate_with(chip: str, old: str, new: str) -> Path:
    """A chip of the worked example with one piece of its text replaced."""
    folder = folder_of_examples()
    for path in EXAMPLE.glob("*.yaml"):
        if not (folder / path.name).exists():
            shutil.copy(path, folder)
    text = (EXAMPLE / f"{chip}.yaml").read_text(encoding="utf-8")
    assert old in text
    made = folder / f"{chip}_{hashlib.sha256((old + new).encode()).hexdigest()[:8]}.yaml"
    made.write_text(text.replace(old, new, 1), encoding="utf-8")
    return made


@pytest.fixture(scope="module", autouse=True)
def _clean_up() -> Any:
    yield
    shutil.rmtree(folder_of_examples(), ignore_errors=True)
    # tests of a module need not run one after the other
    folder_of_examples.cache_clear()
    estimate_with.cache_clear()


def test_a_hot_design_fails_the_check_of_its_package() -> None:
    # 92 arrays read at 0.2 V and 100 ns without a pause: 316 nJ in 2 us on a tenth of a square millimetre
    hot = estimate_with(
        "chip_fast",
        "  count: 1\n",
        "  count: 1\n  overheads: {model: chip_overheads, device: overheads_generic}\n",
    )
    result = estimate(hot, MLP)
    assert result.totals["power_density_W_per_m2"] > 1e6
    (check,) = [check for check in result.failed_checks if check.name == "power_density"]
    assert check.severity == "design_rule"
    assert check.value == pytest.approx(result.totals["power_density_W_per_m2"])
    assert check.value > check.limit
    # a longer pulse would cool nothing, since the cells draw the same power for longer; fewer spikes do
    cool = estimate(hot, MLP, {"workload.activity.rate": "1e-3", "workload.input.activity.rate": "1e-3"})
    assert "power_density" not in {check.name for check in cool.failed_checks}


def test_a_large_via_feeds_through() -> None:
    path = f"{ARRAY}.readout.neuron.via_side"
    names = {
        side: {c.name for c in estimate("diffusive_28nm_derived", FIRST_SPIKING, {path: side}).failed_checks}
        for side in ("100 nm", "1 um")
    }
    assert "input_feedthrough" not in names["100 nm"]
    assert "input_feedthrough" in names["1 um"]


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_a_converter_of_the_survey_below_four_bits_is_refused(bits: int, tmp_path: Path) -> None:
    def surveyed(bits: int) -> Estimate:
        chip: Any = copy.deepcopy(load_architecture("adc_crossbar_28nm").document.data)
        chip["chip"]["tile"]["array"]["readout"]["converter"] = {
            "model": "survey_adc", "device": "adc_survey_median", "bits": bits, "sample_rate": "100 MHz",
        }  # fmt: skip
        file = tmp_path / "adc_crossbar_28nm.yaml"
        file.write_text(json.dumps(chip))
        return estimate(file, "mlp_mnist_dense")

    with pytest.raises(RangeError, match="resolution is outside the converter survey"):
        surveyed(bits)
    assert surveyed(4).totals["area_m2"] > 0.0


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_a_whole_converter_below_four_bits_is_reported(bits: int) -> None:
    # the smallest that its law was found from has 4 bits
    path = f"{ARRAY}.readout.converter"
    few, least = (
        estimate("adc_crossbar_28nm", "mlp_mnist_dense", {f"{path}.bits": str(b)}) for b in (bits, 4)
    )
    (check,) = [check for check in few.failed_checks if check.name == "converter_fit"]
    assert (check.component, check.severity) == (path, "extrapolation")
    assert "converter_fit" not in {check.name for check in least.failed_checks}
    for quantity in ("area_m2", "energy_per_inference_J"):
        assert 0.0 < few.totals[quantity] < least.totals[quantity]


@each("chip", [chip for chip, _ in RUNNING])
def test_a_supply_outside_of_the_scaling_laws_is_refused(chip: str) -> None:
    network = dict(RUNNING)[chip]
    claims = designed(chip).claims
    low, high = (claims[f"technology.process.{end}_supply_voltage"].value for end in ("minimum", "maximum"))
    for supply in (0.99 * low, 1.01 * high):
        with pytest.raises(RangeError, match="supply"):
            estimate(chip, network, {"technology.supply_voltage": f"{supply!r} V"})


@pytest.mark.parametrize("capacity", ["64 bit", "64 GiB"])
def test_a_memory_outside_of_its_fit_is_reported(capacity: str) -> None:
    result = estimate("diffusive_28nm_derived", FIRST_SPIKING, {"chip.tile.buffer.capacity": capacity})
    (check,) = [check for check in result.failed_checks if check.name == "memory_capacity"]
    assert check.severity == "extrapolation"
    assert check.component == "chip.tile.buffer"


def test_a_column_beyond_its_clamp_is_reported() -> None:
    path = f"{ARRAY}.readout.interface.bias_current"
    result = estimate("diffusive_28nm_derived", FIRST_SPIKING, {path: "1 nA"})
    assert "clamp_carries_current" in {check.name for check in result.failed_checks}


def test_a_neuron_below_its_threshold_never_fires_and_is_refused() -> None:
    with pytest.raises(RangeError, match="never fires"):
        estimate("diffusive_28nm_derived", FIRST_SPIKING, {f"{ARRAY}.readout.neuron.input_voltage": "0.01 V"})


# --- Independence of order ------------------------------------------------------------------------------------------


def digest(chip: str, network: str) -> str:
    return hashlib.sha256(estimate(chip, network).to_json().encode()).hexdigest()


@cache
def digest_at_first(chip: str, network: str) -> str:
    return digest(chip, network)


_DIGESTS = """
import hashlib, json, sys
from neuroest.pipeline.estimate import estimate
found = {}
for chip, network in json.loads(sys.argv[1]):
    found[f"{chip} {network}"] = hashlib.sha256(estimate(chip, network).to_json().encode()).hexdigest()
print(json.dumps(found))
"""


def digests_of_a_fresh_process(pairs: list[tuple[str, str]]) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", _DIGESTS, json.dumps(pairs)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


OF_EACH_KIND = [pair for pair in RUNNING if pair[0] in EACH_KIND]


@pytest.mark.slow
@pytest.mark.parametrize("pairs", [OF_EACH_KIND, pytest.param(RUNNING, marks=pytest.mark.nightly)], ids=len)
def test_an_estimate_does_not_depend_on_what_was_estimated_before(pairs: list[tuple[str, str]]) -> None:
    here = {f"{chip} {network}": digest_at_first(chip, network) for chip, network in pairs}
    assert digests_of_a_fresh_process(pairs[::-1]) == here


@pytest.mark.slow
@pytest.mark.parametrize(("chip", "network"), other_chips_nightly(RUNNING))
def test_an_estimate_leaves_nothing_behind(chip: str, network: str) -> None:
    before = digest_at_first(chip, network)
    with pytest.raises(NeuroestError):
        estimate(chip, network, {"technology.supply_voltage": "90 V"})
    changed = estimate(chip, network, {"technology.temperature": "335 K"})  # vanadium dioxide ends at 341 K
    assert changed.claims["technology.temperature"].value == 335
    changed.used_paths  # noqa: B018 - traces everything
    assert digest(chip, network) == before


@pytest.mark.slow
@pytest.mark.parametrize("pairs", [OF_EACH_KIND, pytest.param(RUNNING, marks=pytest.mark.nightly)], ids=len)
def test_estimates_in_threads_are_those_of_one_thread(pairs: list[tuple[str, str]]) -> None:
    expected = [digest_at_first(chip, network) for chip, network in pairs]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda pair: digest(*pair), pairs * 2))
    assert found == expected * 2


def test_files_of_one_name_in_two_folders_are_two_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # unpacked from an archive they may have the same size and the same time to the nanosecond
    found = []
    for supply in ("0.90 V", "0.95 V"):
        folder = tmp_path / supply[:4]
        shutil.copytree(EXAMPLE, folder)
        chip = folder / "chip_fast.yaml"
        chip.write_text(chip.read_text(encoding="utf-8").replace("0.9 V", supply), encoding="utf-8")
        os.utime(chip, ns=(10**18, 10**18))
        monkeypatch.chdir(folder)
        found.append(estimate("chip_fast.yaml", "mlp.yaml").claims["technology.supply_voltage"].value)
    assert found == [pytest.approx(0.9, rel=1e-9), pytest.approx(0.95, rel=1e-9)]


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    cell, chip = tmp_path / "cell.yaml", tmp_path / "chip_fast.yaml"
    found = []
    for value in ("40 uS", "41 uS", "4.0e-5 S"):
        cell.write_text(
            (EXAMPLE / "cell.yaml").read_text(encoding="utf-8").replace("40 uS", value), encoding="utf-8"
        )
        found.append(estimate(chip, MLP).claims[f"{ARRAY}.cell.high_conductance"].value)
    assert found == pytest.approx([40e-6, 41e-6, 40e-6])


# --- Scalar and batch -----------------------------------------------------------------------------------------------


def outcome_of(result: Evaluation, points: int) -> dict[str, np.ndarray]:
    layers = len(result.layers.names)
    found: dict[str, Any] = {
        "energy": result.energy,
        "area": result.area,
        "static_power": result.static_power,
        "latency": result.timing.latency,
        "interval": result.timing.initiation_interval,
        "power_density": result.power_density,
    }
    table = {name: np.broadcast_to(np.reshape(v, (-1, 1)), (points, 1)) for name, v in found.items()}
    for row in result.dynamic:
        key = f"{row.component} {row.action} {row.term}"
        table[key] = np.broadcast_to(np.asarray(row.energy), (points, layers))
    for kind, rows in (("area", result.areas), ("static", result.statics)):
        for row in rows:
            total = np.broadcast_to(np.reshape(np.asarray(row.total), (-1, 1)), (points, 1))
            table[f"{kind} {row.component} {row.term}"] = total
    for check in result.checks:
        passed = np.asarray(check.passed, dtype=float)
        table[f"check {check.component} {check.name}"] = np.broadcast_to(
            np.reshape(passed, (-1, 1)), (points, 1)
        )
    return table


def varied(claims: Mapping[str, Claim], generator: random.Random, points: int) -> dict[str, np.ndarray]:
    """Seven values each of some claims: choices of whole numbers by whole factors, the rest by a few per cent."""
    paths = [p for p, c in claims.items() if c.value != 0.0]
    if any(path.endswith(".unit.weight_bits") for path in paths):  # wider numbers are refused there
        paths = [
            p for p in paths if p not in {"workload.precision.weights", "workload.precision.activations"}
        ]
    if "workload.input.activity.rate" in claims:  # a timestep of spikes is read once, more reads are refused
        paths = [p for p in paths if not p.endswith(".schedule.reads_per_result")]
    # always one each of chip, technology and network, the rest wherever it falls
    chosen = {
        generator.choice([p for p in paths if p.startswith(prefix)])
        for prefix in ("chip.", "technology.", "workload.")
    }
    while len(chosen) < 5:
        chosen.add(generator.choice(paths))
    found = {}
    for path in sorted(chosen):
        claim = claims[path]
        if claim.basis == DESIGN and claim.value == round(claim.value):
            factors = [generator.choice([1.0, 2.0, 3.0]) for _ in range(points)]
        else:
            factors = [1.0 - 0.1 * generator.random() for _ in range(points)]
        found[path] = claim.value * np.array(factors)[:, np.newaxis]
    return found


BATCHED = pairs(FIRST_SPIKING, "vgg9_cifar10_spiking", "shd_recurrent_spiking", "vgg9_cifar10_dense")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in (1, 2, 3))])
@pytest.mark.parametrize(("chip", "network"), other_chips_nightly(BATCHED))
def test_a_batch_gives_the_same_as_its_points_one_by_one(chip: str, network: str, seed: int) -> None:
    points = 7
    design, spec = designed(chip), load_workload(network).spec
    claims = claims_of(chip, network)
    plain: dict[str, Any] = {path: claim.value for path, claim in claims.items()}
    changes = varied(claims, random.Random(f"{chip} {network} {seed}"), points)
    batch = outcome_of(evaluate(design, spec, plain | changes), points)
    order = random.Random(seed).sample(range(points), points)
    shuffled = outcome_of(evaluate(design, spec, plain | {p: v[order] for p, v in changes.items()}), points)
    for place in range(points):
        values = plain | {path: float(column[place, 0]) for path, column in changes.items()}
        alone = outcome_of(evaluate(design, spec, values), 1)
        assert batch.keys() == shuffled.keys()
        # what only other points do costs this one nothing, and it passes the checks of that
        for name in batch.keys() ^ alone.keys():
            np.testing.assert_array_equal(batch[name][place], float(name.startswith("check ")), err_msg=name)
            assert np.any(batch[name] > 0.0), name
        for name, expected in alone.items():
            reported = f"{name} at point {place} of {sorted(changes)}"
            np.testing.assert_allclose(
                batch[name][place], expected[0], rtol=1e-12, atol=1e-300, err_msg=reported
            )
            at = order.index(place)
            np.testing.assert_allclose(
                shuffled[name][at], expected[0], rtol=1e-12, atol=1e-300, err_msg=reported
            )


@pytest.mark.parametrize(("chip", "network"), other_chips_nightly(RUNNING))
def test_an_open_grid_gives_the_same_as_its_points(chip: str, network: str) -> None:
    design, spec, claims = designed(chip), load_workload(network).spec, claims_of(chip, network)
    plain: dict[str, Any] = {path: claim.value for path, claim in claims.items()}
    rows = "technology.temperature"
    columns = (
        "workload.input.activity.rate"
        if f"{network}".endswith("spiking")
        else "workload.precision.accumulator"
    )
    first = plain[rows] * np.array([1.0, 1.05, 1.1])
    second = plain[columns] * np.array([1.0, 2.0])
    grid = evaluate(design, spec, plain | {rows: first[:, None, None], columns: second[None, :, None]})
    energy = np.broadcast_to(grid.energy, (3, 2, 1))
    for i, j in ((0, 1), (1, 0), (2, 1)):  # each row and each column
        alone = evaluate(design, spec, plain | {rows: float(first[i]), columns: float(second[j])})
        np.testing.assert_allclose(energy[i, j], np.reshape(alone.energy, -1), rtol=1e-12)


def test_a_design_is_left_as_it_was() -> None:
    design = designed("diffusive_28nm_derived")
    before = dict(design.values)
    with pytest.raises(TypeError):
        design.claims["technology.temperature"] = None  # type: ignore[index]
    point("diffusive_28nm_derived", FIRST_SPIKING, technology__temperature=400.0)
    assert design.values == before
