"""The row of a file that came: taken in, the same as before, or refused into quarantine with a code and a sentence."""

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ..journal.chain import account_of, note
from ..staff.models import Facility, FacilityCode
from ..visits.models import SourceFile
from .crashpoints import here
from .erasing import remove_copies

Outcome = SourceFile.Outcome


NOT_ERASED = {"erased_at": None, "erased_by": "", "erased_why": ""}
"""Of a file that came again after its copy had been erased."""


@dataclass(frozen=True)
class Taken:
    """What became of a file."""

    outcome: str
    """taken, repeat, refused or needs-reason."""
    code: str
    sentence: str
    file_id: int
    visit_id: int | None = None
    version: int | None = None
    errors: int = 0
    warnings: int = 0

    @property
    def held(self) -> bool:
        return self.errors > 0


class Refused(Exception):
    def __init__(self, code: str, sentence: str, outcome: str = Outcome.REFUSED) -> None:
        super().__init__(code)
        self.code, self.sentence, self.outcome = code, sentence, outcome


def known_file(digest: str) -> Taken | None:
    """The first answer, when these bytes were taken before (B46)."""
    file = SourceFile.objects.filter(sha256=digest, outcome__in=[Outcome.TAKEN, Outcome.REPEAT]).first()
    if file is None:
        return None
    SourceFile.objects.filter(pk=file.pk).update(repeats=F("repeats") + 1)
    version = file.versions.order_by("id").first()
    visit_id = version.visit_id if version else file.visit_id
    return Taken(
        Outcome.REPEAT,
        "FILE-REPEATED",
        "Tệp này đã được nhận trước đó. Không có gì thay đổi.",
        file.pk,
        visit_id,
        version.number if version else None,
    )


def enter_file(name: str, data: bytes, digest: str, *, by: Any, door: str, at: datetime) -> SourceFile:
    """The row of a file that enters; one that was refused before may enter now, with a reason, and then its copy goes."""
    file, _ = SourceFile.objects.update_or_create(
        sha256=digest,
        defaults={
            "name": name,
            "door": door,
            "size": len(data),
            "stored": data,
            "outcome": Outcome.TAKEN,
            "code": "TAKEN",
            "sentence": "",
            **NOT_ERASED,
            "by": account_of(by),
            "came_at": at,
        },
    )
    if file.quarantine_path:
        transaction.on_commit(lambda: remove_copies([file]))
    here("K01")
    return file


def refuse_unopened(
    name: str, mark: str, size: int, code: str, sentence: str, *, by: Any, door: str
) -> Taken:
    """Record a file that was refused without being opened. Its hash is unknown: ``mark`` stands in for it."""
    digest = hashlib.sha256(f"unopened:{mark}".encode(errors="surrogateescape")).hexdigest()
    refusal = Refused(code, sentence)
    return _refuse(shown_name(name), size, digest, refusal, "", by=by, door=door, at=timezone.now())


def quarantine(
    name: str, data: bytes, digest: str, refusal: Refused, *, by: Any, door: str, at: datetime
) -> Taken:
    path = keep_copy(digest, data)
    return _refuse(name, len(data), digest, refusal, path, by=by, door=door, at=at)


def _refuse(
    name: str,
    size: int,
    digest: str,
    refusal: Refused,
    quarantine_path: str,
    *,
    by: Any,
    door: str,
    at: datetime,
) -> Taken:
    with transaction.atomic():
        file, new = SourceFile.objects.update_or_create(
            sha256=digest,
            defaults={
                "name": name,
                "door": door,
                "size": size,
                "stored": None,
                "outcome": refusal.outcome,
                "code": refusal.code,
                "sentence": refusal.sentence,
                "quarantine_path": quarantine_path,
                **NOT_ERASED,
                "by": account_of(by),
                "came_at": at,
            },
        )
        if new:
            note(by, "file-refused", "file", file.pk, code=refusal.code, sha256=digest)
    return Taken(refusal.outcome, refusal.code, refusal.sentence, file.pk)


def keep_copy(digest: str, data: bytes) -> str:
    """A copy under its own hash, whole on the disk or not there; its path relative to the home."""
    folder = settings.HOME.quarantine
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / f"{digest}.bin"
    if not place.exists():
        fresh = folder / f"{digest}.{os.getpid()}.part"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(place)
    return f"{folder.name}/{place.name}"


def shown_name(name: str) -> str:
    """The last part of a file's name, safe to show; it is never used as a path."""
    last = re.split(r"[/\\]", readable(name))[-1]
    return re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", last)[:255] or "(không tên)"


def readable(name: str) -> str:
    """A name that can be stored and printed: what was no UTF-8 on the disk, as of a system that writes cp1258, is "\ufffd"."""
    return re.sub("[\ud800-\udfff]", "\ufffd", name)


def facility_of(code: str, day: date | None, place: str) -> tuple[Facility, str]:
    """The facility that had a code on a day, and the code. ``place``: the official field it was read from."""
    rows = list(FacilityCode.objects.filter(code=code).select_related("facility"))
    for row in rows:
        if day is None or row.valid_on(day):
            return row.facility, row.code
    if rows:
        return rows[0].facility, rows[0].code
    raise Refused(
        "FACILITY-UNKNOWN",
        f"Mã cơ sở {code[:20] or '(trống)'} ở {place} không phải của cơ sở này. "
        "Kiểm tra lại tệp, hoặc khai báo mã cơ sở trong phần thiết lập.",
    )
