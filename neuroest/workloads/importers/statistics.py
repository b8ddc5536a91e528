"""How active recorded arrays are: spikes per neuron and timestep, densities, and densities of bits."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neuroest.core.statistics import quantiles
from neuroest.workloads.importers.network import NetworkImportError, Recorded


def spike_statistics(array: Any, axis: int = 0, time_axis: int | None = None) -> dict[str, Any]:
    """Spikes of each sample, and of how many neurons in how many timesteps they are.

    Parameters
    ----------
    array : array
        Spikes of zero and one (or counts), with samples on `axis`; where that is not the first, time is before it.
    axis : int
        Axis of the samples.
    time_axis : int, optional
        Axis of time, where it is neither before the samples nor missing.
    """
    spikes = np.asarray(array, dtype=np.float64)
    if not np.all(np.isfinite(spikes)) or np.any(spikes < 0.0):
        raise NetworkImportError("a recording of spikes contains negative or infinite numbers")
    moved = np.moveaxis(spikes, axis, 0).reshape(spikes.shape[axis], -1)
    time = 0 if time_axis is None and axis == 1 else time_axis
    steps = spikes.shape[time] if time is not None else 1
    neurons = moved.shape[1] // steps if steps else 0
    each = (
        [float(one.mean()) for one in np.moveaxis(spikes, time, 0)]
        if time is not None
        else [float(spikes.mean())]
    )
    return {"rate": moved.sum(axis=1), "elements": neurons, "steps": steps, "timesteps": each}


def number_statistics(array: Any, axis: int, bits: int) -> dict[str, Any]:
    """Density and bit density of each sample, the largest number of the batch filling all bits.

    Numbers without a sign are stored as they are, others in two's complement.
    """
    values = np.asarray(array, dtype=np.float64)
    moved = np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)
    if not np.all(np.isfinite(moved)):
        raise NetworkImportError("a recording contains numbers that are not finite")
    largest = float(np.abs(moved).max()) if moved.size else 0.0
    signed = bool(np.any(moved < 0.0))
    top = 2 ** (bits - 1) - 1 if signed else 2**bits - 1
    scaled = np.rint(moved / largest * max(top, 1)) if largest else np.zeros_like(moved)
    codes = scaled.astype(np.int64) & (2**bits - 1)
    ones = np.zeros(moved.shape[0])
    for bit in range(bits):
        ones += ((codes >> bit) & 1).sum(axis=1)
    return {
        "density": (codes != 0).sum(axis=1).astype(np.float64),
        "bit_density": ones / bits,
        "elements": moved.shape[1],
        "steps": 1,
    }


@dataclass
class Tally:
    """Sums over timesteps, sample by sample."""

    sums: dict[str, Any] = field(default_factory=dict)
    elements: int = 0
    steps: int = 0
    samples: int = 0
    timesteps: list[float] = field(default_factory=list)

    def take(self, found: dict[str, Any]) -> None:
        """Add what was found in one or several timesteps."""
        quantities = {k: v for k, v in found.items() if k not in {"elements", "steps", "timesteps"}}
        first = next(iter(quantities.values()))
        if self.samples and (self.samples != len(first) or self.elements != found["elements"]):
            raise NetworkImportError("recordings of one layer differ in samples or neurons")
        self.samples, self.elements = len(first), found["elements"]
        self.steps += found["steps"]
        self.timesteps += found.get("timesteps", ())
        for name, values in quantities.items():
            self.sums[name] = self.sums.get(name, 0.0) + values

    def exceeds_one(self) -> bool:
        """Whether a sum of spikes has more than one event an element and timestep, which no recording can state."""
        count = max(self.elements * self.steps, 1)
        return any(bool(np.any(sums > count)) for sums in self.sums.values())

    def recorded(self) -> Recorded:
        """Mean over samples, and the 10th and 90th percentile of samples."""
        count = max(self.elements * self.steps, 1)
        each = {name: sums / count for name, sums in self.sums.items()}
        for name, values in each.items():
            if np.any(values > 1.0):
                raise NetworkImportError(
                    f"the {name} of a layer is {float(np.max(values)):.3g}, more than one spike a step"
                )
        return Recorded(
            values={name: float(v.mean()) for name, v in each.items()},
            low={name: quantiles(v)[0] for name, v in each.items()},
            high={name: quantiles(v)[2] for name, v in each.items()},
            samples=self.samples,
            timesteps=tuple(self.timesteps),
        )
