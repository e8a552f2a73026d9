"""Building again, byte for byte, a file that left: from the same record, of the same day, with the same key.

RSA PKCS#1 v1.5 gives the same signature for the same bytes, so a file that is whole again has the hash that was noted
when it left. Nothing is signed that had not been signed: what comes out with another hash is thrown away.
"""

import hashlib
from datetime import date, datetime

from django.utils import timezone

from ....healthbook.document import CannotWrite, write_check_in, write_visit
from ....healthbook.signing import CannotSign, KeyUnusable, sign
from ...visits.choices import tables_to_send
from ..closing import edition_for
from ..models import KeyKind, SigningKey, Submission
from ..receipts import SentLine
from ..secrets import SecretExposed, SecretMissing
from ..signers.keys import signer_of


def rebuilt(submission: Submission, sent: SentLine, key: SigningKey) -> bytes | None:
    """The bytes with the noted hash; None where they cannot be had here any more."""
    if key.kind == KeyKind.ELSEWHERE or not sent.signature_id or submission.health_check_id:
        return None
    try:
        unsigned = _unsigned(submission, timezone.localdate(datetime.fromisoformat(sent.signed_at)))
        if hashlib.sha256(unsigned).hexdigest() != sent.unsigned_sha256:
            return None
        signed = sign(unsigned, signer_of(key), signature_id=sent.signature_id, canonical=True)
    except (CannotWrite, CannotSign, KeyUnusable, SecretMissing, SecretExposed, OSError):
        return None
    return signed if hashlib.sha256(signed).hexdigest() == sent.document_sha256 else None


def _unsigned(submission: Submission, day: date) -> bytes:
    """As it was written on its day; nothing is checked, since nothing leaves."""
    if submission.check_in is not None:
        return write_check_in([submission.check_in.row], submission.check_in.edition)
    version = submission.version
    assert version is not None
    visit = version.visit
    return write_visit(
        version.record,
        edition_for(version.record, version.at),
        facility_code=visit.facility_code,
        made_on=day,
        tables=tables_to_send(version.record, insured=visit.insured, facility=visit.facility, day=day),
    )
