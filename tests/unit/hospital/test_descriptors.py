"""A process that may open no more files (faults.md F08) refuses, and goes on as before when it may again."""

import errno
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from sosuckhoe.hospital.delivery.ledger import LEASE
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.recovery import recover
from sosuckhoe.hospital.delivery.secrets import SecretMissing, keep_secret, secret_of
from sosuckhoe.hospital.delivery.signers import pins
from sosuckhoe.hospital.delivery.signers.keys import open_key
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker

from .conftest import Portal
from .test_worker import _fresh_sessions, calls, closed

__all__ = ["_fresh_sessions", "closed"]
pytestmark = pytest.mark.django_db


@contextmanager
def no_more_files() -> Iterator[None]:
    """What is open stays open; nothing else opens."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_secret_that_cannot_be_read_right_now_is_not_said_to_be_missing(home: None) -> None:
    reference = keep_secret("portal", "mat-khau-mau")
    with no_more_files(), pytest.raises(OSError) as trouble:
        secret_of(reference)
    assert trouble.value.errno == errno.EMFILE
    with pytest.raises(SecretMissing):
        secret_of("file:nowhere")


def test_a_mark_that_cannot_be_read_right_now_is_not_taken_for_none(home: None) -> None:
    fingerprint = "ab" * 32
    pins._mark(fingerprint).parent.mkdir(exist_ok=True)
    pins._mark(fingerprint).write_text(pins.REFUSED)
    with no_more_files(), pytest.raises(OSError):
        pins.pin_is_refused(fingerprint)
    assert pins.pin_is_refused(fingerprint)


def test_without_descriptors_nothing_is_signed_or_sent_and_nothing_has_to_be_allowed_again(
    closed: Callable[..., Submission], portal: Portal
) -> None:
    submission, worker = closed(), Worker("test")
    open_key.cache_clear()  # a key that this process has opened before signs without another look
    with no_more_files():
        worker.sign_one()
    submission.refresh_from_db()
    assert (submission.state, submission.document) == (State.WAITING, None)
    assert submission.problem_code in ("NOT-READ", "KEY-FILE-MISSING")
    Submission.objects.update(not_before=None)
    assert worker.sign_one()
    with no_more_files():
        worker.send_one()
    assert not calls(portal, submission)
    there = Destination.objects.get()
    assert (there.paused_at, there.enabled) == (None, True)
    recover(at=timezone.now() + 2 * LEASE - timedelta(seconds=1))
    Submission.objects.update(not_before=None)
    assert worker.send_one()
    submission.refresh_from_db()
    assert (submission.state, len(calls(portal, submission))) == (State.RECEIVED, 1)
