"""Many files on all cores: results come in the order of the files, and only a few are in memory at a time."""

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from sosuckhoe.healthbook import validation
from sosuckhoe.healthbook.validation import Checked, Policy
from sosuckhoe.healthbook.validation.gathering import gathered
from sosuckhoe.healthbook.validation.habits import as_habits

from .refusals import Refused, refused
from .sources import Source

CHUNK = 8
"""Files handed over at once: enough to hide the handing over, few enough to keep order cheaply."""
AHEAD = 4
"""Chunks in flight for each process; how far a fast one may run ahead of a slow one."""
_PARENT_LOOKS = 2.0
_MANAGER_ENDS = 5.0
"""Seconds; with its processes gone it needs none."""

Results = list[Checked]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every file."""

    day: date
    expected: bool = False
    policy: Policy | None = None
    gather: bool = False
    """Whether a habit of the exporter is told once, for people; machines get every cell."""

    def ask(self, source: Source) -> Results:
        """The results of one file, without the records, which nobody here reads again."""
        try:
            data = source.read()
        except Refused as problem:
            return [refused(source.name, problem.code)]
        found = validation.check(
            data, day=self.day, name=source.name, policy=self.policy, expected=self.expected
        )
        if self.gather:
            found = [
                replace(result, faults=gathered(as_habits(result.faults, result.edition or None)))
                for result in found
            ]
        return [replace(result.advised(), record=None) for result in found]

    def ask_all(self, sources: list[Source]) -> list[Results]:
        return [self.ask(source) for source in sources]


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def checked(sources: Iterable[Source], question: Question, *, jobs: int) -> Iterator[Results]:
    """The results of every file, in the order of the files.

    The first chunk is checked here, so that a few files need no other process, and the processes that are forked
    afterwards find the checkers ready.
    """
    stream = iter(sources)
    for source in islice(stream, None if jobs <= 1 else CHUNK):
        yield question.ask(source)
    if jobs > 1:
        yield from _by_many(stream, question, jobs)


def _by_many(stream: Iterator[Source], question: Question, jobs: int) -> Iterator[Results]:
    first = list(islice(stream, CHUNK))
    if not first:
        return
    flying: deque[tuple[list[Source], Future[list[Results]]]] = deque()
    pool = _pool(jobs)
    try:
        chunk = first
        while chunk or flying:
            while chunk and len(flying) < AHEAD * jobs:
                flying.append((chunk, pool.submit(question.ask_all, chunk)))
                chunk = list(islice(stream, CHUNK))
            asked, answer = flying.popleft()
            try:
                yield from answer.result()
            except BrokenProcessPool:
                # A process died (out of memory?). What was in flight is asked again, each file apart from others.
                again = [asked, *(sources for sources, _ in flying)]
                flying.clear()
                pool.shutdown(wait=False, cancel_futures=True)
                for source in (source for sources in again for source in sources):
                    yield _apart(source, question)
                pool = _pool(jobs)
    except BaseException:
        _stop(pool)
        raise
    pool.shutdown()


def _pool(jobs: int) -> ProcessPoolExecutor:
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
    return ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context(method), initializer=_begin, initargs=(os.getpid(),)
    )


def _begin(parent: int) -> None:
    """A worker leaves stopping to its parent, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_LOOKS)
    os._exit(1)


def _apart(source: Source, question: Question) -> Results:
    pool = _pool(1)
    try:
        return pool.submit(question.ask, source).result()
    except BrokenProcessPool:
        return [refused(source.name, "FILE-CHECK-STOPPED")]
    finally:
        _stop(pool)


def _stop(pool: ProcessPoolExecutor) -> None:
    """End at once: what the processes are doing is of no use any more."""
    processes, manager = list((pool._processes or {}).values()), pool._executor_manager_thread
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()
    if manager is not None:
        # Python's own exit would wake this thread through a pipe that the thread may just be closing.
        manager.join(_MANAGER_ENDS)  # type: ignore[attr-defined]
