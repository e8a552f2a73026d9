"""A look at the values of a visit that hold unusual letters: what is odd is remarked at its field, as it stands."""

from collections.abc import Iterator, Sequence
from itertools import chain
from unicodedata import is_normalized

from ..record import Row, Sheet
from .damage import damage_in
from .letters import ETH, is_refused, may_be_odd, named, odd_in
from .remarks import Remarks
from .shapes import Shape

PATIENT = frozenset({"XML0.HO_TEN", "XML1.HO_TEN"})
"""The names that NAME-001 judges, in records that came from no file, too."""
_MOST_NAMED = 3
"""So many odd letters of one value are named one by one."""


def tell_of_letters(shape: Shape, rows: Sequence[Row] | Sheet, remarks: Remarks) -> None:
    """Remark the odd letters (TEXT-001), damaged values (TEXT-002) and loose marks (STR-001) of a table."""
    loose: list[tuple[int, str, int]] = []
    for number, official, kind, text in _values(shape, rows):
        path = f"{shape.official}.{official}"
        table, reading = damage_in(text)
        if table:
            likely = f", có lẽ là “{reading}”" if reading else ""
            remarks.add(
                "TEXT-002",
                path,
                f"Chữ có vẻ gõ hoặc chuyển sai bảng mã: {table}{likely}; chương trình không tự đổi.",
                row=number,
                value=text,
                severity="error" if _is_a_name(official) else "warning",
            )
            continue
        if not is_normalized("NFC", text):
            loose.append((number, official, _first_mark(text)))
        strict = kind != "string" or official.startswith(("MA_", "SO_"))
        odd = odd_in(text, strict=strict)
        if odd and path not in PATIENT:
            held = strict or any(is_refused(letter) for letter in odd)
            held = held or (_is_a_name(official) and any(letter in ETH for letter in odd))
            remarks.add(
                "TEXT-001",
                path,
                f"Có ký tự lạ: {said_of(odd)}.",
                row=number,
                value=text,
                severity="error" if held else "warning",
            )
    if loose:
        _tell_of_loose_marks(shape, loose, remarks)


def said_of(odd: dict[str, int]) -> str:
    """The odd letters of a value for a sentence."""
    shown = "; ".join(named(letter, place) for letter, place in [*odd.items()][:_MOST_NAMED])
    more = len(odd) - _MOST_NAMED
    return f"{shown}; và {more} ký tự khác" if more > 0 else shown


def _values(shape: Shape, rows: Sequence[Row] | Sheet) -> Iterator[tuple[int, str, str, str]]:
    """(row number, official name, kind, text) of every value that can hold something odd, row by row."""
    return _in_columns(shape, rows) if isinstance(rows, Sheet) else _in_rows(shape, rows)


def _in_columns(shape: Shape, sheet: Sheet) -> Iterator[tuple[int, str, str, str]]:
    """Of a sheet, without making rows: what is the same all the way down a column is looked at once."""
    texts = {place: {*filter(None, sheet.columns[place])} for place in sheet.beyond_ascii}
    if not may_be_odd("\n".join(chain.from_iterable(texts.values())).encode()):
        return
    odd = {place: {text for text in kinds if may_be_odd(text.encode())} for place, kinds in texts.items()}
    places = [place for place, kinds in odd.items() if kinds]
    for number, row in enumerate(zip(*[sheet.columns[place] for place in places], strict=True), 1):
        for place, text in zip(places, row, strict=True):
            if text in odd[place]:
                field = shape.table.fields[place]
                yield number, field.official, field.kind, text


def _in_rows(shape: Shape, rows: Sequence[Row]) -> Iterator[tuple[int, str, str, str]]:
    facts = {field.english: (field.official, field.kind) for field in shape.table.fields}
    for number, row in enumerate(rows, 1):
        for english, text in row.items():
            if not text.isascii() and english in facts and may_be_odd(text.encode()):
                yield number, *facts[english], text


def _is_a_name(official: str) -> bool:
    return official.startswith(("HO_TEN", "TEN_BS", "NGUOI_"))


def _first_mark(text: str) -> int:
    return next((ord(letter) for letter in text if "\u0300" <= letter <= "\u036f"), ord(text[0]))


def _tell_of_loose_marks(shape: Shape, loose: list[tuple[int, str, int]], remarks: Remarks) -> None:
    """One remark a table: whoever writes so does it everywhere."""
    number, official, mark = loose[0]
    alone = {name for _, name, _ in loose} == {official}
    where = "" if alone else f" Gặp ở {len(loose)} giá trị của bảng, trước hết ở {official}."
    remarks.add(
        "STR-001",
        f"{shape.official}.{official}" if alone else shape.official,
        f"Chữ Việt viết bằng dấu rời (như U+{mark:04X}), chuẩn cần chữ dựng sẵn; chương trình đọc được nhưng không tự "
        f"đổi.{where}",
        row=number,
        severity="warning",
    )
