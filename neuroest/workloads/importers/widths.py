"""Widths of weights and activations: of each layer as a file states them, and what is assumed of the others."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from neuroest.core.errors import printable
from neuroest.specs.workload import INPUT_BITS, WEIGHT_BITS
from neuroest.workloads.importers.network import ImportedLayer, ImportedNetwork

_WEIGHTED = frozenset(
    {"convolution", "fully_connected", "lookup", "population", "recurrent", "recurrent_cell"}
)
_COMPUTED = "matrix_product"
_MOST_NAMED = 3


def with_widths(
    network: ImportedNetwork, weights: Mapping[str, int], inputs: Mapping[str, int]
) -> ImportedNetwork:
    """A network whose layers have the widths that its file states.

    The precision of the network is the widest that its layers have; layers with another width state their own.

    Parameters
    ----------
    network : ImportedNetwork
        The network, with the widths to assume in its options.
    weights, inputs : mapping of str to int
        Bits of the weights of a layer and of what it reads, by layer, where the file states them. [bit]
    """
    options = network.options
    held = [layer.name for layer in network.layers if layer.type in _WEIGHTED]
    own_weights = {name: weights.get(name, options.weight_bits) for name in held}
    weight_bits = max(own_weights.values(), default=options.weight_bits)
    fields: dict[str, dict[str, int]] = {
        name: {WEIGHT_BITS: bits} for name, bits in own_weights.items() if bits != weight_bits
    }
    said = [*_said("weights", "--weight-bits", own_weights, weights, options.weight_bits)]
    activation_bits = options.activation_bits
    if network.coding == "dense":
        # what other layers read follows those that multiply
        multiply = [
            layer.name for layer in network.layers if layer.type in {*_WEIGHTED, _COMPUTED} - {"lookup"}
        ]
        read = {name: inputs.get(name, options.activation_bits) for name in multiply}
        known = {layer.name: inputs[layer.name] for layer in network.layers if layer.name in inputs}
        activation_bits = max([*read.values(), *known.values()], default=options.activation_bits)
        for name, bits in (read | known).items():
            if bits != activation_bits:
                fields.setdefault(name, {})[INPUT_BITS] = bits
        said += _said("activations", "--activation-bits", read, inputs, options.activation_bits)
    said.append(f"{options.accumulator_bits} bits of a sum are assumed (--accumulator-bits).")
    return replace(
        network, layers=tuple(_with_fields(layer, fields.get(layer.name, {})) for layer in network.layers),
        options=replace(options, weight_bits=weight_bits, activation_bits=activation_bits),
        assumed=(*network.assumed, *map(printable, said)),
    )  # fmt: skip


def _with_fields(layer: ImportedLayer, own: Mapping[str, int]) -> ImportedLayer:
    return replace(layer, fields={**layer.fields, **own}) if own else layer


def _said(
    what: str, flag: str, widths: Mapping[str, int], stated: Mapping[str, int], given: int
) -> Iterable[str]:
    """Widths that the file states, and the layers whose width is assumed."""
    known = {name: bits for name, bits in widths.items() if name in stated}
    open_ = [name for name in widths if name not in stated]
    if known:
        counts = Counter(known.values())
        if len(counts) == 1:
            yield f"The file has {next(iter(counts))} bits of {what}."
        else:
            parts = (
                f"{bits} bits in {_named([name for name, one in known.items() if one == bits])}"
                for bits in sorted(counts)
            )
            yield f"The file has {what} of {', '.join(parts)}."
    if open_:
        where = "" if not known else f" in {_named(open_)}"
        yield f"{given} bits of {what}{where} are assumed: the file does not quantise them ({flag})."


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"
