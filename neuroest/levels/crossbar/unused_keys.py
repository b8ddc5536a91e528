"""Keys of an array and its circuits that have no effect on the chip as described."""

from typing import Any

import numpy as np

from neuroest.blocks.base import Check, Component
from neuroest.blocks.converters.sense_amplifier import SenseAmplifier
from neuroest.core.docstrings import section
from neuroest.levels.crossbar.array import CrossbarArray


def unused_key_checks(array: CrossbarArray) -> list[Check]:
    """Whether each key that needs another one finds it; one check for each key that the file states.

    Checks
    ------
    offset_subtraction_used
        offset_subtraction has no effect, since only weight_encoding offset has an offset; leave it out
    drift_correction_used
        drift_correction has no effect, since the array states no time_since_programming or refresh_interval
    inferences_per_pass_used
        inferences_per_pass has no effect, since oversize is refuse; use oversize time_multiplex
    dropped_bits_used
        dropped_bits has no effect, since the converter states its bits; leave one of them out
    takes_used
        takes has no effect, since an interface or charge-domain cells determine what the converter receives; it
        applies to converters directly at columns of conducting cells
    full_scale_used
        full scales have no effect on a sense amplifier, which compares with one threshold; leave them out
    current_spreads_used
        current_spreads has no effect, since only weight_encoding row_differential sizes the clamp by it; use
        active_rows
    active_rows_used
        active_rows has no effect, since bias_follows is mapped_current
    rows_per_driver_used
        rows_per_driver has no effect, since only weight_encoding row_differential has pairs of rows
    overlap_window_used
        overlap_window has no effect, since update_timing is not overlapping_pulses
    plates_used
        plates has no effect, since polarity one grounds them
    """
    spec, slots = array.spec, array.readout.slots
    found = [
        _check(array, "offset_subtraction", spec.weight_encoding == "offset"),
        _check(array, "drift_correction", array.age is not None or spec.drift_correction == "none"),
        _check(array, "inferences_per_pass", spec.oversize == "time_multiplex"),
    ]
    opposed = spec.weight_encoding == "row_differential"
    found.append(_check(array.driver, "rows_per_driver", opposed or not array.driver.drives_pairs))
    converter, interface = slots.get("converter"), slots.get("interface")
    if converter is not None:
        none_dropped = not np.any(np.asarray(converter.options.get("dropped_bits", 0.0)) > 0.0)
        found.append(_check(converter, "dropped_bits", none_dropped or "bits" not in converter.options))
        bare = interface is None and not array.adds_charges
        found.append(_check(converter, "takes", bare or getattr(converter.spec, "takes", "") != "current"))
        ranged = {"full_scale", "full_scale_spreads"} & array.readout.spec.model_fields_set
        if ranged and isinstance(converter, SenseAmplifier):
            found.append(_stated(array.readout, "full_scale_used", used=False))
    if interface is not None:
        follows = getattr(interface.spec, "bias_follows", "stated_current")
        found.append(_check(interface, "current_spreads", opposed))
        found.append(_check(interface, "active_rows", follows == "stated_current"))
    writing = array.write_circuit
    if writing is not None:
        timed = writing.spec.update_timing == "overlapping_pulses"
        found.append(_check(writing, "overlap_window", timed))
        found.append(_check(writing, "plates", writing.spec.polarity == "both"))
    return [check for check in found if check is not None]


def _check(part: Component[Any], key: str, used: bool) -> Check | None:
    """The check of a key, if the file states it."""
    return _stated(part, f"{key}_used", used=used) if key in part.spec.model_fields_set else None


def _stated(part: Component[Any], name: str, *, used: bool) -> Check:
    """Advice about a key of a part."""
    return Check(
        name,
        part.path,
        "advice",
        np.asarray(used),
        section(unused_key_checks, "Checks").get(name, name.replace("_", " ")),
    )
