"""``sosuckhoe reconcile``: closed = signed = sent = received = without findings, every gap with its cause.

Run it every night; it notes outages that the stored calls show and leaves one line in the journal.
"""

import argparse
import getpass
import json
import sys
from datetime import date

GAPS, UNUSABLE = 1, 2
DAYS = 7


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser(
        "reconcile", help="đối chiếu: kết thúc = ký = gửi = tiếp nhận = không lỗi"
    )
    command.add_argument(
        "--from", dest="first", type=_day, default=None, metavar="NGÀY", help="ví dụ 2026-11-01"
    )
    command.add_argument(
        "--to", dest="last", type=_day, default=None, metavar="NGÀY", help="mặc định hôm nay"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(run=run)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("ngày viết như 2026-11-23") from None


def run(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.config.start import prepare, setup_django

    setup_django()
    prepare()
    from sosuckhoe.hospital.delivery.watching.gap_causes import CAUSES
    from sosuckhoe.hospital.delivery.watching.reconciling_run import last_days, reconcile_now

    first, last = last_days(DAYS)
    first, last = options.first or min(first, options.last or first), options.last or last
    if first > last:
        print("Ngày đầu phải trước ngày cuối.", file=sys.stderr)
        return UNUSABLE
    result = reconcile_now(first, last, by=f"cli:{getpass.getuser()}")
    if options.format == "json":
        print(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        return GAPS if result.gaps else 0
    print(f"Đối chiếu từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}")
    for line in result.lines:
        print(f"  {line.sentence}")
    for code, gaps in result.by_cause.items():
        cause = CAUSES[code]
        print(
            f"{len(gaps)} {cause.name} [{code}], cũ nhất {gaps[0].since.astimezone():%H:%M %d/%m/%Y}: {cause.next_step}"
        )
    late, today = result.late(), result.late_today()
    print(f"Quá hạn: {len(late)}. Đến hạn trong hôm nay: {len(today)}.")
    if not result.gaps:
        print("Không có chỗ lệch nào.")
    return GAPS if result.gaps else 0
