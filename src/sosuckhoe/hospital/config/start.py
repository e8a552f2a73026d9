"""How the program starts: Django set up, folders made, the database brought to the newest form."""

import os


def setup_django() -> None:
    """Make the models usable. Call once, before importing any of them."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosuckhoe.hospital.config.settings")
    django.setup()


def prepare() -> None:
    """Create the home folder, bring the database to the newest form, and notice whether it is an older copy.

    May be run again at any time.
    """
    from django.conf import settings
    from django.core.management import call_command

    settings.HOME.create()
    call_command("migrate", verbosity=0, interactive=False)
    from ..delivery.restoring.noticing import notice

    notice()
