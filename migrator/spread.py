"""Many jobs of the same kind, done by as many processes as the machine has processors."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from typing import TypeVar

from migrator.errors import MigrateError

__all__ = ["spread"]

T = TypeVar("T")

FEW = 200
"""So many jobs are done here: to start a process costs half a second, which is what thirty jobs take."""
_MOST = 8
"""More processes than these wait for the one that hands out the jobs."""
_AHEAD = 8
"""Jobs handed out for each process, before the first result is taken: enough that none has to wait."""


def spread(jobs: Iterable[Callable[[], T]], *, waiting: bool = False) -> Iterator[T]:
    """Do all jobs and yield what they return, in their order. Jobs and results have to be picklable.

    `waiting` says that the jobs wait for a disk half of their time: two of them share a processor.

    Jobs are taken as they can be done, so that they may be made one by one from what still comes in. What a job
    raises is raised here and ends the others, as does whoever stops reading. MigrateError when a process is gone.
    """
    todo = iter(jobs)
    yield from (job() for job in islice(todo, FEW))
    rest = list(islice(todo, 1))
    processors = _processors()
    processes = min(processors * (2 if waiting else 1), _MOST)
    pool = _pool(processes) if rest and processors > 1 else None
    if pool:
        yield from _spread(chain(rest, todo), pool, processes * _AHEAD)
    else:
        yield from (job() for job in chain(rest, todo))


def _spread(jobs: Iterable[Callable[[], T]], pool: ProcessPoolExecutor, ahead: int) -> Iterator[T]:
    waiting: deque[Future[T]] = deque()
    with _ending(pool):
        for job in jobs:
            waiting.append(pool.submit(job))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _pool(processes: int) -> ProcessPoolExecutor | None:
    """Processes that share nothing with this one: it may have threads, whose locks a fork would copy.

    None where the system has no semaphores, as a container without /dev/shm: everything can be done here as well.
    """
    context = multiprocessing.get_context("spawn")
    try:
        return ProcessPoolExecutor(processes, mp_context=context, initializer=_begin)
    except (ImportError, NotImplementedError, OSError):
        return None


@contextmanager
def _ending(pool: ProcessPoolExecutor) -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise MigrateError(
            "a process that did a part of the work was ended from outside; is there enough memory?"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Ctrl-C is the first process's to handle; where that is gone, there is nobody left to work for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _processors() -> int:
    """How many this process may use. Source: sched_getaffinity(2), which not every system has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
