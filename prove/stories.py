"""Many seeds, side by side, each in a hospital of its own; and the planted bugs, one after another in the same way."""

import gc
import multiprocessing
import multiprocessing.util
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .planted import PLANTED, Caught, catch
from .simulation.outage import Outage
from .simulation.story import Story
from .simulation.world import set_up, tear_down


@dataclass
class Told:
    """What came of one seed."""

    seed: int
    violations: list[str]
    crashes: int
    power_cuts: int
    arrivals: int
    submissions: int
    seconds: float
    points: dict[str, int] = field(default_factory=dict)
    struck: list[str] = field(default_factory=list)


_template: Path | None = None


def _begin() -> None:
    global _template
    os.nice(10)  # the processes that are killed beside us have deadlines, stories have none
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts the proof interrupts it as a whole
    gc.set_threshold(50_000, 20, 50)
    _template = set_up()
    multiprocessing.util.Finalize(None, tear_down, args=(_template,), exitpriority=1)  # type: ignore[attr-defined]


def tell(seed: int) -> Told:
    assert _template is not None
    began = time.perf_counter()
    story = Story(seed, _template).tell()
    return Told(
        seed,
        story.violations,
        story.crashes,
        story.power_cuts,
        len(story.portal.arrivals),
        len(story.attempted),
        time.perf_counter() - began,
        story.strikes.points,
        story.strikes.struck,
    )


@dataclass
class Away:
    """What came of 72 hours without the portal."""

    waiting: int
    violations: list[str]
    visits: int
    knocks: int
    caught_up: float
    live: float
    seconds: float


def outage(waiting: int) -> Away:
    assert _template is not None
    began = time.perf_counter()
    told = Outage(waiting, _template)
    told.tell()
    live = max(told.live, default=0.0)
    return Away(
        waiting,
        told.violations,
        len(told.acknowledged),
        told.knocks,
        told.caught_up,
        live,
        time.perf_counter() - began,
    )


def _catch(name: str) -> Caught:
    assert _template is not None
    return catch(name, _template)


@contextmanager
def tellers(number: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that tell stories; they start apart, so that none inherits another's database. When one of them dies
    whoever waits is told so."""
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(number, mp_context=apart, initializer=_begin) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()
            raise


CHUNK = 4


def _tell_some(seeds: range) -> list[Told]:
    return [tell(seed) for seed in seeds]


def tell_many(pool: ProcessPoolExecutor, seeds: range, each: Callable[[Told], None]) -> None:
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    for done in as_completed([pool.submit(_tell_some, chunk) for chunk in chunks]):
        for told in done.result():
            each(told)


def catch_all(pool: ProcessPoolExecutor) -> list[Caught]:
    return list(pool.map(_catch, PLANTED))


def replay(seed: int, planted: str = "") -> Story:
    """One seed again, in this process, with its log."""
    from contextlib import nullcontext

    template = set_up()
    try:
        bug = PLANTED[planted] if planted else None
        with bug.plant() if bug else nullcontext():
            return Story(seed, template, bug.focus).tell() if bug else Story(seed, template).tell()
    finally:
        tear_down(template)
