"""Delivery: calls in flight as a share of the ideal, claims, preparing with its durable commit, growth, memory.

Run: ``.venv/bin/python bench/deliver.py`` (some minutes; ``--small`` for a quick look, ``--rows 10000000`` and
``--visits 100000`` for the whole range). The last line is one line of JSON; what it means: ``bench/README.md``.
"""

import argparse
import json
import math
import socket
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from measuring import conditions  # noqa: E402
from prove.kills.stage import renamed  # noqa: E402
from tests.crash.stage import (  # noqa: E402
    ACCOUNT,
    KEY_PASSWORD,
    LEASE_SECONDS,
    PASSWORD,
    STARTS_WITHIN,
    Hospital,
    Maker,
    Paper,
    Portal,
    environment,
)
from tests.postgres import private_postgres  # noqa: E402

from sosuckhoe.demo.his_export import export  # noqa: E402

LATENCY = 0.05
PATIENCE = 1800
LINES = ((1, 1), (8, 1), (32, 1), (32, 2), (32, 4), (32, 8))
"""Calls in flight, and the processes that share them."""


class BenchMaker(Maker):
    """The process that makes processes, with the bench's own deeds."""

    def __init__(self, home: Path) -> None:
        self.process = Popen(
            [sys.executable, str(ROOT / "bench" / "deliver_process.py")],
            stdin=PIPE,
            stdout=PIPE,
            env=environment(SOSUCKHOE_HOME=str(home), SOSUCKHOE_LEASE_SECONDS=str(30 * LEASE_SECONDS)),
            text=True,
            cwd=ROOT,
        )
        assert self.read(STARTS_WITHIN) == "ready"


class Responder:
    """A portal that judges nothing: it reads a request and gives a new number after exactly the latency.

    It stands in for the simulator where the sender alone is to be measured.
    """

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self._numbers = 0
        self._counting = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with client, client.makefile("rb") as stream:
            while True:
                line = stream.readline()
                if not line:
                    return
                length = 0
                while (head := stream.readline()) not in (b"\r\n", b""):
                    if head.lower().startswith(b"content-length:"):
                        length = int(head.split(b":")[1])
                stream.read(length)
                if b"token/take" in line:
                    key = {"access_token": "A", "id_token": "I", "expires_in": "2099-01-01T00:00:00.0000000Z"}
                    fields: dict[str, Any] = {"maKetQua": "200", "APIKey": key}
                else:
                    time.sleep(LATENCY)
                    with self._counting:
                        self._numbers += 1
                        number = f"BENCH{self._numbers:08}{time.monotonic_ns()}"
                    fields = {
                        "maKetQua": "200",
                        "maGiaoDich": number,
                        "thoiGianTiepNhan": "",
                        "thongDiep": "",
                    }
                body = json.dumps(fields).encode()
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def respond() -> None:
    """The responder as a process of its own."""
    print(Responder().address, flush=True)
    threading.Event().wait()


