"""Keys that are not files: a failing one only makes visits wait, a PIN is tried once, and nothing unverified is kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone
from tests.softhsm import MODULE, PIN, Token
from tests.unit.signing.material import AUTHORITY

from sosuckhoe.healthbook.signing import (
    FileSigner,
    KeyCertificateMismatch,
    Outcome,
    PracticeAuthority,
    fingerprint,
    to_pkcs12,
    verify,
)
from sosuckhoe.healthbook.signing.token import Place, tokens_of
from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import KeyKind, SignedDocument, SigningKey, Submission
from sosuckhoe.hospital.delivery.signers import declaring, keys
from sosuckhoe.hospital.delivery.signers.keys import CannotSignNow, key_for, wake
from sosuckhoe.hospital.delivery.signers.pins import DriverNotAllowed, pin_is_refused
from sosuckhoe.hospital.delivery.signing import make_signed
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.staff.models import Facility

from .conftest import House
from .test_worker import renamed

pytestmark = pytest.mark.django_db
LABEL = "khoa-ky"


@pytest.fixture(autouse=True)
def _rested() -> None:
    keys._rests.clear()


@pytest.fixture(scope="module")
def holder() -> FileSigner:
    return AUTHORITY.issue("BỆNH VIỆN MẪU", at=datetime.now(UTC), days=900)


@pytest.fixture
def token(holder: FileSigner) -> Token:
    made = Token.new()
    made.keep(holder.private_key, LABEL, holder.certificate)
    return made


@pytest.fixture
def house_with_token(house: House, token: Token) -> SigningKey:
    """The house's key file, and a token whose certificate lasts longer and is therefore used."""
    allow(MODULE)
    return declaring.add_token_key(
        by="giang", facility=house.facility, name="Token", place=Place(MODULE, token.label, LABEL), pin=PIN
    )


def allow(module: str) -> None:
    from django.conf import settings

    (settings.HOME.path / "pkcs11-modules.txt").write_text(f"# thư viện được phép\n{module}\n")


@pytest.fixture
def closed(clean: list[bytes]) -> Callable[[], Submission]:
    numbers = iter(range(1000))

    def do() -> Submission:
        taken = take_file(
            "visit.xml", renamed(clean[0], f"99999.26.KEY{next(numbers)}"), by="giang", at=timezone.now()
        )
        return Submission.objects.get(version__visit=taken.visit_id)

    return do


def signed(submission: Submission) -> Submission:
    """After the worker has tried to sign it."""
    Submission.objects.filter(pk=submission.pk).update(not_before=None)
    assert Worker("test").sign_one()
    return Submission.objects.get(pk=submission.pk)


def test_a_declared_token_signs_what_the_strict_verifier_accepts(
    house_with_token: SigningKey, closed: Callable[[], Submission], holder: FileSigner
) -> None:
    key = house_with_token
    assert (key.kind, key.fingerprint) == (KeyKind.TOKEN, fingerprint(holder.certificate))
    submission = signed(closed())
    assert submission.state == State.SIGNED
    document = submission.document
    assert document is not None and document.key == key
    verdict = verify(document.content, at=timezone.now(), trusted=[AUTHORITY.certificate])
    assert verdict.outcome is Outcome.PASSED
    assert Entry.objects.get(action="key-added", object_id=str(key.pk)).detail["kind"] == "pkcs11"
    assert PIN not in str(SigningKey.objects.filter(pk=key.pk).values())


def test_a_token_that_is_pulled_makes_visits_wait_and_plugged_in_signs_them(
    house_with_token: SigningKey, token: Token, closed: Callable[[], Submission]
) -> None:
    first, second = closed(), closed()
    token.pull()
    try:
        first = signed(first)
        assert (first.state, first.problem_code) == (State.WAITING, "TOKEN-ABSENT")
        assert first.not_before is not None and first.document_id is None
        # The key rests: the next visit does not knock at it again.
        with pytest.raises(CannotSignNow, match="thiết bị ký"):
            key_for(house_with_token.facility, timezone.now())
    finally:
        token.plug()
    wake(house_with_token)
    assert signed(second).state == State.SIGNED
    assert signed(first).state == State.SIGNED


def test_a_pin_that_is_refused_is_tried_once_for_the_whole_queue_until_somebody_enters_it(
    house_with_token: SigningKey, token: Token, closed: Callable[[], Submission]
) -> None:
    token.change_pin("99999999")
    tokens_of(MODULE)
    submissions = [closed(), closed()]
    assert signed(submissions[0]).problem_code == "TOKEN-PIN"
    assert pin_is_refused(house_with_token.fingerprint)
    # The right PIN by another hand makes the token forget; a second try of ours would make it remember.
    restore_the_tokens_memory(token, "99999999")
    for submission in submissions:
        wake(house_with_token)
        assert signed(submission).problem_code == "TOKEN-PIN"
    assert no_wrong_try_is_remembered(token)

    declaring.enter_pin(by="giang", key=house_with_token, pin="88888888")
    assert signed(submissions[0]).problem_code == "TOKEN-PIN"
    assert not no_wrong_try_is_remembered(token)
    declaring.enter_pin(by="giang", key=house_with_token, pin="99999999")
    for submission in submissions:
        assert signed(submission).state == State.SIGNED
    assert not pin_is_refused(house_with_token.fingerprint)
    assert no_wrong_try_is_remembered(token)


