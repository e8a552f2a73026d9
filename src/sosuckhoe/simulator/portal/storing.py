"""Keeping what was accepted: every version, a new transaction number each, and the ledger line with it."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sosuckhoe.healthbook.signing import Verdict
from sosuckhoe.simulator.clock import models as clock

from .asked import ServiceRequest
from .history import write_down
from .models import RECORD, Account, Submission
from .options import Options
from .reading import Arrived
from .signatures import fingerprint_of
from .statements import Asked, add, one_commit


class Duplicate(Exception):
    """With ``repeats=refuse``: these very bytes are here already."""


def new_transaction(at: datetime) -> str:
    """A number of our own making: the true form is not public, and order must not be read from it."""
    return f"MP{clock.on_the_wall(at):%Y%m%d}{secrets.token_hex(7).upper()}"


def publication_time(received_at: datetime, sha256: str, rules: Options) -> datetime:
    """When the insurer gets to it: within the promised hours, spread by the seed and the bytes."""
    digest = hashlib.sha256(f"{rules.seed}:{sha256}".encode()).digest()
    share = int.from_bytes(digest[:4]) / 2**32
    return received_at + timedelta(hours=rules.publish_within_hours * (0.02 + 0.96 * share))


def store(
    request: ServiceRequest, account: Account, arrived: Arrived, data: bytes, verdict: Verdict, rules: Options
) -> Submission:
    """Store the bytes and the line of the history in one transaction. Raises Duplicate."""
    call = request.call
    sha256, now = call.sha256, clock.now()
    with one_commit():
        before = dict(_SAME_VISIT.rows(arrived.facility_code, arrived.visit_code, call.service))
        repeated = sha256 in before.values()
        if repeated and rules.repeats == "refuse":
            raise Duplicate
        submission = Submission(
            transaction=new_transaction(now),
            kind=call.service,
            account=account,
            facility_code=arrived.facility_code,
            visit_code=arrived.visit_code,
            version=max(before, default=0) + 1,
            sha256=sha256,
            data=data,
            path=request.service.path,
            received_at=now,
            certificate=fingerprint_of(verdict.certificate) if verdict.certificate else "",
            publish_at=publication_time(now, sha256, rules) if call.service == RECORD else None,
            counted_twice=repeated and rules.repeats == "count",
        )
        add(submission)
        call.stored, call.transaction = True, submission.transaction
        call.code, call.http_status = "200", 200
        add(call)
        write_down()
    return submission


_SAME_VISIT = Asked(
    lambda facility, visit, kind: Submission.objects.filter(
        facility_code=facility, visit_code=visit, kind=kind
    ).values_list("version", "sha256"),
    "some facility",
    "some visit",
    "some kind",
)
