"""Change single values of an architecture or a workload without editing its file.

The last elements of a path identify it if they are unique.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from neuroest.core.errors import (
    NeuroestError,
    Problem,
    QuantityError,
    SpecError,
    UnknownNameError,
    did_you_mean,
    first_few,
    raise_all,
)
from neuroest.design.build import Design, build
from neuroest.registry import BLOCKS
from neuroest.specs.architecture import ArchitectureSpec, Operation, Technology
from neuroest.specs.base import QuantityField
from neuroest.specs.claims import DESIGN, Claim
from neuroest.specs.inheritance import DerivedArchitecture
from neuroest.specs.learning import LEARNING, named_rules
from neuroest.specs.loaded import Loaded
from neuroest.specs.messages import reached, validate
from neuroest.specs.parameters import ParameterInfo
from neuroest.specs.workload import ACTIVITY_QUANTITIES, WorkloadSpec, number_field, workload_claims

_T = TypeVar("_T")
_FIRST_WORDS = frozenset(
    {*ArchitectureSpec.model_fields, *DerivedArchitecture.model_fields, "workload", "architecture"}
)
"""First elements of full paths."""
_ROOTS = ("technology", "operation", "workload")
SPOKEN = MappingProxyType({"supply": "supply_voltage", "vdd": "supply_voltage"})
"""Words that results and designers use instead of the name of a key."""
SETTING = "--set"
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
    inside = all(one == shortest or one.startswith(f"{shortest}.") for one in found)
    return [shortest] if found and inside else found


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
    path = SPOKEN.get(path, path)
    found = preferred(path, [one for one in known if one.endswith(f".{path}")])
    if len(found) > 1:
        some = first_few(found, _MOST_NAMED)
        raise NeuroestError(f"{SETTING}: {path!r} could be any of {some}; write more of the path")
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
        names = [*likely, *SPOKEN, *known, *_FIRST_WORDS]
        last = path.rpartition(".")[2]
        for coding, own in ACTIVITY_QUANTITIES.items():
            if coding != network.coding and last in (*own, *(("timesteps",) if coding == "spiking" else ())):
                hint = f"a {network.coding} network such as {network.name} has no {last}"
                raise UnknownNameError("path", path, (), hint, where=SETTING)
        raise UnknownNameError(
            "path", path, names, "`neuroest explain CHIP --all` lists all parameters", where=SETTING
        )
    return found


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
            raise NeuroestError(
                f"{SETTING}: {path!r} and another setting both mean {name}; state one of them"
            )
        whole[name] = value
    return whole


_MOST_SETTINGS = 1_000
_PLAIN = re.compile(r"\d+(\.\d*)?")
"""A number without a unit; where a workload's file takes bits, so does a setting."""
_ALTERNATIVES = {
    "temperature": ("ambient_temperature", "package", "thermal_resistance"),
    "ambient_temperature": ("temperature",),
    "package": ("thermal_resistance",),
    "thermal_resistance": ("package",),
}
"""Keys of `technology` that replace others."""


def parse_settings(texts: list[str]) -> dict[str, str]:
    """Settings from ``path=value`` texts.

    Raises
    ------
    SpecError
        If a text has no ``=``, a path is empty, or a path is set twice.
    """
    settings: dict[str, str] = {}
    problems = []
    for text in texts:
        path, equals, value = text.partition("=")
        path = path.strip()
        if not equals or not path or not value.strip():
            problems.append(
                Problem(SETTING, 0, 0, text, "expected path=value, such as chip.tile.array.rows=256")
            )
        elif path in settings:
            problems.append(Problem(SETTING, 0, 0, path, "is set twice"))
        else:
            settings[path] = value.strip()
    raise_all(problems)
    return settings


