"""The hospital's program made ready for stories: a home in memory-backed files, a database copied for each story."""

import contextlib
import fcntl
import hashlib
import http
import json
import logging
import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.health_check_file import HUB_CODE

from .clock import CLOCK, START, VirtualDatetime, VirtualTime
from .portal import SIGNED_WITH

FACILITY = "99999"
MADE = "2026-11-23"


def set_up() -> Path:
    """Django on a home of this process's own; returns the empty hospital's database, to be copied."""
    place = Path("/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir())
    _remove_homes_of_the_dead(place)
    home = Path(tempfile.mkdtemp(prefix=HOME_PREFIX, dir=place))
    _keep_lock(home)
    for name in [name for name in os.environ if name.startswith(("SOSUCKHOE_", "DJANGO"))]:
        del os.environ[name]
    os.environ["SOSUCKHOE_HOME"] = str(home)
    from sosuckhoe.hospital.config.start import prepare, setup_django

    setup_django()
    from django.db import connection

    logging.disable(logging.CRITICAL)
    prepare()
    _furnish()
    with connection.cursor() as cursor:
        for statement in _STEP_LOG:
            cursor.execute(statement)
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    template = home / "template.sqlite3"
    shutil.copyfile(home / "hospital.sqlite3", template)
    _import_what_has_crash_points()
    return template


HOME_PREFIX = "prove-"
_LEFT_BEHIND = 3600.0
"""Seconds after which a home without a lock belongs to nobody: its process died while it made it."""
_locks: list[int] = []


def _keep_lock(home: Path) -> None:
    """Held by the kernel for as long as this process lives."""
    descriptor = os.open(home / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    _locks.append(descriptor)


def _remove_homes_of_the_dead(place: Path) -> None:
    """Whoever was killed has not tidied up."""
    for home in place.glob(f"{HOME_PREFIX}*"):
        with contextlib.suppress(OSError):
            try:
                descriptor = os.open(home / "lock", os.O_WRONLY)
            except FileNotFoundError:
                if time.time() - home.stat().st_mtime > _LEFT_BEHIND:
                    shutil.rmtree(home, ignore_errors=True)
                continue
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(home, ignore_errors=True)
            finally:
                os.close(descriptor)


def tear_down(template: Path) -> None:
    from django.db import connection

    connection.close()
    shutil.rmtree(template.parent, ignore_errors=True)


_STEP_LOG = (
    "CREATE TABLE prove_step (id INTEGER PRIMARY KEY, submission INTEGER, before TEXT, after TEXT, fence INTEGER, "
    "problem TEXT, held INTEGER)",
    "CREATE TRIGGER prove_step_made AFTER INSERT ON delivery_submission BEGIN "
    "INSERT INTO prove_step (submission, before, after, fence) VALUES (NEW.id, '', NEW.state, NEW.fence); END",
    "CREATE TRIGGER prove_step_taken AFTER UPDATE OF state ON delivery_submission WHEN OLD.state <> NEW.state BEGIN "
    "INSERT INTO prove_step (submission, before, after, fence, problem, held) "
    "VALUES (NEW.id, OLD.state, NEW.state, NEW.fence, OLD.problem_code, "
    "EXISTS (SELECT 1 FROM delivery_restore WHERE released_at IS NULL)); END",
    "CREATE TABLE prove_claim (id INTEGER PRIMARY KEY, submission INTEGER, state TEXT, destination INTEGER, "
    "paused INTEGER, failures INTEGER, held INTEGER, since TEXT, quiet_until TEXT)",
    "CREATE TRIGGER prove_claimed AFTER UPDATE OF fence ON delivery_submission "
    "WHEN NEW.fence > OLD.fence AND NEW.lease_until IS NOT OLD.lease_until BEGIN "
    "INSERT INTO prove_claim (submission, state, destination, paused, failures, held, since, quiet_until) "
    "SELECT NEW.id, NEW.state, there.id, there.paused_at IS NOT NULL, there.failures, "
    "EXISTS (SELECT 1 FROM delivery_restore WHERE released_at IS NULL), NEW.since, there.quiet_until "
    "FROM delivery_destination AS there WHERE there.id = NEW.destination_id; END",
)
"""The checker's own record of every committed step and claim, kept by the database and not by the program."""


_HUB_KEY = generate_private_key(65537, 2048)


def _furnish() -> None:
    """A facility, a key whose row alone is used, and a destination."""
    from datetime import timedelta

    from sosuckhoe.healthbook.signing import PracticeAuthority, to_pkcs12
    from sosuckhoe.hospital.delivery.actions import add_destination, add_signing_key
    from sosuckhoe.hospital.delivery.secrets import keep_secret
    from sosuckhoe.hospital.staff.actions import add_facility
    from sosuckhoe.hospital.visits.choices import choose

    facility = add_facility(by="prove", name="Bệnh viện Mẫu", code=FACILITY)
    day = START - timedelta(days=1)
    signer = PracticeAuthority.new(at=day).issue("BỆNH VIỆN MẪU", at=day)
    add_signing_key(
        by="prove",
        facility=facility,
        name="Chứng thư thực hành",
        pkcs12=to_pkcs12(signer, b"mau"),
        password="mau",
    )
    secret = keep_secret("prove", "mat-khau-mau")
    add_destination(
        by="prove", facility=facility, name="Cổng mô phỏng", base_url="http://127.0.0.1:9", account="99999_BV",
        secret_reference=secret,
    )  # fmt: skip
    pem = _HUB_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    hub = {"sender_id": HUB_CODE, "receiver_id": "TDLBYT", "key_reference": keep_secret("hub", pem.decode())}
    add_destination(
        by="prove", facility=facility, name="Trục mô phỏng", base_url="http://127.0.0.1:9/hub", account="99999_TRUC",
        secret_reference=secret, kind="hub", hub=hub,
    )  # fmt: skip
    choose(by="prove", name="health_checks_are_sent", value=True, reason="câu chuyện", since=day.date())


def _import_what_has_crash_points() -> None:
    from sosuckhoe.hospital.delivery import closing, deliver, doors, gateway, intake, sending, signing, worker
    from sosuckhoe.hospital.delivery.restoring import matching, releasing

    assert closing and deliver and doors and gateway and intake and sending and signing and worker
    assert matching and releasing


@contextlib.contextmanager
def put(*replacements: tuple[Any, str, Any]) -> Iterator[None]:
    """Replace attributes for a while."""
    kept = [(place, name, getattr(place, name)) for place, name, _ in replacements]
    try:
        for place, name, value in replacements:
            setattr(place, name, value)
        yield
    finally:
        for place, name, value in reversed(kept):
            setattr(place, name, value)


def stand_ins(random: Random, here: Any, wire: Any, disk: Any) -> list[tuple[Any, str, Any]]:
    """What is not the program's own in a story."""
    from django.utils import timezone

    from sosuckhoe.hospital.delivery import crashpoints, receipts, signing, signing_anew
    from sosuckhoe.hospital.delivery.hub import message
    from sosuckhoe.hospital.delivery.restoring import rebuilding

    def key_for(facility: Any, at: Any) -> tuple[Any, Any]:
        return facility.signing_keys.order_by("id").first(), None

    def write_visit(record: Any, edition: Any, **how: Any) -> bytes:
        row = record.visit
        facts = {"visit": row["visit_code"], "version": int(row["hospital_total_amount"])}
        return (json.dumps(facts) + "\n" + record.to_json()).encode()

    def write_check_in(rows: Any, edition: Any) -> bytes:
        (row,) = rows
        stage = "admission" if row.get("admitted_at") else "arrival"
        facts = {"visit": f"{row['visit_code']}/{stage}", "version": int(row["row_number"])}
        return (json.dumps(facts) + "\n" + json.dumps(dict(row))).encode()

    def sign(unsigned: bytes, signer: Any, *, signature_id: str, **how: Any) -> bytes:
        return unsigned + SIGNED_WITH + signature_id.encode() + b'"/>'

    def verify(signed: bytes, **how: Any) -> Any:
        from sosuckhoe.healthbook.signing import Outcome

        return SimpleNamespace(outcome=Outcome.PASSED, code="", sentence_vi="")

    identifiers = SimpleNamespace(uuid4=lambda: uuid.UUID(int=random.getrandbits(128)))
    replaced: list[tuple[Any, str, Any]] = [
        (timezone, "now", CLOCK.now),
        (receipts, "os", disk),
        (signing_anew, "_asked_at", -signing_anew.ASKS_AGAIN_AFTER),
        (signing, "key_for", key_for),
        (signing, "write_visit", write_visit),
        (signing, "write_check_in", write_check_in),
        (signing, "with_doctors_signature", lambda submission, at: submission.content[0]),
        (message, "_key", lambda reference: _HUB_KEY),
        (message, "uuid", identifiers),
        (rebuilding, "write_visit", write_visit),
        (rebuilding, "write_check_in", write_check_in),
        (rebuilding, "sign", sign),
        (rebuilding, "signer_of", lambda key: None),
        (signing, "check_record", lambda *a, **k: []),
        (signing, "rules_for", lambda record, **how: None),
        (signing, "sign", sign),
        (signing, "verify", verify),
        (signing, "uuid", identifiers),
    ]
    instead = {"here": (crashpoints.here, here), "http": (http, wire), "time": (time, VirtualTime)}
    for name, module in list(sys.modules.items()):
        if name.startswith("sosuckhoe.hospital."):
            for attribute, (real, ours) in instead.items():
                if getattr(module, attribute, None) is real:
                    replaced.append((module, attribute, ours))
            if (
                name.startswith("sosuckhoe.hospital.delivery.")
                and getattr(module, "datetime", None) is datetime
            ):
                replaced.append((module, "datetime", VirtualDatetime))
    return replaced


def fresh_database(template: Path) -> None:
    """The empty hospital again, and no receipt."""
    from django.conf import settings
    from django.db import connection

    from sosuckhoe.hospital.delivery.watching import pulse

    connection.close()
    home = template.parent
    for left in home.glob("hospital.sqlite3-*"):
        left.unlink()
    shutil.copyfile(template, home / "hospital.sqlite3")
    for left in (settings.HOME.receipts, *home.glob("*.mark")):
        left.unlink(missing_ok=True)
    pulse._last.clear()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
