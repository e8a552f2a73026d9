"""Tokens of SoftHSM for tests: real PKCS#11, without a device. One library and one store for the whole process,
because the library reads its configuration once, when it is loaded.
"""

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "20261123"
_numbers = itertools.count(1)


@lru_cache(maxsize=1)
def _store() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="sosuckhoe-hsm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir={folder}/tokens\nobjectstore.backend=file\nlog.level=ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    return folder


@dataclass(frozen=True)
class Token:
    """One token with its folder, which is taken away to pull it out."""

    label: str
    folder: Path

    @classmethod
    def new(cls) -> "Token":
        store = _store()
        label = f"mau-{next(_numbers)}"
        before = set((store / "tokens").iterdir())
        _util("--init-token", "--free", "--label", label, "--so-pin", "00000000", "--pin", PIN)
        (folder,) = set((store / "tokens").iterdir()) - before
        return cls(label, folder)

    def keep(self, key: rsa.RSAPrivateKey, label: str, certificate: x509.Certificate | None = None) -> None:
        """Put a key, and its certificate beside it, on the token."""
        file = _store() / "key.pem"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        number = f"{next(_numbers):04x}"
        _util("--import", str(file), "--token", self.label, "--label", label, "--id", number, "--pin", PIN)
        if certificate is not None:
            file.write_bytes(certificate.public_bytes(Encoding.DER))
            subprocess.run(
                [
                    *(
                        "pkcs11-tool",
                        "--module",
                        MODULE,
                        "--token-label",
                        self.label,
                        "--login",
                        "--pin",
                        PIN,
                    ),
                    *("--write-object", str(file), "--type", "cert", "--label", label, "--id", number),
                ],
                check=True,
                capture_output=True,
            )

    @property
    def _away(self) -> Path:
        return self.folder.with_name(self.folder.name + ".away").parent.parent / self.folder.name

    def pull(self) -> None:
        self.folder.rename(self._away)

    def plug(self) -> None:
        self._away.rename(self.folder)

    def change_pin(self, new: str) -> None:
        subprocess.run(
            [
                *("pkcs11-tool", "--module", MODULE, "--token-label", self.label, "--login", "--pin", PIN),
                *("--change-pin", "--new-pin", new),
            ],
            check=True,
            capture_output=True,
        )


def _util(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)
