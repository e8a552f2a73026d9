"""Whether another commit finds the same: every fault, record and verdict of the verifier, over files of every sort.

Run: ``.venv/bin/python bench/same.py HEAD~3`` (some minutes; ``--files 500`` for a quick look). What was made faster must
say what it said before. The files: golden ones, exports of the demo, proofs of the rules, visits of the benches, and those
visits with values, rows, parts and bytes damaged at random. Leaves with 1 and names the first differences otherwise.
"""

import argparse
import base64
import pickle
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parent.parent
DAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
VALUES = (
    "", " ", " x", "x ", "0", "-0", "00", "1", "2.5", "1.50", "0.005", "100.001", "1,5", "1e3", "-1", "99999999", "9" * 400,
    "٣", "１２", "202609150800", "202602290000", "20260915", "20260231", "199000000000", "K01", "K99", "I10", "I10;J02.9",
    "A;;B", "A; B", ";", "a\nb", "a\tb", "\u00a0", "x" * 2000, "Trần Bình", "G1;N1",
)  # fmt: skip
BYTES = (
    b"", b"<", b">", b"&", b"&amp;", b"&#13;", b"&#65;", b"</STT>", b"<STT>", b"<STT/>", b"\r", b"\r\n", b"\x0b", b"\x00", b"\x7f",
    b"\xc2\x85", b"\xc2\xa0", b"]]>", b'"', b" ", b"\n", b"<!-- c -->", b"<?x?>", b"<![CDATA[a]]>", b"\xef\xbf\xbe", b"\xe1\xba\xa1",
    b"a", b" a='b'", b"<NOIDUNGFILE>", b"</NOIDUNGFILE>", b"<FILEHOSO/>", b"=", b"~", b"~0~", b"%", b"\xff", b"<CHUKYDONVI/>",
)  # fmt: skip
CONTENT = re.compile(rb"<NOIDUNGFILE>([A-Za-z0-9+/=]+)<")


def files(damaged: int) -> Iterator[tuple[str, bytes]]:
    """Names and bytes; the same for the same code and number."""
    import visits
    from prepare import build, signed

    from sosuckhoe.demo.his_export import export
    from sosuckhoe.healthbook.document import CannotWrite, write_visit
    from sosuckhoe.healthbook.validation.proofs import cases_of, proven

    for path in sorted(HOUSE.glob("tests/**/*.xml")):
        yield str(path.relative_to(HOUSE)), path.read_bytes()
    exported = [one for number, one in enumerate(export(DAY)) if number % 10 == 0]
    yield from ((one.name, one.data) for one in exported)
    for rule in sorted(proven()):
        for number, case in enumerate(cases_of(rule)):
            if case.file is not None:
                yield f"{rule}-{number}", case.file
                continue
            try:
                yield (
                    f"{rule}-{number}",
                    write_visit(case.record, case.edition, facility_code="99999", made_on=DAY),
                )
            except CannotWrite:
                continue
    chance = random.Random(7)
    records = [
        *map(visits.outpatient, range(40)),
        *(visits.inpatient_of(seed, 1) for seed in range(30)),
        *map(visits.inpatient, range(4)),
    ]
    whole = [signed(build(record)) for record in records]
    yield from ((f"visit-{number}", data) for number, data in enumerate(whole))
    small = [data for data in whole if len(data) < 100_000] + [one.data for one in exported[:60]]
    for number in range(damaged):
        yield f"damaged-{number}", _damaged(chance, chance.choice(small))


def _damaged(chance: random.Random, data: bytes) -> bytes:
    parts = list(CONTENT.finditer(data))
    if not parts or chance.random() < 0.3:
        return _struck(chance, data)
    part = chance.choice(parts)
    inner = base64.b64decode(part[1])
    inner = _struck(chance, inner) if chance.random() < 0.4 else _rewritten(chance, inner)
    return data[: part.start(1)] + base64.b64encode(inner) + data[part.end(1) :]


