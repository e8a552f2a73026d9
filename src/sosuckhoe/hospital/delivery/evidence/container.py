"""Building a container out of the ledger: signed bytes, certificates, attempts, receipts, clock and journal.

It is stored nowhere. The same ledger gives the same bytes. Its form and every check are in
``healthbook.signing.verify_evidence``, which travels inside. It holds the signed record itself, so it is as
confidential as the record: ``take_evidence`` writes the journal line that goes with handing it out.
"""

import json
from collections.abc import Iterable
from datetime import UTC
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from cryptography import x509
from django.conf import settings
from django.db.models import Q

from ....healthbook.signing import verify_evidence
from ....healthbook.signing.verify_evidence import CALLS, FORMAT, MANIFEST, PEOPLE, pack, sha256
from ...journal.chain import note
from ...journal.models import Entry
from ..models import (
    Attempt,
    CertificateStatus,
    DestinationKind,
    Receipt,
    SignedDocument,
    SigningKey,
    StatusKind,
    Submission,
)
from ..states import State
from .one_moment import one_moment
from .subjects import About, Subject, about, told_at

VERIFIER_NAME = "verify_evidence.py"

GUIDE = """GÓI BẰNG CHỨNG CỦA {what} ĐÃ GỬI

Gói này tự chứng minh: tệp đã ký (đúng từng byte như đã gửi), chứng thư và trả lời của nơi cấp về thu hồi (nếu cơ
sở có hỏi), các lần gửi, biên nhận, giờ giấc và nhật ký.
Kiểm tra trên máy bất kỳ có Python 3.8 trở lên, không cần mạng, không cần phần mềm của bệnh viện:

    python3 verify_evidence.py GÓI.zip --ca CHỨNG_THƯ_NƠI_CẤP.pem

Tệp verify_evidence.py nằm trong gói. Người cẩn thận lấy tệp đó từ nguồn riêng của mình.
Kết quả: ĐẠT, KHÔNG ĐẠT hoặc CHƯA KẾT LUẬN. Không nêu nơi cấp (--ca) hay mã chứng thư đã đăng ký (--registered) thì
chưa thể biết chứng thư là của ai, nên kết quả là CHƯA KẾT LUẬN.

Chữ ký bảo vệ nội dung. Biên nhận, giờ giấc, sự cố làm chậm và nhật ký do cơ sở lưu lại, nơi nhận không ký các thông tin này;
khi có tranh chấp, đối chiếu mã giao dịch với nơi nhận. Biên nhận cho biết nơi nhận trả mã đó trong lần gửi mang tệp này; nơi nhận
không ghi mã băm của tệp vào biên nhận, nên nếu trả lời của hai lần gửi cùng lúc bị tráo nhau thì gói không cho thấy. {also}Giờ ký lấy theo đồng hồ máy của cơ sở, không có dấu thời gian
của bên thứ ba.

Gói chứa thông tin sức khỏe của người bệnh. Hãy giữ kín như giữ hồ sơ bệnh án.
"""


OF_A_MESSAGE = """Tệp đã gửi lên trục là một bản tin (.json) bọc phiếu đã ký. Chữ ký của chính bản tin chỉ kiểm tra được với
khóa công khai đã đăng ký với trục: thêm --hub-key TỆP.pem. Chữ ký của bác sĩ kết luận, nếu có, gói này không kiểm tra.
"""


def container_for(subject: Subject) -> bytes:
    """The container of one record version, check-in or health check, for all its destinations, as of one moment: what
    is answered while it is made would contradict what was read before."""
    with one_moment():
        return _container(subject)


def _container(subject: Subject) -> bytes:
    told = about(subject)
    submissions = list(subject.submissions.select_related("destination").order_by("id"))
    guide = GUIDE.format(what=told.heading, also=OF_A_MESSAGE if told.is_message else "")
    parts: dict[str, bytes] = {
        "HUONG-DAN.txt": guide.encode(),
        VERIFIER_NAME: verifier_source(),
        "journal.json": _json(_journal(told, submissions)),
        "certificates.json": _json(_certificates(submissions)),
        "clock.json": _json(_clock(told, submissions)),
    }
    for key in keys_of(submissions):
        parts[_pem_name(key.fingerprint)] = key.certificate_pem.encode()
    manifest = {
        "format": FORMAT,
        **told.manifest,
        "submissions": [_submission(number, one, parts) for number, one in enumerate(submissions, 1)],
        "parts": [
            {"name": name, "sha256": sha256(parts[name]), "size": len(parts[name])} for name in sorted(parts)
        ],
    }
    return pack({**parts, MANIFEST: _json(manifest)})


