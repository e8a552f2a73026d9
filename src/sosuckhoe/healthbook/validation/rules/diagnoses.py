"""Diagnoses (mã bệnh): what goes together."""

from ..rule import rule
from .cited import CHECKERS, DERIVED

INJURY_CHAPTERS = ("S", "T")


@rule(
    "XFD-099",
    table="XML1",
    reads=("MA_BENH_CHINH", "MA_BENH_KT"),
    at="XML1.MA_BENH_CHINH",
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Có bệnh kèm theo {MA_BENH_KT} nhưng chưa có bệnh chính (MA_BENH_CHINH).",
)
def other_diseases_need_a_main_one(main: str | None, others: list[str]) -> bool:
    """Secondary codes need a principal code."""
    return main is not None


@rule(
    "XFD-099",
    table="XML1",
    reads=("MA_BENH_CHINH", "MA_BENH_KT"),
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence="Bệnh chính {MA_BENH_CHINH} được ghi lại một lần nữa trong bệnh kèm theo ({MA_BENH_KT}).",
)
def other_diseases_are_other_ones(main: str, others: list[str]) -> bool:
    """Secondary codes do not repeat the principal one."""
    return main not in others


@rule(
    "XFD-100",
    table="XML1",
    reads=("MA_BENH_CHINH", "MA_TAI_NAN"),
    confidence="low",
    owner="clinician",
    source=DERIVED,
    sentence="Bệnh chính {MA_BENH_CHINH} thuộc nhóm chấn thương nhưng chưa có mã tai nạn (MA_TAI_NAN).",
)
def injury_names_its_cause(main: str, cause: str | None) -> bool:
    """An injury diagnosis should carry MA_TAI_NAN."""
    return cause is not None or not main.startswith(INJURY_CHAPTERS)
