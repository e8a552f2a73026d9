"""Who may have signed: the certificates registered for the facility, under the authorities the portal trusts."""

from datetime import datetime
from functools import lru_cache

from cryptography import x509
from django.db.models import F

from sosuckhoe.healthbook.signing import PROFILE_A, Policy, Standing, Verdict, fingerprint, verify

from .models import Account, Authority, Certificate
from .statements import Asked


@lru_cache(maxsize=64)
def _parsed(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


@lru_cache(maxsize=64)
def fingerprint_of(certificate: x509.Certificate) -> str:
    return fingerprint(certificate)


def judge_with(data: bytes, facility_code: str, *, at: datetime, policy: Policy) -> Verdict:
    """The verdict by another profile, as the hub asks for it; the same certificates are registered there."""
    registered = Certificate.objects.filter(account__facility_code=facility_code)
    return _judge(data, dict(registered.values_list("fingerprint", F("revoked"))), at, policy)


def judge(data: bytes, account: Account, facility_code: str, *, at: datetime) -> Verdict:
    """The strict verifier's verdict at the moment of receipt; its tree is all that may be read afterwards.

    The certificates are those of the facility named in the file, which may differ from the sender where the
    fault desk lets that pass.
    """
    owner = account if account.facility_code == facility_code else None
    registered = dict(_OF_FACILITY.rows(facility_code))
    if owner is None and not registered:
        own = Certificate.objects.filter(account=account)
        registered = dict(own.values_list("fingerprint", F("revoked")))
    return _judge(data, registered, at, PROFILE_A)


_OF_FACILITY = Asked(
    lambda code: Certificate.objects.filter(account__facility_code=code).values_list(
        "fingerprint", "revoked"
    ),
    "some facility",
)
_AUTHORITIES = Asked(lambda: Authority.objects.values_list("pem"))


def _judge(data: bytes, standings: dict[str, bool], at: datetime, policy: Policy) -> Verdict:
    authorities = [_parsed(pem) for (pem,) in _AUTHORITIES.rows()]

    def standing(certificate: x509.Certificate) -> Standing:
        return Standing.REVOKED if standings.get(fingerprint_of(certificate)) else Standing.GOOD

    return verify(
        data,
        at=at,
        trusted=authorities or None,
        registered=frozenset(standings),
        standing=standing,
        policy=policy,
    )
