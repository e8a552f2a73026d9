"""Practice ends where real patients are served: a destination at which a simulator answered last is stopped at the start.

One that was never asked is found out at its first login (``calling``), before any record leaves.
"""

from datetime import datetime

from django.conf import settings

from ..journal.models import Entry
from .answers import SIMULATED, SIMULATOR_HEADER
from .last_answers import LastAnswer, last_answers
from .models import Destination, PracticeReceipt
from .practice_receipts import note_practice_receipts
from .stopping import SENDER, stop_and_note

DECLARED = "Hệ thống này đã khai là hệ thống thật (SOSUCKHOE_ENVIRONMENT=production hoặc tệp PRODUCTION trong thư mục dữ liệu)."


def stop_practice(at: datetime) -> list[Destination]:
    """Those that are stopped now, each with its reason; nothing where it is not declared that real patients are served.

    What only a simulator has received is noted and held beside it.
    """
    if not settings.HOME.is_production:
        return []
    note_practice_receipts(at)
    rows = Destination.objects.filter(enabled=True, paused_at__isnull=True)
    found = practice_destinations()
    return [each for each in rows if each.pk in found and _stop(each, at)]


def practice_destinations() -> frozenset[int]:
    """Where a simulator answered last, by key; one that gave no answer lately is found out at its next login."""
    newest = {pk: answers[0] for pk, answers in last_answers().items()}
    return frozenset(pk for pk, answer in newest.items() if _is_simulators(pk, answer))


def _is_simulators(destination: int, newest: LastAnswer) -> bool:
    """Not where a person has changed it or let it go since: then its next login tells."""
    since = Entry.objects.filter(kind="destination", object_id=str(destination), at__gt=newest.ended_at)
    return SIMULATOR_HEADER in newest.headers and not since.exclude(actor=SENDER).exists()


def _stop(destination: Destination, at: datetime) -> bool:
    count = PracticeReceipt.objects.filter(receipt__destination=destination).count()
    why = f"{DECLARED} {count} biên nhận đã lưu là của cổng mô phỏng: những hồ sơ ấy chưa đến cổng thật."
    stopped = stop_and_note(destination, SIMULATED, at, why)
    destination.refresh_from_db()
    return stopped
