"""Amounts of one line and of the visit's totals (thành tiền, nguồn chi trả).

Formulas are those of QĐ 4750 with the multiplication by TYLE_TT_DV of QĐ 3176. How the shares are reckoned when other
sources pay, or a ceiling applies, is not settled in the texts at hand: there the rules on single shares stay silent
or only warn.
"""

from datetime import date
from decimal import Decimal

from ..rule import ONE_DONG, ROUNDING, rule
from .cited import CHECKERS, DERIVED, QD_3176, table

ZERO = Decimal(0)
PERCENT = Decimal("0.01")
"""To multiply by: exact, and faster than dividing by 100."""
LINES = ("XML2", "XML3")


@rule(
    "XFD-001",
    table="XML2",
    reads=("SO_LUONG", "DON_GIA", "THANH_TIEN_BV"),
    owner="pharmacy",
    source=table(2, CHECKERS),
    sentence="Thành tiền {THANH_TIEN_BV} khác số lượng {SO_LUONG} × đơn giá {DON_GIA}.",
)
def medicine_amount_is_quantity_times_price(quantity: Decimal, price: Decimal, amount: Decimal) -> Decimal:
    """THANH_TIEN_BV equals SO_LUONG times DON_GIA rounded to 2 decimals."""
    return quantity * price - amount


@rule(
    "XFD-002",
    table="XML2",
    reads=("SO_LUONG", "DON_GIA", "TYLE_TT_BH", "THANH_TIEN_BH"),
    owner="cashier",
    source=table(2, CHECKERS),
    sentence="Thành tiền BHYT {THANH_TIEN_BH} khác số lượng {SO_LUONG} × đơn giá {DON_GIA} × tỷ lệ {TYLE_TT_BH}%.",
)
def insured_medicine_amount_takes_the_rate(
    quantity: Decimal, price: Decimal, rate: int, amount: Decimal
) -> Decimal:
    """THANH_TIEN_BH equals SO_LUONG * DON_GIA * TYLE_TT_BH / 100 rounded to 2 decimals."""
    return quantity * price * rate * PERCENT - amount


@rule(
    "XFD-003",
    table="XML3",
    reads=("SO_LUONG", "DON_GIA_BV", "DON_GIA_BH", "TYLE_TT_DV", "MA_VAT_TU", "THANH_TIEN_BV"),
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Thành tiền {THANH_TIEN_BV} khác số lượng {SO_LUONG} × đơn giá {DON_GIA_BV} × tỷ lệ dịch vụ {TYLE_TT_DV}%.",
)
def service_amount_takes_the_rate(
    quantity: Decimal, price: Decimal, insured: Decimal | None, rate: int, supply: str | None, amount: Decimal
) -> Decimal:
    """THANH_TIEN_BV equals SO_LUONG * DON_GIA_BV * TYLE_TT_DV / 100.

    XFD-004 has another form for services, and a supply has no service rate: the form that fits best counts.
    """
    if rate == 100:
        return quantity * price - amount
    off = quantity * price * rate * PERCENT - amount
    if supply is not None:
        off = min(off, quantity * price - amount, key=abs)
    if insured is not None:
        off = min(off, quantity * price - quantity * insured * (100 - rate) * PERCENT - amount, key=abs)
    return off


@rule(
    "XFD-004",
    table="XML3",
    reads=("SO_LUONG", "DON_GIA_BV", "DON_GIA_BH", "TYLE_TT_DV", "MA_VAT_TU", "THANH_TIEN_BV"),
    since=date(2025, 1, 1),
    confidence="low",
    owner="cashier",
    source=CHECKERS,
    sentence="Thành tiền {THANH_TIEN_BV} chỉ đúng theo cách tính không thu phần chênh lệch của dịch vụ tỷ lệ {TYLE_TT_DV}%.",
)
def service_amount_without_difference_is_rare(
    quantity: Decimal, price: Decimal, insured: Decimal, rate: int, supply: str | None, amount: Decimal
) -> bool:
    """SO_LUONG*DON_GIA_BV - SO_LUONG*DON_GIA_BH*(100-TYLE_TT_DV)/100 is accepted where no difference is charged, and worth a look."""
    return (
        rate == 100
        or supply is not None
        or abs(quantity * price * rate * PERCENT - amount) < ROUNDING
        or abs(quantity * price - quantity * insured * (100 - rate) * PERCENT - amount) >= ROUNDING
    )


