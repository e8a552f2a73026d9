"""A decision that renames every field of every table changes nothing of what is found, only what it is called."""

import re
from datetime import date

from sosuckhoe.healthbook.validation import check

from . import planted
from .invented import FIELDS, OWN, laid_beside, lay
from .paper import WRAPPERS, envelope, fields
from .visits import VISITS

TAG = re.compile(r"(</?)([A-Z0-9_]+)(/?>)")


def test_when_every_field_is_renamed_every_rule_follows(tmp_path) -> None:
    """Each planted fault is found at the same place, under the new name, and nothing else is said."""
    new = {table: {name: f"{name}_MOI" for name in fields(table, "1931")} for table in WRAPPERS}
    renames = {
        f"tables__{table}": FIELDS + "".join(f"rename,{to},{name},,,,,,,,,,,\n" for name, to in names.items())
        for table, names in new.items()
    }
    lay(tmp_path, "2026-9999", OWN.replace("2027-03-16", "2026-08-15") + 'extends = "2026-1931"\n', **renames)

    def renamed(table: str, text: str) -> str:
        names = new[table]
        return TAG.sub(lambda tag: f"{tag[1]}{names.get(tag[2], tag[2])}{tag[3]}", text)

    def found(data: bytes) -> list[tuple[str, str, int, str]]:
        [result] = check(data, day=date(2026, 11, 28))
        return sorted((fault.rule, fault.path, fault.row or 0, fault.severity) for fault in result.faults)

    rules = {
        one.rule: one
        for one in (*planted.FORMATS, *planted.CROSS_FIELD, *planted.CODES, *planted.CROSS_TABLE)
        if one.decision == "1931" and "XML1" in VISITS[one.visit][0]("1931").tables
    }
    files = {}
    for rule, one in rules.items():
        chart = VISITS[one.visit][0]("1931")
        planted.put(chart, one.change)
        written, day = chart.documents(), chart.made_on()
        before = found(envelope(chart.facility, day, [written]))
        expected = sorted(
            (id, f"{path}_MOI" if path.startswith("XML") and "." in path else path, row, severity)
            for id, path, row, severity in before
        )
        after = envelope(chart.facility, day, [[(kind, renamed(kind, text)) for kind, text in written]])
        files[rule] = after, expected
    assert len(files) > 200
    with laid_beside(tmp_path):
        judged = {rule: (found(data), expected) for rule, (data, expected) in files.items()}
    assert not {rule: both for rule, both in judged.items() if both[0] != both[1]}
