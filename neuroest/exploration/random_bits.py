"""Who makes an independent random bit for the least energy and area: neurons, published generators, shift registers.

A diffusive neuron fires by chance in a pulse at its median amplitude, and von Neumann's rule removes the bias of
devices that differ. Its residue correlates two pulses. How much was never measured, so each neuron competes twice: with
the wait that makes its pulses independent whatever a spike leaves behind, and without any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.blocks.neurons.diffusive_base import DiffusiveNeuronBase
from neuroest.core import units as u
from neuroest.core.arrays import Array
from neuroest.core.document import Document, Documented, Table
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity, parse_quantity
from neuroest.dynamics.in_time import any_network, component_with
from neuroest.equations import firing_statistics
from neuroest.error_analysis.draws import SAMPLES, SEED, draw
from neuroest.loading.library import Device, devices_of, load_device
from neuroest.registry import COMPONENTS, render
from neuroest.results.estimate import Band
from neuroest.results.quantities import Headline
from neuroest.specs.parameters import Record, non_negative, positive

CORRELATION = 0.01
"""Correlation of two bits that counts as independent, by default."""
STAGES = 32
"""Stages of a shift register, whose polynomial has three additional taps."""
PROCESS = "cmos_28nm_lp"
"""Process of a shift register: that of the neurons it competes with."""
_TAPS = 3
_CLOCK = 2e8
"""Clock of the shift register, a choice; no energy follows from it. [1/s]"""
_BUILT = frozenset({"laboratory_device", "test_chip", "product"})
_LEAST_SHARE = 0.5
"""Share of the draws that a band needs, a convention."""
_SAME_NODE = 0.01
"""Largest difference of the feature sizes of a library and its process, as a share."""
RATES = np.geomspace(1.0, 1e9, 37)
"""Rates of the curves. [1/s]"""
_PER_SECOND = "1/s"


class RandomBitGeneratorParameters(Record):
    """Generator of random bits with values reported by its authors."""

    model = "random_bit_generator"

    bit_energy: u.Joule = positive()
    """Energy of one bit, static power excluded where it is stated."""
    bit_rate: u.PerSecond = positive()
    """Bits per second of one generator."""
    static_power: u.Watt = non_negative(absent=0.0)
    """Power between two bits; without it, unknown and left out."""
    footprint: u.SquareMetre = non_negative(absent=0.0)
    """Area; without it, unknown."""


@frozen_dataclass(eq=False)
class Generator:
    """One contender, by draw of its uncertain inputs; the first draw is the stated value of each.

    Attributes
    ----------
    name, title : str
        Device, and what it is.
    random : bool
        Whether its bits follow from noise; those of a shift register follow from its seed.
    built : bool
        Whether it was fabricated as priced.
    energy : array
        Energy of a bit without static power. [J]
    rate : array
        Bits per second of one unit. [1/s]
    busy : array
        Time for which a unit is powered for a bit, if it is switched off otherwise. [s]
    power : array
        Static power of one unit. [W]
    area : array
        Area of one unit; zero if unknown. [m^2]
    lifetime : array
        Time until a unit at its full rate has reached its endurance; infinite without wear. [s]
    left_out : tuple of str
        What the numbers do not include.
    """

    name: str
    title: str
    random: bool
    built: bool
    energy: Array
    rate: Array
    busy: Array
    power: Array
    area: Array
    lifetime: Array
    left_out: tuple[str, ...]

    def units(self, rate: float | Array) -> Array:
        """Units that deliver this rate. [1]."""
        return np.asarray(firing_statistics.units_for_rate(rate, self.rate))

    def energy_at(self, rate: float | Array) -> Array:
        """Energy of a bit, with the static power of all units, which are always on. [J]."""
        return np.asarray(self.energy + self.power * self.units(rate) / rate)

    @property
    def stated(self) -> Generator:
        """The same at the stated value of each input."""
        drawn = ("energy", "rate", "busy", "power", "area", "lifetime")
        return replace(self, **{name: getattr(self, name)[:1] for name in drawn})

    @property
    def gated_energy(self) -> Array:
        """Energy of a bit if each unit is powered for its bits only. [J]."""
        return np.asarray(self.energy + self.power * self.busy)

    def area_at(self, rate: float | Array) -> Array:
        """Area of all units. [m^2]."""
        return np.asarray(self.area * self.units(rate))


@frozen_dataclass(eq=False)
class RandomBits(Documented):
    """Contenders for random bits.

    Attributes
    ----------
    generators : tuple of Generator
        The contenders.
    rate : float
        Rate of the table. [1/s]
    correlation : float
        Correlation of two bits of a neuron that counts as independent.
    """

    generators: tuple[Generator, ...]
    rate: float
    correlation: float

    @property
    def best(self) -> Generator | None:
        """The generator with noise that was built and takes the least median energy, always on; None without one."""
        built = [one for one in self.generators if one.random and one.built]
        return min(built, key=lambda one: Band.of(one.energy_at(self.rate)).median, default=None)

    def rows(self) -> list[dict[str, Any]]:
        """One row per contender, at the rate of the table."""
        return [
            {
                "generator": one.name, "title": one.title, "random": one.random, "built": one.built,
                "bit_rate_per_s": self.rate,
                **_columns("energy_per_bit", one.energy_at(self.rate), "J"),
                **_columns("gated_energy_per_bit", one.gated_energy, "J"),
                **_columns("units", one.units(self.rate), ""),
                **(_columns("area", one.area_at(self.rate), "m2") if one.area.any() else {}),
                "unit_rate_per_s": float(one.rate[0]),
                "lifetime_s": float(one.lifetime[0]) if np.isfinite(one.lifetime[0]) else None,
            }
            for one in self.generators
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The rows as plain data, with what each leaves out."""
        return {
            "rate_per_s": self.rate, "correlation": self.correlation, "rows": self.rows(),
            "left_out": {one.name: list(one.left_out) for one in self.generators},
        }  # fmt: skip

    @property
    def lead(self) -> str:
        """The generator that was built and takes the least energy, with its band."""
        if self.best is None:
            return f"{len(self.generators)} generators, none of them built"
        band = Band.of(self.best.energy_at(self.rate))
        energy = Headline.of(band.median, band).words("J")
        return (
            f"{len(self.generators)} generators at {format_quantity(self.rate, _PER_SECOND)}; of those built "
            f"{self.best.title} takes least, {energy} a bit; median (p10 .. p90)"
        )

    def document(self) -> Document:
        """Energies and sizes, each in a table, and what they leave out."""
        title = (
            f"independent random bits at {format_quantity(self.rate, _PER_SECOND)}; bits of a neuron correlated by at "
            f"most {self.correlation:.2g}; medians, p10 .. p90 of the energy"
        )
        made = self.generators
        texts = []
        if self.best is not None:
            texts.append(f"least energy of those that were built and have noise: {self.best.title}")
        if drawn := [one.title for one in made if not one.built and one.random]:
            texts.append(f"not built as priced: {', '.join(drawn)}")
        if pseudo := [one.title for one in made if not one.random]:
            texts.append(f"not random: bits of {', '.join(pseudo)} follow from the seed")
        for text in dict.fromkeys(text for one in made for text in one.left_out):
            titles = ", ".join(one.title for one in made if text in one.left_out)
            texts.append(f"left out: {text} ({titles})")
        return Document(title, (
            Table.of(("", "energy a bit", "p10 .. p90", "switched"), map(self._energies, made), "<>>>", gap=2),
            "switched: energy if each unit is powered for its bits only",
            Table.of(("", "units", "area", "lifetime"), map(self._sizes, made), "<>>>", gap=2),
            *texts,
        ))  # fmt: skip

    def _energies(self, one: Generator) -> tuple[str, ...]:
        energy = Band.of(one.energy_at(self.rate))
        low, middle, high, gated = (
            format_quantity(value, "J")
            for value in (energy.low, energy.median, energy.high, Band.of(one.gated_energy).median)
        )
        return one.title, middle, f"{low} .. {high}", gated

    def _sizes(self, one: Generator) -> tuple[str, ...]:
        area, life = Band.of(one.area_at(self.rate)).median, float(np.median(one.lifetime))
        return (
            one.title, f"{Band.of(one.units(self.rate)).median:.0f}",
            format_quantity(area, "m^2") if area else "unknown",
            format_quantity(life, "s") if np.isfinite(life) else "-",
        )  # fmt: skip

    def along(self, quantity: str, rates: Array = RATES) -> dict[str, tuple[Array, Array, Array]]:
        """p10, median and p90 of `energy` or `area` along rates, by title; contenders without one are left out."""
        found = {}
        for one in self.generators:
            values = (one.energy_at if quantity == "energy" else one.area_at)(rates[None, :])
            if np.any(values > 0.0):
                low, middle, high = np.quantile(values, [0.1, 0.5, 0.9], axis=0)
                found[one.title] = (low, middle, high)
        return found

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw energy and area against the rate, and save the figure if a path is given."""
        return render(self, "figure", path)


def randomness(
    devices: Sequence[str | Path] = (), *, rate: str | float = "1 kHz", correlation: float = CORRELATION,
    stages: int = STAGES, process: str = PROCESS, samples: int = SAMPLES, seed: int = SEED,
) -> RandomBits:  # fmt: skip
    """Energy and area of an independent random bit, for each device that can make one.

    Parameters
    ----------
    devices : sequence of str or Path, optional
        Device specs: diffusive neurons with firing statistics, generators of model `random_bit_generator`, and logic
        libraries, of which a shift register is built. By default, the shipped ones.
    rate : str or float
        Bits per second that are needed: a quantity such as ``1 kHz``, or a number of bits per second.
    correlation : float
        Largest correlation of two successive bits of a neuron.
    stages : int
        Stages of a shift register, at least 4.
    process : str
        Process of a shift register, which leaks as it does; of the node of the library.
    samples, seed : int
        Of the bands.

    Returns
    -------
    RandomBits
        Table at the rate, and curves over rates.

    Raises
    ------
    NeuroestError
        For a device that makes no random bits, a rate that is not positive, a correlation outside of 0 to 1, a shift
        register of fewer than 4 stages, or a library and a process of different nodes.

    Examples
    --------
    >>> found = randomness(["diffusive_28nm_capacitor", "trng_latch_45nm"], rate="1 kHz", samples=16)
    >>> [one.name for one in found.generators if one.built]
    ['trng_latch_45nm']
    """
    needed = parse_quantity(rate, _PER_SECOND) if isinstance(rate, str) else float(rate)
    if not (np.isfinite(needed) and needed > 0.0):
        raise NeuroestError(f"a rate of {rate} is not above 0; give bits per second, such as 1 kHz")
    if not 0.0 < correlation < 1.0:
        raise NeuroestError(
            f"a correlation of {correlation:g} is not between 0 and 1, such as {CORRELATION:g}"
        )
    published = devices_of(RandomBitGeneratorParameters.model)
    asked = devices or (
        "diffusive_28nm_capacitor", "diffusive_3nm_projection", *published, "logic_spiking_28nm"
    )  # fmt: skip
    found = [
        one
        for device in map(load_device, asked)
        for one in _generators(device, correlation, stages, process, samples, seed)
    ]
    return RandomBits(tuple(found), needed, correlation)


def _generators(
    device: Device, correlation: float, stages: int, process: str, samples: int, seed: int
) -> tuple[Generator, ...]:
    values = _drawn(device, samples, seed)
    cls = COMPONENTS.get(device.spec.model)
    if cls is not None and issubclass(cls, DiffusiveNeuronBase):
        return (
            _of_neuron(device, values, correlation),
            _of_neuron(device, values, None),
        )
    if device.spec.model == RandomBitGeneratorParameters.model:
        return (_published(device, values),)
    if device.spec.model == "logic_library":
        return (_shift_register(device, values, stages, _process_of(device, process), samples, seed),)
    raise NeuroestError(
        f"{device.spec.name} is a {device.spec.model}, which makes no random bits; give a diffusive neuron, a "
        "random_bit_generator or a logic_library"
    )


def _drawn(device: Device, samples: int, seed: int) -> dict[str, Array]:
    """Values of all parameters, the stated ones first, then draws."""
    claims = {f"{device.spec.name}.{name}": claim for name, claim in device.claims.items()}
    drawn = draw(claims, samples, seed)
    return {
        name: np.concatenate([[claim.value], drawn.get(path, np.full(samples, claim.value)).reshape(-1)])
        for (name, claim), path in zip(device.claims.items(), claims, strict=True)
    }


def _of_neuron(device: Device, values: Mapping[str, Array], correlation: float | None) -> Generator:
    """A neuron that is driven by pulses at its median amplitude; without a correlation it does not wait after each."""
    if not {"firing_median_voltage", "firing_voltage_spread"} <= values.keys():
        raise NeuroestError(
            f"{device.spec.name} states no firing statistics, so it is not known how it fires by chance"
        )
    median, spread = values["firing_median_voltage"], values["firing_voltage_spread"]
    neuron: Any = component_with(device, {**values, "input_voltage": median}, None)  # type: ignore[dict-item]
    with np.errstate(all="ignore"):
        width = values.get("firing_pulse_time", np.asarray(neuron.integration_time()))
        residue = firing_statistics.residue_after_spike(median, *neuron.ion_rates())
        waits: u.Numeric = 0.0
        if correlation is not None:
            waits = firing_statistics.independent_waits(residue, median, spread, correlation)
        bits = firing_statistics.extracted_bits(
            values.get("firing_device_spread", np.zeros_like(spread)), spread
        )
        period = width + waits / values["residue_decay"]
        terms = neuron.spike_energies(width, width)
    spike, pulse = (sum(t.energy for t in terms if t.action == action) for action in ("spike", "time_step"))
    network = any_network()
    return _as_draws(
        device, random=True, energy=(pulse + 0.5 * spike) / bits, rate=bits / period, busy=width / bits,
        power=sum(one.power for one in neuron.statics(network)),
        area=sum(one.area for one in neuron.areas(network)),
        lifetime=values.get("endurance", np.full_like(median, np.inf)) * 2.0 * period,
        left_out=(
            "the pulses' source, and the circuit of von Neumann's rule, which many neurons share",
            "circuits that end the drive at a spike",
            *(() if correlation is not None else ("what its residue does to later pulses",)),
        ),
        title=_title(device) + ("" if correlation is not None else ", no wait"),
    )  # fmt: skip


def _published(device: Device, values: Mapping[str, Array]) -> Generator:
    unknown = [
        name.replace("_", " ") for name in ("static_power", "footprint") if name not in device.spec.parameters
    ]
    return _as_draws(
        device, random=True, energy=values["bit_energy"], rate=values["bit_rate"], busy=1.0 / values["bit_rate"],
        power=values.get("static_power", 0.0), area=values.get("footprint", 0.0), lifetime=np.inf,
        left_out=tuple(f"its {name}, which was not seen" for name in unknown),
    )  # fmt: skip


def _process_of(library: Device, name: str) -> Device:
    """The process of a shift register, if it is of the node of its library."""
    process = load_device(name)
    if process.spec.model != "cmos_process":
        raise NeuroestError(f"{name} is a {process.spec.model}, not a process, such as {PROCESS}")
    if library.spec.process is None:
        return process
    own = load_device(library.spec.process)
    here, there = (one.claims["feature_size"].value for one in (process, own))
    if abs(here / there - 1.0) > _SAME_NODE:
        raise NeuroestError(
            f"{library.spec.name} is a library of {own.spec.name}, not of {name}; give a process of its node, such as "
            f"{own.spec.name}"
        )
    return process


def _shift_register(
    device: Device, values: Mapping[str, Array], stages: int, process: Device, samples: int, seed: int
) -> Generator:
    """A linear feedback shift register of the library: one bit a cycle."""
    if stages <= _TAPS:
        raise NeuroestError(
            f"a shift register of {stages} stages; its {_TAPS} taps need at least {_TAPS + 1}"
        )
    around = _drawn(process, samples, seed)
    area = stages * values["register_area"] + _TAPS * around["gate_area"]
    width = values["leakage_width"] * around["feature_size"]
    power = area / around["gate_area"] * width * around["off_current"] * around["nominal_supply_voltage"]
    return _as_draws(
        device, random=False, energy=stages * values["register_energy"] + _TAPS * values["compare_energy"],
        rate=_CLOCK, busy=1.0 / _CLOCK, power=power, area=area, lifetime=np.inf,
        left_out=("its clock tree and its seed",), title=f"shift register of {stages} stages",
    )  # fmt: skip


def _as_draws(
    device: Device, *, random: bool, left_out: tuple[str, ...], title: str = "", **values: Any
) -> Generator:
    """A contender with each number at every draw."""
    shape = np.broadcast_shapes(*(np.shape(value) for value in values.values()))
    whole = {
        name: np.broadcast_to(np.asarray(value, dtype=np.float64), shape)[..., None]
        for name, value in values.items()
    }
    fires = np.logical_and.reduce(
        [np.isfinite(whole[name]) & (whole[name] > 0.0) for name in ("energy", "rate")]
    )[:, 0]
    if not fires[0] or np.mean(fires) < _LEAST_SHARE:
        raise NeuroestError(
            f"{device.spec.name} does not fire in its pulses at its stated values, so it makes no bits"
        )
    if not np.all(fires):
        left_out = (*left_out, f"{np.mean(~fires):.0%} of the draws, in which it never fires")
    kept = {name: value[fires] for name, value in whole.items()}
    built = device.spec.maturity.stage in _BUILT
    return Generator(device.spec.name, title or _title(device), random, built, left_out=left_out, **kept)


def _title(device: Device) -> str:
    return device.spec.name.replace("_", " ")


def _columns(name: str, values: Array, unit: str) -> dict[str, float]:
    """Stated value and band of a quantity, with its unit in the names of columns."""
    band = Band.of(values)
    end = f"_{unit}" if unit else ""
    numbers = {"": float(values[0, 0]), "_p10": band.low, "_p50": band.median, "_p90": band.high}
    return {f"{name}{at}{end}": number for at, number in numbers.items()}
