"""Commented templates that pass the check unchanged, and contests with a chip of your own."""

import math
import os
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any

import yaml

from neuroest.core.errors import (
    NeuroestError,
    Problem,
    QuantityError,
    SpecError,
    UnknownNameError,
    check_names,
)
from neuroest.core.frozen import frozen_dataclass
from neuroest.core.units import article, format_quantity, parse_quantity
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import (
    Device,
    device_model,
    find_file,
    load_architecture,
    load_device,
    load_workload,
    named,
)
from neuroest.registry import COMPONENTS, roles_of
from neuroest.specs.claims import Claim
from neuroest.specs.file_text import SPEC_NAME, is_path
from neuroest.specs.parameters import ParameterInfo
from neuroest.specs.workload import workload_claims

_LONGEST_NAME = 100
"""Maximum length of a generated name; file systems allow at most 255."""
_DIGITS = 6
_ROUNDING = 1e-5
_WIDTH = 112


@frozen_dataclass
class ImportedDevice:
    """A device spec made from a file of another tool or from a row of a table."""

    name: str
    text: str
    device: Device
    missing: Sequence[str]
    stated: Sequence[str] = ()
    unused: Sequence[str] = ()
    template: str = ""


def spec_name(text: str) -> str:
    """Closest valid spec name: ``Ag/HfO2 (2)`` becomes ``ag_hfo2_2``."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:_LONGEST_NAME]
    return name if SPEC_NAME.match(name) else f"device_{name}".rstrip("_")


def quantity_text(value: float, unit: str) -> str | float:
    """An SI value as text for a file, rounded to six digits."""
    if unit == "1":
        number = float(f"{value:.{_DIGITS}g}")
        return int(number) if number.is_integer() and abs(number) < 10**_DIGITS else number
    text = format_quantity(value, unit, _DIGITS)
    try:
        read = parse_quantity(text, unit)
    except QuantityError:
        read = math.nan
    # far below the smallest prefix and far above the largest, all digits would be lost
    return text if math.isclose(read, value, rel_tol=_ROUNDING) else f"{value:.{_DIGITS}g} {unit}"


def filled(claim: Claim, template: Device, why: str, *, cited: bool = True) -> dict[str, Any]:
    """A parameter copied from another device, marked as such; with its source if it is to be cited."""
    known = f", where it is {claim.basis}" + (f": {claim.rationale}" if claim.rationale else ".")
    entry: dict[str, Any] = {
        "value": quantity_text(claim.value, claim.unit),
        "basis": "assumed",
        "rationale": f"{why} Taken from {template.spec.name}{known}",
    }
    if claim.has_spread:
        entry["spread"] = _spread(claim)
    stated = {"device_to_device": claim.device_to_device, "cycle_to_cycle": claim.cycle_to_cycle}
    if known_deviations := {
        key: f"{100.0 * value:.3g} %" for key, value in stated.items() if value is not None
    }:
        entry["variability"] = known_deviations
    for key in ("source", "locator", "cited_in", "conditions") if cited else ():
        if (value := getattr(claim, key)) is not None:
            entry[key] = value
    return entry


def _spread(claim: Claim) -> dict[str, Any]:
    stated = claim.spread_entry(lambda end: quantity_text(end, claim.unit))
    symmetric = claim.low > 0.0 and math.isclose(claim.low * claim.high, claim.value**2, rel_tol=_ROUNDING)
    if symmetric and stated.keys() == {"low", "high"}:
        return {"factor": float(f"{claim.high / claim.value:.{_DIGITS}g}")}  # goes with another value
    return stated


def own_sources(template: Device, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Entries of the template's own bibliography that the copied parameters cite."""
    cited = {entry.get(key) for entry in entries.values() for key in ("source", "cited_in")}
    return {
        key: value.model_dump(mode="json", exclude_none=True)
        for key, value in template.spec.sources.items()
        if key in cited
    }


def lacking(stated: Collection[str], template: Device) -> list[str]:
    """Parameters of a template that a device must have and that are not stated; optional ones are not copied."""
    due = {key for key, about in template.record.parameters().items() if about.absent is None}
    return [key for key in template.claims if key in due and key not in stated]


