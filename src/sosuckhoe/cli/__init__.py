"""The command ``sosuckhoe``. Each subcommand is a module here that parses, calls one room and prints.

A module is imported when its subcommand is named, and rooms only when it runs, so that ``sosuckhoe check`` needs no
database and starts at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from sosuckhoe.healthbook.standard import BadDecision, decisions
from sosuckhoe.healthbook.standard.decision import VARIABLE

from . import days

MODULES = {
    "check": "check",
    "explain": "explain",
    "standard": "standard",
    "verify": "verify",
    **dict.fromkeys(("import", "deliver", "serve", "report", "staff"), "hospital"),
    "catalogue": "catalogue",
    "key": "key",
    "evidence": "evidence",
    "reconcile": "reconcile",
    **dict.fromkeys(("backup", "restore"), "backup"),
    "restored": "restored",
    "simulate": "simulate",
    "demo": "demo",
}
"""Subcommand → the module of it."""

UNUSABLE = 2
"""Exit code where the input could not be used at all."""


def parser(named: str = "") -> argparse.ArgumentParser:
    """What can be typed; of a subcommand that is named, its module alone, so that none waits for the others' imports."""
    command = argparse.ArgumentParser(
        prog="sosuckhoe",
        description="Sổ sức khỏe điện tử, phía bệnh viện: kiểm tra, ký, gửi, chứng minh.",
    )
    subcommands = command.add_subparsers(dest="subcommand", metavar="LỆNH", required=True)
    for module in [MODULES[named]] if named in MODULES else dict.fromkeys(MODULES.values()):
        import_module(f".{module}", __name__).add_to(subcommands)
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    options = parser(next(iter(words), "")).parse_args(words)
    try:
        days.lay_beside(options)
        if os.environ.get(VARIABLE):
            decisions()  # a mistake in a folder shows now, not on the day the decision comes into force
        return int(options.run(options) or 0)
    except BadDecision as bad:
        print(f"Chưa dùng được quyết định đặt thêm. Sửa các chỗ sau rồi chạy lại:\n{bad}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (``| head``) went away; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
