"""Claims about slow and fast dies: the table of corners, and what it does to a chip."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import neuroest
from neuroest.blocks.technology.corner_table import CornerTable
from neuroest.core.errors import SpecError
from neuroest.design.overrides import design_with
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import load_architecture, load_device, load_workload, shipped
from neuroest.pipeline.comparison import at_corner
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import evaluate
from neuroest.reporting.estimate_document import estimate_document
from neuroest.results.estimate import Estimate
from tests.chips import changed
from tests.each import each
from tests.pairs import runs
from tests.shared import estimated

FILE = data_folder("device") / "transistors" / "corners_open_kits.csv"
CHIP, NET = "digital_int8_28nm", "mlp_mnist_dense"
SPIKING = "mlp_mnist_spiking"
KITS = {"gf180mcu": 180.0, "sky130": 130.0, "freepdk45": 45.0, "asap7": 7.0}


def rows() -> list[dict[str, str]]:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def ratio(kit: str, corner: str, column: str, share: str = "1", temperature: str = "300") -> float:
    """A value of the file at a corner over the typical one."""

    def value(of: str) -> float:
        return next(
            float(row[column])
            for row in rows()
            if (row["kit"], row["corner"], row["supply_share"], row["temperature_K"])
            == (kit, of, share, temperature)
        )

    return value(corner) / value("tt")


def between(low: str, high: str, node: float, corner: str, column: str) -> float:
    """Power law through the ratios of two kits."""
    part = np.log(node / KITS[low]) / np.log(KITS[high] / KITS[low])
    return float(ratio(low, corner, column) ** (1.0 - part) * ratio(high, corner, column) ** part)


# --- The table -----------------------------------------------------------------------------------------------------


def test_at_every_row_slow_is_slower_and_leaks_less() -> None:
    found = {(r["kit"], r["supply_share"], r["temperature_K"], r["corner"]): r for r in rows()}
    assert {r["kit"] for r in rows()} == set(KITS)
    for (kit, share, warm, corner), row in found.items():
        if corner not in {"ss", "ff"}:
            continue
        typical, sign = found[kit, share, warm, "tt"], 1.0 if corner == "ss" else -1.0
        over = {
            name: float(row[name]) / float(typical[name])
            for name in ("leakage_pA", "drive_n_uA", "drive_p_uA", "off_n_pA", "off_p_pA")
        }
        assert all(sign * (value - 1.0) < 0.0 for value in over.values()), (kit, share, warm, corner, over)
        assert sign * (float(row["threshold_n_mV"]) - float(typical["threshold_n_mV"])) > 0.0
        if row["delay_ps"]:
            assert sign * (float(row["delay_ps"]) / float(typical["delay_ps"]) - 1.0) > 0.0
            assert 0.87 < float(row["energy_fJ"]) / float(typical["energy_fJ"]) < 1.17


@each("kit", KITS)
@each("corner", ["ss", "ff"])
def test_delay_at_a_corner_hardly_depends_on_the_temperature(kit: str, corner: str) -> None:
    # the table has it at 300 K only; the logarithm of the ratio moves by less than a third to 400 K
    cold, warm = (np.log(ratio(kit, corner, "delay_ps", temperature=t)) for t in ("300", "400"))
    assert abs(warm - cold) < max(abs(cold) / 3.0, 0.01)


@pytest.mark.parametrize("kit", ["gf180mcu", "sky130"])
def test_mixed_corners_lie_between_the_pure_ones_in_delay(kit: str) -> None:
    slow, fast = ratio(kit, "ss", "delay_ps"), ratio(kit, "ff", "delay_ps")
    for mixed in ("sf", "fs"):
        assert fast < ratio(kit, mixed, "delay_ps") < slow
        # the n-type alone goes about as far as at the pure corner
        pure = {"sf": "ss", "fs": "ff"}[mixed]
        ends = np.log([ratio(kit, mixed, "drive_n_uA"), ratio(kit, pure, "drive_n_uA")])
        assert 0.6 < ends[0] / ends[1] < 1.15


def test_how_well_two_kits_tell_of_a_third() -> None:
    claims = load_device("corners_open_kits").spec.parameters
    for name, corner, column in (("speed_depth", "ss", "delay_ps"), ("leakage_depth", "ff", "leakage_pA")):
        for alternative, (kit, low, high) in zip(
            claims[name].alternatives,
            (("sky130", "freepdk45", "gf180mcu"), ("freepdk45", "asap7", "sky130")),
            strict=True,
        ):
            reported = between(low, high, KITS[kit], corner, column)
            depth = np.log(ratio(kit, corner, column)) / np.log(reported)
            assert depth == pytest.approx(float(alternative.value), rel=0.02)


def test_the_finfets_of_the_table_are_those_of_the_paper() -> None:
    """Clark et al., Microelectronics Journal 53, 105-115 (2016), tables 3 and 4, regular threshold."""
    typical = next(
        r for r in rows() if r["kit"] == "asap7" and r["corner"] == "tt" and r["supply_share"] == "1"
    )
    fins = 3.0
    assert float(typical["drive_n_uA"]) / fins == pytest.approx(37.85, rel=0.03)
    assert float(typical["drive_p_uA"]) / fins == pytest.approx(32.88, rel=0.04)
    assert float(typical["off_n_pA"]) / fins == pytest.approx(19.0, rel=0.35)  # printed as 0.019 nA
    assert float(typical["off_p_pA"]) / fins == pytest.approx(23.0, rel=0.2)


def test_the_page_has_the_numbers_of_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "models" / "technology.md").read_text(encoding="utf-8")
    lines = {
        line.split("|")[1].strip(): line.split("|")[2:-1]
        for line in page.splitlines()
        if line.startswith("| ")
    }
    for label, column in (
        ("delay, slow / fast", "delay_ps"), ("on-current of an NMOS", "drive_n_uA"),
        ("leakage of an inverter", "leakage_pA"), ("energy of a cycle", "energy_fJ"),
    ):  # fmt: skip
        for kit, cell in zip(KITS, lines[label], strict=True):
            for reported, corner in zip(cell.split("/"), ("ss", "ff"), strict=True):
                assert float(reported) == pytest.approx(ratio(kit, corner, column), rel=0.012), (label, kit)


def along(kit: str, corner: str, column: str, share: float, temperature: float) -> float:
    """A column of the file between its rows: over the supply at 300 K, over the temperature at the nominal supply."""
    own = [r for r in rows() if (r["kit"], r["corner"]) == (kit, corner) and r[column]]
    supplies = [
        (float(r["supply_share"]), np.log(float(r[column]))) for r in own if r["temperature_K"] == "300"
    ]
    warm = [(float(r["temperature_K"]), np.log(float(r[column]))) for r in own if r["supply_share"] == "1"]
    # linear in 1/T and carried on, since one library is colder than the file
    slope, start = np.polyfit([1.0 / t for t, _ in warm], [value for _, value in warm], 1)
    moved = slope / temperature + start - (slope / 300.0 + start)
    return float(np.exp(np.interp(share, *zip(*supplies, strict=True)) + moved))


def test_libraries_of_the_kits_tell_much_the_same() -> None:
    """Their corners mix process, supply and temperature: benchmarks/corners/libraries.csv."""
    folder = Path(__file__).parents[2] / "benchmarks" / "corners"
    text = (folder / "libraries.csv").read_text(encoding="utf-8").splitlines()
    cells = list(csv.DictReader(line for line in text if not line.startswith("#")))
    nominal = {"sky130": 1.8, "asap7": 0.7}
    typical = {row["kit"]: row for row in cells if row["corner"] == "tt"}
    spread = load_device("corners_open_kits").claims["speed_depth"]
    for row in cells:
        if row["corner"] == "tt":
            continue
        kit, base = row["kit"], typical[row["kit"]]

        def table(column: str, of: dict[str, str], kit: str = kit) -> float:
            share = float(of["supply_V"]) / nominal[kit]
            return along(kit, of["corner"], column, share, float(of["temperature_K"]))

        reported = np.log(float(row["delay_ps"]) / float(base["delay_ps"]))
        depth = reported / np.log(table("delay_ps", row) / table("delay_ps", base))
        assert spread.low < depth < spread.high
        assert 0.7 < depth < 1.5
        if kit == "asap7":  # the other library takes its leakage from models of their own
            supply = float(row["supply_V"]) / float(base["supply_V"])
            leakage = supply * table("leakage_pA", row) / table("leakage_pA", base)
            assert leakage == pytest.approx(float(row["leakage_nW"]) / float(base["leakage_nW"]), rel=0.4)


# --- What it does to a chip ----------------------------------------------------------------------------------------


def at(corner: str, architecture: str = CHIP, workload: str = NET, **settings: str) -> Estimate:
    wanted = {path.replace("__", "."): value for path, value in settings.items()}
    return estimate(architecture, workload, {"technology.corner": corner, **wanted})


def test_the_typical_corner_is_what_stands_there_without_one() -> None:
    stated, plain = at("typical"), estimate(CHIP, NET)
    assert stated.totals == plain.totals
    assert stated.claims == plain.claims
    assert [check.name for check in stated.checks] == [check.name for check in plain.checks]


def still(name: str, network: str) -> dict[str, str]:
    """Settings that stop the leak of membranes: on a slow die it falls, and with it the time of a drive."""
    return {path: "0 m" for path in estimated(name, network).claims if path.endswith(".switch_width")}


@each("name", sorted(shipped("architecture")))
def test_a_slow_die_is_no_faster_and_leaks_no_more(name: str) -> None:
    network = SPIKING if runs(name, SPIKING) else NET
    settings = still(name, network)
    found = {corner: at(corner, name, network, **settings) for corner in ("slow", "typical", "fast")}
    slow, typical, fast = (found[corner].totals for corner in ("slow", "typical", "fast"))
    leakage = [
        sum(float(np.ravel(row.total)[0]) for row in found[c].evaluation.statics if row.term == "leakage")
        for c in found
    ]
    assert leakage[0] <= leakage[1] <= leakage[2]
    assert slow["latency_s"] >= typical["latency_s"] >= fast["latency_s"]
    assert slow["area_m2"] == typical["area_m2"] == fast["area_m2"]
    for totals in (slow, fast):
        assert totals["dynamic_energy_J"] == pytest.approx(typical["dynamic_energy_J"], rel=0.25)


def test_memory_and_logic_move_by_the_ratio_of_the_table() -> None:
    # at 28 nm: the power law through 45 nm and 7 nm, at the nominal supply
    for corner, short in (("slow", "ss"), ("fast", "ff")):
        moved, plain = at(corner), estimate(CHIP, NET)
        delay = between("asap7", "freepdk45", 28.0, short, "delay_ps")
        leakage = between("asap7", "freepdk45", 28.0, short, "leakage_pA")
        for path in ("chip.weights", "chip.activations"):
            found, typical = (
                next(block for block in result.evaluation.chip.memories() if block.path == path)
                for result in (moved, plain)
            )
            assert found.access_time() / typical.access_time() == pytest.approx(delay, rel=1e-9)
        for row, typical_row in zip(moved.evaluation.statics, plain.evaluation.statics, strict=True):
            if row.term == "leakage":
                assert float(np.ravel(row.total)[0]) / float(np.ravel(typical_row.total)[0]) == pytest.approx(
                    leakage, rel=1e-9
                )


def test_a_deeper_corner_is_further_out() -> None:
    once = at("slow")
    twice = at("slow", technology__corner__speed_depth="2", technology__corner__leakage_depth="2")
    plain = estimate(CHIP, NET)

    def leakage(result: Estimate) -> float:
        return sum(float(np.ravel(r.total)[0]) for r in result.evaluation.statics if r.term == "leakage")

    assert leakage(twice) / leakage(plain) == pytest.approx((leakage(once) / leakage(plain)) ** 2, rel=1e-9)
    assert twice.totals["latency_s"] > once.totals["latency_s"]


def test_the_output_transistor_of_a_neuron_moves_with_the_corner() -> None:
    chip, net = "diffusive_28nm_derived", SPIKING
    plain, slow, fast = estimate(chip, net), at("slow", chip, net), at("fast", chip, net)

    def neuron(result: Estimate) -> Any:
        return result.evaluation.mapper.compute.neuron  # type: ignore[attr-defined]

    assert (
        neuron(slow).output_threshold() > neuron(plain).output_threshold() > neuron(fast).output_threshold()
    )
    assert neuron(slow).transistor_on_resistance() > neuron(plain).transistor_on_resistance()
    # ions do not know of corners
    assert neuron(slow).integration_time() == neuron(plain).integration_time()


def test_access_transistors_of_a_slow_die_carry_less() -> None:
    def width(corner: str) -> float:
        checks = at(corner, "adc_crossbar_28nm", NET).checks
        return next(c.value for c in checks if c.name == "access_carries_writing")

    assert width("slow") > width("typical") > width("fast")


@each("corner", ["slow", "fast"])
@each("name", [CHIP, "diffusive_28nm_derived", "adc_crossbar_28nm"])
def test_a_batch_at_a_corner_gives_the_same_as_its_points(name: str, corner: str) -> None:
    design = design_with(load_architecture(name), {"technology.corner": corner})
    workload = load_workload(SPIKING if name == "diffusive_28nm_derived" else NET).spec
    values = {path: claim.value for path, claim in design.claims.items()}
    supplies, warm = np.array([0.7, 0.9, 1.05]), np.array([300.0, 330.0, 390.0])
    columns = {
        "technology.supply_voltage": supplies[:, None], "technology.temperature": warm[:, None],
        "technology.corner.speed_depth": np.array([[0.5], [1.0], [2.0]]),
    }  # fmt: skip
    together = evaluate(design, workload, values | columns)  # type: ignore[arg-type]
    for index in range(3):
        point = {path: float(column[index, 0]) for path, column in columns.items()}
        alone = evaluate(design, workload, values | point)
        for quantity in ("energy", "area", "static_power", "period"):
            found = np.broadcast_to(getattr(together, quantity), (3, 1))[index, 0]
            assert found == pytest.approx(float(np.ravel(getattr(alone, quantity))[0]), rel=1e-12)


def test_the_ends_of_the_table_are_reported() -> None:
    finer = at("slow", "diffusive_3nm_projection_28nm", SPIKING, technology__process="cmos_3nm_lp",
               technology__supply_voltage="0.65 V")  # fmt: skip
    assert "corner_node" in {check.name for check in finer.failed_checks}
    assert not {c.name for c in at("slow").failed_checks} & {
        "corner_node",
        "corner_supply",
        "corner_temperature",
    }
    low = at("slow", technology__supply_voltage="0.6 V", technology__temperature="290 K")
    assert {"corner_supply", "corner_temperature"} <= {check.name for check in low.failed_checks}


def test_a_corner_is_in_the_heading_the_sources_and_the_exclusions() -> None:
    slow = at("slow")
    assert "slow corner" in estimate_document(slow).to_text().split("\n\n", 1)[0]
    assert "corner" not in estimate_document(estimate(CHIP, NET)).to_text().split("\n\n", 1)[0]
    assert "slow corner" in neuroest.compare(at_corner(CHIP, "slow"), CHIP, NET).to_text(full=True)
    assert {"technology.corner.speed_depth", "technology.corner.leakage_depth"} <= slow.used_paths
    assert {"sky130_models", "gf180mcu_models"} <= set(slow.source_keys)
    assert any("corner" in item for item in slow.exclusions)
    assert not any("corner" in item for item in estimate(CHIP, NET).exclusions)
    assert any(file.name == "corners_open_kits.csv" for file in slow.files)


def test_corners_are_swept_by_their_words() -> None:
    result = neuroest.sweep(CHIP, {"technology.corner": ["slow", "typical", "fast"]}, NET)
    frame = result.to_frame().set_index("technology.corner")
    for corner in ("slow", "typical", "fast"):
        assert frame.loc[corner, "latency_s"] == pytest.approx(at(corner).totals["latency_s"], rel=1e-12)


# --- Bad input -----------------------------------------------------------------------------------------------------


def test_an_unknown_corner_is_refused() -> None:
    with pytest.raises(SpecError, match="slow"):
        at("sloww")


def test_another_device_is_no_table_of_corners() -> None:
    with pytest.raises(SpecError, match="process_corners"):
        at("slow", technology__corners="cmos_28nm_lp")


def broken(folder: Path, edit: Any) -> Path:
    head, *body = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    file = folder / "table.csv"
    file.write_text("\n".join(edit([head, *body])) + "\n", encoding="utf-8")
    return file


@each(
    "edit, reported",
    [
        (lambda lines: lines[:1], "has no rows"),
        (lambda lines: [lines[0].replace("delay_ps", "delay"), *lines[1:]], "is not among the columns"),
        (lambda lines: [*lines[:1], *lines[2:]], "needs the"),
        (lambda lines: [*lines, lines[-1]], "two rows"),
        (lambda lines: [lines[0], lines[1].replace(",ss,", ",xx,"), *lines[2:]], "is not a corner"),
        (lambda lines: [lines[0], lines[1] + "0x", *lines[2:]], "not a number above zero"),
        (lambda lines: [lines[0], "other" + lines[1][lines[1].index(","):], *lines[2:]], "two kits for one node"),
    ],
)  # fmt: skip
def test_a_broken_table_is_reported_in_a_line(tmp_path: Path, edit: Any, reported: str) -> None:
    with pytest.raises(SpecError, match=reported) as error:
        CornerTable.read(broken(tmp_path, edit))
    assert all(str(problem).isprintable() for problem in error.value.problems)


def test_a_table_of_ones_changes_nothing(tmp_path: Path) -> None:
    head, *body = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    typical = [line for line in body if ",tt," in line]
    copies = [
        line.replace(",tt,", f",{corner},") for line, corner in itertools.product(typical, ("ss", "tt", "ff"))
    ]
    (tmp_path / "flat.csv").write_text("\n".join([head, *copies]) + "\n", encoding="utf-8")
    spec = yaml.safe_load((FILE.with_suffix(".yaml")).read_text(encoding="utf-8"))
    (tmp_path / "flat.yaml").write_text(
        yaml.safe_dump(spec | {"name": "flat", "table": "flat.csv"}), encoding="utf-8"
    )
    chip = changed(
        CHIP, {"technology.corner": "slow", "technology.corners": str(tmp_path / "flat.yaml")}, tmp_path
    )
    found, plain = estimate(chip, NET).totals, estimate(CHIP, NET).totals
    for name, value in plain.items():
        assert found[name] == (None if value is None else pytest.approx(value, rel=1e-12)), name
