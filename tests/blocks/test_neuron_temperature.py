"""Times of neurons at other temperatures: each follows the activation energy that its device states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neuroest.dynamics.diffusive_cells import integration_time, load_cells
from neuroest.dynamics.in_time import component_of
from neuroest.loading.library import load_device
from neuroest.pipeline.estimate import estimate
from neuroest.registry import COMPONENTS
from tests.chips import known
from tests.each import each

CHIP, SHD = "diffusive_low_power_28nm", "shd_recurrent_spiking"
WARM = 330.0
FASTER = np.exp(0.3 / 8.617333e-5 * (1.0 / 300.0 - 1.0 / WARM))
"""0.3 eV from 300 K to 330 K: 2.87."""
ION_TIMES = ("integration_time", "time_after_spike", "recovery_time", "memory_time", "relaxation_time")
NEURONS = sorted(name for name, cls in COMPONENTS.items() if getattr(cls, "family", "") == "neuron")


def neuron(model: str, temperature: float, **values: float) -> Any:
    block: Any = component_of(load_device(COMPONENTS[model].example), {}, temperature)
    return block.with_device(**values)


def test_the_models_of_this_test_are_all_neurons_at_columns() -> None:
    assert {
        "diffusive_1m1t1r",
        "diffusive_1m1t1r_integrated",
        "threshold_switch_neuron",
        "analog_lif",
    } <= set(NEURONS)


@each("model", ["diffusive_1m1t1r", "diffusive_1m1t1r_integrated"])
@each("counted", [False, True])
def test_every_time_of_the_ions_follows_the_activation_energy(model: str, counted: bool) -> None:
    blocks = [neuron(model, temperature) for temperature in (300.0, WARM)]
    if counted:  # the length of the drive follows from measured pulses, which were measured at 300 K
        for block in blocks:
            block.options["firing_deviations"] = 2.0
    for block in blocks:
        block.options.setdefault("rest_time_constants", 2.0)
    for name in ION_TIMES:
        cold, warm = (float(getattr(block, name)()) for block in blocks)
        assert cold / warm == pytest.approx(FASTER, rel=1e-5), name
    # the gate discharges through a resistor, which does not depend on temperature here
    assert blocks[0].refractory_time() == pytest.approx(float(blocks[1].refractory_time()), rel=1e-9)


@pytest.mark.parametrize("model", [m for m in NEURONS if not m.startswith("diffusive")])
def test_a_neuron_without_an_activation_energy_keeps_its_times(model: str) -> None:
    assert "activation_energy" not in COMPONENTS[model].schema.record.parameters()
    try:
        blocks = [neuron(model, temperature) for temperature in (300.0, 310.0)]
    except AttributeError:  # a part of a chip's core, without a device of its own
        pytest.skip("has no device")
    if (
        "switch_width" in COMPONENTS[model].schema.record.parameters()
    ):  # the leak of a switch rises with temperature
        blocks = [block.with_device(switch_width=0.0) for block in blocks]
    if np.isfinite(getattr(blocks[0].device, "transition_temperature", np.inf)):
        pytest.skip(
            "scales its thresholds instead, by the law of its transition (tests/blocks/test_switch_devices.py)"
        )
    for name in ("integration_time", "refractory_time", "minimum_interval"):
        cold, warm = (float(getattr(block, name)()) for block in blocks)
        assert warm == pytest.approx(cold, rel=1e-12), name


def test_the_default_chip_is_faster_when_warm() -> None:
    """Its drives follow from pulses of 15 ms that were measured at 300 K."""
    cold, warm = (
        estimate(CHIP, SHD, {"technology.temperature": f"{kelvin:g} K"}) for kelvin in (300.0, WARM)
    )
    assert known(cold, "integration time") / known(warm, "integration time") == pytest.approx(
        FASTER, rel=1e-5
    )
    assert cold.totals["initiation_interval_s"] / warm.totals["initiation_interval_s"] == pytest.approx(
        FASTER, rel=0.01
    )


def test_barriers_of_single_rates_move_the_pulses_as_the_rate_equations_do() -> None:
    key = "chip.tile.array.readout.neuron.kinetics"
    cold, warm = (
        estimate(CHIP, SHD, {key: "ion_kinetics_silver", "technology.temperature": f"{kelvin:g} K"})
        for kelvin in (300.0, WARM)
    )
    cells = [load_cells("diffusive_28nm_capacitor", temperature=kelvin) for kelvin in (300.0, WARM)]
    by_rates = [float(integration_time(c, 0.9 - 2.0 * np.hypot(0.061, 0.062))) for c in cells]
    ratio = known(cold, "integration time") / known(warm, "integration time")
    assert ratio == pytest.approx(by_rates[0] / by_rates[1], rel=1e-6)
    assert float(cells[0].relaxation_time / cells[1].relaxation_time) == pytest.approx(
        float(cells[1].filament_decay / cells[0].filament_decay), rel=1e-9
    )
