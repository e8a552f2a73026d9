"""Odd calls get a code or a refusal, never a crash of the portal; odd records do not stop the insurer."""

from collections.abc import Callable

import pytest

from . import papers
from .portal import CARD, COPAYMENT, RECORD, Login, Portal
from .reader import Reader, text_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
ODD = [
    (b"", FORM),
    (b"", JSON),
    (b"", {}),
    (b"\xff\xfe\x00", FORM),
    (b"username=%00%ff&loaiHoSo=%ED%A0%80", FORM),
    (b"&".join(b"a%d=1" % n for n in range(200)), FORM),
    (b'{"username": "\\ud800", "password": "\\udfff", "maThe": "\\ud800"}', JSON),
    (b'{"username": ' + b"9" * 6000 + b"}", JSON),
    (b"[" * 20_000 + b"]" * 20_000, JSON),
    (b'{"username": {"a": 1}}', JSON),
    (b'["username"]', JSON),
    (b"null", JSON),
]


@pytest.mark.parametrize("path", ["/api/token/take", RECORD, CARD, COPAYMENT])
def test_an_odd_body_gets_an_answer(login: Login, path: str) -> None:
    for body, kind in ODD:
        target = f"{path}?{login.query}" if path == CARD else path
        answer = login.portal.request("POST", target, body, {**login.headers, **kind})
        assert answer.status in (200, 400, 401), (path, body[:40])


@pytest.mark.parametrize(
    "document",
    [
        b"<GIAMDINHHS/>",
        b"<GIAMDINHHS xmlns='urn:x'/>",
        b"<GIAMDINHHS>" + b"<a>" * 500 + b"</a>" * 500 + b"</GIAMDINHHS>",
        b"<GIAMDINHHS>&#0;</GIAMDINHHS>",
        b"<GIAMDINHHS>&unknown;</GIAMDINHHS>",
        b"<?xml version='1.0' encoding='utf-16'?><GIAMDINHHS/>",
        b"\xef\xbb\xbf<GIAMDINHHS/>",
        b"<?php ?><GIAMDINHHS/>",
        papers.envelope([]),
        papers.envelope([("XML1", "")]),
        papers.envelope([("XML1", "<TONG_HOP/>"), ("XML1", "<TONG_HOP/>")]),
        papers.record().replace(b"<HOSO>", b"<HOSO/><HOSO>"),
        papers.record().replace(b"<CHUKYDONVI></CHUKYDONVI>", b""),
    ],
)
def test_an_odd_document_is_refused_with_a_code(login: Login, document: bytes) -> None:
    answer = login.send(document)
    assert answer.status == 200 and answer.code in ("123", "202", "204", "205", "402")


def test_a_record_full_of_odd_values_stops_neither_the_insurer_nor_the_page(
    portal: Portal, login: Login, signed: Callable[[bytes], bytes], visit_code: str
) -> None:
    citizen = {"personal_id": "099190000301", "full_name": "Người Mẫu", "birth": "1990"}
    portal.desk("setup", {"citizens": [{**citizen, "password": "thuc-hanh", "agreed": True}]})
    odd = {"T_THUOC": "NaN", "T_VTYT": "1e999999", "NGAY_VAO": "hôm nay", "CAN_NANG": "∞", "NGAY_SINH": "0"}
    fine = {"SO_CCCD": "099190000301", "CHAN_DOAN_RV": "<b>&amp;", "GIOI_TINH": "x", "MA_LOAI_KCB": "zz"}
    assert login.send(signed(papers.record(MA_LK=visit_code, **odd, **fine))).code == "200"
    undated = f"{visit_code}.khong-ngay"
    assert login.send(signed(papers.record(MA_LK=undated, NGAY_RA="ngày mai"))).code == "200"
    portal.desk("publish", {"all": True})
    rows = {row["visit_code"]: row for row in portal.desk("received.json")}
    assert rows[visit_code]["published_at"] and rows[undated]["not_published"] == "no edition"
    portal.desk("clock", {"advance_hours": 49})
    fields = {one["field"] for one in portal.desk("findings.json") if one["visit_code"] == visit_code}
    assert {"T_THUOC", "T_VTYT", "NGAY_VAO", "CAN_NANG", "NGAY_SINH"} <= fields
    reader = Reader(portal)
    reader.post("/vneid/", number="099190000301", password="thuc-hanh")
    book = reader.get("/vneid/so/")
    assert "<b>&amp;" in text_of(book)
    visit = next(part for part in book.body.decode().split('"') if "/dot-kham/" in part)
    assert reader.get(visit).status == 200
