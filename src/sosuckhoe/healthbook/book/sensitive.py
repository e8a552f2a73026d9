"""What in a record deserves a second look before others read it (healthbook.md §7): hints, never law.

Nothing here changes a record: removing a code from a claim breaks payment. The preview flags, and the book can
be asked to hide whole categories where a hospital's policy says so.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from ..record import Record
from ..standard import Edition
from .facts import HINTS

CATEGORIES: tuple[str, ...] = tuple(dict.fromkeys(hint.category for hint in HINTS))

_DISEASE_FIELDS = frozenset({"main_disease_code", "other_disease_codes", "disease_codes"})
_TELLING = frozenset(
    {
        "visit_reason",
        "admission_reason",
        "admitting_diagnosis",
        "discharge_diagnosis",
        "treatment_method",
        "advice",
        "course",
        "results_summary",
        "treatment",
        "clinical_signs",
        "condition_at_transfer",
        "next_treatment",
        "discharge_note",
        "termination_cause",
        "terminated_at",
        "gestational_weeks",
    }
)
"""Free text that tells what the main disease is, even without naming it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One place that needs a decision: where and which category, never the value."""

    path: str
    row: int
    """Within its table, from 1."""
    category: str


class Watch:
    """Looks at one record's values, knowing the rest of the visit."""

    def __init__(self, record: Record, edition: Edition) -> None:
        self.listed = edition.codes.get("icd10")
        self.day = record.discharge_day()
        self.main = self.of_disease(record.visit.get("main_disease_code", ""))
        self.visit_categories = frozenset(self._visit_categories(record))

    def _visit_categories(self, record: Record) -> set[str]:
        found = {hint.category for hint in HINTS if hint.kind == "table" and record.rows(hint.value)}
        for name in ("main_disease_code", "other_disease_codes"):
            for code in record.visit.get(name, "").split(";"):
                found.add(self.of_disease(code))
        return found - {""}

    def of_disease(self, code: str) -> str:
        """The category of an ICD-10 code: by the list's own hint, else by the beginning of the code."""
        if not code:
            return ""
        if self.listed and self.day:
            listed = self.listed.on(self.day).get(code)
            if listed and listed.more.get("sensitive_hint"):
                return listed.more["sensitive_hint"]
        return next(
            (hint.category for hint in HINTS if hint.kind == "disease" and code.startswith(hint.value)), ""
        )

    def of(self, table: str, field: str, text: str) -> str:
        """The category of one value (English table and field name), or empty."""
        if not text:
            return ""
        if field in _DISEASE_FIELDS:
            return next((found for code in text.split(";") if (found := self.of_disease(code))), "")
        telling = (self.main or self._by_table(table)) if field in _TELLING else ""
        return telling or self._by_words(text) or (self._medicine(text) if table == "medicines" else "")

    def _by_table(self, table: str) -> str:
        return next((hint.category for hint in HINTS if hint.kind == "table" and hint.value == table), "")

    def _by_words(self, text: str) -> str:
        found = _words().search(unicodedata.normalize("NFC", text))
        return _category_of_word(found.group(0)) if found else ""

    def _medicine(self, text: str) -> str:
        lowered = text.lower()
        for hint in HINTS:
            alone = hint.kind == "medicine"
            in_company = hint.kind == "medicine-in-company" and hint.category in self.visit_categories
            if (alone or in_company) and hint.value in lowered:
                return hint.category
        return ""


def sensitive_notes(record: Record, edition: Edition) -> list[Note]:
    """Every place of the record that a hint points at."""
    watch = Watch(record, edition)
    notes: list[Note] = []
    for table in edition.tables.values():
        whole = watch._by_table(table.english)
        for number, row in enumerate(record.rows(table.english), start=1):
            if whole:
                notes.append(Note(table.official, number, whole))
                continue
            for field in table.fields:
                category = watch.of(table.english, field.english, row.get(field.english, ""))
                if category:
                    notes.append(Note(f"{table.official}.{field.official}", number, category))
    return notes


@lru_cache(maxsize=1)
def _words() -> re.Pattern[str]:
    words = "|".join(re.escape(hint.value) for hint in HINTS if hint.kind == "word")
    return re.compile(rf"(?<!\w)({words})(?!\w)", re.IGNORECASE)


def _category_of_word(word: str) -> str:
    return next(hint.category for hint in HINTS if hint.kind == "word" and hint.value.lower() == word.lower())
