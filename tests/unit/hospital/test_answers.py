"""Every answer of the portal is one of four words, and nothing unclear is ever taken for a receipt."""

import json

import pytest

from sosuckhoe.healthbook.signing.verify_evidence import said_twice, transaction_number_in
from sosuckhoe.hospital.delivery.answers import (
    BODY_LIMIT,
    LOGIN,
    SUBMISSION,
    Concern,
    Word,
    login_answer,
    submission_answer,
)
from sosuckhoe.hospital.delivery.calling import Exchange
from sosuckhoe.hospital.delivery.hub.answers import push_answer
from sosuckhoe.hospital.delivery.hub.channel import Hub


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


RECEIPT = body(
    maKetQua="200", maGiaoDich="MP1", thongDiep="Tiếp nhận thành công", thoiGianTiepNhan="20261123070500"
)


def test_a_receipt_is_a_code_200_with_a_transaction_number() -> None:
    answer = submission_answer(200, RECEIPT)
    assert (answer.word, answer.transaction_number, answer.stated_at) == (
        Word.ACCEPTED,
        "MP1",
        "20261123070500",
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"maKetQua": 200, "maGiaoDich": "MP1"}, "200"),
        ({"MAKETQUA": "200", "MaGiaoDich": "MP1", "thongdiep": ""}, "200"),
        (
            {"maKetQua": "200", "maGiaoDich": "MP1", "thongDiep": "Yêu cầu đang được xử lý"},
            "200-WITH-MESSAGE",
        ),
    ],
)
def test_spelling_numbers_and_other_messages_do_not_lose_a_receipt(
    fields: dict[str, object], code: str
) -> None:
    answer = submission_answer(200, body(**fields))
    assert (answer.word, answer.code) == (Word.ACCEPTED, code)


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (RECEIPT, "MP1"),
        (b"\xef\xbb\xbf" + RECEIPT, "MP1"),
        (body(MAKETQUA=200, magiaodich=17), "17"),
        (body(maKetQua=" 200 ", maGiaoDich=" MP1 "), "MP1"),
        (body(maKetQua="200", maGiaoDich="M" * 120), "M" * 100),
        (body(maKetQua="200", maGiaoDich=True), ""),
        (b'{"maKetQua":"200","maGiaoDich":"MP1","MAKETQUA":200,"magiaodich":"MP1"}', "MP1"),
        (body(maKetQua="205", maGiaoDich="MP1"), ""),
        (body(maKetQua="200", maGiaoDich="MP\0"), ""),
        (b'{"maKetQua":"200","maGiaoDich":"MP1\\ud83d"}', ""),
        (RECEIPT[:-5], ""),
        (b"[200]", ""),
    ],
)
def test_what_is_a_receipt_to_us_is_one_to_who_verifies_the_evidence(answer: bytes, number: str) -> None:
    assert submission_answer(200, answer).transaction_number == transaction_number_in(answer) == number


@pytest.mark.parametrize(
    "answer",
    [
        body(maKetQua="200", maGiaoDich=""),
        body(maKetQua="200", maGiaoDich=None),
        body(maKetQua="200", maGiaoDich=True),
        body(maKetQua="777", maGiaoDich="MP1"),
        b"",
        b"<html>200</html>",
        RECEIPT[:-5],
        RECEIPT.decode().encode("utf-16"),
        b"[" * 100_000,
        b'"200"',
        b"[200]",
    ],
)
def test_whatever_is_not_understood_under_200_is_unknown(answer: bytes) -> None:
    assert submission_answer(200, answer).word is Word.UNKNOWN


@pytest.mark.parametrize("status", [200, 401, 500, 502])
@pytest.mark.parametrize("also", ['"maGiaoDich":"MP2"', '"MAGIAODICH":"MP2"', '"MaKetQua":"205"'])
def test_a_portal_that_says_two_things_at_once_is_unknown(status: int, also: str) -> None:
    answer = f'{{"maKetQua":"200","maGiaoDich":"MP1",{also}}}'.encode()
    assert submission_answer(status, answer).word is Word.UNKNOWN


@pytest.mark.parametrize("name", ["res_code", "txn_id", "ref_msg_id"])
def test_a_hub_that_says_two_things_at_once_is_unknown(name: str) -> None:
    said = '{"header":{"res_code":"CM_SUCCESS","txn_id":"T1","ref_msg_id":"M1"%s}}'
    once, twice = (said % also for also in ("", f',"{name}":"PS_SYNC_SUCCESS"'))
    assert push_answer(200, once.encode(), msg_id="M1", relay=False).word is Word.ACCEPTED
    assert push_answer(500, twice.encode(), msg_id="M1", relay=False).word is Word.UNKNOWN


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize(
    "data",
    [{"txn_id": "T2"}, {"ref_msg_id": "M2"}, {"res_code": "PS_DS_VERIFY_FAIL"}, {"res_code": "NEW"}],
)
def test_a_hub_whose_header_and_data_differ_is_unknown_and_its_receipt_proves_nothing(
    status: int, data: dict[str, str]
) -> None:
    header = {"res_code": "CM_SUCCESS", "txn_id": "T1", "ref_msg_id": "M1"}
    same, differs = (body(header=header, data=header | told) for told in ({}, data))
    assert push_answer(200, same, msg_id="M1", relay=False).transaction_number == "T1"
    assert push_answer(status, differs, msg_id="M1", relay=False).word is Word.UNKNOWN
    assert said_twice(same) == [] and said_twice(differs) == list(data)
    # Nor is it a token that is refused: with another one the same message would go out again.
    refused = body(header=header | {"res_code": "CM_AUTH_EXPIRED"}, data={"txn_id": "T2"})
    for answer in (differs, refused):
        assert not Hub.__new__(Hub).refuses_session(Exchange("", 401, "", answer))


