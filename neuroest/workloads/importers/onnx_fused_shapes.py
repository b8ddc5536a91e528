"""Shapes that the library leaves open: of fused operators, and of those that the version of a file does not have."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

from neuroest.workloads.importers.onnx_operators import NAMES

Shape: TypeAlias = tuple[int, ...]
_FLOAT = 1
"""Number of the type of single-precision numbers in the format."""
_SAME = frozenset(
    name for row in NAMES["operators"] if row["is"] in NAMES["same_shape"] for name in row["names"]
)
"""Operators that keep the shape, also where the version of the standard that a file names does not have them."""


def fused_shapes(graph: Any, known: Mapping[str, Shape]) -> dict[str, tuple[int, Shape]]:
    """Type and shape of outputs of fused operators whose inputs are known and which are not known themselves."""
    found: dict[str, tuple[int, Shape]] = {}
    kinds = {one.name: one.data_type for one in graph.initializer}
    for info in (*graph.input, *graph.value_info, *graph.output):
        kinds[info.name] = info.type.tensor_type.elem_type
    for node in graph.node:
        rule = SHAPES.get(node.op_type) or (_same if node.op_type in _SAME else None)
        if rule is None or all(name in known for name in node.output if name):
            continue
        if any(name and name not in known for name in node.input):
            continue
        numbers = [
            kinds.get(name, 0) for name in node.input if name and kinds.get(name, 0) in {_FLOAT, 10, 11, 16}
        ]
        shapes = [known.get(name, ()) for name in node.input]
        try:
            outs = rule(_Attributes(node), shapes)
        except (IndexError, ValueError, ZeroDivisionError):
            continue  # the shape stays open, and the operator is named
        for name, shape in zip(node.output, outs, strict=False):
            if name and name not in known and shape is not None and all(extent > 0 for extent in shape):
                found[name] = ((numbers or [_FLOAT])[0], tuple(int(extent) for extent in shape))
    return found


class _Attributes:
    """Integers among the attributes of a node."""

    def __init__(self, node: Any) -> None:
        self._all = {one.name: one for one in node.attribute}

    def __call__(self, name: str, default: int = 0) -> int:
        return int(self._all[name].i) if name in self._all else default

    def several(self, name: str) -> list[int]:
        """An attribute that is a list."""
        return list(self._all[name].ints) if name in self._all else []


_Rule: TypeAlias = Callable[[_Attributes, Sequence[Shape]], Sequence[Shape | None]]


def _same(_: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    return [shapes[0]]


def _packed_product(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    return [(*shapes[0][:-1], of("N"))]


def _product(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    left, right = list(shapes[0]), list(shapes[1])
    if of("transA"):
        left[-2:] = left[:-3:-1]
    if of("transB"):
        right[-2:] = right[:-3:-1]
    if left[-1] != right[-2]:
        raise ValueError("factors do not fit")
    first, second = left[:-2], right[:-2]
    leading = max(first, second, key=len)
    return [(*leading, left[-2], right[-1])]


def _concatenation(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    axis = of("axis") % len(shapes[0])
    return [(*shapes[0][:axis], sum(shape[axis] for shape in shapes), *shapes[0][axis + 1 :])]


def _skip(_: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    return [shapes[0], None, None, shapes[0]]


def _embedding(_: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    out = (*shapes[0], shapes[2][1])
    return [out, (shapes[0][0],), out]


def _multi_head(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    query, key, value = shapes[:3]
    past = shapes[6] if len(shapes) > 6 else ()
    heads = of("num_heads")
    cache = (query[0], heads, key[1] + (past[2] if past else 0), key[2] // heads)
    return [(*query[:2], value[2]), cache, (*cache[:3], value[2] // heads)]


def _grouped(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    query, heads, stored = shapes[0], of("num_heads"), of("kv_num_heads")
    packed = len(shapes) < 2 or not shapes[1]
    width = query[2] // (heads + 2 * stored) if packed else query[2] // heads
    past = shapes[3] if len(shapes) > 3 else ()
    cache = (query[0], stored, max(query[1], past[2]) if past else query[1], width)
    return [(*query[:2], heads * width), cache, cache]


def _attention(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    sizes = of.several("qkv_hidden_sizes") or [shapes[1][1] // 3] * 3
    return [(*shapes[0][:2], sizes[2])]


def _table(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    table, indices, axis = shapes[0], shapes[1], of("gather_axis")
    width = prod(shapes[2]) * of("block_size", 128) // table[0]
    whole = (table[0], min(width, table[1] * max(1, 8 // of("bits", 4))))
    return [(*whole[:axis], *indices, *whole[axis + 1 :])]


def _mean(of: _Attributes, shapes: Sequence[Shape]) -> Sequence[Shape | None]:
    axes = {axis % len(shapes[0]) for axis in of.several("axes") or [of("axes")]}
    kept = [1 if index in axes else extent for index, extent in enumerate(shapes[0])]
    return [tuple(kept) if of("keepdims", 1) else tuple(e for i, e in enumerate(kept) if i not in axes)]


SHAPES: Mapping[str, _Rule] = {
    **dict.fromkeys(("MatMulNBits", "MatMulBnb4"), _packed_product),
    **dict.fromkeys(("FusedMatMul", "DynamicQuantizeMatMul", "Gemm", "MatMulIntegerToFloat"), _product),
    "Concat": _concatenation,
    **dict.fromkeys(("SkipLayerNormalization", "SkipSimplifiedLayerNormalization"), _skip),
    **dict.fromkeys(("Attention", "QAttention"), _attention),
    "EmbedLayerNormalization": _embedding,
    "MultiHeadAttention": _multi_head,
    "GroupQueryAttention": _grouped,
    "GatherBlockQuantized": _table,
    "IntegerMean": _mean,
}
"""Rule of each operator: shapes of the outputs from attributes and shapes of the inputs."""
