"""The JDK's own XML signature engine, compiled once for the process: another judge, and another system's signer."""

import atexit
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

SOURCE = Path(__file__).parent / "interop" / "jdk" / "Engine.java"
Name = TypeVar("Name")


@lru_cache(maxsize=1)
def _classes() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sosuckhoe-jdk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _run("javac", "-encoding", "UTF-8", "-d", folder, SOURCE)
    return folder


def _run(*command: object) -> str:
    run = subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return run.stdout


def _written(documents: Mapping[Name, bytes]) -> tuple[Path, list[Path]]:
    folder = Path(tempfile.mkdtemp(dir=_classes()))
    files = [folder / f"{number}.xml" for number in range(len(documents))]
    for file, document in zip(files, documents.values(), strict=True):
        file.write_bytes(document)
    return folder, files


def judged(documents: Mapping[Name, bytes]) -> dict[Name, str]:
    """What it says of each signed document: ``valid``, or ``INVALID`` and why."""
    _, files = _written(documents)
    answers = _run(
        "java", "-Dfile.encoding=UTF-8", "-cp", _classes(), "Engine", "verify", *files
    ).splitlines()
    return dict(zip(documents, answers, strict=True))


def signed(documents: Mapping[Name, bytes], pkcs12: bytes, password: str) -> dict[Name, bytes]:
    """The documents, each signed by it in Profile A and written by its own serialiser."""
    folder, files = _written(documents)
    (folder / "key.p12").write_bytes(pkcs12)
    _run("java", "-cp", _classes(), "Engine", "sign", folder / "key.p12", password, *files)
    made = [file.with_suffix(".xml.signed").read_bytes() for file in files]
    return dict(zip(documents, made, strict=True))
