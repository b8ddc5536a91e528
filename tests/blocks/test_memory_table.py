"""Static memory by a table: reading it, power laws between its rows, and what CACTI and published macros say of it."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroest.blocks.base import NetworkContext, TechnologyPoint
from neuroest.blocks.memories.sram_table import MemoryTable, TabulatedSram, risen
from neuroest.blocks.technology.process import Process
from neuroest.core.errors import RangeError, SpecError
from neuroest.core.provenance import Parameter, Traced, tracing, used_parameters
from neuroest.equations._numbers import bracketed, interpolated
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_device
from neuroest.pipeline.estimate import estimate
from tests.chips import changed, failed, known, run
from tests.each import each

ROOT = Path(__file__).parents[2]
CROSSCHECK = ROOT / "benchmarks" / "crosscheck"
CORNERS = ("lstp", "lop", "hp")
NETWORK = NetworkContext(
    spiking=False,
    timesteps=1.0,
    weight_bits=8.0,
    activation_bits=8.0,
    accumulator_bits=24.0,
    mean_absolute_weight=0.25,
)
KIBIBYTE = 8192.0
COLUMNS = (*MemoryTable.AXES, *MemoryTable.OTHERS, *MemoryTable.QUANTITIES)


def record(name: str) -> Any:
    device = load_device(name)
    return device.record.from_values({f"d.{key}": claim.value for key, claim in device.claims.items()}, "d")


def process(name: str, **values: Any) -> Process:
    return Process(**{**vars(record(name)), **values})


def memory(
    table: MemoryTable, capacity: Any, width: Any, here: Process, *, banks: Any = 1.0, voltage: Any = 1.0,
    temperature: Any = 300.0, **factors: Any,
) -> TabulatedSram:  # fmt: skip
    device = record("sram_cacti_lstp")
    values = dict.fromkeys(vars(device), 1.0) | {"cell_squares": 146.0} | factors
    return TabulatedSram(
        "memory", None, type(device)(**values), None, {"capacity": capacity, "width": width, "banks": banks},
        TechnologyPoint(here, voltage, temperature), MappingProxyType({}), table,
    )  # fmt: skip


# --- Reading -------------------------------------------------------------------------------------------------------


def law(node: float, banks: float, capacity: float, width: float) -> dict[str, float]:
    """A memory whose costs are products of powers of its coordinates."""
    return {
        "read_pJ": 1e-6 * node**2 * capacity**0.5 * width**0.7, "write_pJ": 2e-6 * node**2 * capacity**0.4 * width**0.9,
        "area_mm2": 1e-10 * node**2 * capacity * width**0.1 * banks**0.05, "leakage_uW": 1e-6 * capacity,
        "access_ns": 1e-3 * node * capacity**0.3, "cycle_ns": 2e-3 * node * capacity**0.25,
    }  # fmt: skip


def rows() -> list[dict[str, float]]:
    """Rows of such memories, those of few words left out, and the leakage of one at other temperatures."""
    found = []
    for node, banks, capacity, width in itertools.product(
        (22, 45, 90), (1, 4), (2**13, 2**15, 2**17), (8, 64, 256)
    ):
        if capacity >= 32 * width * banks:
            place = {"node_nm": node, "banks": banks, "capacity_bit": capacity, "width_bit": width}
            cold = place | {"temperature_K": 300, "supply_V": 1.0} | law(node, banks, capacity, width)
            found.append(cold)
            if (banks, capacity, width) == (1, 2**15, 64):
                found += [
                    cold | {"temperature_K": t, "leakage_uW": cold["leakage_uW"] * 2 ** ((t - 300) / 25)}
                    for t in (350, 400)
                ]
    return found


def written(folder: Path, given_rows: list[dict[str, Any]], columns: tuple[str, ...] = COLUMNS) -> Path:
    file = folder / "table.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.write("# a made-up memory\n")
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(given_rows)
    return file


@pytest.fixture(scope="module")
def laws(tmp_path_factory: pytest.TempPathFactory) -> MemoryTable:
    return MemoryTable.read(written(tmp_path_factory.mktemp("table"), rows()))


def test_power_laws_come_back_exactly_also_between_the_rows_and_where_words_are_few(
    laws: MemoryTable,
) -> None:
    here = process("cmos_28nm_lp", feature_size=33e-9)
    for capacity, width, banks in ((20_000.0, 24.0, 1.0), (2.0**13, 256.0, 1.0), (90_000.0, 100.0, 2.5)):
        made = memory(laws, capacity, width, here, banks=banks)
        for name, value in law(33.0, banks, capacity, width).items():
            expected = value / MemoryTable.QUANTITIES[name]
            assert made.quantity(name) == pytest.approx(expected, rel=1e-9), name


def test_leakage_rises_between_its_temperatures_and_the_process_carries_it_on(laws: MemoryTable) -> None:
    here = process("cmos_28nm_lp", leakage_doubling_temperature=10.0)

    def power(temperature: float) -> float:
        return float(memory(laws, 2.0**15, 64.0, here, temperature=temperature).statics(NETWORK)[0].power)

    # it doubles every 25 K in the table, and every 10 K of the process outside of it
    assert power(312.5) / power(300.0) == pytest.approx(2**0.5, rel=1e-9)
    assert power(380.0) / power(300.0) == pytest.approx(2 ** (80 / 25), rel=1e-9)
    assert power(420.0) / power(400.0) == pytest.approx(4.0, rel=1e-9)
    assert power(290.0) / power(300.0) == pytest.approx(0.5, rel=1e-9)


@each(
    "spoil, message",
    [
        (lambda found: found[3].update(read_pJ="0"), "read_pJ: '0' is not a number above zero"),
        (lambda found: found[3].update(width_bit="wide"), "width_bit: 'wide' is not a number above zero"),
        (lambda found: found[3].update(area_mm2="nan"), "area_mm2: 'nan' is not a number above zero"),
        (lambda found: found[3].update(area_mm2="-1"), "area_mm2: '-1' is not a number above zero"),
        (lambda found: found.append(found[0]), "two rows for the same memory"),
        (lambda found: found.__delitem__(slice(-6, None)), "has gaps"),
        (lambda found: found.clear(), "has no rows"),
        (
            lambda found: found.remove(next(r for r in found if r["temperature_K"] == 350)),
            "needs the leakage of one memory of every node at every temperature",
        ),
    ],
)
def test_a_bad_table_is_reported_in_a_line(
    tmp_path: Path, spoil: Callable[[Any], None], message: str
) -> None:
    found: list[dict[str, Any]] = [dict(row) for row in rows()]
    spoil(found)
    with pytest.raises(SpecError) as reported:
        MemoryTable.read(written(tmp_path, found))
    assert message in str(reported.value)
    assert "table.csv" in str(reported.value)


def test_a_missing_column_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    file = written(tmp_path, rows())
    file.write_text(file.read_text(encoding="utf-8").replace("read_pJ", "raed_pJ"), encoding="utf-8")
    with pytest.raises(SpecError, match=r"read_pJ: is not among the columns; did you mean 'raed_pJ'\?"):
        MemoryTable.read(file)


def test_rows_of_different_length_and_missing_files_are_reported(tmp_path: Path) -> None:
    file = written(tmp_path, rows())
    file.write_text(file.read_text(encoding="utf-8") + "1,2,3\n", encoding="utf-8")
    with pytest.raises(SpecError, match="is not a number above zero"):
        MemoryTable.read(file)
    with pytest.raises(SpecError, match=r"none\.csv"):
        MemoryTable.read(tmp_path / "none.csv")


def test_a_device_names_its_table_where_its_model_has_one_and_only_there(tmp_path: Path) -> None:
    text = (data_folder("device") / "memories" / "sram_cacti_lstp.yaml").read_text(encoding="utf-8")
    file = tmp_path / "sram_cacti_lstp.yaml"
    file.write_text(text.replace("table: sram_cacti_lstp.csv\n", ""), encoding="utf-8")
    with pytest.raises(SpecError, match=r"table: is missing: the name of the CSV file"):
        load_device(str(file))
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=r"sram_cacti_lstp\.csv: no such file"):
        load_device(str(file))
    other = (data_folder("device") / "memories" / "sram_22nm_lstp.yaml").read_text(encoding="utf-8")
    file = tmp_path / "sram_22nm_lstp.yaml"
    file.write_text(
        other.replace("process: cmos_22nm_lp", "process: cmos_22nm_lp\ntable: a.csv"), encoding="utf-8"
    )
    with pytest.raises(SpecError, match="table: sram has no table"):
        load_device(str(file))
    file.write_text(other.replace("process: cmos_22nm_lp", "table: ../a.csv"), encoding="utf-8")
    with pytest.raises(SpecError, match="table"):
        load_device(str(file))


# --- Interpolation -------------------------------------------------------------------------------------------------

heights = st.lists(st.floats(-5.0, 5.0), min_size=24, max_size=24)
places = st.floats(0.0, 1.0)


@pytest.mark.slow
@given(heights)
def test_levelling_makes_every_axis_rise_and_leaves_what_rises_alone(values: list[float]) -> None:
    grid = np.array(values).reshape(2, 3, 4)
    level = risen(grid, [1, 2])
    assert np.all(np.diff(level, axis=1) >= -1e-12)
    assert np.all(np.diff(level, axis=2) >= -1e-12)
    np.testing.assert_allclose(risen(level, [1, 2]), level, atol=1e-12)
    # no value leaves the range of those that it may lie between
    assert level.min() >= grid.min() - 1e-12
    assert level.max() <= grid.max() + 1e-12
    np.testing.assert_array_equal(risen(grid, []), grid)


@given(heights, places, places, places, places)
def test_what_rises_in_the_table_rises_between_its_points(
    values: list[float], one: float, other: float, step: float, rise: float
) -> None:
    grid = risen(np.array(values).reshape(6, 4), [0, 1])
    first, second = np.array([0.0, 1.0, 1.5, 4.0, 5.0, 9.0]), np.array([0.0, 2.0, 3.0, 3.5])
    x, y = 9.0 * one, 3.5 * other

    def at(u: float, v: float) -> float:
        return float(interpolated(grid, [bracketed(first, u), bracketed(second, v)]))

    here = at(x, y)
    assert at(x + (9.0 - x) * step, y) >= here - 1e-12
    assert at(x, y + (3.5 - y) * rise) >= here - 1e-12
    assert grid.min() - 1e-12 <= here <= grid.max() + 1e-12


def test_points_of_the_grid_come_back_and_ends_hold() -> None:
    axis, values = np.array([1.0, 2.0, 4.0]), np.array([3.0, 5.0, 6.0])
    for x, y in ((1.0, 3.0), (2.0, 5.0), (4.0, 6.0), (3.0, 5.5), (0.0, 3.0), (9.0, 6.0)):
        assert interpolated(values, [bracketed(axis, x)]) == pytest.approx(y, rel=1e-12)
    alone = bracketed(np.array([7.0]), 5.0)
    assert interpolated(np.array([2.0]), [alone]) == 2


# --- The tables that ship ------------------------------------------------------------------------------------------


def shipped(corner: str) -> MemoryTable:
    table: MemoryTable = load_device(f"sram_cacti_{corner}").table
    return table


def node_of(nanometres: float) -> Process:
    return process("cmos_28nm_lp", feature_size=nanometres * 1e-9)


@pytest.mark.parametrize("corner", CORNERS)
@given(
    node=st.floats(22.0, 89.0), growth=st.floats(1.0, 4.0), capacity=st.floats(2.0**13, 2.0**22),
    wide=st.floats(0.0, 1.0), banks=st.floats(1.0, 16.0), more=st.floats(1.0, 8.0), shrink=st.floats(0.0, 1.0),
)  # fmt: skip
def test_larger_wider_and_coarser_memories_never_cost_less(
    corner: str,
    node: float,
    growth: float,
    capacity: float,
    wide: float,
    banks: float,
    more: float,
    shrink: float,
) -> None:
    table = shipped(corner)
    width = 8.0 * (1024.0 / 8.0) ** wide
    here = memory(table, capacity, width, node_of(node), banks=banks)
    larger = memory(table, capacity * growth, width, node_of(node), banks=banks)
    wider = memory(table, capacity, min(width * more, 1024.0), node_of(node), banks=banks)
    coarser = memory(table, capacity, width, node_of(node + (90.0 - node) * shrink), banks=banks)
    slack = 1.0 - 1e-9
    for name, axes in MemoryTable.RISING.items():
        for axis, other in (("capacity_bit", larger), ("width_bit", wider), ("node_nm", coarser)):
            if axis in axes:
                assert other.quantity(name) >= here.quantity(name) * slack, (name, axis)


@pytest.mark.parametrize("corner", CORNERS)
def test_leakage_never_falls_with_the_temperature(corner: str) -> None:
    assert np.all(np.diff(shipped(corner).leakage_rise, axis=1) >= 0.0)


@pytest.mark.parametrize("corner", CORNERS)
def test_levelling_moves_no_value_of_the_source_far(corner: str) -> None:
    levelled = shipped(corner).levelled
    # CACTI picks another organisation from point to point; energy and area hardly care, times do
    assert all(levelled[name] < 1.35 for name in ("read_pJ", "write_pJ", "area_mm2", "leakage_uW")), dict(
        levelled
    )
    assert all(levelled[name] < 2.0 for name in ("access_ns", "cycle_ns")), dict(levelled)


def held_out() -> list[dict[str, str]]:
    with (CROSSCHECK / "cacti_between.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_runs_of_cacti_between_the_rows_are_met() -> None:
    errors: dict[str, list[float]] = {}
    for row in held_out():
        if row["corner"] not in CORNERS:
            continue
        made = memory(
            shipped(row["corner"]),
            float(row["capacity_bit"]),
            float(row["width_bit"]),
            node_of(float(row["node_nm"])),
        )
        for name, unit in MemoryTable.QUANTITIES.items():
            errors.setdefault(name, []).append(math.log(made.quantity(name) / (float(row[name]) / unit)))
    assert min(len(found) for found in errors.values()) >= 24 * len(CORNERS)
    spread = {name: math.exp(float(np.std(found))) for name, found in errors.items()}
    worst = {name: math.exp(float(np.max(np.abs(found)))) for name, found in errors.items()}
    close = ("read_pJ", "write_pJ", "area_mm2", "access_ns")
    assert all(spread[name] < 1.12 for name in close), spread
    assert all(worst[name] < 1.4 for name in close), worst
    # between nodes CACTI draws a straight line through off-currents that lie decades apart
    assert worst["leakage_uW"] < 1.75, worst
    # the organisation of least energy and delay is not that of the shortest cycle
    assert worst["cycle_ns"] < 1.95, worst


def test_batches_and_grids_of_memories_equal_the_single_ones() -> None:
    table = shipped("lstp")
    capacities, widths = np.array([[8.0], [60.0], [1000.0]]) * KIBIBYTE, np.array([[32.0], [48.0], [512.0]])
    nodes = np.array([[14e-9], [28e-9], [90e-9]])
    voltages, temperatures = np.array([[0.8], [0.9], [1.0]]), np.array([[290.0], [330.0], [410.0]])
    here = process("cmos_28nm_lp", feature_size=nodes)
    batch = memory(table, capacities, widths, here, voltage=voltages, temperature=temperatures)
    for i in range(3):
        single = process("cmos_28nm_lp", feature_size=float(nodes[i, 0]))
        at = {"voltage": float(voltages[i, 0]), "temperature": float(temperatures[i, 0])}
        alone = memory(table, float(capacities[i, 0]), float(widths[i, 0]), single, **at)
        for one, many in (
            (alone.energies(NETWORK)[0].energy, batch.energies(NETWORK)[0].energy),
            (alone.energies(NETWORK)[1].energy, batch.energies(NETWORK)[1].energy),
            (alone.areas(NETWORK)[0].area, batch.areas(NETWORK)[0].area),
            (alone.statics(NETWORK)[0].power, batch.statics(NETWORK)[0].power),
            (alone.access_time(), batch.access_time()),
        ):
            assert np.ndim(one) == 0
            assert np.shape(many) == (3, 1)
            assert many[i, 0] == pytest.approx(one, rel=1e-12)
        for lone, several in zip(alone.checks(NETWORK), batch.checks(NETWORK), strict=True):
            assert bool(np.broadcast_to(several.passed, (3, 1))[i, 0]) == bool(lone.passed), lone.name


def test_cells_of_the_process_and_the_supply_move_the_table_as_by_hand() -> None:
    table = shipped("lstp")
    here = process("cmos_28nm_lp")
    made = memory(table, 64 * KIBIBYTE, 64.0, here, voltage=0.7, area_factor=1.5, read_energy_factor=2.0)
    supply = float(made.reference_voltage())
    # CACTI interpolates its supplies of 22 nm and 32 nm, 0.8 V and 1.0 V, on a line; we on the logarithm of the node
    assert supply == pytest.approx(0.8 + 0.2 * math.log(28 / 22) / math.log(32 / 22), rel=1e-9)

    # energy scales with the square of the supply
    expected = made.quantity("read_pJ") * 2.0 * (0.7 / supply) ** 2
    assert made.energies(NETWORK)[0].energy == pytest.approx(expected, rel=1e-9)
    # 146 squares of 28 nm are 0.1145 um^2, the cell of the process is 0.127 um^2
    area = made.quantity("area_mm2") * 1.5 * 0.127 / (146 * 0.028**2)
    assert made.areas(NETWORK)[0].area == pytest.approx(area, rel=1e-9)
    # 3.3 per volt of the off-current of low-power transistors
    leakage = made.quantity("leakage_uW") * 0.7 / supply * math.exp(3.3 * (0.7 - supply))
    assert made.statics(NETWORK)[0].power == pytest.approx(leakage, rel=1e-9)


def test_a_traced_memory_knows_what_it_was_looked_up_by() -> None:
    with tracing():
        capacity, width = Traced(64 * KIBIBYTE, Parameter("capacity")), Traced(64.0, Parameter("width"))
        made = memory(
            shipped("lstp"),
            capacity,
            width,
            process("cmos_28nm_lp"),
            read_energy_factor=Traced(1.5, Parameter("factor")),
        )
        energy = made.energies(NETWORK)[0].energy
    assert {"capacity", "width", "factor"} <= used_parameters(energy)


# --- On a chip -----------------------------------------------------------------------------------------------------

CHIP, NET = "adc_crossbar_28nm", "mlp_mnist_dense"


def block(corner: str = "lstp", **choices: str) -> dict[str, Any]:
    return {
        "model": "sram_table", "device": f"sram_cacti_{corner}", "capacity": "64 KiB", "width": "64 bit",
        "stores": ["activations"], **choices,
    }  # fmt: skip


def test_a_chip_takes_its_buffer_from_the_table(tmp_path: Path) -> None:
    result = run(CHIP, NET, {"chip.tile.buffer": block()}, tmp_path)
    assert not {name for name in failed(result) if name.startswith("memory_")}
    assert known(result, "words_per_bank") == pytest.approx(8192.0)
    assert any(file.kind == "table" and file.file.endswith("sram_cacti_lstp.csv") for file in result.files)
    fast = run(CHIP, NET, {"chip.tile.buffer": block("hp")}, tmp_path)
    assert known(fast, "access_time") < known(result, "access_time")


@each(
    "choices, reported",
    [
        ({"capacity": "8 MiB"}, "capacity is outside the memory table"),
        ({"capacity": "100 bit", "width": "8 bit"}, "capacity is outside the memory table"),
        ({"width": "2048 bit", "capacity": "4 MiB"}, "word width is outside the memory table"),
        ({"banks": "32", "capacity": "1 MiB"}, "number of banks is outside the memory table"),
        ({"width": "512 bit", "capacity": "1 KiB"}, "a bank has fewer words than any in the memory table"),
    ],
)
def test_a_memory_that_the_table_does_not_cover_is_refused(
    tmp_path: Path, choices: dict[str, str], reported: str
) -> None:
    with pytest.raises(RangeError, match=reported):
        run(CHIP, NET, {"chip.tile.buffer": block(**choices)}, tmp_path)


def test_a_finer_process_is_flagged_and_a_coarser_one_refused(tmp_path: Path) -> None:
    file = changed("diffusive_3nm_projection_28nm", {"chip.tile.buffer": block(capacity="8 KiB")}, tmp_path)
    assert "memory_node_beyond" not in failed(estimate(file, "mlp_mnist_spiking"))
    fine = {"technology.process": "cmos_7nm_lp", "technology.supply_voltage": "0.7 V"}
    result = run(CHIP, NET, {"chip.tile.buffer": block(), **fine}, tmp_path)
    assert "memory_node_beyond" in failed(result)
    coarse = {"technology.process": "cmos_130nm", "technology.supply_voltage": "1.2 V"}
    with pytest.raises(RangeError, match="no node as coarse as this process"):
        run(CHIP, NET, {"chip.tile.buffer": block(), **coarse}, tmp_path)
