"""The task of a worker, and how workers start without importing the calling program."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeAlias

from neuroest.core.startup import without_working_folder

Task: TypeAlias = Callable[[int], Any]


@contextmanager
def main_left_out() -> Iterator[None]:
    """Start workers without importing the calling program.

    A new process would first run the program's main module once more: a script whose calls are not under
    ``if __name__ == "__main__"`` would start workers endlessly, and any other waits for imports that no chunk
    needs. Nor do workers import from the working folder.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        with without_working_folder():
            yield
    finally:
        sys.modules["__main__"] = main
