"""Disease codes (mã bệnh ICD-10) against the list of TT 06/2026/TT-BYT: the whole one where the hospital loaded it.

We hold a part of the list ourselves: a code that is not in it says nothing, the flags of a code that is in it do.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from ...standard import Code
from ..catalogues import compact
from ..policy import Policy
from ..rule import rule
from .cited import CHECKERS
from .lists import list_of
from .stay import NOT_INSURED

LIST_IN_USE = date(2026, 7, 1)
"""First day of discharge judged by TT 06/2026, also for stays begun before."""
CIRCULAR = "TT 06/2026/TT-BYT, danh mục ICD-10, {}"
SEXES = {"F": "2", "M": "1"}
"""From the list's columns 28 and 29 to GIOI_TINH."""
VAGUE = ("Z00", "R53")
OF_THE_HEALTHY = frozenset({"15", "16"})
"""MA_LOAI_KCB of health checks and screenings (QĐ 1804/QĐ-BYT)."""
REPLACED = {"Q8711": "Q87.1"}
"""Codes that the list gave up, and what stands for them."""
_TRADITIONAL = re.compile(r"U[0-9]{2}\.?[0-9]{3}")
"""Codes of traditional medicine have three figures after the dot, where ICD-10 has two at most."""
_FORM = re.compile(r"[A-Z][0-9]{2}(?:[./]?[0-9]{1,2})?[†*+]?")


@lru_cache(maxsize=64)
def icd10_on(discharged: date) -> Mapping[str, Code]:
    """The codes by their compact form. The day of discharge (NGAY_RA) chooses (TT 06/2026/TT-BYT)."""
    return {compact(code): facts for code, facts in list_of("icd10").on(discharged).items()}


LOADED_FLAGS = {
    "KHONG_LA_BENH_CHINH": ("main_diagnosis", "no"),
    "KHONG_KHUYEN_KHICH": ("main_diagnosis", "discouraged"),
    "KHONG_SU_DUNG": ("usable", "no-more-specific-code"),
    "CHI_TU_VONG": ("usable", "cause-of-death-only"),
    "NU": ("sex", "F"),
    "NAM": ("sex", "M"),
}
"""Columns 24 to 29 of a loaded list, and what they are called in the part we hold."""
UNFLAGGED = {"main_diagnosis": "yes", "usable": "yes", "sex": ""}


def flag(policy: Policy, code: str, discharged: date, column: str) -> str:
    """A flag of a code: by the loaded list of the day of discharge, else by the part we hold; empty for an unknown code."""
    loaded = policy.catalogues.rows("icd10", compact(code), discharged) if policy.catalogues else None
    if loaded is None:
        found = icd10_on(discharged).get(compact(code))
        return found.more[column] if found else ""
    said = [
        word
        for entry in loaded
        for name, (about, word) in LOADED_FLAGS.items()
        if about == column and entry.values.get(name)
    ]
    return said[0] if said else UNFLAGGED[column] if loaded else ""


@rule(
    "COD-007",
    table="XML1",
    reads=("MA_BENH_CHINH",),
    owner="clinician",
    source=CHECKERS,
    sentence="Mã bệnh chính {MA_BENH_CHINH} không giống mã ICD-10 (một chữ hoa rồi hai đến bốn chữ số, như J02.9).",
)
def main_disease_looks_like_icd10(code: str) -> bool:
    """The principal disease has the form of an ICD-10 code."""
    return _FORM.fullmatch(code) is not None


@rule(
    "COD-007",
    table="XML1",
    reads=("MA_BENH_KT",),
    owner="clinician",
    source=CHECKERS,
    sentence="Mã bệnh kèm theo {@wrong} không giống mã ICD-10 (một chữ hoa rồi hai đến bốn chữ số, như J02.9).",
)
@rule(
    "COD-007",
    table="XML3",
    reads=("MA_BENH",),
    owner="clinician",
    source=CHECKERS,
    sentence="Mã bệnh của chỉ định {@wrong} không giống mã ICD-10 (một chữ hoa rồi hai đến bốn chữ số, như J02.9).",
)
def diseases_look_like_icd10(codes: list[str]) -> list[str]:
    """Further diseases have the form of ICD-10 codes."""
    return [code for code in codes if not _FORM.fullmatch(code)]


