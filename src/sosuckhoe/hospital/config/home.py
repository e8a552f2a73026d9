"""The home folder: everything this hospital owns outside its database, and the embedded database itself."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

PRODUCTION_MARK = "PRODUCTION"


class EnvironmentNotUnderstood(ValueError):
    """Biến môi trường SOSUCKHOE_ENVIRONMENT chỉ được để trống, hoặc ghi production (hệ thống thật) hay practice (để tập). Sửa rồi chạy lại."""


def declared() -> str:
    """What SOSUCKHOE_ENVIRONMENT says of this installation: ``production``, ``practice``, or nothing."""
    word = os.environ.get("SOSUCKHOE_ENVIRONMENT", "").strip().lower()
    if word not in ("", "practice", "production"):
        raise EnvironmentNotUnderstood(EnvironmentNotUnderstood.__doc__)
    return word


@dataclass(frozen=True)
class Home:
    """Paths under one folder, ``SOSUCKHOE_HOME``. Nothing is created until ``create`` is called."""

    path: Path

    @property
    def database(self) -> Path:
        """The embedded database (SQLite)."""
        return self.path / "hospital.sqlite3"

    @property
    def quarantine(self) -> Path:
        """Copies of files that could not be taken in."""
        return self.path / "quarantine"

    @property
    def drop(self) -> Path:
        """The watched folder other systems export into."""
        return self.path / "drop"

    @property
    def evidence(self) -> Path:
        """Containers of evidence and other exports."""
        return self.path / "evidence"

    @property
    def keys(self) -> Path:
        """Signing keys (PKCS#12)."""
        return self.path / "keys"

    @property
    def secrets(self) -> Path:
        """Passwords of gateway accounts and keys, one file each, readable by the program only."""
        return self.path / "secrets"

    @property
    def receipts(self) -> Path:
        """Every receipt, appended here as well, so that an older copy of the database can be reconciled."""
        return self.path / "receipts.jsonl"

    @property
    def gateway_hosts(self) -> Path:
        """Hosts that records may be sent to, one a line. Only who runs the machine can add one."""
        return self.path / "gateway-hosts.txt"

    @property
    def status_hosts(self) -> Path:
        """Hosts that may be asked whether a certificate is revoked, one a line; without it nobody is asked."""
        return self.path / "status-hosts.txt"

    @property
    def pkcs11_modules(self) -> Path:
        """Makers' libraries that may be loaded into the program, one path a line."""
        return self.path / "pkcs11-modules.txt"

    @property
    def backup_hours(self) -> Path:
        """How many hours may lie between two backups, as a number; without it no backup is missed."""
        return self.path / "backup-hours.txt"

    @property
    def mark(self) -> Path:
        """A file whose being there declares that real patients are served."""
        return self.path / PRODUCTION_MARK

    @property
    def is_production(self) -> bool:
        """Whether real patients are served here: the environment says so, or a file PRODUCTION in this folder.

        The simulator reads the same two (``simulator.run``) and does not start beside them; here what it answers is
        never a receipt. Asked anew each time: the file may be laid while senders run.
        """
        return declared() == "production" or self.mark.exists()

    def create(self) -> None:
        for folder in (self.path, self.quarantine, self.drop, self.evidence, self.keys, self.secrets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def secret_key(self) -> str:
        """The key that protects sessions: made once, kept in the home folder, mode 0600."""
        file = self.path / "secret-key"
        if not file.exists():
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = self.path / f"secret-key.{os.getpid()}.{secrets.token_hex(4)}"
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
                stream.write(secrets.token_urlsafe(64))
                stream.flush()
                os.fsync(stream.fileno())
            try:
                os.link(fresh, file)  # whichever process is first wins; the others read what it wrote
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return file.read_text()


def home() -> Home:
    declared()  # whoever misspells it must not believe it declared
    return Home(Path(os.environ.get("SOSUCKHOE_HOME") or "var/hospital").resolve())
