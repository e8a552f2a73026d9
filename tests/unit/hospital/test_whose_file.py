"""Which facility, which person, which visit and which version of it a file belongs to."""

import os
import re
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.hospital.delivery import source_files
from sosuckhoe.hospital.delivery.intake import Taken
from sosuckhoe.hospital.patients.models import Identifier, Kind
from sosuckhoe.hospital.staff.actions import add_facility, change_facility_code
from sosuckhoe.hospital.visits.models import Visit

from .conftest import TODAY, House, sha256
from .test_intake import changed

Take = Callable[..., Taken]
pytestmark = pytest.mark.django_db


def test_a_visit_belongs_to_the_facility_that_had_the_code_when_it_ended(
    take: Take, clean: list[bytes], house: House
) -> None:
    since = date(2026, 7, 1)
    change_facility_code(by="test", facility=house.facility, code="99998", since=since)
    heir = add_facility(by="test", name="Bệnh viện Mẫu Hai", code="99999", since=since)
    taken = take(clean[0]), take(changed(changed(clean[0], "MA_LK", "V-CU"), "NGAY_RA", "202605231500"))
    owners = [Visit.objects.get(pk=one.visit_id).facility for one in taken]
    assert owners == [heir, house.facility]


def test_a_visit_code_is_one_facilitys_own(take: Take, clean: list[bytes], house: House) -> None:
    """Two facilities of one house may number alike: the second visit corrects nothing."""
    add_facility(by="test", name="Bệnh viện Mẫu Hai", code="99998")
    first, second = take(clean[0]), take(changed(clean[0], "MA_CSKCB", "99998"))
    assert (second.outcome, second.version) == ("taken", 1)
    assert first.visit_id != second.visit_id


def test_a_number_that_is_no_longer_the_patients_proves_nobody(take: Take, clean: list[bytes]) -> None:
    take(clean[0])
    Identifier.objects.filter(kind=Kind.PERSONAL_ID).update(until=date(2026, 1, 1))
    assert take(changed(clean[0], "HO_TEN", "Trần Mẫu Khác"), reason="Sửa tên").code == "VISIT-OTHER-PERSON"


def test_a_record_is_frozen_under_the_decisions_of_its_own_day(take: Take, clean: list[bytes]) -> None:
    taken = take(changed(clean[0], "NGAY_RA", "202405231500"))
    then, now = edition_on(date(2024, 5, 23)).id, edition_on(TODAY).id
    assert then != now
    assert Visit.objects.get(pk=taken.visit_id).latest.edition_id == then


def test_what_an_older_version_said_is_a_correction_like_any_other(take: Take, clean: list[bytes]) -> None:
    """A correction that is taken back has to reach the portal, too."""
    take(clean[0])
    take(changed(clean[0], "DIA_CHI", "Thôn 2, xã Mẫu, Thành phố Hồ Chí Minh"), reason="Sửa địa chỉ")
    back = re.sub(rb"<NGAYLAP>\d+<", b"<NGAYLAP>20261201<", clean[0])
    assert take(back).outcome == "needs-reason"
    assert (take(back, reason="Trả lại địa chỉ cũ").outcome, Visit.objects.get().latest.number) == (
        "taken",
        3,
    )


def test_a_refused_file_is_on_the_disk_before_its_place_is_noted_and_is_nobody_elses(
    take: Take, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, flushed = b"<KHONG_PHAI_HO_SO/>", []
    place = home / "quarantine" / f"{sha256(data)}.bin"
    monkeypatch.setattr(
        source_files.os, "fsync", lambda number: flushed.append((os.fstat(number).st_size, place.exists()))
    )
    assert take(data).outcome == "refused"
    assert flushed == [(len(data), False)]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
