"""What a process sets before and after its work so that it starts, runs and ends sooner.

Times are processor time of ``neuroest estimate``, 0.54 s in all, on the machine that `benchmarks/README.md` describes;
`benchmarks/` holds the runs of lists.
"""

import gc
import os
import sys
from contextlib import suppress
from functools import cache
from typing import NoReturn

_OBJECTS_BEFORE_A_SEARCH = 200_000
_LARGE = 31 * 2**20
"""Bytes just below the size from which glibc's malloc gives every array back to the system, whatever came before."""


def search_for_cycles_rarely() -> None:
    """Let the garbage collector look for cycles after many more objects than by default.

    A run makes many objects, imported code among them, and drops few. Saves 0.04 s.
    """
    gc.set_threshold(_OBJECTS_BEFORE_A_SEARCH)


def one_linear_algebra_thread() -> None:
    """Let the linear algebra of numpy use one thread, which counts only before numpy is imported.

    It starts a thread a processor otherwise: idle in a short run (0.02 s), in each other's way in worker processes.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def without_plugins_of_pydantic() -> None:
    """Let pydantic not look for plug-ins in every installed package, which counts only before it is imported.

    Saves 0.02 s, more where much is installed.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def leave(code: int) -> NoReturn:
    """End a process that has no other process, thread or open file, without freeing its objects one by one.

    Saves 0.15 s.
    """
    with suppress(BrokenPipeError):  # what reads the output has gone
        sys.stdout.flush()
    os._exit(code)


@cache
def keep_memory() -> None:
    """Let the process keep the memory of one block of points for the next.

    By default malloc asks the system for each array above 128 KiB and returns it at once, and the system clears
    every page of it: with many layers half of the time of a list goes there. It changes its mind on the first large
    array that is returned, and keeps free memory up to twice that size.
    """
    import numpy as np  # noqa: PLC0415 - a process that makes no arrays does not need it

    np.empty(_LARGE, dtype=np.uint8)
