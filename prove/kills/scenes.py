"""The scenes, each on SQLite and on PostgreSQL. After every scene trouble ends, people do what only they can do, and
then every visit must be received exactly once."""

import os
import queue
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.crash.stage import DRAINS_WITHIN, Deed, Maker, Paper
from tests.postgres import Server, private_postgres

from .stage import ProofMaker, Stage

if TYPE_CHECKING:
    from ..proof import Form, Scene

INTAKE = ("K02", "K04", "K03", "K05", "K06")
SIGNING = ("K07", "K08", "K09", "K10", "K11", "K12", "K13", "K14")
SENDING = ("K15", "K16", "K17", "K18", "K20", "K21", "K19", "K19-NOTED", "K22")
FROZEN = ("K15", "K16", "K17", "K18", "K20", "K21", "K19")
TROUBLE = ["store-then-drop", "drop-unstored", "cut-inside-reply", "http-503", "empty-reply", "bare-401"]
_databases = count(1)


def gaps(stage: Stage, form: "Form") -> None:
    """Killed once at each gap, as often as the form says."""
    for turn in range(max(1, form.kills // 250)):
        folder = stage.write(8)
        for point in INTAKE:
            said = stage.hospital.is_killed_at(f"{point}:{2 if turn == 0 else 1}", "take", str(folder))
            stage.acknowledged |= set(said.split())
            stage.kills += 1
        stage.acknowledged |= set(stage.hospital.do("take", str(folder)).split())
        stage.take(len(SIGNING) + len(SENDING) + 4)
        for point in (*SIGNING, *SENDING):
            stage.hospital.is_killed_at(point, "deliver", str(1 + turn % 3))
            stage.kills += 1


def random_kills(stage: Stage, form: "Form") -> None:
    """Intake and delivery under load and a troublesome portal, killed at random instants."""
    chance = random.Random(form.kills)
    wanted = stage.kills + max(30, (form.kills - 44) // 2 + 4)
    stage.portal.desk(
        "schedule",
        {"seed": form.kills, "calls": 2000, "chance": 0.15, "scenarios": TROUBLE, "path": "record"},
    )
    folders: list[Path] = []
    while stage.kills < wanted:
        folders.append(stage.write(5))
        deeds = [
            stage.hospital.start("take", str(folders[-1])),
            stage.hospital.start("deliver", "4"),
            stage.hospital.start("deliver", "2"),
        ]
        time.sleep(chance.uniform(0.1, 1.0))
        stage.kills += sum(killed(deed) for deed in deeds)
        stage.acknowledged |= set(deeds[0].out.read_text().split("\n")[:-1])
    for folder in folders:
        stage.acknowledged |= set(stage.hospital.do("take", str(folder)).split())


def killed(deed: Deed) -> bool:
    """Kill it now. False: it had ended by itself."""
    deed.signal(signal.SIGKILL)
    status = deed.wait(DRAINS_WITHIN)
    return os.WIFSIGNALED(status)


def frozen(stage: Stage, form: "Form") -> None:
    """Frozen at each point for longer than the lease, while others work."""
    for point in FROZEN:
        stage.take(2)
        with stage.hospital.frozen_at(point, "deliver-one"):
            stage.hospital.do("deliver", "2")


def two_workers(stage: Stage, form: "Form") -> None:
    """Three workers started by mistake, four lines of work each."""
    stage.take(30)
    for deed in [stage.hospital.start("deliver", "4") for _ in range(3)]:
        deed.ends_well()
    assert len(stage.stored()) == 30, "a record went out more than once"


def lost_replies(stage: Stage, form: "Form") -> None:
    """Stored, and the answer lost; not stored, and the answer lost."""
    stage.take(8)
    for scenario in ("store-then-drop", "drop-unstored"):
        stage.portal.desk("faults", {"scenario": scenario, "path": "record", "next_calls": 3})
        stage.hospital.do("deliver", "2")
        stage.take(4)


def storage_errors(stage: Stage, form: "Form") -> None:
    """The n-th statement or commit fails, or the answer to a commit is lost, for growing n."""
    step = 7 if form.name == "short" else 2
    for kind, last in (("commit", 22), ("lost-commit", 22), ("statement", 90)):
        for at in range(1, last, step if kind != "statement" else step * 3):
            stage.take(1)
            # An error at its very start ends the process, which is as good as a kill.
            stage.hospital.start("deliver-with-errors", kind, str(at)).wait(DRAINS_WITHIN)


Play = Callable[[Stage, "Form"], None]
SCENES: tuple[tuple[str, Play, str, bool], ...] = (
    ("Killed at every gap", gaps, "refuse", False),
    ("Killed at random under load", random_kills, "count", False),
    ("Frozen past the lease", frozen, "count", False),
    ("Frozen past the lease, the portal replaces", frozen, "replace", True),
    ("Workers started twice by mistake", two_workers, "count", False),
    ("Lost replies, people look up", lost_replies, "count", False),
    ("Lost replies, the portal replaces and is declared so", lost_replies, "replace", True),
    ("Lost replies, the portal refuses repeats", lost_replies, "refuse", False),
    ("Storage errors at each call", storage_errors, "count", False),
)
"""Name, what happens, what the portal does with repeats, whether the destination is declared to replace."""


def play(form: "Form", only: str = "") -> Iterator["Scene"]:
    """Every scene on both databases, which are two lanes side by side; yields in the order they end."""
    paper, done = Paper.new(), queue.SimpleQueue[Any]()

    def lane(place: Path, database: str, server: Server) -> None:
        maker = ProofMaker(place / f"maker-{database}")
        try:
            for scene in chosen:
                done.put(_play(form, maker, paper, server, place, *scene, database))
        except BaseException as problem:
            done.put(problem)
        finally:
            maker.stop()

    chosen = [scene for scene in SCENES if only in scene[0]]
    with tempfile.TemporaryDirectory(prefix="prove-kills-") as place, private_postgres() as server:
        lanes = [
            threading.Thread(target=lane, args=(Path(place), database, server), daemon=True)
            for database in ("SQLite", "PostgreSQL")
        ]
        for thread in lanes:
            thread.start()
        for _ in range(len(lanes) * len(chosen)):
            scene = done.get()
            if isinstance(scene, BaseException):
                raise scene
            yield scene
        for thread in lanes:
            thread.join()


def _play(
    form: "Form",
    maker: Maker,
    paper: Paper,
    server: Server,
    place: Path,
    name: str,
    scene: Play,
    mode: str,
    replaces: bool,
    database: str,
) -> "Scene":
    from ..proof import Scene

    began, number = time.monotonic(), next(_databases)
    folder = place / f"scene-{number}"
    folder.mkdir()
    address = "" if database == "SQLite" else server.create(f"prove_{number}")
    stage = Stage.new(folder, maker, paper, address, mode=mode, replaces=replaces)
    try:
        scene(stage, form)
        stage.portal.desk("faults", method="DELETE")
        stage.hospital.start("drain").ends_well(2 * DRAINS_WITHIN)
        stage.people()
        stage.hospital.start("drain").ends_well(2 * DRAINS_WITHIN)
        found = stage.judge()
    finally:
        stage.end()
    return Scene(
        name,
        database,
        stage.kills,
        stage.visits,
        len(found.lost),
        len(found.doubled),
        len(found.stuck),
        time.monotonic() - began,
        [*found.lost, *found.doubled, *found.stuck, *found.remarks][:20],
    )
