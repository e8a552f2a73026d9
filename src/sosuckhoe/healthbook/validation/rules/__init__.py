"""The rules, one module a subject. A new subject is a new line here."""

from ..rule import RULES
from . import dates, money

__all__ = ["RULES", "dates", "money"]

RULES.sort(key=lambda rule: (rule.id, rule.table))
