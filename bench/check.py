"""Checking a month of a district hospital: every file on disk, all rules, through the library's own ``check(bytes)``.

Run: ``.venv/bin/python bench/check.py`` (some minutes and 1 GB of disk for the month), or with ``--small`` for a
quick look. The last line is one line of JSON. What the ratios mean and what was measured where: ``bench/README.md``.
"""

import argparse
import json
import math
import multiprocessing
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import visits
from measuring import GLANCE, GOAL, Subject, conditions, cpu_seconds, in_pairs
from prepare import DAY, build, each, parse, signed

from sosuckhoe.cli.checking.pool import Question, checked
from sosuckhoe.cli.checking.sources import Source
from sosuckhoe.healthbook.document import read
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import Edition
from sosuckhoe.healthbook.validation import RULES, check, check_record
from sosuckhoe.healthbook.validation.checking import active_rules, deciding_day

MONTH = {"outpatient": 10_000, "inpatient": 600}
SMALL = {"outpatient": 400, "inpatient": 24}
TIMES = (1, 3, 10, 30, 100)
"""How many times 47 rows, for the exponent: two decades."""
FEW_TIMES = (1, 3, 10, 30)
"""The same for a quick look: one and a half."""


class Wrong(SystemExit):
    """A number without a correct result is no number."""


# The month on disk


def write(folder: Path, kind: str, seeds: range) -> int:
    """Files of one kind, built and signed as the hospital would send them; returns how many."""
    make = getattr(visits, kind)
    for seed in seeds:
        Path(folder, f"{kind}-{seed:06}.xml").write_bytes(signed(build(make(seed))))
    return len(seeds)


def write_month(folder: Path, month: dict[str, int]) -> None:
    shares = [
        (folder, kind, range(start, min(start + 200, count)))
        for kind, count in month.items()
        for start in range(0, count, 200)
    ]
    with multiprocessing.get_context("spawn").Pool() as pool:
        pool.starmap(write, shares, chunksize=1)


def files_of(folder: Path, kind: str = "*") -> list[Path]:
    """The files, outpatients and inpatients mixed as the days of a month mix them."""
    return sorted(folder.glob(f"{kind}-*.xml"), key=lambda file: file.name[::-1])


# What is done with a file


def check_file(data: bytes) -> Record:
    found = check(data, day=DAY)
    if len(found) != 1 or found[0].faults or found[0].record is None:
        raise Wrong(f"the month must have no fault: {found[0].faults[:1]}")
    return found[0].record


def edition_of(record: Record) -> Edition:
    edition = record.edition()
    assert edition is not None
    return edition


def check_only(record: Record) -> None:
    if check_record(record, edition_of(record), day=DAY):
        raise Wrong("the month must have no fault")


def evaluations(record: Record) -> int:
    """Rules times rows: a rule that reads a row counts for every row of its table that is there, one that reads only
    columns counts once where its table is there. Shapes of fields are not counted, nor rules of tables not sent."""
    edition = edition_of(record)
    day, total = deciding_day(record, edition), 0
    for table in edition.tables.values():
        rows = len(record.rows(table.english))
        of_rows, once = _counted(edition, table.official, day)
        total += rows * of_rows + (once if rows else 0)
    return total


def shape_checks(record: Record) -> int:
    """Fields times rows of the tables that are there: each is asked whether it is present, well-formed, not too long,
    in its list. A rule that reads one value and nothing else is asked in the same look, and counted as a rule."""
    tables = edition_of(record).tables.values()
    return sum(len(record.rows(table.english)) * len(table.fields) for table in tables)


_KNOWN: dict[tuple[str, str, date], tuple[int, int]] = {}


def _counted(edition: Edition, table: str, day: date) -> tuple[int, int]:
    key = edition.id, table, day
    if key not in _KNOWN:
        rules = active_rules(edition, table, day)
        of_rows = sum(
            any("." not in read and not read.startswith(("@", "XML")) for read in rule.reads)
            for rule in rules
        )
        _KNOWN[key] = of_rows, len(rules) - of_rows
    return _KNOWN[key]


