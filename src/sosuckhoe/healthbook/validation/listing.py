"""Every rule as a list: on records, on files and on shape, for people, machines and the reference pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from ..standard import Edition, decisions, edition_on
from ..standard.decision import IN_FORCE
from ..standard.editions import of_decisions
from .fault import SEVERITIES
from .mending import general_rules, how_to_mend, in_short
from .proofs import cases_of, proven
from .reasons import why
from .rule import RULES, Rule
from .rules.allowed import ALLOWED
from .rules.envelope import FILE_RULES
from .settling import rules_of, settled
from .shape import Shape, shape_of
from .shape_ids import OF_SHAPE

LEVELS = {**SEVERITIES, "none": "Được phép, không báo lỗi"}
Kind = Literal["record", "shape", "file", "allowed"]


@dataclass(frozen=True)
class Listed:
    """One permanent id and all that is said of it."""

    id: str
    kind: Kind
    """``record``: a function on values; ``shape``: follows from the tables; ``file``: on the envelope;
    ``allowed``: refuses nothing."""
    severity: str
    """``error`` or ``warning``; ``none`` for what is allowed."""
    since: date | None
    """The first day of discharge it applies to; None where the edition of the day decides."""
    until: date | None
    tables: tuple[str, ...]
    reads: tuple[str, ...]
    """Official paths, such as ``XML1.NGAY_RA``, or a table alone; ``@day`` and ``@policy`` as in ``rule``."""
    sentences: tuple[str, ...]
    """What people are told when it does not hold, in Vietnamese, ``{FIELD}`` where a value stands; one a variant."""
    statement: str
    """What must hold, in English."""
    source: str
    confidence: str
    owners: tuple[str, ...]
    """Keys of ``OWNERS``: who mends it; of a shape rule, whoever fills in the field."""
    mend: str
    proofs: int
    """How many records prove it."""

    @property
    def level(self) -> str:
        """The severity as people read it."""
        return LEVELS[self.severity]

    @property
    def sentence(self) -> str:
        """What is told, in one text."""
        return " ".join(self.told)

    @property
    def told(self) -> tuple[str, ...]:
        """One sentence a variant; one for all where they say nearly the same of many fields."""
        short = in_short().get(self.id)
        return (short,) if short else self.sentences

    @property
    def why(self) -> str:
        """What may come of it; empty where nothing is refused."""
        return "" if self.kind == "allowed" else why(self.id)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "id": self.id,
            "kind": self.kind,
            "severity": self.severity,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "tables": list(self.tables),
            "reads": list(self.reads),
            "sentence": self.sentence,
            "statement": self.statement,
            "source": self.source,
            "confidence": self.confidence,
            "owners": list(self.owners),
            "mend": self.mend,
            "why": self.why,
            "proofs": self.proofs,
        }


@of_decisions
@lru_cache(maxsize=1)
def listed_rules() -> tuple[Listed, ...]:
    """Every rule there is, whatever the day, in the order of the ids; under the names of the newest edition in force, or its
    own where it has no meaning there."""
    newest = edition_on(max(decision.in_force for decision in decisions() if decision.status == IN_FORCE))
    shapes = _shapes_by_id(newest)
    rules = [settled(newest, rule) or rule for rule in RULES]
    ids = sorted({rule.id for rule in RULES} | OF_SHAPE | FILE_RULES.keys() | ALLOWED.keys())
    return tuple(_listed(id, rules, shapes.get(id, ())) for id in ids)


def rules_on(day: date, *, expected: bool = False) -> tuple[Listed, ...]:
    """The rules that judge a visit that ended on ``day``, under the names that are official then.

    A rule whose field the edition of the day has no more, or not yet, is not among them. ``expected``: also count
    decisions that are announced only. Raises NoEdition.
    """
    edition = edition_on(day, expected=expected)
    shapes = _shapes_by_id(edition)
    rules = [rule for table in edition.tables for rule in rules_of(edition, table) if rule.applies_on(day)]
    others = [id for id, one in FILE_RULES.items() if one.since is None or one.since <= day]
    others += [
        id for id, one in ALLOWED.items() if one.since <= day and one.at.partition(".")[0] in edition.tables
    ]
    ids = sorted({*(rule.id for rule in rules), *shapes, *others})
    return tuple(_listed(id, rules, shapes.get(id, ())) for id in ids)


def listed_rule(id: str) -> Listed | None:
    """The rule with this id, or None."""
    return next((rule for rule in listed_rules() if rule.id == id), None)


def _listed(id: str, known: Iterable[Rule], shapes: Iterable[Shape]) -> Listed:
    rules = [rule for rule in known if rule.id == id]
    proofs = sum(1 for _ in cases_of(id)) if id in proven() else 0
    of_shape = tuple(shapes)
    if rules:
        return _of_records(id, rules, of_shape, proofs)
    if id in ALLOWED:
        one = ALLOWED[id]
        return Listed(
            id, "allowed", "none", one.since, None, (one.at.partition(".")[0],), one.reads, (one.sentence,), one.statement,
            one.source, one.confidence, (one.owner,), one.mend, proofs,
        )  # fmt: skip
    if id in FILE_RULES:
        rule = FILE_RULES[id]
        return Listed(
            id, "file", rule.severity, rule.since, None, (), (), _words_of_the_file(id), rule.statement, rule.source,
            rule.confidence, (rule.owner,), how_to_mend(id), proofs,
        )  # fmt: skip
    words = general_rules().get(id) or _words_of_the_rule(id)
    return Listed(
        id=id,
        kind="shape",
        severity="error",
        since=None,
        until=None,
        tables=_once(shape.table.official for shape in of_shape),
        reads=_once(shape.path for shape in of_shape),
        sentences=(words["sentence"],),
        statement=words["statement"],
        source=_source(id, of_shape) or "QĐ 130/QĐ-BYT",
        confidence=words.get("confidence") or "high",
        owners=_once(shape.owner for shape in of_shape),
        mend=how_to_mend(id),
        proofs=proofs,
    )


def _words_of_the_file(id: str) -> tuple[str, ...]:
    """What a rule on files says; one sentence a kind where it tells of several (``words_for``)."""
    kinds = [words["sentence"] for key, words in general_rules().items() if key.startswith(f"{id} ")]
    return tuple(kinds) or (general_rules()[id]["sentence"],)


def _source(id: str, shapes: tuple[Shape, ...]) -> str:
    """Where the tables ask for it, and where the lists come from that say what may stand there."""
    source = "; ".join(_once(shape.field.place for shape in shapes)[:3])
    for shape in _of_a_list(id, shapes):
        source = shape.list.cited_beside(source) if shape.list else source
    return source


def _of_a_list(id: str, shapes: Iterable[Shape]) -> list[Shape]:
    """The shapes that report under this id a code that is not in their list."""
    return [shape for shape in shapes if shape.list is not None and shape.code_rule == id]


def _words_of_the_rule(id: str) -> dict[str, str]:
    """What the functions under an id say, on a day on which only the shape of the field is asked for."""
    rule = next(rule for rule in RULES if rule.id == id)
    return {"sentence": rule.sentence, "statement": rule.statement}


def _of_records(id: str, rules: list[Rule], shapes: tuple[Shape, ...], proofs: int) -> Listed:
    since = [rule.since for rule in rules]
    until = [rule.until for rule in rules]
    sentences = [rule.sentence for rule in rules]
    if shapes:
        sentences += [general_rules()[id]["sentence"]] if id in general_rules() else []
    return Listed(
        id=id,
        kind="record",
        severity="error" if shapes or any(rule.severity == "error" for rule in rules) else "warning",
        since=None if shapes or None in since else min(day for day in since if day),
        until=None if shapes or None in until else max(day for day in until if day),
        tables=_once([*(rule.table for rule in rules), *(shape.table.official for shape in shapes)]),
        reads=_once([*(path for rule in rules for path in _paths(rule)), *(shape.path for shape in shapes)]),
        sentences=_once(sentences),
        statement=" ".join(_once(rule.statement for rule in rules)),
        source="; ".join(
            _once(
                [*(rule.source for rule in rules), *([_source(id, shapes)] if _of_a_list(id, shapes) else [])]
            )
        ),
        confidence=min((rule.confidence for rule in rules), key=("low", "medium", "high").index),
        owners=_once(rule.owner for rule in rules),
        mend=how_to_mend(id),
        proofs=proofs,
    )


def _paths(rule: Rule) -> list[str]:
    return [read if read.startswith(("@", "XML")) else f"{rule.table}.{read}" for read in rule.reads]


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


_PROBES = (
    None,
    "",
    "?",
    "x" * 5000,
    "9" * 300,
    "0.00001",
    "3.0",
    "-1",
    ";",
    " 1",
    "1 ; 2",
    "~",
    "99",
    "20260230",
    "NULL",
)
"""Values that are wrong in every way a shape can be: what ids they get says which ids guard a field."""


def _shapes_by_id(edition: Edition) -> dict[str, tuple[Shape, ...]]:
    """Which fields the shape rules guard, asked of the shape check itself."""
    found: dict[str, dict[str, Shape]] = {}
    for shape in _shapes(edition):
        for probe in _PROBES:
            flaw = shape.flaw(probe, None, edition.decisions[-1].in_force, True)
            if flaw is not None:
                found.setdefault(flaw.rule, {})[shape.path] = shape
    return {id: tuple(shapes.values()) for id, shapes in found.items()}


def _shapes(edition: Edition) -> Iterable[Shape]:
    for table in edition.tables.values():
        for field in table.fields:
            yield shape_of(edition, table, field)
