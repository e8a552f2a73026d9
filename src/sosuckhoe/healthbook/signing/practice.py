"""A practice certificate authority for demonstrations, training and tests. Nothing it issues is real.

Its names say so, and a production system trusts it only if somebody loads its certificate on purpose.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from .signer import FileSigner


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _usage(*, leaf: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=leaf,
        content_commitment=leaf,
        key_cert_sign=not leaf,
        crl_sign=not leaf,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True, slots=True)
class PracticeAuthority:
    """An authority with its key at hand."""

    certificate: x509.Certificate
    private_key: rsa.RSAPrivateKey

    @classmethod
    def new(
        cls, *, at: datetime, name: str = "CA THỰC HÀNH - KHÔNG CÓ GIÁ TRỊ", days: int = 3650
    ) -> "PracticeAuthority":
        """An authority valid from the day before ``at``."""
        key = _new_key()
        subject = x509.Name(
            [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
        )
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - timedelta(days=1))
            .not_valid_after(at + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(leaf=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, SHA256())
        )
        return cls(certificate, key)

    def issue(
        self,
        name: str,
        *,
        at: datetime,
        days: int = 365,
        tax_code: str = "",
        key: rsa.RSAPrivateKey | None = None,
        usage: x509.KeyUsage | None = None,
        ocsp: str = "",
        crl: str = "",
    ) -> FileSigner:
        """An organisation's certificate and key, in the shape Vietnamese authorities issue them.

        ``ocsp``, ``crl``: where it may be asked whether the certificate is revoked, as the certificate will say.
        """
        key = key or _new_key()
        parts = [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Tỉnh Mẫu"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
        if tax_code:
            parts.append(x509.NameAttribute(NameOID.USER_ID, f"MST:{tax_code}"))
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(parts))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - timedelta(days=1))
            .not_valid_after(at + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage or _usage(leaf=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if ocsp:
            place = x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp)
            )
            builder = builder.add_extension(x509.AuthorityInformationAccess([place]), critical=False)
        if crl:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return FileSigner(builder.sign(self.private_key, SHA256()), key)

    def pem(self) -> bytes:
        """The authority's certificate, to be trusted by whoever practises."""
        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self) -> bytes:
        """Its key, unprotected, for the simulator that answers in its name."""
        return self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def to_pkcs12(signer: FileSigner, password: bytes) -> bytes:
    """The signer as a key file, as a facility would receive it."""
    return pkcs12.serialize_key_and_certificates(
        b"practice", signer.private_key, signer.certificate, None, BestAvailableEncryption(password)
    )
