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
    """One row of a group: a name, perhaps an amount, and notes."""

    name: str
    amount: str = ""
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
    for row in group.rows:
        yield _result(group, row) if group.key == "results" else _plain(group, row)


def _plain(group: Group, row: Row) -> Item:
    name, *rest = row.texts
    notes = tuple(f"{label}: {text}" for label, text in zip(group.columns[1:], rest, strict=True) if text)
    return Item(name or group.columns[0], notes=notes)


def _result(group: Group, row: Row) -> Item:
    """Name, then value and unit together as one amount."""
    cells = dict(zip(group.numbers, row.texts, strict=True))
    labels = dict(zip(group.numbers, group.columns, strict=True))
    amount = " ".join(text for text in (cells.pop("32", ""), cells.pop("33", "")) if text)
    name = cells.pop("31", "") or "Kết quả"
    return Item(name, amount, tuple(f"{labels[no]}: {text}" for no, text in cells.items() if text))


def _absent(book: BookEntry) -> Iterator[str]:
    """What is missing, said once for all sections that miss it for the same reason."""
    missing: dict[str, list[str]] = {}
    for absence in book.absent:
        if absence.section in _WORTH_SAYING:
            missing.setdefault(absence.sentence_vi, []).append(HEADINGS[absence.section])
    for sentence, headings in missing.items():
        yield f"{', '.join(headings)}: {sentence[0].lower()}{sentence[1:]}"
