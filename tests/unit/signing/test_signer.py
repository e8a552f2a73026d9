"""Key files: what opens, and which sentence a person gets when one does not."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from tests.unit.signing.material import AT, AUTHORITY, HOSPITAL, STRANGER, short_key

from sosuckhoe.healthbook.signing import (
    FileSigner,
    KeyCertificateMismatch,
    KeyTooShort,
    KeyUnusable,
    NoCertificate,
    NoPrivateKey,
    NotAKeyFile,
    NotRsa,
    WrongPassword,
    load_pkcs12,
    to_pkcs12,
)

SECRET = "mật khẩu".encode()


def container(key, certificate) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"", key, certificate, None, BestAvailableEncryption(SECRET))


def elliptic_container() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KHÓA EC")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1))
        .sign(key, SHA256())
    )
    return container(key, certificate)


def test_a_key_file_signs_with_the_key_of_its_certificate():
    signer = load_pkcs12(to_pkcs12(HOSPITAL, SECRET), SECRET)
    key = signer.certificate.public_key()
    key.verify(signer.sign(b"data"), b"data", PKCS1v15(), SHA256())
    assert signer.certificate == HOSPITAL.certificate


@pytest.mark.parametrize("password", [b"wrong", b"", None])
def test_a_wrong_password_is_told_apart_from_a_wrong_file(password):
    with pytest.raises(WrongPassword):
        load_pkcs12(to_pkcs12(HOSPITAL, SECRET), password)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"0",
        AUTHORITY.pem(),
        b"<xml/>" * 10,
        b"\x30" * 200,
        to_pkcs12(HOSPITAL, SECRET)[:500],
    ],
    ids=["empty", "one byte", "a PEM certificate", "XML", "noise", "truncated"],
)
def test_what_is_no_container_is_called_so(data):
    with pytest.raises(NotAKeyFile):
        load_pkcs12(data, SECRET)


def test_a_container_without_key_or_certificate_says_which_is_missing():
    with pytest.raises(NoPrivateKey):
        load_pkcs12(container(None, HOSPITAL.certificate), SECRET)
    with pytest.raises(NoCertificate):
        load_pkcs12(container(HOSPITAL.private_key, None), SECRET)


def test_only_rsa_keys_of_2048_bits_and_more_may_sign():
    with pytest.raises(NotRsa):
        load_pkcs12(elliptic_container(), SECRET)
    short = short_key(1024)
    with pytest.raises(KeyTooShort):
        AUTHORITY.issue("KHÓA NGẮN", at=AT, key=short)


def test_key_and_certificate_of_different_pairs_are_refused():
    with pytest.raises(KeyCertificateMismatch):
        FileSigner(HOSPITAL.certificate, STRANGER.private_key)


def test_an_expired_certificate_still_loads_because_the_day_is_the_callers_question():
    old = AUTHORITY.issue("ĐÃ HẾT HẠN", at=AT - timedelta(days=900), days=30)
    assert load_pkcs12(to_pkcs12(old, SECRET), SECRET).certificate == old.certificate


def test_every_refusal_has_its_own_code_and_names_no_secret():
    kinds = KeyUnusable.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds) >= 7
    assert str(WrongPassword()) == WrongPassword.sentence
    assert "0x" not in repr(HOSPITAL) and "private" not in repr(HOSPITAL).lower()
