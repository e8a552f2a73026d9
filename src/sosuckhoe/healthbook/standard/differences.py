"""What changed between two editions, fact by fact and in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .codes import CodeList
from .editions import edition_on
from .tables import KINDS, NEEDS, Field, Table
from .words import vietnamese

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


FACTS_OF_TABLES = {
    "title_vi": "tên bảng",
    "cardinality": "số dòng",
    "when_required": "khi nào cần",
    "wrapper": "thẻ bao",
}
"""The same of a whole table."""


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
    return vietnamese(str(value)) or "không có"


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
                _without_table(table.place),
            )
    for name, table in before.tables.items():
        if name not in after.tables:
            yield Difference(name, f"Bỏ bảng: {table.title_vi}", after.decisions[-1].number)
    for name, codes in after.codes.items():
        yield from _of_codes(before.codes.get(name), codes, earlier, later)


def _without_table(place: str) -> str:
    """The text alone, of a place that names the table as well."""
    return place.rsplit(", Bảng", 1)[0]


def _of_table(before: Table, after: Table) -> Iterator[Difference]:
    for fact, name in FACTS_OF_TABLES.items():
        was, now = getattr(before, fact), getattr(after, fact)
        if was != now:
            was, now = ("/".join(one) if fact == "wrapper" else vietnamese(one) for one in (was, now))
            yield Difference(after.official, f"Đổi {name}: {was} thành {now}", after.place)
    # A renamed field keeps its English name: the same meaning under a new official name.
    old, new = before.by_english, after.by_english
    moved = _moved([name for name in old if name in new], [name for name in new if name in old])
    above: Field | None = None
    for english, field in new.items():
        where = f"{after.official}.{field.official}"
        if english not in old:
            yield Difference(where, f"Chỉ tiêu mới: {field.label_vi}", field.place)
        else:
            previous = old[english]
            if previous.official != field.official:
                yield Difference(where, f"Đổi tên: {previous.official} thành {field.official}", field.place)
            if english in moved:
                place = f"đứng ngay sau {above.official}" if above else "lên đầu bảng"
                yield Difference(where, f"Chuyển chỗ: {place}", field.place)
            yield from _of_field(where, previous, field)
        above = field
    places = dict(after.dropped)
    for english, field in old.items():
        if english not in new:
            place = places.get(field.official, after.fields[-1].place)
            yield Difference(f"{after.official}.{field.official}", f"Bỏ chỉ tiêu: {field.label_vi}", place)


def _moved(before: list[str], after: list[str]) -> set[str]:
    """The fewest names whose moving explains the new order: all but a longest run that kept its order."""
    at = {name: index for index, name in enumerate(before)}
    best: list[list[str]] = [[]]
    for name in after:
        runs = [run for run in best if not run or at[run[-1]] < at[name]]
        best.append([*max((len(run), run) for run in runs)[1], name])
    return set(after) - set(max((len(run), run) for run in best)[1])


def _of_field(where: str, before: Field, after: Field) -> Iterator[Difference]:
    for fact, name in FACTS.items():
        old, new = getattr(before, fact), getattr(after, fact)
        if old == new:
            continue
        if fact == "note":
            yield Difference(where, f"Ghi chú của quyết định: {vietnamese(new) or 'bỏ ghi chú'}", after.place)
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
        if code.code not in new:  # the decision that ends a code writes its row anew
            ended = next(
                (row for row in after.rows if (row.code, row.since) == (code.code, code.since)), code
            )
            yield Difference(after.name, f"Hết hiệu lực mã {code.code}: {code.name_vi}", ended.source)
