"""Service and supply lines (dịch vụ kỹ thuật, giường, vận chuyển, vật tư): how they are written and what goes together."""

import re
from datetime import date, datetime

from ..rule import rule
from .cited import CHECKERS, GATEWAY, table
from .dates import TEST_GROUPS, TIMED_GROUPS
from .medicines import OWN_TENDER, TENDER

_BEFORE_GROUPS = re.compile(r"[^;]+;(?:G[0-9]+(?:\.[0-9A-Z]+)?|00);(?:20[01][0-9]|2020)")
"""A tender won before Circular 14/2020: decision, package and year."""
_BED = re.compile(r"[HTCK][0-9]{3}")
_PACKAGE = re.compile(r"G[1-9][0-9]*")
_SENT_OUT = re.compile(r"[^.].*\.K\.[0-9A-Z]{5}")
_TRANSPORT = re.compile(r"VC\.[0-9A-Z]{5}")
_DEVICE = re.compile(r"[A-Z]{2,3}\.[123](?:\[[^\]]*\])?\.\S+")
"""A source other than the state and partners may be named in brackets, such as ``HH.3[mượn].0001``."""
_SECONDED = re.compile(r".+\.C\.[0-9A-Z]{5}")
USUAL_RATES = frozenset({0, 10, 30, 33, 50, 80, 100})
BEDS = frozenset({"14", "15", "16"})
TRANSPORT, SUPPLY, SURGERY, EXAMINATION = "12", "10", "8", "13"


@rule(
    "FMT-045",
    table="XML3",
    reads=("TYLE_TT_DV",),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence="Tỷ lệ thanh toán dịch vụ {TYLE_TT_DV} ít gặp; thường là 0, 10, 30, 33, 50, 80 hoặc 100.",
)
def service_rate_is_usual(rate: int) -> bool:
    """TYLE_TT_DV outside 0, 10, 30, 33, 50, 80, 100 deserves a look."""
    return rate in USUAL_RATES or rate > 100


@rule(
    "FMT-054",
    table="XML3",
    reads=("TT_THAU",),
    severity="warning",
    owner="cashier",
    source=table(3, CHECKERS),
    sentence=(
        "Thông tin thầu đang ghi {TT_THAU}; cần bốn phần cách nhau bằng dấu “;” (quyết định.đơn "
        "vị;gói;nhóm;năm), như 12.79001;G1;N0;2026."
    ),
)
def supply_tender_has_four_parts(tender: str) -> bool:
    """Supply TT_THAU is decision.issuer;Gi;Ni;yyyy, N0 allowed; real files vary, so a warning.

    Tenders up to 2020 know no groups; what the facility made itself has its decision and year only.
    """
    return any(form.fullmatch(tender) for form in (TENDER, _BEFORE_GROUPS, OWN_TENDER))


@rule(
    "FMT-056",
    table="XML3",
    reads=("MA_GIUONG",),
    owner="clinician",
    source=table(3, CHECKERS),
    sentence="Mã giường {@wrong} sai dạng; cần chữ H, T, C hoặc K rồi ba chữ số, như H001.",
)
def beds_have_their_form(beds: list[str]) -> list[str]:
    """Each bed code is H, T, C or K plus three digits."""
    return [bed for bed in beds if _BED.fullmatch(bed) is None]


@rule(
    "FMT-057",
    table="XML3",
    reads=("GOI_VTYT",),
    owner="cashier",
    source=table(3, GATEWAY),
    sentence="Mã gói vật tư {GOI_VTYT} sai dạng; cần chữ G rồi số thứ tự, như G1, G2.",
)
def supply_package_has_its_form(package: str) -> bool:
    """GOI_VTYT is G plus a number without leading zero."""
    return _PACKAGE.fullmatch(package) is not None


@rule(
    "FMT-058",
    table="XML3",
    reads=("MA_DICH_VU",),
    severity="warning",
    since=date(2025, 1, 1),
    confidence="medium",
    owner="cashier",
    source=CHECKERS,
    sentence="Mã dịch vụ {MA_DICH_VU} có đuôi lạ; chỉ dùng đuôi _GT, _TB hoặc _TT.",
)
def service_suffix_is_known(service: str) -> bool:
    """A service-code suffix after an underscore is GT, TB or TT."""
    return "_" not in service or service.rpartition("_")[2] in ("GT", "TB", "TT")


@rule(
    "FMT-059",
    table="XML3",
    reads=("MA_NHOM", "MA_DICH_VU"),
    owner="cashier",
    source=table(3),
    sentence=(
        "Mã vận chuyển người bệnh {MA_DICH_VU} sai dạng; cần VC, dấu chấm, rồi mã 5 ký tự của cơ sở nơi đến, "
        "như VC.79001."
    ),
)
def transport_names_its_destination(group: str, service: str) -> bool:
    """Patient transport is coded VC. plus the 5-character destination facility."""
    return group != TRANSPORT or _TRANSPORT.fullmatch(service) is not None


