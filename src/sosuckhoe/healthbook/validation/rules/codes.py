"""How codes and small numbers are written where no closed list says so."""

import re
from datetime import date
from decimal import Decimal

from ..rule import rule
from .card import FACILITY
from .cited import CHECKERS, GATEWAY, GENERAL, table

_SIGNATORY_4750 = re.compile(r"[0-9]{10}")


@rule(
    "FMT-026",
    table="XML1",
    reads=("MA_BENH_CHINH",),
    owner="clinician",
    source=table(1, CHECKERS),
    sentence="Mã bệnh chính {MA_BENH_CHINH} chưa đúng: chỉ ghi một mã, dài 3 đến 7 ký tự.",
)
def main_disease_is_one_code(code: str) -> bool:
    """Exactly one principal code, no semicolon, 3 to 7 characters."""
    return len(code) >= 3 and ";" not in code and "," not in code


@rule(
    "FMT-027",
    table=("XML1", "XML13", "XML14"),
    reads=("MA_BENH_KT",),
    owner="clinician",
    source=table(1, CHECKERS),
    sentence="Bệnh kèm theo có {@count.MA_BENH_KT} mã, nhiều nhất được 12: {MA_BENH_KT}.",
)
def at_most_twelve_other_diseases(codes: list[str]) -> bool:
    """At most 12 secondary codes."""
    return len(codes) <= 12


@rule(
    "FMT-029",
    table="XML1",
    reads=("MA_CSKCB",),
    owner="it",
    source=table(1, CHECKERS),
    sentence="Mã cơ sở KCB {MA_CSKCB} không đúng 5 ký tự.",
)
def facility_code_has_five_characters(facility: str) -> bool:
    """MA_CSKCB has exactly 5 characters."""
    return len(facility) == 5


