"""Somebody lets a thing go at the very moment at which somebody else finds that it must not, or has done so already.

On SQLite, where one writes at a time, the second begins when the first has ended.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from tests.crash.stage import until

from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.keeping import sent_line
from sosuckhoe.hospital.delivery.ledger import LEFT_BEFORE
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.outside import Left
from sosuckhoe.hospital.delivery.receipts import SentLine
from sosuckhoe.hospital.delivery.restoring import matching
from sosuckhoe.hospital.delivery.restoring.matching import reconcile_restore
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.restoring.releasing import NotReconciled, release_restore
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker

from .conftest import House
from .test_worker import _fresh_sessions, closed

__all__ = ["_fresh_sessions", "closed"]
Closed = Callable[..., Submission]


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def side_by_side(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """``second`` begins when ``first`` has done its deed and not committed yet, and has to wait for it; what it returns."""
    done, problems = threading.Event(), list[BaseException]()

    def other() -> None:
        try:
            with transaction.atomic():
                first()
                done.set()
                if connection.vendor == "postgresql":
                    until(somebody_waits)
        except BaseException as problem:
            problems.append(problem)
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert done.wait(30)
    try:
        return second()
    finally:
        thread.join()
        assert not problems


@pytest.fixture
def held(closed: Closed) -> Submission:
    """A record that is signed, and that a person holds."""
    submission = closed()
    assert Worker("before").sign_one()
    submission.refresh_from_db()
    actions.hold(by="giang", submission=submission, reason="chờ hỏi khoa")
    return submission


def newer_left(older: Submission) -> Left:
    """What the journal outside has of a next version, which this copy does not know."""
    attempt = older.attempts.model(number=1, fence=2)
    line = sent_line(older, attempt, timezone.now())
    fields = {name: getattr(line, name) for name in line.__dataclass_fields__}
    return Left(SentLine(**fields | {"version": line.version + 1, "document_sha256": "f" * 64}), None)


@pytest.mark.django_db(transaction=True)
def test_what_is_found_to_have_left_is_not_released_by_whoever_saw_it_before(held: Submission) -> None:
    shown, now = Submission.objects.get(pk=held.pk), timezone.now()

    def found() -> None:
        matching._hold(Submission.ledger.select_for_update().get(pk=held.pk), LEFT_BEFORE, now)

    def release() -> None:
        with pytest.raises(actions.LeftBefore):
            actions.release(by="giang", submission=shown, reason="đã hỏi")

    side_by_side(found, release)
    held.refresh_from_db()
    assert (held.state, held.problem_code) == (State.HELD, LEFT_BEFORE[0])


@pytest.mark.django_db(transaction=True)
def test_an_older_version_that_is_being_released_is_held_all_the_same(held: Submission) -> None:
    restore, left = declare(by="test", reason="thử"), newer_left(held)

    def release() -> None:
        actions.release(by="giang", submission=Submission.objects.get(pk=held.pk), reason="đã hỏi")

    def book() -> None:
        with transaction.atomic():
            matching._book(restore, left, timezone.now())

    side_by_side(release, book)
    held.refresh_from_db()
    assert (held.state, held.problem_code) == (State.HELD, "RESTORED-NEWER")


@pytest.mark.django_db
def test_nobody_releases_what_somebody_is_reconciling_anew(
    held: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore, refused = declare(by="test", reason="thử"), list[str]()
    reconcile_restore(by="test", restore=restore, journal_whole=True)

    def presses(point: str) -> None:
        with pytest.raises(NotReconciled):
            release_restore(by="an", restore=restore, reason="đã đối chiếu")
        refused.append(point)

    with monkeypatch.context() as here:
        here.setattr(matching, "here", presses)
        reconcile_restore(by="giang", restore=restore, journal_whole=False)
    assert refused == ["R02"]
    release_restore(by="an", restore=restore, reason="đã đối chiếu")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_an_earlier_record_at_once_the_second_finds_it_done(
    closed: Closed, connected: House
) -> None:
    version, there = closed().version, connected.destination
    added = actions.add_destination(
        by="test",
        facility=connected.facility,
        name="Cổng thứ hai",
        base_url=there.base_url,
        account=there.account,
        secret_reference=there.secret_reference,
    )

    def send() -> int:
        return actions.send_earlier(by="giang", destination=added, versions=[version], reason="gửi bù")

    assert side_by_side(send, send) == 0
    assert Submission.objects.filter(destination=added).count() == 1
