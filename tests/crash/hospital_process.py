"""What the tests let the hospital do in a process of its own, so that it can be killed: one deed per process, made by
one that has loaded the program (``making``)."""

import json
import os
import sys
import traceback
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from sosuckhoe.hospital.config.database import database
from sosuckhoe.hospital.config.home import Home
from sosuckhoe.hospital.config.start import prepare, setup_django

from . import first_form, making
from .permissions import obey

FACILITY = "99999"
TODAY = date(2026, 11, 23)


def make_tables() -> None:
    """A database as the migrations leave it, and nothing open."""
    from django.db import connections

    prepare()
    connections.close_all()


def set_up(folder: Path) -> None:
    """The facility, its key and its destination; ``folder`` holds the key and what to know of the portal."""
    from sosuckhoe.hospital.delivery import actions
    from sosuckhoe.hospital.delivery.secrets import keep_secret
    from sosuckhoe.hospital.staff.actions import add_facility

    prepare()
    facts = json.loads((folder / "facts.json").read_text())
    facility = add_facility(by="test", name="Bệnh viện Mẫu", code=FACILITY)
    actions.add_signing_key(
        by="test",
        facility=facility,
        name="Chứng thư thực hành",
        pkcs12=(folder / "key.p12").read_bytes(),
        password=facts["key_password"],
    )
    actions.add_destination(
        by="test",
        facility=facility,
        name="Cổng mô phỏng",
        base_url=facts["portal"],
        account=facts["account"],
        secret_reference=keep_secret("portal", facts["password"]),
        replaces_by_visit_code=facts["replaces"],
        replaces_evidence="cổng mô phỏng, chế độ replace" if facts["replaces"] else "",
    )


def set_up_hub(folder: Path) -> None:
    """The Ministry's hub beside the portal, and the decision to send health checks."""
    from sosuckhoe.hospital.delivery import actions
    from sosuckhoe.hospital.delivery.secrets import keep_secret
    from sosuckhoe.hospital.staff.models import Facility
    from sosuckhoe.hospital.visits.choices import choose

    facts = json.loads((folder / "hub.json").read_text())
    key = keep_secret("hub-key", (folder / "hub-key.pem").read_text())
    actions.add_destination(
        by="test",
        facility=Facility.objects.get(),
        name="Trục mô phỏng",
        base_url=facts["address"],
        account=facts["account"],
        secret_reference=keep_secret("hub-account", facts["password"]),
        kind="hub",
        hub={"sender_id": facts["sender_id"], "receiver_id": "TDLBYT", "key_reference": key},
    )
    choose(by="test", name="health_checks_are_sent", value=True, reason="thử", since=TODAY)


def hub_state() -> None:
    """The health checks of the ledger, as JSON."""
    from sosuckhoe.hospital.delivery.models import Submission

    rows = Submission.ledger.filter(health_check__isnull=False).select_related("health_check", "document")
    print(
        json.dumps(
            [
                {
                    "code": row.health_check.code,
                    "kind": row.destination.kind,
                    "state": row.state,
                    "sha256": row.document.sha256 if row.document else None,
                    "documents": row.documents.count(),
                    "receipts": list(row.receipts.values_list("transaction_number", flat=True)),
                }
                for row in rows.select_related("destination").order_by("id")
            ]
        )
    )


def declare_key(file: str) -> None:
    """The facility's next key, from a PKCS#12 file."""
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.actions import add_signing_key
    from sosuckhoe.hospital.staff.models import Facility

    add_signing_key(
        by="test",
        facility=Facility.objects.get(),
        name="Chứng thư mới",
        pkcs12=Path(file).read_bytes(),
        password="mat-khau-khoa-moi",
        registered_at=timezone.now(),
    )


def retire_key() -> None:
    """The first one."""
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.models import SigningKey
    from sosuckhoe.hospital.delivery.signers.declaring import retire

    retire(by="test", key=SigningKey.objects.earliest("pk"), at=timezone.now())


def sign_one() -> None:
    """One record, with whatever key there is."""
    from sosuckhoe.hospital.delivery.worker import Worker

    assert Worker("alone").sign_one()


def keys() -> None:
    """Each declared key: whether it opens, what it signed, and whether it is retired; and what signed anything else."""
    from sosuckhoe.hospital.delivery.models import SignedDocument, SigningKey
    from sosuckhoe.hospital.delivery.signers.keys import signer_of

    signed = list(SignedDocument.objects.values_list("certificate_fingerprint", flat=True))
    found = []
    for key in SigningKey.objects.order_by("pk"):
        signer_of(key).sign(b"thu")
        found.append([key.name, signed.count(key.fingerprint), key.retired_at is not None])
    assert sum(one[1] for one in found) == len(signed), "signed with an undeclared key"
    print(json.dumps(found))


