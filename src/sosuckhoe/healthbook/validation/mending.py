"""How a fault is mended (cách sửa): one sentence a rule, for the person whose desk it is.

Advice names what to compare and where to put it right, never what the value should be: that stands in the patient's
papers, not in the file. The sentences of rules on records stand in ``mending.csv`` with places for values, which
``advice`` fills in for one fault; here they are read for people who only ask about a rule.
"""

import csv
import re
from functools import lru_cache
from importlib.resources import files

from ..document import REFUSALS
from ..standard import decisions, edition_on
from ..standard.editions import of_decisions
from .rule import RULES

OF_UNKNOWN = "So với hồ sơ gốc, sửa chỗ sai trong phần mềm bệnh viện rồi xuất lại tệp."
FOR_IT = "Công nghệ thông tin "
CALL_IT = "Không phải sửa hồ sơ: báo công nghệ thông tin tên tệp và lời báo này."
"""What whoever reads of a fault of the export does, before what is asked of those who mend it."""
PLACE = re.compile(r"\{([A-Za-z0-9_.]+)\}")
_IN_BRACKETS = re.compile(r" \([^()]*\{[^()]*\)|; đang là \{v\}|, thay cho \{v\}")
"""What is said of a value only: left out where no value is at hand."""
_GENERAL = {"o": "ô này", "b": "này", "v": "giá trị đang ghi", "r": "", "n": " này"}
_AFTER_A_NOUN = re.compile(
    r"(?<! sau)(?<! từ)(?<! đến)(?<! bằng)(?<! hơn)(?<! trừ)(?<! cho)(?<! xuống)(?<! thay) \{(?:v|[A-Z][A-Z0-9_.]*)\}%?"
)
"""A value after the word for it: the word is enough where no value is at hand."""


@lru_cache(maxsize=1)
def general_rules() -> dict[str, dict[str, str]]:
    """What is said of shape rules and file rules: ``id, sentence, statement, mend``, by id."""
    text = files(__package__).joinpath("general_rules.csv").read_text(encoding="utf-8")
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


@lru_cache(maxsize=1)
def sentences() -> dict[str, str]:
    """The advice of a rule with places for values, by id."""
    text = files(__package__).joinpath("mending.csv").read_text(encoding="utf-8")
    return {row["id"]: row["mend"] for row in csv.DictReader(text.splitlines())}


@lru_cache(maxsize=1)
def in_short() -> dict[str, str]:
    """One sentence for a rule whose functions say nearly the same of many fields, by id."""
    text = files(__package__).joinpath("in_short.csv").read_text(encoding="utf-8")
    return {row["id"]: row["sentence"] for row in csv.DictReader(text.splitlines())}


@of_decisions
@lru_cache(maxsize=512)
def how_to_mend(rule: str) -> str:
    """One Vietnamese sentence of advice on the faults of a rule or the refusals of the reader."""
    if rule in REFUSALS:
        return REFUSALS[rule].what_to_do
    if rule in sentences():
        without = _AFTER_A_NOUN.sub("", _IN_BRACKETS.sub("", sentences()[rule]))
        return PLACE.sub(lambda found: _label(rule, found[1]), without)
    if rule in general_rules():
        mend = general_rules()[rule]["mend"]
        return f"{CALL_IT} {mend}" if mend.startswith(FOR_IT) else mend
    return OF_UNKNOWN


def _label(rule: str, name: str) -> str:
    """The official label of a field that a sentence names."""
    if name in _GENERAL:
        return _GENERAL[name]
    other, dot, official = name.rpartition(".")
    tables = [other] if dot else [*(one.table for one in RULES if one.id == rule), "XML1"]
    # The running edition first; a field that a decision took away keeps the label it had.
    for decision in reversed(decisions()):
        edition = edition_on(decision.in_force)
        for name in tables:
            table = edition.tables.get(name)
            field = table.meant(official) if table is not None else None
            if field is not None:
                return f"“{field.label_vi}”"
    return f"“{official}”"
