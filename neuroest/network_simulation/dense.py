"""Accuracy of a dense network on crossbars with converters, with the arithmetic of the estimate's arrays."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.core.document import Document, Documented, Gap, Table
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.progress import Progress, silent
from neuroest.core.units import format_quantity
from neuroest.dynamics.in_time import Array
from neuroest.equations import accuracy
from neuroest.levels.crossbar.mapper import CrossbarMapper
from neuroest.loading.library import load_workload
from neuroest.network_simulation.crossbar_products import CAUSES, ProgrammedLayer, Reads, reads_of
from neuroest.network_simulation.files import read_arrays, refuse_same, to_leave_out
from neuroest.network_simulation.onnx_run import OnnxNetwork, Products
from neuroest.network_simulation.runs import Chips, Interval, difference, points, share
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from neuroest.workloads.importers.files import fault
from neuroest.workloads.layers import layer_table

BATCH = 64
"""Samples per batch."""


@frozen_dataclass
class LayerArithmetic:
    """Integer arithmetic of one weighted layer.

    Attributes
    ----------
    weights : ndarray of shape (groups, outputs, inputs)
        Integers.
    weight_step, input_step : float
        Value of one integer step of a weight and of an input.
    lowest, highest : int
        Range of an integer input.
    mapper : CrossbarMapper or None
        Level whose arrays store the layer; None if another unit computes it.
    reads : Reads or None
        Read parameters of the arrays.
    """

    name: str
    weights: Array
    weight_step: float
    input_step: float
    lowest: int
    highest: int
    mapper: CrossbarMapper | None
    reads: Reads | None

    def codes(self, inputs: Array) -> Array:
        """Integer inputs, clipped to the calibrated range."""
        found = np.rint(inputs * np.float32(1.0 / self.input_step))
        return np.asarray(np.clip(found, self.lowest, self.highest, out=found))

    def exact(self, codes: Array) -> Array:
        """Integer products, (samples, groups, outputs)."""
        return np.asarray(np.matmul(codes.swapaxes(0, 1), self.weights.swapaxes(1, 2)).swapaxes(0, 1))


@frozen_dataclass
class LayerExactness:
    """Precision of the results of a layer.

    Attributes
    ----------
    simulated, estimated : float
        Effective bits of its results, from the simulation and from the estimate with all causes; None without errors.
    """

    layer: str
    simulated: float | None
    estimated: float | None


@frozen_dataclass
class DenseResult:
    """Accuracy of one run of the network.

    Attributes
    ----------
    accuracy : Interval
        Accuracy with its 95 % interval.
    against_quantised : Interval or None
        Difference from exact arithmetic with the same integers, on the same samples.
    """

    name: str
    about: str
    accuracy: Interval
    against_quantised: Interval | None


@frozen_dataclass(eq=False)
class DenseSimulation(Documented):
    """Accuracy of a dense network on a chip, and the cost of an inference."""

    chip: Estimate
    network: str
    samples: int
    chips: Chips
    results: tuple[DenseResult, ...]
    layers: tuple[LayerExactness, ...]
    elsewhere: tuple[str, ...]

    @property
    def lead(self) -> str:
        """Accuracy of each run."""
        runs = ", ".join(f"{one.name} {one.accuracy.percent()}" for one in self.results)
        return f"{self.network} on {self.chip.architecture}, {self.samples} samples: {runs}"

    def document(self) -> Document:
        """The runs and the precision of the layers, each in a table."""
        energy = format_quantity(float(self.chip.totals["energy_per_inference_J"] or 0.0), "J", 3)
        title = (
            f"{self.network} on {self.chip.architecture}: {self.samples} samples divided among {self.chips.number} "
            f"chips, seed {self.chips.seed}; {energy} an inference by the estimate"
        )
        runs = [(one.name, one.accuracy.percent(), points(one.against_quantised)) for one in self.results]
        layers = [(one.layer, _bits(one.simulated), _bits(one.estimated)) for one in self.layers]
        elsewhere = f"quantised but not on arrays: {', '.join(self.elsewhere)}"
        return Document(title, (
            Gap(),
            Table.of(("", "accuracy (95 %)", "points against quantised"), runs, "<<>", gap=2, folded=True),
            *(f"{one.name}: {one.about}" for one in self.results),
            Gap(),
            Table.of(("layer", "effective bits, simulated", "by the estimate"), layers, "<>>", gap=2, folded=True),
            "not simulated, but part of the effective bits of the estimate: settling, column circuits",
            *([elsewhere] if self.elsewhere else []),
        ))  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "architecture": self.chip.architecture, "workload": self.network, "samples": self.samples,
            "chips": self.chips.number, "seed": self.chips.seed,
            "energy_per_inference_J": self.chip.totals["energy_per_inference_J"],
            "runs": [
                {
                    "name": one.name, "about": one.about, "accuracy": list(astuple(one.accuracy)),
                    "against_quantised": None if one.against_quantised is None
                    else list(astuple(one.against_quantised)),
                }
                for one in self.results
            ],
            "layers": [asdict(one) for one in self.layers], "not_on_arrays": list(self.elsewhere),
        }  # fmt: skip

    def rows(self) -> list[dict[str, str]]:
        """One row per run, with shares in percent and differences in percentage points."""
        return [
            {
                "run": one.name,
                "accuracy_%": f"{100.0 * one.accuracy.value:.6g}",
                "accuracy_low_%": f"{100.0 * one.accuracy.low:.6g}",
                "accuracy_high_%": f"{100.0 * one.accuracy.high:.6g}",
                "against_quantised_points": ""
                if one.against_quantised is None
                else f"{100.0 * one.against_quantised.value:.6g}",
            }
            for one in self.results
        ]


def _bits(value: float | None) -> str:
    return "exact" if value is None else f"{value:.2f}"


def read_dense_samples(path: Path) -> tuple[Array, Array]:
    """Inputs (samples, ...) and the class of each.

    Raises
    ------
    NeuroestError
        If an array is missing or the arrays do not match.
    """
    arrays = read_arrays(path)
    for name in ("input", "labels"):
        if name not in arrays:
            raise fault(path, f"has no array {name!r}; it needs input (samples, ...) and labels")
    inputs, labels = arrays["input"], arrays["labels"]
    if inputs.ndim < 2 or not len(inputs) or labels.shape != (len(inputs),):
        raise fault(
            path,
            f"input has the shape {inputs.shape} and labels {labels.shape}; expected (samples, ...) "
            "and (samples,)",
        )
    if np.any(labels != np.round(labels)) or np.any(labels < 0):
        raise fault(path, "labels must be whole numbers from 0")
    return inputs.astype(np.float32), labels.astype(int)


@frozen_dataclass(eq=False)
class DenseStudy:
    """A network with its layers' arithmetic on a chip."""

    chip: Estimate
    network: OnnxNetwork
    layers: Sequence[LayerArithmetic]
    inputs: Array
    labels: Array
    chips: Chips

    def outputs(self, products: Products, inputs: Array) -> Array:
        """Outputs of the network for some samples."""
        parts = [self.network.run(inputs[k : k + BATCH], products) for k in range(0, len(inputs), BATCH)]
        return np.concatenate(parts)

    def right(self, outputs: Array) -> Array:
        """Which samples are classified correctly."""
        return np.asarray(np.argmax(outputs, axis=1) == self.labels)

    def on_chips(
        self, without: Collection[str] = (), errors: Array | None = None, progress: Progress = silent
    ) -> Array:
        """Outputs, with the samples divided among the chips; optionally accumulates squared results and errors."""
        chips, found = min(self.chips.number, len(self.inputs)), []
        for chip in range(chips):
            programmed = _Chip(self.layers, self.chips.seed, chip, without, errors)
            found.append(self.outputs(programmed, self.inputs[chip::chips]))
            progress((chip + 1) / chips)
        joined = np.zeros((len(self.inputs), found[0].shape[1]))
        for chip, part in enumerate(found):
            joined[chip::chips] = part
        return joined


