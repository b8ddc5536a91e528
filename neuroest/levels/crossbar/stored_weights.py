"""Weights in the cells of an array: how they are stored, their conductances, and their errors by cause."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, cast

import numpy as np

from neuroest.blocks.base import NetworkContext
from neuroest.blocks.cells.base import Cell, ResistiveMemory
from neuroest.core import units as u
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.memoization import memoize_numbers
from neuroest.equations import accuracy, ageing, crossbar, digits, weight_spreads

COMMON_DRIFT = "common drift"
"""Name of the error cause common to all cells, whose levels drift together."""
STUCK_CELLS = "stuck cells"
"""Name of the error cause of cells that cannot be written, which refresh does not remove."""
_LONGEST = 1e12
"""Longest refresh interval searched, in seconds; longer ones count as never."""
_HALVINGS = 60
"""Bisections of the refresh interval on a logarithmic scale."""


@frozen_dataclass(eq=False)
class WeightErrors:
    """Standard deviations of a weight over the largest weight, root mean square over all weights.

    Attributes
    ----------
    lasting : mapping
        Errors that stay from read to read, by cause.
    fluctuating : mapping
        Errors that are new in each read, by cause.
    """

    lasting: Mapping[str, u.Dimensionless]
    fluctuating: Mapping[str, u.Dimensionless]

    @property
    def total(self) -> u.Dimensionless:
        """Total of all lasting errors, which are independent."""
        squares = sum((error * error for error in self.lasting.values()), start=0.0)
        return np.sqrt(squares)


_Moments = tuple[u.Dimensionless, u.Dimensionless]


@frozen_dataclass(eq=False)
class ComparedCells:
    """Cell that is written for a digit, less what is subtracted from it: weight errors from spreads of both.

    A cell between the ends of the window behaves like parts of both in parallel, which drift on their own.

    Attributes
    ----------
    low, window : float or ndarray
        Conductance of the low end, and from there to the high end. [S]
    whole : float or ndarray
        Conductance difference by which results are scaled. [S]
    gain : float or ndarray
        Squared ratio of a weight error to that of the cells.
    written, subtracted : tuple of float or ndarray
        Mean and mean square of their shares of the window; None where nothing is subtracted.
    zero : float or ndarray
        Probability that the written cell is left at the low end.
    writes_both : bool
        Whether what is subtracted is a written cell too, that of a reference column.
    """

    low: u.Siemens
    window: u.Siemens
    whole: u.Siemens
    gain: u.Dimensionless
    written: _Moments
    zero: u.Dimensionless
    subtracted: _Moments | None
    writes_both: bool

    def _error(self, spread: Callable[[_Moments], u.Siemens]) -> u.Dimensionless:
        """Weight error from the spread of a cell with these moments, on both sides."""
        other = 0.0 if self.subtracted is None else spread(self.subtracted)
        return weight_spreads.weight_error(spread(self.written), other, self.whole, self.gain)

    def relative(self, spread: u.Dimensionless) -> u.Dimensionless:
        """Weight error from a spread over the conductance of each cell."""
        return self._error(
            lambda share: spread * weight_spreads.root_mean_square_conductance(self.low, self.window, *share)
        )

    def absolute(self, spread: u.Siemens, at_low: u.Siemens) -> u.Dimensionless:
        """Weight error from spreads of written cells, and of those that are left at the low end."""
        written = np.sqrt((1.0 - self.zero) * spread * spread + self.zero * at_low * at_low)
        other = 0.0 if self.subtracted is None else spread if self.writes_both else at_low
        return weight_spreads.weight_error(written, other, self.whole, self.gain)

    def of_parallel_parts(self, low: u.Dimensionless, high: u.Dimensionless) -> u.Dimensionless:
        """Weight error from relative spreads of the part of a cell at the low end, and of that at the high end."""
        return self._error(
            lambda share: weight_spreads.parallel_cell_spread(self.low, self.window, share[1], low, high)
        )

    def stuck(self, at_low: u.Dimensionless, at_high: u.Dimensionless) -> u.Dimensionless:
        """Weight error from these shares of stuck cells."""
        return self._error(
            lambda share: weight_spreads.stuck_cell_spread(self.window, *share, at_low, at_high)
        )


@frozen_dataclass(eq=False)
class StoredWeights:
    """Weights of a network as the cells of an array store them.

    Attributes
    ----------
    cell : Cell
        The cell.
    spec : CrossbarLevel
        Structural choices of the array: encoding, offset and correction of drift.
    options : mapping
        Numeric choices of the array: rows, columns, spare columns, bits and age if stated.
    """

    cell: Cell
    spec: Any
    options: Mapping[str, u.Numeric]

    @property
    def memory(self) -> ResistiveMemory:
        """The cell of an array whose weights are conductances."""
        return cast("ResistiveMemory", self.cell)

    # --- storage

    @property
    def age(self) -> u.Second | None:
        """Time since the weights were written: as stated, or the refresh interval; None for weights just written."""
        return self.options.get("time_since_programming", self.options.get("refresh_interval"))

    def devices_per_weight(self) -> tuple[float, float]:
        """Columns and rows that one weight occupies, before slicing."""
        return {"column_differential": (2.0, 1.0), "row_differential": (1.0, 2.0), "offset": (1.0, 1.0)}[
            self.spec.weight_encoding
        ]

    @property
    def offset_coded(self) -> bool:
        """Whether an offset makes all weights positive, instead of a pair that carries the sign."""
        return bool(self.spec.weight_encoding == "offset")

    @property
    def centre(self) -> float:
        """Share of the window of a cell that stands for a weight of zero."""
        return 1.0 / 2.0 if self.offset_coded else 0.0

    @property
    def windows_of_weight(self) -> float:
        """Window of a cell over the largest weight: an offset leaves half of it to either sign."""
        return 2.0 if self.offset_coded else 1.0

    def bits_per_cell(self, network: NetworkContext) -> u.Dimensionless:
        """Bits stored in one cell: as chosen, or as many as the device can store and the weight needs."""
        if "bits_per_cell" in self.options:
            return self.options["bits_per_cell"]
        return np.minimum(self.cell.storage.bits, self.magnitude_bits(network))

    def magnitude_bits(self, network: NetworkContext) -> u.Dimensionless:
        """Bits of a stored weight, without the sign if a pair of columns or rows carries it."""
        signed_by_pair = 0.0 if self.offset_coded else 1.0
        return np.maximum(self.stored_weight_bits(network) - signed_by_pair, 1.0)

    def stored_weight_bits(self, network: NetworkContext) -> u.Dimensionless:
        """Bits of a stored weight, sign included: those of the network, or fewer if the level states fewer."""
        return np.minimum(network.weight_bits, self.options.get("weight_bits", np.inf))

    def slices(self, network: NetworkContext) -> u.Dimensionless:
        """Adjacent cells that store the bits of one weight."""
        return crossbar.slices_per_weight(self.magnitude_bits(network), self.bits_per_cell(network))

    def over_digits(
        self, moment: Callable[..., u.Dimensionless], network: NetworkContext
    ) -> tuple[u.Dimensionless, ...]:
        """One of the moments of `equations.digits` for each cell of a weight, highest digit first."""
        key = f"{moment.__name__}()"  # errors, energies and checks all ask for the same moments
        kept = self.__dict__.get(key)
        if kept is not None and kept[0] is network:
            moments: tuple[u.Dimensionless, ...] = kept[1]
            return moments
        bits, slices = self.bits_per_cell(network), self.slices(network)
        moments = tuple(
            moment(network.mean_absolute_weight, self.centre, bits, slices, float(place))
            for place in range(int(np.max(slices)))
        )
        if all(isinstance(each, float) or hasattr(each, "__array_function__") for each in moments):
            self.__dict__[key] = (network, moments)
        return moments

    def digit_moments(
        self, network: NetworkContext
    ) -> Iterator[tuple[u.Dimensionless, u.Dimensionless, u.Dimensionless]]:
        """Significance, mean and mean square of each cell of a weight, highest digit first."""
        return zip(
            self.place_values(network),
            self.over_digits(digits.digit_mean_share, network),
            self.over_digits(digits.digit_mean_square_share, network),
            strict=True,
        )

    def place_values(self, network: NetworkContext) -> list[u.Dimensionless]:
        """Significance of each cell's window in the weight."""
        bits, slices = self.bits_per_cell(network), self.slices(network)
        return [digits.digit_place_value(bits, slices, float(place)) for place in range(int(np.max(slices)))]

    @property
    def offset_subtraction(self) -> str:
        """Method of offset correction: `reference_column`, `digital_sum`, or `none`.

        Charges need none: the highest bit of two's complement counts negative, and plus and minus one need no offset.
        """
        if not self.offset_coded or not self.cell.summation.flows:
            return "none"
        return str(self.spec.offset_subtraction or "reference_column")

    @property
    def reference_columns(self) -> float:
        """Reference columns of an array, in addition to those of the weights."""
        return 1.0 if self.subtracts_column else 0.0

    def clean_columns(self) -> u.Dimensionless:
        """Share of the columns without stuck cells."""
        d = self.memory.device
        return weight_spreads.clean_column_fraction(
            d.stuck_low_share + d.stuck_high_share, self.options["rows"]
        )

    def stuck_shares(self) -> tuple[u.Dimensionless, u.Dimensionless]:
        """Shares of the cells in use that are stuck at the low and high conductance, after column repair."""
        d = self.memory.device
        if not np.any(np.asarray(self.options["spare_columns"]) > 0.0):
            return d.stuck_low_share, d.stuck_high_share
        clean = self.clean_columns()
        left = weight_spreads.faulty_share_after_repair(
            self.options["columns"], self.options["spare_columns"], clean
        )
        kept = left / np.maximum(1.0 - clean, np.finfo(float).tiny)
        return d.stuck_low_share * kept, d.stuck_high_share * kept

    def ends(self) -> tuple[u.Siemens, u.Siemens]:
        """Lowest and highest conductance of a cell when it is read, access transistor included."""
        return self.window(self.age)

    def window(self, age: u.Second | None) -> tuple[u.Siemens, u.Siemens]:
        """Lowest and highest conductance of a cell at this age, access transistor included; None: as written."""
        low, high = self.cell.ends(age)
        return self.cell.limited(low), self.cell.limited(high)

    def weight_share(self) -> u.Dimensionless:
        """Share of a weight that its conductance still represents when it is read."""
        return ageing.weight_share(*self.window(None), *self.ends())

    def conductance(self, network: NetworkContext) -> u.Siemens:
        """Mean conductance of one cell when it is read, access transistor included."""
        return self.mean_conductance(network, self.age)

    def written_conductance(self, network: NetworkContext) -> u.Siemens:
        """Mean conductance of one cell just written, access transistor included."""
        return self.mean_conductance(network, None)

    def mean_conductance(self, network: NetworkContext, age: u.Second | None) -> u.Siemens:
        """Mean conductance of one cell at this age, access transistor included; zero for charge-domain cells."""
        return self.cell.limited(self.memristor_conductance(network, age))

    def drawn_conductance(self, network: NetworkContext) -> u.Siemens:
        """Mean conductance of one new cell on a typical die, for which circuits are sized."""
        return self.cell.limited_as_drawn(self.memristor_conductance(network, None))

    def memristor_conductance(self, network: NetworkContext, age: u.Second | None) -> u.Siemens:
        """Mean conductance of one memristor alone at this age."""
        low, high = self.cell.ends(age)
        if self.offset_coded:
            written = crossbar.offset_mean_conductance(low, high)
        else:
            shares = self.over_digits(digits.digit_mean_share, network)
            share = sum(shares, start=0.0) / self.slices(network)
            written = crossbar.pair_mean_conductance(low, high, share)
        if not self.cell.has_stuck_cells:
            return written
        return crossbar.stuck_mean_conductance(written, low, high, *self.stuck_shares())

    # --- errors

    def full_weight(self, age: u.Second | None) -> u.Siemens:
        """Conductance difference that represents the largest weight at this age."""
        low, high = self.window(age)
        return (high - low) / 2.0 if self.offset_coded else high - low

    @property
    def subtracts_column(self) -> bool:
        """Whether offset correction subtracts the result of a column of cells, which has errors of its own."""
        return self.offset_subtraction == "reference_column"

    def result_weight(self, age: u.Second | None) -> u.Siemens:
        """Conductance difference by which results are scaled: drifted if the gain is corrected, else as written."""
        return self.full_weight(age if self.spec.drift_correction == "common_gain" else None)

    def digit_gain(self, network: NetworkContext) -> u.Dimensionless:
        """Squared ratio of a weight error to the error of the cells that hold its digits."""
        return weight_spreads.digit_error_gain(self.bits_per_cell(network), self.slices(network))

    def digit_shares(
        self, network: NetworkContext
    ) -> tuple[u.Dimensionless, u.Dimensionless, u.Dimensionless]:
        """Mean and mean square of a written cell's share of the window, and its probability of being zero.

        Each digit of a weight is counted by the square of its place, as its errors are.
        """
        squares, gain = [value * value for value in self.place_values(network)], self.digit_gain(network)

        def weighed(moment: Callable[..., u.Dimensionless]) -> u.Dimensionless:
            pairs = zip(squares, self.over_digits(moment, network), strict=True)
            return sum((square * each for square, each in pairs), start=0.0) / gain

        return (
            weighed(digits.digit_mean_share), weighed(digits.digit_mean_square_share), weighed(digits.digit_zero_share)
        )  # fmt: skip

    def wandered(self, age: u.Second) -> tuple[u.Dimensionless, u.Dimensionless]:
        """Relaxation of written cells and of cells at the low conductance: spreads over the highest conductance."""
        d = self.memory.device
        written, at_low = (
            ageing.relaxation_spread(age, d.relaxation_reference_time, spread, growth)
            for spread, growth in (
                (d.relaxation_spread, d.relaxation_growth),
                (d.low_relaxation_spread, d.low_relaxation_growth),
            )
        )
        return written, at_low

    def compared(self, network: NetworkContext, age: u.Second | None) -> ComparedCells:
        """The cell that is written for a digit, and what is subtracted from it: nothing, the other one, or a column."""
        mean, square, zero = self.digit_shares(network)
        subtracted: tuple[u.Dimensionless, u.Dimensionless] | None = (0.0, 0.0)
        if self.offset_coded:
            subtracted = (1.0 / 2.0, 1.0 / 2.0 / 2.0) if self.subtracts_column else None
        low, high = self.window(age)
        whole, gain = self.result_weight(age), self.digit_gain(network)
        return ComparedCells(
            low, high - low, whole, gain, (mean, square), zero, subtracted, self.subtracts_column
        )

    def errors(self, network: NetworkContext, age: u.Second | None) -> WeightErrors:
        """Contribution of each cause to the error of a weight at this age; None: just written.

        Causes and their laws: docs/models/crossbar.md, Weights in time and Errors of a column.
        """
        d, cells, (_, high) = self.memory.device, self.compared(network, age), self.window(age)
        moment = weight_spreads.weight_mean_square(network.mean_absolute_weight)
        scatter = cells.relative(crossbar.lognormal_relative_spread(d.conductance_spread))
        missed = cells.absolute(d.programming_error * high, d.low_programming_error * high)
        lasting: dict[str, u.Dimensionless] = {"programming": np.sqrt(scatter * scatter + missed * missed)}
        if "weight_bits" in self.options:
            levels = accuracy.quantisation_spread(1.0 / (2.0 ** self.magnitude_bits(network) - 1.0))
            lasting["rounding"] = np.where(
                self.stored_weight_bits(network) < network.weight_bits, levels, 0.0
            )
        if self.memory.has_stuck_cells:
            # and every weight is by so much smaller on average
            stuck, lost = cells.stuck(*self.stuck_shares()), sum(self.stuck_shares()) * np.sqrt(moment)
            lasting[STUCK_CELLS] = np.sqrt(stuck * stuck + lost * lost)
        if age is not None:
            logarithm = ageing.drift_logarithm(age, d.drift_reference_time)
            exponents = (d.low_drift_exponent_spread, d.high_drift_exponent_spread)
            lasting["uneven drift"] = cells.of_parallel_parts(
                *(crossbar.lognormal_relative_spread(e * logarithm) for e in exponents)
            )
            as_written = self.memory.limited(d.high_conductance)
            lasting["relaxation"] = cells.absolute(*(spread * as_written for spread in self.wandered(age)))
            if self.spec.drift_correction == "none":
                lasting[COMMON_DRIFT] = np.abs(1.0 - self.full_weight(age) / cells.whole) * np.sqrt(moment)
        flicker = ageing.flicker_spread(
            d.flicker_noise, d.drift_reference_time if age is None else age, d.flicker_pulse_width
        )
        white, pink = cells.absolute(d.read_noise * high, d.read_noise * high), cells.relative(flicker)
        return WeightErrors(lasting, {"noise of the cells": np.sqrt(white * white + pink * pink)})

    def cell_error(self, network: NetworkContext, age: u.Second | None) -> u.Dimensionless:
        """Lasting error of a working cell over its window, without the mean drift common to all levels."""
        errors, apart = self.errors(network, age).lasting, {COMMON_DRIFT, STUCK_CELLS}
        squares = sum((error * error for cause, error in errors.items() if cause not in apart), start=0.0)
        devices = 2.0 if not self.offset_coded or self.subtracts_column else 1.0
        return np.sqrt(squares / (self.digit_gain(network) * devices)) / self.windows_of_weight

    def time_to_error(self, network: NetworkContext, limit: u.Dimensionless) -> u.Second:
        """Longest time after writing for which the lasting error stays within a limit; may be zero or infinite."""
        first = self.memory.device.drift_reference_time
        early, late = np.log(first) + 0.0 * np.asarray(limit), np.log(_LONGEST) + 0.0 * np.asarray(limit)
        for _ in range(_HALVINGS):
            middle = (early + late) / 2.0
            keeps = self.errors(network, np.exp(middle)).total <= limit
            early, late = np.where(keeps, middle, early), np.where(keeps, late, middle)
        at_once = self.errors(network, first).total <= limit
        never = self.errors(network, _LONGEST).total <= limit
        return np.where(at_once, np.where(never, np.inf, np.exp(early)), 0.0)

    def drawn_conductances(
        self,
        levels: u.Numeric,
        age: u.Second | None,
        generator: "np.random.Generator",  # importing numpy.random takes longer than an estimate
        without: Collection[str] = (),
    ) -> u.Siemens:
        """Random conductances of single cells, with the lasting errors whose spread `errors` states.

        Parameters
        ----------
        levels : array
            What each cell was written to, as a share of the window.
        age : float or None
            Time since writing; None for just written.
        generator : Generator
            Source of chance; each call is another self.
        without : collection of str
            Causes that are left out: ``programming``, `STUCK_CELLS`.

        Returns
        -------
        array
            Conductances, access transistor included, never below zero.
        """
        d, shape = self.memory.device, np.shape(levels)
        low, high = self.window(age)

        def scatter(sigma: u.Dimensionless) -> u.Dimensionless:
            return np.exp(sigma * generator.standard_normal(shape) - sigma * sigma / 2.0)

        def wander(spread: u.Siemens) -> u.Siemens:
            return spread * generator.standard_normal(shape)

        lower, upper = low + 0.0 * levels, (high - low) * levels
        if age is not None:
            logarithm = ageing.drift_logarithm(age, d.drift_reference_time)
            lower = lower * scatter(d.low_drift_exponent_spread * logarithm)
            upper = upper * scatter(d.high_drift_exponent_spread * logarithm)
        bottom = levels <= 0.0
        found = lower + upper
        if "programming" not in without:
            missed = np.where(bottom, d.low_programming_error, d.programming_error)
            found = found * scatter(d.conductance_spread) + wander(missed * high)
        if age is not None:
            spread, at_low = self.wandered(age)
            found = found + wander(np.where(bottom, at_low, spread) * self.memory.limited(d.high_conductance))
        if self.memory.has_stuck_cells and STUCK_CELLS not in without:
            chance, (at_low, at_high) = generator.random(shape), self.stuck_shares()
            found = np.where(chance < at_low, low, found)
            found = np.where(chance >= 1.0 - at_high, high, found)
        return np.maximum(found, 0.0)


memoize_numbers(StoredWeights)
