"""A certificate of the simulator's own, for practice over TLS: nobody trusts it until a person says so."""

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LASTS = timedelta(days=365)


def own_certificate(home: Path) -> tuple[Path, Path]:
    """Certificate and key (PEM files in ``home``), made at first use and anew when the last day is over."""
    certificate, key = home / "tls.pem", home / "tls.key"
    if not (certificate.exists() and key.exists() and _holds(certificate)):
        _make(certificate, key)
    return certificate, key


def _holds(certificate: Path) -> bool:
    last = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    return last > datetime.now(UTC) + timedelta(days=1)


def _make(certificate: Path, key: Path) -> None:
    secret, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cổng mô phỏng, chứng thư thực hành")])
    here = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LASTS)
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
