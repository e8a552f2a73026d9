"""Two transactions that each wait for the other's row (F24). On SQLite, where one writes at a time, they only queue."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from tests.crash.stage import Portal, until

from sosuckhoe.hospital.delivery import receipts
from sosuckhoe.hospital.delivery.models import Attempt, Receipt, Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.journal.chain import verify_chain

from .test_worker import _fresh_sessions, calls, closed

__all__ = ["_fresh_sessions", "closed"]


@pytest.fixture
def broken() -> Iterator[list[str]]:
    """What the database broke off, by the name of its error, in this thread and in the other one."""
    yield []


@pytest.mark.django_db(transaction=True)
def test_an_answer_whose_transaction_is_broken_off_for_a_crossed_lock_is_kept_all_the_same(
    closed: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch, broken: list[str]
) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    answered, has_it = threading.Event(), threading.Event()

    def cross() -> None:
        """Lock the submission, wait until the worker wants it, and then want what the worker has."""
        try:
            assert answered.wait(30)
            with transaction.atomic():
                Submission.ledger.select_for_update().get(pk=submission.pk)
                has_it.set()
                if connection.vendor == "postgresql":
                    until(somebody_waits)
                list(Attempt.objects.select_for_update().filter(submission=submission))
        except OperationalError as problem:
            broken.append(type(problem.__cause__).__name__)
        finally:
            has_it.set()
            connection.close()

    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(cursor.fetchone()[0])

    really = receipts.append

    def append(line: receipts.ReceiptLine) -> None:
        really(line)
        answered.set()
        assert has_it.wait(30)

    def told(execute: Any, *arguments: Any) -> Any:
        try:
            return execute(*arguments)
        except OperationalError as problem:
            broken.append(type(problem.__cause__).__name__)
            raise

    monkeypatch.setattr(receipts, "append", append)
    other = threading.Thread(target=cross)
    other.start()
    with connection.execute_wrapper(told):
        assert worker.send_one()
        other.join()
        while worker.send_one():
            pass
    assert broken == (["DeadlockDetected"] if connection.vendor == "postgresql" else [])
    submission.refresh_from_db()
    assert submission.state == State.RECEIVED
    (call,) = calls(portal, submission)
    assert Receipt.objects.get().transaction_number == call["transaction"]
    assert verify_chain().whole
