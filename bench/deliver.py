"""Delivery: calls in flight as a share of the ideal, claims, preparing with its durable commit, growth, memory.

Run: ``.venv/bin/python bench/deliver.py`` (the whole range, up to 25 minutes on idle cores; ``--small`` for a quick look).
The last line is one line of JSON; what it means: ``bench/README.md``.
"""

import argparse
import json
import math
import os
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
from prove.kills.kinds import renamed  # noqa: E402
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
A_LINE = 40
"""So many deliveries a line, if there are so many: a run of fewer than some sixteen a line ends before there is anything to
count."""
TICKS = os.sysconf("SC_CLK_TCK")


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

    def __init__(self, latency: float) -> None:
        self.latency = latency
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
                    time.sleep(self.latency)
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


def respond(latency: float) -> None:
    """The responder as a process of its own."""
    print(Responder(latency).address, flush=True)
    threading.Event().wait()


def responder(stack: ExitStack, latency: float) -> tuple[str, int]:
    """Address and process number of a responder."""
    command = [sys.executable, __file__, "--respond", str(latency)]
    process = Popen(command, stdout=PIPE, text=True, env=environment())
    stack.callback(process.kill)
    assert process.stdout is not None
    return process.stdout.readline().strip(), process.pid


def processor_seconds(root: int | None) -> float:
    """What a process, its children and those of them that have ended have used so far."""
    if root is None:
        return 0.0
    used, family = 0, [root]
    while family:
        place = Path(f"/proc/{family.pop()}")
        try:
            columns = (place / "stat").read_text().rpartition(")")[2].split()
            family += [int(child) for child in (place / f"task/{place.name}/children").read_text().split()]
        except FileNotFoundError:
            continue
        used += sum(int(ticks) for ticks in columns[11:15])
    return used / TICKS