def imported_device(
    path: Path, name: str, template: Device, stated: Mapping[str, Any], *, description: str, source: tuple[str, str],
    process: str | None, unused: Sequence[str], notes: Sequence[str],
) -> ImportedDevice:  # fmt: skip
    """A device with the values that the input file of a simulator states; what it lacks is taken from a template.

    Raises
    ------
    SpecError
        If a value of the file is refused.
    """
    missing = lacking(stated, template)
    entries = {**stated, **{k: filled(template.claims[k], template, f"Not in {path.name}.") for k in missing}}
    key, title = source
    text = device_text(
        name, template.spec.model, description, entries, process=process,
        maturity=("simulated", "Input of a simulator; it does not say what was measured."),
        fabrication=("unknown", "The file does not say."),
        sources={
            key: {"type": "misc", "title": f"{title} {path.name}", "seen": "primary"},
            **own_sources(template, entries),
        },
        notes=[
            f"Not in {path.name} and taken from {template.spec.name}: {', '.join(missing)}.",
            *notes,
            *([f"In {path.name} and not used: {', '.join(unused)}."] if unused else []),
        ],
    )  # fmt: skip
    device = checked(name, text, str(path))
    return ImportedDevice(name, text, device, missing, tuple(stated), unused, template.spec.name)


def device_text(
    name: str, model: str, description: str, parameters: Mapping[str, Any], *, maturity: tuple[str, str],
    fabrication: tuple[str, str], process: str | None, sources: Mapping[str, Any], notes: Sequence[str], head: str = "",
) -> str:  # fmt: skip
    """Text of a device spec; a comment above each parameter states its meaning and range.

    Parameters
    ----------
    parameters : mapping
        A full claim for each parameter.
    maturity, fabrication : tuple of str
        The stage or status, and its reason.
    head : str
        Comment at the top, without comment signs.
    """
    content = {
        "kind": "device", "name": name, "model": model, "description": description,
        "maturity": dict(zip(("stage", "reason"), maturity, strict=True)),
        "fab_compatibility": dict(zip(("status", "reason"), fabrication, strict=True)),
        **({"process": process} if process else {}),
        "parameters": parameters, "sources": dict(sources), **({"notes": [*notes]} if notes else {}),
    }  # fmt: skip
    infos = device_model(model).parameters()
    parts = [f"# {line}".rstrip() + "\n" for line in head.splitlines()]
    for key, value in content.items():
        if key != "parameters":
            parts.append(_dumped({key: value}))
            continue
        parts.append("parameters:\n")
        for parameter in sorted(parameters, key=[*infos].index):
            parts.append(f"  # {_about(infos[parameter])}\n")
            parts += [f"  {line}\n" for line in _dumped({parameter: parameters[parameter]}).splitlines()]
    return "".join(parts)


def yaml_line(value: Any) -> str:
    """A value as one line of YAML."""
    text: str = yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, width=math.inf, default_flow_style=True
    )
    return text.removesuffix("...\n").strip()


