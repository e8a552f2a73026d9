"""Where credentials travel, paths, bodies and the two styles of refusing (gateway.md §2, §11.1, §11.3, §11.4)."""

from urllib.parse import urlencode

import pytest

from .portal import CARD, CHECK_IN, COPAYMENT, RECORD, Login, Portal

ASKED = {
    "maThe": "XX4990000000001",
    "hoTen": "Nguyễn Thị Bình",
    "ngaySinh": "01/02/1990",
    "hoTenCb": "TRẦN THỊ EM",
    "cccdCb": "099190000002",
}


def test_submissions_read_the_headers_and_nothing_else(login: Login, record: bytes) -> None:
    fields, portal = login.fields(record), login.portal
    assert portal.form(RECORD, fields, login.headers).code == "200"
    assert portal.form(f"{RECORD}?{login.query}", fields).code == "401"
    in_body = {**fields, "token": login.access_token, "id_token": login.id_token, "password": login.password}
    assert portal.form(RECORD, in_body).code == "401"


def test_card_look_up_reads_the_query_and_nothing_else(login: Login) -> None:
    portal = login.portal
    assert portal.form(f"{CARD}?{login.query}", ASKED).code == "000"
    assert portal.form(CARD, ASKED, login.headers).code == "401"
    assert portal.form(CARD, {**ASKED, "token": login.access_token, "id_token": login.id_token}).code == "401"


@pytest.mark.parametrize("header", ["accessToken", "tokenId", "passwordHash"])
def test_each_header_is_needed(login: Login, record: bytes, header: str) -> None:
    headers = {name: value for name, value in login.headers.items() if name != header}
    assert login.portal.form(RECORD, login.fields(record), headers).code == "401"


def test_the_password_hash_and_the_username_are_checked_at_every_call(login: Login, record: bytes) -> None:
    fields, portal = login.fields(record), login.portal
    wrong_hash = {**login.headers, "passwordHash": "0" * 32}
    assert portal.form(RECORD, fields, wrong_hash).code == "401"
    assert portal.form(RECORD, {**fields, "username": "99998_BV"}, login.headers).code == "401"


def test_a_refusal_is_http_200_with_401_or_bare_as_chosen(login: Login, record: bytes) -> None:
    fields, portal = login.fields(record), login.portal
    answer = portal.form(RECORD, fields)
    assert (answer.status, answer.code, answer.json["maGiaoDich"]) == (200, "401", None)
    portal.desk("options", {"refusal_style": "bare"})
    for path, body in ((RECORD, fields), (CARD, ASKED)):
        answer = portal.form(path, body)
        assert (answer.status, answer.body) == (401, b"")


def test_the_copayment_service_always_refuses_bare(login: Login) -> None:
    answer = login.portal.post_json(COPAYMENT, {"username": login.username, **ASKED})
    assert (answer.status, answer.body) == (401, b"")


def test_paths_match_in_any_case_and_other_casing_is_noted(login: Login, record: bytes) -> None:
    assert login.send(record, path=RECORD.upper()).code == "200"
    assert login.send(record, path=RECORD.lower()).code == "200"
    assert login.portal.desk("history.json")[-1]["warnings"] == [f"path spelt {RECORD.lower()}"]


@pytest.mark.parametrize("decision", ["QD130", "QD4750", "QD3176"])
def test_all_three_record_paths_answer_and_the_older_two_can_be_switched_off(
    login: Login, record: bytes, decision: str
) -> None:
    path = f"/api/qd130/guiHoSoXml{decision}"
    assert login.send(record, path=path).code == "200"
    login.portal.desk("options", {"allow_legacy_paths": False})
    assert login.send(record, path=path).status == (200 if decision == "QD3176" else 404)


def test_an_address_that_is_none_gives_an_unhelpful_404(portal: Portal) -> None:
    for path in ("/" + RECORD, "/api/qd130/khac", "/api/token"):
        answer = portal.form(path, {})
        assert answer.status == 404 and b"maKetQua" not in answer.body


def test_only_post_reaches_a_service(portal: Portal) -> None:
    assert portal.request("GET", RECORD).status == 405


def test_json_bodies_are_taken_and_others_refused(login: Login, record: bytes) -> None:
    fields = login.fields(record)
    assert login.portal.post_json(RECORD, fields, login.headers).code == "200"
    xml = {**login.headers, "Content-Type": "application/xml"}
    assert login.portal.request("POST", RECORD, urlencode(fields).encode(), xml).code == "205"
    broken = {**login.headers, "Content-Type": "application/json"}
    assert login.portal.request("POST", RECORD, b"{", broken).code == "205"


def test_an_unencoded_plus_in_a_form_is_a_space_and_so_refused(login: Login, signed, visit_code: str) -> None:
    from . import papers

    fields = login.fields(signed(papers.record(MA_LK=visit_code)))
    assert "+" in fields["fileHSBase64"]
    raw = "&".join(f"{name}={value}" for name, value in fields.items())
    headers = {**login.headers, "Content-Type": "application/x-www-form-urlencoded"}
    assert login.portal.request("POST", RECORD, raw.encode(), headers).code == "205"
    assert login.portal.form(RECORD, fields, login.headers).code == "200"


def test_every_reply_is_marked_as_simulated(login: Login) -> None:
    portal = login.portal
    for answer in (
        portal.request("GET", "/_simulator/ready"),
        portal.form(RECORD, {}),
        portal.request("GET", "/nothing-here"),
        portal.form(CHECK_IN, {}),
    ):
        assert answer.headers["x-simulator"]
