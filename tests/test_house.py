"""What the whole repository promises: who imports whom, where numbers may stand, and that all that ships works."""

from __future__ import annotations

import ast
import importlib.util
import math
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from neuroest.core.errors import MappingError, NeuroestError
from neuroest.design.build import build
from neuroest.loading.library import (
    Device,
    bibliography,
    load_architecture,
    load_device,
    load_workload,
    shipped,
)
from neuroest.pipeline.estimate import estimate
from neuroest.results.estimate import Estimate
from neuroest.specs.claims import DESIGN
from neuroest.specs.workload import workload_claims
from neuroest.validation.cases import load_case, shipped_cases
from tests.each import each
from tests.pairs import EACH_KIND, runs

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "neuroest"
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


@cache
def nodes_of(module: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(module)))


def place_of(module: str, node: ast.AST) -> str:
    return f"{SOURCES[module].relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


# --- Order of the rooms -------------------------------------------------------------------------------------------

# A room imports from itself and from the rows above. The order is that of the data: what a file may say, what it
# says, the chip that it describes, that chip with numbers, the network on it, counts, costs, times, results, text.
ROOMS = (
    ("core", "errors, units, provenance and files; knows no chip"),
    ("registry", "names of blocks, levels, importers and renderers, with the module of each"),
    ("equations", "pure functions: they know numbers and units and nothing of files or chips"),
    ("specs", "what a file may say; checks text, computes nothing"),
    ("workloads", "shapes that follow from a network's file"),
    ("blocks", "parameters, schema and component of each block; calls equations"),
    ("loading.kinds", "the kinds of file, with schema, loader and folder of each"),
    ("loading.prepared", "shipped specs as an earlier start has checked them"),
    ("loading.library", "finds and loads files"),
    ("workloads.importers", "networks out of the files of other programs, written as workloads"),
    ("fitting.headers", "names and units in the header of a measurement file"),
    ("fitting.tables", "tables of numbers in the files of instruments"),
    ("fitting.table_reader", "rows of one table, in SI units"),
    ("fitting.measurements", "measured curves as files hold them"),
    ("dynamics", "state of single devices in time: equations with the parameters of a loaded device"),
    ("circuits", "a device in time as files of a circuit simulator"),
    ("fitting", "parameters of a device from its measured curves"),
    ("design", "the design that files describe, and a chip with numbers in it"),
    ("loading", "kinds and library of files, as one package"),
    ("authoring", "spec files to start from: templates, files of other tools, tables of devices"),
    ("levels", "schema and mapper of each computing level"),
    ("results", "what an estimate returns: frozen data"),
    ("pipeline", "the stages of an estimate"),
    ("error_analysis", "how well a result is known, and what it depends on"),
    ("pipeline.check", "all problems of files, and of chips that no network runs on"),
    ("authoring.like", "a chip with another device in it, which the check must pass"),
    ("pipeline.estimate", "one estimate from names to result"),
    ("pipeline.pace", "two chips at the pace of each other and of the data"),
    ("pipeline.comparison", "estimates next to each other"),
    ("network_simulation", "spikes of a network in time on the chip of an estimate"),
    ("exploration", "many points: sweeps, optimisation, uncertainty"),
    ("validation", "published chips next to their estimates"),
    ("reporting", "results as tables, text and pages"),
    ("plotting", "results as figures"),
    ("publishing", "a report as a folder of page, figures and tables"),
    ("cli", "results on a terminal"),
    ("__main__", "starts the cli"),
)
ORDER = {name: place for place, (name, _) in enumerate(ROOMS)}

# Rooms that take from fewer rows than their place allows.
NARROW = {
    "registry": {"core"},
    "equations": {"core"},
    "specs": {"core", "registry"},
}


@cache
def imports_of(module: str) -> frozenset[str]:
    """Modules of the package that a module imports anywhere: at the top, in functions, for type checks only."""
    found: set[str] = set()
    for node in nodes_of(module):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name.split(".")[0] == "neuroest"}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{place_of(module, node)}: relative import"
            if (node.module or "").split(".")[0] == "neuroest":
                inside = {f"{node.module}.{name.name}" for name in node.names}
                found |= {name if name in SOURCES else str(node.module) for name in inside}
    return frozenset(found - {module})


