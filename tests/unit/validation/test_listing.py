"""Every rule is listed with what a person needs to know of it."""

from datetime import date

from sosuckhoe.healthbook.document import REFUSALS
from sosuckhoe.healthbook.validation import FILE_RULES, RULES, how_to_mend, listed_rule, listed_rules
from sosuckhoe.healthbook.validation.mending import OF_UNKNOWN, general_rules, in_short, sentences
from sosuckhoe.healthbook.validation.rules.allowed import ALLOWED
from sosuckhoe.healthbook.validation.rules.envelope import words_for
from sosuckhoe.healthbook.validation.shape_ids import OF_SHAPE


def test_every_rule_on_records_files_and_shape_is_listed_once_and_completely() -> None:
    ids = [rule.id for rule in listed_rules()]
    assert ids == sorted({rule.id for rule in RULES} | OF_SHAPE | set(FILE_RULES) | set(ALLOWED))
    for rule in listed_rules():
        assert rule.sentence and rule.statement and rule.source and rule.mend and rule.owners, rule.id
        assert rule.proofs >= 3, rule.id


def test_a_rule_on_two_tables_is_one_entry_that_names_both() -> None:
    rule = listed_rule("XFD-012")
    assert rule is not None and {"XML2", "XML3"} <= set(rule.tables)
    assert "XML2.THANH_TIEN_BV" in rule.reads and rule.since == date(2024, 7, 1)


def test_a_shape_rule_names_the_fields_it_guards() -> None:
    rule = listed_rule("FMT-081")
    assert rule is not None and (rule.kind, rule.reads) == ("shape", ("XML14.NGAY_HEN_KL",))
    everywhere = listed_rule("FMT-001")
    assert everywhere is not None and len(everywhere.reads) > 200


def test_a_rule_on_codes_cites_the_texts_its_lists_come_from() -> None:
    rule = listed_rule("COD-005")
    assert rule is not None and rule.confidence == "medium"
    assert "QĐ 824/QĐ-BYT 2023" in rule.source and "QĐ 1804/QĐ-BYT 2026" in rule.source
    provinces = listed_rule("COD-001")
    assert provinces is not None and "NQ 202/2025/QH15" in provinces.source


def test_what_is_said_of_a_general_rule_stands_in_its_own_column() -> None:
    for id, words in general_rules().items():
        assert set(words) == {"id", "sentence", "statement", "mend", "confidence"}, id
        assert words["statement"].isascii() and not words["mend"].isascii(), id


def test_a_listing_for_machines_says_what_the_issue_promises() -> None:
    rule = listed_rule("XFD-029")
    assert rule is not None
    promised = {
        "id",
        "severity",
        "since",
        "until",
        "tables",
        "reads",
        "sentence",
        "source",
        "confidence",
        "proofs",
    }
    assert promised <= set(rule.as_json())
    assert rule.as_json()["since"] == "2024-07-01" and rule.as_json()["until"] is None


def test_every_rule_has_advice_of_its_own() -> None:
    assert {rule.id for rule in RULES} <= set(sentences())
    known = {rule.id for rule in RULES} | OF_SHAPE | set(FILE_RULES) | set(REFUSALS) | set(general_rules())
    assert all(how_to_mend(id) != OF_UNKNOWN and how_to_mend(id).endswith(".") for id in known)
    assert not any("{" in how_to_mend(id) for id in known)
    assert how_to_mend("NO-SUCH") == OF_UNKNOWN


def test_a_rule_on_many_fields_is_told_in_short() -> None:
    for rule in listed_rules():
        if rule.id in in_short():
            assert len(rule.sentences) > 3 and len(rule.sentence) < len(" ".join(rule.sentences)) / 2, rule.id
    assert in_short().keys() <= {rule.id for rule in listed_rules()}


def test_nothing_is_said_of_a_rule_that_is_not_there() -> None:
    assert listed_rule("XFD-999") is None
    assert {id.partition(" ")[0] for id in general_rules()} - {"SHP-005"} <= OF_SHAPE | set(FILE_RULES)


def test_a_rule_on_files_says_what_is_wrong_in_each_of_its_kinds() -> None:
    rule = listed_rule("STR-001")
    assert rule is not None and len(rule.sentences) == 3
    asked = [how_to_mend(words_for("STR-001", value)) for value in ("utf8", "U+FFFD", "")]
    assert len({*asked, rule.mend}) == 4
