"""How the program starts: Django set up, folders made, the database brought to the newest form."""

import os


def setup_django() -> None:
    """Make the models usable. Call once, before importing any of them."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sosuckhoe.hospital.config.settings")
    django.setup()


def is_empty() -> bool:
    """Whether there is no database yet, or one without tables. Looking makes none."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not os.path.exists(name):
        return True
    return not connection.introspection.table_names()


class DatabaseIsNewer(Exception):
    """Bản phần mềm này cũ hơn cơ sở dữ liệu nên không chạy, để không ghi sai: dữ liệu còn nguyên, chưa có gì bị đổi."""


WHAT_TO_DO = (
    "Hãy cài lại bản phần mềm mới đã dùng với dữ liệu này rồi chạy lại. Nếu phải dùng bản cũ, khôi phục bản sao lưu làm "
    "trước lần nâng cấp và làm theo trang Khôi phục (docs/how-to/khoi-phuc.md)."
)


def refuse_newer() -> None:
    """Raises DatabaseIsNewer where a later program has changed the database: this one does not know its tables."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    known = MigrationLoader(None).disk_migrations
    replaced = {earlier for migration in known.values() for earlier in migration.replaces}
    unknown = sorted(set(MigrationRecorder(connection).applied_migrations()) - set(known) - replaced)
    if unknown:
        steps = ", ".join(" ".join(step) for step in unknown)
        raise DatabaseIsNewer(f"{DatabaseIsNewer.__doc__} Bước nâng cấp chưa biết: {steps}. {WHAT_TO_DO}")


def why_stop() -> str:
    """For a program that has run for long: the sentence of ``refuse_newer``, or nothing."""
    try:
        refuse_newer()
    except DatabaseIsNewer as refusal:
        return str(refusal)
    return ""


def prepare() -> None:
    """Create the home folder, bring the database to the newest form, and notice whether it is an older copy.

    May be run again at any time. Raises DatabaseIsNewer.
    """
    from django.conf import settings
    from django.core.management import call_command

    settings.HOME.create()
    refuse_newer()
    call_command("migrate", verbosity=0, interactive=False)
    from ..delivery.restoring.noticing import notice

    notice()
