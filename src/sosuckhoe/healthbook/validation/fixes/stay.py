"""Kind and length of a stay, where the standard derives them from arrival and discharge."""

from collections.abc import Iterable
from datetime import datetime

from ..rules.stay import BY_CALENDAR, WITHOUT_DAYS
from ..typed import parse_datetime
from .fix import Case, Change

SHORT = "09"
"""MA_LOAI_KCB of an inpatient stay of less than four hours."""


def days_by_the_standard(case: Case) -> Iterable[Change]:
    """SO_NGAY_DTRI: 0 for types 01, 07, 09; day of discharge minus day of arrival plus 1 for 02, 03, 04, 06."""
    kind, times = case.value("XML1.MA_LOAI_KCB"), _times(case)
    if kind in WITHOUT_DAYS and case.is_faultless("XML1.MA_LOAI_KCB"):
        return case.here("0")
    if kind in BY_CALENDAR and times and case.is_faultless("XML1.MA_LOAI_KCB"):
        return case.here(str((times[1].date() - times[0].date()).days + 1))
    return []


def short_stay(case: Case) -> Iterable[Change]:
    """Type 09 and no days of treatment; the summary that repeats the type follows."""
    if not _times(case):
        return []
    changes = case.here(SHORT)
    days = case.value("XML1.SO_NGAY_DTRI")
    if days not in ("", "0"):
        changes.append(Change("XML1", "SO_NGAY_DTRI", 1, days, "0"))
    repeated = case.value("XML8.MA_LOAI_KCB")
    if repeated and repeated == case.text:
        changes.append(Change("XML8", "MA_LOAI_KCB", 1, repeated, SHORT))
    return changes


def _times(case: Case) -> tuple[datetime, datetime] | None:
    """Arrival and discharge, where both are faultless and in order."""
    arrived = parse_datetime(case.value("XML1.NGAY_VAO"))
    discharged = parse_datetime(case.value("XML1.NGAY_RA"))
    faultless = case.is_faultless("XML1.NGAY_VAO") and case.is_faultless("XML1.NGAY_RA")
    return (arrived, discharged) if arrived and discharged and faultless and arrived <= discharged else None
