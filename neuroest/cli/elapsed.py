"""Elapsed time of a long command, on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from threading import Event, Lock, Thread
from typing import TextIO

from neuroest.core.progress import Progress, silent

_PATIENCE = 2.0
"""Seconds after which the running time of a command is shown; a convention."""
_SIGNALLED = 128
"""Exit codes above this one are of signals."""
_ERASE = "\r\x1b[K"


_running: ContextVar[Elapsed | None] = ContextVar("neuroest_running", default=None)


def progress_shown() -> Progress:
    """Progress callback of a long run; the running time then shows the finished share and the time left."""
    running = _running.get()
    return silent if running is None else running.move


@contextmanager
def without_count() -> Iterator[None]:
    """Takes the running time off the terminal while something else is written there."""
    running = _running.get()
    if running is None:
        yield
        return
    with running.lock:
        running.erase()
        yield


class Elapsed:
    """Shows on a terminal for how long a command has run, from two seconds on, and at its end how long it took.

    Used as a context.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._begun = time.monotonic()
        self._done = Event()
        self.lock = Lock()
        self._shown = False
        self._begun_share: float | None = None
        self._done_share = 0.0
        self._thread: Thread | None = None
        self._token: Token[Elapsed | None] | None = None

    def __enter__(self) -> Elapsed:
        if self._stream.isatty():
            self._thread = Thread(target=self._count, daemon=True)
            self._thread.start()
        self._token = _running.set(self)
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if self._token is not None:
            _running.reset(self._token)
        if self._thread is None:
            return
        self.stop()
        taken = time.monotonic() - self._begun
        if taken > _PATIENCE:
            code = getattr(error, "exit_code", getattr(error, "code", None))
            how = "done in" if error is None or code is not None else "failed after"
            if isinstance(error, KeyboardInterrupt) or (isinstance(code, int) and code > _SIGNALLED):
                how = "stopped after"
            self._write(f"neuroest: {how} {taken:.1f} s\n")

    def stop(self) -> None:
        """Show no running time any more."""
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def move(self, share: float) -> None:
        """Take down the share that is done."""
        self._done_share = max(share, 0.0)
        if self._begun_share is None:  # what is there already took no time
            self._begun_share = self._done_share

    def _text(self) -> str:
        """The running time and, where a share is known, the time left if the rest is as slow as what is done."""
        spent, share = time.monotonic() - self._begun, self._done_share
        text = f"{_ERASE}neuroest: running, {spent:.0f} s"
        if share:
            text += f", {100.0 * share:.0f} % done"
        fresh = share - (self._begun_share or 0.0)
        return f"{text}, {spent * max(1.0 - share, 0.0) / fresh:.0f} s left" if fresh > 0.0 else text

    def _count(self) -> None:
        if self._done.wait(_PATIENCE):
            return
        while True:
            with self.lock:
                self._write(self._text())
                self._shown = True
            if self._done.wait(1.0):
                break
        with self.lock:
            self.erase()

    def erase(self) -> None:
        """Erase the running time where it is shown; it comes back with the next second."""
        if self._shown:
            self._write(_ERASE)
            self._shown = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