def take(folder: Path) -> None:
    """Import every file; says so of each once it is acknowledged."""
    from sosuckhoe.hospital.delivery.drop_folder import take_folder

    take_folder(folder, by="test", each=lambda passed: print(passed.path.name, flush=True))


def deliver(parallel: str = "1", stop_seconds: str = "10") -> None:
    from django.conf import settings

    from sosuckhoe.hospital.delivery.deliver import deliver as run

    settings.STOP_SECONDS = float(stop_seconds)
    run(until_idle=True, parallel=int(parallel), patience=5.0)


def deliver_on(parallel: str = "1") -> None:
    """Until told to stop."""
    from sosuckhoe.hospital.config.start import Upgraded
    from sosuckhoe.hospital.delivery.deliver import deliver as run

    run(parallel=int(parallel), watch_drop=False, why_stop=Upgraded().why_stop)


def on_a_slow_disk(flush: str, timeout: str, *deed: str) -> None:
    """A deed, where every flush takes so many seconds, and who finds SQLite locked waits so many."""
    from django.db import connections

    from .slow_disk import every_flush_takes

    every_flush_takes(float(flush))
    connections.settings["default"]["OPTIONS"] |= {"timeout": float(timeout)}
    name, *arguments = deed
    DEEDS[name](*arguments)


def alarms() -> None:
    """The codes of what the board would tell now."""
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.watching import watched

    print(*[alarm.code for alarm in watched.alarms(watched.watched(timezone.now()))])


