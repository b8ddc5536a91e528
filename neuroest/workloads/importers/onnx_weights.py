"""Stored tensors of ONNX files: their numbers and statistics, and the bits to which a file rounds them.

Weights in files of their own are looked up next to the model only. Bits of weights and activations follow from types
and quantisers.
"""

import re
from collections.abc import Iterable, Sequence
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


_BITS = {
    2: 8, 3: 8, 4: 16, 5: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 25: 2, 26: 2,
}  # fmt: skip
"""Bits of types by their number in the format: whole numbers up to 16 bits, floating-point numbers of 8 and 4."""
_UINT8 = 2
_NUMBERS = frozenset({1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13})
"""Numbers of the types of integers and floats in the format."""
_MOST_BITS = 64
_TYPE = re.compile(r"(?:U?INT|S?FIXED<)(\d+)")
_OF_TYPES = frozenset(
    {
        "ConvInteger", "DynamicQuantizeLSTM", "DynamicQuantizeMatMul", "MatMulInteger", "MatMulIntegerToFloat",
        "QAttention", "QGemm",
    }
)  # fmt: skip
"""Operators that read activations of eight bits by their definition, besides those that begin with `QLinear`."""
_EIGHT = 8
_LARGER = frozenset(
    {
        "Cast", "DequantizeLinear", "Flatten", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze",
    }
)  # fmt: skip
"""Nodes that pass on stored numbers with their width."""
_KEEPING = frozenset({"concatenation", "pooling", "rearrangement"})
"""Layers that pass on numbers with their width; a mean is rounded to it."""


class Widths:
    """Bits of weights and activations as a file quantises them.

    Attributes
    ----------
    weights, inputs : dict
        Bits of the weights of a layer, and of what it reads, by layer. [bit]
    """

    def __init__(self, graph: Any) -> None:
        from onnx import numpy_helper  # noqa: PLC0415 - an extra

        self.types = {one.name: int(one.data_type) for one in graph.initializer}
        # single stored numbers by name, such as the bits that a quantiser reads
        tensors = {tensor.name: tensor for tensor in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant":
                tensors.update((node.output[0], one.t) for one in node.attribute if one.name == "value")
        self.values = {
            name: float(numpy_helper.to_array(tensor).reshape(-1)[0])
            for name, tensor in tensors.items()
            if prod(tensor.dims) == 1 and tensor.data_type in _NUMBERS and not tensor.data_location
        }
        self.constants: dict[str, int] = {}
        self.tensors: dict[str, int] = {}
        self.weights: dict[str, int] = {}
        self.inputs: dict[str, int] = {}

    def note(self, layer: str, bits: int) -> None:
        """Take the bits of a layer's weights."""
        self.weights[layer] = bits

    def of_layer(self, layer: str, name: str, base: str) -> None:
        """Take the bits of a layer's weights from what it reads, or from the tensor that this comes from."""
        bits = self.constants.get(name) or _BITS.get(self.types.get(base, 0))
        if bits:
            self.note(layer, bits)

    def of_constant(self, node: Any) -> None:
        """Pass on the bits of a stored tensor through a node that computes with nothing else."""
        bits = self._stated(node)
        reads = [
            self.constants.get(name) or _BITS.get(self.types.get(name, 0), 0)
            for name in node.input
            if name in self.constants or name in self.types
        ]
        if bits is None and node.op_type in _LARGER and reads:
            bits = reads[0]
        if bits:
            self.constants.update(dict.fromkeys(node.output, bits))

    def of_node(self, node: Any, live: Sequence[str], made: Sequence[Any]) -> None:
        """Give the layers of a node the bits of what it reads, and its outputs those that they have then.

        Parameters
        ----------
        node : NodeProto
            The node.
        live : sequence of str
            Inputs that depend on the network's input.
        made : sequence of ImportedLayer
            Layers that it became.
        """
        reads = [self.tensors[name] for name in live if name in self.tensors]
        whole = node.op_type in _OF_TYPES or node.op_type.startswith("QLinear")
        bits = max(reads) if reads else _EIGHT if whole else None
        if bits is not None:
            self.inputs.update((layer.name, bits) for layer in made)
        stated = self._stated(node)
        kept = node.op_type.startswith("QLinear") or all(layer.type in _KEEPING for layer in made)
        put = stated if stated is not None else bits if kept else None
        if put is not None:
            self.tensors.update(dict.fromkeys(node.output, put))

    def _stated(self, node: Any) -> int | None:
        """Bits that a quantiser states: of the type of its zero point, of its own, or by its levels."""
        attributes = {one.name: one for one in node.attribute}
        kind = node.op_type
        if kind == "QuantizeLinear":
            of_type = attributes["output_dtype"].i if "output_dtype" in attributes else 0
            place = node.input[2] if len(node.input) > 2 else ""
            return _BITS.get(of_type or self.types.get(place, _UINT8))
        if kind == "DynamicQuantizeLinear":
            return _EIGHT
        if kind in {"Quant", "IntQuant", "Trunc", "TruncQuant"}:
            return self._whole(node, 4 if kind.startswith("Trunc") else 3)
        if kind == "FloatQuant":
            exponent, mantissa = self._whole(node, 2), self._whole(node, 3)
            return None if exponent is None or mantissa is None else 1 + exponent + mantissa
        if kind == "BipolarQuant":
            return 1
        for name in ("n_levels_out", "n_levels"):
            if kind == "RequantShift" and name in attributes:
                return self._of_levels(attributes[name])
        if kind == "MultiThreshold" and "out_dtype" in attributes:
            found = _TYPE.match(attributes["out_dtype"].s.decode("utf-8", "replace"))
            return int(found[1]) if found and 1 <= int(found[1]) <= _MOST_BITS else None
        return None

    def _whole(self, node: Any, place: int) -> int | None:
        """Bits that a stored number states, rounded up."""
        stated = self.values.get(node.input[place]) if len(node.input) > place else None
        return None if stated is None or not 1 <= stated <= _MOST_BITS else int(np.ceil(stated))

    @staticmethod
    def _of_levels(levels: Any) -> int | None:
        """Bits of a number of levels, an integer or a tensor of one."""
        from onnx import numpy_helper  # noqa: PLC0415 - an extra

        stored = levels.t if levels.HasField("t") else None
        number = levels.i if stored is None else np.ravel(numpy_helper.to_array(stored))[:1].sum()
        return max(1, (int(number) - 1).bit_length()) if number > 1 else None
