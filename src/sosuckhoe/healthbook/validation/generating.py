"""The checker written out: one Python function for each edition, table and set of active rules.

One loop over the rows, one local for each column, every value read once, a rule whose body is a single ``return``
written inline. Nothing is decided here: rules stay in ``rules/``, shapes come from the tables. What is generated
can be read: ``print(validation.generated_source("XML2", edition))``.
"""

import itertools
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..record import Record
from ..standard import Edition, Field, Table
from .columns import Columns
from .fault import Fault
from .inlining import inlined
from .nesting import Guarded, nested
from .policy import Policy
from .rule import ROUNDING, Check, Rule, Wanted
from .shape import shape_of
from .site import Site
from .typed import Reader, day_reader, decimal_places, is_birth, reader_of

Report = Callable[..., Fault]
CheckTable = Callable[[Record, Columns, bool, date, date, Policy, Callable[[Fault], None]], None]
"""(record, columns, insured, code_day, day, policy, add): adds the faults of one table."""

INTERNAL = frozenset(
    {"record", "columns", "insured", "code_day", "day", "policy", "add", "rows", "row", "get", "number", "place", "last",
     "found", "wrong"}
)  # fmt: skip
"""Names the generated function uses for itself; no column is called so (tested for every edition)."""


@dataclass
class Generated:
    """A table's checker and how it reads."""

    source: str
    check: CheckTable = field(repr=False)


def applicable(edition: Edition, rule: Rule) -> bool:
    """Whether the edition has every table and field the rule reads."""
    for read in (*rule.reads, rule.at):
        if read.startswith("@"):
            continue
        name, dot, official = read.partition(".")
        table = name if dot or read.startswith("XML") else rule.table
        official = official if dot else ("" if read.startswith("XML") else read)
        if table not in edition.tables:
            return False
        if official and read != rule.at and official not in edition.tables[table].by_official:
            return False
    return rule.table in edition.tables


def generate(edition: Edition, table: Table, rules: Sequence[Rule]) -> Generated:
    """Write and compile the checker of one table. ``rules``: those of the table that are active and applicable."""
    return _Writer(edition, table, rules).generated()


@dataclass
class _Value:
    """A value a rule reads: the local that holds it, and the conditions under which it may be used."""

    local: str
    guards: tuple[str, ...] = ()
    of_row: bool = False
    """Whether it changes from row to row."""


