"""Bugs of a restored copy and of what is withheld."""

from collections.abc import Iterator
from typing import Any

from ..simulation.world import put
from .planting import LOST_REPLIES, planted, written_anew


@planted("claims-go-on-during-the-hold", copies=True, trouble=0.0)
def _claims_on_hold() -> Iterator[None]:
    """While a restored copy is on hold everything is claimed and signed; only the last look keeps it from leaving."""
    from django.db.models import Q

    from sosuckhoe.hospital.delivery import claims

    asked = (claims.RECORDS.to_sign, *claims.RECORDS.to_send)
    with put((claims, "not_restored", Q), *written_anew(*asked)):
        yield


@planted(
    "repeated-during-the-hold",
    copies=True,
    menu=("store-then-drop",),
    trouble=0.6,
    declared=True,
    mode="replace",
)
def _repeated_on_hold() -> Iterator[None]:
    """What was unclear when the copy was made is taken up by the machine's own door before anybody has compared."""
    from sosuckhoe.hospital.delivery import worker

    def look_after() -> None:
        worker.doors.repeat_where_declared(at=worker.timezone.now())
        real()

    real = worker._look_after
    with put((worker, "_look_after", look_after)):
        yield


@planted("restore-not-noticed", copies=True, trouble=0.0)
def _restore_not_noticed() -> Iterator[None]:
    """An older copy of the database is taken for today's, and what it has still to send goes out once more."""
    from sosuckhoe.hospital.delivery import worker

    with put((worker, "notice", lambda: None)):
        yield


@planted("released-without-reconciling", copies=True, trouble=0.0)
def _not_reconciled() -> Iterator[None]:
    """The hold after a restore is lifted, and nobody has compared the copy with the journal outside."""
    from sosuckhoe.hospital.delivery.restoring import matching

    with put((matching, "_unknown_here", lambda found, size=500: [])):
        yield


@planted("silence-after-a-restore-means-not-sent", copies=True, menu=LOST_REPLIES, trouble=0.6)
def _silence_means_not_sent() -> Iterator[None]:
    """What left before the restore and has no receipt outside is taken for not sent."""
    from sosuckhoe.hospital.delivery.restoring import matching

    with put((matching, "book_unknown", lambda *arguments: None)):
        yield


@planted("what-is-entered-again-goes-out-again", copies=True, trouble=0.0, share=0.0, pauses=0.0)
def _entered_and_sent_again() -> Iterator[None]:
    """A record that was lost with the database and is entered again is a new one for the sender."""
    from sosuckhoe.hospital.delivery import ledger

    with put((ledger, "left_before", lambda submission: False)):
        yield


@planted("a-mark-hides-what-left", copies=True, trouble=0.0, share=0.0, pauses=0.0, marks=0.3)
def _hidden_by_a_mark() -> Iterator[None]:
    """Of a marked record nobody asks whether it left before the restore, nor when the mark is taken back. (Found by
    this simulation in our own program on 2026-11-28.)"""
    from sosuckhoe.hospital.delivery import actions, ledger
    from sosuckhoe.hospital.delivery.withheld import mark_on

    real = ledger.left_before
    with put(
        (ledger, "left_before", lambda each: mark_on(each) is None and real(each)),
        (actions, "left_before", lambda each: False),
    ):
        yield


@planted("mark-does-not-reach-what-is-claimed", strikes=("nap",), points=("K15", "K16"), share=0.7, marks=0.6)
def _mark_ignored() -> Iterator[None]:
    """A code that is marked as not to go out is claimed no more; what is claimed already still goes out."""
    from sosuckhoe.hospital.delivery import sending

    with put((sending, "mark_on", lambda submission: None)):
        yield


@planted("a-copy-forgets-what-was-marked", copies=True, trouble=0.0, marks=0.3)
def _marks_forgotten() -> Iterator[None]:
    """An older copy is put back, and nobody reads outside what was marked as not to go out after it was made."""
    from sosuckhoe.hospital.delivery.restoring import matching, noticing

    def nothing(**how: Any) -> None:
        pass

    with put((matching, "withhold_again", nothing), (noticing, "withhold_again", nothing)):
        yield
