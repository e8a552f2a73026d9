"""The visit's totals are the sums of its lines (tổng hợp và chi tiết), and its lines belong to it."""

from datetime import datetime
from decimal import Decimal

from ..rule import ONE_DONG, rule
from .cited import CHECKERS, table
from .money import ZERO
from .stay import NOT_INSURED

SUPPLIES = frozenset({"10", "11"})
"""MA_NHOM of supplies; 11 is no longer used but may stand in older records."""
OWN_FUNDS = ("QN", "CA", "CY")
"""Card groups of army, police and cipher staff, whose fund share one checker leaves out of T_BHTT_GDV."""


@rule(
    "XTB-001",
    table=("XML2", "XML3", "XML4", "XML5", "XML6", "XML7", "XML8", "XML9", "XML10", "XML11", "XML13", "XML14", "XML15"),
    reads=("XML1.MA_LK", "MA_LK"),
    joins=True,
    owner="it",
    source=f"QĐ 4750/QĐ-BYT; {CHECKERS}",
    sentence="Mã liên kết {MA_LK} khác mã liên kết {XML1.MA_LK} của đợt khám (XML1).",
)  # fmt: skip
def row_belongs_to_its_visit(visit: str, row: str) -> bool:
    """Every record carries the MA_LK of the XML1 in the same HOSO."""
    return row == visit


@rule(
    "XTB-004",
    table="XML1",
    reads=("MA_DOITUONG_KCB", "XML2.THANH_TIEN_BV", "T_THUOC"),
    owner="cashier",
    source=table(1, CHECKERS),
    sentence="Tổng tiền thuốc {T_THUOC} không bằng thành tiền các dòng thuốc cộng lại ({XML2.THANH_TIEN_BV}).",
)
def medicines_total_is_their_sum(category: str | None, amounts: list[Decimal], total: Decimal) -> Decimal:
    """T_THUOC equals the sum of XML2 THANH_TIEN_BV; a visit without insurance may be sent without XML2."""
    return ZERO if not amounts and category == NOT_INSURED else sum(amounts, ZERO) - total


@rule(
    "XTB-005",
    table="XML1",
    reads=("MA_DOITUONG_KCB", "XML3.MA_NHOM", "XML3.MA_VAT_TU", "XML3.THANH_TIEN_BV", "T_VTYT"),
    owner="cashier",
    source=table(1, CHECKERS),
    sentence="Tổng tiền vật tư {T_VTYT} không bằng thành tiền các dòng vật tư (XML3) cộng lại.",
)
def supplies_total_is_their_sum(
    category: str | None,
    groups: list[str | None],
    supplies: list[str | None],
    amounts: list[Decimal | None],
    total: Decimal,
) -> Decimal:
    """T_VTYT equals the sum of XML3 THANH_TIEN_BV over supply lines (groups 10, 11, or lines with MA_VAT_TU).

    A visit without insurance may be sent without XML3.
    """
    if not groups and category == NOT_INSURED:
        return ZERO
    if SUPPLIES.isdisjoint(groups) and not any(supplies):
        return -total
    lines = zip(groups, supplies, amounts, strict=True)
    found = [amount for group, supply, amount in lines if group in SUPPLIES or supply is not None]
    amounts_known = [amount for amount in found if amount is not None]
    return sum(amounts_known, ZERO) - total if len(amounts_known) == len(found) else ZERO


def total_is_the_sum_of_both(
    category: str | None, medicines: list[Decimal], services: list[Decimal], total: Decimal
) -> Decimal:
    """A total of XML1 equals the sum of its lines in XML2 and XML3.

    A visit without insurance may be sent without either: tables 1 and 8 are what is asked of it.
    """
    return (
        ZERO
        if not medicines and not services and category == NOT_INSURED
        else sum(medicines, ZERO) + sum(services, ZERO) - total
    )