def test_one_printer_lays_out_tables() -> None:
    """A result is a document of paragraphs and tables; no other module aligns columns by hand."""
    layouts = {
        f"neuroest.core.text_layout.{name}" for name in ("columns", "fitting_columns", "stacked_columns")
    }
    by_hand = {
        module
        for module in SOURCES
        for node in nodes_of(module)
        if isinstance(node, ast.ImportFrom)
        and layouts & {f"{node.module}.{name.name}" for name in node.names}
    }
    assert by_hand == {"neuroest.core.document"}


def imports_at_once(module: str) -> set[ast.AST]:
    """Import statements that run when the module is imported."""
    found = set()
    stack: list[ast.AST] = list(tree_of(module).body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.add(node)
        elif isinstance(node, ast.If | ast.Try | ast.With) and "TYPE_CHECKING" not in ast.unparse(node):
            stack.extend(ast.iter_child_nodes(node))
    return found


def loaded_with(module: str) -> set[str]:
    """Modules that are loaded when a module is."""
    return {
        name if name in SOURCES else str(node.module)
        for node in imports_at_once(module)
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "neuroest"
        for name in (f"{node.module}.{alias.name}" for alias in node.names)
    }


def room_of(module: str) -> str:
    """The row of ROOMS that a module belongs to: the longest that fits, or the first word of its name."""
    short = module.removeprefix("neuroest").removeprefix(".")
    fitting = [row for row in ORDER if short == row or short.startswith(f"{row}.")]
    return max(fitting, key=len, default=short.split(".")[0])


def test_every_module_has_a_room() -> None:
    unknown = sorted({room_of(module) for module in SOURCES if "." in module} - set(ORDER))
    assert not unknown, f"give {unknown} a place in ROOMS, and say why there"


def test_rooms_import_from_earlier_rooms_only() -> None:
    against = []
    for module in SOURCES:
        room = room_of(module)
        for target in imports_of(module):
            other = room_of(target)
            if not room or not other or room == other:
                continue
            if ORDER.get(other, 0) >= ORDER.get(room, 0) or other not in NARROW.get(room, ORDER):
                against.append((module, target))
    assert not against, f"imports against the order of the rooms: {sorted(against)}"


def test_no_module_imports_itself_through_others() -> None:
    # all imports count: at the top, in functions, and for type checks only
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, f"circle: {' -> '.join((*trail[trail.index(module) :], module))}"
        if module not in done:
            for target in sorted(imports_of(module)):
                walk(target, (*trail, module))
            done.add(module)

    for module in SOURCES:
        walk(module, ())


def test_tools_and_benchmarks_import_what_is_there() -> None:
    gone = []
    for path in (
        *ROOT.glob("docs/**/*.py"),
        *ROOT.glob("benchmarks/**/*.py"),
        *ROOT.glob("examples/**/*.py"),
    ):
        if ".venv" in path.parts:  # that of the peers
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("neuroest."):
                continue
            module = importlib.import_module(str(node.module))
            gone += [
                f"{path.name}: {node.module} has no {one.name}"
                for one in node.names
                if not hasattr(module, one.name)
                and importlib.util.find_spec(f"{node.module}.{one.name}") is None
            ]
    assert gone == []


def test_few_modules_stand_loose_next_to_the_folders() -> None:
    loose = [module for module in SOURCES if module.count(".") == 1 and SOURCES[module].name != "__init__.py"]
    assert len(loose) <= 6, loose


# --- Numbers in code ---------------------------------------------------------------------------------------------

NUMBERLESS = ("equations", "blocks", "levels", "design", "pipeline")
# Modules there that read or show rather than compute.
SHOWING = {"blocks.memories.sram_table", "blocks.technology.corner_table", "design.build", "design.overrides",
           "pipeline.estimate", "pipeline.comparison"}  # fmt: skip

# Numbers inside of functions that are mathematics: exponents, the quadratic formula, means over a triangle.
INSIDE = {
    ("equations.converters", "survey_conversion_energy", 10.0): "base of the decadic logarithm",
    ("equations.technology", "logic_delay_factor", 3): "exponent of a cubic polynomial",
    ("equations.diffusive_neuron", "slow_edge_energy", 3.0): "mean of a parabolic pulse over its peak",
    ("equations.filament_growth", "residue_assisted_integration_time", 4.0): "quadratic formula",
    ("equations.filament_growth", "quasi_steady_integration_time", 4.0): "quadratic formula",
    ("equations.filament_growth", "_quasi_steady_time", 4.0): "quadratic formula",
}


def numbers_in(module: str) -> Iterator[tuple[str, float, ast.AST]]:
    """Numbers of a module with the name that owns each.

    A constant of the module may hold one where the text under it says what it is: mathematics, an exact definition or
    a convention. An error that a block states of its own model has a rationale next to it.
    """
    body = tree_of(module).body
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.Assign | ast.AnnAssign) and is_text(after):
            continue
        stated = {
            argument
            for call in ast.walk(statement)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "ModelError"
            and len(call.args) > 1
            for argument in call.args
        }
        # bounds and defaults of fields are declarations; what computes is in functions
        parts = (
            [p for p in statement.body if isinstance(p, ast.FunctionDef)]
            if isinstance(statement, ast.ClassDef)
            else [statement]
        )
        for node in (node for part in parts for node in ast.walk(part)):
            if (
                isinstance(node, ast.Constant)
                and type(node.value) in (int, float, complex)
                and node not in stated
            ):
                owner = statement.name if hasattr(statement, "name") else ast.unparse(statement)[:40]
                yield owner, node.value, node


