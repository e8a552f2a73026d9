"""Codes and prices against the hospital's catalogues, and national lists we do not hold; silent without them."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ..catalogues import Catalogues, Entry, base_of
from ..fault import Owner, Severity
from ..policy import Policy
from ..rule import Check, Confidence, rule
from ..typed import parse_decimal
from .cited import CHECKERS
from .repeated import PAPERS, plain

SINCE = date(2024, 7, 1)
SECONDED = re.compile(r"\.(?:HD|C)\..*")
"""A practitioner under contract is written licence.HD.facility, one seconded from elsewhere code.C.facility."""
ELSEWHERE = re.compile(r".+\.(?:TX|CG)\..+")
"""Who reads from afar, or by transfer of a technique, is on the list of another facility."""
SOURCE_OF_DEVICE = re.compile(r"\[[^\]]*\]")
"""Named in a device code whose source is 3, and mostly not in the list."""
TRANSPORT = "VC."
"""A transport is coded by its destination, so no list of services has it."""
_DESCRIBED = re.compile(r"\[[^\]]*\]$")
"""What a facility may add to a service's name, in square brackets."""
TEMPORARY_CARD = "000"
"""MA_DKBD of a temporary card is the province and 000."""


def agrees(entry: Entry, **values: str | None) -> bool:
    """Whether every column that the row fills says the same, but for case, blanks and punctuation."""
    return all(
        not entry.values.get(column) or plain(entry.values[column]) == plain(value or "")
        for column, value in values.items()
    )


def prices(entries: Iterable[Entry]) -> list[Decimal]:
    """The approved prices of rows: GIA_TT_BHYT where there is one, else DON_GIA."""
    texts = (entry.values.get("GIA_TT_BHYT") or entry.values.get("DON_GIA", "") for entry in entries)
    return [price for text in texts if (price := parse_decimal(text)) is not None]


# Whether one code, or each of several, is in a list on a day

LISTS = {
    "COD-001": "danh mục xã, phường",
    "COD-002": "danh mục nghề nghiệp",
    "COD-003": "danh mục cơ sở khám chữa bệnh",
    "COD-009": "danh mục bệnh y học cổ truyền",
    "COD-010": "danh mục phẫu thuật, thủ thuật quốc tế",
    "COD-020": "danh mục xăng dầu",
    "COD-021": "danh mục máy của bệnh viện",
    "COD-022": "danh mục nhân viên của bệnh viện",
    "COD-024": "danh mục nhân viên của bệnh viện",
    "COD-025": "danh mục chỉ số xét nghiệm",
    "COD-026": "danh mục dịch vụ kỹ thuật",
    "COD-027": "danh mục phác đồ",
    "COD-028": "danh mục quốc tịch",
}
"""What people call the list a code is looked for in."""
SIGNED = {
    **PAPERS,
    "XML9": "giấy chứng sinh (XML9)",
    "XML10": "giấy nghỉ dưỡng thai (XML10)",
    "XML11": "giấy nghỉ (XML11)",
}
"""What people call the papers that are signed."""


def _enter(
    id: str,
    table: str,
    reads: tuple[str, str],
    check: Check,
    sentence: str,
    *,
    source: str = CHECKERS,
    owner: Owner = "records",
    severity: Severity = "error",
    confidence: Confidence = "high",
    since: date = SINCE,
) -> None:
    """Enter a check of (policy, day, code or codes) whose fault points at the code, of several at those that are wrong."""
    code = "@wrong" if check.__annotations__["return"] == list[str] else reads[1]
    rule(id, table=table, reads=("@policy", *reads), source=source, owner=owner, severity=severity,
         confidence=confidence, since=since,
         sentence=f"{sentence} {{{code}}} không có trong {LISTS[id]} đang dùng.")(check)  # fmt: skip


def commune_is_known(policy: Policy, discharged: date, commune: str) -> bool:
    """The commune exists in the administrative-unit list in force."""
    return policy.catalogues is None or policy.catalogues.know("communes", commune, discharged)


def commune_is_of_its_province(policy: Policy, discharged: date, province: str, commune: str) -> bool:
    """The commune lies in the province that is given; True where the list does not say in which it lies."""
    rows = policy.catalogues.rows("communes", commune, discharged) if policy.catalogues else None
    provinces = {row.values["MATINH"] for row in rows or () if row.values.get("MATINH")}
    return not provinces or province in provinces


