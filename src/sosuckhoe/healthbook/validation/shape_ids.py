"""Ids, owners and exceptions of the shape checks, as data.

Where the published rule lists name a check, its id is used (FMT-…, COD-…). Our own ids:

=========  =============================================================
SHP-001    a mandatory value is missing
SHP-002    a whole number is not one
SHP-003    a code has blanks at its ends or hidden characters, or is not in a list that no published rule names
SHP-004    a word like NULL stands where there is no value
SHP-005    more faults than are told: the rest is not listed
=========  =============================================================
"""

from datetime import date

from .fault import Owner

MISSING = {
    "MA_LK": "FMT-010",
    "XML1.MA_NGHE_NGHIEP": "FMT-018",
    "XML1.MATINH_CU_TRU": "FMT-019",
    "XML1.MAXA_CU_TRU": "FMT-019",
}
"""The id for a missing value, by path or field; SHP-001 otherwise."""

FORM = {
    "XML1.GT_THE_TU": "FMT-024",
    "XML1.GT_THE_DEN": "FMT-024",
    "XML1.NGAY_MIEN_CCT": "FMT-025",
    "XML1.CAN_NANG_CON": "FMT-033",
    "XML9.CAN_NANG_CON": "FMT-075",
    "XML1.NGAY_TAI_KHAM": "FMT-034",
    "XML1.NAM_QT": "FMT-035",
    "XML1.THANG_QT": "FMT-035",
    "XML14.NGAY_HEN_KL": "FMT-081",
    "STT": "FMT-009",
    "TYLE_TT_BH": "FMT-043",
    "TYLE_TT_DV": "FMT-044",
    "TUOI_THAI": "FMT-069",
}
"""The id for a malformed date or number, by path or field."""

FORM_OF_KIND = {("MUC_HUONG", "integer"): "FMT-046"}
"""The same where it depends on what a decision made of the field: MUC_HUONG was a whole number until QĐ 1931."""

CODE_LIST = {
    "sex": "FMT-015",
    "XML9.GIOI_TINH_CON": "FMT-076",
    "ethnic_groups": "COD-028",
    "provinces": "COD-001",
    "patient_categories": "COD-004",
    "visit_types": "COD-005",
    "cost_groups": "COD-012",
    "living_areas": "FMT-030",
    "treatment_results": "FMT-036",
    "discharge_types": "FMT-037",
    "payment_scopes": "FMT-039",
    "payment_methods": "FMT-040",
    "funding_sources": "FMT-041",
    "anaesthesia_methods": "FMT-062",
    "pregnancy_terminations": "FMT-070",
    "transfer_reasons": "FMT-079",
}
"""The id for a code that is not in its list, by path or list."""

TOO_LONG = {
    "XML0.MA_THE_BHYT": "FMT-021",
    "XML1.MA_BENH_CHINH": "FMT-026",
    "XML1.MA_CSKCB": "FMT-029",
    "XML2.DUONG_DUNG": "FMT-052",
    "XML2.MA_CSKCB_THUOC": "FMT-051",
}
"""The id for a value that is too long, by path; FMT-001 otherwise."""

CODE_FORM = {
    "XML1.MA_DANTOC": (2, "FMT-017"),
    "XML1.MA_LOAI_KCB": (2, "FMT-028"),
}
"""How many digits a listed code has, and the id when it has not, by path."""

OF_SHAPE = frozenset(
    {"FMT-001", "FMT-002", "FMT-003", "FMT-004", "FMT-005", "FMT-006", "FMT-007", "FMT-009", "FMT-013"}
    | {"SHP-001", "SHP-002", "SHP-003", "SHP-004"}
    | {*MISSING.values(), *FORM.values(), *CODE_LIST.values(), *TOO_LONG.values()}
    | {id for _, id in CODE_FORM.values()}
)
"""Every id the shape checks report under; some belong to a rule as well, which says what shape cannot."""

DOUBTFUL_LENGTH: dict[str, int] = {
    "XML0.SO_CCCD": 50,  # 3176 lifted the limit in XML1; whether here too is not known
    "XML6.SO_CCCD": 50,
    "XML15.SO_CCCD": 50,
    "XML1.NHOM_MAU": 10,  # the gateway sheet allows 10
    "XML1.MA_DOITUONG_KCB": 5,  # the gateway sheet allows 5
    "XML1.MA_TAI_NAN": 2,  # the gateway sheet allows 2
    "XML2.TT_THAU": 255,  # two 3176 models
    "XML3.NGUOI_THUC_HIEN": 1024,  # two 3176 models
    "XML3.GOI_VTYT": 4,  # the gateway sheet: G1 to G999
    "XML3.MA_BENH_YHCT": 255,  # 255 before 3176
    "XML7.SO_NGAY_NGHI": 3,  # one 3176 model
    "XML7.MA_CHA": 12,  # personal numbers of 12 digits are met in place of social-insurance numbers
    "XML7.MA_ME": 12,
    "XML9.MA_BHXH_NND": 12,
    "XML11.MA_BHXH": 12,
}
"""Up to this length a value that is too long gives a warning only: sources differ."""

