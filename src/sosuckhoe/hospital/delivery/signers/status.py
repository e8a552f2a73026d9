"""Whether a key's certificate is revoked, before anything is signed with it (faults.md I8, F56, F57).

Where a source is configured, a signature needs an answer that is good and fresh: what is not known makes visits wait,
what is revoked is refused with its reason, and care goes on. Where none is, that is said on every page, list and proof:
"không kiểm tra thu hồi", never that the certificate is good. Each answer is kept byte for byte beside what it allowed.
"""

import hashlib
import secrets
import threading
import time
from datetime import datetime, timedelta

from cryptography import x509

from ....healthbook.signing import KeyUnusable
from ....healthbook.signing.certificates import Standing
from ....healthbook.signing.revocation import MEANINGS, SKEW, Status, judge_crl, judge_ocsp, ocsp_request
from ..models import CertificateStatus, SigningKey, StatusAnswer, StatusKind, StatusSource
from .asking import IssuerSilent, ask_responder, fetch_list

ASKS_AGAIN_AFTER = 60.0
"""Seconds between two questions about one key, whatever came of the first."""
NOT_CHECKED = "không kiểm tra thu hồi"
"""What is said where nobody is asked."""


class NotGood(KeyUnusable):
    """The issuer's answer does not let this certificate sign. Each one bears the code of its answer."""

    code = "STATUS-NOT-GOOD"

    def __init__(self, status: CertificateStatus) -> None:
        self.code, self.sentence = status.code, sentence_of(status)
        super().__init__()


def status_for(key: SigningKey, at: datetime) -> CertificateStatus | None:
    """The answer that lets this key sign at this moment; None where nobody is asked. Raises KeyUnusable.

    A good answer is used until it is no longer fresh. When half of that time is over it is renewed; a source that is
    silent then does no harm yet.
    """
    source = source_of(key)
    if source is None:
        return None
    last = latest(key, source)
    if last is not None and may_sign(last, at):
        if not _half_over(last, at) or source.kind == StatusKind.CRL_FILE or not _may_ask(key):
            return last
        try:
            return _good(ask(key, source, at))
        except IssuerSilent:
            return last
    with _one_asks(key):
        # Whoever waited here has the answer of the one who asked.
        last = latest(key, source)
        if last is not None and may_sign(last, at):
            return last
        if not _may_ask(key):
            raise NotGood(last) if last is not None and is_bad(last) else IssuerSilent
        return _good(ask(key, source, at))


def source_of(key: SigningKey) -> StatusSource | None:
    """Who is asked about this key; read once where the key came with it."""
    try:
        return key.status_source
    except StatusSource.DoesNotExist:
        return None


def latest(key: SigningKey, source: StatusSource | None = None) -> CertificateStatus | None:
    """The last answer, of the source as it is configured now: the last that came, whatever the clock said then."""
    rows = CertificateStatus.objects.filter(key=key)
    if source is not None:
        rows = rows.filter(asked_at__gte=source.set_at)
    return rows.order_by("-pk").first()


def may_sign(status: CertificateStatus, at: datetime) -> bool:
    """Good, and still fresh."""
    fresh = status.fresh_until is not None and status.asked_at - SKEW <= at <= status.fresh_until
    return status.code == "STATUS-GOOD" and fresh


def _half_over(status: CertificateStatus, at: datetime) -> bool:
    assert status.fresh_until is not None
    return at - status.asked_at > (status.fresh_until - status.asked_at) / 2


def is_bad(status: CertificateStatus) -> bool:
    """Anything but good."""
    return status.code != "STATUS-GOOD"


def is_revoked(status: CertificateStatus) -> bool:
    """A definite no, of the certificate or of its issuer."""
    return status.code.endswith(("-REVOKED", "-SUSPENDED"))


def sentence_of(status: CertificateStatus) -> str:
    """What the answer means for who signs here."""
    subject, _, what = status.code.partition("-")
    sentence = MEANINGS[f"STATUS-{what}"][1]
    if subject == "AUTHORITY":
        sentence = f"Về chứng thư của chính nơi cấp: {sentence[0].lower()}{sentence[1:]}"
    if is_revoked(status):
        why = REASONS.get(status.reason, "")
        return f"{sentence}{f' Lý do: {why}.' if why else ''} Không ký bằng chứng thư này nữa; hãy liên hệ nơi cấp."
    if is_bad(status):
        return f"{sentence} Hồ sơ chờ ký cho đến khi có trả lời rõ ràng."
    return sentence


