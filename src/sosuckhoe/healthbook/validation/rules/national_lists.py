"""Codes of national lists we hold, and what their groups mean (khoa, nhóm chi phí, đường dùng, tai nạn)."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from ...standard import Code
from ..rule import rule
from .cited import CHECKERS, table
from .lists import list_of
from .medicines import ROUTE

IN_MEDICINES = frozenset({"4", "7", "17"})
"""MA_NHOM of medicines, blood and blood products; groups 5 and 6 ended with QĐ 5937/2021, before this standard."""
WITHOUT_REGISTRATION = frozenset({"40.17", "40.573"})
"""Oxygen and nitric oxide (QĐ 4750, Bảng 2, SO_DANG_KY)."""
CHEMICAL = "40."
MEDICINES = "4"
_DEPARTMENT = re.compile(r"K((?:[0-9]{2})+)(?:[.][0-9A-Z.]+)?")


def departments_on(discharged: date) -> Mapping[str, Code]:
    """The departments. The day of discharge chooses: QĐ 1804/QĐ-BYT is applied from 01/08/2026."""
    return list_of("departments").on(discharged)


def routes_on(ordered: date) -> Mapping[str, Code]:
    """The routes of medicines. The day of the order chooses (QĐ 7603/QĐ-BYT, danh mục mã đường dùng)."""
    return list_of("drug_routes").on(ordered)


def accident_causes_on(discharged: date) -> Mapping[str, Code]:
    """The causes of injury. The day of discharge chooses (QĐ 5937/QĐ-BYT, phụ lục 4)."""
    return list_of("accident_causes").on(discharged)


@lru_cache(maxsize=2048)
def is_department(code: str, discharged: date) -> bool:
    """``K02``, ``K0203`` of several, ``K02.1`` a part, ``K02.D35`` a unit: every K number is in the list."""
    found = _DEPARTMENT.fullmatch(code)
    known = departments_on(discharged)
    return found is not None and all(
        f"K{found[1][place : place + 2]}" in known for place in range(0, len(found[1]), 2)
    )


@rule(
    "COD-006",
    table="XML1",
    reads=("NGAY_RA", "MA_KHOA"),
    since=date(2026, 8, 1),
    confidence="medium",
    owner="records",
    source="QĐ 1804/QĐ-BYT 2026, phụ lục 2",
    sentence=(
        "Mã khoa {@wrong} không có trong danh mục khoa: K01 đến K60, K99, mã ghép như K0203, mã con như "
        "K02.D35."
    ),
)
def departments_are_in_the_list(discharged: date, codes: list[str]) -> list[str]:
    """Department codes follow QD 1804/2026."""
    return [code for code in codes if not is_department(code, discharged)]


@rule(
    "COD-006",
    table=("XML2", "XML3"),
    reads=("XML1.NGAY_RA", "MA_KHOA"),
    joins=True,
    since=date(2026, 8, 1),
    confidence="medium",
    owner="records",
    source="QĐ 1804/QĐ-BYT 2026, phụ lục 2",
    sentence=(
        "Mã khoa {MA_KHOA} không có trong danh mục khoa: K01 đến K60, K99, mã ghép như K0203, mã con như "
        "K02.D35."
    ),
)
def department_is_in_the_list(discharged: date, code: str) -> bool:
    """Department codes of lines follow QD 1804/2026; several stand side by side."""
    return all(is_department(part, discharged) for part in code.split(";"))


@rule(
    "COD-011",
    table="XML1",
    reads=("NGAY_RA", "MA_TAI_NAN"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source="QĐ 5937/QĐ-BYT 2021, phụ lục 4 (theo danh mục QĐ 4210/QĐ-BYT, chưa đối chiếu nguyên văn)",
    sentence="Mã tai nạn thương tích {MA_TAI_NAN} không có trong danh mục.",
)
def accident_cause_is_in_the_list(discharged: date, code: str) -> bool:
    """The injury code exists in annex 4 of QD 5937/2021, as far as sources agree."""
    return (code.lstrip("0") or "0") in accident_causes_on(discharged)


@rule(
    "COD-012",
    table="XML2",
    reads=("MA_NHOM",),
    confidence="medium",
    owner="pharmacy",
    source=table(2, CHECKERS),
    sentence="Nhóm chi phí {MA_NHOM} không ghi ở bảng thuốc (XML2); bảng này chỉ có thuốc, máu và chế phẩm máu.",
)
def medicine_group_fits_its_table(group: str) -> bool:
    """Medicines and blood stand in XML2."""
    return group in IN_MEDICINES


@rule(
    "COD-012",
    table="XML3",
    reads=("MA_NHOM",),
    confidence="medium",
    owner="cashier",
    source=table(3, CHECKERS),
    sentence="Nhóm chi phí {MA_NHOM} là thuốc hoặc máu, cần ghi ở bảng thuốc (XML2), không ghi ở bảng dịch vụ (XML3).",
)
def service_group_fits_its_table(group: str) -> bool:
    """Services, beds, transport and supplies stand in XML3."""
    return group not in IN_MEDICINES


@rule(
    "COD-015",
    table="XML2",
    reads=("NGAY_YL", "DUONG_DUNG"),
    severity="warning",
    confidence="medium",
    owner="pharmacy",
    source="QĐ 7603/QĐ-BYT 2018, danh mục mã đường dùng (bản đang có có thể thiếu mã)",
    sentence="Mã đường dùng {DUONG_DUNG} không có trong danh mục dùng chung mà chương trình đang có; xin kiểm tra.",
)
def route_is_in_the_list(ordered: date, code: str) -> bool:
    """The route code exists in the shared list, of which we may miss some; its form is FMT-052's."""
    return code in routes_on(ordered) or ROUTE.fullmatch(code) is None


@rule(
    "COD-016",
    table="XML2",
    reads=("MA_NHOM", "MA_THUOC", "SO_DANG_KY"),
    severity="warning",
    owner="pharmacy",
    source=table(2, CHECKERS),
    sentence="Thuốc {MA_THUOC} chưa có số đăng ký (SO_DANG_KY); chỉ oxy 40.17 và nitric oxid 40.573 không cần.",
)
def chemical_medicine_is_registered(group: str, medicine: str, registration: str | None) -> bool:
    """Oxygen 40.17 and nitric oxide 40.573 need no registration number; other chemical medicines do."""
    return (
        registration is not None
        or group != MEDICINES
        or not medicine.startswith(CHEMICAL)
        or medicine in WITHOUT_REGISTRATION
    )
