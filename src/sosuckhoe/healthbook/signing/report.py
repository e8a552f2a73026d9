"""The verdict for people and for machines, as ``sosuckhoe verify`` prints it."""

from datetime import timedelta, timezone

from cryptography import x509

from .certificates import fingerprint, tax_code_of
from .verdict import Outcome, Verdict

_HANOI = timezone(timedelta(hours=7))
_WORDS = {Outcome.PASSED: "ĐẠT", Outcome.FAILED: "KHÔNG ĐẠT", Outcome.UNKNOWN: "CHƯA KẾT LUẬN"}
EXIT_CODES = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.UNKNOWN: 2}
"""What the command returns: passed, failed, can't tell."""


def report(verdict: Verdict) -> str:
    """A few lines of Vietnamese: the outcome, what it means, who signed."""
    lines = [f"{_WORDS[verdict.outcome]} · {verdict.code}", verdict.sentence_vi]
    if verdict.detail:
        lines.append(f"Chi tiết: {verdict.detail}")
    if verdict.gateway_code:
        lines.append(f"Cổng tiếp nhận sẽ trả mã: {verdict.gateway_code}")
    if verdict.certificate:
        lines += _certificate_lines(verdict.certificate)
    return "\n".join(lines)


def as_json(verdict: Verdict) -> dict[str, object]:
    """The same for machines; keys never change."""
    certificate = verdict.certificate
    return {
        "outcome": verdict.outcome.value,
        "code": verdict.code,
        "gateway_code": verdict.gateway_code,
        "message": verdict.sentence_vi,
        "detail": verdict.detail,
        "certificate": certificate
        and {
            "subject": certificate.subject.rfc4514_string(),
            "issuer": certificate.issuer.rfc4514_string(),
            "serial": f"{certificate.serial_number:x}",
            "not_before": certificate.not_valid_before_utc.isoformat(),
            "not_after": certificate.not_valid_after_utc.isoformat(),
            "sha256": fingerprint(certificate),
            "tax_code": tax_code_of(certificate),
        },
    }


def _certificate_lines(certificate: x509.Certificate) -> list[str]:
    start = certificate.not_valid_before_utc.astimezone(_HANOI)
    end = certificate.not_valid_after_utc.astimezone(_HANOI)
    return [
        f"Chứng thư: {certificate.subject.rfc4514_string()}",
        f"Nơi cấp: {certificate.issuer.rfc4514_string()}",
        f"Hiệu lực: {start:%d/%m/%Y %H:%M} đến {end:%d/%m/%Y %H:%M}",
        f"Số hiệu: {certificate.serial_number:x}",
        f"SHA-256: {fingerprint(certificate)}",
    ]
