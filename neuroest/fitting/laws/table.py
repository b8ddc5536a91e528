"""All laws that can be fitted, and the device models that they belong to."""

from collections.abc import Mapping

from neuroest.fitting.laws import accumulating, cmos, resistive, threshold_switch
from neuroest.fitting.laws.base import Family, Law

LAWS: tuple[Law, ...] = (*threshold_switch.LAWS, *resistive.LAWS, *accumulating.LAWS, *cmos.LAWS)
"""Laws that can be fitted."""
FAMILIES: Mapping[str, Family] = {
    family.model: family
    for family in (threshold_switch.FAMILY, resistive.FAMILY, *accumulating.FAMILIES, cmos.FAMILY)
}
"""Device models of these laws, by name."""


def laws_of(experiment: str, model: str | None = None) -> list[Law]:
    """Laws for an experiment, for one device model or all."""
    return [law for law in LAWS if law.experiment == experiment and model in {None, law.model}]
