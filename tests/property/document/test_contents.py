"""Setting the contents of an envelope apart changes nothing that is read, refused or verified."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from sosuckhoe.healthbook.contents import set_apart
from sosuckhoe.healthbook.document import Unreadable, read, write_visit
from sosuckhoe.healthbook.document import reading as reading_room
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.signing import PracticeAuthority, sign, verify
from sosuckhoe.healthbook.signing import verifier as verifying_room
from sosuckhoe.healthbook.standard import edition_on

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
AUTHORITY = PracticeAuthority.new(at=AT)
SIGNER = AUTHORITY.issue("BỆNH VIỆN MẪU", at=AT)
ROW = {"visit_code": "DT.99999.0001", "medicine_name": "Thuốc mẫu & nước", "dose": "1 viên <sáng>"}
RECORD = Record(
    {"visit": [{"visit_code": "DT.99999.0001", "discharged_at": "202609011030"}], "medicines": [ROW] * 3}
)
PLAIN = write_visit(RECORD, edition_on(date(2026, 9, 1)), facility_code="99999", made_on=date(2026, 9, 2))
SIGNED = sign(PLAIN, SIGNER, signature_id="S", canonical=True)
TWO = PLAIN.replace(
    b"</DANHSACHHOSO>", PLAIN[PLAIN.index(b"<HOSO>") : PLAIN.index(b"</DANHSACHHOSO>")] + b"</DANHSACHHOSO>"
)
CONTENT = re.findall(b"<NOIDUNGFILE>([^<]+)", PLAIN)[0]
PIECES = (
    b"", b"<", b">", b"/>", b"&", b"&amp;", b"&#65;", b"~", b"~0~", b"~1~", b"=", b"\n", b" ", b"\r", b"\x00", b"\xff", b"!", b"<?x?>",
    b"<!-- -->", b"<![CDATA[", b"]]>", b" a='~0~'", b" xmlns='urn:x'", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xc2\x85",
    b"<NOIDUNGFILE>", b"</NOIDUNGFILE>", b"<NOIDUNGFILE/>", b"<HOSO/>", b"<CHUKYDONVI/>",
    b"<NOIDUNGFILE>" + CONTENT + b"</NOIDUNGFILE>", b"<!--<NOIDUNGFILE>" + CONTENT + b"</NOIDUNGFILE>-->",
    b"<?x <NOIDUNGFILE>" + CONTENT + b"<?>", b"<A><NOIDUNGFILE>" + CONTENT + b"</NOIDUNGFILE></A>",
)  # fmt: skip


def whole(function: Callable[[], Any]) -> Any:
    """What a function gives where nothing is set apart."""
    with (
        mock.patch.object(reading_room, "set_apart", lambda *_: None),
        mock.patch.object(verifying_room, "set_apart", lambda *_: None),
    ):
        return function()


def as_read(data: bytes) -> Any:
    try:
        found = read(data)
    except Unreadable as refusal:
        return refusal.code, refusal.where, refusal.sentence
    visits = [(visit.record, visit.parts, visit.remarks, visit.unknown) for visit in found.visits]
    return found.form, visits, found.envelope, found.has_signature, found.signature_last


def as_verified(data: bytes) -> Any:
    verdict = verify(data, at=AT, trusted=[AUTHORITY.certificate])
    tree = None if verdict.tree is None else etree.tostring(verdict.tree, method="c14n")
    return verdict.code, verdict.detail, tree


def test_all_contents_of_our_own_files_are_set_apart_and_fit_back() -> None:
    for data in (PLAIN, SIGNED, TWO):
        apart = set_apart(data)
        assert apart is not None
        assert b"".join(apart.whole(apart.frame)) == data
        assert [*apart.contents.values()] == [base64.b64decode(text) for text in apart.texts.values()]
        assert len(apart.contents) == data.count(b"<NOIDUNGFILE>") and len(apart.frame) < len(data) / 1.5
    code, _, tree = as_verified(SIGNED)
    assert code == "VALID" and CONTENT in tree


def test_what_could_be_mistaken_is_left_whole() -> None:
    for odd in (b"~", b"<!-- -->", b"<![CDATA[]]>"):
        assert set_apart(PLAIN.replace(b"<HOSO>", b"<HOSO>" + odd)) is None
    assert set_apart(PLAIN.replace(CONTENT, CONTENT[:80] + b"\n" + CONTENT[80:])) is not None  # the others
    assert set_apart(b"<TONG_HOP></TONG_HOP>") is None


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([PLAIN, SIGNED, TWO]),
    st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.integers(0, 9), st.sampled_from(PIECES)), min_size=1, max_size=3),
)  # fmt: skip
@example(SIGNED, [(0.5, False, 1, b"")])
def test_nothing_is_read_refused_or_verified_otherwise(
    data: bytes, changes: list[tuple[float, bool, int, bytes]]
) -> None:
    for place, beside_a_tag, removed, added in changes:
        tags = [found.start() for found in re.finditer(b"<", data)]
        offset = tags[int(place * (len(tags) - 1))] if beside_a_tag and tags else int(place * len(data))
        data = data[:offset] + added + data[offset + removed :]
    assert as_read(data) == whole(lambda: as_read(data))
    assert as_verified(data) == whole(lambda: as_verified(data))