def design_with(loaded: Loaded[ArchitectureSpec], settings: Mapping[str, Any]) -> Design:
    """Build the design of an architecture with some values changed.

    Parameters
    ----------
    loaded : Loaded
        The architecture.
    settings : mapping of str to str or mapping
        New value by path, in the notation of a file: a choice (``chip.tile.array.rows``), a block with its keys, a
        device (``chip.tile.array.cell.device``) or one of its parameters (``chip.tile.array.cell.high_conductance``).
        `workload_with` handles paths that begin with ``workload.``.

    Raises
    ------
    SpecError
        With all invalid settings.
    UnknownNameError
        If a path does not exist.
    """
    if len(settings) > _MOST_SETTINGS:
        message = f"{len(settings)} values are set, at most {_MOST_SETTINGS} are allowed; change the file"
        raise SpecError([Problem(SETTING, 0, 0, "", message)])
    wanted = {
        path: deepcopy(value)  # later settings may change keys inside a block
        for path, value in settings.items()
        if not path.startswith("workload.")
    }
    if not wanted:
        return build(loaded)
    data = loaded.document.data
    chosen: list[str] = []
    _instead(data, wanted)
    for path, value in wanted.items():
        if _set(data, path.split("."), value):
            chosen.append(path)
    if chosen:
        try:
            spec = validate(ArchitectureSpec, loaded.document.with_data(data))
        except SpecError as error:
            raise SpecError(_as_settings(error, chosen, wanted)) from None
        shown = {key: getattr(loaded.spec, key) for key in ("name", "title") if key not in chosen}
        spec = spec.model_copy(update=shown)  # a label is in no file
        loaded = replace(loaded, spec=spec, document=loaded.document.with_data(data))
    try:
        design = build(loaded)
    except SpecError as error:
        raise SpecError(_as_settings(error, chosen, wanted)) from None
    parameters = {path: value for path, value in wanted.items() if path not in chosen}
    return _with_parameters(design, parameters)


def _instead(data: Any, wanted: Mapping[str, str]) -> None:
    """Remove keys that the setting replaces: a chip has a fixed temperature or an ambient one, not both."""
    technology = data.get("technology")
    if not isinstance(technology, dict):
        return
    for one, others in _ALTERNATIVES.items():
        if f"technology.{one}" in wanted:
            for other in others:
                if f"technology.{other}" not in wanted:
                    technology.pop(other, None)


def _set(data: Any, path: list[str], value: Any) -> bool:
    """Set a key that the file has or could have; False if the path may be a device parameter."""
    node, found = reached(data, path[:-1])
    if found < len(path) - 1 or not isinstance(node, dict):
        return False
    if path[-1] not in node and "device" in node:
        model = str(node.get("model"))
        if model not in BLOCKS or path[-1] not in BLOCKS[model].model_fields:
            return False
    if isinstance(node.get(path[-1]), dict) and "model" in node[path[-1]] and isinstance(value, str):
        keys = " or ".join(f"{'.'.join(path)}.{key}" for key in node[path[-1]])
        message = f"this is a block, which has keys; set {keys}"
        raise SpecError([Problem(SETTING, 0, 0, f"{'.'.join(path)}={value}", message)])
    if isinstance(value, str) and isinstance(node.get(path[-1]), list):
        node[path[-1]] = [item.strip() for item in value.strip("[]").split(",")]
    else:
        node[path[-1]] = value
    return True


