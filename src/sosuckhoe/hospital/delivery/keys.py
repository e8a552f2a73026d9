"""Signing keys: which one a facility signs with now, opened once."""

from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from ...healthbook.signing import FileSigner, KeyUnusable, Signer, fingerprint, load_pkcs12
from ..staff.models import Facility
from .models import SigningKey
from .secrets import SecretExposed, SecretMissing, secret_of


class CannotSignNow(Exception):
    """There is no usable key at this moment. Visits wait; care goes on."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def key_for(facility: Facility, at: datetime) -> tuple[SigningKey, Signer]:
    """The facility's key that is valid now and lasts longest. Raises CannotSignNow."""
    keys = list(facility.signing_keys.filter(retired_at__isnull=True))
    valid = [key for key in keys if key.valid_at(at)]
    if not keys:
        raise CannotSignNow(
            "KEY-MISSING", "Cơ sở chưa có khóa ký. Hãy khai báo chứng thư trong phần thiết lập."
        )
    if not valid:
        early = all(at < key.not_before for key in keys)
        raise CannotSignNow(
            "KEY-NOT-YET-VALID" if early else "KEY-EXPIRED",
            "Chứng thư chưa đến ngày có hiệu lực. Hãy kiểm tra đồng hồ của máy."
            if early
            else "Chứng thư đã hết hạn. Hãy gia hạn và khai báo chứng thư mới; hồ sơ đang chờ sẽ tự ký tiếp.",
        )
    key = max(valid, key=lambda each: (each.not_after, each.pk))
    try:
        signer = open_key(key.path, key.password_reference)
    except KeyUnusable as problem:
        raise CannotSignNow(problem.code, str(problem)) from None
    except (SecretMissing, SecretExposed) as problem:
        raise CannotSignNow("KEY-PASSWORD-MISSING", str(problem)) from None
    except OSError:
        raise CannotSignNow("KEY-FILE-MISSING", "Không mở được tệp khóa ký trong thư mục keys.") from None
    if fingerprint(signer.certificate) != key.fingerprint:
        raise CannotSignNow("KEY-CHANGED", "Tệp khóa không còn khớp với chứng thư đã khai báo.")
    return key, signer


@lru_cache(maxsize=16)
def open_key(path: str, password_reference: str) -> FileSigner:
    """The key in a PKCS#12 file of the home's keys folder. One try per start: nothing is guessed."""
    file = (settings.HOME.keys / path).resolve()
    if not file.is_relative_to(settings.HOME.keys.resolve()):
        raise OSError("outside the keys folder")
    password = secret_of(password_reference).encode() if password_reference else None
    return load_pkcs12(file.read_bytes(), password)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
