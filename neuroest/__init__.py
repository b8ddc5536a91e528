"""What a chip made of memristor neurons would really cost.

::

    import neuroest

    result = neuroest.estimate("diffusive_28nm_derived", "shd_recurrent_spiking")
    result.totals["energy_per_inference_J"]

Names are loaded when they are first used, so that importing the package costs next to nothing.
"""

import ast
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

if sys.flags.optimize > 1:
    from neuroest.core.docstrings import keep_texts

    keep_texts(__name__)


@cache
def _homes() -> dict[str, tuple[str, str]]:
    """Module and name of each public name, as the stub next to this file says for type checkers as well."""
    tree = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom))
    return {
        alias.asname or alias.name: (str(node.module), alias.name) for node in imports for alias in node.names
    }


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from neuroest.core.installed import package_version  # noqa: PLC0415 - slow, and rarely asked for

        return package_version()
    if name == "__all__":
        return sorted([*_homes(), "__version__"])
    if name.startswith("_") or name not in _homes():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _homes()[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_homes(), "__version__"])
