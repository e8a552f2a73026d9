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


KINDS = tuple(_CODES)
"""What a submission may carry, by the name of its column."""


def marks() -> QuerySet[Withheld]:
    """Those in force."""
    return Withheld.objects.filter(lifted_at__isnull=True)


def is_withheld(kind: str) -> Q:
    """Of submissions of one of ``KINDS``: whether their code is marked."""
    own = marks().filter(code=OuterRef(_CODES[kind]), facility=OuterRef(_FACILITIES[kind]))
    # The first is asked once a statement and nearly always false: then nothing is looked up for a row.
    return Q(Exists(marks())) & Q(Exists(own))


def not_withheld(kind: str) -> Q:
    return ~is_withheld(kind)


def under(mark: Withheld) -> Q:
    """Of submissions: those under the marked code."""
    asked = Q()
    for kind, code in _CODES.items():
        asked |= Q(**{code: mark.code, _FACILITIES[kind]: mark.facility_id})
    return asked


def mark_of(facility: int, code: str) -> Withheld | None:
    """The mark in force on a code of a facility."""
    return marks().filter(facility=facility, code=code).first()


def mark_on(submission: "Submission") -> Withheld | None:
    """The mark in force on one submission."""
    carried = (
        submission.version.visit if submission.version else submission.check_in or submission.health_check
    )
    assert carried is not None
    return mark_of(carried.facility_id, submission.visit_code)
