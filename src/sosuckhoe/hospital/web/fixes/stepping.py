"""Much work from one page, in small steps: each request does a part and asks for the next one, with a bar that moves and can
be stopped. What waits and what is behind travels in the form; nothing is kept between two steps.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import QueryDict

STEP = 20
"""Visits done in one request: well under a second or two each time."""


def step(
    asked: QueryDict,
    *,
    begin: Iterable[int] | None,
    most: int,
    counts: Mapping[str, str],
    work: Callable[[list[int]], Any],
) -> dict[str, Any]:
    """Do one step and return what the page shows of it.

    ``begin``: what waits, in the first request; None in the later ones, whose form names it. ``counts``: of what ``work``
    answers, the lists that are counted, and the names of the form under which the counts travel.
    """
    if begin is None:
        waiting = [int(each) for each in asked.getlist("chon")[:most] if each.isdigit() and len(each) < 19]
    else:
        waiting = list(begin)[:most]
    behind = {name: _number(asked.get(field, "")) for name, field in counts.items()}
    stopped = "dung" in asked
    if not stopped and waiting:
        part, waiting = waiting[:STEP], waiting[STEP:]
        found = work(part)
        for name in counts:
            behind[name] += len(getattr(found, name))
    done = sum(behind.values())
    return {"waiting": waiting, "stopped": stopped, "behind": done, "whole": done + len(waiting), **behind}


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 9 else 0
