"""The insurance card (thẻ BHYT): numbers, validity, parallel lists."""

import re
from datetime import date
from decimal import Decimal

from ..rule import rule
from .cited import CHECKERS, GATEWAY, GATEWAY_PAGE, table
from .dates import TO_THE_LAST_MINUTE
from .totals import OWN_FUNDS

_CARD = re.compile(r"[A-Z]{2}[0-9]{3}[0-9A-Z]{10}")
_USUAL_CARD = re.compile(r"[A-Z]{2}[1-5][0-9]{12}")
FACILITY = re.compile(r"[0-9A-Z]{5}")
NO_COPAYMENT = frozenset("125")
"""Benefit levels (third character) that pay everything on a right-level visit."""
RIGHT_LEVEL = frozenset({"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"})
"""MA_DOITUONG_KCB of visits at the right facility (QĐ 3276/2025, phụ lục 1)."""


@rule(
    "FMT-021",
    table="XML0",
    reads=("MA_THE_BHYT",),
    owner="reception",
    source="QĐ 4750/QĐ-BYT, bảng check-in",
    sentence="Mã thẻ BHYT {MA_THE_BHYT} không đúng 15 ký tự; báo vào khám chỉ gửi một mã thẻ.",
)
def check_in_has_one_card(card: str) -> bool:
    """A check-in carries at most one 15-character card number."""
    return len(card) == 15 and ";" not in card


@rule(
    "FMT-022",
    table="XML1",
    reads=("MA_THE_BHYT",),
    confidence="medium",
    owner="reception",
    source=table(1, CHECKERS),
    sentence="Mã thẻ BHYT {@wrong} sai dạng: cần 15 ký tự, gồm 2 chữ hoa, 3 chữ số rồi 10 ký tự, như DN4790000000001.",
)
def card_numbers_have_their_form(cards: list[str]) -> list[str]:
    """Every card number is 15 characters: group, benefit level, province, social-insurance number."""
    return [card for card in cards if _CARD.fullmatch(card) is None]


@rule(
    "FMT-022",
    table="XML1",
    reads=("MA_THE_BHYT",),
    severity="warning",
    confidence="medium",
    owner="reception",
    source="QĐ 1351/QĐ-BHXH, cấu trúc mã thẻ",
    sentence=(
        "Mã thẻ BHYT {@wrong} ít gặp: ký tự thứ ba (mức hưởng) thường là 1 đến 5, mười ký tự cuối thường là "
        "chữ số. Xin kiểm tra."
    ),
)
def card_numbers_have_a_level_and_digits(cards: list[str]) -> list[str]:
    """The benefit level of a card is 1 to 5 and its social-insurance number has digits only."""
    return [card for card in cards if _CARD.fullmatch(card) and not _USUAL_CARD.fullmatch(card)]


@rule(
    "FMT-023",
    table="XML1",
    reads=("MA_DKBD",),
    owner="reception",
    source=table(1),
    sentence="Mã nơi đăng ký ban đầu có {@wrong}; mỗi thẻ cần mã 5 ký tự.",
)
def registered_facilities_have_five_characters(facilities: list[str]) -> list[str]:
    """Every MA_DKBD member is a 5-character facility code, or province digits and 000 for a temporary card."""
    return [facility for facility in facilities if FACILITY.fullmatch(facility) is None]


@rule(
    "FMT-024",
    table="XML1",
    reads=("MA_THE_BHYT", "GT_THE_DEN"),
    severity="warning",
    owner="reception",
    source=table(1, "GT_THE_DEN"),
    sentence=(
        "Hạn thẻ BHYT (GT_THE_DEN) đang ghi {GT_THE_DEN}, có thẻ chưa có ngày hết hạn; chỉ thẻ quân đội, công an, cơ yếu "
        "không tra cứu được mới để trống. Thẻ đang ghi {MA_THE_BHYT}."
    ),
)
def only_cards_of_the_forces_lack_a_last_day(cards: list[str], last: str) -> bool:
    """Every member is an 8-digit date; only a card of army, police or cipher may have none, as it cannot be looked up."""
    return ";" not in last or all(
        end.strip() or card.startswith(OWN_FUNDS) for card, end in zip(cards, last.split(";"), strict=False)
    )


