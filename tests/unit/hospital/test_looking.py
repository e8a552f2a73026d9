"""Door one: a destination that can be asked is asked; what it has is booked, what it has not is for a person."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from tests.crash.stage import PASSWORD, Paper, Portal

from sosuckhoe.hospital.delivery import doors, evidence, looking
from sosuckhoe.hospital.delivery.actions import pause
from sosuckhoe.hospital.delivery.calling import Exchange
from sosuckhoe.hospital.delivery.models import Destination, ReceiptLookUp, Said, Submission
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.sessions import SESSIONS
from sosuckhoe.hospital.delivery.settling import REST
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import next_due
from sosuckhoe.hospital.journal.models import Entry

from .conftest import House
from .test_backlog import copies_of, plan_of
from .test_evidence import examined
from .test_worker import _fresh_sessions, calls, closed, strike, work

__all__ = ["_fresh_sessions", "closed"]
pytestmark = pytest.mark.django_db

SERVICE = "/_simulator/receipts"


@pytest.fixture(autouse=True)
def _calm(portal: Portal) -> Iterator[None]:
    yield
    portal.desk("options", {"receipt_look_up": "none"})


@pytest.fixture
def lost(closed: Callable[..., Submission], connected: House, portal: Portal) -> Callable[..., Submission]:
    """A record whose answer was lost, at a destination that can be asked."""

    def do(scenario: str = "store-then-drop", answers: str = "truthful") -> Submission:
        Destination.objects.update(receipt_look_up=SERVICE)
        portal.desk("options", {"receipt_look_up": answers})
        strike(portal, scenario)
        found = work(closed())
        assert found.state == State.UNKNOWN
        return found

    return do


def after(submission: Submission, rest: timedelta = REST) -> datetime:
    return submission.since + rest


def ask(submission: Submission) -> Submission:
    assert looking.look_up_next(after(submission))
    return Submission.objects.get(pk=submission.pk)


def test_what_the_portal_has_is_booked_under_its_number_without_another_call(
    lost: Callable[..., Submission], portal: Portal
) -> None:
    submission = lost()
    (sent,) = calls(portal, submission)
    found = ask(submission)
    receipt = found.receipts.get()
    assert (found.state, receipt.transaction_number) == (State.RECEIVED, sent["transaction"])
    assert receipt.stated_by == doors.LOOKED_UP
    assert len(calls(portal, submission)) == 1
    look = found.look_ups.get()
    assert (look.said, look.http_status) == (Said.THERE, 200)
    assert sent["transaction"].encode() in bytes(look.answer)
    assert Entry.objects.filter(action="unknown-was-found", object_id=str(found.pk)).count() == 1


def test_evidence_says_that_the_number_came_by_asking(lost: Callable[..., Submission], paper: Paper) -> None:
    found = ask(lost())
    data = evidence.container_for(found.version)
    verdict, codes = examined(data, paper)
    assert (verdict, "RECEIPT-STATED" in codes) == ("unknown", True)


def test_what_the_portal_does_not_have_is_not_sent_again_by_that(
    lost: Callable[..., Submission],
) -> None:
    submission = lost("drop-unstored")
    assert ask(submission).state == State.UNKNOWN
    assert submission.look_ups.get().said == Said.NOT_THERE
    assert Submission.objects.get().attempt_count == 1
    doors.it_is_not_there(by="giang", submission=submission, reason="máy hỏi và tôi tra đều không thấy")
    assert work(submission).state == State.RECEIVED


@pytest.mark.parametrize("stored", ["store-then-drop", "drop-unstored"])
def test_a_look_up_that_lies_books_nothing_and_sends_nothing(
    lost: Callable[..., Submission], stored: str
) -> None:
    submission = lost(stored, "wrong")
    found = ask(submission)
    assert (found.state, found.receipts.count()) == (State.UNKNOWN, 0)
    said = {"store-then-drop": Said.NOT_THERE, "drop-unstored": Said.STRANGE}
    assert found.look_ups.get().said == said[stored]
    assert found.attempt_count == 1


@pytest.mark.parametrize(
    ("status", "broken", "changes", "said"),
    [
        (200, "", {}, Said.THERE),
        (500, "", {}, Said.NO_ANSWER),
        (None, "", {}, Said.NO_ANSWER),
        (200, "Incomplete", {}, Said.NO_ANSWER),
        (200, "", {"found": "true"}, Said.NO_ANSWER),
        (200, "", {"transaction": ""}, Said.STRANGE),
        (200, "", {"transaction": None}, Said.STRANGE),
        (200, "", {"sha256": "0" * 64}, Said.STRANGE),
    ],
)
def test_only_a_whole_good_answer_with_our_hash_and_a_number_says_that_it_is_there(
    closed: Callable[..., Submission],
    connected: House,
    status: int | None,
    broken: str,
    changes: dict[str, object],
    said: Said,
) -> None:
    submission = work(closed())
    assert submission.document is not None
    body = {"found": True, "transaction": "MP1", "sha256": submission.document.sha256, **changes}
    exchange = Exchange("POST", status, "", json.dumps(body).encode(), broken)
    assert looking._meaning(submission, exchange).said == said


def test_while_a_restored_copy_is_on_hold_nobody_is_asked(lost: Callable[..., Submission]) -> None:
    submission = lost()
    declare(by="test", reason="thử")
    assert not looking.look_up_next(after(submission)) and not submission.look_ups.exists()


def test_one_that_is_down_is_asked_again_less_and_less_often(lost: Callable[..., Submission]) -> None:
    submission = lost(answers="unavailable")
    assert not looking.look_up_next(after(submission) - timedelta(seconds=1))
    moments = [after(submission)]
    for _ in range(5):
        assert looking.look_up_next(moments[-1])
        assert not looking.look_up_next(moments[-1] + REST)
        wait = looking.next_look_up(moments[-1])
        assert wait is not None
        moments.append(moments[-1] + timedelta(seconds=wait))
    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert waits == sorted(waits) and waits[0] == 4 * REST and waits[-1] == looking.LEAST_OFTEN
    assert set(ReceiptLookUp.objects.values_list("said", "http_status")) == {(Said.NO_ANSWER, 503)}
    assert Submission.objects.get().state == State.UNKNOWN


def test_one_that_the_portal_has_is_found_behind_hundreds_that_it_has_not(
    lost: Callable[..., Submission],
) -> None:
    """Those that came first are asked about once an hour in the end: the last one does not wait for them."""
    before = copies_of(lost("drop-unstored"), 250)
    asked = timezone.now() + REST
    ReceiptLookUp.objects.bulk_create(
        ReceiptLookUp(submission=each, at=asked, said=Said.NOT_THERE)
        for each in [Submission.objects.earliest("pk"), *before]
    )
    last = lost()
    assert next_due(last.since) == pytest.approx(REST.total_seconds())
    plan = "\n".join(plan_of(lambda: looking.next_look_up(last.since)))
    if connection.vendor == "sqlite":
        assert re.search(r"SEARCH delivery_submission USING INDEX ledger_(next|age) \(state=", plan), plan
        assert "SEARCH delivery_receiptlookup USING" in plan, plan
    assert ask(last).state == State.RECEIVED


def test_everything_has_its_turn_and_who_waits_longest_has_it_first(lost: Callable[..., Submission]) -> None:
    waiting = [lost("drop-unstored").pk for _ in range(3)]
    now = after(Submission.objects.latest("since"))
    for turn in range(9):
        wait = looking.next_look_up(now)
        assert wait is not None
        now += timedelta(seconds=wait)
        assert looking.look_up_next(now)
        assert ReceiptLookUp.objects.latest("id").submission_id == waiting[turn % 3]


def test_one_question_that_goes_wrong_keeps_no_other_waiting(
    lost: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = lost(), lost()

    def broken(*, submission: Submission, **found: str) -> None:
        raise ValueError(f"cannot book {submission.pk}")

    with monkeypatch.context() as here:
        here.setattr(doors, "it_was_found", broken)
        assert ask(second).look_ups.count() == 0, "the first has its turn first"
    assert first.look_ups.count() == 2, "the question, and that nothing came of it"
    assert ask(second).state == State.RECEIVED
    assert looking.look_up_next(after(first) + timedelta(hours=1))
    assert Submission.objects.get(pk=first.pk).state == State.RECEIVED


def test_what_came_late_is_booked_when_it_is_there(lost: Callable[..., Submission], portal: Portal) -> None:
    submission = lost(answers="late")
    assert ask(submission).look_ups.get().said == Said.NOT_THERE
    portal.desk("options", {"receipt_look_up": "truthful"})
    assert looking.look_up_next(after(submission) + 4 * REST)
    assert Submission.objects.get().state == State.RECEIVED


def test_the_number_of_another_record_opens_no_door(
    lost: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ask(lost()), lost()
    number = first.receipts.get().transaction_number
    assert second.document is not None
    said = {"found": True, "transaction": number, "sha256": second.document.sha256}
    monkeypatch.setattr(looking, "fields_of", lambda body: said)
    found = ask(second)
    assert (found.state, found.look_ups.get().said) == (State.UNKNOWN, Said.STRANGE)


def test_a_person_who_was_faster_is_not_contradicted(
    lost: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = lost()
    (sent,) = calls(portal, submission)
    really = looking._ask

    def meanwhile(asked: Submission) -> Any:
        answer = really(asked)
        doors.it_is_there(
            by="giang", submission=submission, transaction_number=sent["transaction"], reason="thấy trên cổng"
        )
        return answer

    monkeypatch.setattr(looking, "_ask", meanwhile)
    found = ask(submission)
    assert (found.state, found.receipts.get().stated_by) == (State.RECEIVED, "giang")


def test_nothing_is_asked_where_there_is_no_such_service_or_sending_is_paused(
    lost: Callable[..., Submission],
) -> None:
    submission = lost()
    pause(by="hai", destination=submission.destination, reason="thử")
    assert not looking.look_up_next(after(submission))
    Destination.objects.update(paused_at=None, paused_why="", receipt_look_up="")
    assert not looking.look_up_next(after(submission))
    assert looking.next_look_up(timezone.now()) is None


def test_a_session_that_the_portal_ended_is_renewed_for_the_question(lost: Callable[..., Submission]) -> None:
    submission = lost()
    (kept,) = SESSIONS._kept.items()
    SESSIONS._kept[kept[0]] = replace(kept[1], access_token="ended")
    assert ask(submission).state == State.RECEIVED


def test_neither_token_nor_password_is_kept_with_a_question(lost: Callable[..., Submission]) -> None:
    look = ask(lost()).look_ups.get()
    kept = look.request_head + look.answer_head + bytes(look.answer).decode()
    assert "…" in look.request_head and PASSWORD not in kept
    assert "accesstoken: …" in look.request_head.lower()


def test_who_sends_until_nothing_is_left_waits_for_the_first_question_about_each(
    lost: Callable[..., Submission],
) -> None:
    submission = lost("drop-unstored")
    wait = next_due(submission.since)
    assert wait is not None and 0 < wait <= REST.total_seconds()
    assert looking.look_up_next(after(submission))
    assert next_due(after(submission)) is None


def test_a_ledger_that_cannot_be_read_ends_no_line(
    lost: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = lost()
    really = looking._asked_about

    def broken(at: datetime) -> Any:
        monkeypatch.setattr(looking, "_asked_about", really)
        raise OperationalError("gone")

    monkeypatch.setattr(looking, "_asked_about", broken)
    monkeypatch.setattr(looking, "close_old_connections", lambda: None)  # the test's own is in a transaction
    assert not looking.take_a_turn()
    Submission.objects.update(since=timezone.now() - 2 * REST)
    assert looking.take_a_turn()
    assert Submission.objects.get(pk=submission.pk).state == State.RECEIVED


def test_a_wrong_password_is_tried_once_and_not_for_every_question(
    lost: Callable[..., Submission], portal: Portal
) -> None:
    """By night there may be nothing to send that would stop the destination first (F44)."""
    first = lost("drop-unstored")
    copies_of(first, 6)
    SESSIONS.__init__()  # type: ignore[misc]
    keep_secret("portal", "sai-mat-khau")
    before = portal.desk("history.json?after=0&limit=500")[-1]["id"]
    while looking.look_up_next(after(first)):
        pass
    tried = [
        call["code"] for call in portal.desk(f"history.json?after={before}") if call["service"] == "token"
    ]
    there = Destination.objects.get()
    assert tried == ["401"] and there.paused
    assert "mật khẩu" in there.paused_why
    assert Entry.objects.filter(action="destination-paused").count() == 1