@rule(
    "XFD-005",
    table="XML3",
    reads=("SO_LUONG", "DON_GIA_BH", "TYLE_TT_DV", "TYLE_TT_BH", "MA_VAT_TU", "THANH_TIEN_BH"),
    since=date(2025, 1, 1),
    owner="cashier",
    source=f"{QD_3176}, Bảng 3; {CHECKERS}",
    sentence=(
        "Thành tiền BHYT {THANH_TIEN_BH} khác số lượng {SO_LUONG} × đơn giá BHYT {DON_GIA_BH} × tỷ lệ dịch vụ"
        " {TYLE_TT_DV}% × tỷ lệ BHYT {TYLE_TT_BH}%."
    ),
)
def insured_service_amount_takes_both_rates(
    quantity: Decimal, price: Decimal, service: int, insured: int, supply: str | None, amount: Decimal
) -> Decimal:
    """THANH_TIEN_BH equals SO_LUONG * DON_GIA_BH * TYLE_TT_DV/100 * TYLE_TT_BH/100 rounded to 2 decimals."""
    if service == insured == 100:
        return quantity * price - amount
    off = quantity * price * service * insured * PERCENT * PERCENT - amount
    if supply is None or not off:
        return off
    return min(off, quantity * price * insured * PERCENT - amount, key=abs)


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
        "Tổng nguồn khác {T_NGUONKHAC} khác tổng bốn nguồn: {T_NGUONKHAC_NSNN} + {T_NGUONKHAC_VTNN} +"
        " {T_NGUONKHAC_VTTN} + {T_NGUONKHAC_CL}."
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
    sentence="Nguồn khác chi trả {T_NGUONKHAC} nhiều hơn thành tiền {THANH_TIEN_BV}.",
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
    sentence="Quỹ BHYT trả {T_BHTT} khác thành tiền BHYT {THANH_TIEN_BH} × mức hưởng {MUC_HUONG}%.",
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
    sentence="Quỹ BHYT trả {T_BHTT} khác thành tiền BHYT {THANH_TIEN_BH} × mức hưởng {MUC_HUONG}%.",
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
    sentence="Người bệnh cùng chi trả {T_BNCCT} khác thành tiền BHYT {THANH_TIEN_BH} trừ quỹ trả {T_BHTT}.",
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
    sentence="Người bệnh cùng chi trả {T_BNCCT} khác thành tiền BHYT {THANH_TIEN_BH} trừ quỹ trả {T_BHTT}.",
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
    sentence="Người bệnh tự trả {T_BNTT} khác thành tiền {THANH_TIEN_BV} trừ thành tiền BHYT {THANH_TIEN_BH}.",
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
    sentence="Người bệnh tự trả {T_BNTT} khác thành tiền {THANH_TIEN_BV} trừ thành tiền BHYT {THANH_TIEN_BH}.",
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
        "Nguồn khác {T_NGUONKHAC} cần trừ vào phần tự trả trước, rồi cùng chi trả, rồi quỹ; hiện tự trả {T_BNTT},"
        " cùng chi trả {T_BNCCT}, quỹ {T_BHTT}. Cách trừ khi hỗ trợ cho nhiều người bệnh có thể khác."
    ),
)
def support_is_taken_off_in_order(
    amount: Decimal, insured: Decimal, benefit: Decimal, other: Decimal, paid: Decimal, copaid: Decimal, fund: Decimal
) -> bool:  # fmt: skip
    """Support for one patient is taken off T_BNTT first, then T_BNCCT, then T_BHTT."""
    return not other or other < 0 or _taken_off(amount, insured, benefit, other, paid, copaid, fund)


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
        "Thành tiền {THANH_TIEN_BV} khác tổng các phần chi trả: quỹ {T_BHTT} + cùng chi trả {T_BNCCT} + tự trả {T_BNTT}"
        " + nguồn khác {T_NGUONKHAC}."
    ),
)
def line_is_paid_by_its_shares(
    fund: Decimal, copaid: Decimal, paid: Decimal, other: Decimal, amount: Decimal
) -> Decimal:
    """Per line, T_BHTT + T_BNCCT + T_BNTT + T_NGUONKHAC equals THANH_TIEN_BV."""
    return fund + copaid + paid + other - amount


