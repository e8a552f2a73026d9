"""The verdict for people and machines."""

import json

from tests.unit.signing.material import HOSPITAL, judge, visit_file

from sosuckhoe.healthbook.signing import (
    EXIT_CODES,
    MEANINGS,
    Outcome,
    Verdict,
    as_json,
    fingerprint,
    report,
    sign,
)

SIGNED = sign(visit_file(), HOSPITAL, signature_id="S", canonical=True)


def test_people_read_outcome_code_reason_and_who_signed():
    text = report(judge(SIGNED))
    assert text.startswith("ĐẠT · VALID\n")
    assert fingerprint(HOSPITAL.certificate) in text and "MST:0100000000" in text
    assert "22/11/2026" in text


def test_people_read_what_the_gateway_would_answer():
    text = report(judge(visit_file()))
    assert text.startswith("KHÔNG ĐẠT · NO-SIGNATURE\n") and "123" in text


def test_machines_get_the_same_as_plain_json():
    answer = json.loads(json.dumps(as_json(judge(SIGNED, trusted=None))))
    assert (answer["outcome"], answer["code"]) == ("unknown", "TRUST-NOT-CHECKED")
    assert answer["certificate"]["sha256"] == fingerprint(HOSPITAL.certificate)
    assert as_json(judge(b""))["certificate"] is None


def test_every_code_can_be_reported_and_exits_by_its_outcome():
    for code in MEANINGS:
        verdict = Verdict(code)
        assert code in report(verdict) and verdict.outcome in EXIT_CODES
    assert [EXIT_CODES[outcome] for outcome in Outcome] == [0, 1, 2]
