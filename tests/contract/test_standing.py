"""Scenarios that are a rule of the portal: switched like the others, they set it, say so, and leave it as it was."""

import contextlib
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from . import papers
from .portal import Answer, Login, Portal
from .reader import Reader, text_of

Sign = Callable[[bytes], bytes]
PAGE = "/_simulator/tinh-huong/"


def standing(portal: Portal) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in portal.desk("scenarios.json") if one["options"]}


def on(portal: Portal) -> set[str]:
    return {key for key, one in standing(portal).items() if one["on"]}


def switch_on(portal: Portal, scenario: str) -> int:
    return portal.desk("faults", {"scenario": scenario})["id"]


def look_up(login: Login, visit_code: str, record: bytes) -> Answer:
    asked = {
        "username": login.username,
        "visit_code": visit_code,
        "sha256": hashlib.sha256(record).hexdigest(),
    }
    return login.portal.form("/_simulator/receipts", asked, login.headers)


def test_each_sets_its_rules_is_told_to_be_on_and_leaves_them_as_they_were(portal: Portal) -> None:
    known = standing(portal)
    assert {"portal-replaces", "portal-neither", "second-login-revokes"} | {
        f"look-up-{how}" for how in ("truthful", "late", "wrong", "unavailable")
    } == set(known)
    at_first, on_at_first = portal.desk("options"), on(portal)
    assert on_at_first == {"portal-replaces"}, "what the portal is like anyway is told, too"
    for key, one in known.items():
        fault = switch_on(portal, key)
        assert portal.desk("options") == {**at_first, **one["options"]}
        assert key in on(portal)
        assert [each["scenario"] for each in portal.desk("faults")] == [key]
        assert portal.desk(f"faults/{fault}", method="DELETE") == {"deleted": 1}
        assert (portal.desk("options"), on(portal)) == (at_first, on_at_first)


def test_a_portal_has_one_way_at_a_time_and_normal_is_what_it_had_before_the_first(portal: Portal) -> None:
    portal.desk("options", {"repeats": "refuse"})
    for key in ("portal-neither", "look-up-late", "second-login-revokes", "portal-replaces", "look-up-wrong"):
        switch_on(portal, key)
    assert on(portal) == {"look-up-wrong", "second-login-revokes"}
    assert {each["scenario"] for each in portal.desk("faults")} == on(portal)
    portal.desk("calm", {})
    kept = portal.desk("options")
    assert (kept["repeats"], kept["receipt_look_up"], kept["second_login_revokes"]) == (
        "refuse",
        "none",
        False,
    )


def test_a_rule_that_somebody_changed_meanwhile_stays_as_changed(portal: Portal) -> None:
    fault = switch_on(portal, "look-up-late")
    portal.desk("options", {"receipt_look_up": "wrong"})
    assert on(portal) == {"look-up-wrong"}
    assert "đã đổi ở Quy tắc cổng" in text_of(Reader(portal).get(PAGE))
    portal.desk(f"faults/{fault}", method="DELETE")
    assert portal.desk("options")["receipt_look_up"] == "wrong"


@pytest.mark.parametrize(
    "how", [{"account": "99999_BV"}, {"path": "record"}, {"next_calls": 1}, {"chance": 0.5}, {"skip": 1}]
)
def test_they_hold_for_everybody_and_are_in_no_schedule(portal: Portal, how: dict[str, Any]) -> None:
    for path, asked in (
        ("faults", {"scenario": "look-up-wrong", **how}),
        ("schedule", {"seed": 1, "calls": 3, "scenarios": ["look-up-wrong"]}),
    ):
        assert portal.post_json(f"/_simulator/{path}", asked).status == 400
    assert "look-up-wrong" not in on(portal)


