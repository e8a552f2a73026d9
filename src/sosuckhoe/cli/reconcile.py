"""``sosuckhoe reconcile``: closed = signed = sent = received = without findings, every gap with its cause.

Run it every night; it notes outages that the stored calls show and leaves one line in the journal. Without a period it
also tells of older visits that still have work; with one, of that period alone.
"""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from .days import day
from .starting import UNUSABLE, operator, start

if TYPE_CHECKING:
    from sosuckhoe.hospital.delivery.watching.reconciling import Reconciliation

GAPS = 1
DAYS = 7


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser(
        "reconcile", help="đối chiếu: kết thúc = ký = gửi = tiếp nhận = không lỗi"
    )
    command.add_argument(
        "--from",
        dest="first",
        type=day,
        default=None,
        metavar="NGÀY",
        help="ví dụ 2026-11-01; mặc định 7 ngày qua và mọi đợt cũ hơn còn việc",
    )
    command.add_argument("--to", dest="last", type=day, default=None, metavar="NGÀY", help="mặc định hôm nay")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    start()
    from sosuckhoe.hospital.delivery.watching.reconciling_run import last_days, reconcile_now

    first, last = last_days(DAYS)
    first, last = options.first or min(first, options.last or first), options.last or last
    if first > last:
        print("Ngày đầu phải trước ngày cuối.", file=sys.stderr)
        return UNUSABLE
    result = reconcile_now(first, last, by=operator(), older=options.first is None and options.last is None)
    if options.format == "json":
        print(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        return 0 if result.complete else GAPS
    print(f"Đối chiếu từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}")
    _print(result)
    if result.health_checks:
        print("Khám sức khỏe:")
        _print(result.health_checks)
    if result.check_ins:
        print("Báo vào khám (chỉ để biết):")
        _print(result.check_ins)
    if result.complete:
        print("Không có chỗ lệch nào.")
    return 0 if result.complete else GAPS


def _print(result: "Reconciliation") -> None:
    for line in result.lines:
        print(f"  {line.sentence}")
    _print_causes(result)
    if result.older:
        print(
            f"Cũ hơn còn việc, trước {result.first:%d/%m/%Y}, chưa tính ở trên: {len(result.older.stories)}"
        )
        _print_causes(result.older)
    print(f"Quá hạn: {len(result.late())}. Đến hạn trong hôm nay: {len(result.late_today())}.")


def _print_causes(result: "Reconciliation") -> None:
    for code, gaps in result.by_cause.items():
        cause = result.names.causes[code]
        print(
            f"{len(gaps)} {cause.name} [{code}], cũ nhất {gaps[0].since.astimezone():%H:%M %d/%m/%Y}: {cause.next_step}"
        )