@rule(
    "FMT-060",
    table="XML3",
    reads=("MA_DICH_VU",),
    owner="laboratory",
    source=table(3),
    sentence=(
        "Mã dịch vụ gửi nơi khác làm {MA_DICH_VU} sai dạng; sau mã dịch vụ là .K. rồi đủ 5 ký tự mã cơ sở, như "
        "23.0001.1494.K.79001."
    ),
)
def sent_out_service_names_its_facility(service: str) -> bool:
    """A test sent to another facility is coded service code .K. plus facility code."""
    return ".K." not in service or _SENT_OUT.fullmatch(service) is not None


@rule(
    "FMT-061",
    table="XML3",
    reads=("MA_MAY",),
    severity="warning",
    confidence="medium",
    owner="laboratory",
    source=table(3, CHECKERS),
    sentence=(
        "Mã máy {@wrong} sai dạng; cần nhóm máy, nguồn kinh phí, số hiệu, cách nhau bằng dấu chấm, như "
        "HH.1.0001."
    ),
)
def devices_have_their_form(devices: list[str]) -> list[str]:
    """Each device code is group.n.identifier with a group of 2-3 letters and n of 1, 2 or 3."""
    return [device for device in devices if _DEVICE.fullmatch(device) is None]


@rule(
    "FMT-063",
    table="XML3",
    reads=("TAI_SU_DUNG",),
    owner="cashier",
    source=table(3, GATEWAY),
    sentence="Vật tư tái sử dụng ghi {TAI_SU_DUNG}; chỉ để trống hoặc ghi 1.",
)
def reuse_is_one(code: str) -> bool:
    """TAI_SU_DUNG is empty or 1."""
    return code == "1"


@rule(
    "FMT-064",
    table="XML3",
    reads=("MA_BAC_SI",),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=table(3),
    sentence=(
        "Mã người từ cơ sở khác {@wrong} sai dạng; cần mã của người đó, .C., rồi mã cơ sở 5 ký tự, như "
        "0000001.C.79001."
    ),
)
@rule(
    "FMT-064",
    table="XML3",
    reads=("NGUOI_THUC_HIEN",),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=table(3),
    sentence=(
        "Mã người từ cơ sở khác {@wrong} sai dạng; cần mã của người đó, .C., rồi mã cơ sở 5 ký tự, "
        "như 0000001.C.79001."
    ),
)
def seconded_practitioner_names_the_facility(codes: list[str]) -> list[str]:
    """A seconded practitioner is written code.C.facility."""
    return [code for code in codes if ".C." in f"{code}." and _SECONDED.fullmatch(code) is None]


@rule(
    "XFD-050",
    table="XML3",
    reads=("MA_VAT_TU", "MA_DICH_VU"),
    owner="cashier",
    source=f"{CHECKERS}; {table(3)}",
    sentence="Dòng này chưa có mã dịch vụ (MA_DICH_VU) và cũng chưa có mã vật tư (MA_VAT_TU).",
)
def line_is_a_service_or_a_supply(supply: str | None, service: str | None) -> bool:
    """A line has a service code or a supply code."""
    return service is not None or supply is not None


@rule(
    "XFD-051",
    table="XML3",
    reads=("MA_VAT_TU", "TEN_VAT_TU"),
    owner="cashier",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Có mã vật tư {MA_VAT_TU} nhưng chưa có tên vật tư (TEN_VAT_TU).",
)
def code_comes_with_its_name(code: str, name: str | None) -> bool:
    """A supply code comes with a supply name."""
    return name is not None


@rule(
    "XFD-051",
    table="XML3",
    reads=("MA_VAT_TU", "MA_DICH_VU", "TEN_DICH_VU"),
    owner="cashier",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Có mã dịch vụ {MA_DICH_VU} nhưng chưa có tên dịch vụ (TEN_DICH_VU).",
)
def service_comes_with_its_name(supply: str | None, service: str, name: str | None) -> bool:
    """A service code comes with a service name; a supply may name the service it was used in by its code alone."""
    return supply is not None or name is not None


@rule(
    "XFD-051",
    table="XML3",
    reads=("MA_VAT_TU", "MA_DICH_VU", "TEN_DICH_VU"),
    severity="warning",
    owner="cashier",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence=(
        "Dòng vật tư {MA_VAT_TU} ghi kèm mã dịch vụ {MA_DICH_VU} nhưng chưa có tên dịch vụ (TEN_DICH_VU); bảng của Bộ Y tế "
        "không nói rõ dòng vật tư có cần tên này."
    ),
)
def supply_names_its_service(supply: str, service: str, name: str | None) -> bool:
    """A supply line with the code of the service it was used in has that service's name; the annex is not clear on it."""
    return name is not None


