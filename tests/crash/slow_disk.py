"""A disk on which every flush takes long: SQLite's own, through the file methods it opens its files with, and ours.

All else is the real thing: the files, the locks, and the flush itself, which is done after the wait.
"""

import ctypes
import os
import time
from typing import Any

PLACES = {1: 12, 2: 16, 3: 18}
"""How many methods a file has, by the version of the table."""
SYNC = 4
"""The place of xSync among them: xClose, xRead, xWrite, xTruncate, xSync."""

_kept: list[Any] = []
"""What SQLite holds pointers to."""


class Methods(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("methods", ctypes.c_void_p * max(PLACES.values()))]


class File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(Methods))]


class Vfs(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
    ]


OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(File), ctypes.c_int, ctypes.c_void_p
)
FLUSH = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


def every_flush_takes(seconds: float) -> None:
    """From now on, in this process. Called before it opens a database."""
    _slow_python(seconds)
    _slow_sqlite(seconds)


def _slow_python(seconds: float) -> None:
    for name in ("fdatasync", "fsync"):
        really = getattr(os, name)

        def slowly(descriptor: int, really: Any = really) -> None:
            time.sleep(seconds)
            really(descriptor)

        setattr(os, name, slowly)


def _slow_sqlite(seconds: float) -> None:
    import _sqlite3

    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    really_open = OPEN(vfs.open)
    tables: dict[int, Methods] = {}

    def slow(table: Methods) -> Methods:
        really_flush = FLUSH(table.methods[SYNC])

        def flush(file: int, flags: int) -> int:
            time.sleep(seconds)
            return int(really_flush(file, flags))

        made, ours = Methods(version=table.version), FLUSH(flush)
        size = ctypes.sizeof(ctypes.c_void_p) * PLACES[table.version]
        ctypes.memmove(made.methods, table.methods, size)
        made.methods[SYNC] = ctypes.cast(ours, ctypes.c_void_p).value
        _kept.extend([made, ours])
        return made

    def open_slow(vfs: int, name: int, file: Any, flags: int, told: int) -> int:
        result = int(really_open(vfs, name, file, flags, told))
        if result == 0 and file.contents.methods:
            address = ctypes.addressof(file.contents.methods.contents)
            if address not in tables:
                tables[address] = slow(file.contents.methods.contents)
            file.contents.methods = ctypes.pointer(tables[address])
        return result

    ours = OPEN(open_slow)
    _kept.append(ours)
    vfs.open = ctypes.cast(ours, ctypes.c_void_p).value
