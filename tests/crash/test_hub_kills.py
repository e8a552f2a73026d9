"""A worker is killed at each gap of a health check's way to the hub: nothing is lost, nothing sent twice unasked."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from tests.health_check_file import HUB_CODE, Export

from .checker import history
from .stage import PASSWORD, Hospital, Portal

BEFORE_ANY_BYTE = ("K07", "K08", "K11", "K12", "K13", "K14", "K15-LENT", "K15", "K16")
BYTES_ARE_OUT = ("K17", "K18", "K20", "K21", "K19")
ANSWER_IS_NOTED = ("K19-NOTED", "K22")
CHECK_UPS = 9


def test_a_worker_killed_at_every_gap_of_the_hub_loses_nothing_and_doubles_nothing(
    hospital: Callable[[bool], Hospital], portal: Portal, tmp_path: Path
) -> None:
    house, folder, files = hospital(False), tmp_path / "hub", tmp_path / "health-checks"
    folder.mkdir()
    files.mkdir()
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "hub-key.pem").write_bytes(pem)
    account = {"password": PASSWORD, "sender_id": HUB_CODE}
    facts = {**account, "account": "agent-99999", "address": portal.address}
    (folder / "hub.json").write_text(json.dumps(facts))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    agent = {**account, "username": "agent-99999", "facility_code": "99999", "key_pem": public}
    portal.desk("setup", {"hub": [agent]})
    house.do("set-up-hub", str(folder))
    for number in range(CHECK_UPS):
        (files / f"{number}.xml").write_bytes(Export(code=f"KSK-{number}", facility="99999").bytes())
    house.do("take", str(files))

    for point in (*BEFORE_ANY_BYTE, *BYTES_ARE_OUT, *ANSWER_IS_NOTED):
        house.is_killed_at(point, "deliver")
    house.do("deliver", "2")

    rows = json.loads(house.do("hub-state"))
    assert Counter(row["state"] for row in rows) == {
        "RECEIVED": CHECK_UPS - len(BYTES_ARE_OUT),
        "UNKNOWN": len(BYTES_ARE_OUT),
    }
    stored = Counter(row["sha256"] for row in portal.desk("hub.json"))
    signed = {row["sha256"] for row in rows}
    for row in rows:
        assert (row["state"] == "RECEIVED") == bool(row["receipts"]) and row["documents"] == 1
        if row["state"] == "RECEIVED":
            assert stored[row["sha256"]] == 1, f"lost: {row}"
    assert set(stored) <= signed and set(stored.values()) == {1}
    # Nothing of a health check has gone to the portal.
    assert {call["service"] for call in history(portal)} <= {"hub_login", "hub_push"}
