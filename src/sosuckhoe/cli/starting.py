"""What every command of the hospital's program begins with, and who typed it."""

import getpass
import sys

UNUSABLE = 2
"""Exit code where the command could do nothing with what it was given."""


def start() -> None:
    """Django set up, and the database brought to the newest form. Ends the command where that is newer than we are, or
    where it is not clear whether real patients are served here."""
    from sosuckhoe.hospital.config.home import EnvironmentNotUnderstood
    from sosuckhoe.hospital.config.start import CannotUpgrade, DatabaseIsNewer, prepare, setup_django

    try:
        setup_django()
        prepare()
    except (CannotUpgrade, DatabaseIsNewer, EnvironmentNotUnderstood) as refusal:
        print(refusal, file=sys.stderr)
        raise SystemExit(UNUSABLE) from None


def start_as_it_is(*, expects_database: bool = False) -> None:
    """Django set up and nothing changed: a copy before an upgrade must be of what is there, not of what it becomes.

    ``expects_database``: ends the command where there is none, or one of a later program.
    """
    from sosuckhoe.hospital.config.home import EnvironmentNotUnderstood
    from sosuckhoe.hospital.config.start import DatabaseIsNewer, is_empty, refuse_newer, setup_django

    try:
        setup_django()
        if expects_database:
            if is_empty():
                raise SystemExit(_nothing_there())
            refuse_newer()
    except (DatabaseIsNewer, EnvironmentNotUnderstood) as refusal:
        print(refusal, file=sys.stderr)
        raise SystemExit(UNUSABLE) from None


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
