"""The proof as a whole: its forms, its parts in order, its figures."""

import json
import queue
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from . import report, stories
from .planted import PLANTED, Caught


@dataclass(frozen=True)
class Form:
    """How much is proved."""

    name: str
    seeds: int
    kills: int
    waiting_in_outage: int

    def but(self, *, seeds: int | None, kills: int | None) -> "Form":
        return replace(
            self, seeds=self.seeds if seeds is None else seeds, kills=self.kills if kills is None else kills
        )


LONG = Form("long", seeds=10_000, kills=1_250, waiting_in_outage=9_000)
SHORT = Form("short", seeds=300, kills=150, waiting_in_outage=900)
SLICE = Form("slice", seeds=20, kills=0, waiting_in_outage=0)


@dataclass
class Scene:
    """One part with real processes."""

    name: str
    database: str
    kills: int
    documents: int
    lost: int
    doubled: int
    stuck: int
    seconds: float
    remarks: list[str] = field(default_factory=list)
    told: str = ""
    """What else is worth knowing of it."""

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.stuck or self.remarks)


@dataclass
class Result:
    form: Form
    first_seed: int = 0
    told: list[stories.Told] = field(default_factory=list)
    caught: list[Caught] = field(default_factory=list)
    scenes: list[Scene] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """What of the proof itself did not come to its end: then nothing is proved, whatever the figures say."""
    seconds: float = 0.0

    @property
    def failures(self) -> list[stories.Told]:
        return [told for told in self.told if told.violations]

    def counted(self, word: str) -> int:
        """Seeds in which something was lost, doubled or stuck."""
        return sum(any(_kind(v) == word for v in told.violations) for told in self.failures)

    def line(self) -> dict[str, Any]:
        """The last line."""
        found = sum(caught.seed is not None for caught in self.caught)
        return {
            "kills": sum(scene.kills for scene in self.scenes),
            "seeds": len(self.told),
            "lost": self.counted("lost") + sum(scene.lost for scene in self.scenes),
            "doubled": self.counted("doubled") + sum(scene.doubled for scene in self.scenes),
            "stuck": self.counted("stuck") + sum(scene.stuck for scene in self.scenes),
            "planted_caught": f"{found}/{len(PLANTED)}",
        }

    @property
    def holds(self) -> bool:
        line = self.line()
        return not (
            self.broken
            or self.failures
            or any(not scene.holds for scene in self.scenes)
            or any(caught.seed is None for caught in self.caught)
            or len(self.caught) < len(PLANTED)
            or line["lost"] + line["doubled"] + line["stuck"]
            or len(self.told) < self.form.seeds
            or line["kills"] < self.form.kills
        )


def _kind(violation: str) -> str:
    """Which of the three words of the last line a violation belongs to; anything else fails the proof as well."""
    for word in ("stuck", "lost", "doubled"):
        if word in violation:
            return word
    return {"I4": "doubled", "I5": "doubled", "I16": "doubled"}.get(violation.partition(":")[0], "lost")


def prove(form: Form, *, first_seed: int, workers: int) -> int:
    """Prove, print the figures and write the report; 0 when it holds. Whatever stops it on its way, the last line is
    the line of figures and the answer is not 0."""
    began = time.monotonic()
    result = Result(form, first_seed)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _say(
            f"Proof of delivery, {form.name} form: {form.seeds} seeds from {first_seed}, at least {form.kills} kills."
        )
        _all_parts(result, workers)
    except KeyboardInterrupt:
        result.broken.append("interrupted")
    except Exception:
        result.broken.append(traceback.format_exc())
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, signal.SIG_IGN)
    result.seconds = time.monotonic() - began
    for text in result.broken:
        _say(f"NOT PROVED: {text}")
    page = report.write(result)
    _say(
        f"{'It holds' if result.holds else 'IT DOES NOT HOLD'}, {result.seconds / 60:.1f} min. Report: {page}"
    )
    print(json.dumps(result.line()), flush=True)
    return 0 if result.holds else 1


