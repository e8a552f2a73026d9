"""Secrets stay outside the database: it keeps only where they are."""

import os
import stat
from pathlib import Path
from secrets import token_hex

from django.conf import settings

from .crashpoints import here

UNREADABLE = "Máy chưa đọc được tệp mật khẩu của nơi nhận. Hệ thống sẽ tự thử lại."


class SecretMissing(LookupError):
    """Chưa có mật khẩu ở nơi đã khai báo. Hãy đặt tệp mật khẩu vào thư mục secrets hoặc khai báo biến môi trường."""

    def __str__(self) -> str:
        return self.__doc__ or ""


class SecretExposed(PermissionError):
    """Tệp mật khẩu đang mở cho người khác đọc. Hãy đặt quyền 0600 cho tệp."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def secret_of(reference: str) -> str:
    """The secret behind ``file:NAME`` (in the home's secrets folder) or ``env:NAME``.

    Raises SecretMissing and SecretExposed, which a person has to mend, and OSError where the machine is in trouble (no
    descriptor left, a disk that does not answer): that passes, and must not stop a destination until somebody comes.
    """
    kind, _, name = reference.partition(":")
    if kind == "env" and os.environ.get(name):
        return os.environ[name]
    if kind != "file" or not name or "/" in name or name.startswith("."):
        raise SecretMissing
    file = settings.HOME.secrets / name
    try:
        mode = file.stat().st_mode
        text = file.read_text()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        raise SecretMissing from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretExposed
    return text.rstrip("\r\n")


def keep_secret(name: str, value: str) -> str:
    """Write a secret into the home's secrets folder, mode 0600; returns the reference to it."""
    lay(settings.HOME.secrets / name, value.encode())
    return kept_as(name)


def kept_as(name: str) -> str:
    """The reference to what ``keep_secret`` keeps under a name."""
    return f"file:{name}"


def lay(file: Path, data: bytes) -> None:
    """Write a file that only the program reads, whole and on the disk: whoever reads it meanwhile, or when this process was
    killed half-way, finds what was there before or all of this (F71)."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}.{token_hex(4)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            here("LAID-BEGUN")
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        here("LAID-WRITTEN")
        os.replace(fresh, file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    here("LAID")
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def forget_secret(reference: str) -> None:
    """Take back what ``keep_secret`` wrote, when what it was for did not come about."""
    kind, _, name = reference.partition(":")
    if kind == "file":
        (settings.HOME.secrets / name).unlink(missing_ok=True)