def take_evidence(*, by: Any, subject: Subject) -> tuple[str, bytes]:
    """File name and bytes of a container that leaves the house; who took it is in the journal."""
    data, told = container_for(subject), about(subject)
    note(by, "evidence-taken", *told.in_journal, version=subject.number, sha256=sha256(data))
    return told.file_name, data


def verifier_source() -> bytes:
    """The stand-alone verifier, as it is offered for download and put into every container."""
    return Path(verify_evidence.__file__).read_bytes()


def manifest_sha256(container: bytes) -> str:
    """What the printed proof shows: it stands for the whole container."""
    return verify_evidence.Container(container).manifest_sha256


def _submission(number: int, submission: Submission, parts: dict[str, bytes]) -> dict[str, Any]:
    """The manifest's entry of one destination; its files are added to ``parts``."""
    folder = f"submissions/{number}"
    documents = list(
        submission.documents.select_related("status__answer", "status__authority_answer").order_by("number")
    )
    for document in documents:
        parts[_document_name(folder, document)] = document.content
    attempts = list(submission.attempts.order_by("number"))
    for attempt in attempts:
        if attempt.answer is not None:
            parts[_answer_name(folder, attempt)] = attempt.answer
    parts[f"{folder}/attempts.json"] = _json([_attempt(folder, one) for one in attempts])
    receipts = submission.receipts.select_related("attempt").order_by("received_at", "id")
    parts[f"{folder}/receipts.json"] = _json([_receipt(one) for one in receipts])
    return {
        "number": number,
        "destination": submission.destination.name,
        "address": submission.destination.base_url,
        "account": submission.destination.account,
        "state": submission.state,
        "word": State(submission.state).label,
        "since": told_at(submission.since),
        "problem_code": submission.problem_code,
        "attempts_noted": submission.attempt_count,
        "documents": [_document(folder, one, parts) for one in documents],
        "attempts": f"{folder}/attempts.json",
        "receipts": f"{folder}/receipts.json",
        "portal_findings": [
            {"code": one.code, "noted_at": told_at(one.noted_at), "settled_at": told_at(one.settled_at)}
            for one in submission.portal_findings.order_by("noted_at", "id")
        ],
        **_incidents(submission),
    }


def _incidents(submission: Submission) -> dict[str, Any]:
    """What delayed it, where something did: a member that containers without any do not have."""
    found = [
        {
            "number": one.pk,
            "started_at": told_at(one.started_at),
            "ended_at": told_at(one.ended_at),
            "cause": one.cause,
            "word": one.get_cause_display(),
            "seen_by": CALLS if one.first_attempt_id else PEOPLE,
            "silent_calls": one.silent_calls,
            "announced_by": one.announced_by,
            "announced_at": told_at(one.announced_at),
            "evidence": one.told,
            "stated_by": one.stated_by,
            "stated_at": told_at(one.stated_at),
        }
        for one in submission.incidents.order_by("started_at", "id")
    ]
    return {"incidents": found} if found else {}


def _document(folder: str, document: SignedDocument, parts: dict[str, bytes]) -> dict[str, Any]:
    return {
        "number": document.number,
        "file": _document_name(folder, document),
        "sha256": document.sha256,
        "size": document.size,
        "unsigned_sha256": document.unsigned_sha256,
        "record_sha256": document.record_sha256,
        "certificate_sha256": document.certificate_fingerprint,
        "signed_at": told_at(document.signed_at),
        "signer": document.signer,
        "status": _status(document.status, parts) if document.status else None,
    }


def _document_name(folder: str, document: SignedDocument) -> str:
    """What goes to a hub is a message around the signed file."""
    message = document.submission.destination.kind == DestinationKind.HUB
    return f"{folder}/document-{document.number}.{'json' if message else 'xml'}"


