"""Other interpreters of Python, which import nothing from the working folder.

Python puts the working folder first on the search path of ``-c`` and ``-m``, also for the processes that
`multiprocessing` starts. A folder of downloaded files could then contain a ``typer.py`` that runs.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