def occupation_is_known(policy: Policy, discharged: date, occupation: str) -> bool:
    """Occupation exists in the QD 34/2020 list."""
    return policy.catalogues is None or policy.catalogues.know("occupations", occupation, discharged)


def facility_is_known(policy: Policy, discharged: date, facility: str) -> bool:
    """A facility code exists in the facility list."""
    return policy.catalogues is None or policy.catalogues.know("facilities", facility, discharged)


def registered_facilities_are_known(policy: Policy, discharged: date, facilities: list[str]) -> list[str]:
    """Registered facilities exist in the facility list, those of temporary cards aside."""
    asked = [one for one in facilities if not one.endswith(TEMPORARY_CARD)]
    return policy.catalogues.unknown("facilities", asked, discharged) if policy.catalogues else []


def traditional_diseases_are_known(policy: Policy, discharged: date, codes: list[str]) -> list[str]:
    """Traditional-medicine codes exist in their list."""
    return policy.catalogues.unknown("traditional_diseases", codes, discharged) if policy.catalogues else []


def procedures_are_known(policy: Policy, discharged: date, codes: list[str]) -> list[str]:
    """Procedure codes exist in the ICD-9-CM list of QD 4440/2020."""
    return policy.catalogues.unknown("procedures", codes, discharged) if policy.catalogues else []


def fuel_is_known(policy: Policy, ordered: date, code: str) -> bool:
    """Fuel code exists in QD 3276/2025 annex 2."""
    return policy.catalogues is None or policy.catalogues.know("fuels", code, ordered)


def devices_are_known(policy: Policy, ordered: date, codes: list[str]) -> list[str]:
    """Device exists in the facility device catalogue."""
    catalogues = policy.catalogues
    return [
        code
        for code in (codes if catalogues else ())
        if catalogues
        and not catalogues.know("devices", code, ordered)
        and not catalogues.know("devices", SOURCE_OF_DEVICE.sub("", code), ordered)
    ]


def practitioners_are_known(policy: Policy, day: date, codes: list[str]) -> list[str]:
    """Practitioners exist in the approved staff catalogue, by their licence where they work under contract."""
    catalogues = policy.catalogues
    return [code for code in codes if not is_staff(catalogues, code, day)] if catalogues else []


def is_staff(catalogues: Catalogues, code: str, day: date) -> bool:
    """Whether a practitioner is in the staff catalogue, as written or by the licence; of others' staff nothing is known.

    Until QĐ 3176 readers and signatories were written by their social-insurance number, which a list of licences has not.
    """
    return (
        catalogues.know("staff", code, day)
        or catalogues.know("staff", SECONDED.sub("", code), day)
        or ELSEWHERE.fullmatch(code) is not None
        or (day.year < 2025 and len(code) == 10 and code.isdigit())
    )


def practitioner_is_known(policy: Policy, day: date, code: str) -> bool:
    """A practitioner exists in the approved staff catalogue, by the licence where they work under contract."""
    return policy.catalogues is None or is_staff(policy.catalogues, code, day)


def indicator_is_known(policy: Policy, result: date, code: str) -> bool:
    """Indicator code exists in QD 1227/2025, else in QD 7603 annex 11."""
    return policy.catalogues is None or policy.catalogues.know("indicators", code, result)


def service_is_national(policy: Policy, ordered: date, code: str) -> bool:
    """Service code exists in QD 2010/2025 annexes 1-4, by its base code; transport has none."""
    catalogues = policy.catalogues
    return (
        catalogues is None
        or code.startswith(TRANSPORT)
        or any(catalogues.know("national_services", known, ordered) for known in known_as(code))
    )


def known_as(service: str) -> tuple[str, str]:
    """A service code as written, and its base."""
    return service, base_of(service)


def regimen_is_known(policy: Policy, discharged: date, code: str) -> bool:
    """ARV regimens exist in QD 5937 annex 10."""
    return policy.catalogues is None or policy.catalogues.know("regimens", code, discharged)


def nationality_is_known(policy: Policy, discharged: date, code: str) -> bool:
    """Nationality codes exist in their national list."""
    return policy.catalogues is None or policy.catalogues.know("nationalities", code, discharged)