def is_text(statement: ast.AST | None) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def test_equations_and_what_uses_them_hold_no_numbers_of_their_own() -> None:
    found = []
    for module in SOURCES:
        short = module.removeprefix("neuroest.")
        if room_of(module).split(".")[0] not in NUMBERLESS or short in SHOWING:
            continue
        found += [
            f"{place_of(module, node)}: {value:g} in {owner}"
            for owner, value, node in numbers_in(module)
            if value not in (0, 1, 2) and (short, owner, value) not in INSIDE
        ]
    assert not found, (
        "numbers belong into spec files, or into a constant with the reason under it:\n" + "\n".join(found)
    )


def test_every_allowed_number_is_still_there() -> None:
    present = {
        (module, owner, value)
        for module in {allowed for allowed, _, _ in INSIDE}
        for owner, value, _ in numbers_in(f"neuroest.{module}")
    }
    assert not set(INSIDE) - present


# --- Equations that nobody asks ----------------------------------------------------------------------------------

Function = tuple[str, str]
HOME = "neuroest.equations."


def functions_used(module: str, part: ast.AST) -> set[Function]:
    """Functions of modules of the package, with their module, that a part of a module names."""
    names: dict[str, Function] = {}
    for node in nodes_of(module):
        if isinstance(node, ast.ImportFrom):
            names |= {name.asname or name.name: (str(node.module), name.name) for name in node.names}
    found = set()
    for node in ast.walk(part):
        if isinstance(node, ast.Name):
            found.add(names.get(node.id, (module, node.id)))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
            found.add((".".join(names[node.value.id]), node.attr))
    return found


def test_every_equation_is_asked_by_what_estimates() -> None:
    equations = {
        (module, part.name): part
        for module in SOURCES
        if module.startswith(HOME)
        for part in tree_of(module).body
        if isinstance(part, ast.FunctionDef)
    }
    asked: set[Function] = set()
    open_ends = set().union(
        *(functions_used(module, tree_of(module)) for module in SOURCES if not module.startswith(HOME))
    )
    while open_ends:
        function = open_ends.pop()
        if function in equations and function not in asked:
            asked.add(function)
            open_ends |= functions_used(function[0], equations[function])
    idle = sorted(f"{module.removeprefix(HOME)}.{name}" for module, name in set(equations) - asked)
    assert not idle, f"nothing but tests calls {idle}: let a block call it, or take it out"


# --- Code that must not be there -----------------------------------------------------------------------------------


