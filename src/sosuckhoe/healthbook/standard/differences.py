"""What changed between two editions, fact by fact and in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .codes import CodeList
from .editions import edition_on
from .tables import Field, Table

FACTS = {
    "kind": "kiểu dữ liệu",
    "max_length": "độ dài tối đa",
    "need": "yêu cầu",
    "condition": "điều kiện",
    "label_vi": "tên chỉ tiêu",
    "codes": "danh mục mã",
    "note": "ghi chú",
}
"""The facts of a field that a decision may change, and what they are called."""

NEEDS = {"always": "bắt buộc", "conditional": "có điều kiện", "optional": "không bắt buộc"}

KINDS = {
    "string": "chữ",
    "code": "mã",
    "codes": "nhiều mã, cách nhau bằng dấu ;",
    "integer": "số nguyên",
    "decimal": "số thập phân",
    "date8": "ngày yyyymmdd",
    "datetime12": "thời điểm yyyymmddHHMM",
    "date8_list": "nhiều ngày yyyymmdd, cách nhau bằng dấu ;",
    "datetime12_list": "nhiều thời điểm yyyymmddHHMM, cách nhau bằng dấu ;",
    "integer_list": "nhiều số nguyên, cách nhau bằng dấu ;",
    "date8_or_datetime12": "ngày yyyymmdd hoặc thời điểm yyyymmddHHMM",
}


@dataclass(frozen=True)
class Difference:
    """One change: where (``XML2.MUC_HUONG`` or a code list), what in Vietnamese, and which text says so."""

    where: str
    what: str
    source: str


def spoken(fact: str, value: object) -> str:
    """A fact of a field in words: ``max_length`` None is "không giới hạn"."""
    if fact == "max_length":
        return "không giới hạn" if value is None else f"{value} ký tự"
    if fact == "need":
        return NEEDS[str(value)]
    if fact == "kind":
        return KINDS[str(value)]
    return str(value) or "không có"


def differences(earlier: date, later: date, *, expected: bool = False) -> Iterator[Difference]:
    """Every change of the standard from one day to a later one. Raises NoEdition before the first decision."""
    before, after = edition_on(earlier, expected=expected), edition_on(later, expected=expected)
    for name, table in after.tables.items():
        if name in before.tables:
            yield from _of_table(before.tables[name], table)
        else:
            yield Difference(
                name,
                f"Bảng mới: {table.title_vi} ({len(table.fields)} chỉ tiêu)",
                table.fields[0].place.rsplit(", Bảng", 1)[0],
            )
    for name, codes in after.codes.items():
        yield from _of_codes(before.codes.get(name), codes, earlier, later)


def _of_table(before: Table, after: Table) -> Iterator[Difference]:
    # A renamed field keeps its English name: the same meaning under a new official name.
    old, new = before.by_english, after.by_english
    for english, field in new.items():
        where = f"{after.official}.{field.official}"
        if english not in old:
            yield Difference(where, f"Chỉ tiêu mới: {field.label_vi}", field.place)
            continue
        previous = old[english]
        if previous.official != field.official:
            yield Difference(where, f"Đổi tên: {previous.official} thành {field.official}", field.place)
        yield from _of_field(where, previous, field)
    for official, place in after.dropped[len(before.dropped) :]:
        label = before.by_official[official].label_vi
        yield Difference(f"{after.official}.{official}", f"Bỏ chỉ tiêu: {label}", place)


def _of_field(where: str, before: Field, after: Field) -> Iterator[Difference]:
    for fact, name in FACTS.items():
        old, new = getattr(before, fact), getattr(after, fact)
        if old == new:
            continue
        if fact == "note":
            yield Difference(where, f"Ghi chú của quyết định: {new}", after.place)
        else:
            yield Difference(where, f"Đổi {name}: {spoken(fact, old)} thành {spoken(fact, new)}", after.place)


def _of_codes(before: CodeList | None, after: CodeList, earlier: date, later: date) -> Iterator[Difference]:
    old = before.on(earlier) if before else {}
    new = after.on(later)
    for code in new.values():
        if code.code not in old:
            yield Difference(after.name, f"Mã mới {code.code}: {code.name_vi}", code.source)
        elif old[code.code].name_vi != code.name_vi:
            yield Difference(
                after.name,
                f"Mã {code.code} đổi tên: {old[code.code].name_vi} thành {code.name_vi}",
                code.source,
            )
    for code in old.values():
        if code.code not in new:
            yield Difference(after.name, f"Hết hiệu lực mã {code.code}: {code.name_vi}", code.source)
