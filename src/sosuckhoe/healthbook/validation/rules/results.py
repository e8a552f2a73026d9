"""Results and progress notes (kết quả cận lâm sàng, diễn biến lâm sàng)."""

import re
from datetime import date

from ..rule import rule
from .cited import CHECKERS, GATEWAY, table

_REMOTE_READER = re.compile(r".+\.(?:TX|CG)\.[0-9A-Z]{5}")
_VITAL_SIGNS = re.compile(r"CSST<{0}(?:_{0})*+>".format(r"[A-Za-z]++[^_<>\s]*[0-9][^_<>\s]*"))


@rule(
    "FMT-065",
    table="XML4",
    reads=("MA_BS_DOC_KQ",),
    since=date(2025, 1, 1),
    confidence="low",
    owner="laboratory",
    source=CHECKERS,
    sentence=(
        "Mã người đọc kết quả từ xa {MA_BS_DOC_KQ} sai dạng: cần số giấy phép, .TX. hoặc .CG., rồi mã cơ sở, "
        "như 0000001.TX.79001."
    ),
)
def remote_reader_names_the_facility(reader: str) -> bool:
    """A remote or technology-transfer reader is written licence.TX.facility or licence.CG.facility."""
    return (
        not (".TX." in f"{reader}." or ".CG." in f"{reader}.") or _REMOTE_READER.fullmatch(reader) is not None
    )


@rule(
    "FMT-067",
    table="XML5",
    reads=("DIEN_BIEN_LS",),
    severity="warning",
    confidence="medium",
    owner="clinician",
    source=table(5, CHECKERS),
    sentence="Chỉ số sinh tồn trong diễn biến cần viết như CSST<M80_T37_HA120/80_NT20>, cách nhau bằng dấu gạch dưới.",
)
def vital_signs_stand_in_brackets(note: str) -> bool:
    """Vital signs inside the text use CSST<M.._T.._HA../.._NT.._HL..>; which of them are there is not asked."""
    return "CSST" not in note or _VITAL_SIGNS.search(note) is not None


@rule(
    "XFD-063",
    table="XML4",
    reads=("GIA_TRI", "NGAY_KQ"),
    owner="laboratory",
    source=GATEWAY,
    sentence="Có giá trị kết quả {GIA_TRI} nhưng chưa có giờ kết quả (NGAY_KQ).",
)
def value_comes_with_its_time(value: str, result: str | None) -> bool:
    """A value comes with a result time."""
    return result is not None


@rule(
    "XFD-064",
    table="XML4",
    reads=("MA_CHI_SO", "TEN_CHI_SO", "DON_VI_DO"),
    since=date(2025, 1, 1),
    confidence="low",
    owner="laboratory",
    source=CHECKERS,
    sentence="Có đơn vị đo {DON_VI_DO} nhưng chưa đủ mã và tên chỉ số.",
)
def unit_comes_with_its_indicator(code: str | None, name: str | None, unit: str) -> bool:
    """A unit comes with indicator code and name."""
    return code is not None and name is not None


@rule(
    "XFD-065",
    table="XML4",
    reads=("MO_TA", "KET_LUAN", "GIA_TRI"),
    severity="warning",
    since=date(2025, 1, 1),
    confidence="medium",
    owner="laboratory",
    source=CHECKERS,
    sentence="Dòng kết quả chưa có giá trị (GIA_TRI), mô tả (MO_TA) hay kết luận (KET_LUAN).",
)
def result_says_something(description: str | None, conclusion: str | None, value: str | None) -> bool:
    """At least one of value, description and conclusion is filled."""
    return value is not None or description is not None or conclusion is not None


@rule(
    "XFD-066",
    table="XML4",
    reads=("GIA_TRI", "MO_TA", "KET_LUAN"),
    since=date(2025, 1, 1),
    confidence="low",
    owner="laboratory",
    source=CHECKERS,
    sentence="Kết quả đã có giá trị {GIA_TRI}; khi đó kết luận (đang ghi {KET_LUAN}) thường để trống.",
)
def value_needs_no_conclusion(value: str, description: str | None, conclusion: str | None) -> bool:
    """KET_LUAN stays empty when GIA_TRI alone gives the result; with a description it may stand."""
    return conclusion is None or description is not None


@rule(
    "XFD-067",
    table="XML5",
    reads=("HOI_CHAN", "PHAU_THUAT", "DIEN_BIEN_LS"),
    owner="clinician",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Dòng diễn biến chưa có nội dung: cả diễn biến, hội chẩn và phẫu thuật đều trống.",
)
def note_says_something(consultation: str | None, operation: str | None, progress: str | None) -> bool:
    """A progress record is not empty."""
    return progress is not None or consultation is not None or operation is not None
