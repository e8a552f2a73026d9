"""Whatever bytes: a reading or Unreadable, never anything else, and soon."""

import base64
import socket
import time
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sosuckhoe.healthbook.document import REFUSALS, Unreadable, read, write_visit
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on

EDITION = edition_on(date(2026, 9, 1))
RECORD = Record(
    {
        "visit": [
            {"visit_code": "DT.99999.0001", "full_name": "NGUYỄN VĂN MẪU", "discharged_at": "202609011030"}
        ],
        "medicines": [{"visit_code": "DT.99999.0001", "medicine_name": "Thuốc mẫu & nước"}] * 2,
    }
)
GOOD = write_visit(RECORD, EDITION, facility_code="99999", made_on=date(2026, 9, 2))
PART = base64.b64decode(GOOD.split(b"<NOIDUNGFILE>")[1].split(b"</NOIDUNGFILE>")[0])
INLINE = b"<GIAMDINHHS><THONGTINHOSO><DANHSACHHOSO><HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>"
INLINE += (
    PART.partition(b"\r\n")[2]
    + b"</NOIDUNGFILE></FILEHOSO></HOSO></DANHSACHHOSO></THONGTINHOSO></GIAMDINHHS>"
)
PIECES = (
    *(
        b"<!DOCTYPE a>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"<?",
        b"?>",
        b"&",
        b"&#0;",
        b"&#x10FFFF;",
        b"<",
        b">",
    ),
    *(
        b"/>",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xc3",
        b"\xed\xa0\x80",
        b'"',
        b"=",
        b" xmlns='urn:x'",
        b"\r\n",
    ),
    *(
        b"<TONG_HOP>",
        b"</TONG_HOP>",
        b"<HOSO/>",
        b"</GIAMDINHHS>",
        b"<CHI_TIET_THUOC/>",
        b"xsi:nil='true'",
        b"xml:base='a'",
    ),
)

RUNS_AWAY = 60
"""Seconds of processor time. Not a measurement: what grows faster than the file would take hours on these sizes."""


def settle(data: bytes) -> None:
    started = time.process_time()
    try:
        reading = read(data)
    except Unreadable as refusal:
        assert refusal.code in REFUSALS
        assert refusal.sentence
    else:
        for visit in reading.visits:
            assert all(
                isinstance(value, str) and value
                for rows in visit.record.tables.values()
                for row in rows
                for value in row.values()
            )
            assert all(
                remark.rule.startswith(("STR-", "TEXT-")) and remark.detail for remark in visit.remarks
            )
    assert time.process_time() - started < RUNS_AWAY


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES)).map(b"".join)))
@example(b"<" * 1000)
@example(b"<a " * 1000)
@example(b"&" * 1000)
def test_any_bytes_are_settled(data: bytes):
    settle(data)
    settle(b'<?xml version="1.0"?>' + data)
    settle(b"<TONG_HOP>" + data + b"</TONG_HOP>")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    good=st.sampled_from([GOOD, PART, INLINE]),
    changes=st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 40),
            st.one_of(st.sampled_from(PIECES), st.binary(max_size=4), st.just(b"")),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_a_good_file_changed_anywhere_is_settled(good: bytes, changes: list[tuple[float, int, bytes]]):
    for place, removed, added in changes:
        offset = int(place * len(good))
        good = good[:offset] + added + good[offset + removed :]
    settle(good)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES)).map(b"".join)))
@example("΀".encode())  # no letter yet, among the Greek ones
def test_any_part_is_settled(content: bytes):
    start, end = GOOD.split(b"<NOIDUNGFILE>")[0], b"</NOIDUNGFILE>" + GOOD.split(b"</NOIDUNGFILE>", 1)[1]
    settle(start + b"<NOIDUNGFILE>" + base64.b64encode(content) + end)
    settle(start + b"<NOIDUNGFILE>" + base64.b64encode(PART[:60] + content + PART[60:]) + end)


@pytest.mark.parametrize(
    "data",
    [
        b"<TONG_HOP>" + b"<a>" * 400_000,
        b"<TONG_HOP>" + b"<a></a>" * 190_000 + b"</TONG_HOP>",
        b"<TONG_HOP>" + b"".join(b"<a%d></a%d>" % (i, i) for i in range(190_000)) + b"</TONG_HOP>",
        b"<TONG_HOP>" + b"<!--x-->" * 190_000 + b"</TONG_HOP>",
        b"<TONG_HOP>" + b"<![CDATA[x]]>" * 190_000 + b"</TONG_HOP>",
        b"<TONG_HOP><HO_TEN>" + b"&amp;" * 1_900_000 + b"</HO_TEN></TONG_HOP>",
        b"<TONG_HOP><HO_TEN>" + b"&#65;" * 1_900_000 + b"</HO_TEN></TONG_HOP>",
        b"<TONG_HOP><HO_TEN>" + b"\xe1\xba\xbf" * 3_300_000 + b"</HO_TEN></TONG_HOP>",
        b"<TONG_HOP " + b" ".join(b"a%d=''" % i for i in range(190_000)) + b"/>",
        b"<GIAMDINHHS><THONGTINHOSO><DANHSACHHOSO>"
        + b"<HOSO/>" * 190_000
        + b"</DANHSACHHOSO></THONGTINHOSO></GIAMDINHHS>",
        GOOD.split(b"<FILEHOSO>")[0]
        + (
            b"<FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>PFRPTkdfSE9QLz4=</NOIDUNGFILE></FILEHOSO>"
            * 19_000
        )
        + b"</HOSO></DANHSACHHOSO></THONGTINHOSO></GIAMDINHHS>",
        b"<TONG_HOP>" + b"<STT>1</STT>" * 190_000 + b"</TONG_HOP>",
        b"<" * 49_000_000,
        b"\xc3" * 49_000_000,
        b"<a>" + b"\xc2\xb0" * 20_000_000 + b"</a>",
        b"<a>" + b" " * 49_000_000,
    ],
    ids=lambda data: f"{bytes(data[:24])!r}, {len(data) // 1_000_000} MB",
)
def test_a_hostile_size_costs_little(data: bytes):
    settle(data)


def test_nothing_is_ever_connected_to():
    """libxml2 would open sockets itself; so a real listener waits where the documents point."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        for data in (
            f'<!DOCTYPE a SYSTEM "{url}"><TONG_HOP/>',
            f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{url}">%x;]><TONG_HOP/>',
            f'<TONG_HOP xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="{url}"/></TONG_HOP>',
            f'<?xml-stylesheet href="{url}"?><TONG_HOP/>',
            f'<TONG_HOP xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {url}"/>',
        ):
            with pytest.raises(Unreadable):
                read(data.encode())
        with pytest.raises(TimeoutError):
            listener.accept()
