"""Write a device spec from a fit: each value with its basis and band, and the values that the data do not determine."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from neuroest.core.errors import NeuroestError
from neuroest.core.units import format_quantity
from neuroest.fitting.choice import moving_together
from neuroest.fitting.estimation import Fit
from neuroest.fitting.headers import Measurements
from neuroest.loading.library import Device, load_device
from neuroest.specs.claims import BASES, Claim
from neuroest.specs.parameters import CHOSEN

_SOURCE = "fitted_measurement"
_SCATTERS = frozenset({"switching_delay"})
"""Parameters in proportion to which the result of a law moves, so that its scatter is theirs."""
_STAGE = {"measured": "laboratory_device", "simulated": "simulated"}


def write_text(path: Path, text: str) -> None:
    """Write the text of a device spec atomically, and only if it loads.

    Raises
    ------
    NeuroestError
        If the text is not a valid device spec.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".neuroest-") as folder:
        draft = Path(folder) / path.name
        draft.write_text(text, encoding="utf-8")
        load_device(str(draft))
        os.replace(draft, path)  # noqa: PTH105


def spec_text(name: str, template: Device, data: Measurements, result: Fit) -> str:
    """Text of the spec."""
    basis = data_basis(data)
    content: dict[str, Any] = {
        "kind": "device",
        "name": name,
        "model": template.spec.model,
        "description": (
            f"Fitted to {Path(data.file).name}. What those data do not cover is taken from {template.spec.name}, "
            "parameter by parameter as stated."
        ),
        "maturity": {
            "stage": _STAGE.get(basis, "laboratory_device"),
            "reason": f"Fitted to {', '.join(e.layout.about for e in data.experiments)}.",
        },
        "fab_compatibility": template.spec.fab_compatibility.model_dump(),
    }
    if template.spec.process is not None:
        content["process"] = template.spec.process
    groups = {} if result.laws else result.groups()
    content["parameters"] = {
        key: entry
        for key in template.record.parameters()
        if (entry := _entry(key, template, data, result, groups)) is not None
    }
    for key, (group, opposite) in (moving_together(result) if result.laws else {}).items():
        content["parameters"][key] |= {"group": group} | ({"opposite": True} if opposite else {})
    content["sources"] = {
        _SOURCE: {"type": "misc", "title": _title(data), "seen": "primary"},
        **{
            key: value.model_dump(mode="json", exclude_none=True)
            for key, value in template.spec.sources.items()
        },
    }
    content["notes"] = [*_notes(template, result)]
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=118)


def _entry(
    name: str, template: Device, data: Measurements, result: Fit, groups: Mapping[str, str]
) -> dict[str, Any] | None:
    """One parameter: fitted, fixed by a law, bounded, completed, or kept; None if no source states it."""
    claim = template.claims.get(name)
    unit = template.record.parameters()[name].check.unit
    law = result.law_of(name)
    if name == "firing_device_spread" and result.device_to_device is not None:
        median = result.values.get("firing_median_voltage", template.claims["firing_median_voltage"].value)
        return {
            "value": _quantity(result.device_to_device * median, "V"),
            "spread": {"factor": 1.5},
            "basis": data_basis(data),
            "source": _SOURCE,
            "rationale": "Deviation of the drive between the devices of the measurement, times the median amplitude.",
        }
    if name in result.completions:
        return _completed(name, claim, unit, result)
    if name in result.fitted:
        return _fitted(name, claim, unit, data, result, groups)
    if law is not None and name in law.settings:
        return {
            "value": _quantity(law.settings[name], unit, 6), "basis": _basis(name, data, result), "source": _SOURCE,
            "locator": law.law.experiment,
            "rationale": f"Fixed by the fit: {law.formula()}.{_reservations(name, result)}",
        }  # fmt: skip
    if law is not None and name in law.bounds:
        value = law.bounds[name]
        least = value * law.law.least_of_bound
        low = min(least, claim.low) if claim is not None else least
        return {
            "value": _quantity(value, unit), "spread": {"low": _quantity(low, unit), "shape": "one_sided"},
            "basis": _basis(name, data, result), "source": _SOURCE, "locator": law.law.experiment,
            "rationale": f"An upper bound: {law.law.bounded_by}.",
        }  # fmt: skip
    if claim is None:
        return None
    entry = _held(name, claim, template, result)
    if result.laws and template.record.declared[name].exact == CHOSEN:
        # a design choice is neither right nor wrong, so the range in other designs does not matter
        entry.pop("spread", None)
    return entry


