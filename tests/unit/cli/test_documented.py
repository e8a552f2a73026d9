"""What the page for people who only check files says, holds: its commands are understood, its program runs."""

import re
import shlex
from pathlib import Path
from textwrap import dedent

import pytest

from sosuckhoe.cli import parser
from sosuckhoe.healthbook import validation

PAGE = (Path(__file__).parents[3] / "docs/how-to/kiem-tra-tep-xml.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line for kind, block in BLOCKS if not kind for line in block.splitlines() if line.startswith("sosuckhoe ")
]
TABLE = """<TONG_HOP><MA_LK>LK1</MA_LK><NGAY_VAO>202609011000</NGAY_VAO><NGAY_RA>202609010800</NGAY_RA></TONG_HOP>"""


def program_of_the_docstring():
    lines = (validation.__doc__ or "").splitlines()
    return dedent("\n".join(line for line in lines if line.startswith("    ") or not line.strip())).strip()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_command_is_understood(command):
    assert parser().parse_args(shlex.split(command)[1:]).run


@pytest.mark.parametrize(
    "program", [program_of_the_docstring(), *(block for kind, block in BLOCKS if kind == "python")]
)
def test_the_documented_program_of_five_lines_finds_a_fault(program, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "visit.xml").write_text(TABLE, encoding="utf-8")
    assert sum(bool(line.strip()) for line in program.splitlines()) == 5
    exec(program, {})  # noqa: S102 - the program is our own documentation
    assert "XFD-029" in capsys.readouterr().out


def test_the_page_shows_commands_and_one_program():
    assert len(COMMANDS) > 12 and [kind for kind, _ in BLOCKS].count("python") == 1