@rule(
    "XFD-037",
    table="XML1",
    reads=("GT_THE_TU", "GT_THE_DEN"),
    owner="reception",
    source=CHECKERS,
    sentence="Thẻ BHYT có ngày hết hạn {GT_THE_DEN} ở trước ngày bắt đầu {GT_THE_TU}.",
)
def card_begins_before_it_ends(first: list[date], last: list[date]) -> bool:
    """Card validity starts before it ends."""
    return len(first) != len(last) or all(begin <= end for begin, end in zip(first, last, strict=True))


@rule(
    "XFD-038",
    table="XML1",
    reads=("NGAY_VAO", "GT_THE_TU", "GT_THE_DEN"),
    owner="reception",
    source=CHECKERS,
    sentence=(
        "Lúc đến khám {NGAY_VAO} không có thẻ BHYT nào còn hạn; thẻ đang ghi có hạn từ {GT_THE_TU} đến "
        "{GT_THE_DEN}."
    ),
)
def a_card_is_valid_on_arrival(arrived: date, first: list[date], last: list[date]) -> bool:
    """Some card listed is valid on the day of arrival."""
    return len(first) != len(last) or any(
        begin <= arrived <= end for begin, end in zip(first, last, strict=True)
    )


@rule(
    "XFD-039",
    table="XML1",
    reads=("MA_LOAI_KCB", "NGAY_RA", "GT_THE_DEN"),
    severity="warning",
    confidence="medium",
    owner="reception",
    source=CHECKERS,
    sentence="Thẻ BHYT hết hạn ngày {GT_THE_DEN}, trước lúc ra viện {NGAY_RA}; cần thêm thẻ tiếp theo nếu có.",
)
def a_card_lasts_until_discharge(visit_type: str, discharged: date, last: list[date]) -> bool:
    """A card that expires before NGAY_RA needs a continuing card; medicines taken home may outlast it."""
    return visit_type in TO_THE_LAST_MINUTE or max(last) >= discharged


@rule(
    "XFD-040",
    table="XML1",
    reads=("MA_THE_BHYT", "MA_DKBD", "GT_THE_TU", "GT_THE_DEN"),
    at="MA_THE_BHYT",
    owner="reception",
    source=CHECKERS,
    sentence=(
        "Số thẻ, nơi đăng ký, ngày bắt đầu và ngày hết hạn phải nhiều bằng nhau; đang có {@count.MA_THE_BHYT} "
        "số thẻ, {@count.MA_DKBD} nơi đăng ký, {@count.GT_THE_TU} ngày bắt đầu, {@count.GT_THE_DEN} ngày hết "
        "hạn."
    ),
)
def card_lists_are_parallel(cards: str, facilities: str, first: str, last: str | None) -> bool:
    """The four card lists have the same number of members; a last day may be missing altogether."""
    return cards.count(";") == facilities.count(";") == first.count(";") and (
        last is None or last.count(";") == cards.count(";")
    )


@rule(
    "XFD-041",
    table="XML13",
    reads=("MA_THE_BHYT", "GT_THE_DEN"),
    owner="records",
    source=CHECKERS,
    sentence=(
        "Trên phiếu chuyển, mỗi số thẻ cần một ngày hết hạn; đang có {@count.MA_THE_BHYT} số thẻ và "
        "{@count.GT_THE_DEN} ngày hết hạn."
    ),
)
def referral_card_lists_are_parallel(cards: str, last: str) -> bool:
    """In XML13 the number of card numbers and expiry dates agree."""
    return cards.count(";") == last.count(";")


@rule(
    "XFD-042",
    table="XML1",
    reads=("MA_THE_BHYT", "MA_DKBD"),
    owner="reception",
    source=CHECKERS,
    sentence="Có mã thẻ BHYT {MA_THE_BHYT} nhưng chưa có mã nơi đăng ký ban đầu (MA_DKBD).",
)
def card_comes_with_its_facility(card: str, facility: str | None) -> bool:
    """With a card number the primary facility is filled."""
    return facility is not None


