"""A record, a check-in, a health check: each has a container; what is changed in it passes neither verifier."""

# ruff: noqa: F811 (fixtures of another module)

import json
import random
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from tests.crash.stage import Paper, Portal

from sosuckhoe.cli import main
from sosuckhoe.healthbook.signing import PracticeAuthority, health_check_policy, sign, verify_evidence
from sosuckhoe.healthbook.signing.judges import document_judge, status_judge
from sosuckhoe.healthbook.signing.verify_evidence import (
    CHECK_IN,
    FAILED,
    HEALTH_CHECK,
    MANIFEST,
    PASSED,
    RECORD,
    UNKNOWN,
    pack,
    unpack,
)
from sosuckhoe.hospital.delivery import evidence
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import HealthCheckWorker, Worker
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.visits.models import CheckIn

from .conftest import House
from .test_check_ins import admission, file, told, visit_code
from .test_check_ins import submission_of as check_in_of
from .test_check_ins import work as work_check_in
from .test_evidence import ATTEMPTS, RECEIPTS, forged
from .test_hub import Two, message_key, strike, take, two, unique, work  # noqa: F401
from .test_worker import renamed

pytestmark = pytest.mark.django_db
KINDS = (RECORD, CHECK_IN, HEALTH_CHECK)
FLIPS = 16
"""Changed bytes for each part of each container."""

