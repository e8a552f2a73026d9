"""What the texts leave to the hospital: every choice has a name, a safe default, and a recorded decision."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import JSONField, Q, Value

from ...healthbook.record import Record
from ...healthbook.validation import Policy
from ..journal.chain import account_of, note
from ..staff.models import Facility
from .catalogues import catalogues_for
from .models import HospitalPolicy


@dataclass(frozen=True)
class Choice:
    """One thing to choose."""

    default: Any
    sentence: str
    """What it decides, in Vietnamese, for the settings page."""
    source: str


CHOICES: Mapping[str, Choice] = {
    "summary_for_every_visit": Choice(
        True,
        "Gửi tóm tắt hồ sơ bệnh án (bảng 8) cho mọi đợt khám, kể cả khám ngoại trú.",
        "Chưa có văn bản nói rõ; thiếu bảng 8 thì sổ không có phần tóm tắt (QĐ 2733, trường 41–45)",
    ),
    "tables_for_uninsured": Choice(
        None,
        "Các bảng gửi cho đợt khám không dùng BHYT; để trống là mọi bảng, trừ bảng 6 (HIV).",
        "QĐ 2733 (tối thiểu bảng 1 và 8); Luật 64/2006 sửa bởi Luật 71/2020, Điều 30 về thông tin HIV",
    ),
    "check_ins_are_sent": Choice(
        True,
        "Gửi báo vào khám (check-in, XML0) sau chi phí đầu tiên và khi vào điều trị. Tắt ở cơ sở chỉ nhận người bệnh "
        "hoặc bệnh phẩm đến làm xét nghiệm.",
        "QĐ 4750/QĐ-BYT; căn cứ miễn cho nơi chỉ nhận mẫu đã được thay một phần, cơ sở tự quyết định",
    ),
    "health_checks_are_sent": Choice(
        False,
        "Nhận tệp khám sức khỏe (KHAMSUCKHOE) và gửi lên trục dữ liệu Bộ Y tế, nơi đã khai nơi nhận loại này.",
        "QĐ 1551/QĐ-BYT sửa bởi QĐ 2062/QĐ-BYT; cơ sở có khám sức khỏe tự bật",
    ),
    "transmitted_means": Choice(
        "received",
        "“Đã liên thông” là cổng đã trả mã 200 kèm mã giao dịch (received), hay chỉ cần đã gửi đi (sent).",
        "Các văn bản không định nghĩa; cách hiểu được in trên báo cáo",
    ),
    "counting_day": Choice(
        "closing",
        "Lượt khám tính theo lúc kết thúc trên phần mềm (closing), hay theo NGAY_RA (discharge).",
        "Các văn bản không định nghĩa; cách hiểu được in trên báo cáo",
    ),
    "six_month_rows": Choice(
        {},
        "Dòng của báo cáo sáu tháng cho từng mã loại hình, nơi bảng chung chưa xếp (ví dụ mã 10).",
        "Mẫu báo cáo không xếp hết các mã loại hình của QĐ 1804",
    ),
    "base_salary": Choice(
        None,
        "Lương cơ sở (mức tham chiếu), tính bằng đồng, từ ngày quyết định có hiệu lực. Để trống thì không xét chi phí "
        "dưới 15% lương cơ sở (quy tắc XFD-027).",
        "Luật BHYT, Điều 22; mức từng thời kỳ theo nghị định, bệnh viện nhập khi có mức mới",
    ),
    "largest_file_megabytes": Choice(
        100,
        "Cỡ lớn nhất của một tệp mà nơi nhận chịu nhận, tính bằng MB (quy tắc STR-019).",
        "Chưa có văn bản định cỡ; 100 MB theo một phần mềm đang dùng, hỏi nơi nhận trước khi đổi",
    ),
    "severities": Choice(
        {}, "Quy tắc được đổi mức (lỗi, cảnh báo).", "Quyết định của bệnh viện, có lý do và người quyết định"
    ),
    "rules_off": Choice([], "Quy tắc tạm tắt.", "Quyết định của bệnh viện, có lý do và người quyết định"),
    "quarantine_days": Choice(
        30,
        "Số ngày giữ bản sao của tệp chưa nhận được; hết hạn thì xóa hẳn, chỉ còn dòng ghi đã xóa.",
        "Không có văn bản định số ngày; giữ ngắn nhất mà còn dùng được (Luật Bảo vệ dữ liệu cá nhân)",
    ),
    "overruling_releases": Choice(
        False,
        "Khi mọi lỗi của hồ sơ đã được xác nhận “đúng như vậy” thì cho gửi luôn, không đợi người cho gửi.",
        "Mặc định là không: người cho gửi xem lại một lần nữa",
    ),
}


class UnknownChoice(KeyError):
    """Không có quy định nào mang tên này."""


class NeedsReason(ValueError):
    """Hãy ghi lý do: thay đổi này cần có người chịu trách nhiệm và lý do."""


def decisions(facility: Facility | None) -> dict[str, list[HospitalPolicy]]:
    """Every decision that a facility goes by, its own and those for all, by name: for who asks for several."""
    rows = HospitalPolicy.objects.filter(Q(facility=facility) | Q(facility__isnull=True))
    by_name: dict[str, list[HospitalPolicy]] = defaultdict(list)
    for row in rows:
        by_name[row.name].append(row)
    return by_name


def chosen(
    name: str,
    *,
    facility: Facility | None,
    day: date,
    among: Mapping[str, Sequence[HospitalPolicy]] | None = None,
) -> Any:
    """What holds on a day: the facility's own decision, else that for all, else the default.

    ``among``: the facility's ``decisions``, where they are at hand.
    """
    if name not in CHOICES:
        raise UnknownChoice(name)
    rows = (decisions(facility) if among is None else among).get(name, ())
    held = [row for row in rows if row.since <= day]
    found = sorted(held, key=lambda row: (row.facility_id is not None, row.since, row.pk))
    return found[-1].value if found else CHOICES[name].default


@transaction.atomic
def choose(
    *, by: Any, name: str, value: Any, reason: str, since: date, facility: Facility | None = None
) -> HospitalPolicy:
    """Record a decision. Earlier ones stay and hold for their days."""
    if name not in CHOICES:
        raise UnknownChoice(name)
    if not reason.strip():
        raise NeedsReason(NeedsReason.__doc__)
    actor = account_of(by)
    # "Nothing" is a decision too, so JSON's null is kept and not the database's.
    kept = Value(None, JSONField()) if value is None else value
    row = HospitalPolicy.objects.create(
        facility=facility, name=name, value=kept, reason=reason, by=actor, since=since
    )
    row.value = value
    note(by, "policy-chosen", "policy", row.pk, name=name, since=since.isoformat())
    return row


def checking_policy(
    *,
    facility: Facility | None,
    day: date,
    check_ins: Mapping[str, tuple[datetime, ...]] | None = None,
) -> Policy:
    """The library's policy for checking, from the hospital's decisions.

    ``check_ins``: what the ledger knows, which is not known here (see ``Policy.check_ins``).
    """
    among = decisions(facility)

    def held(name: str) -> Any:
        return chosen(name, facility=facility, day=day, among=among)

    levels = dict(held("severities"))
    off = {rule for rule, level in levels.items() if level == "off"}
    return Policy(
        summary_for_every_visit=bool(held("summary_for_every_visit")),
        severities={rule: level for rule, level in levels.items() if rule not in off},
        off=off.union(held("rules_off")),
        catalogues=catalogues_for(facility),
        base_salaries=base_salaries(among),
        largest_file=int(held("largest_file_megabytes")) * 1_000_000,
        check_ins=check_ins,
    )


def base_salaries(among: Mapping[str, Sequence[HospitalPolicy]]) -> tuple[tuple[date, Decimal], ...]:
    """Every base salary that was entered, by its first day; the facility's own word counts before that for all."""
    rows = among.get("base_salary", ())
    by_day: dict[date, Any] = {}
    for row in sorted(rows, key=lambda row: (row.facility_id is not None, row.pk)):
        by_day[row.since] = row.value
    return tuple((since, Decimal(str(value))) for since, value in sorted(by_day.items()) if value)


NEVER_SENT = frozenset({"check_in", "medical_assessment"})
"""XML0 travels alone; XML12 is entered on the portal (gateway.md §5)."""


def tables_to_send(record: Record, *, insured: bool, facility: Facility | None, day: date) -> list[str]:
    """English names of the tables that leave the hospital, filtered before signing (category × destination)."""
    tables = [name for name, rows in record.tables.items() if rows and name not in NEVER_SENT]
    if insured:
        return tables
    allowed = chosen("tables_for_uninsured", facility=facility, day=day)
    if allowed is None:
        return [name for name in tables if name != "hiv_care"]
    return [name for name in tables if name in {"visit", *allowed}]
