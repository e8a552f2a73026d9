"""The proof as a whole: its forms, its parts in order, its figures."""

import json
import time
from dataclasses import dataclass, field, replace
from typing import Any

from . import report, stories
from .planted import Caught


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
    visits: int
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
            "planted_caught": f"{found}/{len(self.caught)}",
        }

    @property
    def holds(self) -> bool:
        line = self.line()
        return not (
            self.failures
            or any(not scene.holds for scene in self.scenes)
            or any(caught.seed is None for caught in self.caught)
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
    began = time.monotonic()
    result = Result(form, first_seed)
    _say(
        f"Proof of delivery, {form.name} form: {form.seeds} seeds from {first_seed}, at least {form.kills} kills."
    )
    with stories.tellers(workers) as pool:
        _planted(pool, result)
        away = pool.apply_async(stories.outage, (form.waiting_in_outage,)) if form.waiting_in_outage else None
        _seeds(pool, result)
        if away is not None:
            _show(result, _away(away.get()))
    if form.kills:
        from .kills import scenes

        for scene in scenes.play(form):
            _show(result, scene)
    result.seconds = time.monotonic() - began
    page = report.write(result)
    _say(f"Report: {page}")
    print(json.dumps(result.line()), flush=True)
    return 0 if result.holds else 1


def _show(result: Result, scene: Scene) -> None:
    result.scenes.append(scene)
    _say(
        f"  {scene.name} ({scene.database}): {scene.kills} kills, {scene.visits} visits, lost {scene.lost}, "
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


def _seeds(pool: Any, result: Result) -> None:
    began = time.monotonic()

    def each(told: stories.Told) -> None:
        result.told.append(told)
        if told.violations:
            _say(f"  seed {told.seed}: {told.violations[0]}   (again: python -m prove --seed {told.seed})")
        if len(result.told) % 100 == 0:
            _say(f"  {len(result.told)} seeds, {time.monotonic() - began:.0f} s")

    stories.tell_many(pool, range(result.first_seed, result.first_seed + result.form.seeds), each)
    crashes = sum(told.crashes for told in result.told)
    strikes = sum(len(told.struck) for told in result.told)
    submissions = sum(told.submissions for told in result.told)
    _say(
        f"Seeds: {len(result.told)}, {len(result.failures)} with a violation; {submissions} record versions, "
        f"{strikes} strikes, {crashes} crashes, in {time.monotonic() - began:.0f} s"
    )


def _say(text: str) -> None:
    print(text, flush=True)
