"""The calendar of certificates, and who signed what with which of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from ..models import SignedDocument, SigningKey
from .status import NOT_CHECKED, is_revoked, latest, source_of

STEPS = (30, 14, 7, 1)
"""Days before the end at which somebody is told (faults.md F55)."""


@dataclass(frozen=True, slots=True)
class Due:
    """A certificate whose end is near, over, or not yet begun."""

    key: SigningKey
    days_left: int
    """Whole days; negative when it is over."""
    step: int | None
    """Of STEPS, the nearest that has been reached; 0 when it is over; -1 when it is not valid yet; None: none yet."""
    covered: bool
    """Another certificate of the facility, not retired and registered, is valid at its end."""
    revoked: bool = False
    """Its issuer said, last we asked, that it is revoked or suspended: it signs no more, however long it would have run."""


def calendar(at: datetime) -> list[Due]:
    """Every certificate in use that needs somebody, the most urgent first."""
    found = [due for due in in_use(at) if due.revoked or due.step is not None]
    return sorted(found, key=lambda due: (not due.revoked, due.covered, due.key.not_after, due.key.pk))


def in_use(at: datetime) -> list[Due]:
    """Every certificate in use with the days it still has, for metrics and lists; the one that ends first is first.

    ``step`` is None where the calendar asks nothing of anybody yet.
    """
    keys = list(
        SigningKey.objects.filter(retired_at__isnull=True).select_related("facility", "status_source")
    )
    revoked = {key.pk for key in keys if _known_revoked(key)}
    valid = [key for key in keys if key.pk not in revoked]
    found = [
        Due(key, _days(at, key.not_after), step_of(key, at), _covered(key, valid), key.pk in revoked)
        for key in keys
    ]
    return sorted(found, key=lambda due: (due.key.not_after, due.key.pk))


def step_of(key: SigningKey, at: datetime) -> int | None:
    """The step of the calendar a certificate stands at; None when nothing is to be done."""
    if at < key.not_before:
        return -1
    if at > key.not_after:
        return 0
    left = key.not_after - at
    reached = [days for days in STEPS if left <= timedelta(days=days)]
    return min(reached) if reached else None


def _known_revoked(key: SigningKey) -> bool:
    source = source_of(key)
    said = latest(key, source) if source is not None else None
    return said is not None and is_revoked(said)


def _days(at: datetime, end: datetime) -> int:
    return (end - at).days


def _covered(key: SigningKey, keys: list[SigningKey]) -> bool:
    return any(
        other.facility_id == key.facility_id
        and other.pk != key.pk
        and other.registered_at is not None
        and other.not_before <= key.not_after < other.not_after
        for other in keys
    )


def signed_with(
    fingerprint: str = "", *, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[SignedDocument]:
    """All signatures of a certificate (or of all), from a moment on and before another: what is doubted when a key
    was stolen at a time (F61).

    Ordered by time. The bytes are left out; rows come with submission, visit and destination.
    """
    rows = SignedDocument.objects.all()
    if fingerprint:
        rows = rows.filter(certificate_fingerprint=fingerprint.lower().replace(":", ""))
    if since is not None:
        rows = rows.filter(signed_at__gte=since)
    if until is not None:
        rows = rows.filter(signed_at__lt=until)
    return (
        rows.select_related(
            "submission__version__visit", "submission__check_in", "submission__destination", "key", "status"
        )
        .defer("content", "submission__version__record_json", "key__certificate_pem", "status__issuers_pem")
        .order_by("signed_at", "id")
    )


HEADING = (
    "Ký lúc",
    "MA_LK",
    "Bản",
    "Nơi nhận",
    "Trạng thái",
    "Người hoặc khóa ký",
    "Số lần gửi",
    "SHA-256 tệp đã ký",
    "SHA-256 chứng thư",
    "Thu hồi lúc ký",
)


def as_rows(documents: QuerySet[SignedDocument]) -> Iterator[tuple[str, ...]]:
    """The list for a spreadsheet, one signature a row."""
    for one in documents.iterator(chunk_size=2000):
        submission = one.submission
        yield (
            one.signed_at.isoformat(),
            submission.visit_code,
            str(submission.version_number) if submission.version_id else "XML0",
            submission.destination.name,
            submission.state,
            one.signer,
            str(submission.attempt_count),
            one.sha256,
            one.certificate_fingerprint,
            one.status.code if one.status else NOT_CHECKED,
        )
