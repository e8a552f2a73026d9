"""Prepare, sign elsewhere, attach: for a token at somebody's own machine, which our program cannot reach.

``prepare`` gives out the unsigned files of records that wait; ``attach`` takes signed ones back. A file is accepted
only when the strict verifier passes it with a certificate declared for the facility, and when what was signed is, by
its digest, exactly a file that was prepared for a record still waiting. Nothing else is looked at: not the file's
name, not who brought it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from lxml import etree

from ....healthbook.signing import KeyUnusable, Outcome, fingerprint, verify
from ....healthbook.signing.verify_evidence import pack
from ...journal.chain import account_of, note
from ...staff.models import Facility
from ...visits.actions import add_findings
from ..ledger import step
from ..models import PreparedDocument, SigningKey, Submission
from ..signing import Held, check_again, check_whole, store_signed, unsigned_bytes
from ..states import State
from .handed_in import files_in
from .status import status_for
from .tables import check_tables, tables_in, tables_leaving

AT_ONCE = 500
"""Files in one package."""
GUIDE_NAME = "DOC-TRUOC.txt"
GUIDE = """Các tệp XML trong gói này chờ ký bằng chứng thư của cơ sở.
Ký từng tệp: chữ ký XML nằm trong phần tử CHUKYDONVI, bao toàn bộ tệp (URI rỗng, enveloped), RSA với SHA-256,
chuẩn hóa C14N 1.0, kèm chứng thư trong KeyInfo.
Không sửa, không định dạng lại nội dung: tệp khác dù chỉ một ký tự sẽ không được nhận lại.
Ký xong, nộp lại các tệp (hoặc nén lại thành một gói) trên trang gửi hồ sơ. Tên tệp không quan trọng.
Tệp chứa thông tin sức khỏe của người bệnh: xóa khỏi máy này khi xong việc.
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A package to be carried to the token."""

    name: str
    data: bytes
    count: int
    held: int
    """Records that showed faults by today's rules and were held instead."""
    left: int
    """Records still waiting that did not fit into this package."""


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of one file."""

    name: str
    taken: bool
    code: str
    sentence: str
    visit_code: str = ""


def prepare(*, by: Any, facility: Facility) -> Prepared:
    """The unsigned files of the facility's waiting records. What was prepared before is given out unchanged, as long as
    it holds just what may be sent today."""
    now = timezone.now()
    waiting = (
        Submission.ledger.filter(
            destination__facility=facility, health_check__isnull=True, state=State.WAITING
        )
        .select_related("version__visit__facility", "check_in", "destination__facility")
        .order_by("id")
    )
    files: dict[str, bytes] = {}
    held = 0
    total = waiting.count()
    for submission in waiting[:AT_ONCE]:
        try:
            document = _prepared(submission, by, now)
        except Held as problem:
            if submission.version is not None:
                add_findings(submission.version, problem.faults)
            step(submission, State.HELD, at=now, problem_code=problem.code, problem=problem.sentence)
            held += 1
            continue
        files[f"{document.unsigned_sha256[:24]}.xml"] = document.content
    data = pack({GUIDE_NAME: GUIDE.encode(), **files})
    note(by, "files-prepared", "facility", facility.pk, count=len(files), held=held)
    return Prepared(
        f"cho-ky-{facility.code}-{timezone.localtime(now):%Y%m%d-%H%M}.zip",
        data,
        len(files),
        held,
        max(total - AT_ONCE, 0),
    )


def _prepared(submission: Submission, by: Any, now: datetime) -> PreparedDocument:
    check_whole(submission)
    day = timezone.localdate(now)
    leaving = tables_leaving(submission, day)
    for before in submission.prepared.order_by("-prepared_at"):
        if tables_in(etree.fromstring(before.content)) == leaving:
            if submission.version is not None:
                check_again(submission, day)
            return before
    content = unsigned_bytes(submission, at=now)
    return PreparedDocument.objects.create(
        submission=submission,
        content=content,
        unsigned_sha256=hashlib.sha256(content).hexdigest(),
        prepared_at=now,
        prepared_by=account_of(by),
    )


def attach(*, by: Any, name: str, data: bytes) -> list[Attached]:
    """Take back signed files: one XML, or a ZIP of them. Each is judged by itself."""
    now = timezone.now()
    outcomes = []
    for file in files_in(name, data):
        if file.problem:
            outcomes.append(Attached(file.name, False, "FILE-UNREADABLE", file.problem))
        else:
            outcomes.append(_attach_one(by, file.name, file.content, now))
    return outcomes


def _attach_one(by: Any, name: str, signed: bytes, now: datetime) -> Attached:
    keys = {key.fingerprint: key for key in SigningKey.objects.filter(retired_at__isnull=True)}
    verdict = verify(signed, at=now, registered=set(keys))
    if verdict.outcome is not Outcome.PASSED or verdict.tree is None or verdict.certificate is None:
        return Attached(name, False, verdict.code, verdict.sentence_vi)
    canonical = etree.tostring(verdict.tree.getroottree(), method="c14n", with_comments=False)
    digest = hashlib.sha256(canonical).hexdigest()
    key = keys[fingerprint(verdict.certificate)]
    try:
        status = status_for(key, now)
    except KeyUnusable as problem:
        return Attached(name, False, problem.code, f"{problem} Hãy nộp lại tệp này sau.")
    with transaction.atomic():
        waiting = list(
            Submission.ledger.select_for_update(of=("self",))
            .filter(
                pk__in=PreparedDocument.objects.filter(
                    unsigned_sha256=digest, submission__destination__facility=key.facility_id
                ).values("submission")
            )
            .select_related("version__visit__facility", "check_in", "destination__facility")
            .order_by("id")
        )
        if not waiting:
            return Attached(
                name,
                False,
                "NOT-PREPARED",
                "Tệp này không phải tệp đã giao đi ký cho cơ sở của chứng thư, hoặc nội dung đã bị đổi. "
                "Hãy tải lại gói chờ ký.",
            )
        code = waiting[0].visit_code
        open_ones = [one for one in waiting if one.state == State.WAITING]
        if not open_ones:
            return Attached(
                name, False, "NOT-WAITING", "Hồ sơ này không còn chờ ký: đã ký rồi, hoặc đã có bản mới.", code
            )
        for submission in open_ones:
            try:
                check_whole(submission)
                check_tables(submission, verdict.tree, timezone.localdate(now))
                if submission.version is not None:
                    check_again(submission, timezone.localdate(now))
            except Held as problem:
                return Attached(name, False, problem.code, problem.sentence, code)
            document = store_signed(
                submission,
                signed,
                unsigned_sha256=digest,
                key=key,
                at=now,
                signer=account_of(by),
                status=status,
            )
            assert document is not None, "the row is locked"
            note(by, "signature-attached", "submission", submission.pk, sha256=document.sha256)
    return Attached(name, True, "ATTACHED", "Đã nhận chữ ký; hồ sơ sẽ được gửi.", code)
