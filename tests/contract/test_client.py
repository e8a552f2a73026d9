"""The hospital's client at the running portal: look-ups, sessions, long calls, TLS, and what may never be written down."""

import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import connection
from django.utils import timezone

from sosuckhoe.hospital.cards import told
from sosuckhoe.hospital.cards.answers import LOOK_UP, Standing, look_up_meaning
from sosuckhoe.hospital.cards.asking import (
    KEPT,
    Kind,
    NoOfficer,
    NoPortal,
    PortalStopped,
    _keep,
    ask,
    check_by_hand,
    complete,
    stop_waiting,
)
from sosuckhoe.hospital.cards.models import LookUp
from sosuckhoe.hospital.cards.question import Question
from sosuckhoe.hospital.delivery import actions, calling
from sosuckhoe.hospital.delivery.answers import Answer, Concern, Word
from sosuckhoe.hospital.delivery.calling import Exchange, Host, NotSent
from sosuckhoe.hospital.delivery.gateway import SESSIONS, Gateway, Sessions
from sosuckhoe.hospital.delivery.models import Destination
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.stopping import stop_and_note
from sosuckhoe.hospital.staff.actions import add_facility, add_person
from sosuckhoe.hospital.staff.models import Person

from .portal import Portal, md5

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-mau"
BINH = ("Nguyễn Thị Bình", "01/02/1990")


@pytest.fixture(autouse=True)
def _fresh_sessions() -> None:
    SESSIONS.__init__()  # type: ignore[misc]


def destination_of(portal: Portal, code: str) -> Destination:
    facility = add_facility(by="test", name=f"Cơ sở mẫu {code}", code=code)
    return actions.add_destination(
        by="test",
        facility=facility,
        name=f"Cổng của {code}",
        base_url=f"http://127.0.0.1:{portal.port}",
        account=f"{code}_BV",
        secret_reference=keep_secret(f"portal-{code}", PASSWORD),
    )


@pytest.fixture
def destination(db: None, home: Path, portal: Portal) -> Destination:
    return destination_of(portal, "99999")


@pytest.fixture
def officer(destination: Destination, settings: Any) -> Person:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    person = add_person(
        by="test",
        username="em",
        full_name="Trần Thị Em",
        roles=["reception"],
        password="mot-cau-dai-de-nho",
        facility=destination.facility,
    )
    person.portal_id = "099190000002"
    person.save()
    return person


@pytest.fixture
def looked_up(officer: Person) -> Callable[..., LookUp]:
    def do(number: str = "XX4990000000001", name: str = BINH[0], born: str = BINH[1], **how: Any) -> LookUp:
        look_up = ask(by=officer, question=Question(number, name, born), **how)
        complete(look_up)
        return LookUp.objects.get(pk=look_up.pk)

    return do


def calls(portal: Portal, service: str, since: int = 0) -> list[dict[str, Any]]:
    found, after = [], since
    while page := portal.desk(f"history.json?after={after}&limit=500"):
        found += [call for call in page if call["service"] == service]
        after = page[-1]["id"]
    return found


def last_call(portal: Portal) -> int:
    after = 0
    while page := portal.desk(f"history.json?after={after}&limit=500"):
        after = page[-1]["id"]
    return after


