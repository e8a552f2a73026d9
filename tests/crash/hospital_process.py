"""What the tests let the hospital do in a process of its own, so that it can be killed: one deed per start."""

import json
import sys
from pathlib import Path

from sosuckhoe.hospital.config.start import prepare, setup_django

FACILITY = "99999"


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


def take(folder: Path) -> None:
    """Import every file; says so of each once it is acknowledged."""
    from sosuckhoe.hospital.delivery.drop_folder import take_folder

    take_folder(folder, by="test", each=lambda passed: print(passed.path.name, flush=True))


def deliver(parallel: str = "1") -> None:
    from sosuckhoe.hospital.delivery.deliver import deliver as run

    run(until_idle=True, parallel=int(parallel), patience=5.0)


def deliver_one() -> None:
    """One record by one line of work alone: what freezes here holds no lock for another thread."""
    from sosuckhoe.hospital.delivery.worker import Worker

    worker = Worker("alone")
    assert worker.sign_one()
    assert worker.send_one()


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


def main(deed: str, *arguments: str) -> None:
    setup_django()
    {
        "set-up": lambda: set_up(Path(arguments[0])),
        "take": lambda: take(Path(arguments[0])),
        "deliver": lambda: deliver(*arguments),
        "deliver-one": deliver_one,
        "state": state,
    }[deed]()


if __name__ == "__main__":
    main(*sys.argv[1:])
