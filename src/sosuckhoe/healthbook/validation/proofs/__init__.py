"""Proofs (bằng chứng): for every rule a TOML file of records that must pass, must fail, and lie on the edge.

    [[fail]]
    name = "Ra viện một phút trước khi đến khám"
    XML1 = {NGAY_VAO = "202609010800", NGAY_RA = "202609010759"}

``[[edge]]`` says ``expect = "pass"`` or ``"fail"``, and ``rows = [2]`` which rows the faults must name. A table that repeats is an array: ``XML2 = [{…}, {…}]``.
``day`` is the day of checking, ``on`` the day that chooses the edition where the case has no NGAY_RA; ``policy`` holds
the hospital's choices, its ``catalogues`` as rows by list, its ``base_salaries`` by first day, ``check_ins`` as times by
visit. Proofs of what is allowed say in ``by`` which rule speaks beyond it. Rules on files give ``file``, the whole XML, instead of tables. A case is about its own rule
only: whatever else is wrong with so small a record does not matter.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

from ...record import Record
from ...standard import Edition, edition_on
from ..catalogues import Catalogues
from ..policy import Policy
from ..typed import parse_datetime

KINDS = ("pass", "fail", "edge")
ORDINARY_DAY = date(2026, 9, 15)
"""The day that chooses the edition where a case does not say."""
CHECKED_ON = date(2026, 11, 23)
"""The day of checking where a case does not say."""


@dataclass(frozen=True)
class Case:
    """One dated record, or file, and what its rule must say of it."""

    rule: str
    kind: str
    name: str
    passes: bool
    rows: list[int] | None
    """The rows that the faults name, where the case is about them."""
    day: date
    on: date
    policy: Policy
    tables: Mapping[str, Any]
    file: bytes | None
    by: str
    """The rule that speaks beyond a permission (``rules/allowed.py``); empty elsewhere."""

    @property
    def edition(self) -> Edition:
        visit = self.tables.get("XML1", {})
        visit = visit[0] if isinstance(visit, list) else visit
        text = str(visit.get("NGAY_RA", ""))
        if len(text) >= 8 and text[:8].isdigit():
            try:
                return edition_on(date(int(text[:4]), int(text[4:6]), int(text[6:8])))
            except ValueError:
                pass
        return edition_on(self.on)

    @property
    def record(self) -> Record:
        """The case's tables under English names. Raises KeyError where a name is not in the edition."""
        edition = self.edition
        tables = {}
        for name, rows in self.tables.items():
            table = edition.table(name)
            rows = [rows] if isinstance(rows, dict) else rows
            tables[table.english] = [
                {table.by_official[field].english: value for field, value in row.items()} for row in rows
            ]
        return Record.of(tables)


def proven() -> set[str]:
    """The ids that have a proof."""
    return {
        file.name.removesuffix(".toml")
        for file in files(__package__).iterdir()
        if file.name.endswith(".toml")
    }


def cases_of(rule: str) -> Iterator[Case]:
    """The cases of one rule's proof. Raises FileNotFoundError where it has none."""
    text = files(__package__).joinpath(f"{rule}.toml").read_text(encoding="utf-8")
    proof = tomllib.loads(text)
    for kind in KINDS:
        for facts in proof.get(kind, []):
            yield Case(
                rule=rule,
                kind=kind,
                name=facts["name"],
                passes=facts["expect"] == "pass" if kind == "edge" else kind == "pass",
                rows=facts.get("rows"),
                day=facts.get("day", CHECKED_ON),
                on=facts.get("on", ORDINARY_DAY),
                policy=_policy(facts.get("policy", {})),
                tables={name: rows for name, rows in facts.items() if name.startswith("XML")},
                file=facts["file"].encode() if "file" in facts else None,
                by=facts.get("by", ""),
            )


def _policy(facts: Mapping[str, Any]) -> Policy:
    catalogues = facts.get("catalogues")
    more: dict[str, Any] = {"catalogues": None if catalogues is None else Catalogues.of(catalogues)}
    if "base_salaries" in facts:
        salaries = facts["base_salaries"].items()
        more["base_salaries"] = tuple((date.fromisoformat(day), Decimal(amount)) for day, amount in salaries)
    if "check_ins" in facts:
        more["check_ins"] = {
            visit: tuple(map(parse_datetime, times)) for visit, times in facts["check_ins"].items()
        }
    return Policy(**{**facts, **more})