class _Quantised:
    """Exact products of integers."""

    def __init__(self, layers: Sequence[LayerArithmetic]) -> None:
        self.layers = layers

    def prepared(self, place: int, inputs: Array) -> Array:
        return self.layers[place].codes(inputs)

    def product(self, place: int, inputs: Array) -> Array:
        layer = self.layers[place]
        return np.asarray(layer.exact(inputs) * (layer.weight_step * layer.input_step))


class _Chip(_Quantised):
    """Products on the arrays of one chip."""

    def __init__(
        self, layers: Sequence[LayerArithmetic], seed: int, chip: int, without: Collection[str], errors: Array | None
    ) -> None:  # fmt: skip
        super().__init__(layers)
        self.errors = errors
        self.arrays = [
            None if layer.mapper is None or layer.reads is None else [
                ProgrammedLayer(
                    layer.mapper.compute, layer.reads, matrix,
                    np.random.default_rng([seed, place, group, chip]), without,
                )
                for group, matrix in enumerate(layer.weights)
            ]
            for place, layer in enumerate(layers)
        ]  # fmt: skip

    def product(self, place: int, inputs: Array) -> Array:
        layer, groups = self.layers[place], self.arrays[place]
        if groups is None:
            return super().product(place, inputs)
        result = np.stack([one.product(inputs[:, g]) for g, one in enumerate(groups)], axis=1)
        if self.errors is not None:
            exact = layer.exact(inputs)
            self.errors[place] += np.sum((exact - exact.mean()) ** 2), np.sum((result - exact) ** 2)
        return np.asarray(result * np.float32(layer.weight_step * layer.input_step))


