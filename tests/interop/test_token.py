"""Signing with SoftHSM, a real PKCS#11 library: sessions lost and regained, processes, and a PIN that is tried once."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.softhsm import MODULE, PIN, Token
from tests.unit.signing.material import AT, AUTHORITY, HOSPITAL, judge, visit_file

from sosuckhoe.healthbook.signing import KeyCertificateMismatch, KeyUnusable, sign
from sosuckhoe.healthbook.signing.token import (
    DriverMissing,
    KnownPin,
    NotOnToken,
    PinRefused,
    PinSpent,
    Place,
    TokenAbsent,
    TokenSigner,
    TokenSilent,
    _driver,
    certificates_on,
    tokens_of,
)

LABEL = "khoa-ky"


@pytest.fixture
def token() -> Token:
    made = Token.new()
    made.keep(HOSPITAL.private_key, LABEL, HOSPITAL.certificate)
    return made


@pytest.fixture
def signer(token: Token) -> TokenSigner:
    return TokenSigner(HOSPITAL.certificate, Place(MODULE, token.label, LABEL), KnownPin(PIN))


def tries_left_untouched(token: Token) -> bool:
    """The token itself has seen no wrong PIN since the last right one."""
    import pkcs11

    assert token.label in tokens_of(MODULE)
    seen = next(one for one in pkcs11.lib(MODULE).get_tokens() if str(one.label) == token.label)
    return not seen.flags & (pkcs11.TokenFlag.USER_PIN_COUNT_LOW | pkcs11.TokenFlag.USER_PIN_FINAL_TRY)


def test_what_a_token_signs_is_what_the_key_file_signs(signer: TokenSigner) -> None:
    assert signer.sign(b"data") == HOSPITAL.sign(b"data")
    signed = sign(visit_file(), signer, signature_id="S-1", canonical=True)
    assert signed == sign(visit_file(), HOSPITAL, signature_id="S-1", canonical=True)
    assert judge(signed).code == "VALID"
    signer.check()
    assert PIN not in repr(signer)


def test_a_token_shows_its_label_and_certificates_without_a_pin(token: Token) -> None:
    assert token.label in tokens_of(MODULE)
    assert certificates_on(MODULE, token.label) == [HOSPITAL.certificate]


def test_a_token_pulled_and_plugged_in_again_signs_again(token: Token, signer: TokenSigner) -> None:
    before = signer.sign(b"data")
    token.pull()
    with pytest.raises(KeyUnusable):
        signer.sign(b"data")
    with pytest.raises(TokenAbsent):
        signer.sign(b"data")
    token.plug()
    assert signer.sign(b"data") == before


def test_a_session_closed_behind_our_back_is_opened_again_within_the_call(
    token: Token, signer: TokenSigner
) -> None:
    before = signer.sign(b"data")
    _driver(MODULE)._open[token.label].close()
    assert signer.sign(b"data") == before
    _driver(MODULE).library.finalize()
    assert signer.sign(b"data") == before


FORKS = """
import os, sys
from cryptography import x509
from sosuckhoe.healthbook.signing.token import KnownPin, Place, TokenSigner

module, token, label, pin, certificate = sys.argv[1:]
with open(certificate, "rb") as stream:
    signer = TokenSigner(x509.load_der_x509_certificate(stream.read()), Place(module, token, label), KnownPin(pin))
before = signer.sign(b"data")
child = os.fork()
assert [signer.sign(b"data") for _ in range(2)] == [before] * 2
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def test_a_child_process_opens_its_own_session_and_leaves_its_parents_alone(
    token: Token, tmp_path: Path
) -> None:
    """In a process of its own: whoever forks this one would take its threads' locks along."""
    certificate = tmp_path / "certificate.der"
    certificate.write_bytes(HOSPITAL.certificate.public_bytes(Encoding.DER))
    asked = [sys.executable, "-c", FORKS, MODULE, token.label, LABEL, PIN, str(certificate)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_threads_take_turns(signer: TokenSigner) -> None:
    results: list[bytes] = []
    threads = [threading.Thread(target=lambda: results.append(signer.sign(b"data"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [HOSPITAL.sign(b"data")] * 8


def test_a_wrong_pin_is_tried_once_and_never_again(token: Token) -> None:
    wrong = TokenSigner(HOSPITAL.certificate, Place(MODULE, token.label, LABEL), KnownPin("00000001"))
    assert tries_left_untouched(token)
    with pytest.raises(PinRefused):
        wrong.sign(b"data")
    assert not tries_left_untouched(token)
    # The right PIN makes the token forget; had the wrong one been tried again, it would remember anew.
    TokenSigner(HOSPITAL.certificate, Place(MODULE, token.label, LABEL), KnownPin(PIN)).sign(b"data")
    assert tries_left_untouched(token)
    for _ in range(3):
        with pytest.raises(PinRefused):
            wrong.sign(b"data")
    assert tries_left_untouched(token)


def test_a_pin_that_no_longer_holds_stops_after_one_try(token: Token, signer: TokenSigner) -> None:
    signer.sign(b"data")
    token.change_pin("99999999")
    tokens_of(MODULE)
    for _ in range(2):
        with pytest.raises(PinRefused):
            signer.sign(b"data")


def test_after_somebody_elses_wrong_tries_ours_are_not_spent(token: Token, signer: TokenSigner) -> None:
    signer.sign(b"data")
    import pkcs11

    assert token.label in tokens_of(MODULE)
    stranger = next(one for one in pkcs11.lib(MODULE).get_tokens() if str(one.label) == token.label)
    with pytest.raises(pkcs11.PinIncorrect):
        stranger.open(user_pin="11111111")
    with pytest.raises(PinSpent):
        signer.sign(b"data")
    TokenSigner(HOSPITAL.certificate, Place(MODULE, token.label, LABEL), KnownPin(PIN)).sign(b"data")


def test_a_missing_key_token_or_driver_says_which(token: Token, tmp_path: Path) -> None:
    def place(module: str = MODULE, label: str = token.label, key: str = LABEL) -> TokenSigner:
        return TokenSigner(HOSPITAL.certificate, Place(module, label, key), KnownPin(PIN))

    with pytest.raises(NotOnToken):
        place(key="khac").sign(b"data")
    with pytest.raises(TokenAbsent):
        place(label="khac").sign(b"data")
    for module in ("/khong/co.so", str(tmp_path / "rong.so")):
        (tmp_path / "rong.so").write_bytes(b"")
        with pytest.raises(DriverMissing):
            place(module=module).sign(b"data")


def test_the_signature_of_another_key_is_noticed(token: Token) -> None:
    other = AUTHORITY.issue("KHOA KHÁC", at=AT)
    signer = TokenSigner(other.certificate, Place(MODULE, token.label, LABEL), KnownPin(PIN))
    with pytest.raises(KeyCertificateMismatch):
        signer.check()
    signed = sign(visit_file(), signer, signature_id="S-1", canonical=True)
    assert judge(signed).code == "SIGNATURE-MISMATCH"


def test_a_device_that_stays_silent_is_not_waited_for_and_may_come_back(
    token: Token, signer: TokenSigner
) -> None:
    before = signer.sign(b"data")
    back = threading.Event()
    with pytest.raises(TokenSilent):
        _driver(MODULE).do(lambda driver: back.wait(), 0.05)
    hasty = TokenSigner(HOSPITAL.certificate, Place(MODULE, token.label, LABEL), KnownPin(PIN), patience=0.05)
    with pytest.raises(TokenSilent):
        hasty.sign(b"data")
    back.set()
    assert signer.sign(b"data") == before
