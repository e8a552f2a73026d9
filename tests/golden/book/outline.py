"""A book entry as plain text, for reading beside its record. Run this file to rewrite the expected texts."""

from pathlib import Path

from sosuckhoe.healthbook.book import BookEntry, Section, book_entry, sensitive_notes
from sosuckhoe.healthbook.record import Record

HERE = Path(__file__).parent
FACILITIES = {"99999": "Bệnh viện đa khoa huyện Mẫu", "99001": "Bệnh viện đa khoa tỉnh Mẫu"}
PRACTITIONERS = {"990001/MAU-CCHN": "Đỗ Thị Mỹ Dung"}


def records() -> list[Path]:
    return sorted(HERE.glob("*.record.json"))


def expected_beside(record: Path) -> Path:
    return record.with_name(record.name.replace(".record.json", ".book.txt"))


def outline_of(path: Path) -> str:
    record = Record.from_json(path.read_text(encoding="utf-8"))
    edition = record.edition()
    assert edition is not None
    texts = ["# everything", _entry(book_entry(record, edition, **_known()))]
    notes = sensitive_notes(record, edition)
    if notes:
        texts += ["", "# to look at again"]
        texts += [f"{note.path} row {note.row}: {note.category}" for note in notes]
        hide = sorted({note.category for note in notes})
        texts += [
            "",
            f"# hiding {' '.join(hide)}",
            _entry(book_entry(record, edition, hide=hide, **_known())),
        ]
    return "\n".join(texts) + "\n"


def _known() -> dict[str, dict[str, str]]:
    return {"facilities": FACILITIES, "practitioners": PRACTITIONERS}


def _entry(entry: BookEntry) -> str:
    lines = [f"{entry.visit_code} · {entry.edition_id} · {', '.join(entry.sensitive) or 'not sensitive'}"]
    for section in entry.sections:
        lines += _section(section)
    lines += ["", *(f"— {absence.title}: {absence.reason}" for absence in entry.absent)]
    return "\n".join(lines)


def _section(section: Section) -> list[str]:
    lines = ["", f"{section.number} {section.title}".strip()]
    for line in section.lines:
        mark = f" [{line.sensitive}]" if line.sensitive else ""
        lines.append(f"  {line.no:>4} {line.label}: {line.text}{mark}")
    for group in section.groups:
        lines.append(f"  {group.key}: {' | '.join(group.columns)}")
        for row in group.rows:
            mark = f" [{row.sensitive}]" if row.sensitive else ""
            lines.append(f"    - {' | '.join(row.texts)}{mark}")
    return lines


if __name__ == "__main__":
    for found in records():
        expected_beside(found).write_text(outline_of(found), encoding="utf-8")
