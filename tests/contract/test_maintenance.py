"""A maintenance window: announced on the portal's page, refusing from its first to its last minute by the portal's clock (F48)."""

from datetime import datetime

import pytest

from .portal import Login, Portal
from .reader import Reader, text_of

SIGN_IN = "/cong/"


def announced(portal: Portal) -> str:
    return text_of(Reader(portal).get(SIGN_IN))


def stored(portal: Portal, visit_code: str) -> list[dict]:
    return [row for row in portal.desk("received.json?all=1") if row["visit_code"] == visit_code]


def test_a_window_is_announced_and_refuses_in_its_hours_only(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    assert "bảo trì" not in announced(portal)
    window = portal.desk("faults", {"scenario": "maintenance-window"})
    hours = {name: datetime.fromisoformat(window["parameters"][name]) for name in ("from", "until")}
    now = datetime.fromisoformat(portal.desk("ready")["now"])
    assert 11.9 < (hours["from"] - now).total_seconds() / 3600 <= 12
    assert (hours["until"] - hours["from"]).total_seconds() == 4 * 3600
    assert "Thông báo bảo trì" in announced(portal)
    assert login.send(record).code == "200"
    portal.desk("clock", {"advance_hours": 11.5})
    assert login.send(record).code == "200"
    before = len(stored(portal, visit_code))
    portal.desk("clock", {"advance_hours": 1})
    assert "Cổng đang bảo trì" in announced(portal)
    answer = login.send(record)
    assert (answer.status, len(stored(portal, visit_code))) == (503, before)
    assert b"maKetQua" not in answer.body and "bảo trì" in answer.body.decode()
    assert 3 * 3600 < int(answer.headers["retry-after"]) <= 4 * 3600
    assert portal.form("/api/token/take", {}).status == 503, "every service is away"
    assert portal.request("GET", "/crl/thuc-hanh.crl").status == 200, "the issuer is another house"
    portal.desk("clock", {"advance_hours": 4})
    assert "Cổng đã hoạt động trở lại" in announced(portal)
    assert login.send(record).code == "200"
    (row,) = [one for one in portal.desk("faults") if one["id"] == window["id"]]
    assert row["struck"] == 2, "only what came in its hours"
    portal.desk("clock", {"advance_hours": 25})
    assert "bảo trì" not in announced(portal)


def test_a_fast_clock_shortens_what_the_caller_is_told_to_wait(
    portal: Portal, login: Login, record: bytes
) -> None:
    portal.desk(
        "faults", {"scenario": "maintenance-window", "parameters": {"starts_in_hours": 0, "hours": 10}}
    )
    portal.desk("clock", {"factor": 600})
    try:
        answer = login.send(record)
    finally:
        portal.desk("clock", {"factor": 1})
    assert answer.status == 503 and int(answer.headers["retry-after"]) <= 60


def test_a_window_is_set_by_page_and_its_hours_are_shown_there(portal: Portal) -> None:
    trainer = Reader(portal)
    trainer.get("/_simulator/tinh-huong/")
    refused = trainer.post("/_simulator/bat/", scenario="maintenance-window", **{"p-hours": "lâu"})
    assert "Chưa bật được" in text_of(refused) and portal.desk("faults") == []
    asked = {"p-starts_in_hours": "24", "p-hours": "6,5"}
    told = trainer.post("/_simulator/bat/", scenario="maintenance-window", **asked)
    assert "chưa tới giờ" in text_of(told) and "Đã bật" in text_of(told)
    (row,) = portal.desk("faults")
    found = {name: row["parameters"][name] for name in ("starts_in_hours", "hours")}
    assert (found, row["remaining"]) == ({"starts_in_hours": 24, "hours": 6.5}, None)


@pytest.mark.parametrize("parameters", [{"hours": 0}, {"starts_in_hours": -1}, {"hours": "lâu"}])
def test_a_window_has_hours(portal: Portal, parameters: dict) -> None:
    asked = {"scenario": "maintenance-window", "parameters": parameters}
    assert portal.post_json("/_simulator/faults", asked).status == 400
