"""Operators that ONNX Runtime fuses, by their meaning: products, attention, lookups and normalisations in one node.

References are the contrib operators of ONNX Runtime, `docs/ContribOperators.md` of its repository.
"""

from math import prod

from neuroest.workloads.importers import operation_counts
from neuroest.workloads.importers.network import Shape, Value
from neuroest.workloads.importers.onnx_node import Found, Node


def grouped_product(
    node: Node, value: Value, groups: int, summed: int, outputs: int, positions: int
) -> Value:
    """A product with one stored matrix for each head, group or expert."""
    read = node.builder.shaped(value, (groups * summed, positions, 1), node.name)
    made = node.builder.convolution(node.name, read, groups * outputs, (1, 1), groups=groups)
    return node.whole(made)


def attended(
    node: Node, query: Value, key: Value, value: Value, sizes: tuple[int, int, int, int, int]
) -> Value:
    """Scores, softmax and weighted sum; `sizes` are heads, queries, elements of a head, keys, elements of a value."""
    heads, rows, summed, columns, width = sizes
    scores = node.builder.product(f"{node.name}_scores", query, key, (heads, rows, summed, columns))
    shares = node.builder.element_wise(f"{node.name}_softmax", [scores], operation_counts.SOFTMAX)
    return node.builder.product(f"{node.name}_context", shares, value, (heads, rows, columns, width))


def _keys(node: Node, index: int, past: int) -> int:
    """Keys that a query meets, those of a stored past included."""
    new = node.shape(index)[1]
    known = node.shape(past) if past < len(node.inputs) and node.inputs[past] else ()
    return new + (known[2] if len(known) == 4 else 0)


def multi_head_attention(node: Node) -> Found:
    """`MultiHeadAttention`: query, key and value of three axes."""
    query, key, value = (node.live(index) for index in range(3))
    heads = node.integer("num_heads", 0)
    if query is None or key is None or value is None or heads < 1:
        return None
    left, right, third = (node.shape(index) for index in range(3))
    if len(left) != 3 or len(right) != 3 or len(third) != 3:
        return None
    columns = _keys(node, 1, 6)
    # keys and values follow those of a past, which are inputs
    key, value = (
        one if (before := node.live(past)) is None
        else node.builder.moved(f"{node.name}_cache_{past}", [before, one], (shape[2], columns, 1))
        for one, past, shape in ((key, 6, right), (value, 7, third))
    )  # fmt: skip
    sizes = (heads, left[1], left[2] // heads, columns, third[2] // heads)
    return node.whole(attended(node, query, key, value, sizes))


def grouped_attention(node: Node) -> Found:
    """`GroupQueryAttention`: several heads of queries share one of keys and values; queries may hold all three."""
    query = node.live(0)
    heads, stored = node.integer("num_heads", 0), node.integer("kv_num_heads", 0)
    if query is None or heads < 1 or stored < 1 or heads % stored:
        return None
    rows, width = node.shape(0)[1], node.out[-1] // heads
    keys, values = node.live(1), node.live(2)
    if keys is None or values is None:
        parts = [
            node.builder.moved(f"{node.name}_{name}", [query], (count * width, rows, 1))
            for name, count in (("query", heads), ("key", stored), ("value", stored))
        ]
        query, keys, values = parts
    past = node.shape(3) if len(node.inputs) > 3 and node.inputs[3] else ()
    # a buffer of fixed length holds the new keys too
    columns = max(rows, past[2]) if len(past) == 4 else rows
    keys, values = (
        node.builder.moved(f"{node.name}_{name}_repeated", [one], (heads * width, columns, 1))
        for name, one in (("key", keys), ("value", values))
    )
    made = node.whole(attended(node, query, keys, values, (heads, rows, width, columns, width)))
    return [made, *[keys, values][: len(node.outputs) - 1]]


def packed_attention(node: Node) -> Found:
    """`Attention` and `QAttention`: one stored matrix makes queries, keys and values of what comes in."""
    value, heads = node.live(0), node.integer("num_heads", 0)
    if value is None or node.live(1) is not None or heads < 1:
        return None
    shape, weights = node.shape(0), node.shape(1)
    rows, sizes = shape[1], node.ints("qkv_hidden_sizes", [weights[1] // 3] * 3)
    joint = node.builder.linear(f"{node.name}_projection", value, weights[0], weights[1], rows)
    node.weigh(joint, 1)
    query, key, third = (
        node.builder.moved(f"{node.name}_{name}", [joint], (size, rows, 1))
        for name, size in zip(("query", "key", "value"), sizes, strict=True)
    )
    widths = (heads, rows, sizes[0] // heads, rows, sizes[2] // heads)
    return node.whole(attended(node, query, key, third, widths))


def packed_product(node: Node) -> Found:
    """`MatMulNBits` and its like: a stored matrix whose elements share bytes, `N` outputs of `K` inputs."""
    value = node.live(0)
    inputs, outputs = node.integer("K", 0), node.integer("N", 0)
    if value is None or inputs < 1 or outputs < 1:
        return None
    positions = max(1, prod(node.shape(0)) // inputs // node.batch)
    made = node.whole(node.builder.linear(node.name, value, inputs, outputs, positions))
    node.reader.widths.note(made.layer, node.integer("bits", 4))
    node.builder.note_user(made, node.inputs[1])
    return made


def packed_table(node: Node) -> Found:
    """`GatherBlockQuantized`: rows of a stored table whose elements share bytes."""
    indices = node.live(1)
    if indices is None:
        return None
    shape = node.shape(0)
    bits = node.integer("bits", 4)
    width = node.out[-1]
    rows = prod(shape) * (8 // bits if node.reader.types.get(node.inputs[0]) == 2 else 1) // width
    made = node.builder.lookup(node.name, indices, (rows, width), node.sample)
    node.reader.widths.note(made.layer, bits)
    return made


def skip_normalisation(node: Node, operations: str) -> Found:
    """A sum with what was skipped, and its normalisation; the sum is the fourth output."""
    return _normalised_sum(node, node.lives[:2], getattr(operation_counts, operations), 3)


def _normalised_sum(node: Node, values: list[Value], operations: int, place: int) -> Found:
    """The normalised sum of values as every output, but for the sum itself at its place among them."""
    added = node.builder.add(f"{node.name}_sum", values) if len(values) > 1 else values[0]
    made = node.builder.element_wise(node.name, [added], operations)
    by_place = dict(zip(node.places, [*[made] * place, added], strict=False))
    return [by_place[output] for output in node.outputs]


def embedding(node: Node) -> Found:
    """`EmbedLayerNormalization`: rows of words, positions and segments, added up and normalised."""
    words = node.live(0)
    if words is None:
        return None
    sample: Shape = node.sample
    parts = []
    for name, index, table in (("words", 0, 2), ("positions", 0, 3), ("segments", 1, 4)):
        indices = node.live(index)
        if indices is not None and table < len(node.inputs) and node.inputs[table]:
            made = node.builder.lookup(f"{node.name}_{name}", indices, node.shape(table), sample)
            parts.append(node.weigh(made, table))
    return _normalised_sum(node, parts, operation_counts.LAYER_NORMALISATION, 2)
