"""How long, in words: ages of waiting work and what is left until a deadline."""

from datetime import datetime, timedelta

from django.utils import timezone


def span(length: timedelta) -> str:
    """A length of time with one unit, rounded down: ``3 giờ``, ``2 ngày``."""
    seconds = abs(int(length.total_seconds()))
    if seconds < 60:
        return "dưới 1 phút"
    if seconds < 3600:
        return f"{seconds // 60} phút"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} giờ"
    days = seconds // 86400
    return f"{days} ngày" if days < 2 * 365 else f"{days // 365} năm"


def age(since: datetime) -> str:
    return span(timezone.now() - since)


def left(until: datetime, now: datetime | None = None) -> str:
    """``còn 3 giờ`` before a deadline, ``quá 2 ngày`` after it."""
    rest = until - (now or timezone.now())
    return f"quá {span(rest)}" if rest.total_seconds() < 0 else f"còn {span(rest)}"