def every(*kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for module in SOURCES:
        for node in nodes_of(module):
            if isinstance(node, kinds):
                yield module, node


# Where code of others may raise whatever it likes, and the user gets one of our lines.
CATCHING = {
    "neuroest.core.lazy_registry": "what a plug-in raises when it is imported; a warning names it",
    "neuroest.exploration.runner": "what a cluster raises",
    "neuroest.reporting.data_files": "what a reader of tables raises on a file that is none",
    "neuroest.workloads.importers.onnx_file": "what a parser of somebody else's format raises",
    "neuroest.workloads.importers.onnx_shapes": "what a library in C++ raises",
    "neuroest.workloads.importers.torch_trace": "what somebody else's model raises when it runs",
}


def test_nothing_catches_everything() -> None:
    wide = {"", "Exception", "BaseException"}
    found = []
    for module, node in every(ast.ExceptHandler):
        caught = ast.unparse(node.type) if node.type else ""  # type: ignore[attr-defined]
        raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        if caught in wide and not (caught == "Exception" and raises and module in CATCHING):
            found.append(place_of(module, node))
    assert not found


def test_nothing_asserts_in_place_of_telling_what_is_wrong() -> None:
    # one that only informs the type checker is allowed
    found = [
        place_of(module, node)
        for module, node in every(ast.Assert)
        if not ast.unparse(node.test).endswith(" is not None")  # type: ignore[attr-defined]
    ]
    assert not found


CALLED_FROM_OUTSIDE = {"_repr_html_", "_evaluate"}  # by notebooks, and by pymoo
CALLED_BY_NAME = re.compile(r"_[a-z_]+_checks")  # by DesignRules.checks, in that class alone


def test_no_private_function_is_forgotten() -> None:
    used = {
        getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
        for module in SOURCES
        for node in nodes_of(module)
        if isinstance(node, ast.Name | ast.Attribute | ast.alias)
    }
    unused = {
        node.name: place_of(module, node)
        for module in SOURCES
        for node in nodes_of(module)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and re.fullmatch(r"_[^_].*", node.name)
        and node.name not in used | CALLED_FROM_OUTSIDE
        and not any("_validator(" in ast.unparse(each) for each in node.decorator_list)
        and not (module == "neuroest.pipeline.design_rules" and CALLED_BY_NAME.fullmatch(node.name))
    }
    assert not unused, "called by nobody: " + ", ".join(f"{name} ({place})" for name, place in unused.items())


def test_nothing_prints_and_nothing_is_global() -> None:
    printing = [
        place_of(module, node)
        for module, node in every(ast.Call)
        if isinstance(node.func, ast.Name) and node.func.id == "print"  # type: ignore[attr-defined]
    ]
    assert not printing, "results go through the cli's own writer"
    assert not [place_of(module, node) for module, node in every(ast.Global)]


# Containers of a module that may change, with the reason.
CHANGING = {
    (
        "neuroest.publishing.publish",
        "_PLANS",
    ): "what the worker processes draw: figures are functions, which cannot be sent",
    (
        "neuroest.workloads.layers",
        "_plans",
    ): "a cache by the identity of frozen specs, emptied by weak references",
    (
        "neuroest.exploration.runner",
        "_own_task",
    ): "the task of a worker process, which has no other place to keep it",
}
_CONTAINERS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_CHANGERS = {
    "add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault",
    "sort", "update",
}  # fmt: skip


def containers_of(module: str) -> dict[str, tuple[ast.AST, str]]:
    """Dicts, lists and sets that a module holds bare, with the annotation that they carry."""
    found = {}
    for node in tree_of(module).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        made = isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
        bare = isinstance(node.value, _CONTAINERS) or (
            made and node.value.func.id in {"dict", "list", "set", "defaultdict", "Counter", "deque"}  # type: ignore[attr-defined]
        )
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if bare and ast.unparse(target) != "__all__":
            annotation = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else ""
            found[ast.unparse(target)] = (node, annotation)
    return found


def test_tables_that_others_see_cannot_be_changed() -> None:
    # wrapped in MappingProxyType or a tuple, or at least annotated so that the type checker refuses a change
    found = [
        f"{place_of(module, node)}: {name}"
        for module in SOURCES
        for name, (node, annotation) in containers_of(module).items()
        if not name.startswith("_")
        and (module, name) not in CHANGING
        and not annotation.startswith(("Mapping", "Sequence", "Final[Mapping", "Collection"))
    ]
    assert not found, "wrap in MappingProxyType, or use a tuple or frozenset:\n" + "\n".join(found)


def test_tables_of_a_module_are_never_changed() -> None:
    found = []
    for module in SOURCES:
        names = {name for name in containers_of(module) if (module, name) not in CHANGING}
        for node in nodes_of(module):
            changed = None
            if (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del)) or (
                isinstance(node, ast.Attribute) and node.attr in _CHANGERS
            ):
                changed = node.value
            elif isinstance(node, ast.AugAssign):
                changed = node.target
            if isinstance(changed, ast.Name) and changed.id in names:
                found.append(f"{place_of(module, node)}: {changed.id}")
    assert not found


