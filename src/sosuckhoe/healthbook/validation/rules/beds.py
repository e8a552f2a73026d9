"""Bed days and examination fees (ngày giường, công khám)."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from itertools import pairwise

from ..rule import rule
from .cited import CHECKERS, table
from .stay import INPATIENT, SHORT_STAY, TRANSFERRED

BEDS = frozenset({"14", "15", "16"})
"""MA_NHOM of bed days: day bed, inpatient bed, stay bed."""
EXAMINATION = "13"
NO_BEDS = frozenset({"01", "02"})
INPATIENTS = frozenset({"03", "09"})
DAY = timedelta(hours=24)
NOT_RECOVERED = frozenset({"3", "4", "5", "6"})
"""KET_QUA_DTRI unchanged, worse, died, taken home with a poor prognosis: one bed day more is paid."""
LEFT_EARLY = TRANSFERRED | {"4"}
"""MA_LOAI_RV transferred, or home at the family's wish: the same."""
OUT_OF_SCOPE = "2"
NOON = 12
ONE_DAY = Decimal(1)
Bed = tuple[int, int, Decimal, int]
"""A bed line: the first and the last day it may cover, how many bed days, its number."""


def bed_lines(groups: list[str]) -> list[int]:
    """Numbers of the bed-day lines."""
    if BEDS.isdisjoint(groups):
        return []
    return [number for number, group in enumerate(groups, 1) if group in BEDS]


def bed_days(groups: list[str], scopes: list[str | None], quantities: list[Decimal | None]) -> Decimal:
    """Bed days of all lines together; what is paid for a better bed (PHAM_VI 2) beside the insured one is no second day."""
    if BEDS.isdisjoint(groups):
        return Decimal()
    insured, own = Decimal(), Decimal()
    for group, scope, quantity in zip(groups, scopes, quantities, strict=True):
        if group in BEDS and quantity is not None:
            if scope == OUT_OF_SCOPE:
                own += quantity
            else:
                insured += quantity
    return max(insured, own)


@rule(
    "BUS-002",
    table="XML3",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "XML3.MA_NHOM"),
    owner="cashier",
    source=CHECKERS,
    sentence="Đợt điều trị dưới 4 giờ (từ {XML1.NGAY_VAO} đến {XML1.NGAY_RA}) không tính tiền giường.",
)
def short_stay_has_no_bed(arrived: datetime, discharged: datetime, groups: list[str]) -> list[int]:
    """A stay under 4 hours has no bed-day line."""
    return bed_lines(groups) if timedelta() <= discharged - arrived < SHORT_STAY else []


@rule(
    "BUS-003",
    table="XML3",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "XML3.MA_NHOM", "XML3.PHAM_VI", "XML3.SO_LUONG"),
    owner="cashier",
    source=CHECKERS,
    sentence=(
        "Đợt điều trị từ 4 đến 24 giờ (từ {XML1.NGAY_VAO} đến {XML1.NGAY_RA}) chỉ tính nhiều nhất 1 ngày giường."
    ),
)
def stay_of_a_day_has_one_bed_day(
    arrived: datetime,
    discharged: datetime,
    groups: list[str],
    scopes: list[str | None],
    quantities: list[Decimal | None],
) -> list[int]:
    """A stay of 4 to 24 hours has at most 1 bed-day."""
    if not SHORT_STAY <= discharged - arrived <= DAY or bed_days(groups, scopes, quantities) <= 1:
        return []
    return bed_lines(groups)[-1:]


@rule(
    "BUS-008",
    table="XML3",
    reads=(
        "XML1.MA_LOAI_KCB", "XML1.SO_NGAY_DTRI", "XML1.KET_QUA_DTRI", "XML1.MA_LOAI_RV", "XML3.MA_NHOM", "XML3.PHAM_VI",
        "XML3.SO_LUONG",
    ),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence=(
        "Cộng các dòng, số ngày giường cao hơn mức thường tính cho {XML1.SO_NGAY_DTRI} ngày điều trị (kết quả "
        "điều trị {XML1.KET_QUA_DTRI}, loại ra viện {XML1.MA_LOAI_RV})."
    ),
)  # fmt: skip
def bed_days_fit_the_stay(
    visit_type: str,
    days: int,
    result: str | None,
    discharge_type: str | None,
    groups: list[str],
    scopes: list[str | None],
    quantities: list[Decimal | None],
) -> list[int]:
    """Total bed-days are fewer than SO_NGAY_DTRI unless death, transfer, leaving unimproved or early allows one more."""
    one_more = result in NOT_RECOVERED or discharge_type in LEFT_EARLY
    allowed = days if one_more or days < 2 else days - 1
    if visit_type != INPATIENT or bed_days(groups, scopes, quantities) <= allowed:
        return []
    return bed_lines(groups)[-1:]


@rule(
    "BUS-009",
    table="XML3",
    reads=("XML1.MA_LOAI_KCB", "XML3.MA_NHOM"),
    owner="cashier",
    source=CHECKERS,
    sentence="Loại hình {XML1.MA_LOAI_KCB} không tính tiền giường, nhưng dòng này thuộc nhóm {XML3.MA_NHOM}.",
)
def outpatients_have_no_bed(visit_type: str, groups: list[str]) -> list[int]:
    """Exam and outpatient types (01, 02) carry no bed-day line."""
    return bed_lines(groups) if visit_type in NO_BEDS else []


