"""The wheel built from the project holds all its data: an installed program knows what the checkout knows."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = {".py", ".pyc"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "src/sosuckhoe"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    expected = {name.removeprefix("src/") for name in listed if name}
    with zipfile.ZipFile(wheel) as archive:
        missing = expected - set(archive.namelist())
    assert not missing


def test_the_installed_program_checks_a_file_without_the_checkout(wheel, tmp_path):
    """Run from the unpacked wheel, with the dependencies of this environment and nothing of src/."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    result = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, str(tmp_path / "site")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert result.stdout.strip() == "479", result.stderr


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import date
import sosuckhoe
assert sosuckhoe.__file__.startswith(sys.argv[1]), sosuckhoe.__file__
from sosuckhoe.healthbook.standard import edition_on
print(sum(len(table.fields) for table in edition_on(date(2026, 9, 1)).tables.values()))
"""
