"""A container of evidence checks itself on a bare Python, and shows every change made to it."""

# ruff: noqa: F811 (fixtures of another module)

import json
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.db import connection
from django.utils import timezone
from tests.crash.stage import PASSWORD, Paper, Portal

from sosuckhoe.cli import main
from sosuckhoe.healthbook.signing import fingerprint, verify_evidence
from sosuckhoe.healthbook.signing.verify_evidence import FAILED, MANIFEST, PASSED, UNKNOWN, Line, pack, unpack
from sosuckhoe.hospital.delivery import doors, evidence
from sosuckhoe.hospital.delivery.evidence import container as container_module
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Attempt, Submission
from sosuckhoe.hospital.delivery.sessions import SESSIONS
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.worker import Worker
from sosuckhoe.hospital.journal.models import Entry

from .conftest import House
from .test_worker import closed, renamed, strike  # noqa: F401

pytestmark = pytest.mark.django_db
EXIT = {PASSED: 0, FAILED: 1, UNKNOWN: 2}


@pytest.fixture(autouse=True)
def _fresh_sessions() -> None:
    SESSIONS.__init__()  # type: ignore[misc]


@pytest.fixture
def deliver(connected: House, clean: list[bytes], request: pytest.FixtureRequest) -> Callable[[], Submission]:
    def do() -> Submission:
        code = f"99999.26.BC{abs(hash(request.node.name)) % 10**8}"
        taken = take_file("visit.xml", renamed(clean[0], code), by="giang", at=timezone.now())
        worker = Worker("test")
        assert worker.sign_one()
        assert worker.send_one()
        return Submission.objects.get(version__visit=taken.visit_id)

    return do


@pytest.fixture
def container(deliver: Callable[[], Submission]) -> bytes:
    submission = deliver()
    assert submission.state == State.RECEIVED
    return evidence.container_for(submission.version)


def small_authority(paper: Paper) -> list[verify_evidence.Certificate]:
    (der,) = verify_evidence.pem(paper.authority_pem.encode())
    return [verify_evidence.Certificate(der)]


def examined(data: bytes, paper: Paper) -> tuple[str, set[str]]:
    """The outcome, and the codes of what failed or is undecided."""
    lines = verify_evidence.examine(data, authorities=small_authority(paper))
    return verify_evidence.outcome_of(lines), told(lines)


def told(lines: list[Line]) -> set[str]:
    return {line.code for line in lines if line.outcome in (FAILED, UNKNOWN)}


def alone(folder: Path, data: bytes, *more: str) -> tuple[int, dict[str, Any]]:
    """As on a machine with nothing but Python: the verifier out of the container, isolated, without site packages."""
    (folder / "verify_evidence.py").write_bytes(evidence.verifier_source())
    (folder / "goi.zip").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify_evidence.py", "goi.zip", "--json", *more],
        cwd=folder,
        env={},
        capture_output=True,
        timeout=60,
    )
    assert not done.stderr, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