@rule(
    "BUS-010",
    table="XML3",
    reads=("XML3.MA_NHOM", "XML3.PHAM_VI", "XML3.MA_KHOA", "XML3.NGAY_YL", "XML3.SO_LUONG", "XML3.MA_GIUONG"),
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence=(
        "Giường {XML3.MA_GIUONG} được tính hơn một ngày giường trong cùng một ngày (dòng bắt đầu lúc "
        "{XML3.NGAY_YL})."
    ),
)
def bed_is_billed_once_a_day(
    groups: list[str],
    scopes: list[str | None],
    departments: list[str | None],
    days: list[date | None],
    quantities: list[Decimal | None],
    beds: list[str | None],
) -> list[int]:
    """One bed is not billed twice for overlapping days, neither to the fund nor to the patient; a line of n days fills n days
    from its order on."""
    if BEDS.isdisjoint(groups):
        return []
    filled: defaultdict[tuple[bool, str | None, str, date], Decimal] = defaultdict(Decimal)
    wrong = []
    lines = zip(groups, scopes, departments, days, quantities, beds, strict=True)
    for number, (group, scope, department, day, quantity, bed) in enumerate(lines, 1):
        if group not in BEDS or day is None or quantity is None or bed is None or ";" in bed:
            continue
        left, here = min(quantity, Decimal(366)), day
        while left > 0 and here < date.max:
            filled[scope == OUT_OF_SCOPE, department, bed, here] += min(left, Decimal(1))
            if filled[scope == OUT_OF_SCOPE, department, bed, here] > 1:
                wrong.append(number)
                break
            left, here = left - 1, here + timedelta(days=1)
    return wrong


@rule(
    "XFD-059",
    table="XML3",
    reads=(
        "XML1.NGAY_RA", "XML3.MA_NHOM", "XML3.PHAM_VI", "XML3.NGAY_YL", "XML3.NGAY_KQ", "XML3.MA_GIUONG", "XML3.SO_LUONG",
    ),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=table(3, CHECKERS),
    sentence=(
        "Giường {XML3.MA_GIUONG} từ {XML3.NGAY_YL} tính {XML3.SO_LUONG} ngày, cộng với các dòng giường khác thì có ngày "
        "quá 1 ngày giường; đổi khoa trong ngày thì mỗi khoa tính 0,5."
    ),
)  # fmt: skip
def beds_of_one_day_share_it(
    discharged: date,
    groups: list[str],
    scopes: list[str | None],
    ordered: list[datetime | None],
    last: list[date | None],
    beds: list[str | None],
    quantities: list[Decimal | None],
) -> list[int]:
    """All bed lines together have at most 1 a day: half each where the department changes.

    A line may lie anywhere between its order and its last day, so it is told only when there is no way to lay them all.
    """
    if BEDS.isdisjoint(groups):
        return []
    lines = []
    columns = zip(groups, scopes, ordered, last, quantities, strict=True)
    for number, (group, scope, order, until, quantity) in enumerate(columns, 1):
        if group in BEDS and scope != OUT_OF_SCOPE and order is not None and quantity is not None:
            first = order.toordinal()
            if until is None and quantity <= ONE_DAY:
                last_day = first + (order.hour >= NOON)  # a bed taken after noon may count for the next day
            else:
                last_day = (until or discharged).toordinal()
            lines.append((first, last_day, quantity, number))
    lines.sort()
    apart = all(later[0] > earlier[1] for earlier, later in pairwise(lines))
    return [] if apart else without_a_day(lines)


def without_a_day(lines: list[Bed]) -> list[int]:
    """The numbers of the lines that find no day left; whichever must end first is laid first. One that is longer than its
    own days is told by itself."""
    coming = sorted((one for one in lines if 0 < one[2] <= one[1] - one[0] + 1), reverse=True)
    open_: list[tuple[int, int, Decimal]] = []
    now, wrong = Decimal(), []
    while coming or open_:
        if not open_:
            now = max(now, Decimal(coming[-1][0]))
        while coming and coming[-1][0] <= now:
            _, end, left, number = coming.pop()
            heappush(open_, (end, number, left))
        end, number, left = heappop(open_)
        if now + left > end + 1:
            wrong.append(number)
            continue
        until = min(now + left, Decimal(coming[-1][0])) if coming else now + left
        if until < now + left:
            heappush(open_, (end, number, now + left - until))
        now = until
    return sorted(wrong)


@rule(
    "BUS-011",
    table="XML3",
    reads=("XML1.MA_LOAI_KCB", "XML3.PHAM_VI", "XML3.MA_NHOM"),
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence="Đợt điều trị nội trú chỉ tính một lần công khám; đây là lần thứ hai trở đi.",
)
def inpatient_has_one_examination(visit_type: str, scopes: list[str | None], groups: list[str]) -> list[int]:
    """An inpatient record has at most one exam fee (group 13) within the insurance scope."""
    if visit_type not in INPATIENTS:
        return []
    lines = enumerate(zip(groups, scopes, strict=True), 1)
    return [number for number, (group, scope) in lines if group == EXAMINATION and scope != OUT_OF_SCOPE][1:]
