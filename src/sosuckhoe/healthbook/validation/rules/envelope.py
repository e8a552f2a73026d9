"""The file around the visit (phong bì GIAMDINHHS, check-in, chữ ký): rules on structure.

Most are noticed while reading (``document.Remark``); here stands what each of them says. The rest are small
functions that look at a whole ``Reading`` and tell where something is not so.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from ...document import Reading, VisitReading
from ..fault import Owner, Severity
from ..policy import Policy
from ..rule import UNCERTAIN
from ..typed import parse_date
from ..wording import quoted
from .cited import CHECKERS, DERIVED, GATEWAY_PAGE, GENERAL

Place = tuple[str, str, str, Severity | None]
"""(path, sentence, value, severity where it is not the rule's own)."""


@dataclass(frozen=True, slots=True)
class FileRule:
    """One rule on a file's structure."""

    id: str
    statement: str
    """What must hold, in English."""
    source: str
    severity: Severity = "error"
    owner: Owner = "it"
    since: date | None = None
    confidence: str = "high"

    def applies_on(self, day: date) -> bool:
        return self.since is None or self.since <= day


_ENVELOPE = f"{GATEWAY_PAGE}; QĐ 4750/QĐ-BYT"
_SIGNING = f"QĐ 3176/QĐ-BYT; {GATEWAY_PAGE}"

FILE_RULES: dict[str, FileRule] = {
    rule.id: rule
    for rule in (
        FileRule("STR-001", "The file is well-formed XML in UTF-8 whose declaration states utf-8.", "QĐ 4750/QĐ-BYT"),
        FileRule("STR-002", "THONGTINDONVI/MACSKCB is present, non-empty and 5 characters long.", _ENVELOPE),
        FileRule("STR-003", "THONGTINHOSO/NGAYLAP is an 8-digit yyyymmdd date.", _ENVELOPE),
        FileRule(
            "STR-004", "SOLUONGHOSO equals the number of HOSO elements.", GATEWAY_PAGE, confidence="medium"
        ),
        FileRule(
            "STR-005",
            "A file sent through the web service holds exactly one HOSO.",
            GATEWAY_PAGE,
            since=date(2025, 1, 1),
            confidence="medium",
        ),
        FileRule(
            "STR-006",
            "Every FILEHOSO has a LOAIHOSO among XML1-XML11 and XML13-XML15, each at most once per HOSO.",
            f"{GATEWAY_PAGE}; {CHECKERS}",
            confidence="medium",
        ),
        FileRule(
            "STR-007",
            "NOIDUNGFILE is base64 of a UTF-8 XML document whose root matches its LOAIHOSO.",
            f"{GATEWAY_PAGE}; {CHECKERS}",
        ),
        FileRule("STR-008", "Every HOSO contains one XML1.", CHECKERS),
        FileRule("STR-009", "XML12 is not packed in a facility submission.", "QĐ 4750/QĐ-BYT", "warning"),
        FileRule(
            "STR-010",
            "CHUKYDONVI is the last child of the root and carries the facility's signature.",
            _SIGNING,
            since=date(2026, 1, 1),
            confidence="medium",
        ),
        FileRule(
            "STR-011",
            "A check-in carries CHUKYDONVI as the last child of its root.",
            _SIGNING,
            since=date(2026, 1, 1),
            confidence="medium",
        ),
        FileRule(
            "STR-012",
            "The digest algorithm is SHA-256 and the certificate is valid and registered.",
            _SIGNING,
            since=date(2026, 1, 1),
            confidence="medium",
        ),
        FileRule("STR-013", "Each record contains every field of its table exactly once.", CHECKERS, confidence="medium"),
        FileRule(
            "STR-014", "No record contains an element that is not in its table.", CHECKERS, "warning", confidence="medium"
        ),
        FileRule(
            "STR-015", "Fields appear in the order of the published table.", "QĐ 4750/QĐ-BYT", "warning", confidence="medium"
        ),
        FileRule(
            "STR-016",
            "From 3176 XML13 uses MA_CSKCB_DI, MA_CSKCB_DEN and TINH_TRANG_CT.",
            f"QĐ 3176/QĐ-BYT, Bảng 13; {CHECKERS}",
            confidence="medium",
        ),
        FileRule("STR-017", "XML1 holds one record only.", "QĐ 4750/QĐ-BYT, Bảng 1"),
        FileRule("STR-018", "A list table that is attached holds at least one record.", CHECKERS, "warning", confidence="medium"),
        FileRule(
            "STR-019", "A file is no larger than the destination takes.", f"{CHECKERS}; giới hạn của nơi nhận là thiết lập",
            "warning", confidence="low",
        ),
        FileRule(
            "STR-020", "An attached list wrapper without records is treated as an absent table.", CHECKERS, "warning",
            confidence="medium",
        ),
        FileRule(
            "TEXT-001",
            "Values are written with the letters of one alphabet, without hidden characters or look-alikes.",
            f"{GENERAL}: chữ Việt Unicode dựng sẵn",
            "warning",
        ),
        FileRule(
            "TEXT-002",
            "Values are typed in Unicode, not in an old code table, and converted once.",
            f"{GENERAL}: chữ Việt Unicode dựng sẵn",
            "warning",
        ),
        FileRule("XTB-002", "MA_LK is unique per encounter.", "QĐ 4750/QĐ-BYT, Bảng 1"),
        FileRule(
            "XTB-003", "THONGTINDONVI/MACSKCB equals XML1 MA_CSKCB.", DERIVED, confidence="medium"
        ),
        FileRule(
            "EDT-001",
            "An edition of the standard is in force on the day of discharge.",
            "QĐ 4750/QĐ-BYT, Điều 2",
            owner="clinician",
        ),
        FileRule("SIG-001", "A signature that is there covers the file and fits it.", _SIGNING),
    )
}  # fmt: skip
"""Every rule on files, by id. Files beyond the reader's own limits never come so far: FILE-TOO-LARGE."""

_FACILITY = re.compile(r"[0-9A-Z]{5}")


def words_for(rule: str, value: str) -> str:
    """Under which id ``general_rules.csv`` has the words for a fault: STR-001 tells of three kinds, mended by others."""
    if rule != "STR-001":
        return rule
    if not value:
        return f"{rule} marks"
    return f"{rule} letters" if value.startswith("U+") else f"{rule} declaration"


def sender_is_a_facility(reading: Reading) -> Iterator[Place]:
    """STR-002."""
    envelope = reading.envelope
    if envelope is not None and _FACILITY.fullmatch(envelope.facility_code.strip()) is None:
        said = f"ghi {quoted(envelope.facility_code)}" if envelope.facility_code else "để trống"
        yield (
            "GIAMDINHHS.MACSKCB",
            f"Đầu tệp {said} ở mã của bệnh viện gửi (MACSKCB); cần đúng 5 ký tự.",
            envelope.facility_code,
            None,
        )


def file_is_dated(reading: Reading) -> Iterator[Place]:
    """STR-003."""
    envelope = reading.envelope
    if envelope is not None and parse_date(envelope.made_on.strip()) is None:
        said = f"ghi {quoted(envelope.made_on)}" if envelope.made_on else "để trống"
        yield (
            "GIAMDINHHS.NGAYLAP",
            f"Đầu tệp {said} ở ngày lập hồ sơ (NGAYLAP); cần 8 chữ số năm, tháng, ngày có thật, như 20260915.",
            envelope.made_on,
            None,
        )


def visit_is_of_the_sender(reading: Reading, visit: VisitReading) -> Iterator[Place]:
    """XTB-003."""
    sender = reading.envelope.facility_code.strip() if reading.envelope is not None else ""
    facility = visit.record.visit.get("facility_code", "")
    if sender != facility and all(map(_FACILITY.fullmatch, (sender, facility))):
        yield (
            "XML1.MA_CSKCB",
            f"Mã cơ sở {quoted(facility)} ở bảng tổng hợp (XML1) khác mã của bệnh viện gửi {quoted(sender)} ở đầu tệp (MACSKCB).",
            facility,
            None,
        )


def visit_stands_once(reading: Reading, visit: VisitReading) -> Iterator[Place]:
    """XTB-002, as far as one file can tell."""
    code = visit.record.visit_code
    earlier = reading.visits[: next(i for i, one in enumerate(reading.visits) if one is visit)]
    if code and any(one.record.visit_code == code for one in earlier):
        yield "XML1.MA_LK", f"Hai đợt khám trong cùng tệp có chung mã liên kết {quoted(code)}.", code, None


def visit_has_an_edition(reading: Reading, visit: VisitReading) -> Iterator[Place]:
    """EDT-001."""
    if reading.form == "envelope" and visit.record.visit and visit.edition is None:
        text = visit.record.visit.get("discharged_at", "")
        if (day := visit.record.discharge_day()) is not None:
            yield (
                "XML1.NGAY_RA",
                f"Ngày ra viện {day:%d/%m/%Y} quá sớm: chuẩn dữ liệu này chỉ có hiệu lực từ 18/01/2023.",
                text,
                None,
            )
        else:
            yield (
                "XML1.NGAY_RA",
                "Không đọc được ngày ra viện, nên hồ sơ được kiểm tra theo quyết định mới nhất.",
                text,
                "warning",
            )


def signature_is_there(reading: Reading, policy: Policy) -> Iterator[Place]:
    """STR-010 and STR-011. An export waiting to be signed is normal: a warning, unless the hospital says otherwise."""
    if reading.form == "table":
        return
    root = "GIAMDINHHS" if reading.form == "envelope" else "CHI_TIEU_TRANG_THAI_KCB"
    path = f"{root}.CHUKYDONVI"
    if reading.has_signature and not reading.signature_last:
        yield (
            path,
            f"Chữ ký số của bệnh viện (CHUKYDONVI) không nằm ở cuối tệp, trước thẻ đóng {root}.",
            "",
            None,
        )
    elif not reading.has_signature:
        severity: Severity = "error" if policy.signature_required else "warning"
        yield path, "Tệp chưa có chữ ký số của bệnh viện (CHUKYDONVI).", "", severity


def file_is_not_too_large(data: bytes, policy: Policy) -> Iterator[Place]:
    """STR-019. How much the real portal takes is not published."""
    if len(data) > policy.largest_file:
        size, most = (
            f"{number / 1_000_000:.1f}".replace(".", ",") for number in (len(data), policy.largest_file)
        )
        yield (
            "GIAMDINHHS",
            f"Tệp lớn {size} MB, hơn mức {most} MB mà nơi nhận thường nhận. {UNCERTAIN}",
            "",
            None,
        )


OfFile = Callable[[Reading], Iterator[Place]]
OfVisit = Callable[[Reading, VisitReading], Iterator[Place]]

OF_THE_FILE: dict[str, OfFile] = {"STR-002": sender_is_a_facility, "STR-003": file_is_dated}
OF_A_VISIT: dict[str, OfVisit] = {
    "XTB-002": visit_stands_once,
    "XTB-003": visit_is_of_the_sender,
    "EDT-001": visit_has_an_edition,
}
