"""A key on a token or HSM behind PKCS#11: it never leaves the device, only raw signatures do.

The driver is the maker's library (a .so file). Many such libraries bear neither threads nor ``fork``, so every
process opens its own session, and all calls to one library are made one after another. A lost session (token pulled,
HSM restarted) is opened again once, inside the call that notices it; a device that stays silent is not waited for
longer than ``PATIENCE``. Whatever fails, fails before anything is signed: visits wait, nothing is half done.

A PIN is tried once. After a refusal it is not tried again, by whoever, until a person has entered one anew, so that
the program never locks a token (see ``Pin``).
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from .signer import KeyCertificateMismatch, KeyUnusable, check_key

PATIENCE = 30.0
"""Seconds for one call of the device, also for waiting until the calls before it are done."""

T = TypeVar("T")


class DriverMissing(KeyUnusable):
    """The maker's library, or ``python-pkcs11`` itself, is not on this machine."""

    code = "TOKEN-DRIVER"
    sentence = "Không mở được thư viện của thiết bị ký (PKCS#11). Hãy cài thư viện của nhà cung cấp."


class TokenAbsent(KeyUnusable):
    """No token of this name is plugged in."""

    code = "TOKEN-ABSENT"
    sentence = "Không thấy thiết bị ký. Hãy cắm lại thiết bị; hồ sơ đang chờ sẽ tự ký tiếp."


class NotOnToken(KeyUnusable):
    """The token holds no such key."""

    code = "TOKEN-WITHOUT-KEY"
    sentence = "Thiết bị ký không có khóa mang tên đã khai báo. Hãy kiểm tra tên khóa."


class PinRefused(KeyUnusable):
    """The token did not take the PIN; it is not tried again."""

    code = "TOKEN-PIN"
    sentence = (
        "Thiết bị ký không nhận mã PIN. Chương trình không thử lại để khỏi khóa thiết bị. "
        "Hãy nhập lại mã PIN đúng trong phần thiết lập."
    )


class PinSpent(KeyUnusable):
    """Somebody has tried wrong PINs before us; the tries that are left are not ours to use."""

    code = "TOKEN-PIN-LOW"
    sentence = (
        "Thiết bị ký báo đã có người nhập sai mã PIN. Chương trình không thử để khỏi khóa thiết bị. "
        "Hãy kiểm tra mã PIN rồi nhập lại trong phần thiết lập."
    )


class TokenFailed(KeyUnusable):
    """The device answered with an error, and again after the session was opened anew."""

    code = "TOKEN-FAILED"
    sentence = "Thiết bị ký báo lỗi. Hãy kiểm tra thiết bị; hồ sơ đang chờ sẽ tự ký tiếp."


class TokenSilent(KeyUnusable):
    """The device did not answer in time."""

    code = "TOKEN-SILENT"
    sentence = "Thiết bị ký không trả lời. Hãy kiểm tra thiết bị; hồ sơ đang chờ sẽ tự ký tiếp."


class Pin(Protocol):
    """Whoever keeps the PIN, and the memory of its refusal."""

    def use(self, log_in: Callable[[str], T], *, warned: bool) -> T:
        """Call ``log_in`` with the PIN, at most once, and return what it returns.

        Raises PinRefused without calling it when this PIN was refused before. ``warned``: the token says that
        wrong PINs were tried; then only a PIN that a person has just entered may be used, else PinSpent.
        """


class KnownPin:
    """A PIN in memory, for one process: somebody has just typed it, or a test."""

    def __init__(self, pin: str) -> None:
        self._pin, self._refused, self._entered = pin, False, True
        self._lock = threading.Lock()

    def use(self, log_in: Callable[[str], T], *, warned: bool) -> T:
        with self._lock:
            if self._refused:
                raise PinRefused
            if warned and not self._entered:
                raise PinSpent
            self._entered = False
            try:
                return log_in(self._pin)
            except PinRefused:
                self._refused = True
                raise


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is."""

    module: str
    """Path of the maker's library."""
    token: str
    """Label of the token."""
    key: str
    """Label of the key on it."""


