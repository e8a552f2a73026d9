"""Keys whose PIN or client secret was refused: nothing is tried with them until a person has looked."""

from ....healthbook.signing import KeyUnusable
from ..models import KeyKind, SigningKey
from .client_secrets import KeptSecret
from .pins import pin_is_refused
from .remote_signing import Credential, secret_at


def is_refused(key: SigningKey) -> bool:
    """Whether somebody has to enter its PIN or secret anew."""
    if key.kind == KeyKind.TOKEN:
        return pin_is_refused(key.fingerprint)
    if key.kind != KeyKind.REMOTE:
        return False
    try:
        return secret_of_service(key).is_refused()
    except KeyUnusable:
        return False  # there is no secret: that is said when something is to be signed


def secret_of_service(key: SigningKey) -> KeptSecret:
    return secret_at(Credential(**key.place), key.password_reference)


def refused_keys() -> tuple[str, ...]:
    """The names of those in use; none where the marks cannot be read right now."""
    kinds = (KeyKind.TOKEN, KeyKind.REMOTE)
    keys = SigningKey.objects.filter(retired_at__isnull=True, kind__in=kinds).order_by("pk")
    try:
        return tuple(key.name for key in keys if is_refused(key))
    except OSError:
        return ()