MANY = """
import importlib.util, json, pathlib, sys
spec = importlib.util.spec_from_file_location("verify_evidence", "verify_evidence.py")
alone = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = alone
spec.loader.exec_module(alone)
assert not [name for name in sys.modules if name.partition(".")[0] in ("sosuckhoe", "lxml", "cryptography", "django")]
for name in sorted(path.name for path in pathlib.Path(".").glob("*.zip")):
    alone.main([name, "--json", *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Made:
    """Two containers of one kind, of different people, and what they are judged with."""

    kind: str
    first: bytes
    second: bytes
    paper: Paper
    hub_key: bytes

    @property
    def document(self) -> str:
        return f"submissions/1/document-1.{'json' if self.kind == HEALTH_CHECK else 'xml'}"

    def strict(self, data: bytes) -> tuple[str, set[str]]:
        """With our packages."""
        trusted = x509.load_pem_x509_certificates(self.paper.authority_pem.encode())
        lines = verify_evidence.examine(
            data,
            document_judge(trusted=trusted),
            status=status_judge(trusted),
            message_keys=verify_evidence.public_keys(self.hub_key),
        )
        return verify_evidence.outcome_of(lines), {one.code for one in lines}

    def alone(self, folder: Path, containers: Sequence[bytes]) -> list[tuple[str, set[str]]]:
        """All of them on a machine with nothing but Python, isolated and without site packages."""
        folder.mkdir()
        (folder / "verify_evidence.py").write_bytes(evidence.verifier_source())
        (folder / "ca.pem").write_text(self.paper.authority_pem)
        (folder / "hub.pem").write_bytes(self.hub_key)
        for number, data in enumerate(containers):
            (folder / f"{number:05}.zip").write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", MANY, "--ca", "ca.pem", "--hub-key", "hub.pem"],
            cwd=folder, env={}, capture_output=True, timeout=300,
        )  # fmt: skip
        assert not done.stderr, done.stderr.decode()
        said = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(said) == len(containers)
        return [(one["outcome"], {line["code"] for line in one["lines"]}) for one in said]

    def both(self, folder: Path, data: bytes) -> tuple[str, set[str]]:
        """What both say; they may differ where the small one cannot tell."""
        strict, (own,) = self.strict(data), self.alone(folder, [data])
        assert own[0] in (strict[0], UNKNOWN), (own, strict)
        assert PASSED not in (strict[0], own[0]) or strict[0] == own[0]
        return strict[0], strict[1] | own[1]


def sent_record(clean: bytes) -> Submission:
    taken = take_file("visit.xml", renamed(clean, visit_code()), by="giang", at=timezone.now())
    worker = Worker("test")
    assert worker.sign_one() and worker.send_one()
    return Submission.objects.get(version__visit=taken.visit_id)


def sent_check_in() -> Submission:
    code = told()
    work_check_in()
    return check_in_of(code)


def sent_health_check() -> Submission:
    export = unique()
    take(export)
    work_all()
    return Submission.ledger.get(health_check__code=export.code)


def work_all() -> None:
    line = HealthCheckWorker("hub-test")
    while line.sign_one() or line.send_one():
        pass


_made: dict[str, Made] = {}


@pytest.fixture(params=KINDS)
def made(
    request: pytest.FixtureRequest,
    two: Two,
    clean: list[bytes],
    paper: Paper,
    message_key: RSAPrivateKey,
) -> Made:
    kind = request.param
    if kind not in _made:
        sends: Callable[[], Submission] = {
            RECORD: lambda: sent_record(clean[0]),
            CHECK_IN: sent_check_in,
            HEALTH_CHECK: sent_health_check,
        }[kind]
        containers = []
        for _ in range(2):
            submission = sends()
            assert submission.state == State.RECEIVED, submission.problem
            containers.append(evidence.container_for(submission._carried))
        public = message_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        _made[kind] = Made(kind, *containers, paper, public)
    return _made[kind]


def test_it_passes_on_a_bare_python_and_with_the_strict_verifier(made: Made, tmp_path: Path) -> None:
    outcome, codes = made.both(tmp_path / "alone", made.first)
    assert outcome == PASSED
    assert {
        "PARTS-WHOLE",
        "VALID",
        "CODES-AGREE",
        "RECEIPT-BOUND",
        "JOURNAL-WHOLE",
        "ATTEMPT",
        "CLOCK",
    } <= codes
    assert ("MESSAGE-VALID" in codes) == (made.kind == HEALTH_CHECK)
    assert ("DOCTOR-NOT-SIGNED" in codes) == (made.kind == HEALTH_CHECK)


def test_a_changed_byte_in_any_part_is_seen_by_both(made: Made, tmp_path: Path) -> None:
    rest, whole = random.Random(4), made.first
    changed = []
    for data in unpack(whole).values():
        start = whole.index(data)
        for _ in range(FLIPS if len(data) > FLIPS else len(data)):
            place, mask = start + rest.randrange(len(data)), 1 << rest.randrange(8)
            changed.append(whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :])
    assert len(changed) > 120
    assert {outcome for outcome, _ in made.alone(tmp_path / "alone", changed)} == {FAILED}
    assert {made.strict(data)[0] for data in changed} == {FAILED}


def in_unsigned_text(data: bytes, place: int) -> bool:
    """The Id of a signature and the subject beside the certificate are signed by nobody; of a message all is."""
    for start, end in ((b'Id="', b'"'), (b"<X509SubjectName>", b"<")):
        begin = data.index(start) + len(start) if start in data else len(data)
        if begin <= place < data.find(end, begin):
            return True
    return False


def everywhere(container: bytes, document: str, data: bytes) -> bytes:
    """A forger with patience: the other bytes are what was sent, says every part."""
    parts = unpack(container)
    old, new = (verify_evidence.sha256(one).encode() for one in (parts[document], data))
    parts[document] = data
    for name in (ATTEMPTS, RECEIPTS, MANIFEST):
        parts[name] = parts[name].replace(old, new)
    listing = json.loads(parts[MANIFEST])
    for one in listing["parts"]:
        one["sha256"], one["size"] = verify_evidence.sha256(parts[one["name"]]), len(parts[one["name"]])
    listing["submissions"][0]["documents"][0]["size"] = len(data)
    return pack({**parts, MANIFEST: json.dumps(listing).encode()})


def test_no_changed_byte_of_what_left_passes_even_where_all_hashes_were_mended(
    made: Made, tmp_path: Path
) -> None:
    data, rest = unpack(made.first)[made.document], random.Random(5)
    places = [place for place in rest.sample(range(len(data)), 120) if not in_unsigned_text(data, place)]
    changed = []
    for place in places:
        other = data[:place] + bytes([data[place] ^ (1 << rest.randrange(7))]) + data[place + 1 :]
        changed.append(everywhere(made.first, made.document, other))
    own, strict = made.alone(tmp_path / "alone", changed), [made.strict(one) for one in changed]
    for place, (small, _), (whole, _) in zip(places, own, strict, strict=True):
        assert PASSED not in (small, whole), (place, data[place - 20 : place + 20])
        assert small in (whole, UNKNOWN)


def put(field: str, value: Any) -> Callable[[Any], None]:
    def change(rows: list[dict[str, Any]]) -> None:
        rows[0][field] = value

    return change


def unsigned(data: bytes) -> bytes:
    """What left, without the facility's signature."""
    if data.startswith(b"{"):
        told = json.loads(data)
        told["data"] = b64encode(unsigned(b64decode(told["data"]))).decode()
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return re.sub(rb"<Signature .*</Signature>", b"", data)


