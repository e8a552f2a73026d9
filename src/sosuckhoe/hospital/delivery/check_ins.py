"""Telling the portal of a visit while it is open: the check-in (báo vào khám, XML0) on its way into the ledger.

A check-in comes in a file another system exported, or is written down at reception. It is due after the first cost and
again after the first cost once the patient is admitted, each once; never in an emergency, never where only samples are
taken (QĐ 4750/QĐ-BYT; gateway.md §4). It is information only, so it enters whole and right or not at all: there is
nothing to mend afterwards, and nothing of it holds a record back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ...healthbook.record import Record, Row
from ...healthbook.validation import Fault, check_record
from ..journal.chain import note
from ..staff.models import Facility
from ..visits.check_ins import are_told, edition_of, freeze_check_in, is_emergency, stage_of
from ..visits.choices import checking_policy
from ..visits.facts import moment as moment_of
from ..visits.models import CheckIn, SourceFile, Visit
from .ledger import destinations_of, enqueue_check_in
from .models import DestinationKind, Receipt, Submission
from .states import REPLACEABLE, State


class NotNeeded(Exception):
    """Nothing is to be told; the sentence says why."""


class Emergency(NotNeeded):
    """Đợt cấp cứu không phải báo vào khám, nên không gửi gì."""


class NotTold(NotNeeded):
    """Cơ sở đã chọn không gửi báo vào khám (trang Quy định), nên không gửi gì."""


class TooLate(NotNeeded):
    """Đợt khám này đã kết thúc; hồ sơ của đợt nói đủ mọi điều, nên không báo vào khám nữa."""


class AlreadyTold(NotNeeded):
    """Đợt khám này đã được báo ở giai đoạn này; không báo lần thứ hai."""


@dataclass(frozen=True)
class Told:
    """A check-in in the ledger."""

    check_in: CheckIn
    submissions: tuple[Submission, ...]


def faults_of(row: Row, *, facility: Facility, at: datetime) -> list[Fault]:
    """What is wrong in a check-in by the rules of its day, errors first."""
    day = timezone.localdate(at)
    policy = checking_policy(facility=facility, day=day)
    record, edition = Record({"check_in": [row]}), edition_of(row, day)
    found = check_record(record, edition, day=day, policy=policy, whole=False)
    return sorted(found, key=lambda fault: fault.severity != "error")


def tell(
    *,
    row: Row,
    facility: Facility,
    facility_code: str,
    by: Any,
    at: datetime | None = None,
    source_file: SourceFile | None = None,
) -> Told:
    """Put one check-in into the ledger. Raises NotNeeded, and IntegrityError when somebody tells the same right now.

    The row has no faults: ask ``faults_of`` before.
    """
    moment = at or timezone.now()
    if is_emergency(row):
        raise Emergency(Emergency.__doc__)
    if not are_told(facility, timezone.localdate(moment)):
        raise NotTold(NotTold.__doc__)
    with transaction.atomic():
        if Visit.objects.filter(facility=facility, visit_code=row["visit_code"]).exists():
            raise TooLate(TooLate.__doc__)
        number = _next_number(facility, row)
        check_in = freeze_check_in(
            row=row,
            number=number,
            facility=facility,
            facility_code=facility_code,
            by=by,
            at=moment,
            source_file=source_file,
        )
        destinations = destinations_of(facility, DestinationKind.PORTAL)
        submissions = enqueue_check_in(check_in, destinations, at=moment)
        note(
            by,
            "check-in-told",
            "check-in",
            check_in.pk,
            stage=check_in.stage,
            version=check_in.number,
            sha256=check_in.sha256,
        )
    return Told(check_in, tuple(submissions))


def _next_number(facility: Facility, row: Row) -> int:
    """1, or the next one where nobody can have received those before. Raises AlreadyTold.

    Two who tell the same at once take the same number, of which the database lets one through.
    """
    before = CheckIn.objects.filter(facility=facility, visit_code=row["visit_code"], stage=stage_of(row))
    latest = before.order_by("-number").first()
    if latest is None:
        return 1
    rows = Submission.ledger.select_for_update(of=("self",)).filter(check_in=latest)
    states = list(rows.values_list("state", flat=True))
    if latest.row == row or not states or not REPLACEABLE.issuperset(states):
        raise AlreadyTold(AlreadyTold.__doc__)
    return latest.number + 1


def received(record: Record, *, facility: Facility) -> Mapping[str, tuple[datetime, ...]] | None:
    """When check-ins of a record's visit were received, for ``Policy.check_ins``: by MA_LK, in the zone of the record.

    None where this ledger cannot know: the facility tells nothing, no check-in of it went through here before the
    patient came (another program may have told the portal), or what became of one of this visit is not clear.
    """
    code, arrived = record.visit_code, moment_of(record.visit.get("arrived_at", ""))
    if not code or arrived is None or not are_told(facility, timezone.localdate(arrived)):
        return None
    own = Submission.ledger.filter(check_in__facility=facility, check_in__visit_code=code)
    if State.UNKNOWN in set(own.values_list("state", flat=True)):
        return None
    times = Receipt.objects.filter(submission__in=own).values_list("received_at", flat=True)
    if not times and not CheckIn.objects.filter(facility=facility, at__lte=arrived).exists():
        return None
    # NGAY_RA knows no seconds, so a moment within its minute is not after it.
    minutes = (timezone.localtime(each).replace(second=0, microsecond=0) for each in times)
    return {code: tuple(sorted(minutes))}


def first_sentences(faults: Sequence[Fault]) -> str:
    """The errors in short, for a file that is refused because of them."""
    errors = [fault for fault in faults if fault.severity == "error"]
    told = "; ".join(f"{fault.path}: {fault.message.rstrip('.')}" for fault in errors[:3])
    more = f" (và {len(errors) - 3} lỗi khác)" if len(errors) > 3 else ""
    return f"Báo vào khám còn lỗi nên chưa nhận: {told}{more}. Sửa ở phần mềm xuất tệp rồi xuất lại."
