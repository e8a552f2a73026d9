"""A certificate authority kept with the openssl command, its CRLs and its OCSP responder as a process of its own."""

import contextlib
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from sosuckhoe.healthbook.signing import FileSigner

CONFIGURATION = """
[ca]
default_ca = here
[here]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = issued
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 400
default_crl_days = 7
policy = any
copy_extensions = none
unique_subject = no
[any]
countryName = optional
commonName = supplied
userId = optional
[req]
distinguished_name = name
string_mask = utf8only
utf8 = yes
[name]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[facility]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
authorityInfoAccess = OCSP;URI:http://ocsp.mau.example/
crlDistributionPoints = URI:http://crl.mau.example/ca.crl
[responder]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
"""


@dataclass(frozen=True)
class OpensslAuthority:
    """An authority in a folder."""

    folder: Path

    @classmethod
    def new(cls, folder: Path, name: str = "CA THỰC HÀNH OPENSSL", issuer: "OpensslAuthority | None" = None):
        (folder / "issued").mkdir(parents=True)
        (folder / "openssl.cnf").write_text(CONFIGURATION, encoding="utf-8")
        (folder / "index.txt").write_text("")
        for file in ("serial", "crlnumber"):
            (folder / file).write_text("1000\n")
        made = cls(folder)
        request = (
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-utf8",
            "-subj",
            f"/C=VN/CN={name}",
        )
        if issuer is None:
            made._run(*request, "-x509", "-days", "3000", "-extensions", "authority", "-out", "ca.pem")
        else:
            made._run(*request, "-out", "ca.csr")
            issuer._sign(folder / "ca.csr", "authority", folder / "ca.pem")
        return made

    def copy(self, folder: Path) -> "OpensslAuthority":
        """The same keys and certificates, with books of its own from here on."""
        shutil.copytree(self.folder, folder)
        return OpensslAuthority(folder)

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.folder / "ca.pem").read_bytes())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def signer(self) -> FileSigner:
        return self._signer("ca")

    def issue(
        self, name: str = "facility", subject: str = "BỆNH VIỆN MẪU", purpose: str = "facility"
    ) -> FileSigner:
        self._run(
            *("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-utf8"),
            *("-subj", f"/C=VN/CN={subject}", "-out", f"{name}.csr"),
        )
        self._sign(self.folder / f"{name}.csr", purpose, self.folder / f"{name}.pem")
        return self._signer(name)

    def issue_responder(self, name: str = "ocsp") -> FileSigner:
        return self.issue(name, "OCSP THỰC HÀNH", "responder")

    def revoke(self, name: str, reason: str = "keyCompromise") -> None:
        self._run("ca", "-revoke", f"{name}.pem", "-crl_reason", reason)

    def crl(self, *more: str) -> bytes:
        self._run("ca", "-gencrl", "-out", "ca.crl", *more)
        return (self.folder / "ca.crl").read_bytes()

    @contextlib.contextmanager
    def responder(self, *more: str, signer: str = "ocsp") -> Iterator[str]:
        """Its OCSP responder's address, while it runs. ``more``: options of ``openssl ocsp``."""
        if not (self.folder / f"{signer}.pem").exists():
            self.issue_responder(signer)
        process = subprocess.Popen(
            [
                *("openssl", "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-port", "0", *more),
                *("-rsigner", f"{signer}.pem", "-rkey", f"{signer}.key", "-ignore_err"),
            ],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], 30)
            line = process.stdout.readline() if ready else ""
            assert line.startswith("ACCEPT"), "the responder did not start"
            yield f"http://127.0.0.1:{line.split()[1].rpartition(':')[2]}"
        finally:
            process.terminate()
            process.wait(timeout=30)
            if process.stdout is not None:
                process.stdout.close()

    def _signer(self, name: str) -> FileSigner:
        key = load_pem_private_key((self.folder / f"{name}.key").read_bytes(), None)
        certificate = x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())
        return FileSigner(certificate, key)  # type: ignore[arg-type]

    def _sign(self, request: Path, purpose: str, target: Path) -> None:
        start = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y%m%d%H%M%SZ")
        self._run(
            *("ca", "-batch", "-notext", "-utf8", "-startdate", start, "-extensions", purpose),
            *("-in", str(request), "-out", str(target)),
        )

    def _run(self, command: str, *arguments: str) -> None:
        run = subprocess.run(
            ["openssl", command, "-config", "openssl.cnf", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        assert run.returncode == 0, run.stderr
