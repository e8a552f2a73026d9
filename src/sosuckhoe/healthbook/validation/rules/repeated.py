"""What other tables repeat of table 1 (các bảng khác ghi lại bảng tổng hợp): the same person, times and diagnoses."""

import re
from datetime import date, datetime
from unicodedata import normalize

from ..catalogues import compact
from ..fault import Owner, Severity
from ..rule import Check, Confidence, rule
from .cited import CHECKERS, DERIVED, GATEWAY, table

PAPERS = {
    "XML0": "báo vào khám (XML0)",
    "XML6": "phiếu của chương trình (XML6)",
    "XML7": "giấy ra viện (XML7)",
    "XML8": "bản tóm tắt (XML8)",
    "XML13": "phiếu chuyển (XML13)",
    "XML14": "giấy hẹn (XML14)",
    "XML15": "phiếu lao (XML15)",
}
"""What people call the tables that repeat something."""
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """A text without what typing changes: case, blanks, punctuation, decomposed letters."""
    return _BETWEEN_WORDS.sub(" ", normalize("NFC", text).casefold()).strip()


def code_is_repeated(original: str, copy: str) -> bool:
    """A code that another table repeats is the one of table 1."""
    return copy == original


def text_is_repeated(original: str, copy: str) -> bool:
    """A text that another table repeats is the one of table 1, but for case, blanks and punctuation."""
    return copy == original or plain(copy) == plain(original)


def diagnosis_is_repeated(original: str, copy: str) -> bool:
    """A diagnosis that another table repeats is the one of table 1, or shortened, or with more detail."""
    return copy == original or plain(copy) in plain(original) or plain(original) in plain(copy)


def time_is_repeated(original: datetime, copy: datetime) -> bool:
    """A time that another table repeats is the one of table 1."""
    return copy == original


def time_is_among(original: str, copies: str) -> bool:
    """The time of table 1 is the one given, or one of those given."""
    return original in copies


def cards_are_repeated(original: list[str], copy: list[str]) -> bool:
    """Every card that another table names is in table 1."""
    return set(copy) <= set(original)


def card_ends_are_repeated(original: list[date], copy: list[date]) -> bool:
    """Every last day of a card that another table names is in table 1."""
    return set(copy) <= set(original)


def disease_is_repeated(original: str, copy: str) -> bool:
    """A disease code that another table repeats is the one of table 1, dot and mark aside."""
    return compact(copy) == compact(original)


def diseases_are_repeated(original: list[str], copy: list[str]) -> bool:
    """Further disease codes that another table repeats are those of table 1, in any order."""
    return {compact(code) for code in copy} == {compact(code) for code in original}


def _repeats(
    id: str,
    name: str,
    field: str,
    label: str,
    check: Check,
    *,
    of: str = "",
    source: str = GATEWAY,
    severity: Severity = "error",
    confidence: Confidence = "high",
    owner: Owner = "records",
) -> None:
    """Enter a rule: ``field`` of a table, when filled, equals ``of`` (or the same field) of table 1."""
    original = f"XML1.{of or field}"
    rule(
        id,
        table=name,
        reads=(original, field),
        severity=severity,
        confidence=confidence,
        owner=owner,
        source=f"{table(int(name[3:]))}; {source}"
        if name != "XML0"
        else f"QĐ 4750/QĐ-BYT, bảng check-in; {source}",
        sentence=f"{label} {{{field}}} ở {PAPERS[name]} khác {{{original}}} ở bảng tổng hợp (XML1).",
    )(check)


ALSO_REPEATED: dict[str, tuple[str, Check]] = {
    "MA_CSKCB": ("Mã cơ sở khám chữa bệnh", code_is_repeated),
    "MA_QUOCTICH": ("Mã quốc tịch", code_is_repeated),
    "MA_DANTOC": ("Mã dân tộc", code_is_repeated),
    "MA_NGHE_NGHIEP": ("Mã nghề nghiệp", code_is_repeated),
    "DIA_CHI": ("Địa chỉ", text_is_repeated),
    "MA_THE_BHYT": ("Mã thẻ BHYT", cards_are_repeated),
    "GT_THE_DEN": ("Hạn thẻ BHYT", card_ends_are_repeated),
    "NGAY_VAO_NOI_TRU": ("Thời điểm vào nội trú", time_is_repeated),
    "CHAN_DOAN_RV": ("Chẩn đoán ra viện", diagnosis_is_repeated),
    "MA_BENH_KT": ("Mã bệnh kèm theo", diseases_are_repeated),
    "MA_BENH_YHCT": ("Mã bệnh y học cổ truyền", diseases_are_repeated),
}
"""What the tables of fields say repeats XML1, but no published rule asks about: a warning."""

