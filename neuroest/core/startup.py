"""Processes of Python: settings that shorten start, run and exit, and other interpreters.

Times are processor time when each was introduced; `benchmarks/ratios.json` has those of today.

Python puts the working folder first on the search path of ``-c`` and ``-m``, also for the processes that
`multiprocessing` starts. A folder of downloaded files could then contain a ``typer.py`` that runs. Other interpreters
therefore import nothing from the working folder.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import NoReturn

_OBJECTS_BEFORE_A_SEARCH = 200_000
_LARGE = 31 * 2**20
"""Bytes just below the size from which glibc's malloc always returns an array to the system."""


def search_for_cycles_rarely() -> None:
    """Raise the number of objects after which the garbage collector looks for cycles.

    A run makes many objects, imported code among them, and drops few. Saves 0.05 s. Not for a process that computes
    for long: a cycle that holds arrays would fill its memory first.
    """
    gc.set_threshold(_OBJECTS_BEFORE_A_SEARCH)


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Do not look for cycles while many objects are made that stay. Recording and writing a plan take half the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def one_linear_algebra_thread() -> None:
    """Restrict numpy's linear algebra to one thread; this has an effect only before numpy is imported.

    Otherwise it starts one thread per processor. They are idle in a short run (0.02 s) and compete in worker processes.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def without_plugins_of_pydantic() -> None:
    """Stop pydantic from searching every installed package for plug-ins; this has an effect only before its import.

    Saves 0.02 s, more with many installed packages. A user who sets the variable decides instead.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def leave(code: int) -> NoReturn:
    """End a process without child processes, threads or open files, without freeing its objects one by one.

    Saves 0.15 s.
    """
    with suppress(BrokenPipeError):  # the reader of the output has exited
        sys.stdout.flush()
    os._exit(code)


@cache
def keep_memory() -> None:
    """Keep the memory of one block of points for the next block.

    By default malloc asks the system for each array above 128 KiB and returns it at once, and the system clears
    every page of it; with many layers this takes half the time of a list. After the first large array is freed,
    malloc keeps free memory up to twice that size.
    """
    import numpy as np  # noqa: PLC0415 - a process that makes no arrays does not need it

    np.empty(_LARGE, dtype=np.uint8)


_VARIABLE = "PYTHONSAFEPATH"
"""What has the effect of ``-P`` in every interpreter that is started."""


def python(*words: str) -> list[str]:
    """Command of this interpreter without the working folder on its search path.

    Examples
    --------
    >>> python("-m", "neuroest")[1:]
    ['-P', '-m', 'neuroest']
    """
    return [sys.executable, "-P", *words]


def leave_out_working_folder() -> None:
    """Make every interpreter that this process starts leave out the working folder."""
    os.environ[_VARIABLE] = "1"


@contextmanager
def without_working_folder() -> Iterator[None]:
    """Do the same for the interpreters that are started meanwhile."""
    before = os.environ.get(_VARIABLE)
    leave_out_working_folder()
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_VARIABLE, None)
        else:
            os.environ[_VARIABLE] = before