def _struck(chance: random.Random, data: bytes) -> bytes:
    """Some bytes put in place of others, mostly beside a tag; or the layout of an exporter."""
    for _ in range(chance.choice((1, 1, 2))):
        tags = [found.start() for found in re.finditer(rb"[<>]", data)] or [0]
        at = chance.choice(tags) + chance.choice((0, 0, 1))
        data = data[:at] + chance.choice(BYTES) + data[at + chance.choice((0, 0, 0, 1, 5)) :]
    if chance.random() < 0.2:
        data = data.replace(b"><", b">\r\n  <")
    if chance.random() < 0.2:
        data = re.sub(rb"<([A-Z_]+)></\1>", rb"<\1/>", data)
    return data


def _rewritten(chance: random.Random, inner: bytes) -> bytes:
    """Other values, in one row or in all, or a row that comes twice."""
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        names = re.findall(rb"<([A-Z_0-9]+)>[^<]*</", inner) or [b"STT"]
        name, value = chance.choice(names), chance.choice(VALUES).encode()
        value = value.replace(b"&", b"&amp;").replace(b"<", b"&lt;")
        field = re.compile(rb"<%b>[^<]*</%b>" % (name, name))
        times = chance.choice((0, 1))
        inner = field.sub(lambda _: b"<%b>%b</%b>" % (name, value, name), inner, count=times)  # noqa: B023
    if chance.random() < 0.15 and (row := re.search(rb"<(CHI_TIET_\w+)>.*?</\1>", inner, re.DOTALL)):
        inner = inner[: row.end()] + row[0] + inner[row.end() :]
    return inner


def found_in(corpus: Path) -> dict[str, Any]:
    """What this code says of every file."""
    from lxml import etree

    from sosuckhoe.healthbook.signing import verify
    from sosuckhoe.healthbook.validation import check

    said = {}
    for name, data in pickle.loads(corpus.read_bytes()):
        faults = [
            (one.usable, one.visit_code, one.edition, [repr(fault) for fault in one.faults],
             one.record.to_json() if one.record else None)
            for one in check(data, day=DAY, name=name)
        ]  # fmt: skip
        verdict = verify(data, at=AT)
        tree = None if verdict.tree is None else etree.tostring(verdict.tree, method="c14n")
        said[name] = faults, (verdict.outcome.name, verdict.code, verdict.detail, tree)
    return said


def said_by(source: Path, corpus: Path, answer: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--corpus", str(corpus), "--answer", str(answer)]
    subprocess.run(command, env={"PYTHONPATH": str(source), "PATH": "/usr/bin:/bin"}, check=True)
    found: dict[str, Any] = pickle.loads(answer.read_bytes())
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument(
        "commit", nargs="?", default="HEAD", help="what to compare the files as they stand with"
    )
    options.add_argument("--files", type=int, default=2500, help="how many damaged files")
    options.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.corpus:
        chosen.answer.write_bytes(pickle.dumps(found_in(chosen.corpus)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = dict(files(chosen.files))
        Path(folder, "corpus").write_bytes(pickle.dumps(list(made.items())))
        archive = subprocess.run(
            ["git", "archive", chosen.commit, "src"], cwd=HOUSE, capture_output=True, check=True
        ).stdout
        subprocess.run(["tar", "x", "-C", name], input=archive, check=True)
        before = said_by(folder / "src", folder / "corpus", folder / "before")
        after = said_by(HOUSE / "src", folder / "corpus", folder / "after")
    differ = [name for name in made if before[name] != after[name]]
    faults = sum(len(one[3]) for visits, _ in before.values() for one in visits)
    print(
        f"{len(made)} files, {faults} faults, {len({verdict[1] for _, verdict in before.values()})} verdicts; {len(differ)} differ"
    )
    for name in differ[:10]:
        for one, other in zip(before[name], after[name], strict=True):
            if one != other:
                print(f"{name}\n  before {str(one)[:600]}\n  after  {str(other)[:600]}")
    sys.exit(bool(differ))


if __name__ == "__main__":
    main()
