"""Codes that a spreadsheet turned into numbers (mã bị Excel đổi thành số): no code is written so."""

import re

from ..rule import rule
from .cited import GENERAL

_NUMBER = re.compile(r"[0-9](?:[.,][0-9]+)?E[+-]?[0-9]{1,3}|[0-9]{3,}[.,]0")
"""``7,9092E+11`` and ``79001.0``: what a number cell makes of a code."""
_LABELS = {
    "MA_BN": "Mã người bệnh",
    "SO_CCCD": "Số CCCD",
    "MA_NGHE_NGHIEP": "Mã nghề nghiệp",
    "MA_THUOC": "Mã thuốc",
    "SO_DANG_KY": "Số đăng ký thuốc",
    "MA_DICH_VU": "Mã dịch vụ",
    "MA_VAT_TU": "Mã vật tư",
    "MA_CHI_SO": "Mã chỉ số",
    "MA_THE_BHYT": "Mã thẻ BHYT",
    "MA_DKBD": "Mã nơi đăng ký ban đầu",
    "MA_BAC_SI": "Mã bác sĩ",
}


def _sentence(field: str) -> str:
    return (
        f"{_LABELS[field]} ({field}) đang ghi {{{field}}}, là cách Excel viết số (như 7,9E+11 hoặc có đuôi .0), nên có thể "
        "đã mất chữ số."
    )


def code_is_not_a_number(code: str) -> bool:
    """Codes keep leading zeros and dots and are never turned into numbers; here, a number's own way of writing shows."""
    return _NUMBER.fullmatch(code) is None


def codes_are_not_numbers(codes: list[str]) -> bool:
    """Codes of a list are never turned into numbers."""
    return all(_NUMBER.fullmatch(code) is None for code in codes)


for _table, _field in (
    ("XML0", "MA_BN"), ("XML0", "SO_CCCD"), ("XML1", "MA_BN"), ("XML1", "SO_CCCD"), ("XML1", "MA_NGHE_NGHIEP"),
    ("XML2", "MA_THUOC"), ("XML2", "SO_DANG_KY"), ("XML3", "MA_DICH_VU"), ("XML3", "MA_VAT_TU"), ("XML4", "MA_DICH_VU"),
    ("XML4", "MA_CHI_SO"),
):  # fmt: skip
    rule("FMT-008", table=_table, reads=(_field,), owner="it", source=GENERAL, sentence=_sentence(_field))(
        code_is_not_a_number
    )
for _field in ("MA_THE_BHYT", "MA_DKBD", "MA_BAC_SI"):
    rule("FMT-008", table="XML3" if _field == "MA_BAC_SI" else "XML1", reads=(_field,), owner="it", source=GENERAL,
         sentence=_sentence(_field))(codes_are_not_numbers)  # fmt: skip
