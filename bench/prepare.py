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
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from statistics import median

import visits
from lxml import etree
from measuring import PAIRS, Paired, conditions, cpu_seconds, in_pairs

from sosuckhoe.healthbook.document import read, write_visit
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.signing import FileSigner, Outcome, PracticeAuthority, sign, verify
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


def signed(document: bytes, number: int, signer: FileSigner = SIGNER) -> bytes:
    return sign(document, signer, signature_id=f"Signature-{number}", canonical=True)


def prepare(record: Record, number: int) -> bytes:
    """What the hospital does with a closed visit: check, build, sign."""
    check(record)
    return signed(build(record), number)


def self_verify(document: bytes) -> None:
    if verify(document, at=AT, trusted=[AUTHORITY.certificate]).outcome is not Outcome.PASSED:
        raise Wrong("our own signature did not pass our verifier")


def parse(document: bytes) -> None:
    """The lxml reference: the envelope, the Base64 of its parts, and every inner table."""
    for part in etree.fromstring(document).iter("NOIDUNGFILE"):
        etree.fromstring(base64.b64decode(part.text or ""))


def each(function: Callable[..., object], items: Iterable[object]) -> Callable[[], None]:
    items = list(items)

    def work() -> None:
        for item in items:
            function(item)

    return work


def bare_signatures() -> None:
    for number in range(SIGNATURES):
        SIGNER.sign(number.to_bytes(600, "big"))


def measure(records: list[Record]) -> tuple[Paired, Paired]:
    """The steps against RSA and, on the same files, against lxml's parse."""
    numbered = list(enumerate(records))
    built = [build(record) for record in records]
    documents = [prepare(record, number) for number, record in numbered]
    count = len(records)

    def whole() -> None:
        for number, record in numbered:
            prepare(record, number)

    def verified() -> None:
        for number, record in numbered:
            self_verify(prepare(record, number))

    def signing() -> None:
        for number, document in enumerate(built):
            signed(document, number)

    steps = {
        "prepare": (whole, count),
        "prepare_and_self_verify": (verified, count),
        "build": (each(build, records), count),
        "check": (each(check, records), count),
        "sign": (signing, count),
        "self_verify": (each(self_verify, documents), count),
    }
    to_rsa = in_pairs(bare_signatures, SIGNATURES, steps)
    wanted = {name: steps[name] for name in ("prepare", "prepare_and_self_verify")}
    to_parse = in_pairs(each(parse, documents), count, wanted)
    return to_rsa, to_parse


def assert_correct(records: list[Record]) -> int:
    """A sample of this run's files, judged by another engine and read back; returns how many."""
    sample = records[:: max(1, len(records) // 5)]
    with tempfile.TemporaryDirectory() as folder:
        authority, file = Path(folder, "ca.pem"), Path(folder, "signed.xml")
        authority.write_bytes(AUTHORITY.pem())
        for number, record in enumerate(sample):
            document = prepare(record, number)
            file.write_bytes(document)
            run = subprocess.run(
                ["xmlsec1", "--verify", "--trusted-pem", str(authority), str(file)],
                capture_output=True,
                check=False,
            )
            if run.returncode:
                raise Wrong("xmlsec1 does not accept what was signed")
            self_verify(document)
            if read(document).visits[0].record != record:
                raise Wrong("reading back gives another record")
    return len(sample)


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


def durable(records: list[Record], per_commit: int) -> dict[str, float]:
    """Wall throughput with storing, as a share of what the slower of processor and store can do alone."""
    documents = [prepare(record, number) for number, record in enumerate(records)]
    count = len(records)
    shares, rates, cpu_rates, store_rates = [], [], [], []
    # On the disk of the project, not in memory.
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        store = Store(Path(folder, "ledger.sqlite3"), per_commit)
        for _pair in range(PAIRS):

            def alone() -> None:
                for number, record in enumerate(records):
                    prepare(record, number)

            cpu_rate = count / cpu_seconds(alone)
            store_rate = count / _wall(lambda: store.keep(documents))
            rate = count / _wall(lambda: store.keep(prepare(record, n) for n, record in enumerate(records)))
            shares.append(rate / min(cpu_rate, store_rate))
            rates.append(rate)
            cpu_rates.append(cpu_rate)
            store_rates.append(store_rate)
        kept = store.connection.execute("SELECT count(*), count(DISTINCT sha256) FROM signed").fetchone()
        if kept != (2 * PAIRS * count, count):
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


def show(kind: str, records: list[Record], to_rsa: Paired, to_parse: Paired) -> None:
    size = len(signed(build(records[0]), 0))
    print(
        f"\n{kind}: {visits.rows_in(records[0])} rows, {visits.fields_in(records[0])} values, "
        f"{size / 1000:.1f} kB signed; {to_rsa.pairs} pairs, void {to_rsa.void} + {to_parse.void}"
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
    kinds = {
        "outpatient": [visits.outpatient(seed) for seed in range(1, 81)],
        "inpatient": [visits.inpatient(seed) for seed in range(1, 9)],
    }
    ratios: dict[str, float] = {}
    found: dict[str, object] = {}
    for kind, records in kinds.items():
        sample = assert_correct(records)
        to_rsa, to_parse = measure(records)
        show(kind, records, to_rsa, to_parse)
        ratios[f"{kind}_share_of_rsa"] = 1 / to_rsa.ratios["prepare"]
        ratios[f"{kind}_with_self_verify_share_of_rsa"] = 1 / to_rsa.ratios["prepare_and_self_verify"]
        ratios[f"{kind}_sign_over_rsa"] = to_rsa.ratios["sign"]
        ratios[f"{kind}_over_lxml_parse"] = to_parse.ratios["prepare"]
        ratios[f"{kind}_with_self_verify_over_lxml_parse"] = to_parse.ratios["prepare_and_self_verify"]
        stored = {number: durable(records, number) for number in (1, 16)}
        for number, result in stored.items():
            ratios[f"{kind}_durable_{number}_per_commit"] = result["share"]
            print(
                f"  stored, {number:2} per commit        {result['per_second']:9.0f} /s    "
                f"{result['share']:6.0%} of the slower of processor ({result['processor_per_second']:.0f}/s) "
                f"and store ({result['store_per_second']:.0f}/s) ({result['least']:.0%}–{result['most']:.0%})"
            )
        found[kind] = {
            "rows": visits.rows_in(records[0]),
            "values": visits.fields_in(records[0]),
            "bytes": len(signed(build(records[0]), 0)),
            "different_visits": len(records),
            "pairs": to_rsa.pairs,
            "void": to_rsa.void + to_parse.void,
            "verified_by_xmlsec1": sample,
            "microseconds": {name: round(value * 1e6) for name, value in to_rsa.seconds.items()},
        }
    first = kinds["outpatient"][0]
    edition = first.edition()
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
