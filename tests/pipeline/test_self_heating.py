"""Claims about dies whose temperature follows from their own power."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import RangeError, SpecError
from neuroest.design.overrides import design_with
from neuroest.loading.library import load_architecture, load_device, load_workload
from neuroest.network_simulation.chip_network import ChipNetwork
from neuroest.network_simulation.networks import Network, NeuronLayer
from neuroest.pipeline.estimate import estimate
from neuroest.pipeline.evaluation import Evaluation, evaluate
from neuroest.reporting.explanation import explain
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import QUANTITIES
from tests.chips import SYSTOLIC, changed
from tests.each import each

_FOLDER = TemporaryDirectory()
# all that this chip takes it takes on its die
CHIP, NET = (
    str(
        changed(
            "digital_int8_28nm",
            {
                **SYSTOLIC,
                "chip.memory": {
                    "model": "off_chip_link",
                    "device": "lpddr4",
                    "carries": ["inputs", "outputs", "weights"],
                },
            },
            Path(_FOLDER.name),
        )
    ),
    "mlp_mnist_dense",
)
AMBIENT = "technology.ambient_temperature"


def heated(
    folder: Path, *, base: str = CHIP, resistance: str = "29.6 K/W", ambient: str = "300 K", **more: Any
) -> Path:
    """A shipped chip in air instead of at a stated temperature."""
    changes = {
        "technology.temperature": None, AMBIENT: ambient, "technology.thermal_resistance": resistance,
        **{path.replace("__", "."): value for path, value in more.items()},
    }  # fmt: skip
    return changed(base, changes, folder)


def rise(result: Estimate) -> float:
    warm = result.totals["junction_temperature_K"]
    assert warm is not None
    return float(warm - result.claims[AMBIENT].value)


@pytest.mark.parametrize(
    ("base", "net"),
    [pytest.param(CHIP, NET, id="digital_int8_28nm"), ("diffusive_28nm_derived", "mlp_mnist_spiking"),
     ("isaac_like_32nm", NET), ("pcm_crossbar_28nm", NET), ("analog_lif_28nm", "mlp_mnist_spiking")],
)  # fmt: skip
@pytest.mark.parametrize("resistance", ["5 K/W", "76.2 K/W"])
def test_a_die_is_as_warm_as_its_power_makes_it(tmp_path: Path, base: str, net: str, resistance: str) -> None:
    result = estimate(heated(tmp_path, base=base, resistance=resistance), net)
    power = result.totals["average_power_W"]
    assert power is not None
    assert rise(result) == pytest.approx(float(resistance.split()[0]) * power, rel=1e-6, abs=1e-9)
    # all that the estimate says is what a die of that stated temperature has
    warm = result.totals["junction_temperature_K"]
    stated = estimate(base, net, {"technology.temperature": f"{warm!r} K"}).totals
    for name, value in stated.items():
        if name != "junction_temperature_K":
            assert result.totals[name] == (None if value is None else pytest.approx(value, rel=1e-9)), name
    assert stated["junction_temperature_K"] is None


def test_memory_next_to_a_die_does_not_warm_it(tmp_path: Path) -> None:
    with_memory = str(changed("digital_int8_28nm", SYSTOLIC, tmp_path))
    result = estimate(heated(tmp_path, base=with_memory, resistance="100 K/W"), NET)
    power, rows = (
        result.totals["average_power_W"],
        [r for r in result.breakdown if r.component == "chip.memory"],
    )
    # interface and controller are on the die, devices with their cells and rows are not
    beside = sum(r.energy_J for r in rows if r.term not in {"interface", "controller", "input_output"})
    assert beside > 0.2 * result.totals["energy_per_inference_J"]
    own = power * (1.0 - beside / result.totals["energy_per_inference_J"])
    assert rise(result) == pytest.approx(100.0 * own, rel=1e-6)


def test_the_same_by_repeating_an_estimate_until_nothing_moves(tmp_path: Path) -> None:
    resistance = 1500.0
    warm = 300.0
    for _ in range(200):
        power = estimate(CHIP, NET, {"technology.temperature": f"{warm!r} K"}).totals["average_power_W"]
        assert power is not None
        before, warm = warm, 300.0 + 0.1 * resistance * power
        if abs(warm - before) < 1e-9:
            break
    result = estimate(heated(tmp_path, resistance="150 K/W"), NET)
    assert result.totals["junction_temperature_K"] == pytest.approx(warm, rel=1e-8)
    assert result.totals["static_energy_J"] > estimate(CHIP, NET).totals["static_energy_J"]


def test_a_warmer_room_and_a_worse_package_warm_the_die_and_its_leakage(tmp_path: Path) -> None:
    cool = estimate(heated(tmp_path), NET)
    worse = estimate(heated(tmp_path, resistance="100 K/W"), NET)
    room = estimate(heated(tmp_path, ambient="340 K"), NET)
    assert rise(worse) > rise(cool)
    assert rise(room) > rise(cool)
    for other in (worse, room):
        assert other.totals["static_energy_J"] > cool.totals["static_energy_J"]


def test_a_package_that_cannot_carry_the_leakage_off_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match="thermal runaway: leakage rises faster") as error:
        estimate(heated(tmp_path, resistance="5000 K/W"), NET)
    assert "nan" not in str(error.value).lower()
    with pytest.raises(RangeError, match="at any temperature that a die survives"):
        estimate(heated(tmp_path, base="gpu_h100", resistance="300 K/W"), NET)
    # the same die, fast, runs away where the typical one does not
    edge = "650 K/W"
    assert estimate(heated(tmp_path, resistance=edge), NET).totals["junction_temperature_K"] < 500.0
    with pytest.raises(RangeError, match="thermal runaway: leakage rises faster"):
        estimate(heated(tmp_path, resistance=edge, technology__corner="fast"), NET)


def test_points_that_run_away_are_infeasible_and_the_others_stand(tmp_path: Path) -> None:
    chip = heated(tmp_path)
    result = neuroest.sweep(chip, {"technology.thermal_resistance": ["10 K/W", "100 K/W", "5000 K/W"]}, NET)
    frame = result.to_frame()
    assert list(frame["feasible"]) == [True, True, False]
    assert "thermal_runaway" in frame["failed_check"].iloc[2]
    assert np.all(np.isfinite(frame["energy_per_inference_J"][:2]))


@pytest.mark.parametrize("corner", ["slow", "typical", "fast"])
@pytest.mark.parametrize(
    ("base", "net"),
    [pytest.param(CHIP, NET, id="digital_int8_28nm"), ("diffusive_28nm_derived", "mlp_mnist_spiking")],
)
def test_a_batch_gives_the_same_as_its_points(tmp_path: Path, base: str, net: str, corner: str) -> None:
    design = design_with(load_architecture(heated(tmp_path, base=base)), {"technology.corner": corner})
    workload = load_workload(net).spec
    values = {path: claim.value for path, claim in design.claims.items()}
    columns = {
        AMBIENT: np.array([[280.0], [300.0], [340.0], [300.0]]),
        "technology.thermal_resistance": np.array([[1.0], [29.6], [60.0], [1e5]]),
    }
    together = evaluate(design, workload, values | columns)
    for index in range(4):
        point = {path: float(column[index, 0]) for path, column in columns.items()}
        alone = evaluate(design, workload, values | point)
        for name in (
            "energy_per_inference_J",
            "area_m2",
            "static_power_W",
            "period_s",
            "junction_temperature_K",
        ):
            found = np.broadcast_to(QUANTITIES[name].of(together), (4, 1))[index, 0]
            assert np.isfinite(found)
            assert found == pytest.approx(QUANTITIES[name].number(alone), rel=1e-12)


def test_a_grid_gives_the_same_as_its_points(tmp_path: Path) -> None:
    design = design_with(load_architecture(heated(tmp_path)), {})
    workload = load_workload(NET).spec
    values = {path: claim.value for path, claim in design.claims.items()}
    rooms, supplies = np.array([280.0, 340.0]), np.array([0.7, 0.9, 1.05])
    grid = evaluate(
        design, workload,
        values | {AMBIENT: rooms[:, None, None], "technology.supply_voltage": supplies[None, :, None]},
    )  # fmt: skip
    warm = np.broadcast_to(np.asarray(grid.heating.temperature), (2, 3, 1))
    for i, j in np.ndindex(2, 3):
        point = {AMBIENT: float(rooms[i]), "technology.supply_voltage": float(supplies[j])}
        alone = evaluate(design, workload, values | point)
        assert warm[i, j, 0] == pytest.approx(float(alone.heating.temperature), rel=1e-12)  # type: ignore[arg-type]


def test_each_of_several_chips_has_its_own_package(tmp_path: Path) -> None:
    one = estimate(heated(tmp_path, chip__count=1), NET)
    two = estimate(heated(tmp_path, chip__count=2), NET)
    assert rise(one) == pytest.approx(29.6 * one.totals["average_power_W"], rel=1e-6)
    assert rise(two) == pytest.approx(29.6 * two.totals["average_power_W"] / 2.0, rel=1e-6)


def test_packages_of_the_library(tmp_path: Path) -> None:
    chip = heated(tmp_path, resistance=None, technology__package="package_vqfn_48")
    result = estimate(chip, NET)
    assert rise(result) == pytest.approx(29.6 * result.totals["average_power_W"], rel=1e-6)
    assert {"ti_cc2640r2f"} <= set(result.source_keys)
    assert "technology.package.thermal_resistance" in result.used_paths
    other = estimate(chip, NET, {"technology.package.thermal_resistance": "60 K/W"})
    assert rise(other) > rise(result)
    found = {
        name: load_device(f"package_{name}").claims["thermal_resistance"].value
        for name in ("wcsp_34", "vqfn_48", "tqfp_100", "fbga_484", "fcbga_361", "fcbga_729_fan")
    }
    assert list(found.values()) == [
        pytest.approx(76.2, rel=1e-9),
        pytest.approx(29.6, rel=1e-9),
        pytest.approx(33.5, rel=1e-9),
        pytest.approx(20.6, rel=1e-9),
        18,
        7,
    ]


def test_what_is_said_of_the_temperature(tmp_path: Path) -> None:
    result = estimate(heated(tmp_path), NET)
    table = neuroest.compare(heated(tmp_path), "adc_crossbar_28nm", NET).to_text(full=True)
    assert "303 K in air of 300 K" in " ".join(table.split())
    reported = explain(result, "junction_temperature").to_text()
    assert "303 K" in reported
    assert "technology.ambient_temperature" in reported
    assert "technology.thermal_resistance" in explain(result, "chip.weights.static.leakage").to_text()
    data = json.loads(json.dumps(result.to_dict()))
    assert data["totals"]["junction_temperature_K"] == pytest.approx(303.20, abs=0.05)
    assert result.bands.totals["energy_per_inference_J"].low > 0.0


def test_a_stated_temperature_costs_one_pass(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    passes = []
    whole = Evaluation.run
    monkeypatch.setattr(Evaluation, "run", lambda *given: passes.append(1) or whole(*given))
    estimate(CHIP, NET)
    assert len(passes) == 1
    estimate(heated(tmp_path), NET)
    assert len(passes) <= 8


def test_air_and_a_package_set_for_a_run_take_the_place_of_the_temperature(tmp_path: Path) -> None:
    warm = {AMBIENT: "310 K", "technology.package": "package_vqfn_48"}
    result = estimate(CHIP, NET, warm)
    assert rise(result) == pytest.approx(29.6 * result.totals["average_power_W"], rel=1e-6)
    bare = estimate(heated(tmp_path), NET, {"technology.package": "package_wcsp_34"})
    assert rise(bare) == pytest.approx(76.2 * bare.totals["average_power_W"], rel=1e-6)
    stated = estimate(heated(tmp_path), NET, {"technology.temperature": "320 K"})
    for name, value in estimate(CHIP, NET, {"technology.temperature": "320 K"}).totals.items():
        assert stated.totals[name] == (None if value is None else pytest.approx(value, rel=1e-12)), name
    swept = neuroest.sweep(
        CHIP, {AMBIENT: ["290 K", "310 K"]}, NET, settings={"technology.package": "package_vqfn_48"}
    )
    frame = swept.to_frame()
    assert frame["energy_per_inference_J"].iloc[1] == pytest.approx(
        result.totals["energy_per_inference_J"], rel=1e-12
    )
    with pytest.raises(SpecError, match="not both"):
        estimate(CHIP, NET, warm | {"technology.temperature": "300 K"})


@each(
    "technology, reported",
    [
        ({AMBIENT: "300 K"}, "not both; got ambient_temperature, temperature"),
        ({"technology.temperature": None}, "technology.temperature: is missing"),
        ({"technology.temperature": None, AMBIENT: "300 K"}, "got ambient_temperature"),
        ({"technology.thermal_resistance": "30 K/W"}, "not both; got temperature, thermal_resistance"),
        (
            {"technology.temperature": None, AMBIENT: "300 K", "technology.thermal_resistance": "30 K/W",
             "technology.package": "package_vqfn_48"},
            "got ambient_temperature, package, thermal_resistance",
        ),
        ({"technology.temperature": None, AMBIENT: "300 K", "technology.package": "cmos_28nm_lp"}, "needs a package"),
        ({"technology.temperature": None, AMBIENT: "300 K", "technology.package": "package_vqfn"}, "package_vqfn_48"),
        ({"technology.temperature": None, AMBIENT: "300 K", "technology.thermal_resistance": "30 K"}, "K/W"),
    ],
)  # fmt: skip
def test_what_is_missing_or_too_much_is_reported(
    tmp_path: Path, technology: dict[str, Any], reported: str
) -> None:
    with pytest.raises(SpecError, match=reported) as error:
        estimate(changed(CHIP, technology, tmp_path), NET)
    assert all("technology" in str(problem) for problem in error.value.problems)


# --- Ions ----------------------------------------------------------------------------------------------------------

NEURON = "chip.tile.array.readout.neuron"
DIFFUSIVE, SPIKES = "diffusive_28nm_derived", "mlp_mnist_spiking"
SILVER = {f"{NEURON}.kinetics": "ion_kinetics_silver"}


def hold(result: Estimate) -> float:
    neuron: Any = result.evaluation.mapper.compute.neuron  # type: ignore[attr-defined]
    return float(np.ravel(neuron.integration_time())[0])


def test_ions_follow_the_temperature_where_their_barriers_are_named() -> None:
    at = {"technology.temperature": "310 K"}
    cold, warm = estimate(DIFFUSIVE, SPIKES, SILVER), estimate(DIFFUSIVE, SPIKES, SILVER | at)
    # four equal barriers of 0.3 eV: all times shrink by exp(0.3 / 8.617e-5 x (1/300 - 1/310)) = 1.454
    assert hold(cold) / hold(warm) == pytest.approx(
        np.exp(0.3 / 8.617333e-5 * (1.0 / 300.0 - 1.0 / 310.0)), rel=1e-6
    )
    assert hold(cold) / hold(warm) == pytest.approx(1.454, rel=1e-3)
    plain = estimate(DIFFUSIVE, SPIKES)
    assert plain.totals == cold.totals
    # the device's own barrier is the same, and does not count twice where kinetics are named
    assert hold(estimate(DIFFUSIVE, SPIKES, at)) == pytest.approx(hold(warm), rel=1e-12)
    unmoved = estimate(DIFFUSIVE, SPIKES, at | {f"{NEURON}.activation_energy": "0 eV"})
    assert hold(unmoved) == hold(plain)
    reported = "ions of the neurons at the temperature of the chip"
    assert any(reported in item for item in unmoved.exclusions)
    for other in (plain, cold, warm):
        assert not any(reported in item for item in other.exclusions)
    assert f"{NEURON}.kinetics.mobility_activation" in warm.used_paths


def test_ions_of_a_die_that_warms_itself_move_faster(tmp_path: Path) -> None:
    chip = heated(
        tmp_path, base=DIFFUSIVE, resistance="100 K/W", **{f"{NEURON}.kinetics": "ion_kinetics_silver"}
    )
    result = estimate(chip, SPIKES)
    warm = result.totals["junction_temperature_K"]
    stated = estimate(DIFFUSIVE, SPIKES, SILVER | {"technology.temperature": f"{warm!r} K"})
    assert hold(result) == pytest.approx(hold(stated), rel=1e-9)
    assert hold(result) < hold(estimate(DIFFUSIVE, SPIKES))
    assert rise(result) == pytest.approx(100.0 * result.totals["average_power_W"], rel=1e-6)


def test_a_batch_of_temperatures_moves_ions_like_its_points() -> None:
    design = design_with(load_architecture(DIFFUSIVE), SILVER)
    workload = load_workload(SPIKES).spec
    values = {path: claim.value for path, claim in design.claims.items()}
    warm = np.array([[290.0], [300.0], [350.0]])
    together = evaluate(design, workload, values | {"technology.temperature": warm})
    for index in range(3):
        alone = evaluate(design, workload, values | {"technology.temperature": float(warm[index, 0])})
        for quantity in ("energy", "area", "static_power", "period"):
            found = np.broadcast_to(getattr(together, quantity), (3, 1))[index, 0]
            assert found == pytest.approx(float(np.ravel(getattr(alone, quantity))[0]), rel=1e-12)


def test_a_simulation_takes_the_rates_at_the_temperature_once() -> None:
    at = {"technology.temperature": "320 K"}
    cells = []
    for more in ({}, SILVER):
        warm = estimate("diffusive_bench_28nm", SPIKES, at | more)
        first = warm.evaluation.layers.names[0]
        network = Network((NeuronLayer(first, np.ones((1, 1)), None, 1.0, 0.9, 1.0),))
        cells.append(ChipNetwork.of(warm, network, "ion_kinetics_silver").layers[first].kind.cells)
    for name in ("field_mobility", "residue_rate", "filament_decay", "residue_decay"):
        assert getattr(cells[0], name) == pytest.approx(getattr(cells[1], name), rel=1e-12)


def test_kinetics_of_another_model_are_refused() -> None:
    with pytest.raises(SpecError, match="ion_kinetics"):
        estimate(DIFFUSIVE, SPIKES, {f"{NEURON}.kinetics": "cmos_28nm_lp"})
