"""When a copy is due and when the last good one was taken: two files of the home, so that the facts outlive a database.

Copies are started by the machine's own timer. What we add is knowing that one did not come (F65).
"""

import json
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

FACTS = "backups.json"
LATE = timedelta(minutes=45)
"""After the missed time; the alarm has to be out within the hour (F65)."""
APART = timedelta(minutes=2)
"""What was written while the clock was further ahead than this says nothing of now."""
MOST_HOURS = 24 * 31
log = logging.getLogger("sosuckhoe.delivery")


@dataclass(frozen=True)
class Backups:
    """What is known of them at one moment."""

    hours: int | None = None
    """A copy is due so many hours after the one before; None: no schedule is set."""
    unreadable: bool = False
    """There is a schedule and nobody can read it."""
    since: datetime | None = None
    """When the schedule was set."""
    good_at: datetime | None = None
    """The moment the last good copy shows."""
    folder: str = ""
    failed_at: datetime | None = None
    why: str = ""
    """Why the last try after that did not work."""

    @property
    def due_at(self) -> datetime | None:
        begin = self.good_at or self.since
        return begin + timedelta(hours=self.hours) if self.hours and begin else None

    def is_missed(self, at: datetime) -> bool:
        return self.due_at is not None and at > self.due_at + LATE


def backups(at: datetime) -> Backups:
    """Read both files."""
    facts = _facts()
    good, failed = facts.get("good") or {}, facts.get("failed") or {}
    good_at, failed_at = _moment(good.get("taken_at"), at), _moment(failed.get("at"), at)
    hours, since, unreadable = _hours()
    return Backups(
        hours,
        unreadable,
        since,
        good_at,
        str(good.get("folder", "")),
        failed_at,
        str(failed.get("why", "")) if failed_at else "",
    )


def _hours() -> tuple[int | None, datetime | None, bool]:
    path: Path = settings.HOME.backup_hours
    try:
        text, since = path.read_text().strip(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None, None, False
    except (OSError, UnicodeDecodeError):
        return None, None, True
    if text in ("", "0"):
        return None, None, False
    if not text.isdecimal() or not 1 <= int(text) <= MOST_HOURS:
        return None, since, True
    return int(text), since, False


def _moment(text: Any, at: datetime) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo and found <= at + APART else None


def _facts() -> dict[str, Any]:
    try:
        found = json.loads((settings.HOME.path / FACTS).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def note_good(taken_at: datetime, folder: Path, size: int, seconds: float) -> None:
    """The failure before it, if any, is over."""
    _keep(
        {
            "good": {
                "taken_at": taken_at.isoformat(),
                "folder": str(folder),
                "bytes": size,
                "seconds": round(seconds, 1),
            }
        }
    )


def note_failure(at: datetime, why: str) -> None:
    _keep({**_facts(), "failed": {"at": at.isoformat(), "why": why}})


def _keep(facts: dict[str, Any]) -> None:
    """A copy is no worse for not being noted here; then the alarm comes though it would not have to."""
    place: Path = settings.HOME.path / FACTS
    fresh = place.with_name(f"{FACTS}.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(place)
    except OSError as problem:
        log.warning("the last backup could not be noted in %s: %s", place, problem.strerror)
        fresh.unlink(missing_ok=True)
