"""Properties of a rule that the learning circuits need."""

from __future__ import annotations

from collections.abc import Iterable

from neuroest.core.frozen import frozen_dataclass
from neuroest.specs.learning import LearningRule, Product


@frozen_dataclass
class Arithmetic:
    """Operations of one formula.

    Attributes
    ----------
    multiplications, additions : float
        Of several bits, for one value; what is added up goes to the value itself.
    """

    multiplications: float
    additions: float

    @classmethod
    def of(cls, products: Iterable[Product]) -> Arithmetic:
        """Operations of a sum of products."""
        found = tuple(products)
        return cls(float(sum(product.multiplications for product in found)), float(len(found)))


@frozen_dataclass
class LearningContext:
    """A rule as seen by its circuits.

    Attributes
    ----------
    update, tag, threshold : Arithmetic
        Operations of a change of a weight, of all tags of a synapse on average, and of a threshold.
    accumulated : bool
        Whether a change is added to a digital word next to the weight.
    """

    update: Arithmetic
    tag: Arithmetic
    threshold: Arithmetic
    accumulated: bool

    @classmethod
    def of(cls, rule: LearningRule) -> LearningContext:
        """The context of a rule."""
        formulas = rule.formulas
        tags = [Arithmetic.of(formulas[name]) for name in rule.tags]
        sums = max(sum(len(formulas[name]) for name in rule.tags), 1)
        return cls(
            Arithmetic.of(formulas.get("update", ())),
            # a tag is changed once for each of its products that is due
            Arithmetic(sum(tag.multiplications for tag in tags) / sums, 1.0 if tags else 0.0),
            Arithmetic.of(formulas.get("threshold", ())),
            rule.write == "accumulated",
        )
