"""Cells that are programmed by pulses: nonlinear, noisy, with device-to-device spread and finitely many steps."""

from __future__ import annotations

import numpy as np

from neuroest.blocks.cells.base import ResistiveMemory
from neuroest.core.frozen import frozen_dataclass
from neuroest.dynamics.in_time import Array
from neuroest.equations import learning
from neuroest.levels.crossbar.array import CrossbarArray
from neuroest.results.estimate import Estimate
from neuroest.specs.learning import Write


@frozen_dataclass
class PulseResponse:
    """Response of a cell to pulses.

    Attributes
    ----------
    states : float
        Pulses from one end of the window to the other.
    rising, falling : float
        Nonlinearity of potentiation and depression.
    noise, spread : float
        Relative standard deviation of a step between pulses, and of the mean step between devices.
    one_moves : bool
        Whether only one cell of a pair is programmed and the other is fixed.
    exact : bool
        Whether a cell performs every requested change exactly.
    """

    states: float = 1.0
    rising: float = 0.0
    falling: float = 0.0
    noise: float = 0.0
    spread: float = 0.0
    one_moves: bool = False
    exact: bool = False

    @classmethod
    def of(cls, chip: Estimate) -> PulseResponse:
        """Response of a chip's cells; for a digital memory, the steps of its weights."""
        array = chip.evaluation.mapper.compute
        if not (isinstance(array, CrossbarArray) and isinstance(array.cell, ResistiveMemory)):
            bits = float(np.max(chip.evaluation.mapper.network.weight_bits))
            return cls(2.0**bits - 1.0)
        d = array.memory.device
        return cls(
            float(array.memory.update_states()), float(d.rising_nonlinearity), float(d.falling_nonlinearity),
            float(d.update_noise), float(d.update_spread), array.spec.updated_cells == "one",
        )  # fmt: skip


class LearningCells:
    """Cell pairs of a layer, each cell a number from 0 to 1; a weight is the difference of a pair."""

    def __init__(
        self, weights: Array, response: PulseResponse, rng: np.random.Generator, write: Write
    ) -> None:
        """Create cells for weights from -1 to 1."""
        self._response, self._rng, self._write = response, rng, write
        self._sum = np.zeros_like(weights)
        half = weights / 2.0
        self._cells = [0.5 + half, 0.5 - half]
        if response.one_moves:  # a fixed cell in the middle of the window leaves half of the range
            self._cells = [np.clip(0.5 + weights, 0.0, 1.0), np.full_like(weights, 0.5)]
        self._gains = [1.0 + response.spread * rng.standard_normal(weights.shape) for _ in self._cells]
        self.pulses = 0.0
        self.asked = 0.0
        self.due = 0.0

    @property
    def number(self) -> float:
        """Cells of the layer."""
        return float(2 * self._cells[0].size)

    @property
    def weights(self) -> Array:
        """Weights from -1 to 1."""
        return np.asarray(self._cells[0] - self._cells[1])

    def change(self, asked: Array) -> None:
        """Request a change of every weight, relative to the weight range."""
        due = asked != 0.0
        self.due += float(np.sum(due))
        self.asked += float(np.sum(np.abs(asked)))
        if self._response.exact:
            self._cells = [
                np.clip(cell + change, 0.0, 1.0)
                for cell, change in zip(self._cells, (asked, -asked), strict=True)
            ]
            return
        steps = self._steps(np.asarray(asked * self._response.states))
        if not np.any(steps):
            return
        r, number = self._response, np.abs(steps)
        for cell, signed in ((0, steps),) if r.one_moves else ((0, steps), (1, -steps)):
            state = self._cells[cell]
            up = learning.step_size(state, r.states, r.rising)
            down = learning.step_size(1.0 - state, r.states, r.falling)
            step = np.where(signed > 0.0, up, -np.asarray(down)) * self._gains[cell]
            noise = r.noise * np.sqrt(number) * np.abs(step) * self._rng.standard_normal(state.shape)
            # the state saturates at the ends of the window
            self._cells[cell] = np.asarray(np.clip(state + number * step + noise, 0.0, 1.0))
            self.pulses += float(np.sum(number))

    def _steps(self, asked: Array) -> Array:
        """Round a change to whole steps, as the rule states."""
        if self._write == "sign":
            return np.sign(asked)
        if self._write == "threshold":
            size = np.abs(asked)
            return np.asarray(np.sign(asked) * np.where(size >= 1.0, np.ceil(size), 0.0))
        if self._write == "stochastic":
            size = np.abs(asked)
            return np.asarray(np.sign(asked) * np.floor(size + self._rng.random(asked.shape)))
        self._sum = self._sum + asked
        whole = np.trunc(self._sum)
        self._sum = self._sum - whole
        return np.asarray(whole)
