"""A rule at its place in an edition: turns "not so" into a Fault with values in its sentence. Slow, and rarely needed."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

from ..document.doubtful import said_of
from ..document.letters import odd_in
from ..record import Record, Row
from ..standard import Edition, Table
from .fault import Fault
from .rule import COUNT, ONE_DONG, Rule
from .typed import reader_of
from .wording import DONG, meaning, name_of, quoted, said, said_in, with_meaning

_PLACE = re.compile(r"\{([@A-Z0-9_.a-z]+)\}")


class Site:
    """Where a rule's fault is reported in one edition."""

    def __init__(self, edition: Edition, rule: Rule) -> None:
        self.edition, self.rule = edition, rule

    def fault(
        self,
        record: Record,
        number: int | None,
        row: Row | None,
        day: date,
        wrong: str | Decimal | None = None,
    ) -> Fault:
        """``wrong``: the member at fault where the rule names members, the difference where it measures."""
        rule, severity, more = self.rule, self.rule.severity, ""
        if isinstance(wrong, Decimal):
            right = self._right(record, number, row, wrong)
            off, wrong = abs(wrong), None
            more = f" Tính lại được {said(right, None)} {DONG}, lệch" if right is not None else " Lệch"
            more += f" {said(off, None)} {DONG}."
            if off < ONE_DONG:
                severity, more = "warning", f"{more[:-1]}; có thể do làm tròn."
        place = rule.at.partition(".")[2]
        return Fault(
            rule.id,
            rule.at,
            number,
            severity,
            self._sentence(record, number, row, day, wrong) + more,
            rule.source,
            wrong or (self._text(record, number, row, rule.at) if place else ""),
            rule.owner,
        )

    def _right(self, record: Record, number: int | None, row: Row | None, off: Decimal) -> Decimal | None:
        """What the arithmetic gives: what stands there and by how much it is off. None where nothing can be read."""
        name, _, official = self.rule.at.partition(".")
        reader = reader_of(self.edition.tables[name].by_official[official])
        stands = reader[self._text(record, number, row, self.rule.at) or None] if reader is not None else None
        return stands + off if isinstance(stands, Decimal) else None

    def _sentence(
        self, record: Record, number: int | None, row: Row | None, day: date, wrong: str | None
    ) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name == "@day":
                return f"{day:%d/%m/%Y}"
            if name == "@odd":
                return said_of(odd_in(self._text(record, number, row, self.rule.at)))
            if name == "@wrong":
                return quoted(wrong or "")
            counted, name = name.startswith(COUNT), name.removeprefix(COUNT)
            path = name if "." in name else f"{self.rule.table}.{name}"
            if counted:
                text = self._text(record, number, row, path)
                return str(text.count(";") + 1 if text else 0)
            return self._said(record, number, row, path)

        return _PLACE.sub(value, self.rule.sentence)

    def _row(self, record: Record, number: int | None, row: Row | None, table: Table) -> Row | None:
        """The row a path means: the one at hand, the numbered one, the only one; None where a whole column is meant."""
        if row is not None and table.official == self.rule.table:
            return row
        if not table.repeats:
            return record.first(table.english)
        if number is not None and self.rule.names_rows and table.official == self.rule.at.partition(".")[0]:
            rows = record.rows(table.english)
            return rows[number - 1] if number <= len(rows) else {}
        return None

    def _said(self, record: Record, number: int | None, row: Row | None, path: str) -> str:
        name, _, official = path.partition(".")
        table = self.edition.tables[name]
        field = table.by_official[official]
        reader = reader_of(field)
        chosen = self._row(record, number, row, table)
        if chosen is not None:
            text = chosen.get(field.english)
            name = meaning(self.edition, field, text, record.discharge_day()) if text else ""
            shown = said_in(field, reader[text] if reader is not None else None, text)
            return with_meaning(shown, name)
        if field.kind == "decimal" and reader is not None:
            amounts = (reader[row.get(field.english)] for row in record.rows(table.english))
            return said_in(field, sum((amount for amount in amounts if amount is not None), Decimal()), None)
        members = dict.fromkeys(row.get(field.english, "") for row in record.rows(table.english))
        return "; ".join(quoted(member) for member in members if member) or "(trống)"

    def _text(self, record: Record, number: int | None, row: Row | None, path: str) -> str:
        name, _, official = path.partition(".")
        table = self.edition.tables[name]
        field = table.by_official.get(official)
        chosen = self._row(record, number, row, table)
        return chosen.get(field.english, "") if chosen is not None and field is not None else ""

    @staticmethod
    def sequence(table: Table) -> Callable[[str, int | None, int | None], Fault]:
        """Reports a row number (STT) that is below 1 or does not follow the one before (FMT-009)."""
        return partial(_broken_sequence, table)


def _broken_sequence(table: Table, text: str, number: int | None, last: int | None) -> Fault:
    field = table.by_english["row_number"]
    need = "bắt đầu từ 1" if last is None else f"dòng trước là {last}, dòng này phải là {last + 1}"
    message = f"{name_of(field)} đang ghi {quoted(text)}; {need}."
    return Fault(
        "FMT-009", f"{table.official}.{field.official}", number, "error", message, field.place, text, "it"
    )
