"""The demo that stays: pages answer, a dropped file reaches the book, Ctrl-C leaves nothing behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sosuckhoe.demo.processes import any_free_port
from sosuckhoe.demo.run import UNUSABLE, run

PROGRAM = "import sys; from sosuckhoe.cli import main; sys.exit(main())"


class Demo:
    """A demo under way, in a process of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.simulator_port = any_free_port(), any_free_port()
        ports = ["--port", str(self.port), "--simulator-port", str(self.simulator_port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "demo", "--home", str(home), *ports],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, words: str) -> str:
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if words in line:
                return "".join(lines)
        raise AssertionError("".join(lines))

    def desk(self, name: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.simulator_port}/_simulator/{name}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    under_way = Demo(tmp_path_factory.mktemp("stays") / "home")
    try:
        under_way.read_until("mot-dot-kham-nua.xml")
        yield under_way
    finally:
        if under_way.process.poll() is None:
            under_way.process.kill()
        under_way.process.wait()


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end
        pause.wait(0.2)


def test_staff_pages_and_the_practice_vneid_answer(demo: Demo) -> None:
    for address in (f"http://127.0.0.1:{demo.port}/", f"http://127.0.0.1:{demo.simulator_port}/vneid/"):
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert answer.status == 200


def test_a_file_dropped_into_the_watched_folder_reaches_the_book(demo: Demo) -> None:
    drop = demo.home / "hospital" / "drop"
    before = {entry["visit_code"] for entries in demo.desk("books.json").values() for entry in entries}
    there = {row["visit_code"] for row in demo.desk("received.json")}
    shutil.copy(demo.home / "mot-dot-kham-nua.xml", drop / "nua.xml")
    (drop / "nua.xml.done").touch()
    wait_until(lambda: not {row["visit_code"] for row in demo.desk("received.json")} <= there)
    demo.desk("publish", {"all": True})
    after = {
        entry["visit_code"]: holder
        for holder, entries in demo.desk("books.json").items()
        for entry in entries
    }
    (new,) = after.keys() - before
    assert after[new] == "id:099190000002"


def test_ctrl_c_stops_everything(demo: Demo) -> None:
    children = _children_of(demo.process.pid)
    assert len(children) == 2
    demo.process.send_signal(signal.SIGINT)
    demo.process.communicate(timeout=60)
    assert demo.process.returncode == 0
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def _children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield somebody.getsockname()[1]


def test_a_taken_port_is_told_before_anything_starts(
    tmp_path: Path, taken_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "a", port=taken_port, simulator_port=any_free_port()) == UNUSABLE
    assert run(tmp_path / "b", port=any_free_port(), simulator_port=taken_port) == UNUSABLE
    assert capsys.readouterr().out.count(str(taken_port)) == 2


def test_a_folder_of_somebody_else_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert run(tmp_path, once=True) == UNUSABLE
    assert str(tmp_path) in capsys.readouterr().out
    assert os.listdir(tmp_path) == ["thesis.txt"]
