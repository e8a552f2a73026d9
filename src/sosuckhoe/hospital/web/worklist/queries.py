"""What needs a person: submissions that are held, refused, unclear or answered with findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from ...delivery.models import Submission
from ...delivery.states import State
from ...visits.models import Finding, SourceFile
from ..shell.words import state as state_look
from ..shell.work import work

LONG = timedelta(hours=24)
KINDS: Mapping[str, tuple[str, State]] = {
    "tam-giu": ("Đang tạm giữ", State.HELD),
    "tu-choi": ("Bị cổng từ chối", State.REFUSED),
    "chua-ro": ("Chưa rõ kết quả gửi", State.UNKNOWN),
    "loi-noi-dung": ("Cổng báo lỗi nội dung", State.FINDINGS),
}
"""The word in the address, the sentence, and the state it stands for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for."""

    cause: str = ""
    owner: str = ""
    kind: str = ""
    long: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason with everything held back for it."""

    key: str
    sentence: str
    rule: str
    path: str
    owner: str
    count: int
    oldest: datetime


def wished(rows: QuerySet[Submission], wish: Wish) -> QuerySet[Submission]:
    if wish.kind in KINDS:
        rows = rows.filter(state=KINDS[wish.kind][1])
    if wish.long:
        rows = rows.filter(since__lt=timezone.now() - LONG)
    if wish.owner:
        rows = rows.filter(owner=wish.owner)
    if wish.cause:
        rule, _, path = wish.cause.partition(":")
        found = Finding.objects.filter(
            version=OuterRef("version"), severity="error", overruled_by="", rule=rule, path=path
        )
        rows = rows.filter(Exists(found)) if path else rows.filter(problem_code=rule)
    return rows


def causes(wish: Wish) -> Sequence[Cause]:
    """Why things are held back, most frequent first. A visit with two faults stands behind both."""
    without = Wish(owner="", kind=wish.kind, long=wish.long)
    rows = wished(work(), without)
    found = list(
        Finding.objects.filter(
            severity="error",
            overruled_by="",
            version__in=rows.filter(state=State.HELD).values("version"),
        )
        .values("rule", "path", "owner")
        .annotate(
            count=Count("version", distinct=True),
            oldest=Min("version__submissions__since"),
            example=Min("message"),
        )
        .order_by("-count", "oldest")
    )
    listed = [
        Cause(
            f"{row['rule']}:{row['path']}",
            row["example"],
            row["rule"],
            row["path"],
            row["owner"],
            row["count"],
            row["oldest"],
        )
        for row in found
    ]
    others = (
        rows.filter(Q(first_rule=None) | ~Q(state=State.HELD))
        .values("problem_code", "state", "owner")
        .annotate(count=Count("id"), oldest=Min("since"), example=Min("problem"))
        .order_by("-count")
    )
    listed += [
        Cause(
            row["problem_code"],
            row["example"] or state_look(row["state"]).word,
            row["problem_code"],
            "",
            row["owner"],
            row["count"],
            row["oldest"],
        )
        for row in others
    ]
    if wish.owner:
        listed = [cause for cause in listed if cause.owner == wish.owner]
    return sorted(listed, key=lambda cause: (-cause.count, cause.oldest))


@dataclass(frozen=True, slots=True)
class Totals:
    count: int
    oldest: datetime | None
    long: int
    by_kind: Mapping[str, int]
    by_owner: Mapping[str, int]


def totals() -> Totals:
    """The numbers beside the filters: one pass over what needs a person."""
    late = timezone.now() - LONG
    rows = (
        work()
        .values("state", "owner")
        .annotate(count=Count("id"), oldest=Min("since"), long=Count("id", filter=Q(since__lt=late)))
        .order_by()
    )
    by_state: dict[str, int] = {}
    by_owner: dict[str, int] = {}
    oldest: datetime | None = None
    long = 0
    for row in rows:
        by_state[row["state"]] = by_state.get(row["state"], 0) + row["count"]
        by_owner[row["owner"]] = by_owner.get(row["owner"], 0) + row["count"]
        long += row["long"]
        oldest = min(oldest or row["oldest"], row["oldest"])
    by_kind = {kind: by_state.get(state, 0) for kind, (_, state) in KINDS.items()}
    return Totals(sum(by_state.values()), oldest, long, by_kind, by_owner)


def faults_per_version(versions: Sequence[int]) -> Mapping[int, int]:
    """How many errors each of these versions has, a habit in many rows counting once: one query for a page of rows."""
    word_for_nothing = Q(rule="SHP-004")
    rows = (
        Finding.objects.filter(version__in=versions, severity="error", overruled_by="")
        .values("version")
        .annotate(
            each=Count("id", filter=~word_for_nothing),
            habits=Count("path", filter=word_for_nothing, distinct=True),
        )
        .order_by()
    )
    return {row["version"]: row["each"] + row["habits"] for row in rows}


STOPPED = "CHECK-STOPPED"
"""The intake's code for a file whose check stopped because one of our rules broke."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Files kept back because a rule broke on them."""

    count: int
    oldest: datetime | None
    sentences: Sequence[str]
    """Which rules broke, in the words each file was kept back with."""


def stopped_checks() -> Stopped:
    """Files that wait for the program to be mended: nobody at the hospital did anything wrong."""
    rows = SourceFile.objects.filter(outcome=SourceFile.Outcome.REFUSED, code=STOPPED, erased_at__isnull=True)
    found = rows.aggregate(count=Count("pk"), oldest=Min("came_at"))
    said = rows.order_by("sentence").values_list("sentence", flat=True).distinct()[:5]
    return Stopped(found["count"], found["oldest"], list(said))