def test_private_tables_stay_in_their_module() -> None:
    found = [
        f"{place_of(module, node)}: {name.name}"
        for module, node in every(ast.ImportFrom)
        if (node.module or "").startswith("neuroest")  # type: ignore[attr-defined]
        for name in node.names  # type: ignore[attr-defined]
        if str(node.module) in SOURCES and name.name.startswith("_")  # type: ignore[attr-defined]
        if name.name in containers_of(str(node.module))  # type: ignore[attr-defined]
    ]
    assert not found


def test_everything_public_says_what_it_is() -> None:
    found = []
    for module in SOURCES:
        if ast.get_docstring(tree_of(module)) is None and SOURCES[module].read_text(encoding="utf-8").strip():
            found.append(f"{SOURCES[module].relative_to(ROOT)}: module")
        public: list[ast.AST] = list(tree_of(module).body)
        for node in public:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
                continue
            if isinstance(node, ast.ClassDef):
                public.extend(node.body)  # methods and classes inside of public classes
            if ast.get_docstring(node) is None and not any(
                ast.unparse(mark).endswith(("override", "overload")) for mark in node.decorator_list
            ):
                found.append(f"{place_of(module, node)}: {node.name}")
    assert not found


# --- Imports of others ---------------------------------------------------------------------------------------------

_DISTRIBUTIONS = {"yaml": "pyyaml", "PIL": "pillow", "sklearn": "scikit-learn"}


def required() -> tuple[set[str], set[str]]:
    """Distributions that pyproject.toml always asks for, and those of its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(lines: list[str]) -> set[str]:
        return {re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0].lower() for line in lines}

    extras = project.get("optional-dependencies", {})
    return names(project["dependencies"]), set().union(*(names(e) for k, e in extras.items() if k != "dev"))


@cache
def loaded_on_demand() -> frozenset[str]:
    """Modules that nothing imports but functions, so that what they need is an extra's matter."""
    at_once = {target for module in SOURCES for target in loaded_with(module)}
    imported = {target for module in SOURCES for target in imports_of(module)}
    return frozenset((imported - at_once) & SOURCES.keys())


def test_what_is_imported_is_declared() -> None:
    always, extras = required()
    found = []
    for module in SOURCES:
        top = set() if module in loaded_on_demand() else imports_at_once(module)
        for node in nodes_of(module):
            names = [n.name for n in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in {name.split(".")[0] for name in names}:
                distribution = _DISTRIBUTIONS.get(name, name).lower().replace("_", "-")
                if name in sys.stdlib_module_names or name in {
                    "neuroest",
                    "pydantic_core",
                    "annotated_types",
                }:
                    continue  # the last two belong to pydantic
                if distribution not in (always if node in top else always | extras):
                    found.append(f"{place_of(module, node)}: {name}")
    assert not found, "declare in pyproject.toml, or import an extra where it is used:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "program",
    [
        "import neuroest",
        "import neuroest.pipeline.estimate",
        "import neuroest; neuroest.estimate('analog_lif_28nm', 'shd_recurrent_spiking').breakdown",
    ],
    ids=["package", "estimate module", "an estimate"],
)
def test_a_start_loads_nothing_heavy(program: str) -> None:
    heavy = ("pandas", "matplotlib", "rich", "scipy", "pint", "torch", "onnx", "jinja2", "IPython")
    formatted = f"import sys; {program}; print(*[m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", formatted],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


# --- Texts ---------------------------------------------------------------------------------------------------------