@rule(
    "FMT-031",
    table="XML1",
    reads=("CAN_NANG", "CAN_NANG"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=table(1, CHECKERS),
    sentence="Cân nặng {CAN_NANG} kg chưa đúng cách ghi: số kg lớn hơn 0, có hai chữ số sau dấu chấm (60 kg ghi 60.00).",
)
def weight_has_two_decimals(text: str, weight: Decimal) -> bool:
    """CAN_NANG is a positive number with two decimals and a dot."""
    return weight > 0 and text[-3:-2] == "."


@rule(
    "FMT-032",
    table="XML1",
    reads=("CAN_NANG",),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Cân nặng {CAN_NANG} kg cao hơn 200 kg; xin kiểm tra.",
)
def weight_is_plausible(weight: Decimal) -> bool:
    """Body weight above 200 kg is suspicious."""
    return weight <= 200


@rule(
    "FMT-033",
    table="XML1",
    reads=("CAN_NANG_CON",),
    owner="clinician",
    source=table(1),
    sentence="Cân nặng con đang ghi {CAN_NANG_CON}; mỗi trẻ cần một số gam lớn hơn 0.",
)
def newborn_weights_are_grams(weights: list[int]) -> bool:
    """Each newborn weight is an integer number of grams."""
    return min(weights) > 0


@rule(
    "FMT-035",
    table="XML1",
    reads=("NAM_QT",),
    owner="cashier",
    source=table(1, CHECKERS),
    sentence="Năm quyết toán đang ghi {NAM_QT}, cần đủ 4 chữ số.",
)
def settlement_year_has_four_digits(year: int) -> bool:
    """NAM_QT is 4 digits."""
    return 1000 <= year <= 9999


@rule(
    "FMT-035",
    table="XML1",
    reads=("THANG_QT",),
    owner="cashier",
    source=table(1, CHECKERS),
    sentence="Tháng quyết toán đang ghi {THANG_QT}, cần từ 1 đến 12.",
)
def settlement_month_is_a_month(month: int) -> bool:
    """THANG_QT is 1 to 12."""
    return 1 <= month <= 12


@rule(
    "FMT-038",
    table="XML1",
    reads=("MA_TTDV",),
    severity="warning",
    until=date(2024, 12, 31),
    confidence="medium",
    owner="records",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Mã thủ trưởng đơn vị đang ghi {MA_TTDV}, cần đủ 10 chữ số; quy định của hồ sơ ra viện đến hết năm 2024.",
)
def signatory_was_a_ten_digit_number(code: str) -> bool:
    """Before 3176 MA_TTDV is 10 digits; since then a practitioner code, which shape alone checks."""
    return _SIGNATORY_4750.fullmatch(code) is not None


@rule(
    "FMT-042",
    table=("XML2", "XML3"),
    reads=("VET_THUONG_TP",),
    owner="cashier",
    source=f"QĐ 4750/QĐ-BYT, Bảng 2 và 3; {GATEWAY}",
    sentence="Vết thương tái phát ghi {VET_THUONG_TP}; chỉ để trống hoặc ghi 1.",
)
def recurrent_wound_is_one(code: str) -> bool:
    """VET_THUONG_TP is empty or 1."""
    return code == "1"


@rule(
    "FMT-043",
    table=("XML2", "XML3"),
    reads=("TYLE_TT_BH",),
    owner="cashier",
    source=f"QĐ 4750/QĐ-BYT, Bảng 2 và 3; {CHECKERS}",
    sentence="Tỷ lệ thanh toán BHYT đang ghi {TYLE_TT_BH}, cần từ 0 đến 100.",
)
@rule(
    "FMT-044",
    table="XML3",
    reads=("TYLE_TT_DV",),
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Tỷ lệ thanh toán dịch vụ đang ghi {TYLE_TT_DV}, cần từ 0 đến 100.",
)
def rate_is_a_percentage(rate: int) -> bool:
    """A payment rate is an integer 0 to 100."""
    return rate <= 100


@rule(
    "FMT-046",
    table=("XML2", "XML3"),
    reads=("MUC_HUONG",),
    until=date(2026, 6, 30),
    owner="cashier",
    source=f"QĐ 4750/QĐ-BYT, Bảng 2 và 3; {GATEWAY}",
    sentence="Mức hưởng đang ghi {MUC_HUONG}, cần từ 0 đến 100.",
)
@rule(
    "FMT-047",
    table=("XML2", "XML3"),
    reads=("MUC_HUONG",),
    since=date(2026, 7, 1),
    confidence="medium",
    owner="cashier",
    source="QĐ 1931/QĐ-BYT, Bảng 2 và 3",
    sentence="Mức hưởng đang ghi {MUC_HUONG}, cần từ 0 đến 100.",
)
def benefit_is_a_percentage(benefit: Decimal) -> bool:
    """MUC_HUONG is 0 to 100."""
    return 0 <= benefit <= 100


@rule(
    "FMT-078",
    table="XML13",
    reads=("MA_CSKCB_DI",),
    since=date(2025, 1, 1),
    confidence="medium",
    owner="records",
    source=CHECKERS,
    sentence="Các cơ sở đã chuyển người bệnh trước đó có {@wrong}; mỗi cơ sở cần mã 5 ký tự.",
)
def previous_facilities_have_five_characters(facilities: list[str]) -> list[str]:
    """Each member of MA_CSKCB_DI is a 5-character facility code."""
    return [facility for facility in facilities if FACILITY.fullmatch(facility) is None]


def code_has_no_blanks(code: str) -> bool:
    """A list of codes contains no blanks."""
    return " " not in code


rule(
    "FMT-068",
    table="XML5",
    reads=("NGUOI_THUC_HIEN",),
    severity="warning",
    confidence="medium",
    since=date(2025, 1, 1),
    owner="clinician",
    source=f"{CHECKERS}; {GENERAL}",
    sentence="Ô mã người thực hiện có dấu cách, thường là sau dấu “;”: {NGUOI_THUC_HIEN}.",
)(code_has_no_blanks)
rule(
    "FMT-066",
    table="XML4",
    reads=("MA_CHI_SO",),
    since=date(2025, 1, 1),
    confidence="low",
    owner="laboratory",
    source=CHECKERS,
    sentence="Mã chỉ số {MA_CHI_SO} có dấu cách.",
)(code_has_no_blanks)
rule(
    "FMT-048",
    table="XML2",
    reads=("SO_DANG_KY",),
    owner="pharmacy",
    source=table(2),
    sentence="Số đăng ký {SO_DANG_KY} có dấu cách.",
)(code_has_no_blanks)
