"""The annex of TT 06/2026/TT-BYT as published: 29 columns without usable headings, flags in columns 24 to 29.

A flag cell repeats the code instead of an X. Copies made by text recognition show "t" or "+" for a dagger.
"""

import re
from collections.abc import Sequence
from typing import Any

WIDTH = 29
CODE, WITHOUT_DOT, ENGLISH, VIETNAMESE = 17, 18, 19, 21
FLAGS = {
    23: "KHONG_LA_BENH_CHINH",
    24: "KHONG_KHUYEN_KHICH",
    25: "KHONG_SU_DUNG",
    26: "CHI_TU_VONG",
    27: "NU",
    28: "NAM",
}
"""Places, from 0, of the flags."""
START_WITHIN = 30
MISPRINTS = {"U13/9": "U13.9"}
"""Known misprints of the annex."""
DAGGER, ASTERISK = "†", "*"
_CODE = re.compile(r"([A-Z][0-9]{2}(?:\.[0-9]{1,2})?)([†*+t]?)")


def starts_icd10(lines: Sequence[tuple[int, Sequence[Any]]]) -> int | None:
    """Where the rows of the published annex begin; None for another file."""
    for index, (_, cells) in enumerate(lines[:START_WITHIN]):
        if len(cells) >= WIDTH and _CODE.fullmatch(_text(cells[CODE])):
            return index
    return None


def icd10_row(cells: Sequence[Any]) -> dict[str, str]:
    """One row of the annex. Raises ValueError where it is cut short or its code is none."""
    if len(cells) < WIDTH:
        raise ValueError(f"có {len(cells)} cột, cần {WIDTH}")
    written = MISPRINTS.get(_text(cells[CODE]), _text(cells[CODE]))
    found = _CODE.fullmatch(written)
    if found is None:
        raise ValueError(f"“{written[:20]}” không phải mã ICD-10")
    row = {
        "MA_BENH": found[1],
        "MA_KHONG_DAU": found[1].replace(".", ""),
        "DAU": {"": "", "*": ASTERISK}.get(found[2], DAGGER),
        "TEN_EN": _text(cells[ENGLISH]),
        "TEN": _text(cells[VIETNAMESE]),
    }
    row.update({name: "1" for place, name in FLAGS.items() if _text(cells[place])})
    return {name: text for name, text in row.items() if text}


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