_field: str
_label: str
_check: Check
for _field, _label, _check in (
    ("NGAY_SINH", "Ngày sinh", time_is_repeated),
    ("GIOI_TINH", "Giới tính", code_is_repeated),
    ("DIA_CHI", "Địa chỉ", text_is_repeated),
    ("MATINH_CU_TRU", "Mã tỉnh cư trú", code_is_repeated),
    ("MAXA_CU_TRU", "Mã xã cư trú", code_is_repeated),
    ("MA_CSKCB", "Mã cơ sở khám chữa bệnh", code_is_repeated),
):
    _repeats("XTB-030", "XML6", _field, _label, _check)

for _field, _label, _check in (
    ("HO_TEN", "Họ tên", text_is_repeated),
    ("NGAY_SINH", "Ngày sinh", time_is_repeated),
    ("GIOI_TINH", "Giới tính", code_is_repeated),
    ("MA_THE_BHYT", "Mã thẻ BHYT", cards_are_repeated),
    ("GT_THE_DEN", "Hạn thẻ BHYT", card_ends_are_repeated),
    ("NGAY_VAO", "Thời điểm đến khám", time_is_among),
    ("NGAY_RA", "Thời điểm ra viện", time_is_among),
    ("CHAN_DOAN_RV", "Chẩn đoán ra viện", diagnosis_is_repeated),
    ("MA_BENH_CHINH", "Mã bệnh chính", disease_is_repeated),
    ("MA_BENH_KT", "Mã bệnh kèm theo", diseases_are_repeated),
    ("MA_LOAI_RV", "Loại ra viện", code_is_repeated),
):
    _repeats("XTB-031", "XML13", _field, _label, _check)

for _field, _label, _check in (
    ("HO_TEN", "Họ tên", text_is_repeated),
    ("NGAY_SINH", "Ngày sinh", time_is_repeated),
    ("GIOI_TINH", "Giới tính", code_is_repeated),
    ("MA_THE_BHYT", "Mã thẻ BHYT", cards_are_repeated),
    ("NGAY_VAO", "Thời điểm đến khám", time_is_repeated),
    ("NGAY_RA", "Thời điểm ra viện", time_is_repeated),
    ("MA_BENH_CHINH", "Mã bệnh chính", disease_is_repeated),
    ("MA_DOITUONG_KCB", "Mã đối tượng đến khám", code_is_repeated),
):
    _repeats("XTB-033", "XML14", _field, _label, _check)

for _id, _name, _more in (
    ("XTB-030", "XML6", ("MA_THE_BHYT",)),
    (
        "XTB-031",
        "XML13",
        ("MA_CSKCB", "MA_QUOCTICH", "MA_DANTOC", "MA_NGHE_NGHIEP", "DIA_CHI", "NGAY_VAO_NOI_TRU", "MA_BENH_YHCT"),
    ),
    (
        "XTB-033",
        "XML14",
        (
            "MA_CSKCB", "DIA_CHI", "GT_THE_DEN", "NGAY_VAO_NOI_TRU", "CHAN_DOAN_RV", "MA_BENH_KT", "MA_BENH_YHCT",
        ),
    ),
):  # fmt: skip
    for _field in _more:
        _label, _check = ALSO_REPEATED[_field]
        _repeats(_id, _name, _field, _label, _check, severity="warning", confidence="medium")

for _field, _label, _check in (
    ("HO_TEN", "Họ tên", text_is_repeated),
    ("SO_CCCD", "Số giấy tờ", text_is_repeated),
    ("MA_CSKCB", "Mã cơ sở khám chữa bệnh", code_is_repeated),
    ("MA_BN", "Mã người bệnh", text_is_repeated),
):
    _repeats("XTB-034", "XML15", _field, _label, _check)

for _field, _label, _check in (
    ("NGAY_VAO", "Thời điểm đến khám", time_is_repeated),
    ("NGAY_RA", "Thời điểm ra viện", time_is_repeated),
    ("KET_QUA_DTRI", "Kết quả điều trị", code_is_repeated),
    ("MA_LOAI_KCB", "Loại hình khám chữa bệnh", code_is_repeated),
):
    _repeats(
        "XTB-029", "XML8", _field, _label, _check, source=DERIVED, severity="warning", confidence="medium"
    )

_repeats("XTB-028", "XML7", "MA_YTE", "Mã y tế", text_is_repeated, of="MA_BN", source=CHECKERS)
_repeats("XTB-027", "XML7", "CHAN_DOAN_RV", "Chẩn đoán ra viện", diagnosis_is_repeated, source=DERIVED,
         severity="warning", confidence="medium", owner="clinician")  # fmt: skip
_repeats("XTB-042", "XML0", "MA_LK", "Mã liên kết", text_is_repeated, source=DERIVED, severity="warning",
         confidence="medium", owner="it")  # fmt: skip
