"""Preparing a visit: build the official file, check the record, sign; against bare RSA-2048 and lxml's parse.

Run: ``.venv/bin/python bench/prepare.py`` (about two minutes). The last line is one line of JSON. What the ratios
mean, how they are taken and what was measured where: ``bench/README.md``.
"""

import base64
import hashlib
import json
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import visits
from lxml import etree
from measuring import PAIRS, Paired, Subject, conditions, in_pairs

from sosuckhoe.healthbook.document import read, write_visit
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.signing import Outcome, PracticeAuthority, sign, verify
from sosuckhoe.healthbook.validation import RULES, check_record
from sosuckhoe.healthbook.validation.checking import active_rules

DAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SIGNATURES = 150
"""How many bare signatures make one reading of the reference."""

AUTHORITY = PracticeAuthority.new(at=AT)
SIGNER = AUTHORITY.issue("BỆNH VIỆN MẪU - ĐO TỐC ĐỘ", at=AT)


class Wrong(SystemExit):
    """A number without a correct result is no number."""


def build(record: Record) -> bytes:
    edition = record.edition()
    assert edition is not None
    return write_visit(record, edition, facility_code=visits.FACILITY, made_on=DAY)


def check(record: Record) -> None:
    edition = record.edition()
    assert edition is not None
    faults = check_record(record, edition, day=DAY)
    if faults:
        raise Wrong(f"the input must have no fault: {faults[0]}")


def signed(document: bytes) -> bytes:
    return sign(document, SIGNER, signature_id=f"Signature-{uuid4()}", canonical=True)


def prepare(record: Record) -> bytes:
    """What the hospital does with a closed visit: check, build, sign."""
    check(record)
    return signed(build(record))


def self_verify(document: bytes) -> None:
    if verify(document, at=AT, trusted=[AUTHORITY.certificate]).outcome is not Outcome.PASSED:
        raise Wrong("our own signature did not pass our verifier")


def parse(document: bytes) -> None:
    """The lxml reference: the envelope, the Base64 of its parts, and every inner table."""
    for part in etree.fromstring(document).iter("NOIDUNGFILE"):
        etree.fromstring(base64.b64decode(part.text or ""))


def each(function: Callable[[Any], object]) -> Callable[[Sequence[Any]], None]:
    """The function over a batch."""

    def work(items: Sequence[Any]) -> None:
        for item in items:
            function(item)

    return work


class Visits:
    """Batches of visits of one kind; no visit comes twice in a run."""

    def __init__(self, make: Callable[[int], Record], size: int) -> None:
        self.make, self.size, self.made = make, size, 0

    def fresh(self) -> list[Record]:
        self.made += self.size
        return [self.make(seed) for seed in range(self.made - self.size, self.made)]

    def built(self) -> list[bytes]:
        return [build(record) for record in self.fresh()]

    def documents(self) -> list[bytes]:
        return [signed(document) for document in self.built()]

    def subject(self, work: Callable[[Any], object], items: Callable[[], Any] | None = None) -> Subject:
        return Subject(self.size, items or self.fresh, each(work))


def measure(batches: Visits) -> tuple[Paired, Paired]:
    """The steps against RSA and, on files of the same visits' kind, against lxml's parse."""
    bare = Subject(
        SIGNATURES, lambda: [number.to_bytes(600, "big") for number in range(SIGNATURES)], each(SIGNER.sign)
    )
    whole = {
        "prepare": batches.subject(prepare),
        "prepare_and_self_verify": batches.subject(lambda record: self_verify(prepare(record))),
    }
    steps = {
        "build": batches.subject(build),
        "check": batches.subject(check),
        "sign": batches.subject(signed, batches.built),
        "self_verify": batches.subject(self_verify, batches.documents),
    }
    return in_pairs(bare, whole | steps), in_pairs(batches.subject(parse, batches.documents), whole)


def assert_correct(records: Sequence[Record]) -> int:
    """Files of this run, judged by another engine and read back; returns how many."""
    with tempfile.TemporaryDirectory() as folder:
        authority, file = Path(folder, "ca.pem"), Path(folder, "signed.xml")
        authority.write_bytes(AUTHORITY.pem())
        for record in records:
            document = prepare(record)
            file.write_bytes(document)
            command = ["xmlsec1", "--verify", "--trusted-pem", str(authority), str(file)]
            if subprocess.run(command, capture_output=True, check=False).returncode:
                raise Wrong("xmlsec1 does not accept what was signed")
            self_verify(document)
            if read(document).visits[0].record != record:
                raise Wrong("reading back gives another record")
    return len(records)


class Store:
    """The smallest durable ledger: SQLite, write-ahead log, synchronous=FULL, the bytes and their hash."""

    def __init__(self, path: Path, per_commit: int) -> None:
        self.per_commit = per_commit
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("CREATE TABLE signed (id INTEGER PRIMARY KEY, sha256 TEXT, document BLOB)")

    def keep(self, documents: Iterable[bytes]) -> None:
        documents = iter(documents)
        while first := next(documents, None):
            self.connection.execute("BEGIN IMMEDIATE")
            self._insert(first)
            for document in islice(documents, self.per_commit - 1):
                self._insert(document)
            self.connection.execute("COMMIT")

    def _insert(self, document: bytes) -> None:
        row = (hashlib.sha256(document).hexdigest(), document)
        self.connection.execute("INSERT INTO signed (sha256, document) VALUES (?, ?)", row)