@rule(
    "COD-007",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_BENH_CHINH", "MA_BENH_KT"),
    at="XML1.MA_BENH_CHINH",
    since=LIST_IN_USE,
    owner="clinician",
    source=CIRCULAR.format("danh mục bệnh viện đã nhập"),
    sentence="Mã bệnh {@wrong} không có trong danh mục ICD-10 của ngày ra viện.",
)
def diseases_are_in_the_loaded_list(
    policy: Policy, discharged: date, main: str, codes: list[str] | None
) -> list[str]:
    """ICD-10 codes exist in the list in force, where the hospital loaded it whole."""
    return unknown_diseases(policy, discharged, [main, *(codes or ())])


@rule(
    "COD-007",
    table="XML3",
    reads=("@policy", "XML1.NGAY_RA", "MA_BENH"),
    since=LIST_IN_USE,
    owner="clinician",
    source=CIRCULAR.format("danh mục bệnh viện đã nhập"),
    sentence="Mã bệnh của chỉ định {@wrong} không có trong danh mục ICD-10 của ngày ra viện.",
)
def diseases_of_orders_are_in_the_loaded_list(
    policy: Policy, discharged: date, codes: list[str]
) -> list[str]:
    """ICD-10 codes of orders exist in the list in force, where the hospital loaded it whole."""
    return unknown_diseases(policy, discharged, codes)


def unknown_diseases(policy: Policy, discharged: date, codes: list[str]) -> list[str]:
    """Codes that look like ICD-10 but are not in the loaded list; those of COD-007's form and BUS-034 are told there."""
    catalogues = policy.catalogues
    if catalogues is None or not catalogues.has("icd10"):
        return []
    return [
        code
        for code in codes
        if _FORM.fullmatch(code)
        and compact(code) not in REPLACED
        and not catalogues.know("icd10", compact(code), discharged)
    ]


@rule(
    "COD-008",
    table="XML1",
    reads=("MA_BENH_YHCT", "MA_BENH_CHINH"),
    owner="clinician",
    source=CHECKERS,
    sentence=(
        "Mã bệnh chính {MA_BENH_CHINH} là mã y học cổ truyền; bệnh chính cần mã ICD-10, mã này ghi ở ô Mã "
        "bệnh y học cổ truyền (MA_BENH_YHCT)."
    ),
)
def main_disease_is_not_traditional(traditional: list[str] | None, code: str) -> bool:
    """A traditional-medicine code, which stands in chapter U, is not the principal ICD-10 code."""
    return _TRADITIONAL.fullmatch(code) is None and (
        not code.startswith("U") or code not in (traditional or ())
    )


@rule(
    "BUS-028",
    table="XML1",
    reads=("MA_LOAI_KCB", "MA_DOITUONG_KCB", "MA_BENH_CHINH"),
    confidence="low",
    owner="clinician",
    source=CHECKERS,
    sentence="Mã bệnh chính {MA_BENH_CHINH} còn chung chung; nếu đã rõ bệnh thì nên ghi mã cụ thể.",
)
def main_disease_is_specific(visit_type: str | None, category: str | None, code: str) -> bool:
    """Vague principal codes such as Z00 or R53 are flagged, but for the healthy who are examined, and for own money."""
    return not compact(code).startswith(VAGUE) or visit_type in OF_THE_HEALTHY or category == NOT_INSURED


@rule(
    "BUS-029",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_BENH_CHINH"),
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("cột 24"),
    sentence="Mã {MA_BENH_CHINH} không được dùng làm bệnh chính; bệnh chính là bệnh gốc, mã này ghi ở bệnh kèm theo.",
)
def main_disease_may_be_main(policy: Policy, discharged: date, code: str) -> bool:
    """Codes marked not for principal diagnosis (column 24) are refused as MA_BENH_CHINH."""
    return not code.endswith("*") and (
        flag(policy, code, discharged, "main_diagnosis") != "no"
        or flag(policy, code, discharged, "usable") != "yes"
    )


@rule(
    "BUS-030",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_BENH_CHINH"),
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("cột 26"),
    sentence="Mã bệnh chính {MA_BENH_CHINH} quá chung nên không được dùng; cần mã chi tiết hơn trong cùng nhóm.",
)
def main_disease_is_most_specific(policy: Policy, discharged: date, code: str) -> bool:
    """A principal code with a more specific child (column 26) is refused."""
    return flag(policy, code, discharged, "usable") != "no-more-specific-code"


