"""What several lines of work wait with at the same moment is written together, and one's failure stays its own."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from sosuckhoe.hospital.delivery import hand, outside, receipts, settling, together
from sosuckhoe.hospital.delivery.answers import Answer, Word
from sosuckhoe.hospital.delivery.claims import RECORDS
from sosuckhoe.hospital.delivery.hand import Hand
from sosuckhoe.hospital.delivery.keeping import sent_line
from sosuckhoe.hospital.delivery.models import Attempt, Submission
from sosuckhoe.hospital.delivery.sending import TakenOver, may_send
from sosuckhoe.hospital.delivery.settling import Answered
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.journal.models import Entry

from .test_worker import _fresh_sessions, closed

__all__ = ["_fresh_sessions", "closed"]

Claim = tuple[Submission, Attempt]


class Told(deque[Any]):
    """A deque that counts who came."""

    def __init__(self) -> None:
        self.came = threading.Semaphore(0)

    def append(self, item: Any) -> None:
        super().append(item)
        self.came.release()


class Gate:
    """Work that holds its first hand until so many others wait."""

    def __init__(self, others: int) -> None:
        self.hands: list[list[str]] = []
        self.began = threading.Event()
        self._others = others
        self.queue: together.Queue[str] = together.Queue(self._work, threading.Lock())
        self.queue._waiting = self._waiting = Told()

    def _work(self, items: list[str]) -> None:
        self.hands.append(sorted(items))
        if not self.began.is_set():
            self.began.set()
            for _ in range(1 + self._others):
                self._waiting.came.acquire()
        if "bad" in items:
            raise OSError("full")


def all_at_once(gate: Gate, first: str, others: Sequence[str]) -> dict[str, BaseException | None]:
    with ThreadPoolExecutor(len(others) + 1) as pool:
        leading = pool.submit(gate.queue.take, first)
        gate.began.wait()
        waiting = [pool.submit(gate.queue.take, item) for item in others]
        return dict(zip([first, *others], [one.exception() for one in (leading, *waiting)], strict=True))


def test_who_comes_while_somebody_has_the_turn_is_served_in_one_hand() -> None:
    others = [f"line {number}" for number in range(5)]
    gate = Gate(len(others))
    assert set(all_at_once(gate, "first", others).values()) == {None}
    assert gate.hands == [["first"], others]


def test_a_hand_has_an_end_and_nobody_is_left_out() -> None:
    others = [f"line {number:02}" for number in range(2 * together.AT_MOST + 1)]
    gate = Gate(len(others))
    all_at_once(gate, "first", others)
    assert max(map(len, gate.hands)) == together.AT_MOST
    assert sorted(item for items in gate.hands for item in items) == ["first", *others]


def test_what_goes_wrong_is_told_to_each_in_the_hand_and_to_nobody_else() -> None:
    found = all_at_once(Gate(2), "first", ["bad", "beside"])
    assert {item: type(problem) for item, problem in found.items()} == {
        "first": type(None),
        "bad": OSError,
        "beside": OSError,
    }


def test_lines_of_one_hand_reach_the_journal_outside_by_one_flush(
    home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        receipts.ReceiptLine("99999", f"V{number}", 1, 1, number, 1, 1, "0" * 64, f"MP{number}", "", "", "")
        for number in range(3)
    ]
    flushes: list[int] = []
    monkeypatch.setattr(receipts.os, "fdatasync", flushes.append)
    receipts._write_flushed(lines)
    assert len(flushes) == 1
    assert settings.HOME.receipts.read_text().count("\n") == 3
    assert all(
        receipts.find(submission=number, attempt=1, fence=1, document_sha256="0" * 64) == line
        for number, line in enumerate(lines)
    )


@pytest.fixture
def claimed(closed: Callable[..., Submission]) -> list[Claim]:
    for _ in range(3):
        closed()
    worker = Worker("test")
    while worker.sign_one():
        pass
    worker.hand._most = 3
    found = worker.claim()
    assert len(found) == 3
    return found


def in_one_hand(work: Any, items: Sequence[Any]) -> list[together._Deed]:
    deeds = [together._Deed(work, item) for item in items]
    together._in_one_transaction(deeds)
    return deeds


def received(one: Claim, number: str) -> Answered:
    answer = Answer(Word.ACCEPTED, "200", "", transaction_number=number)
    return Answered(*one, None, answer)


@pytest.mark.django_db
def test_of_a_hand_that_is_about_to_leave_only_what_is_still_ours_leaves(claimed: list[Claim]) -> None:
    from sosuckhoe.hospital.delivery.sending import _note_bytes

    lost, _ = claimed[1]
    Submission.objects.filter(pk=lost.pk).update(fence=lost.fence + 1)
    leaving = [(*one, sent_line(*one, timezone.now())) for one in claimed]
    noted = [deed.outcome for deed in in_one_hand(_note_bytes, leaving)]
    assert len(list(outside.lines())) == 2, "and of what stays here nothing is noted outside"
    assert [each is not None for each in noted] == [True, False, True]
    assert [Attempt.objects.get(pk=attempt.pk).bytes_from is not None for _, attempt in claimed] == [
        True,
        False,
        True,
    ]
    with pytest.raises(TakenOver):
        may_send(*claimed[1])


@pytest.mark.django_db
def test_of_a_hand_of_receipts_each_is_kept_under_its_own_visit_and_anothers_is_refused(
    claimed: list[Claim],
) -> None:
    first, second, third = claimed
    hand = [received(first, "MP1"), received(second, "MP2"), received(third, "MP1")]
    assert [deed.outcome for deed in in_one_hand(settling._keep_received, hand)] == [True, True, False]
    states = [Submission.objects.get(pk=submission.pk) for submission, _ in claimed]
    assert [each.state for each in states] == [State.RECEIVED, State.RECEIVED, State.SENDING]
    assert [[one.transaction_number for one in each.receipts.all()] for each in states] == [
        ["MP1"],
        ["MP2"],
        [],
    ]
    assert [attempt.receipt.transaction_number for _, attempt in claimed[:2]] == ["MP1", "MP2"]


@pytest.mark.django_db
def test_one_of_a_hand_whose_lease_ran_out_meanwhile_has_its_receipt_all_the_same(
    claimed: list[Claim],
) -> None:
    late, _ = claimed[0]
    Submission.objects.filter(pk=late.pk).update(
        state=State.UNKNOWN, fence=late.fence + 1, problem_code="NO-ANSWER", problem="…"
    )
    hand = [received(one, f"MP{number}") for number, one in enumerate(claimed)]
    in_one_hand(settling._keep_received, hand)
    assert set(Submission.objects.values_list("state", flat=True)) == {State.RECEIVED}
    line = Entry.objects.get(action=settling.CAME_LATE)
    assert (line.object_id, line.detail) == (str(late.pk), {"number": "MP0"}), (
        "and who left UNKNOWN has a line"
    )


@pytest.mark.django_db
def test_what_fails_in_a_hand_is_done_anew_for_each_alone(claimed: list[Claim]) -> None:
    broken = claimed[1][0].pk

    def work(hand: Sequence[Answered]) -> list[bool]:
        kept = settling._keep_received(hand)
        if broken in [one.submission.pk for one in hand]:
            raise IntegrityError("this one")
        return kept

    hand = [received(one, f"MP{number}") for number, one in enumerate(claimed)]
    deeds = in_one_hand(work, hand)
    assert [type(deed.problem) for deed in deeds] == [type(None), IntegrityError, type(None)]
    states = dict(Submission.objects.values_list("pk", "state"))
    assert [states[submission.pk] for submission, _ in claimed] == [
        State.RECEIVED,
        State.SENDING,
        State.RECEIVED,
    ]


@pytest.mark.django_db
def test_lines_that_share_a_hand_send_each_record_once_by_one_claim(
    closed: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        closed()
    shared = Hand(RECORDS, "process", lines=2)
    first, second = Worker("process:0", shared), Worker("process:1", shared)
    while first.sign_one():
        pass
    claims, real = [], hand.claim_to_send

    def counted(*how: Any, **more: Any) -> list[Claim]:
        claims.append(found := real(*how, **more))
        return found

    monkeypatch.setattr(hand, "claim_to_send", counted)
    shared._most = 4
    for line in (first, second, first, second):
        assert line.send_one()
    assert [len(found) for found in claims] == [4]
    assert not second.send_one()
    assert set(Submission.objects.values_list("state", "attempt_count")) == {(State.RECEIVED, 1)}


@pytest.mark.django_db
def test_the_leases_of_what_lies_in_a_shared_hand_are_renewed_and_what_went_badly_empties_it(
    claimed: list[Claim],
) -> None:
    shared = Hand(RECORDS, "test", lines=8)
    line = Worker("test:0", shared)
    shared._claimed.extend(claimed)
    assert line.in_hand == tuple((submission.pk, submission.fence) for submission, _ in claimed)
    shared.was_sent(0.01, well=True)
    assert len(line.in_hand) == 3
    with transaction.atomic():
        shared.was_sent(0.01, well=False)
    assert not line.in_hand
    assert set(Submission.objects.values_list("state", "holder")) == {(State.SIGNED, "")}
