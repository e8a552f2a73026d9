"""The published standard as data: which tables, fields and codes were in force on a day.

    >>> from datetime import date
    >>> edition_on(date(2026, 9, 1)).table("XML1").field("NGAY_RA").label_vi
    'Thời điểm kết thúc đợt'

A decision (quyết định) is a folder under ``editions/`` holding only what it added or changed. An edition is
the merge of every decision in force on a day. Adding a decision is adding a folder.
"""

from .codes import Code, CodeList
from .decision import Decision
from .editions import Edition, NoEdition, decisions, edition_on
from .mistakes import BadDecision
from .tables import Field, Table

__all__ = [
    "BadDecision",
    "Code",
    "CodeList",
    "Decision",
    "Edition",
    "Field",
    "NoEdition",
    "Table",
    "decisions",
    "edition_on",
]