def sign_in() -> None:
    """Somebody who may take files in and watch them leave, in a session whose key is said."""
    from django.conf import settings
    from django.contrib import auth
    from django.contrib.sessions.backends.db import SessionStore

    from sosuckhoe.hospital.staff.actions import add_person

    settings.SECRET_KEY = settings.HOME.secret_key()
    person = add_person(
        by="test", username="giang", full_name="Giang", roles=["records", "it"], password="mot-mat-khau-dai"
    )
    person.must_change_password = False
    person.save()
    session = SessionStore()
    session[auth.SESSION_KEY] = str(person.pk)
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[auth.HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    print(session.session_key)


def send_to(address: str) -> None:
    """Records go to this address from now on."""
    from sosuckhoe.hospital.delivery.models import Destination

    Destination.objects.update(base_url=address)


def deliver_one() -> None:
    """One record by one line of work alone: what freezes here holds no lock for another thread."""
    from sosuckhoe.hospital.delivery.worker import Worker

    worker = Worker("alone")
    assert worker.sign_one()
    assert worker.send_one()


def sign_in_little_memory(megabytes: str) -> None:
    """Sign all that waits, with so much more memory than there is in use now, by one line of work."""
    import resource

    from sosuckhoe.hospital.delivery.worker import Worker

    worker = Worker("alone")
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = in_use + int(megabytes) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    while worker.sign_one():
        pass


def state() -> None:
    """The ledger, as JSON."""
    from sosuckhoe.hospital.delivery.models import Receipt, Submission
    from sosuckhoe.hospital.journal.chain import verify_chain
    from sosuckhoe.hospital.visits.models import RecordVersion

    rows = Submission.objects.select_related("version__visit", "document").order_by("id")
    print(
        json.dumps(
            {
                "submissions": [
                    {
                        "visit_code": row.version.visit.visit_code,
                        "version": row.version.number,
                        "state": row.state,
                        "problem": row.problem_code,
                        "sha256": row.document.sha256 if row.document else None,
                        "documents": row.documents.count(),
                        "attempts": list(row.attempts.values_list("outcome", "code")),
                        "receipts": list(row.receipts.values_list("transaction_number", flat=True)),
                    }
                    for row in rows
                ],
                "versions": RecordVersion.objects.count(),
                "receipts": Receipt.objects.count(),
                "chain_is_whole": verify_chain().whole,
            }
        )
    )


def reconcile(journal: str) -> None:
    """After a restore: with the journal outside, or with ``lost``."""
    from sosuckhoe.hospital.delivery.restoring.hold import current
    from sosuckhoe.hospital.delivery.restoring.matching import reconcile_restore

    restore = current()
    assert restore is not None
    print(json.dumps(reconcile_restore(by="test", restore=restore, journal_whole=journal == "whole")))


def release() -> None:
    from sosuckhoe.hospital.delivery.restoring.hold import current
    from sosuckhoe.hospital.delivery.restoring.releasing import release_restore

    restore = current()
    assert restore is not None
    release_restore(by="Giang", restore=restore, reason="đã đối chiếu")


def declare(reason: str) -> None:
    from sosuckhoe.hospital.delivery.restoring.noticing import declare as do

    do(by="test", reason=reason)


def match() -> None:
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.restoring.matching import match_lost

    print(match_lost(by="test", at=timezone.now()))


def restored() -> None:
    """What is said of the last restore, and the numbers that were given so far."""
    from sosuckhoe.hospital.delivery.models import Submission
    from sosuckhoe.hospital.delivery.restoring.telling import as_json, latest

    numbers = sorted(Submission.objects.values_list("pk", flat=True))
    print(json.dumps({**as_json(latest()), "numbers": numbers}))


def erase(outcome: str) -> None:
    """Every file that was not taken in, for such an outcome, is erased by a person."""
    from django.utils import timezone

    from sosuckhoe.hospital.delivery.erasing import erase_file
    from sosuckhoe.hospital.visits.models import SourceFile

    for file in SourceFile.objects.filter(outcome=outcome):
        erase_file(by="giang", file=file, why="tệp của nơi khác gửi nhầm", at=timezone.now())


def not_taken() -> None:
    """The files that were not taken in: by hash, whether the row, and the disk, still have them."""
    from sosuckhoe.hospital.delivery.erasing import NOT_TAKEN, copy_of
    from sosuckhoe.hospital.visits.models import SourceFile

    rows = SourceFile.objects.filter(outcome__in=NOT_TAKEN)
    print(json.dumps({row.name: [row.erased_at is not None, copy_of(row.sha256).exists()] for row in rows}))


def command(*words: str) -> None:
    """``sosuckhoe`` with these words, as somebody types it."""
    from sosuckhoe.cli import main

    code = main(words)
    sys.stdout.flush()
    os._exit(code)


def back_up_often(target: str, times: str) -> None:
    """So many copies, one after the other; says where each is."""
    from sosuckhoe.hospital.delivery.backups.taking import take

    for _ in range(int(times)):
        print(take(Path(target), keep=10_000).folder, flush=True)


DEEDS = {
    **first_form.DEEDS,
    "command": command,
    "back-up-often": back_up_often,
    "erase": erase,
    "not-taken": not_taken,
    "reconcile": reconcile,
    "release": release,
    "declare": declare,
    "match": match,
    "restored": restored,
    "make-tables": make_tables,
    "set-up": lambda folder: set_up(Path(folder)),
    "set-up-hub": lambda folder: set_up_hub(Path(folder)),
    "hub-state": hub_state,
    "declare-key": declare_key,
    "retire-key": retire_key,
    "sign-one": sign_one,
    "keys": keys,
    "take": lambda folder: take(Path(folder)),
    "send-to": send_to,
    "deliver": deliver,
    "alarms": alarms,
    "deliver-on": deliver_on,
    "on-a-slow-disk": on_a_slow_disk,
    "sign-in": sign_in,
    "deliver-one": deliver_one,
    "sign-in-little-memory": sign_in_little_memory,
    "state": state,
}


def move_into(home: str, address: str) -> None:
    """Make this process the program of another hospital. Nothing has been read from a database yet."""
    from django.conf import settings
    from django.db import connections

    settings.HOME = Home(Path(home))
    settings.DATABASES = {"default": database(address, settings.HOME)}
    assert connections["default"].connection is None
    del connections["default"]
    connections.settings = connections.configure_settings(None)


def act(order: dict[str, Any]) -> None:
    """One deed, in a process that was made for it. Does not return."""
    code = 1
    try:
        for name, descriptor in (("out", 1), ("err", 2)):
            os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        from sosuckhoe.hospital.delivery.crashpoints import arm

        arm(order["crash"])
        if order["obeys"]:
            obey()
        move_into(order["home"], order["database"])
        deed, *arguments = order["deed"]
        DEEDS[deed](*arguments)
        sys.stdout.flush()
        code = 0
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


LOADED = (
    "psycopg",
    "django.db.backends.postgresql.base",
    "sosuckhoe.cli.backup",
    "sosuckhoe.hospital.config.sqlite.base",
    "sosuckhoe.hospital.delivery.actions",
    "sosuckhoe.hospital.delivery.backups.putting_back",
    "sosuckhoe.hospital.delivery.backups.taking",
    "sosuckhoe.hospital.delivery.deliver",
    "sosuckhoe.hospital.delivery.restoring.matching",
)
"""What many deeds use; each would read it anew."""


def keep_making() -> None:
    """Load everything once, then make processes until the input ends."""
    setup_django()
    from django.db.migrations.loader import MigrationLoader

    from sosuckhoe.demo.his_export import export
    from sosuckhoe.healthbook.document import read
    from sosuckhoe.healthbook.validation import check_record

    for name in LOADED:
        import_module(name)
    MigrationLoader(None)  # reads every migration
    visit = read(next(export(TODAY)).data).visits[0]
    assert visit.edition is not None
    check_record(visit.record, visit.edition, day=TODAY)
    making.keep_making(act)


if __name__ == "__main__":
    keep_making()
