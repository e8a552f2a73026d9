"""The hospital's deeds as processes (tests/crash), and those that only the proof needs."""

import json
import sys
import threading
from pathlib import Path
from typing import Any

from tests.crash import hospital_process


def people(facts: str) -> None:
    """Whoever is asked looks at the other side's books and says truly what is there. ``facts``: kind and code → number.
    Says how much there was to do."""
    from sosuckhoe.hospital.delivery import actions, doors
    from sosuckhoe.hospital.delivery.models import Destination, Submission

    known: dict[str, str] = json.loads(Path(facts).read_text())
    paused = Destination.objects.filter(paused_at__isnull=False)
    unknown = Submission.ledger.filter(state="UNKNOWN")
    broken = Submission.ledger.filter(state="HELD", problem_code__startswith="ERROR")
    print(sum(rows.count() for rows in (paused, unknown, broken)))
    for destination in paused:
        actions.resume(by="prove", destination=destination)
    for row in broken:
        actions.release(by="prove", submission=row, reason="đã xem")
    for row in unknown:
        number = known.get(f"{kind_of(row)} {row.visit_code}")
        if number:
            doors.it_is_there(
                by="prove", submission=row, transaction_number=number, reason="đã thấy trên cổng"
            )
        else:
            doors.it_is_not_there(by="prove", submission=row, reason="đã tìm trên cổng, không có")


def kind_of(row: Any) -> str:
    """What it carries, by the name of its column."""
    return "version" if row.version_id else "check_in" if row.check_in_id else "health_check"


def ledger() -> None:
    """Every submission, whatever it carries, and how many things were frozen, as JSON."""
    from sosuckhoe.hospital.delivery.models import Submission
    from sosuckhoe.hospital.journal.chain import verify_chain
    from sosuckhoe.hospital.visits.models import CheckIn, HealthCheck, RecordVersion

    rows = Submission.ledger.select_related("version__visit", "check_in", "health_check", "document")
    told = [
        {
            "kind": kind_of(row),
            "code": row.visit_code,
            "state": row.state,
            "problem": row.problem_code,
            "sha256": row.document.sha256 if row.document else None,
            "receipts": list(row.receipts.values_list("transaction_number", flat=True)),
        }
        for row in rows.order_by("id")
    ]
    frozen = sum(model.objects.count() for model in (RecordVersion, CheckIn, HealthCheck))
    print(json.dumps({"rows": told, "frozen": frozen, "chain_is_whole": verify_chain().whole}))


def declare_repeats() -> None:
    """Of check-ins and of the hub, too, it is known that the same bytes again do no harm."""
    from sosuckhoe.hospital.delivery.models import Destination

    Destination.objects.update(
        replaces_by_visit_code=True, repeats_check_ins=True, replaces_evidence="mô phỏng, chế độ replace"
    )


def ask_portal() -> None:
    """What is unknown is asked for."""
    from sosuckhoe.hospital.delivery.models import Destination

    Destination.objects.filter(kind="portal").update(receipt_look_up="/_simulator/receipts")


def deliver_one(kind: str) -> None:
    """One thing by one line of work alone: what freezes or dies here does so at what it carries."""
    from sosuckhoe.hospital.delivery.worker import CheckInWorker, HealthCheckWorker, Worker

    lines = {"version": Worker, "check_in": CheckInWorker, "health_check": HealthCheckWorker}
    worker = lines[kind]("alone")
    assert worker.sign_one()
    assert worker.send_one()


def drain() -> None:
    """Deliver until nothing is due within the time that everything must be settled in."""
    from sosuckhoe.hospital.delivery.deliver import deliver

    deliver(until_idle=True, parallel=2, patience=60.0)


def deliver_with_errors(kind: str, at: str, parallel: str = "2") -> None:
    """Deliver while the storage call of this number fails: ``commit``, ``lost-commit`` or ``statement``."""
    from django.db import OperationalError
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

    from sosuckhoe.hospital.delivery import statements

    left, guard = [int(at)], threading.Lock()

    def due() -> bool:
        with guard:
            left[0] -= 1
            return left[0] == 0

    real_commit, real_execute = BaseDatabaseWrapper._commit, CursorWrapper.execute
    by_driver = statements._by_driver

    def commit(wrapper: Any) -> Any:
        strikes = due()
        if strikes and kind == "commit":
            raise OperationalError("disk I/O error (injected)")
        done = real_commit(wrapper)
        if strikes:
            raise OperationalError("connection lost during commit (injected)")
        return done

    def execute(cursor: Any, sql: Any, params: Any = None) -> Any:
        if due():
            raise OperationalError("disk I/O error (injected)")
        return real_execute(cursor, sql, params)

    def execute_by_driver(*statement: Any) -> Any:
        if due():
            raise OperationalError("disk I/O error (injected)")
        return by_driver(*statement)

    if kind == "statement":
        CursorWrapper.execute = execute
        statements._by_driver = execute_by_driver
    else:
        BaseDatabaseWrapper._commit = commit
    hospital_process.deliver(parallel)
    print("struck" if left[0] <= 0 else "not reached")


def check_copies(folder: str) -> None:
    """Every backup that lies there, judged as before a restore: the rows of its tables."""
    from sosuckhoe.hospital.delivery.backups.form import copies_in
    from sosuckhoe.hospital.delivery.backups.putting_back import check_copy

    copies = sorted(path for path, _ in copies_in(Path(folder)))
    print(json.dumps([check_copy(each).inside.counts for each in copies]))


def deliver_in_little_space(most: str) -> None:
    """Deliver while no file may grow beyond so many bytes."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    hospital_process.deliver("2")


def main() -> None:
    hospital_process.DEEDS.update(
        {
            "people": people,
            "ledger": ledger,
            "declare-repeats": declare_repeats,
            "ask-portal": ask_portal,
            "deliver-one": deliver_one,
            "check-copies": check_copies,
            "drain": drain,
            "deliver-with-errors": deliver_with_errors,
            "deliver-in-little-space": deliver_in_little_space,
        }
    )
    if len(sys.argv) == 1:
        hospital_process.keep_making()
        return
    # One deed in this very process, as when strace watches it.
    hospital_process.setup_django()
    deed, *arguments = sys.argv[1:]
    hospital_process.DEEDS[deed](*arguments)


if __name__ == "__main__":
    main()
