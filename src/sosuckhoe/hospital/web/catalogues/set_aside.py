"""A file between its preview and its load: kept in the home folder for a day, readable by the program only."""

import hashlib
import os
import re
import time
from pathlib import Path

from django.conf import settings

KEPT = 24 * 60 * 60
_NAME = re.compile(r"[0-9a-f]{64}")


class NotThere(LookupError):
    """Tệp đã xem trước không còn ở đây. Chọn lại tệp rồi xem trước."""


def _folder() -> Path:
    folder: Path = settings.HOME.path / "catalogues"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def put(data: bytes) -> str:
    """Keep a file; returns the name it is found under, its SHA-256. What is older than a day goes."""
    folder, name = _folder(), hashlib.sha256(data).hexdigest()
    now = time.time()
    for old in folder.iterdir():
        if now - old.stat().st_mtime > KEPT:
            old.unlink(missing_ok=True)
    with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    return name


def get(name: str) -> bytes:
    """Raises NotThere."""
    path = _folder() / name
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotThere(NotThere.__doc__)
    return path.read_bytes()


def drop(name: str) -> None:
    if _NAME.fullmatch(name):
        (_folder() / name).unlink(missing_ok=True)
