"""A restore in words and numbers, the same for the page, the command and other programs."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from .. import outside
from ..ledger import LEFT_BEFORE, NEWER_LEFT
from ..models import LostSubmission, Restore, Submission
from ..states import State
from .booking import MAYBE
from .erased import erased_again
from .hold import was_in_the_copy
from .matching import count_of


def latest() -> Restore | None:
    return Restore.objects.order_by("-id").first()


def for_a_person() -> QuerySet[Submission]:
    """What a restore left unclear, whatever it carries."""
    rows = Submission.ledger.filter(
        problem_code__in=[MAYBE, LEFT_BEFORE[0], NEWER_LEFT[0]], state__in=[State.UNKNOWN, State.HELD]
    )
    carried = ("version__visit__patient", "check_in", "health_check", "destination")
    return rows.select_related(*carried).defer("version__record_json")


def held_in_the_copy(restore: Restore) -> QuerySet[Submission]:
    """Where the journal outside is lost: what the copy has as held may have been released and sent since."""
    if restore.reconciled_at is None or restore.journal_whole is not False:
        return Submission.ledger.none()
    rows = Submission.ledger.filter(was_in_the_copy(restore), state=State.HELD)
    return rows.exclude(problem_code__in=[MAYBE, LEFT_BEFORE[0], NEWER_LEFT[0]])


def still_lost() -> QuerySet[LostSubmission]:
    """What left and is not here: to be imported again."""
    return LostSubmission.objects.filter(settled_at__isnull=True)


def as_json(restore: Restore | None) -> dict[str, Any]:
    """Plain facts for other programs; the codes are stable."""
    damaged = [{"line": each.number, "field": each.field, "value": each.value} for each in outside.damaged()]
    if restore is None:
        return {"epoch": 0, "hold": False, "damaged_lines": damaged}
    return {
        "epoch": restore.pk,
        "hold": restore.released_at is None,
        "noticed_at": restore.noticed_at.isoformat(),
        "noticed_by": restore.noticed_by,
        "why": restore.why,
        "copy_until": restore.copy_until and restore.copy_until.isoformat(),
        "journal_until": restore.journal_until and restore.journal_until.isoformat(),
        "anchor": restore.anchor,
        "reconciled_at": restore.reconciled_at and restore.reconciled_at.isoformat(),
        "journal_whole": restore.journal_whole,
        "counts": dict(count_of(restore)),
        "released_at": restore.released_at and restore.released_at.isoformat(),
        "released_by": restore.released_by,
        "for_a_person": [
            {
                "visit": row.visit_code,
                "version": row.version_number,
                "state": row.state,
                "code": row.problem_code,
            }
            for row in for_a_person().order_by("pk")
        ],
        "to_import_again": [
            {"facility": code, "visit": visit, "version": number, "transaction_number": receipt}
            for code, visit, number, receipt in still_lost().values_list(
                "facility_code", "visit_code", "version", "transaction_number"
            )
        ],
        "held_in_the_copy": held_in_the_copy(restore).count(),
        "erased_again": len(erased_again(restore)),
        "damaged_lines": damaged,
    }


def lines_of(restore: Restore | None, *, most: int) -> list[str]:
    """For a terminal."""
    damaged = [f"Sổ ngoài: {each.sentence}" for each in outside.damaged()[:most]]
    if restore is None:
        return ["Cơ sở dữ liệu này chưa từng được khôi phục từ bản cũ.", *damaged]
    counts = count_of(restore)

    def moment(value: Any) -> str:
        return f"{timezone.localtime(value):%H:%M:%S %d/%m/%Y}" if value else "không rõ"

    lines = [
        f"Lần khôi phục số {restore.pk}, nhận ra lúc {moment(restore.noticed_at)}: {restore.why}",
        f"Cơ sở dữ liệu này biết đến {moment(restore.copy_until)}; sổ ngoài ghi đến {moment(restore.journal_until)}.",
    ]
    if restore.released_at:
        lines.append(
            f"{restore.released_by} đã cho gửi lại lúc {moment(restore.released_at)}: {restore.released_why}"
        )
    elif restore.reconciled_at:
        lines.append(
            "ĐANG GIỮ: không ký, không gửi. Đã đối chiếu; cho gửi lại bằng: sosuckhoe restored release"
        )
    else:
        first = "sửa dòng hỏng của sổ ngoài nêu ở dưới, rồi " if damaged else ""
        lines.append(f"ĐANG GIỮ: không ký, không gửi. Tiếp theo: {first}sosuckhoe restored reconcile")
    if restore.reconciled_at:
        lines.append(
            f"Theo sổ ngoài đã ghi tiếp nhận {counts['booked']} lượt; {counts['unknown']} chưa rõ kết quả; "
            f"{counts['held']} tạm giữ; {counts['lost']} phải nhập lại."
        )
    lines += damaged
    again = len(erased_again(restore))
    if again:
        lines.append(f"{again} tệp đã xóa trước khi khôi phục lại có trong bản cũ: đã xóa lại.")
    held = held_in_the_copy(restore).count()
    if held:
        lines.append(
            f"{held} hồ sơ tạm giữ từ bản cũ: có thể đã cho gửi sau đó; tra trên cổng trước khi cho gửi."
        )
    lines += [
        f"  {row.visit_code} {f'bản {row.version_number}' if row.version_number else 'báo vào khám'}: "
        f"{State(row.state).label} [{row.problem_code}]"
        for row in for_a_person().order_by("pk")[:most]
    ]
    lines += [
        f"  {visit} bản {number}: nhập lại; {'mã giao dịch ' + receipt if receipt else 'chưa rõ cổng đã nhận'}"
        for visit, number, receipt in still_lost().values_list("visit_code", "version", "transaction_number")[
            :most
        ]
    ]
    return lines
