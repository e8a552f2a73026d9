"""What a department reads of a fault: what is wrong, where, the value, why, and how to mend it."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass

from sosuckhoe.healthbook.validation import Checked, Fault, how_to_mend
from sosuckhoe.healthbook.validation.fault import SEVERITIES
from sosuckhoe.healthbook.validation.places import said_place
from sosuckhoe.healthbook.validation.reasons import why

from .refusals import REFUSALS

COLUMNS: dict[str, int] = {
    "Tệp": 34,
    "Mã liên kết": 18,
    "Mức": 11,
    "Điều gì": 70,
    "Bảng": 30,
    "Dòng": 7,
    "Chỉ tiêu": 36,
    "Giá trị": 26,
    "Cách sửa": 60,
    "Vì sao": 50,
    "Quy tắc": 11,
    "Nguồn": 36,
}
"""Headings and how wide they are in a workbook."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault for people; its fields are the columns in their order."""

    file: str
    visit_code: str
    severity: str
    message: str
    table: str
    row: int | None
    field: str
    value: str
    mend: str
    why: str
    rule: str
    source: str

    @property
    def cells(self) -> tuple[str | int | None, ...]:
        return astuple(self)

    @property
    def place(self) -> str:
        """Table, row and field in one line."""
        row = f"dòng {self.row}" if self.row is not None else ""
        return ", ".join(part for part in (self.table, row, self.field) if part)


def findings_of(result: Checked) -> Iterator[tuple[str, Finding]]:
    """The owner and the finding of every fault."""
    for fault in result.faults:
        table, field = said_place(fault.path, result.edition)
        yield (
            fault.owner,
            Finding(
                file=result.file,
                visit_code=result.visit_code,
                severity=SEVERITIES[fault.severity],
                message=fault.message,
                table=table,
                row=fault.row,
                field=field,
                value=fault.value,
                mend=advice(fault),
                why=why(fault.rule),
                rule=fault.rule,
                source=fault.source,
            ),
        )


def advice(fault: Fault) -> str:
    """How to mend, also for what this command itself refuses."""
    if fault.rule in REFUSALS:
        return REFUSALS[fault.rule].what_to_do
    return fault.mend or how_to_mend(fault.rule)