def restore_the_tokens_memory(token: Token, pin: str) -> None:
    import pkcs11

    tokens_of(MODULE)
    seen = next(one for one in pkcs11.lib(MODULE).get_tokens() if str(one.label) == token.label)
    seen.open(user_pin=pin).close()


def no_wrong_try_is_remembered(token: Token) -> bool:
    import pkcs11

    tokens_of(MODULE)
    seen = next(one for one in pkcs11.lib(MODULE).get_tokens() if str(one.label) == token.label)
    return not seen.flags & pkcs11.TokenFlag.USER_PIN_COUNT_LOW


def test_after_a_kill_between_refusal_and_mark_the_tokens_own_warning_stops_the_next_try(
    house_with_token: SigningKey, token: Token, closed: Callable[[], Submission]
) -> None:
    import pkcs11

    tokens_of(MODULE)
    seen = next(one for one in pkcs11.lib(MODULE).get_tokens() if str(one.label) == token.label)
    with pytest.raises(pkcs11.PinIncorrect):
        seen.open(user_pin="11111111")
    assert signed(closed()).problem_code == "TOKEN-PIN-LOW"


def test_another_keys_signature_is_refused_before_it_is_stored(
    house_with_token: SigningKey, token: Token, closed: Callable[[], Submission]
) -> None:
    token.keep(rsa.generate_private_key(65537, 2048), "khoa-khac")
    house_with_token.place["key"] = "khoa-khac"
    house_with_token.save()
    submission = signed(closed())
    assert (submission.state, submission.problem_code) == (State.WAITING, "SIGNATURE-MISMATCH")
    assert not SignedDocument.objects.exists()


def test_a_pin_that_has_gone_makes_visits_wait(
    house_with_token: SigningKey, home, closed: Callable[[], Submission]
) -> None:
    (home / "secrets" / house_with_token.password_reference.removeprefix("file:")).unlink()
    tokens_of(MODULE)
    assert signed(closed()).problem_code == "KEY-PASSWORD-MISSING"


def test_only_a_driver_that_the_machines_keeper_lists_is_loaded(
    house: House, token: Token, house_with_token: SigningKey, closed: Callable[[], Submission]
) -> None:
    allow("/khac.so")
    with pytest.raises(DriverNotAllowed):
        declaring.add_token_key(
            by="giang", facility=house.facility, name="T", place=Place(MODULE, token.label, LABEL), pin=PIN
        )
    assert signed(closed()).problem_code == "TOKEN-DRIVER-NOT-ALLOWED"


def test_a_certificate_that_is_not_the_keys_is_not_declared(facility: Facility, home, token: Token) -> None:
    allow(MODULE)
    other = declaring.pem(AUTHORITY.issue("KHÁC", at=datetime.now(UTC)).certificate).encode()
    with pytest.raises(KeyCertificateMismatch):
        declaring.add_token_key(
            by="giang",
            facility=facility,
            name="T",
            place=Place(MODULE, token.label, LABEL),
            pin=PIN,
            certificate=other,
        )
    with pytest.raises(declaring.NotACertificate):
        declaring.read_certificate(b"x")
    assert not SigningKey.objects.exists()


def only_key(house: House, signer: FileSigner) -> SigningKey:
    SigningKey.objects.update(retired_at=timezone.now())
    return actions.add_signing_key(
        by="giang", facility=house.facility, name="Khác", pkcs12=to_pkcs12(signer, b"x"), password="x"
    )


def test_a_clock_before_the_certificates_start_signs_nothing(
    house: House, closed: Callable[[], Submission]
) -> None:
    """F50."""
    only_key(house, AUTHORITY.issue("BỆNH VIỆN MẪU", at=timezone.now() + timedelta(days=5), days=900))
    submission = signed(closed())
    assert (submission.state, submission.problem_code) == (State.WAITING, "KEY-NOT-YET-VALID")
    assert "đồng hồ" in submission.problem and not SignedDocument.objects.exists()


def test_a_certificate_that_ends_while_it_is_signed_with_signs_nothing(
    house: House, closed: Callable[[], Submission]
) -> None:
    """F55: valid when the record was checked, over when the signature came."""
    checked_at = timezone.now() - timedelta(days=10)
    old = PracticeAuthority.new(at=checked_at - timedelta(days=9))
    only_key(house, old.issue("BỆNH VIỆN MẪU", at=checked_at - timedelta(days=5), days=10))
    with pytest.raises(CannotSignNow) as refused:
        make_signed(closed(), at=checked_at)
    assert refused.value.code == "CERTIFICATE-EXPIRED"
    assert not SignedDocument.objects.exists()
