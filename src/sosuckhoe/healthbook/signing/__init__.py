"""Signing: XML in, signed XML out, a verdict back.

``sign`` puts the facility's signature into a document; ``verify`` judges one and returns the verified tree,
which alone may be read afterwards. The two share the policy and no code. Keys sit behind ``Signer``.
"""

from .certificates import Registrar, Standing, fingerprint, tax_code_of
from .policy import PROFILE_A, Policy, health_check_policy
from .practice import PracticeAuthority, to_pkcs12
from .report import EXIT_CODES, as_json, report
from .signature import CannotSign, sign
from .signer import (
    FileSigner,
    KeyCertificateMismatch,
    KeyTooShort,
    KeyUnusable,
    NoCertificate,
    NoPrivateKey,
    NotAKeyFile,
    NotRsa,
    Signer,
    WrongPassword,
    load_pkcs12,
)
from .verdict import MEANINGS, Outcome, Verdict
from .verifier import verify

__all__ = [
    "EXIT_CODES",
    "MEANINGS",
    "PROFILE_A",
    "CannotSign",
    "FileSigner",
    "KeyCertificateMismatch",
    "KeyTooShort",
    "KeyUnusable",
    "NoCertificate",
    "NoPrivateKey",
    "NotAKeyFile",
    "NotRsa",
    "Outcome",
    "Policy",
    "PracticeAuthority",
    "Registrar",
    "Signer",
    "Standing",
    "Verdict",
    "WrongPassword",
    "as_json",
    "fingerprint",
    "health_check_policy",
    "load_pkcs12",
    "report",
    "sign",
    "tax_code_of",
    "to_pkcs12",
    "verify",
]
