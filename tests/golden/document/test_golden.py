"""Whole visits as other systems export them, and what we read of them. ``rewrite.py`` writes the answers anew."""

from datetime import date
from pathlib import Path

import pytest

from sosuckhoe.healthbook.document import read, write_table, write_visit
from sosuckhoe.healthbook.standard import edition_on

from .rewrite import FOLDER, told

FILES = sorted(FOLDER.glob("*.xml"))


def test_the_visits_are_here():
    assert len(FILES) >= 7


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_whole_visit_reads_as_agreed(file: Path):
    assert told(read(file.read_bytes())) == file.with_suffix(".json").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_was_read_can_be_written_and_reads_the_same(file: Path):
    reading = read(file.read_bytes())
    for visit in reading.visits:
        edition = visit.edition or edition_on(date(2026, 9, 1))
        if reading.form == "envelope":
            written = write_visit(visit.record, edition, facility_code="99999", made_on=date(2026, 9, 2))
        else:
            [(table, rows)] = visit.record.tables.items()
            written = write_table(table, rows, edition)
        again = read(written).visits[0]
        assert again.record == visit.record
        assert again.remarks == []
