"""Model error of a block or a level, in addition to the spreads of its parameters."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeAlias

from neuroest.core.docstrings import section
from neuroest.core.errors import NeuroestError
from neuroest.core.frozen import frozen_dataclass


@frozen_dataclass
class ModelError:
    """Model error of one quantity: wires inside a macro, decoders, test logic, glitches.

    Attributes
    ----------
    factor : float
        p90 over median and median over p10 of what a real block has over what the model says. [1]
    rationale : str, optional
        What that is based on, where the docstring of the block does not say so.
    source : str, optional
        Key of the source in the bibliography.
    """

    factor: float
    rationale: str = ""
    source: str | None = None


ModelErrors: TypeAlias = Mapping[str, ModelError]
"""Error of a model by quantity: energy, area, static_power or time."""


def model_errors(**quantities: float | ModelError) -> ModelErrors:
    """Errors of a model by quantity, with reasons in the section ``Model errors`` of the block's docstring."""
    return MappingProxyType(
        {name: e if isinstance(e, ModelError) else ModelError(e) for name, e in quantities.items()}
    )


def give_reasons(stating: Any) -> None:
    """Complete the errors that a block or level states with reasons from its docstring."""
    if "prior_error" in vars(stating):
        reasons = section(stating, "Model errors")
        stating.prior_error = MappingProxyType(
            {
                name: replace(error, rationale=error.rationale or reasons.get(name, ""))
                for name, error in stating.prior_error.items()
            }
        )


def refuse_without_error(stating: type[Any]) -> None:
    """Refuse a block or level that does not state the error of its model, or gives no reason for it.

    Raises
    ------
    NeuroestError
        What is missing, with the name of the class.
    """
    if "prior_error" not in vars(stating):
        fault = "it states no prior_error (model_errors(...), or exact_model(reason))"
        raise NeuroestError(f"{stating.__qualname__}: {fault}")
    if sys.flags.optimize > 1:  # Python then drops all docstrings, and the reasons with them
        return
    bare = [name for name, error in stating.prior_error.items() if not error.rationale]
    if bare:
        fault = f"its docstring has no reason for its error of {' and '.join(bare)} (Model errors)"
        raise NeuroestError(f"{stating.__qualname__}: {fault}")


def exact_model(_reason: str) -> ModelErrors:
    """Zero error of the model itself, for the stated reason."""
    return MappingProxyType({})


PUBLISHED = exact_model("its values are published; their spread is in its device file")
WITHOUT_COSTS = exact_model("it costs nothing itself")
