"""Who pays what (QĐ 4750 and 3176, tables 1 to 3), exact to the đồng."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sosuckhoe.healthbook.record import Row

_CENT = Decimal("0.01")
_SMALL_BILL = Decimal(351_000)
"""15 percent of a base salary of 2,340,000 đồng: below it a right-level visit has no co-payment."""
_RATE_OF_LEVEL = {"1": 100, "2": 100, "3": 95, "4": 80, "5": 100}
"""By the third character of the card."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one line costs: quantity, the hospital's price and the fund's."""

    quantity: Decimal
    hospital: Decimal
    fund: Decimal


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def settle(visit: Row, medicines: list[tuple[Row, Price]], services: list[tuple[Row, Price]]) -> None:
    """Write amounts into every line, and their sums into the visit."""
    card = visit.get("insurance_card_number", "")
    rate = 100 if card else 0
    lines = [*medicines, *services]
    insured = sum((cents(p.quantity * p.fund * rate / 100) for _, p in lines), Decimal(0))
    benefit = 0
    if card:
        benefit = 100 if insured < _SMALL_BILL else _RATE_OF_LEVEL[card[2]]
    totals = dict.fromkeys(("hospital", "insured", "fund", "copaid", "self_paid"), Decimal(0))
    supplies = Decimal(0)
    for row, price in lines:
        hospital = cents(price.quantity * price.hospital)
        covered = cents(price.quantity * price.fund * rate / 100)
        fund = cents(covered * benefit / 100)
        parts = {
            "hospital": hospital,
            "insured": covered,
            "fund": fund,
            "copaid": covered - fund,
            "self_paid": hospital - covered,
        }
        row.update({f"{name}_amount": f"{amount:.2f}" for name, amount in parts.items()})
        row.update(
            quantity=f"{price.quantity.normalize():f}",
            scope_code="1" if card else "2",
            insurance_rate_percent=str(rate),
            benefit_percent=str(benefit),
            payment_method_code="1",
            **dict.fromkeys(
                ("state_budget_amount", "foreign_aid_amount", "domestic_aid_amount", "remaining_sources_amount",
                 "other_sources_amount"),
                "0.00",
            ),
        )  # fmt: skip
        for name, amount in parts.items():
            totals[name] += amount
        if row.get("supply_code"):
            supplies += hospital
    visit.update(
        medicines_total_amount=f"{sum((Decimal(r['hospital_amount']) for r, _ in medicines), Decimal(0)):.2f}",
        supplies_total_amount=f"{supplies:.2f}",
        hospital_total_amount=f"{totals['hospital']:.2f}",
        insured_total_amount=f"{totals['insured']:.2f}",
        self_paid_amount=f"{totals['self_paid']:.2f}",
        copaid_amount=f"{totals['copaid']:.2f}",
        fund_amount=f"{totals['fund']:.2f}",
        other_sources_amount="0.00",
        fund_fee_for_service_amount=f"{totals['fund']:.2f}",
    )