def resident() -> int:
    """Memory of this process in kB."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


# Measurements


@dataclass
class Pass:
    """One process that checked files one after the other."""

    files: int
    seconds: float
    """Processor time, reading the files included."""
    wall: float
    evaluated: int
    resident: list[int]
    """Memory after a tenth of the files and after all, in kB."""


def check_all(files: Sequence[Path]) -> Pass:
    """The whole list in this process."""
    evaluated, memory, wall, start = 0, [], time.perf_counter(), time.process_time()
    counting = 0.0
    for number, file in enumerate(files, 1):
        record = check_file(file.read_bytes())
        begun = time.process_time()
        evaluated += evaluations(record)
        if number in (max(len(files) // 10, 1), len(files)):
            memory.append(resident())
        counting += time.process_time() - begun
    seconds = time.process_time() - start - counting
    return Pass(len(files), seconds, time.perf_counter() - wall, evaluated, memory)


def in_processes(lists: Sequence[Sequence[Path]]) -> list[Pass]:
    """Each list in a new process of its own, all at once."""
    with multiprocessing.get_context("spawn").Pool(len(lists)) as pool:
        pool.map(_ready, range(len(lists)), chunksize=1)
        return pool.map(check_all, lists, chunksize=1)


def _ready(number: int) -> int:
    """Load everything, so that starting Python is not measured."""
    check_only(visits.outpatient(number))
    return number


def two_over_one(files: Sequence[Path], turns: int) -> dict[str, float]:
    """Two processes beside one, in turn a few times: throughput by the clock, and processor time per file. The first
    needs two idle cores; the second, one when two processes do not hinder each other, stands on busy ones too."""
    half = len(files) // 2
    first, second = files[:half], files[half : 2 * half]
    walls, cpus = [], []
    for _turn in range(turns):
        alone = [*in_processes([first]), *in_processes([second])]
        both = in_processes([first, second])
        walls.append(sum(one.wall for one in alone) / max(one.wall for one in both))
        cpus.append(sum(one.seconds for one in both) / sum(one.seconds for one in alone))
    return {"wall": median(walls), "cpu": median(cpus), "least": min(walls), "most": max(walls)}


def command(files: Sequence[Path], jobs: int) -> tuple[float, float]:
    """What ``sosuckhoe check`` takes per file with so many processes: processor seconds of all, and wall seconds."""
    sources = [Source(file.name, path=str(file)) for file in files]
    begun, clock = processor(), time.perf_counter()
    for results in checked(sources, Question(DAY), jobs=jobs):
        if results[0].faults:
            raise Wrong("the month must have no fault")
    return (processor() - begun) / len(files), (time.perf_counter() - clock) / len(files)


def processor() -> float:
    """Processor seconds of this process and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Batches:
    """Files of one kind taken in turn, so that no reading sees the file of the last one."""

    def __init__(self, files: Sequence[Path], size: int) -> None:
        self.files, self.size, self.taken = files, size, 0

    def fresh(self) -> list[bytes]:
        chosen = [self.files[(self.taken + number) % len(self.files)] for number in range(self.size)]
        self.taken += self.size
        return [file.read_bytes() for file in chosen]

    def records(self) -> list[Record]:
        return [read(data).visits[0].record for data in self.fresh()]

    def subject(self, work: Callable[[Any], object], items: Callable[[], Any] | None = None) -> Subject:
        return Subject(self.size, items or self.fresh, each(work))


