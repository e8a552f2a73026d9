"""Marks in the keys folder that outlive restarts: what every process of this machine must know of a key."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def read(mark: Path) -> str:
    try:
        return mark.read_text()
    except FileNotFoundError:
        return ""  # what cannot be read may say that a secret was refused: it is not tried then


def write(mark: Path, text: str) -> None:
    """Inside ``alone``, which has made the file."""
    with open(mark, "r+b") as stream:
        stream.truncate(0)
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def alone(mark: Path) -> Iterator[None]:
    """No other process has this mark meanwhile."""
    mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(mark, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
