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
        results = [_missing(name)] if data is None else validation.check(data, day=day, name=name)
        worst = max(worst, _exit_code(results, strict=options.strict))
        if options.format == "json":
            print(json.dumps(validation.as_json(results), ensure_ascii=False))
        else:
            print(_as_text(name, results))
    return worst


def _as_text(name: str, results: list[validation.Checked]) -> str:
    blocks = []
    for result in results:
        errors = sum(fault.severity == "error" for fault in result.faults)
        counts = f"{errors} lỗi, {len(result.faults) - errors} nhắc nhở" if result.faults else "không có lỗi"
        if not result.usable:
            counts = "không dùng được"
        visit = f", đợt khám {result.visit_code}" if result.visit_code else ""
        edition = f", chuẩn {result.edition}" if result.edition else ""
        blocks.append(f"{name}{visit}{edition}: {counts}")
        if result.faults:
            blocks.append(validation.faults_as_text(result.faults))
    return "\n".join(blocks)


def _inputs(names: list[str]) -> Iterator[tuple[str, bytes | None]]:
    for name in names:
        try:
            yield name, sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError:
            yield name, None


def _missing(name: str) -> validation.Checked:
    sentence = f"Không mở được tệp {name}. Kiểm tra tên tệp và quyền đọc rồi chạy lại."
    fault = validation.Fault("FILE-NOT-FOUND", "FILE", None, "error", sentence, "Máy này", owner="it")
    return validation.Checked(name, faults=[fault], usable=False)


def _exit_code(results: list[validation.Checked], *, strict: bool) -> int:
    if not all(result.usable for result in results):
        return UNUSABLE
    if any(result.has_errors or (strict and result.faults) for result in results):
        return FAULTY
    return CLEAN
