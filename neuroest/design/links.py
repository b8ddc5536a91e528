"""Links of the library that a chip may choose from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

from neuroest.blocks.interconnect.off_chip_link import AUTO, OffChipBlock
from neuroest.core.errors import QuantityError
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import format_quantity
from neuroest.loading.library import Device, devices_of, load_device
from neuroest.specs.architecture import ArchitectureSpec
from neuroest.specs.loaded import Loaded

MODES = ("none", "off", "between_timesteps")
"""Sleep of a link that `sleep: auto` chooses from."""


@frozen_dataclass(eq=False)
class LinkChoice:
    """Link that was chosen for the pace of a chip.

    Attributes
    ----------
    path : str
        Path of the link in the chip.
    device : str
        Name of the chosen device.
    sleep : str
        Its sleep.
    devices : tuple of str
        All that span the distance; the one that the file names if only the sleep was open.
    period : float
        Time from one inference to the next for which it was chosen. [s].
    energies : mapping
        Energy of an inference with each device and sleep that keeps the pace. [J].
    loaded : Loaded
        The architecture as its file states it.
    settings : mapping
        Changed values of the run, by path.
    """

    path: str
    device: str
    sleep: str
    devices: tuple[str, ...]
    period: float
    energies: Mapping[tuple[str, str], float]
    loaded: Loaded[ArchitectureSpec]
    settings: Mapping[str, Any]

    @property
    def chosen(self) -> dict[str, str]:
        """The choice as settings of the chip."""
        return {f"{self.path}.device": self.device, f"{self.path}.sleep": self.sleep}

    @property
    def words(self) -> str:
        """Device and sleep as text, such as ``lvds_powered_down asleep between timesteps``."""
        asleep = {
            "none": "",
            "off": " asleep between inferences",
            "between_timesteps": " asleep between timesteps",
        }
        return f"{self.device}{asleep[self.sleep]}"


def is_open(spec: Any) -> TypeGuard[OffChipBlock]:
    """Whether a block is a link whose device or sleep the file leaves to the pace."""
    return isinstance(spec, OffChipBlock) and AUTO in (spec.device, spec.sleep)


def library() -> tuple[Device, ...]:
    """All links that ship or that a plug-in brings, in the order of their names."""
    return tuple(load_device(name) for name in sorted(devices_of(OffChipBlock.device_model())))


def candidates(spec: OffChipBlock, named_in: Path | None) -> tuple[Device, ...]:
    """Links that an open block may become, in the order of their names.

    Raises
    ------
    NeuroestError
        If a named device does not exist.
    QuantityError
        If none spans the distance, with the longest reach.
    """
    if spec.device != AUTO:
        return (load_device(spec.device, named_in),)
    links = tuple(load_device(name, named_in) for name in spec.candidates) or library()
    reaches = {device.spec.name: device.claims["reach"].value for device in links if "reach" in device.claims}
    distance = spec.distance or 0.0
    spanning = tuple(device for device in links if distance <= reaches.get(device.spec.name, 0.0))
    if not spanning:
        farthest = max(reaches, key=lambda name: reaches[name], default="none")
        raise QuantityError(
            f"none of {len(links)} links spans {format_quantity(distance, 'm')}; the farthest is {farthest} with "
            f"{format_quantity(reaches.get(farthest, 0.0), 'm')}"
        )
    return spanning
