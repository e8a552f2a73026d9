"""``sosuckhoe evidence MA_LK``: the container of evidence of a sent record, for ``sosuckhoe verify`` or any machine with
Python. It holds the record itself; the file is readable by its owner only, and the journal says who took it.
"""

import argparse
import os
import sys
from pathlib import Path

from .hospital import UNUSABLE, _operator, _start


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser("evidence", help="xuất gói bằng chứng đã ký, đã gửi của một đợt khám")
    command.add_argument("visit_code", metavar="MA_LK")
    command.add_argument(
        "--number", type=int, default=0, metavar="BẢN", help="bản hồ sơ; mặc định bản mới nhất"
    )
    command.add_argument("--facility", default="", metavar="MÃ", help="mã cơ sở, nếu trùng MA_LK")
    command.add_argument("--folder", type=Path, default=Path(), metavar="THƯ_MỤC", help="nơi ghi tệp")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    _start()
    from sosuckhoe.hospital.delivery.evidence import take_evidence
    from sosuckhoe.hospital.visits.models import RecordVersion

    found = RecordVersion.objects.select_related("visit__facility").filter(
        visit__visit_code=options.visit_code
    )
    if options.facility:
        found = found.filter(visit__facility_code=options.facility)
    if options.number:
        found = found.filter(number=options.number)
    versions = list(found.order_by("number"))
    if not versions:
        print("Không có đợt khám hoặc bản hồ sơ này. Kiểm tra MA_LK rồi chạy lại.", file=sys.stderr)
        return UNUSABLE
    if len({version.visit_id for version in versions}) > 1:
        print("MA_LK này có ở nhiều cơ sở. Nêu thêm --facility MÃ.", file=sys.stderr)
        return UNUSABLE
    name, data = take_evidence(by=_operator(), version=versions[-1])
    target = options.folder / name
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(data)
    except OSError:
        print(f"Không ghi được {target}.", file=sys.stderr)
        return UNUSABLE
    print(target)
    return 0
