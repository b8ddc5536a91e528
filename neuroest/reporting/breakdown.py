"""The breakdown of an estimate by component and term."""

from collections.abc import Iterable

from neuroest.core.frozen import frozen_dataclass
from neuroest.results.estimate import Estimate
from neuroest.results.rows import BreakdownRow


@frozen_dataclass(eq=False)
class TermSum:
    """One term of one component, summed over the layers.

    Attributes
    ----------
    kind : str
        ``dynamic``, ``static``, ``area`` or ``learning``.
    value : float
        In J or m^2.
    count : float
        Actions in one inference, or instances on the chip.
    """

    component: str
    action: str
    term: str
    kind: str
    value: float
    count: float

    @property
    def path(self) -> str:
        """Name by which `explain` finds the term."""
        learning = f"learning.{self.action}"
        middle = {"static": "static", "area": "area", "learning": learning}.get(self.kind, self.action)
        return f"{self.component}.{middle}.{self.term}"

    @property
    def what(self) -> str:
        """Description in words."""
        kinds = {"static": "static energy", "area": "area", "learning": "energy of learning from a sample"}
        return kinds.get(self.kind, "dynamic energy")

    @property
    def unit(self) -> str:
        """SI unit of its value."""
        return "m^2" if self.kind == "area" else "J"

    @property
    def each(self) -> float | None:
        """Value per action or instance."""
        return self.value / self.count if self.count else None


@frozen_dataclass(eq=False)
class ComponentSum:
    """One component with its terms, largest first."""

    component: str
    terms: tuple[TermSum, ...]

    @property
    def value(self) -> float:
        """Sum of the terms."""
        return sum(term.value for term in self.terms)


def energy_by_component(estimate: Estimate) -> tuple[ComponentSum, ...]:
    """Energy of one inference, dynamic and static, the largest component first."""
    return _gathered((row for row in estimate.breakdown if row.kind != "area"), area=False)


def learning_by_component(estimate: Estimate) -> tuple[ComponentSum, ...]:
    """Energy of learning from one sample, the largest component first."""
    return _gathered(estimate.learning, area=False)


def area_by_component(estimate: Estimate) -> tuple[ComponentSum, ...]:
    """Area of the chip, the largest component first."""
    return _gathered((row for row in estimate.breakdown if row.kind == "area"), area=True)


def neuron_components(estimate: Estimate) -> frozenset[str]:
    """Paths of the components whose energy counts as neuron energy."""
    costs = estimate.evaluation.costs.energies
    return frozenset(cost.component for cost in costs if cost.quantity.startswith("neuron "))


def _gathered(rows: Iterable[BreakdownRow], *, area: bool) -> tuple[ComponentSum, ...]:
    sums: dict[tuple[str, str, str, str], tuple[float, float]] = {}
    for row in rows:
        key = (row.component, row.action, row.term, row.kind)
        value, count = sums.get(key, (0.0, 0.0))
        sums[key] = (value + (row.area_m2 if area else row.energy_J), count + row.count)
    terms: dict[str, list[TermSum]] = {}
    for (component, action, term, kind), (value, count) in sums.items():
        terms.setdefault(component, []).append(TermSum(component, action, term, kind, value, count))
    gathered = [
        ComponentSum(component, tuple(sorted(found, key=lambda term: -term.value)))
        for component, found in terms.items()
    ]
    return tuple(sorted(gathered, key=lambda item: -item.value))