@cache
def texts() -> dict[str, str]:
    """Text files of the repository, those that are not committed yet included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a checkout")
    found = {}
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            found[name] = content.decode("utf-8")
    return found


def lines_with(pattern: str, skip: str = "") -> list[str]:
    seen = re.compile(pattern)
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts().items()
        if not (skip and name.startswith(skip)) and seen.search(text)
        for number, line in enumerate(text.split("\n"), 1)
        if seen.search(line)
    ]


def test_no_text_names_a_path_of_a_machine() -> None:
    assert not lines_with(r"(?<![\w.:/*-])/(?:root|home|work|Users)/")
    assert not lines_with(r"(?<![\w.:/*-])/tmp\b", skip="tests/")


def test_no_text_names_what_is_outside_of_the_repository() -> None:
    assert not lines_with(r"\.\./shar" + "ed|shared/(?:reference|design|style)")
    assert not lines_with(r"\bmodels\.m" + r"d (?:section|sec\.|\d)|published_chips\.m" + "d")


def test_no_text_names_a_package_registry() -> None:
    assert not lines_with(
        r"(?i)(?:py" + r"pi\.org|python" + r"hosted\.org|registry\.npm|--(?:extra-)?index-url)"
    )


def test_texts_are_clean() -> None:
    assert not [name for name, text in texts().items() if "\r" in text and not name.startswith("tests/")]
    assert not [name for name, text in texts().items() if text and not text.endswith("\n")]


# --- What ships ----------------------------------------------------------------------------------------------------

ARCHITECTURES, DEVICES, WORKLOADS = (tuple(shipped(kind)) for kind in ("architecture", "device", "workload"))
SHIPPED = [(kind, name) for kind in ("architecture", "device", "workload") for name in shipped(kind)]


def loaded(kind: str, name: str):
    load = {"architecture": load_architecture, "device": load_device, "workload": load_workload}[kind]
    return load(name)


@cache
def outcome(architecture: str, workload: str) -> Estimate | NeuroestError:
    try:
        return estimate(architecture, workload)
    except NeuroestError as error:
        return error


@each("kind, name", SHIPPED)
def test_ships_in_order(kind: str, name: str) -> None:
    spec = loaded(kind, name).spec
    path = shipped(kind)[name]
    assert spec.name == path.stem == name
    assert spec.description.strip().endswith((".", ")"))


@each("architecture", ARCHITECTURES)
def test_every_chip_runs_a_shipped_network(architecture: str) -> None:
    assert any(isinstance(outcome(architecture, workload), Estimate) for workload in WORKLOADS)


def test_chips_of_each_kind_have_every_block_and_every_level() -> None:
    def kinds(chips: Iterable[str]) -> set[str]:
        parts = [part for chip in chips for part in build(load_architecture(chip)).root.walk()]
        return {getattr(part.spec, "model", "") or type(part.spec).__name__ for part in parts}

    lacking = kinds(ARCHITECTURES) - kinds(EACH_KIND)
    assert not lacking, f"add a chip with {sorted(lacking)} to EACH_KIND in tests/pairs.py"


@each("architecture", ARCHITECTURES)
def test_the_baseline_of_a_chip_ships(architecture: str) -> None:
    baseline = load_architecture(architecture).spec.baseline
    assert baseline is None or baseline in ARCHITECTURES


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_network_runs_or_is_refused_in_words(architecture: str) -> None:
    settled = [workload for workload in WORKLOADS if runs_or_is_refused_in_words(architecture, workload)]
    assert settled == list(WORKLOADS)


def runs_or_is_refused_in_words(architecture: str, workload: str) -> bool:
    """Check one outcome; true where nothing is wrong with it."""
    result = outcome(architecture, workload)
    assert isinstance(result, Estimate) == runs(architecture, workload), result
    if not isinstance(result, Estimate):
        assert isinstance(result, MappingError)
        assert str(result)
        return all(line and line.isprintable() for line in str(result).split("\n"))
    totals = result.totals
    assert all(value is None or (math.isfinite(value) and value >= 0.0) for value in totals.values())
    for name in ("area_m2", "energy_per_inference_J", "latency_s", "throughput_per_s", "synaptic_operations"):
        assert totals[name] > 0.0, name
    parts = dict.fromkeys(("dynamic", "static", "area"), 0.0)
    for row in result.breakdown:
        assert row.energy_J >= 0.0
        assert row.area_m2 >= 0.0
        assert row.count >= 0.0
        parts[row.kind] += row.area_m2 if row.kind == "area" else row.energy_J
    assert parts["dynamic"] == pytest.approx(totals["dynamic_energy_J"], rel=1e-9, abs=1e-300)
    assert parts["static"] == pytest.approx(totals["static_energy_J"], rel=1e-9, abs=1e-300)
    assert parts["dynamic"] + parts["static"] == pytest.approx(totals["energy_per_inference_J"], rel=1e-9)
    assert parts["area"] == pytest.approx(totals["area_m2"], rel=1e-9)
    named = Counter((check.component, check.name) for check in result.checks)
    assert [one for one, times in named.items() if times > 1] == []
    return all(str(check).isprintable() for check in result.checks)


# --- Claims --------------------------------------------------------------------------------------------------------

# Entries of the bibliography that no value uses: texts that the equations and their derivations follow, and
# texts that were read to choose among values.
_READ = """
akopyan2015 ankit2019 boyle2025 chen2017 dalgaty2024 dampfhoffer2023 davidson2021 davies2021 dey2022 donath1979
duan2020 eslahi2022 gf180mcu giterman2020 ho2001 hsieh2019 irds2021 jansen1999 jesd79_4 jia2020 jiang2017 joubert2012
kim2021 landman1971 lashkare2018 li2020 memristor_model merolla2014 micron_tn4101 moradi2018 mulaosmanovic2018
murmann_survey murphy1964 nag2018 nvdla_hw nvsim2012 open_neuromorphic orfs palumbo2010 pan2015 pei2019 pickett2013
rabaey2003 sakurai1983 saltelli2010 sharma2011 shanbhag2022 sheffield_906 spyx stapper1983 tagantsev2002 tang2023table
tensorflow_4132 tuma2016 ushakov2021 wang2017 wang2018 wang2024 wei2020 weste2011 williams2009 yang2020 yanglab2021
yao2020 yi2018 zhuo2022
"""
READ_ONLY = frozenset(_READ.split())


@each("name", DEVICES)
def test_every_claim_of_a_device_has_a_spread_and_a_basis(name: str) -> None:
    device = load_device(name)
    every_claim_says_how_it_is_known(device)
    bare = [
        parameter
        for parameter, claim in device.claims.items()
        if not claim.has_spread and claim.value != 0.0 and not device.record.declared[parameter].exact
    ]
    assert not bare


def every_claim_says_how_it_is_known(device: Device) -> None:
    for claim in device.claims.values():
        assert claim.source or claim.rationale, claim.path
        if claim.basis in {"measured", "simulated", "projected"}:
            assert claim.source, claim.path
            assert claim.locator or claim.conditions or claim.rationale, (
                f"{claim.path} names no place in {claim.source}"
            )


@each("name", DEVICES)
def test_a_value_without_a_source_has_a_spread_of_a_quarter_or_more(name: str) -> None:
    device = load_device(name)
    for claim in device.claims.values():
        if claim.source or "no source" not in (claim.rationale or "") or not claim.has_spread:
            continue
        wide = min(claim.high / claim.value, claim.value / claim.low)
        if claim.unit == "1" and claim.maximum == 1.0:  # of a share, the rest may be what is unknown
            wide = max(
                wide, min((1.0 - claim.low) / (1.0 - claim.value), (1.0 - claim.value) / (1.0 - claim.high))
            )
        assert wide >= 1.25 - 1e-9, f"{claim.path}: {wide:.3g}"


@cache
def cited() -> set[str]:
    keys: set[str | None] = set()
    for name in DEVICES:
        device = load_device(name)
        keys.update(k for claim in device.claims.values() for k in (claim.source, claim.cited_in))
        keys.update(k for value in device.spec.reported for k in (value.source, value.cited_in))
        for given in device.spec.parameters.values():
            keys.update(alternative.source for alternative in getattr(given, "alternatives", ()))
            for other in getattr(given, "scenarios", {}).values():
                keys.update((other.source, other.cited_in))
    for name in WORKLOADS:
        spec = load_workload(name).spec
        keys.update(k for claim in workload_claims(spec).values() for k in (claim.source, claim.cited_in))
        if spec.task is not None:
            keys.update((spec.task.source, spec.task.cited_in))
    designs = {build(load_architecture(name)) for name in ARCHITECTURES}
    for name in shipped_cases():
        case = load_case(name)
        keys.update(k for stated in case.published.values() for k in (stated.source, stated.cited_in))
        if case.spec.survey is not None:
            keys.add(case.spec.survey.source)
            keys.update(getattr(cell, "source", None) for cell in case.spec.survey.cells.values())
        words = set(re.findall(r"\w+", " ".join(case.spec.notes)))  # where a description comes from
        keys.update(key for key in case.spec.sources if key in words)
        chips = {run.architecture: case.folder / run.architecture for run in case.spec.runs.values()}
        designs |= {
            build(load_architecture(file if file.is_file() else chip)) for chip, file in chips.items()
        }
    keys.update(
        k for design in designs for claim in design.claims.values() for k in (claim.source, claim.cited_in)
    )
    return {key for key in keys if key is not None}


def own_sources() -> set[str]:
    specs = [load_device(name).spec for name in DEVICES] + [load_workload(name).spec for name in WORKLOADS]
    cases = [load_case(name).spec for name in shipped_cases()]
    return {key for spec in (*specs, *cases) for key in spec.sources}


@pytest.mark.slow
def test_every_cited_source_is_in_the_bibliography() -> None:
    assert not cited() - set(bibliography()) - own_sources()


@pytest.mark.slow
def test_every_source_of_the_bibliography_is_cited_or_listed() -> None:
    assert not (set(bibliography()) | own_sources()) - cited() - READ_ONLY


def test_the_list_of_uncited_sources_names_only_sources() -> None:
    assert not READ_ONLY - set(bibliography())


@each("workload", WORKLOADS)
def test_assumptions_of_workloads_give_a_reason(workload: str) -> None:
    for claim in workload_claims(load_workload(workload).spec).values():
        assert claim.basis == DESIGN or claim.rationale or claim.source, claim.path


def test_every_shipped_number_is_within_its_own_spread() -> None:
    for name in DEVICES:
        for claim in load_device(name).claims.values():
            assert claim.low <= claim.value <= claim.high, claim.path


def compared_floats(tree: ast.AST) -> Iterator[int]:
    """Lines of a test where a float is compared by ``==``: with a number that has a point, or a result of one.

    Additions in another order, another processor and another BLAS move the last digits. A count is compared with a
    whole number and a zero with ``0.0``, which are exact; everything else with `pytest.approx`.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or any(
            isinstance(part, ast.Attribute) and part.attr == "approx" for part in ast.walk(node)
        ):
            continue
        sides = [node.left, *node.comparators]
        for place, operator in enumerate(node.ops):
            if isinstance(operator, ast.Eq | ast.NotEq) and any(
                _has_float(side) for side in sides[place : place + 2]
            ):
                yield node.lineno


