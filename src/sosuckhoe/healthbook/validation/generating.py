"""The checker written out: one Python function for each edition, table and set of active rules.

First every field is read and judged by itself (``judging``): whole columns where a table repeats, one row where it
does not. Then come the rules on single values of few kinds, then one loop over the rows with a local for each value
that rules compare, then the rules on whole columns. A rule whose body is a single ``return`` is written inline.
Nothing is decided here: rules stay in ``rules/``, shapes come from the tables. What is generated can be read:
``print(validation.generated_source("XML2", edition))``.
"""

import itertools
import linecache
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..record import Record, Row
from ..standard import Edition, Field, Table
from ..standard.field_changes import RESERVED
from .columns import Columns
from .fault import Fault
from .inlining import inlined
from .judging import Doubtful, Judge, TableJudge, Trial, broken_sequence
from .naming import TIMES, column_name, form_of, key_of, reader_name
from .nesting import Guarded, excuses, nested, nothing_or
from .policy import Policy
from .rule import ROUNDING, Rule, Wanted
from .site import Site
from .typed import NOTHING_IN_TEXT, day_reader, reader_of

CheckTable = Callable[[Record, Columns, bool, date, date, Policy, Callable[[Fault], None]], None]
"""(record, columns, insured, code_day, day, policy, add): adds the faults of one table."""

INTERNAL = RESERVED
"""Names the generated function uses for itself; no column is called so (tested for every edition)."""


@dataclass
class Generated:
    """A table's checker and how it reads."""

    source: str
    check: CheckTable = field(repr=False)


def generate(
    edition: Edition, table: Table, rules: Sequence[Rule], shared: Collection[str] = ()
) -> Generated:
    """Write and compile the checker of one table. ``rules``: those of the table that are active, settled in the edition.
    ``shared``: the keys of columns that are worth keeping, because rules read them whole."""
    return _Writer(edition, table, rules, shared).generated()


@dataclass
class _Value:
    """A value a rule reads: the local that holds it, and the conditions under which it may be used."""

    local: str
    guards: tuple[str, ...] = ()
    field: Field | None = None
    """The field of its own row, where it changes from row to row."""


@dataclass
class _Tried:
    """A rule with the values it reads."""

    rule: Rule
    values: list[_Value]

    @property
    def own(self) -> list[_Value]:
        """The values that change from row to row, each once."""
        return list({value.local: value for value in self.values if value.field}.values())


