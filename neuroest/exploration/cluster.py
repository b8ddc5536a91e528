"""Compute chunks on a Dask cluster, on this machine or many machines.

Each chunk is sent with the task, and its rows are sent back. So workers need no files and no state; they may leave
and join at any time.
"""

import asyncio
import logging
import pickle
import time
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any

from neuroest.core.errors import NeuroestError, UnknownNameError
from neuroest.core.installed import extra
from neuroest.core.lazy_registry import PluginWarning
from neuroest.core.startup import without_working_folder
from neuroest.exploration.chunks import source_digest
from neuroest.exploration.errors import ExplorationError
from neuroest.exploration.worker_main import Task, main_left_out

_CONNECT_SECONDS = 10
_LOOK_SECONDS = 5.0
"""Longest wait between two counts of the workers."""
_NO_WORKER_SECONDS = 60.0
"""Time without any worker after which a run gives up; finished chunks are kept."""
_RETRIES = 5
_WAITING = 2
"""Chunks in flight for each thread of a worker."""


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
