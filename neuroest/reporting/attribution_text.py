"""Ratios of a comparison as products over what differs, in words."""

from collections.abc import Collection, Iterator

from neuroest.reporting.formatting import percent
from neuroest.reporting.text_style import words
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate
from neuroest.results.pace import Pace

_NAMES = {"energy_per_inference_J": "energy", "area_m2": "area"}
OTHER_PACES: Collection[Pace] = ("equal_pace", "burst", "streaming")
"""Paces at which the ratio of energies is another one than that of the chips as operated."""


def attribution_lines(
    comparison: Comparison, baseline: Estimate, paces: Collection[Pace] = OTHER_PACES
) -> Iterator[str]:
    """Ratios of energy and area over a baseline, and of the energies at other paces, each as a product and verdict.

    At equal pace also without the input path, which is the same on both sides there.
    """
    own = {ratio.quantity: ratio for ratio in comparison.ratios if ratio.baseline == baseline.architecture}
    for quantity, name in _NAMES.items():
        ratio = own.get(quantity)
        if ratio is not None and (attribution := comparison.attribution(ratio)) is not None:
            yield f"{name} {attribution.words}{_judged(comparison.verdict(ratio))}"
    if not paces:
        return
    for row in comparison.paces:
        shown = row.baseline == baseline.architecture and row.pace in paces
        if shown and row.attribution is not None and (row.off_chip_link or row.pace == "equal_pace"):
            without = "" if row.off_chip_link else ", without the input path"
            yield f"{words(row.pace)}{without}: energy {row.attribution.words}{_judged(comparison.verdict(row))}"


def attribution_rule(comparison: Comparison) -> str:
    """Meaning of the verdicts, in one sentence."""
    relevance = percent(comparison.relevance)
    return (
        "products: mean over all orders of exchanging what differs, at the stated inputs; level: neurons that differ "
        f"contribute less than {relevance}, by their energy and the leakage while they integrate (stated or in the "
        f"median); otherwise tie: p10 to p90 contain 1; level also: the median is within {relevance}; otherwise win "
        "or loss"
    )


def _judged(verdict: str | None) -> str:
    return "" if verdict is None else f": {verdict}"
