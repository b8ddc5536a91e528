"""Runs mutated files, and says what came of them."""

from __future__ import annotations

import random
import re
import signal
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from neuroest.core.errors import NeuroestError
from tests.fuzz.targets import TARGETS, WrongResultError

LONGEST = 10.0
"""Time of the processor after which an input counts as a hang. [s]."""
_LONGEST_WAIT = 60.0
"""Time by the clock after which one does, whatever else the machine does. [s]."""
_LONGEST_LINE = 1_000


class HungError(BaseException):
    """An input took too long; no `except Exception` of the code under test may catch it."""


@dataclass
class Tally:
    """What came of the inputs of one kind."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: dict[str, bytes] = field(default_factory=dict)
    slowest: float = 0.0
    """Time of the processor that the longest took. [s]."""

    @property
    def inputs(self) -> int:
        """All of them."""
        return self.counts.total()


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Ends what takes longer, where the system has the means."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        raise HungError

    timers = (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, _LONGEST_WAIT),
    )
    before = [signal.signal(number, stop) for number, _, _ in timers]
    for _, timer, longest in timers:
        signal.setitimer(timer, longest)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0.0)
            signal.signal(number, handler)


def outcome(kind: str, seed: str, content: bytes, folder: Path) -> tuple[str, str]:
    """What came of an input: accepted, refused or a fault, and a line that says which fault."""
    target = TARGETS[kind]
    name = seed if target.suffix == ".yaml" else "input"
    file = folder / f"{name}{target.suffix}"
    file.unlink(missing_ok=True)  # a new file is written faster than an old one is emptied
    file.write_bytes(content)
    try:
        with warnings.catch_warnings(), limited(LONGEST):
            warnings.simplefilter("error")
            warnings.simplefilter(
                "ignore", FutureWarning
            )  # old words are accepted with one, once in a process
            target.read(file, seed)
    except NeuroestError as error:
        return _refusal(error)
    except HungError:
        return "hang", "takes too long"
    except WrongResultError as error:
        return "wrong", re.sub(r"-?\d[\d.e+-]*", "#", str(error))
    except Exception as error:  # the finding that this is for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return (
            "traceback",
            f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno} {str(error)[:80]}",
        )
    return "accepted", ""


def _refusal(error: NeuroestError) -> tuple[str, str]:
    text = str(error)
    if not text.strip():
        return "message", f"{type(error).__name__} says nothing"
    for line in text.split("\n"):
        if not line.isprintable():
            return "message", f"cannot be printed: {line[:80]!r}"
        if len(line) > _LONGEST_LINE:
            return "message", f"a line of more than {_LONGEST_LINE} characters: {line[:60]}"
    return "refused", ""


def run(kind: str, count: int, seed: int, minutes: float = float("inf")) -> Tally:
    """Try so many inputs of a kind.

    Parameters
    ----------
    kind : str
        One of `TARGETS`.
    count, seed : int
        Inputs, and the start of the random numbers.
    minutes : float
        End after so long all the same.
    """
    rng, tally, end = random.Random(f"{kind} {seed}"), Tally(), time.monotonic() + 60.0 * minutes
    target = TARGETS[kind]
    seeds = target.seeds()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(count):
            name, good = rng.choice(seeds)
            content = target.change(good, rng)
            if time.monotonic() > end:
                break
            started = time.process_time()
            found, line = outcome(kind, name, content, Path(folder))
            tally.slowest = max(tally.slowest, time.process_time() - started)
            tally.counts[found] += 1
            if line:
                tally.faults.setdefault(f"{found}: {name}: {line}", content)
    return tally