def is_not_negative(amount: Decimal) -> bool:
    """Amounts, quantities and prices are not negative."""
    return amount >= ZERO


for _name in ("SO_LUONG", "THANH_TIEN_BV", "THANH_TIEN_BH", "T_BNTT", "T_BNCCT", "T_BHTT", "T_NGUONKHAC"):
    rule(
        "XFD-013",
        table=LINES,
        reads=(_name,),
        owner="cashier",
        source=CHECKERS,
        sentence=f"Số âm {{{_name}}} không dùng được ở đây.",
    )(is_not_negative)
for _name in ("DON_GIA_BV", "DON_GIA_BH"):
    rule(
        "XFD-013",
        table="XML3",
        reads=(_name,),
        owner="cashier",
        source=CHECKERS,
        sentence=f"Đơn giá âm {{{_name}}} không dùng được ở đây.",
    )(is_not_negative)


@rule(
    "XFD-014",
    table="XML2",
    reads=("SO_LUONG",),
    confidence="medium",
    owner="pharmacy",
    source=CHECKERS,
    sentence="Số lượng thuốc là {SO_LUONG}; một dòng thuốc cần số lượng lớn hơn 0.",
)
def medicine_has_a_quantity(quantity: Decimal) -> bool:
    """The quantity of a medicine is above 0."""
    return quantity > 0


@rule(
    "XFD-014",
    table="XML2",
    reads=("DON_GIA",),
    severity="warning",
    confidence="medium",
    owner="pharmacy",
    source=CHECKERS,
    sentence="Đơn giá thuốc là {DON_GIA}; đơn giá 0 chỉ gặp ở thuốc được cấp.",
)
def medicine_has_a_price(price: Decimal) -> bool:
    """The unit price of a medicine is above 0; donated medicines are the exception."""
    return price > 0


