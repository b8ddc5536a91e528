"""Runs mutated files, and says what came of them."""

from __future__ import annotations

import multiprocessing
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
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from neuroest.core.errors import NeuroestError
from tests.fuzz.targets import TARGETS, WrongResultError

LONGEST = 10.0
"""Time of the processor after which an input counts as a hang. [s]."""
_LONGEST_WAIT = 60.0
"""Time by the clock after which one does, whatever else the machine does. [s]."""
KILLED_AFTER = 90.0
"""Time by the clock after which the process is killed: a loop in C runs no handler of a signal. [s]."""
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
    """Try so many inputs of a kind, in a process that is killed when one of them neither ends nor answers a signal.

    Parameters
    ----------
    kind : str
        One of `TARGETS`.
    count, seed : int
        Inputs, and the start of the random numbers.
    minutes : float
        End after so long all the same.
    """
    tally, end, next_one = Tally(), time.monotonic() + 60.0 * minutes, 0
    while next_one is not None:
        next_one = _watched(kind, count, seed, end, next_one, tally)
    return tally


def _watched(kind: str, count: int, seed: int, end: float, first: int, tally: Tally) -> int | None:
    """Try inputs from `first` on; the number of the next one if the process was killed or died, else None."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_try_all, args=(kind, count, seed, end, first, theirs), daemon=True)
    process.start()
    theirs.close()
    index, name, content, found = first, "", b"", ""
    try:
        while not found:
            if not ours.poll(KILLED_AFTER):
                found = "hang: takes too long, and answers no signal"
                break
            message = ours.recv()
            if message[0] == "try":
                _, index, name, content = message
                continue
            _, result, line, seconds = message
            tally.slowest = max(tally.slowest, seconds)
            tally.counts[result] += 1
            if line:
                tally.faults.setdefault(f"{result}: {name}: {line}", content)
            content = b""
    except EOFError:  # the process has ended
        process.join()
        if process.exitcode == 0:
            return None
        found = f"crash: the process ends with {process.exitcode}"
    finally:
        process.kill()
        process.join()
    tally.counts[found.partition(":")[0]] += 1
    tally.faults.setdefault(f"{found.partition(':')[0]}: {name}:{found.partition(':')[2]}", content)
    return index + 1


def _try_all(kind: str, count: int, seed: int, end: float, first: int, answers: Connection) -> None:
    """Try the inputs from `first` on, and report each before and after."""
    rng, target = random.Random(f"{kind} {seed}"), TARGETS[kind]
    seeds = target.seeds()
    with tempfile.TemporaryDirectory() as folder:
        for index in range(count):
            name, good = rng.choice(seeds)
            content = target.change(good, rng)
            if time.monotonic() > end:
                break
            if index < first:
                continue
            answers.send(("try", index, name, content))
            started = time.process_time()
            found, line = outcome(kind, name, content, Path(folder))
            answers.send(("got", found, line, time.process_time() - started))
