"""A threshold switch with a capacitor in time."""

from collections.abc import Callable
from typing import Any

import numpy as np

from neuroest.blocks.neurons.base import Burst
from neuroest.core.errors import NeuroestError
from neuroest.core.units import format_quantity
from neuroest.dynamics import in_time
from neuroest.dynamics.parameters import ThresholdSwitchParameters
from neuroest.dynamics.reference_neurons import simulate_switch
from neuroest.dynamics.spikes import SpikeRun
from neuroest.dynamics.stimulus import Array, Noise, Segment, constant
from neuroest.equations import device_curves, threshold_switches
from neuroest.loading.library import Device

_PATIENCE = 3.0
"""Number of integration times after which a switch at its nominal drive counts as silent."""
_MANY = 100
"""Spikes that the patience with a switch of the lab lasts for; a convention."""
_AFTER = 1.0 + 1e-9
"""Time of a spike to just behind it, over it; numerical."""
_TRACED = 1000
"""Steps of each stretch of a run whose trace is kept."""


class SwitchInTime(in_time.NeuronInTime):
    """A threshold switch with a resistor and a capacitor, from event to event."""

    stays_on = "the drive holds the closed switch above its hold voltage"

    def __init__(self, device: Device, asked: in_time.Asked) -> None:
        self.delay: Delay | None = None
        stated = device.claims.get("switching_delay")
        between, within = (None, None) if stated is None else (stated.device_to_device, stated.cycle_to_cycle)
        self.delay_scatter = (between or 0.0, within or 0.0)
        self.relaxation = 0.0
        if device.spec.model == ThresholdSwitchParameters.model:
            self.switch = ThresholdSwitchParameters(**in_time.changed_values(device, asked.changes))
            self.no_temperature = "a switch of the lab states no transition temperature"
        else:
            self._of_a_chip(device, asked)
        self.drive = in_time.Drive("supply voltage", "V", float(self.switch.supply_voltage))
        varies = self.delay_scatter[1] if self.delay is not None else float(self.switch.threshold_variation)
        if not varies:
            what = "the threshold" if self.delay is None else "its delay"
            self.no_variation = f"its file states no deviation of {what} between cycles"

    def _of_a_chip(self, device: Device, asked: in_time.Asked) -> None:
        block: Any = asked.block(device)
        transition = float(block.device.transition_temperature)
        if not np.isfinite(transition):
            self.no_temperature = (
                "its file states no transition temperature, so nothing in its model depends on temperature"
            )
        if block.technology.temperature >= transition:
            raise NeuroestError(
                f"{asked.neuron}: at {format_quantity(block.technology.temperature, 'K')} it is at or above its "
                f"transition of {format_quantity(transition, 'K')}, and never opens"
            )
        self.component = block
        self.switch = switch_behaviour(block.device, block.thermal_headroom())
        self.delay, self.relaxation = switch_delay(block.device), float(block.device.relaxation_time)

    def _simulate(
        self, stimulus: list[Segment], generator: Noise = None, devices: int = 1,
        parts: int = 1,
    ) -> SpikeRun:  # fmt: skip
        """A run in one step for each stretch: events are exact, and nobody looks at a trace of fewer parts."""
        return simulate_switch(
            self.switch, stimulus, devices=devices, generator=generator, relaxation=self.relaxation,
            delay=self.delay, delay_scatter=self.delay_scatter,
            step=max(segment.duration for segment in stimulus) / parts,
        )  # fmt: skip

    def run(self, levels: Array, durations: Array, generator: Noise = None, kept: int = 0) -> SpikeRun:
        """Run with supply voltages of finite duration."""
        return self._simulate(
            in_time.driven(levels, durations), generator, len(levels), _TRACED if kept else 1
        )

    def bursts(self, burst: Burst, level: float) -> SpikeRun:
        """Pulses of its supply."""
        return self._simulate(in_time.pulses_of(burst, level))

    def lasting(self, level: float, spikes: int) -> float:
        """By the closed forms; of a switch of the lab by its time constants."""
        if self.component is not None:
            return super().lasting(level, spikes)
        return spikes * _PATIENCE * float(self.switch.series_resistance * self.switch.capacitance)

    def patience(self) -> float:
        """By the closed forms; of a switch of the lab by its time constants."""
        return super().patience() if self.component is not None else self.lasting(self.drive.nominal, _MANY)

    def least_drive(self) -> float:
        """Smallest supply for which the node of an open switch reaches the threshold."""
        switch = self.switch
        final = threshold_switches.switch_final_voltage(
            switch.series_resistance, switch.off_resistance, switch.supply_voltage
        )
        return float(switch.supply_voltage * switch.threshold_voltage / final)

    def closed(self, level: float) -> in_time.ClosedForms:
        """With the node of the closed switch at the voltage set by the drive, from which the next charge begins."""
        block = self.at(level) if level > self.least_drive() else None
        if block is None:
            return super().closed(level)
        d = block.device
        sustained = threshold_switches.switch_final_voltage(d.series_resistance, d.on_resistance, level)
        if sustained >= block.hold_voltage():
            return in_time.ClosedForms(super().closed(level).integration_time, np.inf, np.nan)
        start = sustained + threshold_switches.switch_rest_voltage(
            block.hold_voltage() - sustained, d.relaxation_time, d.on_resistance, d.capacitance
        )
        charge = threshold_switches.switch_charge_time(
            d.series_resistance, d.off_resistance, d.capacitance, level, block.threshold_voltage(), start
        )
        first = threshold_switches.switch_charge_time(
            d.series_resistance, d.off_resistance, d.capacitance, level, block.threshold_voltage(), 0.0
        )
        waits = block.incubation_time()
        return in_time.ClosedForms(
            float(first + waits), float(charge + waits + block.refractory_time()),
            in_time.spike_energy(block) + float(block.sustained_energy(d.relaxation_time)),
        )  # fmt: skip

    def one_spike(self) -> in_time.OneSpike:
        """Two spikes; from the rest after the first to the end of the second counts."""
        if self.component is None:
            raise NeuroestError(
                "a switch of the lab is not a neuron of a chip, so it has no drive from a chip"
            )
        block, drive = self.component, self.drive.nominal
        closed, pulse = float(block.integration_time()), float(block.discharge_time())
        patience = _PATIENCE * (closed + block.time_constant())
        first = self._simulate(constant(drive, patience)).spike_times
        if not len(first):
            raise NeuroestError("the switch never turns on under its drive")
        # the drive ends with the spike, which is the discharge; the node that keeps the switch on then discharges
        # freely
        begin = [Segment(float(first[0]) * _AFTER + pulse, drive), Segment(pulse + self.relaxation, 0.0)]
        before = self._simulate(begin)
        start = before.duration
        again = self._simulate([*begin, Segment(patience, drive)]).spike_times
        if len(again) < 2:
            return in_time.OneSpike(np.inf, np.inf, np.inf, ("the switch does not turn on a second time",))
        second = float(again[1])
        after = self._simulate([*begin, Segment((second - start) * _AFTER + pulse, drive)])
        sustained = float(block.sustained_energy(block.device.relaxation_time))
        notes = ["the drive ends with the spike"]
        if sustained:
            notes.append(
                f"a drive that stays on while the switch relaxes takes up to {format_quantity(sustained, 'J')} more a "
                "spike; the estimate of a chip counts what its columns hold on"
            )
        energy = float(after.energy["supply"][0] - before.energy["supply"][0])
        return in_time.OneSpike(second - start, second - float(first[0]), energy, tuple(notes))


Delay = Callable[[Any, Any, Any], Any]
"""Time from reaching a voltage until a switch turns on, from that voltage, the final one and the time constant."""


def switch_behaviour(device: Any, headroom: Any = 1.0) -> ThresholdSwitchParameters:
    """A neuron of an estimate as its behaviour in time has it: deviations relative to the threshold."""
    shared = set(ThresholdSwitchParameters.parameters()) & set(type(device).parameters())
    values = {name: float(getattr(device, name)) for name in shared}
    values |= {name: float(values[name] * headroom) for name in ("threshold_voltage", "hold_voltage")}
    return ThresholdSwitchParameters(
        **values,
        threshold_variation=float(device.threshold_spread / device.threshold_voltage),
        threshold_mismatch=0.0,
    )


def switch_delay(device: Any) -> Delay | None:
    """Delay of a switch from the moment at which its node reaches a voltage, where its file states one."""
    if not float(device.switching_delay) + float(device.delay_floor):
        return None

    def delay(voltage: Any, final: Any, time_constant: Any) -> Any:
        return device_curves.incubation_time(
            voltage, final, time_constant, device.reference_voltage, device.switching_delay, device.delay_steepness,
            device.delay_exponent, device.delay_floor,
        )  # fmt: skip

    return delay