class TokenSigner:
    """A key on a token, and its certificate."""

    def __init__(
        self, certificate: x509.Certificate, place: Place, pin: Pin, *, patience: float = PATIENCE
    ) -> None:
        check_key(certificate)
        self._certificate, self._place, self._pin, self._patience = certificate, place, pin, patience

    @property
    def certificate(self) -> x509.Certificate:
        return self._certificate

    def sign(self, data: bytes) -> bytes:
        """The raw signature; one login at most, one new session at most."""

        def work(driver: _Driver) -> bytes:
            return driver.sign(self._place, self._pin, data)

        return _driver(self._place.module).do(work, self._patience)

    def check(self) -> None:
        """Sign something, to see that key and certificate are one pair. Raises KeyUnusable."""
        probe = b"sosuckhoe " + os.urandom(32)
        value = self.sign(probe)
        try:
            check_key(self._certificate).verify(value, probe, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise KeyCertificateMismatch from None

    def __repr__(self) -> str:
        return f"TokenSigner({self._place.token}, {self._place.key})"


def certificates_on(module: str, token: str, *, patience: float = PATIENCE) -> list[x509.Certificate]:
    """The readable certificates on a token, without a PIN."""

    def work(driver: _Driver) -> list[bytes]:
        return driver.certificates(token)

    found = []
    for der in _driver(module).do(work, patience):
        try:
            found.append(x509.load_der_x509_certificate(der))
        except (ValueError, x509.InvalidVersion):
            continue
    return found


def tokens_of(module: str, *, patience: float = PATIENCE) -> list[str]:
    """The labels of the tokens that are plugged in now; the library is started anew to see them."""

    def work(driver: _Driver) -> list[str]:
        return [str(token.label) for token in driver.tokens(anew=True) if token.label]

    return _driver(module).do(work, patience)


class _Driver:
    """One maker's library in this process, and its open sessions. Its methods run under its lock."""

    def __init__(self, module: str, library: Any = None) -> None:
        self._module = module
        self._lock = threading.Lock()
        self.library = library
        self._open: dict[str, Any] = {}
        self._keys: dict[Place, Any] = {}
        self._in_doubt = library is not None
        """Start the library anew before it is used again."""

    def do(self, work: "Callable[[_Driver], T]", patience: float) -> T:
        """Run it alone, on a thread that may be left behind when the device never answers."""
        if not self._lock.acquire(timeout=patience):
            raise TokenSilent
        results: list[T] = []
        problems: list[BaseException] = []
        done = threading.Event()

        def run() -> None:
            try:
                results.append(work(self))
            except BaseException as problem:
                problems.append(problem)
            finally:
                self._lock.release()
                done.set()

        threading.Thread(target=run, name="pkcs11", daemon=True).start()
        if not done.wait(patience):
            raise TokenSilent
        if problems:
            raise problems[0]
        return results[0]

    def sign(self, place: Place, pin: Pin, data: bytes) -> bytes:
        pkcs11 = _pkcs11()
        if place.token in self._open and not self._in_doubt:
            try:
                return self._sign(self._open[place.token], place, data)
            except pkcs11.PKCS11Error:
                self._in_doubt = True
        session = self._log_in(place.token, pin)
        try:
            return self._sign(session, place, data)
        except pkcs11.PKCS11Error:
            self._in_doubt = True
            raise TokenFailed from None

    def _sign(self, session: Any, place: Place, data: bytes) -> bytes:
        pkcs11 = _pkcs11()
        if place not in self._keys:
            try:
                found = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=place.key)
            except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned):
                raise NotOnToken from None
            self._keys[place] = found
        return bytes(self._keys[place].sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))

    def _log_in(self, label: str, pin: Pin) -> Any:
        pkcs11 = _pkcs11()
        token = self._token(label)
        flags = pkcs11.TokenFlag
        if token.flags & flags.USER_PIN_LOCKED:
            raise PinRefused
        if token.flags & flags.USER_PIN_FINAL_TRY:
            raise PinSpent
        warned = bool(token.flags & flags.USER_PIN_COUNT_LOW)

        def log_in(value: str) -> Any:
            try:
                return token.open(user_pin=value)
            except (
                pkcs11.PinIncorrect,
                pkcs11.PinInvalid,
                pkcs11.PinLenRange,
                pkcs11.PinLocked,
                pkcs11.PinExpired,
            ):
                raise PinRefused from None
            except pkcs11.UserAlreadyLoggedIn:
                return token.open()
            except pkcs11.PKCS11Error:
                self._in_doubt = True
                raise TokenFailed from None

        self._open[label] = pin.use(log_in, warned=warned)
        return self._open[label]

    def _token(self, label: str) -> Any:
        """The token of this label; a library that does not see it is started anew once."""
        for _ in range(2):
            found = [token for token in self.tokens() if str(token.label) == label]
            if len(found) == 1:
                return found[0]
            self._in_doubt = True
        raise TokenAbsent

    def tokens(self, *, anew: bool = False) -> list[Any]:
        pkcs11 = _pkcs11()
        if self.library is None:
            try:
                self.library = pkcs11.lib(self._module)
            except (RuntimeError, OSError):
                raise DriverMissing from None
        try:
            if anew or self._in_doubt:
                self._start_anew()
            return list(self.library.get_tokens())
        except pkcs11.PKCS11Error:
            return []

    def _start_anew(self) -> None:
        """Every session of this library ends; the second try is for one that could not even be ended."""
        self._open.clear()
        self._keys.clear()
        try:
            self.library.reinitialize()
        except _pkcs11().PKCS11Error:
            self.library.reinitialize()
        self._in_doubt = False

    def certificates(self, label: str) -> list[bytes]:
        pkcs11 = _pkcs11()
        token = self._token(label)
        wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}
        try:
            with token.open() as session:
                return [bytes(one[pkcs11.Attribute.VALUE]) for one in session.get_objects(wanted)]
        except pkcs11.PKCS11Error:
            raise TokenFailed from None


def _pkcs11() -> Any:
    """The bridge to PKCS#11 libraries, an extra of the installation: ``pip install sosuckhoe[hsm]``."""
    try:
        import pkcs11
    except ImportError:
        raise DriverMissing from None
    return pkcs11


_drivers: dict[str, _Driver] = {}
_guard = threading.Lock()
_left_behind: list[object] = []


def _driver(module: str) -> _Driver:
    with _guard:
        return _drivers.setdefault(module, _Driver(module))


def _after_fork() -> None:
    """A child has its parent's sessions by name only: it starts the library anew and opens its own.

    What was the parent's is kept untouched, because letting go of it might close it.
    """
    global _guard
    _guard = threading.Lock()
    for module, old in list(_drivers.items()):
        _left_behind.append(old)
        _drivers[module] = _Driver(module, old.library)


os.register_at_fork(after_in_child=_after_fork)
