"""Lines that look entered twice (dòng ghi trùng)."""

from datetime import datetime
from decimal import Decimal

from ..rule import rule
from .cited import CHECKERS

TIMED = frozenset({"1", "2", "3", "8", "18"})
OPERATIONS = frozenset({"8", "18"})
"""MA_NHOM of surgery and procedures."""


def repeats_of_earlier(lines: list[tuple[object, ...] | None]) -> list[int]:
    """Numbers of the lines that equal an earlier one; None is equal to nothing."""
    known = [line for line in lines if line is not None]
    if not known:
        return []
    if len(set(known)) == len(known):
        return []
    seen: set[tuple[object, ...]] = set()
    wrong = []
    for number, line in enumerate(lines, 1):
        if line is None:
            continue
        if line in seen:
            wrong.append(number)
        seen.add(line)
    return wrong


@rule(
    "BUS-023",
    table="XML2",
    reads=(
        "XML2.SO_DANG_KY", "XML2.DON_GIA", "XML2.LIEU_DUNG", "XML2.NGAY_TH_YL", "XML2.NGAY_YL", "XML2.MA_THUOC",
    ),
    severity="warning",
    confidence="medium",
    owner="pharmacy",
    source=CHECKERS,
    sentence=(
        "Thuốc {XML2.MA_THUOC} có hai dòng giống hệt nhau, cùng y lệnh lúc {XML2.NGAY_YL}; xin xem có nhập "
        "trùng không."
    ),
)  # fmt: skip
def medicine_is_ordered_once(
    registrations: list[str | None],
    prices: list[Decimal | None],
    doses: list[str | None],
    performed: list[datetime | None],
    ordered: list[datetime],
    medicines: list[str],
) -> list[int]:
    """The same medicine, product, price and dose is not ordered twice for the same minutes."""
    if len(set(zip(medicines, doses, strict=True))) == len(medicines):
        return []
    return repeats_of_earlier(
        list(zip(medicines, ordered, performed, registrations, prices, doses, strict=True))
    )


@rule(
    "BUS-023",
    table="XML3",
    reads=("XML3.MA_NHOM", "XML3.NGAY_TH_YL", "XML3.NGAY_YL", "XML3.MA_DICH_VU"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence=(
        "Dịch vụ {XML3.MA_DICH_VU} có hai dòng giống nhau, cùng y lệnh lúc {XML3.NGAY_YL}; xin xem có nhập "
        "trùng không."
    ),
)
def service_is_ordered_once(
    groups: list[str],
    performed: list[datetime | None],
    ordered: list[datetime],
    services: list[str | None],
) -> list[int]:
    """The same service is not ordered twice for the same minutes."""
    if len(set(services)) == len(services):
        return []
    lines = zip(groups, services, ordered, performed, strict=True)
    return repeats_of_earlier(
        [(service, *times) if group in TIMED and service else None for group, service, *times in lines]
    )


@rule(
    "BUS-024",
    table="XML3",
    reads=("XML3.MA_NHOM", "XML3.NGAY_YL", "XML3.NGAY_TH_YL", "XML3.NGUOI_THUC_HIEN"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence=(
        "Hai dòng phẫu thuật, thủ thuật có cùng người thực hiện {XML3.NGUOI_THUC_HIEN} và cùng giờ "
        "({XML3.NGAY_TH_YL}); xin xem có nhập trùng không."
    ),
)
def operations_have_their_own_time(
    groups: list[str],
    ordered: list[datetime],
    performed: list[datetime | None],
    performers: list[str | None],
) -> list[int]:
    """Two surgery or procedure lines do not share order time, execution time and performer.

    Order time and performer alone are shared every day by series of physiotherapy.
    """
    if OPERATIONS.isdisjoint(groups):
        return []
    lines = zip(groups, performers, ordered, performed, strict=True)
    return repeats_of_earlier(
        [
            (performer, order, done) if group in OPERATIONS and performer and done else None
            for group, performer, order, done in lines
        ]
    )
