"""Anchors: where the journal inside the database ended, written outside it, by which an older copy gives itself away."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ...journal.models import End
from .. import outside, receipts
from ..crashpoints import here
from ..receipts import AnchorLine
from .hold import epoch


def anchor(now: datetime) -> None:
    """Write down outside where the inner journal ends, if it has moved."""
    end = End.objects.filter(id=1).first()
    if end is None:
        return
    last = [line for line in outside.newest() if isinstance(line, AnchorLine)]
    if not last or last[-1].seq != end.seq:
        receipts.append_fact(AnchorLine(now.isoformat(), epoch(), end.seq, end.hash))
        here("K25")


def anchor_after_commit() -> None:
    """For a deed that no older copy may undo, though nothing leaves by it: without this the copy could look like today's."""
    transaction.on_commit(lambda: anchor(timezone.now()))