def test_a_container_passes_on_a_bare_python(container: bytes, paper: Paper, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(paper.authority_pem)
    code, said = alone(tmp_path, container, "--ca", "ca.pem")
    assert (code, said["outcome"]) == (0, PASSED)
    codes = [line["code"] for line in said["lines"]]
    assert {
        "PARTS-WHOLE",
        "VALID",
        "CODES-AGREE",
        "RECEIPT-BOUND",
        "JOURNAL-WHOLE",
        "ATTEMPT",
        "CLOCK",
    } <= set(codes)
    registered = fingerprint(x509.load_pem_x509_certificate(paper.certificate_pem.encode()))
    assert alone(tmp_path, container, "--registered", registered)[0] == 0
    assert alone(tmp_path, container, "--registered", "0" * 64)[0] == 1


@pytest.mark.parametrize(
    ("header", "simulated"), [("X-Simulator", True), ("x-simulator", True), ("X-Other", False)]
)
def test_a_receipt_of_a_simulator_is_called_one_and_still_verifies(
    container: bytes, paper: Paper, header: str, simulated: bool
) -> None:
    def renamed(attempts: list[dict[str, Any]]) -> None:
        attempts[0]["answer_head"] = attempts[0]["answer_head"].replace("X-Simulator:", f"{header}:")

    lines = verify_evidence.examine(forged(container, ATTEMPTS, renamed), authorities=small_authority(paper))
    assert verify_evidence.outcome_of(lines) == PASSED
    said = [line for line in lines if line.code == "RECEIPT-SIMULATED"]
    assert len(said) == simulated == ("mô phỏng" in verify_evidence.report(lines).splitlines()[0])


def test_without_anybody_to_trust_it_says_that_it_cannot_tell(container: bytes, tmp_path: Path) -> None:
    code, said = alone(tmp_path, container)
    assert code == 2
    assert [line["code"] for line in said["lines"] if line["outcome"] == UNKNOWN] == ["TRUST-NOT-CHECKED"]


def test_the_command_judges_it_alike_with_the_strict_verifier(
    container: bytes, paper: Paper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, authority = tmp_path / "goi.zip", tmp_path / "ca.pem"
    file.write_bytes(container)
    authority.write_text(paper.authority_pem)
    assert main(["verify", str(file), "--ca", str(authority), "--format", "json"]) == 0
    strict = json.loads(capsys.readouterr().out)
    _, own = alone(tmp_path, container, "--ca", "ca.pem")
    assert [line["code"] for line in strict["lines"]] == [line["code"] for line in own["lines"]]
    assert main(["verify", str(file)]) == 2
    end = capsys.readouterr().out.splitlines()[1]
    assert end.startswith("KẾT LUẬN: CHƯA KẾT LUẬN (không kiểm tra thu hồi; biên nhận của nơi mô phỏng")
    file.write_bytes(container.replace(b"99999", b"99998"))
    assert main(["verify", str(file), "--ca", str(authority)]) == 1


def test_the_same_ledger_gives_the_same_bytes_and_no_secret(deliver: Callable[[], Submission]) -> None:
    version = deliver().version
    data = evidence.container_for(version)
    assert data == evidence.container_for(version)
    session = next(iter(SESSIONS._kept.values()))
    for secret in (session.access_token, session.id_token, session.password_hash, PASSWORD):
        assert secret.encode() not in data
    parts = unpack(data)
    submission = version.submissions.get()
    assert parts["submissions/1/document-1.xml"] == submission.document.content  # type: ignore[union-attr]
    assert parts["submissions/1/answer-1.bin"] == submission.attempts.get().answer
    assert parts["verify_evidence.py"] == Path(verify_evidence.__file__).read_bytes()


def test_a_changed_byte_anywhere_is_seen(container: bytes, paper: Paper) -> None:
    offsets = {container.index(name.encode()) + len(name) for name in unpack(container)}
    places = {0, 1, 4, 10, 14, len(container) - 1, len(container) - 12, container.index(b"PK\1\2") + 8}
    for start in offsets:
        places |= set(range(start, start + 3)) | {start - 40 if start > 40 else 0}
    places |= set(range(0, len(container), len(container) // 150))
    for place in places:
        changed = container[:place] + bytes([container[place] ^ 1]) + container[place + 1 :]
        assert examined(changed, paper)[0] == FAILED, place
    for cut in (0, 1, 100, len(container) // 2, len(container) - 1):
        assert examined(container[:cut], paper)[0] == FAILED
    assert examined(container + b"x", paper)[0] == FAILED


def test_each_part_that_was_changed_and_packed_again_is_named(container: bytes, paper: Paper) -> None:
    parts = unpack(container)
    for name in sorted(set(parts) - {MANIFEST}):
        changed = {**parts, name: parts[name] + b" "}
        lines = verify_evidence.examine(pack(changed), authorities=small_authority(paper))
        assert [line.subject for line in lines if line.code == "PART-CHANGED"] == [name]
        assert verify_evidence.outcome_of(lines) == FAILED
        del changed[name]
        assert examined(pack(changed), paper)[0] == FAILED
    assert examined(pack({**parts, "them.txt": b""}), paper) == (FAILED, {"PARTS-DIFFER"})


def forged(container: bytes, name: str, change: Callable[[Any], Any], manifest: Any = None) -> bytes:
    """A forger with patience: the part is changed and the manifest made to agree."""
    parts = unpack(container)
    if name.endswith(".json"):
        value = json.loads(parts[name])
        parts[name] = json.dumps(change(value) or value).encode()
    else:
        parts[name] = change(parts[name])
    listing = json.loads(parts[MANIFEST])
    if manifest:
        manifest(listing)
    for one in listing["parts"]:
        one["sha256"] = verify_evidence.sha256(parts[one["name"]])
        one["size"] = len(parts[one["name"]])
    document = listing["submissions"][0]["documents"][0]
    document["sha256"] = verify_evidence.sha256(parts[document["file"]])
    document["size"] = len(parts[document["file"]])
    parts[MANIFEST] = json.dumps(listing).encode()
    return pack(parts)


DOCUMENT, ATTEMPTS, RECEIPTS = (
    f"submissions/1/{name}" for name in ("document-1.xml", "attempts.json", "receipts.json")
)


def put(field: str, value: Any) -> Callable[[Any], None]:
    def change(rows: list[dict[str, Any]]) -> None:
        rows[0][field] = value

    return change


def other_inner(data: bytes) -> bytes:
    """Another person's name inside table 1."""
    start = data.index(b"<NOIDUNGFILE>") + 13
    inner = b64decode(data[start : data.index(b"<", start)])
    at = inner.index(b"<HO_TEN>") + 8
    return data.replace(b64encode(inner), b64encode(inner[:at] + b"X" + inner[at + 1 :]))


FORGERIES: dict[str, tuple[str, Callable[[Any], Any], set[str]]] = {
    "content": (DOCUMENT, other_inner, {"DIGEST-MISMATCH", "ATTEMPT-OTHER", "RECEIPT-OTHER"}),
    "signature value": (
        DOCUMENT,
        lambda data: data.replace(b"<SignatureValue>", b"<SignatureValue>AAAA", 1),
        {"SIGNATURE-MISMATCH"},
    ),
    "no signature": (
        DOCUMENT,
        lambda data: data[: data.index(b"<Signature ")] + data[data.index(b"</Signature>") + 12 :],
        {"NO-SIGNATURE", "UNSIGNED-OTHER"},
    ),
    "request": (ATTEMPTS, put("request_sha256", "0" * 64), {"ATTEMPT-OTHER", "RECEIPT-OTHER"}),
    "times": (ATTEMPTS, put("started_at", "2999-01-01T00:00:00+00:00"), {"ATTEMPT-TIMES"}),
    "number": (RECEIPTS, put("transaction_number", "1"), {"RECEIPT-NOT-ANSWERED"}),
    "receipt of another file": (RECEIPTS, put("document_sha256", "0" * 64), {"RECEIPT-OTHER"}),
    "no receipt": (RECEIPTS, list.clear, {"NO-RECEIPT"}),
    "answer": (
        "submissions/1/answer-1.bin",
        lambda data: data.replace(b'"200"', b'"205"'),
        {"RECEIPT-NOT-ANSWERED"},
    ),
    "journal": ("journal.json", put("actor", "người khác"), {"JOURNAL-CHANGED"}),
    "certificate's hash": ("certificates.json", put("sha256", "0" * 64), {"CERTIFICATE-FILE"}),
    "not a list": ("certificates.json", lambda rows: {"a": rows}, {"CONTAINER-SHAPE"}),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forger_who_mends_the_manifest_is_found_out(container: bytes, paper: Paper, what: str) -> None:
    name, change, codes = FORGERIES[what]
    outcome, found = examined(forged(container, name, change), paper)
    assert codes <= found
    assert outcome == (UNKNOWN if codes == {"NO-RECEIPT"} else FAILED)


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("visit_code", {"CODES-DIFFER"}),
        ("facility_code", {"CODES-DIFFER"}),
        ("record_sha256", {"RECORD-OTHER", "JOURNAL-OTHER"}),
    ],
)
def test_the_manifest_cannot_speak_of_another_visit(
    container: bytes, paper: Paper, field: str, codes: set[str]
) -> None:
    def other(listing: dict[str, Any]) -> None:
        listing[field] = "0" * 64

    outcome, found = examined(forged(container, "clock.json", lambda _: None, other), paper)
    assert (outcome, found) == (FAILED, codes)


def test_the_manifest_cannot_say_that_something_else_was_signed(container: bytes, paper: Paper) -> None:
    def other(listing: dict[str, Any]) -> None:
        listing["submissions"][0]["documents"][0]["unsigned_sha256"] = "0" * 64

    outcome, found = examined(forged(container, "clock.json", lambda _: None, other), paper)
    assert (outcome, found) == (FAILED, {"UNSIGNED-OTHER"})


def test_an_attempt_that_stands_there_twice_is_told(container: bytes, paper: Paper) -> None:
    outcome, found = examined(forged(container, ATTEMPTS, lambda rows: rows + rows[-1:]), paper)
    assert outcome != PASSED and "ATTEMPTS-MISSING" in found


def test_the_manifest_cannot_name_another_certificate(container: bytes, paper: Paper) -> None:
    def other(listing: dict[str, Any]) -> None:
        listing["submissions"][0]["documents"][0]["certificate_sha256"] = "0" * 64

    outcome, found = examined(forged(container, "clock.json", lambda _: None, other), paper)
    assert (outcome, "CERTIFICATE-OTHER" in found) == (FAILED, True)


def test_a_line_written_into_the_journal_does_not_follow_from_the_one_before(
    container: bytes, paper: Paper
) -> None:
    def forge(lines: list[dict[str, Any]]) -> None:
        line = lines[0] | {"seq": lines[0]["seq"] + 1, "actor": "người khác"}
        lines.insert(1, line | {"hash": verify_evidence.journal_hash(line)})

    outcome, found = examined(forged(container, "journal.json", forge), paper)
    assert (outcome, "JOURNAL-CHANGED" in found) == (FAILED, True)


def test_a_container_of_a_later_format_is_left_to_its_own_verifier(container: bytes, paper: Paper) -> None:
    later = forged(container, "clock.json", lambda _: None, lambda listing: listing.update(format_version=2))
    assert examined(later, paper) == (UNKNOWN, {"FORMAT-VERSION"})


ODD = (
    None,
    "",
    "x",
    -1,
    1.5,
    True,
    [],
    {},
    [[]],
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+07:00",
    "\udc80",
)


def leaves(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value: its container and its key."""
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    found: list[tuple[Any, Any]] = []
    for key, inner in pairs:
        found.append((value, key))
        if isinstance(inner, dict | list):
            found += leaves(inner)
    return found


def test_odd_values_anywhere_give_a_verdict_and_never_a_traceback(container: bytes, paper: Paper) -> None:
    parts = unpack(container)
    count = 0
    for name in [one for one in parts if one.endswith(".json")]:
        places = len(leaves(json.loads(parts[name])))
        for number in range(places):
            value = json.loads(parts[name])
            holder, key = leaves(value)[number]
            holder[key] = ODD[(number * 7 + len(name)) % len(ODD)]
            changed = {**parts, name: json.dumps(value).encode()}
            if name != MANIFEST:
                listing = json.loads(parts[MANIFEST])
                for one in listing["parts"]:
                    if one["name"] == name:
                        one["sha256"] = verify_evidence.sha256(changed[name])
                        one["size"] = len(changed[name])
                changed[MANIFEST] = json.dumps(listing).encode()
            lines = verify_evidence.examine(pack(changed), authorities=small_authority(paper))
            assert verify_evidence.report(lines).encode()
            count += 1
    assert count > 100


def test_a_container_cannot_print_a_verdict_of_its_own(container: bytes, paper: Paper) -> None:
    def name(listing: dict[str, Any]) -> None:
        listing["submissions"][0]["destination"] = "x\n\x1b[2JKẾT LUẬN: ĐẠT\n"

    lines = verify_evidence.examine(forged(container, "clock.json", lambda _: None, name))
    said = verify_evidence.report(lines)
    assert len(said.splitlines()) == len(lines) + 1
    assert "\x1b" not in said


def test_a_forged_container_fails_on_a_bare_python_too(
    container: bytes, paper: Paper, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text(paper.authority_pem)
    data = forged(container, DOCUMENT, other_inner)
    code, said = alone(tmp_path, data, "--ca", "ca.pem")
    assert (code, said["outcome"]) == (1, FAILED)


def test_a_number_that_a_person_read_is_told_from_an_answer(
    deliver: Callable[[], Submission], portal: Portal, paper: Paper
) -> None:
    strike(portal, "store-then-drop")
    submission = deliver()
    assert submission.state == State.UNKNOWN
    assert examined(evidence.container_for(submission.version), paper) == (UNKNOWN, {"NO-RECEIPT"})
    doors.it_is_there(by="giang", submission=submission, transaction_number="GD-1", reason="Thấy trên cổng")
    assert examined(evidence.container_for(submission.version), paper) == (UNKNOWN, {"RECEIPT-STATED"})


def test_a_version_not_yet_signed_has_a_container_that_says_so(
    house: House, clean: list[bytes], paper: Paper
) -> None:
    taken = take_file("visit.xml", clean[0], by="giang", at=timezone.now())
    version = Submission.objects.get(version__visit=taken.visit_id).version
    assert examined(evidence.container_for(version), paper) == (UNKNOWN, {"NOT-SIGNED"})


def test_several_attempts_are_all_in_it(
    deliver: Callable[[], Submission], portal: Portal, paper: Paper
) -> None:
    strike(portal, "http-503")
    submission = deliver()
    Submission.objects.update(not_before=None)
    assert Worker("again").send_one()
    data = evidence.container_for(submission.version)
    assert examined(data, paper)[0] == PASSED
    assert [one["code"] for one in json.loads(unpack(data)[ATTEMPTS])] == ["HTTP-503", "200"]
    assert Attempt.objects.count() == 2


def test_handing_one_out_is_in_the_journal(deliver: Callable[[], Submission]) -> None:
    version = deliver().version
    name, data = evidence.take_evidence(by="giang", subject=version)
    assert name.startswith("bang-chung-99999-") and name.endswith("-v1.zip")
    entry = Entry.objects.get(action="evidence-taken")
    assert entry.detail == {"version": 1, "sha256": verify_evidence.sha256(data)}


def test_the_command_writes_the_container_that_verify_reads(
    deliver: Callable[[], Submission],
    paper: Paper,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sosuckhoe.cli.evidence.start", lambda: None)
    code = deliver().version.visit.visit_code
    (tmp_path / "ca.pem").write_text(paper.authority_pem)
    assert main(["evidence", code, "--folder", str(tmp_path)]) == 0
    file = Path(capsys.readouterr().out.strip())
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["verify", str(file), "--ca", str(tmp_path / "ca.pem")]) == 0
    assert main(["evidence", code, "--number", "9"]) == 2
    assert main(["evidence", code, "--folder", str(tmp_path / "none")]) == 2


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_comes_while_the_container_is_made_is_in_it_nowhere(
    closed: Callable[..., Submission], paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission, worker = closed(), Worker("test")
    assert worker.sign_one()
    journal, sent = container_module._journal, []

    def send() -> None:
        sent.append(worker.send_one())
        connection.close()

    def while_it_is_read(*told: Any) -> Any:
        sender = threading.Thread(target=send)
        sender.start()
        sender.join(60)
        return journal(*told)

    monkeypatch.setattr(container_module, "_journal", while_it_is_read)
    submission.refresh_from_db()
    made = evidence.container_for(submission.version)
    monkeypatch.undo()
    submission.refresh_from_db()
    assert (sent, submission.state) == ([True], State.RECEIVED)
    (told_of,) = json.loads(unpack(made)[MANIFEST])["submissions"]
    assert (told_of["state"], json.loads(unpack(made)["submissions/1/attempts.json"])) == (State.SIGNED, [])
    assert FAILED not in {
        line.outcome for line in verify_evidence.examine(made, authorities=small_authority(paper))
    }
    assert examined(evidence.container_for(submission.version), paper)[0] == PASSED
