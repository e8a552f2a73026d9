"""``sosuckhoe reconcile`` in a process of its own, against a home of its own."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from sosuckhoe.demo.his_export import export

FACILITY = """
from sosuckhoe.hospital.config.start import prepare, setup_django
setup_django()
prepare()
from sosuckhoe.demo.cast import HOUSE
from sosuckhoe.hospital.staff.actions import add_facility
add_facility(by="test", name=HOUSE.name, code=HOUSE.code)
"""


@pytest.fixture
def sosuckhoe(tmp_path: Path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SOSUCKHOE_")}
        return subprocess.run(
            [sys.executable, *(arguments if arguments[0] == "-c" else ("-m", "sosuckhoe", *arguments))],
            env={**kept, "SOSUCKHOE_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def test_a_file_without_a_destination_is_a_gap_for_people_and_for_programs(sosuckhoe, tmp_path):
    clean = next(file for file in export(date(2026, 11, 23)) if file.expected == "clean")
    (tmp_path / "visit.xml").write_bytes(clean.data)
    empty = sosuckhoe("reconcile")
    assert empty.returncode == 0 and "Không có chỗ lệch nào." in empty.stdout
    sosuckhoe("-c", FACILITY)
    sosuckhoe("import", str(tmp_path / "visit.xml"))
    told = sosuckhoe("reconcile", "--from", "2026-01-01", "--to", "2026-12-31", "--format", "json")
    result = json.loads(told.stdout)
    assert told.returncode == 1
    assert result["stages"]["closed"] == 1 and result["causes"] == {"NO-TASK": 1}
    assert result["gaps"][0]["owner"] == "it" and result["gaps"][0]["next_step"]
    in_words = sosuckhoe("reconcile", "--from", "2026-01-01", "--to", "2026-12-31").stdout
    assert "1 đã kết thúc = 0 đã ký + 1 chưa có lượt gửi" in in_words
    assert sosuckhoe("reconcile", "--from", "2026-02-02", "--to", "2026-02-01").returncode == 2
    assert sosuckhoe("reconcile", "--from", "hôm qua").returncode == 2