def _completed(name: str, claim: Claim | None, unit: str, result: Fit) -> dict[str, Any]:
    found = result.completions[name]
    entry: dict[str, Any] = {
        "value": _quantity(found.value, unit), "basis": "assumed", "rationale": f"{found.why}.",
    }  # fmt: skip
    if found.factor is not None:
        entry["spread"] = {"factor": float(f"{max(1.001, found.factor):.4g}")}
        doubted = bool(found.follows and result.reservations_of(found.follows)) or bool(result.rejected)
        entry |= {"basis": "assumed" if doubted else "derived", "source": _SOURCE}
    elif found.low is not None:
        entry["spread"] = {"low": _quantity(found.low, unit), "shape": "one_sided"}
    elif claim is not None and claim.has_spread and claim.low > 0.0 and not found.chosen:
        # the same relative band as in the template
        ends = (found.value * claim.low / claim.value, found.value * claim.high / claim.value)
        entry["spread"] = {"low": _quantity(ends[0], unit), "high": _quantity(ends[1], unit)}
    return entry


def data_basis(data: Measurements) -> str:
    """``measured``, unless a comment ``# basis:`` in the file says otherwise."""
    stated = data.comments.get("basis", "measured")
    if stated not in BASES:
        raise NeuroestError(f"{data.file}: unknown basis {stated!r}; allowed: {', '.join(BASES)}")
    return stated


def _basis(name: str, data: Measurements, result: Fit) -> str:
    """Basis of a value from the fit: that of the data, unless something contradicts it."""
    return "assumed" if result.rejected or result.reservations_of(name) else data_basis(data)


def _reservations(name: str, result: Fit) -> str:
    """Why a value is not called measured, as a sentence; empty if it is."""
    found = result.reservations_of(name)
    return f" Not called measured: {'; '.join(found)}." if found else ""


def _title(data: Measurements) -> str:
    parts = [f"Measurement {Path(data.file).name}"]
    parts += [
        f"{key}: {data.comments[key]}" for key in ("source", "locator", "cited_in") if key in data.comments
    ]
    return "; ".join(parts)


def _quantity(value: float, unit: str, digits: int = 4) -> str | float:
    if unit == "1":
        return float(f"{value:.{digits}g}")
    text = format_quantity(value, unit, digits)
    # far below the smallest prefix, all digits would be lost
    return text if text[:1] != "0" or value >= 1e-18 else f"{value:.{digits - 1}e} {unit}"


def _rationale(name: str, result: Fit) -> str:
    if result.rejected:
        return f"Fitted, model rejected: {result.rejected}. The spread holds every row by itself."
    law = result.law_of(name)
    if law is None:
        how = "Robust least squares; the spread is that of the fit, including the parameters that were not fitted."
        return how + _reservations(name, result)
    return (
        f"Determined by {_article(law.law.determined_by[name])}; {law.formula()}. The spread is that of fits without "
        f"each condition and each device.{_reservations(name, result)}"
    )


def _article(words: str) -> str:
    """Add an article to words that are not a clause."""
    return words if words.startswith("how ") else f"the {words}"


def _fitted(
    name: str, claim: Claim | None, unit: str, data: Measurements, result: Fit, groups: Mapping[str, str]
) -> dict[str, Any]:
    law = result.law_of(name)
    entry: dict[str, Any] = {
        "value": _quantity(result.values[name], unit),
        "spread": {"factor": float(f"{max(1.001, result.factor(name)):.4g}")},
        "basis": _basis(name, data, result),
        "source": _SOURCE,
        "locator": law.law.experiment if law else ", ".join(e.layout.name for e in data.experiments),
        "rationale": _rationale(name, result),
    }
    if not np.isfinite(result.factor(name)):
        entry |= _undetermined(name, claim, unit, result.values[name])
    if name == "relaxation_time" and law is not None:
        amplitude, width = (law.settings[f"reference_{key}"] for key in ("amplitude", "width"))
        entry["conditions"] = (
            f"after a pulse of {format_quantity(amplitude, 'V')} and {format_quantity(width, 's')}"
        )
    if name == "firing_median_voltage" and claim is not None:
        widths = [e.columns["pulse_width"] for e in data.experiments if e.layout.name == "firing_probability"]
        entry["conditions"] = f"one pulse of {format_quantity(float(widths[0][0]), 's')}"
        entry |= _variability(claim, result)
    if name in _SCATTERS and law is not None:
        entry |= _variability(claim, result)
    if name in groups:
        entry["group"] = groups[name]
    return entry


