"""Checking a file: what the reader remarked, the rules on files, then every visit's record."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from ..document import Reading, Remark, Unreadable, VisitReading, read
from ..record import Record
from ..signing import Outcome, verify
from ..standard import Edition, Table, decisions, edition_on
from .advice import advice_on
from .checking import check_record, name_of, under
from .fault import OWNERS, Fault, Owner, Severity, in_reading_order
from .policy import Policy
from .reasons import why
from .rules.envelope import (
    FILE_RULES,
    OF_A_VISIT,
    OF_THE_FILE,
    FileRule,
    Place,
    file_is_not_too_large,
    signature_is_there,
)
from .settling import where_now
from .shape_ids import owner_of
from .typed import VIETNAM, parse_date
from .wording import in_sentence, quoted
from .wording import name_of as said_name

_DATED_BY_CALENDAR = frozenset({"CERTIFICATE-EXPIRED", "CERTIFICATE-NOT-YET-VALID", "AUTHORITY-OUT-OF-DATE"})
"""Verdicts that hang on the moment of signing, which the file does not prove: a warning."""


@dataclass(frozen=True)
class Checked:
    """What checking found in one visit of a file; a file that cannot be read is one of these, not ``usable``."""

    file: str
    visit_code: str = ""
    """MA_LK; empty where the file has none."""
    edition: str | None = None
    """Id of the edition that judged it; None where its day of discharge is unknown."""
    faults: list[Fault] = field(default_factory=list)
    usable: bool = True
    record: Record | None = None

    def advised(self) -> "Checked":
        """The same with how to mend every fault, its values filled in."""
        edition = self._judged_by()
        faults = [
            replace(fault, mend=fault.mend or advice_on(fault, self.record, edition)) for fault in self.faults
        ]
        return replace(self, faults=faults)

    def _judged_by(self) -> Edition | None:
        """The edition that judged it: the one of its day, or the announced one in a preview."""
        edition = self.record.edition() if self.record is not None and self.edition else None
        if edition is None or edition.id == self.edition:
            return edition
        announced = next((one for one in decisions() if one.id == self.edition), None)
        return edition_on(announced.in_force, expected=True) if announced is not None else edition

    @property
    def refusal(self) -> str:
        """Why the file cannot be used, as a stable code; empty for one that can."""
        return "" if self.usable else self.faults[0].rule

    @property
    def has_errors(self) -> bool:
        """Whether something holds the visit back."""
        return any(fault.severity == "error" for fault in self.faults)

    def as_json(self) -> dict[str, Any]:
        """One visit for machines: ``{"file", "edition", "faults": […]}`` and its visit code."""
        return as_json([self])


def check(
    data: bytes, *, day: date, name: str = "", policy: Policy | None = None, expected: bool = False
) -> list[Checked]:
    """Check an official file (envelope, bare table, check-in): one result for each visit in it, at least one.

    ``day``: the day of checking. Never raises: unreadable bytes give one result that is not ``usable``, whose only
    fault has the refusal's code. ``expected``: visits of the newest edition are judged as announced for ``day``, with
    the decisions that are ``expected`` to be in force by then; those of older editions by their own, as always.
    """
    policy = policy or Policy()
    try:
        reading = _previewed(data, read(data), day) if expected else read(data)
    except Unreadable as refused:
        part = refused.where.part or "FILE"
        fault = Fault(
            refused.code, part, None, "error", refused.sentence, "Yêu cầu chung đối với tệp XML", owner="it"
        )
        return [Checked(name, faults=[fault], usable=False)]
    first = _first_day(reading, day)
    common = list(_of_the_file(reading, data, day, first, policy))
    return [_of_a_visit(reading, visit, common, day, first, name, policy) for visit in reading.visits]


def _previewed(data: bytes, reading: Reading, day: date) -> Reading:
    """The reading, with visits of the newest edition read by the one announced for ``day``."""
    now, coming = edition_on(day), edition_on(day, expected=True)
    if now.decisions != coming.decisions:
        announced = read(data, edition=coming)
        for number, visit in enumerate(reading.visits):
            if visit.edition is None or visit.edition.id == now.id:
                reading.visits[number] = announced.visits[number]
    return reading


def _of_a_visit(
    reading: Reading,
    visit: VisitReading,
    common: list[Fault],
    day: date,
    first: date,
    name: str,
    policy: Policy,
) -> Checked:
    record = visit.record
    remarks = [remark for remark in visit.remarks if FILE_RULES[remark.rule].applies_on(first)]
    edition = visit.edition or edition_on(day)
    faults = [*common, *(_from_remark(remark, edition) for remark in _gathered(remarks))]
    for id, rule in OF_A_VISIT.items():
        for fault in _faults(FILE_RULES[id], rule(reading, visit)):
            faults.append(replace(fault, path=where_now(edition, fault.path) or fault.path))
    faults = [under(policy, fault) for fault in faults if fault.rule not in policy.off]
    whole = reading.form == "envelope" and bool(record.visit)
    faults += check_record(record, edition, day=day, policy=policy, whole=whole)
    faults.sort(key=in_reading_order)
    code = record.visit_code or next((row["visit_code"] for row in _rows(record) if "visit_code" in row), "")
    return Checked(name, code, name_of(visit.edition) if visit.edition else None, faults, record=record)


def _rows(record: Record) -> Iterator[dict[str, str]]:
    for rows in record.tables.values():
        yield from rows


def _of_the_file(reading: Reading, data: bytes, day: date, first: date, policy: Policy) -> Iterator[Fault]:
    for id, rule in OF_THE_FILE.items():
        yield from _faults(FILE_RULES[id], rule(reading))
    yield from _faults(FILE_RULES["STR-019"], file_is_not_too_large(data, policy))
    signing = FILE_RULES["STR-011" if reading.form == "check_in" else "STR-010"]
    if signing.applies_on(first):
        yield from _faults(signing, signature_is_there(reading, policy))
    if reading.has_signature and reading.form != "table":
        yield from _broken_signature(reading, data, day)


def _first_day(reading: Reading, day: date) -> date:
    """The earliest discharge (arrival, for a check-in) in the file: the day that decides which rules on files hold."""
    texts = [visit.record.visit.get("discharged_at", "") for visit in reading.visits]
    texts += [row.get("arrived_at", "") for visit in reading.visits for row in visit.record.rows("check_in")]
    days = [found for text in texts if (found := parse_date(text[:8]))]
    return min(days, default=day)


def _broken_signature(reading: Reading, data: bytes, day: date) -> Iterator[Fault]:
    """A signature that is there must hold: SIG-001, and STR-012 for its algorithm and certificate."""
    made = parse_date(reading.envelope.made_on.strip()) if reading.envelope else None
    at = datetime.combine(min(made or day, day), time(12), VIETNAM)
    verdict = verify(data, at=at, apart=reading.apart)
    if verdict.outcome is not Outcome.FAILED:
        return
    rule = FILE_RULES["STR-012" if verdict.code.startswith(("CERTIFICATE-", "ALGORITHM")) else "SIG-001"]
    severity: Severity = "warning" if verdict.code in _DATED_BY_CALENDAR else "error"
    root = "GIAMDINHHS" if reading.form == "envelope" else "CHI_TIEU_TRANG_THAI_KCB"
    yield from _faults(rule, [(f"{root}.CHUKYDONVI", verdict.sentence_vi, verdict.code, severity)])


def _faults(rule: FileRule, places: Iterable[Place]) -> Iterator[Fault]:
    for path, sentence, value, severity in places:
        yield Fault(rule.id, path, None, severity or rule.severity, sentence, rule.source, value, rule.owner)


FEW = 5
"""Fields of a table told one by one; where more are alike, it is a habit of the exporter and told as one."""


def _gathered(remarks: list[Remark]) -> Iterator[Remark]:
    """The same habit of an exporter everywhere in a file is said once: parts inline or empty, no tags without value."""
    alike: dict[tuple[str, str, str], list[Remark]] = {}
    for remark in remarks:
        table = remark.path.partition(".")[0] if remark.rule != "STR-007" else ""
        if remark.rule in ("STR-007", "STR-013") and remark.severity == "warning" and not remark.value:
            alike.setdefault((remark.rule, table, remark.detail), []).append(remark)
        else:
            yield remark
    for (_, table, detail), found in alike.items():
        if len(found) <= (FEW if table else 1):
            yield from found
            continue
        names = [remark.path.partition(".")[2] if table else remark.path for remark in found]
        listed = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
        detail = f"{detail} Gặp ở {len(found)} {'chỉ tiêu' if table else 'phần'}: {listed}."
        yield replace(found[0], path=table or "GIAMDINHHS.NOIDUNGFILE", row=None, detail=detail, times=1)


def _from_remark(remark: Remark, edition: Edition) -> Fault:
    rule, table = FILE_RULES[remark.rule], edition.tables.get(remark.path.partition(".")[0])
    value = f" Đang ghi {quoted(remark.value)}." if remark.value and remark.value not in remark.detail else ""
    times = f" Gặp ở {remark.times} chỗ." if remark.times > 1 else ""
    sentence = f"{_placed(remark, table)}{value}{times}"
    row = None if table is not None and not table.repeats and remark.row == 1 else remark.row
    owner = _desk(remark, table) or rule.owner
    return Fault(rule.id, remark.path, row, remark.severity, sentence, rule.source, remark.value, owner)


def _desk(remark: Remark, table: Table | None) -> Owner | None:
    """Where the value is typed again that came with odd letters; None for what is not one value's matter."""
    field = table.by_official.get(remark.path.partition(".")[2]) if table is not None else None
    if table is None or field is None or not remark.rule.startswith("TEXT-"):
        return None
    return owner_of(table.official, *(table.known_as(field) or [field.official]))


