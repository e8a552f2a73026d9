"""What a scenario says of the operator's screen is what a record that meets it comes to, and the words are there."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.crash.stage import Portal

import sosuckhoe.hospital
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.sessions import SESSIONS
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.simulator.faults.scenarios import SCENARIOS, STANDING, Scenario

from .conftest import House
from .test_worker import _fresh_sessions, closed, strike, work

__all__ = ["_fresh_sessions", "closed"]

NOT_OF_ONE_CALL = {"seeded-schedule", "refuse-connections", "maintenance-window", "rate-limit"}
"""Others test these: a plan, a closed door, hours to come, a limit that one call does not reach."""
CUT_AFTER_90_SECONDS = {"trickle", "slow-reading"}
"""Their tests shorten the limit."""
QUICK = {
    "latency": {"seconds": 0.1},
    "late-reply": {"seconds": 0.1},
    "flapping": {"up_seconds": 0, "down_seconds": 1},
    "huge-reply": {"megabytes": 2},
}
SAID = re.compile("«([^»]+)»")


def strikes_records(one: Scenario) -> bool:
    left_out = NOT_OF_ONE_CALL | CUT_AFTER_90_SECONDS
    return one.phase != STANDING and one.key not in left_out and (not one.at or "record" in one.at)


def first_word(one: Scenario) -> State:
    """The state that its sentence names first as what is left; of one that only renews a session: received."""
    states = {state.label: state for state in State}
    named = [states[word] for word in SAID.findall(one.leads_to) if word in states]
    return next((state for state in named if state != State.SENDING), State.RECEIVED)


@pytest.mark.django_db
def test_a_record_comes_to_what_its_scenario_says(
    closed: Callable[..., Submission], connected: House, portal: Portal
) -> None:
    wrong = {}
    for key, one in SCENARIOS.items():
        if not strikes_records(one):
            continue
        SESSIONS.__init__()  # type: ignore[misc]
        Submission.objects.update(not_before=timezone.now() + timedelta(minutes=30))  # those before wait
        Destination.objects.update(failures=0, quiet_until=None, paused_at=None, paused_by="", paused_why="")
        if key == "receipt-of-another-visit":
            assert work(closed()).state == State.RECEIVED  # whose number this one is told
        strike(portal, key, parameters=QUICK.get(key, {}))
        submission = work(closed())
        expected = first_word(one)
        if "Tạm dừng" in one.leads_to and expected is State.RECEIVED:
            assert Destination.objects.get().paused, key
            expected = State.SIGNED
        if submission.state != expected:
            wrong[key] = (submission.state, str(expected))
        portal.desk("faults", method="DELETE")
    # Each of these needs an earlier call that it speaks of: the first record is simply received.
    for key in ("duplicate-refused", "counted-twice", "receipt-of-an-older-version", "receipt-repeated"):
        wrong.pop(key, None)
    # Where the cut is seen before the body leaves, the same call is made anew; which is first is the kernel's affair.
    if wrong.get("reset-before-reading", ("",))[0] == State.RECEIVED:
        del wrong["reset-before-reading"]
    assert wrong == {}


def test_every_word_that_a_scenario_quotes_stands_on_a_page_of_the_hospital() -> None:
    folder = Path(sosuckhoe.hospital.__file__).parent
    files = [*folder.rglob("*.py"), *folder.rglob("*.html")]
    pages = "\n".join(file.read_text() for file in files)
    quoted = {word for one in SCENARIOS.values() for word in SAID.findall(one.leads_to)}
    assert {word for word in quoted if word not in pages} == set()
