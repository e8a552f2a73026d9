"""``sosuckhoe standard xsd TABLE``: the XML Schema of a table, for tools that speak XSD."""

import argparse
import sys
from datetime import date
from pathlib import Path

from sosuckhoe.healthbook.standard import NoEdition, edition_on

from . import days

UNUSABLE = 2


def add_to(topics: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = topics.add_parser("xsd", help="lược đồ XSD của một bảng, suy ra từ chuẩn")
    command.add_argument("table", metavar="BẢNG", help="ví dụ XML1")
    command.add_argument(
        "--as-of",
        type=days.day,
        default=None,
        metavar="NĂM-THÁNG-NGÀY",
        help="theo chuẩn và danh mục của ngày ra viện này, tính cả văn bản mới công bố (mặc định: hôm nay)",
    )
    command.add_argument(
        "--insured", action="store_true", help="đòi cả các chỉ tiêu chỉ đợt khám BHYT phải có"
    )
    command.add_argument(
        "--to", type=Path, default=None, metavar="TỆP.xsd", help="ghi ra tệp thay vì màn hình"
    )
    days.add_decisions(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from sosuckhoe.healthbook.validation.xsd import xsd

    day = options.as_of or date.today()  # noqa: DTZ011 - the day on the wall of whoever types the command
    try:
        schema = xsd(
            edition_on(day, expected=options.as_of is not None), options.table, day, insured=options.insured
        )
    except (KeyError, NoEdition):
        print(
            f"Chuẩn của ngày {day:%d/%m/%Y} không có bảng {options.table}. Gõ tên bảng như XML1.",
            file=sys.stderr,
        )
        return UNUSABLE
    if options.to is None:
        sys.stdout.write(schema.decode())
        return 0
    try:
        options.to.write_bytes(schema)
    except OSError:
        print(f"Không ghi được {options.to}. Kiểm tra thư mục và quyền ghi rồi chạy lại.", file=sys.stderr)
        return UNUSABLE
    print(f"Đã ghi lược đồ bảng {options.table} vào {options.to}.")
    return 0
