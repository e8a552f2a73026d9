"""The birth certificate (giấy chứng sinh, XML9): weights, counts, and the note that repeats the two flags."""

import re
from unicodedata import normalize

from ..rule import rule
from .cited import CHECKERS, table

_OPERATION = re.compile(r"phẫu thuật|\bmổ\b")
_PRETERM = re.compile(r"\btuần\b|\bnon\b")
_BOTH = "phẫu thuật, sinh con dưới 32 tuần tuổi"
_OPERATION_ONLY = ("sinh con phải phẫu thuật", _BOTH)
_WEEKS_ONLY = ("sinh con dưới 32 tuần tuổi", _BOTH)


def flag_is_zero_or_one(code: str) -> bool:
    """A flag is 0 or 1."""
    return code in ("0", "1")


for _name, _label in (
    ("SINHCON_PHAUTHUAT", "Sinh con phải phẫu thuật"),
    ("SINHCON_DUOI32TUAN", "Sinh con dưới 32 tuần"),
):
    rule(
        "FMT-074",
        table="XML9",
        reads=(_name,),
        owner="records",
        source=table(9, CHECKERS),
        sentence=f"{_label} đang ghi {{{_name}}}; cần ghi 1 (có) hoặc 0 (không).",
    )(flag_is_zero_or_one)


@rule(
    "FMT-075",
    table="XML9",
    reads=("CAN_NANG_CON",),
    owner="clinician",
    source=table(9, CHECKERS),
    sentence="Cân nặng con đang ghi {CAN_NANG_CON}; cần một số gam lớn hơn 0.",
)
def child_has_a_weight(grams: int) -> bool:
    """Child weight is an integer number of grams above 0."""
    return grams > 0


@rule(
    "XFD-083",
    table="XML9",
    reads=("SINHCON_PHAUTHUAT", "SINHCON_DUOI32TUAN", "GHI_CHU"),
    owner="clinician",
    source=table(9, CHECKERS),
    sentence="Giấy chứng sinh ghi sinh con phải phẫu thuật hoặc dưới 32 tuần, nhưng chưa có ghi chú (GHI_CHU).",
)
def special_birth_has_its_note(surgical: str, preterm: str, note: str | None) -> bool:
    """GHI_CHU is filled for a surgical or preterm birth."""
    return note is not None or "1" not in (surgical, preterm)


@rule(
    "XFD-083",
    table="XML9",
    reads=("SINHCON_PHAUTHUAT", "GHI_CHU"),
    owner="clinician",
    source=table(9, CHECKERS),
    sentence="Giấy chứng sinh ghi sinh con phải phẫu thuật, nhưng ghi chú (GHI_CHU) là {GHI_CHU}, không nói đến phẫu thuật.",
)
def note_tells_the_operation(surgical: str, note: str) -> bool:
    """The note of a surgical birth says so: “Sinh con phải phẫu thuật”, or in words of its own."""
    return surgical != "1" or _OPERATION.search(normalize("NFC", note).casefold()) is not None


@rule(
    "XFD-083",
    table="XML9",
    reads=("SINHCON_DUOI32TUAN", "GHI_CHU"),
    owner="clinician",
    source=table(9, CHECKERS),
    sentence="Giấy chứng sinh ghi sinh con dưới 32 tuần, nhưng ghi chú (GHI_CHU) là {GHI_CHU}, không nói đến tuần tuổi.",
)
def note_tells_the_weeks(preterm: str, note: str) -> bool:
    """The note of a preterm birth says so: “Sinh con dưới 32 tuần tuổi”, or in words of its own."""
    return preterm != "1" or _PRETERM.search(normalize("NFC", note).casefold()) is not None


@rule(
    "XFD-083",
    table="XML9",
    reads=("SINHCON_PHAUTHUAT", "SINHCON_DUOI32TUAN", "GHI_CHU"),
    severity="warning",
    owner="clinician",
    source=table(9, CHECKERS),
    sentence=(
        "Ghi chú {GHI_CHU} trên giấy chứng sinh không theo lời quy định: “Sinh con phải phẫu thuật”, “Sinh con dưới 32 tuần "
        "tuổi” hoặc “Phẫu thuật, sinh con dưới 32 tuần tuổi”."
    ),
)
def note_has_the_prescribed_words(surgical: str, preterm: str, note: str) -> bool:
    """GHI_CHU carries the prescribed phrase, and more may stand around it; who says it otherwise is told here.

    A note that says nothing of it is an error of its own.
    """
    text = normalize("NFC", note).casefold()
    said_otherwise = surgical == "1" and "phẫu thuật" not in text and _OPERATION.search(text)
    said_otherwise = said_otherwise or (
        preterm == "1" and "dưới 32 tuần" not in text and _PRETERM.search(text)
    )
    return not said_otherwise


@rule(
    "XFD-083",
    table="XML9",
    reads=("SINHCON_PHAUTHUAT", "SINHCON_DUOI32TUAN", "GHI_CHU"),
    owner="clinician",
    source=table(9, CHECKERS),
    sentence=(
        "Ghi chú trên giấy chứng sinh là {GHI_CHU}, mà hai ô bên cạnh ghi sinh phải phẫu thuật {SINHCON_PHAUTHUAT}, sinh dưới 32 "
        "tuần {SINHCON_DUOI32TUAN} (0 là không)."
    ),
)
def flags_do_not_deny_the_note(surgical: str, preterm: str, note: str) -> bool:
    """A note that is one of the prescribed phrases and nothing else is not denied by a flag of 0."""
    text = normalize("NFC", note).casefold().strip(" .")
    return not (surgical == "0" and text in _OPERATION_ONLY) and not (preterm == "0" and text in _WEEKS_ONLY)


@rule(
    "XFD-084",
    table="XML9",
    reads=("SO_CON",),
    owner="clinician",
    source=CHECKERS,
    sentence="Số con của lần sinh đang ghi {SO_CON}, cần từ 1 trở lên.",
)
@rule(
    "XFD-084",
    table="XML9",
    reads=("LAN_SINH",),
    owner="clinician",
    source=CHECKERS,
    sentence="Lần sinh thứ mấy đang ghi {LAN_SINH}, cần từ 1 trở lên.",
)
def birth_counts_from_one(count: int) -> bool:
    """SO_CON and LAN_SINH are at least 1."""
    return count >= 1
