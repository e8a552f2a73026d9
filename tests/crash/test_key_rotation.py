"""Somebody declares the facility's next key and retires the old one, and the process dies at each write of it (F71)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sosuckhoe.healthbook.signing import PracticeAuthority, to_pkcs12

from .stage import Hospital

DECLARING = (
    *("LAID-BEGUN:1", "LAID-WRITTEN:1", "LAID:1"),
    *("LAID-BEGUN:2", "LAID-WRITTEN:2", "LAID:2"),
    "KEY-NOTED",
)
"""The key's file, the file of its password, and right before all of it counts."""
OLD, NEW = "Chứng thư thực hành", "Chứng thư mới"


def keys(house: Hospital) -> list[list[object]]:
    """Name, number of files signed, whether retired; each was opened and tried."""
    found: list[list[object]] = json.loads(house.do("keys"))
    return found


def new_key(folder: Path) -> str:
    now = datetime.now(UTC)
    signer = PracticeAuthority.new(at=now).issue("BỆNH VIỆN MẪU", at=now + timedelta(seconds=-1))
    file = folder / "new.p12"
    file.write_bytes(to_pkcs12(signer, b"mat-khau-khoa-moi"))
    return str(file)


def test_until_a_key_is_declared_whole_the_old_one_signs_and_it_can_be_declared_again(
    hospital: Callable[[bool], Hospital], files: Callable[[int], Path], tmp_path: Path
) -> None:
    house, file = hospital(False), new_key(tmp_path)
    house.do("take", str(files(4)))
    for point in DECLARING:
        house.is_killed_at(point, "declare-key", file)
        assert [key[0] for key in keys(house)] == [OLD], point
    house.do("sign-one")
    assert keys(house) == [[OLD, 1, False]]
    house.do("declare-key", file)
    assert keys(house) == [[OLD, 1, False], [NEW, 0, False]]

    # A second time is refused, and touches neither of its files.
    again = house.start("declare-key", file, crash="LAID-BEGUN")
    again.wait(60)
    assert "IntegrityError" in again.errors()

    house.is_killed_at("KEY-NOTED", "retire-key")
    assert [key[2] for key in keys(house)] == [False, False]
    house.do("sign-one")
    house.do("retire-key")
    house.do("sign-one")
    (_, by_old, retired), (_, by_new, in_use) = keys(house)
    assert (by_old, retired, by_new, in_use) == (1, True, 2, False)
    assert house.state()["chain_is_whole"]
