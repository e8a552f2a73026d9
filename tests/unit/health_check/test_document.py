"""Reading and judging a health check's file: what the notes agree on, and nothing invented beyond."""

import pytest

from sosuckhoe.healthbook.document import Unreadable
from sosuckhoe.healthbook.health_check import check_health_check, read_health_check

from .samples import DOCTOR_SIGNED, health_check

OURS = {"99999", "9900000099999"}


def rules(data: bytes) -> list[tuple[str, str]]:
    return [
        (one.rule, one.severity) for one in check_health_check(read_health_check(data), facility_codes=OURS)
    ]


@pytest.mark.parametrize("facility", sorted(OURS))
@pytest.mark.parametrize("place", ["CHUKYDONVI", "CKS_BENH_VIEN"])
def test_a_complete_file_has_no_fault(facility: str, place: str) -> None:
    data = health_check(facility=facility, place=place)
    found = read_health_check(data)
    assert (found.facility_code, found.count, found.kinds) == (facility, 1, ("XML1", "XML12"))
    assert found.signature_place == place and found.signed_by_doctor and not found.signed
    assert rules(data) == []


@pytest.mark.parametrize(
    ("data", "rule", "severity"),
    [
        (health_check(facility="88888"), "KSK-001", "error"),
        (health_check(facility=""), "KSK-001", "error"),
        (health_check(checks=2), "KSK-002", "error"),
        (health_check(count="3"), "KSK-002", "error"),
        (health_check(place=""), "KSK-004", "error"),
        (health_check(conclusion="<KET_LUAN/>"), "KSK-005", "warning"),
        (health_check(conclusion=DOCTOR_SIGNED.replace(">2<", ">6<")), "KSK-006", "warning"),
        (health_check(conclusion="<KET_LUAN>"), "KSK-003", "error"),
    ],
)
def test_each_fault_has_its_rule(data: bytes, rule: str, severity: str) -> None:
    assert (rule, severity) in rules(data)


def test_a_file_that_is_signed_by_the_facility_is_not_signed_again() -> None:
    signature = b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'
    data = health_check().replace(b"<CKS_BENH_VIEN>", b"<CKS_BENH_VIEN>" + signature)
    assert ("KSK-004", "error") in rules(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<GIAMDINHHS/>", "FILE-UNKNOWN-ROOT"),
        (b"<!DOCTYPE x><KHAMSUCKHOE/>", "FILE-DOCTYPE"),
        (health_check()[:200], "FILE-TRUNCATED"),
        (health_check().replace(b"<NGAYLAP>", b"<SOLUONGHOSO>1</SOLUONGHOSO><NGAYLAP>"), "FILE-REPEATED"),
        ("KHÁM".encode("utf-16"), "FILE-ENCODING"),
    ],
)
def test_what_must_not_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_health_check(data)
    assert refusal.value.code == code