def _placed(remark: Remark, table: Table | None) -> str:
    """What was seen, after the field or table it was seen in: a remark itself knows official names only."""
    if table is None or f"({table.official})" in remark.detail:
        return remark.detail
    field = table.by_official.get(remark.path.partition(".")[2])
    place = said_name(field) if field is not None else f"{table.title_vi} ({table.official})"
    return f"{place}: {in_sentence(remark.detail)}"


def as_json(results: list[Checked], *, advice: bool = False) -> dict[str, Any]:
    """One file for machines. Where it holds several visits every fault also says of which (``visit``).

    ``advice``: every fault also says what stands there, who usually mends it, how, and why it matters.
    """
    several = len(results) > 1
    faults = []
    for result in results:
        for fault in result.faults:
            facts: dict[str, Any] = {
                "rule": fault.rule,
                "path": fault.path,
                "row": fault.row,
                "severity": fault.severity,
                "message": fault.message,
                "source": fault.source,
            }
            if advice:
                facts |= {
                    "value": fault.value,
                    "owner": OWNERS[fault.owner],
                    "mend": fault.mend,
                    "why": why(fault.rule),
                }
            if several:
                facts["visit"] = result.visit_code
            faults.append(facts)
    return {
        "file": results[0].file,
        "edition": next((result.edition for result in results if result.edition), None),
        "faults": faults,
    }
