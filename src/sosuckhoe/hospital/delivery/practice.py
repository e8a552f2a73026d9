"""Practice ends where real patients are served: a destination at which a simulator answered last is stopped at the start.

One that was never asked is found out at its first login (``calling``), before any record leaves.
"""

from datetime import datetime

from django.conf import settings

from ..journal.models import Entry
from .answers import SIMULATED, SIMULATOR_HEADER
from .last_answers import LastAnswer, last_answers
from .models import Destination, Receipt
from .stopping import stop_and_note

DECLARED = "Hệ thống này đã khai là hệ thống thật (SOSUCKHOE_ENVIRONMENT=production hoặc tệp PRODUCTION trong thư mục dữ liệu)."


def stop_practice(at: datetime) -> list[Destination]:
    """Those that are stopped now, each with its reason; nothing where it is not declared that real patients are served."""
    if not settings.HOME.is_production:
        return []
    answers = last_answers()
    rows = Destination.objects.filter(pk__in=answers.keys(), enabled=True, paused_at__isnull=True)
    return [each for each in rows if _is_practice(each, answers[each.pk][0]) and _stop(each, at)]


def _is_practice(destination: Destination, newest: LastAnswer) -> bool:
    """Not where somebody has changed it or let it go since: then its next login tells."""
    since = Entry.objects.filter(kind="destination", object_id=str(destination.pk), at__gt=newest.ended_at)
    return SIMULATOR_HEADER in newest.headers and not since.exists()


def _stop(destination: Destination, at: datetime) -> bool:
    receipts = Receipt.objects.filter(
        destination=destination, attempt__answer_head__contains=f"\n{SIMULATOR_HEADER}:"
    ).count()
    why = f"{DECLARED} {receipts} biên nhận đã lưu là của cổng mô phỏng: những hồ sơ ấy chưa đến cổng thật."
    stopped = stop_and_note(destination, SIMULATED, at, why)
    destination.refresh_from_db()
    return stopped