class _Writer:
    def __init__(
        self, edition: Edition, table: Table, rules: Sequence[Rule], shared: Collection[str]
    ) -> None:
        self.edition, self.table, self.shared = edition, table, shared
        self.rows = f"record.rows({table.english!r})"
        """Asked for only where something is wrong: a table that came as columns may stay so."""
        self.names: dict[str, Any] = {"Doubtful": Doubtful, "count": itertools.count}
        self.top: dict[str, str] = {}
        """Locals computed once, by name."""
        self.used: dict[str, str] = {}
        """Locals of a row that rules compare, with the column each comes from."""
        trials = [(rule, trial) for rule in rules if (trial := _trial(table, rule))]
        self.judges = {
            item.english: Judge(
                edition, table, item, [trial for rule, trial in trials if rule.reads[0] == item.official]
            )
            for item in table.fields
        }
        self.judge = TableJudge(list(self.judges.values()))
        alone = {id(rule) for rule, _ in trials}
        self.tried = [
            _Tried(rule, [self._value(read, want) for read, want in zip(rule.reads, rule.wants, strict=True)])
            for rule in rules
            if id(rule) not in alone
        ]

    def generated(self) -> Generated:
        once = [one for one in self.tried if not one.own]
        each = [one for one in self.tried if one.own]
        few = [one for one in each if self.table.repeats and _of_few_kinds(one)]
        each = [one for one in each if one not in few]
        lines = [f"def check_{self.table.english}(record, columns, insured, code_day, day, policy, add):"]
        lines += [f"    size = record.count({self.table.english!r})", "    if not size:", "        return"]
        lines += ["    facts = record, insured, code_day, day, add"]
        closed = [f"{name}_plain" for name, judge in self.judges.items() if judge.is_closed]
        if closed:
            lines.append(f"    {_comma(closed)} = {self._judge()}.closed_on(code_day)")
        rest = [f"    {line}" for line in (self._row_by_row(each) if not self.table.repeats else [])]
        if self.table.repeats:
            looped = [self._rule(one.rule, one.values, "number", f"{self.rows}[number - 1]") for one in each]
            rest = [f"    {line}" for line in [*self._few(few), *self._loop(looped)]]
            lines += [f"    {line}" for line in self._columns()]
        lines += [f"    {name} = {expression}" for name, expression in self.top.items()]
        lines += rest
        lines += nested([self._rule(one.rule, one.values, "None", "None") for one in once], "    ")
        source = "\n".join(lines) + "\n"
        name = f"<check {self.table.official} {self.edition.id} {next(_numbers)}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), self.names)  # noqa: S102  written by us from our own tables and rules
        return Generated(source, self.names[f"check_{self.table.english}"])

    def _judge(self) -> str:
        return self._bind("judge", self.judge)

    # A table that repeats: column by column

    def _columns(self) -> list[str]:
        """The lines that read and judge every column."""
        names = [item.english for item in self.table.fields]
        columns = f"record.columns({self.table.english!r}, {self._bind('FIELDS', tuple(names))})"
        lines = [f"{_comma([f'{name}_texts' for name in names])} = {columns}", "absent = (None,) * size"]
        for judge in self.judges.values():
            lines += self._column_of(judge)
        return lines

    def _column_of(self, judge: Judge) -> list[str]:
        item, name = judge.field, judge.field.english
        column, texts = f"{name}_column", f"{name}_texts"
        slow = f"{self._bind(f'{name}_judge', judge)}.column({self.rows}, *facts)"
        needed = judge.is_closed or reader_of(item) is not None
        lines = []
        if judge.is_text:
            said = f"not {self._bind('nothing', NOTHING_IN_TEXT)}.isdisjoint({texts})"
            if judge.shape.always:
                longer = f" or max(map(len, {texts})) > {item.max_length}" if item.max_length else ""
                lines = [f"if not all({texts}){longer} or {said}:", f"    {slow}"]
            else:
                longest = f"max(map(len, filter(None, {texts})), default=0) > {item.max_length} or "
                lines = [
                    f"if {texts} != absent and ({longest if item.max_length else ''}{said}):",
                    f"    {slow}",
                ]
        else:
            plain = f"{name}_plain" if judge.is_closed else self._bind(f"{name}_plain", judge.plain())
            result = column if needed else "_"
            lines = ["try:", f"    {result} = {plain}.column({texts})"]
            kept = self._kept(item)
            slowly = [f"{result} = {slow}"]
            days = f"{name}_day" in self.used or f"{name}_days" in kept.values()
            if days:
                lines.append(f"    {name}_days = [one and one.date() for one in {column}]")
                slowly.append(
                    f"{name}_days = [*map({self._bind('days', day_reader(item))}.__getitem__, {texts})]"
                )
            lines += [f"    columns.kept[{key!r}] = {values}, {texts}" for key, values in kept.items()]
            lines += ["except Doubtful:", *(f"    {line}" for line in slowly)]
            if not judge.shape.always:
                lines = [f"if {texts} == absent:",
                         *([f"    {column} = absent"] if needed else []),
                         *([f"    {name}_days = absent"] if days else []),
                         *(f"    columns.kept[{key!r}] = absent, absent" for key in kept),
                         *(["    pass"] if not needed and not kept else []),
                         "else:", *(f"    {line}" for line in lines)]  # fmt: skip
        if judge.is_text:
            lines += [f"columns.kept[{key!r}] = {texts}, {texts}" for key in self._kept(item)]
        if item is self.table.numbering:
            broken = self._bind("broken_sequence", broken_sequence)
            lines += [f"if {column} != [*range(1, size + 1)]:",
                      f"    {broken}({self._bind('TABLE', self.table)}, {self.rows}, None, add)"]  # fmt: skip
        return lines

    def _kept(self, item: Field) -> dict[str, str]:
        """The keys of ``Columns`` under which rules look for a column, with the local that holds it."""
        key, name = f"{self.table.english}_{item.english}", item.english
        forms = {key: f"{name}_column" if reader_of(item) is not None else f"{name}_texts"}
        if item.kind != "code":
            forms[f"{key}_text"] = f"{name}_texts"
        if item.kind in TIMES:
            forms[f"{key}_day"] = f"{name}_days"
        return {key: local for key, local in forms.items() if key in self.shared}

    def _loop(self, blocks: list[Guarded]) -> list[str]:
        """One loop over the rows for the rules that compare their values."""
        if not blocks:
            return []
        columns = ["count(1)", *self.used.values()]
        return [
            f"for {', '.join(['number', *self.used])} in zip(",
            *(f"    {column}," for column in columns),
            "):",
            *nested(blocks, "    "),
        ]

    def _few(self, rules: list[_Tried]) -> list[str]:
        """Rules that compare one text or code of a row with values of the visit: each kind of text once."""
        lines = []
        for local in dict.fromkeys(one.own[0].local for one in rules):
            found = [one for one in rules if one.own[0].local == local]
            item = found[0].own[0].field
            assert item is not None
            column = column_name(item, local)
            everywhere = self._bind("everywhere", _everywhere)
            blocks = [
                self._rule(
                    one.rule, one.values, f"{self.rows}, {column}, {local}", "", f"{everywhere}(add, ", ")"
                )
                for one in found
            ]
            kinds = f"set({column})"
            if item.kind == "codes" and local == item.english:
                kinds = f"dict(zip({local}_texts, {column})).values()"
            lines += [f"for {local} in {kinds}:", *nested(blocks, "    ")]
        return lines

    # A table that occurs once: row by row, because nobody promises that it does

    def _row_by_row(self, rules: list[_Tried]) -> list[str]:
        judges = list(self.judges.values())
        names = [judge.field.english for judge in judges]
        texts = [
            name if reader_of(judge.field) is None else f"{name}_text"
            for judge, name in zip(judges, names, strict=True)
        ]
        plain = [
            line for judge, text in zip(judges, texts, strict=True) for line in self._value_of(judge, text)
        ]
        doubtful = [f"{_comma(names)} = {self._judge()}.row(row, place, *facts)"]
        for item in self.table.fields:
            if f"{item.english}_day" in self.used:
                plain.append(f"{item.english}_day = {item.english} and {item.english}.date()")
                days = self._bind("days", day_reader(item))
                doubtful.append(f"{item.english}_day = {days}[{item.english}_text]")
        lines = ["place = number if size > 1 else None"]
        lines += [f"{_comma(texts)} = map(row.get, {self._bind('FIELDS', tuple(names))})"]
        lines += ["try:", *(f"    {line}" for line in plain)]
        lines += ["except Doubtful:", *(f"    {line}" for line in doubtful)]
        if self.table.numbering is not None:
            broken = self._bind("broken_sequence", broken_sequence)
            name = self.table.numbering.english
            lines += [f"if {name} is not None and {name} < 1:",
                      f"    {broken}({self._bind('TABLE', self.table)}, [row], None, add)"]  # fmt: skip
        lines += nested([self._rule(one.rule, one.values, "place", "row") for one in rules])
        return [f"for number, row in enumerate({self.rows}, 1):", *(f"    {line}" for line in lines)]

    def _value_of(self, judge: Judge, text: str) -> list[str]:
        """The lines that judge one field of one row."""
        name, most = judge.field.english, judge.field.max_length
        if not judge.is_text:
            plain = f"{name}_plain" if judge.is_closed else self._bind(f"{name}_plain", judge.plain())
            return [f"{name} = {plain}[{text}]"]
        longer = f"len({name}) > {most} or " if most else ""
        said = f"{longer}{name} in {self._bind('nothing', NOTHING_IN_TEXT)}"
        if judge.shape.always:
            return [f"if not {name} or {said}:", "    raise Doubtful"]
        return [f"if {name} is not None and ({said}):", "    raise Doubtful"]

    # Rules

    def _rule(
        self,
        rule: Rule,
        values: list[_Value],
        place: str,
        row: str,
        add: str = "add(",
        end: str = "))",
    ) -> Guarded:
        """The lines that try one rule, and the conditions under which it may be tried."""
        report = self._bind(rule.id.lower().replace("-", "_"), Site(self.edition, rule).fault)
        guards = frozenset(guard for value in values for guard in value.guards)
        names = [value.local for value in values]
        said = inlined(rule.check, names, self._bind)
        if said is None or rule.names_rows or rule.names_members:
            said = f"{self._bind(rule.check.__name__, rule.check)}({', '.join(names)})"
        if row:
            begin, rest = f"{add}{report}(record, {place}, {row}, day", end
        else:
            begin, rest = f"{add}{report}, record, {place}, day", end
        if rule.names_rows:
            return Guarded(
                guards, (f"for number in {said}:", f"    add({report}(record, number, None, day))")
            )
        if rule.names_members:
            return Guarded(guards, (f"for wrong in {said}:", f"    {begin}, wrong{rest}"))
        if rule.measures:
            excuse, measure = nothing_or(said)
            self._bind("ROUNDING", ROUNDING)
            least = self._bind("MINUS_ROUNDING", MINUS_ROUNDING)
            test = f"if wrong and not {least} < wrong < ROUNDING:"
            lines = (f"wrong = {measure}", test, f"    {begin}, wrong{rest}")
            return Guarded(guards, lines, excuses(excuse) if excuse else ())
        excused = excuses(said)
        if excused[0] == NO_CATALOGUES:
            guards, excused = guards | {WITH_CATALOGUES}, excused[1:]
        return Guarded(guards, (f"{begin}{rest}",), excused)

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
        local, as_text, _ = form_of(item, want)
        text = f"{item.english}_text" if reader_of(item) is not None else item.english
        used = [text] if as_text else [local]
        guards: tuple[str, ...] = (f"{used[0]} is not None",)
        if want.optional:
            guards = ()
            if not as_text and text != local:
                guards = (f"({local} is not None or {text} is None)",)
                used.append(text)
        for name in used:
            self.used[name] = column_name(item, name)
        return _Value(used[0], guards, item)

    def _other(self, table: Table, item: Field, want: Wanted) -> _Value:
        """A value of a table that occurs once, read before the loop."""
        local, as_text, as_day = form_of(item, want)
        name = f"{table.english}_{local}" + ("_text" if as_text and reader_of(item) is not None else "")
        text = f"{table.english}_{item.english}_text"
        reader = day_reader(item) if as_day else reader_of(item)
        self.top[f"{table.english}_row"] = f"record.first({table.english!r})"
        get = f"{table.english}_row.get({item.english!r})"
        known = f"{table.english}_known"
        if want.optional:
            self.top[known] = f"columns.has({table.english!r})"
        if as_text or reader is None:
            self.top[name] = get
            return _Value(name, (known if want.optional else f"{name} is not None",))
        self.top[text] = get
        self.top[name] = f"{self._bind('days' if as_day else reader_name(item), reader)}[{text}]"
        if want.optional:
            return _Value(name, (known, f"({name} is not None or {text} is None)"))
        return _Value(name, (f"{name} is not None",))

    def _column(self, table: Table, item: Field, want: Wanted) -> _Value:
        local, as_text, as_day = form_of(item, Wanted("value", want.inner, want.optional))
        reader = None if as_text else (day_reader(item) if as_day else reader_of(item))
        bound = "None" if reader is None else self._bind("days" if as_day else reader_name(item), reader)
        name = f"{table.english}_{local}_{'set' if want.shape == 'set' else 'column'}"
        name += ("_texts" if as_text and reader_of(item) is not None else "") + (
            "_or_none" if want.optional else ""
        )
        key = key_of(table, item, want)
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
NO_CATALOGUES, WITH_CATALOGUES = "policy.catalogues is None", "policy.catalogues is not None"
"""What rules on catalogues ask first, as an excuse and as a condition for all of them."""
MINUS_ROUNDING = -ROUNDING


