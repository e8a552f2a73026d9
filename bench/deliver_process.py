"""What ``bench/deliver.py`` lets the hospital do in processes of its own; each deed answers with a line of JSON."""

import gc
import json
import resource
import sys
import time
from collections.abc import Callable
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
    while worker.sign_one():
        pass


def again() -> None:
    """Everything signed waits to be sent once more."""
    from sosuckhoe.hospital.delivery.models import Destination, Submission

    Destination.objects.update(failures=0, quiet_until=None, paused_at=None)
    Submission.objects.filter(document__isnull=False).update(
        state="SIGNED", not_before=None, holder="", lease_until=None, problem_code="", problem=""
    )


def send(lines: str) -> None:
    """Send until nothing is left, on so many lines."""
    import threading

    from django.db import connection

    from sosuckhoe.hospital.delivery.worker import Worker

    counts = [0] * int(lines)

    def line(number: int) -> None:
        worker = Worker(f"bench:{number}:{time.monotonic_ns()}")
        while worker.send_one():
            counts[number] += 1
        connection.close()

    before, began = _cpu(), time.perf_counter()
    threads = [threading.Thread(target=line, args=(number,)) for number in range(int(lines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(sent=sum(counts), wall=time.perf_counter() - began, cpu=_cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory(visits: str, batch: str) -> None:
    """Deliver so many, the same ones again and again, and say how large the process is on the way."""
    from sosuckhoe.hospital.delivery.worker import Worker

    worker, done, sizes = Worker("bench"), 0, {}
    marks = [1000, int(visits)]
    while done < int(visits):
        again()
        while done < int(visits) and worker.send_one():
            done += 1
            if done in marks:
                gc.collect()
                sizes[done] = int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    say(sizes=sizes)


def claims(number: str) -> None:
    """Claims of the ledger against a bare loop that locks, takes and commits, in turn on the same connection."""
    from sosuckhoe.hospital.delivery.worker import Worker

    shares, ours, bare = [], [], []
    worker = Worker("bench")
    for _ in range(5):
        again()
        own = _rate(int(number), lambda: _claimed(worker.claim()))
        loop = _rate(int(number), _bare_loop())
        ours.append(own)
        bare.append(loop)
        shares.append(own / loop)
    again()
    say(share=median(shares), per_second=median(ours), bare_per_second=median(bare))


def _claimed(found: object) -> None:
    if not found:
        raise SystemExit("nothing was left to claim")


def _rate(number: int, deed: Callable[[], None]) -> float:
    began = time.perf_counter()
    for _ in range(number):
        deed()
    return number / (time.perf_counter() - began)


def _bare_loop() -> Callable[[], None]:
    """A queue of three columns, one row a commit, by the driver alone."""
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
        cursor.execute(f"SELECT id FROM bench_queue WHERE state = 'SIGNED' ORDER BY id LIMIT 1{skip}")
        row = cursor.fetchone()
        cursor.execute(
            f"UPDATE bench_queue SET state = 'SENDING', holder = 'bench', lease = {mark} WHERE id = {mark}",
            (str(time.time()), row[0]),
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

    wanted = int(number)
    rows = list(
        Submission.objects.filter(state="WAITING").select_related("version__visit__facility")[: 3 * wanted]
    )
    now = timezone.now()
    key, signer = key_for(rows[0].version.visit.facility, now)
    signed: list[bytes] = []

    def alone() -> None:
        row = rows[len(signed)]
        document = sign(
            unsigned_bytes(row, at=now), signer, signature_id=f"Signature-{row.pk}", canonical=True
        )
        verify(document, at=now, registered=[key.fingerprint])
        signed.append(document)

    before = time.process_time()
    for _ in range(wanted):
        alone()
    processor = wanted / (time.process_time() - before)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_store (content "
            + ("bytea" if connection.vendor == "postgresql" else "BLOB")
            + ")"
        )

    def keep(document: bytes) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_store VALUES (%s)", [document])

    began = time.perf_counter()
    for document in signed:
        keep(document)
    store = wanted / (time.perf_counter() - began)
    worker = Worker("bench")
    rate = _rate(wanted, lambda: _claimed(worker.sign_one() or None))
    say(
        share=rate / min(processor, store),
        per_second=rate,
        processor_per_second=processor,
        store_per_second=store,
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
    """Processor time of this process, and wall time, of a claim: the median of so many."""
    from sosuckhoe.hospital.delivery.worker import Worker

    again()
    worker = Worker("bench")
    walls = []
    for _ in range(int(number)):
        began = time.perf_counter()
        _claimed(worker.claim())
        walls.append(time.perf_counter() - began)
    again()
    say(milliseconds=1000 * median(walls))


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
