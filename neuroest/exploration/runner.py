"""Compute chunks in this process, in worker processes or on a Dask cluster.

If a worker dies, its chunk is computed again. The result of a chunk does not depend on where it is computed.
"""

import multiprocessing
import os
import pickle
import shutil
import signal
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from neuroest.core.lazy_registry import PluginWarning
from neuroest.core.startup import one_linear_algebra_thread, without_working_folder
from neuroest.exploration.errors import ExplorationError
from neuroest.exploration.worker_main import Task, main_left_out

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
        from neuroest.exploration.cluster import on_dask  # noqa: PLC0415 - most runs need no cluster

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
