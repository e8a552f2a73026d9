"""What papers repeat of table 1 (bảng tổng hợp): administrative fields, copied again from where they come."""

from collections.abc import Iterable

from ..rules.repeated import plain
from .fix import Case, Change

COPIED = frozenset(
    {"HO_TEN", "NGAY_SINH", "GIOI_TINH", "SO_CCCD", "MA_THE_BHYT", "GT_THE_DEN", "DIA_CHI", "MATINH_CU_TRU", "MAXA_CU_TRU",
     "MA_CSKCB", "MA_BN", "NGAY_VAO", "NGAY_RA", "MA_DOITUONG_KCB", "MA_LOAI_KCB"}
)  # fmt: skip
"""Administrative fields. Diagnoses, results and kinds of discharge are a doctor's: they have no fix."""
OF_TABLE_1 = {"XML7.MA_YTE": "XML1.MA_BN"}
"""Where the copy has another name than its source."""
WHO = ("HO_TEN", "NGAY_SINH", "GIOI_TINH", "SO_CCCD", "MA_THE_BHYT", "MA_BN")
"""Says who the patient is. Where more than one of them differs the paper may be somebody else's."""


def copied(case: Case) -> Iterable[Change]:
    """The value of table 1, where nothing is wrong with that and the paper is not another person's."""
    if case.table_name == "XML1":
        return []
    known = f"{case.table_name}.{case.known_name}"
    source = OF_TABLE_1.get(known, f"XML1.{case.known_name}")
    if known not in OF_TABLE_1 and case.known_name not in COPIED:
        return []
    if not case.value(source) or not case.is_faultless(source) or _strangers(case) > 1:
        return []
    return case.here(case.value(source))


def _strangers(case: Case) -> int:
    """How many fields of the paper name somebody else than table 1 does."""
    count = 0
    for name in WHO:
        ours, theirs = case.value(f"XML1.{name}"), case.value(f"{case.table_name}.{name}", case.place)
        count += bool(ours and theirs and plain(ours) != plain(theirs))
    return count


def discharge_day(case: Case) -> Iterable[Change]:
    """The day of the discharge paper is the day of discharge it states (NGAY_RA), where that is faultless."""
    discharged = case.value(f"{case.table_name}.NGAY_RA", case.place)
    faultless = case.is_faultless(f"{case.table_name}.NGAY_RA") and case.is_faultless("XML1.NGAY_RA")
    same = discharged[:8] == case.value("XML1.NGAY_RA")[:8]
    return case.here(discharged[:8]) if faultless and same and len(discharged) >= 8 else []
