"""What a scene needs: the other sides, a hospital, files to take in; and what their books and the ledger say."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
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
from tests.health_check_file import HUB_CODE
from tests.postgres import Server

from .judging import Arrival, Judgement, judged
from .kinds import CHECK_IN, HEALTH_CHECK, MIXED, VISIT, Kind

_copies = count(1)
MOST_ROUNDS = 4
"""Of delivering and asking people; whoever is asked more often than that is asked in vain."""


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
    documents: Counter[str] = field(default_factory=Counter)
    """How many were written, by kind."""
    counts: dict[str, int] = field(default_factory=dict)
    """What else was counted, in words."""
    kills: int = 0
    server: Server | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when the proof was interrupted: long scenes end early."""

    @classmethod
    def new(
        cls, folder: Path, maker: Maker, paper: Paper, database: str, *, mode: str, replaces: bool
    ) -> "Stage":
        portal = Portal.start(folder / "portal", paper)
        portal.desk("options", {"repeats": mode, "hub_repeats": "same" if replaces else "count"})
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
        set_up_hub(hospital, portal, folder)
        if replaces:
            hospital.do("declare-repeats")
        return cls(folder, hospital, portal, replaces)

    # What is sent

    def write(self, number: int, kind: Kind | None = None) -> Path:
        """A folder with so many new files, of one kind or of each."""
        place = self.folder / f"files-{self.documents.total()}"
        place.mkdir()
        for _ in range(number):
            each = kind or MIXED[self.documents.total() % len(MIXED)]
            self.documents[each.plural] += 1
            code = f"PROVE{self.documents.total():06}"
            (place / f"{code}.xml").write_bytes(each.write(code))
        return place

    def take(self, number: int, kind: Kind | None = None) -> None:
        self.take_in(self.write(number, kind))

    def take_in(self, folder: Path) -> None:
        self.acknowledged |= set(self.hospital.do("take", str(folder)).split())

    def kill_at(self, point: str, *deed: str) -> str:
        """Do one deed until it dies at the point; returns what it had said by then."""
        said = self.hospital.is_killed_at(point, *deed)
        self.kills += 1
        return said

    def watched(self, injection: str, *deed: str) -> bool:
        """Do one deed in a process of its own under strace, which makes its system calls fail. False: none was reached."""
        log = self.folder / "strace.log"
        command = ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=fdatasync,fsync", "-e", injection]
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
        return "INJECTED" in log.read_text()

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

    def come_to_rest(self) -> None:
        """Deliver, and let people do what only they can do, until there is nothing for them to do."""
        for _ in range(MOST_ROUNDS):
            self.hospital.start("drain").ends_well(2 * DRAINS_WITHIN)
            if not self.people():
                break

    def people(self) -> int:
        """Somebody looks up at the portal or the hub whatever is unknown; returns how much there was to do."""
        known = {" ".join(arrival.key): arrival.transaction for arrival in self.arrivals()}
        place = self.folder / "known.json"
        place.write_text(json.dumps(known))
        return int(self.hospital.do("people", str(place)))

    # Judgement

    def history(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []
        while page := self.portal.desk(f"history.json?after={calls[-1]['id'] if calls else 0}&limit=5000"):
            calls += page
        return calls

    def arrivals(self) -> list[Arrival]:
        """Whatever the portal and the hub say that they stored."""
        kinds = {kind.service: kind.name for kind in (VISIT, CHECK_IN)}
        found = [
            Arrival(kinds[call["service"]], call["visit_code"], call["sha256"], call["transaction"])
            for call in self.history()
            if call["service"] in kinds and call["stored"]
        ]
        hub = self.portal.desk("hub.json")
        return found + [Arrival(HEALTH_CHECK.name, row["code"], row["sha256"], row["txn_id"]) for row in hub]

    def judge(self) -> Judgement:
        ledger = json.loads(self.hospital.do("ledger"))
        codes = {name.removesuffix(".xml") for name in self.acknowledged}
        return judged(ledger, self.arrivals(), codes, replaces=self.replaces)

    def end(self) -> None:
        self.portal.stop()


def set_up_hub(hospital: Hospital, portal: Portal, folder: Path) -> None:
    """The facility's account at the Ministry's hub, on both sides."""
    key, account = _hub_key(), {"password": PASSWORD, "sender_id": HUB_CODE}
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    (folder / "hub-key.pem").write_bytes(private)
    facts = {**account, "account": AGENT, "address": portal.address}
    (folder / "hub.json").write_text(json.dumps(facts), encoding="utf-8")
    agent = {**account, "username": AGENT, "facility_code": "99999", "key_pem": public}
    portal.desk("setup", {"hub": [agent]})
    hospital.do("set-up-hub", str(folder))


AGENT = "agent-99999"


@cache
def _hub_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)
