"""How long a destination is left alone: between probes of a silent one, and where it has asked to be.

Both stand in ``quiet_until``; which it is tells ``failures``. A silent destination has failed ``QUIET_AFTER`` times or
more in a row. One that answers a login with "come back later" (Retry-After) has answered, so it never counts as many, and
while there is peace no failure is counted. Peace holds for all that share the login: records, check-ins, look-ups.
"""

from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Least

from .answers import Answer, Word
from .models import Destination
from .prepared import over

QUIET_AFTER = 3
"""So many failures in a row mean the portal, not the record: then one probe in ``QUIET``."""
QUIET = timedelta(seconds=30)
LONGEST_WAIT = 3600
"""Seconds, when the portal itself asks for a time."""
LONGEST_PEACE = timedelta(seconds=LONGEST_WAIT + 60)
"""None lies further ahead. One that does was set by a clock that has been put back since; ``prepared.over``."""


def quiet_over(now: datetime, prefix: str = "") -> Q:
    """Whether something may be sent again."""
    until, failures = f"{prefix}quiet_until", f"{prefix}failures__gte"
    probed = Q(**{failures: QUIET_AFTER}) & over(until, now, 2 * QUIET)
    return Q(**{f"{until}__isnull": True}) | over(until, now, LONGEST_PEACE) | probed


def peace(now: datetime, prefix: str = "") -> Q:
    """Whether it has asked to be left alone until later than now."""
    until, failures = f"{prefix}quiet_until", f"{prefix}failures__lt"
    return Q(**{failures: QUIET_AFTER, f"{until}__gt": now, f"{until}__lte": now + LONGEST_PEACE})


def is_quiet(destination: Destination, now: datetime) -> bool:
    """Of one that was read already: whether nothing may be sent now."""
    longest = 2 * QUIET if destination.failures >= QUIET_AFTER else LONGEST_PEACE
    return destination.quiet_until is not None and now < destination.quiet_until <= now + longest


def has_peace(destination: Destination, now: datetime) -> bool:
    """Of one that was read already: whether it has asked to be left alone."""
    return destination.failures < QUIET_AFTER and is_quiet(destination, now)


def keep_peace(destination: Destination, answer: Answer, now: datetime) -> bool:
    """Leave it alone as long as it has asked for when it answered a login; False where it has not asked.

    Whoever asks for a moment again and again is not asked more often than one that is silent.
    """
    if answer.word is not Word.TRY_LATER or not answer.code.startswith("LOGIN-") or not answer.retry_after:
        return False
    asked = timedelta(seconds=min(answer.retry_after, LONGEST_WAIT))
    first = When(failures__lt=QUIET_AFTER - 1, then=Value(now + asked))
    Destination.objects.filter(pk=destination.pk).update(
        quiet_until=Case(first, default=Value(now + max(asked, QUIET))),
        failures=Least(F("failures") + 1, QUIET_AFTER - 1),
    )
    return True
