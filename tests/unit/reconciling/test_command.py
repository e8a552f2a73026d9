"""``sosuckhoe reconcile``: on a new home in a process of its own, and what it says of a gap."""

import json
import os
import subprocess
import sys

import pytest
from tests.unit.reconciling.conftest import Books

from sosuckhoe.cli import main

YEAR = ("--from", "01/01/2026", "--to", "2026-12-31")


def test_on_a_new_home_nothing_is_missing(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOSUCKHOE_")}
    told = subprocess.run(
        [sys.executable, "-m", "sosuckhoe", "reconcile"],
        env={**kept, "SOSUCKHOE_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0 and "Không có chỗ lệch nào." in told.stdout


def test_a_visit_without_a_submission_is_a_gap_for_people_and_for_programs(books: Books, monkeypatch, capsys):
    monkeypatch.setattr("sosuckhoe.cli.reconcile.start", lambda: None)
    books.version(books.visit())
    assert main(["reconcile", *YEAR, "--format", "json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["stages"]["closed"] == 1 and result["causes"] == {"NO-TASK": 1}
    assert result["gaps"][0]["owner"] == "it" and result["gaps"][0]["next_step"]
    assert main(["reconcile", *YEAR]) == 1
    assert "1 đã kết thúc = 0 đã ký + 1 chưa có lượt gửi" in capsys.readouterr().out
    assert main(["reconcile", "--from", "2026-02-02", "--to", "2026-02-01"]) == 2
    with pytest.raises(SystemExit, match="2"):
        main(["reconcile", "--from", "hôm qua"])
