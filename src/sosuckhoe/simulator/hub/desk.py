"""What checkers and set-ups know of the hub."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.desk.door import allowing, reply

from .models import HealthCheck, HubAccount

SHOWN = 200


def keep(facts: Mapping[str, Any]) -> None:
    """An account of the set-up."""
    HubAccount.objects.update_or_create(
        username=facts["username"],
        defaults={name: facts[name] for name in ("password", "sender_id", "facility_code", "key_pem")},
    )


@allowing("GET")
def received(request: HttpRequest) -> HttpResponse:
    """Every message the hub holds, in order."""
    rows = HealthCheck.objects.order_by("pk").values(
        "txn_id",
        "msg_id",
        "code",
        "sha256",
        "document_sha256",
        "version",
        "received_at",
        "account__sender_id",
    )
    return reply(list(rows))


def health_checks(request: HttpRequest) -> HttpResponse:
    """The list as a person at the hub reads it."""
    rows = HealthCheck.objects.select_related("account").order_by("-pk")[:SHOWN]
    return render(request, "desk/health_checks.html", {"rows": rows, "now": clock.now()})