DOUBTFUL_PRESENCE = frozenset(
    {
        "XML1.CAN_NANG",  # real files differ
        "XML1.MA_NGHE_NGHIEP",
        "XML1.MA_HSBA",
        "XML1.LY_DO_VV",
        "XML1.CHAN_DOAN_VAO",
        "XML1.NAM_QT",  # a record sent before payment may not know its settlement month
        "XML1.THANG_QT",
        "XML1.MAXA_CU_TRU",  # codes changed on 01/07/2025 and foreigners have none
        "XML2.HAM_LUONG",
        "XML2.DUONG_DUNG",
        "XML2.LIEU_DUNG",
        "XML5.DIEN_BIEN_LS",  # a consultation or an operation may stand alone (XFD-067)
        "XML6.NGAY_CHUYEN_PHAC_DO",  # asked of everyone, although not every patient switched
        "XML6.LY_DO_CHUYEN_PHAC_DO",
        "XML9.MA_THE_TAM",
        "XML9.MA_QUOCTICH",
        "XML9.SO_CCCD_NND",
        "XML9.NGAYCAP_CCCD_NND",
        "XML9.NOICAP_CCCD_NND",
        "XML10.DON_VI",
        "XML11.DON_VI",
        "XML11.SO_KCB",
        "XML13.MA_LYDO_CT",
    }
)
"""Mandatory on paper, but real files lack them or sources disagree: a warning. Fields of which it is not
certain that they must be filled (``need_confidence``) are treated so as well."""

ONLY_WHEN_INSURED = frozenset(
    {f"XML1.{name}" for name in ("T_TONGCHI_BH", "T_BNCCT", "T_BHTT", "T_NGUONKHAC", "T_BHTT_GDV")}
    | {"XML1.NAM_QT", "XML1.THANG_QT", "XML2.NGUON_CTRA", "XML3.DON_GIA_BH"}
    | {
        f"{table}.{name}"
        for table in ("XML2", "XML3")
        for name in ("PHAM_VI", "TYLE_TT_BH", "THANH_TIEN_BH", "MUC_HUONG", "T_BNCCT", "T_BHTT", "MA_PTTT")
    }
    | {
        f"{table}.T_NGUONKHAC{part}"
        for table in ("XML2", "XML3")
        for part in ("", "_NSNN", "_VTNN", "_VTTN", "_CL")
    }
)
"""Settlement with the insurance fund: not asked of a visit without insurance (MA_DOITUONG_KCB 9)."""

MAY_HAVE_GAPS = frozenset({"XML1.GT_THE_DEN", "XML13.GT_THE_DEN", "XML14.GT_THE_DEN"})
"""Cards of army and police may lack a last day, so their place in the list stays empty; of other cards FMT-024 asks one."""


def in_transition(codes: str, day: date) -> bool:
    """Whether two lists were about: an unknown code is then a warning.

    QĐ 3276/2025 may be used from 01/07/2025 and must be from 01/01/2026; QĐ 1804/2026 was signed on 19/06/2026 and must
    be applied by 01/08/2026, so a facility may have switched earlier.
    """
    if codes == "patient_categories":
        return day < date(2026, 1, 1)
    return codes == "visit_types" and date(2026, 6, 19) <= day < date(2026, 8, 1)


def lingers(codes: str, day: date) -> bool:
    """Whether codes of another day were about as well: such a code is then a warning.

    QĐ 4750/2023 was signed on 29/12/2023 and official from 01/07/2024, so a facility may have switched earlier.
    Provinces merged on 01/07/2025; patients' addresses followed in the months after, and as no text gives a day, the
    rest of that year is let through.
    """
    if codes == "provinces":
        return date(2025, 7, 1) <= day < date(2026, 1, 1)
    return codes == "treatment_results" and date(2023, 12, 29) <= day < date(2024, 7, 1)


_MONEY = (
    "T_",
    "THANH_TIEN",
    "DON_GIA",
    "TYLE_TT",
    "MUC_HUONG",
    "MA_PTTT",
    "NAM_QT",
    "THANG_QT",
    "NGAY_TTOAN",
)
_CLINICAL = (
    "CHAN_DOAN", "MA_BENH", "MA_PTTT_QT", "PP_DIEU", "KET_QUA", "MA_LOAI_RV", "LY_DO", "GHI_CHU", "MA_TAI_NAN",
    "CAN_NANG", "NGAY_TAI_KHAM", "MA_LOAI_KCB", "NGAY_RA", "NGAY_VAO_NOI_TRU", "SO_NGAY_DTRI", "NHOM_MAU",
    "MA_NOI_DEN",
)  # fmt: skip
_BY_TABLE: dict[str, Owner] = {
    "XML0": "reception",
    "XML1": "reception",
    "XML2": "pharmacy",
    "XML3": "clinician",
    "XML4": "laboratory",
    "XML5": "clinician",
    "XML6": "clinician",
    "XML15": "clinician",
}


def owner_of(table: str, *names: str) -> Owner:
    """Who can mend a field: the desk where it is filled in. ``names``: all official names it ever had."""
    if not {"MA_LK", "STT", "DU_PHONG", "MA_CSKCB"}.isdisjoint(names):
        return "it"
    if table == "XML3" and not {"MA_NHOM", "PHAM_VI"}.isdisjoint(names):
        return "cashier"
    if table in ("XML1", "XML2", "XML3"):
        if any(name.startswith(_CLINICAL) for name in names):
            return "clinician"
        if any(name.startswith(_MONEY) for name in names):
            return "cashier"
    return _BY_TABLE.get(table, "records")
