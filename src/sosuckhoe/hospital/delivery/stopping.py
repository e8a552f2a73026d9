"""What an answer says of the destination as a whole: failures in a row make it quiet, some refusals stop it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, When

from ..journal.chain import note
from ..journal.models import Entry
from .answers import NOT_WAITED_FOR, SIMULATED, Answer, Concern, Word
from .calling import Exchange
from .models import Attempt, Destination, Receipt, Submission
from .prepared import Prepared
from .quiet import QUIET, QUIET_AFTER, keep_peace, peace

SENDER = "worker"
"""Who stops a destination when no person does."""
ANSWER_NOTED_EVERY = timedelta(seconds=10)
PAUSE_AFTER_SET_UP_REFUSALS = 2
PAUSE_AFTER_STRANGE_ANSWERS = 3
SIGNATURE_REFUSED = ("124", "125")
NEW_SESSION_REFUSED = (
    "Đã đăng nhập lại một lần và vẫn bị từ chối. Kiểm tra máy gửi có luôn đi ra bằng cùng một địa chỉ mạng không "
    "(phiên gắn với địa chỉ), hỏi BHXH nếu không rõ, rồi bấm Gửi tiếp."
)
"""Asking on and on could lock the account (gateway.md §3)."""
NEVER_TAKEN = (
    "Nơi nhận này chưa nhận tệp nào ký bằng chứng thư {key}: kiểm tra việc đăng ký chứng thư trên cổng, "
    "rồi bấm Gửi tiếp và cho ký lại hồ sơ bị giữ."
)
"""A new certificate that is not registered would be refused for every record: the first refusal stops (F60)."""


STRANGE_TO_ALL = (
    "{number} hồ sơ liền nhau đều được trả lời như vậy, nên không gửi thêm hồ sơ nào. Xem câu trả lời ở trang hồ sơ, hỏi nơi "
    "nhận, rồi bấm Gửi tiếp."
)
"""Each further one would be unknown, too, and a person's work."""


def count_answer(submission: Submission, answer: Answer, now: datetime) -> bool:
    """What an answer says about the destination as a whole. True where it stopped it: ``note_stop`` is due then."""
    destination, stopped = submission.destination, False
    if answer.concern is Concern.ACCOUNT or answer.concern is Concern.SESSION:
        stopped = stop_account(
            destination, answer, now, NEW_SESSION_REFUSED if answer.concern is Concern.SESSION else ""
        )
    elif answer.code in SIGNATURE_REFUSED and not _known_there(submission):
        stopped = stop_account(destination, answer, now, NEVER_TAKEN.format(key=_key_of(submission)))
    elif answer.concern is Concern.SET_UP:
        if _alike(destination, PAUSE_AFTER_SET_UP_REFUSALS):
            stopped = stop_account(destination, answer, now)
    elif answer.is_strange and _alike(destination, PAUSE_AFTER_STRANGE_ANSWERS):
        why = STRANGE_TO_ALL.format(number=PAUSE_AFTER_STRANGE_ANSWERS)
        stopped = stop_account(destination, answer, now, why)
    if answer.code in (SIMULATED.code, NOT_WAITED_FOR.code):
        return stopped  # nothing was heard of the destination itself
    if keep_peace(destination, answer, now):
        return stopped
    rows = Destination.objects.filter(pk=destination.pk)
    if answer.word in (Word.TRY_LATER, Word.UNKNOWN):
        rows = rows.filter(~peace(now))
        rows.update(failures=F("failures") + 1)
        rows.filter(failures__gte=QUIET_AFTER).update(quiet_until=now + QUIET)
    elif _STALE.keys(now, destination.pk):
        # Noted every few seconds at most: senders side by side should not queue up for this row. What was under way
        # when another login was told to come back later ends no peace.
        kept = Case(When(peace(now), then=F("quiet_until")), default=None)
        rows.update(failures=0, quiet_until=kept, answered_at=now)
    return stopped


def _alike(destination: Destination, number: int) -> bool:
    """Whether the last so many answers were the same, each to another submission."""
    last = (
        Attempt.objects.filter(
            submission__destination=destination, submission__check_in__isnull=True, ended_at__isnull=False
        )
        .exclude(outcome="NotSent")
        .order_by("-ended_at")
        .values_list("submission_id", "code")[:number]
    )
    return len({submission for submission, _ in last}) == number and len({code for _, code in last}) == 1


_STALE = Prepared(
    lambda now, pk: Destination.objects.filter(
        Q(failures__gt=0) | Q(answered_at__isnull=True) | Q(answered_at__lt=now - ANSWER_NOTED_EVERY), pk=pk
    )
)
"""The destination, if what is known of it is to be written anew."""


OF_ALL = ("401", "402", "403", SIMULATED.code)
"""Answers that every call of this account would get."""


def is_stopped_for_all(destination: Destination) -> bool:
    """Whether the sender stopped it for what every call would meet: another login could lock the account (F44). Not
    where records alone were refused, as for their signature: reception goes on asking about cards."""
    if not destination.paused or destination.paused_by != SENDER:
        return False
    stops = Entry.objects.filter(
        action="destination-paused", actor=SENDER, kind="destination", object_id=str(destination.pk)
    )
    last = stops.order_by("-seq").first()
    code = str(last.detail.get("code", "")) if last else ""
    return not code or code in OF_ALL or code.startswith("LOGIN-")


def says_of_all(exchange: Exchange | None, answer: Answer) -> bool:
    """Whether what came of a check-in concerns records, too.

    The host, the login and the account are one for both. What the check-in service alone says, or leaves unsaid, may
    not slow or stop the sending of records.
    """
    return exchange is None or answer.word is Word.ACCEPTED or answer.code in OF_ALL


def _known_there(submission: Submission) -> bool:
    """The destination has taken a file signed with this certificate before, so the certificate is not the trouble."""
    document = submission.document
    return (
        document is None
        or Receipt.objects.filter(
            destination=submission.destination,
            practice=None,
            attempt__document__certificate_fingerprint=document.certificate_fingerprint,
        ).exists()
    )


def _key_of(submission: Submission) -> str:
    return submission.document.key.name if submission.document else ""


def stop_account(destination: Destination, answer: Answer, now: datetime, why: str = "") -> bool:
    """Nothing more goes there until a person has looked. False: it was stopped already."""
    rows = Destination.objects.filter(pk=destination.pk, paused_at__isnull=True)
    return bool(rows.update(paused_at=now, paused_by=SENDER, paused_why=f"{answer.sentence} {why}".strip()))


def note_stop(destination: Destination, answer: Answer) -> None:
    """The journal's line of it, last in the transaction."""
    note(SENDER, "destination-paused", "destination", destination.pk, code=answer.code)


def refuses_the_login(answer: Answer) -> bool:
    """Whether it stops the destination wherever it comes from, a question too: the next login could lock the account."""
    return answer.concern is Concern.ACCOUNT and answer.code.startswith(("LOGIN-", SIMULATED.code))


def heed_login(destination: Destination, answer: Answer, now: datetime) -> None:
    """What an answer to a login asks for, where it was met by a question and no item is being settled."""
    if refuses_the_login(answer):
        stop_and_note(destination, answer, now)
    else:
        keep_peace(destination, answer, now)


@transaction.atomic
def stop_and_note(destination: Destination, answer: Answer, now: datetime, why: str = "") -> bool:
    """Both, where no item is being settled."""
    stopped = stop_account(destination, answer, now, why)
    if stopped:
        note_stop(destination, answer)
    return stopped
