"""The signing step: record → bytes → checked again → signed → strictly verified → stored, in one transaction."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from ...healthbook.document import CannotWrite, Obstacle, write_check_in, write_visit
from ...healthbook.signing import PROFILE_A, CannotSign, KeyUnusable, Outcome, sign, verify
from ...healthbook.validation import Fault, check_record
from ..visits.choices import tables_to_send
from ..visits.models import CheckIn, RecordVersion
from .closing import FAULTS_HOLD, edition_for, rules_for
from .crashpoints import here
from .hub.message import CannotFreeze, TooLarge, freeze_message, message_of
from .hub.settings import HubSettings
from .hub.signing import DoctorsSignature, facility_policy, with_doctors_signature
from .ledger import step
from .models import CertificateStatus, HubMessage, SignedDocument, SigningKey, Submission
from .prepared import add, look
from .signers.keys import CannotSignNow, key_for, key_rests
from .signers.status import status_for
from .states import State
from .turns import writing


class Held(Exception):
    """This record cannot be signed as it is: a person has to look."""

    def __init__(self, code: str, sentence: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.sentence, self.faults = code, sentence, faults


@dataclass(frozen=True, slots=True)
class Signed:
    """Bytes that passed the strict verifier and are not stored yet: until then nobody has them, and they may be lost."""

    submission: Submission
    content: bytes
    unsigned_sha256: str
    key: SigningKey
    at: datetime
    status: CertificateStatus | None


def store_all(made: Sequence[Signed]) -> None:
    """Keep what was signed of a handful, in one commit, but for what somebody with a newer fence has taken over."""
    with writing():
        for each in made:
            store_signed(
                each.submission,
                each.content,
                unsigned_sha256=each.unsigned_sha256,
                key=each.key,
                at=each.at,
                signer=each.key.name,
                status=each.status,
                fence=each.submission.fence,
            )
    here("K14")


def make_signed(submission: Submission, *, at: datetime) -> Signed:
    """Sign what was claimed. Raises Held (this record's own affair) or CannotSignNow (the key's: visits wait)."""
    check_whole(submission)
    key, signer = key_for(submission.facility, at)
    unsigned = unsigned_bytes(submission, at=at)
    here("K11")
    try:
        status = status_for(key, at)
    except KeyUnusable as problem:
        raise key_rests(key, problem) from None
    here("K12")
    ours = submission.health_check_id is None
    policy = PROFILE_A if ours else facility_policy(submission)
    try:
        signed = sign(
            unsigned, signer, signature_id=f"Signature-{uuid.uuid4()}", canonical=ours, policy=policy
        )
    except CannotSign as problem:
        raise Held(problem.code, problem.sentence) from None
    except KeyUnusable as problem:
        raise key_rests(key, problem) from None
    here("K13")
    # A token or a service may take its time: the certificate has to hold when the work is over, too (F55).
    done = max(at, timezone.now())
    verdict = verify(signed, at=done, registered=[key.fingerprint], policy=policy)
    if verdict.outcome is not Outcome.PASSED:
        raise CannotSignNow(verdict.code, f"Chữ ký vừa tạo không qua được kiểm tra: {verdict.sentence_vi}")
    return Signed(
        submission,
        signed if ours else _message(submission, signed, done),
        hashlib.sha256(unsigned).hexdigest(),
        key,
        at,
        status,
    )


def check_whole(submission: Submission) -> None:
    """What is stored is what was frozen; raises Held."""
    content, frozen = submission.content
    if hashlib.sha256(content).hexdigest() != frozen:
        raise Held(
            "RECORD-DAMAGED", "Nội dung hồ sơ lưu trong máy không còn khớp mã băm. Báo công nghệ thông tin."
        )


def unsigned_bytes(submission: Submission, *, at: datetime) -> bytes:
    """The file to be signed, canonical by construction; a record is checked by the rules of today. Raises Held."""
    here("K08")
    if submission.check_in is not None:
        return _check_in_bytes(submission.check_in)
    if submission.health_check is not None:
        return _health_check_bytes(submission, at)
    version = submission.version
    assert version is not None
    visit = version.visit
    day = timezone.localdate(at)
    tables = tables_to_send(version.record, insured=visit.insured, facility=visit.facility, day=day)
    here("K09")
    edition = edition_for(version.record, version.at)
    try:
        unsigned = write_visit(
            version.record, edition, facility_code=visit.facility_code, made_on=day, tables=tables
        )
    except CannotWrite as problem:
        obstacles = tuple(_as_fault(obstacle) for obstacle in problem.faults)
        raise Held("CANNOT-WRITE", "Hồ sơ không ghi được thành tệp đúng chuẩn.", obstacles) from None
    here("K10")
    check_again(submission, day)
    return unsigned


def _check_in_bytes(check_in: CheckIn) -> bytes:
    try:
        return write_check_in([check_in.row], check_in.edition)
    except CannotWrite:
        raise Held("CANNOT-WRITE", "Báo vào khám không ghi được thành tệp đúng chuẩn.") from None


def _health_check_bytes(submission: Submission, at: datetime) -> bytes:
    try:
        return with_doctors_signature(submission, at=at)
    except DoctorsSignature as problem:
        raise Held(problem.code, problem.sentence) from None


def _message(submission: Submission, signed: bytes, at: datetime) -> bytes:
    """What goes to a hub is the whole message, so that is what is stored."""
    try:
        return freeze_message(signed, HubSettings.of(submission.destination.hub), at=at)
    except CannotFreeze as problem:
        raise CannotSignNow(problem.code, problem.sentence) from None
    except TooLarge:
        raise Held("HUB-TOO-LARGE", "Bản tin lớn hơn mức trục nhận. Kiểm tra lại tệp xuất ra.") from None


def store_signed(
    submission: Submission,
    signed: bytes,
    *,
    unsigned_sha256: str,
    key: SigningKey,
    at: datetime,
    signer: str,
    status: CertificateStatus | None,
    fence: int | None = None,
) -> SignedDocument | None:
    """Keep bytes that passed the strict verifier, and the step that goes with them. None: somebody was faster."""
    with transaction.atomic():
        document = SignedDocument(
            submission=submission,
            number=len(look(SignedDocument, {"submission_id": submission.pk}, ("id",))) + 1,
            content=signed,
            sha256=hashlib.sha256(signed).hexdigest(),
            unsigned_sha256=unsigned_sha256,
            record_sha256=submission.content[1],
            size=len(signed),
            key=key,
            certificate_fingerprint=key.fingerprint,
            signed_at=at,
            signer=signer,
            status=status,
        )
        columns = [field.attname for field in SignedDocument._meta.concrete_fields if not field.primary_key]
        ((document.pk,),) = add(SignedDocument, [{name: getattr(document, name) for name in columns}])
        if not step(
            submission,
            State.SIGNED,
            at=at,
            fence=fence,
            document=document,
            not_before=None,
            delays=0,
            problem_code="",
            problem="",
        ):
            transaction.set_rollback(True)
            return None
        if submission.health_check_id is not None:
            add(HubMessage, [{"document_id": document.pk, "msg_id": message_of(signed).msg_id}])
    return document


def _grown_to_errors(version: RecordVersion, errors: list[Fault]) -> None:
    """What was a warning when it was frozen and holds it back today is shown as what it is now."""
    now = {(fault.rule, fault.path, fault.row) for fault in errors}
    rows = version.findings.filter(overruled_by="").exclude(severity="error")
    grown = [row.pk for row in rows.only("rule", "path", "row") if (row.rule, row.path, row.row) in now]
    version.findings.filter(pk__in=grown).update(severity="error")


def _as_fault(obstacle: Obstacle) -> Fault:
    return Fault(
        rule=obstacle.code,
        path=obstacle.path,
        row=obstacle.row,
        severity="error",
        message=obstacle.sentence,
        source="Không ghi được thành tệp đúng chuẩn",
        owner="it",
    )


def check_again(submission: Submission, day: date) -> None:
    """The rules of today over the record of then: what was not overruled holds it back."""
    version = submission.version
    assert version is not None
    policy = rules_for(version.record, facility=version.visit.facility, day=day)
    known = {
        (rule, path, row): bool(by)
        for rule, path, row, by in version.findings.values_list("rule", "path", "row", "overruled_by")
    }
    errors = [
        fault
        for fault in check_record(
            version.record, edition_for(version.record, version.at), day=day, policy=policy
        )
        if fault.severity == "error" and not known.get((fault.rule, fault.path, fault.row))
    ]
    if errors:
        _grown_to_errors(version, errors)
        raise Held(
            *FAULTS_HOLD, tuple(fault for fault in errors if (fault.rule, fault.path, fault.row) not in known)
        )
