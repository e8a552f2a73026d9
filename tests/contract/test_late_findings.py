"""The trainer gives a clean record a finding by page: it is on the portal's page in its hour, and the officer can copy it."""

import pytest

from .portal import Login, Portal
from .reader import Reader, text_of

PAGE = "/_simulator/loi-noi-dung/"
WORDS = "Ngày ra viện chưa khớp giấy ra viện"


def given(**other: str) -> dict[str, str]:
    return {"kind": "mismatch", "path": "xml1.ngay_ra", "row": "1", "sentence": WORDS, "hours": "0", **other}


def officer(portal: Portal) -> Reader:
    reader = Reader(portal)
    reader.get("/cong/")
    reader.post("/cong/", username="99999_BV", password="mat-khau-mau")
    return reader


def as_the_officer_reads(portal: Portal, reader: Reader, visit_code: str) -> str:
    page = reader.get(f"/cong/ho-so/?q={visit_code}").body.decode()
    start = page.index("/cong/ho-so/", page.index("<tbody>"))
    return text_of(reader.get(page[start : page.index('"', start)]))


def test_a_clean_record_is_chosen_and_told_of_on_the_portals_page(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    number = login.send(record).json["maGiaoDich"]
    trainer, reader = Reader(portal), officer(portal)
    assert WORDS not in as_the_officer_reads(portal, reader, visit_code)
    found = trainer.get(f"{PAGE}?tim={visit_code}").body.decode()
    assert f'value="{number}"' in found
    told = text_of(trainer.post(PAGE, **given(transaction=number)))
    assert "đã hiện trên trang cổng" in told and "Cổng báo lỗi nội dung" in told
    page = as_the_officer_reads(portal, reader, visit_code)
    assert f"MP-LECH XML1 1 NGAY_RA (trống) {WORDS}" in page


def test_it_waits_for_its_hour_and_may_have_a_code_of_its_own(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    number = login.send(record).json["maGiaoDich"]
    trainer, reader = Reader(portal), officer(portal)
    trainer.get(PAGE)
    told = trainer.post(PAGE, **given(transaction=number, code="L-0815", hours="5,5", row=""))
    assert "Lỗi L-0815" in text_of(told) and "sẽ hiện lúc" in text_of(told)
    assert "Chưa tới giờ" in text_of(told)
    assert "L-0815" not in as_the_officer_reads(portal, reader, visit_code)
    portal.desk("clock", {"advance_hours": 6})
    assert "L-0815" in as_the_officer_reads(portal, reader, visit_code)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"transaction": ""}, "chọn một hồ sơ"),
        ({"path": ""}, "chỗ có lỗi"),
        ({"path": "XML100.NGAY_RA"}, "dài hơn 5"),
        ({"sentence": " "}, "lời báo"),
        ({"row": "0"}, "Dòng là một số"),
        ({"hours": "mai"}, "Số giờ"),
        ({"hours": "nan"}, "Số giờ"),
        ({"code": "MA-LOI-RAT-DAI"}, "dài hơn 10"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    portal: Portal, login: Login, record: bytes, wrong: dict[str, str], why: str
) -> None:
    number = login.send(record).json["maGiaoDich"]
    trainer = Reader(portal)
    trainer.get(PAGE)
    before = portal.desk("findings.json")
    asked = {**given(transaction=number, row="7"), **wrong}
    answer = trainer.post(PAGE, **asked)
    assert answer.status == 400 and why in text_of(answer)
    page = answer.body.decode()
    assert all(f'value="{asked[name].strip()}"' in page for name in ("path", "row", "sentence", "hours"))
    assert not asked["transaction"] or f'value="{number}" checked' in page
    assert portal.desk("findings.json") == before


@pytest.mark.parametrize("wrong", [{"sentence": ""}, {"kind": "x" * 11}, {"field": "x" * 41}])
def test_machines_are_told_what_is_wrong_too(
    portal: Portal, login: Login, record: bytes, wrong: dict[str, str]
) -> None:
    number = login.send(record).json["maGiaoDich"]
    asked = {"transaction": number, "sentence": "Lời", **wrong}
    assert portal.post_json("/_simulator/findings.json", asked).status == 400
