"""What every command of the hospital's program begins with, and who typed it."""

import getpass

UNUSABLE = 2
"""Exit code where the command could do nothing with what it was given."""


def start() -> None:
    """Django set up, and the database brought to the newest form."""
    from sosuckhoe.hospital.config.start import prepare, setup_django

    setup_django()
    prepare()


def operator() -> str:
    """Who typed the command, for the journal."""
    return f"cli:{getpass.getuser()}"
