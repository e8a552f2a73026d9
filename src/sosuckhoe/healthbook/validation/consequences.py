"""Findings that only follow from another one: whoever mends the cause would chase them in vain.

A value that is not of its kind already keeps the rules silent that need it. But a rate of 101 % is a number, and a wrong
amount of one line makes every share and every sum wrong that was reckoned from it. So a finding is not told where a
finding of an earlier order stands at a value it was reckoned from: first the form of a value, then the amounts of a
line, then who pays them, then the sums of the visit. And where a value is known to be wrong, nothing is told at a value
beside it that was only compared with it: a paper that repeats the right day of discharge is not to be mended.
"""

from collections.abc import Iterable, Mapping

from .fault import Fault
from .rule import Rule

OF_FORM = ("FMT-", "SHP-")
"""Rules on one value alone, which nothing explains away."""
ALSO_OF_FORM = frozenset({"XFD-013", "XFD-084"})
"""Negative amounts, and no child in a birth: rules on one value as well."""
LINE_SUMS = frozenset(
    {"XTB-004", "XTB-005", "XTB-006", "XTB-007", "XTB-008", "XTB-009", "XTB-010", "XTB-011"}
)
"""XML1 against its lines."""
AFTER_AMOUNTS = frozenset({"XFD-008", "XFD-009", "XFD-010", "XFD-012"}) | LINE_SUMS
AFTER_SHARES = frozenset({"XFD-009", "XTB-012"}) | LINE_SUMS
AFTER: dict[str, frozenset[str]] = {
    **dict.fromkeys(("XFD-001", "XFD-002", "XFD-003", "XFD-005", "XFD-006"), AFTER_AMOUNTS),
    **dict.fromkeys(("XFD-008", "XFD-009", "XFD-010"), AFTER_SHARES),
    "COD-008": frozenset({"COD-007"}),
    "COD-007": frozenset(f"BUS-0{number}" for number in range(28, 35)),
}
"""What is not told after reading the value at which this one was found."""
BESIDE: dict[str, frozenset[str]] = {
    "XFD-037": frozenset({"XFD-038", "XFD-039"}),
    "XFD-038": frozenset({"XFD-039"}),
    "XFD-047": frozenset({"XFD-048"}),
    "XFD-067": frozenset({"SHP-001"}),
    **dict.fromkeys(("BUS-003", "BUS-010"), frozenset({"XFD-059"})),
}
"""What is not told in the same row, because it says less of the same thing."""
WITHIN_TOTALS = frozenset({"XFD-022", "XFD-023", "XFD-024"})
"""XML1 against itself: where a line is wrong and the sums follow it, the line is to be mended."""
OF_A_LINE = frozenset({*AFTER} - {"COD-007", "COD-008"}) | {"XFD-011", "XFD-012", "XFD-015", "XFD-019"}

SHARES = ("XFD-008", "XFD-009", "XFD-010")
REPEATS = frozenset({"XTB-027", "XTB-029", "XTB-030", "XTB-031", "XTB-033", "XTB-034"})
"""What other tables repeat of XML1."""
ELSEWHERE: dict[str, frozenset[str]] = {
    **dict.fromkeys(LINE_SUMS, WITHIN_TOTALS),
    "XFD-022": frozenset({"XFD-023"}),
    **dict.fromkeys(SHARES, frozenset({"XFD-012"})),
    **dict.fromkeys(("XFD-001", "XFD-003"), frozenset({"XFD-015"})),
    "XFD-014": frozenset({"XFD-001", "XFD-002"}),
    **dict.fromkeys(("COD-001", "COD-004", "COD-005", "COD-007", "COD-008"), REPEATS),
    "COD-006": frozenset({"XTB-037"}),
    **dict.fromkeys(("XTB-013", "XTB-014"), frozenset({"XFD-045", "XFD-046", "XFD-047"})),
    "XTB-015": frozenset({"XFD-048"}),
    **dict.fromkeys(("XFD-047", "XFD-048", "XTB-016", "BUS-027"), frozenset({"XTB-020"})),
    "XTB-027": frozenset({"XFD-075", "XFD-078", "XFD-079"}),
    "XTB-029": frozenset({"XFD-082"}),
    "XFD-078": frozenset({"XFD-077"}),
    "XFD-090": frozenset({"XFD-088"}),
    "XFD-034": frozenset({"BUS-017", "BUS-022"}),
}
"""What is not told at another value after reading the one at which this was found."""
IN_THE_WRONG_ORDER: dict[str, tuple[tuple[str, str], ...]] = {
    "XFD-029": (("XML1", "NGAY_VAO"), ("XML1", "NGAY_RA"))
}
"""Which of two times is wrong is not known: nothing that was compared with either is told (``OF_THE_STAY``)."""
OF_THE_STAY = frozenset(
    {f"XFD-0{number}" for number in (30, 31, 33, 34, 38, 39, 43, 75, 78, 79, 82, 90, 91, 92)}
    | {f"XTB-0{number}" for number in (*range(13, 19), 27, 29, 31, 33, 36, 37, 38)}
    | {f"BUS-00{number}" for number in range(1, 9)}
    | {"BUS-017", "BUS-022", "BUS-027"}
)
"""Rules that compare something with the stay. Lists that are chosen by the day of discharge are not among them."""