def test_a_hub_that_names_two_stages_of_taking_a_message_says_one_thing() -> None:
    stages = body(header={"res_code": "CM_SUCCESS", "txn_id": "T1"}, data={"res_code": "PS_DS_SAVE_SUCCESS"})
    assert push_answer(200, stages, msg_id="M1", relay=False).word is Word.ACCEPTED
    assert said_twice(stages) == []


@pytest.mark.parametrize("odd", ["\\u0000", "\\ud83d", "\\udfff", "\\u001b"])
def test_what_is_no_text_in_an_answer_is_marked_and_can_be_kept(odd: str) -> None:
    """No database and no journal takes them, and what cannot be kept would be forgotten."""
    told = (
        f'{{"maKetQua":"200","maGiaoDich":"MP1","thongDiep":"a{odd}b","thoiGianTiepNhan":"1{odd}"}}'.encode()
    )
    answer = submission_answer(200, told)
    assert (answer.word, answer.transaction_number) == (Word.ACCEPTED, "MP1")
    assert (answer.message, answer.stated_at) == ("a\ufffdb", "1\ufffd")
    strange = submission_answer(200, f'{{"maKetQua":"9{odd}"}}'.encode())
    assert (strange.word, strange.code) == (Word.UNKNOWN, "CODE-9\ufffd")
    hub = push_answer(
        200,
        f'{{"res_code":"CM_SUCCESS","txn_id":"T{odd}","res_message":"{odd}"}}'.encode(),
        msg_id="m",
        relay=False,
    )
    assert (hub.word, hub.code, hub.message) == (Word.UNKNOWN, "NO-TRANSACTION-NUMBER", "\ufffd")


@pytest.mark.parametrize(
    "none", ["null", "NULL", "None", 0, "0000", "undefined", "-", "MP\u200b1", "MP\u00a01", ""]
)
def test_what_programs_write_for_nothing_is_no_transaction_number(none: object) -> None:
    """It would be everybody's receipt, and one with an unseen letter nobody's who types it."""
    portal = submission_answer(200, body(maKetQua="200", maGiaoDich=none))
    hub = push_answer(200, body(res_code="CM_SUCCESS", txn_id=none), msg_id="m", relay=False)
    for answer in (portal, hub):
        assert (answer.word, answer.code) == (Word.UNKNOWN, "NO-TRANSACTION-NUMBER")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (500, Word.TRY_LATER),
        (502, Word.TRY_LATER),
        (503, Word.TRY_LATER),
        (429, Word.TRY_LATER),
        (504, Word.UNKNOWN),
        (404, Word.REJECTED),
        (302, Word.UNKNOWN),
        # Somebody behind the web server may have seen the file.
        (400, Word.UNKNOWN),
        (408, Word.UNKNOWN),
        (409, Word.UNKNOWN),
        (422, Word.UNKNOWN),
    ],
)
def test_without_a_code_the_status_decides(status: int, word: Word) -> None:
    assert submission_answer(status, b"").word is word


def test_the_code_in_the_body_decides_before_the_status() -> None:
    assert submission_answer(400, RECEIPT).word is Word.ACCEPTED
    assert submission_answer(200, body(maKetQua="401")).concern is Concern.SESSION
    assert submission_answer(401, b"").concern is Concern.SESSION


@pytest.mark.parametrize(
    ("codes", "concern"),
    [
        (("202", "204", "205", "1001"), Concern.CONTENT),
        (("123", "124", "125"), Concern.SET_UP),
        (("402", "403"), Concern.ACCOUNT),
    ],
)
def test_a_refusal_says_whose_affair_it_is(codes: tuple[str, ...], concern: Concern) -> None:
    for code in codes:
        answer = submission_answer(200, body(maKetQua=code))
        assert (answer.word, answer.concern) == (Word.REJECTED, concern)


def test_every_meaning_has_a_sentence_and_every_refusal_a_concern() -> None:
    for meaning in (*SUBMISSION.values(), *LOGIN.values()):
        assert meaning.sentence
        assert (meaning.word is not Word.REJECTED) or meaning.concern


def test_a_wrong_password_is_the_accounts_affair_in_both_styles() -> None:
    assert login_answer(200, body(maKetQua="401")).concern is Concern.ACCOUNT
    assert login_answer(401, b"").concern is Concern.ACCOUNT
    assert login_answer(200, b"<html>").word is Word.TRY_LATER


def test_answers_are_read_up_to_a_limit() -> None:
    assert BODY_LIMIT <= 1_000_000
