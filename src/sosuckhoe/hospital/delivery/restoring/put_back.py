"""The mark that a copy was put back (``sosuckhoe restore``): a file of the home, there before the copy is, and gone only
when the hold of it stands in the database. So no death in between lets anything leave.
"""

import json
import os
from pathlib import Path

from django.conf import settings

from ..backups.form import flush

FILE = "restored.json"
OLD_JOURNAL = " Sổ ngoài cũng là bản cũ: khi đối chiếu, chọn sổ không đủ."
"""How the reason of a hold ends where the journal outside is the copy's own: it was copied a moment after the database, so
it may know more, and all the same nothing of what came later."""


def leave_mark(*, by: str, why: str) -> Path:
    """On the disk before this returns."""
    place: Path = settings.HOME.path / FILE
    fresh = place.with_name(f"{FILE}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(json.dumps({"by": by, "why": why}, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(place)
    flush(place.parent)
    return place


def mark() -> tuple[str, str] | None:
    """Who put a copy back, and which; None where there is no mark. A mark that cannot be read is one all the same."""
    try:
        text = (settings.HOME.path / FILE).read_bytes()
    except FileNotFoundError:
        return None
    try:
        found = json.loads(text)
        return str(found["by"]), str(found["why"])
    except (ValueError, KeyError, TypeError):
        return "machine", "Đã khôi phục bằng lệnh sosuckhoe restore."


def remove_mark() -> None:
    place: Path = settings.HOME.path / FILE
    place.unlink(missing_ok=True)
    flush(place.parent)
