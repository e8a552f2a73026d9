"""A container that contradicts itself passes neither verifier, however well its hashes were mended; a true one does."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from tests.crash.stage import Paper, Portal

from sosuckhoe.healthbook.signing import verify_evidence
from sosuckhoe.healthbook.signing.verify_evidence import (
    FAILED,
    MANIFEST,
    PASSED,
    RECORD,
    UNKNOWN,
    pack,
    unpack,
)
from sosuckhoe.hospital.delivery import doors, evidence
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.practice_receipts import note_practice_receipts
from sosuckhoe.hospital.delivery.states import State

from .conftest import House
from .test_evidence import ATTEMPTS, RECEIPTS, forged
from .test_evidence_of_each_kind import Made, made, put
from .test_hub import message_key, two
from .test_practice_receipts import declare
from .test_worker import _fresh_sessions, changed, closed, renamed, strike, work

__all__ = ["_fresh_sessions", "closed", "made", "message_key", "two"]
pytestmark = pytest.mark.django_db
CLOCK, JOURNAL, ANSWER = "clock.json", "journal.json", "submissions/1/answer-1.bin"
CERTIFICATES = "certificates.json"


def later(text: str, **by: float) -> str:
    return (datetime.fromisoformat(text) + timedelta(**by)).isoformat()


def moved(*fields: str, **by: float) -> Callable[[Any], None]:
    def change(rows: list[dict[str, Any]]) -> None:
        for field in fields:
            rows[0][field] = later(rows[0][field], **by)

    return change


def same(_: Any) -> None:
    """The part stays; the manifest alone is changed."""


def of_submission(**fields: Any) -> Callable[[Any], None]:
    return lambda listing: listing["submissions"][0].update(fields)


def signed(**by: float) -> Callable[[Any], None]:
    def change(listing: Any) -> None:
        document = listing["submissions"][0]["documents"][0]
        document["signed_at"] = later(document["signed_at"], **by)

    return change


def sent_earlier(container: bytes, **by: float) -> bytes:
    """The attempt and what the clock tells of it, all moved alike."""
    name = ("started_at", "bytes_from", "ended_at")
    data = forged(container, ATTEMPTS, moved(*name, **by))
    data = forged(data, RECEIPTS, moved("received_at", **by))
    return forged(data, CLOCK, lambda clock: moved("ended_at", **by)(clock["answers"]))


def twice(container: bytes) -> bytes:
    parts = unpack(container)
    parts[MANIFEST] = parts[MANIFEST].replace(b'"visit_code"', b'"visit_code": "LKGIA", "visit_code"', 1)
    return pack(parts)


def two_numbers(data: bytes) -> bytes:
    name = b'"maGiaoDich"' if b'"maGiaoDich"' in data else b'"txn_id"'
    return data.replace(name, name + b': "KHAC", ' + name, 1)


CONTRADICTIONS: dict[str, tuple[Callable[[Made], bytes], str, str]] = {
    "signed five days after the receipt": (lambda it: forged(it.first, CLOCK, same, signed(days=5)), FAILED, "ATTEMPT-BEFORE-SIGNING"),
    "sent a month before signing": (lambda it: sent_earlier(it.first, days=-29), FAILED, "ATTEMPT-BEFORE-SIGNING"),
    "sent hours before signing": (lambda it: sent_earlier(it.first, hours=-5), UNKNOWN, "ATTEMPT-BEFORE-SIGNING"),
    "refused": (lambda it: forged(it.first, ATTEMPTS, lambda rows: rows[0].update(outcome="Rejected", code="204")), FAILED, "RECEIPT-NOT-ACCEPTED"),
    "HTTP 500": (lambda it: forged(it.first, ATTEMPTS, put("http_status", 500)), FAILED, "ANSWER-OTHER"),
    "no byte left": (lambda it: forged(it.first, ATTEMPTS, put("bytes_from", None)), FAILED, "RECEIPT-NOT-SENT"),
    "not sent": (lambda it: forged(it.first, ATTEMPTS, put("outcome", "NotSent")), FAILED, "RECEIPT-NOT-SENT"),
    "received a year before": (lambda it: forged(it.first, RECEIPTS, moved("received_at", days=-365)), FAILED, "RECEIPT-TIMES"),
    "received a month after": (lambda it: forged(it.first, RECEIPTS, moved("received_at", days=30)), FAILED, "RECEIPT-TIMES"),
    "stated at another time": (lambda it: forged(it.first, RECEIPTS, put("stated_at", "20260101000000")), FAILED, "RECEIPT-STATED-AT"),
    "another message": (lambda it: forged(it.first, RECEIPTS, put("message", "Tiếp nhận thành công, đã duyệt")), FAILED, "RECEIPT-MESSAGE"),
    "closed two days after it was frozen": (lambda it: forged(it.first, CLOCK, lambda clock: clock.update(closed_at=later(clock["frozen_at"], days=2))), FAILED, "CLOCK-CLOSED"),
    "a certificate said to last longer": (lambda it: forged(it.first, CERTIFICATES, moved("not_after", days=400)), FAILED, "CERTIFICATE-TOLD"),
    "another serial number": (lambda it: forged(it.first, CERTIFICATES, put("serial", "1")), FAILED, "CERTIFICATE-TOLD"),
    "a state that does not exist": (lambda it: forged(it.first, CLOCK, same, of_submission(state="DONE", word="Đã duyệt")), UNKNOWN, "STATE-UNKNOWN"),
    "fewer attempts noted than there are": (lambda it: forged(it.first, CLOCK, same, of_submission(attempts_noted=0)), UNKNOWN, "ATTEMPTS-MISSING"),
    "another date in the clock": (
        lambda it: forged(it.first, CLOCK, lambda clock: put("portal_date", "Mon, 30 Nov 2020 00:00:00 GMT")(clock["answers"])), FAILED, "CLOCK-OTHER",
    ),
    "another end in the clock": (lambda it: forged(it.first, CLOCK, lambda clock: moved("ended_at", days=1)(clock["answers"])), FAILED, "CLOCK-OTHER"),
    "frozen at another time": (lambda it: forged(it.first, CLOCK, same, lambda listing: listing.update(frozen_at="2027-01-01T00:00:00+00:00")), FAILED, "CLOCK-OTHER"),
    "no journal": (lambda it: forged(it.first, JOURNAL, list.clear), UNKNOWN, "JOURNAL-MISSING"),
    "another's journal": (lambda it: forged(it.first, JOURNAL, lambda _: json.loads(unpack(it.second)[JOURNAL])), FAILED, "JOURNAL-OTHER"),
    "both journals": (lambda it: forged(it.first, JOURNAL, lambda rows: rows + json.loads(unpack(it.second)[JOURNAL])), FAILED, "JOURNAL-OTHER"),
    "another version": (lambda it: forged(it.first, CLOCK, same, lambda listing: listing.update(version=7)), FAILED, "JOURNAL-OTHER"),
    "a receipt twice": (lambda it: forged(it.first, RECEIPTS, lambda rows: rows + rows), FAILED, "RECEIPT-TWICE"),
    "two receipts of one attempt": (
        lambda it: forged(it.first, RECEIPTS, lambda rows: [*rows, rows[0] | {"transaction_number": "KHAC", "stated_by": "ai"}]), FAILED, "RECEIPT-TWICE",
    ),
    "the word of another state": (lambda it: forged(it.first, CLOCK, same, of_submission(word="Bị từ chối")), FAILED, "STATE-OTHER"),
    "refused, with a receipt": (lambda it: forged(it.first, CLOCK, same, of_submission(state="REFUSED", word="Bị từ chối")), FAILED, "STATE-OTHER"),
    "unknown, with a receipt": (lambda it: forged(it.first, CLOCK, same, of_submission(state="UNKNOWN", word="Chưa rõ kết quả")), FAILED, "STATE-OTHER"),
    "an answer of two numbers": (lambda it: forged(it.first, ANSWER, two_numbers), UNKNOWN, "ANSWER-TWO-VALUES"),
    "a key twice": (lambda it: twice(it.first), FAILED, "PART-REPEATS"),
}  # fmt: skip


def test_each_is_named_by_both_verifiers(made: Made, tmp_path: Path) -> None:
    forgeries = {what: make(made) for what, (make, _, _) in CONTRADICTIONS.items()}
    own = made.alone(tmp_path / "alone", list(forgeries.values()))
    for (what, data), small in zip(forgeries.items(), own, strict=True):
        _, outcome, code = CONTRADICTIONS[what]
        for who, (said, codes) in (("small", small), ("strict", made.strict(data))):
            assert said == outcome and code in codes, (who, what, said, codes)


TRUE: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda data: data,
    "the clock was set back ten minutes after signing": lambda data: sent_earlier(data, minutes=-10),
    "sent days after signing": lambda data: sent_earlier(data, days=3),
    "the portal's clock is an hour off": lambda data: forged(
        forged(data, ATTEMPTS, lambda rows: put("answer_head", hour_off(rows[0]["answer_head"]))(rows)),
        CLOCK,
        lambda clock: put("portal_date", "Mon, 30 Nov 2026 23:59:59 GMT")(clock["answers"]),
    ),
    "held, superseded, findings since": lambda data: forged(
        data, CLOCK, same, of_submission(state="SUPERSEDED", word="Đã thay bằng bản mới")
    ),
}


def hour_off(head: str) -> str:
    lines = head.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("Date:"))
    lines[at] = "Date: Mon, 30 Nov 2026 23:59:59 GMT"
    return "\n".join(lines)


def test_what_may_be_true_passes_in_both(made: Made, tmp_path: Path) -> None:
    true = {what: change(made.first) for what, change in TRUE.items()}
    own = made.alone(tmp_path / "alone", list(true.values()))
    for (what, data), small in zip(true.items(), own, strict=True):
        assert small[0] == PASSED, (what, small)
        assert made.strict(data)[0] == PASSED, what


def test_corrected_versions_repeated_and_practice_receipts_pass_in_both(
    closed: Callable[..., Submission], connected: House, portal: Portal, paper: Paper, tmp_path: Path,
    clean: list[bytes],
) -> None:  # fmt: skip
    first = work(closed())
    data = changed(renamed(clean[0], first.version.visit.visit_code), "DIA_CHI", "Thôn 9, xã Mẫu")
    take_file("visit.xml", data, by="giang", reason="Sửa địa chỉ", at=timezone.now())
    second = work(Submission.objects.get(version__visit=first.version.visit, version__number=2))
    Destination.objects.update(replaces_by_visit_code=True, replaces_evidence="thử")
    strike(portal, "store-then-drop")
    repeated = work(closed())
    assert repeated.state == State.UNKNOWN
    doors.send_again(by="giang", submission=repeated)
    repeated = work(repeated)
    strike(portal, "store-then-drop")
    stated = work(closed())
    doors.it_is_there(by="giang", submission=stated, transaction_number="GD-9", reason="thấy trên cổng")
    for each in (first, second, repeated, stated):
        each.refresh_from_db()
    assert {each.state for each in (second, repeated, stated)} == {State.RECEIVED}
    judged = judge((first, second, repeated, stated), paper, tmp_path / "one")
    assert [said for said, _ in judged] == [PASSED, PASSED, PASSED, UNKNOWN]
    declare()
    assert note_practice_receipts(timezone.now())
    judged = judge((first, second, repeated, stated), paper, tmp_path / "two")
    assert [said for said, _ in judged] == [PASSED, PASSED, PASSED, UNKNOWN]
    told = [
        line.code
        for line in verify_evidence.examine(evidence.container_for(stated.version))
        if line.outcome == UNKNOWN
    ]
    assert told == ["TRUST-NOT-CHECKED", "RECEIPT-STATED"]


def judge(rows: tuple[Submission, ...], paper: Paper, folder: Path) -> list[tuple[str, set[str]]]:
    containers = [evidence.container_for(each.version) for each in rows]
    key = generate_private_key(65537, 2048).public_key()
    unused = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    made = Made(RECORD, containers[0], containers[0], paper, unused)
    own = made.alone(folder, containers)
    for data, small in zip(containers, own, strict=True):
        assert made.strict(data)[0] == small[0], (small, made.strict(data))
    return own


def test_the_states_and_words_are_those_of_the_ledger() -> None:
    assert {state.value: state.label for state in State} == verify_evidence.STATES
