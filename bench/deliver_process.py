"""What ``bench/deliver.py`` lets the hospital do in processes of its own; each deed answers with a line of JSON."""

import gc
import json
import os
import resource
import sys
import time
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.crash import hospital_process


def say(**found: Any) -> None:
    print(json.dumps(found), flush=True)


def sign_all() -> None:
    from sosuckhoe.hospital.delivery.worker import Worker

    worker = Worker("bench")
    while worker.sign_some():
        pass


def again(number: str = "") -> None:
    """What was signed waits to be sent once more: so many of them, the others stay where they are."""
    from sosuckhoe.hospital.delivery.models import Destination, SignedDocument, Submission

    Destination.objects.update(failures=0, quiet_until=None, paused_at=None)
    keys = sorted(SignedDocument.objects.values_list("submission_id", flat=True))
    free = {"not_before": None, "holder": "", "lease_until": None}
    signed = Submission.objects.filter(pk__gte=keys[0], pk__lte=keys[-1], document__isnull=False)
    signed.update(state="HELD", problem_code="BENCH", problem="đo", **free)
    last = keys[min(int(number or len(keys)), len(keys)) - 1]
    signed.filter(pk__lte=last).update(state="SIGNED", problem_code="", problem="")


def send(lines: str) -> None:
    """Send until nothing is left, on so many lines; says when each call was settled and when a line found nothing.

    Processor time counts from the moment at which every line had settled one: what a line opens and reads once belongs
    to its start.
    """
    import threading

    from django.db import connection

    from sosuckhoe.hospital.delivery.claims import RECORDS
    from sosuckhoe.hospital.delivery.connections import KEPT
    from sosuckhoe.hospital.delivery.hand import Hand
    from sosuckhoe.hospital.delivery.worker import Worker

    hand = Hand(RECORDS, f"bench:{os.getpid()}", int(lines))
    settled: list[list[float]] = [[] for _ in range(int(lines))]
    empty, warm = [], []

    def line(number: int) -> None:
        worker = Worker(f"bench:{os.getpid()}:{number}", hand)
        while worker.send_one():
            settled[number].append(time.time())
            if not warm and all(settled):
                warm.append((_cpu(), sum(map(len, settled))))
        empty.append(time.time())
        KEPT.hang_up()
        connection.close()

    cold = _cpu(), 0
    threads = [threading.Thread(target=line, args=(number,)) for number in range(int(lines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu, before = (warm or [cold])[0]
    say(settled=settled, empty=min(empty), cpu=_cpu() - cpu, of=sum(map(len, settled)) - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory(visits: str) -> None:
    """Deliver so many, the same ones again and again, and say how large the process is on the way."""
    from sosuckhoe.hospital.delivery.worker import Worker

    worker, done, sizes = Worker("bench"), 0, {}
    marks = [1000, int(visits)]
    while done < int(visits):
        again()
        before = done
        while done < int(visits) and worker.send_one():
            done += 1
            if done in marks:
                gc.collect()
                sizes[done] = int(Path("/proc/self/statm").read_text().split()[1]) * 4096
        if done == before:
            raise SystemExit("nothing is sent any more")
    say(sizes=sizes)


def claims(number: str) -> None:
    """Claims of the ledger against a bare loop that locks, takes and commits as many at a time, in turn.

    A claim is what holds the turn: found, lent, its attempts noted, committed. Reading what is to be sent comes after it
    and is told beside it, with what the share is when it counts.
    """
    from sosuckhoe.hospital.delivery.hand import HANDFUL

    found: dict[str, Any] = {}
    for batch in (1, HANDFUL):
        turns = max(3, int(number) // batch)
        told = []
        for _ in range(5):
            again()
            lent: list[Any] = []
            own, own_cpu = _rate(turns, partial(_lend, lent, batch))
            hands = iter(lent)
            read, read_cpu = _rate(turns, lambda hands=hands: _load(next(hands)))  # type: ignore[misc]
            loop, loop_cpu = _rate(turns, _bare_loop(batch))
            whole = 1 / (1 / own + 1 / read)
            cpus = [1000 * cpu / batch for cpu in (own_cpu, read_cpu, loop_cpu)]
            rates = batch * own, batch * whole, batch * loop
            told.append((own / loop, loop_cpu / own_cpu, whole / loop, *rates, *cpus))
        names = ("share", "cpu_share", "share_with_reading", "per_second", "per_second_with_reading")
        names += ("bare_per_second", "cpu_ms", "reading_cpu_ms", "bare_cpu_ms")
        middle = (round(median(column), 3) for column in zip(*told, strict=True))
        found[f"{batch}_at_a_time"] = dict(zip(names, middle, strict=True))
    again()
    say(**found)


def _lend(lent: list[Any], batch: int) -> None:
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.claims import RECORDS, lend_to_send

    hand = lend_to_send(RECORDS, "bench", timezone.now(), batch, turn=len(lent) * batch)
    _claimed(hand, batch)
    lent.append([submission for submission, _ in hand])


def _load(lent: Any) -> None:
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.claims import RECORDS, load_to_send

    load_to_send(RECORDS, lent, timezone.now())


def _claimed(found: list[Any], wanted: int = 1) -> None:
    if len(found) < wanted:
        raise SystemExit("nothing was left to claim")


def _rate(number: int, deed: Callable[[], None]) -> tuple[float, float]:
    """How many a second, and the processor seconds of this process for one."""
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(number):
        deed()
    return number / (time.perf_counter() - began), (time.process_time() - cpu) / number


def _bare_loop(batch: int) -> Callable[[], None]:
    """A queue of three columns, so many rows a commit, by the driver alone."""
    from django.db import connection

    connection.ensure_connection()
    raw = connection.connection
    on_postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_queue")
        cursor.execute(
            "CREATE TABLE bench_queue (id INTEGER PRIMARY KEY, state TEXT, holder TEXT, lease TEXT)"
        )
        cursor.execute("CREATE INDEX bench_queue_next ON bench_queue (state, id)")
        cursor.executemany(
            "INSERT INTO bench_queue VALUES (%s, 'SIGNED', '', '')", [(n,) for n in range(5000)]
        )
    skip = " FOR UPDATE SKIP LOCKED" if on_postgres else ""
    mark = "%s" if on_postgres else "?"
    begin = "BEGIN" if on_postgres else "BEGIN IMMEDIATE"

    def take() -> None:
        cursor = raw.cursor()
        cursor.execute(begin)
        cursor.execute(f"SELECT id FROM bench_queue WHERE state = 'SIGNED' ORDER BY id LIMIT {batch}{skip}")
        rows = [key for (key,) in cursor.fetchall()]
        cursor.execute(
            f"UPDATE bench_queue SET state = 'SENDING', holder = 'bench', lease = {mark} "
            f"WHERE id IN ({', '.join([mark] * len(rows))})",
            (str(time.time()), *rows),
        )
        cursor.execute("COMMIT")

    return take


def prepare(number: str) -> None:
    """Signing with its durable commit, against its processor's part alone and the store's own rate at these bytes."""
    from django.db import connection, transaction
    from django.utils import timezone

    from sosuckhoe.healthbook.signing import sign, verify
    from sosuckhoe.hospital.delivery.models import Submission
    from sosuckhoe.hospital.delivery.signers.keys import key_for
    from sosuckhoe.hospital.delivery.signing import unsigned_bytes
    from sosuckhoe.hospital.delivery.worker import Worker

    rounds = 5
    each = int(number) // rounds
    waiting = Submission.objects.filter(state="WAITING").select_related("version__visit__facility")
    rows = list(waiting.order_by("-pk")[: rounds * each])
    now = timezone.now()
    key, signer = key_for(rows[0].version.visit.facility, now)
    with connection.cursor() as cursor:
        kind = "bytea" if connection.vendor == "postgresql" else "BLOB"
        cursor.execute(f"CREATE TABLE bench_store (content {kind})")

    def alone(row: Any) -> bytes:
        document = sign(
            unsigned_bytes(row, at=now), signer, signature_id=f"Signature-{row.pk}", canonical=True
        )
        verify(document, at=now, registered=[key.fingerprint])
        return document

    def keep(document: bytes) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_store VALUES (%s)", [zlib.compress(document, 1)])

    def signed_already() -> int:
        return int(Submission.objects.exclude(state="WAITING").count())

    worker, shares, told = Worker("bench"), [], []
    while signed_already() < 2:  # what is read once a process is not measured
        worker.sign_some()
    for turn in range(rounds):
        before = time.process_time()
        documents = [alone(row) for row in rows[turn * each : (turn + 1) * each]]
        alone_cpu = (time.process_time() - before) / each
        began = time.perf_counter()
        for document in documents:
            keep(document)
        store = each / (time.perf_counter() - began)
        there, began, before = signed_already(), time.perf_counter(), time.process_time()
        while signed_already() < there + each and worker.sign_some():
            pass
        done = signed_already() - there
        rate, cpu = done / (time.perf_counter() - began), (time.process_time() - before) / done
        shares.append((rate / min(1 / alone_cpu, store), alone_cpu / cpu))
        told.append((rate, 1 / alone_cpu, store, 1000 * cpu))
    share, cpu_share = (round(median(column), 3) for column in zip(*shares, strict=True))
    names = ("per_second", "processor_per_second", "store_per_second", "cpu_ms")
    rates = [round(median(column), 1) for column in zip(*told, strict=True)]
    say(
        share=share,
        spread=[round(min(one for one, _ in shares), 3), round(max(one for one, _ in shares), 3)],
        cpu_share=cpu_share,
        **dict(zip(names, rates, strict=True)),
    )


def grow(rows: str) -> None:
    """Fill the ledger up to so many rows with narrow ones that are done with."""
    from django.db import connection

    wanted = int(rows)
    on_postgres = connection.vendor == "postgresql"
    columns = "destination_id, state, since, created_at, fence, holder, attempt_count, delays, problem_code, problem, version_id"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(version_id), 0) FROM delivery_submission")
        there, last = cursor.fetchone()
        missing = wanted - there
        if missing <= 0:
            return
        values = "d.id, 'SUPERSEDED', '2026-01-01', '2026-01-01', 1, '', 1, 0, '', '', "
        place = "(SELECT min(id) AS id FROM delivery_destination) d"
        if on_postgres:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                f"INSERT INTO delivery_submission ({columns}) SELECT {values}{last} + n FROM generate_series(1, {missing}) n, {place}"
            )
            cursor.execute("ANALYZE delivery_submission")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {missing}) "
                f"INSERT INTO delivery_submission ({columns}) SELECT {values}{last} + i FROM n, {place}"
            )
            cursor.execute("ANALYZE")


def claim_time(number: str) -> None:
    """Wall time of a claim, the median of so many, and the processor time of this process for one."""
    from sosuckhoe.hospital.delivery.worker import Worker

    again()
    worker = Worker("bench")
    _claimed(worker.claim())
    walls, cpu = [], time.process_time()
    for _ in range(int(number)):
        began = time.perf_counter()
        _claimed(worker.claim())
        walls.append(time.perf_counter() - began)
    cpu = (time.process_time() - cpu) / int(number)
    again()
    say(milliseconds=1000 * median(walls), cpu_milliseconds=1000 * cpu)


DEEDS: dict[str, Callable[..., None]] = {
    "sign-all": sign_all,
    "again": again,
    "send": send,
    "memory": memory,
    "claims": claims,
    "prepare": prepare,
    "grow": grow,
    "claim-time": claim_time,
}

if __name__ == "__main__":
    hospital_process.DEEDS.update(DEEDS)
    hospital_process.keep_making()
