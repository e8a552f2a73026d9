"""``sosuckhoe backup|restore``: a checked copy of the database and the home while all work goes on, and putting it back."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .starting import UNUSABLE, operator, start, start_as_it_is

if TYPE_CHECKING:
    from sosuckhoe.hospital.delivery.backups.form import Manifest

FAILED = 1


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    taking = subcommands.add_parser(
        "backup", help="sao lưu trong lúc mọi việc vẫn chạy, rồi kiểm tra bản sao"
    )
    taking.add_argument("folder", type=Path, metavar="THƯ_MỤC", help="nơi chứa các bản sao; phải có sẵn")
    taking.add_argument(
        "--keep", type=_number, default=7, metavar="SỐ", help="giữ bao nhiêu bản gần nhất; mặc định 7"
    )
    taking.add_argument("--format", choices=("text", "json"), default="text")
    taking.set_defaults(run=run_backup)

    restoring = subcommands.add_parser("restore", help="khôi phục từ một bản sao vào thư mục nhà còn trống")
    restoring.add_argument("folder", type=Path, metavar="BẢN_SAO", help="thư mục sosuckhoe-NGÀY-GIỜ")
    restoring.add_argument("--check", action="store_true", help="chỉ kiểm tra bản sao, không khôi phục")
    restoring.add_argument(
        "--journal",
        type=Path,
        default=None,
        metavar="TỆP",
        help="sổ ngoài receipts.jsonl mới hơn, cất ở nơi khác",
    )
    restoring.set_defaults(run=run_restore)


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("phải là số từ 1 trở lên")
    return int(text)


def run_backup(options: argparse.Namespace) -> int:
    start_as_it_is(expects_database=True)
    from sosuckhoe.hospital.delivery.backups.problems import BackupProblem, Unusable
    from sosuckhoe.hospital.delivery.backups.taking import take

    try:
        taken = take(options.folder, keep=options.keep)
    except BackupProblem as problem:
        print(problem, file=sys.stderr)
        return UNUSABLE if isinstance(problem, Unusable) else FAILED
    if options.format == "json":
        facts = {
            "copy": str(taken.folder),
            "taken_at": taken.manifest.taken_at.isoformat(),
            "bytes": taken.manifest.size,
            "seconds": round(taken.seconds, 1),
            "removed": [str(each) for each in taken.removed],
            "same_disk": taken.same_disk,
        }
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return 0
    print(f"Đã sao lưu và kiểm tra xong: {taken.folder}")
    print(_contents(taken.manifest))
    print(
        "Không có trong bản sao: khóa ký (keys), mật khẩu (secrets). Cất riêng, xem docs/how-to/sao-luu.md."
    )
    for each in taken.removed:
        print(f"Đã bỏ bản cũ: {each}")
    if taken.same_disk:
        print("Lưu ý: bản sao nằm cùng ổ đĩa với dữ liệu; hỏng ổ là mất cả hai.", file=sys.stderr)
    return 0


def _contents(manifest: "Manifest") -> str:
    from django.utils import timezone

    rows, megabytes = manifest.inside.counts, f"{manifest.size / 10**6:.1f}".replace(".", ",")
    return (
        f"  dữ liệu đến {timezone.localtime(manifest.taken_at):%H:%M:%S %d/%m/%Y}; {rows.get('visits_visit', 0)} đợt khám, "
        f"{rows.get('delivery_receipt', 0)} biên nhận, nhật ký {manifest.inside.journal_ends[0]} dòng nguyên vẹn; "
        f"{len(manifest.files)} tệp, {megabytes} MB"
    )


def run_restore(options: argparse.Namespace) -> int:
    start_as_it_is()
    from sosuckhoe.hospital.delivery.backups.form import Newer
    from sosuckhoe.hospital.delivery.backups.problems import BackupProblem, Unusable
    from sosuckhoe.hospital.delivery.backups.putting_back import check_copy, restore, trouble_with_keys

    try:
        if options.check:
            print(f"Bản sao còn tốt: {options.folder}\n{_contents(check_copy(options.folder))}")
            return 0
        put_back = restore(options.folder, by=operator(), journal=options.journal)
    except BackupProblem as problem:
        print(problem, file=sys.stderr)
        return UNUSABLE if isinstance(problem, Unusable | Newer) else FAILED
    start()
    print(f"Đã khôi phục từ {options.folder}\n{_contents(put_back.manifest)}")
    print(_JOURNALS[put_back.journal])
    for each in trouble_with_keys():
        print(f"Khóa và mật khẩu: {each}")
    print("ĐANG GIỮ: không ký, không gửi cho đến khi đối chiếu. Tiếp theo: sosuckhoe restored")
    return 0


_JOURNALS = {
    "kept": "Sổ ngoài: giữ sổ đang có ở thư mục nhà.",
    "given": "Sổ ngoài: dùng sổ được chỉ ra.",
    "copy": "Sổ ngoài: lấy từ bản sao, nên không biết những gì đã gửi sau lúc sao. Khi đối chiếu, thêm --journal-lost.",
    "none": "Sổ ngoài: bản sao không có sổ nào.",
}