_enter("COD-001", "XML1", ("NGAY_RA", "MAXA_CU_TRU"), commune_is_known, "Mã xã cư trú", owner="reception")
rule("COD-001", table="XML1", reads=("@policy", "NGAY_RA", "MATINH_CU_TRU", "MAXA_CU_TRU"), source=CHECKERS,
     owner="reception", since=SINCE,
     sentence="Xã cư trú {MAXA_CU_TRU} không thuộc tỉnh {MATINH_CU_TRU} theo danh mục hành chính của ngày ra viện.",
     )(commune_is_of_its_province)  # fmt: skip
_enter("COD-002", "XML1", ("NGAY_RA", "MA_NGHE_NGHIEP"), occupation_is_known, "Mã nghề nghiệp", owner="reception",
       source="QĐ 34/2020/QĐ-TTg", severity="warning", confidence="medium")  # fmt: skip
_enter("COD-003", "XML1", ("NGAY_RA", "MA_CSKCB"), facility_is_known, "Mã cơ sở", owner="it")
_enter("COD-003", "XML1", ("NGAY_RA", "MA_DKBD"), registered_facilities_are_known, "Mã nơi đăng ký ban đầu",
       owner="reception")  # fmt: skip
_enter("COD-003", "XML1", ("NGAY_RA", "MA_NOI_DI"), facility_is_known, "Mã nơi chuyển đi", owner="reception")
_enter(
    "COD-003", "XML1", ("NGAY_RA", "MA_NOI_DEN"), facility_is_known, "Mã nơi chuyển đến", owner="clinician"
)
# Papers of transfer go to and come from facilities outside the insurer's list too, so these are only looked at.
_enter("COD-003", "XML13", ("XML1.NGAY_RA", "MA_CSKCB_DEN"), facility_is_known, "Mã cơ sở chuyển đến",
       owner="clinician", severity="warning", confidence="medium")  # fmt: skip
_enter("COD-003", "XML13", ("XML1.NGAY_RA", "MA_CSKCB_DI"), registered_facilities_are_known, "Mã cơ sở chuyển đi",
       owner="clinician", severity="warning", confidence="medium")  # fmt: skip
_enter("COD-009", "XML1", ("NGAY_RA", "MA_BENH_YHCT"), traditional_diseases_are_known, "Mã bệnh y học cổ truyền",
       owner="clinician")  # fmt: skip
_enter("COD-009", "XML3", ("XML1.NGAY_RA", "MA_BENH_YHCT"), traditional_diseases_are_known, "Mã bệnh y học cổ truyền",
       owner="clinician")  # fmt: skip
for _table, _day in (("XML1", "NGAY_RA"), ("XML3", "XML1.NGAY_RA")):
    _enter("COD-010", _table, (_day, "MA_PTTT_QT"), procedures_are_known, "Mã phẫu thuật, thủ thuật quốc tế",
           owner="clinician", source="QĐ 4440/QĐ-BYT 2020", severity="warning", confidence="medium")  # fmt: skip
_enter("COD-020", "XML3", ("NGAY_YL", "MA_XANG_DAU"), fuel_is_known, "Mã xăng dầu", owner="cashier",
       source="QĐ 3276/QĐ-BYT 2025, phụ lục 2", confidence="medium", since=date(2025, 10, 17))  # fmt: skip
_enter("COD-021", "XML3", ("NGAY_YL", "MA_MAY"), devices_are_known, "Mã máy", owner="laboratory")
_enter("COD-022", "XML2", ("NGAY_YL", "MA_BAC_SI"), practitioners_are_known, "Mã bác sĩ chỉ định")
_enter("COD-022", "XML3", ("NGAY_YL", "MA_BAC_SI"), practitioners_are_known, "Mã bác sĩ chỉ định")
_enter("COD-022", "XML3", ("NGAY_YL", "NGUOI_THUC_HIEN"), practitioners_are_known, "Mã người thực hiện")
_enter("COD-022", "XML4", ("NGAY_KQ", "MA_BS_DOC_KQ"), practitioner_is_known, "Mã người đọc kết quả")
_enter(
    "COD-022",
    "XML5",
    ("THOI_DIEM_DBLS", "NGUOI_THUC_HIEN"),
    practitioners_are_known,
    "Mã người ghi diễn biến",
)
# How MA_TTDV is written differs between hospitals, so a signatory who is not found is only looked at.
_enter("COD-024", "XML1", ("NGAY_RA", "MA_TTDV"), practitioner_is_known, "Mã thủ trưởng đơn vị", severity="warning",
       confidence="medium")  # fmt: skip
