"""``sosuckhoe key …``, what becomes of a declared key: the list, a trial, registration, revocation, its signatures, its
end. The facts are those of the pages; ``--json`` gives them to other programs.
"""

import argparse
import csv
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .days import day
from .starting import UNUSABLE, operator

Deed = Callable[[str, str, Any], argparse.ArgumentParser]


class Asked(Exception):
    """Something in the command itself is missing or unknown; the text says what."""


def add_deeds(deed: Deed) -> None:
    listing = deed("list", "các khóa đã khai và việc cần làm theo lịch", _list)
    listing.add_argument("--json", action="store_true", help="in dạng JSON")
    trying = deed("try", "ký thử và kiểm tra nghiêm ngặt; không lưu, không gửi", _try)
    registering = deed("register", "ghi ngày đã đăng ký chứng thư trên cổng", _register)
    registering.add_argument("--on", type=day, required=True, metavar="NGÀY", help="như 2026-11-20")
    retiring = deed("retire", "ngừng dùng; hồ sơ đã ký vẫn nguyên giá trị", _retire)
    asking = deed("status", "hỏi ngay chứng thư có bị thu hồi không", _status)
    source = deed("source", "khai nơi hỏi thu hồi, hoặc --none để thôi hỏi", _source)
    for one in (trying, registering, retiring, asking, source):
        one.add_argument("number", type=int, metavar="SỐ", help="số của khóa trong danh sách")
    way = source.add_mutually_exclusive_group(required=True)
    way.add_argument("--ocsp", metavar="ĐỊA_CHỈ", help="hỏi trực tuyến")
    way.add_argument("--crl", metavar="ĐỊA_CHỈ", help="tải danh sách thu hồi")
    way.add_argument("--crl-file", type=Path, metavar="TỆP", help="nạp tay danh sách thu hồi")
    way.add_argument("--none", metavar="LÝ_DO", help="thôi hỏi; được ghi trên mọi bằng chứng")
    source.add_argument("--issuer", type=Path, metavar="TỆP", help="chứng thư của nơi cấp")
    source.add_argument("--authority", type=Path, metavar="TỆP", help="chứng thư của nơi cấp trên")
    source.add_argument("--authority-crl", metavar="ĐỊA_CHỈ|TỆP", help="danh sách thu hồi của nơi cấp trên")
    source.add_argument("--fresh", type=int, default=3600, metavar="GIÂY", help="trả lời dùng được bao lâu")
    source.add_argument("--nonce", action="store_true", help="chỉ nhận trả lời cho đúng câu hỏi vừa gửi")
    signatures = deed("signatures", "mọi chữ ký, của một chứng thư hoặc của mọi khóa, dạng CSV", _signatures)
    signatures.add_argument("fingerprint", nargs="?", default="", metavar="SHA256")
    signatures.add_argument("--since", type=datetime.fromisoformat, metavar="LÚC")
    signatures.add_argument("--until", type=datetime.fromisoformat, metavar="LÚC")


def _key(options: argparse.Namespace) -> Any:
    from sosuckhoe.hospital.delivery.models import SigningKey

    found = SigningKey.objects.filter(pk=options.number, retired_at__isnull=True).first()
    if found is None:
        raise Asked("Không có khóa mang số này. Xem: sosuckhoe key list")
    return found


