"""For tests and trainers: who may send to the hub, and what it has got."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sosuckhoe.simulator.desk.door import allowing, body, reply

from .models import HubAccount, HubMessage


def keep(facts: Mapping[str, Any]) -> HubAccount:
    """An account; the one with the same sender_id is replaced."""
    made, _ = HubAccount.objects.update_or_create(
        sender_id=facts["sender_id"],
        defaults={
            "username": facts["username"],
            "password": facts["password"],
            "message_key": facts["message_key"],
            "certificates": facts.get("certificates", []),
        },
    )
    return made


@csrf_exempt
@allowing("GET", "POST")
def hub(request: HttpRequest) -> HttpResponse:
    """POST an account. GET: every message held, oldest first."""
    if request.method == "POST":
        try:
            return reply({"sender_id": keep(body(request)).sender_id}, 201)
        except KeyError as problem:
            raise ValueError(f"missing: {problem}") from problem
    rows = HubMessage.objects.order_by("pk")
    return reply(
        list(
            rows.values("message_id", "transaction", "sha256", "version", "received_at", "account__sender_id")
        )
    )