class _Ranges:
    """Lowest and highest input of each layer, in floating point."""

    def __init__(self, network: OnnxNetwork, samples: Array) -> None:
        self.network, self.found = network, [(0.0, 0.0)] * len(network.layers)
        for first in range(0, len(samples), BATCH):
            network.run(samples[first : first + BATCH], self)

    def prepared(self, place: int, inputs: Array) -> Array:
        low, high = self.found[place]
        self.found[place] = min(low, float(inputs.min())), max(high, float(inputs.max()))
        return inputs

    def product(self, place: int, inputs: Array) -> Array:
        return self.network.product(place, inputs)


def dense_study(
    architecture: str, model: str, inputs: Array, labels: Array, calibration: Array, chips: Chips,
    settings: Mapping[str, str] | None = None, output: str | None = None,
) -> DenseStudy:  # fmt: skip
    """A network on the arrays of a chip, with the input range of each layer from calibration samples."""
    network = OnnxNetwork(Path(model), output)
    chip = estimate(architecture, model, dict(settings or {}))
    layers = _arithmetic(chip, network, model, _Ranges(network, calibration).found)
    return DenseStudy(chip, network, layers, inputs, labels, chips)


def simulate_dense(
    architecture: str, model: str, samples: Path, calibration: Path, *, without: Sequence[str] = (),
    count: int | None = None, chips: int = 8, seed: int = 0, settings: Mapping[str, str] | None = None,
    output: str | None = None, notify: Callable[[str], None] = silent, progress: Progress = silent,
) -> DenseSimulation:  # fmt: skip
    """Accuracy of a dense network whose weights are stored in the resistive cells of a chip.

    Convolutions, matrix products and linear layers run on the arrays: cells with programming errors, drift and faults,
    read noise, and converters that round and clip. Everything else is computed in floating point.

    Parameters
    ----------
    architecture : str
        Shipped name, or path.
    model : str
        ONNX file with weights.
    samples, calibration : Path
        .npz files with ``input`` (samples, ...) and ``labels``; `calibration` sets the input range of each layer.
    without : sequence of str
        Error sources for additional runs that leave one out each, from `CAUSES`; ``all`` for each of them.
    count : int, optional
        Number of samples to use.
    chips, seed : int
        Number of chips that share the samples, and the seed of all random numbers.
    settings : mapping of str to str, optional
        Changed values by path, as in `neuroest.estimate`.
    output : str, optional
        Output of the file with the scores of the classes, if it has several in floating point.
    notify : callable
        Called with the name of the next run.
    progress : callable
        Called with the completed fraction of the work.

    Returns
    -------
    DenseSimulation

    Raises
    ------
    NeuroestError
        If files do not match, or if the arrays are not resistive cells with converters.
    """
    left_out = to_leave_out("cause", without, CAUSES)
    refuse_same("--calibration", calibration, samples)
    inputs, labels = (one[:count] for one in read_dense_samples(samples))
    seen, _ = read_dense_samples(calibration)
    study = dense_study(architecture, model, inputs, labels, seen, Chips(chips, seed), settings, output)
    chip, network, layers = study.chip, study.network, study.layers
    classes = network.run(inputs[:1]).shape[1]
    if np.any(labels >= classes):
        raise fault(samples, f"labels must be below {classes}, the outputs of the network")
    notify("floating point and quantised")
    exact = study.right(study.outputs(_Quantised(layers), inputs))
    floating = study.right(study.outputs(network, inputs))
    squares = np.zeros((len(layers), 2))
    notify("the chip")
    whole = study.right(study.on_chips(errors=squares, progress=progress))
    rounded = "weights and inputs of the layers rounded to their number of bits"
    results = [
        DenseResult("floating point", "the file as it is", share(floating), difference(floating, exact)),
        DenseResult("quantised", rounded, share(exact), None),
        DenseResult("chip", "with all errors", share(whole), difference(whole, exact)),
    ]
    for name in left_out:
        notify(title := f"without {name.replace('_', ' ')}")
        left = study.right(study.on_chips((name,), progress=progress))
        results.append(DenseResult(title, CAUSES[name], share(left), difference(left, exact)))
    estimated = {one.layer: one.effective_bits for one in chip.column_errors}
    exactness = [
        LayerExactness(
            layer.name, float(accuracy.effective_bits(signal / error)) if error > 0.0 else None, estimated[layer.name]
        )
        for layer, (signal, error) in zip(layers, squares, strict=True)
        if layer.reads is not None and layer.name in estimated
    ]  # fmt: skip
    return DenseSimulation(
        chip, Path(model).stem, len(labels), study.chips, tuple(results), tuple(exactness),
        tuple(layer.name for layer in layers if layer.reads is None),
    )  # fmt: skip