def _list(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.signers.certificates import in_use

    facts = [_facts(due) for due in in_use(datetime.now(UTC))]
    if options.json:
        print(json.dumps(facts, ensure_ascii=False, indent=1))
        return 0
    for one in sorted(facts, key=lambda each: each["number"]):
        print("; ".join(_words(one)))
    return 0


def _facts(due: Any) -> dict[str, Any]:
    from sosuckhoe.hospital.delivery.signers.refused import is_refused
    from sosuckhoe.hospital.delivery.signers.status import latest, source_of

    key, source = due.key, source_of(due.key)
    last = latest(key, source) if source else None
    return {
        "number": key.pk,
        "facility": key.facility.code,
        "name": key.name,
        "kind": key.kind,
        "sha256": key.fingerprint,
        "not_before": key.not_before.isoformat(),
        "not_after": key.not_after.isoformat(),
        "days_left": due.days_left,
        "step": due.step,
        "covered": due.covered,
        "registered_at": key.registered_at.isoformat() if key.registered_at else None,
        "registered_by": key.registered_by,
        "refused": is_refused(key),
        "status_source": source.kind if source else None,
        "status": last.code if last else None,
        "status_fresh_until": last.fresh_until.isoformat() if last and last.fresh_until else None,
    }


def _words(one: dict[str, Any]) -> list[str]:
    from sosuckhoe.hospital.delivery.models import KeyKind

    end = datetime.fromisoformat(one["not_after"])
    words = [f"{one['number']}. {one['name']}", KeyKind(one["kind"]).label, f"hạn đến {end:%d/%m/%Y}"]
    if one["step"] is not None:
        words.append(
            "chưa đến ngày có hiệu lực"
            if one["step"] < 0
            else "đã hết hạn"
            if one["step"] == 0
            else f"còn {one['days_left']} ngày" + (", đã có chứng thư nối tiếp" if one["covered"] else "")
        )
    if not one["registered_at"]:
        words.append("chưa ghi đăng ký trên cổng")
    words.append(one["status"] or "chưa hỏi lần nào" if one["status_source"] else "không kiểm tra thu hồi")
    if one["refused"]:
        what = "mật khẩu dịch vụ ký" if one["kind"] == KeyKind.REMOTE else "mã PIN"
        words.append(f"{what} bị từ chối, cần nhập lại")
    return words


def _try(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.signers.trying import try_key

    words = {"good": "ĐẠT", "look": "LƯU Ý", "stop": "DỪNG", "wait": "CHƯA THỬ"}
    steps = try_key(by=operator(), key=_key(options))
    for step in steps:
        print(f"{words[step.outcome]}: {step.name}{f'. {step.sentence}' if step.sentence else ''}")
    return 1 if any(step.outcome == "stop" for step in steps) else 0


def _register(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.signers.declaring import register

    on = timezone.make_aware(datetime.combine(options.on, datetime.min.time()))
    register(by=operator(), key=_key(options), on=on)
    print(f"Đã ghi ngày đăng ký {options.on:%d/%m/%Y}.")
    return 0


def _retire(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.signers.declaring import retire

    key = _key(options)
    retire(by=operator(), key=key, at=timezone.now())
    print(f"Đã ngừng dùng {key.name}.")
    return 0


def _status(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.signers.sources import ask_now
    from sosuckhoe.hospital.delivery.signers.status import is_bad, is_revoked, sentence_of, source_of

    key = _key(options)
    if source_of(key) is None:
        print("Không kiểm tra thu hồi: chưa khai nơi hỏi (sosuckhoe key source).")
        return UNUSABLE
    status = ask_now(by=operator(), key=key)
    print(f"{sentence_of(status)} [{status.code}]")
    return 1 if is_revoked(status) else UNUSABLE if is_bad(status) else 0


def _source(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.models import StatusKind
    from sosuckhoe.hospital.delivery.signers.sources import drop_source, name_source

    key = _key(options)
    if options.none:
        drop_source(by=operator(), key=key, reason=options.none)
        print("Từ nay không kiểm tra thu hồi chứng thư này.")
        return 0
    if options.issuer is None:
        raise Asked("Nêu chứng thư của nơi cấp bằng --issuer TỆP.")
    if options.fresh < 60:
        raise Asked("Trả lời phải dùng được ít nhất 60 giây.")
    kind = StatusKind.OCSP if options.ocsp else StatusKind.CRL if options.crl else StatusKind.CRL_FILE
    above = options.authority_crl or ""
    by_address = above.startswith(("http://", "https://"))
    name_source(
        by=operator(),
        key=key,
        kind=kind,
        issuer=options.issuer.read_bytes(),
        url=options.ocsp or options.crl or "",
        crl=options.crl_file.read_bytes() if options.crl_file else b"",
        authority=options.authority.read_bytes() if options.authority else b"",
        authority_url=above if by_address else "",
        authority_crl=Path(above).read_bytes() if above and not by_address else b"",
        fresh_seconds=options.fresh,
        nonce_required=options.nonce,
    )
    print("Đã khai nơi hỏi. Chữ ký kế tiếp cần trả lời của nơi cấp.")
    return 0


def _signatures(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.signers.certificates import HEADING, as_rows, signed_with

    since, until = (
        one.astimezone() if one is not None and one.tzinfo is None else one
        for one in (options.since, options.until)
    )
    writer = csv.writer(sys.stdout)
    writer.writerow(HEADING)
    writer.writerows(as_rows(signed_with(options.fingerprint, since=since, until=until)))
    return 0
