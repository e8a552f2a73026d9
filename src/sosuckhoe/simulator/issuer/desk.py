"""What set-ups and trainers know of the practice authority."""

from collections.abc import Mapping

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.http import Http404, HttpRequest, HttpResponse

from sosuckhoe.healthbook.signing import fingerprint

from .models import Issuer


def keep(facts: Mapping[str, str]) -> None:
    """An authority of the set-up. Raises ValueError where certificate and key are not one pair."""
    certificate = x509.load_pem_x509_certificate(facts["certificate"].encode())
    key = load_pem_private_key(facts["key_pem"].encode(), None).public_key()
    if not isinstance(key, RSAPublicKey) or key != certificate.public_key():
        raise ValueError("the issuer's key does not belong to its certificate")
    Issuer.objects.update_or_create(
        fingerprint=fingerprint(certificate),
        defaults={"pem": facts["certificate"], "key_pem": facts["key_pem"]},
    )


def certificate(request: HttpRequest) -> HttpResponse:
    """The authority's certificate, which a hospital needs in order to know its answers."""
    issuer = Issuer.objects.order_by("-pk").first()
    if issuer is None:
        raise Http404("Chưa có nơi cấp thực hành.")
    answer = HttpResponse(issuer.pem, content_type="application/x-pem-file")
    answer["Content-Disposition"] = 'attachment; filename="noi-cap-thuc-hanh.pem"'
    return answer