for _id, _line, _total, _label, _severity in (
    ("XTB-006", "THANH_TIEN_BV", "T_TONGCHI_BV", "Tổng chi theo giá bệnh viện", "error"),
    ("XTB-007", "THANH_TIEN_BH", "T_TONGCHI_BH", "Tổng chi phạm vi BHYT", "error"),
    ("XTB-008", "T_BNTT", "T_BNTT", "Tổng người bệnh tự trả", "error"),
    ("XTB-009", "T_BNCCT", "T_BNCCT", "Tổng người bệnh cùng chi trả", "error"),
    ("XTB-010", "T_BHTT", "T_BHTT", "Tổng quỹ BHYT thanh toán", "warning"),
    ("XTB-011", "T_NGUONKHAC", "T_NGUONKHAC", "Tổng nguồn khác chi trả", "error"),
):
    rule(
        _id,
        table="XML1",
        reads=("MA_DOITUONG_KCB", f"XML2.{_line}", f"XML3.{_line}", _total),
        severity="warning" if _severity == "warning" else "error",
        confidence="medium" if _severity == "warning" else "high",
        owner="cashier",
        source=CHECKERS if _severity == "warning" else table(1, CHECKERS),
        sentence=f"{_label} {{{_total}}} không bằng các dòng cộng lại: thuốc {{XML2.{_line}}} + dịch vụ, vật tư {{XML3.{_line}}}.",
    )(total_is_the_sum_of_both)


@rule(
    "XTB-012",
    table="XML1",
    reads=(
        "MA_THE_BHYT",
        "XML2.MA_PTTT",
        "XML2.T_BHTT",
        "XML3.MA_PTTT",
        "XML3.T_BHTT",
        "T_BHTT_GDV",
    ),
    owner="cashier",
    source=table(1, CHECKERS),
    sentence=(
        "Ô quỹ trả theo giá dịch vụ (T_BHTT_GDV) ghi {T_BHTT_GDV}, không bằng phần quỹ trả cộng lại của các "
        "dòng thanh toán theo phí dịch vụ (mã 1)."
    ),
)
def fee_for_service_total_is_its_sum(
    card: str | None,
    medicine_methods: list[str],
    medicine_amounts: list[Decimal],
    service_methods: list[str],
    service_amounts: list[Decimal],
    total: Decimal,
) -> Decimal:
    """T_BHTT_GDV equals the sum of T_BHTT over XML2 and XML3 lines with MA_PTTT 1; not asked of QN, CA, CY cards."""
    if card is not None and card.startswith(OWN_FUNDS):
        return ZERO
    paid = _fee_for_service(medicine_methods, medicine_amounts)
    return paid + _fee_for_service(service_methods, service_amounts) - total


def _fee_for_service(methods: list[str], amounts: list[Decimal]) -> Decimal:
    if methods.count("1") == len(methods):
        return sum(amounts, ZERO)
    return sum((amount for method, amount in zip(methods, amounts, strict=True) if method == "1"), ZERO)


@rule(
    "XTB-013",
    table="XML2",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "NGAY_YL"),
    owner="clinician",
    source=CHECKERS,
    sentence="Giờ y lệnh thuốc ({NGAY_YL}) nằm ngoài đợt khám, từ {XML1.NGAY_VAO} đến {XML1.NGAY_RA}.",
)
@rule(
    "XTB-014",
    table="XML3",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_RA", "NGAY_YL"),
    owner="clinician",
    source=CHECKERS,
    sentence="Giờ y lệnh dịch vụ ({NGAY_YL}) nằm ngoài đợt khám, từ {XML1.NGAY_VAO} đến {XML1.NGAY_RA}.",
)
def order_lies_inside_the_visit(arrived: datetime, discharged: datetime, ordered: datetime) -> bool:
    """Orders lie between NGAY_VAO and NGAY_RA; when those are in the wrong order XFD-029 has said so."""
    return arrived <= ordered <= discharged or discharged < arrived


@rule(
    "XFD-022",
    table="XML1",
    reads=("T_TONGCHI_BH", "T_BNCCT", "T_NGUONKHAC", "T_BHTT"),
    owner="cashier",
    source=table(1, CHECKERS),
    sentence="Quỹ BHYT trả {T_BHTT} không bằng tổng chi BHYT {T_TONGCHI_BH} trừ cùng chi trả {T_BNCCT}.",
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
        "Tổng chi {T_TONGCHI_BV} không bằng các phần chi trả cộng lại: quỹ {T_BHTT} + cùng chi trả {T_BNCCT} "
        "+ tự trả {T_BNTT} + nguồn khác {T_NGUONKHAC}."
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
    sentence="Tổng chi BHYT {T_TONGCHI_BH} cao hơn tổng chi theo giá bệnh viện {T_TONGCHI_BV}.",
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
