"""The pages of incidents: all are reachable, each opens what it delayed, and what is told keeps what was typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.unit.reconciling.conftest import Books
from tests.unit.reconciling.hub_books import HubBooks

from sosuckhoe.hospital.delivery.models import Destination, Incident
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.hub_clock import HUB_CLOCKS
from sosuckhoe.hospital.delivery.watching.incidents import record_incidents
from sosuckhoe.hospital.delivery.watching.told_incidents import Told, tell
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.web.shell import paging

HOUR = timedelta(hours=1)


def written(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%d/%m/%Y %H:%M")


def typed(books: Books, **more: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "destination": books.destination.pk,
        "cause": "planned",
        "started_at": written(now - 4 * HOUR),
        "ended_at": "",
        "announced_by": "BHXH tỉnh (mẫu)",
        "announced_at": written(now - 20 * HOUR),
        "evidence": "Công văn mẫu 12/TB",
        **more,
    }


def told(books: Books, begins: float, ends: float | None, cause: str = "gateway", **more: Any) -> Incident:
    now = timezone.now()
    return tell(
        by="hoa",
        told=Told(
            more.get("destination", books.destination),
            now + begins * HOUR,
            None if ends is None else now + ends * HOUR,
            cause,
            "BHXH tỉnh (mẫu)",
            now - 2000 * HOUR,
            "Thông báo mẫu",
        ),
    )


def page_of(client: Any, name: str, *args: Any, query: str = "") -> str:
    answer = client.get(reverse(f"web:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_maintenance_is_told_while_paused_then_closed_and_the_deadline_of_its_visit_is_shown_moved(
    books, desk
):
    now = timezone.now()
    visit = books.visit(now - 6 * HOUR)
    books.put(State.SIGNED, visit, since=now - 5 * HOUR)
    client = desk("records")
    client.post(reverse("web:delivery_pause", args=[books.destination.pk]), {"reason": "bảo trì"})
    assert f"?noi={books.destination.pk}" in page_of(client, "delivery")
    saved = client.post(reverse("web:delivery_incident_tell"), typed(books))
    incident = Incident.objects.get()
    assert saved["Location"] == reverse("web:delivery_incident", args=[incident.pk])
    change = reverse("web:delivery_incident_change", args=[incident.pk])
    assert "Công văn mẫu 12/TB" in client.get(change).content.decode()
    client.post(change, typed(books, ended_at=written(now - HOUR)))
    incident.refresh_from_db()
    assert written(incident.ended_at) == written(now - HOUR) and incident.stated_by == "records"
    (row,) = client.get(saved["Location"]).context["rows"]
    assert all(each.after - each.before > 2 * HOUR for each in row.delay.deadlines) and row.delay.deadlines
    page = page_of(client, "delivery_incident", incident.pk)
    assert "1 hồ sơ bị chậm" in page and "NGUYỄN VĂN MẪU" in page and "Hạn lùi" in page


@pytest.mark.parametrize(
    ("more", "told_at_field"),
    [
        ({"ended_at": "hôm qua"}, "Cần dạng ngày/tháng/năm"),
        ({"ended_at": "01/01/2026 00:00"}, "Lúc kết thúc phải sau lúc bắt đầu"),
        ({"evidence": ""}, "Xin điền mục này"),
        ({"cause": "weather"}, "Hãy chọn nguyên nhân"),
        ({"destination": "99999"}, "Hãy chọn nơi nhận"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_what_was_typed_stays(books, desk, more, told_at_field):
    answer = desk("records").post(reverse("web:delivery_incident_tell"), typed(books, **more))
    page = answer.content.decode()
    assert answer.status_code == 422 and told_at_field in page and "BHXH tỉnh (mẫu)" in page
    assert 'aria-invalid="true"' in page and not Incident.objects.exists()


def test_who_may_not_steer_reads_and_tells_nothing(books, desk):
    incident = told(books, -4, -1)
    reader = desk("planning")
    assert reader.get(reverse("web:delivery_incident_tell")).status_code == 403
    for name in ("delivery_incident_change", "delivery_incident_withdraw", "delivery_incident_cause"):
        assert reader.post(reverse(f"web:{name}", args=[incident.pk])).status_code == 403
    assert "Rút sự cố" not in page_of(reader, "delivery_incident", incident.pk)


def test_every_incident_is_reachable_page_by_page(books, desk, monkeypatch):
    monkeypatch.setattr(paging, "SIZE", 2)
    all_of_them = [told(books, -10 - hour, -9 - hour).pk for hour in range(5)]
    client, found, address = desk("records"), [], reverse("web:delivery_incidents")
    while address:
        answer = client.get(address)
        found += [each.pk for each in answer.context["rows"]]
        address = answer.context["next"]
    assert found == all_of_them
    assert "Xem cả 5" in page_of(client, "delivery_reconciling")


def test_the_count_opens_the_list_and_initials_stand_where_names_may_not_be_seen(books, desk, monkeypatch):
    monkeypatch.setattr(paging, "SIZE", 2)
    for _ in range(3):
        books.put(State.SIGNED, since=timezone.now() - 5 * HOUR)
    incident = told(books, -4, -1)
    address = reverse("web:delivery_incident_delayed", args=[incident.pk])
    assert f'href="{address}">3<' in page_of(desk("records"), "delivery_incidents")
    client = desk("it")
    first = client.get(address)
    page = first.content.decode()
    assert "N. V. M." in page and "NGUYỄN VĂN MẪU" not in page
    assert "MAU000001" in page and "MAU000003" not in page
    assert "MAU000003" in client.get(first.context["next"]).content.decode()


def test_a_health_check_that_waited_is_listed_by_its_code_and_its_clock_is_not_moved(books, desk):
    hub = HubBooks.beside(books)
    now = timezone.now()
    hub.put(State.SIGNED, hub.check(now - 6 * HOUR), since=now - 5 * HOUR)
    incident = told(books, -4, -1, destination=hub.hub)
    page = page_of(desk("records"), "delivery_incident_delayed", incident.pk)
    assert "KSK000001" in page and "không lùi" in page and "→" not in page
    assert HUB_CLOCKS["24h"].name in page
    Destination.objects.filter(pk=hub.hub.pk).update(hub={**hub.hub.hub, "due": "working_day"})
    again = page_of(desk("records"), "delivery_incident_delayed", incident.pk)
    assert HUB_CLOCKS["working_day"].name in again and HUB_CLOCKS["24h"].name not in again


def test_a_cause_is_stated_on_the_page_of_what_our_calls_saw_and_a_refusal_keeps_what_was_typed(books, desk):
    row = books.put(State.SIGNED, since=timezone.now() - 5 * HOUR)
    for minute in range(3):
        when = timezone.now() - 3 * HOUR + timedelta(minutes=minute)
        books.attempt(row, when, outcome="NotSent", code="NO-CONNECTION")
    record_incidents()
    incident = Incident.objects.get()
    client = desk("records")
    address = reverse("web:delivery_incident_cause", args=[incident.pk])
    assert client.get(reverse("web:delivery_incident_change", args=[incident.pk])).status_code == 404
    refused = client.post(address, {"cause": "weather", "told": "Cáp đứt mẫu"})
    assert refused.status_code == 422 and "Cáp đứt mẫu" in refused.content.decode()
    client.post(address, {"cause": "network", "told": "Cáp đứt mẫu"})
    page = page_of(client, "delivery_incident", incident.pk)
    assert "Mạng của bệnh viện" in page and "Hạn không lùi" in page and "3 lần gọi" in page


def test_what_was_told_by_mistake_is_withdrawn_with_a_reason(books, desk):
    incident = told(books, -4, -1)
    client = desk("records")
    address = reverse("web:delivery_incident_withdraw", args=[incident.pk])
    assert client.post(address, {"reason": " "}).status_code == 422
    client.post(address, {"reason": "nhầm nơi nhận"})
    assert "đã rút" in page_of(client, "delivery_incidents")
    assert Entry.objects.get(action="incident-withdrawn").actor == "records"
    assert client.get(reverse("web:delivery_incident_change", args=[incident.pk])).status_code == 404


def test_a_late_visit_names_its_incident_and_leads_to_it(books, desk):
    row = books.put(State.SIGNED, since=timezone.now() - 5 * HOUR)
    incident = told(books, -4, -1)
    address = reverse("web:delivery_incident", args=[incident.pk])
    visit = reverse("web:visit", args=[row.version.visit_id])
    assert f'href="{address}"' in desk("planning").get(visit).content.decode()
    unlinked = desk("reception").get(visit).content.decode()
    assert f"sự cố số {incident.pk}" in unlinked and address not in unlinked


def test_an_overdue_row_names_the_incident_that_ran_meanwhile(books, desk):
    late = books.visit(timezone.now() - 120 * HOUR)
    books.put(State.SIGNED, late, since=timezone.now() - 119 * HOUR)
    incident = told(books, -119.5, -1, cause="power")
    address = reverse("web:delivery_reconciling_list") + "?han=qua-han"
    assert (
        reverse("web:delivery_incident", args=[incident.pk]) in desk("records").get(address).content.decode()
    )
