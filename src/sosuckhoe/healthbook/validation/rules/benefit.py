"""What the insurance pays whom (mức hưởng, phạm vi, đối tượng)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ..policy import Policy
from ..rule import rule
from ..typed import parse_decimal
from .cited import CHECKERS, table
from .lists import list_of
from .totals import OWN_FUNDS

ARMED_FORCES_SCOPE = "3"
IN_SCOPE = "1"
CARD_LEVELS = (Decimal(80), Decimal(95), Decimal(100))
OUTPATIENT = frozenset({"01", "02", "05", "07", "08"})
STAYS = frozenset({"03", "04", "06", "09"})


def categories_on(discharged: date) -> Mapping[str, tuple[Decimal, ...]]:
    """For each MA_DOITUONG_KCB the benefits a card may have, in percent: its level times the category's payment rates.
    The day of discharge chooses, because the category is fixed when the visit ends (QĐ 3276/QĐ-BYT, phụ lục 1)."""
    return _benefits(discharged)


@lru_cache(maxsize=64)
def _benefits(discharged: date) -> Mapping[str, tuple[Decimal, ...]]:
    benefits: dict[str, tuple[Decimal, ...]] = {}
    for row in list_of("patient_categories").rows:
        if row.valid_on(discharged) and row.more["benefit_rate_percent"]:
            rate = Decimal(row.more["benefit_rate_percent"])
            found = tuple(level * rate / 100 for level in CARD_LEVELS)
            benefits[row.code] = (*benefits.get(row.code, ()), *found)
    return benefits


@rule(
    "XTB-043",
    table=("XML2", "XML3"),
    reads=("XML1.MA_THE_BHYT", "PHAM_VI"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=f"QĐ 4750/QĐ-BYT, Bảng 2 và 3, PHAM_VI; {CHECKERS}",
    sentence=(
        "Phạm vi hưởng {PHAM_VI} chỉ dành cho thẻ quân đội, công an, cơ yếu (thẻ bắt đầu bằng QN, CA, CY); "
        "thẻ đang ghi {XML1.MA_THE_BHYT}."
    ),
)
def scope_3_is_for_armed_forces(cards: list[str] | None, scope: str) -> bool:
    """PHAM_VI 3 is only for army, police and cipher cardholders (QN, CA, CY)."""
    return scope != ARMED_FORCES_SCOPE or any(card.startswith(OWN_FUNDS) for card in cards or ())


@rule(
    "XTB-044",
    table="XML2",
    reads=(
        "XML1.NGAY_RA", "XML1.MA_KHUVUC", "XML1.MA_DOITUONG_KCB", "XML2.PHAM_VI", "XML2.THANH_TIEN_BH", "XML2.MUC_HUONG",
    ),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=f"{table(2)}, MUC_HUONG; QĐ 3276/QĐ-BYT, phụ lục 1",
    sentence=(
        "Mức hưởng {XML2.MUC_HUONG}% không khớp với mức hưởng của thẻ nhân tỷ lệ của đối tượng "
        "{XML1.MA_DOITUONG_KCB}."
    ),
)  # fmt: skip
@rule(
    "XTB-044",
    table="XML3",
    reads=(
        "XML1.NGAY_RA", "XML1.MA_KHUVUC", "XML1.MA_DOITUONG_KCB", "XML3.PHAM_VI", "XML3.THANH_TIEN_BH", "XML3.MUC_HUONG",
    ),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=f"{table(3)}, MUC_HUONG; QĐ 3276/QĐ-BYT, phụ lục 1",
    sentence=(
        "Mức hưởng {XML3.MUC_HUONG}% không khớp với mức hưởng của thẻ nhân tỷ lệ của đối tượng "
        "{XML1.MA_DOITUONG_KCB}."
    ),
)  # fmt: skip
def benefit_is_card_level_times_rate(
    discharged: date,
    area: str | None,
    category: str,
    scopes: list[str | None],
    insured: list[Decimal | None],
    levels: list[str | None],
) -> list[int]:
    """MUC_HUONG is 80, 95 or 100 times the rate of the entitlement category; areas K1 to K3 have rules of their own.

    Where nothing of a line is insured (abandoned, without a price, the sixth examination), 0 is as right as the card's.
    """
    allowed = categories_on(discharged).get(category)
    if allowed is None or area is not None:
        return []
    # Three characters hold no 47.5, so before QĐ 1931 half a percent was rounded either way.
    wrong = {
        text: level
        for text in set(levels)
        if (level := parse_decimal(text or "")) is not None
        and all(abs(level - right) >= 1 for right in allowed)
    }
    if not wrong:
        return []
    return [
        number
        for number, (scope, amount, text) in enumerate(zip(scopes, insured, levels, strict=True), 1)
        if text in wrong and scope == IN_SCOPE and (wrong[text] or amount != 0)
    ]


RIGHT_LEVEL = frozenset({"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "2"})
"""Categories of people who came where they should (đúng tuyến), and emergencies."""
SMALL_SHARE = Decimal("0.15")
"""Of the base salary: below it the fund pays all (Luật BHYT, Điều 22)."""


@rule(
    "XFD-027",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_DOITUONG_KCB", "T_TONGCHI_BH", "T_BNCCT"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source="Luật BHYT, Điều 22; lương cơ sở (mức tham chiếu) do bệnh viện nhập theo ngày",
    sentence=(
        "Chi phí {T_TONGCHI_BH} dưới 15% lương cơ sở mà người bệnh vẫn cùng chi trả {T_BNCCT}; khám đúng nơi thì "
        "được hưởng 100%."
    ),
)
def small_visit_has_no_co_payment(
    policy: Policy, discharged: date, category: str, total: Decimal, co_payment: Decimal
) -> bool:
    """A right-level visit costing less than 15 percent of the base salary has no co-payment.

    The day of discharge chooses the salary, because the benefit is settled when the visit ends; silent where the
    hospital has not entered one.
    """
    salary = policy.base_salary_on(discharged)
    return salary is None or category not in RIGHT_LEVEL or co_payment <= 0 or total >= SMALL_SHARE * salary


@rule(
    "BUS-016",
    table="XML1",
    reads=("MA_LOAI_KCB", "MA_DOITUONG_KCB"),
    since=date(2026, 1, 1),
    confidence="low",
    owner="reception",
    source=f"{CHECKERS}; QĐ 3276/QĐ-BYT, phụ lục 1",
    sentence=(
        "Đối tượng {MA_DOITUONG_KCB} không đi với loại hình {MA_LOAI_KCB}: mã 1.14 dùng cho ngoại trú, mã "
        "1.15 cho nội trú."
    ),
)
def category_fits_the_visit_type(visit_type: str, category: str) -> bool:
    """Local checkers tie 1.14 to outpatient types and 1.15 to inpatient types."""
    return not (
        (category == "1.14" and visit_type in STAYS) or (category == "1.15" and visit_type in OUTPATIENT)
    )
