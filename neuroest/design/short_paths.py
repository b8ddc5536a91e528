"""Short paths: the last elements of a path identify it if they are unique."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.design.build import Design, build
from neuroest.specs.architecture import ArchitectureSpec, Operation, Technology
from neuroest.specs.inheritance import DerivedArchitecture
from neuroest.specs.learning import LEARNING
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import ACTIVITY_QUANTITIES, WorkloadSpec, workload_claims

_T = TypeVar("_T")
_FIRST_WORDS = frozenset(
    {*ArchitectureSpec.model_fields, *DerivedArchitecture.model_fields, "workload", "architecture"}
)
"""First elements of full paths."""
_ROOTS = ("technology", "operation", "workload")
_SPOKEN = {"supply": "supply_voltage", "vdd": "supply_voltage"}
"""Words that results and designers use instead of the name of a key."""
_SET = "--set"
"""Option that paths are given to."""
_MOST_NAMED = 6
"""Maximum number of paths listed in a message; a convention."""


def settable_paths(design: Design) -> tuple[str, ...]:
    """Full paths of everything that can be set in a chip: device parameters, stated or not, and keys of blocks."""
    silent = (
        f"{place}.{name}" for place, device in design.devices.items() for name in device.record.parameters()
    )
    whole_chip = [
        f"{key}.{name}"
        for key, schema in (("technology", Technology), ("operation", Operation))
        for name in schema.model_fields
    ]
    keys = (f"{part.path}.{name}" for part in design.root.walk() for name in type(part.spec).model_fields)
    return tuple(dict.fromkeys((*design.claims, *silent, *whole_chip, *keys)))


def is_whole(path: str) -> bool:
    """Whether a path is a full path."""
    return path.partition(".")[0] in _FIRST_WORDS


def preferred(path: str, found: list[str]) -> list[str]:
    """Paths that a short path means, of those that end in it.

    A path of the whole chip or network comes before those of blocks, and a block before what is inside it.

    Examples
    --------
    >>> preferred("supply_voltage", ["technology.supply_voltage", "chip.tile.supply_voltage"])
    ['technology.supply_voltage']
    >>> preferred("converter", ["chip.readout.converter", "chip.readout.converter.area.converter"])
    ['chip.readout.converter']
    """
    whole = [f"{root}.{path}" for root in _ROOTS if f"{root}.{path}" in found]
    if len(whole) == 1:
        return whole
    shortest = min(found, key=len, default="")
    return (
        [shortest]
        if found and all(one == shortest or one.startswith(f"{shortest}.") for one in found)
        else found
    )


def ending_in(path: str, known: Iterable[str]) -> str:
    """The unique path that ends in these elements, or the elements if there is none.

    Raises
    ------
    NeuroestError
        If several paths match.

    Examples
    --------
    >>> ending_in("array.rows", ["chip.tile.array.rows", "chip.tile.array.columns"])
    'chip.tile.array.rows'
    """
    path = _SPOKEN.get(path, path)
    found = preferred(path, [one for one in known if one.endswith(f".{path}")])
    if len(found) > 1:
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        raise NeuroestError(
            f"{_SET}: {path!r} could be any of {', '.join(found[:_MOST_NAMED])}{more}; write more of the path"
        )
    return found[0] if found else path


def whole_path(path: str, chip: Loaded[ArchitectureSpec], network: WorkloadSpec) -> str:
    """Resolve a short path of a chip or its network.

    Parameters
    ----------
    path : str
        Full or short path; a full one is not looked up.
    chip : Loaded
        The chip.
    network : WorkloadSpec
        The network; its paths are listed after the chip's.

    Raises
    ------
    UnknownNameError
        If no path ends in these elements.
    NeuroestError
        If several paths match.
    """
    if is_whole(path):
        return path
    rule = () if network.learning is None else (f"{LEARNING}rule",)
    known = (*settable_paths(build(chip)), *workload_claims(network), *rule)
    found = ending_in(path, known)
    if found == path:
        words = 1 + path.count(".")
        likely = {".".join(one.split(".")[-words:]): None for one in known}
        names = [*likely, *_SPOKEN, *known, *_FIRST_WORDS]
        if other := _of_other_coding(path, network):
            raise UnknownNameError("path", path, (), other, where=_SET)
        raise UnknownNameError(
            "path", path, names, "`neuroest explain CHIP --all` lists all parameters", where=_SET
        )
    return found


def _of_other_coding(path: str, network: WorkloadSpec) -> str:
    """Whether networks of the other coding have such a number; empty if not."""
    last = path.rpartition(".")[2]
    for coding, names in ACTIVITY_QUANTITIES.items():
        if coding != network.coding and last in (*names, *(("timesteps",) if coding == "spiking" else ())):
            return f"a {network.coding} network such as {network.name} has no {last}"
    return ""


def settings_of(given: Mapping[str, _T] | None) -> dict[str, _T]:
    """Check the settings of a caller; None means no settings.

    Raises
    ------
    NeuroestError
        If they are not a mapping of paths.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(path, str) for path in given):
        raise NeuroestError(
            "settings: expected a mapping of paths to values, such as {'technology.temperature': '310 K'}"
        )
    return dict(given)


def whole_paths(
    settings: Mapping[str, _T], chip: Loaded[ArchitectureSpec], network: WorkloadSpec
) -> dict[str, _T]:
    """Settings with full paths.

    Raises
    ------
    NeuroestError
        If a short path is ambiguous, or if two settings have the same path.
    """
    whole: dict[str, _T] = {}
    for path, value in settings.items():
        name = whole_path(path, chip, network)
        if name in whole:
            raise NeuroestError(f"{_SET}: {path!r} and another setting both mean {name}; state one of them")
        whole[name] = value
    return whole
