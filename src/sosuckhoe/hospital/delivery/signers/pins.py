"""PINs of tokens: where each is kept, and the memory that one was refused, for every process of this machine."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from ....healthbook.signing import KeyUnusable
from ....healthbook.signing.token import DriverMissing, PinRefused, PinSpent
from ..secrets import SecretExposed, SecretMissing, secret_of

T = TypeVar("T")
REFUSED, ENTERED = "refused", "entered"


class KeptPin:
    """The PIN behind a reference. Its mark lies in the keys folder, under a lock, and outlives restarts."""

    def __init__(self, reference: str, fingerprint: str) -> None:
        self._reference = reference
        self._mark = _mark(fingerprint)

    def use(self, log_in: Callable[[str], T], *, warned: bool) -> T:
        """One try; see ``healthbook.signing.token.Pin``.

        A process killed between a refusal and its mark leaves the token's own warning, which stops the next one.
        """
        pin = kept_secret(self._reference)
        with _alone(self._mark):
            known = _read(self._mark)
            if known == REFUSED:
                raise PinRefused
            if warned and known != ENTERED:
                raise PinSpent
            if known == ENTERED:
                _write(self._mark, "")
            try:
                return log_in(pin)
            except PinRefused:
                _write(self._mark, REFUSED)
                raise


def kept_secret(reference: str) -> str:
    """The secret of a key; where it is missing, that is the key's trouble and visits wait."""
    try:
        return secret_of(reference)
    except (SecretMissing, SecretExposed) as problem:
        raise SecretGone(str(problem)) from None


class SecretGone(KeyUnusable):
    """The place where the secret should be does not give it."""

    code = "KEY-PASSWORD-MISSING"

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__()


def pin_was_entered(fingerprint: str) -> None:
    """A person has entered a PIN: it may be tried, once."""
    mark = _mark(fingerprint)
    with _alone(mark):
        _write(mark, ENTERED)


def pin_is_refused(fingerprint: str) -> bool:
    """For the pages: somebody has to enter the PIN."""
    return _read(_mark(fingerprint)) == REFUSED


def allowed_drivers() -> list[str]:
    """The makers' libraries that this machine's keeper has listed in pkcs11-modules.txt."""
    try:
        lines = settings.HOME.pkcs11_modules.read_text().splitlines()
    except OSError:
        return []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def check_driver(module: str) -> None:
    """The library is loaded into our process, so only who runs the machine names it: a line in pkcs11-modules.txt."""
    if module not in allowed_drivers():
        raise DriverNotAllowed


class DriverNotAllowed(DriverMissing):
    """The library is not on the list of this machine."""

    code = "TOKEN-DRIVER-NOT-ALLOWED"
    sentence = (
        "Thư viện của thiết bị ký chưa được phép nạp trên máy này. "
        "Người quản trị máy thêm đường dẫn thư viện vào tệp pkcs11-modules.txt."
    )


def _mark(fingerprint: str) -> Path:
    folder: Path = settings.HOME.keys
    return folder / f"{fingerprint[:16]}.pin-mark"


def _read(mark: Path) -> str:
    try:
        return mark.read_text()
    except FileNotFoundError:
        return ""  # what cannot be read may say that the PIN was refused: it is not tried then


def _write(mark: Path, text: str) -> None:
    with open(mark, "r+b") as stream:
        stream.truncate(0)
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _alone(mark: Path) -> Iterator[None]:
    """No other process tries a PIN of this token meanwhile."""
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(mark, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
