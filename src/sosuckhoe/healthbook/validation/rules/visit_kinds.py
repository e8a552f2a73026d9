"""Which kind of visit and of patient was chosen (loại hình, đối tượng): what contradicts the choice is worth a look."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from ..policy import Policy
from ..rule import rule
from .benefit import OUTPATIENT, STAYS
from .cited import CHECKERS
from .lists import list_of

MOBILE, TREATED = "11", "02"
LONG_TERM = frozenset({"05", "08"})
AT_HOME = "tại nhà"
REGISTERED_HERE = "1.1"
FIRST_LEVEL = "1.2"
"""Comes after 1.1 in the list and is excepted from it by name."""
SELDOM_ASKED = frozenset({FIRST_LEVEL, "1.6", "1.7", "2"})
"""Donors, newborns and emergencies are entered as such in practice, wherever they are registered: never held against."""


def priorities_on(discharged: date) -> Mapping[str, tuple[int, str]]:
    """Each MA_DOITUONG_KCB with its place in the list and whom it is for. The day of discharge chooses, because the
    category is fixed when the visit ends (QĐ 3276/QĐ-BYT, phụ lục 1)."""
    return _priorities(discharged)


@lru_cache(maxsize=64)
def _priorities(discharged: date) -> Mapping[str, tuple[int, str]]:
    rows = [row for row in list_of("patient_categories").rows if row.valid_on(discharged)]
    twice = {row.code for row in rows if sum(other.code == row.code for other in rows) > 1}
    return {
        row.code: (int(row.more["priority"]), "" if row.code in twice else row.more["applies_to"])
        for row in rows
    }


@rule(
    "BUS-013",
    table="XML1",
    reads=("XML3.TEN_DICH_VU", "MA_LOAI_KCB"),
    severity="warning",
    since=date(2026, 8, 1),
    confidence="low",
    owner="reception",
    source="QĐ 1804/QĐ-BYT 2026, phụ lục 1 (loại hình 11 và 12)",
    sentence="Loại hình ghi {MA_LOAI_KCB} nhưng tên dịch vụ có chữ “tại nhà”; khám tại nhà là loại hình 12.",
)
def mobile_care_is_not_at_home(names: list[str | None], visit_type: str) -> bool:
    """Type 11 (mobile care) is not used for care at home, which is 12; the names of services are all that tells."""
    return visit_type != MOBILE or not any(AT_HOME in (name or "").lower() for name in names)


@rule(
    "BUS-014",
    table="XML1",
    reads=("@policy", "NGAY_RA", "MA_BENH_CHINH", "MA_LOAI_KCB"),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=f"{CHECKERS}; QĐ 1804/QĐ-BYT 2026, phụ lục 1; danh mục bệnh dài ngày do bệnh viện nhập",
    sentence=(
        "Loại hình {MA_LOAI_KCB} không đi với bệnh chính {MA_BENH_CHINH}: bệnh dài ngày dùng 05 hoặc 08, bệnh "
        "khác dùng 02."
    ),
)
def long_term_disease_has_its_visit_type(
    policy: Policy, discharged: date, disease: str, visit_type: str
) -> bool:
    """A principal disease on the long-term list treated as outpatient uses 05 or 08, other outpatient treatment 02."""
    return policy.catalogues is None or fits_long_term_list(policy, discharged, disease, visit_type)


def fits_long_term_list(policy: Policy, discharged: date, disease: str, visit_type: str) -> bool:
    """Whether a visit type for outpatient treatment is the one the list asks for; True without a list.

    A list may name a disease by its three characters; then all its finer codes are meant.
    """
    catalogues = policy.catalogues
    if catalogues is None or not catalogues.has("long_term_diseases"):
        return True
    if visit_type != TREATED and visit_type not in LONG_TERM:
        return True
    code = "".join(letter for letter in disease if letter.isalnum())
    listed = any(catalogues.rows("long_term_diseases", part, discharged) for part in {code, code[:3]})
    return listed is (visit_type in LONG_TERM)


@rule(
    "BUS-015",
    table="XML1",
    reads=("NGAY_RA", "MA_CSKCB", "MA_DKBD", "MA_DOITUONG_KCB"),
    severity="warning",
    since=date(2025, 10, 17),
    confidence="medium",
    owner="reception",
    source="QĐ 3276/QĐ-BYT 2025, phụ lục 1: chọn mã phù hợp đầu tiên từ trên xuống",
    sentence=(
        "Thẻ đăng ký ban đầu tại chính cơ sở này ({MA_DKBD}), thường chọn đối tượng 1.1; đang ghi "
        "{MA_DOITUONG_KCB}."
    ),
)
def first_category_that_fits_is_chosen(
    discharged: date, facility: str, registered: list[str], category: str
) -> bool:
    """The category is the first that fits from the top: who is registered at this very facility is 1.1.

    Asked of referrals, appointments and people who came on their own, which a registration here contradicts.
    """
    return (
        category in SELDOM_ASKED
        or set(registered) != {facility}
        or not is_after_registered_here(discharged, category)
    )


def is_after_registered_here(discharged: date, category: str) -> bool:
    """Whether a category of those who come to the right place or on their own stands below 1.1."""
    known = priorities_on(discharged)
    return category.startswith(("1.", "3.")) and known.get(category, (0, ""))[0] > known[REGISTERED_HERE][0]


@rule(
    "BUS-015",
    table="XML1",
    reads=("NGAY_RA", "MA_LOAI_KCB", "MA_DOITUONG_KCB"),
    severity="warning",
    since=date(2025, 10, 17),
    confidence="medium",
    owner="reception",
    source="QĐ 3276/QĐ-BYT 2025, phụ lục 1: phạm vi áp dụng của từng mã",
    sentence=(
        "Đối tượng {MA_DOITUONG_KCB} không dùng cho loại hình {MA_LOAI_KCB}; trong danh mục, mã này chỉ dành "
        "cho ngoại trú hoặc chỉ cho nội trú."
    ),
)
def category_is_for_such_a_visit(discharged: date, visit_type: str, category: str) -> bool:
    """A category only for outpatients is not given to a stay, nor one only for inpatients to an outpatient.

    Of 1.14 and 1.15 BUS-016 speaks.
    """
    return category in ("1.14", "1.15") or not (
        (visit_type in STAYS and meant_for(discharged, category) == "outpatient")
        or (visit_type in OUTPATIENT and meant_for(discharged, category) == "inpatient")
    )


def meant_for(discharged: date, category: str) -> str:
    """``inpatient``, ``outpatient`` or whatever else the list says of a category; empty where it says both."""
    return priorities_on(discharged).get(category, (0, ""))[1]
