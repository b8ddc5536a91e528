"""Names of the operations of PyTorch by what they are in a workload, without the ``_`` of those in place."""

ACTIVATIONS = frozenset({
    "_prelu_kernel", "abs", "clamp", "clamp_min", "elu", "erf", "exp", "gelu", "hardsigmoid",
    "hardswish", "hardtanh", "leaky_relu", "log", "mish", "neg", "prelu", "reciprocal", "relu",
    "rsqrt", "sigmoid", "sign", "silu", "softplus", "sqrt", "tanh",
})  # fmt: skip
RECTIFIERS = frozenset({"clamp", "clamp_min", "hardtanh", "relu"})
VIEWS = frozenset({
    "_to_copy", "_unsafe_view", "alias", "as_strided", "channel_shuffle", "chunk", "clone",
    "constant_pad_nd", "contiguous", "copy", "detach", "dropout", "empty_like", "expand", "flip",
    "full_like", "gather", "index", "index_select", "lift_fresh", "movedim", "narrow",
    "native_channel_shuffle", "native_dropout", "new_zeros", "ones_like", "permute",
    "pixel_shuffle", "repeat", "reshape", "roll", "select", "slice", "split", "split_with_sizes",
    "squeeze", "stack", "t", "transpose", "unbind", "unfold", "unsafe_chunk", "unsafe_split",
    "unsafe_split_with_sizes", "unsqueeze", "upsample_nearest2d", "view", "zeros_like",
})  # fmt: skip
FRESH = frozenset({
    "empty_like", "full_like", "new_empty", "new_full", "new_ones", "new_zeros", "ones_like",
    "zeros_like",
})  # fmt: skip
BINARY = frozenset({
    "add", "addcmul", "div", "maximum", "minimum", "mul", "pow", "rsub", "sub", "where",
})  # fmt: skip
REDUCTIONS = frozenset({
    "amax", "amin", "argmax", "linalg_vector_norm", "max", "mean", "min", "norm", "prod", "sort",
    "std", "sum", "topk", "var",
})  # fmt: skip
COMPARISONS = frozenset({
    "all", "any", "bitwise_and", "eq", "ge", "gt", "isnan", "le", "logical_and", "logical_not",
    "lt", "ne",
})  # fmt: skip
QUANTISERS = frozenset({
    "_fake_quantize_learnable_per_channel_affine", "_fake_quantize_learnable_per_tensor_affine",
    "_fake_quantize_per_tensor_affine_cachemask_tensor_qparams", "_fused_moving_avg_obs_fq_helper",
    "fake_quantize_per_channel_affine", "fake_quantize_per_channel_affine_cachemask",
    "fake_quantize_per_tensor_affine", "fake_quantize_per_tensor_affine_cachemask", "round",
})  # fmt: skip
"""Rounding to the levels that a chip has anyway."""
