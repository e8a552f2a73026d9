"""Every finding says why it matters; every table of sentences has as many columns as its head."""

import csv
import re
from importlib.resources import files

import pytest

from sosuckhoe.healthbook import validation
from sosuckhoe.healthbook.document import REFUSALS
from sosuckhoe.healthbook.validation import listed_rules
from sosuckhoe.healthbook.validation.reasons import why
from sosuckhoe.healthbook.validation.rule import RULES

TABLES = ("general_rules.csv", "in_short.csv", "mending.csv", "reasons.csv")


def rows(name: str) -> list[list[str]]:
    return list(csv.reader(files(validation).joinpath(name).read_text(encoding="utf-8").splitlines()))


def test_every_rule_and_refusal_has_a_reason_in_words_of_the_ward() -> None:
    asked = [rule.id for rule in listed_rules() if rule.kind != "allowed"] + list(REFUSALS)
    for code in asked:
        assert why(code).endswith(".") and not re.search(r"XML|[A-Z]_[A-Z]", why(code)), code


def test_every_reason_is_given_for_something_that_there_is() -> None:
    subjects = {rule.subject for rule in RULES} | {"shape", "file", "refusal"}
    ids = {rule.id for rule in listed_rules()} | {"SHP-005"}
    assert {key for key, _ in rows("reasons.csv")[1:]} <= subjects | ids


@pytest.mark.parametrize("name", TABLES)
def test_no_comma_cuts_a_sentence(name: str) -> None:
    head, *others = rows(name)
    for row in others:
        last = dict(zip(head, row, strict=False)).get("confidence", "high")
        assert len(head) - ("confidence" in head) <= len(row) <= len(head) and last in (
            "high",
            "medium",
            "low",
        ), row


@pytest.mark.parametrize("name", TABLES)
def test_nothing_stands_twice(name: str) -> None:
    keys = [row[0] for row in rows(name)]
    assert len(keys) == len({*keys})
