"""Codes on cards, as scanners really deliver them."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosuckhoe.healthbook.identifiers import NotValid, citizen_card_qr, insurance_card_qr, recognise

TODAY = date(2026, 11, 23)
CITIZEN = "099090000001|000000001|NGUYỄN VĂN MẪU|01021990|Nam|Số 1, Phố Mẫu, Xã Mẫu, Tỉnh Mẫu|15042022"
NAME, ADDRESS = "NGUYỄN VĂN MẪU".encode().hex(), "Số 1, Tỉnh Mẫu".encode().hex()
INSURANCE = f"XX4990000000000|{NAME}|01/02/1990|1|{ADDRESS}|99 – 999|01/01/2026|31/12/2026|20/12/2025|990000||K1|01/01/2027|abc|$"


def citizen(**fields: str):
    names = ["number", "old", "name", "born", "sex", "address", "issued"]
    values = dict(zip(names, CITIZEN.split("|"), strict=True)) | fields
    return citizen_card_qr.parse("|".join(values.values()), day=TODAY)


def codes(card) -> list[str]:
    return [hint.code for hint in card.hints]


def test_a_whole_card_is_read_without_hints():
    card = citizen()
    assert (card.personal_id, card.old_number, card.born, card.sex) == (
        "099090000001",
        "000000001",
        "19900201",
        "1",
    )
    assert (card.full_name, card.issued_on, card.hints) == ("NGUYỄN VĂN MẪU", "20220415", ())


def test_what_the_scanner_adds_is_stripped_and_touches_no_field():
    noisy = "\ufeff\t" + unicodedata.normalize("NFD", CITIZEN).replace("VĂN", "\x0eVĂN") + "\r\n"
    assert citizen_card_qr.parse(noisy) == citizen_card_qr.parse(CITIZEN)
    assert citizen_card_qr.validate(CITIZEN + "\n") == CITIZEN


@pytest.mark.parametrize(
    ("fields", "hints"),
    [
        ({"old": ""}, []),
        ({"old": "12345"}, ["OLD-NUMBER-UNREADABLE"]),
        ({"born": "1990"}, []),
        ({"born": "021990"}, []),
        ({"born": "31021990"}, ["BIRTH-UNREADABLE"]),
        ({"born": ""}, ["BIRTH-UNREADABLE"]),
        ({"born": "01022027"}, ["BIRTH-IN-FUTURE"]),
        ({"born": "01021991"}, ["BIRTH-YEAR-DIFFERS"]),
        ({"issued": ""}, []),
        ({"issued": "x"}, ["ISSUE-UNREADABLE"]),
        ({"sex": "NỮ"}, ["SEX-DIFFERS"]),
        ({"sex": "?"}, ["SEX-UNREADABLE"]),
        ({"name": "nguye64n"}, ["NAME-UNUSUAL"]),
        ({"address": ""}, ["ADDRESS-MISSING"]),
    ],
)
def test_what_is_odd_is_pointed_out_and_the_number_kept(fields, hints):
    card = citizen(**fields)
    assert codes(card) == hints
    assert card.personal_id == "099090000001"


def test_relatives_on_the_new_card_are_counted_and_not_kept():
    card = citizen_card_qr.parse(CITIZEN + "|099090000009|TRẦN THỊ MẪU|099090000008")
    assert card.more_fields == 3
    assert "TRẦN" not in repr(card) and "099090000009" not in repr(card)


def test_of_an_unknown_layout_only_the_number_is_taken():
    card = citizen_card_qr.parse("099090000001|NGUYỄN VĂN MẪU|1990")
    assert (card.personal_id, card.full_name, codes(card)) == ("099090000001", "", ["LAYOUT-UNKNOWN"])


HALF = len(CITIZEN) - 20
REFUSED = {
    "empty": "",
    "only separators": "||||||",
    "the number alone": "099090000001",
    "other separators": CITIZEN.replace("|", ";"),
    "fields swapped": "NGUYỄN VĂN MẪU|099090000001|x|01021990|Nam|x|15042022",
    "eleven digits": CITIZEN[1:],
    "look-alike digits": CITIZEN.replace("099090000001", "０９９０９００００００１"),
    "ten kilobytes": CITIZEN + "x" * 10_000,
    "an address": "http://mau.invalid/|x|y|z|a|b|c",
    "an insurance card": INSURANCE,
    "two scans behind each other": CITIZEN + CITIZEN,
    "two scans mixed": CITIZEN[:HALF] + CITIZEN,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_citizens_card_is_refused(text):
    with pytest.raises(NotValid):
        citizen_card_qr.parse(text)


def test_markup_in_a_name_is_text_like_any_other():
    assert citizen(name="<script>alert()</script>").full_name == "<script>alert()</script>"


def test_a_whole_insurance_card_is_read():
    card = insurance_card_qr.parse(INSURANCE, day=TODAY)
    assert (card.number, card.full_name, card.address) == (
        "XX4990000000000",
        "NGUYỄN VĂN MẪU",
        "Số 1, Tỉnh Mẫu",
    )
    assert (card.facility_code, card.valid_from, card.valid_to) == ("99999", "20260101", "20261231")
    assert (card.issued_on, card.office_code, card.living_area) == ("20251220", "990000", "K1")
    assert (card.five_years_on, card.guardian_name, card.hints) == ("20270101", "", ())


def insurance(**fields: str):
    names = ["number", "name", "born", "sex", "address", "facility", "since", "until"]
    values = dict(zip(names, INSURANCE.split("|")[:8], strict=True)) | fields
    return insurance_card_qr.parse("|".join(values.values()), day=TODAY)


@pytest.mark.parametrize(
    ("fields", "attribute", "value"),
    [
        ({"number": "0000000000"}, "number", "0000000000"),
        ({"number": "xx4990000000000"}, "number", "XX4990000000000"),
        ({"name": "NGUYỄN VĂN MẪU"}, "full_name", "NGUYỄN VĂN MẪU"),
        ({"name": "NGUYỄN MẪU".encode("utf-16-le").hex()}, "full_name", "NGUYỄN MẪU"),
        ({"name": unicodedata.normalize("NFD", "MẪU").encode().hex().upper()}, "full_name", "MẪU"),
        ({"born": "1/2/1990"}, "born", "19900201"),
        ({"born": "01021990"}, "born", "19900201"),
        ({"born": "1990"}, "born", "1990"),
        ({"facility": "99-999"}, "facility_code", "99999"),
        ({"facility": "99 999"}, "facility_code", "99999"),
        ({"until": "-"}, "valid_to", ""),
        ({"until": ""}, "valid_to", ""),
    ],
)
def test_the_spellings_found_on_cards_are_all_read(fields, attribute, value):
    card = insurance(**fields)
    assert (getattr(card, attribute), card.hints) == (value, ())


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"name": "ffff"}, "TEXT-UNREADABLE"),
        ({"born": "31/02/1990"}, "DATE-UNREADABLE"),
        ({"born": "01/01/2027"}, "BIRTH-IN-FUTURE"),
        ({"sex": "3"}, "SEX-UNREADABLE"),
        ({"facility": "khong ro"}, "FACILITY-UNREADABLE"),
        ({"until": "01/01/2025"}, "VALIDITY-REVERSED"),
    ],
)
def test_what_cannot_be_read_on_an_insurance_card_is_pointed_out(fields, hint):
    assert codes(insurance(**fields)) == [hint]


@pytest.mark.parametrize(
    "text",
    ["", "XX4990000000000", "XX4990000000000|a|b", CITIZEN, INSURANCE.rstrip("$") + INSURANCE, "x|" * 8],
    ids=["empty", "number alone", "too few fields", "a citizen's card", "two scans", "noise"],
)
def test_what_is_no_insurance_card_is_refused(text):
    with pytest.raises(NotValid):
        insurance_card_qr.parse(text)


@given(st.text(max_size=200) | st.text("0123456789|ABCabc$ -/", max_size=200))
def test_any_scan_is_read_or_refused_and_never_breaks(text):
    recognise(text)
    for module in (citizen_card_qr, insurance_card_qr):
        for scan in (text, f"099090000001|{text}", f"XX4990000000000|{text}"):
            try:
                card = module.parse(scan, day=TODAY)
            except NotValid as refusal:
                assert refusal.sentence
            else:
                assert module.is_valid(scan) and module.format(scan) and card.hints is not None
