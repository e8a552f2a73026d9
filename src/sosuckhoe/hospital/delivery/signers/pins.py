"""PINs of tokens: where each is kept, and the memory that one was refused, for every process of this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from ....healthbook.signing import KeyUnusable
from ....healthbook.signing.token import DriverMissing, PinRefused, PinSpent
from ..secrets import SecretExposed, SecretMissing, secret_of
from .marks import alone, read, write

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
        with alone(self._mark):
            known = read(self._mark)
            if known == REFUSED:
                raise PinRefused
            if warned and known != ENTERED:
                raise PinSpent
            if known == ENTERED:
                write(self._mark, "")
            try:
                return log_in(pin)
            except PinRefused:
                write(self._mark, REFUSED)
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
    with alone(mark):
        write(mark, ENTERED)


def pin_is_refused(fingerprint: str) -> bool:
    """For the pages: somebody has to enter the PIN."""
    return read(_mark(fingerprint)) == REFUSED


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
