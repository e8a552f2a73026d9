"""``sosuckhoe import|deliver|serve|report|staff``: the hospital's program on this machine.

Data live in the folder SOSUCKHOE_HOME (default ``var/hospital``), in the embedded database or in the PostgreSQL
named by SOSUCKHOE_DATABASE. Each command brings the database to the newest form before it starts.
"""

import argparse
import getpass
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from .starting import UNUSABLE, operator, start

HELD = 1
ON_HOLD = "Đang giữ: cơ sở dữ liệu đã khôi phục từ bản cũ, nên không ký và không gửi. Xem: sosuckhoe restored"


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    taking = subcommands.add_parser("import", help="nhận hồ sơ XML từ tệp hoặc thư mục")
    taking.add_argument("paths", nargs="+", type=Path, metavar="TỆP|THƯ_MỤC")
    taking.add_argument("--reason", default="", metavar="LÝ_DO", help="lý do, khi tệp sửa hồ sơ đã nhận")
    taking.set_defaults(run=run_import)

    delivering = subcommands.add_parser("deliver", help="ký, gửi, nhận biên nhận; trông thư mục chờ")
    delivering.add_argument("--once", action="store_true", help="làm hết việc đang chờ rồi thoát")
    delivering.add_argument("--parallel", type=int, default=2, metavar="SỐ", help="số hồ sơ gửi cùng lúc")
    delivering.add_argument("--no-drop-folder", action="store_true", help="không trông thư mục chờ")
    delivering.set_defaults(run=run_deliver)

    serving = subcommands.add_parser("serve", help="mở trang làm việc cho nhân viên")
    serving.add_argument("--port", type=int, default=8000)
    serving.add_argument("--bind", default="127.0.0.1", metavar="ĐỊA_CHỈ", help="địa chỉ mạng của máy này")
    serving.add_argument("--workers", type=int, default=1, metavar="SỐ", help="số tiến trình phục vụ")
    serving.add_argument("--deliver", action="store_true", help="ký và gửi luôn trên máy này")
    serving.set_defaults(run=run_serve)

    reporting = subcommands.add_parser("report", help="báo cáo")
    reports = reporting.add_subparsers(dest="report", metavar="BÁO_CÁO", required=True)
    six_month = reports.add_parser("six-month", help="báo cáo 6 tháng về Sổ sức khỏe điện tử")
    six_month.add_argument("--year", type=int, default=None, metavar="NĂM")
    six_month.add_argument("--half", type=int, choices=(1, 2), default=None, help="nửa đầu hay nửa cuối năm")
    six_month.add_argument(
        "--facility", default="", metavar="MÃ", help="mã cơ sở 5 ký tự; mặc định mọi cơ sở"
    )
    six_month.add_argument("--format", choices=("text", "json"), default="text")
    six_month.set_defaults(run=run_six_month)

    people = subcommands.add_parser("staff", help="tài khoản nhân viên")
    deeds = people.add_subparsers(dest="deed", metavar="VIỆC", required=True)
    adding = deeds.add_parser("add", help="thêm tài khoản, ví dụ người quản trị đầu tiên")
    adding.add_argument("username", metavar="TÊN_ĐĂNG_NHẬP")
    adding.add_argument("--name", default="", metavar="HỌ_TÊN")
    adding.add_argument("--role", action="append", required=True, metavar="VAI_TRÒ")
    adding.add_argument("--password-file", type=Path, default=None, metavar="TỆP", help="đọc mật khẩu từ tệp")
    adding.set_defaults(run=run_add_person)


def run_import(options: argparse.Namespace) -> int:
    start()
    from sosuckhoe.hospital.delivery.drop_folder import Passed, take_folder
    from sosuckhoe.hospital.delivery.source_files import readable

    counts: Counter[str] = Counter()

    def tell(passed: Passed) -> None:
        taken = passed.taken
        if taken is None:
            counts["không đọc được"] += 1
            print(f"{readable(str(passed.path))}: {passed.problem}")
        else:
            counts[_OUTCOMES[taken.outcome] + (", tạm giữ" if taken.held else "")] += 1
            if taken.held or taken.outcome in ("refused", "needs-reason"):
                print(f"{readable(str(passed.path))}: {taken.sentence} [{taken.code}]")

    for path in options.paths:
        if not path.exists():
            counts["không đọc được"] += 1
            print(f"{readable(str(path))}: không có tệp hoặc thư mục này. Kiểm tra tên rồi chạy lại.")
            continue
        take_folder(path, by=operator(), reason=options.reason, each=tell)
    print("; ".join(f"{word}: {count}" for word, count in sorted(counts.items())) or "Không có tệp XML nào.")
    bad = ("không đọc được", _OUTCOMES["refused"], _OUTCOMES["needs-reason"])
    return UNUSABLE if any(counts[word] for word in bad) else 0