class TestLookingUp:
    @pytest.mark.parametrize(
        ("number", "how", "code"),
        [
            ("XX4990000000001", {}, "000"),
            ("099190000001", {}, "000"),
            ("4990000000", {"born": "1990"}, "050"),
            ("XX4990000000003", {}, "003"),
            ("XX4990000000004", {"born": "02/1990"}, "004"),
            ("XX4990000000010", {}, "010"),
            ("XX6990000000001", {}, "053"),
            ("XX4XX0000000001", {}, "052"),
            ("XX4990000000001", {"name": "Trần Văn Khác"}, "060"),
            ("XX4990000000001", {"name": "Ngô Thu Bé"}, "061"),
            ("XX4990000000001", {"born": "02/02/1990"}, "070"),
            *(
                (f"XX4990001{code:0>6}", {}, code)
                for code in (
                    "001",
                    "002",
                    "050",
                    "100",
                    "101",
                    "110",
                    "120",
                    "121",
                    "122",
                    "123",
                    "124",
                    "130",
                )
            ),
        ],
    )
    def test_every_code_has_a_standing_and_says_what_to_do(
        self, looked_up: Callable[..., LookUp], number: str, how: dict[str, str], code: str
    ) -> None:
        look_up = looked_up(number, **how)
        assert (look_up.code, look_up.standing) == (code, LOOK_UP[code].standing)
        assert told.meaning_of(look_up).next

    def test_a_new_card_is_offered(self, looked_up: Callable[..., LookUp]) -> None:
        fields = dict(told.facts(looked_up("XX4990000000003").fields, told.NEW_CARD))
        assert fields["Mã thẻ mới"] == "XX4990000000102"
        assert fields["Có giá trị đến"] == "31/12/2099"

    def test_what_was_sent_stands_beside_an_answer_that_names_nobody(
        self, looked_up: Callable[..., LookUp]
    ) -> None:
        look_up = looked_up(name="Trần Văn Khác")
        assert (look_up.card_number, look_up.full_name) == ("XX4990000000001", "Trần Văn Khác")
        assert told.facts(look_up.fields) == []

    def test_the_officer_is_the_one_who_asks(self, officer: Person, looked_up: Callable[..., LookUp]) -> None:
        officer.portal_id = "099190000009"
        assert (looked_up().code, LookUp.objects.get().standing) == ("054", Standing.SET_UP)
        officer.portal_id, officer.full_name = "099190000002", "Lê Mẫu Khác"
        assert looked_up(again=True).code == "055"

    def test_without_a_registered_number_nothing_is_asked(self, officer: Person, portal: Portal) -> None:
        officer.portal_id = ""
        with pytest.raises(NoOfficer):
            ask(by=officer, question=Question("XX4990000000001", *BINH))
        assert not LookUp.objects.exists()

    def test_without_a_portal_nothing_is_asked(self, officer: Person) -> None:
        Destination.objects.update(enabled=False)
        with pytest.raises(NoPortal):
            ask(by=officer, question=Question("XX4990000000001", *BINH))

    def test_the_same_card_is_not_asked_about_again_within_the_time(
        self, officer: Person, portal: Portal, looked_up: Callable[..., LookUp]
    ) -> None:
        first, since = looked_up(), last_call(portal)
        assert ask(by=officer, question=Question("XX4990000000001", *BINH)) == first
        assert calls(portal, "card", since) == []
        assert looked_up(again=True) != first
        LookUp.objects.update(asked_at=timezone.now() - KEPT - timedelta(seconds=1))
        assert looked_up() != first

    def test_a_name_that_was_corrected_is_asked_about_at_once(self, looked_up: Callable[..., LookUp]) -> None:
        assert looked_up(name="Trần Văn Khác").code == "060"
        assert looked_up().code == "000"

    def test_an_answer_that_broke_off_confirms_nothing_whatever_came_of_it(self, officer: Person) -> None:
        look_up = ask(by=officer, question=Question("XX4990000000001", *BINH))
        _keep(look_up, Exchange("POST", 200, "", b'{"maKetQua": "000"}', "Incomplete"))
        look_up.refresh_from_db()
        assert (look_up.code, look_up.standing) == ("NO-ANSWER", Standing.PENDING)

    def test_a_call_without_an_answer_is_not_repeated(
        self, portal: Portal, looked_up: Callable[..., LookUp]
    ) -> None:
        portal.desk("faults", {"scenario": "drop-unstored", "path": "card", "next_calls": 1})
        since = last_call(portal)
        look_up = looked_up()
        assert (look_up.code, look_up.standing) == ("NO-ANSWER", Standing.PENDING)
        assert len(calls(portal, "card", since)) == 1

    @pytest.mark.parametrize("scenario", ["html-under-200", "empty-reply", "truncated-json", "deep-reply"])
    def test_odd_answers_leave_a_card_unconfirmed(
        self, portal: Portal, looked_up: Callable[..., LookUp], scenario: str
    ) -> None:
        portal.desk("faults", {"scenario": scenario, "path": "card", "next_calls": 1})
        look_up = looked_up()
        assert look_up.standing == Standing.PENDING
        assert told.meaning_of(look_up).next and told.facts(look_up.fields) == []

    @pytest.mark.parametrize("code", ["090", "999", "Ω", "<b>"])
    def test_a_code_nobody_knows_is_shown_as_it_came(self, code: str) -> None:
        meaning = look_up_meaning(code)
        assert meaning.standing == Standing.PENDING and code in meaning.says

    def test_the_forces_cards_are_confirmed_by_a_person(
        self, officer: Person, looked_up: Callable[..., LookUp]
    ) -> None:
        look_up = looked_up("XX4990001000001")
        assert look_up.standing == Standing.BY_HAND
        check_by_hand(by=officer, look_up=look_up)
        assert LookUp.objects.get().checked_by == "em"
        other = looked_up()
        check_by_hand(by=officer, look_up=other)
        other.refresh_from_db()
        assert (other.checked_by, other.checked_at) == ("", None), "the portal said so itself"

    def test_an_answer_after_somebody_stopped_waiting_is_kept(self, officer: Person) -> None:
        look_up = ask(by=officer, question=Question("XX4990000000001", *BINH))
        stop_waiting(by=officer, look_up=look_up)
        complete(look_up)
        found = LookUp.objects.get()
        assert found.stopped_at is not None and found.code == "000" and not found.is_open

    def test_a_refused_password_stops_the_account_before_it_is_locked(
        self, officer: Person, looked_up: Callable[..., LookUp]
    ) -> None:
        keep_secret("portal-99999", "sai-mat-khau")
        assert looked_up().code == "LOGIN-401"
        assert Destination.objects.get().paused
        with pytest.raises(PortalStopped):
            ask(by=officer, question=Question("XX4990000000001", *BINH), again=True)

    @pytest.mark.parametrize(("code", "asked"), [("124", "000"), ("HTTP-404", "000"), ("403", "")])
    def test_what_stops_records_alone_stops_no_question_about_a_card(
        self, looked_up: Callable[..., LookUp], code: str, asked: str
    ) -> None:
        """A certificate that is not registered yet is no reason to ask nobody's card (N1, BHYT-GD-R02)."""
        concern = Concern.SET_UP if code == "124" else Concern.ACCOUNT
        stop_and_note(
            Destination.objects.get(), Answer(Word.REJECTED, code, "Cổng từ chối.", concern), timezone.now()
        )
        assert Destination.objects.get().paused_by == "worker"
        if asked:
            assert looked_up().code == asked
        else:
            with pytest.raises(PortalStopped):
                looked_up()

    def test_where_real_patients_are_served_a_simulator_confirms_no_card(
        self, officer: Person, looked_up: Callable[..., LookUp]
    ) -> None:
        assert looked_up().code == "000"
        (settings.HOME.path / "PRODUCTION").touch()
        for kind in Kind.values:
            found = looked_up(kind=kind, again=True)
            assert (found.code, found.standing, found.fields) == ("SIMULATED", Standing.PENDING, {})
            there = Destination.objects.get()
            assert there.paused_by == "worker"
            actions.resume(by="test", destination=there)