class _Writer:
    def __init__(self, edition: Edition, table: Table, rules: Sequence[Rule]) -> None:
        self.edition, self.table, self.rules = edition, table, rules
        self.names: dict[str, Any] = {}
        self.top: dict[str, str] = {}
        """Locals computed before the loop, by name."""
        self.texts: set[str] = set()
        """Columns whose text is needed beside the value."""
        self.days: set[str] = set()
        """Columns whose day is needed beside the time."""

    def generated(self) -> Generated:
        once: list[tuple[Rule, list[_Value]]] = []
        each: list[tuple[Rule, list[_Value]]] = []
        for rule in self.rules:
            values = [self._value(read, want) for read, want in zip(rule.reads, rule.wants, strict=True)]
            (each if any(value.of_row for value in values) else once).append((rule, values))
        body = [line for item in self.table.fields for line in self._field(item)]
        place = "number" if self.table.repeats else "place"
        alone = [rule for rule, values in each if _of_one_text(rule)]
        body += self._rules_of_one_text(alone, place)
        body += nested([self._rule(rule, values, place) for rule, values in each if rule not in alone])
        lines = [f"def check_{self.table.english}(record, columns, insured, code_day, day, policy, add):"]
        lines += [f"    rows = record.rows({self.table.english!r})", "    if not rows:", "        return"]
        lines += [f"    {name} = {expression}" for name, expression in self.top.items()]
        if "STT" in self.table.by_official and self.table.repeats:
            lines.append("    last = None")
        lines += ["    for number, row in enumerate(rows, 1):", "        get = row.get"]
        if not self.table.repeats:
            lines.append("        place = number if len(rows) > 1 else None")
        lines += [f"        {line}" for line in body]
        lines += nested([self._rule(rule, values, "None") for rule, values in once], "    ")
        source = "\n".join(lines) + "\n"
        name = f"<check {self.table.official} {self.edition.id} {next(_numbers)}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), self.names)  # noqa: S102  written by us from our own tables and rules
        return Generated(source, self.names[f"check_{self.table.english}"])

    # Columns and their shape

    def _field(self, item: Field) -> list[str]:
        """The lines that read one field of a row and report its shape."""
        local, reader = item.english, reader_of(item)
        assert local not in INTERNAL, f"{self.table.official}.{item.official} needs another English name"
        shape = shape_of(self.edition, self.table, item)
        place = "number" if self.table.repeats else "place"
        flaw = f"found = {self._bind(f'{local}_flaw', shape.flaw)}({{}}, {place}, code_day, insured)"
        report = ["    if found is not None:", "        add(found)"]
        if reader is None:
            lines = [f"{local} = get({local!r})"]
            if shape.always and item.max_length:
                wrong = f"if not {local} or len({local}) > {item.max_length}:"
            elif shape.always:
                wrong = f"if not {local}:"
            elif item.max_length:
                wrong = f"if {local} is not None and len({local}) > {item.max_length}:"
            else:
                return lines
            return [*lines, wrong, f"    {flaw.format(local)}", *report]
        read = self._bind(_reader_name(item), reader)
        text = f"{local}_text"
        if shape.list is not None:
            codes = f"{local}_codes"
            self.top[codes] = f"{self._bind(f'{local}_codes_on', shape.codes_on)}(code_day)"
            lines = [f"{local} = {text} = get({local!r})"]
            wrong = (
                f"{local} not in {codes}"
                if shape.always
                else f"{local} is not None and {local} not in {codes}"
            )
            lines += [
                f"if {wrong}:",
                f"    {flaw.format(text)}",
                "    if found is not None:",
                f"        {local} = None",
            ]
            return [*lines, "        add(found)"]
        if item.kind == "integer" and item.official == "STT":
            return self._sequence(local, read, flaw, report)
        lines = [f"{text} = get({local!r})", f"{local} = {read}[{text}]"]
        wrong = f"{local} is None" if shape.always else f"{local} is None and {text} is not None"
        if item.kind == "codes":
            more = f'" " in {text}' + (f" or len({text}) > {item.max_length}" if item.max_length else "")
            wrong = f"{wrong} or {text} is not None and ({more})"
        elif item.kind.endswith("_list") and item.max_length:
            wrong = f"{wrong} or {text} is not None and len({text}) > {item.max_length}"
        lines += [f"if {wrong}:", f"    {flaw.format(text)}", *report]
        if local in self.days:
            lines.append(f"{local}_day = {self._bind('days', day_reader(item))}[{text}]")
        return lines

    def _sequence(self, local: str, read: str, flaw: str, report: list[str]) -> list[str]:
        """STT: a whole number of at least 1 that rises by 1 from row to row (FMT-009)."""
        text = f"{local}_text"
        lines = [f"{text} = get({local!r})", f"{local} = {read}[{text}]"]
        lines += [f"if {local} is None:", f"    {flaw.format(text)}", *report]
        broken = self._bind("broken_sequence", Site.sequence(self.table))
        if not self.table.repeats:
            return [*lines, f"elif {local} < 1:", f"    add({broken}({text}, None, None))"]
        lines += [f"elif {local} < 1 or last is not None and {local} != last + 1:"]
        return [*lines, f"    add({broken}({text}, number, last))", f"last = {local} or None"]

    # Rules

    def _rule(self, rule: Rule, values: list[_Value], place: str) -> Guarded:
        """The lines that try one rule, and the conditions under which it may be tried."""
        report = self._bind(rule.id.lower().replace("-", "_"), Site(self.edition, rule).fault)
        guards = frozenset(guard for value in values for guard in value.guards)
        names = [value.local for value in values]
        row = "row" if any(value.of_row for value in values) else "None"
        said = inlined(rule.check, names, self._bind)
        if said is None or rule.names_rows or rule.names_members:
            said = f"{self._bind(rule.check.__name__, rule.check)}({', '.join(names)})"
        if rule.names_rows:
            return Guarded(
                guards, (f"for number in {said}:", f"    add({report}(record, number, None, day))")
            )
        if rule.names_members:
            return Guarded(
                guards, (f"for wrong in {said}:", f"    add({report}(record, {place}, {row}, day, wrong))")
            )
        if rule.measures:
            test = f"if not -{self._bind('ROUNDING', ROUNDING)} < wrong < ROUNDING:"
            add = f"    add({report}(record, {place}, {row}, day, wrong))"
            return Guarded(guards, (f"wrong = {said}", test, add))
        return Guarded(guards, (f"if not ({said}):", f"    add({report}(record, {place}, {row}, day))"))

    def _rules_of_one_text(self, rules: list[Rule], place: str) -> list[str]:
        """Rules that read one text only: what they say of a text is remembered, one look for all of a field."""
        lines = []
        for read in dict.fromkeys(rule.reads[0] for rule in rules):
            item = self.table.by_official[read]
            found = [rule for rule in rules if rule.reads[0] == read]
            local = item.english
            text = f"{local}_text" if reader_of(item) is not None else local
            tries = [(rule.check, _reads_members(rule), Site(self.edition, rule).fault) for rule in found]
            wrong = self._bind(f"{local}_wrong", _remembered(item, tries))
            lines += [
                f"if {local if item.kind == 'code' else text} is not None:",
                f"    for wrong in {wrong}[{text}]:  # {', '.join(rule.id for rule in found)}",
                f"        add(wrong(record, {place}, row, day))",
            ]
        return lines

    def _value(self, read: str, want: Wanted) -> _Value:
        if read.startswith("@"):
            return _Value(read[1:])
        name, dot, official = read.partition(".")
        if not dot and read.startswith("XML"):
            table = self.edition.tables[read]
            self.top[f"{table.english}_count"] = f"columns.count({table.english!r})"
            return _Value(f"{table.english}_count", (f"{table.english}_count is not None",))
        if not dot:
            return self._own(self.table.by_official[read], want)
        table = self.edition.tables[name]
        item = table.by_official[official]
        return self._column(table, item, want) if table.repeats else self._other(table, item, want)

    def _own(self, item: Field, want: Wanted) -> _Value:
        local, as_text, as_day = _form(item, want)
        text = f"{item.english}_text" if reader_of(item) is not None else item.english
        if as_text:
            return _Value(text, () if want.optional else (f"{text} is not None",), of_row=True)
        if as_day:
            self.days.add(item.english)
        if not want.optional:
            return _Value(local, (f"{local} is not None",), of_row=True)
        if text == local:
            return _Value(local, (), of_row=True)
        return _Value(local, (f"({local} is not None or {text} is None)",), of_row=True)

    def _other(self, table: Table, item: Field, want: Wanted) -> _Value:
        """A value of a table that occurs once, read before the loop."""
        local, as_text, as_day = _form(item, want)
        name = f"{table.english}_{local}" + ("_text" if as_text and reader_of(item) is not None else "")
        text = f"{table.english}_{item.english}_text"
        reader = day_reader(item) if as_day else reader_of(item)
        get = f"record.first({table.english!r}).get({item.english!r})"
        if as_text or reader is None:
            self.top[name] = get
            known = f"columns.has({table.english!r})"
            return _Value(name, (known if want.optional else f"{name} is not None",))
        self.top[text] = get
        self.top[name] = f"{self._bind('days' if as_day else _reader_name(item), reader)}[{text}]"
        if want.optional:
            known = f"columns.has({table.english!r})"
            return _Value(name, (known, f"({name} is not None or {text} is None)"))
        return _Value(name, (f"{name} is not None",))

    def _column(self, table: Table, item: Field, want: Wanted) -> _Value:
        local, as_text, as_day = _form(item, Wanted("value", want.inner, want.optional))
        reader = None if as_text else (day_reader(item) if as_day else reader_of(item))
        bound = "None" if reader is None else self._bind("days" if as_day else _reader_name(item), reader)
        name = f"{table.english}_{local}_{'set' if want.shape == 'set' else 'column'}"
        name += ("_texts" if as_text and reader_of(item) is not None else "") + (
            "_or_none" if want.optional else ""
        )
        key = f"{table.english}_{local}" + ("_text" if as_text else "")
        arguments = f"{key!r}, {table.english!r}, {item.english!r}, {bound}, {want.optional}"
        self.top[name] = f"columns.get({arguments}, {'set' if want.shape == 'set' else 'list'})"
        return _Value(name, (f"{name} is not None",))

    def _bind(self, name: str, value: Any) -> str:
        """A name of the generated module for an object, made unique when the name is taken by another."""
        bound, counter = name, 2
        while bound in INTERNAL or (bound in self.names and self.names[bound] is not value):
            if bound in self.names and self.names[bound] == value and callable(value):
                break
            bound, counter = f"{name}_{counter}", counter + 1
        self.names[bound] = value
        return bound


