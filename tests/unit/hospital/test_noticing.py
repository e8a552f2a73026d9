"""An older copy gives itself away also when it went on living before anybody looked."""

import json
from collections.abc import Callable
from dataclasses import asdict

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sosuckhoe.hospital.delivery import receipts
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.restoring.anchoring import anchor
from sosuckhoe.hospital.delivery.restoring.noticing import notice
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.journal.chain import note

from .conftest import NOW, House
from .test_worker import _fresh_sessions, closed, work

__all__ = ["_fresh_sessions", "closed"]
pytestmark = pytest.mark.django_db


def test_a_copy_whose_journal_is_as_long_again_is_known_by_its_other_line(house: House) -> None:
    anchor(timezone.now())
    copy = transaction.savepoint()
    note("giang", "seen", "restore", 1)
    anchor(timezone.now())
    transaction.savepoint_rollback(copy)
    note("an", "seen", "restore", 2)
    assert notice() is not None


def test_of_a_long_journal_the_end_is_looked_at(house: House) -> None:
    older = json.dumps(asdict(receipts.WithheldLine(NOW.isoformat(), "99999", "V1", "giang", True))) + "\n"
    settings.HOME.receipts.write_text(older * 5000)
    copy = transaction.savepoint()
    note("giang", "seen", "restore", 1)
    anchor(timezone.now())
    assert notice() is None
    transaction.savepoint_rollback(copy)
    assert notice() is not None


def test_a_copy_that_signed_the_record_anew_is_known_by_the_bytes_that_left(
    closed: Callable[..., Submission],
) -> None:
    submission, copy = closed(), transaction.savepoint()
    assert work(submission).state == State.RECEIVED
    transaction.savepoint_rollback(copy)
    worker = Worker("of the copy")
    assert worker.sign_one()
    ((_, attempt),) = worker.claim()
    assert attempt.number == 1, "that of the attempt that left"
    assert notice() is not None
