"""What checkers read: every call, every record held, every book, every finding."""

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse

from sosuckhoe.simulator.book.models import Entry
from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.insurer.work import work
from sosuckhoe.simulator.portal.findings import tell
from sosuckhoe.simulator.portal.history import settle
from sosuckhoe.simulator.portal.models import Call, Finding, Submission

from .door import allowing, body, reply


def _page(request: HttpRequest) -> tuple[int, int]:
    return int(request.GET.get("after", 0)), min(int(request.GET.get("limit", 10_000)), 100_000)


@allowing("GET")
def history(request: HttpRequest) -> HttpResponse:
    """Every call in order. ``?after=<id>&limit=<n>``; ``reply``: pending, sent or dropped."""
    settle()
    after, limit = _page(request)
    calls = Call.objects.filter(pk__gt=after).order_by("pk")[:limit]
    return reply(list(calls.values()))


@allowing("GET")
def received(request: HttpRequest) -> HttpResponse:
    """What the portal holds: one line per facility, visit and kind, newest version, with how many there were.

    ``?all=1``: every version.
    """
    rows = (
        Submission.objects.order_by("facility_code", "visit_code", "kind", "version")
        .annotate(sender=F("account__username"))
        .values(
            "facility_code", "visit_code", "kind", "version", "sha256", "transaction", "sender", "path",
            "received_at", "published_at", "not_published", "counted_twice",
        )
    )  # fmt: skip
    if request.GET.get("all"):
        return reply(list(rows))
    newest: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        newest[row["facility_code"], row["visit_code"], row["kind"]] = row
    return reply(list(newest.values()))


@allowing("GET")
def books(request: HttpRequest) -> HttpResponse:
    """The published entries by holder: ``id:<personal ID>`` or ``card:<number>``."""
    work()
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in Entry.objects.order_by("holder", "pk"):
        found.setdefault(entry.holder, []).append(
            {
                "facility_code": entry.facility_code,
                "visit_code": entry.visit_code,
                "copy": entry.copy,
                "version": entry.version,
                "transaction": entry.transaction,
                "sha256": entry.sha256,
                "published_at": entry.published_at,
                "tables": {name: len(rows) for name, rows in entry.record.items()},
            }
        )
    return reply(found)


@allowing("GET", "POST")
def findings(request: HttpRequest) -> HttpResponse:
    """For checkers only: findings visible now. The portal itself shows them on its pages and nowhere else.

    POST adds one to a receipt: ``{"transaction": …, "sentence": …, "after_hours": 48, "kind": "mismatch",
    "table": "XML1", "row": 1, "field": "T_THUOC", "value": "0"}``.
    """
    work()
    if request.method == "POST":
        _add_finding(**body(request))
    visible = Finding.visible(clock.now()).order_by("pk")
    return reply(
        list(
            visible.values(
                "kind", "table", "row", "field", "value", "sentence", "visible_from",
                transaction=F("submission__transaction"), visit_code=F("submission__visit_code"),
            )
        )
    )  # fmt: skip


def _add_finding(transaction: str, sentence: str, **how: Any) -> None:
    submission = Submission.objects.filter(transaction=transaction).first()
    if submission is None:
        raise ValueError("no such transaction")
    tell(submission, sentence=sentence, **how)
