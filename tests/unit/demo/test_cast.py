"""Everybody in the cast is invented, and looks it."""

import re
import unicodedata
from datetime import date

from sosuckhoe.demo.cast import HOUSE, STAFF, UNITS, leading
from sosuckhoe.demo.crowd import citizens
from sosuckhoe.healthbook.identifiers import insurance_card, personal_id

TODAY = date(2026, 11, 23)
PEOPLE = citizens(TODAY)


def test_the_people_everybody_knows_are_there() -> None:
    assert {"an", "binh", "cuong"} <= {person.key for person in PEOPLE}
    staff = {person.key: person for person in STAFF}
    assert staff["dung"].may_sign and not staff["em"].may_sign


def test_personal_numbers_are_well_formed_and_of_a_province_that_does_not_exist() -> None:
    numbers = [person.personal_id for person in (*PEOPLE, *STAFF) if person.personal_id]
    assert len(set(numbers)) == len(numbers)
    assert all(personal_id.is_valid(number) and number.startswith("099") for number in numbers)


def test_cards_are_well_formed_and_of_a_province_that_does_not_exist() -> None:
    cards = [person.card for person in PEOPLE if person.card]
    assert len(set(cards)) == len(cards)
    assert all(insurance_card.is_valid(card) and card[3:5] == "99" for card in cards)


def test_a_personal_number_tells_sex_and_year_of_birth_of_its_owner() -> None:
    for person in PEOPLE:
        if person.personal_id:
            assert person.personal_id[4:6] == person.born_at[2:4]
            assert int(person.personal_id[3]) % 2 == (person.sex == "2")


def test_names_are_composed_letters_and_say_that_they_are_samples() -> None:
    for person in (*PEOPLE, *STAFF):
        assert unicodedata.is_normalized("NFC", person.name)
        assert "Mẫu" in person.name or "Sample" in person.name or "chưa rõ" in person.name


def test_telephones_begin_where_no_telephone_does() -> None:
    assert all(re.fullmatch(r"0990\d{6}", person.phone) for person in PEOPLE if person.phone)


def test_the_newborn_and_be_an_have_no_number_yet() -> None:
    people = {person.key: person for person in leading(TODAY)}
    assert not people["an"].personal_id and not people["sao"].personal_id
    assert people["sao"].age(TODAY) == 0 and people["sao"].mother == people["hanh"].name


def test_a_representative_is_somebody_who_can_sign_in() -> None:
    names = {person.name for person in PEOPLE if person.personal_id and person.age(TODAY) >= 18}
    assert {person.representative for person in PEOPLE if person.representative} <= names


def test_everybody_belongs_to_a_unit_of_the_house() -> None:
    assert {person.unit for person in STAFF} <= set(UNITS)
    assert HOUSE.code == "99999" and len(HOUSE.hub_code) == 13


def test_no_two_people_share_a_name() -> None:
    names = [person.name for person in (*PEOPLE, *STAFF)]
    assert len(set(names)) == len(names)


def test_every_child_has_somebody_who_may_read_the_book() -> None:
    assert all(person.representative for person in PEOPLE if person.age(TODAY) < 14)