REASONS = {
    "keyCompromise": "khóa bị lộ",
    "cACompromise": "khóa của nơi cấp bị lộ",
    "affiliationChanged": "thông tin tổ chức thay đổi",
    "superseded": "đã có chứng thư thay thế",
    "cessationOfOperation": "ngừng hoạt động",
    "certificateHold": "tạm dừng",
    "privilegeWithdrawn": "bị rút quyền",
    "aACompromise": "nơi cấp bị xâm phạm",
}
"""RFC 5280 §5.3.1, in words."""


def ask(key: SigningKey, source: StatusSource, at: datetime) -> CertificateStatus:
    """One question, its answer kept. Raises IssuerSilent or IssuerNotAllowed when there is none."""
    _note_question(key)
    certificate = x509.load_pem_x509_certificate(key.certificate_pem.encode())
    issuer = x509.load_pem_x509_certificate(source.issuer_pem.encode())
    fresh_for = timedelta(seconds=source.fresh_seconds)
    answer, status = _answer(source, certificate, issuer, at, fresh_for)
    code, ends = status.code, _ends(source, status, at, fresh_for)
    above: bytes | None = None
    if source.authority_pem:
        authority = x509.load_pem_x509_certificate(source.authority_pem.encode())
        above = bytes(source.authority_crl) if source.authority_crl else fetch_list(source.authority_url)
        said = judge_crl(above, issuer, authority, at=at, fresh_for=fresh_for)
        if said.standing is not Standing.GOOD and status.standing is Standing.GOOD:
            code, status = said.code.replace("STATUS-", "AUTHORITY-"), said
        ends = _earlier(ends, said.until)
    last, kept = latest(key, source), _kept(answer)
    if last is not None and (last.code, last.answer_id) == (code, kept.pk) and is_bad(last):
        return last
    made = CertificateStatus.objects.create(
        key=key,
        asked_at=at,
        kind=source.kind,
        code=code,
        said_at=status.said_at,
        until=status.until,
        fresh_until=ends,
        fresh_seconds=source.fresh_seconds,
        revoked_at=status.revoked_at,
        reason=status.reason[:40],
        answer=kept,
        authority_answer=_kept(above) if above is not None else None,
        issuers_pem=source.issuer_pem + source.authority_pem,
    )
    if source.set_at > at:
        # Named while the clock was ahead: what was just asked is of this source, and is to be found.
        StatusSource.objects.filter(pk=source.pk, set_at=source.set_at).update(set_at=at)
        source.set_at = at
    return made


def _answer(
    source: StatusSource,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    at: datetime,
    fresh_for: timedelta,
) -> tuple[bytes, Status]:
    if source.kind == StatusKind.OCSP:
        nonce = secrets.token_bytes(16)
        answer = ask_responder(source.url, ocsp_request(certificate, issuer, nonce))
        return answer, judge_ocsp(
            answer,
            certificate,
            issuer,
            at=at,
            fresh_for=fresh_for,
            nonce=nonce,
            nonce_required=source.nonce_required,
        )
    answer = bytes(source.crl or b"") if source.kind == StatusKind.CRL_FILE else fetch_list(source.url)
    return answer, judge_crl(answer, certificate, issuer, at=at, fresh_for=fresh_for)


def _ends(source: StatusSource, status: Status, at: datetime, fresh_for: timedelta) -> datetime | None:
    """Until when an answer may be relied on. A list loaded by hand holds until its own end: that is its limit."""
    if status.said_at is None:
        return None
    if source.kind == StatusKind.OCSP:
        limit = status.said_at + fresh_for
    elif source.kind == StatusKind.CRL:
        limit = at + fresh_for
    else:
        return status.until or status.said_at + fresh_for
    return _earlier(limit, status.until)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _kept(content: bytes) -> StatusAnswer:
    print_ = hashlib.sha256(content).hexdigest()
    return StatusAnswer.objects.get_or_create(sha256=print_, defaults={"content": content})[0]


def _good(status: CertificateStatus) -> CertificateStatus:
    if is_bad(status):
        raise NotGood(status)
    return status


_asked: dict[int, float] = {}
_guard = threading.Lock()
_questions: dict[int, threading.Lock] = {}


def _one_asks(key: SigningKey) -> threading.Lock:
    """Held while a question about this key is under way, so that who needs the same answer waits for it."""
    with _guard:
        return _questions.setdefault(key.pk, threading.Lock())


def _may_ask(key: SigningKey) -> bool:
    with _guard:
        return time.monotonic() >= _asked.get(key.pk, 0.0)


def _note_question(key: SigningKey) -> None:
    with _guard:
        _asked[key.pk] = time.monotonic() + ASKS_AGAIN_AFTER


def ask_at_once(key: SigningKey) -> None:
    """The next signature asks anew: the source was changed, or somebody wants to know."""
    with _guard:
        _asked.pop(key.pk, None)