@rule(
    "XFD-052",
    table="XML3",
    reads=("MA_NHOM", "MA_DICH_VU", "NGUOI_THUC_HIEN"),
    owner="clinician",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Dịch vụ {MA_DICH_VU} thuộc nhóm {MA_NHOM} chưa có người thực hiện (NGUOI_THUC_HIEN).",
)
@rule(
    "XFD-052",
    table="XML3",
    reads=("MA_NHOM", "MA_DICH_VU", "NGAY_TH_YL"),
    owner="clinician",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Dịch vụ {MA_DICH_VU} thuộc nhóm {MA_NHOM} chưa có giờ thực hiện (NGAY_TH_YL).",
)
def service_says_by_whom_and_when(group: str, service: str, value: str | None) -> bool:
    """Groups 1, 2, 3, 8 and 18 carry NGUOI_THUC_HIEN and NGAY_TH_YL, unless sent to another facility."""
    return value is not None or group not in TIMED_GROUPS or ".K." in service


@rule(
    "XFD-053",
    table="XML3",
    reads=("MA_NHOM", "MA_DICH_VU", "MA_MAY"),
    severity="warning",
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence="Dịch vụ {MA_DICH_VU} thuộc nhóm {MA_NHOM} chưa có mã máy (MA_MAY); có dùng máy thì cần ghi.",
)
def test_names_its_device(group: str, service: str, devices: str | None) -> bool:
    """Groups 1, 2, 3 carry MA_MAY unless sent out; tests by hand have none, so a warning."""
    return devices is not None or group not in TEST_GROUPS or ".K." in service


@rule(
    "XFD-054",
    table="XML3",
    reads=("MA_NHOM", "MA_DICH_VU", "PP_VO_CAM"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Phẫu thuật {MA_DICH_VU} chưa có phương pháp vô cảm (PP_VO_CAM).",
)
def surgery_names_its_anaesthesia(group: str, service: str, anaesthesia: str | None) -> bool:
    """Surgery lines (group 8) carry PP_VO_CAM; where there was no anaesthesia there is none, so a warning."""
    return anaesthesia is not None or group != SURGERY


@rule(
    "XFD-055",
    table="XML3",
    reads=("MA_NHOM", "MA_XANG_DAU"),
    owner="cashier",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Dòng vận chuyển (nhóm 12) chưa có mã xăng dầu (MA_XANG_DAU).",
)
def transport_names_its_fuel(group: str, fuel: str | None) -> bool:
    """Transport lines (group 12) carry MA_XANG_DAU."""
    return fuel is not None or group != TRANSPORT


@rule(
    "XFD-056",
    table="XML3",
    reads=("XML1.MA_DOITUONG_KCB", "MA_NHOM", "PHAM_VI", "TT_THAU"),
    owner="cashier",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Dòng vật tư (nhóm 10) trong phạm vi BHYT chưa có thông tin thầu (TT_THAU).",
)
def insured_supply_has_a_tender(category: str, group: str, scope: str, tender: str | None) -> bool:
    """Supply lines in group 10 carry TT_THAU; asked of what the fund pays."""
    return tender is not None or group != SUPPLY or scope == "2" or category == "9"


@rule(
    "XFD-058",
    table="XML3",
    reads=("MA_NHOM", "MA_GIUONG"),
    owner="clinician",
    source=f"{CHECKERS}; {table(3)}",
    sentence="Dòng tiền giường, nhóm {MA_NHOM}, chưa có mã giường (MA_GIUONG).",
)
def bed_day_names_its_bed(group: str, beds: str | None) -> bool:
    """Bed-day lines (groups 14, 15, 16) carry MA_GIUONG."""
    return beds is not None or group not in BEDS


EXAMINATION_RATES = (100, 30, 30, 30, 10)
"""The rates of the first, second to fourth and fifth examination of a visit; 0 after."""


@rule(
    "XFD-061",
    table="XML3",
    reads=(
        "XML1.MA_DOITUONG_KCB",
        "XML3.MA_NHOM",
        "XML3.PHAM_VI",
        "XML3.NGAY_YL",
        "XML3.TYLE_TT_DV",
    ),
    at="XML3.TYLE_TT_DV",
    owner="cashier",
    source=table(3),
    sentence=(
        "Công khám tính {XML3.TYLE_TT_DV}%, cao hơn mức của lần khám này trong ngày: lần đầu 100%, lần 2 đến "
        "4 là 30%, lần 5 là 10%, sau đó là 0."
    ),
)
def examinations_take_falling_rates(
    category: str,
    groups: list[str | None],
    scopes: list[str | None],
    ordered: list[datetime | None],
    rates: list[int | None],
) -> list[int]:
    """Exam fees take 100 for the first exam, 30 for exams 2-4, 10 for the fifth and 0 after, counted by day."""
    if category == "9" or EXAMINATION not in groups:
        return []
    days: dict[date, list[tuple[int, int]]] = {}
    for number, (group, scope, moment, rate) in enumerate(
        zip(groups, scopes, ordered, rates, strict=True), 1
    ):
        if group == EXAMINATION and scope == "1" and moment is not None and rate is not None:
            days.setdefault(moment.date(), []).append((rate, number))
    wrong = []
    for exams in days.values():
        exams.sort(key=lambda exam: (-exam[0], exam[1]))
        for place, (rate, number) in enumerate(exams):
            if rate > (EXAMINATION_RATES[place] if place < len(EXAMINATION_RATES) else 0):
                wrong.append(number)
    return sorted(wrong)