for _table in ("XML7", "XML8", "XML9", "XML10", "XML11", "XML13", "XML14"):
    _enter("COD-024", _table, ("XML1.NGAY_RA", "MA_TTDV"), practitioner_is_known, f"Mã thủ trưởng ký {SIGNED[_table]}",
           severity="warning", confidence="medium")  # fmt: skip
for _table in ("XML7", "XML10", "XML11"):
    _enter("COD-024", _table, ("XML1.NGAY_RA", "MA_BS"), practitioner_is_known, f"Mã bác sĩ ký {SIGNED[_table]}",
           confidence="medium")  # fmt: skip
_enter("COD-025", "XML4", ("NGAY_KQ", "MA_CHI_SO"), indicator_is_known, "Mã chỉ số", owner="laboratory",
       source="QĐ 1227/QĐ-BYT 2025; QĐ 7603/QĐ-BYT, phụ lục 11", severity="warning", confidence="medium",
       since=date(2025, 4, 11))  # fmt: skip
_enter("COD-026", "XML3", ("NGAY_YL", "MA_DICH_VU"), service_is_national, "Mã dịch vụ", owner="cashier",
       source="QĐ 2010/QĐ-BYT 2025, phụ lục 1 đến 4", confidence="medium", since=date(2025, 8, 1))  # fmt: skip
for _name, _label in (
    ("MA_PHAC_DO_DIEU_TRI_BD", "Mã phác đồ ban đầu"),
    ("MA_PHAC_DO_DIEU_TRI", "Mã phác đồ"),
):
    _enter("COD-027", "XML6", ("XML1.NGAY_RA", _name), regimen_is_known, _label, owner="clinician",
           source="QĐ 5937/QĐ-BYT 2021, phụ lục 10", confidence="medium")  # fmt: skip
_enter("COD-028", "XML1", ("NGAY_RA", "MA_QUOCTICH"), nationality_is_known, "Mã quốc tịch", owner="reception",
       source="TT 07/2016/TT-BCA, phụ lục 2", confidence="medium")  # fmt: skip
_enter("COD-028", "XML9", ("XML1.NGAY_RA", "MA_QUOCTICH"), nationality_is_known, "Mã quốc tịch",
       source="TT 07/2016/TT-BCA, phụ lục 2", confidence="medium")  # fmt: skip


# What a row of the hospital's catalogue says beside the code


@rule(
    "COD-013",
    table="XML2",
    reads=("@policy", "NGAY_YL", "TEN_THUOC", "HAM_LUONG", "SO_DANG_KY", "TT_THAU", "MA_THUOC"),
    owner="pharmacy",
    source=CHECKERS,
    sentence=(
        "Không có dòng nào trong danh mục thuốc còn hiệu lực lúc y lệnh {NGAY_YL} khớp với thuốc {MA_THUOC}, "
        "{TEN_THUOC}, hàm lượng {HAM_LUONG}, số đăng ký {SO_DANG_KY}, thầu {TT_THAU}."
    ),
)
def medicine_is_a_row_of_the_catalogue(
    policy: Policy,
    ordered: date,
    name: str | None,
    strength: str | None,
    registration: str | None,
    tender: str | None,
    medicine: str,
) -> bool:
    """Code, name, strength, registration and tender agree with one approved row valid on NGAY_YL."""
    return policy.catalogues is None or medicine_agrees(
        policy.catalogues, ordered, name, strength, registration, tender, medicine
    )


def medicine_agrees(
    catalogues: Catalogues,
    ordered: date,
    name: str | None,
    strength: str | None,
    registration: str | None,
    tender: str | None,
    medicine: str,
) -> bool:
    """Whether one row of the medicine catalogue is this medicine; True without a catalogue."""
    rows = catalogues.rows("medicines", medicine, ordered)
    return rows is None or any(
        agrees(row, TEN_THUOC=name, HAM_LUONG=strength, SO_DANG_KY=registration, TT_THAU=tender)
        for row in rows
    )


@rule(
    "COD-014",
    table="XML2",
    reads=("@policy", "NGAY_YL", "MA_THUOC", "SO_DANG_KY", "DON_GIA"),
    owner="pharmacy",
    source=CHECKERS,
    sentence="Đơn giá {DON_GIA} của thuốc {MA_THUOC} cao hơn giá được duyệt trong danh mục.",
)
def medicine_price_is_approved(
    policy: Policy, ordered: date, medicine: str, registration: str | None, price: Decimal
) -> bool:
    """Medicine price does not exceed the approved price."""
    return policy.catalogues is None or price_is_within(
        policy.catalogues.rows("medicines", medicine, ordered), price, registration
    )


