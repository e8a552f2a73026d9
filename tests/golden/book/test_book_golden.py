"""Whole records and what the citizen reads of them. ``python -m tests.golden.book.outline`` rewrites."""

from pathlib import Path

import pytest
from tests.golden.book.outline import expected_beside, outline_of, records


@pytest.mark.parametrize("record", records(), ids=lambda path: path.name.split(".")[0])
def test_the_citizen_reads_exactly_this(record: Path) -> None:
    assert outline_of(record) == expected_beside(record).read_text(encoding="utf-8")
