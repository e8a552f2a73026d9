"""``sosuckhoe catalogue import``: shown first, loaded when asked, refused with the list in use left as it is."""

import json
import os
import subprocess
import sys

import pytest

ADD_FACILITY = """
from sosuckhoe.hospital.config.start import prepare, setup_django
setup_django()
prepare()
from sosuckhoe.hospital.staff.actions import add_facility
add_facility(by="test", name="Bệnh viện Mẫu", code="99999", hub_code="9900000099999")
"""
TWO = "MA_THUOC,TEN_THUOC,DON_GIA\n40.001,Thuốc Mẫu 1,1250\n40.002,Thuốc Mẫu 2,900\n"


@pytest.fixture(scope="module")
def sosuckhoe(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOSUCKHOE_")}
    environment |= {"SOSUCKHOE_HOME": str(home / "hospital"), "PYTHONIOENCODING": "utf-8"}
    subprocess.run([sys.executable, "-c", ADD_FACILITY], env=environment, check=True, cwd=home)

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "sosuckhoe", "catalogue", *arguments],
            env=environment, cwd=home, capture_output=True, text=True,
        )  # fmt: skip

    return run


def test_a_list_is_shown_then_loaded_and_a_bad_file_leaves_it(sosuckhoe, tmp_path):
    file = tmp_path / "thuoc.csv"
    file.write_text(TWO, encoding="utf-8")
    arguments = ("import", "medicines", str(file), "--since", "2026-09-01", "--format", "json")

    shown = sosuckhoe(*arguments)
    assert (shown.returncode, json.loads(shown.stdout)["added"], json.loads(shown.stdout)["loaded"]) == (
        0,
        2,
        False,
    )
    loaded = sosuckhoe(*arguments, "--apply")
    assert (loaded.returncode, json.loads(loaded.stdout)["loaded"]) == (0, True)

    file.write_text(TWO + "40.003,Thuốc", encoding="utf-8")
    cut = sosuckhoe(*arguments, "--apply")
    assert cut.returncode == 2
    assert "dòng 4" in cut.stderr and "Danh mục đang dùng giữ nguyên." in cut.stderr

    file.write_text("".join(TWO.splitlines(keepends=True)[:2]), encoding="utf-8")
    shorter = sosuckhoe(*arguments, "--apply")
    assert shorter.returncode == 1
    assert "--confirm-shorter" in shorter.stderr

    listed = sosuckhoe("list")
    assert listed.returncode == 0
    assert "hiệu lực 01/09/2026, TT 12/2026/TT-BYT, mẫu 03/DM" in listed.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "no-such-list", "thuoc.csv", "--since", "2026-09-01"),
        ("import", "medicines", "no-such-file.csv", "--since", "2026-09-01"),
        ("import", "medicines", "thuoc.csv", "--since", "2026-09-01", "--facility", "00000"),
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(sosuckhoe, arguments):
    said = sosuckhoe(*arguments)
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
