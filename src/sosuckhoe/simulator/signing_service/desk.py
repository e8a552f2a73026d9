"""For tests and trainers: keep a credential, change how it behaves, see what was asked for."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sosuckhoe.healthbook.signing import KeyUnusable, load_pkcs12
from sosuckhoe.simulator.desk.door import allowing, body, reply

from .models import Behaviour, Credential, Request


def keep(facts: Mapping[str, Any]) -> Credential:
    """A credential with its practice key (``pkcs12`` in Base64); what has the same id is replaced."""
    raw = b64decode(facts["pkcs12"])
    load_pkcs12(raw, facts["password"].encode())
    made, _ = Credential.objects.update_or_create(
        credential=facts["credential"],
        defaults={
            "client": facts["client"],
            "secret": facts["secret"],
            "profile": facts.get("profile", ""),
            "user": facts["user"],
            "pkcs12": raw,
            "password": facts["password"],
        },
    )
    return made


@csrf_exempt
@allowing("GET", "POST")
def credentials(request: HttpRequest) -> HttpResponse:
    """POST a credential; or its id with ``behaviour``, ``polls`` and the client's ``secret``. GET: what was asked for, newest first."""
    if request.method == "GET":
        asked = Request.objects.order_by("-id").values(
            "number", "credential__credential", "hash", "polled", "ended"
        )
        return reply(list(asked[:200]))
    told = body(request)
    try:
        if "pkcs12" in told:
            keep(told)
        found = Credential.objects.get(credential=told["credential"])
    except (KeyError, AttributeError, KeyUnusable, Credential.DoesNotExist) as problem:
        raise ValueError(f"{type(problem).__name__}: {problem}") from problem
    found.behaviour = Behaviour(told.get("behaviour", found.behaviour))
    found.polls = int(told.get("polls", found.polls))
    found.secret = str(told.get("secret", found.secret))
    found.save()
    return reply({"credential": found.credential, "behaviour": found.behaviour, "polls": found.polls})
