"""Amounts of a line and of the visit (thành tiền, tổng chi)."""

from decimal import Decimal

from ..rule import rule

ROUNDING = Decimal("0.015")
"""Half-up rounding to 2 decimals, and one hundredth of a đồng of tolerance: the portal's own tolerance is not
published; open checkers compare rounded values."""


@rule(
    "XFD-001",
    table="XML2",
    reads=("SO_LUONG", "DON_GIA", "THANH_TIEN_BV"),
    owner="pharmacy",
    source="QĐ 4750/QĐ-BYT, Bảng 2, THANH_TIEN_BV",
    sentence="Thành tiền {THANH_TIEN_BV} khác số lượng {SO_LUONG} × đơn giá {DON_GIA}.",
)
def medicine_amount_is_quantity_times_price(quantity: Decimal, price: Decimal, amount: Decimal) -> bool:
    """THANH_TIEN_BV equals SO_LUONG times DON_GIA rounded to 2 decimals."""
    return abs(quantity * price - amount) < ROUNDING


@rule(
    "XTB-004",
    table="XML1",
    reads=("T_THUOC", "XML2.THANH_TIEN_BV"),
    at="T_THUOC",
    owner="cashier",
    source="QĐ 4750/QĐ-BYT, Bảng 1, T_THUOC",
    sentence="Tổng tiền thuốc {T_THUOC} khác tổng thành tiền của các dòng thuốc {XML2.THANH_TIEN_BV}.",
)
def medicines_total_is_their_sum(total: Decimal, amounts: list[Decimal]) -> bool:
    """T_THUOC equals the sum of XML2 THANH_TIEN_BV."""
    return abs(sum(amounts) - total) < ROUNDING
