"""Client secrets of signing services, and the memory of those that were refused, for every process of this machine.

A service locks an account whose secret is tried wrong again and again, as the portal does (F44). So a refused secret is
not tried again until another one stands in its place or a person asks for one more try.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from ....healthbook.signing import KeyUnusable
from .marks import alone, read, write
from .pins import kept_secret

T = TypeVar("T")


class LogInRefused(KeyUnusable):
    """The service does not take the client's name and secret."""

    code = "REMOTE-LOGIN"
    sentence = (
        "Dịch vụ ký từ xa không nhận tài khoản hoặc mật khẩu đã khai báo. Chương trình không thử lại để khỏi khóa "
        "tài khoản. Hãy kiểm tra tài khoản dịch vụ, rồi nhập lại mật khẩu hoặc bấm Thử ký ở trang của khóa."
    )


class KeptSecret:
    """The secret behind a reference, of one account at a service. Its mark lies in the keys folder, under a lock."""

    def __init__(self, account: str, reference: str) -> None:
        self._account, self._reference = hashlib.sha256(account.encode()).digest(), reference
        folder: Path = settings.HOME.keys
        self._mark = folder / f"{self._account.hex()[:16]}.secret-mark"

    def use(self, log_in: Callable[[str], T]) -> T:
        """Log in with it. Raises LogInRefused, without a call where this secret was refused before.

        A process killed between a refusal and its mark leaves the secret one more try.
        """
        secret = kept_secret(self._reference)
        with alone(self._mark):
            refused = self._refused()
            if refused and self._trace(secret) in refused:
                raise LogInRefused
            try:
                return log_in(secret)
            except LogInRefused:
                write(self._mark, "\n".join([*refused, self._trace(secret)]))
                raise

    def is_refused(self) -> bool:
        """For the pages: somebody has to mend it. Raises KeyUnusable where there is no secret."""
        refused = self._refused()
        return bool(refused) and self._trace(kept_secret(self._reference)) in refused

    def may_be_tried(self) -> None:
        """A person has asked for it: one more try. Raises KeyUnusable."""
        with alone(self._mark):
            if refused := self._refused():
                trace = self._trace(kept_secret(self._reference))
                write(self._mark, "\n".join(each for each in refused if each != trace))

    def _refused(self) -> list[str]:
        return read(self._mark).split()

    def _trace(self, secret: str) -> str:
        """By this a secret is known again, and not found out."""
        return hashlib.scrypt(secret.encode(), salt=self._account, n=2**12, r=8, p=1, dklen=16).hex()