def _all_parts(result: Result, workers: int) -> None:
    """The planted bugs alone; then seeds and processes side by side, for those wait and seeds reckon. The outage
    belongs to the part with processes, so that it is played once however the seeds are shared out."""
    form = result.form
    with stories.tellers(workers) as pool:
        _planted(pool, result)
        with _scenes(form) as played:
            asked = form.waiting_in_outage if form.kills else 0
            away = pool.submit(stories.outage, asked) if asked else None
            _seeds(pool, result, played)
            if away is not None:
                _show(result, _away(away.result()))
            while (scene := played.get()) is not None:
                _show(result, scene)


Played = queue.SimpleQueue[Scene | None]


@contextmanager
def _scenes(form: Form) -> Iterator[Played]:
    """The scenes with real processes, played beside the block; each comes when it has ended, and None at the end."""
    played: Played = queue.SimpleQueue()
    if not form.kills:
        played.put(None)
        yield played
        return
    from .kills import scenes

    stop = threading.Event()
    thread = threading.Thread(target=scenes.play, args=(form, played.put, stop), daemon=True)
    thread.start()
    try:
        yield played
    finally:
        stop.set()
        thread.join()


def _show(result: Result, scene: Scene) -> None:
    result.scenes.append(scene)
    _say(
        f"  {scene.name} ({scene.database}): {scene.kills} kills, {scene.documents} documents, lost {scene.lost}, "
        f"doubled {scene.doubled}, stuck {scene.stuck}, {scene.seconds:.0f} s"
    )
    for text in (scene.told, *scene.remarks):
        if text:
            _say(f"    {text}")


def _away(away: stories.Away) -> Scene:
    """The outage as a scene: everything is the program's but the clock and the wire."""
    counted = {word: sum(_kind(v) == word for v in away.violations) for word in ("lost", "doubled", "stuck")}
    return Scene(
        f"The portal away for 72 h, {away.waiting} waiting",
        "SQLite, simulated clock",
        0,
        away.visits,
        **counted,
        seconds=away.seconds,
        remarks=away.violations[:20],
        told=f"asked {away.knocks} times in 72 h; caught up in {away.caught_up / 60:.1f} min of 4 lines at 0.5 s a "
        f"call; what was closed meanwhile waited {away.live:.0f} s at most",
    )


def _planted(pool: Any, result: Result) -> None:
    began = time.monotonic()
    result.caught = stories.catch_all(pool)
    found = sum(caught.seed is not None for caught in result.caught)
    _say(f"Planted bugs caught: {found} of {len(result.caught)} in {time.monotonic() - began:.0f} s")
    for caught in result.caught:
        seed = "NOT CAUGHT" if caught.seed is None else f"seed {caught.seed:<3}"
        _say(f"  {caught.name:42} {seed} {caught.violation}")


def _seeds(pool: Any, result: Result, played: Played) -> None:
    began, last = time.monotonic(), 0.0

    def each(told: stories.Told) -> None:
        nonlocal last
        result.told.append(told)
        if told.violations:
            _say(f"  seed {told.seed}: {told.violations[0]}   (again: {again(told.seed)})")
        while not played.empty():
            scene = played.get()
            if scene is None:
                played.put(None)
                break
            _show(result, scene)
        done, all_of_them, gone = len(result.told), result.form.seeds, time.monotonic() - began
        if gone - last >= SAYS_EVERY:
            last = gone
            left = gone / done * (all_of_them - done) / 60
            _say(
                f"  {done} of {all_of_them} seeds, {len(result.failures)} violated; about {left:.0f} min of seeds left"
            )

    stories.tell_many(pool, range(result.first_seed, result.first_seed + result.form.seeds), each)
    crashes = sum(told.crashes for told in result.told)
    strikes = sum(len(told.struck) for told in result.told)
    submissions = sum(told.submissions for told in result.told)
    _say(
        f"Seeds: {len(result.told)}, {len(result.failures)} with a violation; {submissions} documents, "
        f"{strikes} strikes, {crashes} crashes, in {time.monotonic() - began:.0f} s"
    )


SAYS_EVERY = 30.0
"""Seconds between two lines of progress."""


def again(seed: int) -> str:
    """The one command that tells a story again, with its log."""
    return f".venv/bin/python -m prove --seed {seed}"


def _say(text: str) -> None:
    print(text, flush=True)
