"""Intermediate form of an imported network: layers, measured activity and exclusions.

The readers create it with the builder in `neuroest.workloads.importers.building`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from math import prod
from pathlib import Path
from typing import Any, Literal, TypeAlias

from neuroest.core.errors import NeuroestError, QuantityError, printable
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.lazy_registry import load
from neuroest.core.statistics import quantiles
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import Coding, WorkloadSpec

_WRITING = "neuroest.workloads.importers.writing"
"""What writes a network as a workload; it imports this module."""
_MOST_LISTED = 8
"""Kinds of operators in one message."""
OF_SHAPES = ("input_shape", "input_shapes", "axes", "batch", "branch")
"""Options for files that leave shapes or branches open."""
Shape: TypeAlias = tuple[int, ...]
Pair: TypeAlias = tuple[int, int]
Policy: TypeAlias = Literal["error", "host", "ignore"]


class NetworkImportError(NeuroestError):
    """A file is not a readable network, or must not be read; messages escape names from the file."""

    def __init__(self, text: str) -> None:
        super().__init__(printable(text))


class UnknownFormatError(NetworkImportError):
    """A file has no supported network format."""


class UnsupportedOperatorError(NetworkImportError):
    """A network has operators that a workload cannot express; the message lists all of them."""


@frozen_dataclass
class ImportOptions:
    """Settings that a model file does not state.

    Attributes
    ----------
    unsupported : str
        Treatment of an operator that a workload cannot express: ``error``, ``host`` (another processor computes it;
        listed among the exclusions) or ``ignore`` (left out, and listed as well).
    weight_bits, activation_bits, accumulator_bits : int
        Bits of the numbers on the chip, if the file has floating-point numbers.
    timesteps : int, optional
        Timesteps per inference of a spiking network, if the file does not state them.
    input_shape : tuple of int, optional
        Shape of one sample, if the file leaves it open.
    input_shapes : mapping
        The same by input, for files with several.
    axes : mapping
        Extents of open axes by their names, or by input and number of the axis: ``sequence`` or ``input.1``.
    batch : int, optional
        Samples that a file with fixed shapes computes together; 1 if its first extent is none of a batch.
    branch : str, optional
        Branch of an `If` that the network's input decides: ``then`` or ``else``.
    time_step : float, optional
        Duration of one timestep of a spiking network, the unit of its time constants. [s]
    """

    unsupported: Policy = "error"
    weight_bits: int = 8
    activation_bits: int = 8
    accumulator_bits: int = 24
    timesteps: int | None = None
    input_shape: Shape | None = None
    input_shapes: Mapping[str, Shape] = field(default_factory=dict)
    axes: Mapping[str, int] = field(default_factory=dict)
    batch: int | None = None
    branch: Literal["then", "else"] | None = None
    time_step: float | None = None

    def refuse(self, what: str, *names: str) -> None:
        """Refuse options that a format has no use for.

        Raises
        ------
        NetworkImportError
            If one of them is given.
        """
        for name in names:
            if getattr(self, name):
                flag = {"input_shapes": "input-shape", "axes": "axis"}.get(name, name.replace("_", "-"))
                raise NetworkImportError(f"--{flag} changes nothing for {what}; leave it out")


@frozen_dataclass
class Value:
    """What a layer puts out, as a workload sees it."""

    layer: str
    shape: Shape

    @property
    def map(self) -> tuple[int, int, int]:
        """Channels, rows and columns; a vector is one position."""
        channels, rows, columns = self.shape if len(self.shape) == 3 else (*self.shape, 1, 1)
        return channels, rows, columns


@frozen_dataclass
class Recorded:
    """Measured activity of the output of a layer.

    Attributes
    ----------
    values : mapping
        Mean by quantity: ``rate``, or ``density`` and ``bit_density``.
    low, high : mapping
        10th and 90th percentile over samples, by quantity.
    samples : int
        Number of averaged samples.
    timesteps : tuple of float
        Spikes of a neuron in each timestep, mean over neurons and samples; empty where numbers were measured.
    """

    values: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    samples: int
    timesteps: tuple[float, ...] = ()

    def with_quantity(self, key: str, value: float, of_samples: Any) -> Recorded:
        """The activity with one more quantity: over all samples, and of each.

        Parameters
        ----------
        key : str
            ``threshold`` of the neurons over the standard deviation of their results, or their mean ``drive`` over a
            full one.
        value : float
            Over all samples.
        of_samples : ndarray
            That of each sample.
        """
        low, _, high = quantiles(of_samples)
        return replace(
            self, values={**self.values, key: value}, low={**self.low, key: min(low, value)},
            high={**self.high, key: max(high, value)},
        )  # fmt: skip


@frozen_dataclass
class CountedOperations:
    """Operations in a traced run, over all samples and timesteps.

    Attributes
    ----------
    samples : int
        Samples of the run.
    dense : int
        Products of stored weights with all inputs.
    multiplications, additions : int
        Products of inputs and weights that are both not zero: in a call whose inputs have other values than -1, 0
        and 1, and in one of these alone.
    activations : mapping
        Outputs that are not zero and all outputs, by name of a rectifier, a sigmoid or a layer of neurons.
    updates : mapping
        Membrane potentials that changed and all of them, by class of the neurons and how they reset.
    weights : tuple of int
        Weights that are zero and all weights, of linear, convolutional and recurrent modules.
    """

    samples: int
    dense: int
    multiplications: int
    additions: int
    activations: Mapping[str, tuple[int, int]]
    updates: Mapping[tuple[str, str], tuple[int, int]]
    weights: tuple[int, int]


@frozen_dataclass
class ImportedLayer:
    """A layer in terms of a workload."""

    name: str
    type: str
    inputs: tuple[str, ...]
    shape: Shape
    fields: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""

    @property
    def passes_all(self) -> bool:
        """Whether a sum passes on every spike that it reads."""
        return self.fields.get("mode") == "sum" or self.fields.get("spikes") == "all"


@frozen_dataclass
class Unsupported:
    """An operator that a workload cannot express, with a lower bound of its operations.

    Attributes
    ----------
    operations : int
        One for each output, and two for each stored weight.
    weights : int
        Stored weights that the operator holds.
    """

    operator: str
    name: str
    layer: str
    operations: int
    same_shape: bool
    reason: str = ""
    weights: int = 0


@frozen_dataclass
class ImportedNetwork:
    """A network in terms of a workload, with its known activity.

    Attributes
    ----------
    layers : tuple of ImportedLayer
        Layers in the order of computation.
    rectified : frozenset of str
        Layers whose output passed a rectifier, so that about half of it is zero.
    weights : mapping
        Mean absolute weight over the largest one and the number of weights, by layer.
    recorded : mapping
        Measured activity by layer, ``input`` for the network's input.
    unsupported : tuple of Unsupported
        Operators that a workload cannot express.
    zero_weights : mapping
        Weights that are zero by layer, where weights were seen.
    parameters, stored_bytes : int or None
        Parameters of a traced model, and bytes of them and of its buffers.
    counted : CountedOperations or None
        Operations of a traced run.
    assumed : tuple of str
        What the file does not say and the import took: batch, timesteps, bits.
    trained : TrainedNetwork or None
        Weights and neurons of a traced spiking network, and its samples.
    time_constants, shortest_time_constants : mapping
        Longest and shortest membrane time constant by layer, where the format states them. [s]
    """

    name: str
    origin: str
    format: str
    sha256: str
    coding: Coding
    input_shape: Shape
    layers: tuple[ImportedLayer, ...]
    options: ImportOptions
    timesteps: int | None = None
    input_bits: int | None = None
    rectified: frozenset[str] = frozenset()
    weights: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    recorded: Mapping[str, Recorded] = field(default_factory=dict)
    recording: Mapping[str, Any] = field(default_factory=dict)
    unsupported: tuple[Unsupported, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    time_constants: Mapping[str, float] = field(default_factory=dict)
    shortest_time_constants: Mapping[str, float] = field(default_factory=dict)
    zero_weights: Mapping[str, int] = field(default_factory=dict)
    parameters: int | None = None
    stored_bytes: int | None = None
    counted: CountedOperations | None = None
    trained: Any = None
    excluded: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def mean_absolute_weight(self) -> float | None:
        """Mean over all weights of the weight over the largest one of its layer; None where none was seen."""
        count = sum(number for _, number in self.weights.values())
        return sum(mean * number for mean, number in self.weights.values()) / count if count else None

    def __repr__(self) -> str:
        refused = f", {len(self.unsupported)} operators unsupported" if self.unsupported else ""
        steps = "" if self.timesteps is None else f", {self.timesteps} timesteps"
        layers = f"{len(self.layers)} {self.coding} layers{steps}"
        return f"<ImportedNetwork {self.name}: {layers}, by {self.format}{refused}>"

    def workload(self, name: str | None = None) -> Loaded[WorkloadSpec]:
        """Convert the network into a workload for estimates."""
        workload: Loaded[WorkloadSpec] = load(f"{_WRITING}.loaded_workload")(self, name)
        return workload

    def save(
        self, path: str | Path, weights: str | Path | None = None, samples: str | Path | None = None,
        labels: Any = None,
    ) -> Loaded[WorkloadSpec]:  # fmt: skip
        """Write the network as a readable and editable workload file.

        Parameters
        ----------
        path : str or Path
            The workload, .yaml.
        weights : str or Path, optional
            File, .npz, for the weights and neurons of a traced spiking network, as `simulate_network` reads them.
        samples : str or Path, optional
            File, .npz, for the traced samples.
        labels : array, optional
            Class of each sample; needed for `samples`.

        Raises
        ------
        NetworkImportError
            If the weights are unknown, or the neurons of a layer are none that `simulate_network` knows.
        """
        for file in (weights, samples):
            if file is not None and self.trained is None:
                raise NetworkImportError(
                    f"{self.origin} is no traced spiking network; {file} cannot be written"
                )
        if samples is not None and labels is None:
            raise NetworkImportError(f"give labels, the class of each sample, to write {samples}")
        files = {Path(weights): self.trained.arrays()} if weights is not None else {}
        if samples is not None:
            files[Path(samples)] = self.trained.sample_arrays(labels)
        workload: Loaded[WorkloadSpec] = load(f"{_WRITING}.write_workload")(self, Path(path))
        for file, arrays in files.items():
            load("neuroest.workloads.importers.trained_weights.write_arrays")(file, arrays)
        return workload


def fitting_name(text: str, fallback: str = "layer") -> str:
    """Convert a text into a workload name: lower-case letters, digits and underscores.

    Examples
    --------
    >>> fitting_name("/layer1/layer1.0/conv1/Conv")
    'layer1_layer1_0_conv1_conv'
    """
    plain = re.sub(r"[^a-z0-9]+", "_", str(text)[:200].lower()).strip("_")
    if not plain:
        return fallback
    return plain if plain[0].isalpha() else f"{fallback}_{plain}"


def as_map(shape: Iterable[int]) -> Shape:
    """The shape of a sample as a workload has it: features, or channels, rows and columns."""
    inner = tuple(int(extent) for extent in shape)
    if len(inner) <= 1:
        return inner or (1,)
    return (inner[0], inner[1], prod(inner[2:]))


def unsupported_lines(network: ImportedNetwork) -> tuple[str, ...]:
    """One text for each kind of operator that a workload cannot express, with its share of the network."""
    groups: dict[tuple[str, str], list[Unsupported]] = {}
    for one in network.unsupported:
        groups.setdefault((one.operator, one.reason), []).append(one)
    held = sum(one.weights for one in network.unsupported)
    stored = held + sum(number for _, number in network.weights.values())
    lines = []
    for (operator, reason), members in groups.items():
        share = sum(network.shares.get(one.layer, 0.0) for one in members)
        weights = sum(one.weights for one in members)
        several = f" x {len(members)}, the first" if len(members) > 1 else ""
        parts = [f"at least {_percent(share)} of the operations"]
        if weights:
            parts.append(f"{weights} weights, {_percent(weights / stored)} of those in the file")
        said = ", ".join(parts) + (f": {reason}" if reason else "")
        lines.append(f"{operator}{several} {members[0].name!r} ({said})")
    return tuple(lines)


def require_supported(network: ImportedNetwork) -> None:
    """Refuse a network with operators that a workload cannot express, unless the options allow them.

    Raises
    ------
    UnsupportedOperatorError
        With all of them.
    """
    if network.unsupported and network.options.unsupported == "error":
        lines = unsupported_lines(network)
        more = f"; and {len(lines) - _MOST_LISTED} more kinds" if len(lines) > _MOST_LISTED else ""
        raise UnsupportedOperatorError(
            f"{network.origin}: not supported: {'; '.join(lines[:_MOST_LISTED])}{more}; import it with --unsupported "
            "host to leave them to another processor, or ignore"
        )


def checked_fraction(value: float, what: str) -> float:
    """A number from 0 to 1."""
    if not 0.0 <= value <= 1.0:
        raise QuantityError(f"{what} is {value:g}, but must be between 0 and 1")
    return float(value)


def _percent(share: float) -> str:
    return f"{100.0 * share:.2g} %" if share < 0.995 else "100 %"
