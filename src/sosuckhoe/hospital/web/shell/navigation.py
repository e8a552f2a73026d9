"""Left navigation by task: what a person may do here, at most seven entries."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from ...staff import policies


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    icon: str
    route: str
    may: Callable[[Any], bool]
    family: str
    """The folder of pages it leads into: any of them marks it as where we are."""
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    name: str
    icon: str
    address: str
    here: bool
    count: int


def _anyone(person: Any) -> bool:
    return True


def can_work(person: Any) -> bool:
    """Whether held-back visits concern the person at all."""
    return any(
        may(person)
        for may in (policies.can_read_patients, policies.can_read_records, policies.can_see_delivery)
    )


def check_can_work(person: Any) -> None:
    if not can_work(person):
        raise policies.CannotReadPatients


def can_administer(person: Any) -> bool:
    return policies.can_set_up(person) or policies.can_manage_staff(person)


ENTRIES = (
    Entry("Hôm nay", "today", "web:today", _anyone, "today"),
    Entry("Việc cần làm", "work", "web:worklist", can_work, "worklist", counts=True),
    Entry("Tra thẻ BHYT", "search", "web:cards", policies.can_look_up_cards, "cards"),
    Entry("Nhận hồ sơ", "receive", "web:import", policies.can_import_files, "reception"),
    Entry("Gửi và biên nhận", "send", "web:delivery", policies.can_see_delivery, "delivery"),
    Entry("Báo cáo 6 tháng", "report", "web:six_month", policies.can_report, "reports"),
    Entry("Nhật ký", "journal", "web:journal", policies.can_read_journal, "journal"),
    Entry("Quản trị", "admin", "web:admin", can_administer, "admin"),
)


def navigation_of(person: Any, family: str, waiting: int) -> list[Shown]:
    return [
        Shown(
            entry.name,
            entry.icon,
            reverse(entry.route),
            entry.family == family,
            waiting if entry.counts else 0,
        )
        for entry in ENTRIES
        if entry.may(person)
    ]