def _dumped(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _about(info: ParameterInfo) -> str:
    """Description, unit and bounds of a parameter, in one line."""
    check, unit = info.check, "A plain number" if info.check.unit == "1" else f"In {info.check.unit}"

    def formatted(value: float) -> str:
        return f"{value:g}" if check.unit == "1" or value == 0.0 else format_quantity(value, check.unit)

    bounds = []
    if math.isfinite(check.minimum):
        bounds.append(("above " if check.above else "at least ") + formatted(check.minimum))
    if math.isfinite(check.maximum):
        bounds.append(f"at most {formatted(check.maximum)}")
    symbol = f" Symbol {info.symbol}." if info.symbol else ""
    return f"{info.description}{symbol} {', '.join([unit, *bounds])}."


def checked(name: str, text: str, formatted: str) -> Device:
    """Load the device from its text, so that only valid text is returned.

    Raises
    ------
    SpecError
        With the problems of the text, under the name of its origin.
    """
    with tempfile.TemporaryDirectory(prefix="neuroest-") as folder:
        draft = Path(folder) / f"{name}.yaml"
        draft.write_text(text, encoding="utf-8")
        try:
            return load_device(str(draft))
        except SpecError as error:
            problems = [Problem(formatted, 0, 0, problem.path, problem.message) for problem in error.problems]
            raise SpecError(problems) from None


def listed(names: Collection[str]) -> str:
    """Comma-separated names, or a text if there are none."""
    return ", ".join(names) if names else "none"


_ROLES = MappingProxyType({"neuron": "neuron", "synapse": "cell", "memory": "memory"})
_DEVICE_HEAD = """\
A template that passes `neuroest check` as it is. Every value is a placeholder of {like}.
Replace a value, then say of it:
  basis      measured, simulated or projected (with a source), derived or assumed (with a rationale)
  source     key of an entry in `sources` at the end of this file, or of the shared bibliography
  spread     the 80 % interval of the mean: {{low: 1 V, high: 2 V}} or {{factor: 1.3}}
  variability  how single devices differ: {{device_to_device: 5 %, cycle_to_cycle: 2 %}}
Values that you leave stay assumed, and every estimate that uses them says so."""
_LINE_OF_NAME = re.compile(r"^name: .*$", re.MULTILINE)


def models(kind: str) -> tuple[str, ...]:
    """Device models available for a kind of template."""
    return tuple(name for name in _examples() if _is_a(name, kind))


def _is_a(model: str, kind: str) -> bool:
    return _ROLES[kind] in roles_of(model) or (kind == "memory" and model == "dram")


def _examples() -> dict[str, str]:
    """Example device of each block model with templates, as stated by the blocks."""
    return {name: block.example for name, block in COMPONENTS.items() if block.example}


def new_device(kind: str, name: str, model: str | None = None, like: str | None = None) -> str:
    """Template of a neuron, synapse or memory, with values of a shipped device.

    Parameters
    ----------
    kind : str
        ``neuron``, ``synapse`` or ``memory``.
    name : str
        Name of the new device.
    model : str, optional
        Device model; by default, the model of `like` or the first of the kind.
    like : str, optional
        Device whose values are the placeholders.

    Returns
    -------
    str
        Text of a spec file, with a comment for each value to replace.

    Raises
    ------
    UnknownNameError
        When the kind has no such model.
    NeuroestError
        If `like` has another model or kind.
    """
    known = models(kind)
    if model is not None and model not in known:
        raise UnknownNameError(f"model of a {kind}", model, known)
    example = load_device(like or _examples()[model or known[0]])
    if example.spec.model not in known:
        raise NeuroestError(f"{like} is {article(example.spec.model)}, not {article(kind)}")
    if model is not None and example.spec.model != model:
        raise NeuroestError(
            f"{like} is {article(example.spec.model)}, not {article(model)}; leave out --model or --like"
        )
    # omit the placeholder's source, which would otherwise stay next to a replaced value
    entries = {
        key: filled(claim, example, "Placeholder.", cited=False) for key, claim in example.claims.items()
    }
    mine = {"type": "misc", "title": "State here who measured what, where and when", "seen": "primary"}
    text = device_text(
        name, example.spec.model, f"A {kind} of my own: state here what it is and what it is not.", entries,
        maturity=("concept", "A template with placeholders."), fabrication=("unknown", "Not stated yet."),
        process=example.spec.process, sources={"my_measurement": mine},
        notes=[f"Made from a template with the placeholder values of {example.spec.name}."],
        head=_DEVICE_HEAD.format(like=example.spec.name),
    )  # fmt: skip
    checked(name, text, name)
    return text


def new_architecture(name: str, neuron: str | None = None, synapse: str | None = None) -> str:
    """Template of a crossbar chip with neurons at its columns.

    Parameters
    ----------
    name : str
        Name of the new architecture.
    neuron, synapse : str, optional
        Devices of the chip: shipped names or paths.

    Returns
    -------
    str
        Text of a spec file, with a comment for each value to replace.

    Raises
    ------
    NeuroestError
        If one of them is another kind of device.
    """
    placed = {
        "neuron": _placed(neuron or "diffusive_bench", "neuron"),
        "synapse": _placed(synapse or "rram_hfox_28nm", "synapse"),
    }
    return _form("architecture", name=name, **placed)


def _placed(device: str, kind: str) -> str:
    found: Device = load_device(device)
    if not _is_a(found.spec.model, kind):
        raise NeuroestError(f"{device} is {article(found.spec.model)}, not {article(kind)}")
    layout = ", layout: stacked" if found.spec.model == "diffusive_1m1t1r_integrated" else ""
    return f'{{model: {found.spec.model}, device: "{device}"{layout}}}'


def new_workload(name: str) -> str:
    """Template of a small spiking network.

    Parameters
    ----------
    name : str
        Name of the new workload.

    Returns
    -------
    str
        Text of a spec file, with a comment for each value to replace.
    """
    return _form("workload", name=name)


def _form(kind: str, **words: str) -> str:
    """The template file of a kind, with its ``$`` names filled in."""
    file = Path(__file__).with_name(f"{kind}_template.yaml")
    return Template(file.read_text(encoding="utf-8")).substitute(words)


def copy_of(kind: str, name: str, like: str) -> str:
    """Copy a shipped architecture or workload under another name.

    Raises
    ------
    UnknownNameError
        When nothing ships under that name.
    """
    files = named(kind)
    check_names(kind, [like], files)
    text = files[like].read_text(encoding="utf-8")
    head = f"# A copy of {like} under a name of its own; its description and its sources are still those of {like}.\n"
    return head + _LINE_OF_NAME.sub(f"name: {name}", text, count=1)


# --- Contests ------------------------------------------------------------------------------------------------------

DEFAULT_CONTEST = "spiking_neurons"
DENSE_CONTEST, SYNAPSE_CONTEST = "dense_crossbars", "spiking_synapses"
_OWN_DEVICES = ("neuron", "cell", "converter")
"""Keys of the blocks that define an added chip; alternatives must not replace them."""
_RATES = re.compile(r"^  spike_rate: \[([^\]]*)\]$", re.MULTILINE)
_CONTENDERS = re.compile(r"^contenders:\n", re.MULTILINE)


def contest_with(
    name: str, like: str, chip: str, folder: Path | None = None, workload: str | None = None
) -> str:
    """Text of a shipped contest with one additional contender.

    The chip gets the design alternatives of the contender with the same base, so it has the same design freedom. An
    alternative that would replace the neuron, cell or converter set in the chip's own file is left out.

    Parameters
    ----------
    name : str
        Name of the new contest.
    like : str
        Shipped contest.
    chip : str
        Shipped name or path of the added architecture.
    folder : Path, optional
        Folder of the new file; the chip's path is relative to it. By default, the working directory.
    workload : str, optional
        Network of the contest; factors that would give more than one spike per timestep are left out.

    Raises
    ------
    UnknownNameError
        If no such contest ships.
    NeuroestError
        If no contender has the same base, because then its alternatives are unknown.
    """
    shipped = {file.stem: file for file in sorted(data_folder("contest").glob("*.yaml"))}
    check_names("contest", [like], shipped)
    text = shipped[like].read_text(encoding="utf-8")
    rules = yaml.safe_load(text)
    contenders = rules["contenders"]
    file = find_file("architecture", chip)
    title = load_architecture(file).spec.title or file.stem  # reports all problems of the file
    place = os.path.relpath(file, folder or Path.cwd()).replace(os.sep, "/")
    shown = (place if "/" in place else f"./{place}") if is_path(chip) else chip
    bases = _bases(file)
    like_it = {each["architecture"]: each.get("alternatives", []) for each in contenders.values()}
    base = next((one for one in reversed(bases) if one in like_it), None)
    if base is None:
        raise NeuroestError(
            f"{chip}: its fabric is that of no contender of {like} ({', '.join(sorted(like_it))}); write one on theirs "
            "with: neuroest new architecture --like CHIP, with --neuron, --cell or --adc"
        )
    own = _own_devices(file, base)
    changed = {
        one: {path.removesuffix(".device") for choice in rules["alternatives"][one].values() for path in choice or {}}
        for one in like_it[base]
    }  # fmt: skip
    replaced = [one for one, paths in changed.items() if paths & own]
    without = f" but {', '.join(replaced)}, since the chip has its own" if replaced else ""
    entry = (
        f"contenders:\n  # your chip, with the alternatives of the contenders on {base}{without}\n"
        f"  {file.stem}:\n    title: {yaml_line(title)}\n    architecture: {shown}\n"
        f"    alternatives: [{', '.join(one for one in like_it[base] if one not in replaced)}]\n"
    )
    text = _LINE_OF_NAME.sub(f"name: {name}", text, count=1)
    text = _CONTENDERS.sub(lambda _: entry, text, count=1)
    return text if workload is None else _RATES.sub(lambda found: _possible(found, workload), text, count=1)


def _possible(found: re.Match[str], workload: str) -> str:
    """The line of spike rate factors that are possible for a network."""
    claims = workload_claims(load_workload(workload).spec)
    highest = max(
        (claim.value for path, claim in claims.items() if path.endswith("activity.rate")), default=0.0
    )
    factors = [factor.strip() for factor in found.group(1).split(",")]
    possible = [factor for factor in factors if float(factor) * highest <= 1.0]
    if possible == factors:
        return found.group()
    left_out = ", ".join(factor for factor in factors if factor not in possible)
    return (
        f"  # {left_out} left out: more than one spike a timestep of {Path(workload).stem}\n"
        f"  spike_rate: [{', '.join(possible)}]"
    )


def _own_devices(file: Path, base: str) -> set[str]:
    """Paths of the neurons, cells and converters that a chip changes in its base."""
    own_devices: set[str] = set()
    while file.stem != base:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
        paths = (str(path).removesuffix(".device") for path in document.get("set") or {})
        own_devices |= {path for path in paths if path.rpartition(".")[2] in _OWN_DEVICES}
        file = find_file("architecture", str(document["base"]), file)
    return own_devices


def _bases(file: Path) -> list[str]:
    """Names of the base chips of a chip, the nearest last."""
    document: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    base = document.get("base") if isinstance(document, dict) else None
    if not base:
        return [file.stem]
    return [
        *_bases(find_file("architecture", str(base), file)),
        file.stem if is_path(str(base)) else str(base),
    ]