def _has_float(side: ast.expr) -> bool:
    """Whether a side of a comparison is a float that is written out, or a sum or product with one."""
    if isinstance(side, ast.Constant):
        return isinstance(side.value, float) and side.value not in (0.0, math.inf)
    if isinstance(side, ast.Dict):
        return any(_has_float(value) for value in side.values)
    if isinstance(side, ast.List | ast.Tuple | ast.Set):
        return any(_has_float(value) for value in side.elts)
    if isinstance(side, ast.BinOp):
        return _has_float(side.left) or _has_float(side.right)
    return isinstance(side, ast.UnaryOp) and _has_float(side.operand)


def test_no_test_compares_a_computed_float_by_equality() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assert)
        for line in compared_floats(node)
    ]
    assert found == [], "compare with pytest.approx; a count with a whole number, a zero with 0.0"
    refused = (
        "f(x) == 7.5",
        "[f(x)] == [2.0]",
        "f(x) == 2.0 * y",
        "(f(x), 'V') == (1.0, 'V')",
        "1.0 != f(x)",
    )
    allowed = ("f(x) == 8", "f(x) == 0.0", "f(x) == pytest.approx(7.5)", "f(x) > 7.5", "f(x, 7.5) == y")
    assert [text for text in refused if not list(compared_floats(ast.parse(text)))] == []
    assert [text for text in allowed if list(compared_floats(ast.parse(text)))] == []
