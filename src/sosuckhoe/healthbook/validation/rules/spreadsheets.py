"""Codes that a spreadsheet turned into numbers (mã bị Excel đổi thành số): no code is written so."""

import re

from ..rule import rule
from .cited import GENERAL

_NUMBER = re.compile(r"[0-9](?:[.,][0-9]+)?E[+-]?[0-9]{1,3}|[0-9]{3,}[.,]0")
"""``7,9092E+11`` and ``79001.0``: what a number cell makes of a code."""
_SENTENCE = "Mã {%s} trông như một con số của bảng tính (dạng 7,9E+11 hoặc có đuôi .0), nên đã mất chữ số so với mã gốc."


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
    rule("FMT-008", table=_table, reads=(_field,), owner="it", source=GENERAL, sentence=_SENTENCE % _field)(
        code_is_not_a_number
    )
for _field in ("MA_THE_BHYT", "MA_DKBD", "MA_BAC_SI"):
    rule("FMT-008", table="XML3" if _field == "MA_BAC_SI" else "XML1", reads=(_field,), owner="it", source=GENERAL,
         sentence=_SENTENCE % _field)(codes_are_not_numbers)  # fmt: skip
