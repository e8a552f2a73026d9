"""Nothing can be written, beside the database or into it: nothing is sent, what is there can be read, and all goes on by
itself when it can be written again (F17)."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from .checker import check, history
from .permissions import obey
from .serving import Answer, served
from .stage import STOPS_WITHIN, Hospital, Portal, until

BANNER = "Đang chỉ xem được"


class Data:
    """What a hospital keeps, and whether it may be written."""

    def __init__(self, house: Hospital) -> None:
        self.house = house

    def may_be_written(self, may: bool) -> None:
        if not self.house.database:
            for path in (*self.house.home.rglob("*"), self.house.home):
                path.chmod(path.stat().st_mode & ~0o222 | (0o200 if may else 0))
            return
        name = self.house.database.partition("///")[2].partition("?")[0]
        server = self.house.database.replace(f"postgres:///{name}", "postgresql:///postgres")
        with psycopg.connect(server, autocommit=True) as session:
            word = "off" if may else "on"
            session.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {word}".encode())


@pytest.fixture
def data(hospital: Callable[[bool], Hospital], files: Callable[[int], Path]) -> Iterator[Data]:
    house = hospital(False)
    house.do("take", str(files(2)))
    house.obeys_permissions = True
    made = Data(house)
    yield made
    made.may_be_written(True)


def states(house: Hospital) -> set[str]:
    return {row["state"] for row in house.state()["submissions"]}


def test_nothing_is_sent_and_it_goes_on_by_itself(data: Data, portal: Portal) -> None:
    house = data.house
    data.may_be_written(False)
    sender = house.start("deliver-on")
    until(lambda: "chỉ cho đọc" in sender.errors())
    assert states(house) == {"WAITING"} and not history(portal)
    data.may_be_written(True)
    until(lambda: states(house) == {"RECEIVED"})
    sender.signal(signal.SIGTERM)
    sender.ends_well(STOPS_WITHIN)
    assert sender.errors().count("chỉ cho đọc") == 1 and "Traceback" not in sender.errors()
    assert check(house, portal, visits=2, repeats=False) == {"RECEIVED": 2}


def test_pages_are_read_with_a_banner_and_forms_say_why_nothing_is_saved(data: Data) -> None:
    house = data.house
    session = {"Cookie": f"sosuckhoe_session={house.do('sign-in').strip()}"}
    form = session | {"Content-Type": "application/x-www-form-urlencoded"}
    before = house.state()
    data.may_be_written(False)
    with served(house.home, house.database, before=obey) as pages:
        for path in ("/", "/gui/", "/viec/", "/dang-nhap/"):
            found = pages.get(path, session if path != "/dang-nhap/" else {})
            assert found.status == 200 and BANNER in found.text, path
        metrics = pages.get("/metrics").text
        assert "sosuckhoe_read_only 1.0" in metrics and 'sosuckhoe_alarm{code="read-only"} 1.0' in metrics
        refused: list[Answer] = [
            pages.ask("POST", "/nhan/", b"x=1", form),
            pages.ask("POST", "/dang-nhap/", b"username=giang&password=x", form),
            # Who reads a record is noted.
            pages.get("/dot-kham/1/", session),
        ]
        for found in refused:
            assert found.status == 503 and "chỉ cho đọc" in found.text and "Traceback" not in found.text
        assert house.state() == before

        data.may_be_written(True)
        until(lambda: BANNER not in pages.get("/", session).text)
        assert pages.get("/dot-kham/1/", session).status == 200
        assert "sosuckhoe_read_only 0.0" in pages.get("/metrics").text
