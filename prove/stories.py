"""Many seeds, side by side, each in a hospital of its own; and the planted bugs, one after another in the same way."""

import gc
import multiprocessing
import multiprocessing.pool
import multiprocessing.util
import os
import time
from collections.abc import Callable, Iterator
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
    os.nice(5)
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
def tellers(number: int) -> Iterator["multiprocessing.pool.Pool"]:
    """Processes that tell stories; they start apart, so that none inherits another's database."""
    pool = multiprocessing.get_context("spawn").Pool(number, initializer=_begin)
    try:
        yield pool
    finally:
        pool.close()
        pool.join()


def tell_many(pool: "multiprocessing.pool.Pool", seeds: range, each: Callable[[Told], None]) -> None:
    for told in pool.imap_unordered(tell, seeds, chunksize=4):
        each(told)


def catch_all(pool: "multiprocessing.pool.Pool") -> list[Caught]:
    return pool.map(_catch, PLANTED, chunksize=1)


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
