"""A lease is kept for what is being worked on, and for nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sosuckhoe.hospital.delivery import receipts, worker
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.keeping import sent_line
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.states import State

from .conftest import House

pytestmark = pytest.mark.django_db


def test_what_broke_in_a_workers_hands_is_given_back_while_the_worker_lives_on(
    connected: House, clean: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(line: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(receipts, "append", full_disk)
    take_file("visit.xml", clean[0], by="giang")
    alive = worker.Worker("alive")
    assert alive.sign_one() and alive.send_one()
    assert Submission.objects.get().state == State.SENDING
    worker.breathe([alive])
    assert recover(at=timezone.now() + worker.LEASE + timedelta(seconds=1)) == 1
    assert Submission.objects.get().state == State.UNKNOWN


def test_a_lease_set_by_a_clock_that_was_a_day_ahead_is_not_waited_for(
    connected: House, clean: list[bytes]
) -> None:
    take_file("visit.xml", clean[0], by="giang")
    dead = worker.Worker("dead")
    assert dead.sign_one()
    assert dead.claim() and not recover(at=timezone.now())
    tomorrow = timezone.now() + timedelta(days=1)
    Submission.objects.update(lease_until=tomorrow, not_before=tomorrow)
    assert recover(at=timezone.now()) == 1
    assert worker.Worker("next").claim()


@pytest.mark.parametrize(("noted_outside", "then"), [(False, State.SIGNED), (True, State.UNKNOWN)])
def test_what_left_after_a_copy_was_made_of_its_claim_does_not_leave_again(
    connected: House, clean: list[bytes], noted_outside: bool, then: State
) -> None:
    """The copy has the attempt and not its first byte; the journal outside, which no copy takes along, has it."""
    take_file("visit.xml", clean[0], by="giang")
    before_the_copy = worker.Worker("before-the-copy")
    assert before_the_copy.sign_one()
    ((submission, attempt),) = before_the_copy.claim()
    if noted_outside:
        receipts.append_sent(sent_line(submission, attempt, timezone.now()))
    recover(at=timezone.now() + 3 * worker.LEASE)
    submission.refresh_from_db()
    attempt.refresh_from_db()
    assert submission.state == then
    assert (attempt.bytes_from is not None) is noted_outside
