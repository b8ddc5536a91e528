"""Add your own chip to a shipped contest."""

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from neuroest.core.errors import NeuroestError, check_names
from neuroest.loading.kinds import data_folder
from neuroest.loading.library import find_file, load_architecture, load_workload
from neuroest.specs.file_text import is_path
from neuroest.specs.workload import workload_claims

DEFAULT_CONTEST = "spiking_neurons"
DENSE_CONTEST, SYNAPSE_CONTEST = "dense_crossbars", "spiking_synapses"
_OWN_DEVICES = ("neuron", "cell", "converter")
"""Keys of the blocks that define an added chip; alternatives must not replace them."""
_LINE_OF_NAME = re.compile(r"^name: .*$", re.MULTILINE)
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
    replaced = [one for one in like_it[base] if _replaces(rules["alternatives"][one], own)]
    without = f" but {', '.join(replaced)}, since the chip has its own" if replaced else ""
    entry = (
        f"contenders:\n  # your chip, with the alternatives of the contenders on {base}{without}\n"
        f"  {file.stem}:\n    title: {_quoted(title)}\n    architecture: {shown}\n"
        f"    alternatives: [{', '.join(one for one in like_it[base] if one not in replaced)}]\n"
    )
    text = _LINE_OF_NAME.sub(f"name: {name}", text, count=1)
    text = _CONTENDERS.sub(lambda _: entry, text, count=1)
    return text if workload is None else _RATES.sub(lambda found: _possible(found, workload), text, count=1)


def _quoted(text: str) -> str:
    """A text as YAML takes it, in one line."""
    dumped: str = yaml.safe_dump(text, allow_unicode=True, width=math.inf)
    return dumped.removesuffix("...\n").strip()


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


def _replaces(choices: Mapping[str, Any], own: set[str]) -> bool:
    """Whether a choice of an alternative replaces the device at one of these paths."""
    paths = {str(path).removesuffix(".device") for choice in choices.values() for path in choice or {}}
    return bool(paths & own)


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
