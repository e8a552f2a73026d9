"""What only a list can judge that the hospital loads: traditional medicine, shortest times, own departments.

Without the list these rules stay silent, and ``sosuckhoe explain`` says so.
"""

from datetime import date, datetime, timedelta

from ..policy import Policy
from ..rule import rule
from ..typed import parse_decimal
from .cited import CHECKERS

MINUTE = timedelta(minutes=1)


@rule(
    "XFD-060",
    table="XML3",
    reads=("@policy", "NGAY_YL", "MA_BENH_YHCT", "MA_DICH_VU"),
    at="XML3.MA_BENH_YHCT",
    confidence="low",
    owner="clinician",
    source=f"{CHECKERS}; danh mục dịch vụ y học cổ truyền do bệnh viện nhập",
    sentence="Dịch vụ y học cổ truyền {MA_DICH_VU} chưa có mã bệnh y học cổ truyền (MA_BENH_YHCT).",
)
def traditional_service_names_its_disease(
    policy: Policy, ordered: date, diseases: str | None, service: str
) -> bool:
    """Traditional-medicine services carry MA_BENH_YHCT; which they are, the hospital's own list tells."""
    return (
        policy.catalogues is None
        or diseases is not None
        or not policy.catalogues.rows("traditional_services", service, ordered)
    )


@rule(
    "BUS-025",
    table="XML3",
    reads=("@policy", "MA_DICH_VU", "NGAY_TH_YL", "NGAY_KQ"),
    confidence="low",
    owner="laboratory",
    source=f"{CHECKERS}; thời gian tối thiểu theo quy trình kỹ thuật do bệnh viện nhập",
    sentence=(
        "Dịch vụ {MA_DICH_VU} làm lúc {NGAY_TH_YL}, có kết quả lúc {NGAY_KQ}: nhanh hơn thời gian tối thiểu "
        "trong danh mục quy trình."
    ),
)
def procedure_takes_its_time(policy: Policy, service: str, performed: datetime, result: datetime) -> bool:
    """Imaging time is not shorter than the technical procedure prescribes, by the list the hospital loaded."""
    return (
        policy.catalogues is None
        or result < performed
        or result - performed >= shortest_time(policy, service, performed.date())
    )


def shortest_time(policy: Policy, service: str, performed: date) -> timedelta:
    """The shortest time of a service on the day it was done; none where the list says nothing of it."""
    rows = policy.catalogues.rows("shortest_times", service, performed) if policy.catalogues else None
    minutes = [found for row in rows or () if (found := parse_decimal(row.values.get("SO_PHUT", "")))]
    return MINUTE * float(min(minutes)) if minutes else timedelta()


@rule(
    "COD-029",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_KHOA"),
    severity="warning",
    confidence="medium",
    owner="records",
    source="TT 12/2026/TT-BYT, mẫu 01/DM: danh mục khoa của bệnh viện",
    sentence="Mã khoa {@wrong} không có trong danh mục khoa của bệnh viện vào ngày ra viện.",
)
def departments_are_the_hospitals(policy: Policy, discharged: date, codes: list[str]) -> list[str]:
    """Departments of the visit are in the hospital's own list on the day of discharge."""
    if policy.catalogues is None:
        return []
    return [code for code in codes if not policy.catalogues.know("departments", code, discharged)]


@rule(
    "COD-029",
    table=("XML2", "XML3"),
    reads=("@policy", "XML1.NGAY_RA", "MA_KHOA"),
    joins=True,
    severity="warning",
    confidence="medium",
    owner="records",
    source="TT 12/2026/TT-BYT, mẫu 01/DM: danh mục khoa của bệnh viện",
    sentence="Khoa {@wrong} của dòng này không có trong danh mục khoa của bệnh viện vào ngày ra viện.",
)
def department_is_the_hospitals(policy: Policy, discharged: date, code: str) -> list[str]:
    """Departments of lines are in the hospital's own list on the day of discharge; several stand side by side."""
    return policy.catalogues.unknown("departments", code.split(";"), discharged) if policy.catalogues else []
