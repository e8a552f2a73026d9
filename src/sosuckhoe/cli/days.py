"""Days as they are typed, and the decisions a command is told of beside ours."""

import argparse
import os
from datetime import date

from sosuckhoe.healthbook.standard.decision import VARIABLE


def day(text: str) -> date:
    """A day as typed: 2026-09-01, or 01/09/2026 as people write it."""
    parts = text.split("/")
    try:
        return date.fromisoformat("-".join(reversed(parts)) if len(parts) == 3 else text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"“{text}” không phải ngày có thật; ghi năm-tháng-ngày, ví dụ 2026-09-01"
        ) from None


def add_decisions(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--decisions",
        metavar="THƯ_MỤC",
        default=None,
        help=f"tính cả các quyết định trong thư mục này (hoặc đặt biến {VARIABLE})",
    )


def lay_beside(options: argparse.Namespace) -> None:
    """Make the decisions of ``--decisions`` known to this process and those it starts."""
    named = getattr(options, "decisions", None)
    if named:
        os.environ[VARIABLE] = os.pathsep.join(filter(None, (os.environ.get(VARIABLE), named)))
