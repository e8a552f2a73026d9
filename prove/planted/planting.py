"""Planting a bug, and telling stories until somebody notices it."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..simulation.documents import CHECK_IN, HEALTH_CHECK
from ..simulation.story import Focus, Story

TRIES = 80
"""Stories told at most of one planted bug."""


@dataclass(frozen=True)
class Planted:
    """A bug, and the kind of story in which it shows."""

    name: str
    what: str
    plant: Callable[[], contextlib.AbstractContextManager[None]]
    focus: Focus


PLANTED: dict[str, Planted] = {}
BESIDES = (CHECK_IN, HEALTH_CHECK)
LOST_REPLIES = ("store-then-drop", "cut-reply")


def planted(
    name: str, **focus: Any
) -> Callable[[Callable[[], Iterator[None]]], Callable[[], Iterator[None]]]:
    def keep(plant: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
        what = " ".join((plant.__doc__ or "").split())
        story = Focus(**{"steps": 40, **focus})
        PLANTED[name] = Planted(name, what, contextlib.contextmanager(plant), story)
        return plant

    return keep


def written_anew(*asked: Any) -> list[tuple[Any, str, Any]]:
    """Prepared questions whose SQL is written once more while a bug is planted in what they are built of."""
    return [(question, "_written", {}) for question in asked]


@dataclass(frozen=True)
class Caught:
    name: str
    what: str
    seed: int | None
    """None: nobody noticed."""
    violation: str


def catch(name: str, template: Path) -> Caught:
    """Plant one bug and tell stories until an invariant breaks. Without the bug the same story has to hold."""
    bug = PLANTED[name]
    try:
        caught = _catch(bug, template)
        if caught.seed is None:
            return caught
        without = Story(caught.seed, template, bug.focus).tell().violations
        return replace(caught, seed=None, violation=f"not by the bug: {without[0]}") if without else caught
    except Exception as problem:
        # The program has changed and the bug cannot be planted any more: that proves nothing.
        return Caught(name, bug.what, None, f"not planted: {type(problem).__name__}: {problem}")


def _catch(bug: Planted, template: Path) -> Caught:
    with bug.plant():
        for seed in range(TRIES):
            story = Story(seed, template, bug.focus).tell()
            if story.violations:
                return Caught(bug.name, bug.what, seed, story.violations[0])
    return Caught(bug.name, bug.what, None, "")