def _status(status: CertificateStatus, parts: dict[str, bytes]) -> dict[str, Any]:
    """What the issuer had said of the certificate, byte for byte; the same answer stands in a container once."""

    def kept(content: bytes, ending: str) -> str:
        name = f"status/{sha256(content)[:16]}.{ending}"
        parts[name] = content
        return name

    above = status.authority_answer
    return {
        "kind": status.kind,
        "code": status.code,
        "asked_at": told_at(status.asked_at),
        "said_at": told_at(status.said_at),
        "until": told_at(status.until),
        "fresh_until": told_at(status.fresh_until),
        "fresh_seconds": status.fresh_seconds,
        "answer": kept(bytes(status.answer.content), "ocsp" if status.kind == StatusKind.OCSP else "crl"),
        "authority_answer": kept(bytes(above.content), "crl") if above is not None else None,
        "issuers": kept(status.issuers_pem.encode(), "pem"),
    }


def _attempt(folder: str, attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started_at": told_at(attempt.started_at),
        "bytes_from": told_at(attempt.bytes_from),
        "ended_at": told_at(attempt.ended_at),
        "outcome": attempt.outcome,
        "code": attempt.code,
        "http_status": attempt.http_status,
        "request_head": attempt.request_head,
        "request_sha256": attempt.request_sha256,
        "answer_head": attempt.answer_head,
        "answer": None if attempt.answer is None else _answer_name(folder, attempt),
    }


def _answer_name(folder: str, attempt: Attempt) -> str:
    return f"{folder}/answer-{attempt.number}.bin"


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "transaction_number": receipt.transaction_number,
        "attempt": receipt.attempt.number,
        "document_sha256": receipt.document_sha256,
        "received_at": told_at(receipt.received_at),
        "stated_at": receipt.stated_at,
        "message": receipt.message,
        "stated_by": receipt.stated_by,
    }


def keys_of(submissions: Iterable[Submission]) -> list[SigningKey]:
    """The keys these submissions were signed with."""
    used = SignedDocument.objects.filter(submission__in=list(submissions)).values("key")
    return list(SigningKey.objects.filter(pk__in=used).order_by("id"))


def _pem_name(fingerprint: str) -> str:
    return f"certificates/{fingerprint[:16]}.pem"


def _certificates(submissions: list[Submission]) -> list[dict[str, Any]]:
    """What was known of each certificate; what its issuer said stands beside each signature."""
    found = []
    for key in keys_of(submissions):
        certificate = x509.load_pem_x509_certificate(key.certificate_pem.encode())
        found.append(
            {
                "sha256": key.fingerprint,
                "file": _pem_name(key.fingerprint),
                "subject": certificate.subject.rfc4514_string(),
                "issuer": certificate.issuer.rfc4514_string(),
                "serial": f"{certificate.serial_number:x}",
                "not_before": told_at(key.not_before),
                "not_after": told_at(key.not_after),
                "kept_in": key.kind,
                "registered_at": told_at(key.registered_at),
                "retired_at": told_at(key.retired_at),
            }
        )
    return found


def _clock(told: About, submissions: list[Submission]) -> dict[str, Any]:
    """Our moments beside the other side's own, where it told them."""
    answered = Attempt.objects.filter(submission__in=submissions).exclude(answer_head="")
    place = {one.pk: number for number, one in enumerate(submissions, 1)}
    return {
        "time_zone": settings.TIME_ZONE,
        **told.clock,
        "answers": [
            {
                "submission": place[one.submission_id],
                "attempt": one.number,
                "ended_at": told_at(one.ended_at),
                "portal_date": _date_header(one.answer_head),
            }
            for one in answered.order_by("submission_id", "number")
        ],
    }


def _date_header(head: str) -> str:
    _, _, headers = head.partition("\n")
    return str(HeaderParser().parsestr(headers).get("Date", ""))


def _journal(told: About, submissions: list[Submission]) -> list[dict[str, Any]]:
    """The journal's lines about what was sent and its submissions, as they are chained; looks at it left out."""
    kind, object_id = told.in_journal
    lines = Q(kind=kind, object_id=str(object_id), action__in=told.actions) | Q(
        kind="submission", object_id__in=[str(one.pk) for one in submissions]
    )
    return [
        {
            "seq": one.seq,
            "at": one.at.astimezone(UTC).isoformat(),
            "actor": one.actor,
            "action": one.action,
            "kind": one.kind,
            "object_id": one.object_id,
            "detail": one.detail,
            "previous": one.previous,
            "hash": one.hash,
        }
        for one in Entry.objects.filter(lines).order_by("seq")
    ]


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
