"""Progress of a long run, reported to a callback."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[float], None]
"""Callback that receives the finished share, 0 to 1."""


def silent(_: object) -> None:
    """Callback that ignores the finished share, or the name of the next run."""


def part(progress: Progress, number: int, parts: int) -> Progress:
    """Progress of one of several equal parts of a run.

    Parameters
    ----------
    progress : callable
        Callback of the whole run.
    number : int
        Index of the part, from zero.
    parts : int
        Number of parts.

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
