"""The command ``sosuckhoe``. Each subcommand is a module here that parses, calls one room and prints.

Rooms are imported only when their subcommand runs, so that ``sosuckhoe check`` needs no database and starts
at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from sosuckhoe.healthbook.standard import BadDecision, decisions
from sosuckhoe.healthbook.standard.decision import VARIABLE

from . import (
    catalogue,
    check,
    days,
    demo,
    evidence,
    explain,
    hospital,
    key,
    reconcile,
    restored,
    simulate,
    standard,
    verify,
)

UNUSABLE = 2
"""Exit code where the input could not be used at all."""


def parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(
        prog="sosuckhoe",
        description="Sổ sức khỏe điện tử, phía bệnh viện: kiểm tra, ký, gửi, chứng minh.",
    )
    subcommands = command.add_subparsers(dest="subcommand", metavar="LỆNH", required=True)
    for module in (
        check,
        explain,
        standard,
        verify,
        hospital,
        catalogue,
        key,
        evidence,
        reconcile,
        restored,
        simulate,
        demo,
    ):
        module.add_to(subcommands)
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code."""
    options = parser().parse_args(arguments)
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
