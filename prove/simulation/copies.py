"""A copy of the database is made at one moment and put back at a later one, as after a broken disk. The journal outside
the database stays as it is."""

import shutil
import sqlite3
from typing import TYPE_CHECKING

from .documents import frozen

if TYPE_CHECKING:
    from .story import Story

MOST = 2
"""Copies put back in one story."""


def make(story: "Story") -> None:
    from django.db import connection

    connection.ensure_connection()
    with sqlite3.connect(story.copy) as target:
        connection.connection.backup(target)
    target.close()
    story.has_copy = True
    story.note("a copy of the database is made")


def put_back(story: "Story") -> None:
    """Every process ends; the database is the copy; the hospital's people have the papers of what it lacks."""
    from django.conf import settings
    from django.db import connection

    from sosuckhoe.hospital.delivery.connections import KEPT
    from sosuckhoe.hospital.delivery.watching import pulse

    for process in story.processes:
        process.end()
    connection.close()
    home = story.template.parent
    for left in home.glob("hospital.sqlite3*"):
        left.unlink()
    shutil.copyfile(story.copy, home / "hospital.sqlite3")
    pulse._last.clear()
    KEPT.hang_up()
    story.disk.all_is_flushed(settings.HOME.receipts)
    story.has_copy = False
    story.put_back += 1
    there = frozen()
    story.to_be_entered_again = {key for key in story.acknowledged if key not in there}
    story.note(f"the copy is put back; it lacks {len(story.to_be_entered_again)}")
