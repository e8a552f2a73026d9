"""The hospital's deeds as processes (tests/crash), and those that only the proof needs."""

import json
import sys
import threading
from pathlib import Path
from typing import Any

from tests.crash import hospital_process


def people(facts: str) -> None:
    """Whoever is asked looks at the portal's books and says truly what is there. ``facts``: visit code → number."""
    from sosuckhoe.hospital.delivery import actions, doors
    from sosuckhoe.hospital.delivery.models import Destination, Submission

    known: dict[str, str] = json.loads(Path(facts).read_text())
    for destination in Destination.objects.filter(paused_at__isnull=False):
        actions.resume(by="prove", destination=destination)
    for row in Submission.objects.filter(state="UNKNOWN").select_related("version__visit"):
        number = known.get(row.version.visit.visit_code)
        if number:
            doors.it_is_there(
                by="prove", submission=row, transaction_number=number, reason="đã thấy trên cổng"
            )
        else:
            doors.it_is_not_there(by="prove", submission=row, reason="đã tìm trên cổng, không có")
    for row in Submission.objects.filter(state="HELD", problem_code__startswith="ERROR"):
        actions.release(by="prove", submission=row, reason="đã xem")


def drain() -> None:
    """Deliver until nothing is due within the time that everything must be settled in."""
    from sosuckhoe.hospital.delivery.deliver import deliver

    deliver(until_idle=True, parallel=2, patience=60.0)


def deliver_with_errors(kind: str, at: str, parallel: str = "2") -> None:
    """Deliver while the storage call of this number fails: ``commit``, ``lost-commit`` or ``statement``."""
    from django.db import OperationalError
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

    left, guard = [int(at)], threading.Lock()

    def due() -> bool:
        with guard:
            left[0] -= 1
            return left[0] == 0

    real_commit, real_execute = BaseDatabaseWrapper._commit, CursorWrapper.execute

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

    if kind == "statement":
        CursorWrapper.execute = execute
    else:
        BaseDatabaseWrapper._commit = commit
    hospital_process.deliver(parallel)
    print("struck" if left[0] <= 0 else "not reached")


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
