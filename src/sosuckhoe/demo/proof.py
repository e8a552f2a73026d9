"""The reconciliation (đối chiếu): what the hospital believes beside what the other side's own books say."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .his_export import ExportedFile

_SIGNED = frozenset({"SIGNED", "SENDING", "RECEIVED", "ACCEPTED", "FINDINGS", "REFUSED", "UNKNOWN"})
_RECEIVED = frozenset({"RECEIVED", "ACCEPTED", "FINDINGS"})
_NO_BOOK = "no identification"
"""The simulator's word for a visit whose owner nobody can tell."""


@dataclass(frozen=True, slots=True)
class TakenFile:
    """What the hospital's door did with a file."""

    name: str
    outcome: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Where a closed visit stands in the hospital's ledger."""

    visit_code: str
    state: str
    problem: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    """Rule and sentence of what holds it back."""
    sent_sha256: str = ""
    transaction: str = ""


@dataclass(frozen=True, slots=True)
class Reception:
    """What the hospital says of its reception, and the portal's calls beside it."""

    looked_up: Sequence[str] = ()
    """The code of each card looked up, by the hospital."""
    look_up_calls: Sequence[str] = ()
    """The same by the portal's own book."""
    check_ins: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By visit code: state and transaction number, by the hospital."""


@dataclass
class Proof:
    """The counts, what was held back or refused and why, and whatever does not agree."""

    files: int = 0
    repeats: int = 0
    refused: list[TakenFile] = field(default_factory=list)
    closed: int = 0
    held: list[LedgerLine] = field(default_factory=list)
    signed: int = 0
    received: int = 0
    shown: int = 0
    no_book: list[str] = field(default_factory=list)
    """Visit codes without identification: received, and owed to nobody's book yet."""
    cards: int = 0
    """Cards looked up."""
    check_ins: int = 0
    """Check-ins the portal received; they are no records and count in none of the numbers above."""
    disagreements: list[str] = field(default_factory=list)

    @property
    def adds_up(self) -> bool:
        return not self.disagreements

    def as_json(self) -> dict[str, Any]:
        return {
            "files": self.files,
            "repeats": self.repeats,
            "refused": {file.name: file.code for file in self.refused},
            "closed": self.closed,
            "held": {line.visit_code: [rule for rule, _ in line.faults] for line in self.held},
            "signed": self.signed,
            "received": self.received,
            "shown": self.shown,
            "no_book": self.no_book,
            "cards": self.cards,
            "check_ins": self.check_ins,
            "disagreements": self.disagreements,
            "adds_up": self.adds_up,
        }


def prove(
    *,
    exported: Sequence[ExportedFile],
    taken: Sequence[TakenFile],
    ledger: Sequence[LedgerLine],
    received: Sequence[Mapping[str, Any]],
    books: Mapping[str, Sequence[Mapping[str, Any]]],
    sent: Path,
    reception: Reception | None = None,
) -> Proof:
    """Compare file by file and visit by visit. Every sentence of disagreement names what it is about."""
    proof = Proof(files=len(taken), repeats=sum(file.outcome == "repeat" for file in taken))
    proof.refused = [file for file in taken if file.outcome not in ("taken", "repeat")]
    proof.closed = len(ledger)
    proof.held = [line for line in ledger if line.state == "HELD"]
    signed = {line.visit_code: line for line in ledger if line.state in _SIGNED}
    proof.signed = len(signed)
    reception = reception or Reception()
    portal = {row["visit_code"]: row for row in received if row["kind"] == "record"}
    told = {row["visit_code"]: row for row in received if row["kind"] == "check_in"}
    proof.cards, proof.check_ins = len(reception.looked_up), len(told)
    proof.received = len(portal)
    shown = {entry["visit_code"]: entry for entries in books.values() for entry in entries}
    proof.shown = len(shown)
    proof.no_book = sorted(code for code, row in portal.items() if row["not_published"] == _NO_BOOK)
    proof.disagreements = [
        *_files_disagree(exported, taken),
        *_ledger_disagrees(ledger, proof),
        *_portal_disagrees(signed, portal),
        *_books_disagree(portal, shown, books, proof.no_book),
        *_sent_disagrees(signed, sent),
        *_reception_disagrees(reception, told),
    ]
    return proof