def _undetermined(name: str, claim: Claim | None, unit: str, value: float) -> dict[str, Any]:
    """A fitted value that the data only bound; the far end of the template's band is the other bound.

    Raises
    ------
    NeuroestError
        If no template has a band, so a spec could state nothing.
    """
    if claim is None or not claim.has_spread or not claim.low > 0.0:
        raise NeuroestError(
            f"{name}: the data do not determine it, and no band is known; state one in a template, or measure "
            "what depends on it"
        )
    above = claim.high / value >= value / claim.low
    end = {"high": _quantity(claim.high, unit)} if above else {"low": _quantity(claim.low, unit)}
    return {
        "spread": {**end, "shape": "one_sided"}, "basis": "assumed",
        "rationale": (
            "A bound: the data do not determine it within any factor; the other end is that of the template's band."
        ),
    }  # fmt: skip


def _held(name: str, claim: Claim, template: Device, result: Fit) -> dict[str, Any]:
    why = result.held.get(name, "the fit does not touch it")
    entry: dict[str, Any] = {
        "value": _quantity(claim.value, claim.unit, 6),
        "basis": "assumed",
        "rationale": (
            f"Not from this measurement: {why}. Taken from {template.spec.name}, where it is {claim.basis}"
            + (f": {claim.rationale}" if claim.rationale else ".")
        ),
    }
    if claim.has_spread:
        entry["spread"] = claim.spread_entry(lambda end: _quantity(end, claim.unit, 6))
    for key in ("source", "locator", "cited_in", "conditions"):
        if (value := getattr(claim, key)) is not None:
            entry[key] = value
    return entry | _variability(claim, result if name == "firing_median_voltage" else None)


def _variability(claim: Claim | None, result: Fit | None) -> dict[str, Any]:
    """Deviations between devices and cycles: measured if the data contain repetitions, otherwise from the template."""
    device, cycle = (None, None) if claim is None else (claim.device_to_device, claim.cycle_to_cycle)
    if result is not None:
        device = result.device_to_device if result.device_to_device is not None else device
        cycle = result.cycle_to_cycle if result.cycle_to_cycle is not None else cycle
    stated = {"device_to_device": device, "cycle_to_cycle": cycle}
    known = {key: f"{100.0 * value:.3g} %" for key, value in stated.items() if value is not None}
    return {"variability": known} if known else {}


def _notes(template: Device, result: Fit) -> Iterator[str]:
    misfit = ", ".join(f"{name} {100.0 * value:.2g} %" for name, value in result.misfit.items())
    yield f"Median misfit of the fit: {misfit}."
    yield from (f"{fit.law.experiment}: {fit.formula()}." for fit in result.laws)
    yield from (f"{fit.law.experiment}: {text}." for fit in result.laws for text in fit.notes)
    if result.held:
        held = "; ".join(f"{name} ({why})" for name, why in result.held.items())
        yield f"Held at the values of {template.spec.name}: {held}."
    yield from (f"Left open by the data, {text}." for text in result.combinations)
    yield from (f"{a} and {b} are known together only (correlation {c:.2f})." for a, b, c in result.opposed())
    yield from (f"Contradiction in the data: {text}." for text in result.contradictions)
    what = "result" if result.laws else "drive"
    if result.device_to_device is not None:
        yield f"Deviation of the {what} between devices: {100.0 * result.device_to_device:.2g} %."
    if result.cycle_to_cycle is not None:
        yield f"Deviation of the {what} between cycles: {100.0 * result.cycle_to_cycle:.2g} %."
