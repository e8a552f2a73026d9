"""Amounts of one line (số lượng × đơn giá × tỷ lệ). Formulas are those of QĐ 4750 with the multiplication by TYLE_TT_DV
of QĐ 3176; who pays them stands in ``shares``."""

from datetime import date
from decimal import Decimal

from ..rule import ROUNDING, rule
from .cited import CHECKERS, QD_3176, table
from .stay import NOT_INSURED

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
    sentence="Thành tiền {THANH_TIEN_BV} không bằng số lượng {SO_LUONG} × đơn giá {DON_GIA}.",
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
    sentence=(
        "Thành tiền BHYT {THANH_TIEN_BH} không bằng số lượng {SO_LUONG} × đơn giá {DON_GIA} × tỷ lệ "
        "{TYLE_TT_BH}%."
    ),
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
    sentence=(
        "Thành tiền {THANH_TIEN_BV} không bằng số lượng {SO_LUONG} × đơn giá {DON_GIA_BV} × tỷ lệ dịch vụ "
        "{TYLE_TT_DV}%."
    ),
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
    sentence="Thành tiền {THANH_TIEN_BV} chỉ đúng khi không thu phần chênh lệch của dịch vụ có tỷ lệ {TYLE_TT_DV}%.",
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
        "Thành tiền BHYT {THANH_TIEN_BH} không bằng số lượng {SO_LUONG} × đơn giá BHYT {DON_GIA_BH} × tỷ lệ "
        "dịch vụ {TYLE_TT_DV}% × tỷ lệ BHYT {TYLE_TT_BH}%."
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


def is_not_negative(amount: Decimal) -> bool:
    """Amounts, quantities and prices are not negative."""
    return amount >= ZERO


for _name, _label in (
    ("SO_LUONG", "Số lượng"),
    ("THANH_TIEN_BV", "Thành tiền theo giá bệnh viện"),
    ("THANH_TIEN_BH", "Thành tiền BHYT"),
    ("T_BNTT", "Phần người bệnh tự trả"),
    ("T_BNCCT", "Phần người bệnh cùng chi trả"),
    ("T_BHTT", "Phần quỹ BHYT trả"),
    ("T_NGUONKHAC", "Phần nguồn khác trả"),
    ("T_NGUONKHAC_NSNN", "Phần ngân sách nhà nước trả"),
    ("T_NGUONKHAC_VTNN", "Phần viện trợ nước ngoài trả"),
    ("T_NGUONKHAC_VTTN", "Phần viện trợ trong nước trả"),
    ("T_NGUONKHAC_CL", "Phần các nguồn còn lại trả"),
):
    rule(
        "XFD-013",
        table=LINES,
        reads=(_name,),
        owner="cashier",
        source=CHECKERS,
        sentence=f"{_label} là số âm ({{{_name}}}); không ghi số âm ở đây.",
    )(is_not_negative)
for _table, _name, _label in (
    ("XML2", "DON_GIA", "Đơn giá"),
    ("XML3", "DON_GIA_BV", "Đơn giá bệnh viện"),
    ("XML3", "DON_GIA_BH", "Đơn giá BHYT"),
    ("XML3", "T_TRANTT", "Trần thanh toán"),
):
    rule(
        "XFD-013",
        table=_table,
        reads=(_name,),
        owner="cashier",
        source=CHECKERS,
        sentence=f"{_label} là số âm ({{{_name}}}); không ghi số âm ở đây.",
    )(is_not_negative)


@rule(
    "XFD-014",
    table="XML2",
    reads=("SO_LUONG",),
    confidence="medium",
    owner="pharmacy",
    source=CHECKERS,
    sentence="Số lượng thuốc đang ghi {SO_LUONG}; cần lớn hơn 0.",
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
    sentence="Đơn giá thuốc đang ghi {DON_GIA}; giá 0 chỉ gặp ở thuốc được cấp, không thu tiền.",
)
def medicine_has_a_price(price: Decimal) -> bool:
    """The unit price of a medicine is above 0; donated medicines are the exception, and below 0 is XFD-013's."""
    return price != 0


@rule(
    "XFD-015",
    table=LINES,
    reads=("THANH_TIEN_BV", "THANH_TIEN_BH"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence="Thành tiền BHYT {THANH_TIEN_BH} cao hơn thành tiền theo giá bệnh viện {THANH_TIEN_BV}.",
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
    sentence="Dòng này ngoài phạm vi BHYT (PHAM_VI 2) nhưng tỷ lệ thanh toán BHYT ghi {TYLE_TT_BH}; cần ghi 0.",
)
def outside_the_scope_nothing_is_insured(scope: str, rate: int) -> bool:
    """A line outside the insurance scope (PHAM_VI 2) has TYLE_TT_BH 0."""
    return rate == 0 or scope != "2"


@rule(
    "XFD-019",
    table="XML3",
    reads=("MA_VAT_TU", "MA_DICH_VU", "DON_GIA_BV", "DON_GIA_BH"),
    owner="cashier",
    source=table(3),
    sentence="Đơn giá BHYT của vật tư là {DON_GIA_BH}, cao hơn giá mua {DON_GIA_BV}.",
)
def supply_is_insured_up_to_its_price(
    supply: str, service: str | None, price: Decimal, insured: Decimal
) -> bool:
    """Supply DON_GIA_BH is the purchase price capped by the payment level set for the supply."""
    return insured <= price


@rule(
    "XFD-020",
    table="XML3",
    reads=("XML1.MA_DOITUONG_KCB", "MA_DICH_VU", "DON_GIA_BV", "DON_GIA_BH"),
    owner="cashier",
    source=table(3),
    sentence=(
        "Dịch vụ bỏ dở {MA_DICH_VU} có đơn giá bệnh viện {DON_GIA_BV} và đơn giá BHYT {DON_GIA_BH}; cả hai "
        "cần ghi 0."
    ),
)
def abandoned_service_costs_nothing(
    category: str | None, service: str, price: Decimal, insured: Decimal
) -> bool:
    """A service abandoned midway (_TB) has both unit prices 0."""
    return not service.endswith("_TB") or price == insured == 0 or category == NOT_INSURED


@rule(
    "XFD-020",
    table="XML3",
    reads=("XML1.MA_DOITUONG_KCB", "MA_DICH_VU", "DON_GIA_BV", "DON_GIA_BH"),
    severity="warning",
    owner="cashier",
    source=f"{table(3)} (theo giá BHYT; chưa rõ có áp dụng cho người bệnh tự trả)",
    sentence=(
        "Dịch vụ bỏ dở {MA_DICH_VU} của người bệnh tự trả có đơn giá bệnh viện {DON_GIA_BV} và đơn giá BHYT {DON_GIA_BH}; "
        "với BHYT cả hai ghi 0."
    ),
)
def abandoned_service_of_own_money_is_looked_at(
    category: str, service: str, price: Decimal, insured: Decimal
) -> bool:
    """A service abandoned midway that a patient without insurance pays is looked at: the texts speak of insured prices."""
    return category != NOT_INSURED or not service.endswith("_TB") or price == insured == 0


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
