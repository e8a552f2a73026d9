"""Lines that point at each other (dòng thuốc, dịch vụ, kết quả, giấy chứng sinh và bảng tổng hợp)."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from ..catalogues import base_of
from ..rule import rule
from .cited import CHECKERS, DERIVED
from .parts import TESTS
from .stay import INPATIENT, NOT_INSURED

MALE = "1"
NEWBORN = timedelta(days=28)
_DEPARTMENT = re.compile(r"K((?:[0-9]{2})+)(?:\.D([0-9]{2}))?")


@lru_cache(maxsize=1024)
def departments_of(code: str) -> frozenset[str]:
    """``K0203`` is departments 02 and 03, ``K02.D35`` is 02 and 35; a code of another form is itself."""
    found = _DEPARTMENT.match(code)
    if found is None:
        return frozenset({code})
    joined = found[1] + (found[2] or "")
    return frozenset(joined[place : place + 2] for place in range(0, len(joined), 2))


def _strange(known: list[str], used: Iterable[str]) -> frozenset[str]:
    """Departments used that share nothing with those known."""
    all_known = frozenset().union(*(departments_of(code) for code in known))
    return frozenset(code for code in set(used) if departments_of(code).isdisjoint(all_known))


@rule(
    "XTB-019",
    table="XML4",
    reads=("XML1.MA_DOITUONG_KCB", "XML3.MA_DICH_VU", "MA_DICH_VU"),
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence="Có kết quả của dịch vụ {MA_DICH_VU} (XML4) nhưng bảng chi phí (XML3) không có dịch vụ này.",
)
def result_has_its_service(category: str | None, services: set[str | None], service: str) -> bool:
    """Each XML4 service code occurs in XML3, as written or before the facility it was sent to (``.K.``).

    The code with the facility is longer than XML4 could hold before QĐ 3176. A visit without insurance may be sent
    without XML3.
    """
    return (
        service in services
        or (category == NOT_INSURED and not services)
        or any(other is not None and other.startswith(f"{service}.K.") for other in services)
    )


@rule(
    "XTB-020",
    table="XML4",
    reads=("XML3.MA_DICH_VU", "XML3.NGAY_KQ", "XML4.MA_DICH_VU", "XML4.NGAY_KQ"),
    at="XML4.NGAY_KQ",
    confidence="low",
    owner="laboratory",
    source=DERIVED,
    sentence=(
        "Dịch vụ {XML4.MA_DICH_VU} ở bảng kết quả (XML4) có kết quả lúc {XML4.NGAY_KQ}, khác ngày ở dòng dịch "
        "vụ (XML3)."
    ),
)
def results_agree_on_the_day(
    services: list[str | None],
    results: list[date | None],
    tested: list[str | None],
    answered: list[date | None],
) -> list[int]:
    """XML4 NGAY_KQ agrees with NGAY_KQ of an XML3 line of the service, to the day."""
    days: dict[str | None, set[date | None]] = {}
    for service, day in zip(services, results, strict=True):
        days.setdefault(service, set()).add(day)
    return [
        number
        for number, (service, day) in enumerate(zip(tested, answered, strict=True), 1)
        if service and day and service in days and None not in days[service] and day not in days[service]
    ]


@rule(
    "XTB-023",
    table="XML2",
    reads=("XML3.MA_DICH_VU", "MA_DICH_VU"),
    confidence="low",
    owner="pharmacy",
    source=DERIVED,
    sentence="Thuốc ghi là dùng cho dịch vụ {@wrong}, nhưng bảng chi phí (XML3) không có dịch vụ này.",
)
def medicine_belongs_to_a_service(services: set[str | None], used_in: list[str]) -> list[str]:
    """A service code on a medicine line occurs in XML3, as written or by its base code (``_TB``, ``_GT``, sent out)."""
    known = {base_of(service or "") for service in services}
    return [service for service in used_in if services and base_of(service) not in known]


@rule(
    "XTB-037",
    table="XML2",
    reads=("XML1.MA_LOAI_KCB", "XML1.MA_KHOA", "XML1.NGAY_VAO_NOI_TRU", "XML2.NGAY_YL", "XML2.MA_KHOA"),
    severity="warning",
    confidence="medium",
    owner="pharmacy",
    source=CHECKERS,
    sentence="Thuốc ghi ở khoa {XML2.MA_KHOA}, không có trong các khoa người bệnh đã nằm: {XML1.MA_KHOA}.",
)
def medicines_are_given_where_the_patient_was(
    visit_type: str, known: list[str], admitted: datetime, orders: list[datetime], used: list[str]
) -> list[int]:
    """Departments of medicine lines after admission occur in the XML1 department list for inpatients."""
    if visit_type != INPATIENT:
        return []
    strange = _strange(known, used)
    lines = enumerate(zip(used, orders, strict=True), 1) if strange else ()
    return [number for number, (code, ordered) in lines if code in strange and ordered >= admitted]


@rule(
    "XTB-037",
    table="XML3",
    reads=(
        "XML1.MA_LOAI_KCB", "XML1.MA_KHOA", "XML1.NGAY_VAO_NOI_TRU", "XML3.NGAY_YL", "XML3.MA_NHOM", "XML3.MA_KHOA",
    ),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence=(
        "Dịch vụ hoặc vật tư ghi ở khoa {XML3.MA_KHOA}, không có trong các khoa người bệnh đã nằm: "
        "{XML1.MA_KHOA}."
    ),
)  # fmt: skip
def services_are_given_where_the_patient_was(
    visit_type: str,
    known: list[str],
    admitted: datetime,
    orders: list[datetime],
    groups: list[str],
    used: list[str],
) -> list[int]:
    """Departments of XML3 lines after admission, tests aside, occur in the XML1 department list for inpatients."""
    if visit_type != INPATIENT:
        return []
    strange = _strange(known, used)
    lines = enumerate(zip(used, orders, groups, strict=True), 1) if strange else ()
    return [
        number
        for number, (code, ordered, group) in lines
        if code in strange and ordered >= admitted and group not in TESTS
    ]


@rule(
    "XTB-038",
    table=("XML2", "XML3"),
    reads=("XML1.MA_LOAI_KCB", "XML1.NGAY_VAO_NOI_TRU", "NGAY_YL", "MA_KHOA"),
    confidence="low",
    owner="clinician",
    source=CHECKERS,
    sentence=(
        "Y lệnh lúc {NGAY_YL} ghi ở khoa khám bệnh ({MA_KHOA}), sau khi người bệnh đã vào nội trú "
        "({XML1.NGAY_VAO_NOI_TRU})."
    ),
)
def outpatient_department_orders_before_admission(
    visit_type: str, admitted: date, ordered: date, department: str
) -> bool:
    """The outpatient department (K01) orders nothing on the days after an inpatient's admission."""
    return department != "K01" or ordered <= admitted or visit_type != INPATIENT