@rule(
    "XFD-015",
    table=LINES,
    reads=("THANH_TIEN_BV", "THANH_TIEN_BH"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence="Thành tiền BHYT {THANH_TIEN_BH} nhiều hơn thành tiền giá bệnh viện {THANH_TIEN_BV}.",
)
def insured_amount_is_part_of_the_amount(amount: Decimal, insured: Decimal) -> bool:
    """THANH_TIEN_BH does not exceed THANH_TIEN_BV."""
    return insured <= amount


@rule(
    "XFD-016",
    table=LINES,
    reads=("PHAM_VI", "TYLE_TT_BH"),
    owner="cashier",
    source=f"QĐ 4750/QĐ-BYT, Bảng 2 và 3; {CHECKERS}",
    sentence="Dòng ngoài phạm vi BHYT (PHAM_VI 2) có tỷ lệ thanh toán BHYT {TYLE_TT_BH}, cần ghi 0.",
)
def outside_the_scope_nothing_is_insured(scope: str, rate: int) -> bool:
    """A line outside the insurance scope (PHAM_VI 2) has TYLE_TT_BH 0."""
    return rate == 0 or scope != "2"


@rule(
    "XFD-018",
    table="XML3",
    reads=("T_TRANTT", "T_BHTT"),
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Quỹ BHYT trả {T_BHTT} vượt trần thanh toán {T_TRANTT}.",
)
def fund_stays_under_the_ceiling(ceiling: Decimal, fund: Decimal) -> bool:
    """T_BHTT of a supply package does not exceed T_TRANTT."""
    return fund <= ceiling or ceiling <= 0


@rule(
    "XFD-019",
    table="XML3",
    reads=("MA_VAT_TU", "MA_DICH_VU", "DON_GIA_BV", "DON_GIA_BH"),
    owner="cashier",
    source=table(3),
    sentence="Đơn giá BHYT của vật tư {DON_GIA_BH} cao hơn giá mua {DON_GIA_BV}.",
)
def supply_is_insured_up_to_its_price(
    supply: str, service: str | None, price: Decimal, insured: Decimal
) -> bool:
    """Supply DON_GIA_BH is the purchase price capped by the payment level set for the supply."""
    return insured <= price


@rule(
    "XFD-020",
    table="XML3",
    reads=("MA_DICH_VU", "DON_GIA_BV", "DON_GIA_BH"),
    owner="cashier",
    source=table(3),
    sentence="Dịch vụ bỏ dở {MA_DICH_VU} có đơn giá {DON_GIA_BV} và {DON_GIA_BH}; cả hai cần ghi 0.",
)
def abandoned_service_costs_nothing(service: str, price: Decimal, insured: Decimal) -> bool:
    """A service abandoned midway (_TB) has both unit prices 0."""
    return not service.endswith("_TB") or price == insured == 0


@rule(
    "XFD-020",
    table="XML3",
    reads=("MA_DICH_VU", "DON_GIA_BH"),
    owner="cashier",
    source=table(3),
    sentence="Dịch vụ chưa có giá {MA_DICH_VU} (đuôi .0000) có đơn giá BHYT {DON_GIA_BH}, cần ghi 0.",
)
def service_without_a_price_is_not_insured(service: str, insured: Decimal) -> bool:
    """A service without a set price (code ending .0000) has DON_GIA_BH 0."""
    return insured == 0 or not service.endswith(".0000")


@rule(
    "XFD-021",
    table="XML3",
    reads=("TAI_SU_DUNG", "DON_GIA_BV", "DON_GIA_BH"),
    owner="cashier",
    source=table(3),
    sentence="Vật tư tái sử dụng có đơn giá BHYT {DON_GIA_BH} khác đơn giá bệnh viện {DON_GIA_BV}.",
)
def reused_supply_has_one_price(reused: str, price: Decimal, insured: Decimal) -> bool:
    """For a reused supply DON_GIA_BV equals DON_GIA_BH."""
    return reused != "1" or price == insured


@rule(
    "XFD-022",
    table="XML1",
    reads=("T_TONGCHI_BH", "T_BNCCT", "T_NGUONKHAC", "T_BHTT"),
    owner="cashier",
    source=table(1, CHECKERS),
    sentence="Quỹ BHYT trả {T_BHTT} khác tổng chi BHYT {T_TONGCHI_BH} trừ cùng chi trả {T_BNCCT}.",
)
def fund_total_is_insured_less_copaid(
    insured: Decimal, copaid: Decimal, other: Decimal, fund: Decimal
) -> Decimal:
    """T_BHTT equals T_TONGCHI_BH minus T_BNCCT; asked only where no other source pays."""
    return ZERO if other else insured - copaid - fund


@rule(
    "XFD-023",
    table="XML1",
    reads=("T_BHTT", "T_BNCCT", "T_BNTT", "T_NGUONKHAC", "T_TONGCHI_BV"),
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence=(
        "Tổng chi {T_TONGCHI_BV} khác tổng các phần chi trả: quỹ {T_BHTT} + cùng chi trả {T_BNCCT} + tự trả {T_BNTT}"
        " + nguồn khác {T_NGUONKHAC}."
    ),
)
def total_is_paid_by_its_shares(
    fund: Decimal, copaid: Decimal, paid: Decimal, other: Decimal, total: Decimal
) -> bool:
    """T_TONGCHI_BV equals T_BHTT + T_BNCCT + T_BNTT + T_NGUONKHAC within 1 đồng."""
    return abs(fund + copaid + paid + other - total) <= ONE_DONG


@rule(
    "XFD-024",
    table="XML1",
    reads=("T_TONGCHI_BV", "T_TONGCHI_BH"),
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence="Tổng chi BHYT {T_TONGCHI_BH} nhiều hơn tổng chi theo giá bệnh viện {T_TONGCHI_BV}.",
)
def insured_total_is_part_of_the_total(total: Decimal, insured: Decimal) -> bool:
    """T_TONGCHI_BH does not exceed T_TONGCHI_BV."""
    return insured <= total


@rule(
    "XFD-025",
    table="XML1",
    reads=("MA_DOITUONG_KCB", "MA_THE_BHYT", "T_TONGCHI_BV"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence="Hồ sơ có thẻ BHYT nhưng tổng chi là {T_TONGCHI_BV}.",
)
def insured_visit_costs_something(category: str, card: str, total: Decimal) -> bool:
    """An insured record has a total above 0; a withdrawn claim (8) and an uninsured visit (9) may have none."""
    return total > 0 or category in ("8", "9")
