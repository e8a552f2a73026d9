"""How a value is written: blanks, hidden characters, decomposed letters, separators, lost zeros, small letters."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from .fix import Case, Change

HIDDEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Characters without a shape: soft hyphen, zero widths, directions, byte order mark."""
BLANKS = re.compile(r"\s+")
_ODD_BLANK = re.compile(r"[\t\r\n\u00a0\u2002-\u200a\u202f\u3000]+")

PARALLEL = frozenset({"MA_THE_BHYT", "MA_DKBD", "GT_THE_TU", "GT_THE_DEN", "CAN_NANG_CON"})
"""Lists whose members belong together by place: a gap in the middle has a meaning, one at the end has none."""


def plain(text: str) -> str:
    """Without hidden characters and without blanks at the ends."""
    return _ODD_BLANK.sub(" ", HIDDEN.sub("", text)).strip()


def trimmed(case: Case) -> Iterable[Change]:
    """A code, number or date without blanks at its ends and without hidden characters.

    Not the link code (MA_LK): it is the visit's name in every other system.
    """
    if case.field is None or case.field.kind == "string" or case.known_name == "MA_LK":
        return []
    return case.here(plain(case.text))


def without_blanks(case: Case) -> Iterable[Change]:
    """Codes that may not hold blanks, when the blanks stand at the ends or beside separators only."""
    members = [plain(member) for member in case.text.split(";")]
    return case.here(";".join(members)) if not any(BLANKS.search(member) for member in members) else []


def tidy_name(case: Case) -> Iterable[Change]:
    """A name with single blanks, composed letters and without hidden characters; its letters stay as they are."""
    return case.here(BLANKS.sub(" ", normalize("NFC", plain(case.text))))


def composed(case: Case) -> Iterable[Change]:
    """The same letters in composed form (NFC), as the standard asks."""
    return case.here(normalize("NFC", case.text))


def separated(case: Case) -> Iterable[Change]:
    """A list with ``;`` between its members, no blanks beside them, no empty ones."""
    if case.field is None or not (case.field.kind == "codes" or case.field.kind.endswith("_list")):
        return []
    members = [plain(member) for member in re.split(r"[;,|]", case.text)]
    if any(BLANKS.search(member) for member in members):
        return []
    if case.known_name in PARALLEL:
        while members and not members[-1]:
            members.pop()
        return case.here(";".join(members)) if all(members) else []
    return case.here(";".join(member for member in members if member))


def with_its_zero(case: Case) -> Iterable[Change]:
    """A code of two digits that lost its leading zero in a spreadsheet."""
    text = plain(case.text)
    return case.here(f"0{text}") if len(text) == 1 and text.isascii() and text.isdigit() else []


def in_capitals(case: Case) -> Iterable[Change]:
    """Card numbers in capitals, without blanks or hyphens between their parts."""
    members = [re.sub(r"[\s.-]", "", plain(member)).upper() for member in case.text.split(";")]
    return case.here(";".join(members)) if all(member.isascii() for member in members) else []


def renumbered(case: Case) -> Iterable[Change]:
    """Row numbers 1, 2, 3 … in the order of the rows, which stays."""
    if case.table is None or case.known_name != "STT" or case.field is None:
        return []
    name = case.field.english
    rows = case.record.rows(case.table.english)
    return [
        Change(case.table_name, case.field_name, place, row.get(name, ""), str(place))
        for place, row in enumerate(rows, 1)
        if row.get(name, "") != str(place)
    ]
