"""The citizen's book (Sổ sức khỏe điện tử): what a person reads of one visit, from its record.

The 46 fields of QĐ 1332/QĐ-BYT are data (``fields.csv``), each with the place it comes from in the standard's
tables. What has no source in a record is absent; nothing is invented.
"""

from .entry import BookEntry, book_entry
from .facts import FIELDS, SECTIONS, BookField
from .parts import Absence, Group, Line, Row, Section, Value
from .sensitive import CATEGORIES, Note, sensitive_notes

__all__ = [
    "CATEGORIES",
    "FIELDS",
    "SECTIONS",
    "Absence",
    "BookEntry",
    "BookField",
    "Group",
    "Line",
    "Note",
    "Row",
    "Section",
    "Value",
    "book_entry",
    "sensitive_notes",
]
