"""How an entry of the book is laid out for a phone: plain headings, one thing a line, nothing that was not sent."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sosuckhoe.healthbook.book import BookEntry, Group, Line, Row, Section, book_entry
from sosuckhoe.healthbook.record import Record
from sosuckhoe.simulator.book.models import Entry
from sosuckhoe.simulator.portal.models import Account

HEADINGS = {
    "diagnosis": "Bệnh được chẩn đoán",
    "summary": "Tóm tắt và lời dặn",
    "medicines": "Thuốc",
    "results": "Kết quả xét nghiệm, chụp chiếu",
    "procedures": "Phẫu thuật, thủ thuật",
    "appointment": "Phiếu hẹn khám lại",
    "referral": "Phiếu chuyển cơ sở khám bệnh",
    "discharge_paper": "Giấy ra viện",
    "visit": "Thông tin đợt khám",
    "history": "Tiền sử",
    "person": "Thông tin người bệnh",
    "contact": "Liên hệ",
    "guardians": "Người giám hộ, đại diện",
}
"""In the order of reading. The official titles stand small below them."""
OPEN = frozenset(("diagnosis", "summary", "medicines"))
PAPERS = {
    "appointment": "Có phiếu hẹn khám lại",
    "referral": "Có phiếu chuyển",
    "discharge_paper": "Có giấy ra viện",
}
_WORTH_SAYING = ("diagnosis", "results", "medicines", "procedures", "summary")
"""Sections whose absence the reader is told of; the others are silent when empty."""


@dataclass(frozen=True)
class Item:
    """One row of a group: a name, perhaps an amount, what matters to the reader, and notes."""

    name: str
    amount: str = ""
    said: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    key: str
    heading: str
    official: str
    lines: tuple[Line, ...]
    items: tuple[Item, ...]

    @property
    def open(self) -> bool:
        return self.key in OPEN

    @property
    def count(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Shown:
    """One visit as the phone shows it."""

    pk: int
    day: str
    facility: str
    kind: str
    diagnosis: str
    published: object
    parts: tuple[Part, ...] = ()
    papers: tuple[str, ...] = ()
    absent: tuple[str, ...] = field(default=())


def facility_names() -> dict[str, str]:
    return dict(Account.objects.values_list("facility_code", "facility_name"))


def shown(entry: Entry, facilities: dict[str, str]) -> Shown:
    """A published entry, ready to be shown."""
    record = Record(entry.record)
    edition = record.edition()
    assert edition is not None  # the insurer publishes nothing without one
    book = book_entry(record, edition, facilities=facilities)
    visit = book.section("visit")
    return Shown(
        pk=entry.pk,
        day=_days(_text(visit, "20"), _text(visit, "21")),
        facility=facilities.get(entry.facility_code, entry.facility_code),
        kind=_text(visit, "22"),
        diagnosis=_text(book.section("diagnosis"), "26"),
        published=entry.published_at,
        parts=tuple(_parts(book)),
        papers=tuple(words for key, words in PAPERS.items() if book.section(key)),
        absent=tuple(_absent(book)),
    )


def _text(section: Section | None, no: str) -> str:
    line = section.line(no) if section else None
    return line.text if line else ""


def _days(start: str, end: str) -> str:
    first, last = start[:10], end[:10]
    return first if first == last or not last else f"{first} – {last}" if first else last


def _parts(book: BookEntry) -> Iterator[Part]:
    for key, heading in HEADINGS.items():
        section = book.section(key)
        if section:
            items = tuple(item for group in section.groups for item in _items(group))
            yield Part(key, heading, section.title, section.lines, items)


def _items(group: Group) -> Iterator[Item]:
    if group.key == "results":
        yield from (_result(group, row) for row in group.rows)
    elif group.key == "medicines":
        yield from _medicines(group)
    else:
        yield from (_plain(group, row) for row in group.rows)


def _cells(group: Group, row: Row) -> dict[str, str]:
    return {no: text for no, text in zip(group.numbers, row.texts, strict=True) if text}


def _labelled(group: Group, cells: dict[str, str]) -> tuple[str, ...]:
    labels = dict(zip(group.numbers, group.columns, strict=True))
    return tuple(f"{labels[no]}: {text}" for no, text in cells.items())


def _plain(group: Group, row: Row) -> Item:
    cells = _cells(group, row)
    name = cells.pop(group.numbers[0], group.columns[0])
    return Item(name, notes=_labelled(group, cells))


def _result(group: Group, row: Row) -> Item:
    """Name, then value and unit together as one amount, then what the doctor wrote."""
    cells = _cells(group, row)
    name, value, unit, told = (cells.pop(no, "") for no in ("31", "32", "33", "34"))
    return Item(
        name or "Kết quả", f"{value} {unit}".strip(), (told,) if told else (), _labelled(group, cells)
    )


def _medicines(group: Group) -> Iterator[Item]:
    """The same order on several days is one item with several times."""
    together: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for row in group.rows:
        cells = _cells(group, row)
        ordered = cells.pop("38.2", "")
        together.setdefault(tuple(cells.items()), []).append(ordered)
    labels = dict(zip(group.numbers, group.columns, strict=True))
    for same, times in together.items():
        cells = dict(same)
        name, strength, dose, how = (cells.pop(no, "") for no in ("35", "36", "37", "38"))
        notes = _labelled(group, cells)
        if any(times):
            notes += (f"{labels['38.2']}: {'; '.join(time for time in times if time)}",)
        heading = f"{name}, {strength}" if strength else name
        yield Item(heading or "Thuốc", said=tuple(text for text in (dose, how) if text), notes=notes)


def _absent(book: BookEntry) -> Iterator[str]:
    """What is missing, said once for all sections that miss it for the same reason."""
    missing: dict[str, list[str]] = {}
    for absence in book.absent:
        if absence.section in _WORTH_SAYING:
            missing.setdefault(absence.sentence_vi, []).append(HEADINGS[absence.section])
    for sentence, headings in missing.items():
        yield f"{', '.join(headings)}: {sentence[0].lower()}{sentence[1:]}"
