"""Which codes are marked as not to go out by this channel, as claims, new submissions and the sender ask it."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from ..visits.models import Withheld

if TYPE_CHECKING:
    from .models import Submission

WITHHELD = (
    "WITHHELD",
    "Hồ sơ được đánh dấu không gửi qua kênh này, nên không ký và không gửi. Xem trang Hồ sơ không gửi.",
)
_CODES = {
    "version": "version__visit__visit_code",
    "check_in": "check_in__visit_code",
    "health_check": "health_check__code",
}
_FACILITIES = {
    "version": "version__visit__facility",
    "check_in": "check_in__facility",
    "health_check": "health_check__facility",
}


def marks() -> QuerySet[Withheld]:
    """Those in force."""
    return Withheld.objects.filter(lifted_at__isnull=True)


def any_mark() -> Exists:
    """Nearly always false, and asked once a statement: what hangs on it costs nothing where nothing is marked."""
    return Exists(marks())


def is_withheld(kind: str) -> Q:
    """Of submissions of one kind (``version``, ``check_in``, ``health_check``): whether their code is marked."""
    own = marks().filter(code=OuterRef(_CODES[kind]), facility=OuterRef(_FACILITIES[kind]))
    return Q(any_mark()) & Q(Exists(own))


def not_withheld(kind: str) -> Q:
    return ~is_withheld(kind)


def under(mark: Withheld) -> Q:
    """Of submissions: those under the marked code."""
    asked = Q()
    for kind, code in _CODES.items():
        asked |= Q(**{code: mark.code, _FACILITIES[kind]: mark.facility_id})
    return asked


def mark_on(submission: "Submission") -> Withheld | None:
    """The mark in force on one submission."""
    about = submission.check_in or submission.health_check
    if submission.version is not None:
        return (
            marks().filter(facility=submission.version.visit.facility_id, code=submission.visit_code).first()
        )
    if about is None:
        return None
    return marks().filter(facility=about.facility_id, code=submission.visit_code).first()


def begins_withheld(facility: int, code: str) -> bool:
    """Whether a submission that is made now is held from its first moment."""
    return marks().filter(facility=facility, code=code).exists()
