"""Whether the check-in (trạng thái KCB, XML0) was sent when it had to be: asked where the ledger knows."""

from datetime import datetime

from ..policy import Policy
from ..rule import rule

EMERGENCY = "2"


@rule(
    "BUS-019",
    table="XML1",
    reads=(
        "@policy", "MA_LK", "MA_DOITUONG_KCB", "XML2.NGAY_YL", "XML3.NGAY_YL", "NGAY_VAO_NOI_TRU", "NGAY_VAO", "NGAY_RA",
    ),
    at="XML1.NGAY_VAO",
    severity="warning",
    owner="reception",
    source="QĐ 4750/QĐ-BYT, Bảng check-in; sổ gửi của chương trình",
    sentence=(
        "Không phải sửa hồ sơ này. Đợt khám từ {NGAY_VAO} đến {NGAY_RA} có chi phí mà cổng chưa nhận đủ báo "
        "vào khám (XML0): một lần sau chi phí đầu tiên, vào nội trú thì thêm một lần ở khoa điều trị."
    ),
)  # fmt: skip
def check_in_follows_the_first_cost(
    policy: Policy,
    visit: str,
    category: str,
    medicines: list[datetime],
    services: list[datetime],
    admitted: datetime | None,
    arrived: datetime,
    discharged: datetime,
) -> bool:
    """A check-in is sent right after the first cost, and again after the first cost in the treating department.

    No text says how soon "right after" is, so only a check-in that was not there when the visit ended is told. None is
    needed for emergencies (BUS-018).
    """
    ordered = [*medicines, *services]
    if policy.check_ins is None or category == EMERGENCY or not ordered:
        return True
    known = [moment for moment in policy.check_ins.get(visit, ()) if arrived <= moment <= discharged]
    asked = [arrived]
    if admitted is not None and any(moment >= admitted for moment in ordered):
        asked.append(admitted)
    return all(any(moment >= since for moment in known) for since in asked)
