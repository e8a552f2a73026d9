"""PostgreSQL has no connection left, or somebody holds rows and does nothing: worker and pages wait, say so and go on by
themselves (F26)."""

import contextlib
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.postgres import Server

from .checker import check, history
from .serving import Pages, served
from .stage import Deed, Hospital, Portal, until

_numbers = count(1)
VISITS = 12
BACK_WITHIN = 30
"""Seconds from the moment there is a connection (faults.md F26)."""
SIGNED_IN = {"Cookie": "sosuckhoe_session=mot-phien-lam-viec-bat-ky"}
"""Whoever says so is looked up in the database."""


@pytest.fixture
def database(postgres: Server, postgres_tables: str) -> str:
    return postgres.copy(postgres_tables, f"connections_gone_{next(_numbers)}")


class Crowd:
    """Other programs that keep PostgreSQL's connections for themselves."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.held: list[psycopg.Connection[Any]] = [psycopg.connect(address, autocommit=True)]

    def take_all(self) -> None:
        """Every one, also those that the hospital has: its next try finds none."""
        for _ in range(3):
            with contextlib.suppress(psycopg.OperationalError):
                while True:
                    self.held.append(psycopg.connect(self.address, autocommit=True))
            ours = [each.info.backend_pid for each in self.held]
            self.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND NOT pid = ANY(%s)",
                ours,
            )

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.held[0].execute(sql, values).fetchall()

    def states(self) -> Counter[tuple[str, int]]:
        return Counter(self.rows("SELECT state, fence FROM delivery_submission"))

    def leave(self) -> None:
        for each in self.held:
            each.close()


@pytest.fixture
def crowd(database: str) -> Iterator[Crowd]:
    made = Crowd(database.replace("postgres:///", "postgresql:///"))
    yield made
    made.leave()


@pytest.fixture
def house(hospital: Callable[[bool], Hospital], files: Callable[[int], Path]) -> Hospital:
    built = hospital(False)
    built.do("take", str(files(VISITS)))
    return built


@pytest.fixture
def pages(house: Hospital) -> Iterator[Pages]:
    with served(house.home, house.database) as found:
        assert found.get("/", SIGNED_IN).status == 302
        yield found


@contextlib.contextmanager
def delivering(house: Hospital) -> Iterator[Deed]:
    deed = house.start("deliver-on", "2")
    try:
        yield deed
    finally:
        deed.signal(signal.SIGTERM)
        deed.ends_well()


def test_behind_an_idle_session_and_without_a_connection_all_wait_and_go_on_by_themselves(
    house: Hospital, pages: Pages, portal: Portal, crowd: Crowd
) -> None:
    late = {"scenario": "late-reply", "path": "record", "next_calls": VISITS, "parameters": {"seconds": 0.3}}
    portal.desk("faults", late)
    idle = psycopg.connect(crowd.address)
    crowd.held.append(idle)
    idle.execute("LOCK TABLE delivery_submission IN EXCLUSIVE MODE")
    before = crowd.states()
    with delivering(house):
        until(lambda: crowd.rows("SELECT count(*) FROM pg_locks WHERE NOT granted")[0][0] > 0)
        assert pages.get("/", SIGNED_IN).status == 302, "who only reads is not in the way"
        assert crowd.states() == before and not history(portal)
        idle.rollback()
        began = time.monotonic()
        until(lambda: len(history(portal)) > 2)
        assert time.monotonic() - began < BACK_WITHIN

        crowd.take_all()
        until(lambda: pages.get("/", SIGNED_IN).status == 503)
        refused = pages.get("/", SIGNED_IN)
        assert int(refused.headers["retry-after"]) > 0 and "Cơ sở dữ liệu đang bận" in refused.text
        assert pages.get("/healthz").status == 503
        until_nothing_moves(lambda: (crowd.states(), len(history(portal))))
        before = crowd.states()
        assert before.total() == VISITS and any(state != "RECEIVED" for state, _ in before)

        crowd.leave()
        began = time.monotonic()
        until(lambda: pages.get("/", SIGNED_IN).status == 302)
        until(lambda: [row["state"] for row in house.state()["submissions"]] == ["RECEIVED"] * VISITS)
        assert time.monotonic() - began < BACK_WITHIN
    assert check(house, portal, visits=VISITS, repeats=False) == {"RECEIVED": VISITS}
    calls = [call for call in history(portal) if call["service"] == "record"]
    noted = [one for row in house.state()["submissions"] for one in row["attempts"] if one[0] != "NotSent"]
    assert len(calls) == len(noted) == VISITS, "something left without its note, or twice"


def until_nothing_moves(look: Callable[[], object]) -> None:
    """For two seconds: calls of before have come to their end, and whoever waits wrongly would have done something."""
    seen, since = look(), time.monotonic()

    def still() -> bool:
        nonlocal seen, since
        if (now := look()) != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > 2

    until(still)