def settings_at(path: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a part of a chip: those of its own path, of a path that contains it, or of a path inside it.

    Examples
    --------
    >>> settings_at("chip.tile.array", {"chip.tile.array.rows": "64", "chip.link": "usb"})
    {'chip.tile.array.rows': '64'}
    """
    return {
        one: value
        for one, value in settings.items()
        if path == one or path.startswith(f"{one}.") or one.startswith(f"{path}.")
    }


def _as_settings(error: SpecError, chosen: list[str], settings: Mapping[str, str]) -> Iterator[Problem]:
    """The problems at the settings that make them; the file had none without settings."""
    wanted = {path: settings[path] for path in chosen}
    for problem in error.problems:
        near = settings_at(problem.path, wanted)
        if near:
            stated = ", ".join(f"{path}={value}" for path, value in near.items())
            several = next(filter(None, map(_several, near.values())), "")
            yield Problem(SETTING, 0, 0, stated, f"{problem.message}{several}")
        else:
            yield problem


def _several(value: Any) -> str:
    """Where several values belong; empty for one."""
    return "; `neuroest sweep` takes several values" if isinstance(value, str) and "," in value else ""


def _with_parameters(design: Design, parameters: Mapping[str, str]) -> Design:
    claims = dict(design.claims)
    problems = []
    for path, text in parameters.items():
        silent = None if path in claims else _left_out(design, path)
        if path not in claims and silent is None:
            raise UnknownNameError(
                "parameter", path, settable_paths(design), "`neuroest explain CHIP --all` lists them"
            )
        try:
            if silent is not None:
                claims[path] = _stated(path, silent, text)
            elif text in claims[path].scenarios:
                claims[path] = claims[path].under(text)
            else:
                claims[path] = _changed(claims[path], _check(design, path, claims[path]).read(text))
        except QuantityError as error:
            known = claims[path].scenarios if path in claims else ()
            named = f"; or a scenario: {', '.join(known)}" if known else ""
            problems.append(Problem(SETTING, 0, 0, f"{path}={text}", f"{error}{named}{_several(text)}"))
    raise_all(problems)
    return replace(design, claims=MappingProxyType(claims))


def _left_out(design: Design, path: str) -> ParameterInfo | None:
    """An optional parameter that the device's file does not state; None for anything else."""
    owner, _, name = path.rpartition(".")
    device = design.devices.get(owner)
    found = None if device is None else device.record.parameters().get(name)
    return found if found is not None and found.absent is not None else None


def _stated(path: str, info: ParameterInfo, text: str) -> Claim:
    value = info.check.read(text)
    return Claim(
        path=path, value=value, unit=info.check.unit, basis="assumed", about=info.record, low=value, high=value,
        rationale="set to this value for the run; the file of the device is silent on it", origin=SETTING,
    )  # fmt: skip


def _check(design: Design, path: str, claim: Claim) -> QuantityField:
    owner, _, name = path.rpartition(".")
    device = design.devices.get(owner)
    if device is not None and name in device.record.parameters():
        return device.record.parameters()[name].check
    return QuantityField(claim.unit)


def _changed(claim: Claim, value: float) -> Claim:
    basis = DESIGN if claim.basis == DESIGN else "assumed"
    return replace(
        claim, value=value, low=value, high=value, has_spread=False, basis=basis, source=None, locator=None,
        cited_in=None,
        conditions=None, rationale=f"set to this value for the run; the file has {claim.value:g} {claim.unit}",
    )  # fmt: skip


LEARNING_RULE = "workload.learning.rule"
"""Path of a network's learning rule, which is a name, not a number."""


def network_with(spec: WorkloadSpec, settings: Mapping[str, str]) -> WorkloadSpec:
    """A workload with another learning rule, if one is set by name.

    Raises
    ------
    SpecError
        If the network does not learn, or no such rule ships.
    """
    name = settings.get(LEARNING_RULE)
    if name is None:
        return spec
    if spec.learning is None:
        raise SpecError([Problem(SETTING, 0, 0, LEARNING_RULE, f"{spec.name} has no `learning`")])
    if name not in named_rules():
        message = f"unknown learning rule {name!r}{did_you_mean(name, named_rules())}"
        raise SpecError([Problem(SETTING, 0, 0, LEARNING_RULE, message)])
    return spec.model_copy(update={"learning": spec.learning.model_copy(update={"rule": name})})


def workload_with(spec: WorkloadSpec, settings: Mapping[str, str]) -> dict[str, Claim]:
    """Claims of a workload with some values changed.

    Raises
    ------
    SpecError
        With all invalid settings.
    UnknownNameError
        If a path is not a number of the workload; shapes can only be changed in the file.
    """
    claims = workload_claims(spec)
    problems = []
    for path, text in settings.items():
        if not path.startswith("workload.") or path == LEARNING_RULE:
            continue
        if path not in claims:
            raise UnknownNameError("workload value", path, claims, "shapes are changed in the workload file")
        try:
            stated = f"{text} bit" if claims[path].unit == "bit" and _PLAIN.fullmatch(str(text)) else text
            claims[path] = _changed(
                claims[path], replace(number_field(path), unit=claims[path].unit).read(stated)
            )
        except QuantityError as error:
            problems.append(Problem(SETTING, 0, 0, f"{path}={text}", str(error)))
    raise_all(problems)
    return claims
