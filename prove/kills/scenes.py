"""The scenes, each on SQLite and on PostgreSQL. After every scene trouble ends, people do what only they can do, and
then every visit, check-in and health check must be received exactly once."""

import json
import os
import random
import signal
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, product
from pathlib import Path
from typing import TYPE_CHECKING

from tests.crash.stage import DRAINS_WITHIN, Deed, Maker, Paper
from tests.crash.wire import Wire
from tests.postgres import Server, private_postgres

from .kinds import CHECK_IN, HEALTH_CHECK, KINDS, VISIT
from .stage import ProofMaker, Stage

if TYPE_CHECKING:
    from ..proof import Form, Scene

SENDING = ("K15-LENT", "K15", "K16", "K17", "K18", "K20", "K21", "K19", "K19-NOTED", "K22")
FROZEN = ("K15", "K16", "K17", "K18", "K20", "K21", "K19")
TROUBLE = ["store-then-drop", "drop-unstored", "cut-inside-reply", "http-503", "empty-reply", "bare-401"]
_databases = count(1)


def gaps(stage: Stage, form: "Form") -> None:
    """Killed once at each gap of a visit's way, as often as the form says."""
    for turn in range(max(1, form.kills // 250)):
        folder = stage.write(8, VISIT)
        for point in VISIT.intake:
            said = stage.kill_at(f"{point}:{2 if turn == 0 else 1}", "take", str(folder))
            stage.acknowledged |= set(said.split())
        stage.take_in(folder)
        stage.take(1, VISIT)
        stage.kill_at(
            "K25", "deliver"
        )  # it has written down outside where the journal ends: that is no older copy
        stage.take(len(VISIT.signing) + len(SENDING) + 4, VISIT)
        for point in (*VISIT.signing, *SENDING):
            stage.kill_at(point, "deliver", str(1 + turn % 3))


def gaps_of_the_others(stage: Stage, form: "Form") -> None:
    """Killed once at each gap of a check-in's way, and of a health check's: by their own line of work, alone."""
    for _, kind in product(range(max(1, form.kills // 250)), (CHECK_IN, HEALTH_CHECK)):
        folder = stage.write(len(kind.intake) + 1, kind)
        for point in kind.intake:
            stage.acknowledged |= set(stage.kill_at(point, "take", str(folder)).split())
        stage.take_in(folder)
        stage.take(len(kind.signing) + len(SENDING), kind)
        for point in (*kind.signing, *SENDING):
            stage.kill_at(point, "deliver-one", kind.name)


def random_kills(stage: Stage, form: "Form") -> None:
    """Intake and delivery under load and a troublesome portal, killed at random instants."""
    chance = random.Random(form.kills)
    wanted = stage.kills + max(30, (form.kills - 118) // 2 + 4)
    for kind in KINDS:
        stage.portal.desk(
            "schedule",
            {"seed": form.kills, "calls": 2000, "chance": 0.15, "scenarios": TROUBLE, "path": kind.service},
        )
    folders: list[Path] = []
    while stage.kills < wanted and not stage.stop.is_set():
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
        stage.take_in(folder)


def killed(deed: Deed) -> bool:
    """Kill it now. False: it had ended by itself."""
    deed.signal(signal.SIGKILL)
    status = deed.wait(DRAINS_WITHIN)
    return os.WIFSIGNALED(status)


def frozen(stage: Stage, form: "Form") -> None:
    """Frozen at each point for longer than the lease, while others work. The short form freezes a visit only."""
    for point, kind in product(FROZEN, KINDS[:1] if form.name == "short" else KINDS):
        stage.take(2, kind)
        with stage.hospital.frozen_at(point, "deliver-one", kind.name):
            stage.hospital.do("deliver", "2")


def two_workers(stage: Stage, form: "Form") -> None:
    """Three workers started by mistake, four lines of work each."""
    stage.take(30)
    for deed in [stage.hospital.start("deliver", "4") for _ in range(3)]:
        deed.ends_well()
    keys = [arrival.key for arrival in stage.arrivals()]
    assert len(keys) == len(set(keys)), "something went out more than once"


def lost_replies(stage: Stage, form: "Form") -> None:
    """Stored, and the answer lost; not stored, and the answer lost."""
    stage.take(8)
    for scenario in ("store-then-drop", "drop-unstored"):
        for kind, calls in ((VISIT, 2), (CHECK_IN, 1), (HEALTH_CHECK, 1)):
            stage.portal.desk("faults", {"scenario": scenario, "path": kind.service, "next_calls": calls})
        stage.hospital.do("deliver", "2")
        stage.take(4)


def lost_replies_asked_for(stage: Stage, form: "Form") -> None:
    """The same where the portal can be asked what it has."""
    stage.portal.desk("options", {"receipt_look_up": "truthful"})
    stage.hospital.do("ask-portal")
    lost_replies(stage, form)


def storage_errors(stage: Stage, form: "Form") -> None:
    """The n-th statement or commit fails, or the answer to a commit is lost: n = 1, 2, 3 … until a delivery has no n-th.
    The short form takes a sample."""
    for kind, sample in (("commit", COMMITS), ("lost-commit", COMMITS), ("statement", STATEMENTS)):

        def strike(at: int, kind: str = kind) -> bool:
            stage.take(1)
            deed = stage.hospital.start("deliver-with-errors", kind, str(at))
            # An error at its very start ends the process, which is as good as a kill.
            deed.wait(DRAINS_WITHIN)
            return "not reached" not in deed.out.read_text()

        stage.counts[f"{kind} errors"] = struck(strike, sample if form.name == "short" else None)


COMMITS, STATEMENTS, FLUSHES = range(1, 22, 7), range(1, 90, 21), range(1, 8, 3)
"""Which calls the short form strikes."""
NO_END = 1000
"""A delivery of one thing makes fewer calls than this: who finds no end has lost count."""
IN_A_ROW = 3
"""So many deliveries without such a call are the end: one that waits a moment less makes some calls less."""


def struck(strike: Callable[[int], bool], sample: Iterable[int] | None) -> int:
    """Strike each call of a sample; without one every call, until ``strike`` says that there is no such call any more.
    Returns how many were struck."""
    if sample is not None:
        return sum([strike(at) for at in sample])
    times = missed = 0
    for at in range(1, NO_END):
        reached = strike(at)
        times, missed = times + reached, 0 if reached else missed + 1
        if missed == IN_A_ROW:
            return times
    raise AssertionError(f"a delivery makes more than {NO_END} calls")


def lying_wire(stage: Stage, form: "Form") -> None:
    """Delivery over a wire that delays, stalls, cuts, trickles and says things twice, with kills in between."""
    wire = Wire(stage.portal.address, form.kills)
    stage.hospital.do("send-to", wire.address)
    chance = random.Random(form.kills)
    try:
        for _ in range(8 if form.name == "short" else 40):
            stage.take(6)
            deeds = [stage.hospital.start("deliver", "3") for _ in range(2)]
            time.sleep(chance.uniform(0.5, 2.5))
            stage.kills += sum(killed(deed) for deed in deeds)
    finally:
        stage.hospital.do("send-to", stage.portal.address)
        wire.close()


def server_killed(stage: Stage, form: "Form") -> None:
    """The database's own server is killed while records go out, and started again."""
    assert stage.server is not None
    chance = random.Random(form.kills)
    for _ in range(3 if form.name == "short" else 15):
        stage.take(6)
        deed = stage.hospital.start("deliver", "3")
        time.sleep(chance.uniform(0.3, 1.5))
        stage.server.kill()
        stage.kills += 1
        deed.signal(signal.SIGKILL)
        deed.wait(DRAINS_WITHIN)
        stage.server.start_again()


def failing_flushes(stage: Stage, form: "Form") -> None:
    """The n-th flush to the disk, as strace counts for each thread, fails with an I/O error: n = 1, 2, 3 … until no thread
    of a delivery has an n-th. The short form takes a sample."""

    def strike(at: int) -> bool:
        stage.take(1)
        return stage.watched(f"inject=fdatasync,fsync:error=EIO:when={at}", "deliver", "1")

    stage.counts["flush errors"] = struck(strike, FLUSHES if form.name == "short" else None)


def full_disk(stage: Stage, form: "Form") -> None:
    """No file may grow beyond a size that is reached while records go out; then there is room again."""
    for size in range(200_000, 1_200_000, 250_000 if form.name == "short" else 60_000):
        stage.take(2)
        deed = stage.hospital.start("deliver-in-little-space", str(size))
        time.sleep(3.0)
        stage.kills += killed(deed)


def copied_at_work(stage: Stage, form: "Form") -> None:
    """Backups one after the other while files come in and go out (F20): each opens, passes its check and shows one moment."""
    wanted, target = 10 if form.name == "short" else 100, stage.folder / "copies"
    target.mkdir()
    stage.counts["backups"] = 0
    while stage.counts["backups"] < wanted and not stage.stop.is_set():
        taking = stage.hospital.start("take", str(stage.write(18)))
        sending = stage.hospital.start("deliver", "4")
        copying = stage.hospital.start("back-up-often", str(target), "10")
        stage.counts["backups"] += len(copying.ends_well().split())
        stage.acknowledged |= set(taking.ends_well().split())
        sending.ends_well()
    seen = json.loads(stage.hospital.do("check-copies", str(target)))
    assert len(seen) == stage.counts["backups"] and len(set(map(str, seen))) > 1, "nobody wrote meanwhile"
    for rows in seen:
        carried = sum(rows[f"visits_{name}"] for name in ("recordversion", "checkin", "healthcheck"))
        assert rows["visits_visit"] == rows["visits_recordversion"], "a visit without its version"
        assert rows["delivery_submission"] == carried, "something without its way, or a way of nothing"
        assert rows["delivery_receipt"] <= rows["delivery_attempt"]


def older_copy(stage: Stage, form: "Form") -> None:
    """A copy of the database is put back after more has left: nothing leaves before a person has released it."""
    for _ in range(1 if form.name == "short" else 6):
        stage.take(6)
        stage.hospital.do("deliver", "2")
        stage.take(5)
        put_back = stage.copy()
        stage.kill_at("K18", "deliver")  # the bytes are out and nobody noted an answer
        lost = stage.write(5)
        stage.take_in(lost)
        stage.kill_at("K19-NOTED", "deliver")  # noted outside, not in the database
        stage.hospital.do("deliver", "2")

        put_back()
        calls = len(stage.history())
        stage.hospital.do("deliver", "2")
        stage.kill_at("R01", "reconcile", "whole")
        stage.kill_at("R02", "reconcile", "whole")
        stage.hospital.do("take", str(lost))
        stage.hospital.do("deliver", "2")
        assert len(stage.history()) == calls, "something left while the copy was on hold"
        stage.hospital.do("reconcile", "whole")
        stage.hospital.do("release")
        stage.hospital.do("match")
        stage.hospital.do("deliver", "2")


Play = Callable[[Stage, "Form"], None]
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
BOTH = (SQLITE, POSTGRESQL)
SCENES: tuple[tuple[str, Play, str, bool, tuple[str, ...]], ...] = (
    ("Killed at every gap", gaps, "refuse", False, BOTH),
    ("Check-ins and health checks killed at every gap", gaps_of_the_others, "refuse", False, BOTH),
    ("Killed at random under load", random_kills, "count", False, BOTH),
    ("Frozen past the lease", frozen, "count", False, BOTH),
    ("Frozen past the lease, the portal replaces", frozen, "replace", True, BOTH),
    ("Workers started twice by mistake", two_workers, "count", False, BOTH),
    ("Lost replies, people look up", lost_replies, "count", False, BOTH),
    ("Lost replies, the portal is asked what it has", lost_replies_asked_for, "count", False, BOTH),
    ("Lost replies, the portal replaces and is declared so", lost_replies, "replace", True, BOTH),
    ("Lost replies, the portal refuses repeats", lost_replies, "refuse", False, BOTH),
    ("A wire that cuts, stalls and lies, and kills", lying_wire, "count", False, BOTH),
    ("Backups while all work goes on", copied_at_work, "count", False, BOTH),
    ("An older copy is put back, and kills", older_copy, "count", False, BOTH),
    ("Storage errors at each call", storage_errors, "count", False, BOTH),
    ("Each flush fails once (strace)", failing_flushes, "count", False, (SQLITE,)),
    ("A disk that fills up, and kills", full_disk, "count", False, (SQLITE,)),
    ("The database's server killed", server_killed, "count", False, (POSTGRESQL,)),
)
"""Name, what happens, what the portal does with repeats, whether the destination is declared to replace, and where."""
SAMPLED = {
    storage_errors: "Storage errors at a sample of calls",
    failing_flushes: "A sample of flushes fails (strace)",
}
"""What they are called in the short form, which strikes some calls only."""


def play(form: "Form", each: Callable[["Scene | None"], None], stop: threading.Event, only: str = "") -> None:
    """Every scene on both databases, which are two lanes side by side. ``each`` is given a scene when it has ended,
    and None after the last; ``stop`` ends the lanes before their next scene."""
    paper = Paper.new()

    def lane(place: Path, database: str, server: Server) -> None:
        maker = ProofMaker(place / f"maker-{database}")
        try:
            for *scene, where in SCENES:
                if database in where and only in scene[0] and not stop.is_set():
                    each(_play(form, maker, paper, server, place, stop, *scene, database))
        finally:
            maker.stop()

    try:
        with (
            tempfile.TemporaryDirectory(prefix="prove-kills-") as place,
            private_postgres() as server,
            ThreadPoolExecutor(len(BOTH)) as lanes,
        ):
            for done in [lanes.submit(lane, Path(place), database, server) for database in BOTH]:
                done.result()
    except Exception:
        each(_broken("Scenes", "both", 0.0))
    finally:
        each(None)


def _broken(name: str, database: str, seconds: float) -> "Scene":
    """A scene that did not come to its end: nothing is proved by it."""
    from ..proof import Scene

    told = traceback.format_exc().strip().splitlines()
    return Scene(name, database, 0, 0, 0, 0, 0, seconds, ["the scene broke", *told[-12:]])


def _play(
    form: "Form",
    maker: Maker,
    paper: Paper,
    server: Server,
    place: Path,
    stop: threading.Event,
    name: str,
    scene: Play,
    mode: str,
    replaces: bool,
    database: str,
) -> "Scene":
    from ..proof import Scene

    name = SAMPLED.get(scene, name) if form.name == "short" else name
    began, number = time.monotonic(), next(_databases)
    folder = place / f"scene-{number}"
    folder.mkdir()
    stage: Stage | None = None
    try:
        address = "" if database == SQLITE else server.create(f"prove_{number}")
        stage = Stage.new(folder, maker, paper, address, mode=mode, replaces=replaces)
        stage.server, stage.stop = server, stop
        scene(stage, form)
        stage.portal.desk("faults", method="DELETE")
        stage.come_to_rest()
        found = stage.judge()
    except Exception:
        return _broken(name, database, time.monotonic() - began)
    finally:
        if stage is not None:
            stage.end()
    return Scene(
        name,
        database,
        stage.kills,
        stage.documents.total(),
        len(found.lost),
        len(found.doubled),
        len(found.stuck),
        time.monotonic() - began,
        [*found.lost, *found.doubled, *found.stuck, *found.remarks][:20],
        ", ".join(f"{number} {plural}" for plural, number in {**stage.documents, **stage.counts}.items()),
    )