def price_is_within(rows: list[Entry] | None, price: Decimal, registration: str | None = None) -> bool:
    """Whether a price is at most the highest approved; True where no price is approved."""
    approved = prices(
        row for row in rows or () if registration is None or agrees(row, SO_DANG_KY=registration)
    )
    return not approved or price <= max(approved)


@rule(
    "COD-018",
    table="XML3",
    reads=("@policy", "MA_VAT_TU", "NGAY_YL", "TEN_DICH_VU", "DON_GIA_BH", "MA_DICH_VU"),
    owner="cashier",
    source=CHECKERS,
    sentence=(
        "Không có dòng nào trong danh mục dịch vụ còn hiệu lực lúc y lệnh {NGAY_YL} khớp với dịch vụ "
        "{MA_DICH_VU}, {TEN_DICH_VU}, giá BHYT {DON_GIA_BH}."
    ),
)
def service_is_a_row_of_the_catalogue(
    policy: Policy, supply: str | None, ordered: date, name: str | None, price: Decimal | None, service: str
) -> bool:
    """Service code, name and price agree with the approved facility catalogue valid on the day.

    A supply line may name the service it was used in; its price is the supply's. A transport is in no catalogue; a
    service abandoned, or sent elsewhere, by its base code.
    """
    catalogues = policy.catalogues
    return (
        catalogues is None
        or supply is not None
        or service.startswith(TRANSPORT)
        or any(service_agrees(catalogues, ordered, name, price, known) for known in known_as(service))
    )


def service_agrees(
    catalogues: Catalogues, ordered: date, name: str | None, price: Decimal | None, service: str
) -> bool:
    """Whether one row of the service catalogue is this service at this price; a price of 0 is not compared."""
    rows = catalogues.rows("services", service, ordered)
    if rows is None:
        return True
    names = {name, _DESCRIBED.sub("", name or "")}
    same = [row for row in rows if any(agrees(row, TEN_DICH_VU=written) for written in names)]
    approved = prices(same)
    return bool(same) and (not price or not approved or price in approved)


@rule(
    "COD-019",
    table="XML3",
    reads=("@policy", "NGAY_YL", "TEN_VAT_TU", "DON_GIA_BV", "MA_VAT_TU"),
    owner="cashier",
    source=CHECKERS,
    sentence=(
        "Không có dòng nào trong danh mục vật tư còn hiệu lực lúc y lệnh {NGAY_YL} khớp với vật tư "
        "{MA_VAT_TU}, {TEN_VAT_TU}, đơn giá {DON_GIA_BV}."
    ),
)
def supply_is_a_row_of_the_catalogue(
    policy: Policy, ordered: date, name: str | None, price: Decimal, supply: str
) -> bool:
    """Supply code and name agree with the approved facility catalogue, and the price does not exceed it."""
    return policy.catalogues is None or supply_agrees(policy.catalogues, ordered, name, price, supply)


def supply_agrees(
    catalogues: Catalogues, ordered: date, name: str | None, price: Decimal, supply: str
) -> bool:
    """Whether one row of the supply catalogue is this supply at no more than its price."""
    rows = catalogues.rows("supplies", supply, ordered)
    return rows is None or any(agrees(row, TEN_VAT_TU=name) and price_is_within([row], price) for row in rows)


@rule(
    "COD-023",
    table="XML2",
    reads=("@policy", "NGAY_YL", "MA_BAC_SI"),
    confidence="medium",
    owner="pharmacy",
    source=CHECKERS,
    sentence="Người chỉ định thuốc {MA_BAC_SI} không có quyền kê đơn trong danh mục nhân viên y tế.",
)
def orderer_may_prescribe(policy: Policy, ordered: date, codes: list[str]) -> bool:
    """The orderer of medicines has a title allowed to prescribe."""
    return policy.catalogues is None or may_prescribe(policy.catalogues, ordered, codes)


def may_prescribe(catalogues: Catalogues, ordered: date, codes: list[str]) -> bool:
    """Whether one of the practitioners may prescribe; True where nothing is said of one of them."""
    said = [
        {row.values.get("DUOC_KE_DON", "") for row in catalogues.rows("staff", code, ordered) or ()}
        for code in (SECONDED.sub("", code) for code in codes)
    ]
    return any(not answers or answers != {"0"} for answers in said)
