"""The evidence of what was sent: everything known of its signing and sending, in one file that verifies alone."""

from .container import (
    VERIFIER_NAME,
    container_for,
    keys_of,
    manifest_sha256,
    take_evidence,
    verifier_source,
)
from .subjects import Subject

__all__ = [
    "VERIFIER_NAME",
    "Subject",
    "container_for",
    "keys_of",
    "manifest_sha256",
    "take_evidence",
    "verifier_source",
]
