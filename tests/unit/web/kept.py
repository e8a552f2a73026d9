"""A set-up that many tests begin with is worked through once. What it wrote, rows and files, is kept and laid down
again for the next test, in a twentieth of the time.
"""

import copy
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Generic, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from sosuckhoe.hospital.delivery.models import Submission

FRESH_SECONDS = 60
"""An older one is not laid down but worked through anew: for its test all of it has happened just now."""
MADE_BY_MIGRATIONS = ("auth", "contenttypes")

Made = TypeVar("Made")


@dataclass
class _Copy(Generic[Made]):
    made: Made
    rows: list[list[models.Model]]
    files: tempfile.TemporaryDirectory[str]
    until: float


def kept(set_up: Callable[[], Made]) -> Callable[[], Made]:
    """``set_up`` writes into an empty database and an empty home, and returns what a test needs to know of it."""
    last: list[_Copy[Made]] = []

    @wraps(set_up)
    def lay_down() -> Made:
        if last and time.monotonic() < last[0].until:
            _lay(last[0])
            return copy.deepcopy(last[0].made)
        made = set_up()
        last[:] = [_copy_with(copy.deepcopy(made))]
        return made

    return lay_down


def _copy_with(made: Made) -> _Copy[Made]:
    files = tempfile.TemporaryDirectory(prefix="sosuckhoe-kept-")
    shutil.copytree(settings.HOME.path, files.name, dirs_exist_ok=True)
    kinds = [
        kind
        for kind in apps.get_models(include_auto_created=True)
        if kind._meta.app_label not in MADE_BY_MIGRATIONS
    ]
    # Submissions last: a guard lets none be "received" whose receipt is not stored. Keys are looked at in the end.
    kinds.sort(key=lambda kind: kind is Submission)
    rows = [list(kind._base_manager.all()) for kind in kinds]
    return _Copy(made, [several for several in rows if several], files, time.monotonic() + FRESH_SECONDS)


def _lay(copied: _Copy[Made]) -> None:
    shutil.copytree(copied.files.name, settings.HOME.path, dirs_exist_ok=True)
    with transaction.atomic():
        for rows in copied.rows:
            with _times_as_they_were(type(rows[0])):
                type(rows[0])._base_manager.bulk_create(rows)


@contextmanager
def _times_as_they_were(kind: type[models.Model]) -> Iterator[None]:
    """Some columns note by themselves when their row was written."""
    noting = [field for field in kind._meta.local_fields if getattr(field, "auto_now_add", False)]
    for field in noting:
        field.auto_now_add = False  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for field in noting:
            field.auto_now_add = True  # type: ignore[attr-defined]
