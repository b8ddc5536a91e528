"""Accuracy of crossbar columns, in words."""

from neuroest.equations import accuracy
from neuroest.reporting.formatting import formatted, percent
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import first_number
from neuroest.results.rows import LayerErrors

_MOST, _LEAST_SHARE = 3, 0.01
"""Number of causes to name, and the minimum share of the error variance for each."""


def lowest_accuracy_layer(estimate: Estimate) -> LayerErrors | None:
    """The layer with the largest ratio of error to spread of its results; None if no layer is in arrays."""
    return max(estimate.column_errors, key=lambda found: found.error, default=None)


def weights_age(estimate: Estimate) -> str | None:
    """Time since the weights were written; None if the array states none or there is no array."""
    ages = [getattr(level.mapper.compute, "age", None) for level in estimate.evaluation.levels]
    age = next((found for found in ages if found is not None), None)
    return None if age is None else formatted(first_number(age), "s")


def largest_causes(found: LayerErrors) -> list[tuple[str, float, float]]:
    """Cause, ratio of error to spread of the results, and share of the error variance, largest first."""
    whole = found.error**2
    ordered = sorted(found.causes.items(), key=lambda item: -item[1])
    return [(name, error, error**2 / whole if whole else 0.0) for name, error in ordered]


def accuracy_words(estimate: Estimate) -> str | None:
    """The layer with the largest error and its main causes, in one sentence; None without arrays."""
    found = lowest_accuracy_layer(estimate)
    if found is None or found.signal_to_error_ratio is None or found.effective_bits is None:
        return None
    reported = [(name, share) for name, _, share in largest_causes(found)[:_MOST] if share > _LEAST_SHARE]
    decibels = float(accuracy.decibels(found.signal_to_error_ratio))
    return (
        f"largest error: {found.layer}, error {percent(found.error)} of the spread of its results "
        f"({decibels:.3g} dB, {found.effective_bits:.2g} effective bits), from "
        + ", ".join(f"{name} {percent(share)}" for name, share in reported)
    )
