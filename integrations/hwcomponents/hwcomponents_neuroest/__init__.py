"""Blocks of neuroest as hwcomponents models, so that AccelForge can place them in its architectures.

hwcomponents finds this package by its name. Every energy, area and leakage is that of `neuroest.block` for the same
device, process and supply; the log of a model lists checks that do not hold, what is left out, and the sources.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hwcomponents import ActionCost, ComponentModel, action

import neuroest

_NO_WAIT = float("inf")


class _Block(ComponentModel):
    """A block of neuroest.

    Parameters
    ----------
    model : str
        Its model; that of the device if none is named.
    device : str
        Name or path of its device.
    given
        Further arguments of `neuroest.block`; None is left out.
    """

    counted: ClassVar[str]
    """Action of the block in neuroest that ``read`` costs."""

    def __init__(self, model: str, device: str, **given: Any) -> None:
        # AccelForge gives strings of a class of its own
        known = {
            key: f"{value}" if isinstance(value, str) else value
            for key, value in given.items()
            if value is not None
        }
        named = f"{device}"
        self.costs = neuroest.block(model or neuroest.load_device(named).spec.model, device=named, **known)
        super().__init__(leak_power=float(self.costs.static_power), area=float(self.costs.area))
        self.logger.info(f"neuroest {neuroest.__version__}: {self.costs.place}")
        for check in self.costs.failed_checks:
            self.logger.warning(f"does not hold: {check.message}")
        for words in self.costs.left_out:
            self.logger.info(f"left out: {words}")
        for key, source in self.costs.sources.items():
            where = source.doi or source.url or source.arxiv or source.venue
            self.logger.info(f"source {key}: {source.title}, {source.year}, {where}")

    @action
    def read(self) -> ActionCost:
        """The action of the block, under the name that AccelForge gives to those of memories and tolls."""
        return ActionCost(float(self.costs.energies[self.counted]), *self._times())

    def _times(self) -> tuple[float, float]:
        """Latency [s] and throughput [1/s] of the action."""
        return 0.0, _NO_WAIT

    def _characteristic(self, term: str) -> float | None:
        return next((float(row.value) for row in self.costs.rows if row.term == term), None)


class NeuroestNeuron(_Block):
    """A neuron: ``spike`` is one spike with what leads to it; ``read``, for AccelForge's tolls, is the same.

    Parameters
    ----------
    device : str
        Neuron of `neuroest list devices`, or a path.
    process, supply_voltage : str, optional
        Where it works, such as ``cmos_28nm_lp`` and ``0.9 V``.
    layout : str, optional
        ``stacked`` or ``planar``, for neurons with a memristor.
    model : str, optional
        Model of the block, where several take the device.
    """

    component_name: ClassVar[list[str]] = ["NeuroestNeuron", "memristor_neuron"]
    counted: ClassVar[str] = "spike"

    def __init__(
        self, device: str, process: str | None = None, supply_voltage: str | None = None, layout: str | None = None,
        model: str = "",
    ) -> None:  # fmt: skip
        super().__init__(model, device, process=process, supply_voltage=supply_voltage, layout=layout)

    def _times(self) -> tuple[float, float]:
        rate = self._characteristic("highest spike rate")
        return self._characteristic("integration time") or 0.0, rate or _NO_WAIT

    @action
    def spike(self) -> ActionCost:
        """One spike."""
        return self.read()


class NeuroestCell(_Block):
    """A memory cell in its array: ``read`` passes a column's current, ``write`` programs.

    Parameters
    ----------
    device : str
        Cell of `neuroest list devices`, or a path.
    inside : str
        Chip of neuroest whose array is around the cell.
    model : str, optional
        Model of the block, where several take the device.
    """

    component_name: ClassVar[list[str]] = ["NeuroestCell", "memristor_cell"]
    counted: ClassVar[str] = "cell_read"

    def __init__(self, device: str, inside: str = "adc_crossbar_28nm", model: str = "") -> None:
        super().__init__(model, device, inside=inside)

    @action
    def write(self) -> ActionCost:
        """Programming of one cell."""
        return ActionCost(float(self.costs.energies["program"]), *self._times())


class NeuroestConverter(_Block):
    """An analog-to-digital converter: ``convert``, and ``read`` for AccelForge's tolls.

    Parameters
    ----------
    device : str
        Converter of `neuroest list devices`, or a path.
    n_bits : int
        Resolution.
    throughput : float, optional
        Conversions a second, for converters whose energy depends on it. [1/s]
    process, supply_voltage : str, optional
        Where it works.
    model : str, optional
        Model of the block, where several take the device.
    """

    component_name: ClassVar[list[str]] = ["NeuroestConverter", "neuroest_adc"]
    counted: ClassVar[str] = "conversion"

    def __init__(
        self, device: str, n_bits: int, throughput: float | None = None, process: str | None = None,
        supply_voltage: str | None = None, model: str = "",
    ) -> None:  # fmt: skip
        self.throughput = throughput
        super().__init__(
            model,
            device,
            bits=int(n_bits),
            process=process,
            supply_voltage=supply_voltage,
            sample_rate=throughput,
        )

    def _times(self) -> tuple[float, float]:
        return (1.0 / self.throughput, self.throughput) if self.throughput else (0.0, _NO_WAIT)

    @action
    def convert(self) -> ActionCost:
        """One conversion."""
        return self.read()


class NeuroestRowDriver(_Block):
    """A driver of one row: ``drive``, and ``read`` for AccelForge's tolls.

    Parameters
    ----------
    device : str
        Driver of `neuroest list devices`, or a path.
    inside : str
        Chip of neuroest whose array is around the driver.
    process, supply_voltage : str, optional
        Where it works.
    model : str, optional
        Model of the block, where several take the device.
    """

    component_name: ClassVar[list[str]] = ["NeuroestRowDriver", "memristor_row_driver"]
    counted: ClassVar[str] = "row_toggle"

    def __init__(
        self, device: str, inside: str = "adc_crossbar_28nm", process: str | None = None,
        supply_voltage: str | None = None, model: str = "",
    ) -> None:  # fmt: skip
        super().__init__(model, device, inside=inside, process=process, supply_voltage=supply_voltage)

    @action
    def drive(self) -> ActionCost:
        """One pulse on the row."""
        return self.read()
