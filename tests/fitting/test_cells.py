"""Sweeps of memory cells and traces of oscillators have a home: states, voltages and their scatter reach a spec."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neuroest
from neuroest.core.errors import NeuroestError
from neuroest.fitting.device_fit import DeviceFit, fit, measures_a_cell
from neuroest.fitting.laws.traces import Seen
from neuroest.loading.library import load_device

LOW_R, HIGH_R, SET, RESET = 5e3, 1e6, 1.2, 0.8
"""A cell that sets at 1.2 V and resets at 0.8 V of the other sign, read at 0.2 V."""


def bipolar(scatter: float, cycles: int, seed: int = 4) -> str:
    """Loops 0, 1.5 V, 0, -1.5 V, 0 of a cell whose states scatter from cycle to cycle."""
    rng, step = np.random.default_rng(seed), 0.02
    up = np.arange(step, 1.5, step)
    loop = np.concatenate([up, up[-2::-1], -up, -up[-2::-1]])
    on, lines = False, ["voltage [V],current [A],cycle"]
    for cycle in range(cycles):
        low, high = (
            LOW_R * np.exp(scatter * rng.standard_normal()),
            HIGH_R * np.exp(3 * scatter * rng.standard_normal()),
        )
        for at, v in enumerate(loop):
            if v >= SET and not on:
                on = True
            if v <= -RESET and on and at > len(loop) // 2:
                on = False
            lines.append(f"{v:.3f},{min(abs(v) / (low if on else high), 1e-3) * np.sign(v):.6g},{cycle}")
    return "\n".join(lines) + "\n"


def fitted(place: Path, text: str, **options) -> DeviceFit:
    file = place / "data.csv"
    file.write_text(text, encoding="utf-8")
    return fit(file, **options)


def test_a_memory_cell_is_named_and_its_states_reach_a_crossbar(tmp_path: Path) -> None:
    found = fitted(tmp_path, bipolar(0.05, 12))
    assert "one_transistor_one_resistor this is a memory cell: 24 of 24 loops" in " ".join(
        found.to_text().split()
    )
    values = found.result.laws[0].values
    assert values["high_conductance"] == pytest.approx(1.0 / LOW_R, rel=0.05)
    assert values["low_conductance"] == pytest.approx(1.0 / HIGH_R, rel=0.15)
    assert values["set_voltage"] == pytest.approx(SET, abs=0.02)
    assert values["reset_voltage"] == pytest.approx(RESET, abs=0.03)
    assert values["conductance_spread"] == pytest.approx(0.05, rel=0.6)
    assert found.result.values["program_voltage"] == pytest.approx(SET, abs=0.02)
    found.write(tmp_path / "cell.yaml")
    claims = load_device(str(tmp_path / "cell.yaml")).claims
    assert claims["high_conductance"].basis == "measured"
    assert claims["read_voltage_limit"].value == pytest.approx(0.4, abs=0.02)
    mine = neuroest.estimate("adc_crossbar_28nm", "mlp_mnist_dense",
                             {"chip.tile.array.cell.device": str(tmp_path / "cell.yaml")})  # fmt: skip
    for name in ("low_conductance", "high_conductance", "program_voltage"):
        assert f"chip.tile.array.cell.{name}" in set(mine.used_paths)


def test_a_set_alone_does_not_tell_the_programming_voltage(tmp_path: Path) -> None:
    rows = bipolar(0.0, 1).splitlines()
    found = fitted(tmp_path, "\n".join([rows[0], *rows[1 : 1 + len(rows) // 2]]))
    (why,) = found.result.reservations_of("program_voltage")
    assert why == "no loop resets the cell, which may take more"
    assert not found.result.reservations_of("high_conductance")


def test_a_sweep_with_time_of_a_cell_is_no_diffusive_neuron(tmp_path: Path) -> None:
    lines = [f"{line},{n}" for n, line in enumerate(bipolar(0.0, 1).splitlines()[1:])]
    found = fitted(tmp_path, "\n".join(["voltage [V],current [A],cycle,time [ms]", *lines]))
    assert found.template.spec.model == "one_transistor_one_resistor"


def test_a_loop_whose_state_is_lost_is_no_memory(tmp_path: Path) -> None:
    # a peak on each way up, and the same start in the next half: what a reaction or a capacitor does
    up = np.arange(0.02, 1.0, 0.02)
    lines = ["voltage [V],current [A]"]
    for sign in (1.0, -1.0, 1.0, -1.0):
        lines += [f"{sign * v:.3f},{sign * v * 1e-4:.5g}" for v in up]
        lines += [f"{sign * v:.3f},{sign * v * 1e-5:.5g}" for v in up[-2::-1]]
    with pytest.raises(NeuroestError, match="in 3 of 3 the next one starts from the state before"):
        fitted(tmp_path, "\n".join(lines) + "\n")


def oscillation(noise: float, periods: int = 12) -> str:
    """A node that charges to 1 V in 40 us and falls to 0.3 V in 4 us, recorded around a trigger."""
    time = np.arange(-100, 44 * periods - 100) * 1e-6
    phase = np.mod(time * 1e6, 44.0)
    voltage = np.where(phase < 40.0, 0.3 + 0.7 * phase / 40.0, 1.0 - 0.7 * (phase - 40.0) / 4.0)
    voltage = voltage + noise * np.random.default_rng(1).standard_normal(len(time))
    return "time [s],voltage [V]\n" + "".join(
        f"{t:.7g},{v:.5g}\n" for t, v in zip(time, voltage, strict=True)
    )


def test_a_trace_of_an_oscillator_gives_its_threshold(tmp_path: Path) -> None:
    found = fitted(tmp_path, oscillation(0.005))
    values = found.result.laws[0].values
    assert found.template.spec.model == "threshold_switch_neuron"
    assert values["threshold_voltage"] == pytest.approx(1.0, rel=0.03)
    assert values["hold_voltage"] == pytest.approx(0.3, rel=0.08)
    assert values["spike_interval"] == pytest.approx(44e-6, rel=0.01)


def test_a_drive_is_no_neuron(tmp_path: Path) -> None:
    time = np.arange(400)
    lines = [f"{t},{np.abs(np.mod(t, 40) - 20) / 10 - 1:.4g}" for t in time]
    with pytest.raises(NeuroestError, match="passes zero in every period, so this is a drive"):
        fitted(tmp_path, "\n".join(["time [us],voltage [V]", *lines]))


def test_a_trace_without_a_spike_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).standard_normal(200)
    text = "time [s],voltage [V]\n" + "".join(f"{n},{0.5 + 0.01 * e:.5g}\n" for n, e in enumerate(noise))
    with pytest.raises(NeuroestError, match="spikes above the noise, 4 are needed"):
        fitted(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("time [s],conductance [uS]\n1,5\n10,4\n100,3\n", True),
        (bipolar(0.0, 1), True),
        ("voltage [V],delay [us]\n0.6,5793\n0.8,153.6\n", False),
        (oscillation(0.005), False),
    ],
    ids=["retention", "sweep of a cell", "delays", "trace"],
)
def test_curves_tell_a_cell_from_a_neuron(tmp_path: Path, text: str, cell: bool) -> None:
    (tmp_path / "data.csv").write_text(text, encoding="utf-8")
    assert measures_a_cell([tmp_path / "data.csv"]) == cell


def test_a_table_of_both_states_is_a_cell(tmp_path: Path) -> None:
    rows = "".join(
        f"{n},{5.0 + 0.1 * n},{1000.0 + 50.0 * n},{1.2 + 0.01 * n},{-0.8 - 0.01 * n}\n" for n in range(9)
    )
    found = fitted(tmp_path, "Cycle,LRS (kohm),HRS (kohm),VSET (V),VRESET (V)\n" + rows)
    assert found.template.spec.model == "one_transistor_one_resistor"
    values = found.result.laws[0].values
    # medians of the fifth of nine cycles
    assert values["high_conductance"] == pytest.approx(1.0 / 5.4e3, rel=1e-6)
    assert values["low_conductance"] == pytest.approx(1.0 / 1.2e6, rel=1e-6)
    assert (values["set_voltage"], values["reset_voltage"]) == pytest.approx((1.24, 0.84))
    assert values["program_voltage"] == pytest.approx(1.24)


def test_a_sweep_of_the_current_that_snaps_in_steps_is_a_volatile_switch(tmp_path: Path) -> None:
    # 16 kohm up to 5 V; 12 kohm to 4.6 V and 0.6 mA; from there 2 kohm, and back to off at 2.4 V and 0.5 mA
    up = np.arange(15e-6, 1.5e-3, 15e-6)
    lines, state = ["voltage [V],current [A]"], 16e3
    for at, current in enumerate([*up, *up[-2::-1]]):
        rising = at < len(up)
        voltage = current * state
        if rising and state == 16e3 and voltage > 5.0:
            state = 12e3
        if rising and state == 12e3 and current > 0.4e-3:
            state = 4e3 if current < 0.9e-3 else 2.4e3
        if rising and state == 4e3 and current > 0.9e-3:
            state = 2.4e3
        if not rising and current < 0.5e-3:
            state = 16e3 if current < 0.3e-3 else 5.5e3
        lines.append(f"{current * state:.6g},{current:.6g}")
    found = fitted(tmp_path, "\n".join(lines) + "\n")
    assert found.kind.startswith("this is a volatile switch")
    values = found.result.laws[0].values
    measured = np.array([[float(cell) for cell in line.split(",")] for line in lines[1:]])
    top = len(up)
    assert values["threshold_voltage"] == pytest.approx(np.max(measured[: top // 2, 0]), rel=1e-6)
    on = measured[top:][measured[top:, 1] > 0.3e-3]
    assert values["hold_voltage"] == pytest.approx(np.min(on[:, 0]), rel=1e-6)


def test_a_rectifying_cell_has_both_states_where_it_is_read(tmp_path: Path) -> None:
    # carries a hundredth with the other sign: the state after a reset is read before the next set
    step, lines, on = 0.02, ["voltage [V],current [A],cycle"], False
    up = np.arange(step, 1.5, step)
    for cycle in range(4):
        for v in (*up, *up[-2::-1], *-up, *-up[-2::-1]):
            on = (on or v >= SET) and v > -RESET
            current = v / (LOW_R if on else HIGH_R) * (1.0 if v > 0.0 else 0.01)
            lines.append(f"{v:.3f},{current:.6g},{cycle}")
    found = fitted(tmp_path, "\n".join(lines) + "\n")
    values = found.result.laws[0].values
    assert values["low_conductance"] == pytest.approx(1.0 / HIGH_R, rel=1e-3)
    assert values["high_conductance"] == pytest.approx(1.0 / LOW_R, rel=1e-3)
    assert "it rectifies" in found.to_text()


def test_a_voltage_that_is_held_is_no_sweep(tmp_path: Path) -> None:
    rows = "".join(f"{0.05 * at:g},{1e-6 * (1 + 0.1 * at):g},{2.0 + 1e-4 * (at % 3):g}\n" for at in range(60))
    with pytest.raises(NeuroestError, match=r"the voltage stays near 2 V and is not swept.*--read-voltage"):
        fitted(tmp_path, "time [s],current [A],voltage [V]\n" + rows)


def test_cycles_that_drift_count_as_fewer() -> None:
    seen, drifting = Seen(), Seen()
    levels = np.exp(0.05 * np.random.default_rng(5).standard_normal(60))
    for value, sorted_value in zip(levels, np.sort(levels), strict=True):
        seen.add(float(value), -1.0)
        drifting.add(float(sorted_value), -1.0)
    # the same values in order: hardly more than two independent ones
    assert drifting.known()[1] > 3.0 * seen.known()[1]
    assert drifting.known()[2] < 5.0 < seen.known()[2]


def test_a_cell_without_a_transistor_has_the_nonlinearity_of_its_sweeps(tmp_path: Path) -> None:
    # sinh(V / 0.3 V) in both states: at 1.48 V over 0.74 V, sinh(4.933)/sinh(2.467) = 11.9
    step, lines, on = 0.02, ["voltage [V],current [A],cycle"], False
    up = np.arange(step, 1.49, step)
    for cycle in range(4):
        for v in (*up, *up[-2::-1], *-up, *-up[-2::-1]):
            on = (on or v >= SET) and v > -RESET
            lines.append(f"{v:.3f},{(1e-6 if on else 1e-8) * np.sinh(v / 0.3):.6g},{cycle}")
    found = fitted(tmp_path, "\n".join(lines) + "\n", model="passive")
    value = found.result.values["nonlinearity"]
    assert value == pytest.approx(np.sinh(1.48 / 0.3) / np.sinh(0.74 / 0.3), rel=0.01)
    found.write(tmp_path / "cell.yaml")
    assert load_device(str(tmp_path / "cell.yaml")).claims["nonlinearity"].basis == "measured"
    # the default stays a cell with a transistor
    assert fit(tmp_path / "data.csv").template.spec.model == "one_transistor_one_resistor"
