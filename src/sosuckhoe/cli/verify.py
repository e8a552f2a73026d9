"""``sosuckhoe verify FILE``: is this signed file whole, and whose signature is it? Offline, with no settings.

A container of evidence is recognised too: every line of its verdict is printed, its signatures judged by the strict
verifier as of the moment of signing.

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
from sosuckhoe.healthbook.signing import verify_evidence
from sosuckhoe.healthbook.signing.judges import document_judge, status_judge

FAILED, UNUSABLE = 1, 2


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser("verify", help="kiểm tra tệp đã ký hoặc gói bằng chứng, không cần mạng")
    command.add_argument(
        "files", nargs="+", type=Path, metavar="TỆP", help="tệp XML đã ký hoặc gói bằng chứng .zip"
    )
    command.add_argument(
        "--ca",
        type=Path,
        action="append",
        default=[],
        metavar="TỆP.pem",
        help="chứng thư của nơi cấp được tin cậy",
    )
    command.add_argument(
        "--registered",
        action="append",
        default=[],
        metavar="SHA256",
        help="mã băm của chứng thư đã đăng ký cho cơ sở",
    )
    command.add_argument(
        "--hub-key",
        type=Path,
        action="append",
        default=[],
        metavar="TỆP.pem",
        help="khóa công khai đã đăng ký với trục Bộ Y tế, cho gói của phiếu khám sức khỏe",
    )
    command.add_argument(
        "--at",
        default=None,
        metavar="THỜI_ĐIỂM",
        help="xét chứng thư vào thời điểm này, ví dụ 2026-11-15T07:05:00+07:00, hoặc 15/11/2026 là hết ngày đó (mặc định: bây giờ; gói bằng chứng: lúc ký)",
    )
    command.add_argument("--format", choices=("text", "json"), default="text", help="dạng kết quả")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    try:
        at = None if options.at is None else verify_evidence.asked_moment(options.at)
    except ValueError:
        print(verify_evidence.AT_FORM, file=sys.stderr)
        return UNUSABLE
    try:
        trusted = [ca for path in options.ca for ca in x509.load_pem_x509_certificates(path.read_bytes())]
    except (OSError, ValueError):
        print("Không đọc được chứng thư của nơi cấp. Tệp phải ở dạng PEM.", file=sys.stderr)
        return UNUSABLE
    try:
        keys = [key for path in options.hub_key for key in verify_evidence.public_keys(path.read_bytes())]
    except (OSError, verify_evidence.NotReadable):
        keys = []
    if options.hub_key and not keys:
        print("Không đọc được khóa công khai của trục. Tệp phải ở dạng PEM, khóa RSA.", file=sys.stderr)
        return UNUSABLE
    registered = {one.lower().replace(":", "") for one in options.registered} or None
    outcomes = []
    for path in options.files:
        try:
            data = path.read_bytes()
        except OSError:
            print(f"Không mở được tệp {path}. Kiểm tra tên tệp và quyền đọc rồi chạy lại.", file=sys.stderr)
            outcomes.append(UNUSABLE)
            continue
        if data.startswith(CONTAINER):
            exit_code, text, fields = _container(data, at, trusted or None, registered, keys)
        else:
            exit_code, text, fields = _document(data, at, trusted or None, registered)
        outcomes.append(exit_code)
        if options.format == "json":
            print(json.dumps({"file": str(path), **fields}, ensure_ascii=False))
        else:
            print(f"{path}\n{text}\n")
    # Of several, what failed is not hidden behind what cannot be told.
    return FAILED if FAILED in outcomes else max(outcomes)


CONTAINER = b"PK\3\4"
Looked = tuple[int, str, dict[str, object]]


def _document(
    data: bytes, at: datetime | None, trusted: list[x509.Certificate] | None, registered: set[str] | None
) -> Looked:
    verdict = signing.verify(data, at=at or datetime.now(UTC), trusted=trusted, registered=registered)
    return signing.EXIT_CODES[verdict.outcome], signing.report(verdict), signing.as_json(verdict)


def _container(
    data: bytes,
    at: datetime | None,
    trusted: list[x509.Certificate] | None,
    registered: set[str] | None,
    hub_keys: list[verify_evidence.PublicKey],
) -> Looked:
    lines = verify_evidence.examine(
        data,
        document_judge(at=at, trusted=trusted, registered=registered),
        status=status_judge(trusted),
        message_keys=hub_keys,
    )
    outcome = verify_evidence.outcome_of(lines)
    fields: dict[str, object] = {"outcome": outcome, "lines": [line._asdict() for line in lines]}
    return verify_evidence.EXIT_CODES[outcome], verify_evidence.report(lines), fields
