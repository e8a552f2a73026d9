"""Which test shows which fault is a table: every fault has its line, and no line names a test that is not there."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from reference.faults import NOT_OURS, NOT_SHOWN, PARTLY, SHOWN, faults  # noqa: E402
from reference.simulator import promises  # noqa: E402

ROWS = faults()


@cache
def defined(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.ClassDef)}


def test_every_fault_has_its_line_in_order() -> None:
    assert [row["fault"] for row in ROWS] == [f"F{number:02}" for number in range(1, 78)]
    assert {row["fault"] for row in ROWS} >= {row["line"] for row in promises() if row["line"][0] == "F"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["fault"])
def test_a_fault_is_shown_by_what_exists_or_says_why_not(row: dict[str, str]) -> None:
    assert row["strikes"] and row["standing"] in (SHOWN, PARTLY, NOT_SHOWN, NOT_OURS)
    assert bool(row["tests"]) == (row["standing"] in (SHOWN, PARTLY)), (
        "tests exactly where something is shown"
    )
    assert row["note"] or row["standing"] == SHOWN, "what is not shown says why"
    for place in row["tests"].split():
        file, _, name = place.partition("::")
        assert name in defined(file), place
        assert file.startswith("prove/") or name.startswith("test_"), f"{place} is no test"
