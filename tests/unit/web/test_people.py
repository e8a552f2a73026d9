"""Pages speak of people by their names, and ask for all of a page's names at once."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sosuckhoe.hospital.delivery.models import Receipt, SigningKey
from sosuckhoe.hospital.staff.models import Person
from sosuckhoe.hospital.visits.models import RecordVersion, SourceFile
from sosuckhoe.hospital.web.shell import people


def asked(queries: CaptureQueriesContext) -> int:
    """How often names were asked for by account."""
    return sum("full_name" in each["sql"] and '"username" IN' in each["sql"] for each in queries)


def test_a_list_of_many_people_asks_for_their_names_once(empty_ward, as_role):
    client, now = as_role(empty_ward, "records"), timezone.now()
    for number in range(8):
        Person.objects.create(username=f"mau{number}", full_name=f"Người Mẫu {number}")
        SourceFile.objects.create(
            sha256=f"{number:064}", name=f"{number}.xml", door="upload", size=1, outcome="refused", sentence="thử",
            code="THU", by=f"mau{number}", came_at=now,
        )  # fmt: skip
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(reverse("web:import_quarantine")).content.decode()
    assert all(f"Người Mẫu {number}" in page for number in range(8))
    assert asked(queries) == 1


def test_the_visits_timeline_and_versions_name_people(ward, as_role):
    receipt = Receipt.objects.order_by("pk")[0]
    person = ward.people["records"]
    version = RecordVersion.objects.get(pk=receipt.submission.version_id)
    assert version.by == person.username
    with CaptureQueriesContext(connection) as queries:
        page = as_role(ward, "clinician").get(reverse("web:visit", args=[version.visit_id])).content.decode()
    assert page.count(person.full_name) >= 2 and f">{person.username}<" not in page
    assert asked(queries) <= 2


def test_the_keys_page_names_who_registered(ward, as_role):
    SigningKey.objects.filter(pk=ward.key.pk).update(
        registered_at=timezone.now(), registered_by=ward.people["records"].username
    )
    client = as_role(ward, "it")
    for address in (reverse("web:admin_keys"), reverse("web:admin_key", args=[ward.key.pk])):
        assert ward.people["records"].full_name in client.get(address).content.decode()


def test_what_is_no_account_stays_as_it_is_written_and_nothing_outlives_its_page(empty_ward):
    person = empty_ward.people["it"]
    with people.remembered():
        people.know(["worker", "người đã nghỉ", person.username, ""])
        Person.objects.filter(pk=person.pk).update(full_name="Tên Mới Mẫu")
        assert people.name_of(person.username) == person.full_name
        assert people.name_of("người đã nghỉ") == "người đã nghỉ"
        assert people.name_of("worker") == "phần mềm gửi" and people.name_of("") == ""
    assert people.name_of(person.username) == "Tên Mới Mẫu"
