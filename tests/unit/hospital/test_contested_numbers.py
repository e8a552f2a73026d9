"""A portal that gives one transaction number to two records at the same moment: the number is nobody's receipt by what the
journal outside says of it.
"""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from tests.crash.stage import Portal

from sosuckhoe.hospital.delivery import outside, receipts, settling
from sosuckhoe.hospital.delivery.models import Attempt, LostSubmission, Receipt, Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.restoring.anchoring import anchor
from sosuckhoe.hospital.delivery.restoring.matching import reconcile_restore
from sosuckhoe.hospital.delivery.restoring.noticing import declare
from sosuckhoe.hospital.delivery.sending import send_submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import LEASE, Worker

from .test_worker import _fresh_sessions, closed, strike, work

__all__ = ["_fresh_sessions", "closed"]
pytestmark = pytest.mark.django_db
Claimed = tuple[Submission, Attempt]


def claimed(closed: Callable[..., Submission]) -> tuple[Claimed, Claimed]:
    """Two records, each in the hands of a line of its own."""
    for _ in range(2):
        closed()
        assert Worker("signs").sign_one()
    (first,), (second,) = Worker("one").claim(), Worker("other").claim()
    return first, second


def at_the_same_moment(
    first: Claimed, second: Claimed, portal: Portal, patch: pytest.MonkeyPatch, point: str
) -> None:
    """The second is answered, under the number of the first, while the first stands at ``point`` with its answer."""
    waiting = [second]

    def stands_at(name: str) -> None:
        if name == point and waiting:
            strike(portal, "receipt-of-another-visit")
            send_submission(*waiting.pop())

    with patch.context() as while_it_stands:
        while_it_stands.setattr(settling, "here", stands_at)
        send_submission(*first)
    lines = [line for line in outside.lines() if isinstance(line, receipts.ReceiptLine)]
    assert len(lines) == 2 and len({line.transaction_number for line in lines}) == 1, "as it is to be here"


def states(*items: Claimed) -> list[str]:
    return [Submission.ledger.get(pk=submission.pk).state for submission, _ in items]


def reconciled() -> None:
    reconcile_restore(by="test", restore=declare(by="test", reason="thử"), journal_whole=True)


@pytest.mark.parametrize("point", ["K19", "K19-NOTED"])
def test_in_a_copy_that_knows_neither_both_are_unknown(
    closed: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    first, second = claimed(closed)
    copy = transaction.savepoint()
    at_the_same_moment(first, second, portal, monkeypatch, point)
    assert states(first, second) == [State.UNKNOWN, State.RECEIVED]
    transaction.savepoint_rollback(copy)
    reconciled()
    assert states(first, second) == [State.UNKNOWN, State.UNKNOWN]
    assert not Receipt.objects.exists()


def test_in_a_copy_that_knows_one_the_other_is_unknown_and_not_sent_again(
    closed: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor(timezone.now())  # the journal outside reaches back, so its silence would mean that nothing left
    first, second = claimed(closed)
    send_submission(*first)
    copy = transaction.savepoint()
    strike(portal, "receipt-of-another-visit")
    with monkeypatch.context() as looked_a_moment_before:
        looked_a_moment_before.setattr(settling, "is_anothers", lambda *_: False)
        send_submission(*second)
    assert states(first, second) == [State.RECEIVED, State.UNKNOWN]
    transaction.savepoint_rollback(copy)
    reconciled()
    assert states(first, second) == [State.RECEIVED, State.UNKNOWN]
    assert [receipt.submission_id for receipt in Receipt.objects.all()] == [first[0].pk]


def test_in_a_copy_without_the_records_both_are_listed_without_a_number(
    closed: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = transaction.savepoint()
    at_the_same_moment(*claimed(closed), portal, monkeypatch, "K19")
    transaction.savepoint_rollback(copy)
    reconciled()
    assert list(LostSubmission.objects.values_list("transaction_number", "receipt")) == [("", {})] * 2


def test_where_older_programs_noted_receipts_only_both_left_all_the_same(
    closed: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = claimed(closed)
    at_the_same_moment(first, second, portal, monkeypatch, "K19")
    lines = [line for line in outside.lines() if isinstance(line, receipts.ReceiptLine)]
    settings.HOME.receipts.unlink()
    for line in lines:
        receipts.append(line)
    left = outside.everything_that_left(0, outside.size())
    assert {each.line.submission for each in left} == {first[0].pk, second[0].pk}
    assert [(each.transaction_number, each.at) for each in left] == [
        ("", outside.moment_of(n)) for n in lines
    ]


def test_after_a_crash_between_the_lines_and_the_database_both_are_unknown(
    closed: Callable[..., Submission], portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = claimed(closed)

    class Killed(BaseException):
        pass

    def killed(name: str) -> None:
        if name == "K19-NOTED":
            raise Killed

    monkeypatch.setattr(settling, "here", killed)
    with pytest.raises(Killed):
        send_submission(*first)
    strike(portal, "receipt-of-another-visit")
    with pytest.raises(Killed):
        send_submission(*second)
    assert recover(at=timezone.now() + 2 * LEASE) == 2
    assert states(first, second) == [State.UNKNOWN, State.UNKNOWN]
    assert not Receipt.objects.exists()


def test_a_number_that_the_portal_repeats_for_the_same_record_is_its_receipt(
    closed: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission, copy = closed(), transaction.savepoint()
    assert work(submission).state == State.RECEIVED
    (line,) = (line for line in outside.lines() if isinstance(line, receipts.ReceiptLine))
    receipts.append(line)
    transaction.savepoint_rollback(copy)
    reconciled()
    assert Receipt.objects.get().transaction_number == line.transaction_number
