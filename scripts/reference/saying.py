"""How the reference pages say things: Vietnamese words for what the data says in English, and Markdown."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from sosuckhoe.healthbook.standard import Edition, decisions, edition_on
from sosuckhoe.healthbook.standard.decision import IN_FORCE
from sosuckhoe.healthbook.standard.words import vietnamese

GENERATED = "<!-- Trang này do `make docs` viết từ dữ liệu của chương trình; sửa ở đó, không sửa ở đây. -->"
PROGRAM = "../../../src/sosuckhoe"
"""The program as seen from a page two folders below ``docs/``."""

LISTS = {
    "accident_causes": "Tai nạn thương tích",
    "anaesthesia_methods": "Phương pháp vô cảm",
    "bed_kinds": "Loại giường",
    "benefit_levels": "Mức hưởng, ký tự thứ ba của mã thẻ",
    "blood_groups": "Nhóm máu",
    "card_groups": "Nhóm đối tượng, hai ký tự đầu của mã thẻ",
    "cost_groups": "Nhóm chi phí",
    "departments": "Khoa",
    "discharge_types": "Loại ra viện",
    "drug_routes": "Đường dùng thuốc",
    "ethnic_groups": "Dân tộc",
    "funding_sources": "Nguồn chi trả",
    "icd10": "Mã bệnh ICD-10 thường gặp",
    "icd10_chapters": "Chương ICD-10",
    "living_areas": "Khu vực sinh sống",
    "occupations": "Nghề nghiệp",
    "patient_categories": "Đối tượng đến khám bệnh, chữa bệnh",
    "payment_methods": "Phương thức thanh toán",
    "payment_scopes": "Phạm vi hưởng",
    "pregnancy_terminations": "Đình chỉ thai nghén",
    "provinces": "Tỉnh, thành phố",
    "sex": "Giới tính",
    "transfer_reasons": "Lý do chuyển cơ sở",
    "treatment_results": "Kết quả điều trị",
    "visit_types": "Loại hình khám bệnh, chữa bệnh",
}
CHOSEN_BY = {"discharge": "ngày ra viện", "order": "ngày y lệnh", "arrival": "ngày đến khám"}


def list_title(name: str) -> str:
    """What people call a code list: as above, as the decision that brought it says, else its name in the data."""
    said = (one.codes[name].get("title") for one in decisions() if name in one.codes)
    return LISTS.get(name) or next(filter(None, said), name)


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    with Path(__file__).with_name("words.csv").open(encoding="utf-8", newline="") as file:
        return {row["english"]: row["vietnamese"] for row in csv.DictReader(file)}


def vi(english: str) -> str:
    """Vietnamese for a sentence that the data says in English; one without a word for it (tests/house) as it is."""
    return _words().get(english) or vietnamese(english)


@lru_cache(maxsize=1)
def running() -> Edition:
    """The newest edition in force: the same whichever day the pages are made."""
    return edition_on(max(one.in_force for one in decisions() if one.status == IN_FORCE))


def day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def days(since: date | None, until: date | None) -> str:
    """A span of validity in words."""
    if since and until:
        return f"từ {day(since)} đến {day(until)}"
    if since:
        return f"từ {day(since)}"
    return f"đến {day(until)}" if until else "mọi ngày"


def cell(text: str) -> str:
    """Text that stays within its cell, and is never taken for HTML or emphasis."""
    for letter, instead in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("*", "\\*"), ("\n", " ")):
        text = text.replace(letter, instead)
    return text


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Labelled lines; what is empty is left out."""
    return "\n".join(f"- {label}: {value}" for label, value in pairs if value)


def page(*parts: str) -> str:
    return "\n\n".join([GENERATED, *(part for part in parts if part)]) + "\n"
