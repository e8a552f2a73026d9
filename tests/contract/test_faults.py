"""Every scenario does what its name says, to the call it was meant for, and the history knows the truth."""

import contextlib
import http.client
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from urllib.parse import urlencode

import pytest

from . import papers
from .portal import RECORD, Login, Portal

Sign = Callable[[bytes], bytes]
BROKEN = (ConnectionResetError, BrokenPipeError)


def last_call(portal: Portal) -> dict:
    return portal.desk("history.json")[-1]


def stored(portal: Portal, visit_code: str) -> list[dict]:
    return [row for row in portal.desk("received.json?all=1") if row["visit_code"] == visit_code]


def test_every_scenario_names_itself_and_the_screen_it_leads_to(portal: Portal) -> None:
    scenarios = portal.desk("scenarios.json")
    assert len({one["key"] for one in scenarios}) == len(scenarios) >= 35
    assert all(one["title"] and one["what"] and one["leads_to"] and one["source"] for one in scenarios)


def test_stored_then_dropped_is_a_reset_for_the_caller_and_a_record_for_the_portal(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    portal.strike("store-then-drop")
    with pytest.raises(BROKEN):
        login.send(record)
    (row,) = stored(portal, visit_code)
    call = last_call(portal)
    assert (call["stored"], call["reply"], call["transaction"]) == (True, "dropped", row["transaction"])
    assert call["faults"] == ["store-then-drop"]
    assert login.send(record).code == "200"
    assert len(stored(portal, visit_code)) == 2


@pytest.mark.parametrize("scenario", ["drop-unstored", "reset-before-reading"])
def test_dropped_before_storing_is_a_reset_and_nothing_else(
    portal: Portal, login: Login, record: bytes, visit_code: str, scenario: str
) -> None:
    portal.strike(scenario)
    with pytest.raises(BROKEN):
        login.send(record)
    assert stored(portal, visit_code) == []
    assert (last_call(portal)["stored"], last_call(portal)["reply"]) == (False, "dropped")


def test_a_reply_cut_in_the_middle_never_arrives_whole(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    portal.strike("cut-inside-reply")
    with pytest.raises((*BROKEN, http.client.IncompleteRead)):
        login.send(record)
    assert len(stored(portal, visit_code)) == 1
    assert last_call(portal)["reply"] == "dropped"


@pytest.mark.parametrize(
    ("scenario", "status", "retry_after"),
    [
        ("http-500", 500, None),
        ("http-502", 502, None),
        ("http-503", 503, "120"),
        ("http-429", 429, "60"),
        ("maintenance", 503, "3600"),
        ("path-disabled", 404, None),
        ("bare-401", 401, None),
        ("html-under-200", 200, None),
    ],
)
def test_http_says_no_before_anything_is_stored(
    portal: Portal, login: Login, record: bytes, visit_code: str, scenario: str, status: int, retry_after: str
) -> None:
    portal.strike(scenario)
    answer = login.send(record)
    assert (answer.status, answer.headers.get("retry-after")) == (status, retry_after)
    assert b"maKetQua" not in answer.body
    assert stored(portal, visit_code) == []
    assert login.send(record).code == "200"


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        ("body-401", "401"),
        ("token-revoked", "401"),
        ("address-changed", "401"),
        ("account-locked", "403"),
        ("system-error", "500"),
        ("signature-refused", "124"),
        ("content-refused", "204"),
    ],
)
def test_the_portal_refuses_in_the_body_without_storing(
    portal: Portal, login: Login, record: bytes, visit_code: str, scenario: str, code: str
) -> None:
    portal.strike(scenario)
    answer = login.send(record)
    assert (answer.status, answer.code, stored(portal, visit_code)) == (200, code, [])


def test_a_revoked_token_stays_revoked_until_a_new_login(portal: Portal, login: Login, record: bytes) -> None:
    portal.strike("token-revoked")
    assert [login.send(record).code, login.send(record).code] == ["401", "401"]
    assert Login.take(portal).send(record).code == "200"


