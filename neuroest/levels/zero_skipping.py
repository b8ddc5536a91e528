"""Digital arrays that skip or gate zeros: fewer cycles, fewer products, compressed operands."""

from typing import Any, Literal, Self

import numpy as np
from pydantic import ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from neuroest.core import units as u
from neuroest.core.errors import CodingError
from neuroest.core.frozen import frozen_dataclass
from neuroest.equations import sparsity
from neuroest.levels.base import Mapper
from neuroest.specs.architecture import ComputingLevel
from neuroest.specs.base import PositiveFraction, WordWidth


class SkipsZeros(ComputingLevel):
    """Level whose units may skip zeros."""

    zero_skipping: Literal["none", "inputs", "inputs_and_weights"] = "none"
    """Zeros that need no cycle. inputs: products with a zero input; inputs_and_weights: also products with a zero
    weight (`weights.density` of the workload)."""
    load_balance: PositiveFraction = 1.0
    """Utilisation of a unit when zeros are skipped: units with more nonzero products make the others wait. 1: input
    queues balance the load."""
    index_bits: WordWidth | None = None
    """Index bits per operand, if maps (and weights, if their zeros are skipped) are stored without zeros. If left out,
    zeros are stored."""

    @field_validator("load_balance", "index_bits")
    @classmethod
    def _skips(cls, stated: float | None, info: ValidationInfo) -> float | None:
        if stated not in {None, 1.0} and info.data.get("zero_skipping") == "none":
            raise PydanticCustomError("zero_skipping", "is for arrays with `zero_skipping`")
        return stated

    @model_validator(mode="after")
    def _spread_of_what_skips(self) -> Self:
        if self.zero_skipping == "none" and "load_balance" in self.uncertain:
            raise PydanticCustomError(
                "zero_skipping", "`uncertain.load_balance` is for arrays with `zero_skipping`"
            )
        return self


@frozen_dataclass(eq=False)
class Kept:
    """What is left of a layer without its zeros, over what a dense array does.

    Attributes
    ----------
    products : array or float
        Products that are computed.
    cycles : array or float
        Cycles that they take.
    inputs, outputs, weights : array or float
        Bits of a stored map that is read, of one that is written, and of weights.
    fetched : array or float
        Weights that are streamed for the present inputs.
    turns : array or float
        Products that take a turn of the units, computed or not.
    """

    products: u.Numeric = 1.0
    cycles: u.Numeric = 1.0
    inputs: u.Numeric = 1.0
    outputs: u.Numeric = 1.0
    weights: u.Numeric = 1.0
    fetched: u.Numeric = 1.0
    turns: u.Numeric = 1.0


def kept_of(mapper: Mapper) -> Kept:
    """What a level keeps of each layer.

    Raises
    ------
    CodingError
        For spikes, which are events already.
    """
    spec: Any = mapper.compute.spec
    how = getattr(spec, "zero_skipping", "none")
    if how == "none" and getattr(spec, "gating", "none") == "none":
        return Kept()
    if mapper.network.spiking:
        raise CodingError(
            f"{mapper.level.path} gates or skips zeros, but spikes are not numbers; set gating and "
            "zero_skipping to none"
        )
    t, options = mapper.layers, mapper.compute.options
    if how == "none":
        return Kept(products=t.input_density)
    dense_weights = how == "inputs"
    weights = 1.0 if dense_weights else t.weight_density
    products = sparsity.kept_products(t.input_density, weights)
    index = options.get("index_bits")

    def packed(density: u.Dimensionless, bits: u.Bit) -> u.Dimensionless:
        return 1.0 if index is None else sparsity.packed_share(density, bits, index)

    bits, wide = mapper.network.written_bits, np.maximum(mapper.network.activation_bits, t.input_bits)
    return Kept(
        products=products,
        cycles=sparsity.skipped_cycles(products, options["load_balance"]),
        inputs=packed(t.input_density, wide),
        outputs=packed(t.output_density, bits),
        weights=1.0 if dense_weights else packed(weights, mapper.network.weight_bits),
        fetched=t.input_density,
        turns=products,
    )
