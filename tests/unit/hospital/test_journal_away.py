"""The place of the journal outside cannot be reached (F70): nothing leaves that could not be noted there, what is done
meanwhile is in the journal inside, and when the place is back all goes out once and the anchor is caught up."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.utils import timezone
from tests.crash.stage import Portal

from sosuckhoe.hospital.delivery import outside
from sosuckhoe.hospital.delivery.ledger import LEASE
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.receipts import AnchorLine
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching import pulse
from sosuckhoe.hospital.delivery.worker import Worker, _look_after
from sosuckhoe.hospital.journal.chain import note
from sosuckhoe.hospital.journal.models import End

from .test_worker import _fresh_sessions, calls, closed

__all__ = ["_fresh_sessions", "closed"]
pytestmark = pytest.mark.django_db(transaction=True)


def anchored() -> int:
    return max((line.seq for line in outside.lines() if isinstance(line, AnchorLine)), default=0)


@pytest.mark.parametrize("signed", [False, True], ids=["before signing", "signed"])
def test_nothing_leaves_that_cannot_be_noted_and_all_is_caught_up(
    closed: Callable[..., Submission], portal: Portal, signed: bool
) -> None:
    submission, worker, journal = closed(), Worker("test"), settings.HOME.receipts
    if signed:
        assert worker.sign_one()
    pulse._last.clear()
    assert _look_after() and anchored()
    pulse._last.clear()
    away = journal.rename(journal.with_name("away"))
    journal.mkdir()
    beaten = pulse.last_beat()
    for _ in range(3):
        worker.sign_some()
        worker.send_one()
        assert not _look_after()
    assert not calls(portal, submission)
    note("giang", "record-read", "visit", submission.version.visit_id)
    assert pulse.last_beat() == beaten, "whoever watches is told that nobody sends"
    submission.refresh_from_db()
    assert (submission.state, submission.attempts.get().bytes_from) == (State.SENDING, None)

    journal.rmdir()
    away.rename(journal)
    assert _look_after() and anchored() == End.objects.get().seq
    recover(at=timezone.now() + 2 * LEASE)
    assert worker.send_one()
    submission.refresh_from_db()
    assert (submission.state, len(calls(portal, submission))) == (State.RECEIVED, 1)
    assert [one.outcome for one in submission.attempts.order_by("number")] == ["NotSent", "Accepted"]
