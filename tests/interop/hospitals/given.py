"""Faults that show only with something given beside the file: a choice of the hospital, what its ledger knows, more lists.

Written, as the others, from the published rules alone. ``PERMITTED``: the published rules that nothing in a file can break.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sosuckhoe.healthbook.validation import Policy
from sosuckhoe.healthbook.validation.catalogues import Catalogues

from .chart import Chart
from .planted import Change, Planted, line
from .visits import VISITS

NOTHING = Policy()


def lists(**rows: list[dict[str, str]]) -> Policy:
    return Policy(catalogues=Catalogues.of(rows))


@dataclass(frozen=True)
class Given(Planted):
    """``policy``: what is given; without it nothing may be said."""

    policy: Policy = NOTHING


def unchanged(chart: Chart) -> None:
    """The file is right; only what is given makes something of it."""


def told_of_the_arrival(**values: str) -> Callable[[Chart], None]:
    """The check-in of the visit beside its record, which is all that shows whether the two agree."""

    def change(chart: Chart) -> None:
        check_in = VISITS["check_in"][0](chart.decision).tables["XML0"][0]
        one = chart.tables["XML1"][0]
        same = {name: one[name] for name in check_in if name in one and name != "STT"}
        chart.tables = {"XML0": [check_in | same | values], **chart.tables}

    return change


G = Given
SALARY = Policy(base_salaries=((date(2023, 7, 1), Decimal(1800000)), (date(2024, 7, 1), Decimal(2340000))))
STAYS_ONLY = Policy(summary_for_every_visit=False)
NOBODY_CHECKED_IN = Policy(check_ins={})
GIVEN = [
    G("BUS-014", "monthly_medicines", {"XML1.MA_LOAI_KCB": "02"}, policy=lists(long_term_diseases=[{"MA_BENH": "I10"}])),
    G("BUS-014", "outpatient_course", unchanged, at="XML1.MA_LOAI_KCB",
      policy=lists(long_term_diseases=[{"MA_BENH": "M75"}])),
    G("BUS-019", "inpatient", unchanged, at="XML1.NGAY_VAO", policy=NOBODY_CHECKED_IN),
    G("BUS-019", "outpatient", unchanged, at="XML1.NGAY_VAO", policy=NOBODY_CHECKED_IN),
    G("BUS-025", "outpatient", unchanged, at="XML3#3.NGAY_KQ",
      policy=lists(shortest_times=[{"MA_DICH_VU": "18.0119.0028", "SO_PHUT": "36"}])),
    G("BUS-033", "outpatient", unchanged, at="XML1.MA_BENH_CHINH", since="2026-07-01",
      policy=lists(icd10=[{"MA_BENH": "J20.9", "KHONG_KHUYEN_KHICH": "1"}, {"MA_BENH": "I10"}, {"MA_BENH": "E11.9"}])),
    G("BUS-035", "outpatient_self_pay", unchanged, at="XML8", also=("FMT-083",), policy=STAYS_ONLY),
    G("FMT-083", "outpatient_self_pay", unchanged, at="XML8.MA_LOAI_KCB", also=("BUS-035",), policy=STAYS_ONLY),
    G("XFD-027", "outpatient_cheap", line(1, level="80"), at="XML1.T_BNCCT", policy=SALARY),
    G("XFD-060", "outpatient", unchanged, at="XML3#3.MA_BENH_YHCT",
      policy=lists(traditional_services=[{"MA_DICH_VU": "18.0119.0028"}])),
]  # fmt: skip

PLAIN = [
    Planted(
        "BUS-013",
        "outpatient",
        {"XML1.MA_LOAI_KCB": "11", "XML3#1.TEN_DICH_VU": "Khám bệnh tại nhà"},
        since="2026-08-01",
    ),
    Planted("BUS-015", "outpatient", {"XML1.MA_DOITUONG_KCB": "1.3"}, since="2025-10-17"),
    Planted("BUS-015", "inpatient", {"XML1.MA_DOITUONG_KCB": "3.1"}, since="2025-10-17", also=("XTB-044",)),
    Planted("BUS-033", "outpatient", {"XML1.MA_BENH_CHINH": "I69.4"}, since="2026-07-01"),
    Planted("BUS-034", "outpatient", {"XML1.MA_BENH_CHINH": "Q87.11"}, since="2026-07-01"),
    Planted("BUS-034", "inpatient", {"XML1.MA_BENH_CHINH": "Q87.11"}, since="2026-07-01"),
    Planted("XFD-062", "operations", line(3, share="100"), at="XML3#3.TYLE_TT_DV"),
    Planted("XFD-062", "operations", line(3, share="80"), at="XML3#3.TYLE_TT_DV"),
    Planted("XFD-068", "inpatient", {"XML5#2.THOI_DIEM_DBLS": "202701010800"}, also=("XTB-017",), alone=True),
    Planted(
        "XTB-042",
        "outpatient",
        told_of_the_arrival(NGAY_VAO="202609150731"),
        at="XML0#1.NGAY_VAO",
        also=("STR-006",),
    ),
    Planted(
        "XTB-042", "outpatient", told_of_the_arrival(MA_LK="LK-KHAC"), at="XML0#1.MA_LK", also=("STR-006",)
    ),
]

PERMITTED: dict[str, tuple[str, str, Change, str]] = {
    "FMT-020": ("outpatient", "1931", {"XML1.MAHUYEN_CU_TRU": ""}, "it says what need not be written any more"),
    "COD-017": (
        "outpatient", "1931", {"XML2#1.SO_DANG_KY": "GP-79/2026/0001-NK"}, "how such a number is written is not public",
    ),
    "BUS-020": ("not_paid_yet", "1931", {"XML1.NGAY_TTOAN": ""}, "whether somebody has paid is not in the file"),
    "BUS-026": (
        "inpatient", "1931", {"XML2#3.NGAY_YL": "202609131600", "XML2#3.NGAY_TH_YL": "202609140815"}, "it allows an earlier day",
    ),
}  # fmt: skip
"""Rules that give a permission: (a visit, its decision, the permission used, why it cannot be broken)."""
