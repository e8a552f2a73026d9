"""POST /api/token/take and the life of a token (gateway.md §3, §11.2)."""

import re
from datetime import UTC, datetime, timedelta

from .portal import Login, Portal, md5

TOKEN = "/api/token/take"


def test_the_tokens_are_nested_and_expire_at_an_absolute_utc_instant(portal: Portal) -> None:
    answer = portal.form(TOKEN, {"username": "99999_BV", "password": md5("mat-khau-mau")})
    assert (answer.status, answer.json["maKetQua"]) == (200, "200")
    key = answer.json["APIKey"]
    assert key["username"] == "99999_BV" and key["token_type"] == "Bearer"
    assert re.fullmatch(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", key["id_token"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", key["expires_in"])
    expires = datetime.fromisoformat(key["expires_in"][:26]).replace(tzinfo=UTC)
    assert timedelta(minutes=9) < expires - datetime.now(UTC) <= timedelta(minutes=10)


def test_json_is_accepted_too_and_another_body_is_refused(portal: Portal) -> None:
    fields = {"username": "99999_BV", "password": md5("mat-khau-mau")}
    assert portal.post_json(TOKEN, fields).code == "200"
    assert portal.request("POST", TOKEN, b"<x/>", {"Content-Type": "text/xml"}).code == "401"


def test_wrong_credentials_arrive_as_http_200_with_the_code_in_the_body(portal: Portal) -> None:
    for username, password, code in (
        ("99999_BV", "sai", "401"),
        ("88888_BV", "mat-khau-mau", "401"),
        ("99999", "mat-khau-mau", "402"),
        ("", "", "402"),
    ):
        answer = portal.form(TOKEN, {"username": username, "password": md5(password)})
        assert (answer.status, answer.code, answer.json["APIKey"]) == (200, code, None)


def test_repeated_wrong_passwords_lock_the_account_even_for_the_right_one(portal: Portal) -> None:
    held = Login.take(portal, "99998_BV")
    for _ in range(portal.desk("options")["lock_after"]):
        portal.form(TOKEN, {"username": "99998_BV", "password": md5("sai")})
    right = {"username": "99998_BV", "password": md5("mat-khau-mau")}
    assert portal.form(TOKEN, right).code == "403"
    assert held.send(b"x").code == "403"
    portal.desk("accounts/99998_BV", {"locked": False})
    assert portal.form(TOKEN, right).code == "200"


def test_a_right_password_forgets_the_wrong_ones_before_it(portal: Portal) -> None:
    for _ in range(3):
        for _ in range(portal.desk("options")["lock_after"] - 1):
            portal.form(TOKEN, {"username": "99998_BV", "password": md5("sai")})
        assert portal.form(TOKEN, {"username": "99998_BV", "password": md5("mat-khau-mau")}).code == "200"


def test_a_token_lives_ten_real_minutes_whatever_the_simulated_clock_says(
    portal: Portal, login: Login, record: bytes
) -> None:
    portal.desk("clock", {"advance_hours": 1})
    assert login.send(record).code == "200"
    portal.desk("clock", {"advance_token_minutes": 9.9})
    assert login.send(record).code == "200"
    portal.desk("clock", {"advance_token_minutes": 0.2})
    assert login.send(record).code == "401"


def test_a_token_is_bound_to_the_address_that_took_it(portal: Portal, record: bytes) -> None:
    elsewhere = Login.take(portal, source="127.0.0.2")
    assert elsewhere.send(record).code == "401"
    assert elsewhere.send(record, source="127.0.0.2").code == "200"


def test_several_sessions_of_an_account_live_beside_each_other_unless_switched(
    portal: Portal, record: bytes
) -> None:
    first, second = Login.take(portal), Login.take(portal)
    assert (first.send(record).code, second.send(record).code) == ("200", "200")
    portal.desk("options", {"second_login_revokes": True})
    third = Login.take(portal)
    assert (first.send(record).code, third.send(record).code) == ("401", "200")


def test_a_forged_token_and_one_of_another_session_are_refused(login: Login, record: bytes) -> None:
    from dataclasses import replace

    other = Login.take(login.portal)
    assert replace(login, access_token=login.access_token[:-4] + "AAAA").send(record).code == "401"
    assert replace(login, id_token=other.id_token).send(record).code == "401"
    assert replace(login, id_token="no-guid").send(record).code == "401"
