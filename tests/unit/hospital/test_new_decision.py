"""A decision that is laid beside ours reaches the whole way: taken in, judged, signed, sent to a portal that judges by it
too, and shown."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from tests.interop.hospitals.invented import CODES, FIELDS, laid_beside, lay

from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.intake import take_file
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.staff.actions import add_person
from sosuckhoe.hospital.staff.models import Role

from .conftest import NOW, Facility, House, Paper, Portal, house_with, submission_of
from .test_worker import _fresh_sessions, work

__all__ = ["_fresh_sessions"]
pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("quyet-dinh")
    lay(
        root,
        "2026-9999",
        f'decision = "QĐ 9999/QĐ-MẪU"\nextends = "2026-1931"\nin_force = {FIRST}\nstatus = "in force"\n'
        '[codes.channels]\ntitle = "Kênh tiếp nhận"\nclosed = true\nchosen_by = "discharge"\n',
        tables__XML1=FIELDS
        + "rename,LY_DO_DEN,LY_DO_VV,,,,,,Lý do người bệnh đến,,,,,\n"
        + "add,MA_KENH,,channel_code,code,2,always,,Kênh tiếp nhận,,channels,,,\n",
        codes__channels=CODES + "01,Tại quầy,,2026-11-20,,Bịa,\n",
    )
    with laid_beside(root):
        yield root


@pytest.fixture(scope="module")
def knowing(tmp_path_factory: pytest.TempPathFactory, folder: Path, paper: Paper) -> Iterator[Portal]:
    """A portal whose people have read the decision."""
    home = tmp_path_factory.mktemp("simulator") / "portal"
    started = Portal.start(home, paper, SOSUCKHOE_DECISIONS=str(folder))
    yield started
    started.stop()


def rewritten(data: bytes, channel: str) -> bytes:
    """The file as a system writes it that follows the decision."""

    def part(found: re.Match[bytes]) -> bytes:
        inner = b64decode(found[1])
        if b"<TONG_HOP>" in inner:
            inner = inner.replace(b"LY_DO_VV>", b"LY_DO_DEN>")
            inner = inner.replace(b"</TONG_HOP>", b"<MA_KENH>" + channel.encode() + b"</MA_KENH></TONG_HOP>")
        return b"<NOIDUNGFILE>" + b64encode(inner) + b"<"

    return re.sub(rb"<NOIDUNGFILE>([^<]+)<", part, data)


def discharged(data: bytes) -> str:
    for part in re.findall(rb"<NOIDUNGFILE>([^<]+)<", data):
        if found := re.search(rb"<NGAY_RA>(\d{8})", b64decode(part)):
            return found[1].decode()
    return ""


@pytest.fixture
def under_it(clean: list[bytes]) -> Callable[[str], bytes]:
    data = next(each for each in clean if discharged(each) >= f"{FIRST:%Y%m%d}")
    return lambda channel: rewritten(data, channel)


def taken(data: bytes) -> Submission:
    return submission_of(take_file("new.xml", data, by="giang", at=NOW))


def findings_of(portal: Portal, submission: Submission) -> set[str]:
    """What the portal's people say of it a day and a half later."""
    portal.desk("clock", {"advance_hours": 36})
    code = submission.visit_code
    return {one["field"] for one in portal.desk("findings.json") if one["visit_code"] == code}


def test_a_file_under_it_goes_the_whole_way(
    home: Path, facility: Facility, paper: Paper, knowing: Portal, under_it: Callable[[str], bytes]
) -> None:
    house_with(facility, paper, knowing.address)
    submission = taken(under_it("01"))
    assert submission.version.edition_id == "2026-9999"
    assert not submission.version.findings.filter(severity="error").exists()
    sent = work(submission)
    assert (sent.state, sent.document is not None) == (State.RECEIVED, True)
    parts = re.findall(rb"<NOIDUNGFILE>([^<]+)<", bytes(sent.document.content))
    inner = b"".join(b64decode(part) for part in parts)
    assert b"<MA_KENH>01</MA_KENH>" in inner and b"<LY_DO_DEN>" in inner and b"LY_DO_VV" not in inner
    assert not {"MA_KENH", "LY_DO_DEN", "LY_DO_VV"} & findings_of(knowing, submission)


def test_what_it_wants_and_is_missing_is_found_here_and_after_being_let_go_by_the_portal_that_knows_it(
    home: Path, facility: Facility, paper: Paper, knowing: Portal, under_it: Callable[[str], bytes]
) -> None:
    house_with(facility, paper, knowing.address)
    submission = taken(under_it(""))
    assert submission.state == State.HELD
    [finding] = submission.version.findings.filter(severity="error")
    assert finding.path == "XML1.MA_KENH" and "kênh tiếp nhận" in finding.message.casefold()
    actions.release(by="giang", submission=submission, reason="để cổng phán xét")
    assert work(submission).state == State.RECEIVED
    assert "MA_KENH" in findings_of(knowing, submission)


def test_a_code_that_its_list_has_not_is_found_here(
    house: House, folder: Path, under_it: Callable[[str], bytes]
) -> None:
    [finding] = taken(under_it("07")).version.findings.filter(severity="error")
    assert finding.path == "XML1.MA_KENH" and "07" in finding.message


def test_the_page_of_the_visit_speaks_of_its_new_fields(
    home: Path, house: House, folder: Path, under_it: Callable[[str], bytes], client: Client
) -> None:
    submission = taken(under_it("01"))
    person = add_person(
        by="test",
        username="giang",
        full_name="Trần Mẫu Giang",
        roles=[Role.RECORDS],
        password="mật-khẩu-mẫu-26",
        must_change_password=False,
    )
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(f"/dot-kham/{submission.version.visit_id}/").content.decode()
    for words in ("Kênh tiếp nhận", "Tại quầy", "Lý do người bệnh đến", "MA_KENH", "LY_DO_DEN"):
        assert words in shown, words
