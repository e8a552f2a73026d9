"""The lines a hospital bills, with every amount reckoned here by the published formulas.

QĐ 4750/2023 tables 2 and 3: amount = quantity × price (× TYLE_TT_DV for services), the insured part × TYLE_TT_BH,
each rounded half up to two decimals; the fund pays MUC_HUONG of the insured part; support for the patient is taken
off T_BNTT, then T_BNCCT, then T_BHTT. QĐ 130 did not multiply THANH_TIEN_BV of table 3 by TYLE_TT_DV.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from .paper import Row, amount

SUPPORT = ("T_NGUONKHAC_NSNN", "T_NGUONKHAC_VTNN", "T_NGUONKHAC_VTTN", "T_NGUONKHAC_CL")


def _round(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def shares(total: Decimal, insured: Decimal, level: str, support: Sequence[str] = ()) -> Row:
    """Who pays a line: MUC_HUONG and everything that follows from it."""
    given = [Decimal(part) for part in (*support, "0", "0", "0", "0")[:4]]
    fund = _round(insured * Decimal(level) / 100)
    parts = {"T_BNTT": total - insured, "T_BNCCT": insured - fund, "T_BHTT": fund}
    left = sum(given, Decimal())
    for name in parts:
        taken = min(left, parts[name])
        parts[name] -= taken
        left -= taken
    return {
        "MUC_HUONG": level,
        **{name: amount(part) for name, part in zip(SUPPORT, given, strict=True)},
        "T_NGUONKHAC": amount(sum(given, Decimal())),
        **{name: amount(part) for name, part in parts.items()},
    }


def medicine_money(
    quantity: str, price: str, *, rate: str = "100", level: str = "80", support: Sequence[str] = ()
) -> Row:
    total = _round(Decimal(quantity) * Decimal(price))
    insured = _round(Decimal(quantity) * Decimal(price) * Decimal(rate) / 100)
    return {
        "SO_LUONG": quantity,
        "DON_GIA": price,
        "TYLE_TT_BH": rate,
        "THANH_TIEN_BV": amount(total),
        "THANH_TIEN_BH": amount(insured),
        **shares(total, insured, level, support),
    }


def service_money(
    quantity: str,
    price: str,
    *,
    insured_price: str | None = None,
    share: str = "100",
    rate: str = "100",
    level: str = "80",
    support: Sequence[str] = (),
    decision: str = "1931",
) -> Row:
    """``share``: TYLE_TT_DV. ``rate``: TYLE_TT_BH."""
    insured_price = price if insured_price is None else insured_price
    own = Decimal(100) if decision == "130" else Decimal(share)
    total = _round(Decimal(quantity) * Decimal(price) * own / 100)
    insured = _round(Decimal(quantity) * Decimal(insured_price) * Decimal(share) / 100 * Decimal(rate) / 100)
    return {
        "SO_LUONG": quantity,
        "DON_GIA_BV": price,
        "DON_GIA_BH": insured_price,
        "TYLE_TT_DV": share,
        "TYLE_TT_BH": rate,
        "THANH_TIEN_BV": amount(total),
        "THANH_TIEN_BH": amount(insured),
        **shares(total, insured, level, support),
    }
