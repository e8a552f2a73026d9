"""What becomes of a file: the order of validation, the codes, versions and the check-in (gateway.md §4, §5, §11.5)."""

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from sosuckhoe.healthbook.signing import PracticeAuthority, fingerprint, sign

from . import papers
from .conftest import pem
from .portal import CHECK_IN, RECORD, Answer, Login, Portal

Sign = Callable[[bytes], bytes]


def post(login: Login, data: bytes, **changes: str) -> Answer:
    return login.portal.form(RECORD, {**login.fields(data), **changes}, login.headers)


def test_a_signed_record_is_received_under_a_transaction_number(login: Login, record: bytes) -> None:
    answer = login.send(record)
    assert (answer.status, answer.code) == (200, "200")
    assert answer.json["maGiaoDich"] and answer.json["thongDiep"] == "Tiếp nhận thành công"
    assert re.fullmatch(r"\d{14}", answer.json["thoiGianTiepNhan"])


def test_the_time_of_receipt_is_the_simulated_clock_on_a_vietnamese_wall(login: Login, record: bytes) -> None:
    now = datetime.fromisoformat(login.portal.desk("clock")["now"])
    told = datetime.strptime(login.send(record).json["thoiGianTiepNhan"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    assert abs(told - timedelta(hours=7) - now) < timedelta(minutes=1)


# One case a step: everything before it is right, and where possible everything after it is wrong too.
def spoil_facility(login: Login, sign_it: Sign) -> Answer:
    return post(login, b"@", maCSKCB="99998", maTinh="01")


def spoil_province(login: Login, sign_it: Sign) -> Answer:
    return post(login, b"<", maTinh="01")


def spoil_kind(login: Login, sign_it: Sign) -> Answer:
    return post(login, b"<", loaiHoSo="0")


def spoil_base64(login: Login, sign_it: Sign) -> Answer:
    return post(login, b"", fileHSBase64="PGE+\r\n")


def spoil_form(login: Login, sign_it: Sign) -> Answer:
    return post(login, b"<GIAMDINHHS><a></GIAMDINHHS>")


def spoil_doctype(login: Login, sign_it: Sign) -> Answer:
    return post(login, b"<!DOCTYPE GIAMDINHHS><GIAMDINHHS/>")


def spoil_comment(login: Login, sign_it: Sign) -> Answer:
    return post(login, papers.record().replace(b">99999<", b">99<!-- -->999<", 1))


def spoil_encoding(login: Login, sign_it: Sign) -> Answer:
    return post(login, papers.record().decode().encode("utf-16"))


def spoil_root(login: Login, sign_it: Sign) -> Answer:
    return post(login, b"<HSCHUNGTU/>")


def spoil_count(login: Login, sign_it: Sign) -> Answer:
    return post(login, papers.envelope([("XML1", "<TONG_HOP/>")], count="2"))


def spoil_wrapping(login: Login, sign_it: Sign) -> Answer:
    return post(login, papers.envelope([("XML1", "<TONG_HOP/>")], tail="<THONGTINHOSO/>"))


def spoil_facility_inside(login: Login, sign_it: Sign) -> Answer:
    return post(login, papers.record(MA_CSKCB="99998"))


def spoil_signature_absent(login: Login, sign_it: Sign) -> Answer:
    return post(login, papers.record())


def spoil_content_after_signing(login: Login, sign_it: Sign) -> Answer:
    return post(login, sign_it(papers.record()).replace(b"20261120", b"20261121"))


def spoil_table(login: Login, sign_it: Sign) -> Answer:
    return post(login, sign_it(papers.envelope([("XML1", "<KHAC/>")])))


def spoil_table_name(login: Login, sign_it: Sign) -> Answer:
    good = ("XML1", papers.table("XML1", [papers.VISIT]))
    return post(login, sign_it(papers.envelope([good, ("XML12", "<x/>")])))


def spoil_visit_code(login: Login, sign_it: Sign) -> Answer:
    other = {**papers.MEDICINE, "MA_LK": "khac"}
    parts = [("XML1", papers.table("XML1", [papers.VISIT])), ("XML2", papers.table("XML2", [other]))]
    return post(login, sign_it(papers.envelope(parts)))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (spoil_facility, "402"),
        (spoil_province, "205"),
        (spoil_kind, "205"),
        (spoil_base64, "205"),
        (spoil_form, "205"),
        (spoil_doctype, "205"),
        (spoil_comment, "205"),
        (spoil_encoding, "205"),
        (spoil_root, "202"),
        (spoil_count, "202"),
        (spoil_wrapping, "202"),
        (spoil_facility_inside, "402"),
        (spoil_signature_absent, "123"),
        (spoil_content_after_signing, "125"),
        (spoil_table, "204"),
        (spoil_table_name, "204"),
        (spoil_visit_code, "204"),
    ],
)
def test_validation_stops_at_the_first_failure(
    login: Login, signed: Sign, spoil: Callable[[Login, Sign], Answer], code: str
) -> None:
    answer = spoil(login, signed)
    assert (answer.code, answer.json["maGiaoDich"]) == (code, None), answer.body.decode()
    assert login.portal.desk("history.json")[-1]["stored"] is False


def test_credentials_come_before_everything_else(login: Login) -> None:
    answer = login.portal.form(RECORD, {**login.fields(b"@"), "maCSKCB": "00000"})
    assert answer.code == "401"


