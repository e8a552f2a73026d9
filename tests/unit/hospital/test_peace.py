"""A destination that answers a login with "come back later" is left alone until then, by whoever shares the login."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.crash.stage import Portal

from sosuckhoe.hospital.cards import asking
from sosuckhoe.hospital.cards.models import LookUp
from sosuckhoe.hospital.cards.question import Question
from sosuckhoe.hospital.delivery import actions, looking
from sosuckhoe.hospital.delivery.answers import Answer, Word, login_answer
from sosuckhoe.hospital.delivery.hub import answers as hub_answers
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.quiet import LONGEST_WAIT, QUIET, QUIET_AFTER, has_peace, is_quiet
from sosuckhoe.hospital.delivery.sessions import SESSIONS
from sosuckhoe.hospital.delivery.settling import REST
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.stopping import count_answer
from sosuckhoe.hospital.delivery.worker import CheckInWorker, Worker
from sosuckhoe.hospital.staff.actions import add_person
from sosuckhoe.hospital.staff.models import Person
from sosuckhoe.hospital.web.shell.sending import sending_key

from .conftest import House
from .test_check_ins import told
from .test_looking import _calm, lost
from .test_worker import _fresh_sessions, closed, strike, work

__all__ = ["_calm", "_fresh_sessions", "closed", "lost"]
pytestmark = pytest.mark.django_db

LATER = Answer(Word.TRY_LATER, "LOGIN-429", "", retry_after=600)
BUSY = Answer(Word.TRY_LATER, "HTTP-503", "", retry_after=600)


def another_process() -> None:
    SESSIONS.__init__()  # type: ignore[misc]


def busy(portal: Portal, seconds: int = 600) -> None:
    another_process()
    strike(portal, "login-busy", path="token", next_calls=None, parameters={"retry_after": seconds})


def logins(portal: Portal) -> int:
    found, after = 0, 0
    while page := portal.desk(f"history.json?after={after}&limit=500"):
        found += sum(call["service"] == "token" for call in page)
        after = page[-1]["id"]
    return found


@pytest.fixture
def clerk(connected: House, settings: Any) -> Person:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    facts = {"username": "em", "full_name": "Trần Thị Em", "roles": ["reception"]}
    person = add_person(by="test", **facts, password="mot-cau-dai-de-nho", facility=connected.facility)
    person.portal_id = "099190000002"
    person.save()
    return person


QUESTION = Question("XX4990000000001", "Nguyễn Thị Bình", "1990")


def test_a_login_that_is_told_to_come_back_later_leaves_the_portal_alone_that_long(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    busy(portal, 600)
    told()
    first, others = closed(), [closed() for _ in range(3)]
    before, now = logins(portal), timezone.now()
    first = work(first)
    assert (first.state, first.problem_code) == (State.SIGNED, "LOGIN-429")
    there = Destination.objects.get()
    assert there.quiet_until is not None and 595 <= (there.quiet_until - now).total_seconds() <= 620
    for line in (Worker("b"), CheckInWorker("c")):
        another_process()
        while line.sign_one():
            pass
        assert not line.send_one(), "nothing is claimed, by whoever and for whatever"
    assert logins(portal) == before + 1
    assert sending_key(there) == "asked-to-wait"
    # When the time has come, all of it goes out.
    portal.desk("faults", method="DELETE")
    Destination.objects.update(quiet_until=timezone.now())
    Submission.objects.update(not_before=None)
    worker = Worker("d")
    while worker.send_one():
        pass
    assert {Submission.objects.get(pk=each.pk).state for each in (first, *others)} == {State.RECEIVED}
    assert sending_key(Destination.objects.get()) != "asked-to-wait"


def test_who_lets_it_go_on_is_not_kept_waiting(closed: Callable[..., Submission], portal: Portal) -> None:
    busy(portal)
    submission = work(closed())
    portal.desk("faults", method="DELETE")
    actions.resume(by="giang", destination=Destination.objects.get())
    assert work(submission).state == State.RECEIVED


def test_reception_asks_nothing_meanwhile_and_is_told_why(clerk: Person, portal: Portal) -> None:
    busy(portal)
    first = asking.ask(by=clerk, question=QUESTION)
    waits = asking.ask(by=clerk, question=QUESTION, again=True)
    before = logins(portal)
    asking.complete(first)
    assert has_peace(Destination.objects.get(), timezone.now())
    # What waited in the line of this process makes no call, and what comes now is not even noted.
    asking.complete(LookUp.objects.select_related("destination__facility").get(pk=waits.pk))
    assert logins(portal) == before + 1
    assert LookUp.objects.get(pk=waits.pk).code == "NOT-ASKED"
    with pytest.raises(asking.PortalAsksToWait, match="hẹn gọi lại"):
        asking.ask(by=clerk, question=QUESTION, again=True)


def test_receipts_are_not_asked_about_meanwhile(lost: Callable[..., Submission], portal: Portal) -> None:
    first = lost()
    lost()
    busy(portal)
    before, due = logins(portal), first.since + 2 * REST
    assert looking.look_up_next(due) and not looking.look_up_next(due)
    assert looking.next_look_up(due) is None
    assert logins(portal) == before + 1
    portal.desk("faults", method="DELETE")
    assert looking.look_up_next(due + timedelta(minutes=11))


def test_what_concerns_records_only_keeps_no_question_from_the_portal(
    closed: Callable[..., Submission], clerk: Person, portal: Portal
) -> None:
    strike(portal, "http-503", next_calls=5, parameters={"retry_after": 600})
    for _ in range(4):
        work(closed())
    there = Destination.objects.get()
    assert there.failures >= QUIET_AFTER and is_quiet(there, timezone.now())
    look_up = asking.ask(by=clerk, question=QUESTION)
    asking.complete(look_up)
    assert LookUp.objects.get(pk=look_up.pk).http_status == 200


def test_what_was_under_way_neither_ends_nor_shortens_peace(closed: Callable[..., Submission]) -> None:
    submission = closed()
    began = timezone.now()
    count_answer(submission, LATER, began)
    until = began + timedelta(seconds=600)
    received = Answer(Word.ACCEPTED, "200", "", transaction_number="1")
    for answer in (BUSY, BUSY, BUSY, BUSY, received, BUSY):
        count_answer(submission, answer, began + timedelta(seconds=20))
        there = Destination.objects.get()
        assert there.quiet_until == until and has_peace(there, began + timedelta(seconds=30))
    # After it the next failure counts, and an answer ends what is left of it.
    count_answer(submission, BUSY, until + QUIET)
    count_answer(submission, received, until + 2 * QUIET)
    there = Destination.objects.get()
    assert (there.failures, there.quiet_until) == (0, None)


@pytest.mark.parametrize(("asked", "waits"), [(99_999, LONGEST_WAIT), (7, 7)])
def test_what_it_asks_for_is_bounded(closed: Callable[..., Submission], asked: int, waits: int) -> None:
    now = timezone.now()
    count_answer(closed(), Answer(Word.TRY_LATER, "LOGIN-503", "", retry_after=asked), now)
    assert Destination.objects.get().quiet_until == now + timedelta(seconds=waits)


def test_who_asks_for_a_moment_again_and_again_is_asked_no_more_often_than_who_is_silent(
    closed: Callable[..., Submission],
) -> None:
    now, submission = timezone.now(), closed()
    for _ in range(QUIET_AFTER):
        count_answer(submission, Answer(Word.TRY_LATER, "LOGIN-503", "", retry_after=1), now)
    assert Destination.objects.get().quiet_until == now + QUIET


@pytest.mark.parametrize(
    ("failures", "ahead", "waits"),
    [
        (1, timedelta(seconds=LONGEST_WAIT), True),
        (1, timedelta(seconds=LONGEST_WAIT + 90), False),
        (QUIET_AFTER, QUIET, True),
        (QUIET_AFTER, timedelta(minutes=10), False),
    ],
)
def test_a_clock_that_was_ahead_holds_nothing_back_longer_than_anybody_may_ask(
    closed: Callable[..., Submission], portal: Portal, failures: int, ahead: timedelta, waits: bool
) -> None:
    submission = closed()
    Destination.objects.update(failures=failures, quiet_until=timezone.now() + ahead)
    assert is_quiet(Destination.objects.get(), timezone.now()) == waits
    assert work(submission).state == (State.SIGNED if waits else State.RECEIVED)


def test_only_a_login_that_is_to_be_tried_again_asks_for_it() -> None:
    for answer_of in (login_answer, hub_answers.login_answer):
        assert answer_of(503, b"<html>", retry_after=60).retry_after == 60
        assert answer_of(503, b"<html>").retry_after is None
        assert answer_of(401, b"", retry_after=60).word is Word.REJECTED
    assert login_answer(200, b'{"maKetQua":"500"}', retry_after=60).retry_after == 60