def test_replies_are_spoiled_although_the_record_is_stored(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    other = signed(papers.record(MA_LK=f"{visit_code}.khac"))
    other_number = login.send(other).json["maGiaoDich"]
    data = signed(papers.record(MA_LK=visit_code))

    def answer(scenario: str, **parameters: object) -> bytes:
        portal.strike(scenario, parameters=parameters)
        return login.send(data).body

    assert answer("empty-reply") == b""
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(answer("truncated-json"))
    with pytest.raises(UnicodeDecodeError):
        answer("wrong-charset").decode()
    assert json.loads(answer("foreign-message", message="Khác"))["thongDiep"] == "Khác"
    assert json.loads(answer("no-transaction"))["maGiaoDich"] == ""
    assert json.loads(answer("unknown-code", code="777"))["maKetQua"] == "777"
    before = login.send(data).json["maGiaoDich"]
    assert json.loads(answer("receipt-of-an-older-version"))["maGiaoDich"] == before
    assert json.loads(answer("receipt-of-another-visit"))["maGiaoDich"] == other_number
    assert len(answer("huge-reply", megabytes=3)) > 3_000_000
    assert answer("deep-reply", levels=5000).count(b"[") == 5000
    assert json.loads(answer("trickle", bytes_per_second=5000))["maKetQua"] == "200"
    calls = portal.desk("history.json")[-10:]
    assert all(call["stored"] and call["code"] == "200" and call["reply"] == "sent" for call in calls)


def test_a_skewed_clock_shows_in_the_time_of_receipt(portal: Portal, login: Login, record: bytes) -> None:
    right = login.send(record).json["thoiGianTiepNhan"]
    portal.strike("clock-skew", parameters={"minutes": -1440})
    assert login.send(record).json["thoiGianTiepNhan"][:8] < right[:8]


def test_slow_calls_take_their_time_and_do_not_hold_up_others(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    portal.strike("latency", parameters={"seconds": 1.5}, next_calls=8)
    data = [signed(papers.record(MA_LK=f"{visit_code}.{n}")) for n in range(8)]
    began = monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(login.send, data))
    assert {answer.code for answer in answers} == {"200"}
    assert 1.5 <= monotonic() - began < 8 * 1.5


def test_a_late_reply_comes_in_its_time_and_the_record_is_stored(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    portal.strike("late-reply", parameters={"seconds": 1.0})
    began = monotonic()
    number = login.send(record).json["maGiaoDich"]
    assert monotonic() - began >= 1.0
    assert [row["transaction"] for row in stored(portal, visit_code)] == [number]


@pytest.mark.parametrize(("mode", "codes"), [("replace", ["200", "200"]), ("refuse", ["200", "900"])])
def test_the_same_bytes_again_replace_or_are_refused_as_chosen(
    portal: Portal, login: Login, record: bytes, visit_code: str, mode: str, codes: list[str]
) -> None:
    portal.desk("options", {"repeats": mode})
    assert [login.send(record).code for _ in range(2)] == codes
    assert len(stored(portal, visit_code)) == codes.count("200")


def test_counted_twice_leaves_two_entries_for_the_checker(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    portal.strike("counted-twice", skip=1)
    assert [login.send(record).code for _ in range(2)] == ["200", "200"]
    portal.desk("publish", {"all": True})
    entries = [one for book in portal.desk("books.json").values() for one in book]
    assert [one["copy"] for one in entries if one["visit_code"] == visit_code] == [1, 2]


def test_a_scenario_strikes_only_its_account_path_and_number_of_calls(
    portal: Portal, login: Login, record: bytes
) -> None:
    fault = portal.strike("http-500", account="99999_BV", next_calls=2, skip=1)
    other = Login.take(portal, "99998_BV")
    assert other.send(record).code == "402"
    statuses = [login.send(record).status for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    (now,) = [one for one in portal.desk("faults") if one["id"] == fault["id"]]
    assert (now["matched"], now["struck"], now["remaining"]) == (3, 2, 0)


def test_a_chance_is_drawn_from_the_seed(portal: Portal, login: Login, record: bytes) -> None:
    def run() -> list[int]:
        fault = portal.strike("http-500", next_calls=None, chance=0.5, seed=11)
        statuses = [login.send(record).status for _ in range(12)]
        portal.desk(f"faults/{fault['id']}", method="DELETE")
        return statuses

    first = run()
    assert first == run() and set(first) == {200, 500}


def test_a_schedule_is_drawn_in_full_and_kept_to(portal: Portal, login: Login, record: bytes) -> None:
    wanted = {"seed": 5, "calls": 10, "chance": 0.6, "path": "record", "scenarios": ["http-500", "http-429"]}
    plan = portal.desk("schedule", wanted)["parameters"]["plan"]
    expected = [{"http-500": 500, "http-429": 429}.get(plan.get(str(n), ""), 200) for n in range(1, 11)]
    assert [login.send(record).status for _ in range(10)] == expected
    portal.desk("faults", method="DELETE")
    assert portal.desk("schedule", wanted)["parameters"]["plan"] == plan


def test_an_outage_lasts_as_long_as_the_simulated_clock_says(
    portal: Portal, login: Login, record: bytes
) -> None:
    portal.strike("outage", next_calls=None, parameters={"hours": 72})
    assert login.send(record).status == 503
    portal.desk("clock", {"advance_hours": 71})
    assert login.send(record).status == 503
    portal.desk("clock", {"advance_hours": 2})
    assert login.send(record).status == 200


def test_a_rate_limit_answers_429_beyond_its_number(portal: Portal, login: Login, record: bytes) -> None:
    portal.strike("rate-limit", next_calls=None, parameters={"per_minute": 3})
    answers = [login.send(record) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61


def test_flapping_is_down_in_its_down_time(portal: Portal, login: Login, record: bytes) -> None:
    portal.strike("flapping", parameters={"up_seconds": 0, "down_seconds": 1})
    with pytest.raises(BROKEN):
        login.send(record)
    portal.strike("flapping", parameters={"up_seconds": 1, "down_seconds": 0})
    assert login.send(record).code == "200"


def test_a_portal_that_refuses_connections_does_so_for_its_time_only(
    portal: Portal, login: Login, record: bytes
) -> None:
    portal.strike("refuse-connections", parameters={"seconds": 0.5})
    with pytest.raises(ConnectionRefusedError):
        login.send(record)
    wait_until_open(portal)
    assert login.send(record).code == "200"


def test_a_kept_connection_is_cut_while_connections_are_refused(
    portal: Portal, login: Login, record: bytes
) -> None:
    held = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=20)
    held.connect()
    held.auto_open = 0
    headers = {**login.headers, "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(login.fields(record))
    held.request("POST", RECORD, body, headers)
    assert held.getresponse().read()
    portal.strike("refuse-connections", parameters={"seconds": 0.5})
    with pytest.raises((*BROKEN, http.client.RemoteDisconnected)):
        held.request("POST", RECORD, body, headers)
        held.getresponse()
    wait_until_open(portal)


def wait_until_open(portal: Portal) -> None:
    """Knock until the door opens, within a bound."""
    deadline = monotonic() + 20
    while monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError):
            return portal.desk("ready")
    raise AssertionError("the portal did not come back")


def test_the_desk_refuses_what_it_does_not_know(portal: Portal) -> None:
    for path, body in (
        ("faults", {"scenario": "no-such"}),
        ("faults", {"scenario": "latency", "parameters": {"minutes": 1}}),
        ("faults", {"scenario": "latency", "unknown": 1}),
        ("options", {"repeats": "sometimes"}),
        ("options", {"no_such": 1}),
        ("clock", {"advance_hours": -1}),
        ("setup", {"facilities": [{"code": "99999"}]}),
        ("setup", {"strange": []}),
    ):
        answer = portal.post_json(f"/_simulator/{path}", body)
        assert answer.status == 400 and answer.json["error"]
    assert portal.form("/_simulator/clock", {"advance_hours": "1"}).status == 400


def test_a_gateway_time_out_hides_that_the_portal_has_stored(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    portal.strike("http-504")
    answer = login.send(record)
    assert answer.status == 504 and b"maKetQua" not in answer.body
    assert len(stored(portal, visit_code)) == 1 and last_call(portal)["stored"]


def test_a_token_of_another_address_holds_again_when_the_address_is_the_old_one(
    portal: Portal, login: Login, record: bytes
) -> None:
    portal.strike("address-changed")
    assert [login.send(record).code for _ in range(2)] == ["401", "200"]


def test_a_portal_that_says_received_and_keeps_nothing_is_known_to_its_own_history_only(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    portal.strike("reply-unstored")
    answer = login.send(record)
    assert answer.code == "200" and answer.json["maGiaoDich"]
    assert stored(portal, visit_code) == [] and not last_call(portal)["stored"]


def test_the_same_bytes_again_may_be_given_the_number_they_have(
    portal: Portal, login: Login, record: bytes, visit_code: str
) -> None:
    first = login.send(record).json["maGiaoDich"]
    portal.strike("receipt-repeated")
    assert login.send(record).json["maGiaoDich"] == first
    assert login.send(record).json["maGiaoDich"] != first
    assert len(stored(portal, visit_code)) == 3
