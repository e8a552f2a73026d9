"""``sosuckhoe key …``: declaring keys on tokens, at signing services and at other machines; files that are signed
elsewhere. Secrets are typed or read from a file, never given as arguments. The rest of a key's life: ``key_life``.
"""

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from . import key_life
from .key_life import Asked
from .starting import UNUSABLE, operator, start


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser(
        "key", help="khóa ký: thiết bị, dịch vụ ký, ký ở máy khác, lịch chứng thư"
    )
    deeds = command.add_subparsers(dest="deed", metavar="VIỆC", required=True)

    def deed(name: str, help_vi: str, run: Any) -> argparse.ArgumentParser:
        made = deeds.add_parser(name, help=help_vi)
        made.set_defaults(run=lambda options: _guarded(run, options))
        return made

    key_life.add_deeds(deed)
    token = deed("token", "khai khóa trên thiết bị ký hoặc HSM (PKCS#11)", _token)
    token.add_argument("--module", required=True, metavar="TỆP.so", help="thư viện PKCS#11 của nhà cung cấp")
    token.add_argument("--token", required=True, metavar="NHÃN", help="nhãn của thiết bị")
    token.add_argument("--key", required=True, metavar="NHÃN", help="nhãn của khóa trên thiết bị")
    token.add_argument("--certificate", type=Path, metavar="TỆP", help="chứng thư, nếu thiết bị không giữ")
    remote = deed("remote", "khai khóa ở dịch vụ ký từ xa", _remote)
    for name, word in (("url", "ĐỊA_CHỈ"), ("client", "TÊN"), ("user", "MÃ"), ("credential", "MÃ")):
        remote.add_argument(f"--{name}", required=True, metavar=word)
    remote.add_argument("--profile", default="", metavar="MÃ")
    elsewhere = deed("elsewhere", "khai chứng thư mà khóa nằm ở máy của một người", _elsewhere)
    elsewhere.add_argument("--certificate", type=Path, required=True, metavar="TỆP")
    for one in (token, remote, elsewhere):
        one.add_argument("--name", required=True, metavar="TÊN", help="tên để nhận ra khóa này")
    pin = deed("pin", "nhập lại mã PIN của thiết bị; chương trình chỉ thử một lần", _pin)
    pin.add_argument("number", type=int, metavar="SỐ", help="số của khóa trong danh sách")
    for one in (token, remote, pin):
        one.add_argument("--secret-file", type=Path, metavar="TỆP", help="đọc mã PIN hoặc mật khẩu từ tệp")
    preparing = deed("prepare", "xuất gói tệp chờ ký để mang sang máy có thiết bị ký", _prepare)
    preparing.add_argument("folder", type=Path, metavar="THƯ_MỤC")
    for one in (token, remote, elsewhere, preparing):
        one.add_argument("--facility", default="", metavar="MÃ", help="mã cơ sở, nếu có nhiều cơ sở")
    attaching = deed("attach", "nộp lại tệp đã ký ở máy khác", _attach)
    attaching.add_argument("files", nargs="+", type=Path, metavar="TỆP")


def _guarded(run: Any, options: argparse.Namespace) -> int:
    start()
    from sosuckhoe.healthbook.signing import KeyUnusable

    try:
        return int(run(options))
    except (KeyUnusable, Asked) as problem:
        print(problem, file=sys.stderr)
        return UNUSABLE
    except OSError as problem:
        print(f"Không đọc hoặc ghi được tệp {problem.filename}.", file=sys.stderr)
        return UNUSABLE


def _facility(options: argparse.Namespace) -> Any:
    from sosuckhoe.hospital.staff.models import Facility

    found = [one for one in Facility.objects.all() if options.facility in ("", one.code)]
    if len(found) != 1:
        raise Asked("Nêu đúng một cơ sở đã khai bằng --facility MÃ.")
    return found[0]


def _secret(options: argparse.Namespace, prompt: str) -> str:
    if options.secret_file:
        return str(options.secret_file.read_text().rstrip("\r\n"))
    return getpass.getpass(f"{prompt}: ")


def _told(key: Any) -> int:
    print(
        f"Đã khai khóa số {key.pk}: {key.name}, hạn đến {key.not_after:%d/%m/%Y}. SHA-256 {key.fingerprint}"
    )
    return 0


def _token(options: argparse.Namespace) -> int:
    from sosuckhoe.healthbook.signing.token import Place
    from sosuckhoe.hospital.delivery.signers.declaring import add_token_key

    return _told(
        add_token_key(
            by=operator(),
            facility=_facility(options),
            name=options.name,
            place=Place(options.module, options.token, options.key),
            pin=_secret(options, "Mã PIN"),
            certificate=options.certificate.read_bytes() if options.certificate else b"",
        )
    )


def _remote(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.signers.declaring import add_remote_key
    from sosuckhoe.hospital.delivery.signers.remote_signing import Credential

    return _told(
        add_remote_key(
            by=operator(),
            facility=_facility(options),
            name=options.name,
            credential=Credential(
                options.url, options.client, options.profile, options.user, options.credential
            ),
            secret=_secret(options, "Mật khẩu dịch vụ"),
        )
    )


def _elsewhere(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.signers.declaring import add_elsewhere_key

    return _told(
        add_elsewhere_key(
            by=operator(),
            facility=_facility(options),
            name=options.name,
            certificate=options.certificate.read_bytes(),
        )
    )


def _pin(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.models import KeyKind, SigningKey
    from sosuckhoe.hospital.delivery.signers.declaring import enter_pin

    key = SigningKey.objects.filter(pk=options.number, kind=KeyKind.TOKEN).first()
    if key is None:
        raise Asked("Không có khóa trên thiết bị mang số này. Xem: sosuckhoe key list")
    enter_pin(by=operator(), key=key, pin=_secret(options, "Mã PIN"))
    print("Đã ghi mã PIN mới. Hồ sơ chờ ký tiếp theo sẽ thử mã này, một lần.")
    return 0


def _prepare(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.signers.attach import prepare

    package = prepare(by=operator(), facility=_facility(options))
    target = options.folder / package.name
    target.touch(mode=0o600)
    target.write_bytes(package.data)
    print(f"{target}: {package.count} tệp chờ ký; tạm giữ {package.held}; còn lại {package.left}.")
    return 0


def _attach(options: argparse.Namespace) -> int:
    from sosuckhoe.hospital.delivery.signers.attach import attach

    refused = 0
    for path in options.files:
        for one in attach(by=operator(), name=path.name, data=path.read_bytes()):
            refused += not one.taken
            print(f"{one.name}: {one.sentence} [{one.code}]")
    return 1 if refused else 0