def _arithmetic(
    chip: Estimate, network: OnnxNetwork, model: str, ranges: Sequence[tuple[float, float]]
) -> list[LayerArithmetic]:
    """Arithmetic of each weighted layer, in the order of the file, which is also the order of the workload."""
    spec = load_workload(model).spec
    table = layer_table(spec)
    computed = [layer.type == "matrix_product" for layer in spec.layers]  # multiplies two computed factors
    places = [
        place for place in map(int, np.flatnonzero(np.ravel(table.is_weighted) > 0.0)) if not computed[place]
    ]
    if len(places) != len(network.layers):
        raise NeuroestError(
            f"{model}: {len(network.layers)} of its nodes multiply by stored weights, and the workload has "
            f"{len(places)} layers with weights; only Conv, Gemm and MatMul with weights that are stored as such run"
        )
    found = []
    for place, layer, (low, high) in zip(places, network.layers, ranges, strict=True):
        own = (level for level in chip.evaluation.levels if np.ravel(level.own)[place] > 0.0)
        mapper: Any = next((level.mapper for level in own), None)
        on_array = isinstance(mapper, CrossbarMapper) and np.ravel(mapper.on_array)[place] > 0.0
        reads = reads_of(mapper, place) if on_array else None
        stated, read = (
            int(np.broadcast_to(bits, len(table.names))[place])
            for bits in (table.weight_bits, table.activation_bits)
        )
        weight_bits = reads.weight_bits if reads is not None else stated
        full = 2 ** (weight_bits - 1) - 1
        magnitude = read - 1 if low < 0.0 else (reads.input_bits if reads is not None else read)
        most = 2**magnitude - 1
        largest = float(np.max(np.abs(layer.matrices))) or 1.0
        found.append(
            LayerArithmetic(
                table.names[place], np.rint(layer.matrices.astype(float) / largest * full), largest / full,
                (max(-low, high) or 1.0) / most, -most if low < 0.0 else 0, most, mapper if on_array else None, reads,
            )
        )  # fmt: skip
    if all(layer.reads is None for layer in found):
        raise NeuroestError(
            f"{chip.architecture}: no layer of the network uses resistive cells; try adc_crossbar_28nm"
        )
    return found