@dataclass
class Bench:
    options: argparse.Namespace
    hospital: Hospital
    number: int
    """How many signed records there are to send."""
    server: int | None
    """The database's own process, where it has one."""

    def said(self, *deed: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.hospital.start(*deed).ends_well(PATIENCE))
        return found

    def do(self, *deed: str) -> None:
        self.hospital.start(*deed).ends_well(PATIENCE)

    def in_flight(self, address: str, portal: int) -> dict[str, dict[str, float]]:
        """Deliveries per second as a share of calls in flight ÷ latency, and what each costs whom.

        Counted between the first moment at which every line had settled one and the first at which one found nothing.
        """
        self.do("send-to", address)
        # What the portal reads and opens once is not a delivery's.
        self.do("again", "64")
        self.do("send", "32")
        found = {}
        for lines, workers in LINES:
            self.do("again", str(min(self.number, lines * A_LINE)))
            before = processor_seconds(portal), processor_seconds(self.server)
            deeds = [self.hospital.start("send", str(lines // workers)) for _ in range(workers)]
            told = [json.loads(deed.ends_well(PATIENCE)) for deed in deeds]
            after = processor_seconds(portal), processor_seconds(self.server)
            each = [line for one in told for line in one["settled"]]
            moments = [moment for line in each for moment in line]
            begins = max((line[0] for line in each if line), default=0.0)
            ends = min(one["empty"] for one in told)
            counted = sum(begins < moment <= ends for moment in moments)
            rate = counted / (ends - begins) if ends > begins else math.nan
            ms = [
                1000 * used / of
                for used, of in (
                    (sum(one["cpu"] for one in told), sum(one["of"] for one in told)),
                    (after[0] - before[0], len(moments)),
                    (after[1] - before[1], len(moments)),
                )
            ]
            found[f"{lines}_in_flight_{workers}_workers"] = {
                "share": round(rate / (lines / LATENCY), 3),
                "per_second": round(rate, 1),
                "sender_cpu_ms": round(ms[0], 2),
                "portal_cpu_ms": round(ms[1], 2),
                "database_cpu_ms": round(ms[2], 2),
                # Processors that the ideal rate would keep busy at this cost: more than there are cannot be had.
                "processors_for_the_ideal": round(sum(ms) / 1000 * lines / LATENCY, 2),
                "sent": len(moments),
                "counted": counted,
            }
        return found

    def growth(self) -> dict[str, Any]:
        """What a claim costs while the ledger grows."""
        sizes = [10**power for power in range(3, int(math.log10(self.options.rows)) + 1)]
        found, cpu = {}, {}
        for size in sizes:
            self.do("grow", str(size))
            told = self.said("claim-time", "40" if self.options.small else "100")
            found[str(size)] = round(told["milliseconds"], 2)
            cpu[str(size)] = round(told["cpu_milliseconds"], 2)
        first, last = found[str(sizes[0])], found[str(sizes[-1])]
        exponent = math.log(last / first) / math.log(sizes[-1] / sizes[0]) if len(sizes) > 1 else 0.0
        return {"milliseconds": found, "cpu_milliseconds": cpu, "exponent": round(exponent, 3)}


def visits(folder: Path, number: int, name: str) -> Path:
    from tests.crash.hospital_process import TODAY

    place = folder / name
    place.mkdir()
    clean = [file.data for file in export(TODAY) if file.expected == "clean"][:8]
    for index in range(number):
        code = f"{name.upper()}{index:06}"
        (place / f"{code}.xml").write_bytes(renamed(clean[index % len(clean)], code))
    return place


@dataclass(frozen=True)
class Portals:
    """Where records go: with the latency, and at once; addresses and process numbers."""

    slow: tuple[str, int]
    quick: tuple[str, int]


def measure(
    options: argparse.Namespace,
    name: str,
    place: Path,
    paper: Paper,
    address: str,
    server: int | None,
    maker: Maker,
    portals: Portals,
) -> dict[str, Any]:
    folder = place / name
    folder.mkdir()
    portal = Portal.start(folder / "portal", paper)
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{name}, {time.monotonic() - began:.0f} s: {what} {json.dumps(found.get(what))}", flush=True)

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
        number, signed = (560, 40) if options.small else (1_400, 250)
        bench = Bench(options, hospital, number, server)
        bench.do("set-up", str(folder))
        found: dict[str, Any] = {}
        bench.do("take", str(visits(folder, 2 * signed, "prepare")))
        found["prepare_and_commit"] = bench.said("prepare", str(signed))
        tell("prepare_and_commit")
        bench.do("take", str(visits(folder, number - signed, "deliver")))
        bench.do("sign-all")
        found["claims"] = bench.said("claims", "80" if options.small else "400")
        tell("claims")
        late = {"scenario": "late-reply", "path": "record", "parameters": {"seconds": LATENCY}}
        portal.desk("faults", late)
        found["against_the_simulator"] = bench.in_flight(portal.address, portal.pid)
        tell("against_the_simulator")
        found["against_a_bare_responder"] = bench.in_flight(*portals.slow)
        tell("against_a_bare_responder")
        if name == "sqlite" or options.only:
            bench.do("send-to", portals.quick[0])
            sizes = bench.said("memory", str(options.visits))["sizes"]
            found["memory_after_all_over_after_1000"] = round(sizes[str(options.visits)] / sizes["1000"], 3)
            tell("memory_after_all_over_after_1000")
        found["claim_by_rows"] = bench.growth()
        tell("claim_by_rows")
        return found
    finally:
        portal.stop()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--small", action="store_true")
    asked.add_argument("--rows", type=int)
    asked.add_argument("--visits", type=int)
    asked.add_argument("--only", default="", choices=["", "sqlite", "postgresql"])
    asked.add_argument("--respond", type=float, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.respond is not None:
        return respond(options.respond)
    options.rows = options.rows or (10**5 if options.small else 10**7)
    options.visits = options.visits or (1_500 if options.small else 10**5)
    paper, ratios = Paper.new(), {}
    # On the disk of the project, not in memory; the server flushes as one in a hospital does.
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=ROOT / "bench")))
        maker = BenchMaker(place / "maker")
        stack.callback(maker.stop)
        portals = Portals(responder(stack, LATENCY), responder(stack, 0.0))
        for name in ("sqlite", "postgresql"):
            if options.only in ("", name):
                database, server = "", None
                if name == "postgresql":
                    started = stack.enter_context(private_postgres(flushes=True))
                    database = started.create("bench")
                    server = int((started.folder / "data" / "postmaster.pid").read_text().split()[0])
                ratios[name] = measure(options, name, place, paper, database, server, maker, portals)
    settings = conditions("django", "psycopg") | {
        "latency": LATENCY,
        "rows": options.rows,
        "visits": options.visits,
        "stores": "SQLite WAL synchronous=FULL; PostgreSQL fsync=on synchronous_commit=on",
    }
    print(json.dumps({"bench": "deliver", "ratios": ratios, "conditions": settings}, ensure_ascii=False))


if __name__ == "__main__":
    main()
