"""Where real patients are served, what a simulator answers is no receipt; everywhere else nothing changes (F68)."""

import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from tests.crash.stage import Portal

from sosuckhoe.hospital.config.home import EnvironmentNotUnderstood, Home
from sosuckhoe.hospital.config.home import home as home_of
from sosuckhoe.hospital.delivery import actions, looking
from sosuckhoe.hospital.delivery.models import Destination, Receipt, Submission
from sosuckhoe.hospital.delivery.practice import stop_practice
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.incidents import record_incidents
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.web.admin.actions import change_destination
from sosuckhoe.simulator.run import Refused, refuse_beside_production

from .conftest import House
from .test_check_ins import arrived, submission_of, told
from .test_check_ins import work as work_on_check_ins
from .test_hub import Two, held_by_hub, message_key, two, unique
from .test_hub import take as take_health_check
from .test_hub import work as work_at_the_hub
from .test_looking import SERVICE
from .test_worker import _fresh_sessions, calls, closed, strike, work

__all__ = ["_fresh_sessions", "closed", "message_key", "two"]
pytestmark = pytest.mark.django_db


def declare() -> None:
    (settings.HOME.path / "PRODUCTION").touch()


def stopped(destination: Destination) -> bool:
    """By the sender, with its reason, and in the journal."""
    destination.refresh_from_db()
    lines = Entry.objects.filter(
        action="destination-paused", object_id=str(destination.pk), actor="worker", detail__code="SIMULATED"
    )
    return (
        destination.paused_by == "worker" and "cổng mô phỏng" in destination.paused_why and lines.count() == 1
    )


@pytest.mark.parametrize("how", ["file", "variable"])
def test_nothing_leaves_for_a_simulator_where_production_is_declared(
    how: str, closed: Callable[..., Submission], connected: House, portal: Portal, monkeypatch: Any
) -> None:
    if how == "file":
        declare()
    else:
        monkeypatch.setenv("SOSUCKHOE_ENVIRONMENT", "Production ")
    sent = work(closed())
    attempt = sent.attempts.get()
    assert (sent.state, sent.problem_code) == (State.SIGNED, "SIMULATED")
    assert (attempt.outcome, attempt.bytes_from, attempt.answer) == ("NotSent", None, None)
    assert not calls(portal, sent) and not Receipt.objects.exists()
    assert stopped(connected.destination)
    assert not record_incidents(), "it is no outage of the portal"


def test_what_a_simulator_has_answered_after_all_is_no_receipt_and_waits_for_the_real_portal(
    closed: Callable[..., Submission], connected: House, portal: Portal, behind: str
) -> None:
    assert work(closed()).state == State.RECEIVED, "before the declaration all is as before"
    declare()  # with a session in hand: the record itself leaves
    sent = work(closed())
    (call,) = calls(portal, sent)
    attempt = sent.attempts.get()
    assert (sent.state, sent.problem_code) == (State.SIGNED, "SIMULATED")
    assert (attempt.outcome, attempt.code) == ("Rejected", "SIMULATED")
    assert call["transaction"].encode() in bytes(attempt.answer) and "X-Simulator" in attempt.answer_head
    assert not sent.receipts.exists()
    assert call["transaction"] not in settings.HOME.receipts.read_text()
    assert stopped(connected.destination)

    there = connected.destination
    change_destination(
        by="test",
        destination=there,
        base_url=behind,
        account=there.account,
        secret_reference=there.secret_reference,
        enabled=True,
    )
    actions.resume(by="test", destination=there)
    received = work(sent)
    assert received.state == State.RECEIVED
    first, second = calls(portal, sent)
    assert first["sha256"] == second["sha256"] == received.receipts.get().document_sha256
    assert received.document_id == sent.document_id, "the same file, not signed anew"


def test_an_answer_that_breaks_off_is_a_simulators_too(
    closed: Callable[..., Submission], connected: House, portal: Portal
) -> None:
    work(closed())
    declare()
    strike(portal, "cut-inside-reply")
    sent = work(closed())
    assert (sent.state, sent.attempts.get().code) == (State.SIGNED, "SIMULATED")


def test_a_person_who_lets_it_go_on_unmended_sends_nothing(
    closed: Callable[..., Submission], connected: House, portal: Portal
) -> None:
    declare()
    sent = work(closed())
    actions.resume(by="test", destination=connected.destination)
    again = work(sent)
    connected.destination.refresh_from_db()
    assert connected.destination.paused and again.state == State.SIGNED and not calls(portal, sent)