def test_they_are_switched_by_page_which_says_the_screen_and_what_is_on(portal: Portal) -> None:
    trainer, known = Reader(portal), standing(portal)
    for key, one in known.items():
        trainer.get(f"{PAGE}?tim={key}")
        told = text_of(trainer.post("/_simulator/bat/", scenario=key))
        assert f"Đã bật: {one['title']}" in told and one["leads_to"] in told
        assert key in on(portal)
        assert "Cổng đang cư xử như vậy" in text_of(trainer.get(f"{PAGE}?tim={key}"))
        (fault,) = portal.desk("faults")
        assert "Đã tắt 1 tình huống" in text_of(trainer.post("/_simulator/tat/", pk=str(fault["id"])))
    rules = text_of(trainer.get("/_simulator/quy-tac/"))
    assert all(one["title"] in rules for one in known.values())


@pytest.mark.parametrize(
    ("way", "copies", "can_be_asked"),
    [
        ("portal-replaces", [False, False], False),
        ("portal-neither", [False, True], False),
        ("look-up-truthful", [False], True),
    ],
)
@pytest.mark.parametrize(("lost", "kept"), [("store-then-drop", 1), ("drop-unstored", 0)])
def test_a_lost_reply_ends_as_the_portals_way_says(
    portal: Portal,
    login: Login,
    record: bytes,
    visit_code: str,
    way: str,
    copies: list[bool],
    can_be_asked: bool,
    lost: str,
    kept: int,
) -> None:
    """What a sender may do next in each of the three ways, and what comes of it (F30, F31)."""
    switch_on(portal, way)
    portal.strike(lost)
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        login.send(record)
    asked = look_up(login, visit_code, record)
    if can_be_asked:
        assert asked.json["found"] is bool(kept)
    else:
        assert asked.status == 404
    if not (can_be_asked and kept):
        login.send(record)
    rows = [row for row in portal.desk("received.json?all=1") if row["visit_code"] == visit_code]
    expected = copies if kept else copies[:1]
    assert [row["counted_twice"] for row in rows] == expected


def test_a_look_up_is_late_wrong_or_unavailable_as_its_scenario_says(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    number = login.send(record).json["maGiaoDich"]
    switch_on(portal, "look-up-wrong")
    assert look_up(login, visit_code, record).json == {"found": False}
    assert look_up(login, "khong-co", record).json["transaction"] != number
    switch_on(portal, "look-up-unavailable")
    assert look_up(login, visit_code, record).status == 503
    switch_on(portal, "look-up-late")
    assert look_up(login, visit_code, record).json == {"found": False}
    portal.desk("clock", {"advance_hours": 0.6})
    assert look_up(login, visit_code, record).json["transaction"] == number


def test_a_second_login_ends_the_first_session(portal: Portal, record: bytes) -> None:
    switch_on(portal, "second-login-revokes")
    first, second = Login.take(portal), Login.take(portal)
    assert [first.send(record).code, second.send(record).code] == ["401", "200"]


@pytest.mark.parametrize(
    ("scenario", "hours", "code"),
    [
        ("finding-late-filing", 6, "late"),
        ("finding-of-form", 24, "structure"),
        ("finding-of-sums", 48, "mismatch"),
    ],
)
def test_a_clean_record_is_told_of_hours_later(
    portal: Portal, login: Login, signed: Sign, visit_code: str, scenario: str, hours: int, code: str
) -> None:
    portal.strike(scenario, parameters={"sentence": f"Bài tập {visit_code}"})
    number = login.send(signed(papers.record(MA_LK=visit_code))).json["maGiaoDich"]

    def told() -> list[tuple[str, str]]:
        found = portal.desk("findings.json")
        return [
            (one["transaction"], one["kind"]) for one in found if one["sentence"] == f"Bài tập {visit_code}"
        ]

    portal.desk("clock", {"advance_hours": hours - 0.5})
    assert told() == []
    portal.desk("clock", {"advance_hours": 1})
    assert told() == [(number, code)]


def test_a_refused_record_is_told_of_nothing_later(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    portal.strike("finding-of-form", parameters={"sentence": f"Không lưu {visit_code}", "hours": 0})
    portal.strike("content-refused")
    assert login.send(record).code == "204"
    assert all(visit_code not in one["sentence"] for one in portal.desk("findings.json"))
