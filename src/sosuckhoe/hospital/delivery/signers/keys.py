"""Signing keys: which one a facility signs with now, and how each kind is opened."""

import threading
import time
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from ....healthbook.signing import FileSigner, KeyUnusable, Signer, fingerprint, load_pkcs12
from ....healthbook.signing.token import Place, TokenSigner
from ...staff.models import Facility
from ..models import KeyKind, SigningKey
from ..prepared import Prepared
from ..secrets import SecretExposed, SecretMissing, secret_of
from .pins import KeptPin, check_driver
from .remote_signing import Credential, RemoteSigner
from .status import is_revoked

REST_SECONDS = 20.0
"""A key that failed is left alone so long: the queue behind it must not knock once for every visit."""


class CannotSignNow(Exception):
    """There is no usable key at this moment. Visits wait; care goes on."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def key_for(facility: Facility, at: datetime) -> tuple[SigningKey, Signer]:
    """The facility's key that is valid now and to be preferred. Raises CannotSignNow."""
    keys: list[SigningKey] = _IN_USE.objects(at, facility.pk)
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
    at_hand = [key for key in valid if key.kind != KeyKind.ELSEWHERE]
    if not at_hand:
        raise CannotSignNow(
            "SIGN-ELSEWHERE",
            "Hồ sơ chờ ký ở máy có thiết bị ký. Hãy tải gói chờ ký, ký rồi nộp lại các tệp đã ký.",
        )
    key = max(at_hand, key=lambda each: _preference(each, at)) if len(at_hand) > 1 else at_hand[0]
    resting = _resting(key)
    if resting is not None:
        raise resting
    return key, open_signer(key)


_IN_USE = Prepared(
    lambda now, facility: SigningKey.objects.filter(
        facility_id=facility, retired_at__isnull=True
    ).select_related("status_source")
)


def open_signer(key: SigningKey) -> Signer:
    """The key, opened; raises CannotSignNow where it does not open or is no longer the one that was declared."""
    try:
        signer = signer_of(key)
    except KeyUnusable as problem:
        raise CannotSignNow(problem.code, str(problem)) from None
    except (SecretMissing, SecretExposed) as problem:
        raise CannotSignNow("KEY-PASSWORD-MISSING", str(problem)) from None
    except OSError:
        raise CannotSignNow("KEY-FILE-MISSING", "Không mở được tệp khóa ký trong thư mục keys.") from None
    if fingerprint(signer.certificate) != key.fingerprint:
        raise CannotSignNow("KEY-CHANGED", "Tệp khóa không còn khớp với chứng thư đã khai báo.")
    return signer


def _preference(key: SigningKey, at: datetime) -> tuple[bool, bool, datetime, int]:
    """Of two keys: the one not known as revoked, then the one registered on the portal, then the one that lasts longer.

    So a new certificate may be declared before it is registered without being used too early (faults.md F60).
    """
    last = key.statuses.order_by("-asked_at", "-pk").first()
    revoked = last is not None and is_revoked(last)
    registered = key.registered_at is not None and key.registered_at <= at
    return not revoked, registered, key.not_after, key.pk


def signer_of(key: SigningKey) -> Signer:
    """The signer behind a declared key, by its kind."""
    if key.kind == KeyKind.TOKEN:
        check_driver(key.place["module"])
        place = Place(key.place["module"], key.place["token"], key.place["key"])
        return TokenSigner(_certificate(key), place, KeptPin(key.password_reference, key.fingerprint))
    if key.kind == KeyKind.REMOTE:
        return RemoteSigner(_certificate(key), Credential(**key.place), key.password_reference)
    return open_key(key.path, key.password_reference)


def _certificate(key: SigningKey) -> x509.Certificate:
    return x509.load_pem_x509_certificate(key.certificate_pem.encode())


@lru_cache(maxsize=16)
def open_key(path: str, password_reference: str) -> FileSigner:
    """The key in a PKCS#12 file of the home's keys folder. One try per start: nothing is guessed."""
    file = (settings.HOME.keys / path).resolve()
    if not file.is_relative_to(settings.HOME.keys.resolve()):
        raise OSError("outside the keys folder")
    password = secret_of(password_reference).encode() if password_reference else None
    return load_pkcs12(file.read_bytes(), password)


_rests: dict[int, tuple[float, CannotSignNow]] = {}
_guard = threading.Lock()


def key_rests(key: SigningKey, problem: KeyUnusable) -> CannotSignNow:
    """What to raise for a key that failed while signing; until it has rested, it is not asked again."""
    answer = CannotSignNow(problem.code, str(problem))
    with _guard:
        _rests[key.pk] = (time.monotonic() + REST_SECONDS, answer)
    return answer


def _resting(key: SigningKey) -> CannotSignNow | None:
    with _guard:
        until, answer = _rests.get(key.pk, (0.0, None))
    if answer is None or time.monotonic() >= until:
        return None
    return CannotSignNow(answer.code, answer.sentence)


def wake(key: SigningKey) -> None:
    """Ask it again at once: somebody has mended it."""
    with _guard:
        _rests.pop(key.pk, None)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
