"""The four calls of the service. Names of fields that the reference does not give are assumptions, and shared with
nobody: the hospital's client has its own.
"""

import json
import secrets
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sosuckhoe.healthbook.signing import FileSigner, load_pkcs12

from .models import Behaviour, Credential, Request, ServiceToken

TOKEN_SECONDS = 3600
SHA256_OID, RSA_OID = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1"
DONE, WAITS = 1, 4000
ENDS = {
    Behaviour.TIME_OUT: 4001,
    Behaviour.REFUSE: 4002,
    Behaviour.FAIL: 4004,
    Behaviour.QUOTA: 4005,
    Behaviour.CERTIFICATE: 13004,
}

View = Callable[[HttpRequest], HttpResponse]
Call = Callable[[ServiceToken, dict[str, Any]], HttpResponse]


def _fields(request: HttpRequest) -> dict[str, Any]:
    try:
        told = json.loads(request.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


@csrf_exempt
@require_POST
def log_in(request: HttpRequest) -> HttpResponse:
    told = _fields(request)
    known = Credential.objects.filter(
        client=str(told.get("client_id")),
        secret=str(told.get("client_secret")),
        user=str(told.get("user_id")),
        profile=str(told.get("profile_id", "")),
    )
    if not known.exists():
        return _refusal("invalid_client", 401)
    made = ServiceToken.objects.create(
        token=secrets.token_urlsafe(32),
        client=told["client_id"],
        user=told["user_id"],
        until=timezone.now() + timedelta(seconds=TOKEN_SECONDS),
    )
    return JsonResponse(
        {
            "access_token": made.token,
            "refresh_token": "",
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
        }
    )


def _refusal(word: str, status: int) -> JsonResponse:
    return JsonResponse({"error": word, "error_description": "Dịch vụ ký mô phỏng từ chối"}, status=status)


def with_token(call: Call) -> View:
    """A call that needs a log-in of within the hour."""

    @csrf_exempt
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        token = ServiceToken.objects.filter(token=value, until__gt=timezone.now()).first()
        if scheme != "Bearer" or token is None:
            return _refusal("invalid_token", 401)
        return call(token, _fields(request))

    return view


def _credential(token: ServiceToken, told: dict[str, Any]) -> Credential | None:
    return Credential.objects.filter(
        credential=str(told.get("credentialID")), client=token.client, user=token.user
    ).first()


def _signer(credential: Credential) -> FileSigner:
    return load_pkcs12(bytes(credential.pkcs12), credential.password.encode())


@with_token
def certificates(token: ServiceToken, told: dict[str, Any]) -> HttpResponse:
    found = _credential(token, told)
    if found is None:
        return _refusal("unknown_credential", 400)
    der = _signer(found).certificate.public_bytes(Encoding.DER)
    return JsonResponse({"credentialID": found.credential, "certificate": b64encode(der).decode()})


@with_token
def sign_hash(token: ServiceToken, told: dict[str, Any]) -> HttpResponse:
    found = _credential(token, told)
    hashes = told.get("hash")
    if found is None:
        return _refusal("unknown_credential", 400)
    try:
        digests = [b64decode(one, validate=True) for one in hashes] if isinstance(hashes, list) else []
    except (ValueError, TypeError):
        digests = []
    if (
        len(digests) != 1
        or len(digests[0]) != 32
        or (told.get("hashAlgo"), told.get("signAlgo")) != (SHA256_OID, RSA_OID)
    ):
        return _refusal("invalid_hash", 400)
    if found.behaviour == Behaviour.ERROR:
        return HttpResponse("bảo trì", status=503)
    if found.behaviour == Behaviour.FORGET_TOKEN:
        Credential.objects.filter(pk=found.pk).update(behaviour=Behaviour.SIGN)
        ServiceToken.objects.all().delete()
        return _refusal("invalid_token", 401)
    if found.behaviour == Behaviour.STRANGE:
        return HttpResponse("<html>OK</html>")
    made = Request.objects.create(number=str(uuid.uuid4()), credential=found, hash=digests[0].hex())
    return _state(made)


@with_token
def status(token: ServiceToken, told: dict[str, Any]) -> HttpResponse:
    found = Request.objects.filter(
        number=str(told.get("transactionId")), credential__client=token.client, credential__user=token.user
    ).first()
    if found is None:
        return _refusal("unknown_transaction", 400)
    Request.objects.filter(pk=found.pk).update(polled=F("polled") + 1)
    found.refresh_from_db()
    return _state(found)


def _state(request: Request) -> HttpResponse:
    credential = request.credential
    behaviour = Behaviour(credential.behaviour)
    told: dict[str, Any] = {"transactionId": request.number, "status": WAITS}
    if behaviour is Behaviour.WAIT or request.polled < credential.polls:
        return JsonResponse(told)
    Request.objects.filter(pk=request.pk).update(ended=behaviour.value)
    if behaviour in ENDS:
        return JsonResponse({**told, "status": ENDS[behaviour]})
    digest = bytes.fromhex(request.hash)
    if behaviour is Behaviour.WRONG:
        digest = bytes(reversed(digest))
    raw = _signer(credential).private_key.sign(digest, PKCS1v15(), Prehashed(SHA256()))
    return JsonResponse({**told, "status": DONE, "signatures": [b64encode(raw).decode()]})
