"""Docstrings under ``python -OO``, which drops them: texts of this package are part of its output.

The sections of docstrings are the texts of checks, exclusions, model errors and help. Under ``-OO`` the modules of the
package are therefore compiled as under ``-O``, each time they are imported, since the cache holds them without texts.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

_WITHOUT_ASSERTIONS = 1
"""Level of optimisation that keeps docstrings."""


class _Loader(SourceFileLoader):
    """Compiles a module with its docstrings."""

    def source_to_code(self, data: Any, path: Any, **_options: Any) -> CodeType:  # type: ignore[override]
        """Compile a module without its assertions."""
        code: CodeType = compile(data, path, "exec", dont_inherit=True, optimize=_WITHOUT_ASSERTIONS)
        return code

    def path_stats(self, path: Any) -> Any:
        """No compiled file is read or written: it would have no docstrings."""
        raise OSError


class _Finder(MetaPathFinder):
    """Finds the modules of one package."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module of the package as Python finds it, with another loader."""
        if not fullname.startswith(f"{self.package}."):
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and isinstance(found.loader, SourceFileLoader):
            found.loader = _Loader(fullname, found.loader.path)
        return found


def keep_texts(package: str) -> None:
    """Keep the docstrings of a package's modules that are imported from now on."""
    sys.meta_path.insert(0, _Finder(package))