def test_what_was_never_signed_is_not_shown_as_signed(made: Made, tmp_path: Path) -> None:
    outcome, codes = made.both(
        tmp_path / "alone", everywhere(made.first, made.document, unsigned(unpack(made.first)[made.document]))
    )
    assert outcome == FAILED and "NO-SIGNATURE" in codes and "VALID" not in codes


def test_a_forged_part_is_named_by_both(made: Made, tmp_path: Path) -> None:
    other = {name: unpack(made.second)[name] for name in (RECEIPTS, ATTEMPTS, made.document)}
    theirs = json.loads(other[RECEIPTS])[0]["transaction_number"]
    code = json.loads(unpack(made.second)[MANIFEST])["visit_code"]
    forgeries: dict[str, tuple[bytes, str, str]] = {
        "another's receipt": (forged(made.first, RECEIPTS, lambda _: json.loads(other[RECEIPTS])), FAILED, "RECEIPT-OTHER"),
        "another's number": (forged(made.first, RECEIPTS, put("transaction_number", theirs)), FAILED, "RECEIPT-NOT-ANSWERED"),
        "another's attempts": (forged(made.first, ATTEMPTS, lambda _: json.loads(other[ATTEMPTS])), FAILED, "ATTEMPT-OTHER"),
        "no attempts": (forged(made.first, ATTEMPTS, list.clear), FAILED, "RECEIPT-OTHER"),
        "no attempts, no receipt": (
            forged(forged(made.first, ATTEMPTS, list.clear), RECEIPTS, list.clear), FAILED, "ATTEMPTS-OTHER",
        ),
        "no receipt": (forged(made.first, RECEIPTS, list.clear), UNKNOWN, "NO-RECEIPT"),
        "another's file": (everywhere(made.first, made.document, other[made.document]), FAILED, "CODES-DIFFER"),
        "another's code": (
            forged(made.first, "clock.json", lambda _: None, lambda listing: listing.update(visit_code=code)),
            FAILED, "CODES-DIFFER",
        ),
        "another facility": (
            forged(made.first, "clock.json", lambda _: None, lambda listing: listing.update(facility_code="99998")),
            FAILED, "CODES-DIFFER",
        ),
        "signed earlier": (
            forged(made.first, "clock.json", lambda _: None, lambda listing: listing["submissions"][0]["documents"][0].update(signed_at="2001-01-01T00:00:00+00:00")),
            FAILED, "CERTIFICATE-NOT-YET-VALID",
        ),
        "its journal": (forged(made.first, "journal.json", put("actor", "người khác")), FAILED, "JOURNAL-CHANGED"),
    }  # fmt: skip
    for kind in KINDS:
        if kind != made.kind:

            def called(listing: dict[str, Any], kind: str = kind) -> None:
                listing.update(
                    kind=kind, stage="arrival", format_version=verify_evidence.FORMAT_VERSIONS[kind]
                )

            wanted = (FAILED, "MESSAGE-UNREADABLE") if kind == HEALTH_CHECK else (FAILED, "KIND-OTHER")
            if made.kind == HEALTH_CHECK:
                wanted = (FAILED, "DOCUMENT-NOT-XML")
            forgeries[f"called a {kind}"] = (
                forged(made.first, "clock.json", lambda _: None, called), *wanted,
            )  # fmt: skip
    own = made.alone(tmp_path / "alone", [data for data, _, _ in forgeries.values()])
    for (what, (data, outcome, code)), (small, small_codes) in zip(forgeries.items(), own, strict=True):
        strict, codes = made.strict(data)
        assert (strict, small) == (outcome, outcome) or (strict, small) == (FAILED, UNKNOWN), what
        assert code in codes | small_codes, (what, codes)


