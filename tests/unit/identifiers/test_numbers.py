"""Numbers typed or copied: which are taken, which refused, and what only deserves a second look."""

import pytest

from sosuckhoe.healthbook.identifiers import (
    Kind,
    NotValid,
    WrongCharacters,
    WrongLength,
    WrongShape,
    facility_code,
    hub_facility_code,
    insurance_card,
    old_identity_card,
    personal_id,
    recognise,
    social_insurance_number,
    temporary_code,
    visit_code,
)

REFUSED = [
    (personal_id, "09909000001", WrongLength, "a digit lost"),
    (personal_id, "0990900000011", WrongLength, "a digit too many"),
    (personal_id, "000000001", WrongLength, "the old number"),
    (personal_id, "9.909E+10", WrongCharacters, "a spreadsheet's number"),
    (personal_id, "09909000000O", WrongCharacters, "a letter O"),
    (personal_id, "０９９０９００００００１", WrongCharacters, "full-width digits"),
    (personal_id, "٠٩٩٠٩٠٠٠٠٠٠١", WrongCharacters, "Arabic-Indic digits"),
    (personal_id, "099090\u200b000001", WrongCharacters, "a zero-width space"),
    (personal_id, "", WrongCharacters, "nothing"),
    (personal_id, "111111111111", WrongShape, "filler"),
    (old_identity_card, "099090000001", WrongLength, "the new number"),
    (old_identity_card, "00000000A", WrongCharacters, "a letter"),
    (social_insurance_number, "000000000", WrongLength, "nine digits"),
    (social_insurance_number, "XX4990000000000", WrongCharacters, "the whole card"),
    (insurance_card, "0000000000", WrongLength, "only the number"),
    (insurance_card, "XX499000000000", WrongLength, "a digit lost"),
    (insurance_card, "X44990000000000", WrongShape, "one letter"),
    (insurance_card, "XX6990000000000", WrongShape, "no such level"),
    (insurance_card, "XX0990000000000", WrongShape, "level nought"),
    (insurance_card, "XX499000000000O", WrongShape, "a letter O"),
    (insurance_card, "ĐX4990000000000", WrongCharacters, "a letter with a stroke"),
    (facility_code, "9999", WrongLength, "four characters"),
    (facility_code, "9900000099999", WrongLength, "the hub's code"),
    (facility_code, "99 99", WrongCharacters, "a blank inside"),
    (hub_facility_code, "99999", WrongLength, "the insurer's code"),
    (hub_facility_code, "990000009999A", WrongCharacters, "a letter"),
    (visit_code, "", WrongLength, "nothing"),
    (visit_code, "   ", WrongLength, "blanks"),
    (visit_code, "M" * 101, WrongLength, "101 characters"),
    (visit_code, "MAU-1 ", WrongShape, "a blank at the end"),
    (visit_code, "MAU\n1", WrongCharacters, "a line break"),
    (visit_code, "MAU\u200b1", WrongCharacters, "a zero-width space"),
    (temporary_code, "099090000001", WrongShape, "like a personal number"),
    (temporary_code, "000 000 001", WrongShape, "like an old number"),
    (temporary_code, "0000000000", WrongShape, "like a social-insurance number"),
    (temporary_code, "XX4990000000000", WrongShape, "like a card"),
    (temporary_code, " ", WrongLength, "nothing"),
]


@pytest.mark.parametrize(
    ("module", "text", "reason"),
    [row[:3] for row in REFUSED],
    ids=[f"{row[0].__name__.rsplit('.')[-1]}: {row[3]}" for row in REFUSED],
)
def test_what_cannot_be_the_number_is_refused_with_its_reason(module, text, reason):
    with pytest.raises(NotValid) as refusal:
        module.validate(text)
    assert type(refusal.value) is reason and refusal.value.code == reason.code
    assert not module.is_valid(text)
    assert text.strip() == "" or text not in refusal.value.sentence


TAKEN = [
    (personal_id, "099.090.000-001", "099090000001"),
    (personal_id, "001090000001\r\n", "001090000001"),
    (old_identity_card, " 000000001", "000000001"),
    (social_insurance_number, "00 0000 0000", "0000000000"),
    (insurance_card, "te 1 99-0000000000", "TE1990000000000"),
    (insurance_card, "QN5970000000000", "QN5970000000000"),
    (facility_code, "99000", "99000"),
    (facility_code, "9999a", "9999A"),
    (hub_facility_code, "9900000099999", "9900000099999"),
    (visit_code, "BN 01/2026·ạ", "BN 01/2026·ạ"),
    (visit_code, "Ạ" * 100, "Ạ" * 100),
    (temporary_code, "TAM-1", "TAM-1"),
]


@pytest.mark.parametrize(("module", "text", "clean"), TAKEN, ids=[row[1] for row in TAKEN])
def test_what_may_be_the_number_is_taken_clean(module, text, clean):
    assert module.validate(text) == clean
    assert module.validate(module.format(clean)) == clean


def test_a_province_nobody_knows_is_no_reason_to_refuse():
    assert all(personal_id.is_valid(f"{province:03}090000001") for province in range(1000))


def test_the_structure_of_a_personal_number_only_hints():
    assert personal_id.hints("099090000001", sex="2", born="1990") != []
    assert personal_id.hints("099090000001", sex="3", born="") == []
    assert personal_id.hints("099090000001", sex="", born="khoảng 1990") == []


def test_filler_is_allowed_where_a_site_asks_for_it():
    assert personal_id.validate("000000000000", allow_filler=True) == "000000000000"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("099090000001", Kind.PERSONAL_ID),
        ("\ufeff099090000001\r", Kind.PERSONAL_ID),
        ("000000001", Kind.OLD_IDENTITY_CARD),
        ("0990000000", Kind.TEN_DIGITS),
        ("TE1990000000000", Kind.INSURANCE_CARD),
        ("099090000001|a|b", Kind.CITIZEN_CARD_QR),
        ("XX4990000000000|a", Kind.INSURANCE_CARD_QR),
        ("0000000000|a", Kind.INSURANCE_CARD_QR),
        ("Nguyễn Văn Mẫu", Kind.UNKNOWN),
        ("http://mau.invalid/|099090000001", Kind.UNKNOWN),
        ("", Kind.UNKNOWN),
        ("|", Kind.UNKNOWN),
        ("1" * 10_000, Kind.UNKNOWN),
    ],
)
def test_one_field_at_reception_tells_scans_and_numbers_apart(text, kind):
    assert recognise(text) is kind
