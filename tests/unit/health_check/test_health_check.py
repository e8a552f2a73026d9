"""A health check's file: read under limits, checked for what the reference says, signed twice."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.health_check_file import Export

from sosuckhoe.healthbook.document import Unreadable
from sosuckhoe.healthbook.health_check import check_health_check, is_health_check, read_health_check
from sosuckhoe.healthbook.signing import (
    CannotSign,
    FileSigner,
    Outcome,
    PracticeAuthority,
    fingerprint,
    health_check_policy,
    sign,
    verify,
)

NOW = datetime.now(UTC)
AFTER, INSIDE, BARE = "CHUKYDONVI", "THONGTINHOSO/CHUKYDONVI", ""
PLACES = "<CKS_NGUOI_KET_LUAN/><CKS_BENH_VIEN></CKS_BENH_VIEN>"
SHAPES = {AFTER: Export(), INSIDE: Export(inside=True), BARE: Export(places=PLACES)}


@pytest.fixture(scope="module")
def authority() -> PracticeAuthority:
    return PracticeAuthority.new(at=NOW)


@pytest.fixture(scope="module")
def facility(authority: PracticeAuthority) -> FileSigner:
    return authority.issue("BỆNH VIỆN MẪU", at=NOW)


@pytest.fixture(scope="module")
def doctor(authority: PracticeAuthority) -> FileSigner:
    return authority.issue("BÁC SĨ MẪU", at=NOW)


def rules(export: Export, **settings: object) -> dict[str, str]:
    found = check_health_check(read_health_check(export.bytes()), **settings)  # type: ignore[arg-type]
    return {fault.rule: fault.severity for fault in found}


class TestReading:
    def test_what_the_envelope_and_its_blocks_say(self) -> None:
        file = read_health_check(Export().bytes())
        assert (file.facility_code, file.made_on, file.count) == ("9900000099999", "20261123", 1)
        assert [kind for kind, _ in file.parts] == ["XML1", "XML12"]
        assert file.code == "KSK-MAU-0001" and file.within == AFTER
        assert file.values("PHAN_LOAI_SK") == [("XML1", "2"), ("XML12", "2")]

    def test_two_link_codes_are_none(self) -> None:
        other = b"<A><MA_LK>KHAC</MA_LK></A>"
        assert read_health_check(Export(blocks={"XML1": other}).bytes()).code == ""

    def test_the_first_tag_tells_it_apart(self) -> None:
        assert is_health_check(Export().bytes())
        assert is_health_check(b'\xef\xbb\xbf<?xml version="1.0"?>\n' + Export().bytes())
        assert not is_health_check(b"<GIAMDINHHS><KHAMSUCKHOE/></GIAMDINHHS>")
        assert not is_health_check(b"")

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b'<!DOCTYPE a [<!ENTITY b "c">]>' + Export().bytes(), "FILE-DOCTYPE"),
            (Export().bytes()[:-20], "FILE-TRUNCATED"),
            (Export().bytes().replace(b"KHAMSUCKHOE", b"GIAMDINHHS"), "FILE-UNKNOWN-ROOT"),
            (Export(blocks={"XML1": b"<!DOCTYPE a><a/>"}).bytes(), "FILE-DOCTYPE"),
            (Export().bytes().replace(b"<NOIDUNGFILE>", b"<NOIDUNGFILE>*", 1), "FILE-BASE64"),
            (Export(places="<CKS_BENH_VIEN/><CKS_BENH_VIEN/>").bytes(), "FILE-REPEATED"),
            (Export(blocks={"XML1": b"<a>" * 80 + b"</a>" * 80}).bytes(), "FILE-TOO-DEEP"),
        ],
    )
    def test_what_is_dangerous_or_broken_is_refused_unused(self, data: bytes, code: str) -> None:
        with pytest.raises(Unreadable) as refusal:
            read_health_check(data)
        assert refusal.value.code == code


class TestChecking:
    def test_a_good_file_has_one_reminder_that_the_doctor_has_not_signed(self) -> None:
        assert rules(Export()) == {"KSK-012": "warning"}

    @pytest.mark.parametrize(
        ("export", "rule"),
        [
            (Export(count="2"), "KSK-004"),
            (Export(count=""), "KSK-004"),
            (Export(visits=2), "KSK-004"),
            (Export(facility=""), "KSK-002"),
            (Export(facility="12345678"), "KSK-002"),
            (Export(grade="6"), "KSK-008"),
            (Export(grade="II"), "KSK-008"),
            (Export(kinds=("XML1", "XML1")), "KSK-006"),
            (Export(kinds=()), "KSK-005"),
            (Export(places=""), "KSK-009"),
            (Export(places="<CHUKYDONVI><CKS_BENH_VIEN/><KHAC/></CHUKYDONVI>"), "KSK-011"),
            (Export(inside=True), "KSK-011"),
        ],
    )
    def test_what_the_reference_is_sure_of_keeps_the_file_out(self, export: Export, rule: str) -> None:
        assert rules(export)[rule] == "error"

    @pytest.mark.parametrize(
        ("export", "settings", "rule"),
        [
            (Export(), {"code_form": "5"}, "KSK-002"),
            (Export(facility="99999"), {"code_form": "13"}, "KSK-002"),
            (Export(), {"all_blocks": True}, "KSK-007"),
            (Export(kinds=("XML1", "XML13")), {}, "KSK-006"),
            (Export(made_on="23/11/2026"), {}, "KSK-003"),
            (Export(places="<CHUKYDONVI><CKS_BENH_VIEN/></CHUKYDONVI>"), {}, "KSK-012"),
        ],
    )
    def test_what_sources_differ_about_is_a_warning(
        self, export: Export, settings: dict[str, object], rule: str
    ) -> None:
        assert rules(export, **settings)[rule] == "warning"


class TestTwoSignatures:
    @pytest.mark.parametrize("within", SHAPES)
    def test_the_facility_covers_the_doctor_wherever_the_places_stand(
        self, within: str, facility: FileSigner, doctor: FileSigner
    ) -> None:
        first, last = health_check_policy(within, doctor=True), health_check_policy(within)
        by_doctor = sign(SHAPES[within].bytes(), doctor, signature_id="Doctor-1", policy=first)
        assert read_health_check(by_doctor).doctor_signed
        known = [fingerprint(doctor.certificate)]
        assert verify(by_doctor, at=NOW, registered=known, policy=first).outcome is Outcome.PASSED
        whole = sign(by_doctor, facility, signature_id="Facility-1", policy=last)
        registered = [fingerprint(facility.certificate)]
        verdict = verify(whole, at=NOW, registered=registered, policy=last)
        assert verdict.outcome is Outcome.PASSED and verdict.tree is not None
        changed = whole.replace(b"<SOLUONGHOSO>1<", b"<SOLUONGHOSO>2<")
        assert verify(changed, at=NOW, registered=registered, policy=last).code == "DIGEST-MISMATCH"
        start = whole.index(b"<Signature", whole.index(b"<CKS_NGUOI_KET_LUAN"))
        end = whole.index(b"</Signature>", start) + len(b"</Signature>")
        without = whole[:start] + whole[end:]
        assert verify(without, at=NOW, registered=registered, policy=last).code == "DIGEST-MISMATCH"

    def test_another_place_than_the_policys_is_neither_signed_nor_accepted(
        self, facility: FileSigner
    ) -> None:
        with pytest.raises(CannotSign):
            sign(Export().bytes(), facility, signature_id="F-1", policy=health_check_policy(INSIDE))
        signed = sign(Export().bytes(), facility, signature_id="F-1", policy=health_check_policy(AFTER))
        registered = [fingerprint(facility.certificate)]
        for within in (INSIDE, BARE):
            verdict = verify(signed, at=NOW, registered=registered, policy=health_check_policy(within))
            assert verdict.code == "SIGNATURE-PLACE"
        assert verify(signed, at=NOW, registered=registered).code == "DOCUMENT-ROOT"

    def test_a_signature_anywhere_else_is_one_too_many(
        self, facility: FileSigner, doctor: FileSigner
    ) -> None:
        policy = health_check_policy(AFTER)
        signed = sign(Export().bytes(), facility, signature_id="F-1", policy=policy)
        start = signed.index(b"<Signature")
        stray = signed[start : signed.index(b"</Signature>") + len(b"</Signature>")].replace(b"F-1", b"F-2")
        registered = [fingerprint(facility.certificate)]
        for place in (b"</THONGTINDONVI>", b"</THONGTINHOSO>"):
            moved = signed.replace(place, stray + place)
            assert verify(moved, at=NOW, registered=registered, policy=policy).code == "SIGNATURE-COUNT"
        only_doctor = sign(
            Export().bytes(), doctor, signature_id="D-1", policy=health_check_policy(AFTER, doctor=True)
        )
        verdict = verify(only_doctor, at=NOW, registered=registered, policy=policy)
        assert verdict.code == "NO-SIGNATURE"

    def test_a_doctors_place_that_comes_twice_is_refused(self, facility: FileSigner) -> None:
        twice = Export(
            places="<CHUKYDONVI><CKS_NGUOI_KET_LUAN/><CKS_NGUOI_KET_LUAN/><CKS_BENH_VIEN/></CHUKYDONVI>"
        )
        policy = health_check_policy(AFTER)
        signed = sign(twice.bytes(), facility, signature_id="F-1", policy=policy)
        registered = [fingerprint(facility.certificate)]
        assert verify(signed, at=NOW, registered=registered, policy=policy).code == "SIGNATURE-COUNT"

    def test_an_expired_certificate_is_not_accepted(
        self, authority: PracticeAuthority, facility: FileSigner
    ) -> None:
        policy = health_check_policy(AFTER)
        signed = sign(Export().bytes(), facility, signature_id="F-1", policy=policy)
        later = NOW + timedelta(days=36500)
        assert (
            verify(signed, at=later, registered=[fingerprint(facility.certificate)], policy=policy).tree
            is None
        )
