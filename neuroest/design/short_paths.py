"""Short paths: the last words of a path stand for the whole, where only one path ends so."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.design.build import build
from neuroest.specs.architecture import ArchitectureSpec, Operation, Technology
from neuroest.specs.inheritance import DerivedArchitecture
from neuroest.specs.learning import LEARNING
from neuroest.specs.loaded import Loaded
from neuroest.specs.workload import WorkloadSpec, workload_claims

_T = TypeVar("_T")
_FIRST_WORDS = frozenset(
    {*ArchitectureSpec.model_fields, *DerivedArchitecture.model_fields, "workload", "architecture"}
)
"""Words that a whole path begins with."""
_MOST_NAMED = 6
"""Paths that a message lists; a convention."""


def settable_paths(chip: Loaded[ArchitectureSpec]) -> tuple[str, ...]:
    """Whole paths of everything that can be set in a chip: parameters of devices, stated or not, and keys of blocks."""
    design = build(chip)
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
    """Whether a path begins where files begin."""
    return path.partition(".")[0] in _FIRST_WORDS


def ending_in(path: str, known: Iterable[str]) -> str:
    """The one path that ends in these words, or the words where none does.

    Raises
    ------
    NeuroestError
        When several do.

    Examples
    --------
    >>> ending_in("array.rows", ["chip.tile.array.rows", "chip.tile.array.columns"])
    'chip.tile.array.rows'
    """
    found = [one for one in known if one.endswith(f".{path}")]
    if len(found) > 1:
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        raise NeuroestError(
            f"{path!r} could be any of {', '.join(found[:_MOST_NAMED])}{more}; write more of the path"
        )
    return found[0] if found else path


def whole_path(path: str, chip: Loaded[ArchitectureSpec], network: WorkloadSpec) -> str:
    """A path of a chip or its network, of which the last words were given.

    Parameters
    ----------
    path : str
        Path, whole or short; a whole one is not looked up.
    chip : Loaded
        The chip.
    network : WorkloadSpec
        The network, whose numbers come second.

    Raises
    ------
    UnknownNameError
        When no path ends in these words.
    NeuroestError
        When several do.
    """
    if is_whole(path):
        return path
    rule = () if network.learning is None else (f"{LEARNING}rule",)
    known = (*settable_paths(chip), *workload_claims(network), *rule)
    found = ending_in(path, known)
    if found == path:
        words = 1 + path.count(".")
        likely = {".".join(one.split(".")[-words:]): None for one in known}
        raise UnknownNameError("path", path, [*likely, *known], "`neuroest explain` lists all parameters")
    return found


def settings_of(given: Mapping[str, _T] | None) -> dict[str, _T]:
    """Settings as a caller gives them, or none.

    Raises
    ------
    NeuroestError
        When they are no mapping of paths.
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
    """Settings with their paths written out.

    Raises
    ------
    NeuroestError
        When a short path could be several, or when two settings mean the same path.
    """
    whole: dict[str, _T] = {}
    for path, value in settings.items():
        name = whole_path(path, chip, network)
        if name in whole:
            raise NeuroestError(f"{path!r} and another setting both mean {name}; state one of them")
        whole[name] = value
    return whole
