"""``sosuckhoe verify FILE``: is this signed file whole, and whose signature is it? Offline, with no settings.

Exit code 0: passed; 1: failed; 2: it cannot be told (for instance, no authority to trust was named) or the
file could not be read.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from sosuckhoe.healthbook import signing

UNUSABLE = 2


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser("verify", help="kiểm tra chữ ký số của tệp, không cần mạng")
    command.add_argument("files", nargs="+", type=Path, metavar="TỆP", help="tệp XML đã ký")
    command.add_argument(
        "--ca",
        type=Path,
        action="append",
        default=[],
        metavar="TỆP.pem",
        help="chứng thư của nơi cấp được tin cậy",
    )
    command.add_argument(
        "--at",
        type=_moment,
        default=None,
        metavar="THỜI_ĐIỂM",
        help="xét chứng thư vào thời điểm này, ví dụ 2026-11-15T07:05:00+07:00 (mặc định: bây giờ)",
    )
    command.add_argument("--format", choices=("text", "json"), default="text", help="dạng kết quả")
    command.set_defaults(run=run)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.astimezone()


def run(options: argparse.Namespace) -> int:
    try:
        trusted = [ca for path in options.ca for ca in x509.load_pem_x509_certificates(path.read_bytes())]
    except (OSError, ValueError):
        print("Không đọc được chứng thư của nơi cấp. Tệp phải ở dạng PEM.", file=sys.stderr)
        return UNUSABLE
    worst = 0
    for path in options.files:
        try:
            document = path.read_bytes()
        except OSError:
            print(f"Không mở được tệp {path}. Kiểm tra tên tệp và quyền đọc rồi chạy lại.", file=sys.stderr)
            worst = UNUSABLE
            continue
        verdict = signing.verify(document, at=options.at or datetime.now(UTC), trusted=trusted or None)
        worst = max(worst, signing.EXIT_CODES[verdict.outcome])
        if options.format == "json":
            print(json.dumps({"file": str(path), **signing.as_json(verdict)}, ensure_ascii=False))
        else:
            print(f"{path}\n{signing.report(verdict)}\n")
    return worst
