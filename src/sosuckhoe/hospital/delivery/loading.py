"""What a handful needs besides its own rows, in one statement for all of it, and each place and each key once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from ..staff.models import FacilityCode
from ..visits.models import RecordVersion
from .models import Destination, SignedDocument, SigningKey, Submission
from .prepared import Prepared


class Carried:
    """What submissions of one kind carry. ``column`` holds it, ``heavy`` is what it was frozen as."""

    def __init__(self, column: str, rows: Callable[[], QuerySet[Any]], heavy: str) -> None:
        self._column = column
        self._whole = Prepared(lambda now, *keys: rows().filter(pk__in=keys))
        self._light = Prepared(lambda now, *keys: rows().filter(pk__in=keys).defer(heavy))

    def add_whole(self, hand: Sequence[Submission], now: datetime) -> None:
        """With what is to be signed."""
        self._add(self._whole, hand, now)

    def add(self, hand: Sequence[Submission], now: datetime) -> None:
        """Without what the signed bytes were made from."""
        self._add(self._light, hand, now)

    def _add(self, asked: Prepared, hand: Sequence[Submission], now: datetime) -> None:
        keys = {getattr(each, f"{self._column}_id") for each in hand}
        found = {one.pk: one for one in asked.objects(now, *keys)}
        for each in hand:
            carried = found[getattr(each, f"{self._column}_id")]
            setattr(each, self._column, carried)
            facility = each.destination.facility
            if isinstance(carried, RecordVersion) and carried.visit.facility_id == facility.pk:
                carried.visit.facility = facility


def add_places(hand: Sequence[Submission], now: datetime) -> None:
    """Where each goes, as one object for one place: what is looked up of it is looked up once."""
    there = _each_once(_PLACE, (each.destination_id for each in hand), now)
    for place in there.values():
        place.facility.current = next(iter(_CODE.objects(now, place.facility_id)), None)
    for each in hand:
        each.destination = there[each.destination_id]


def add_keys(hand: Sequence[Submission], now: datetime) -> None:
    """What each was signed with, and who is asked about it."""
    documents = [each.document for each in hand if each.document is not None]
    keys = _each_once(_KEY, (document.key_id for document in documents), now)
    for document in documents:
        document.key = keys[document.key_id]


def add_contents(hand: Sequence[Submission], now: datetime) -> None:
    """The bytes that go out."""
    documents = {each.document.pk: each.document for each in hand if each.document is not None}
    for key, content in _CONTENTS.values(now, *documents):
        documents[key].content = content


def _each_once(asked: Prepared, keys: Iterable[int], now: datetime) -> dict[int, Any]:
    found: dict[int, Model] = {}
    for key in keys:
        if key not in found:
            (found[key],) = asked.objects(now, key)
    return found


_PLACE = Prepared(lambda now, pk: Destination.objects.select_related("facility").filter(pk=pk))
_CODE = Prepared(lambda now, pk: FacilityCode.objects.filter(facility=pk, until__isnull=True), limit=1)
_KEY = Prepared(lambda now, pk: SigningKey.objects.select_related("status_source").filter(pk=pk))
_CONTENTS = Prepared(
    lambda now, *keys: SignedDocument.objects.filter(pk__in=keys).order_by().values_list("pk", "content")
)