def test_a_look_up_at_a_simulator_opens_no_door(
    closed: Callable[..., Submission], connected: House, portal: Portal
) -> None:
    Destination.objects.update(receipt_look_up=SERVICE)
    portal.desk("options", {"receipt_look_up": "truthful"})
    try:
        strike(portal, "store-then-drop")
        lost = work(closed())
        assert lost.state == State.UNKNOWN
        declare()
        look = looking.look_up(lost, timezone.now())
    finally:
        portal.desk("options", {"receipt_look_up": "none"})
    lost.refresh_from_db()
    assert (lost.state, look.said, look.answer) == (State.UNKNOWN, "no-answer", None)
    assert stopped(connected.destination)


def test_a_check_in_is_not_told_to_a_simulator(connected: House, portal: Portal) -> None:
    first = told()
    work_on_check_ins()
    assert submission_of(first).state == State.RECEIVED
    declare()
    second = told()
    work_on_check_ins()
    (call,) = arrived(portal, second)
    assert call["transaction"]
    assert (submission_of(second).state, submission_of(second).problem_code) == (State.SIGNED, "SIMULATED")
    assert stopped(connected.destination)


def test_a_simulated_hub_has_received_nothing(two: Two) -> None:
    declare()
    take_health_check(unique())
    sent = work_at_the_hub()
    assert (sent.state, sent.problem_code, held_by_hub(two, sent)) == (State.SIGNED, "SIMULATED", [])
    assert stopped(two.hub) and not two.house.destination.paused


class TestAtTheStart:
    def test_a_destination_that_was_practised_with_is_stopped_and_its_receipts_are_counted(
        self, closed: Callable[..., Submission], connected: House
    ) -> None:
        work(closed())
        work(closed())
        assert stop_practice(timezone.now()) == [], "it is not declared"
        declare()
        (there,) = stop_practice(timezone.now())
        assert stopped(there)
        assert "SOSUCKHOE_ENVIRONMENT" in there.paused_why and "2 biên nhận" in there.paused_why
        assert stop_practice(timezone.now()) == []

    def test_whoever_has_changed_it_since_is_believed_until_the_next_login(
        self, closed: Callable[..., Submission], connected: House
    ) -> None:
        work(closed())
        declare()
        stop_practice(timezone.now())
        actions.resume(by="test", destination=connected.destination)
        assert stop_practice(timezone.now()) == []


class TestDeclaring:
    @pytest.mark.parametrize(
        ("variable", "file", "production"),
        [
            ("", False, False),
            ("practice", False, False),
            ("production", False, True),
            ("PRODUCTION", False, True),
            ("", True, True),
            ("practice", True, True),
        ],
    )
    def test_both_sides_read_the_same(
        self, variable: str, file: bool, production: bool, tmp_path: Path, monkeypatch: Any
    ) -> None:
        monkeypatch.setenv("SOSUCKHOE_ENVIRONMENT", variable)
        monkeypatch.setenv("SOSUCKHOE_HOME", str(tmp_path))
        if file:
            (tmp_path / "PRODUCTION").touch()
        assert Home(tmp_path).is_production is production
        if production:
            with pytest.raises(Refused):
                refuse_beside_production(tmp_path / "simulator")
        else:
            refuse_beside_production(tmp_path / "simulator")

    def test_a_misspelt_declaration_is_refused_at_the_start(self, monkeypatch: Any, tmp_path: Path) -> None:
        monkeypatch.setenv("SOSUCKHOE_ENVIRONMENT", "prod")
        with pytest.raises(EnvironmentNotUnderstood, match="SOSUCKHOE_ENVIRONMENT"):
            home_of()
        told = subprocess.run(
            [sys.executable, "-m", "sosuckhoe", "deliver", "--once"],
            env=os.environ | {"SOSUCKHOE_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert (told.returncode, told.stderr) == (2, f"{EnvironmentNotUnderstood.__doc__}\n")

    def test_practice_is_as_before(self, closed: Callable[..., Submission], monkeypatch: Any) -> None:
        monkeypatch.setenv("SOSUCKHOE_ENVIRONMENT", "practice")
        assert work(closed()).state == State.RECEIVED


@pytest.fixture
def behind(portal: Portal) -> Iterator[str]:
    """The address of something that answers as the portal does and does not say that it is a simulator."""

    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            line = http.client.HTTPConnection(portal.address.removeprefix("http://"), timeout=30)
            line.request("POST", self.path, body, dict(self.headers))
            answer = line.getresponse()
            content = answer.read()
            line.close()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
