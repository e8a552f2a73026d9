"""A fault (lỗi): one thing wrong in a record, said so that a person can mend it. Faults are collected, never raised."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Owner = Literal["reception", "clinician", "pharmacy", "cashier", "laboratory", "records", "it"]

OWNERS: dict[str, str] = {
    "reception": "Tiếp đón",
    "clinician": "Bác sĩ, điều dưỡng",
    "pharmacy": "Dược",
    "cashier": "Thu ngân, thanh toán",
    "laboratory": "Xét nghiệm, chẩn đoán hình ảnh",
    "records": "Hồ sơ bệnh án, kế hoạch tổng hợp",
    "it": "Công nghệ thông tin",
}
"""Who mends a fault, as the screen says it."""

SEVERITIES: dict[str, str] = {"error": "Lỗi", "warning": "Cảnh báo"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: which rule, where, how bad, what to tell whom, and which text says so."""

    rule: str
    """The permanent id, such as ``XFD-029``."""
    path: str
    """Official table and field, such as ``XML1.NGAY_RA``; a table or an envelope element where no field is meant."""
    row: int | None
    """1-based within a table that repeats, else None."""
    severity: Severity
    """``error`` holds the record back, ``warning`` does not."""
    message: str
    """Plain Vietnamese, with the value."""
    source: str
    """The text that says so."""
    value: str = ""
    """What stands in the field, as on paper."""
    owner: Owner = "records"
    mend: str = ""
    """What to do about it, with the values at hand; empty until somebody asks (``advice``)."""


def in_reading_order(fault: Fault) -> tuple[int, str, int, str, str]:
    """Sort key: the envelope, then by table, row and field."""
    table, _, field = fault.path.partition(".")
    number = int(table[3:]) if table[:3] == "XML" and table[3:].isdigit() else -1
    return number, table, fault.row or 0, field, fault.rule
