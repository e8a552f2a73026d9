"""What the citizen's health book needs (Sổ sức khỏe điện tử): its owner, its summary, and what must not stand there.

Our own ids: BOOK-001 (in ``stay``) a visit has a summary, BOOK-002 the summary says something, BOOK-003 the book finds
its owner, BOOK-004 nothing about HIV in free text of table 8, BOOK-005 no abbreviations where the patient reads.
"""

import re
from datetime import date, timedelta
from unicodedata import normalize

from ..rule import rule

BOOK = "QĐ 2733/QĐ-BYT, phụ lục 2: các mục tóm tắt của Sổ lấy từ bảng 8"
PRIVACY = "Luật 64/2006/QH11 sửa bởi Luật 71/2020/QH14, Điều 30; khuyến nghị của phần mềm"
_SENSITIVE = re.compile(
    r"\b(?:hiv|aids|arv|suy giảm miễn dịch (?:mắc phải|ở người)|b2[0-4](?:\.[0-9])?|z21|r75)\b"
)
_HINTS = ("hiv", "aids", "arv", "suy giảm", "b2", "z21", "r75")
"""One of these stands wherever the expression finds something, and they are looked for faster."""


def says_something(text: str) -> bool:
    """A part of the summary says something: more than dots, dashes or one repeated letter."""
    letters = filter(str.isalnum, text.casefold())
    first = next(letters, None)
    return any(letter != first for letter in letters)


def is_discreet(text: str) -> bool:
    """Free text of table 8 holds no word or code about HIV."""
    text = normalize("NFC", text).casefold()
    return not any(map(text.__contains__, _HINTS)) or _SENSITIVE.search(text) is None


for _field, _label in (
    ("CHAN_DOAN_RV", "Chẩn đoán ra viện"),
    ("QT_BENHLY", "Quá trình bệnh lý"),
    ("TOMTAT_KQ", "Tóm tắt kết quả cận lâm sàng"),
    ("PP_DIEUTRI", "Phương pháp điều trị"),
):
    rule(
        "BOOK-002",
        table="XML8",
        reads=(_field,),
        severity="warning",
        owner="clinician",
        source=BOOK,
        sentence=f"{_label} chỉ ghi {{{_field}}}; người bệnh đọc phần này trong Sổ sức khỏe, xin ghi đủ ý.",
    )(says_something)

for _field, _label in (
    ("CHAN_DOAN_VAO", "Chẩn đoán lúc vào"),
    ("CHAN_DOAN_RV", "Chẩn đoán ra viện"),
    ("QT_BENHLY", "Quá trình bệnh lý"),
    ("TOMTAT_KQ", "Tóm tắt kết quả cận lâm sàng"),
    ("PP_DIEUTRI", "Phương pháp điều trị"),
    ("GHI_CHU", "Ghi chú"),
):
    # The fault points at the table, not at the field, so that the text is not copied into lists of faults.
    rule(
        "BOOK-004",
        table="XML8",
        reads=(_field,),
        at="XML8",
        severity="warning",
        owner="clinician",
        source=PRIVACY,
        sentence=(
            f"{_label} ({_field}) ở tóm tắt hồ sơ bệnh án có từ hoặc mã về bệnh cần giữ kín (bệnh của bảng 6). Phần này "
            "hiện trong Sổ sức khỏe, người khác cầm máy cũng đọc được."
        ),
    )(is_discreet)


ABBREVIATIONS = {
    "BN": "bệnh nhân",
    "NB": "người bệnh",
    "THA": "tăng huyết áp",
    "ĐTĐ": "đái tháo đường",
    "TBMMN": "tai biến mạch máu não",
    "NMCT": "nhồi máu cơ tim",
    "RLLM": "rối loạn lipid máu",
    "CLS": "cận lâm sàng",
    "XN": "xét nghiệm",
    "XQ": "X-quang",
    "CTM": "công thức máu",
    "TPTNT": "tổng phân tích nước tiểu",
    "KS": "kháng sinh",
    "BC": "bạch cầu",
    "TTM": "truyền tĩnh mạch",
}
"""Short forms of the ward that say nothing to the patient. Our own list, and kept short: what has two meanings, what
everybody knows (BHYT, CCCD) and names of tests as laboratories print them (HbA1c, CRP) are not in it."""
_SHORT = re.compile(rf"(?<!\w)(?:{'|'.join(ABBREVIATIONS)})(?!\w)")


def abbreviations_in(text: str) -> list[str]:
    """A text for the patient has no short forms of the ward; these stand in it, each named once.

    A text wholly in capitals is not judged: there a word cannot be told from a short form.
    """
    if text.isupper():
        return []
    return list(dict.fromkeys(_SHORT.findall(text)))


for _table, _paper, _fields in (
    ("XML7", "giấy ra viện", ("CHAN_DOAN_RV", "PP_DIEUTRI", "GHI_CHU")),
    (
        "XML8",
        "tóm tắt hồ sơ bệnh án",
        ("CHAN_DOAN_VAO", "CHAN_DOAN_RV", "QT_BENHLY", "TOMTAT_KQ", "PP_DIEUTRI"),
    ),
    ("XML14", "giấy hẹn khám lại", ("CHAN_DOAN_RV",)),
):
    for _field in _fields:
        rule(
            "BOOK-005",
            table=_table,
            reads=(_field,),
            severity="warning",
            owner="clinician",
            source="TT 32/2023/TT-BYT, Điều 52 khoản 2: không viết tắt trên giấy tờ cho người bệnh; danh mục từ viết tắt là của phần mềm",
            confidence="medium",
            sentence=f"Có chữ viết tắt {{@wrong}} ở {_paper}; người bệnh đọc phần này, xin viết đủ chữ.",
        )(abbreviations_in)


REGISTERED_WITHIN = timedelta(days=60)
"""Within so many days of its birth a child is registered, and only then has a number (Luật Hộ tịch, Điều 15)."""


@rule(
    "BOOK-003",
    table="XML1",
    reads=("MA_THE_BHYT", "NGAY_SINH", "NGAY_VAO", "SO_CCCD"),
    severity="warning",
    owner="reception",
    source="NĐ 102/2025/NĐ-CP, Điều 6; QĐ 2733/QĐ-BYT, phụ lục 1; Luật Hộ tịch, Điều 15 (khai sinh trong 60 ngày)",
    sentence=(
        "Chưa có số CCCD (SO_CCCD) và cũng chưa có số thẻ BHYT, nên đợt khám này không vào được Sổ sức khỏe "
        "của người bệnh."
    ),
)
def book_finds_its_owner(
    card: str | None, born: date | None, arrived: date | None, paper: str | None
) -> bool:
    """The personal ID or a card says whose book the visit belongs to; a newborn gets a number when its birth is registered."""
    return (
        paper is not None
        or card is not None
        or (born is not None and arrived is not None and timedelta() <= arrived - born <= REGISTERED_WITHIN)
    )
