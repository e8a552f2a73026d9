"""Trying a key: every step from the certificate to a signature that the strict verifier passes, and where it stops."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from ....healthbook.signing import KeyUnusable, Outcome, Signer, sign, verify
from ...journal.chain import note
from ..models import KeyKind, SigningKey
from .keys import CannotSignNow, open_signer, wake
from .refused import secret_of_service
from .status import NOT_CHECKED, status_for

PROBE = (
    "<GIAMDINHHS><THONGTINDONVI><MACSKCB></MACSKCB></THONGTINDONVI><THONGTINHOSO>{}</THONGTINHOSO>"
    "<CHUKYDONVI></CHUKYDONVI></GIAMDINHHS>"
)
"""A file of no patient and no facility; it is signed, judged, and forgotten."""
DATES, STATUS, OPENS, PASSES = (
    "Chứng thư còn trong thời hạn",
    "Nơi cấp cho biết không bị thu hồi",
    "Khóa mở được và ký được",
    "Chữ ký thử qua được bước kiểm tra nghiêm ngặt",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trial."""

    name: str
    outcome: str
    """good, look, stop, or wait for what was not tried any more."""
    sentence: str = ""


def try_key(*, by: Any, key: SigningKey) -> list[Step]:
    """Sign a file that means nothing, once: a PIN is tried at most once, as always. A signing service is asked once
    more with a secret that it refused, for it may have unlocked the account meanwhile."""
    steps = list(_steps(key, timezone.now()))
    names = [DATES, STATUS, OPENS, PASSES]
    steps += [Step(name, "wait") for name in names[len(steps) :]]
    note(by, "key-tested", "key", key.pk, passed=all(step.outcome in ("good", "look") for step in steps))
    return steps


def _steps(key: SigningKey, now: datetime) -> "list[Step]":
    if not key.valid_at(now):
        early = now < key.not_before
        word = (
            "Chưa đến ngày có hiệu lực. Hãy kiểm tra đồng hồ của máy." if early else "Chứng thư đã hết hạn."
        )
        return [Step(DATES, "stop", word)]
    steps = [Step(DATES, "good")]
    try:
        status = status_for(key, now)
    except KeyUnusable as problem:
        return [*steps, Step(STATUS, "stop", f"{problem} ({problem.code})")]
    if status is None:
        steps.append(Step(STATUS, "look", f"Đang {NOT_CHECKED}: chưa khai nơi hỏi."))
    else:
        steps.append(Step(STATUS, "good"))
    if key.kind == KeyKind.ELSEWHERE:
        return [*steps, Step(OPENS, "look", "Khóa ở máy khác: tải gói chờ ký, ký rồi nộp lại để thử.")]
    wake(key)
    try:
        if key.kind == KeyKind.REMOTE:
            secret_of_service(key).may_be_tried()
        signed = _signed(open_signer(key))
    except (KeyUnusable, CannotSignNow) as problem:
        return [*steps, Step(OPENS, "stop", f"{problem} ({problem.code})")]
    steps.append(Step(OPENS, "good"))
    verdict = verify(signed, at=max(now, timezone.now()), registered=[key.fingerprint])
    if verdict.outcome is not Outcome.PASSED:
        return [*steps, Step(PASSES, "stop", f"{verdict.sentence_vi} ({verdict.code})")]
    return [*steps, Step(PASSES, "good")]


def _signed(signer: Signer) -> bytes:
    probe = PROBE.format(uuid.uuid4()).encode()
    return sign(probe, signer, signature_id=f"Signature-{uuid.uuid4()}", canonical=True)
