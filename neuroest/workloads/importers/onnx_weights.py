"""Stored tensors of ONNX files: their numbers, statistics and widths.

Weights in files of their own are looked up next to the model only.
"""

from collections.abc import Iterable, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from neuroest.workloads.importers.building import NetworkBuilder, weight_statistics
from neuroest.workloads.importers.files import LARGEST_ARRAY, formatted
from neuroest.workloads.importers.network import NetworkImportError

_TEXTS = 8
"""Number of the type of texts in the format."""
_PACKED = {21: (4, False), 22: (4, True), 25: (2, False), 26: (2, True)}
"""Bits and sign of the types that share a byte: UINT4, INT4, UINT2, INT2."""
_WIDTHS = {2: 8, 3: 8, 4: 16, 5: 16, **{kind: bits for kind, (bits, _) in _PACKED.items()}}
"""Bits of integer types by their number in the format."""


class Weights:
    """Stored tensors of a graph, read one at a time and only for their statistics."""

    def __init__(self, path: Path, tensors: Iterable[Any]) -> None:
        self.path = path
        self.tensors = {tensor.name: tensor for tensor in tensors}
        self.statistics: dict[str, tuple[float, int]] = {}
        self.not_finite: list[str] = []
        self.absent: dict[str, int] = {}

    def check(self) -> None:
        """Take the statistics of all weights, so that their data may be dropped before shapes are inferred."""
        for name, tensor in self.tensors.items():
            NetworkBuilder.checked(f"tensor {name[:60]!r}", [d or 1 for d in tensor.dims])
            if len(tensor.dims) >= 2:
                if tensor.data_type == _TEXTS:
                    raise NetworkImportError(f"tensor {name[:60]!r} contains text, not numbers")
                array = self.array(tensor)
                found = None if array is None else weight_statistics(array)
                if found is not None and np.isfinite(found[0]):
                    self.statistics[name] = found
                elif found is not None:
                    self.not_finite.append(name)

    def array(self, tensor: Any) -> Any:
        """Numbers of a tensor; None where they are no numbers, too many, or not there."""
        from onnx import TensorProto, helper  # noqa: PLC0415

        packed = _PACKED.get(tensor.data_type)
        try:
            dtype = np.dtype(
                helper.tensor_dtype_to_np_dtype(tensor.data_type) if packed is None else np.uint8
            )
        except (KeyError, TypeError, ValueError):
            return None
        bits, signed = packed or (dtype.itemsize * 8, False)
        count = prod(tensor.dims)
        needed = -(-count * bits // 8)
        if dtype.kind not in "fiu" or needed > LARGEST_ARRAY:
            return None
        is_external = tensor.data_location == TensorProto.EXTERNAL
        data = self._external(tensor, needed) if is_external else tensor.raw_data
        if packed and not data and not is_external:
            data = np.asarray(tensor.int32_data, dtype=np.int64).astype(np.uint8).tobytes()
        if data or (packed and not is_external):
            found = np.frombuffer(_whole(tensor, data, needed), dtype=dtype)
            return _unpacked(found, bits, signed=signed)[:count] if packed else found
        listed = tensor.float_data if dtype.kind == "f" else tensor.int32_data
        return np.asarray(listed, dtype=np.float32) if len(listed) == count else None

    def _external(self, tensor: Any, needed: int) -> bytes:
        about = {entry.key: entry.value for entry in tensor.external_data}
        location, name = about.get("location", ""), tensor.name[:60]
        folder = self.path.parent.resolve()
        target = (folder / location).resolve() if "\x00" not in location else folder
        if (
            not location
            or Path(location).is_absolute()
            or not target.is_relative_to(folder)
            or target == folder
        ):
            raise NetworkImportError(
                f"the weights of {name!r} lie at {formatted(location[:80])!r}, outside of the model's folder; not read"
            )
        if not target.exists():  # the shapes are in the model, and most of an estimate needs no more
            self.absent[location] = self.absent.get(location, 0) + 1
            return b""
        try:
            offset, length = int(about.get("offset", 0)), int(about.get("length", needed))
            size = target.stat().st_size if target.is_file() else -1
        except (OSError, ValueError):
            size, offset, length = -1, 0, 0
        if size < 0 or offset < 0 or length != needed or offset + length > size:
            raise NetworkImportError(
                f"the weights of {name!r} should be {needed} bytes of {formatted(location[:80])!r}, which has no "
                "such part"
            )
        with target.open("rb") as stream:
            stream.seek(offset)
            return stream.read(length)


def stored_array(path: Path, tensor: Any) -> Any:
    """Numbers of a tensor, stored in the model or in a separate file; None if they are missing."""
    return Weights(path, ()).array(tensor)


def small_values(graph: Any) -> dict[str, float]:
    """Single stored numbers by name, such as the bits that a quantiser reads."""
    from onnx import numpy_helper  # noqa: PLC0415 - an extra

    found = {}
    tensors = list(graph.initializer)
    for node in graph.node:
        if node.op_type == "Constant":
            for one in node.attribute:
                if one.name == "value":
                    tensors.append(one.t)
                    tensors[-1].name = node.output[0]
    for tensor in tensors:
        if prod(tensor.dims) == 1 and tensor.data_type in _NUMBERS:
            found[tensor.name] = float(numpy_helper.to_array(tensor).reshape(-1)[0])
    return found


_NUMBERS = frozenset({1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13})
"""Numbers of the types of integers and floats in the format."""


def _unpacked(data: Any, bits: int, *, signed: bool) -> Any:
    """Numbers that share a byte, the first in its lowest bits."""
    levels = 2**bits
    codes = ((data[:, None] >> np.arange(0, 8, bits, dtype=np.uint8)) % levels).reshape(-1).astype(np.int16)
    return np.where(codes >= levels // 2, codes - levels, codes) if signed else codes


def _whole(tensor: Any, data: bytes, needed: int) -> bytes:
    if len(data) != needed:
        raise NetworkImportError(
            f"tensor {tensor.name[:60]!r} announces {prod(tensor.dims)} elements and holds {len(data)} bytes"
        )
    return data


class Widths:
    """Bits of weights and activations as a file quantises them."""

    def __init__(self, types: Mapping[str, int], values: Mapping[str, float]) -> None:
        self.types = types
        self.values = values
        self.constants: dict[str, int] = {}
        self.weights: dict[str, int] = {}
        self.activations: dict[str, int] = {}

    def note(self, layer: str, bits: int) -> None:
        """Take the bits of a layer's weights."""
        self.weights[layer] = bits

    def of_layer(self, layer: str, name: str, base: str) -> None:
        """Take the bits of a layer's weights from what it reads, or from the tensor that this comes from."""
        bits = self.constants.get(name) or _WIDTHS.get(self.types.get(base, 0))
        if bits:
            self.note(layer, bits)

    def of_constant(self, node: Any) -> None:
        """Pass on the bits of a stored tensor through a node that computes with nothing else."""
        bits = self._stated(node)
        reads = [self.constants[name] for name in node.input if name in self.constants]
        if bits is None and node.op_type in _LARGER and reads:
            bits = max(reads)
        if bits is not None:
            self.constants.update(dict.fromkeys(node.output, bits))

    def of_value(self, node: Any) -> None:
        """Take the bits to which a node rounds activations."""
        bits = self._stated(node.proto)
        if bits is not None:
            self.activations[node.name] = bits

    def _stated(self, node: Any) -> int | None:
        """Bits that a quantiser states: of the type of its zero point, of its own, or by its levels."""
        attributes = {one.name: one for one in node.attribute}
        kind = node.op_type
        if kind == "QuantizeLinear":
            of_type = attributes["output_dtype"].i if "output_dtype" in attributes else 0
            place = node.input[2] if len(node.input) > 2 else ""
            return _WIDTHS.get(of_type or self.types.get(place, 2))
        if kind in {"Quant", "IntQuant", "Trunc", "TruncQuant"}:
            last = 4 if kind.startswith("Trunc") else 3
            stated = self.values.get(node.input[last]) if len(node.input) > last else None
            return None if stated is None or not 1 <= stated <= 64 else int(stated)
        if kind == "BipolarQuant":
            return 1
        if kind == "RequantShift" and "n_levels" in attributes:
            one = attributes["n_levels"]
            levels = int(one.i) or int(np.asarray(self.values.get("n_levels", 0)))
            return max(1, (levels - 1).bit_length()) if levels > 1 else None
        if kind == "MultiThreshold" and "out_dtype" in attributes:
            digits = "".join(filter(str.isdigit, attributes["out_dtype"].s.decode("utf-8", "replace")))
            return int(digits) if digits and 1 <= int(digits) <= 64 else None
        return None

    def said(self, weight_bits: int, activation_bits: int) -> tuple[int, int, list[str]]:
        """Bits of weights and activations, the largest where they differ, and what the file states or leaves open."""
        notes = []
        found = []
        for what, flag, given, stated in (
            ("weights", "--weight-bits", weight_bits, self.weights),
            ("activations", "--activation-bits", activation_bits, self.activations),
        ):
            bits = max(stated.values(), default=given)
            found.append(bits)
            if not stated:
                notes.append(f"{bits} bits of {what} are assumed: the file does not quantise them ({flag}).")
            elif len(set(stated.values())) > 1:
                groups = {
                    width: [name for name, one in stated.items() if one == width]
                    for width in set(stated.values())
                }
                listed = ", ".join(
                    f"{width} bits in {len(names)} ({', '.join(names[:3])}{' ...' if len(names) > 3 else ''})"
                    for width, names in sorted(groups.items())
                )
                notes.append(
                    f"The file has {what} of {listed}; a workload has one width, the largest: {bits} bits."
                )
        return found[0], found[1], notes


_LARGER = frozenset(
    {
        "Cast",
        "DequantizeLinear",
        "Flatten",
        "Identity",
        "Reshape",
        "Squeeze",
        "Transpose",
        "Unsqueeze",
    }
)
"""Nodes that pass on stored numbers with their width."""
