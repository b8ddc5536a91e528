"""Cores and processors that are known by published figures."""

from typing import ClassVar, Literal

from neuroest.specs.base import Count, PositiveFractionOrAuto, PositiveNumberOrAuto
from neuroest.specs.blocks import DeviceBlock


class EventEnergiesBlock(DeviceBlock):
    """All that a core does, by published energies and times per event."""

    device_model: ClassVar[str | None] = "event_energies"
    model: Literal["event_energies"]
    active_fraction: PositiveFractionOrAuto = "auto"
    """Share of the neuron updates that count as active; auto: the spike rate of the layer."""
    hops: PositiveNumberOrAuto = "auto"
    """Hops of a spike between tiles; auto: from the sizes of neighbouring layers."""


class RooflineBlock(DeviceBlock):
    """Processor known by peak rate, bandwidth and power."""

    device_model: ClassVar[str | None] = "roofline_processor"
    model: Literal["roofline_processor"]
    batch: Count
    """Inferences that are computed together and share one reading of the weights."""