def test_an_unregistered_an_expired_and_a_revoked_certificate_give_124(
    portal: Portal, login: Login, authority: PracticeAuthority, visit_code: str
) -> None:
    document, now = papers.record(MA_LK=visit_code), datetime.now(UTC)
    stranger = authority.issue("KHÔNG ĐĂNG KÝ", at=now)
    assert login.send(sign(document, stranger, signature_id="S")).code == "124"
    expired = authority.issue("HẾT HẠN", at=now - timedelta(days=400), days=30)
    revoked = authority.issue("THU HỒI", at=now)
    facility = {"code": "99999", "name": "Bệnh viện Mẫu", "account": "99999_BV", "password": "mat-khau-mau"}
    more = {**facility, "certificates": [pem(expired), pem(revoked)]}
    portal.desk("setup", {"facilities": [more]})
    assert login.send(sign(document, expired, signature_id="S")).code == "124"
    assert login.send(sign(document, revoked, signature_id="S")).code == "200"
    portal.desk(f"certificates/{fingerprint(revoked.certificate)}", {"revoked": True})
    assert login.send(sign(document, revoked, signature_id="S")).code == "124"
    portal.desk("options", {"certificate_code": "125"})
    assert login.send(sign(document, revoked, signature_id="S")).code == "125"


def test_a_certificate_of_another_authority_gives_124(login: Login, visit_code: str) -> None:
    foreign = PracticeAuthority.new(at=datetime.now(UTC)).issue("LẠ", at=datetime.now(UTC))
    assert login.send(sign(papers.record(MA_LK=visit_code), foreign, signature_id="S")).code == "124"


def test_a_file_above_the_limit_gives_1001(login: Login, record: bytes) -> None:
    login.portal.desk("options", {"largest_base64": len(b64encode(record)) - 1})
    assert login.send(record).code == "1001"


def test_a_facility_mismatch_passes_silently_where_switched(
    login: Login, signed: Sign, visit_code: str
) -> None:
    login.portal.desk("options", {"facility_mismatch": "pass"})
    answer = post(login, signed(papers.record(MA_LK=visit_code, MA_CSKCB="99998")))
    assert answer.code == "200"
    (line,) = [row for row in login.portal.desk("received.json") if row["visit_code"] == visit_code]
    assert (line["facility_code"], line["sender"]) == ("99998", "99999_BV")


def test_each_accepted_call_is_a_new_version_and_the_newest_wins(
    portal: Portal, login: Login, signed: Sign, visit_code: str
) -> None:
    first, second = (signed(papers.record(MA_LK=visit_code, GHI_CHU=text)) for text in ("Một", "Hai"))
    numbers = [login.send(data).json["maGiaoDich"] for data in (first, second, second)]
    assert len(set(numbers)) == 3
    rows = [row for row in portal.desk("received.json?all=1") if row["visit_code"] == visit_code]
    assert [row["version"] for row in rows] == [1, 2, 3]
    assert [row["transaction"] for row in rows] == numbers
    (newest,) = [row for row in portal.desk("received.json") if row["visit_code"] == visit_code]
    assert newest["transaction"] == numbers[-1]


def test_the_order_of_transaction_numbers_tells_nothing(login: Login, record: bytes) -> None:
    numbers = [login.send(record).json["maGiaoDich"] for _ in range(8)]
    assert numbers != sorted(numbers)


def test_a_check_in_is_received_and_kept_apart_from_the_record(
    login: Login, signed: Sign, record: bytes, visit_code: str
) -> None:
    assert login.send(signed(papers.check_in(visit_code)), path=CHECK_IN).code == "200"
    assert login.send(record).code == "200"
    rows = [row for row in login.portal.desk("received.json") if row["visit_code"] == visit_code]
    assert sorted((row["kind"], row["version"]) for row in rows) == [("check_in", 1), ("record", 1)]


def test_a_record_is_no_check_in_and_the_reverse(login: Login, signed: Sign, record: bytes) -> None:
    assert login.send(record, path=CHECK_IN).code == "202"
    assert login.send(signed(papers.check_in("x"))).code == "202"
    assert login.send(papers.check_in("x"), path=CHECK_IN).code == "123"


def test_no_service_gives_back_what_became_of_a_record(portal: Portal) -> None:
    for path in ("/api/qd130/ketQua", "/api/qd130/traCuuHoSo", "/api/egw/KetQuaGiamDinh"):
        assert portal.form(path, {}).status == 404


def test_parallel_calls_are_all_received(login: Login, signed: Sign) -> None:
    from concurrent.futures import ThreadPoolExecutor

    records = [signed(papers.record(MA_LK=f"99999.26.P{n:03}")) for n in range(24)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(login.send, records))
    assert [answer.code for answer in answers] == ["200"] * 24
    assert len({answer.json["maGiaoDich"] for answer in answers}) == 24


def test_the_history_holds_each_call_with_its_hash_and_whether_it_was_answered(
    login: Login, record: bytes, visit_code: str
) -> None:
    import hashlib

    number = login.send(record).json["maGiaoDich"]
    line = login.portal.desk("history.json")[-1]
    assert {
        name: line[name] for name in ("account", "facility_code", "visit_code", "sha256", "stored", "code")
    } == {
        "account": "99999_BV",
        "facility_code": "99999",
        "visit_code": visit_code,
        "sha256": hashlib.sha256(record).hexdigest(),
        "stored": True,
        "code": "200",
    }
    assert (line["transaction"], line["reply"], line["http_status"]) == (number, "sent", 200)
