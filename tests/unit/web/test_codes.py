"""Every kind is found by every code of its own, and links to its own page; who may see what stays as it is."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.health_check_file import Export
from tests.unit.web.test_hub_pages import hub, it, unclear_health_check  # noqa: F401
from tests.unit.web.ward import CHECK_IN, Ward, connect

from sosuckhoe.hospital.delivery import doors
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.worker import CheckInWorker
from sosuckhoe.hospital.web.shell import paging
from sosuckhoe.hospital.web.shell.sent import found_by_code

BOARD, SEARCH = reverse("web:delivery_list"), reverse("web:search")
HEALTH_CHECKS, CHECK_INS = reverse("web:delivery_health_checks"), reverse("web:check_ins")


@pytest.fixture
def sent(hub: Destination) -> Submission:  # noqa: F811
    """A health check that the hub has."""
    row = unclear_health_check()
    doors.it_is_there(by="test", submission=row, transaction_number="TXN-HUB-1", reason="thử")
    return Submission.ledger.get(pk=row.pk)


def codes_of_health_check(row: Submission) -> list[str]:
    document = row.document
    return [
        row.health_check.code,
        "TXN-HUB-1",
        document.sha256,
        document.sha256[:12].upper(),
        document.unsigned_sha256[:20],
        row.health_check.sha256,
    ]


def test_a_health_check_is_found_by_any_of_its_codes(sent: Submission, empty_ward: Ward, as_role) -> None:
    client, page = as_role(empty_ward, "it"), reverse("web:delivery_health_check", args=[sent.pk])
    for code in codes_of_health_check(sent):
        for address, asked in ((BOARD, "ma"), (SEARCH, "tim"), (HEALTH_CHECKS, "ma")):
            assert page in client.get(address, {asked: code}).content.decode(), (address, code)
    for address, asked in ((BOARD, "ma"), (SEARCH, "tim"), (HEALTH_CHECKS, "ma")):
        for code in ("KSK-MAU-9999", "TXN-HUB-", sent.document.sha256[:11]):
            assert page not in client.get(address, {asked: code}).content.decode(), (address, code)


@pytest.fixture
def told(empty_ward: Ward) -> Submission:
    connect(empty_ward)
    empty_ward.tell()
    assert CheckInWorker("ward").sign_one()
    return Submission.ledger.get(check_in__isnull=False)


def test_a_check_in_is_found_by_any_of_its_codes(told: Submission, empty_ward: Ward, as_role) -> None:
    client, page = as_role(empty_ward, "it"), reverse("web:check_in_one", args=[told.check_in_id])
    codes = (CHECK_IN["visit_code"], told.document.sha256[:12], told.check_in.sha256)
    for code in codes:
        for address, asked in ((BOARD, "ma"), (SEARCH, "tim"), (CHECK_INS, "ma")):
            found = client.get(address, {asked: code}).content.decode()
            assert page in found, (address, code)
            assert CHECK_IN["full_name"] not in found, "IT sees initials"
    assert page not in client.get(CHECK_INS, {"ma": "99999.26.KHAC"}).content.decode()
    assert page not in client.get(CHECK_INS, {"ma": codes[0], "trang-thai": "UNKNOWN"}).content.decode()


def test_a_record_is_found_by_its_transaction_number_in_the_general_search(ward: Ward, as_role) -> None:
    row = Submission.objects.get(state="RECEIVED")
    page = reverse("web:visit", args=[row.version.visit_id])
    for code in (row.receipts.get().transaction_number, row.document.sha256[:12]):
        assert page in as_role(ward, "it").get(SEARCH, {"tim": code}).content.decode()
        assert page not in as_role(ward, "clinician").get(SEARCH, {"tim": code}).content.decode()
    code = row.visit_code
    assert as_role(ward, "it").get(SEARCH, {"tim": code}).content.decode().count(page) == 1


def test_whoever_tells_of_visits_finds_check_ins_but_no_health_check(
    sent: Submission, told_too: Submission, empty_ward: Ward, as_role
) -> None:
    def found(role: str, code: str) -> str:
        return as_role(empty_ward, role).get(SEARCH, {"tim": code}).content.decode()

    check_in = reverse("web:check_in_one", args=[told_too.check_in_id])
    assert check_in in found("reception", CHECK_IN["visit_code"])
    assert CHECK_IN["full_name"] in found("reception", CHECK_IN["visit_code"])
    assert check_in not in found("clinician", CHECK_IN["visit_code"])
    for role in ("reception", "clinician"):
        for code in codes_of_health_check(sent):
            assert reverse("web:delivery_health_check", args=[sent.pk]) not in found(role, code)
    for role in ("reception", "clinician", "auditor"):
        for address in (BOARD, HEALTH_CHECKS):
            assert as_role(empty_ward, role).get(address, {"ma": "TXN-HUB-1"}).status_code == 403


@pytest.fixture
def told_too(empty_ward: Ward) -> Submission:
    empty_ward.tell()
    return Submission.ledger.get(check_in__isnull=False)


def test_many_found_ask_no_more_than_few(
    sent: Submission,
    it: Client,  # noqa: F811
    empty_ward: Ward,
    django_assert_max_num_queries,
) -> None:
    code = sent.health_check.code
    lists = ((BOARD, "ma"), (SEARCH, "tim"), (HEALTH_CHECKS, "ma"))
    for address, asked in lists:
        it.get(address, {asked: code})
    few = []
    for address, asked in lists:
        with django_assert_max_num_queries(60) as seen:
            it.get(address, {asked: code})
        few.append(len(seen.captured_queries))
    for number in range(6):
        file = Export(code=code, doctor=f"BS-MAU-{number + 2}").bytes()
        assert take_file(f"{number}.xml", file, by="test", reason="sửa").outcome == "taken"
    for (address, asked), most in zip(lists, few, strict=True):
        with django_assert_max_num_queries(most):
            page = it.get(address, {asked: code}).content.decode()
        assert page.count(reverse("web:delivery_health_checks")) > 6


def test_a_number_that_is_no_hash_asks_for_none(ward: Ward, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(5):
        assert not found_by_code("KHÔNG-CÓ-MÃ-NÀY-ĐÂU").exists()


def test_the_list_goes_on_from_page_to_page(
    hub: Destination,  # noqa: F811
    it: Client,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paging, "SIZE", 2)
    for number in range(5):
        take_file("ksk.xml", Export(code=f"KSK-B{number}").bytes(), by="test")
    for chosen in ("", "qua-han"):
        seen, address = [], f"{HEALTH_CHECKS}?xem={chosen}"
        while address:
            answer = it.get(address)
            page, address = answer.content.decode(), answer.context["next"]
            seen += [row.health_check.code for row, _ in answer.context["rows"]]
            assert "5 phiếu" in page
            assert ("Về đầu danh sách" in page) == (len(seen) > 2)
        assert sorted(seen) == [f"KSK-B{number}" for number in range(5)]
