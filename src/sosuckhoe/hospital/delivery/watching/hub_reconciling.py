"""The same equalities of health checks: made = signed = sent = received, with cause and owner of every gap.

A check-up counts on the day of its newest file's NGAYLAP, or on the day it came where that is missing. The hub reports
nothing afterwards, so "received" is the last stage.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from ...visits.models import HealthCheck
from ..models import Destination, Receipt, SignedDocument, Submission
from ..outside import receipts_since
from ..practised import ELSEWHERE
from .deadlines import Due, Outage, dues
from .gap_causes import CAUSES, Cause, Doors, cause_of
from .hub_clock import clock_of, hubs, unfinished
from .reconciling import CHUNK, Names, Reconciliation, doors_now, gap_of, gaps_in
from .stories import Received, Story, Way, bounds, moments_of
from .working_calendar import WorkingCalendar, local_day

STAGES: Mapping[str, str] = {
    "closed": "phiếu khám sức khỏe đã lập",
    "signed": "đã ký",
    "sent": "đã gửi đi",
    "received": "trục đã tiếp nhận",
}


def _but(code: str, next_step: str, name: str = "") -> Cause:
    return replace(CAUSES[code], next_step=next_step, name=name or CAUSES[code].name)


OF_HEALTH_CHECKS = Names(
    STAGES,
    {
        **CAUSES,
        "NO-TASK": _but(
            "NO-TASK",
            "Kiểm tra trục của cơ sở đã khai và đang bật, rồi cho gửi bù cả nhóm.",
        ),
        "SET-UP": _but("SET-UP", "Kiểm tra chứng thư và khóa đã đăng ký với trục, rồi cho chạy lại cả nhóm."),
        "KEY": _but("KEY", "Mở khóa ký hoặc gia hạn chứng thư; phiếu tự ký tiếp khi khóa dùng được."),
        "PORTAL-DOWN": _but("PORTAL-DOWN", "Hệ thống tự thử lại; kiểm tra mạng và thông báo của trục.", "trục không trả lời"),
        "UNKNOWN": _but("UNKNOWN", "Hỏi đơn vị vận hành trục theo mã bản tin rồi ghi điều đã thấy. Không gửi lại khi chưa hỏi."),
        "REFUSED": _but("REFUSED", "Xem câu trả lời của trục, sửa ở phần mềm xuất tệp rồi nạp bản mới kèm lý do."),
        "NO-RECEIPT": _but("NO-RECEIPT", "Tìm mã giao dịch trong sổ biên nhận và hỏi trục; giữ nguyên dữ liệu."),
    },
)  # fmt: skip


Outages = Mapping[int, Sequence[Outage]]


def reconcile_health_checks(
    first: date,
    last: date,
    *,
    at: datetime,
    calendar: WorkingCalendar,
    destination: Destination | None = None,
    outages: Outages | None = None,
    older: bool = False,
) -> Reconciliation | None:
    """Every check-up from ``first`` to ``last``; None where there is none. ``destination``: of one hub only. ``older``:
    also what was made before and is not received, beside them."""
    there = {hub.pk: hub for hub in hubs()}
    if destination is not None and destination.pk not in there:
        return None
    doors, newest = doors_now(at), _in_period(first, last)
    same = newest.filter(facility=OuterRef("facility"), code=OuterRef("code"))
    found = _stories(newest, HealthCheck.objects.filter(Exists(same)), destination)
    old: list[Story] = []
    late: list[tuple[Story, Due]] = []
    for rows in _older(first) if older else ():
        codes = rows.order_by().values("code")
        files = HealthCheck.objects.filter(
            facility__in=[hub.facility_id for hub in there.values()], code__in=codes
        )
        some = _stories(rows, files, destination)
        old += some
        late += _clocks(some, rows, there, doors, at, calendar, outages)
    before = None
    if old:
        gaps = [gap_of(cause, story) for story in old if (cause := cause_of(story, doors))]
        days = [local_day(story.closed_at) for story in old]
        before = Reconciliation(min(days), max(days), at, old, gaps, late, OF_HEALTH_CHECKS)
    if not found and before is None:
        return None
    received = [each.at for story in found for way in story.ways for each in way.receipts]
    # A check-up's earlier file may have been received before the newest was made.
    journal = list(receipts_since(min([bounds(first, last)[0], *received])))
    running = _clocks(found, newest, there, doors, at, calendar, outages)
    gaps = gaps_in(found, doors, journal)
    return Reconciliation(first, last, at, found, gaps, running, OF_HEALTH_CHECKS, older=before)


def _clocks(
    found: Sequence[Story],
    newest: QuerySet[HealthCheck],
    there: Mapping[int, Destination],
    doors: Doors,
    at: datetime,
    calendar: WorkingCalendar,
    outages: Outages | None,
) -> list[tuple[Story, Due]]:
    """``newest``: the rows that these stories are of."""
    running: list[tuple[Story, Due]] = []
    undated = set(newest.filter(made_on=None).values_list("pk", flat=True))
    for story in found:
        hub = there.get(story.destination or 0)
        if hub is None or story.visit in undated or cause_of(story, doors) == "WITHHELD":
            continue
        # Only the insurer's gateway moves deadlines; the outages of a hub are told beside them.
        met = [replace(each, extends=False) for each in (outages or {}).get(hub.pk, ())]
        its = dues(moments_of(story), calendar, now=at, outages=met, clocks=(clock_of(hub),))
        running += [(story, due) for due in its]
    return running


def _in_period(first: date, last: date) -> QuerySet[HealthCheck]:
    """The newest file of each check-up, with its moment."""
    begin, end = bounds(first, last)
    return _newest().filter(moment__gte=begin, moment__lt=end)


def _older(first: date) -> Iterator[QuerySet[HealthCheck]]:
    """Those made before ``first`` that are not received, found from the ledger, some at a time."""
    before, _ = bounds(first, first)
    open_ones = list(unfinished().order_by().values_list("health_check", flat=True))
    for start in range(0, len(open_ones), CHUNK):
        yield _newest().filter(pk__in=open_ones[start : start + CHUNK], moment__lt=before)


def _newest() -> QuerySet[HealthCheck]:
    newer = HealthCheck.objects.filter(
        facility=OuterRef("facility"), code=OuterRef("code"), number__gt=OuterRef("number")
    )
    dated = HealthCheck.objects.annotate(moment=Coalesce("made_on", "at"))
    return dated.filter(~Exists(newer)).order_by("moment", "pk")


def _stories(
    newest: QuerySet[HealthCheck], files: QuerySet[HealthCheck], destination: Destination | None
) -> list[Story]:
    """One a check-up and hub; ``Story.visit`` is the key of its newest file. ``files``: all of these check-ups."""
    files = files.order_by()
    documents, receipts = defaultdict[int, list[Any]](list), defaultdict[int, list[Any]](list)
    signed = SignedDocument.objects.filter(submission__health_check__in=files).order_by(
        "submission", "number"
    )
    for row, *values in signed.values_list("submission", "pk", "sha256", "record_sha256"):
        documents[row].append(values)
    told = Receipt.objects.filter(submission__health_check__in=files).order_by("submission", "received_at")
    for row, *values in told.values_list(
        "submission", "transaction_number", "document_sha256", "received_at", "practice"
    ):
        receipts[row].append(Received(*values))
    ways: dict[tuple[int, str], dict[int, list[Way]]] = defaultdict(lambda: defaultdict(list))
    tasks = Submission.ledger.filter(health_check__in=files).order_by("health_check__number", "pk")
    tasks = tasks.exclude(problem_code=ELSEWHERE[0])
    columns = (
        "pk",
        "health_check__number",
        "health_check__sha256",
        "state",
        "since",
        "problem_code",
        "problem",
    )
    beside = ("document", "destination", "health_check__facility", "health_check__code")
    for pk, number, sha256, state, since, code, problem, document, where, *key in tasks.values_list(
        *columns, *beside
    ):
        ways[tuple(key)][where].append(
            Way(
                pk, number, sha256, state, since, code, problem,
                next((sha for one, sha, _ in documents[pk] if one == document), None),
                tuple((sha, record) for _, sha, record in documents[pk]),
                tuple(receipts[pk]),
                (),
            )
        )  # fmt: skip
    found = []
    for pk, facility, code, number, moment in newest.values_list(
        "pk", "facility", "code", "number", "moment"
    ):
        at_hubs = ways.get((facility, code), {})
        for where in sorted(at_hubs):
            if destination is None or where == destination.pk:
                found.append(Story(pk, code, False, moment, where, number, tuple(at_hubs[where])))
        if not at_hubs:
            found.append(Story(pk, code, False, moment, None, number, ()))
    return found