class TestHistoryAndCopayments:
    def test_history_is_asked_by_form_and_listed(self, looked_up: Callable[..., LookUp]) -> None:
        (course,) = told.courses(looked_up(kind=Kind.HISTORY))
        assert (course.place, course.arrived) == ("99999", "02/01/2026 08:00")

    @pytest.mark.parametrize("scenario", ["http-500", "empty-reply", "drop-unstored", "html-under-200"])
    def test_history_that_fails_is_an_empty_list_and_a_line_in_the_log(
        self,
        portal: Portal,
        looked_up: Callable[..., LookUp],
        scenario: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        portal.desk("faults", {"scenario": scenario, "path": "history", "next_calls": 1})
        with caplog.at_level(logging.WARNING, "sosuckhoe.cards"):
            look_up = looked_up(kind=Kind.HISTORY)
        assert told.courses(look_up) == []
        assert caplog.records and "XX4990" not in caplog.text

    def test_copayments_go_as_json_under_their_own_codes(self, looked_up: Callable[..., LookUp]) -> None:
        look_up = looked_up(kind=Kind.COPAYMENT)
        (line,) = told.copayments(look_up)
        assert (look_up.code, line.total) == ("200", 12600)
        assert looked_up("XX4990000000004", kind=Kind.COPAYMENT).code == "204"

    def test_a_restricted_account_is_told_in_the_portals_words(
        self, portal: Portal, looked_up: Callable[..., LookUp]
    ) -> None:
        portal.desk("faults", {"scenario": "restricted-look-up", "path": "copayment", "next_calls": 1})
        look_up = looked_up(kind=Kind.COPAYMENT)
        assert look_up.code == "500" and look_up.fields["ghichu"]

    def test_an_empty_401_renews_the_session_once(
        self, portal: Portal, looked_up: Callable[..., LookUp]
    ) -> None:
        looked_up()
        (session,) = SESSIONS._kept.values()
        portal.desk("faults", {"scenario": "bare-401", "path": "copayment", "next_calls": 1})
        assert looked_up(kind=Kind.COPAYMENT).code == "200"
        assert session not in SESSIONS._kept.values()


class TestSessions:
    def test_ten_minutes_of_the_portals_clock_and_bound_to_this_address(
        self, destination: Destination, portal: Portal
    ) -> None:
        session = Gateway(destination, sessions=Sessions()).session()
        life = session.expires_at - datetime.now(UTC)
        assert timedelta(minutes=9) < life <= timedelta(minutes=10)
        query = f"token={session.access_token}&id_token={session.id_token}&username=99999_BV&password={session.password_hash}"
        from urllib.parse import quote

        path = f"/api/egw/KQNhanLichSuKCB2024?{quote(query, safe='=&')}"
        assert portal.form(path, {"maThe": "1"}, source="127.0.0.2").code == "401"

    def test_many_at_once_log_in_once(self, destination: Destination, portal: Portal) -> None:
        since, gateway, barrier = (
            last_call(portal),
            Gateway(destination, sessions=Sessions()),
            threading.Barrier(6),
        )

        def take() -> None:
            barrier.wait()
            gateway.session()

        threads = [threading.Thread(target=take) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(calls(portal, "token", since)) == 1

    @pytest.mark.parametrize("style", ["body", "bare"])
    def test_a_session_the_portal_ended_is_renewed_once_in_both_styles(
        self, portal: Portal, looked_up: Callable[..., LookUp], style: str
    ) -> None:
        looked_up()
        portal.desk("options", {"refusal_style": style})
        portal.desk("faults", {"scenario": "token-revoked", "path": "card", "next_calls": 1})
        since = last_call(portal)
        assert looked_up(again=True).code == "000"
        assert (len(calls(portal, "card", since)), len(calls(portal, "token", since))) == (2, 1)

    def test_a_session_refused_twice_is_not_tried_a_third_time(
        self, portal: Portal, looked_up: Callable[..., LookUp]
    ) -> None:
        portal.desk("faults", {"scenario": "body-401", "path": "card", "next_calls": 9})
        since = last_call(portal)
        look_up = looked_up()
        assert (look_up.code, look_up.standing) == ("401", Standing.PENDING)
        assert len(calls(portal, "card", since)) == 2

    def test_two_facilities_share_nothing(self, destination: Destination, portal: Portal) -> None:
        other, sessions = destination_of(portal, "99998"), Sessions()
        ours, theirs = (Gateway(each, sessions=sessions).session() for each in (destination, other))
        assert (ours.account, theirs.account) == ("99999_BV", "99998_BV")
        assert ours.access_token != theirs.access_token and ours.id_token != theirs.id_token


def test_a_call_that_takes_long_is_waited_for(portal: Portal, looked_up: Callable[..., LookUp]) -> None:
    portal.desk(
        "faults", {"scenario": "latency", "path": "card", "next_calls": 1, "parameters": {"seconds": 5}}
    )
    look_up = looked_up()
    assert look_up.code == "000" and look_up.answered_at is not None
    assert look_up.answered_at - look_up.asked_at >= timedelta(seconds=5)
    assert calling.TOTAL_SECONDS >= 60


def speaks_old_tls(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1


class TestNowhereElse:
    """TLS: where the certificate is not the host's, not one payload byte leaves (faults.md F45)."""

    @pytest.fixture
    def listening(self, tmp_path: Path, home: Path) -> Iterator[Callable[..., tuple[Host, list[bytes]]]]:
        stops: list[socket.socket] = []

        def listen(
            *, name: str, days: tuple[int, int], known: bool, old: bool = False
        ) -> tuple[Host, list[bytes]]:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
            now = datetime.now(UTC)
            certificate = (
                x509.CertificateBuilder()
                .subject_name(subject)
                .issuer_name(subject)
                .public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now + timedelta(days=days[0]))
                .not_valid_after(now + timedelta(days=days[1]))
                .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
                .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
                .sign(key, hashes.SHA256())
            )
            pem, key_pem = tmp_path / "cert.pem", tmp_path / "key.pem"
            pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
            key_pem.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            if known:
                os.environ["SSL_CERT_FILE"] = str(pem)
                calling._trusted.cache_clear()
            server = socket.create_server(("127.0.0.1", 0))
            stops.append(server)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem, key_pem)
            if old:
                speaks_old_tls(context)
            seen: list[bytes] = []

            def serve() -> None:
                while True:
                    try:
                        plain, _ = server.accept()
                    except OSError:
                        return
                    try:
                        with context.wrap_socket(plain, server_side=True) as stream:
                            seen.append(stream.recv(65536))
                    except OSError:
                        plain.close()

            threading.Thread(target=serve, daemon=True).start()
            return Host.of(f"https://localhost:{server.getsockname()[1]}"), seen

        before = os.environ.pop("SSL_CERT_FILE", None)
        yield listen
        os.environ.pop("SSL_CERT_FILE", None)
        calling._trusted.cache_clear()
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before
        for server in stops:
            server.close()

    @pytest.mark.parametrize(
        ("name", "days", "known"),
        [
            ("localhost", (-1, 30), False),
            ("cong-khac.example", (-1, 30), True),
            ("localhost", (-30, -1), True),
        ],
        ids=["self-signed", "other-name", "expired"],
    )
    def test_a_certificate_that_is_not_the_hosts_gets_nothing(
        self, listening: Callable[..., Any], name: str, days: tuple[int, int], known: bool
    ) -> None:
        host, seen = listening(name=name, days=days, known=known)
        with pytest.raises(NotSent) as refusal:
            host.post("/api/token/take", {"username": "99999_BV", "password": "bi-mat"})
        assert refusal.value.answer.code == "TLS"
        assert seen == []

    def test_the_hosts_own_certificate_is_spoken_to(self, listening: Callable[..., Any]) -> None:
        host, seen = listening(name="localhost", days=(-1, 30), known=True)
        host.post("/api/token/take", {"username": "99999_BV"})
        assert seen and seen[0].startswith(b"POST /api/token/take")

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
    def test_a_host_that_offers_only_an_older_tls_gets_nothing(self, listening: Callable[..., Any]) -> None:
        host, seen = listening(name="localhost", days=(-1, 30), known=True, old=True)
        with pytest.raises(NotSent) as refusal:
            host.post("/api/token/take", {"username": "99999_BV", "password": "bi-mat"})
        assert refusal.value.answer.code == "TLS" and seen == []
        lax = ssl._create_unverified_context()
        speaks_old_tls(lax)
        plain = socket.create_connection(("127.0.0.1", host.port), timeout=30)
        with lax.wrap_socket(plain) as stream:
            assert stream.version() == "TLSv1.1", "the host does speak it, to whoever puts up with that"

    def test_an_authority_added_to_the_machine_is_trusted_without_a_new_start(
        self, listening: Callable[..., Any], tmp_path: Path
    ) -> None:
        host, seen = listening(name="localhost", days=(-1, 30), known=False)
        with pytest.raises(NotSent):
            host.post("/api/token/take", {"username": "99999_BV"})
        os.environ["SSL_CERT_FILE"] = str(tmp_path / "cert.pem")
        host.post("/api/token/take", {"username": "99999_BV"})
        assert len(seen) == 1

    @pytest.mark.parametrize(
        "address", ["https://cong.example", "http://cong.example", "", "https://a@localhost"]
    )
    def test_no_host_that_nobody_allowed(self, home: Path, address: str) -> None:
        with pytest.raises(ValueError):
            Host.of(address)

    def test_a_host_is_allowed_by_name_only_and_over_tls_only(self, home: Path) -> None:
        settings.HOME.gateway_hosts.write_text("cong.example\n")
        assert Host.of("https://cong.example").name == "cong.example"
        for other in ("http://cong.example", "https://cong.example.khac.example", "https://xcong.example"):
            with pytest.raises(ValueError):
                Host.of(other)


def test_no_secret_is_written_down_anywhere(
    portal: Portal, looked_up: Callable[..., LookUp], caplog: pytest.LogCaptureFixture
) -> None:
    """After calls of every family, good and bad: neither logs nor database know password, hash or tokens."""
    with caplog.at_level(logging.DEBUG):
        looked_up()
        seen = list(SESSIONS._kept.values())
        for scenario in ("http-500", "drop-unstored", "token-revoked", "html-under-200"):
            portal.desk("faults", {"scenario": scenario, "path": "card", "next_calls": 1})
            looked_up(again=True)
            seen += SESSIONS._kept.values()
        looked_up(kind=Kind.HISTORY)
        looked_up(kind=Kind.COPAYMENT)
    secrets = {PASSWORD, md5(PASSWORD), md5(PASSWORD).lower()}
    for session in seen:
        secrets |= {session.access_token, session.id_token, session.password_hash}
    for look_up in LookUp.objects.all():
        assert not any(secret in (look_up.answer or b"").decode("utf-8", "replace") for secret in secrets)
    assert not any(secret in caplog.text for secret in secrets)
    assert "XX4990000000001" not in caplog.text
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            kept = repr(cursor.fetchall())
        assert not any(secret in kept for secret in secrets), table
