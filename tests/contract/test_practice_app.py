"""The practice VNeID: sign in, agree once, read one's book and the family's; and the portal's pages for people."""

from collections.abc import Callable

import pytest

from . import papers
from .portal import Login, Portal
from .reader import Reader, text_of

Sign = Callable[[bytes], bytes]
MARK = "Mô phỏng – dữ liệu không có thật"


def person(number: int, **more: object) -> dict:
    return {
        "personal_id": f"0991900001{number:02}",
        "full_name": f"Người Mẫu Số {number}",
        "birth": "01/02/1990",
        "password": "thuc-hanh",
        "cards": [],
        **more,
    }


def enter(portal: Portal, number: int) -> Reader:
    reader = Reader(portal)
    reader.post("/vneid/", number=f"0991900001{number:02}", password="thuc-hanh")
    return reader


@pytest.fixture
def send(portal: Portal, login: Login, signed: Sign) -> Callable[..., str]:
    """Send a record and let it be published; gives its transaction number."""

    def send(**changes: str) -> str:
        number = login.send(signed(papers.record(**changes))).json["maGiaoDich"]
        portal.desk("publish", {"all": True})
        return number

    return send


def test_a_citizen_agrees_to_the_terms_once_and_it_is_recorded(portal: Portal) -> None:
    portal.desk("setup", {"citizens": [person(1)]})
    reader = enter(portal, 1)
    assert reader.address == "/vneid/dieu-khoan/"
    assert text_of(reader.get("/vneid/so/")).count("Trước khi mở sổ") == 1
    assert "cần đánh dấu ô đồng ý" in text_of(reader.post("/vneid/dieu-khoan/"))
    reader.post("/vneid/dieu-khoan/", agree="yes")
    assert reader.address == "/vneid/so/"
    assert enter(portal, 1).address == "/vneid/so/"


def test_an_empty_book_teaches(portal: Portal) -> None:
    portal.desk("setup", {"citizens": [person(2, agreed=True)]})
    shown = text_of(enter(portal, 2).get("/vneid/so/"))
    assert "Chưa có đợt khám nào" in shown and "24 giờ" in shown


def test_visits_are_listed_newest_first_and_open_to_what_was_sent(
    portal: Portal, send: Callable[..., str], visit_code: str
) -> None:
    portal.desk("setup", {"citizens": [person(3, agreed=True)]})
    who = {"SO_CCCD": "099190000103", "HO_TEN": "Người Mẫu Số 3"}
    send(MA_LK=f"{visit_code}.1", NGAY_RA="202609100900", CHAN_DOAN_RV="Viêm họng cấp", **who)
    send(MA_LK=f"{visit_code}.2", NGAY_RA="202611100900", CHAN_DOAN_RV="Đau lưng", **who)
    reader = enter(portal, 3)
    listed = reader.get("/vneid/so/")
    shown = text_of(listed)
    assert shown.index("Đau lưng") < shown.index("Viêm họng cấp")
    first = next(part for part in listed.body.decode().split('"') if "/dot-kham/" in part)
    visit = text_of(reader.get(first))
    for told in ("Đau lưng", "Bệnh viện Mẫu", "Amoxicilin 500mg", "1 viên/lần", "Uống sau ăn", "10/11/2026"):
        assert told in visit
    # Nothing was sent of results or of a summary: they are not there, and the page says so once.
    assert "Tóm tắt hồ sơ bệnh án, tình trạng người bệnh" not in visit
    assert "Không có trong đợt này" in visit


def test_a_correction_replaces_what_the_citizen_reads(
    portal: Portal, send: Callable[..., str], visit_code: str
) -> None:
    portal.desk("setup", {"citizens": [person(4, agreed=True)]})
    who = {"SO_CCCD": "099190000104", "MA_LK": visit_code}
    send(CHAN_DOAN_RV="Chẩn đoán nhầm", **who)
    send(CHAN_DOAN_RV="Chẩn đoán đúng", **who)
    shown = text_of(enter(portal, 4).get("/vneid/so/"))
    assert "1 đợt khám" in shown and "Chẩn đoán đúng" in shown and "nhầm" not in shown


def test_a_representative_reads_the_book_of_a_child_and_nobody_elses(
    portal: Portal, send: Callable[..., str], visit_code: str
) -> None:
    child = {"personal_id": None, "full_name": "Bé Mẫu", "birth": "01/11/2026", "cards": ["TE1990000000055"]}
    mother = person(5, agreed=True, dependants=[{"person": "TE1990000000055", "relation": "con"}])
    portal.desk("setup", {"citizens": [child, mother, person(6, agreed=True)]})
    send(MA_LK=visit_code, SO_CCCD="", MA_THE_BHYT="TE1990000000055", CHAN_DOAN_RV="Vàng da sơ sinh")
    reader, stranger = enter(portal, 5), enter(portal, 6)
    family = reader.get("/vneid/nguoi-than/")
    book = next(
        part
        for part in family.body.decode().split('"')
        if part.startswith("/vneid/so/") and part != "/vneid/so/"
    )
    assert "Vàng da sơ sinh" in text_of(reader.get(book))
    assert stranger.get(book).status == 404
    visit = next(part for part in reader.get(book).body.decode().split('"') if "/dot-kham/" in part)
    assert reader.get(visit).status == 200
    assert stranger.get(visit).status == 404
    own = visit.replace(book, "/vneid/so/1/")
    assert stranger.get(own).status == 404


