"""Adding a line and proving that none was changed."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from .models import End, Entry

GENESIS = "0" * 64
MACHINE = "machine"
"""Stands where a person's account would: the program has done it by itself."""


def hash_of(
    seq: int, at: datetime, actor: str, action: str, kind: str, object_id: str, detail: Any, previous: str
) -> str:
    """What a line's own hash must be."""
    line = [seq, at.astimezone(UTC).isoformat(), actor, action, kind, object_id, detail, previous]
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def account_of(by: Any) -> str:
    """Who did it, as it is written down: a person's username, or the name of a machine's door."""
    return str(getattr(by, "username", "") or by)


def note(
    by: Any,
    action: str,
    kind: str = "",
    object_id: object = "",
    /,
    *,
    at: datetime | None = None,
    **detail: Any,
) -> Entry:
    """Add a line, inside the caller's transaction and last in it: writers wait for each other here.

    ``by``: see ``account_of``. ``detail``: ids and plain facts.
    """
    actor = account_of(by)
    with transaction.atomic():
        end, _ = End.objects.select_for_update().get_or_create(id=1, defaults={"seq": 0, "hash": GENESIS})
        moment = at or timezone.now()
        entry = Entry(
            seq=end.seq + 1,
            at=moment,
            actor=actor,
            action=action,
            kind=kind,
            object_id=str(object_id),
            detail=detail,
            previous=end.hash,
        )
        entry.hash = hash_of(entry.seq, moment, actor, action, kind, entry.object_id, detail, entry.previous)
        entry.save(force_insert=True)
        End.objects.filter(id=1).update(seq=entry.seq, hash=entry.hash)
    return entry


@dataclass(frozen=True)
class Verdict:
    """What the chain says about itself."""

    entries: int
    broken_at: int | None
    """The first line that is missing or was changed; None when all is well."""
    end: str
    """The last hash: compare with an anchor kept elsewhere."""

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def verify_chain() -> Verdict:
    """Recompute every hash from the first line on."""
    previous, expected = GENESIS, 1
    for entry in Entry.objects.order_by("seq").iterator(chunk_size=2000):
        computed = hash_of(
            entry.seq,
            entry.at,
            entry.actor,
            entry.action,
            entry.kind,
            entry.object_id,
            entry.detail,
            previous,
        )
        if entry.seq != expected or entry.previous != previous or entry.hash != computed:
            return Verdict(expected - 1, expected, previous)
        previous, expected = entry.hash, expected + 1
    end = End.objects.filter(id=1).first()
    if end is not None and (end.seq, end.hash) != (expected - 1, previous):
        return Verdict(expected - 1, expected, previous)
    return Verdict(expected - 1, None, previous)