@rule(
    "BUS-030",
    table="XML3",
    reads=("@policy", "XML1.NGAY_RA", "MA_BENH"),
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("cột 26"),
    sentence="Mã bệnh của chỉ định {@wrong} quá chung nên không được dùng; cần mã chi tiết hơn trong cùng nhóm.",
)
@rule(
    "BUS-030",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_BENH_KT"),
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("cột 26"),
    sentence="Mã bệnh kèm theo {@wrong} quá chung nên không được dùng; cần mã chi tiết hơn trong cùng nhóm.",
)
def diseases_are_most_specific(policy: Policy, discharged: date, codes: list[str]) -> list[str]:
    """Further codes, and those of orders, with a more specific child (column 26) are refused."""
    return [code for code in codes if flag(policy, code, discharged, "usable") == "no-more-specific-code"]


@rule(
    "BUS-031",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_BENH_CHINH"),
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("cột 27"),
    sentence="Mã bệnh chính {MA_BENH_CHINH} chỉ dùng cho nguyên nhân tử vong, không dùng làm chẩn đoán.",
)
def main_disease_is_not_a_cause_of_death(policy: Policy, discharged: date, code: str) -> bool:
    """A code for causes of death only (column 27) is refused as the principal code."""
    return flag(policy, code, discharged, "usable") != "cause-of-death-only"


@rule(
    "BUS-031",
    table="XML3",
    reads=("@policy", "XML1.NGAY_RA", "MA_BENH"),
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("cột 27"),
    sentence="Mã bệnh của chỉ định {@wrong} chỉ dùng cho nguyên nhân tử vong, không dùng làm chẩn đoán.",
)
@rule(
    "BUS-031",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_BENH_KT"),
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("cột 27"),
    sentence="Mã bệnh kèm theo {@wrong} chỉ dùng cho nguyên nhân tử vong, không dùng làm chẩn đoán.",
)
def diseases_are_not_causes_of_death(policy: Policy, discharged: date, codes: list[str]) -> list[str]:
    """Codes for causes of death only (column 27) are refused among further diseases and of orders."""
    return [code for code in codes if flag(policy, code, discharged, "usable") == "cause-of-death-only"]


@rule(
    "BUS-032",
    table="XML1",
    reads=("@policy", "NGAY_RA", "GIOI_TINH", "MA_BENH_CHINH", "MA_BENH_KT"),
    at="GIOI_TINH",
    severity="warning",
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("cột 28, 29"),
    sentence=(
        "Mã bệnh {@wrong} thường không dùng cho giới tính đang ghi ({GIOI_TINH}); xin kiểm tra mã bệnh và "
        "giới tính."
    ),
)
def diseases_fit_the_sex(
    policy: Policy, discharged: date, sex: str, main: str, codes: list[str] | None
) -> list[str]:
    """Codes restricted to women (column 28) or men (column 29) fit GIOI_TINH."""
    return [
        code
        for code in (main, *(codes or ()))
        if sex != "3" and SEXES.get(flag(policy, code, discharged, "sex"), sex) != sex
    ]


@rule(
    "BUS-033",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_BENH_CHINH"),
    severity="warning",
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("cột 25"),
    sentence="Mã {MA_BENH_CHINH} không nên dùng làm bệnh chính; xin kiểm tra.",
)
def main_disease_is_encouraged(policy: Policy, discharged: date, code: str) -> bool:
    """Codes not encouraged as principal diagnosis (column 25) raise a warning."""
    return flag(policy, code, discharged, "main_diagnosis") != "discouraged"


@rule(
    "BUS-034",
    table="XML1",
    reads=("MA_BENH_CHINH", "MA_BENH_KT"),
    at="MA_BENH_CHINH",
    since=LIST_IN_USE,
    confidence="medium",
    owner="clinician",
    source=CIRCULAR.format("áp dụng theo ngày ra viện"),
    sentence="Mã bệnh {@wrong} không còn trong danh mục ICD-10 của ngày ra viện; cần mã thay thế.",
)
def diseases_are_of_the_list_in_force(main: str, codes: list[str] | None) -> list[str]:
    """The ICD-10 list of Circular 06/2026 applies by NGAY_RA, also for stays begun before."""
    return [code for code in (main, *(codes or ())) if compact(code) in REPLACED]
