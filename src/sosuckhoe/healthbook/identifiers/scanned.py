"""What a scanner types: cleaning a scan, and the dates printed in the codes of cards."""

import re
import unicodedata
from datetime import date

from .not_valid import WrongLength

MAX_LENGTH = 4000
"""The largest QR symbol holds 2,953 bytes; anything longer was not scanned from a card."""


def clean(text: str) -> str:
    """The scan in NFC without byte order mark, line ends and the control characters of keyboard scanners.

    >>> clean("\\ufeff099090000001|\\tNGUYE\\u0302\\u0303N\\r\\n")
    '099090000001|NGUYỄN'
    """
    if len(text) > MAX_LENGTH:
        raise WrongLength(f"Mã quét dài {len(text)} ký tự, không phải mã trên thẻ. Hãy quét lại.")
    kept = (one for one in text if unicodedata.category(one) not in ("Cc", "Cf"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def spaced(text: str) -> str:
    """Text with single blanks, as a name or an address is compared.

    >>> spaced("  NGUYỄN   VĂN MẪU ")
    'NGUYỄN VĂN MẪU'
    """
    return " ".join(text.split())


def paper_date(text: str) -> str | None:
    """A date of a card as ``yyyyMMdd``, ``yyyyMM`` or ``yyyy``; empty when absent, None when it is no date.

    Cards write ``ddMMyyyy`` or ``dd/MM/yyyy``; older ones know only month and year or the year.

    >>> paper_date("01021990"), paper_date("1/2/1990"), paper_date("021990"), paper_date("1990")
    ('19900201', '19900201', '199002', '1990')
    >>> paper_date("-"), paper_date("31021990"), paper_date("0"), paper_date("１990")
    ('', None, None, None)
    """
    text = text.strip()
    if text in ("", "-", "–"):
        return ""
    if not text.isascii():
        return None
    found = re.fullmatch(r"(?:(\d{1,2})/)?(\d{1,2})/(\d{4})|(\d{2})?(\d{2})(\d{4})|(\d{4})", text)
    if not found:
        return None
    day, month, year = found[1] or found[4], found[2] or found[5], found[3] or found[6] or found[7]
    try:
        whole = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if whole.year < 1850:
        return None
    return year + (month.zfill(2) if month else "") + (day.zfill(2) if day else "")


def in_future(paper: str, day: date) -> bool:
    """Whether a paper date begins after the day.

    >>> in_future("2027", date(2026, 11, 23)), in_future("2026", date(2026, 11, 23))
    (True, False)
    """
    return paper > f"{day:%Y%m%d}"[: len(paper)]
