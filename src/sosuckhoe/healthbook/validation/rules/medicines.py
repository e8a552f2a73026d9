"""Medicine lines (thuốc, máu, dịch truyền): how they are written."""

import re

from ..rule import rule
from .cited import CHECKERS, GATEWAY, table

_SUPPLIER = re.compile(r"(?:C|K|M|HC)\.[0-9A-Z]{5}")
ROUTE = re.compile(r"[0-9]\.[0-9]{2}")
TENDER = re.compile(
    r"[^;]+;(?:G[0-9]+(?:\.[0-9A-Z]+)?|00);(?:N[0-9]+|00);[0-9]{4}(?:;G[0-9]+\.[0-9]+)?(?:;(?:[0-9]{2}|[0-9]{5}))?"
)
"""``00``: a price negotiated for the whole country (QĐ 4750), whose place the sources do not agree on.

The annex of QĐ 130 adds which of two winners it was, and whose tender was taken over, after the year.
"""
OWN_TENDER = re.compile(r"[^;]+;[0-9]{4}")
"""What the facility made itself: the decision and its year."""
_OWN_REGISTRATION = re.compile(r"(?:HD|CP|VT)\.[0-9A-Z]{5}\..+")
BLOOD = frozenset({"7", "17"})
"""MA_NHOM of blood and blood products."""
OUTPATIENT = frozenset({"01", "05", "07", "08"})
"""Visit types whose medicines are taken home."""


@rule(
    "FMT-049",
    table="XML2",
    reads=("MA_THUOC",),
    owner="pharmacy",
    source=table(2),
    sentence="Mã thuốc {MA_THUOC} chưa đúng cách ghi: các thành phần của thuốc tự bào chế nối nhau bằng dấu “+”.",
)
def components_are_joined_with_plus(code: str) -> bool:
    """Components of a self-prepared medicine are joined with a plus sign."""
    return ";" not in code and "," not in code and " " not in code


@rule(
    "FMT-050",
    table="XML2",
    reads=("MA_NHOM", "MA_THUOC"),
    severity="warning",
    owner="pharmacy",
    source=table(2),
    sentence="Mã máu, chế phẩm máu {MA_THUOC} có đuôi lạ; chỉ dùng đuôi .KT hoặc .NAT.",
)
def blood_suffixes_are_known(group: str, code: str) -> bool:
    """Blood products with extra tests carry the suffix .KT and/or .NAT, joined or one by one."""
    return group not in BLOOD or all(part in ("KT", "NAT", "KTNAT") for part in code.split(".")[2:])


@rule(
    "FMT-051",
    table="XML2",
    reads=("MA_CSKCB_THUOC",),
    owner="pharmacy",
    source=table(2),
    sentence=(
        "Mã cơ sở chuyển thuốc (MA_CSKCB_THUOC) đang ghi {MA_CSKCB_THUOC}; cần chữ C, K, M hoặc HC, dấu chấm, "
        "rồi mã cơ sở 5 ký tự, như C.79001."
    ),
)
def supplying_facility_has_its_prefix(code: str) -> bool:
    """MA_CSKCB_THUOC is C., K., M. or HC. followed by a 5-character facility code."""
    return _SUPPLIER.fullmatch(code) is not None


@rule(
    "FMT-052",
    table="XML2",
    reads=("DUONG_DUNG",),
    owner="pharmacy",
    source=table(2),
    sentence="Mã đường dùng {DUONG_DUNG} sai dạng; cần một chữ số, dấu chấm, hai chữ số, như 1.01.",
)
def route_has_its_form(route: str) -> bool:
    """DUONG_DUNG is a route code of at most 4 characters such as 1.01."""
    return ROUTE.fullmatch(route) is not None


@rule(
    "FMT-053",
    table="XML2",
    reads=("MA_NHOM", "SO_DANG_KY", "TT_THAU"),
    severity="warning",
    owner="pharmacy",
    source=table(2, CHECKERS),
    sentence=(
        "Thông tin thầu đang ghi {TT_THAU}; cần bốn phần cách nhau bằng dấu “;” (số quyết định;gói;nhóm;năm), "
        "như 12/QĐ-BV;G1;N2;2026."
    ),
)
def medicine_tender_has_four_parts(group: str, registration: str | None, tender: str) -> bool:
    """TT_THAU has four parts: decision number, package Gi or Gi.YY, group Ni, year; real files vary, so a warning.

    A medicine the facility made itself has no tender; its decision and year are enough.
    """
    if group in BLOOD or TENDER.fullmatch(tender):
        return True
    return (
        _OWN_REGISTRATION.fullmatch(registration or "") is not None
        and OWN_TENDER.fullmatch(tender) is not None
    )


@rule(
    "FMT-055",
    table="XML2",
    reads=("XML1.MA_LOAI_KCB", "MA_NHOM", "LIEU_DUNG"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=table(2),
    sentence="Liều dùng đang ghi {LIEU_DUNG}; cần ghi số lượng một lần * số lần một ngày * số ngày [tổng một ngày].",
)
def outpatient_dose_is_spelt_out(visit_type: str, group: str, dose: str) -> bool:
    """Outpatient dose text follows amount per time * times per day * days [total per day]."""
    return visit_type not in OUTPATIENT or group != "4" or "*" in dose


@rule(
    "XFD-057",
    table="XML2",
    reads=("XML1.MA_DOITUONG_KCB", "MA_NHOM", "PHAM_VI", "TT_THAU"),
    owner="pharmacy",
    source=GATEWAY,
    sentence="Dòng thuốc trong phạm vi BHYT chưa có thông tin thầu (TT_THAU).",
)
def insured_medicine_has_a_tender(category: str, group: str, scope: str, tender: str | None) -> bool:
    """Medicines carry TT_THAU except groups 7 and 17; asked of what the fund pays."""
    return tender is not None or group in BLOOD or scope == "2" or category == "9"