def _files_disagree(exported: Sequence[ExportedFile], taken: Sequence[TakenFile]) -> Iterator[str]:
    wanted = {"clean": "taken", "held": "taken", "repeat": "repeat", "refused": "refused"}
    found = {file.name: file for file in taken}
    for file in exported:
        got = found.get(file.name)
        if got is None:
            yield f"{file.name}: không được đọc"
        elif got.outcome != wanted[file.expected]:
            yield f"{file.name}: phải là {wanted[file.expected]}, bệnh viện ghi {got.outcome} ({got.code})"
        elif file.expected == "refused" and got.code != file.rule:
            yield f"{file.name}: phải bị từ chối vì {file.rule}, bệnh viện ghi {got.code}"
        elif file.expected in ("clean", "held") and (got.code == "TAKEN-HELD") != (file.expected == "held"):
            yield f"{file.name}: {file.says or 'hồ sơ đúng'} nhưng bệnh viện ghi {got.code}"


def _ledger_disagrees(ledger: Sequence[LedgerLine], proof: Proof) -> Iterator[str]:
    for code, count in Counter(line.visit_code for line in ledger).items():
        if count > 1:
            yield f"{code}: có {count} đợt khám cùng mã"
    entered = proof.files - proof.repeats - len(proof.refused)
    if proof.closed != entered:
        yield f"{entered} tệp được nhận nhưng có {proof.closed} đợt khám"
    for line in ledger:
        if line.state not in _RECEIVED | {"HELD"}:
            yield f"{line.visit_code}: còn ở trạng thái {line.state} {line.problem}".strip()
        if line.state == "HELD" and not line.faults:
            yield f"{line.visit_code}: tạm giữ mà không có lý do"


def _portal_disagrees(
    signed: Mapping[str, LedgerLine], portal: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    for code in sorted(signed.keys() - portal.keys()):
        yield f"{code}: bệnh viện đã ký, cổng không có"
    for code in sorted(portal.keys() - signed.keys()):
        yield f"{code}: cổng có, bệnh viện chưa ký"
    for code in sorted(signed.keys() & portal.keys()):
        ours, theirs = signed[code], portal[code]
        if ours.sent_sha256 != theirs["sha256"]:
            yield f"{code}: nội dung ở cổng khác tệp đã ký"
        if ours.transaction != theirs["transaction"]:
            yield f"{code}: mã giao dịch của bệnh viện khác của cổng"
        if theirs["version"] != 1:
            yield f"{code}: cổng nhận {theirs['version']} lần"


def _books_disagree(
    portal: Mapping[str, Mapping[str, Any]],
    shown: Mapping[str, Mapping[str, Any]],
    books: Mapping[str, Sequence[Mapping[str, Any]]],
    no_book: Sequence[str],
) -> Iterator[str]:
    entries = sum(len(found) for found in books.values())
    if entries != len(shown):
        yield f"sổ có {entries} mục cho {len(shown)} đợt khám"
    for code in sorted(portal.keys() - shown.keys() - set(no_book)):
        yield f"{code}: cổng đã nhận, sổ chưa hiện ({portal[code]['not_published'] or 'chưa công bố'})"
    for code in sorted(shown.keys() - portal.keys()):
        yield f"{code}: sổ có, cổng không có"
    for code in sorted(shown.keys() & portal.keys()):
        if shown[code]["sha256"] != portal[code]["sha256"]:
            yield f"{code}: sổ hiện bản khác bản cổng nhận"


def _sent_disagrees(signed: Mapping[str, LedgerLine], sent: Path) -> Iterator[str]:
    files = {path.stem: path for path in sent.glob("*.xml")}
    for code in sorted(signed.keys() ^ files.keys()):
        yield f"{code}: tệp đã gửi và sổ theo dõi không khớp"
    for code in sorted(signed.keys() & files.keys()):
        if hashlib.sha256(files[code].read_bytes()).hexdigest() != signed[code].sent_sha256:
            yield f"{code}: tệp trong thư mục sent khác tệp đã ký"


def _reception_disagrees(reception: Reception, told: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if sorted(reception.looked_up) != sorted(reception.look_up_calls):
        yield "thẻ đã tra: mã kết quả ở bệnh viện khác sổ của cổng"
    for code in sorted(reception.check_ins.keys() | told.keys()):
        state, number = reception.check_ins.get(code, ("không có", ""))
        if state not in _RECEIVED:
            yield f"{code}: báo vào khám còn ở trạng thái {state}"
        elif code not in told or told[code]["transaction"] != number:
            yield f"{code}: báo vào khám ở bệnh viện khác sổ của cổng"
        elif told[code]["version"] != 1:
            yield f"{code}: cổng nhận báo vào khám {told[code]['version']} lần"
