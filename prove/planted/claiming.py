"""Bugs of who may work on what, and when: fences, leases, pauses, back-off, the order of versions."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ..simulation.world import put
from .planting import LOST_REPLIES, planted, written_anew


@planted("no-fence", strikes=("freeze",), points=("K16", "K21"), share=0.5, trouble=0.0)
def _no_fence() -> Iterator[None]:
    """Whoever was given an item may write it for ever."""
    from sosuckhoe.hospital.delivery import ledger, sending, settling, worker
    from sosuckhoe.hospital.delivery.models import Attempt, Submission

    real = ledger.step

    def step(submission: Any, after: Any, *, at: Any, fence: int | None = None, **columns: Any) -> bool:
        now = Submission.objects.get(pk=submission.pk)
        if fence is None:
            return real(submission, after, at=at, **columns)
        Submission.objects.filter(pk=submission.pk).update(
            state=after, since=at, **{"holder": "", "lease_until": None, **columns}
        )
        submission.state = after
        return now is not None

    def may_send(submission: Any, attempt: Any) -> float:
        Attempt.objects.filter(pk=attempt.pk).update(bytes_from=sending.timezone.now())
        attempt.bytes_from = sending.timezone.now()
        return float("inf")

    places = [(place, "step", step) for place in (sending, settling, worker)]
    with put(*places, (sending, "may_send", may_send)):
        yield


@planted("no-look-before-the-first-byte", strikes=("freeze",), points=("K16",), share=0.6, trouble=0.0)
def _no_last_look() -> Iterator[None]:
    """The claim is believed however old it is when the bytes go out."""
    from sosuckhoe.hospital.delivery import sending
    from sosuckhoe.hospital.delivery.models import Attempt

    def may_send(submission: Any, attempt: Any) -> float:
        attempt.bytes_from = sending.timezone.now()
        Attempt.objects.filter(pk=attempt.pk).update(bytes_from=attempt.bytes_from)
        return float("inf")

    with put((sending, "may_send", may_send)):
        yield


@planted("lease-never-ends", strikes=("crash",), points=("K15", "K18"), share=0.5)
def _lease_never_ends() -> Iterator[None]:
    """What a dead worker held stays held."""
    from sosuckhoe.hospital.delivery import worker

    with put((worker, "recover", lambda *, at: 0)):
        yield


@planted("lease-kept-for-what-broke", strikes=("flush", "torn"), share=0.6, trouble=0.0)
def _lease_kept() -> Iterator[None]:
    """A worker renews the leases of everything under its name, also of what broke in its hands. (Found by this
    simulation in our own program on 2026-11-23.)"""
    from sosuckhoe.hospital.delivery import worker
    from sosuckhoe.hospital.delivery.models import Submission

    def breathe(workers: Any) -> None:
        holders = [each.holder for each in workers]
        rows = Submission.objects.filter(holder__in=holders, state__in=["SENDING", "WAITING"])
        rows.update(lease_until=worker.timezone.now() + worker.LEASE)

    with put((worker, "breathe", breathe)):
        yield


@planted("versions-out-of-order", menu=LOST_REPLIES, trouble=0.8, declared=False)
def _versions_out_of_order() -> Iterator[None]:
    """A correction does not wait for the outcome of the version before it."""
    from django.db.models import Exists

    from sosuckhoe.hospital.delivery import claims
    from sosuckhoe.hospital.delivery.models import Submission

    nothing = Exists(Submission.objects.none())
    with put((claims, "older_in_flight", lambda: nothing), *written_anew(*claims.RECORDS.to_send)):
        yield


@planted(
    "leases-believe-any-clock",
    strikes=("crash",),
    points=("K15", "K16", "K18"),
    share=0.5,
    trouble=0.0,
    clock=0.045,
)
def _any_clock() -> Iterator[None]:
    """A lease set by a clock that was a day ahead is waited for after the clock was put right."""
    from sosuckhoe.hospital.delivery import claims, ledger, prepared, recovery

    def over(column: str, now: Any, longest: Any) -> Any:
        return prepared.Q(**{f"{column}__lte": now})

    asked = (claims.RECORDS.to_sign, *claims.RECORDS.to_send, recovery._LOST)
    with put((ledger, "over", over), (claims, "over", over), *written_anew(*asked)):
        yield


@planted("failures-never-forgotten", menu=("503", "500", "refused-connection"), trouble=0.8)
def _failures_never_forgotten() -> Iterator[None]:
    """A portal that was away once is asked about one item at a time for ever."""
    from sosuckhoe.hospital.delivery import settling
    from sosuckhoe.hospital.delivery.models import Destination

    real = settling.count_answer

    def count(destination: Any, answer: Any, now: Any) -> None:
        before = Destination.objects.get(pk=destination.pk)
        real(destination, answer, now)
        after = Destination.objects.get(pk=destination.pk)
        if after.failures < before.failures:
            Destination.objects.filter(pk=destination.pk).update(
                failures=before.failures, quiet_until=before.quiet_until
            )

    with put((settling, "count_answer", count)):
        yield


@planted(
    "pause-does-not-reach-what-is-claimed", strikes=("nap",), points=("K15", "K16"), share=0.7, pauses=0.9
)
def _pause_ignored() -> Iterator[None]:
    """A pause stops new claims; what is claimed already still goes out."""
    from sosuckhoe.hospital.delivery import sending

    def may_send(submission: Any, attempt: Any) -> float:
        now, began = sending.timezone.now(), sending.time.monotonic()
        with sending.transaction.atomic():
            rows = sending.Submission.objects.filter(
                pk=submission.pk, state="SENDING", fence=submission.fence
            )
            lease = rows.values_list("lease_until", flat=True).first()
            if lease is None:
                raise sending.TakenOver
            sending.Attempt.objects.filter(pk=attempt.pk, bytes_from__isnull=True).update(bytes_from=now)
        attempt.bytes_from = now
        return float(began + (lease - now).total_seconds())

    with put((sending, "may_send", may_send)):
        yield


@planted("fence-does-not-grow", strikes=("freeze",), points=("K15", "K16", "K21"), share=0.6, trouble=0.0)
def _fence_stands_still() -> Iterator[None]:
    """A claim takes the lease and leaves the fence as it is, so two holders look alike."""
    from sosuckhoe.hospital.delivery import claims, ledger

    def lend(submissions: Any, holder: str, *, at: Any, sending: bool) -> bool:
        done = ledger.lend(submissions, holder, at=at, sending=sending)
        for submission in submissions:
            submission.fence -= 1
            claims.Submission.objects.filter(pk=submission.pk).update(fence=submission.fence)
        return done

    with put((claims, "lend", lend)):
        yield


@planted("unknown-is-superseded", menu=LOST_REPLIES, trouble=0.7)
def _unknown_superseded() -> Iterator[None]:
    """A correction replaces what may have arrived, and nobody asks any more what became of it."""
    from sosuckhoe.hospital.delivery import ledger
    from sosuckhoe.hospital.delivery.prepared import Prepared
    from sosuckhoe.hospital.delivery.states import IN_FLIGHT

    more = ledger.REPLACEABLE | IN_FLIGHT
    with put((ledger, "REPLACEABLE", more), (ledger, "_OVERTAKEN", Prepared(ledger._OVERTAKEN._build))):
        yield


@planted(
    "late-answer-moves-what-another-has-claimed", strikes=("freeze",), points=("K20", "K21"), share=0.7,
    menu=("503",), trouble=0.6, declared=True, mode="replace", steps=80,
)  # fmt: skip
def _late_answer_moves() -> Iterator[None]:
    """Whoever comes late with a "later" or without an answer puts back what somebody else is sending by now."""
    from sosuckhoe.hospital.delivery import ledger, settling

    def step(submission: Any, after: Any, *, fence: int | None = None, **how: Any) -> bool:
        return ledger.step(submission, after, **how)

    with put((settling, "step", step)):
        yield


@planted(
    "late-receipt-changes-nothing", strikes=("freeze",), points=("K20", "K21"), share=0.7, trouble=0.0,
    declared=True, mode="replace",
)  # fmt: skip
def _late_receipt() -> Iterator[None]:
    """A receipt that comes after the lease has ended is stored, and what it is of goes out again all the same."""
    from sosuckhoe.hospital.delivery import settling

    def receive(hand: Any, warning: Any) -> None:
        how = {"problem_code": "", "problem": "", "delays": 0, "not_before": None}
        now = settling.timezone.now()
        settling.step_all([one.submission for one in hand], settling.State.RECEIVED, at=now, **how)

    with put((settling, "_receive", receive)):
        yield


@planted(
    "given-back-by-one-that-came-late", strikes=("freeze",), points=("K15", "K16"), share=0.7, trouble=0.0
)
def _given_back_late() -> Iterator[None]:
    """Whoever was frozen before its first byte gives back what somebody else has claimed meanwhile."""
    from sosuckhoe.hospital.delivery import ledger, sending

    def step(submission: Any, after: Any, *, fence: int | None = None, **how: Any) -> bool:
        return ledger.step(submission, after, **how)

    with put((sending, "step", step)):
        yield


@planted("claims-go-on-in-a-pause", pauses=0.9)
def _claims_in_a_pause() -> Iterator[None]:
    """What is paused is claimed and given back, again and again: an attempt noted each time, and no other turn left."""
    from django.db.models import Q

    from sosuckhoe.hospital.delivery import claims

    with put((claims, "_open", lambda now: Q()), *written_anew(*claims.RECORDS.to_send)):
        yield


@planted(
    "lease-renewed-for-whoever-has-it-now", strikes=("freeze",), points=("K18", "K20"), share=0.6, trouble=0.3
)
def _renewed_for_another() -> Iterator[None]:
    """Whoever was frozen and comes back renews the lease of what somebody else has claimed meanwhile."""
    from sosuckhoe.hospital.delivery import worker
    from sosuckhoe.hospital.delivery.models import Submission

    def breathe(workers: Any) -> None:
        numbers = [pk for each in workers for pk, _ in each.in_hand]
        rows = Submission.ledger.filter(pk__in=numbers, state__in=["SENDING", "WAITING"])
        rows.update(lease_until=worker.timezone.now() + worker.LEASE)

    with put((worker, "breathe", breathe)):
        yield


@planted("correction-does-not-wait-for-what-is-being-sent", strikes=("nap",), share=0.7, menu=("slow",))
def _does_not_wait() -> Iterator[None]:
    """A correction waits for what nobody knows of the version before, and not for one that is under way right now."""
    from django.db.models import Exists, OuterRef

    from sosuckhoe.hospital.delivery import claims, ledger

    def unclear() -> Exists:
        older = {"version__number__lt": OuterRef("version__number"), "state": "UNKNOWN"}
        return Exists(ledger._siblings().filter(**older))

    with put((claims, "older_in_flight", unclear), *written_anew(*claims.RECORDS.to_send)):
        yield


@planted("later-means-now", menu=("503", "429"), trouble=0.6)
def _no_back_off() -> Iterator[None]:
    """Whoever is told to come later comes again at once."""
    from sosuckhoe.hospital.delivery import settling

    with put((settling, "delay", lambda delays, retry_after: 0.0)):
        yield


@planted("everybody-asks-whether-it-is-back", menu=("refused-connection", "500"), trouble=0.9)
def _never_quiet() -> Iterator[None]:
    """A portal that is away is asked by every record in turn."""
    from sosuckhoe.hospital.delivery import claims, stopping

    with put((stopping, "QUIET", timedelta(0)), (claims, "QUIET", timedelta(0))):
        yield
