"""Why a finding matters (vì sao): one Vietnamese sentence, for somebody who knows neither the program nor the standard.

The sentences are data, ``reasons.csv``: of a rule, else of its subject (the module it stands in), else of its kind. They say
what may come of it in the hospital's own terms, never what a text orders: that is the rule's ``source``.
"""

import csv
from functools import lru_cache
from importlib.resources import files

from ..document import REFUSALS
from .rule import RULES
from .rules.envelope import FILE_RULES
from .shape_ids import OF_SHAPE


def why(rule: str) -> str:
    """What may come of a fault of this rule, or of a file that is refused; empty for what is no rule of ours."""
    kind = ""
    if rule in FILE_RULES:
        kind = "file"
    elif rule in REFUSALS or rule.startswith(("FILE-", "ARCHIVE-", "FOLDER-")):
        kind = "refusal"
    elif rule in OF_SHAPE:
        kind = "shape"
    known = _sentences()
    return known.get(rule) or known.get(_subjects().get(rule, kind), "")


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    text = files(__package__).joinpath("reasons.csv").read_text(encoding="utf-8")
    return {row["of"]: row["why"] for row in csv.DictReader(text.splitlines())}


@lru_cache(maxsize=1)
def _subjects() -> dict[str, str]:
    return {rule.id: rule.subject for rule in RULES}
