"""All laws that can be fitted, and the device models that they belong to."""

from collections.abc import Mapping

from neuroest.fitting.laws import accumulating, cmos, resistive, threshold_switch
from neuroest.fitting.laws.base import Family, Law

LAWS: tuple[Law, ...] = (*threshold_switch.LAWS, *resistive.LAWS, *accumulating.LAWS, *cmos.LAWS)
"""Laws that can be fitted."""
REQUESTED: Mapping[str, tuple[Law, ...]] = {resistive.PASSIVE.model: resistive.PASSIVE_LAWS}
"""Laws of device models that are fitted only if they are named, since another one reads the same curves."""
FAMILIES: Mapping[str, Family] = {
    family.model: family
    for family in (
        threshold_switch.FAMILY,
        resistive.FAMILY,
        *accumulating.FAMILIES,
        cmos.FAMILY,
        resistive.PASSIVE,
    )
}
"""Device models of these laws, by name."""


def laws_of(experiment: str, model: str | None = None) -> list[Law]:
    """Laws for an experiment, for one device model, or for all that are fitted without being named."""
    mine = REQUESTED.get(model or "", LAWS)
    return [law for law in mine if law.experiment == experiment and model in {None, law.model}]
