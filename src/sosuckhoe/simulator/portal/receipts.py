"""Looking up a receipt by machine: the real portal has no such service, so it is off unless a lesson wants it.

``POST /_simulator/receipts`` with ``username``, ``visit_code`` and ``sha256``, and the headers of family H. Answers
``{"found": true, "transaction": …, "received_at": …, "sha256": …}`` or ``{"found": false}``; truthful, 30 minutes
late, wrong, or 503, as the option ``receipt_look_up`` says. Receipts are remembered for 60 days.
"""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from sosuckhoe.simulator.clock import models as clock

from .answers import json_reply
from .bodies import Unreadable, fields_of
from .models import Account, Submission
from .options import options
from .tokens import holder

LATENESS = timedelta(minutes=30)


def look_up(request: HttpRequest) -> HttpResponse:
    rules = options()
    if rules.receipt_look_up == "none":
        return HttpResponse("<h1>404 Not Found</h1>", status=404)
    try:
        asked = fields_of(request)
    except Unreadable:
        return HttpResponse("<h1>400 Bad Request</h1>", status=400)
    account = holder(
        request.headers.get("accessToken", ""),
        request.headers.get("tokenId", ""),
        str(request.META["REMOTE_ADDR"]),
    )
    if account is None or account.username != asked.get("username"):
        return HttpResponse(b"", status=401, content_type="text/plain")
    if rules.receipt_look_up == "unavailable":
        return HttpResponse("<h1>503 Service Unavailable</h1>", status=503)
    found = _receipt(account, asked.get("visit_code", ""), asked.get("sha256", ""))
    if rules.receipt_look_up == "wrong":
        wrong = {"found": True, "transaction": "MP20000101KHAC", "sha256": "0" * 64}
        return json_reply({"found": False} if found["found"] else wrong)
    return json_reply(found)


def _receipt(account: Account, visit_code: str, sha256: str) -> dict[str, Any]:
    rules, now = options(), clock.now()
    known = Submission.objects.filter(
        account=account,
        visit_code=visit_code,
        sha256=sha256,
        received_at__gt=now - timedelta(days=rules.memory_days),
    ).order_by("-version")
    if rules.receipt_look_up == "late":
        known = known.filter(received_at__lte=now - LATENESS)
    row = known.defer("data").first()
    if row is None:
        return {"found": False}
    received = row.received_at.isoformat()
    return {"found": True, "transaction": row.transaction, "received_at": received, "sha256": row.sha256}
