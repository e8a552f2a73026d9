"""Every rule has a proof, every proof holds, and no rule minds broken neighbours."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.validation import oracle

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.validation import FILE_RULES, RULES, check, check_record
from sosuckhoe.healthbook.validation.proofs import KINDS, Case, cases_of, proven
from sosuckhoe.healthbook.validation.rules.allowed import ALLOWED
from sosuckhoe.healthbook.validation.settling import settled
from sosuckhoe.healthbook.validation.shape_ids import OF_SHAPE
from sosuckhoe.healthbook.validation.typed import reader_of

PUBLISHED = Path(__file__).parent / "published_rules.txt"
IDS = sorted({rule.id for rule in RULES})
PROVED = sorted({*IDS, *OF_SHAPE, *FILE_RULES, *ALLOWED})
CASES = [case for rule in sorted(proven()) for case in cases_of(rule)]
GARBAGE = ("?", "20269999", "-", ";", "١٢", "1e9", " ", "\u200b", "K" * 300, "9" * 40)


def faults_of(case: Case, record: Record | None = None) -> list[Any]:
    return check_record(
        record or case.record, case.edition, day=case.day, policy=case.policy, consequences=True
    )


def test_every_rule_has_a_proof_with_a_pass_a_fail_and_an_edge() -> None:
    for rule in PROVED:
        assert {case.kind for case in cases_of(rule)} == set(KINDS), rule


def test_what_is_allowed_is_never_refused_under_the_same_id() -> None:
    assert not set(ALLOWED) & {*IDS, *OF_SHAPE, *FILE_RULES}


def test_every_published_rule_is_there() -> None:
    """320 rules were published for this standard; each is judged, or proved to be a permission."""
    published = {line.strip() for line in PUBLISHED.read_text(encoding="utf-8").splitlines() if line.strip()}
    assert len(published) == 320
    assert published <= set(PROVED)


def test_no_proof_is_left_behind_by_its_rule() -> None:
    assert proven() <= set(PROVED)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.file is None and case.rule not in ALLOWED],
    ids=lambda case: f"{case.rule}: {case.name}",
)
def test_proof_holds(case: Case) -> None:
    said = [fault for fault in faults_of(case) if fault.rule == case.rule]
    assert bool(said) is not case.passes, [fault.message for fault in said]
    assert case.rows is None or [fault.row or 0 for fault in said] == case.rows
    for fault in said:
        assert "{" not in fault.message and fault.source and fault.owner


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.rule in ALLOWED], ids=lambda case: f"{case.rule}: {case.name}"
)
def test_nothing_is_said_of_what_is_allowed(case: Case) -> None:
    place = ALLOWED[case.rule].at
    if case.passes:
        assert not [fault for fault in faults_of(case) if fault.path == place]
    else:
        assert case.by in {fault.rule for fault in faults_of(case)}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.file is not None], ids=lambda case: f"{case.rule}: {case.name}"
)
def test_proof_on_a_file_holds(case: Case) -> None:
    results = check(case.file or b"", day=case.day, policy=case.policy)
    assert all(result.usable for result in results), results[0].faults
    said = [fault for result in results for fault in result.faults if fault.rule == case.rule]
    assert bool(said) is not case.passes, [fault.message for fault in said]


@pytest.mark.parametrize("rule", IDS)
def test_rule_stays_silent_when_a_value_it_needs_is_blank_or_malformed(rule: str) -> None:
    for case in cases_of(rule):
        if case.file is not None:
            continue
        written = case.record.to_json()
        for variant in [one for one in RULES if one.id == rule and settled(case.edition, one)]:
            alone = sum(one.id == rule and one.at == variant.at for one in RULES) == 1
            for read, want in zip(variant.reads, variant.wants, strict=True):
                if read.startswith(("@", "XML")) and "." not in read:
                    continue
                name, dot, official = read.partition(".")
                table = case.edition.table(name if dot else variant.table)
                field = table.field(official if dot else read)
                is_text, reader = want.inner is str and field.kind != "code", reader_of(field)
                for garbage in (None, *GARBAGE):
                    record = Record.from_json(written)
                    for row in record.rows(table.english):
                        row.pop(field.english, None)
                        if garbage is not None:
                            row[field.english] = garbage
                    faults = faults_of(case, record)
                    said = [one for one in faults if one.rule == rule and one.path == variant.at]
                    malformed = (
                        garbage is not None and not is_text and reader is not None and reader[garbage] is None
                    )
                    needed = malformed or (garbage is None and not want.optional)
                    if said and alone and needed and record.rows(table.english):
                        place = case.edition.table(variant.at.partition(".")[0])
                        of_shape = {one.message for one in oracle._shapes(record, case.edition, place)}
                        assert not [one for one in said if one.message not in of_shape], (read, garbage)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id} {rule.table}")
def test_rule_is_well_formed(rule: Any) -> None:
    assert rule.statement and rule.source and rule.sentence.endswith(".")
    assert rule.since is None or rule.until is None or rule.since <= rule.until
    assert rule.confidence != "low" or rule.severity == "warning"
    assert rule.since is None or rule.since >= date(2023, 1, 18)
