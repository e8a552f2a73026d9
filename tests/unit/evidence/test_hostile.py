"""Containers made to hurt whoever checks them: each gets a verdict within bounds, and nothing is written anywhere."""

import io
import json
import resource
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sosuckhoe.cli import main
from sosuckhoe.healthbook.signing import verify_evidence
from sosuckhoe.healthbook.signing.verify_evidence import (
    FORMAT,
    FORMAT_VERSIONS,
    MANIFEST,
    RECORD,
    pack,
    sha256,
)


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """As an ordinary program packs."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def container(extra: "dict[str, bytes] | None" = None, **fields: object) -> bytes:
    """In its own form, with a manifest that agrees with its parts."""
    parts = {
        "journal.json": b"[]",
        "certificates.json": b"[]",
        "clock.json": b'{"answers": []}',
        **(extra or {}),
    }
    manifest: dict[str, object] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSIONS[RECORD],
        "facility_code": "99999",
        "visit_code": "X",
        "version": 1,
        "frozen_at": "2026-11-28T00:00:00+00:00",
        "record_sha256": "0" * 64,
        "submissions": [],
        "parts": [{"name": name, "sha256": sha256(data), "size": len(data)} for name, data in parts.items()],
        **fields,
    }
    return pack({**parts, MANIFEST: json.dumps(manifest).encode()})


def submission(**status: object) -> list[object]:
    """One whose only document speaks of a status as told."""
    document = {
        "number": 1,
        "file": "d.xml",
        "sha256": sha256(b"<GIAMDINHHS/>"),
        "size": 13,
        "unsigned_sha256": "00",
        "record_sha256": "0" * 64,
        "certificate_sha256": "0" * 64,
        "signed_at": "2026-11-28T00:00:00+00:00",
        "status": {"kind": "ocsp", "asked_at": "2026-11-28T00:00:00+00:00", "fresh_seconds": 60, **status},
    }
    return [
        {
            "number": 1,
            "destination": "x",
            "documents": [document],
            "attempts": "e.json",
            "receipts": "e.json",
            "word": "",
        }
    ]


def with_flag(data: bytes, flag: int) -> bytes:
    """The general purpose flags of the first entry, in both places."""
    at = data.index(b"PK\1\2")
    return data[:6] + struct.pack("<H", flag) + data[8 : at + 8] + struct.pack("<H", flag) + data[at + 10 :]


FILES = {"d.xml": b"<GIAMDINHHS/>", "e.json": b"[]"}
HOSTILE: dict[str, bytes] = {
    "a bomb": zipped((MANIFEST, b"\0" * 50_000_000)),
    "bombs side by side": zipped(*((f"{number}.bin", b"\0" * 4_000_000) for number in range(20))),
    "a way out of the folder": zipped(
        ("../../ra-ngoai", b"x"), ("/tmp/ra-ngoai", b"x"), how=zipfile.ZIP_STORED
    ),
    "a way out, in its own form": container(
        {"../../ra-ngoai": b"x", "/ra-ngoai": b"x", "C:\\ra-ngoai": b"x"}
    ),
    "one name twice": pack({"a": b"1", "b": b"2"}).replace(b"b", b"a"),
    "an encrypted part": with_flag(pack({MANIFEST: b"{}"}), 1),
    "6,000 parts": pack({f"{number}": b"" for number in range(6_000)}),
    "sizes of another world": pack({MANIFEST: b"{}"})[:-22] + b"PK\5\6" + b"\xff" * 18,
    "only an end": b"PK\5\6" + b"\0" * 18,
    "lists 200,000 deep": pack({MANIFEST: b"[" * 200_000}),
    "objects 200,000 deep": pack({MANIFEST: b'{"a":' * 200_000}),
    "a number of a million digits": pack({MANIFEST: b'{"format": ' + b"9" * 1_000_000 + b"}"}),
    "a manifest that is a list": pack({MANIFEST: b"[]"}),
    "a manifest of no text": pack({MANIFEST: b"\xff\xfe\0"}),
    "no number and no end": container(version=float("nan"), submissions=float("inf")),
    "a million submissions of nothing": container(submissions=[None] * 1_000_000),
    "a part named after nothing": container(parts=[{"name": None, "sha256": None, "size": -1}]),
    "an endless freshness": container(
        FILES,
        submissions=submission(fresh_seconds=1e308, answer="e.json", issuers="e.json", authority_answer=""),
    ),
    "a freshness that is none": container(
        FILES,
        submissions=submission(fresh_seconds=[], answer="e.json", issuers="e.json", authority_answer=None),
    ),
    "an answer that is a list": container(
        FILES, submissions=submission(answer=["e.json"], issuers={}, authority_answer=1)
    ),
    "an answer asked at the beginning of time": container(
        FILES,
        submissions=submission(
            answer="e.json", issuers="e.json", authority_answer=None, asked_at="0001-01-01T00:00:00+14:00"
        ),
    ),
    "noise": bytes(range(256)) * 4_000,
}


def limited() -> None:
    """A gigabyte and a minute of its own, no more."""
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_it_gets_a_verdict_and_writes_nothing(data: bytes, tmp_path: Path, capsys) -> None:
    verifier, file = tmp_path / "verify_evidence.py", tmp_path / "goi.zip"
    verifier.write_bytes(Path(verify_evidence.__file__).read_bytes())
    file.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-I", "-S", verifier.name, file.name, "--json"],
        cwd=tmp_path,
        env={},
        capture_output=True,
        timeout=120,
        preexec_fn=limited,
    )
    assert done.stderr == b""
    told = json.loads(done.stdout)
    assert done.returncode in (1, 2) and told["outcome"] in ("failed", "unknown")
    assert [line for line in told["lines"] if line["outcome"] == told["outcome"] and line["sentence"]]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["goi.zip", "verify_evidence.py"]
    assert main(["verify", str(file)]) in (1, 2)
    assert "KHÔNG ĐẠT" in (said := capsys.readouterr().out) or "CHƯA KẾT LUẬN" in said


def test_of_several_files_one_that_failed_is_not_hidden_behind_one_that_cannot_be_told(
    tmp_path: Path,
) -> None:
    forged = tmp_path / "goi.zip"
    forged.write_bytes(pack({MANIFEST: b"{"}))
    assert main(["verify", str(forged)]) == 1
    missing = str(tmp_path / "khong-co.zip")
    assert main(["verify", missing]) == 2
    assert main(["verify", str(forged), missing]) == main(["verify", missing, str(forged)]) == 1


@pytest.mark.parametrize("at", ["hôm qua", "31/02/2026", "2026-13-01", ""])
def test_a_moment_that_cannot_be_read_is_told_in_plain_words_by_both(at: str, tmp_path: Path, capsys) -> None:
    file = tmp_path / "tep.xml"
    file.write_bytes(b"<GIAMDINHHS/>")
    for verify in (
        lambda: main(["verify", str(file), "--at", at]),
        lambda: verify_evidence.main([str(file), "--at", at]),
    ):
        assert verify() == 2
        assert capsys.readouterr().err.strip() == verify_evidence.AT_FORM


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("30/11/2026", "2026-11-30T23:59:59+07:00"),
        ("2026-11-30T09:00:00", "2026-11-30T09:00:00+07:00"),
        ("2026-11-30T09:00:00+00:00", "2026-11-30T09:00:00+00:00"),
    ],
)
def test_a_day_is_its_end_and_a_missing_zone_is_vietnams_in_both(
    typed: str, meant: str, tmp_path: Path, capsys
) -> None:
    assert verify_evidence.asked_moment(typed).isoformat() == meant
    file = tmp_path / "tep.xml"
    file.write_bytes(b"<GIAMDINHHS/>")
    for verify in (
        lambda: main(["verify", str(file), "--at", typed]),
        lambda: verify_evidence.main([str(file), "--at", typed]),
    ):
        assert verify() in (1, 2)
        told = capsys.readouterr()
        assert told.out and not told.err