def _trial(table: Table, rule: Rule) -> Trial | None:
    """A rule as a trial, where it reads nothing but one value of its row."""
    if len(rule.reads) != 1 or rule.names_rows or rule.measures:
        return None
    read, want = rule.reads[0], rule.wants[0]
    if "." in read or read.startswith(("@", "XML")) or want.optional or want.shape == "set":
        return None
    _, as_text, as_day = form_of(table.by_official[read], want)
    return Trial(rule, "text" if as_text else "day" if as_day else "value")


def _of_few_kinds(one: _Tried) -> bool:
    """Whether a rule compares one text or code of its row with values that are the same for every row."""
    own = one.own
    if len(own) != 1 or one.rule.names_rows or one.rule.measures:
        return False
    item = own[0].field
    return item is not None and item.kind in ("code", "codes", "string") and len(own[0].guards) == 1


def _everywhere(
    add: Callable[[Fault], None],
    report: Callable[..., Fault],
    record: Record,
    rows: Sequence[Row],
    column: Sequence[Any],
    wrong_value: Any,
    day: date,
    *wrong: Any,
) -> None:
    """Report every row that has the value."""
    for number, (row, value) in enumerate(zip(rows, column, strict=True), 1):
        if value == wrong_value:
            add(report(record, number, row, day, *wrong))


def _comma(names: Sequence[str]) -> str:
    return ", ".join(names) + "," * (len(names) == 1)
