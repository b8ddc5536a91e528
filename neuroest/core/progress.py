"""Progress of a long run, reported to a callback."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[float], None]
"""Called with the share that is done, 0 to 1."""


def silent(_share: float) -> None:
    """Nobody asked."""


def part(progress: Progress, number: int, parts: int) -> Progress:
    """Progress of one of several equal parts of a run.

    Parameters
    ----------
    progress : callable
        Of the whole run.
    number : int
        Part, from zero.
    parts : int
        How many there are.

    Examples
    --------
    >>> seen = []
    >>> part(seen.append, 1, 4)(0.5)
    >>> seen
    [0.375]
    """

    def told(share: float) -> None:
        progress((number + share) / parts)

    return told
