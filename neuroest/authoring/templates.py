"""Commented templates that pass the check unchanged: neurons, synapses, memories, architectures and workloads."""

import re
from pathlib import Path
from string import Template
from types import MappingProxyType

from neuroest.authoring.device_text import checked, device_text, filled
from neuroest.core.errors import NeuroestError, UnknownNameError, check_names
from neuroest.core.units import article
from neuroest.loading.library import Device, load_device, named
from neuroest.registry import COMPONENTS, roles_of

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
