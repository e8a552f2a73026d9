"""Which of our own rules broke when the check of a record stopped: each runs alone until one breaks again.

That costs a second or two, and only then; a rule known to be broken is tried first, for the next file will meet it too.
"""

from datetime import date

from ...healthbook.record import Record
from ...healthbook.standard import Edition
from ...healthbook.validation import Policy, listed_rules
from ...healthbook.validation.shape_ids import OF_SHAPE
from ..visits.trial import findings_of_one

_known: list[str] = []


def broken_rule(record: Record, edition: Edition, *, day: date, policy: Policy) -> str:
    """Its id; empty where no rule breaks alone."""
    others = (each.id for each in listed_rules() if each.kind == "record" and each.id not in OF_SHAPE)
    for rule in (*_known, *others):
        try:
            findings_of_one(record, edition, rule, day=day, policy=policy)
        except Exception:
            if rule not in _known:
                _known.append(rule)
            return rule
    return ""