def test_an_attempt_taken_out_of_several_leaves_a_gap(
    two: Two, paper: Paper, tmp_path: Path, message_key: RSAPrivateKey
) -> None:  # fmt: skip
    take(unique())
    strike(two, "token-revoked")
    submission = work()
    assert submission.attempts.count() == 2
    data = evidence.container_for(submission.health_check)
    public = message_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    made = Made(HEALTH_CHECK, data, data, paper, public)
    assert made.both(tmp_path / "whole", data)[0] == PASSED
    gone = forged(data, ATTEMPTS, lambda rows: rows.pop(0) and rows)
    assert made.both(tmp_path / "gap", gone)[1] >= {"ATTEMPTS-MISSING", "ATTEMPTS-OTHER"}
    told_less = forged(
        gone, "clock.json", lambda clock: clock["answers"].pop(0) and clock, lambda listing: None
    )
    assert made.both(tmp_path / "patient", told_less)[0] == UNKNOWN


class TestHealthChecks:
    @pytest.mark.parametrize(
        ("code", "about", "number"),
        [("CM_SUCCESS", "m", "7"), ("CM_SUCCESS", "other", ""), ("CM_SYSTEM_ERROR", "m", ""), ("", "m", "")],
    )
    def test_only_an_answer_that_takes_this_message_gives_a_number(
        self, code: str, about: str, number: str
    ) -> None:
        header = {"res_code": code, "txn_id": "7", "ref_msg_id": about}
        assert verify_evidence.hub_number_in(json.dumps({"header": header}).encode(), "m") == number

    def test_an_answer_to_another_message_is_no_receipt(
        self, two: Two, paper: Paper, clean: list[bytes]
    ) -> None:
        first, second = sent_health_check(), sent_health_check()
        data = evidence.container_for(first.health_check)
        theirs = second.attempts.get().answer
        number = second.receipts.get().transaction_number
        swapped = forged(
            forged(data, "submissions/1/answer-1.bin", lambda _: theirs),
            RECEIPTS,
            put("transaction_number", number),
        )
        lines = verify_evidence.examine(swapped)
        assert "RECEIPT-NOT-ANSWERED" in {line.code for line in lines if line.outcome == FAILED}

    def test_without_the_hubs_key_the_first_line_says_what_was_not_checked(
        self, two: Two, paper: Paper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:  # fmt: skip
        file_, ca = tmp_path / "goi.zip", tmp_path / "ca.pem"
        file_.write_bytes(evidence.container_for(sent_health_check().health_check))
        ca.write_text(paper.authority_pem)
        assert main(["verify", str(file_), "--ca", str(ca)]) == 0
        assert "không kiểm tra chữ ký bản tin" in capsys.readouterr().out.splitlines()[1]

    def test_another_key_is_not_the_hubs(self, two: Two, paper: Paper) -> None:
        certificate = x509.load_pem_x509_certificate(paper.certificate_pem.encode())
        other = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        data = evidence.container_for(sent_health_check().health_check)
        lines = verify_evidence.examine(data, message_keys=verify_evidence.public_keys(other))
        assert "MESSAGE-MISMATCH" in {line.code for line in lines if line.outcome == FAILED}

    def test_a_signature_of_the_doctor_is_told_but_never_called_checked(
        self, two: Two, paper: Paper, portal: Portal
    ) -> None:  # fmt: skip
        at = timezone.now()
        doctor = PracticeAuthority.new(at=at).issue("BS MẪU", at=at)
        signed = sign(
            unique().bytes(),
            doctor,
            signature_id="D-1",
            policy=health_check_policy("CHUKYDONVI", doctor=True),
        )
        take_file("ksk.xml", signed, by="giang", at=at)
        work_all()
        submission = Submission.ledger.get(health_check__isnull=False)
        registered = [submission.document.certificate_fingerprint]  # type: ignore[union-attr]
        lines = verify_evidence.examine(
            evidence.container_for(submission.health_check), registered=registered
        )
        assert verify_evidence.outcome_of(lines) == PASSED
        assert "DOCTOR-NOT-CHECKED" in {line.code for line in lines}


class TestCheckIns:
    def test_the_other_stage_cannot_be_claimed(self, connected: House, paper: Paper) -> None:
        data = evidence.container_for(sent_check_in().check_in)
        other = forged(data, "clock.json", lambda _: None, lambda listing: listing.update(stage="admission"))
        assert "STAGE-DIFFERS" in {
            one.code for one in verify_evidence.examine(other) if one.outcome == FAILED
        }

    def test_one_that_waits_is_told_as_not_signed(self, house: House) -> None:
        told()
        lines = verify_evidence.examine(evidence.container_for(CheckIn.objects.get()))
        assert {one.code for one in lines if one.outcome == UNKNOWN} == {"NOT-SIGNED"}

    def test_each_stage_has_a_container_of_its_own_by_the_command(
        self, connected: House, paper: Paper, tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        monkeypatch.setattr("sosuckhoe.cli.evidence.start", lambda: None)
        code = sent_check_in().visit_code
        take_file("xml0.xml", file(admission(code)), by="giang", at=timezone.now())
        work_check_in()
        (tmp_path / "ca.pem").write_text(paper.authority_pem)
        for stage, name in (("arrival", "vao-kham-1"), ("admission", "vao-dieu-tri-1")):
            command = ["evidence", code, "--check-in", stage, "--folder", str(tmp_path)]
            assert main(command) == 0
            made = Path(capsys.readouterr().out.strip())
            assert made.name.endswith(f"-{name}.zip") and made.stat().st_mode & 0o777 == 0o600
            assert main(["verify", str(made), "--ca", str(tmp_path / "ca.pem")]) == 0
            capsys.readouterr()
        assert main(["evidence", code, "--folder", str(tmp_path)]) == 2
        assert Entry.objects.filter(action="evidence-taken", kind="check-in").count() == 2


def test_the_command_writes_a_health_checks_container(
    two: Two, paper: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], message_key: RSAPrivateKey,
) -> None:  # fmt: skip
    monkeypatch.setattr("sosuckhoe.cli.evidence.start", lambda: None)
    code = sent_health_check().visit_code
    (tmp_path / "ca.pem").write_text(paper.authority_pem)
    (tmp_path / "hub.pem").write_bytes(
        message_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    assert main(["evidence", code, "--health-check", "--folder", str(tmp_path)]) == 0
    made = capsys.readouterr().out.strip()
    trust = ["--ca", str(tmp_path / "ca.pem"), "--hub-key", str(tmp_path / "hub.pem")]
    assert main(["verify", made, *trust]) == 0
    assert "MESSAGE-VALID" in capsys.readouterr().out
    assert main(["evidence", code, "--health-check", "--number", "7", "--folder", str(tmp_path)]) == 2
