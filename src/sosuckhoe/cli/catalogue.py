"""``sosuckhoe catalogue import KIND FILE``: load a list from Excel or CSV, after seeing what it would change.

Exit code 0: shown, or loaded; 1: it needs to be confirmed; 2: the file cannot be used, and the list in use stays.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .days import day
from .starting import UNUSABLE, operator, start

if TYPE_CHECKING:
    from sosuckhoe.hospital.staff.models import Facility
    from sosuckhoe.hospital.visits.catalogues import Change, Plan

SHOWN = 10
"""Changes of each sort shown on the screen."""


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser("catalogue", help="danh mục của bệnh viện: nhập, xem")
    deeds = command.add_subparsers(dest="deed", metavar="VIỆC", required=True)

    loading = deeds.add_parser("import", help="xem một tệp sẽ đổi gì; thêm --apply để nhập")
    loading.add_argument("kind", metavar="LOẠI", help="ví dụ medicines, services, icd10; xem: catalogue list")
    loading.add_argument("file", type=Path, metavar="TỆP", help="Excel (.xlsx) hoặc CSV UTF-8")
    loading.add_argument("--since", type=day, required=True, metavar="NĂM-THÁNG-NGÀY",
                         help="ngày thay đổi có hiệu lực")  # fmt: skip
    loading.add_argument("--source", default="", metavar="NGUỒN", help="văn bản và phụ lục, hoặc mẫu")
    loading.add_argument("--facility", default="", metavar="MÃ", help="mã cơ sở 5 ký tự, khi có nhiều cơ sở")
    loading.add_argument("--apply", action="store_true", help="nhập; không có thì chỉ xem")
    loading.add_argument(
        "--confirm-shorter", action="store_true", help="xác nhận tệp ngắn hơn hẳn danh mục đang dùng là đúng"
    )
    loading.add_argument("--format", choices=("text", "json"), default="text", help="dạng kết quả")
    loading.set_defaults(run=run_import)

    listing = deeds.add_parser("list", help="các loại danh mục và lần nhập gần nhất")
    listing.add_argument("--facility", default="", metavar="MÃ", help="mã cơ sở 5 ký tự, khi có nhiều cơ sở")
    listing.set_defaults(run=run_list)


def run_import(options: argparse.Namespace) -> int:
    start()
    from django.utils import timezone

    from sosuckhoe.hospital.visits.catalogue_files import UnusableFile
    from sosuckhoe.hospital.visits.catalogue_kinds import KINDS
    from sosuckhoe.hospital.visits.catalogues import NeedsConfirmation, Stale, load, preview

    facility = _facility(options.facility)
    if facility is None:
        return UNUSABLE
    if options.kind not in KINDS:
        return _say(f"Không có loại danh mục {options.kind}. Các loại: {', '.join(KINDS)}.")
    try:
        data = options.file.read_bytes()
    except OSError:
        return _say(f"Không mở được tệp {options.file}. Kiểm tra tên tệp và quyền đọc rồi chạy lại.")
    try:
        plan = preview(
            kind=options.kind, name=options.file.name, data=data, facility=facility, since=options.since
        )
    except UnusableFile as problem:
        return _say(f"{problem} Danh mục đang dùng giữ nguyên.")
    done = False
    if options.apply:
        try:
            source = options.source or KINDS[options.kind].source
            done = load(plan=plan, source=source, by=operator(), at=timezone.now(),
                        confirmed=options.confirm_shorter) is not None  # fmt: skip
        except NeedsConfirmation as problem:
            print(
                f"{problem} Thêm --confirm-shorter để xác nhận. Danh mục đang dùng giữ nguyên.",
                file=sys.stderr,
            )
            return 1
        except Stale as problem:
            print(problem, file=sys.stderr)
            return 1
    if options.format == "json":
        print(json.dumps({**_as_json(plan), "loaded": done}, ensure_ascii=False))
    else:
        print(_as_text(plan))
        if done:
            print("Đã nhập.")
        elif not plan.changes_nothing:
            print("Chưa đổi gì. Thêm --apply để nhập.")
    return 0


def run_list(options: argparse.Namespace) -> int:
    start()
    from sosuckhoe.hospital.visits.catalogue_kinds import KINDS
    from sosuckhoe.hospital.visits.models import CatalogueImport

    facility = _facility(options.facility)
    if facility is None:
        return UNUSABLE
    for kind, facts in KINDS.items():
        last = CatalogueImport.objects.filter(facility=facility, kind=kind).first()
        said = (
            f"nhập {last.at:%d/%m/%Y}, hiệu lực {last.since:%d/%m/%Y}, {last.source}" if last else "chưa nhập"
        )
        print(f"{kind:<22}{facts.title:<40}{said}")
    return 0


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return UNUSABLE


def _facility(code: str) -> "Facility | None":
    from sosuckhoe.hospital.staff.models import Facility

    found = Facility.objects.all()
    if code:
        found = found.filter(codes__code=code, codes__until=None)
    if len(found) == 1:
        return found[0]
    if found:
        _say("Có nhiều cơ sở. Thêm --facility và mã cơ sở 5 ký tự.")
    else:
        _say("Chưa khai cơ sở khám chữa bệnh nào, hoặc không có mã này. Khai ở trang Quản trị.")
    return None


def _as_text(plan: "Plan") -> str:
    from sosuckhoe.hospital.visits.catalogue_kinds import KINDS

    lines = [
        f"{KINDS[plan.kind].title}: tệp {plan.file_name} có {plan.rows} dòng, đang dùng {plan.current} dòng.",
        f"  Thêm {len(plan.added)}, đổi {len(plan.changed)}, hết hiệu lực {len(plan.closed)}, giữ nguyên {plan.unchanged}.",
    ]
    lines += [f"  {remark}" for remark in (*plan.remarks, plan.warning) if remark]
    if plan.left_out:
        lines.append(f"  Cột không dùng đến: {', '.join(plan.left_out)}.")
    for title, changes in (("Thêm", plan.added), ("Đổi", plan.changed), ("Hết hiệu lực", plan.closed)):
        lines += [f"  {title}: {_told(plan.kind, change)}" for change in changes[:SHOWN]]
        if len(changes) > SHOWN:
            lines.append(f"  {title}: và {len(changes) - SHOWN} dòng khác")
    return "\n".join(lines)


def _told(kind: str, change: "Change") -> str:
    from sosuckhoe.hospital.visits.catalogue_kinds import KINDS

    values = change.after or (change.before.values if change.before else {})
    name = next((values[column] for column in values if column.startswith("TEN")), "")
    told = f"{values[KINDS[kind].code]} {name}".strip()
    if change.before and change.after:
        old = change.before.values
        told += ": " + "; ".join(
            f"{column} “{old.get(column, '')}” thành “{change.after.get(column, '')}”"
            for column in change.code_columns
        )
    days = [f"từ {change.since:%d/%m/%Y}" if change.since else "", f"dòng cũ đến {change.until:%d/%m/%Y}" if change.until else ""]  # fmt: skip
    return f"{told} ({', '.join(day for day in days if day)})"


def _as_json(plan: "Plan") -> dict[str, Any]:
    return {
        "kind": plan.kind,
        "file": plan.file_name,
        "since": plan.since.isoformat(),
        "rows": plan.rows,
        "current": plan.current,
        "added": len(plan.added),
        "changed": len(plan.changed),
        "closed": len(plan.closed),
        "unchanged": plan.unchanged,
        "remarks": list(plan.remarks),
        "warning": plan.warning,
        "left_out": list(plan.left_out),
    }