Cell = tuple[str, str, int | None]
"""Official table, field, and row; None for a table that occurs once, and for the whole column."""
Reads = Mapping[tuple[str, str], frozenset[tuple[str, str]]]
"""The fields (table, field) a rule reads, by its id and the path of its faults."""


def without_consequences(faults: list[Fault], reads: Reads) -> list[Fault]:
    """The faults, but for those that only follow from another among them. ``reads``: see ``reads_of``."""
    if len(faults) < 2:
        return faults
    errors = [fault for fault in faults if fault.severity == "error"]
    broken: dict[Cell, set[str]] = {}
    suspected: dict[Cell, dict[tuple[str, str], Fault]] = {}  # one a rule, however many rows it was found in
    beside: set[tuple[str, str, int | None]] = set()
    for fault in errors:
        for cell in _cells(fault):
            broken.setdefault(cell, set()).add(fault.rule)
        table = fault.path.partition(".")[0]
        beside |= {(rule, table, fault.row) for rule in BESIDE.get(fault.rule, ())}
    rules = {fault.rule for fault in errors}
    # Where several totals depart from the lines, as where there are no lines, none of them is known to be the wrong one.
    unclear = LINE_SUMS if len(rules & LINE_SUMS) > 1 else frozenset[str]()
    for fault in faults:
        if fault.rule in unclear:
            continue
        if fault.rule in ELSEWHERE or fault.rule in IN_THE_WRONG_ORDER:
            for cell in _suspects(fault):
                suspected.setdefault(cell, {}).setdefault((fault.rule, fault.severity), fault)
    totals_follow = not rules.isdisjoint(OF_A_LINE) and rules.isdisjoint(LINE_SUMS)
    return [
        fault
        for fault in faults
        if (fault.rule, fault.path.partition(".")[0], fault.row) not in beside
        and not (totals_follow and fault.rule in WITHIN_TOTALS)
        and not any(
            any(_explains(cause, fault) for cause in broken.get(cell, ()))
            or any(_misleads_after(cause, fault) for cause in suspected.get(cell, {}).values())
            for cell in _read_by(fault, reads)
        )
    ]


def _explains(cause: str, fault: Fault) -> bool:
    if fault.rule == cause:
        return False
    return cause.startswith(OF_FORM) or cause in ALSO_OF_FORM or fault.rule in AFTER.get(cause, ())


def _misleads_after(cause: Fault, fault: Fault) -> bool:
    """Whether a fault at another value only shows that the one of ``cause`` is wrong. No warning hides an error."""
    if (cause.path, cause.row) == (fault.path, fault.row):
        return False
    if cause.severity != "error" and fault.severity == "error":
        return False
    return fault.rule in (OF_THE_STAY if cause.rule in IN_THE_WRONG_ORDER else ELSEWHERE[cause.rule])


def _suspects(fault: Fault) -> Iterable[Cell]:
    places = IN_THE_WRONG_ORDER.get(fault.rule)
    return [(table, field, None) for table, field in places] if places else _cells(fault)


def _cells(fault: Fault) -> Iterable[Cell]:
    """Where a fault stands: its value, and its column. A value that is missing misleads nobody."""
    table, _, field = fault.path.partition(".")
    return {(table, field, fault.row), (table, field, None)} if field and fault.value else ()


def _read_by(fault: Fault, reads: Reads) -> Iterable[Cell]:
    """The values a fault was found in; of a column the whole, of its own row that row only."""
    if fault.rule.startswith(OF_FORM):
        return ()
    table = fault.path.partition(".")[0]
    return (
        (name, field, fault.row if name == table else None)
        for name, field in reads.get((fault.rule, fault.path), ())
    )


def reads_of(rules: Iterable[Rule]) -> Reads:
    """What rules read, by their id and the path of their faults."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for rule in rules:
        fields = found.setdefault((rule.id, rule.at), set())
        for read in rule.reads:
            name, _, field = read.rpartition(".")
            if not read.startswith("@") and (name or not read.startswith("XML")):
                fields.add((name or rule.table, field))
    return {key: frozenset(fields) for key, fields in found.items()}
