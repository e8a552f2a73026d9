"""The count that pages show: kept for some minutes, and taken in the background where it is long.

A page that opens never waits for tens of thousands of visits: it shows the last count with its time, or how far the
first one has come. What is small is counted at once, for then waiting would be the longer way.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import close_old_connections, connection
from django.utils import timezone

from ...visits.models import Visit
from ..models import Destination
from .older import older_open
from .reconciling import Reconciliation
from .reconciling_run import last_change, last_days, look, reconcile_now
from .stories import bounds

log = logging.getLogger("sosuckhoe.delivery")

KEPT_FOR = timedelta(minutes=5)
AT_ONCE = 1500
"""So many visits are counted while the page is being made: well under half a second."""
MOST_KEPT = 12

Key = tuple[str, date, date, int | None]


@dataclass
class Progress:
    """A count under way, in visits."""

    whole: int
    started_at: datetime
    done: int = 0
    broken: bool = False
    """It ended without a result; the log says why. The next page begins again."""

    @property
    def percent(self) -> int:
        return min(99, 100 * self.done // self.whole) if self.whole else 0


@dataclass(frozen=True)
class Count:
    """What is known now: the last result, however old, and the count under way, if there is one."""

    result: Reconciliation | None
    progress: Progress | None = None


_kept: dict[Key, tuple[int, Reconciliation]] = {}
"""With the last change that it had seen."""
_running: dict[Key, Progress] = {}
_guard = threading.Lock()
_one_at_a_time = threading.Lock()


def count(days: int, *, destination: Destination | None = None, anew: bool = False, by: Any = None) -> Count:
    """The count of the last so many days.

    ``anew``: whatever is kept. ``by``: the count is also noted in the journal, in this person's name.
    """
    first, last = last_days(days)
    key = (str(connection.settings_dict["NAME"]), first, last, destination.pk if destination else None)
    with _guard:
        seen, found = _kept.get(key, (0, None))
        progress = _running.get(key)
    fresh = found is not None and seen == last_change() and _is_young(found)
    if progress is not None:
        return Count(found, progress)
    if fresh and not anew and by is None:
        return Count(found)
    whole = _closed(first, last)
    if whole <= AT_ONCE:
        whole += len(older_open(first))
    if whole <= AT_ONCE:
        with _one_at_a_time:
            return Count(_take(key, destination, by, None))
    with _guard:
        progress = _running.get(key)
        if progress is None:
            progress = _running[key] = Progress(whole, timezone.now())
            threading.Thread(
                target=_in_background, args=(key, destination, by, progress), name="count", daemon=True
            ).start()
    return Count(found, progress)


def known(days: int) -> Reconciliation | None:
    """The count over all destinations, where there is one; a long one that is missing is begun. Waits for nothing."""
    return count(days).result


def _is_young(found: Reconciliation) -> bool:
    return timedelta(0) <= timezone.now() - found.at < KEPT_FOR


def _closed(first: date, last: date) -> int:
    begin, end = bounds(first, last)
    return Visit.objects.filter(closed_at__gte=begin, closed_at__lt=end, cancelled=False).count()


def _take(key: Key, destination: Destination | None, by: Any, progress: Progress | None) -> Reconciliation:
    def each(done: int) -> None:
        if progress is not None:
            progress.done = done

    _, first, last, _ = key
    seen = last_change()
    if by is not None:
        result = reconcile_now(first, last, by=by, each=each)
        if destination is not None:
            result = look(first, last, destination=destination)
    else:
        result = look(first, last, destination=destination, each=each)
    with _guard:
        if len(_kept) > MOST_KEPT:
            _kept.clear()
        _kept[key] = seen, result
    return result


def _in_background(key: Key, destination: Destination | None, by: Any, progress: Progress) -> None:
    try:
        with _one_at_a_time:
            _take(key, destination, by, progress)
    except Exception:
        progress.broken = True
        log.exception("the count in the background failed; the next page begins it again")
    finally:
        with _guard:
            _running.pop(key, None)
        close_old_connections()
        connection.close()
