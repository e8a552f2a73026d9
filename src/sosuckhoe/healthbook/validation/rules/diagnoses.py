"""Diagnoses (mã bệnh): what goes together."""

from ..rule import rule
from .cited import CHECKERS, DERIVED

INJURY_CHAPTERS = ("S", "T")


@rule(
    "XFD-099",
    table="XML1",
    reads=("MA_BENH_CHINH", "MA_BENH_KT"),
    confidence="medium",
    owner="clinician",
    source=CHECKERS,
    sentence=(
        "Bệnh kèm theo đang ghi {MA_BENH_KT}, còn bệnh chính đang ghi {MA_BENH_CHINH}: bệnh chính phải có, và "
        "không được ghi lại trong bệnh kèm theo."
    ),
)
def other_diseases_need_a_main_one(main: str | None, others: list[str]) -> bool:
    """Secondary codes need a principal code and do not repeat it."""
    return main is not None and main not in others


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
