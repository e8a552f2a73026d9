"""``sosuckhoe evidence MA_LK``: the container of evidence of what was sent, for ``sosuckhoe verify`` or any machine with
Python: of a record; of a check-in (``--check-in arrival|admission``); of a health check (``--health-check``). It holds
what was sent; the file is readable by its owner only, and the journal says who took it.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .starting import UNUSABLE, operator, start

if TYPE_CHECKING:
    from sosuckhoe.hospital.delivery.evidence import Subject


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser(
        "evidence", help="xuất gói bằng chứng đã ký, đã gửi của hồ sơ, báo vào khám hay phiếu khám sức khỏe"
    )
    command.add_argument("visit_code", metavar="MA_LK")
    kinds = command.add_mutually_exclusive_group()
    kinds.add_argument(
        "--check-in",
        choices=("arrival", "admission"),
        default="",
        help="của lần báo vào khám: arrival là vào khám, admission là vào điều trị",
    )
    kinds.add_argument(
        "--health-check", action="store_true", help="của phiếu khám sức khỏe gửi lên trục Bộ Y tế"
    )
    command.add_argument(
        "--number", type=int, default=0, metavar="BẢN", help="bản hồ sơ; mặc định bản mới nhất"
    )
    command.add_argument("--facility", default="", metavar="MÃ", help="mã cơ sở, nếu trùng MA_LK")
    command.add_argument("--folder", type=Path, default=Path(), metavar="THƯ_MỤC", help="nơi ghi tệp")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    start()
    from sosuckhoe.hospital.delivery.evidence import take_evidence

    found = _found(options)
    if not found:
        what = "đợt khám" if not (options.check_in or options.health_check) else "lần báo hay phiếu"
        print(f"Không có {what} hoặc bản này. Kiểm tra mã rồi chạy lại.", file=sys.stderr)
        return UNUSABLE
    if len({facility for facility, _ in found}) > 1:
        print("Mã này có ở nhiều cơ sở. Nêu thêm --facility MÃ.", file=sys.stderr)
        return UNUSABLE
    name, data = take_evidence(by=operator(), subject=found[-1][1])
    target = options.folder / name
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(data)
    except OSError:
        print(f"Không ghi được {target}.", file=sys.stderr)
        return UNUSABLE
    print(target)
    return 0


def _found(options: argparse.Namespace) -> "Sequence[tuple[int, Subject]]":
    """What fits, by the facility it belongs to; the newest last."""
    from sosuckhoe.hospital.visits.models import CheckIn, HealthCheck, RecordVersion

    code, number = options.visit_code, {"number": options.number} if options.number else {}
    here = {"facility_code": options.facility} if options.facility else {}
    if options.check_in:
        told = CheckIn.objects.filter(visit_code=code, stage=options.check_in, **number, **here)
        return [(one.facility_id, one) for one in told.select_related("facility").order_by("number")]
    if options.health_check:
        checks = HealthCheck.objects.filter(code=code, **number, **here)
        return [(one.facility_id, one) for one in checks.select_related("facility").order_by("number")]
    here = {f"visit__{name}": value for name, value in here.items()}
    versions = RecordVersion.objects.filter(visit__visit_code=code, **number, **here)
    return [
        (one.visit.facility_id, one) for one in versions.select_related("visit__facility").order_by("number")
    ]