_numbers = itertools.count(1)


def _of_one_text(rule: Rule) -> bool:
    """Whether a rule reads nothing but one text, or one list of texts, of its row."""
    if len(rule.reads) != 1 or rule.names_rows or rule.names_members or rule.measures:
        return False
    want = rule.wants[0]
    own = "." not in rule.reads[0] and not rule.reads[0].startswith(("@", "XML"))
    return own and not want.optional and want.inner is str and want.shape in ("value", "list")


def _reads_members(rule: Rule) -> bool:
    return rule.wants[0].shape == "list"


def _remembered(item: Field, tries: Sequence[tuple[Check, bool, Report]]) -> Reader:
    """From a text to the reports of the rules it breaks, mostly none."""
    reader = reader_of(item)

    def broken(text: str) -> tuple[Report, ...]:
        members = reader[text] if reader is not None else None
        return tuple(
            report
            for check, of_members, report in tries
            if not (of_members and members is None) and not check(members if of_members else text)
        )

    return Reader(broken)


def _form(item: Field, want: Wanted) -> tuple[str, bool, bool]:
    """(local, as text, as day): which form of a field's value is wanted."""
    if want.shape == "value" and want.inner is str and item.kind != "code":
        return item.english, True, False
    if want.inner is date and item.kind in ("datetime12", "date8_or_datetime12"):
        return f"{item.english}_day", False, True
    return item.english, False, False


_PLURALS = {"decimal": "decimals", "integer": "integers", "code": "codes", "codes": "code_lists", "datetime12": "times",
            "date8": "dates", "date8_or_datetime12": "dates_or_times", "date8_list": "date_lists",
            "datetime12_list": "time_lists", "integer_list": "integer_lists"}  # fmt: skip


def _reader_name(item: Field) -> str:
    """``decimals_15_2``: decimals of at most 15 characters with at most 2 places."""
    if is_birth(item):
        return "births"
    facts = [_PLURALS[item.kind]]
    if item.kind in ("decimal", "integer", "code") and item.max_length:
        facts.append(str(item.max_length))
    if (places := decimal_places(item)) is not None:
        facts.append(str(places))
    return "_".join(facts)
