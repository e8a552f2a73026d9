"""What a person can do now with one submission, so that no page offers what the program would refuse."""

from dataclasses import dataclass

from ...delivery import actions, doors
from ...delivery.ledger import newer_left
from ...delivery.models import Submission
from ...delivery.states import State
from ...delivery.withheld import mark_on
from ...visits.models import Withheld


@dataclass(frozen=True, slots=True)
class Ways:
    withheld: Withheld | None
    """The mark that keeps it from leaving."""
    unclear: bool
    """What somebody saw at the other side may be written down."""
    has_bytes: bool
    """What was signed is still here."""
    newer_left: bool
    """A newer version left before a copy was restored: this one does not go over it."""
    repeat: bool
    """Nobody has looked, and the same bytes may go again."""
    release: bool
    """It is held and may be let go."""
    anew: bool
    """Letting it go may put another signature in place of the one it has."""
    why_not_anew: str
    fault: bool
    """What the portal says against its content may be written down."""
    settle: bool
    """So may that nothing is open any more."""


def ways(submission: Submission) -> Ways:
    withheld, unclear = mark_on(submission), doors.is_unclear(submission)
    unknown, held = submission.state == State.UNKNOWN, submission.state == State.HELD
    newer = unclear and newer_left(submission)
    release = held and not unclear and not _refused(submission)
    why_not_anew = _refused(submission, sign_anew=True) if release and submission.document_id else ""
    return Ways(
        withheld=withheld,
        unclear=unclear,
        has_bytes=doors.has_bytes(submission),
        newer_left=newer,
        repeat=unknown
        and withheld is None
        and not newer
        and doors.has_bytes(submission)
        and doors.may_repeat(submission),
        release=release,
        anew=release and submission.document_id is not None and not why_not_anew,
        why_not_anew=why_not_anew,
        fault=submission.state in (State.RECEIVED, State.FINDINGS, State.ACCEPTED),
        settle=submission.state in (State.RECEIVED, State.FINDINGS)
        or (submission.state == State.ACCEPTED and actions.open_findings(submission).exists()),
    )


def _refused(submission: Submission, *, sign_anew: bool = False) -> str:
    try:
        actions.check_can_release(submission, sign_anew=sign_anew)
    except actions.NotInThisState as refusal:
        return str(refusal)
    return ""
