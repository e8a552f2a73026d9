"""``sosuckhoe check FILE…``: any official XML file against the edition of its day. No database, no settings.

Text for people; ``--format json`` prints one object per file, one file a line::

    {"file": …, "edition": "2026-1931", "faults": [{"rule", "path", "row", "severity", "message", "source"}]}

Exit code 0: clean (warnings alone are clean, unless ``--strict``), 1: faults, 2: a file could not be used.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sosuckhoe.healthbook import validation

CLEAN, FAULTY, UNUSABLE = 0, 1, 2


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser(
        "check",
        help="kiểm tra tệp XML theo chuẩn của ngày ra viện",
        description="Kiểm tra tệp XML (cả bộ GIAMDINHHS hoặc một bảng) theo chuẩn có hiệu lực vào ngày ra viện.",
    )
    command.add_argument("files", nargs="+", metavar="TỆP", help="tệp XML; dấu - đọc từ đầu vào chuẩn")
    command.add_argument("--format", choices=("text", "json"), default="text", help="dạng kết quả")
    command.add_argument("--strict", action="store_true", help="coi nhắc nhở cũng là lỗi")
    command.add_argument(
        "--as-of",
        type=date.fromisoformat,
        default=None,
        metavar="NĂM-THÁNG-NGÀY",
        help="xét như thể hôm nay là ngày này",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    day = options.as_of or date.today()  # noqa: DTZ011 - the day on the wall of whoever types the command
    worst = CLEAN
    for name, data in _inputs(options.files):
        report = _missing(name) if data is None else validation.check(data, day=day, name=name)
        worst = max(worst, _exit_code(report, strict=options.strict))
        if options.format == "json":
            print(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            print(validation.report_as_text(report))
    return worst


def _inputs(names: list[str]) -> Iterator[tuple[str, bytes | None]]:
    for name in names:
        try:
            yield name, sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError:
            yield name, None


def _missing(name: str) -> validation.FileReport:
    return validation.unusable(
        name,
        code="FILE-NOT-FOUND",
        sentence=f"Không mở được tệp {name}. Kiểm tra tên tệp và quyền đọc rồi chạy lại.",
    )


def _exit_code(report: validation.FileReport, *, strict: bool) -> int:
    if report.unusable:
        return UNUSABLE
    counted = report.faults if strict else [f for f in report.faults if f.severity == "error"]
    return FAULTY if counted else CLEAN
