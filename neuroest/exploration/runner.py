"""Compute chunks in this process, in worker processes or on a Dask cluster.

If a worker dies, its chunk is computed again. The result of a chunk does not depend on where it is computed.

Each chunk is sent with the task, and its rows are sent back. So workers need no files and no state; they may leave
and join at any time.
"""

import asyncio
import logging
import multiprocessing
import os
import pickle
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.installed import extra
from neuroest.core.lazy_registry import PluginWarning
from neuroest.core.startup import one_linear_algebra_thread, without_working_folder
from neuroest.exploration.chunks import source_digest
from neuroest.exploration.space import ExplorationError

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


_MOST_DEATHS = 5
"""Consecutive worker deaths, without a finished chunk in between, after which a run gives up."""


_WAITING = 2
"""Chunks in flight for each worker."""


def available_workers() -> int:
    """Processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def run_chunks(
    task: Task, chunks: Sequence[int], workers: int | None = None, scheduler: str | None = None
) -> Iterator[tuple[int, Any]]:
    """Yield the result of `task` for each chunk as it finishes.

    Parameters
    ----------
    task : callable
        Function of a chunk index; must be picklable.
    chunks : sequence of int
        Numbers.
    workers : int, optional
        Worker processes; by default one per processor, and none for a single chunk.
    scheduler : str, optional
        ``local`` for a Dask cluster on this machine, or the address of a scheduler.

    Raises
    ------
    ExplorationError
        When workers keep dying or a scheduler does not answer.
    """
    if workers is not None and (not isinstance(workers, int) or workers < 1):
        raise ExplorationError(f"{workers} workers cannot compute anything; ask for at least 1")
    count = min(workers or available_workers(), max(len(chunks), 1))
    if scheduler is not None:
        return on_dask(task, chunks, workers or available_workers(), scheduler)
    here = ((chunk, task(chunk)) for chunk in chunks)
    return here if count == 1 else _on_processes(task, chunks, count)


_own_task: list[Task] = []


def _begin(packed: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    one_linear_algebra_thread()
    warnings.simplefilter("ignore", PluginWarning)  # the parent has already warned
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent, Path(packed)), daemon=True).start()
    try:
        content = Path(packed).read_bytes()
    except FileNotFoundError:  # the run was stopped while this process started
        os._exit(1)
    _own_task[:] = [pickle.loads(content)]  # noqa: S301 - our own, from the process that started this one


def _end_with(parent: Any, task: Path) -> None:
    """Remove workers and the task file when the run itself is killed."""
    parent.join()
    shutil.rmtree(task.parent, ignore_errors=True)
    os._exit(1)


def _work(chunk: int) -> Any:
    return _own_task[0](chunk)


@contextmanager
def _packed(task: Task) -> Iterator[str]:
    """Write the task to a file for new workers.

    A new process gets its task through a pipe, and its parent keeps both ends open. A task larger than the
    pipe would block the parent forever if the process died before it had read everything.
    """
    with ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="neuroest-")))
            file = folder / "task"
            file.write_bytes(pickle.dumps(task))
        except OSError as error:
            raise ExplorationError(
                f"cannot write to {tempfile.gettempdir()}: {error.strerror or error}"
            ) from None
        yield str(file)


def _on_processes(task: Task, chunks: Sequence[int], workers: int) -> Iterator[tuple[int, Any]]:
    left = dict.fromkeys(chunks)
    deaths = 0
    with _packed(task) as packed:
        while left:
            with without_working_folder():  # a pool may start the tracker of its semaphores
                pool = ProcessPoolExecutor(
                    workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(packed,)
                )
            try:
                for chunk, result in _bounded(partial(_submit, pool), list(left), workers):
                    del left[chunk]
                    deaths = 0
                    yield chunk, result
            except BrokenProcessPool:
                deaths += 1
                if deaths >= _MOST_DEATHS:
                    raise ExplorationError(
                        f"worker processes died {deaths} times without finishing a chunk; memory may be short: "
                        "use fewer --workers"
                    ) from None
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                for process in list((getattr(pool, "_processes", None) or {}).values()):
                    process.terminate()


def _submit(pool: ProcessPoolExecutor, chunk: int) -> Future[Any]:
    """Submit a chunk to a pool, which starts workers on demand.

    If one worker dies while the next one starts, the pool closes its pipes during the start. The start then fails
    with a closed handle instead of the death that caused it.
    """
    try:
        return pool.submit(_work, chunk)
    except (OSError, ValueError) as error:
        if getattr(pool, "_broken", False):
            raise BrokenProcessPool(str(error)) from error
        raise


def _bounded(
    submit: Callable[[int], Future[Any]], chunks: Sequence[int], workers: int
) -> Iterator[tuple[int, Any]]:
    waiting = iter(chunks)
    flying: dict[Future[Any], int] = {}
    while True:
        while len(flying) < _WAITING * workers and (chunk := next(waiting, None)) is not None:
            with main_left_out():
                flying[submit(chunk)] = chunk
        if not flying:
            return
        done, _ = wait(flying, return_when=FIRST_COMPLETED)
        for future in done:
            yield flying.pop(future), future.result()


_CONNECT_SECONDS = 10
_LOOK_SECONDS = 5.0
"""Longest wait between two counts of the workers."""
_NO_WORKER_SECONDS = 60.0
"""Time without any worker after which a run gives up; finished chunks are kept."""
_RETRIES = 5


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Task:
    warnings.simplefilter("ignore", PluginWarning)  # the calling process has already warned
    task: Task = pickle.loads(zlib.decompress(packed))  # noqa: S301 - our own, from the process that asked
    return task


def _remote(packed: bytes, source: str, chunk: int) -> Any:
    """Compute one chunk on a worker."""
    if source_digest() != source:
        import socket  # noqa: PLC0415

        raise ExplorationError(
            f"the worker on {socket.gethostname()} has another version of neuroest than this machine; "
            "install the same on both"
        )
    return _unpacked(packed)(chunk)


def on_dask(task: Task, chunks: Sequence[int], workers: int, scheduler: str) -> Iterator[tuple[int, Any]]:
    """Yield the result of `task` for each chunk as it finishes; see `neuroest.exploration.runner.run_chunks`."""
    if scheduler != "local" and ":" not in scheduler:
        raise UnknownNameError("scheduler", scheduler, ["local"], "or the tcp:// or tls:// address of one")
    distributed = extra("distributed", "cluster")
    with _client(distributed, workers, scheduler) as client:
        # it is sent with every chunk, and the chips of a task share most of their text
        packed, waiting = zlib.compress(pickle.dumps(task), level=1), iter(chunks)
        flying: dict[Any, int] = {}
        while True:
            try:
                slots = _WAITING * max(1, sum(client.nthreads().values()))
                while len(flying) < slots and (chunk := next(waiting, None)) is not None:
                    future = client.submit(
                        _remote, packed, source_digest(), chunk, pure=False, retries=_RETRIES
                    )
                    flying[future] = chunk
                if not flying:
                    return
                finished = [(f, _result(f)) for f in _finished(distributed, client, scheduler, flying)]
            except (OSError, asyncio.CancelledError, CancelledError):
                raise ExplorationError(
                    f"lost the connection to the scheduler {scheduler}; finished chunks of a run with an output are "
                    "kept, run the same command again when it is back"
                ) from None
            for future, result in finished:
                yield flying.pop(future), result


@contextmanager
def _client(distributed: Any, workers: int, scheduler: str) -> Iterator[Any]:
    with _quiet(), ExitStack() as stack:
        try:
            if scheduler == "local":
                stack.enter_context(without_working_folder())  # also for workers that replace dead ones
                with main_left_out(), warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # about ports of an unused dashboard
                    cluster = distributed.LocalCluster(
                        n_workers=workers,
                        threads_per_worker=1,
                        processes=True,
                        host="127.0.0.1",
                        dashboard_address="127.0.0.1:0",
                    )
                client = distributed.Client(stack.enter_context(cluster))
            else:
                client = distributed.Client(scheduler, timeout=_CONNECT_SECONDS)
            stack.enter_context(client)
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            raise ExplorationError(
                f"the scheduler {scheduler} does not answer: {_first_line(error)}"
            ) from None
        yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Dask, which logs each connection that ends; this module reports errors itself."""
    logs = [logging.getLogger(n) for n in logging.root.manager.loggerDict if n.split(".")[0] == "distributed"]
    before = [(log, log.level) for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for log, level in before:
            log.setLevel(level)


def _finished(distributed: Any, client: Any, scheduler: str, flying: Mapping[Any, int]) -> list[Any]:
    """Wait for at least one chunk and return all finished ones."""
    alone_since = None
    while True:
        try:
            return list(
                distributed.wait(list(flying), timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED").done
            )
        except TimeoutError:
            pass
        if client.nthreads():
            alone_since = None
            continue
        alone_since = alone_since or time.monotonic()
        if time.monotonic() - alone_since > _NO_WORKER_SECONDS:
            raise ExplorationError(
                f"the scheduler {scheduler} has had no worker for {_NO_WORKER_SECONDS:.0f} s; finished chunks of a "
                "run with an output are kept, run the same command again when there are workers"
            )


def _result(future: Any) -> Any:
    from distributed.comm.core import CommClosedError  # noqa: PLC0415 - an extra, imported before by who asked

    try:
        return future.result()
    except (NeuroestError, CancelledError, CommClosedError):  # the last one of a scheduler that has gone
        raise
    except Exception as error:
        raise ExplorationError(f"a chunk failed on the cluster: {_first_line(error)}") from None


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