@rule(
    "XFD-042",
    table="XML1",
    reads=("MA_THE_BHYT", "GT_THE_TU"),
    owner="reception",
    source=CHECKERS,
    sentence="Có mã thẻ BHYT {MA_THE_BHYT} nhưng chưa có ngày thẻ bắt đầu có giá trị (GT_THE_TU).",
)
def card_comes_with_its_first_day(card: str, first: str | None) -> bool:
    """With a card number the validity start is filled."""
    return first is not None


@rule(
    "XFD-026",
    table="XML1",
    reads=("MA_DOITUONG_KCB", "MA_THE_BHYT", "T_BNCCT"),
    severity="warning",
    confidence="medium",
    owner="cashier",
    source=f"{CHECKERS}; QĐ 3276/QĐ-BYT, phụ lục 1",
    sentence="Thẻ {MA_THE_BHYT} thường không phải cùng chi trả khi khám đúng nơi, nhưng cùng chi trả là {T_BNCCT}.",
)
def some_cards_have_no_copayment(category: str, cards: list[str], copaid: Decimal) -> bool:
    """Cards with benefit level 1, 2 or 5 normally have no co-payment on a right-level visit."""
    return copaid <= 0 or category not in RIGHT_LEVEL or not all(card[2:3] in NO_COPAYMENT for card in cards)


@rule(
    "FMT-071",
    table="XML7",
    reads=("MA_CHA",),
    severity="warning",
    confidence="medium",
    owner="records",
    source=table(7),
    sentence="Mã số BHXH của cha (MA_CHA) đang ghi {MA_CHA}, không đúng 10 chữ số.",
)
@rule(
    "FMT-071",
    table="XML7",
    reads=("MA_ME",),
    severity="warning",
    confidence="medium",
    owner="records",
    source=table(7),
    sentence="Mã số BHXH của mẹ (MA_ME) đang ghi {MA_ME}, không đúng 10 chữ số.",
)
def social_insurance_number_has_ten_digits(number: str) -> bool:
    """A parent's social-insurance number is 10 digits when filled; of a personal number in its place FMT-001 speaks."""
    return len(number) in (10, 12) and number.isascii() and number.isdigit()


@rule(
    "FMT-072",
    table="XML9",
    reads=("MA_BHXH_NND",),
    owner="records",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Mã số BHXH {MA_BHXH_NND} không phải 10 chữ số, hoặc toàn số 0.",
)
@rule(
    "FMT-072",
    table=("XML11", "XML12"),
    reads=("MA_BHXH",),
    owner="records",
    source=f"{GATEWAY}; {CHECKERS}",
    sentence="Mã số BHXH {MA_BHXH} không phải 10 chữ số, hoặc toàn số 0.",
)
def social_insurance_number_is_real(number: str) -> bool:
    """A social-insurance number is 10 digits and not all zero; of a personal number in its place FMT-001 speaks."""
    return len(number) in (10, 12) and number.isascii() and number.isdigit() and number.strip("0") != ""


@rule(
    "FMT-073",
    table="XML9",
    reads=("MA_THE_NND",),
    severity="warning",
    confidence="medium",
    owner="records",
    source=CHECKERS,
    sentence="Mã thẻ BHYT của người nuôi dưỡng {MA_THE_NND} không đúng 15 ký tự.",
)
def carer_card_has_fifteen_characters(card: str) -> bool:
    """The caregiver's card number is 15 characters."""
    return len(card) == 15


@rule(
    "FMT-073",
    table="XML9",
    reads=("MA_THE_TAM",),
    severity="warning",
    confidence="medium",
    owner="records",
    source=f"{CHECKERS}; {GATEWAY_PAGE}",
    sentence="Mã thẻ tạm của trẻ {MA_THE_TAM} cần 15 ký tự, bắt đầu bằng TE1 và mã tỉnh.",
)
def newborn_card_begins_with_te1(card: str) -> bool:
    """A newborn's temporary card is 15 characters and starts with TE1 and the province code."""
    return len(card) == 15 and card.startswith("TE1") and card[3:5].isdigit()
