"""The demo's hospital: set up, fed with the export, and asked what its ledger says. Needs a process of its own."""

import logging
import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from .cast import HOUSE, STAFF, UNITS
from .home import DemoHome
from .national_side import PASSWORD
from .proof import LedgerLine, TakenFile

DECIDED_SEVERITIES = {"XTB-025": "error"}
"""The demo hospital holds back an inpatient record without its summary; by itself the rule only warns."""


def start(home: DemoHome) -> None:
    """Django for this hospital, its database made, its log in a file."""
    os.environ["SOSUCKHOE_HOME"] = str(home.hospital.resolve())
    os.environ["SOSUCKHOE_DATABASE"] = ""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sosuckhoe.hospital.config.settings"
    from sosuckhoe.hospital.config.start import prepare, setup_django

    setup_django()
    handler = logging.FileHandler(home.log("hospital"), encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().handlers[:] = [handler]
    prepare()


def set_up(home: DemoHome, *, gateway: str, gateway_password: str, at: datetime) -> None:
    """Facility, units, people, signing key, destination and recorded decisions."""
    from sosuckhoe.hospital.delivery import actions as delivery
    from sosuckhoe.hospital.delivery.models import StatusKind
    from sosuckhoe.hospital.delivery.secrets import keep_secret
    from sosuckhoe.hospital.delivery.signers.sources import name_source
    from sosuckhoe.hospital.staff import actions as staff
    from sosuckhoe.hospital.visits.choices import choose

    by = "demo"
    facility = staff.add_facility(
        by=by,
        name=HOUSE.name,
        code=HOUSE.code,
        hub_code=HOUSE.hub_code,
        address=HOUSE.address,
        province_code="79",
    )
    units = {
        code: staff.add_unit(by=by, facility=facility, department_code=code, name=name)
        for code, name in UNITS.items()
    }
    for person in STAFF:
        if person.roles:
            added = staff.add_person(
                by=by,
                username=person.username,
                full_name=person.name,
                roles=person.roles,
                password=PASSWORD,
                facility=facility,
                unit=units[person.unit],
                must_change_password=False,
            )
            staff.register_for_cards(by=by, person=added, portal_id=person.personal_id)
    key = delivery.add_signing_key(
        by=by,
        facility=facility,
        name="Khóa ký chạy thử",
        pkcs12=home.key.read_bytes(),
        password=home.key_password.read_text(),
        registered_at=at,
    )
    (home.hospital / "status-hosts.txt").write_text("127.0.0.1\n")
    name_source(
        by=by, key=key, kind=StatusKind.OCSP, issuer=home.authority.read_bytes(), url=f"{gateway}/ocsp"
    )
    delivery.add_destination(
        by=by,
        facility=facility,
        name="Cổng tiếp nhận mô phỏng",
        base_url=gateway,
        account=f"{HOUSE.code}_BV",
        secret_reference=keep_secret("cong-mo-phong", gateway_password),
        replaces_by_visit_code=True,
        replaces_evidence="Cổng mô phỏng thay bản cũ theo MA_LK (gateway.md §8).",
    )
    decisions = {
        "summary_for_every_visit": (True, "Gửi tóm tắt cho mọi đợt khám để sổ của người bệnh đầy đủ."),
        "severities": (DECIDED_SEVERITIES, "Nội trú thiếu tóm tắt hồ sơ bệnh án thì giữ lại để bổ sung."),
    }
    for name, (value, reason) in decisions.items():
        choose(by=by, name=name, value=value, reason=reason, since=at.date(), facility=facility)


def take_in(folder: Path, *, each: Callable[[int], None]) -> list[TakenFile]:
    """The whole export through the hospital's one door."""
    from sosuckhoe.hospital.delivery.drop_folder import Passed, take_folder
    from sosuckhoe.hospital.staff.models import Person

    done: list[TakenFile] = []

    def note(passed: Passed) -> None:
        taken = passed.taken
        done.append(
            TakenFile(
                name=passed.path.name,
                outcome=taken.outcome if taken else "refused",
                code=taken.code if taken else "NOT-READ",
                sentence=taken.sentence if taken else passed.problem,
            )
        )
        each(len(done))

    take_folder(folder, by=Person.objects.get(username="giang"), each=note)
    return done


def deliver(*, each: Callable[[int, int], None]) -> None:
    """Sign and send until nothing is left to do now."""
    from sosuckhoe.hospital.delivery import worker
    from sosuckhoe.hospital.delivery.models import Submission
    from sosuckhoe.hospital.delivery.states import TRANSMITTED, State

    total = Submission.objects.exclude(state=State.HELD).count()

    def look() -> None:
        each(Submission.objects.filter(state__in=TRANSMITTED).count(), total)

    worker.run(until_idle=True, parallel=2, patience=30.0, each=look)


def keep_delivering(stop: threading.Event) -> None:
    """The worker and the watcher of the drop folder, until stopped."""
    from django.conf import settings
    from django.db import connection

    from sosuckhoe.hospital.delivery import worker
    from sosuckhoe.hospital.delivery.drop_folder import Watcher

    def watch() -> None:
        watcher = Watcher(settings.HOME.drop)
        try:
            while not stop.wait(1.0):
                try:
                    watcher.look()
                except Exception:
                    logging.getLogger("sosuckhoe.demo").exception("the drop folder could not be looked at")
        finally:
            connection.close()

    watching = threading.Thread(target=watch, name="drop-folder")
    watching.start()
    try:
        worker.run(stop)
    finally:
        stop.set()
        watching.join()


def ledger() -> list[LedgerLine]:
    """Every closed visit and where its newest version stands, by the hospital's own ledger."""
    from sosuckhoe.hospital.delivery.models import Submission
    from sosuckhoe.hospital.visits.models import Visit

    lines = []
    for visit in Visit.objects.filter(cancelled=False, test=False).order_by("visit_code"):
        submission = (
            Submission.objects.filter(version__visit=visit)
            .select_related("document", "version")
            .order_by("-version__number")
            .first()
        )
        if submission is None:
            lines.append(LedgerLine(visit.visit_code, "NONE"))
            continue
        receipt = submission.receipts.order_by("-received_at").first()
        errors = submission.version.findings.filter(severity="error").values_list("rule", "message")
        lines.append(
            LedgerLine(
                visit_code=visit.visit_code,
                state=submission.state,
                problem=submission.problem,
                faults=tuple(errors),
                sent_sha256=submission.document.sha256 if submission.document else "",
                transaction=receipt.transaction_number if receipt else "",
            )
        )
    return lines


def write_sent(folder: Path) -> int:
    """The signed files exactly as they went out, one per visit."""
    from sosuckhoe.hospital.delivery.models import Submission

    count = 0
    for submission in (
        Submission.objects.filter(attempts__isnull=False)
        .distinct()
        .select_related("document", "version__visit")
    ):
        if submission.document:
            (folder / f"{submission.version.visit.visit_code}.xml").write_bytes(
                bytes(submission.document.content)
            )
            count += 1
    return count
