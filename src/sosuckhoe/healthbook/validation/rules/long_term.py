"""Days of long-term outpatient care (số ngày điều trị của loại hình 05 và 08)."""

import re
from datetime import date

from ..rule import rule
from .cited import table
from .doubles import TIMED

_DAYS = re.compile(r"\b([1-9][0-9]{0,2}) *ngày")


@rule(
    "BUS-006",
    table="XML1",
    reads=("XML2.LIEU_DUNG", "XML2", "NGAY_VAO", "NGAY_RA", "MA_LOAI_KCB", "SO_NGAY_DTRI"),
    severity="warning",
    owner="clinician",
    source=f"{table(1)}, SO_NGAY_DTRI",
    sentence=(
        "Loại hình {MA_LOAI_KCB} có cấp thuốc thì số ngày điều trị là số ngày dùng thuốc; đang ghi "
        "{SO_NGAY_DTRI}."
    ),
)
def medicine_days_are_counted(
    doses: list[str | None],
    medicines: int,
    arrived: date | None,
    discharged: date | None,
    visit_type: str,
    days: int,
) -> bool:
    """For type 05 SO_NGAY_DTRI is the number of medicine days: those a dose tells, or up to the last of them, NGAY_RA."""
    if visit_type != "05" or medicines == 0:
        return True
    told = {int(found) for dose in doses if dose for found in _DAYS.findall(dose)}
    if not told:
        return days > 0
    return days in told or (
        arrived is not None and discharged is not None and days == (discharged - arrived).days + 1
    )


@rule(
    "BUS-006",
    table="XML1",
    reads=("XML3.MA_NHOM", "XML3.NGAY_YL", "XML3.NGAY_TH_YL", "MA_LOAI_KCB", "SO_NGAY_DTRI"),
    severity="warning",
    owner="clinician",
    source=f"{table(1)}, SO_NGAY_DTRI",
    sentence=(
        "Loại hình {MA_LOAI_KCB} có số ngày điều trị bằng số ngày có làm dịch vụ kỹ thuật; đang ghi "
        "{SO_NGAY_DTRI}."
    ),
)
def service_days_are_counted(
    groups: list[str],
    ordered: list[date | None],
    performed: list[date | None],
    visit_type: str,
    days: int,
) -> bool:
    """For type 08 SO_NGAY_DTRI is the number of days with services, by order or by execution."""
    if visit_type != "08" or TIMED.isdisjoint(groups):
        return True
    lines = list(zip(groups, ordered, performed, strict=True))
    by_order = {order for group, order, _ in lines if group in TIMED}
    by_execution = {done or order for group, order, done in lines if group in TIMED}
    return days in (len(by_order), len(by_execution))
