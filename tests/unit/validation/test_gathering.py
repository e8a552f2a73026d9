"""A habit of the exporter is told once for people; every cell keeps its own fault, and its own fix."""

from datetime import date

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import check_record
from sosuckhoe.healthbook.validation.fixes import fixes_of
from sosuckhoe.healthbook.validation.gathering import gathered

TODAY = date(2026, 9, 15)
EDITION = edition_on(TODAY)


def padded(amounts: list[str]) -> Record:
    return Record.of(
        {"medicines": [{"row_number": str(n), "quantity": text} for n, text in enumerate(amounts, 1)]}
    )


def test_padded_cells_of_one_field_are_one_finding_with_its_rows() -> None:
    record = padded(["1.0000", "2", "3.5000"])
    faults = [fault for fault in check_record(record, EDITION, day=TODAY) if fault.rule == "FMT-005"]
    assert [fault.row for fault in faults] == [1, 3]
    [one] = gathered(faults)
    assert one.row is None and one.path == "XML2.SO_LUONG" and one.message.endswith("Gặp ở 2 dòng: 1, 3.")


def test_every_cell_keeps_its_fix() -> None:
    record = padded(["1.0000", "2", "3.5000"])
    fixes = [fix for fix in fixes_of(record, EDITION, day=TODAY) if fix.rule == "FMT-005"]
    assert [change.after for fix in fixes for change in fix.changes] == ["1.000", "3.500"]


def test_what_stands_once_and_what_is_wrong_stay_as_they_are() -> None:
    record = padded(["1.0000", "1.2345", "2.3456"])
    faults = check_record(record, EDITION, day=TODAY)
    assert gathered(faults) == faults
