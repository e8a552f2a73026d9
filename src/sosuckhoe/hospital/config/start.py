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


class CannotUpgrade(Exception):
    """Cơ sở dữ liệu phải nâng cấp cho hợp với bản phần mềm này mà hiện không ghi được, nên chương trình không chạy."""


WHAT_TO_DO = (
    "Hãy cài lại bản phần mềm mới đã dùng với dữ liệu này rồi chạy lại. Nếu phải dùng bản cũ, khôi phục bản sao lưu làm "
    "trước lần nâng cấp và làm theo trang Khôi phục (docs/how-to/khoi-phuc.md)."
)


def refuse_newer() -> None:
    """Raises DatabaseIsNewer where a later program has changed the database: this one does not know its tables."""
    _steps_to_do()


def _steps_to_do() -> set[tuple[str, str]]:
    """What of this program's steps the database has not had yet. Raises DatabaseIsNewer."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    known = MigrationLoader(None).disk_migrations
    replaced = {earlier for migration in known.values() for earlier in migration.replaces}
    applied = set(MigrationRecorder(connection).applied_migrations())
    unknown = sorted(applied - set(known) - replaced)
    if unknown:
        steps = ", ".join(" ".join(step) for step in unknown)
        raise DatabaseIsNewer(f"{DatabaseIsNewer.__doc__} Bước nâng cấp chưa biết: {steps}. {WHAT_TO_DO}")
    return set(known) - applied


class Upgraded:
    """For a program that runs for long: whether somebody has changed the form of the database meanwhile.

    One row of an index is read each time; all steps only where that one is another.
    """

    def __init__(self) -> None:
        self._seen: object = self

    def why_stop(self) -> str:
        """The sentence of ``refuse_newer``, or nothing."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT MAX(id) FROM django_migrations")
            mark = cursor.fetchone()
        if mark == self._seen:
            return ""
        try:
            refuse_newer()
        except DatabaseIsNewer as refusal:
            return str(refusal)
        self._seen = mark
        return ""


def prepare() -> None:
    """Create the home folder, bring the database to the newest form, and notice whether it is an older copy.

    May be run again at any time. Raises DatabaseIsNewer, and CannotUpgrade where it cannot be written.
    """
    from django.conf import settings
    from django.core.management import call_command

    from ..delivery.saving import cannot_save
    from .upgrading import alone, wholly

    settings.HOME.create()
    if _steps_to_do():
        if why := cannot_save():
            raise CannotUpgrade(f"{CannotUpgrade.__doc__} {why}")
        with alone():
            # Whoever was here before us may have done them, or others that we do not know.
            if _steps_to_do():
                with wholly():
                    call_command("migrate", verbosity=0, interactive=False)
    from ..delivery.restoring.noticing import notice

    notice()