def durable(batches: Visits, per_commit: int) -> dict[str, float]:
    """Wall throughput with storing, as a share of what the slower of processor and store can do alone."""
    count = batches.size
    shares, rates, cpu_rates, store_rates = [], [], [], []
    alone = batches.subject(prepare)
    # On the disk of the project, not in memory.
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        store = Store(Path(folder, "ledger.sqlite3"), per_commit)
        for _pair in range(PAIRS):
            documents, records = batches.documents(), batches.fresh()
            cpu_rate = 1 / alone.seconds()
            store_rate = count / _wall(partial(store.keep, documents))
            rate = count / _wall(partial(store.keep, map(prepare, records)))
            shares.append(rate / min(cpu_rate, store_rate))
            rates.append(rate)
            cpu_rates.append(cpu_rate)
            store_rates.append(store_rate)
        kept = store.connection.execute("SELECT count(*), count(DISTINCT sha256) FROM signed").fetchone()
        if kept != (2 * PAIRS * count, 2 * PAIRS * count):
            raise Wrong(f"the store holds {kept}")
        store.connection.close()
    return {
        "share": median(shares),
        "least": min(shares),
        "most": max(shares),
        "per_second": median(rates),
        "processor_per_second": median(cpu_rates),
        "store_per_second": median(store_rates),
    }


def _wall(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def show(kind: str, record: Record, to_rsa: Paired, to_parse: Paired) -> None:
    print(
        f"\n{kind}: {visits.rows_in(record)} rows, {visits.fields_in(record)} values, "
        f"{len(prepare(record)) / 1000:.1f} kB signed; {to_rsa.pairs} pairs, void {to_rsa.void} + {to_parse.void}"
    )
    print(f"  {'bare RSA-2048 signature':26} {to_rsa.seconds['reference'] * 1e6:9.0f} µs")
    print(f"  {'lxml parse of the file':26} {to_parse.seconds['reference'] * 1e6:9.0f} µs")
    for name, ratio in to_rsa.ratios.items():
        low, high = to_rsa.spread[name]
        print(f"  {name:26} {to_rsa.seconds[name] * 1e6:9.0f} µs  {ratio:6.2f} × RSA ({low:.2f}–{high:.2f})")
    for name, ratio in to_parse.ratios.items():
        low, high = to_parse.spread[name]
        print(f"  {name:26} {'':12}  {ratio:6.2f} × parse ({low:.2f}–{high:.2f})")


def main() -> None:
    kinds = {"outpatient": Visits(visits.outpatient, 80), "inpatient": Visits(visits.inpatient, 8)}
    ratios: dict[str, float] = {}
    found: dict[str, object] = {}
    for kind, batches in kinds.items():
        first = batches.fresh()[0]
        sample = assert_correct(batches.fresh()[:5])
        to_rsa, to_parse = measure(batches)
        show(kind, first, to_rsa, to_parse)
        ratios[f"{kind}_share_of_rsa"] = 1 / to_rsa.ratios["prepare"]
        ratios[f"{kind}_with_self_verify_share_of_rsa"] = 1 / to_rsa.ratios["prepare_and_self_verify"]
        ratios[f"{kind}_sign_over_rsa"] = to_rsa.ratios["sign"]
        ratios[f"{kind}_over_lxml_parse"] = to_parse.ratios["prepare"]
        ratios[f"{kind}_with_self_verify_over_lxml_parse"] = to_parse.ratios["prepare_and_self_verify"]
        stored = {number: durable(batches, number) for number in (1, 16)}
        for number, result in stored.items():
            ratios[f"{kind}_durable_{number}_per_commit"] = result["share"]
            print(
                f"  stored, {number:2} per commit        {result['per_second']:9.0f} /s    "
                f"{result['share']:6.0%} of the slower of processor ({result['processor_per_second']:.0f}/s) "
                f"and store ({result['store_per_second']:.0f}/s) ({result['least']:.0%}–{result['most']:.0%})"
            )
        found[kind] = {
            "rows": visits.rows_in(first),
            "values": visits.fields_in(first),
            "bytes": len(prepare(first)),
            "different_visits": batches.made,
            "pairs": to_rsa.pairs,
            "void": to_rsa.void + to_parse.void,
            "verified_by_xmlsec1": sample,
            "microseconds": {name: round(value * 1e6) for name, value in to_rsa.seconds.items()},
        }
    edition = kinds["outpatient"].make(0).edition()
    assert edition is not None
    active = sum(len(active_rules(edition, table, DAY)) for table in edition.tables)
    settings = conditions("lxml", "cryptography") | {
        "edition": edition.id,
        "rules": len(RULES),
        "rules_active": active,
        "sqlite": sqlite3.sqlite_version,
        "store": "SQLite WAL synchronous=FULL",
    }
    rounded = {name: round(value, 3) for name, value in ratios.items()}
    print()
    print(
        json.dumps(
            {"bench": "prepare", "ratios": rounded, "conditions": settings | found}, ensure_ascii=False
        )
    )


if __name__ == "__main__":
    main()
