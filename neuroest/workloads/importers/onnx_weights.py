"""Stored tensors of ONNX files: their numbers and statistics.

Weights in files of their own are looked up next to the model only.
"""

from collections.abc import Iterable
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
