"""Who pays how much of a line (nguồn chi trả): fund, copayment, patient, other sources.

How the shares are reckoned when other sources pay, or a ceiling applies, is not settled in the texts at hand: there the
rules on single shares stay silent or only warn.
"""

from decimal import Decimal

from ..rule import ROUNDING, rule
from .cited import CHECKERS, DERIVED, table
from .money import LINES, PERCENT, ZERO


@rule(
    "XFD-006",
    table=LINES,
    reads=(
        "T_NGUONKHAC_NSNN",
        "T_NGUONKHAC_VTNN",
        "T_NGUONKHAC_VTTN",
        "T_NGUONKHAC_CL",
        "T_NGUONKHAC",
    ),
    owner="cashier",
    source=f"QĐ 4750/QĐ-BYT, Bảng 2 và 3; {CHECKERS}",
    sentence=(
        "Ô tổng nguồn khác (T_NGUONKHAC) ghi {T_NGUONKHAC}, không bằng bốn nguồn cộng lại: ngân sách "
        "{T_NGUONKHAC_NSNN} + viện trợ nước ngoài {T_NGUONKHAC_VTNN} + viện trợ trong nước {T_NGUONKHAC_VTTN} "
        "+ còn lại {T_NGUONKHAC_CL}."
    ),
)
def other_sources_add_up(
    state: Decimal, foreign: Decimal, domestic: Decimal, rest: Decimal, total: Decimal
) -> Decimal:
    """T_NGUONKHAC equals the sum of the four T_NGUONKHAC_* parts."""
    return state + foreign + domestic + rest - total


