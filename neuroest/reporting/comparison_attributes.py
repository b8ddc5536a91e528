"""Attributes of the designs of a comparison."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from neuroest.core import units as u
from neuroest.pipeline.comparison import PUBLISHED
from neuroest.reporting.answers import weights_age
from neuroest.reporting.estimate_document import basis_words, devices_by, maturity_words
from neuroest.reporting.formatting import (
    coding_words,
    corner_words,
    formatted,
    link_names,
    operation_words,
    percent,
    temperature_words,
)
from neuroest.reporting.text_style import one_line, words
from neuroest.results.comparison import Comparison
from neuroest.results.estimate import Estimate
from neuroest.results.quantities import QUANTITIES
from neuroest.results.rows import CheckResult
from neuroest.specs.workload import ACTIVE_STEPS, Task

_FABRICATION = ("not_compatible", "unknown", "back_end_option", "standard")
"""Fabrication status of devices, in order of decreasing distance from a standard process."""


def _number(result: Estimate, path: str, unit: str) -> str:
    claim = result.claims.get(path)
    return formatted(claim.value, unit) if claim is not None else "-"


def _quality(result: Estimate) -> str:
    task: Task | None = result.workload.task
    if task is None:
        return "not stated"
    if task.value is None:
        return f"{task.dataset}, quality not stated"
    known = f"{task.basis}" + (f", {task.source}" if task.source else "")
    return (
        f"{task.dataset}, {task.metric} {percent(task.value) if task.value <= 1.0 else task.value} ({known})"
    )


def _range(bits: u.Numeric) -> str:
    """The bits of all layers, or from where to where they go."""
    low, high = float(np.min(bits)), float(np.max(bits))
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _precision(result: Estimate) -> str:
    names = ("weights", "activations", "accumulator")
    bits = [(name, result.claims.get(f"workload.precision.{name}")) for name in names]
    spiking = result.workload.coding == "spiking"
    layers = result.evaluation.layers
    differ = {} if layers.output_bits is None else {
        "weights": layers.weight_bits, "activations": layers.activation_bits,
    }  # fmt: skip
    return ", ".join(
        f"{name} {_range(differ.get(name, claim.value))} bit"
        for name, claim in bits
        if claim is not None and not (spiking and name == "activations")
    )


def _activity(result: Estimate) -> str:
    parts = []
    for path, claim in result.claims.items():
        spread_out = (
            path.endswith(ACTIVE_STEPS) and claim.value == 1.0
        )  # as every spiking network, if not stated
        if path.startswith("workload.") and ".activity." in path and not spread_out:
            where = path.removeprefix("workload.").removeprefix("layers.").replace(".activity.", " ")
            where = where.removeprefix("activity.")
            parts.append(f"{words(where)} {claim.value:.3g} ({claim.basis})")
    return ", ".join(parts)


def _process(result: Estimate) -> str:
    name = result.design.devices["technology.process"].spec.name
    corner = corner_words(result.design)
    node = f"{_number(result, 'technology.process.feature_size', 'm')} ({name})"
    return f"{node}, {corner}" if corner else node


def _accuracy(result: Estimate) -> str:
    bits = result.totals["effective_bits"]
    if bits is None:
        return "no columns"
    age = weights_age(result)
    return f"{bits:.2g} effective bits, weights " + ("as written" if age is None else f"{age} old")


def _network_accuracy(result: Estimate) -> str:
    accuracy = result.totals["accuracy"]
    return "not measured against errors" if accuracy is None else f"{100.0 * accuracy:.1f} %"


def _spike_energy(result: Estimate) -> str:
    return (
        formatted(sum(result.spike_terms.values()), "J") if result.spike_terms else "no neurons of their own"
    )


def _neuron_lifetime(result: Estimate) -> str:
    lifetime = result.totals["neuron_lifetime_s"]
    if lifetime is None:
        return "no wear"
    return QUANTITIES["neuron_lifetime_s"].without_end(lifetime) or formatted(lifetime, "s")


def _kind(result: Estimate) -> str:
    for part in result.design.root.walk():
        mapper = getattr(part.spec, "mapper", None)
        if mapper is not None:
            return PUBLISHED.get(mapper, "modelled through all stages")
    return "-"


def _fabrication(result: Estimate, shared: frozenset[str]) -> str:
    """Devices of a design by foundry availability, without the shared ones."""
    return devices_by(result, lambda spec: spec.fab_compatibility.status, _FABRICATION, shared)


def _checks(found: Sequence[CheckResult]) -> str:
    return "; ".join(map(str, found)) or "none"


def _network(result: Estimate) -> str:
    title, name = result.network, result.workload.name
    return name if title == name else f"{title} ({name})"


_ATTRIBUTES: Mapping[str, Callable[[Estimate], str]] = {
    "workload": _network,
    "coding": lambda result: coding_words(result.workload.coding, result.claims),
    "task and accuracy": _quality,
    "precision": _precision,
    "activity": _activity,
    "kind": _kind,
    "node": _process,
    "supply": lambda result: _number(result, "technology.supply_voltage", "V"),
    "temperature": temperature_words,
    "operation": operation_words,
    "link": link_names,
    "accuracy of the network": _network_accuracy,
    "accuracy of the columns": _accuracy,
    "energy of a spike": _spike_energy,
    "lifetime of the neurons": _neuron_lifetime,
    "failed checks": lambda result: _checks(result.failed_checks),
    "advice": lambda result: _checks(result.advice),
    "basis of the energy": lambda result: basis_words(result.basis_share["energy"]),
    "basis of the area": lambda result: basis_words(result.basis_share["area"]),
}
"""Attributes in words, in the order of the output."""


def attributes(comparison: Comparison) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Attributes in words with their value in each design, the design first and then its baselines."""
    sides = comparison.estimates
    for what, describe in _ATTRIBUTES.items():
        yield what, tuple(one_line(describe(result)) for result in sides)
    names = [{device.spec.name for device in result.design.devices.values()} for result in sides]
    shared = frozenset.intersection(*map(frozenset, names))
    for what, words_of in (("maturity", maturity_words), ("fabrication", _fabrication)):
        found = tuple(words_of(result, shared) or "only shared devices" for result in sides)
        yield f"{what} of the devices that are not shared", found