def exponent(work: Callable[[Any], object], prepared: Callable[[Record], Any], small: bool) -> float:
    """The slope of log time over log rows, medians of visits never seen before."""
    points = []
    for times in FEW_TIMES if small else TIMES:
        costs = []
        for number in range(3 if small else max(9, 60 // times)):
            record = visits.inpatient_of(50_000 + 1000 * times + number, times)
            item = prepared(record)
            costs.append((visits.rows_in(record), cpu_seconds(lambda item=item: work(item))))
        rows = median(rows for rows, _ in costs)
        points.append((math.log(rows), math.log(median(cost for _, cost in costs[1:]))))
    return slope(points)


def slope(points: Iterable[tuple[float, float]]) -> float:
    """Least squares."""
    points = list(points)
    x = sum(x for x, _ in points) / len(points)
    y = sum(y for _, y in points) / len(points)
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def assert_correct(files: Sequence[Path]) -> int:
    """A fault planted in a file of this run is found, and nothing else; returns how many were tried."""
    sample = files[:: max(len(files) // 20, 1)]
    for file in sample:
        record = read(file.read_bytes()).visits[0].record
        record.rows("medicines")[-1]["ordered_at"] = "202601010000"
        record.rows("services")[0]["unit"] = ""
        found = Counter(fault.rule for fault in check_record(record, edition_of(record), day=DAY))
        if found["XTB-013"] != 1 or sum(found.values()) > 4:
            raise Wrong(f"a planted fault was not found as it should: {found}")
    return len(sample)


def lines(ratios: dict[str, float]) -> Iterator[str]:
    for name, value in ratios.items():
        yield f"  {name:44} {value:14,.3f}"


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument(
        "--small",
        action="store_true",
        help="a few hundred files and fewer pairs: a quick look, no figure for a goal",
    )
    small = options.parse_args().small
    month = SMALL if small else MONTH
    ratios: dict[str, float] = {}
    found: dict[str, Any] = {"files": month, "small": small}
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as name:
        folder = Path(name)
        write_month(folder, month)
        files = files_of(folder)
        found["bytes"] = sum(file.stat().st_size for file in files)
        found["planted_faults_found_in"] = assert_correct(files)
        whole = in_processes([files])[0]
        ratios["visits_per_second_per_core"] = whole.files / whole.seconds
        ratios["rule_rows_per_second_reading_included"] = whole.evaluated / whole.seconds
        ratios["resident_after_all_over_after_a_tenth"] = whole.resident[1] / whole.resident[0]
        found["resident_kb"] = whole.resident
        found["rule_rows"] = whole.evaluated
        for kind, size in (("outpatient", 25 if small else 60), ("inpatient", 3 if small else 5)):
            batches = Batches(files_of(folder, kind), size)
            taken = in_pairs(
                batches.subject(parse),
                {
                    "check_file": batches.subject(check_file),
                    "read": batches.subject(read),
                    "check_record": batches.subject(check_only, batches.records),
                },
                GLANCE if small else GOAL,
            )
            for step, ratio in taken.ratios.items():
                ratios[f"{kind}_{step}_over_lxml_parse"] = ratio
            records = batches.records()
            rule_rows = median(evaluations(record) for record in records)
            shapes = median(shape_checks(record) for record in records)
            ratios[f"{kind}_rule_rows_per_second"] = rule_rows / taken.seconds["check_record"]
            ratios[f"{kind}_rule_rows_and_shape_checks_per_second"] = (rule_rows + shapes) / taken.seconds[
                "check_record"
            ]
            found[kind] = {
                "rule_rows": rule_rows,
                "shape_checks": shapes,
                "microseconds": {step: round(value * 1e6) for step, value in taken.seconds.items()},
                "spread": {step: [round(end, 2) for end in ends] for step, ends in taken.spread.items()},
                "pairs": taken.pairs,
                "void": taken.void,
            }
        ratios["exponent_in_rows_check_record"] = exponent(check_only, lambda record: record, small)
        ratios["exponent_in_rows_check_file"] = exponent(
            check_file, lambda record: signed(build(record)), small
        )
        some = files[: 200 if small else 2000]
        processes = two_over_one(some, turns=1 if small else 3)
        ratios["two_processes_over_one"] = processes["wall"]
        ratios["two_processes_cpu_per_file_over_one"] = processes["cpu"]
        found["two_processes"] = {key: round(value, 2) for key, value in processes.items()}
        by_jobs = {jobs: command(some, jobs) for jobs in (1, 2)}
        ratios["command_two_jobs_cpu_per_file_over_one"] = by_jobs[2][0] / by_jobs[1][0]
        found["command_microseconds_per_file"] = {
            f"{jobs} jobs": {"cpu": round(cpu * 1e6), "wall": round(wall * 1e6)}
            for jobs, (cpu, wall) in by_jobs.items()
        }
    edition = edition_of(visits.outpatient(0))
    active = sum(len(active_rules(edition, table, DAY)) for table in edition.tables)
    settings = conditions("lxml", "cryptography") | {
        "edition": edition.id,
        "rules": len(RULES),
        "rules_active": active,
    }
    print("\n".join(lines(ratios)))
    print()
    rounded = {key: round(value, 3) for key, value in ratios.items()}
    print(
        json.dumps({"bench": "check", "ratios": rounded, "conditions": settings | found}, ensure_ascii=False)
    )


if __name__ == "__main__":
    main()
