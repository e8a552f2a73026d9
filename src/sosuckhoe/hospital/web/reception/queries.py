"""Files that came in, and people that can be found."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Max, Prefetch, Q, QuerySet, Value, When

from ...delivery.drop_folder import xml_files
from ...delivery.models import Submission
from ...patients.folding import fold
from ...patients.models import Patient
from ...patients.queries import find_patients
from ...staff import policies
from ...visits.models import SourceFile, Visit
from ..shell.sent import found_by_code, with_carried

REFUSED = (SourceFile.Outcome.REFUSED, SourceFile.Outcome.NEEDS_REASON)
MOST_LOOKED_AT = 2000
"""Files of the drop folder that are counted for the page; a larger folder says "more than"."""


def files() -> QuerySet[SourceFile]:
    return SourceFile.objects.defer("stored")


def latest_files() -> list[SourceFile]:
    return list(files().order_by("-came_at", "-pk")[:12])


def quarantine() -> QuerySet[SourceFile]:
    return files().filter(outcome__in=REFUSED, erased_at__isnull=True)


def erased() -> int:
    """How many copies of refused files were erased so far."""
    return SourceFile.objects.filter(outcome__in=REFUSED, erased_at__isnull=False).count()


def counts() -> Mapping[str, Any]:
    return SourceFile.objects.aggregate(
        refused=Count("pk", filter=Q(outcome=SourceFile.Outcome.REFUSED, erased_at__isnull=True)),
        needs_reason=Count("pk", filter=Q(outcome=SourceFile.Outcome.NEEDS_REASON, erased_at__isnull=True)),
        dropped_last=Max("came_at", filter=Q(door=SourceFile.Door.DROP)),
    )


@dataclass(frozen=True, slots=True)
class DropFolder:
    path: str
    there: bool
    files: int
    more: bool


def drop_folder() -> DropFolder:
    folder = settings.HOME.drop
    there = folder.is_dir()
    found = sum(1 for _ in islice(xml_files(folder), MOST_LOOKED_AT + 1)) if there else 0
    return DropFolder(str(folder), there, min(found, MOST_LOOKED_AT), found > MOST_LOOKED_AT)


def people(text: str, most: int = 50) -> tuple[list[Patient], bool]:
    """Who matches a name or number, those called so first, with their visits; whether there are more."""
    latest = Visit.objects.order_by("-closed_at").only(
        "id", "patient_id", "visit_code", "closed_at", "type_code"
    )
    given = fold(text).split()[-1:] or [""]
    rank = Case(When(name_fold__endswith=f" {given[0]}", then=Value(0)), default=Value(1))
    people = find_patients(text).annotate(rank=rank).order_by("rank", "name_fold", "pk")
    found = list(people.prefetch_related("identifiers", Prefetch("visits", latest))[: most + 1])
    return found[:most], len(found) > most


def visits_by_code(code: str) -> list[Visit]:
    return list(Visit.objects.filter(visit_code=code).select_related("patient", "facility"))


def sent_by_code(person: Any, code: str, *, beside: set[int], most: int = 50) -> list[Submission]:
    """What else this person may see under a code, whichever kind was sent; not what belongs to the visits ``beside``."""
    if not (policies.can_see_delivery(person) or policies.can_look_up_cards(person)):
        return []
    rows = with_carried(found_by_code(code)).exclude(version__visit__in=beside)
    if not policies.can_see_delivery(person):
        rows = rows.filter(check_in__isnull=False)
    return list(rows.order_by("-pk")[:most])


def states_of(visits: list[int]) -> Mapping[int, str]:
    """The state of each visit's newest version: one query for a page of visits."""
    rows = (
        Submission.objects.filter(version__visit__in=visits)
        .order_by("version__number")
        .values_list("version__visit", "state")
    )
    return dict(rows)


def kept_bytes(file: SourceFile) -> bytes | None:
    """The quarantined copy of a file, or None when it is no longer there."""
    home = settings.HOME.path
    place = (home / file.quarantine_path).resolve()
    if not file.quarantine_path or not place.is_relative_to(home) or not place.is_file():
        return None
    return place.read_bytes()
