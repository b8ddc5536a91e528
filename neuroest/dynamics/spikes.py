"""Results of a time-domain run: spikes, supply energy, and traces."""

from dataclasses import dataclass

import numpy as np

from neuroest.dynamics.stimulus import Array


@dataclass
class SpikeRun:
    """Spikes of some devices and their energy.

    Attributes
    ----------
    duration : float
        Length of the run. [s]
    spike_devices, spike_times : ndarray
        Device and time of each spike. [s]
    energy : dict of str to ndarray
        Supply energy by term and device. [J]
    traces : dict of str to ndarray
        Time, input, gate or membrane, and further states of the devices that are kept.
    """

    duration: float
    devices: int
    spike_devices: Array
    spike_times: Array
    energy: dict[str, Array]
    traces: dict[str, Array]

    @property
    def counts(self) -> Array:
        """Spikes of each device."""
        return np.bincount(self.spike_devices.astype(int), minlength=self.devices).astype(float)

    def intervals(self) -> Array:
        """All intervals between spikes of the same device [s]."""
        order = np.lexsort((self.spike_times, self.spike_devices))
        times, devices = self.spike_times[order], self.spike_devices[order]
        return np.asarray(np.diff(times)[np.diff(devices) == 0])


class Spikes:
    """Collects the spikes of a run."""

    def __init__(self) -> None:
        self.found: list[tuple[Array, Array]] = [(np.zeros(0), np.zeros(0))]

    def add(self, devices: Array, times: Array) -> None:
        """Record one spike for each of some devices."""
        self.found.append((devices.astype(float), times))

    def arrays(self) -> tuple[Array, Array]:
        """Devices and times of all spikes, in time order."""
        devices, times = zip(*self.found, strict=True)
        return np.concatenate(devices), np.concatenate(times)


def plain_numbers(values: Array) -> list[float | None]:
    """Numbers for JSON: None if not finite."""
    return [float(v) if np.isfinite(v) else None for v in values]
