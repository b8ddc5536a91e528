"""What each operation that PyTorch dispatches is in a workload."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

from neuroest.workloads.importers.network import Pair, Value
from neuroest.workloads.importers.operation_counts import LAYER_NORMALISATION, RMS_NORMALISATION, SOFTMAX
from neuroest.workloads.importers.torch_modules import CONVOLUTIONS, NAMES, PRODUCTS, as_numpy
from neuroest.workloads.importers.torch_watch import Watch

_COSTS = {
    **dict.fromkeys(("_softmax", "_log_softmax", "_safe_softmax"), SOFTMAX),
    **dict.fromkeys(("native_layer_norm", "native_group_norm"), LAYER_NORMALISATION),
    "_fused_rms_norm": RMS_NORMALISATION,
}
"""Operations an element."""


class Recorder(TorchDispatchMode):  # type: ignore[misc]  # PyTorch is optional, so mypy takes it as Any
    """A context in which every operation is shown to a watch."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch
        self.operations = _Operations(watch)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__.removesuffix("_")  # in place or not is the same work
        self._count(name, args)
        if self.watch.opaque == 0:
            self.operations.take(name, args, kwargs or {}, out)
        return out

    def _count(self, name: str, args: tuple[Any, ...]) -> None:
        """Count products with stored weights, those inside of neurons too."""
        watch, counter = self.watch, self.watch.counter
        if name in CONVOLUTIONS and watch.origin(args[1]) and not args[6]:
            counter.convolution(args)
        elif name in PRODUCTS:
            left, right = factors(name, args)
            if watch.origin(right) and right.dim() == 2:
                counter.product(left, right)
            elif watch.origin(left) and left.dim() == 2:
                counter.product(right.mT, left.mT)


def factors(name: str, args: tuple[Any, ...]) -> tuple[Any, Any]:
    """Both factors of a product of matrices."""
    if name in {"addmm", "baddbmm"}:
        return args[1], args[2]
    return (args[0], args[1].mT) if name == "linear" else (args[0], args[1])