@rule(
    "XTB-039",
    table="XML1",
    reads=("XML3.MA_PTTT_QT", "MA_PTTT_QT"),
    confidence="low",
    owner="clinician",
    source=DERIVED,
    sentence=(
        "Mã phẫu thuật, thủ thuật {@wrong} chỉ có ở một nơi; cần có ở cả bảng tổng hợp (XML1) và dòng dịch vụ "
        "(XML3)."
    ),
)
def procedures_are_summed_up(lines: list[list[str] | None], summary: list[str] | None) -> list[str]:
    """XML1 MA_PTTT_QT is the union of the XML3 procedure codes."""
    done = {code for codes in lines for code in codes or ()}
    return sorted(done.symmetric_difference(summary or ())) if done else []


@rule(
    "XTB-040",
    table="XML1",
    reads=("XML9.CAN_NANG_CON", "CAN_NANG_CON"),
    confidence="low",
    owner="clinician",
    source=DERIVED,
    sentence="Cân nặng con ở bảng tổng hợp ({CAN_NANG_CON} gam) khác trên giấy chứng sinh ({XML9.CAN_NANG_CON}).",
)
def newborn_weights_agree(certified: list[int], weights: list[int]) -> bool:
    """Newborn weights of XML1 agree with the XML9 records."""
    return not certified or sorted(certified) == sorted(weights)


@rule(
    "XTB-041",
    table="XML1",
    reads=("XML9", "NGAY_SINH", "NGAY_VAO", "GIOI_TINH"),
    confidence="low",
    owner="records",
    source=DERIVED,
    sentence="Có giấy chứng sinh (XML9) trong hồ sơ của người bệnh nam, sinh ngày {NGAY_SINH}.",
)
def birth_certificate_is_of_a_mother(certificates: int, born: date, arrived: date, sex: str) -> bool:
    """A birth certificate belongs to a female patient, or to the newborn itself."""
    return certificates == 0 or sex != MALE or arrived - born <= NEWBORN
