"""Signing a health check: the concluding doctor first, the facility last, over both (moh-hub.md §6).

The doctor's signature is taken as it was delivered. Where it is missing, it is made only with a key the hospital
keeps for exactly the person the file names; which field names that person is a setting, for annex 01 is not at hand.
"""

import re
import uuid
from datetime import datetime

from django.conf import settings as django_settings

from ....healthbook.health_check import read_health_check
from ....healthbook.signing import (
    CannotSign,
    KeyUnusable,
    Outcome,
    Policy,
    Signer,
    health_check_policy,
    load_pkcs12,
    sign,
    verify,
)
from ..models import Submission
from ..secrets import SecretExposed, SecretMissing, secret_of
from .settings import HubSettings


class DoctorsSignature(Exception):
    """What is wrong with the doctor's signature; this health check is held."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def facility_policy(submission: Submission) -> Policy:
    """Where the facility's signature goes at this hub."""
    return health_check_policy(HubSettings.of(submission.destination.hub).within)


def with_doctors_signature(submission: Submission, *, at: datetime) -> bytes:
    """The file to be signed by the facility. Raises DoctorsSignature, and KeyUnusable of the doctor's key."""
    settings = HubSettings.of(submission.destination.hub)
    document = submission.content[0]
    file = read_health_check(document)
    policy = health_check_policy(settings.within, doctor=True)
    if file.doctor_signed:
        verdict = verify(document, at=at, policy=policy)
        # Whose certificate it is nobody here can know: only a signature that does not hold is a fault.
        if verdict.outcome is Outcome.FAILED:
            raise DoctorsSignature(
                "DOCTOR-SIGNATURE", f"Chữ ký của bác sĩ kết luận không đúng: {verdict.sentence_vi}"
            )
        return document
    named = {value for _, value in file.values(settings.doctor_field)} if settings.doctor_field else set()
    signer = _signer_of(named.pop()) if len(named) == 1 else None
    if signer is None:
        return document
    try:
        return sign(document, signer, signature_id=f"Doctor-{uuid.uuid4()}", policy=policy)
    except CannotSign as problem:
        raise DoctorsSignature(problem.code, problem.sentence) from None


def _signer_of(person: str) -> Signer | None:
    """The key kept for this person: ``keys/doctors/<value>.p12``, its password in ``file:doctor-<value>``."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", person):
        return None
    file = django_settings.HOME.keys / "doctors" / f"{person}.p12"
    try:
        data: bytes = file.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return load_pkcs12(data, secret_of(f"file:doctor-{person}").encode())
    except (SecretMissing, SecretExposed) as problem:
        raise DoctorsSignature("DOCTOR-KEY", str(problem)) from None
    except KeyUnusable as problem:
        raise DoctorsSignature("DOCTOR-KEY", f"Khóa ký của bác sĩ không dùng được: {problem}") from None
