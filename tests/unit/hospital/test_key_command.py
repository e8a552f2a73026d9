"""``sosuckhoe key`` as whoever runs the machine uses it."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from tests.openssl_ca import OpensslAuthority
from tests.softhsm import MODULE, PIN, Token
from tests.unit.signing.material import AUTHORITY

from sosuckhoe.cli import main
from sosuckhoe.healthbook.signing import FileSigner, sign, to_pkcs12
from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import SigningKey, Submission
from sosuckhoe.hospital.delivery.secrets import keep_secret
from sosuckhoe.hospital.delivery.signers import declaring
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.staff.models import Facility

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of the tests is prepared already."""
    monkeypatch.setattr("sosuckhoe.cli.key.start", lambda: None)


@pytest.fixture(scope="module")
def holder() -> FileSigner:
    return AUTHORITY.issue("BỆNH VIỆN MẪU", at=datetime.now(UTC), days=10)


def test_a_token_is_declared_listed_and_its_pin_entered_anew(
    facility: Facility, holder: FileSigner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = Token.new()
    token.keep(holder.private_key, "ky", holder.certificate)
    (tmp_path / "pin").write_text(PIN + "\n")
    place = ["--module", MODULE, "--token", token.label, "--key", "ky", "--name", "Token"]
    command = ["key", "token", *place, "--secret-file", str(tmp_path / "pin")]
    assert main(command) == 2
    assert "pkcs11-modules.txt" in capsys.readouterr().err
    (settings.HOME.path / "pkcs11-modules.txt").write_text(MODULE)
    assert main(command) == 0
    key = SigningKey.objects.get()
    assert key.fingerprint in capsys.readouterr().out
    assert main(["key", "list"]) == 0
    assert "còn 9 ngày" in capsys.readouterr().out
    assert main(["key", "pin", str(key.pk), "--secret-file", str(tmp_path / "pin")]) == 0
    assert main(["key", "pin", "0", "--secret-file", str(tmp_path / "pin")]) == 2


def test_the_life_of_a_key_by_commands(
    facility: Facility, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = OpensslAuthority.new(tmp_path / "ca")
    actions.add_signing_key(
        by="giang",
        facility=facility,
        name="Khóa tệp",
        pkcs12=to_pkcs12(authority.issue(), b"x"),
        password="x",
    )
    number, folder = str(SigningKey.objects.get().pk), authority.folder

    def said(*command: str) -> tuple[int, str]:
        code = main(["key", *command])
        told = capsys.readouterr()
        return code, told.out + told.err

    assert "không kiểm tra thu hồi" in said("list")[1]
    assert said("status", number)[0] == 2
    assert said("source", number, "--ocsp", "http://127.0.0.1:9")[0] == 2
    source = ("source", number, "--issuer", str(folder / "ca.pem"))
    with authority.responder() as address:
        assert "status-hosts.txt" in said(*source, "--ocsp", address)[1]
        settings.HOME.status_hosts.write_text("127.0.0.1\n")
        assert said(*source, "--ocsp", address, "--nonce")[0] == 0
        assert said("status", number)[0] == 0
    assert said("register", number, "--on", "2026-11-20")[0] == 0
    code, text = said("try", number)
    assert code == 0 and text.count("ĐẠT:") == 4
    (one,) = json.loads(said("list", "--json")[1])
    assert (one["status"], one["step"]) == ("STATUS-GOOD", None)
    assert one["registered_by"].startswith("cli:")
    authority.revoke("facility")
    (folder / "now.crl").write_bytes(authority.crl())
    assert said(*source, "--crl-file", str(folder / "now.crl"))[0] == 0
    assert said("status", number)[0] == 1
    code, text = said("try", number)
    assert code == 1 and "DỪNG:" in text and "CHƯA THỬ:" in text
    assert said("source", number, "--none", "Nơi cấp ngừng")[0] == 0
    assert said("retire", number)[0] == 0
    assert said("retire", number)[0] == 2
    assert said("list") == (0, "")
    assert len(said("signatures")[1].splitlines()) == 1


def test_files_go_out_come_back_and_are_listed_by_certificate(
    facility: Facility,
    holder: FileSigner,
    clean: list[bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "cer.pem").write_text(declaring.pem(holder.certificate))
    assert main(["key", "elsewhere", "--certificate", str(tmp_path / "cer.pem"), "--name", "Token"]) == 0
    actions.add_destination(
        by="giang",
        facility=facility,
        name="Cổng",
        base_url="http://127.0.0.1:9",
        account="99999_BV",
        secret_reference=keep_secret("portal", "x"),
    )
    take_file("v.xml", clean[0], by="giang", at=timezone.now())
    assert main(["key", "prepare", str(tmp_path)]) == 0
    (package,) = tmp_path.glob("cho-ky-99999-*.zip")
    import zipfile

    with zipfile.ZipFile(package) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith(".xml")]
        unsigned = archive.read(name)
    (tmp_path / "sai.xml").write_bytes(unsigned)
    assert main(["key", "attach", str(tmp_path / "sai.xml")]) == 1
    (tmp_path / "ky.xml").write_bytes(sign(unsigned, holder, signature_id="S-1"))
    assert main(["key", "attach", str(tmp_path / "ky.xml")]) == 0
    assert Submission.objects.get().state == State.SIGNED
    capsys.readouterr()
    assert main(["key", "signatures", SigningKey.objects.get().fingerprint, "--since", "2026-01-01"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 2 and rows[1][1] == Submission.objects.get().version.visit.visit_code
