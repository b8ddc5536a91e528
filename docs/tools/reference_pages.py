"""Pages of the site with every key, parameter, equation and name, from schemas, docstrings and glossary."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import re
import types
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typing_extensions import TypeAliasType

import neuroest.equations
from neuroest.core.provenance import equation_info
from neuroest.core.units import describe_dimension, format_quantity, parse_unit
from neuroest.error_analysis import calibration, draws
from neuroest.exploration import contest_spec, space
from neuroest.loading.library import devices_of
from neuroest.registry import BLOCKS, DEVICE_MODELS, FREE_BLOCKS, LEVELS
from neuroest.results.glossary import glossary
from neuroest.results.quantities import QUANTITIES
from neuroest.specs import (
    architecture,
    claims,
    device,
    inheritance,
    layers,
    learning,
    population,
    survey,
    workload,
)
from neuroest.specs.base import QuantityField, Spec
from neuroest.specs.blocks import Block, Choice
from neuroest.validation import calibrate, case_spec

_PAGES = {
    "specs.workload": "workload",
    "specs.population": "workload",
    "specs.layers": "workload",
    "specs.learning": "workload",
    "specs.claims": "devices",
    "specs.device": "devices",
    "exploration.space": "other_files",
    "exploration.contest_spec": "other_files",
    "validation.case_spec": "other_files",
    "specs.survey": "other_files",
    "validation.calibrate": "other_files",
    "error_analysis.calibration": "other_files",
    "error_analysis.draws": "other_files",
}
"""Page of the schemas of a module, where it is not that of architectures."""
_SCALAR = "text or number"


def pages() -> dict[str, str]:
    """Text of every page by its place in the folder of the pages."""
    return {
        "reference/devices.md": devices_page(),
        "reference/architecture.md": architecture_page(),
        "reference/workload.md": workload_page(),
        "reference/other_files.md": other_files_page(),
        "reference/equations.md": equations_page(),
        "nomenclature.md": nomenclature_page(),
    }


def devices_page() -> str:
    """Every device model with its parameters."""
    named = {cls.__name__: cls for cls in classes(claims, device)}
    order = (
        "DeviceSpec",
        "ClaimSpec",
        "StatedClaim",
        "Provenance",
        "Spread",
        "Uncertainty",
        "Variability",
        "Alternative",
        "Maturity",
        "FabCompatibility",
    )
    about = [named[name] for name in (*order, "ReportedValue", "SurveyEntry", "SurveyCell", "SourceSpec")]
    lines = [
        "# Device specs: every key and every parameter",
        "",
        "What a device file may say, then the parameters of each `model`. [file_formats.md](../file_formats.md)",
        "explains the format with a complete example. Bounds are in the unit of the column next to them.",
        "",
    ]
    for cls in about:
        lines += section(cls)
    for model, record in sorted(DEVICE_MODELS.items()):
        lines += [f"## Model `{model}`", "", first_paragraph(record), ""]
        for path in list(devices_of(model).values())[:1]:
            lines += [f"Devices of this model are in `device_specs/{path.parent.name}/`.", ""]
        rows = [
            (f"`{name}`", info.symbol, info.check.unit, bounds(info.check), info.description)
            for name, info in record.parameters().items()
        ]
        lines += table(("parameter", "symbol", "unit", "bounds", "meaning"), rows)
    return joined(lines)


def architecture_page() -> str:
    """Every level, block and key of an architecture file."""
    lines = [
        "# Architectures: every level, block and key",
        "",
        "[file_formats.md](../file_formats.md) explains the format with a complete example. A level with a `mapper`",
        "computes; under names of your choice, further levels and the blocks marked *free* may be in any level.",
        "",
    ]
    whole = [architecture.ArchitectureSpec, inheritance.DerivedArchitecture]
    rest = [cls for cls in classes(architecture) if cls not in {*whole, architecture.Heading}]
    for cls in [*whole, *rest]:
        lines += section(cls)
    for block in (*LEVELS.values(), *BLOCKS.values()):
        lines += section(block)
    return joined(lines)


def workload_page() -> str:
    """Every layer type and key of a workload file."""
    lines = [
        "# Workloads: every layer type and key",
        "",
        "[file_formats.md](../file_formats.md) explains the format with a complete example. The keys of a claim",
        "(`basis`, `source`, `spread` and so on) are explained in [devices.md](devices.md#claim).",
        "",
    ]
    rules = [cls for cls in classes(learning) if cls is not learning.LearningRulesSpec]
    found = [*classes(workload), *classes(population), *classes(layers), *rules]
    for cls in sorted(found, key=lambda cls: cls is not workload.WorkloadSpec):
        if cls not in {layers.Layer, layers.Connections}:
            lines += section(cls)
    return joined(lines)


def other_files_page() -> str:
    """Every key of the files that no chip, device or network is described in."""
    lines = [
        "# Spaces, contests, validation cases, surveys, measured values and model errors: every key",
        "",
        "[exploration.md](../exploration.md) explains spaces and contests, [validation.md](../validation.md) the rest.",
        "",
    ]
    for module in (
        space,
        contest_spec,
        case_spec,
        survey,
        calibrate,
        calibration,
        draws,
    ):
        for cls in sorted(classes(module), key=lambda cls: "kind" not in cls.model_fields):
            lines += section(cls)
    return joined(lines)


def equations_page() -> str:
    """Every equation with its formula, range and reference, module by module."""
    about = (
        "Every formula of physics is once, in `neuroest/equations/`, as a function that may be called from Python "
        "with floats or arrays in SI units. Derivations, and how far each is from a full solution, are under "
        "[Models](../models/index.md). `neuroest explain` shows which of them made a number of an estimate."
    )
    lines = ["# Equations", "", about, ""]
    for module in sorted(pkgutil.iter_modules(neuroest.equations.__path__), key=lambda m: m.name):
        if module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"neuroest.equations.{module.name}")
        described = [equation_info(f) for f in vars(loaded).values() if getattr(f, "__equation__", False)
                     and f.__module__ == loaded.__name__]  # fmt: skip
        lines += [f"## `{module.name}`", "", one_line((loaded.__doc__ or "").split("\n\n", 1)[0]), ""]
        rows = [
            (
                f"`{info.name}`",
                f"`{info.formula.replace('|', chr(92) + '|')}`",
                info.valid,
                reference_of(info.reference),
            )
            for info in described
        ]
        lines += table(("equation", "formula", "holds for", "from"), rows)
    return joined(lines)


def nomenclature_page() -> str:
    """Every name with its symbol and unit, and words with a meaning of their own."""
    found = glossary()
    lines = [
        "# Nomenclature",
        "",
        "What is a quantity called, and which unit does it have?",
        "Names are the same in the program, in spec files and in column headings, there followed by the unit.",
        "Internal units are SI units, and bits for information. Rates are in 1/s; Hz is accepted and means the same.",
        "Parameters of devices are in [reference/devices.md](reference/devices.md); [results.md](results.md) has what",
        "an estimate returns.",
    ]
    for name, entries in found.quantities.items():
        rows = [
            (", ".join(f"`{one}`" for one in names.split(", ")), entry.symbol, entry.unit, entry.meaning)
            for names, entry in entries.items()
        ]
        lines += ["", f"## {name.capitalize()}", "", *table(("name", "symbol", "unit", "meaning"), rows)]
    spikes = [(f"`{name}`", meaning) for name, meaning in found.spike_terms.items()]
    results = [
        (
            f"`{q.name}`",
            q.symbol,
            q.unit,
            q.label,
            one_line(q.description),
            q.better or "-",
            q.applies or "always",
        )
        for q in QUANTITIES.values()
    ]
    lines += ["## Energy terms of a neuron", "", *table(("term", "meaning"), spikes)]
    lines += [
        "## Results",
        "",
        *table(("name", "symbol", "unit", "quantity", "definition", "better", "needs"), results),
    ]
    return joined([*lines, "## Words", "", *table(("word", "here"), list(found.words.items()))])


def reference_of(text: str) -> str:
    """References with pages of derivations as links."""
    return re.sub(r"(?:[Dd]erivation: )?docs/models/(\w+)\.md", r"[derivation](../models/\1.md)", text)


def classes(*modules: types.ModuleType) -> list[type[Spec]]:
    """Spec classes that modules define, in the order of their text."""
    return [
        cls
        for module in modules
        for cls in vars(module).values()
        if isinstance(cls, type) and issubclass(cls, Spec) and cls.__module__ == module.__name__
    ]


def section(cls: type[Spec]) -> list[str]:
    """Heading, explanation and table of keys of a spec class."""
    free = " *Free*: may be in any level." if cls in {BLOCKS[model] for model in FREE_BLOCKS} else ""
    model = cls.device_model() if issubclass(cls, Block) else ""
    needs = f" Its `device` is of model [`{model}`](devices.md#model-{model})." if model else ""
    lines = [f"## {title(cls)}", "", f"{first_paragraph(cls)}{free}{needs}", ""]
    texts = cls.descriptions()
    rows = [
        (f"`{key}`", allowed_in(info), default(info), one_line(texts.get(key, "")))
        for key, info in ((info.alias or name, info) for name, info in cls.model_fields.items())
    ]
    return lines + table(("key", "value", "if left out", "meaning"), rows) if rows else lines


def title(cls: type[Spec]) -> str:
    """Heading of a class: the word that selects it in a file, or its name in words."""
    for key, word in (("mapper", "Level with mapper"), ("model", "Block"), ("type", "Layer")):
        info = cls.model_fields.get(key)
        if (
            info is not None
            and get_origin(info.annotation) is Literal
            and len(get_args(info.annotation)) == 1
        ):
            return f"{word} `{get_args(info.annotation)[0]}`"
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__.removesuffix("Spec"))
    return words[0] + words[1:].lower()


def link(cls: type[Spec]) -> str:
    """Reference to the section of a class, on whatever page it stands."""
    anchor = re.sub(r"[^a-z0-9_ -]", "", title(cls).lower()).replace(" ", "-")
    page = _PAGES.get(cls.__module__.removeprefix("neuroest."), "architecture")
    return f"[{title(cls)[0].lower()}{title(cls)[1:]}]({page}.md#{anchor})"


def allowed_in(info: FieldInfo) -> str:
    """What a field accepts, in words."""
    quantity = next((m for m in info.metadata if isinstance(m, QuantityField)), None)
    if quantity is not None:
        return quantity_words(quantity)
    if any(isinstance(m, WithJsonSchema) for m in info.metadata):
        return _SCALAR
    choice = next((m for m in info.metadata if isinstance(m, Choice)), None)
    return alternatives(choice) if choice is not None else allowed(info.annotation)


def alternatives(choice: Choice) -> str:
    """The schemas of a choice, in words."""
    return " or ".join(link(member) for member in choice.members())


def allowed(annotation: Any) -> str:
    """What an annotation accepts, in words."""
    if isinstance(annotation, TypeAliasType):
        return allowed(annotation.__value__)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        quantity = next((m for m in arguments[1:] if isinstance(m, QuantityField)), None)
        choice = next((m for m in arguments[1:] if isinstance(m, Choice)), None)
        if choice is not None:
            return alternatives(choice)
        if any(isinstance(m, WithJsonSchema) for m in arguments[1:]):
            return _SCALAR
        return quantity_words(quantity) if quantity is not None else allowed(arguments[0])
    if origin is Literal:
        return ", ".join(f"`{word}`" for word in arguments)
    if origin in {Union, types.UnionType}:
        parts = [allowed(part) for part in arguments if part is not type(None)]
        return " or ".join(dict.fromkeys(parts))
    if origin is list:
        return f"list of {allowed(arguments[0])}"
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return f"list of {allowed(arguments[0])}"
        return f"`[rows, columns]`, each a {allowed(arguments[0])}"
    if origin is dict:
        return f"mapping of names to {allowed(arguments[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return link(annotation)
    if annotation is Any:
        return "value or block"
    return {bool: "`true` or `false`", str: "text", int: "whole number", float: "number"}.get(
        annotation, str(annotation)
    )


def quantity_words(field: QuantityField) -> str:
    """A quantity with an example, or a plain number with its bounds."""
    if field.unit != "1":
        return describe_dimension(parse_unit(field.unit)[1])
    kind = "whole number" if field.integer else "number"
    limits = bounds(field)
    return f"{kind} {limits}".rstrip()


def bounds(field: QuantityField) -> str:
    """Bounds of a quantity: ``above 0``, ``from 1 to 16``."""
    low, high = field.minimum, field.maximum
    parts = []
    if math.isfinite(low):
        parts.append(f"{'above' if field.above else 'from'} {bound(low, field.unit)}")
    if math.isfinite(high) and high < 1e12:
        parts.append(f"to {bound(high, field.unit)}")
    return " ".join(parts)


def bound(value: float, unit: str) -> str:
    """One end of a range."""
    return f"{value:.10g}" if value == 0.0 or unit == "1" else format_quantity(value, unit)


def default(info: FieldInfo) -> str:
    """What holds when a key is left out."""
    if info.is_required():
        return "required"
    value = info.default
    if value is PydanticUndefined or value is None or isinstance(value, Spec) or value in ((), {}, ""):
        return "-"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def first_paragraph(item: type[Any]) -> str:
    """First paragraph of a docstring on one line."""
    return one_line((inspect.getdoc(item) or "").split("\n\n")[0])


def one_line(text: str) -> str:
    """Text without line breaks, safe in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def joined(lines: Sequence[str]) -> str:
    """Lines as a file."""
    return "\n".join(lines).rstrip() + "\n"