_OUTCOMES = {
    "taken": "đã nhận",
    "repeat": "đã nhận trước đó",
    "refused": "không nhận",
    "needs-reason": "cần lý do sửa",
}


def run_deliver(options: argparse.Namespace) -> int:
    start()
    from django.utils import timezone

    from sosuckhoe.hospital.config.start import Upgraded
    from sosuckhoe.hospital.delivery.deliver import deliver
    from sosuckhoe.hospital.delivery.practice import stop_practice
    from sosuckhoe.hospital.delivery.restoring.hold import on_hold
    from sosuckhoe.hospital.delivery.saving import NEXT_STEP, cannot_save

    if on_hold():
        print(ON_HOLD, file=sys.stderr)
        if options.once:
            return HELD
    if why := cannot_save():
        print(f"{why} {NEXT_STEP}", file=sys.stderr)
        if options.once:
            return HELD
    stopped = () if why else stop_practice(timezone.now())
    for destination in stopped:
        print(f"Không gửi đến {destination.name}: {destination.paused_why}", file=sys.stderr)
    deliver(
        until_idle=options.once,
        parallel=options.parallel,
        watch_drop=not options.no_drop_folder,
        why_stop=Upgraded().why_stop,
    )
    return HELD if stopped and options.once else 0


def run_serve(options: argparse.Namespace) -> int:
    start()
    from sosuckhoe.hospital.config.serve import serve

    sender = subprocess.Popen([sys.executable, "-m", "sosuckhoe", "deliver"]) if options.deliver else None
    process = os.getpid()

    def stop_sender() -> None:
        # The server forks: only the process that started the sender may stop it.
        if sender and os.getpid() == process:
            sender.send_signal(signal.SIGUSR1)

    try:
        serve(options.port, options.bind, workers=options.workers, on_stop=stop_sender)
    finally:
        stop_sender()
        if sender and os.getpid() == process:
            sender.wait()
    return 0


def run_six_month(options: argparse.Namespace) -> int:
    start()
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.reports.six_month import Period, six_month_report
    from sosuckhoe.hospital.delivery.reports.telling import as_json, as_text
    from sosuckhoe.hospital.staff.models import Facility

    now = timezone.now()
    today = timezone.localdate(now)
    year = options.year or today.year
    half = options.half or (1 if today.month <= 6 else 2)
    facilities = Facility.objects.all()
    if options.facility:
        facilities = facilities.filter(codes__code=options.facility, codes__until=None)
    if not facilities:
        print(
            "Chưa khai cơ sở khám chữa bệnh nào, hoặc không có mã này. Khai ở trang Quản trị.",
            file=sys.stderr,
        )
        return UNUSABLE
    for facility in facilities:
        report = six_month_report(facility=facility, period=Period.half_year(year, half), at=now)
        if options.format == "json":
            print(json.dumps(as_json(report), ensure_ascii=False))
        else:
            print(as_text(report))
    return 0


def run_add_person(options: argparse.Namespace) -> int:
    start()
    from django.core.exceptions import ValidationError

    from sosuckhoe.hospital.staff.actions import UnknownRole, UsernameTaken, add_person

    password = (
        options.password_file.read_text().strip()
        if options.password_file
        else getpass.getpass("Mật khẩu tạm (người dùng sẽ đổi khi đăng nhập lần đầu): ")
    )
    try:
        add_person(
            by=operator(),
            username=options.username,
            full_name=options.name or options.username,
            roles=options.role,
            password=password,
        )
    except (UsernameTaken, UnknownRole) as problem:
        print(problem, file=sys.stderr)
        return 1
    except ValidationError as problem:
        print(" ".join(problem.messages), file=sys.stderr)
        return 1
    print(f"Đã thêm tài khoản {options.username}.")
    return 0
