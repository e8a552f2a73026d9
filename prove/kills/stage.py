"""What a scene needs: a portal, a hospital, visits; and the judgement from the portal's books and the ledger."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.crash.hospital_process import TODAY
from tests.crash.stage import (
    ACCOUNT,
    DRAINS_WITHIN,
    KEY_PASSWORD,
    LEASE_SECONDS,
    PASSWORD,
    ROOT,
    STARTS_WITHIN,
    Hospital,
    Maker,
    Paper,
    Portal,
    environment,
)
from tests.postgres import Server

from sosuckhoe.demo.his_export import export
from sosuckhoe.healthbook.document import read

_copies = count(1)


class ProofMaker(Maker):
    """The process that makes processes, with the proof's own deeds."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "prove.kills.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(SOSUCKHOE_HOME=str(home), SOSUCKHOE_LEASE_SECONDS=str(LEASE_SECONDS)),
            text=True,
            cwd=ROOT,
        )
        assert self.read(STARTS_WITHIN) == "ready"


@dataclass
class Stage:
    folder: Path
    hospital: Hospital
    portal: Portal
    replaces: bool
    acknowledged: set[str] = field(default_factory=set)
    visits: int = 0
    kills: int = 0
    server: Server | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when the proof was interrupted: long scenes end early."""

    @classmethod
    def new(
        cls, folder: Path, maker: Maker, paper: Paper, database: str, *, mode: str, replaces: bool
    ) -> "Stage":
        portal = Portal.start(folder / "portal", paper)
        portal.desk("options", {"repeats": mode})
        (folder / "key.p12").write_bytes(paper.pkcs12)
        facts = {
            "portal": portal.address,
            "account": ACCOUNT,
            "password": PASSWORD,
            "key_password": KEY_PASSWORD,
            "replaces": replaces,
        }
        (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
        hospital = Hospital(maker, folder / "hospital", database)
        hospital.do("set-up", str(folder))
        return cls(folder, hospital, portal, replaces)

    # Visits

    def write(self, number: int) -> Path:
        """A folder with so many new visits."""
        place = self.folder / f"files-{self.visits}"
        place.mkdir()
        for _ in range(number):
            self.visits += 1
            code = f"PROVE{self.visits:06}"
            (place / f"{code}.xml").write_bytes(renamed(_clean()[self.visits % len(_clean())], code))
        return place

    def take(self, number: int) -> None:
        self.acknowledged |= set(self.hospital.do("take", str(self.write(number))).split())

    def watched(self, injection: str, *deed: str) -> None:
        """Do one deed in a process of its own under strace, which makes its system calls fail."""
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", injection]
        subprocess.run(
            [*command, sys.executable, "-m", "prove.kills.process", *deed],
            env=environment(
                SOSUCKHOE_HOME=str(self.hospital.home),
                SOSUCKHOE_DATABASE=self.hospital.database,
                SOSUCKHOE_LEASE_SECONDS=str(LEASE_SECONDS),
            ),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=3 * DRAINS_WITHIN,
            check=False,
        )

    # Copies

    def copy(self) -> Callable[[], None]:
        """Copy the database now; the answer puts the copy in its place."""
        number = next(_copies)
        if self.hospital.database:
            assert self.server is not None
            name = urlsplit(self.hospital.database).path.strip("/")
            kept = self.server.copy(name, f"{name}_{number}")

            def restore() -> None:
                self.hospital = replace(self.hospital, database=kept)

            return restore
        live, file = self.hospital.home / "hospital.sqlite3", self.folder / f"copy-{number}.sqlite3"
        with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)

        def put_back() -> None:
            for left in self.hospital.home.glob("hospital.sqlite3*"):
                left.unlink()
            shutil.copyfile(file, live)

        return put_back

    # People

    def people(self) -> None:
        """Somebody looks up on the portal whatever is unknown."""
        known = {call["visit_code"]: call["transaction"] for call in self.stored()}
        place = self.folder / "known.json"
        place.write_text(json.dumps(known))
        self.hospital.do("people", str(place))

    # Judgement

    def history(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []
        while page := self.portal.desk(f"history.json?after={calls[-1]['id'] if calls else 0}&limit=5000"):
            calls += page
        return calls

    def stored(self) -> list[dict[str, Any]]:
        return [call for call in self.history() if call["service"] == "record" and call["stored"]]

    def judge(self) -> "Judgement":
        state, stored = self.hospital.state(), self.stored()
        found = Judgement()
        rows = {row["visit_code"]: row for row in state["submissions"]}
        if not state["chain_is_whole"]:
            found.remarks.append("the journal's chain is broken")
        if len(state["submissions"]) != state["versions"] or len(rows) != state["versions"]:
            found.remarks.append(f"{state['versions']} versions and {len(state['submissions'])} submissions")
        for name in self.acknowledged:
            if name.removesuffix(".xml") not in rows:
                found.lost.append(f"{name} was acknowledged and is not there")
        by_visit: dict[str, Counter[str]] = defaultdict(Counter)
        numbers = {}
        for call in stored:
            by_visit[call["visit_code"]][call["sha256"]] += 1
            numbers[call["transaction"]] = call["visit_code"]
        for code, row in rows.items():
            if row["state"] == "RECEIVED" and not by_visit[code][row["sha256"]]:
                found.lost.append(f"{code} is received and the portal has not got it")
            if row["state"] != "RECEIVED":
                found.stuck.append(f"{code} is {row['state']} ({row['problem']})")
            for number in row["receipts"]:
                if numbers.get(number) != code:
                    found.remarks.append(f"{code} has the receipt {number} of {numbers.get(number)}")
        for code, bytes_ in by_visit.items():
            if len(bytes_) > 1 or (sum(bytes_.values()) > 1 and not self.replaces):
                found.doubled.append(f"{code}: stored {sum(bytes_.values())} times, {len(bytes_)} different")
            if code not in rows or rows[code]["sha256"] not in bytes_:
                found.doubled.append(f"{code}: other bytes arrived than those stored")
        found.states = Counter(row["state"] for row in state["submissions"])
        return found

    def end(self) -> None:
        self.portal.stop()


@dataclass
class Judgement:
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)


@cache
def _clean() -> list[bytes]:
    """Visits without faults whose code can be changed in place."""
    files = [file.data for file in export(TODAY) if file.expected == "clean"]
    return [data for data in files if read(renamed(data, "MOI")).visits[0].record.visit_code == "MOI"]


def renamed(data: bytes, visit_code: str) -> bytes:
    """The same visit under another code, in every table."""

    def part(found: re.Match[bytes]) -> bytes:
        inner = re.sub(rb"<MA_LK>[^<]*<", b"<MA_LK>" + visit_code.encode() + b"<", b64decode(found[1]))
        return b"<NOIDUNGFILE>" + b64encode(inner) + b"<"

    return re.sub(rb"<NOIDUNGFILE>([^<]+)<", part, data)
