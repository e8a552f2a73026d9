"""What was signed and never tried is signed anew when its certificate no longer counts (faults.md I8, F55, F56).

The portal judges a signature when the file comes, and no timestamp authority says when it was made (signing.md §4 and
§6). So neither a certificate that has ended nor one that was revoked goes out, be the revocation dated before the
signing or after it; which of the two is said, since only the first doubts the signature itself. What was tried may be
there already: it is never signed anew.
"""

import threading
import time
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from ...healthbook.signing import KeyUnusable
from .ledger import may_have_left, step
from .models import Attempt, CertificateStatus, SignedDocument, SigningKey, StatusKind, Submission
from .signers.status import ASKS_AGAIN_AFTER, is_revoked, latest, source_of, status_for
from .states import State

CODE = "CERTIFICATE-REVOKED"


def must_sign_anew(submission: Submission, now: datetime) -> bool:
    """Whether it went back to be signed: its old file is kept, a new one is made as soon as a key is good."""
    document = submission.document
    if document is None:
        return False
    status = known_revoked(document.key) if document.key.valid_at(now) else None
    if (status is None and document.key.valid_at(now)) or was_tried(submission):
        return False
    why = {} if status is None else {"problem_code": CODE, "problem": _sentence(document, status)}
    return step(submission, State.WAITING, at=now, document=document, **why)


def was_tried(submission: Submission, *, before: Attempt | None = None) -> bool:
    """Whether bytes of it may have left, in an attempt other than this one."""
    tried = submission.attempts.filter(may_have_left())
    return (tried if before is None else tried.exclude(pk=before.pk)).exists()


def known_revoked(key: SigningKey) -> CertificateStatus | None:
    """The issuer's last word, where it is a definite no; None where nobody is asked."""
    source = source_of(key)
    last = latest(key, source) if source is not None else None
    return last if last is not None and is_revoked(last) else None


def _sentence(document: SignedDocument, status: CertificateStatus) -> str:
    since = status.revoked_at
    signed = f"{timezone.localtime(document.signed_at):%H:%M ngày %d/%m/%Y}"
    if since is None:
        when = "Nơi cấp không cho biết từ lúc nào."
    else:
        order = "trước" if since <= document.signed_at else "sau"
        when = f"Thu hồi từ {timezone.localtime(since):%H:%M ngày %d/%m/%Y}, {order} khi ký."
    return (
        f"Tệp ký lúc {signed} chưa gửi lần nào, mà chứng thư đã bị thu hồi hoặc tạm dừng. {when} "
        "Tệp ấy được giữ lại, không gửi; hồ sơ chờ ký bằng khóa còn tốt."
    )


_guard = threading.Lock()
_asked_at = -ASKS_AGAIN_AFTER


def ask_about_what_waits(at: datetime) -> None:
    """Keep the issuer's word fresh for keys whose signed files still wait, as in an outage when nothing is signed.

    A silent issuer changes nothing here: what it said when the file was signed is kept with the file.
    """
    global _asked_at
    with _guard:
        if time.monotonic() - _asked_at < ASKS_AGAIN_AFTER:
            return
        _asked_at = time.monotonic()
    waiting = Submission.ledger.filter(state=State.SIGNED, document__key=OuterRef("pk"))
    asked = SigningKey.objects.filter(Exists(waiting), status_source__isnull=False)
    for key in asked.exclude(status_source__kind=StatusKind.CRL_FILE).select_related("status_source"):
        try:
            status_for(key, at)
        except KeyUnusable:
            continue
