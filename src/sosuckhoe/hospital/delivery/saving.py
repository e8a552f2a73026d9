"""Whether anything can be kept now. On a read-only disk, or in a read-only database, nothing may be taken in, signed or
sent: what cannot be noted must not be done (I21).
"""

import os
import time

from django.conf import settings
from django.db import DatabaseError, connection

DISK = "Thư mục dữ liệu hoặc ổ đĩa của nó đang chỉ cho đọc."
DATABASE = "Cơ sở dữ liệu đang chỉ cho đọc."
NEXT_STEP = "Báo công nghệ thông tin cho ghi lại; xong thì chương trình tự chạy tiếp."
LOOKS_EVERY = 2.0
"""Seconds for which pages trust the last look."""

_last = ("", -LOOKS_EVERY)


def cannot_save() -> str:
    """Why nothing can be saved, as a sentence; empty where it can, or where the database does not answer at all.

    Asks the disk and, on PostgreSQL, the database; changes neither.
    """
    home = settings.HOME
    if home.path.exists() and not os.access(home.path, os.W_OK):
        return DISK
    if connection.vendor == "sqlite":
        written = (home.database, home.receipts)
        return DISK if any(file.exists() and not os.access(file, os.W_OK) for file in written) else ""
    if home.receipts.exists() and not os.access(home.receipts, os.W_OK):
        return DISK
    try:
        # A session keeps what it began with: what an old one says is asked of a new one, too.
        return DATABASE if _session_only_reads() and (not _let_go() or _session_only_reads()) else ""
    except DatabaseError:
        return ""


def _session_only_reads() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        return bool(cursor.fetchone() == ("on",))


def _let_go() -> bool:
    if connection.in_atomic_block:
        return False
    connection.close()
    return True


def could_not_save() -> str:
    """What ``cannot_save`` said within the last seconds: for whatever is asked for on each page."""
    global _last
    if time.monotonic() - _last[1] >= LOOKS_EVERY:
        _last = (cannot_save(), time.monotonic())
    return _last[0]
