"""Checking records: the shape that the tables ask for, the rules, and faults that a person can act on.

A file, as a hospital system exports it:

    from datetime import date
    from pathlib import Path
    from sosuckhoe.healthbook import validation

    for result in validation.check(Path("visit.xml").read_bytes(), day=date(2026, 11, 23)):
        print(validation.faults_as_text(result.faults))

A record already read: ``check_record(record, record.edition(), day=…)``. What stands in ``NGAY_RA`` before
``NGAY_VAO`` gives a ``Fault`` with rule ``XFD-029`` at ``XML1.NGAY_RA``. An ``error`` holds a record back, a
``warning`` does not; what is uncertain in the sources is never an error. A rule is a function in ``rules/`` and a
proof in ``proofs/`` (see ``rule``); ``generated_source("XML2", edition)`` shows the checker they become.
"""

from .advice import advice_on
from .checking import check_record, generated_source
from .fault import OWNERS, Fault
from .files import Checked, as_json, check
from .listing import Listed, listed_rule, listed_rules, rules_on
from .mending import how_to_mend
from .policy import Policy
from .rule import Rule, rule
from .rules import RULES
from .rules.envelope import FILE_RULES, FileRule
from .text import faults_as_text

__all__ = [
    "FILE_RULES",
    "OWNERS",
    "RULES",
    "Checked",
    "Fault",
    "FileRule",
    "Listed",
    "Policy",
    "Rule",
    "advice_on",
    "as_json",
    "check",
    "check_record",
    "faults_as_text",
    "generated_source",
    "how_to_mend",
    "listed_rule",
    "listed_rules",
    "rule",
    "rules_on",
]
