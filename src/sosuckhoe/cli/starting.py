"""What every command of the hospital's program begins with, and who typed it."""

import getpass
import sys

UNUSABLE = 2
"""Exit code where the command could do nothing with what it was given."""


def start() -> None:
    """Django set up, and the database brought to the newest form. Ends the command where that is newer than we are, or
    where it is not clear whether real patients are served here."""
    from sosuckhoe.hospital.config.home import EnvironmentNotUnderstood
    from sosuckhoe.hospital.config.start import DatabaseIsNewer, prepare, setup_django

    try:
        setup_django()
        prepare()
    except (DatabaseIsNewer, EnvironmentNotUnderstood) as refusal:
        print(refusal, file=sys.stderr)
        raise SystemExit(UNUSABLE) from None


def operator() -> str:
    """Who typed the command, for the journal."""
    return f"cli:{getpass.getuser()}"
