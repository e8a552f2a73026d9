"""``/metrics`` for Prometheus and ``/healthz`` for whoever restarts what has died. Counts and ages only."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ...delivery.watching.watched import ALARMS, Watched, alarms, watched

HERE = ("127.0.0.1", "::1")
THROUGH_A_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO")


def may_read(request: HttpRequest) -> bool:
    """From this machine itself, or with the token in ``secrets/metrics-token``."""
    file = settings.HOME.secrets / "metrics-token"
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind == "Bearer" and file.exists():
        return hmac.compare_digest(token.strip().encode(), file.read_bytes().strip())
    local = request.META.get("REMOTE_ADDR") in HERE
    return local and not any(name in request.META for name in THROUGH_A_PROXY)


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS:
        return HttpResponse(status=404)
    if not may_read(request):
        return HttpResponse(status=403)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Look(watched(timezone.now())))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while pages and database answer; says nothing else."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


class _Look(Collector):
    """One look as metric families."""

    def __init__(self, look: Watched) -> None:
        self.look = look

    def collect(self) -> Iterator[GaugeMetricFamily]:
        look, at = self.look, self.look.at

        def family(name: str, text: str, labels: tuple[str, ...], rows: dict[tuple[str, ...], float]) -> GaugeMetricFamily:  # fmt: skip
            made = GaugeMetricFamily(f"sosuckhoe_{name}", text, labels=labels)
            for values, number in rows.items():
                made.add_metric(values, number)
            return made

        there = look.destinations
        age = {key: (at - oldest).total_seconds() for key, (_, oldest) in look.states.items()}
        yield family("submissions", "Submissions by destination and state.", ("destination", "state"), {k: n for k, (n, _) in look.states.items()})  # fmt: skip
        yield family(
            "submission_oldest_seconds", "Age of the oldest in each state.", ("destination", "state"), age
        )
        yield family(
            "held", "Held submissions by cause.", ("cause",), {(k,): n for k, n in look.held.items()}
        )
        yield family(
            "attempts", "Attempts by outcome, all time.", ("destination", "outcome"), dict(look.attempts)
        )
        yield family("paused", "1 where sending is paused.", ("destination",), {(k,): float(d.paused) for k, d in there.items()})  # fmt: skip
        yield family("failures_in_a_row", "Calls in a row without an answer.", ("destination",), {(k,): d.failures for k, d in there.items()})  # fmt: skip
        yield family("last_answer_age_seconds", "Since the destination last answered.", ("destination",), {(k,): (at - d.answered_at).total_seconds() for k, d in there.items() if d.answered_at})  # fmt: skip
        yield family("clock_ahead_seconds", "How far this machine's clock is ahead of the destination's, as far as that is certain; negative: behind.", ("destination",), {(k,): gap.total_seconds() for k, gap in look.clocks.items()})  # fmt: skip
        yield family("certificate_days_left", "Days until a certificate ends.", ("key",), {(k,): (end - at).total_seconds() / 86400 for k, end in look.keys.items()})  # fmt: skip
        yield family("clocks_overdue", "Missed and open deadlines, by clock, of every visit and health check that has one.", ("clock",), {(k,): n for k, n in look.late.items()})  # fmt: skip
        yield family("incidents_open", "Outages that have not ended.", (), {(): look.incidents})
        yield family("restore_hold", "1 while a restored copy waits for its release.", (), {(): float(look.restore_hold)})  # fmt: skip
        yield family("read_only", "1 while nothing can be written: disk or database are read-only.", (), {(): float(bool(look.cannot_save))})  # fmt: skip
        if look.room is not None:
            yield family("disk_free_bytes", "Free where the journal outside, and with SQLite the ledger, is written.", (), {(): look.room})  # fmt: skip
        if look.time is not None:
            yield family("clock_held", "1 while this machine's clock is held to a source of time; absent where that cannot be known.", (), {(): float(look.time.is_held)})  # fmt: skip
            yield family("clock_largest_error_seconds", "How far this machine's clock may be off at most, as the kernel says; 16 when nobody holds it.", (), {(): look.time.largest_error})  # fmt: skip
        if look.flush is not None:
            yield family("disk_flush_seconds", "One flush of the disk where the program writes, measured once a minute.", (), {(): look.flush})  # fmt: skip
        if look.log is not None:
            yield family("sqlite_log_bytes", "SQLite's write-ahead log; it grows while somebody reads for long.", (), {(): look.log})  # fmt: skip
        if look.transaction is not None:
            yield family("oldest_transaction_seconds", "PostgreSQL's oldest open transaction.", (), {(): look.transaction.total_seconds()})  # fmt: skip
        if look.pulse is not None:
            yield family("worker_pulse_age_seconds", "Since a sending process was last alive.", (), {(): (at - look.pulse).total_seconds()})  # fmt: skip
        if look.checked_at is not None:
            yield family("stored_check_age_seconds", "Since every stored file was hashed again.", (), {(): (at - look.checked_at).total_seconds()})  # fmt: skip
            yield family("stored_damaged", "Stored files whose hash no longer fits.", (), {(): look.damaged})
            yield family("journal_chain_whole", "1 when the journal's chain verified.", (), {(): float(bool(look.chain_is_whole))})  # fmt: skip
        if look.backups.good_at is not None:
            yield family("backup_age_seconds", "Since the moment that the last good backup shows.", (), {(): (at - look.backups.good_at).total_seconds()})  # fmt: skip
        if look.backups.hours is not None:
            yield family("backup_interval_seconds", "A backup is due so long after the one before; absent: no schedule is set.", (), {(): look.backups.hours * 3600})  # fmt: skip
        firing = {alarm.code for alarm in alarms(look)}
        yield family("alarm", "1 while an alarm of the board is on.", ("code",), {(code,): float(code in firing) for code in ALARMS})  # fmt: skip
