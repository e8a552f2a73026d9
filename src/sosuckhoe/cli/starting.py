"""What every command of the hospital's program begins with, and who typed it."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNUSABLE = 2
"""Exit code where the command could do nothing with what it was given."""


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Ends the command with one sentence where its settings or the database do not let it begin."""
    from django.db import OperationalError

    from sosuckhoe.hospital.config.database import DatabaseNotUnderstood
    from sosuckhoe.hospital.config.home import EnvironmentNotUnderstood
    from sosuckhoe.hospital.config.start import CannotUpgrade, DatabaseIsNewer

    try:
        yield
    except (CannotUpgrade, DatabaseIsNewer, DatabaseNotUnderstood, EnvironmentNotUnderstood) as refusal:
        print(refusal, file=sys.stderr)
    except OperationalError as problem:
        print(_out_of_reach(str(problem)), file=sys.stderr)
    else:
        return
    raise SystemExit(UNUSABLE)


def start() -> None:
    """Django set up, and the database brought to the newest form. Ends the command where that is newer than we are or
    out of reach, or where it is not clear whether real patients are served here."""
    from sosuckhoe.hospital.config.start import prepare, setup_django

    with _refusals_told():
        setup_django()
        prepare()


def start_as_it_is(*, expects_database: bool = False) -> None:
    """Django set up and nothing changed: a copy before an upgrade must be of what is there, not of what it becomes.

    ``expects_database``: ends the command where there is none, or one of a later program.
    """
    from sosuckhoe.hospital.config.start import is_empty, refuse_newer, setup_django

    with _refusals_told():
        setup_django()
        if expects_database:
            if is_empty():
                raise SystemExit(_nothing_there())
            refuse_newer()


def _out_of_reach(problem: str) -> str:
    """``problem``: what the driver says; it names host and port, never a password."""
    from django.db import connection

    reason = " ".join(problem.split())
    if connection.vendor == "postgresql":
        return (
            f"Chưa nối được cơ sở dữ liệu PostgreSQL, nên lệnh chưa làm gì. Kiểm tra máy chủ có chạy không và biến "
            f"SOSUCKHOE_DATABASE, rồi chạy lại. Máy chủ báo: {reason}"
        )
    return (
        f"Chưa mở được cơ sở dữ liệu {connection.settings_dict['NAME']}, nên lệnh chưa làm gì. Kiểm tra đĩa và quyền của "
        f"thư mục, rồi chạy lại. SQLite báo: {reason}"
    )


def _nothing_there() -> int:
    from django.conf import settings

    print(
        f"Ở {settings.HOME.path} chưa có cơ sở dữ liệu nào để sao. Kiểm tra biến SOSUCKHOE_HOME, SOSUCKHOE_DATABASE.",
        file=sys.stderr,
    )
    return UNUSABLE


def operator() -> str:
    """Who typed the command, for the journal."""
    return f"cli:{getpass.getuser()}"
