"""The card register: every code of gateway.md §6.4, history and co-payments."""

import pytest

from .portal import COPAYMENT, HISTORY, Answer, Login

BINH = {"maThe": "XX4990000000001", "hoTen": "Nguyễn Thị Bình", "ngaySinh": "01/02/1990"}


def ask(login: Login, **changes: str) -> Answer:
    return login.look_up(**{**BINH, **changes})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "000"),
        ({"maThe": "XX4 99 0000000001"}, "000"),
        ({"maThe": "0000000001"}, "000"),
        ({"maThe": "099190000001"}, "000"),
        ({"hoTen": "NGUYỄN   THỊ BÌNH"}, "000"),
        ({"ngaySinh": "1990"}, "000"),
        ({"ngaySinh": "02/1990"}, "000"),
        ({"maThe": "XX4990000000003"}, "003"),
        ({"maThe": "XX4990000000004"}, "004"),
        ({"maThe": "XX4990000000010"}, "010"),
        ({"maThe": "XX4990009999999"}, "050"),
        ({"maThe": "YY4990000000001"}, "051"),
        ({"maThe": "XX4980000000001"}, "052"),
        ({"maThe": "XX3990000000001"}, "053"),
        ({"maThe": "XX9990000000001"}, "053"),
        ({"cccdCb": "099190000099"}, "054"),
        ({"hoTenCb": "NGƯỜI KHÁC"}, "055"),
        ({"hoTen": "Trần Văn Khác"}, "060"),
        ({"hoTen": "Ngô Thu Bích"}, "061"),
        ({"ngaySinh": "02/02/1990"}, "070"),
        ({"maThe": "XX499000000"}, "205"),
        ({"ngaySinh": "01021990"}, "205"),
        ({"ngaySinh": ""}, "205"),
        ({"hoTenCb": ""}, "205"),
        *(
            ({"maThe": f"XX4990001{code:0>6}"}, code)
            for code in ("001", "002", "100", "101", "110", "120", "121", "122", "123", "124", "130")
        ),
    ],
)
def test_each_code_of_the_register_can_be_reached(login: Login, changes: dict[str, str], code: str) -> None:
    answer = ask(login, **changes)
    assert (answer.status, answer.code) == (200, code)


def test_a_right_answer_carries_the_card_and_words_for_the_sex(login: Login) -> None:
    told = ask(login, maThe="0000000001").json
    assert told["maThe"] == "XX4990000000001" and told["gioiTinh"] == "Nữ" and told["gtTheTu"] == "01/01/2026"
    assert told["dsLichSuKCB2018"] is None


def test_a_refusal_carries_no_data_of_the_card(login: Login) -> None:
    told = ask(login, hoTen="Trần Văn Khác").json
    assert {told[name] for name in ("maThe", "hoTen", "ngaySinh", "gtTheDen", "dsLichSuKCB2018")} == {None}


def test_a_missing_officer_is_named_as_the_portal_does(login: Login) -> None:
    assert ask(login, hoTenCb="").json["ghiChu"] == "Null hoTenCb"


def test_a_newborns_card_is_genuine_and_unknown(login: Login) -> None:
    assert ask(login, maThe="TE1990000000009", hoTen="Nguyễn Văn An", ngaySinh="11/2026").code == "050"


@pytest.mark.parametrize("path", ["/api/egw/NhanLichSuKCB2018", "/api/egw/KQNhanLichSuKCB2019"])
def test_the_older_services_ask_no_officer(login: Login, path: str) -> None:
    answer = login.portal.form(f"{path}?{login.query}", BINH)
    assert (answer.code, answer.json["dsLichSuKCB2018"]) == ("000", None)


def test_earlier_look_ups_of_the_card_are_shown(login: Login) -> None:
    ask(login)
    assert ask(login).json["dsLichSuKT2018"][0]["userKT"] == "99999_BV"


def test_history_comes_from_its_own_service_and_by_form_only(login: Login) -> None:
    answer = login.look_up(HISTORY, **BINH)
    assert (answer.code, answer.json["dsLichSuKCB2025"][0]["maHoSo"]) == ("000", "1")
    fields = {**BINH, "hoTenCb": "TRẦN THỊ EM", "cccdCb": "099190000002"}
    assert login.portal.post_json(f"{HISTORY}?{login.query}", fields).code == "205"


def test_a_card_without_episodes_has_no_list_and_that_is_no_error(login: Login) -> None:
    answer = login.look_up(HISTORY, **{**BINH, "maThe": "XX4990000000004"})
    assert (answer.code, answer.json["dsLichSuKCB2025"]) == ("000", None)


def copayment(login: Login, **changes: str) -> Answer:
    return login.portal.post_json(COPAYMENT, {"username": login.username, **BINH, **changes}, login.headers)


def test_copayments_are_listed_and_their_absence_is_204_under_http_200(login: Login) -> None:
    answer = copayment(login)
    assert (answer.status, answer.code, answer.json["DataCCT"][0]["tBNCCTLuyKe"]) == (200, "200", "12600")
    answer = copayment(login, maThe="XX4990000000004")
    assert (answer.status, answer.code) == (200, "204")
    assert copayment(login, maThe="1").code == "400"


def test_a_restricted_account_gets_500_with_the_general_sentence(login: Login) -> None:
    login.portal.desk("faults", {"scenario": "restricted-look-up", "path": "copayment", "next_calls": 1})
    login.portal.desk("faults", {"scenario": "system-error", "path": "copayment", "next_calls": 1, "skip": 1})
    restricted, broken = copayment(login), copayment(login)
    assert (restricted.code, broken.code) == ("500", "500")
    assert restricted.json["GhiChu"] != broken.json["GhiChu"]
