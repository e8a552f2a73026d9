"""The demo's own folder: made fresh for every run, and never anything but its own is deleted."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MARK = ".sosuckhoe-demo"


class HomeNotOurs(RuntimeError):
    """The folder holds something that no demo made."""


class HomeInUse(RuntimeError):
    """Another demo is running in this folder."""


@dataclass(frozen=True)
class DemoHome:
    """Paths under one folder, ``var/demo`` by default."""

    path: Path

    @property
    def his(self) -> Path:
        """What another hospital information system exported."""
        return self.path / "his"

    @property
    def check_ins(self) -> Path:
        """What it exported of patients who are still at the hospital."""
        return self.path / "his-bao-vao-kham"

    @property
    def hospital(self) -> Path:
        """The hospital's home (SOSUCKHOE_HOME)."""
        return self.path / "hospital"

    @property
    def simulator(self) -> Path:
        return self.path / "simulator"

    @property
    def sent(self) -> Path:
        """Every signed file exactly as it was sent."""
        return self.path / "sent"

    @property
    def one_more(self) -> Path:
        """A visit that was not imported, for whoever wants to watch one go through."""
        return self.path / "mot-dot-kham-nua.xml"

    @property
    def authority(self) -> Path:
        """The demo certificate authority, for whoever verifies."""
        return self.path / "ca.pem"

    @property
    def authority_key(self) -> Path:
        """Its key, with which the simulator answers in its name."""
        return self.path / "ca.key"

    @property
    def key(self) -> Path:
        """The facility's key, as a certificate authority would hand it over."""
        return self.path / "facility.p12"

    @property
    def key_password(self) -> Path:
        return self.path / "facility.password"

    @property
    def setup(self) -> Path:
        """Who exists on the simulated national side."""
        return self.path / "simulator-setup.json"

    @property
    def proof(self) -> Path:
        """The reconciliation, for machines."""
        return self.path / "proof.json"

    def log(self, name: str) -> Path:
        return self.path / f"{name}.log"

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """The folder emptied and ours until the block ends."""
        self.path.mkdir(parents=True, exist_ok=True)
        mark = self.path / _MARK
        if not mark.exists() and any(self.path.iterdir()):
            raise HomeNotOurs(
                f"Thư mục {self.path} đang có dữ liệu khác, không phải của bản chạy thử. "
                "Hãy chọn thư mục trống bằng --home."
            )
        with mark.open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HomeInUse(
                    f"Một bản chạy thử khác đang dùng {self.path}. Hãy dừng bản đó, hoặc chọn --home khác."
                ) from None
            for entry in self.path.iterdir():
                if entry == mark:
                    continue
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
            for folder in (self.hospital, self.simulator, self.sent):
                folder.mkdir(mode=0o700)
            yield
