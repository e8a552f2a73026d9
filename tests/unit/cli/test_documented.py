"""What our pages tell people to type is understood, and the program of five lines runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from sosuckhoe.cli import MODULES, parser
from sosuckhoe.healthbook import validation

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = [
    found.groups()
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/how-to/*.md"))
    for found in BLOCK.finditer(page.read_text(encoding="utf-8"))
]
COMMAND = re.compile(r"^(?:\S*/)?sosuckhoe (.*)", re.MULTILINE)
COMMANDS = [command for kind, block in BLOCKS if not kind for command in COMMAND.findall(block)]
TABLE = """<TONG_HOP><MA_LK>LK1</MA_LK><NGAY_VAO>202609011000</NGAY_VAO><NGAY_RA>202609010800</NGAY_RA></TONG_HOP>"""


def program_of_the_docstring():
    lines = (validation.__doc__ or "").splitlines()
    return dedent("\n".join(line for line in lines if line.startswith("    ") or not line.strip())).strip()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_documented_command_is_understood(command):
    words = shlex.split(command, comments=True)
    assert parser(words[0]).parse_args(words).run


def test_every_subcommand_is_understood_by_its_own_module_alone():
    assert [name for name in MODULES if _subcommands(parser(name)).get(name) is None] == []
    assert list(_subcommands(parser())) == list(MODULES)


def _subcommands(command):
    return next(action.choices for action in command._actions if action.dest == "subcommand")


def test_a_check_waits_for_no_import_of_another_subcommand():
    look = "import sys; from sosuckhoe.cli import parser; parser('check'); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {name for name in loaded if re.fullmatch(r"sosuckhoe\.cli\.\w+", name)} == {
        "sosuckhoe.cli.check", "sosuckhoe.cli.checking", "sosuckhoe.cli.days",
    }  # fmt: skip
    assert not {"django", "http.client", "openpyxl"} & set(loaded)


@pytest.mark.parametrize(
    "program", [program_of_the_docstring(), *(block for kind, block in BLOCKS if kind == "python")]
)
def test_the_documented_program_of_five_lines_finds_a_fault(program, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "visit.xml").write_text(TABLE, encoding="utf-8")
    assert sum(bool(line.strip()) for line in program.splitlines()) == 5
    exec(program, {})  # noqa: S102 - the program is our own documentation
    assert "XFD-029" in capsys.readouterr().out


def test_the_pages_show_commands_and_one_program():
    assert len(COMMANDS) > 20 and [kind for kind, _ in BLOCKS].count("python") == 1
