"""Bugs of check-ins and health checks, which go the same way as records."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..simulation.documents import CHECK_IN, HEALTH_CHECK
from ..simulation.world import put
from .planting import BESIDES, LOST_REPLIES, planted, written_anew


@planted("older-health-check-goes-after-the-newer", kinds=(HEALTH_CHECK,), menu=("503", "500"), trouble=0.7,
    strikes=("nap",), points=("K17", "K18", "K20"), share=0.7)  # fmt: skip
def _older_after_newer() -> Iterator[None]:
    """What came back from an attempt goes out once more although its correction is there by now."""
    from django.db.models import Exists

    from sosuckhoe.hospital.delivery import claims

    nothing, asked = Exists(claims.Submission.ledger.none()), claims.HEALTH_CHECKS.to_send
    with put((claims, "newer_health_check", lambda: nothing), *written_anew(*asked)):
        yield


@planted("check-ins-and-health-checks-entered-again-go-out-again", copies=True, trouble=0.0, kinds=BESIDES)
def _others_sent_again() -> Iterator[None]:
    """Only records are compared with what left before the restore. (Found by this simulation in our own program on
    2026-11-28.)"""
    from sosuckhoe.hospital.delivery import ledger
    from sosuckhoe.hospital.delivery.restoring import matching

    real = matching.submission_of

    def submission_of(left: Any, restore: Any) -> Any:
        found = real(left, restore)
        return found if found is not None and found.version_id else None

    left_before = ledger.left_before
    with put(
        (matching, "submission_of", submission_of),
        (ledger, "left_before", lambda each: bool(each.version_id) and left_before(each)),
    ):
        yield


@planted(
    "check-in-repeated-without-its-own-door", menu=LOST_REPLIES, trouble=0.8, kinds=(CHECK_IN,), mode="count"
)
def _check_in_repeated() -> Iterator[None]:
    """A check-in is information only, so it is told again when no answer came."""
    from sosuckhoe.hospital.delivery import doors
    from sosuckhoe.hospital.delivery.prepared import Prepared

    told = Prepared(
        lambda now: doors.Submission.ledger.filter(
            check_in__isnull=False, state="UNKNOWN", not_before__lte=now
        )
    )
    with put((doors, "_RESTED", told)):
        yield


@planted("admission-told-before-arrival", menu=("503", "500"), trouble=0.6, kinds=(CHECK_IN,))
def _told_out_of_order() -> Iterator[None]:
    """A check-in does not wait for the one before it."""
    from django.db.models import Exists

    from sosuckhoe.hospital.delivery import claims

    nothing, asked = Exists(claims.Submission.ledger.none()), claims.CHECK_INS.to_send
    with put((claims, "earlier_check_in", lambda: nothing), *written_anew(*asked)):
        yield


@planted("health-check-sent-again-on-time-out", menu=LOST_REPLIES, trouble=0.8, kinds=(HEALTH_CHECK,))
def _health_check_again() -> Iterator[None]:
    """At the hub no answer means: once more."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.answers import NO_ANSWER, Word

    real = sending.settle

    def settle(submission: Any, attempt: Any, exchange: Any, answer: Any) -> None:
        if submission.health_check_id and answer is NO_ANSWER:
            answer = replace(NO_ANSWER, word=Word.TRY_LATER)
        real(submission, attempt, exchange, answer)

    with put((sending, "settle", settle)):
        yield


@planted("hub-message-frozen-anew", menu=("503", "500"), trouble=0.6, kinds=(HEALTH_CHECK,))
def _message_frozen_anew() -> Iterator[None]:
    """Each try at the hub is a new message, so the hub cannot tell a repetition from a new file."""
    import json

    from sosuckhoe.hospital.delivery.hub import channel

    real = channel.Host.post

    def post(self: Any, path: str, fields: Any, *arguments: Any, **how: Any) -> Any:
        if path == channel.PUSH_PATH:
            told = json.loads(fields)
            told["header"]["msg_id"] += "-2"
            fields = json.dumps(told).encode()
        return real(self, path, fields, *arguments, **how)

    with put((channel.Host, "post", post)):
        yield


@planted(
    "corrected-health-check-overtakes", menu=LOST_REPLIES, trouble=0.8, kinds=(HEALTH_CHECK,), declared=False
)
def _health_check_overtakes() -> Iterator[None]:
    """The corrected file of a check-up does not wait for what became of the first."""
    from django.db.models import Exists

    from sosuckhoe.hospital.delivery import claims

    nothing, asked = Exists(claims.Submission.ledger.none()), claims.HEALTH_CHECKS.to_send
    with put((claims, "older_health_check_in_flight", lambda: nothing), *written_anew(*asked)):
        yield
