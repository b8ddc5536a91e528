"""Model error of a block or a level, in addition to the spreads of its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias


@dataclass(frozen=True)
class ModelError:
    """Model error of one quantity: wires inside a macro, decoders, test logic, glitches.

    Attributes
    ----------
    factor : float
        p90 over median and median over p10 of what a real block has over what the model says. [1]
    rationale : str
        What that is based on.
    source : str, optional
        Key of the source in the bibliography.
    """

    factor: float
    rationale: str
    source: str | None = None


ModelErrors: TypeAlias = Mapping[str, ModelError]
"""Error of a model by quantity: energy, area, static_power or time."""


def model_errors(**quantities: ModelError) -> ModelErrors:
    """Errors of a model by quantity."""
    return MappingProxyType(quantities)


def exact_model(_reason: str) -> ModelErrors:
    """No error of the model itself, for the reason given: its values are published, or it costs nothing."""
    return MappingProxyType({})
