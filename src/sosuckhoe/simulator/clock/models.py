import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models

_changing = threading.Lock()
_kept: "Clock | None" = None
"""The row as this process knows it: only the one serving process changes it."""


def real_now() -> datetime:
    return datetime.now(UTC)


class Clock(models.Model):
    """One row. Simulated time = ``simulated_at`` + (real time − ``real_at``) × ``factor``."""

    simulated_at = models.DateTimeField()
    real_at = models.DateTimeField()
    factor = models.FloatField(default=1.0)
    token_minutes_ahead = models.FloatField(default=0.0)
    """How far the token server's clock was put forward: tokens live in real minutes, tests do not wait."""

    @classmethod
    def load(cls) -> "Clock":
        global _kept
        if _kept is None:
            now = real_now()
            _kept, _ = cls.objects.get_or_create(pk=1, defaults={"simulated_at": now, "real_at": now})
        return _kept

    def reading(self) -> datetime:
        return self.simulated_at + (real_now() - self.real_at) * self.factor


def forget() -> None:
    """Read the row anew: a worker that starts inherits what its parent knew."""
    global _kept
    _kept = None


def now() -> datetime:
    """The simulated instant (aware, UTC)."""
    return Clock.load().reading()


_WALL = ZoneInfo("Asia/Ho_Chi_Minh")


def on_the_wall(at: datetime) -> datetime:
    """A moment as a Vietnamese clock shows it."""
    return at.astimezone(_WALL)


def token_now() -> datetime:
    """The instant by which tokens are judged: real time, unless put forward."""
    return real_now() + timedelta(minutes=Clock.load().token_minutes_ahead)


def change(
    *,
    advance_hours: float = 0.0,
    factor: float | None = None,
    at: datetime | None = None,
    advance_token_minutes: float = 0.0,
) -> datetime:
    """Put the clock forward, to an instant, or to another speed. It never goes back by ``advance_hours``."""
    if advance_hours < 0 or advance_token_minutes < 0:
        raise ValueError("the clock only goes forward; use `at` to set it")
    global _kept
    with _changing:
        before = Clock.load()
        clock = Clock(
            pk=before.pk,
            simulated_at=(at or before.reading()) + timedelta(hours=advance_hours),
            real_at=real_now(),
            factor=before.factor if factor is None else factor,
            token_minutes_ahead=before.token_minutes_ahead + advance_token_minutes,
        )
        clock.save()
        _kept = clock
    return clock.reading()
