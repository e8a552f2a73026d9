"""A number that somebody else has here: reception finds out whose it is, and the visit goes on or waits for its own."""

import pytest
from django.utils import timezone

from sosuckhoe.hospital.delivery.mending.identity import settle_number
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.patients.actions import NotContested
from sosuckhoe.hospital.patients.models import Identifier, Kind, Patient
from sosuckhoe.hospital.visits.desks import NotYourDesk

S = State
SPACED = {"sex_code": " 2"}


@pytest.fixture
def contested(clinic):
    """Close a visit under a number that a person of another name has."""

    def close(**changes):
        other = Patient.objects.create(full_name="Trần Mẫu Khác", name_fold="tran mau khac", born_text="1950")
        number = f"0790900000{clinic.count + 1:02}"
        Identifier.objects.create(patient=other, kind=Kind.PERSONAL_ID, value=number)
        visit = clinic.close(**changes)
        assert Submission.objects.get(version__visit=visit).problem_code == "IDENTITY"
        return visit, visit.patient.identifiers.get(kind=Kind.CONTESTED_PERSONAL_ID)

    return close


def settle(clinic, identifier, is_theirs, by="reception"):
    return settle_number(
        by=clinic.ward.people[by], identifier=identifier, is_theirs=is_theirs, at=timezone.now()
    )


def test_what_only_the_number_held_goes_on_once_it_is_theirs(clinic, contested):
    visit, number = contested()
    assert settle(clinic, number, True) == 1
    assert Submission.objects.get(version__visit=visit).state == S.WAITING
    holders = Identifier.objects.filter(kind=Kind.PERSONAL_ID, value=number.value, until=None)
    assert [each.patient for each in holders] == [visit.patient]
    assert Entry.objects.filter(action="identity-settled").count() == 1


def test_what_other_errors_hold_stays_held_for_them(clinic, contested):
    visit, number = contested(**SPACED)
    assert settle(clinic, number, True) == 0
    row = Submission.objects.get(version__visit=visit)
    assert (row.state, row.problem_code) == (S.HELD, "FAULTS")


def test_where_it_is_anothers_the_visit_waits_for_its_own_number(clinic, contested):
    visit, number = contested()
    assert settle(clinic, number, False) == 0
    row = Submission.objects.get(version__visit=visit)
    assert (row.state, row.problem_code) == (S.HELD, "IDENTITY")
    assert Identifier.objects.get(kind=Kind.PERSONAL_ID, value=number.value).patient != visit.patient
    number.refresh_from_db()
    with pytest.raises(NotContested):
        settle(clinic, number, True)


def test_only_the_desk_that_sees_the_papers_says_whose_it_is(clinic, contested):
    _, number = contested()
    with pytest.raises(NotYourDesk):
        settle(clinic, number, True, by="it")


def test_the_page_of_the_visit_asks_reception_and_takes_the_answer(contested, as_role):
    visit, number = contested()
    page, address = f"/dot-kham/{visit.pk}/", f"/dot-kham/{visit.pk}/so/{number.pk}/doi-chieu/"
    assert address in as_role("reception").get(page).content.decode()
    assert address not in as_role("clinician").get(page).content.decode()
    said = as_role("reception").post(address, {"theirs": "1"}, follow=True).content.decode()
    assert "số này của người bệnh" in said and address not in said
    assert Submission.objects.get(version__visit=visit).state == S.WAITING