@rule(
    "XFD-007",
    table=LINES,
    reads=("THANH_TIEN_BV", "T_NGUONKHAC"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=f"QĐ 4750/QĐ-BYT, Bảng 2 và 3; {CHECKERS}",
    sentence="Nguồn khác chi trả {T_NGUONKHAC}, cao hơn thành tiền {THANH_TIEN_BV}.",
)
def other_sources_pay_at_most_all(amount: Decimal, other: Decimal) -> bool:
    """T_NGUONKHAC does not exceed THANH_TIEN_BV; a programme may pay all of a line."""
    return not other or other <= max(amount, ZERO)


@rule(
    "XFD-008",
    table="XML2",
    reads=("THANH_TIEN_BH", "MUC_HUONG", "T_NGUONKHAC", "T_BHTT"),
    owner="cashier",
    source=table(2, CHECKERS),
    sentence="Quỹ BHYT trả {T_BHTT} không bằng thành tiền BHYT {THANH_TIEN_BH} × mức hưởng {MUC_HUONG}%.",
)
def fund_pays_its_share(insured: Decimal, benefit: Decimal, other: Decimal, fund: Decimal) -> Decimal:
    """Without other sources T_BHTT equals THANH_TIEN_BH * MUC_HUONG / 100 rounded to 2 decimals."""
    return ZERO if other else insured * benefit * PERCENT - fund


@rule(
    "XFD-008",
    table="XML3",
    reads=("THANH_TIEN_BH", "MUC_HUONG", "T_NGUONKHAC", "T_TRANTT", "T_BHTT"),
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Quỹ BHYT trả {T_BHTT} không bằng thành tiền BHYT {THANH_TIEN_BH} × mức hưởng {MUC_HUONG}%.",
)
def fund_pays_its_share_under_no_ceiling(
    insured: Decimal, benefit: Decimal, other: Decimal, ceiling: Decimal | None, fund: Decimal
) -> Decimal:
    """Without other sources and without a ceiling T_BHTT equals THANH_TIEN_BH * MUC_HUONG / 100."""
    return ZERO if other or ceiling else insured * benefit * PERCENT - fund


@rule(
    "XFD-009",
    table="XML2",
    reads=("THANH_TIEN_BH", "T_BHTT", "T_NGUONKHAC", "T_BNCCT"),
    owner="cashier",
    source=table(2, CHECKERS),
    sentence="Người bệnh cùng chi trả {T_BNCCT} không bằng thành tiền BHYT {THANH_TIEN_BH} trừ quỹ trả {T_BHTT}.",
)
def copayment_is_the_rest(insured: Decimal, fund: Decimal, other: Decimal, copaid: Decimal) -> Decimal:
    """Without other sources T_BNCCT equals THANH_TIEN_BH minus T_BHTT."""
    return ZERO if other else insured - fund - copaid


@rule(
    "XFD-009",
    table="XML3",
    reads=("THANH_TIEN_BH", "T_BHTT", "T_NGUONKHAC", "T_TRANTT", "T_BNCCT"),
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Người bệnh cùng chi trả {T_BNCCT} không bằng thành tiền BHYT {THANH_TIEN_BH} trừ quỹ trả {T_BHTT}.",
)
def copayment_is_the_rest_under_no_ceiling(
    insured: Decimal, fund: Decimal, other: Decimal, ceiling: Decimal | None, copaid: Decimal
) -> Decimal:
    """Without other sources and without a ceiling T_BNCCT equals THANH_TIEN_BH minus T_BHTT."""
    return ZERO if other or ceiling else insured - fund - copaid


@rule(
    "XFD-010",
    table="XML2",
    reads=("THANH_TIEN_BV", "THANH_TIEN_BH", "T_NGUONKHAC", "T_BNTT"),
    owner="cashier",
    source=table(2, CHECKERS),
    sentence="Người bệnh tự trả {T_BNTT} không bằng thành tiền {THANH_TIEN_BV} trừ thành tiền BHYT {THANH_TIEN_BH}.",
)
def patient_pays_the_difference(amount: Decimal, insured: Decimal, other: Decimal, paid: Decimal) -> Decimal:
    """Without other sources T_BNTT equals THANH_TIEN_BV minus THANH_TIEN_BH."""
    return ZERO if other else amount - insured - paid


@rule(
    "XFD-010",
    table="XML3",
    reads=("THANH_TIEN_BV", "THANH_TIEN_BH", "T_NGUONKHAC", "T_TRANTT", "T_BNTT"),
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Người bệnh tự trả {T_BNTT} không bằng thành tiền {THANH_TIEN_BV} trừ thành tiền BHYT {THANH_TIEN_BH}.",
)
def patient_pays_the_difference_under_no_ceiling(
    amount: Decimal, insured: Decimal, other: Decimal, ceiling: Decimal | None, paid: Decimal
) -> Decimal:
    """Without other sources and without a ceiling T_BNTT equals THANH_TIEN_BV minus THANH_TIEN_BH."""
    return ZERO if other or ceiling else amount - insured - paid


@rule(
    "XFD-011",
    table=LINES,
    reads=("THANH_TIEN_BV", "THANH_TIEN_BH", "MUC_HUONG", "T_NGUONKHAC", "T_BNTT", "T_BNCCT", "T_BHTT"),
    at="T_NGUONKHAC",
    severity="warning",
    owner="cashier",
    source=f"QĐ 4750/QĐ-BYT, Bảng 2 và 3; {CHECKERS}",
    sentence=(
        "Tiền hỗ trợ từ nguồn khác {T_NGUONKHAC} thường trừ vào phần tự trả trước, rồi cùng chi trả, rồi quỹ; "
        "đang là tự trả {T_BNTT}, cùng chi trả {T_BNCCT}, quỹ {T_BHTT}."
    ),
)
def support_is_taken_off_in_order(
    amount: Decimal, insured: Decimal, benefit: Decimal, other: Decimal, paid: Decimal, copaid: Decimal, fund: Decimal
) -> bool:  # fmt: skip
    """Support for one patient is taken off T_BNTT first, then T_BNCCT, then T_BHTT."""
    return not other or other.is_signed() or _taken_off(amount, insured, benefit, other, paid, copaid, fund)


def _taken_off(
    amount: Decimal, insured: Decimal, benefit: Decimal, other: Decimal, paid: Decimal, copaid: Decimal, fund: Decimal
) -> bool:  # fmt: skip
    difference, share = amount - insured, insured * benefit * PERCENT
    after_paid = max(other - difference, ZERO)
    after_copaid = max(after_paid - (insured - share), ZERO)
    return (
        abs(max(difference - other, ZERO) - paid) < ROUNDING
        and abs(max(insured - share - after_paid, ZERO) - copaid) < ROUNDING
        and abs(max(share - after_copaid, ZERO) - fund) < ROUNDING
    )


@rule(
    "XFD-012",
    table=LINES,
    reads=("T_BHTT", "T_BNCCT", "T_BNTT", "T_NGUONKHAC", "THANH_TIEN_BV"),
    confidence="medium",
    owner="cashier",
    source=DERIVED,
    sentence=(
        "Thành tiền {THANH_TIEN_BV} không bằng các phần chi trả cộng lại: quỹ {T_BHTT} + cùng chi trả "
        "{T_BNCCT} + tự trả {T_BNTT} + nguồn khác {T_NGUONKHAC}."
    ),
)
def line_is_paid_by_its_shares(
    fund: Decimal, copaid: Decimal, paid: Decimal, other: Decimal, amount: Decimal
) -> Decimal:
    """Per line, T_BHTT + T_BNCCT + T_BNTT + T_NGUONKHAC equals THANH_TIEN_BV."""
    return fund + copaid + paid + other - amount


@rule(
    "XFD-018",
    table="XML3",
    reads=("T_TRANTT", "T_BHTT"),
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Quỹ BHYT trả {T_BHTT}, cao hơn trần thanh toán {T_TRANTT}.",
)
def fund_stays_under_the_ceiling(ceiling: Decimal, fund: Decimal) -> bool:
    """T_BHTT of a supply package does not exceed T_TRANTT."""
    return fund <= ceiling or ceiling <= 0
