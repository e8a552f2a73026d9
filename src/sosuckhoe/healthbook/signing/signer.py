"""The signing key behind one small interface: a file today, a token, an HSM or a remote service tomorrow."""

from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12

from .policy import PROFILE_A, Policy


class Signer(Protocol):
    """Whoever holds the facility's key. Only the raw signature leaves it, never the key."""

    @property
    def certificate(self) -> x509.Certificate:
        """The organisation's certificate (leaf) that goes into KeyInfo."""

    def sign(self, data: bytes) -> bytes:
        """The raw RSA PKCS#1 v1.5 signature over SHA-256 of the data."""


class KeyUnusable(Exception):
    """The key file cannot be used. ``str()`` is the sentence for the person who chose it."""

    code = "KEY-UNUSABLE"
    sentence = "Không dùng được tệp khóa ký. Hãy kiểm tra lại tệp."

    def __init__(self) -> None:
        super().__init__(self.sentence)


class NotAKeyFile(KeyUnusable):
    """The bytes are no PKCS#12 container."""

    code = "KEY-FILE-UNREADABLE"
    sentence = "Tệp này không phải tệp khóa PKCS#12 (.p12, .pfx). Hãy chọn lại tệp khóa của cơ sở."


class WrongPassword(KeyUnusable):
    """The container does not open with this password."""

    code = "KEY-PASSWORD"
    sentence = "Mật khẩu của tệp khóa không đúng. Hãy nhập lại mật khẩu được cấp cùng tệp."


class NoPrivateKey(KeyUnusable):
    """The container holds certificates only."""

    code = "KEY-MISSING"
    sentence = "Tệp chỉ có chứng thư, không có khóa ký. Hãy xuất lại tệp kèm khóa riêng."


class NoCertificate(KeyUnusable):
    """The container holds a key without its certificate."""

    code = "KEY-WITHOUT-CERTIFICATE"
    sentence = "Tệp có khóa ký nhưng không có chứng thư đi kèm. Hãy xuất lại tệp kèm chứng thư."


class NotRsa(KeyUnusable):
    """Another kind of key than RSA; the gateway is not known to accept one."""

    code = "KEY-NOT-RSA"
    sentence = "Khóa ký không phải khóa RSA nên cổng tiếp nhận chưa nhận. Hãy dùng chứng thư có khóa RSA."


class KeyTooShort(KeyUnusable):
    """An RSA key below the policy's minimum."""

    code = "KEY-TOO-SHORT"
    sentence = "Khóa ký quá ngắn. Hãy dùng chứng thư có khóa RSA từ 2048 bit trở lên."


class KeyCertificateMismatch(KeyUnusable):
    """Key and certificate in the container do not belong together."""

    code = "KEY-CERTIFICATE-DIFFER"
    sentence = "Khóa ký và chứng thư trong tệp không cùng một cặp. Hãy xuất lại tệp từ nơi cấp."


def check_key(certificate: x509.Certificate, policy: Policy = PROFILE_A) -> RSAPublicKey:
    """The certificate's public key, when the policy lets it sign; raises NotRsa or KeyTooShort."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise NotRsa from None
    if not isinstance(key, RSAPublicKey):
        raise NotRsa
    if key.key_size < policy.min_key_bits:
        raise KeyTooShort
    return key


@dataclass(frozen=True, slots=True)
class FileSigner:
    """A key held in this process's memory: for practice, tests and small sites that accept the risk."""

    certificate: x509.Certificate
    private_key: RSAPrivateKey

    def __post_init__(self) -> None:
        if self.private_key.public_key() != check_key(self.certificate):
            raise KeyCertificateMismatch

    def sign(self, data: bytes) -> bytes:
        return self.private_key.sign(data, PKCS1v15(), SHA256())

    def __repr__(self) -> str:
        return f"FileSigner({self.certificate.subject.rfc4514_string()})"


def load_pkcs12(data: bytes, password: bytes | None) -> FileSigner:
    """The signer in a PKCS#12 file. Whether its certificate is valid today is the caller's question."""
    # A container is one DER SEQUENCE from the first byte to the last; anything else was never a key file.
    if len(data) < 16 or data[0] != 0x30:
        raise NotAKeyFile
    try:
        key, certificate, _others = pkcs12.load_key_and_certificates(data, password)
    except UnsupportedAlgorithm:
        raise KeyUnusable from None
    except (ValueError, TypeError) as problem:
        raise (WrongPassword if "password" in str(problem).lower() else NotAKeyFile) from None
    if key is None:
        raise NoPrivateKey
    if certificate is None:
        raise NoCertificate
    if not isinstance(key, RSAPrivateKey):
        raise NotRsa
    return FileSigner(certificate, key)
