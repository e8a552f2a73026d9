"""Recognising people: found under any number they ever had, never merged by a guess."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from sosuckhoe.healthbook.record import Record
from sosuckhoe.hospital.patients.actions import settle_contested
from sosuckhoe.hospital.patients.folding import fold
from sosuckhoe.hospital.patients.models import Identifier, Kind, Patient
from sosuckhoe.hospital.patients.queries import find_patients, identifiers_of
from sosuckhoe.hospital.patients.recognition import Recognition, paper_kind, recognise_or_register

BINH = {
    "full_name": "Nguyễn Thị Mẫu Bình",
    "born_at": "199002010000",
    "sex_code": "2",
    "personal_id": "099190000001",
    "insurance_card_number": "XX4990000000001",
    "patient_code": "BN0001",
}


def recognise(issuer: str = "99999", **changes: str) -> Recognition:
    return recognise_or_register(Record.of({"visit": [{**BINH, **changes}]}), issuer=issuer)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Đặng  Thị HƯỜNG", "dang thi huong"),
        ("Nguye\u0302\u0303n", "nguyen"),
        ("ĐỖ Ặ Ỗ Ữ ẵ ợ", "do a o u a o"),
        ("", ""),
    ],
)
def test_folding_takes_marks_and_case_away(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("099190000001", Kind.PERSONAL_ID),
        ("123456789", Kind.OLD_IDENTITY_CARD),
        ("C1234567", Kind.PASSPORT),
        ("12345678901", Kind.OTHER),
    ],
)
def test_a_paper_is_known_by_its_form_and_nothing_is_padded(number: str, kind: Kind) -> None:
    assert paper_kind(number) == kind


@pytest.mark.django_db
class TestRecognition:
    def test_a_new_person_is_registered_with_every_number(self) -> None:
        found = recognise()
        assert found.new
        assert {each.kind for each in identifiers_of(found.patient)} == {
            Kind.PERSONAL_ID,
            Kind.INSURANCE_CARD,
            Kind.PATIENT_CODE,
        }

    @pytest.mark.parametrize(
        "left_out",
        [
            ("insurance_card_number", "patient_code"),
            ("personal_id", "patient_code"),
            ("personal_id", "insurance_card_number"),
        ],
    )
    def test_any_one_number_with_name_and_birth_is_enough(self, left_out: tuple[str, ...]) -> None:
        first = recognise()
        again = recognise(**dict.fromkeys(left_out, ""))
        assert (again.new, again.patient) == (False, first.patient)

    def test_a_name_in_capitals_without_marks_is_the_same_name(self) -> None:
        assert recognise(full_name="NGUYEN THI  MAU BINH").patient == recognise().patient

    def test_a_birth_year_alone_agrees_with_the_whole_date(self) -> None:
        first = recognise()
        assert recognise(born_at="199000000000").patient == first.patient
        assert recognise(born_at="199100000000").patient != first.patient

    @pytest.mark.parametrize("change", [{"full_name": "Trần Mẫu Khác"}, {"born_at": "198502010000"}])
    def test_a_personal_number_with_another_name_or_birth_is_contested(self, change: dict[str, str]) -> None:
        first = recognise()
        other = recognise(insurance_card_number="", patient_code="BN0002", **change)
        assert other.patient != first.patient
        assert other.contested == BINH["personal_id"]
        assert first.patient.identifiers.filter(kind=Kind.PERSONAL_ID).exists()

    def test_a_card_or_a_patient_code_alone_never_joins_two_names(self) -> None:
        first = recognise()
        other = recognise(full_name="Trần Mẫu Khác", personal_id="099190000002")
        assert other.patient != first.patient
        assert not other.contested

    def test_patient_codes_are_each_facilitys_own(self) -> None:
        first = recognise()
        assert recognise("99001", personal_id="", insurance_card_number="").patient != first.patient

    def test_a_valid_personal_number_is_one_persons_in_the_database_too(self) -> None:
        recognise()
        stranger = Patient.objects.create(full_name="X", name_fold="x", born_text="1990")
        with pytest.raises(IntegrityError), transaction.atomic():
            Identifier.objects.create(patient=stranger, kind=Kind.PERSONAL_ID, value=BINH["personal_id"])

    def test_reception_settles_a_contested_number(self) -> None:
        first = recognise()
        other = recognise(full_name="Trần Mẫu Khác", insurance_card_number="", patient_code="BN0002")
        contested = other.patient.identifiers.get(kind=Kind.CONTESTED_PERSONAL_ID)
        settle_contested(by="em", identifier=contested, is_theirs=True, on=date(2026, 11, 23))
        assert other.patient.identifiers.filter(kind=Kind.PERSONAL_ID, until=None).exists()
        assert not first.patient.identifiers.filter(kind=Kind.PERSONAL_ID, until=None).exists()


@pytest.mark.django_db
class TestFinding:
    @pytest.mark.parametrize("text", ["binh nguyen", "Bình", "099190000001", "xx4990000000001", "BN0001"])
    def test_a_person_is_found_by_name_without_marks_and_by_any_number(self, text: str) -> None:
        patient = recognise().patient
        assert list(find_patients(text)) == [patient]

    def test_a_number_that_ended_still_finds_its_person(self) -> None:
        patient = recognise().patient
        patient.identifiers.filter(kind=Kind.INSURANCE_CARD).update(until=date(2026, 1, 1))
        card = patient.identifiers.get(kind=Kind.INSURANCE_CARD)
        assert list(find_patients(card.value)) == [patient]
        assert identifiers_of(patient)[-1] == card

    @pytest.mark.parametrize("text", ["", "   ", "tran"])
    def test_nothing_is_found_where_nothing_is(self, text: str) -> None:
        recognise()
        assert not find_patients(text)