_repeats("XTB-042", "XML0", "NGAY_VAO", "Thời điểm đến khám", time_is_repeated, source=DERIVED, severity="warning",
         confidence="medium", owner="reception")  # fmt: skip


@rule(
    "XTB-027",
    table="XML7",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_VAO_NOI_TRU", "NGAY_VAO"),
    confidence="medium",
    owner="records",
    source=f"{table(7)}; {DERIVED}",
    sentence="Giấy ra viện ghi vào lúc {NGAY_VAO}, bảng tổng hợp (XML1) ghi đến khám lúc {XML1.NGAY_VAO}.",
)
def discharge_paper_has_the_arrival(arrived: date, admitted: date | None, written: date) -> bool:
    """The discharge paper has the day of arrival, or of admission."""
    return written in (arrived, admitted)


@rule(
    "XTB-027",
    table="XML7",
    reads=("XML1.NGAY_RA", "NGAY_RA"),
    confidence="medium",
    owner="records",
    source=f"{table(7)}; {DERIVED}",
    sentence="Giấy ra viện ghi ra lúc {NGAY_RA}, bảng tổng hợp (XML1) ghi ra viện lúc {XML1.NGAY_RA}.",
)
def discharge_paper_has_the_discharge(discharged: date, written: date) -> bool:
    """The discharge paper has the day of discharge."""
    return written == discharged


@rule(
    "XTB-027",
    table="XML7",
    reads=("XML1.NGAY_VAO", "XML1.NGAY_VAO_NOI_TRU", "NGAY_VAO"),
    severity="warning",
    confidence="medium",
    owner="records",
    source=f"{table(7)}; {DERIVED}",
    sentence="Giấy ra viện ghi vào lúc {NGAY_VAO}, bảng tổng hợp (XML1) ghi đến khám lúc {XML1.NGAY_VAO}.",
)
def discharge_paper_has_the_hour_of_arrival(
    arrived: datetime, admitted: datetime | None, written: datetime
) -> bool:
    """The discharge paper has the hour and minute of arrival, or of admission; another day is an error of its own."""
    known = [moment for moment in (arrived, admitted) if moment is not None]
    return written in known or all(written.date() != moment.date() for moment in known)


@rule(
    "XTB-027",
    table="XML7",
    reads=("XML1.NGAY_RA", "NGAY_RA"),
    severity="warning",
    confidence="medium",
    owner="records",
    source=f"{table(7)}; {DERIVED}",
    sentence="Giấy ra viện ghi ra lúc {NGAY_RA}, bảng tổng hợp (XML1) ghi ra viện lúc {XML1.NGAY_RA}.",
)
def discharge_paper_has_the_hour_of_discharge(discharged: datetime, written: datetime) -> bool:
    """The discharge paper has the hour and minute of discharge; another day is an error of its own."""
    return written == discharged or written.date() != discharged.date()


@rule(
    "XTB-032",
    table="XML13",
    reads=("XML1.MA_NOI_DEN", "MA_CSKCB_DEN"),
    since=date(2025, 1, 1),
    confidence="low",
    owner="records",
    source=DERIVED,
    sentence="Phiếu chuyển ghi nơi chuyển đến {MA_CSKCB_DEN}, bảng tổng hợp (XML1) ghi {XML1.MA_NOI_DEN}.",
)
def destination_is_repeated(destination: str, written: str) -> bool:
    """The destination in XML13 is MA_NOI_DEN of XML1."""
    return written == destination


@rule(
    "XTB-032",
    table="XML13",
    reads=("XML1.MA_NOI_DI", "MA_CSKCB_DI"),
    since=date(2025, 1, 1),
    confidence="low",
    owner="records",
    source=DERIVED,
    sentence=(
        "Nơi cuối trong các nơi đã chuyển ở phiếu chuyển ({MA_CSKCB_DI}) là nơi chuyển đến đây, nhưng bảng tổng hợp (XML1) "
        "ghi {XML1.MA_NOI_DI}."
    ),
)
def last_origin_is_repeated(origin: str, written: list[str]) -> bool:
    """The last origin in XML13 is MA_NOI_DI of XML1."""
    return written[-1] == origin


@rule(
    "XTB-035",
    table="XML14",
    reads=("XML1.NGAY_TAI_KHAM", "NGAY_HEN_KL"),
    confidence="low",
    owner="clinician",
    source=DERIVED,
    sentence="Giấy hẹn ghi khám lại ngày {NGAY_HEN_KL}, bảng tổng hợp (XML1) ghi ngày tái khám {XML1.NGAY_TAI_KHAM}.",
)
def appointment_is_among_the_revisits(dates: list[date], appointment: date) -> bool:
    """NGAY_HEN_KL occurs in XML1 NGAY_TAI_KHAM."""
    return appointment in dates