class _Operations:
    """Turns operations into layers of a builder."""

    def __init__(self, watch: Watch) -> None:
        self.watch, self.builder = watch, watch.builder

    def take(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], out: Any) -> None:
        watch = self.watch
        flat = [one for arg in args for one in (arg if isinstance(arg, list | tuple) else [arg])]
        outs = [one for one in (out if isinstance(out, list | tuple) else [out]) if hasattr(one, "shape")]
        if name == "copy":  # what was there before does not matter
            flat = flat[1:]
        is_later = name in NAMES["views"] and bool(flat) and watch.note_views(outs, flat[0])
        live = [] if is_later else [one for one in flat if watch.value(one) is not None]
        if not live:
            watch.note_origin(flat, outs)
            if name in PRODUCTS:
                # weights that multiply what the sample does not change, such as the first state of a cell
                matrices = [one for one in flat if hasattr(one, "dim") and one.dim() > 1]
                weights = [one for one in matrices if watch.origin(one)]
                if 0 < len(weights) < len(matrices):
                    count, where = sum(one.numel() for one in weights), watch.here or "the model"
                    watch.excluded.setdefault(
                        f"product of {count} weights of {where} with a constant, such as a first state"
                    )
        if live and watch.only_counts:
            for one in outs:
                watch.values[one] = self.builder.input
            self._note_writes(args, outs)
        elif live and outs and name not in NAMES["fresh"] and name not in NAMES["comparisons"]:
            self._layers(name, args, kwargs, live, outs)

    def _layers(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], live: list[Any], outs: list[Any]
    ) -> None:
        """What an operation on values of layers puts out."""
        watch = self.watch
        value = self._value(name, args, kwargs, live, outs[0])
        if value is None:
            return
        for one in outs:
            is_result = one is outs[0] or name not in {"max_pool2d_with_indices", "native_layer_norm"}
            if is_result and (one.is_floating_point() or one.is_complex()):
                watch.values[one] = value
                for given in live:
                    if given in watch.potentials:
                        watch.potentials[one] = watch.potentials[given]
        self._note_writes(args, outs)
        if name in NAMES["parts"] and not watch.spiking:
            for index, one in enumerate(outs):
                watch.values[one] = self._moved(name, live[0], one, f"_{index}")

    def _note_writes(self, args: tuple[Any, ...], outs: list[Any]) -> None:
        """An operation in place on a view changes what the view shows."""
        for one in outs:
            if one is args[0] and one in self.watch.bases and one in self.watch.values:
                self.watch.note_write(one, self.watch.values[one])

    def _value(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], live: list[Any], out: Any
    ) -> Value | None:
        builder = self.builder
        values: list[Value] = [self.watch.values[one] for one in live]
        first = values[0]
        if name in CONVOLUTIONS:
            return self._convolution(args, out)
        if name in PRODUCTS:
            return self._product(name, args, out)
        if "pool" in name:
            return self._pooling(name, args, kwargs, live[0], out)
        if name == "mean" and len(live[0].shape) == 4 and out.numel() == prod(live[0].shape[:2]):
            return self._pooled(live[0], "average", None)
        if name == "cat":
            return self._concatenation(len(args[0]), live, values, out)
        if "batch_norm" in name:
            self._once(("fold",), [first], self._folded, first, args)
            return self._once(("norm",), [first], builder.normalisation, self._label("norm"), first)
        if name in _COSTS:
            return self._element_wise(name, [first], _COSTS[name])
        if name in NAMES["activations"]:
            rectify = partial(builder.activation, rectifies=name in NAMES["rectifiers"])
            return self._once(("activation", name), [first], rectify, self._label(name), first)
        if name in NAMES["binary"]:
            return self._binary(name, live, values)
        if name in NAMES["quantisers"]:
            builder.notes.append(
                "Rounding to fewer levels costs nothing; bits are those that were given to the import."
            )
            return first
        if name in NAMES["views"]:
            same = self.watch.spiking or out.numel() == live[0].numel() or name in NAMES["parts"]
            return first if same else self._moved(name, live[0], out)
        if name in NAMES["reductions"]:
            return first if self.watch.spiking else self._reduced(name, first, out)
        return self._not_supported(name, name, [first], out)

    def _folded(self, value: Value, args: tuple[Any, ...]) -> Value:
        """Fold a normalisation in evaluation mode into the weights before it."""
        numbers = [one for one in args if isinstance(one, float)]
        self.watch.note_norm(value.layer, args[1:5], numbers[-1] if numbers else 0.0)
        return value

    def _label(self, otherwise: str) -> str:
        return self.watch.here.replace(".", "_") or otherwise

    def _once(
        self, key: tuple[Any, ...], values: Sequence[Value], make: Callable[..., Value], *given: Any
    ) -> Value:
        """What an operation of the module at work makes of some values, the same in every timestep."""
        return self.watch.once((*key, tuple(value.layer for value in values), self.watch.here), make, *given)

    def _not_supported(self, name: str, label: str, values: Sequence[Value], out: Any) -> Value:
        given = (name, self._label(label), values, self.watch.shape(out))
        return self._once(("unsupported", name), values, self.builder.not_supported, *given)

    def _as(self, tensor: Any) -> Value:
        """The value of a tensor in the shape that the tensor has."""
        value: Value = self.watch.values[tensor]
        self.watch.seen(tensor)
        shape = self.watch.shape(tensor)
        if value.shape == shape:
            return value
        key = ("shape", value.layer, shape)
        return self.watch.once(key, self.builder.shaped, value, shape, self._label("layer"))

    def _weighted(
        self,
        weight: Any,
        tensor: Any,
        make: Callable[..., Value],
        *given: Any,
        bias: Any = None,
        turned: bool = False,
    ) -> Value:
        self.watch.refuse_potential(tensor)
        self.watch.seen(tensor)
        source = self.watch.values[tensor].layer
        origin = self.watch.origin(weight) or (weight.untyped_storage().data_ptr(),)
        stored = (origin, weight.storage_offset(), tuple(weight.shape))

        def weighed() -> Value:
            value = self.builder.weighed(make(*given), as_numpy(weight))
            self.builder.note_user(value, stored)
            self.watch.note_weights(value.layer, weight.mT if turned else weight, bias)
            return value

        return self.watch.once(("weights", stored, source), weighed)

    def _convolution(self, args: tuple[Any, ...], out: Any) -> Value | None:
        tensor, weight, bias, stride, padding, dilation, transposed = args[:7]
        groups = int(args[8])
        value, computed = self.watch.value(tensor), self.watch.value(weight)
        if value is None or transposed or len(stride) > 2 or computed is not None:
            name = "convolution_transpose" if transposed else "convolution"
            source = value or computed
            return self._not_supported(name, "convolution", [source] if source else [], out)

        def pair(numbers: Any, otherwise: int = 1) -> tuple[int, int]:
            return int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else otherwise

        rows, columns = pair(padding, 0)
        outputs, _, *kernel = (int(extent) for extent in weight.shape)
        edges = ((rows, rows), (columns, columns))

        def made() -> Value:
            label, read = self._label("convolution"), self._as(tensor)
            sizes = (outputs, pair(kernel), pair(stride), edges, pair(dilation), groups)
            return self.builder.convolution(label, read, *sizes)

        return self._weighted(weight, tensor, made, bias=bias)

    def _product(self, name: str, args: tuple[Any, ...], out: Any) -> Value | None:
        left, right = factors(name, args)
        watch, builder = self.watch, self.builder
        a, b = watch.value(left), watch.value(right)
        if a is not None and b is not None:
            watch.seen(left)
            watch.seen(right)
            heads = max(1, prod(left.shape[:-2]) // watch.batch)
            sizes = (heads, int(left.shape[-2]), int(left.shape[-1]), int(right.shape[-1]))
            if left.dim() == 2:
                sizes = (1, max(1, sizes[1] // watch.batch), *sizes[2:])
            return self._once(("product",), [a, b], builder.product, self._label("product"), a, b, sizes)
        if a is not None:
            inputs, outputs = int(right.shape[-2]), int(right.shape[-1])
            rows = max(1, prod(left.shape[:-1]) // watch.batch)
            if watch.spiking:  # the first axes may hold timesteps
                rows = max(1, prod(a.shape) // inputs)
            if right.dim() == 3 and right.stride(0) != 0 and right.shape[0] > 1:
                return self._not_supported("bmm", "bmm", [a], out)
            label = self._label("linear")
            bias = args[0] if name == "addmm" else args[2] if name == "linear" and len(args) > 2 else None
            return self._weighted(
                right, left, builder.linear, label, a, inputs, outputs, rows, bias=bias, turned=True
            )
        if b is None:
            return watch.value(args[0])
        outputs, inputs = (int(extent) for extent in left.shape[-2:])
        rows = max(1, prod(right.shape) // inputs // watch.batch)
        return self._weighted(left, right, builder.linear, self._label("linear"), b, inputs, outputs, rows)

    def _pooling(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], tensor: Any, out: Any
    ) -> Value | None:
        mode = "maximum" if "max" in name else "average"
        if "adaptive" in name:
            given, size = ([int(extent) for extent in one.shape[2:]] for one in (tensor, out))
            if prod(size) == 1:
                return self._pooled(tensor, mode, None)
            if size == given:
                return self.watch.value(tensor)
            if any(g % s for g, s in zip(given, size, strict=True)) or len(size) != 2:
                return self._not_supported(name, "pool", [self.watch.values[tensor]], out)
            window = (given[0] // size[0], given[1] // size[1])
            return self._pooled(tensor, mode, window, window)

        def pair(position: int, key: str, default: Any) -> tuple[int, int]:
            found = args[position] if len(args) > position else kwargs.get(key, default)
            numbers = list(found) if isinstance(found, list | tuple) else [found]
            numbers = numbers or list(default)
            if len(tensor.shape) == 3:
                return int(numbers[-1]), 0 if key == "padding" else 1
            return int(numbers[0]), int(numbers[-1])

        kernel = pair(1, "kernel_size", [1])
        stride, padding = pair(2, "stride", list(kernel)), pair(3, "padding", [0])
        rows, columns = out.shape[2:] if len(out.shape) == 4 else (*out.shape[2:], 1)
        return self._pooled(tensor, mode, kernel, stride, padding, (int(rows), int(columns)))

    def _pooled(self, tensor: Any, mode: str, kernel: Pair | None, *rest: Pair) -> Value:
        watch = self.watch
        value: Value = watch.values[tensor]
        watch.seen(tensor)
        if mode == "average" and watch.reads_spikes(tensor):
            mode = "sum"  # each spike passes, and the weights behind are smaller by the size of the window
        pooled = self._once(
            ("pool", mode, kernel, tuple(tensor.shape[1:])),
            [value],
            lambda: self.builder.pooling(self._label("pool"), self._as(tensor), mode, kernel, *rest),
        )
        if mode == "sum":
            watch.note_pooled(tensor, pooled)
        return pooled

    def _concatenation(self, count: int, live: list[Any], values: list[Value], out: Any) -> Value:
        if self.watch.spiking and len({value.layer for value in values}) == 1:
            return values[0]  # timesteps of one layer, put together
        label, shape = self._label("cat"), self.watch.shape(out)
        if len(live) < count and not self.watch.spiking:  # joined with something stored
            return self._once(("cat",), values, self.builder.moved, label, values, shape)
        for one in live:
            self.watch.seen(one)

        def joined() -> Value:
            return self.builder.concatenation(label, [self._as(one) for one in live], shape)

        return self._once(("cat",), values, joined)

    def _element_wise(self, name: str, values: Sequence[Value], operations: int = 1) -> Value:
        label = self._label(name.strip("_"))
        return self._once((name,), values, self.builder.element_wise, label, values, operations)

    def _binary(self, name: str, live: list[Any], values: list[Value]) -> Value:
        different = len({value.layer for value in values}) > 1
        if name in {"add", "sub"} and different:
            for one in live:
                self.watch.seen(one)
            spikes = "all" if all(self.watch.reads_spikes(one) for one in live) else None
            return self._once(("add",), values, self.builder.add, f"{self._label('sum')}_add", values, spikes)
        builder = self.builder
        if self.watch.spiking and not different:
            return values[0]  # a factor, or a sum over timesteps
        if len(values) == 1 and builder.is_weighted(values[0]) and values[0].layer not in builder.activated:
            return values[0]
        return self._element_wise(name, values)

    def _moved(self, name: str, tensor: Any, out: Any, part: str = "") -> Value:
        """A part of a tensor, or its elements in other places."""
        value: Value = self.watch.values[tensor]
        shape = self.watch.shape(out)
        if prod(shape) == prod(value.shape):
            return value
        key = (name, part, tuple(out.shape), out.storage_offset())
        return self._once(key, [value], self.builder.moved, f"{self._label(name)}{part}", [value], shape)

    def _reduced(self, name: str, value: Value, out: Any) -> Value:
        label, shape = self._label(name), self.watch.shape(out)

        def made() -> Value:
            reduced = self.builder.element_wise(label, [value])
            return self.builder.moved(f"{label}_reduced", [reduced], shape)

        return self._once((name, tuple(out.shape)), [value], made)