@dataclass
class Bench:
    options: argparse.Namespace
    hospital: Hospital
    portal: Portal
    responder: str

    def said(self, *deed: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.hospital.start(*deed).ends_well(PATIENCE))
        return found

    def do(self, *deed: str) -> None:
        self.hospital.start(*deed).ends_well(PATIENCE)

    def in_flight(self, address: str) -> dict[str, dict[str, float]]:
        """Deliveries per second as a share of calls in flight ÷ latency."""
        self.do("send-to", address)
        found = {}
        for lines, workers in LINES:
            self.do("again")
            began = time.perf_counter()
            deeds = [self.hospital.start("send", str(lines // workers)) for _ in range(workers)]
            told = [json.loads(deed.ends_well(PATIENCE)) for deed in deeds]
            sent, wall = sum(one["sent"] for one in told), time.perf_counter() - began
            busy = max(one["wall"] for one in told)
            cpu = sum(one["cpu"] for one in told)
            found[f"{lines}_in_flight_{workers}_workers"] = {
                "share": round(sent / busy / (lines / LATENCY), 3),
                "per_second": round(sent / busy, 1),
                "sender_cpu_ms": round(1000 * cpu / sent, 2),
                "sent": sent,
                "wall": round(wall, 1),
            }
        return found

    def growth(self) -> dict[str, Any]:
        """What a claim costs while the ledger grows."""
        sizes = [10**power for power in range(3, int(math.log10(self.options.rows)) + 1)]
        found = {}
        for size in sizes:
            self.do("grow", str(size))
            found[str(size)] = round(self.said("claim-time", "100")["milliseconds"], 2)
        first, last = found[str(sizes[0])], found[str(sizes[-1])]
        exponent = math.log(last / first) / math.log(sizes[-1] / sizes[0]) if len(sizes) > 1 else 0.0
        return {"milliseconds": found, "exponent": round(exponent, 3)}


def visits(folder: Path, number: int, name: str) -> Path:
    from tests.crash.hospital_process import TODAY

    place = folder / name
    place.mkdir()
    clean = [file.data for file in export(TODAY) if file.expected == "clean"][:8]
    for index in range(number):
        code = f"{name.upper()}{index:06}"
        (place / f"{code}.xml").write_bytes(renamed(clean[index % len(clean)], code))
    return place


def measure(
    options: argparse.Namespace,
    name: str,
    place: Path,
    paper: Paper,
    address: str,
    maker: Maker,
    responder: str,
) -> dict[str, Any]:
    folder = place / name
    folder.mkdir()
    portal = Portal.start(folder / "portal", paper)
    try:
        (folder / "key.p12").write_bytes(paper.pkcs12)
        facts = {
            "portal": portal.address,
            "account": ACCOUNT,
            "password": PASSWORD,
            "key_password": KEY_PASSWORD,
            "replaces": False,
        }
        (folder / "facts.json").write_text(json.dumps(facts))
        hospital = Hospital(maker, folder / "hospital", address)
        bench = Bench(options, hospital, portal, responder)
        bench.do("set-up", str(folder))
        number = 120 if options.small else 640
        signed = 40 if options.small else 150
        bench.do("take", str(visits(folder, 3 * signed, "prepare")))
        found: dict[str, Any] = {"prepare_and_commit": bench.said("prepare", str(signed))}
        bench.do("take", str(visits(folder, number, "deliver")))
        bench.do("sign-all")
        found["claims"] = bench.said("claims", "60" if options.small else "300")
        print(f"{name}: {found}", flush=True)
        portal.desk("faults", {"scenario": "latency", "path": "record", "parameters": {"seconds": LATENCY}})
        found["against_the_simulator"] = bench.in_flight(portal.address)
        print(f"{name}: {found['against_the_simulator']}", flush=True)
        found["against_a_bare_responder"] = bench.in_flight(responder)
        print(f"{name}: {found['against_a_bare_responder']}", flush=True)
        sizes = bench.said("memory", str(options.visits))["sizes"]
        found["memory_after_all_over_after_1000"] = round(sizes[str(options.visits)] / sizes["1000"], 3)
        found["claim_by_rows"] = bench.growth()
        print(f"{name}: {found['claim_by_rows']}, memory {sizes}", flush=True)
        return found
    finally:
        portal.stop()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--small", action="store_true")
    asked.add_argument("--rows", type=int)
    asked.add_argument("--visits", type=int)
    asked.add_argument("--only", default="", choices=["", "sqlite", "postgresql"])
    asked.add_argument("--respond", action="store_true", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.respond:
        return respond()
    options.rows = options.rows or (10**5 if options.small else 10**6)
    options.visits = options.visits or (1_500 if options.small else 10_000)
    paper, ratios = Paper.new(), {}
    # On the disk of the project, not in memory; the server flushes as one in a hospital does.
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=ROOT / "bench")))
        maker = BenchMaker(place / "maker")
        stack.callback(maker.stop)
        responder = Popen([sys.executable, __file__, "--respond"], stdout=PIPE, text=True, env=environment())
        stack.callback(responder.kill)
        assert responder.stdout is not None
        address = responder.stdout.readline().strip()
        for name in ("sqlite", "postgresql"):
            if options.only in ("", name):
                database = ""
                if name == "postgresql":
                    database = stack.enter_context(private_postgres(flushes=True)).create("bench")
                ratios[name] = measure(options, name, place, paper, database, maker, address)
    settings = conditions("django", "psycopg") | {
        "latency": LATENCY,
        "rows": options.rows,
        "visits": options.visits,
        "stores": "SQLite WAL synchronous=FULL; PostgreSQL fsync=on synchronous_commit=on",
    }
    print(json.dumps({"bench": "deliver", "ratios": ratios, "conditions": settings}, ensure_ascii=False))


if __name__ == "__main__":
    main()
