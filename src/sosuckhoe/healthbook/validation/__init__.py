"""Checking records: the shape that the tables ask for, the rules, and faults that a person can act on.

    from datetime import date
    from pathlib import Path
    from sosuckhoe.healthbook import validation

    for fault in validation.check_record(record, record.edition(), day=date(2026, 11, 23)):
        print(fault.severity, fault.rule, fault.path, fault.row, fault.message)

A record that reads, say, ``NGAY_RA`` one day before ``NGAY_VAO`` gives a ``Fault`` with rule ``XFD-029`` at
``XML1.NGAY_RA``. ``error`` holds a record back, ``warning`` does not.
"""

from .checking import check_record, generated_source
from .fault import Fault
from .policy import Policy
from .rule import Rule, rule
from .rules import RULES

__all__ = ["RULES", "Fault", "Policy", "Rule", "check_record", "generated_source", "rule"]