def test_wrong_passwords_do_not_open_a_book_and_leaving_closes_it(portal: Portal) -> None:
    portal.desk("setup", {"citizens": [person(7, agreed=True), person(8, password="")]})
    stranger = Reader(portal)
    assert "chưa đúng" in text_of(stranger.post("/vneid/", number="099190000107", password="sai"))
    assert "chưa đúng" in text_of(stranger.post("/vneid/", number="099190000108", password="" * 3 + "x"))
    stranger.get("/vneid/so/")
    assert stranger.address == "/vneid/"
    reader = enter(portal, 7)
    reader.get("/vneid/so/")
    reader.post("/vneid/thoat/")
    reader.get("/vneid/so/")
    assert reader.address == "/vneid/"


def test_the_portals_pages_show_versions_and_findings_of_ones_own_facility(
    portal: Portal, send: Callable[..., str], visit_code: str
) -> None:
    send(MA_LK=visit_code, GHI_CHU="Một")
    newest = send(MA_LK=visit_code, HO_TEN="")
    portal.desk("clock", {"advance_hours": 25})
    officer = Reader(portal)
    officer.post("/cong/", username="99999_BV", password="mat-khau-mau")
    listed = officer.get(f"/cong/ho-so/?q={visit_code}&state=findings")
    assert newest in text_of(listed) and "lỗi nội dung" in text_of(listed)
    page = next(
        part
        for part in listed.body.decode().split('"')
        if part.startswith("/cong/ho-so/") and part[-2].isdigit()
    )
    record = text_of(officer.get(page))
    assert "HO_TEN" in record and "Thiếu trường bắt buộc" in record and "Các bản đã nhận" in record
    other = Reader(portal)
    other.post("/cong/", username="99998_BV", password="mat-khau-mau")
    assert other.get(page).status == 404
    assert "BỆNH VIỆN MẪU" in text_of(officer.get("/cong/chung-thu/"))


def test_the_desk_switches_a_scenario_on_and_off_by_page(portal: Portal, login: Login, record: bytes) -> None:
    trainer = Reader(portal)
    trainer.get("/_simulator/tinh-huong/")
    fields = {"scenario": "http-503", "path": "record", "next_calls": "", "p-retry_after": "7"}
    assert "Đã bật: HTTP 503" in text_of(trainer.post("/_simulator/bat/", **fields))
    answer = login.send(record)
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")
    trainer.post("/_simulator/tat/")
    assert login.send(record).code == "200"
    before = portal.desk("clock")["now"]
    trainer.post("/_simulator/dong-ho/", hours="24")
    assert portal.desk("clock")["now"][:10] > before[:10]


def test_the_desk_saves_rules_by_page(portal: Portal) -> None:
    trainer = Reader(portal)
    trainer.get("/_simulator/quy-tac/")
    asked = {name: str(value) for name, value in portal.desk("options").items() if value is not False}
    asked |= {"lock_after": "9", "repeats": "refuse", "allow_legacy_paths": "on"}
    assert "Đã lưu" in text_of(trainer.post("/_simulator/quy-tac/", **asked))
    saved = portal.desk("options")
    assert (saved["lock_after"], saved["repeats"], saved["second_login_revokes"]) == (9, "refuse", False)
    assert "Chưa lưu được" in text_of(trainer.post("/_simulator/quy-tac/", **{**asked, "lock_after": "x"}))


def test_every_page_says_that_nothing_on_it_is_real(portal: Portal) -> None:
    portal.desk("setup", {"citizens": [person(9, agreed=True)]})
    reader, officer = enter(portal, 9), Reader(portal)
    pages = [
        Reader(portal).get(path)
        for path in ("/vneid/", "/cong/", "/", "/_simulator/tinh-huong/", "/_simulator/quy-tac/")
    ]
    pages += [reader.get(path) for path in ("/vneid/so/", "/vneid/nguoi-than/", "/vneid/dieu-khoan/")]
    officer.post("/cong/", username="99999_BV", password="mat-khau-mau")
    pages += [officer.get(path) for path in ("/cong/ho-so/", "/cong/chung-thu/")]
    assert [MARK in text_of(page) and page.status == 200 for page in pages] == [True] * len(pages)
