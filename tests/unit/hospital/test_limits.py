"""A destination's limit of a minute is one of calls: logins and questions take a place, and reception waits for none."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.crash.stage import Portal

from sosuckhoe.hospital.cards import asking
from sosuckhoe.hospital.cards.models import LookUp
from sosuckhoe.hospital.delivery import looking
from sosuckhoe.hospital.delivery.limits import FURTHEST, take_a_place
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.settling import REST
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.staff.models import Person

from .test_looking import _calm, lost
from .test_peace import QUESTION, another_process, clerk
from .test_worker import _fresh_sessions, closed, strike, work

__all__ = ["_calm", "_fresh_sessions", "clerk", "closed", "lost"]
pytestmark = pytest.mark.django_db

PLACE = timedelta(seconds=10)
"""Of six calls a minute."""


def limit(next_call_at: datetime | None = None) -> datetime:
    Destination.objects.update(calls_per_minute=6, next_call_at=next_call_at)
    return timezone.now()


def places(since: datetime) -> int:
    """How many were taken since then, as far as the next call has to wait for them."""
    next_call_at = Destination.objects.get().next_call_at
    return 0 if next_call_at is None else round((next_call_at - since) / PLACE)


def test_a_login_takes_a_place_and_so_does_a_call_that_is_repeated(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    since = limit()
    assert work(closed()).state == State.RECEIVED
    assert places(since) == 2
    since = limit()
    assert work(closed()).state == State.RECEIVED
    assert places(since) == 1
    since = limit()
    strike(portal, "body-401")
    assert work(closed()).state == State.RECEIVED
    assert places(since) == 3


def test_a_receipt_is_asked_about_when_there_is_a_place_and_takes_it(
    lost: Callable[..., Submission],
) -> None:
    submission = lost()
    due = submission.since + 2 * REST
    limit(due + PLACE)
    assert not looking.look_up_next(due) and not submission.look_ups.exists()
    limit(due)
    assert looking.look_up_next(due) and submission.look_ups.exists()
    assert places(due) == 1


def test_a_clerks_question_waits_for_no_place_and_what_is_sent_makes_up_for_it(
    closed: Callable[..., Submission], clerk: Person
) -> None:
    assert work(closed()).state == State.RECEIVED
    submission = closed()
    since = timezone.now()
    limit(since + PLACE)
    assert work(submission).state == State.SIGNED
    look_up = asking.ask(by=clerk, question=QUESTION)
    asking.complete(look_up)
    assert LookUp.objects.get(pk=look_up.pk).http_status == 200
    assert places(since) == 2
    another_process()
    asking.complete(asking.ask(by=clerk, question=QUESTION, again=True))
    assert places(since) == 4, "with its login"
    Destination.objects.update(next_call_at=timezone.now())
    assert work(submission).state == State.RECEIVED


def test_however_much_is_asked_what_waits_is_never_held_back_further_than_the_bound(
    closed: Callable[..., Submission],
) -> None:
    """Further ahead it would be taken for what a wrong clock has set, and hold for nothing."""
    closed()
    now = limit()
    for _ in range(100):
        take_a_place(Destination.objects.get(), now)
    assert Destination.objects.get().next_call_at == now + FURTHEST
    limit(now + timedelta(days=1))
    take_a_place(Destination.objects.get(), now)
    assert Destination.objects.get().next_call_at == now + PLACE


def test_where_there_is_no_limit_nothing_is_written(
    closed: Callable[..., Submission], django_assert_num_queries: Any
) -> None:
    closed()
    destination = Destination.objects.get()
    with django_assert_num_queries(0):
        take_a_place(destination, timezone.now())
