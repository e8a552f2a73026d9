"""Faults of a file as a whole: what stands around the visits, how large it is, who signed it and with what."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

from sosuckhoe.healthbook.signing import PracticeAuthority, sign
from sosuckhoe.healthbook.signing.signer import FileSigner
from sosuckhoe.healthbook.validation import Policy

from .chart import Chart
from .paper import DECISIONS, document, envelope
from .visits import VISITS

Spoiled = tuple[str, str, int, str, bytes, Policy]
"""(rule, decision, the result meant, place, file, what is given)."""
SIGN_BY = Policy(signature_required=True)


def chart(name: str, decision: str) -> Chart:
    return VISITS[name][0](decision)


def together(decision: str, *charts: Chart) -> bytes:
    return envelope(charts[0].facility, charts[0].made_on(), [one.documents() for one in charts])


@cache
def signer() -> FileSigner:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    return PracticeAuthority.new(at=at).issue("BỆNH VIỆN THÍ DỤ (THỰC HÀNH)", at=at)


@cache
def signed(name: str) -> bytes:
    return sign(chart(name, "1931").file(), signer(), signature_id="THI-DU")


def old_referral(decision: str) -> bytes:
    """Table 13 with the names that QĐ 3176 gave up."""
    one = chart("referred_out", decision)
    row = dict(one.tables["XML13"][0])
    for new, old in (
        ("MA_CSKCB_DI", "MA_NOI_DI"), ("MA_CSKCB_DEN", "MA_NOI_DEN"), ("TINH_TRANG_CT", "PP_DIEU_TRI"),
    ):  # fmt: skip
        row[old] = row.pop(new)
    parts = dict(one.documents()) | {"XML13": document("XML13", "4750", [row])}
    return envelope(one.facility, one.made_on(), [parts.items()])


def spoiled() -> Iterator[Spoiled]:
    for decision in DECISIONS[2:]:
        two = together(decision, chart("outpatient", decision), chart("pick_up", decision))
        yield "STR-005", decision, 0, "GIAMDINHHS.HOSO", two, Policy()
        yield "STR-005", decision, 1, "GIAMDINHHS.HOSO", two, Policy()
        for name in ("MA_NOI_DI", "MA_NOI_DEN", "PP_DIEU_TRI"):
            yield "STR-016", decision, 0, f"XML13.{name}", old_referral(decision), Policy()
    for decision in DECISIONS[1:]:
        again = together(decision, chart("outpatient", decision), chart("outpatient", decision))
        yield "XTB-002", decision, 1, "XML1.MA_LK", again, Policy()
    file = chart("outpatient", "1931").file()
    yield "STR-010", "1931", 0, "GIAMDINHHS.CHUKYDONVI", file, Policy()
    yield "STR-010", "1931", 0, "GIAMDINHHS.CHUKYDONVI", file, SIGN_BY
    first = file.replace(b"<CHUKYDONVI></CHUKYDONVI>", b"")
    yield "STR-010", "1931", 0, "GIAMDINHHS.CHUKYDONVI", first, Policy()
    before = signed("outpatient")
    begin, end = before.index(b"<CHUKYDONVI>"), before.index(b"</CHUKYDONVI>") + len(b"</CHUKYDONVI>")
    moved = before[:begin] + before[end:]
    moved = moved.replace(b"<THONGTINDONVI>", before[begin:end] + b"<THONGTINDONVI>", 1)
    yield "STR-010", "1931", 0, "GIAMDINHHS.CHUKYDONVI", moved, Policy()
    yield (
        "STR-011",
        "1931",
        0,
        "CHI_TIEU_TRANG_THAI_KCB.CHUKYDONVI",
        chart("check_in", "1931").file(),
        Policy(),
    )
    weak = before.replace(b"2001/04/xmldsig-more#rsa-sha256", b"2000/09/xmldsig#rsa-sha1")
    yield "STR-012", "1931", 0, "GIAMDINHHS.CHUKYDONVI", weak, Policy()
    yield "STR-019", "1931", 0, "GIAMDINHHS", before, Policy(largest_file=len(before) - 1)


def sound() -> Iterator[tuple[str, bytes, Policy]]:
    """What looks alike and is right, or was right on its day: (the rule that must say nothing, file, what is given)."""
    for decision in DECISIONS[:2]:
        two = together(decision, chart("outpatient", decision), chart("pick_up", decision))
        yield "STR-005", two, Policy()
        yield "XTB-002", two, Policy()
    for decision in DECISIONS[:3]:
        yield "STR-010", chart("outpatient", decision).file(), SIGN_BY
    for decision in DECISIONS[1:3]:
        yield "STR-011", chart("check_in", decision).file(), SIGN_BY
    yield "STR-016", chart("referred_out", "4750").file(), Policy()
    for name in ("outpatient", "inpatient"):
        for rule in ("STR-010", "STR-012"):
            yield rule, signed(name), SIGN_BY
    yield "STR-019", signed("outpatient"), Policy(largest_file=len(signed("outpatient")))


ALSO = {
    "XTB-002": {"STR-005"},
    "STR-016": {"STR-013", "SHP-001"},
    "STR-010": {"SIG-001"},
}
"""What else is truly wrong: two visits, the fields that should have been there, a signature out of its place."""
