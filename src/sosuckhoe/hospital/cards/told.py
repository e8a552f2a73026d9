"""What an answer tells, arranged for people: facts of the card, the new card, earlier checks, history, co-payments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from ..delivery.answers import text
from .answers import NO_ANSWER, NOT_ASKED, STOPPED, UNREADABLE, Meaning, look_up_meaning
from .models import LookUp

FACTS = (
    ("mathe", "Mã thẻ"),
    ("hoten", "Họ và tên"),
    ("ngaysinh", "Ngày sinh"),
    ("gioitinh", "Giới tính"),
    ("gtthetu", "Có giá trị từ"),
    ("gttheden", "Có giá trị đến"),
    ("madkbd", "Nơi đăng ký ban đầu"),
    ("ngaydu5nam", "Đủ 5 năm liên tục từ"),
    ("makv", "Mã khu vực"),
    ("masobhxh", "Mã số BHXH"),
    ("diachi", "Địa chỉ"),
    ("cqbhxh", "Cơ quan BHXH"),
)
NEW_CARD = (
    ("mathemoi", "Mã thẻ mới"),
    ("gtthetumoi", "Có giá trị từ"),
    ("gtthedenmoi", "Có giá trị đến"),
    ("madkbdmoi", "Nơi đăng ký ban đầu"),
    ("tendkbdmoi", "Tên nơi đăng ký"),
)
MOST_ROWS = 50
"""Of a list in an answer; nobody reads more, and an answer may be of any length."""


def meaning_of(look_up: LookUp) -> Meaning:
    """What the look-up says and what to do, whatever became of it."""
    if look_up.answered_at is None:
        return STOPPED if look_up.stopped_at else NO_ANSWER
    if look_up.sentence:
        return Meaning(NOT_ASKED.standing, look_up.sentence, NOT_ASKED.next)
    if look_up.code == "NO-ANSWER":
        return NO_ANSWER
    if look_up.code.startswith("HTTP-"):
        return UNREADABLE
    return look_up_meaning(look_up.code)


def facts(fields: Mapping[str, Any], names: tuple[tuple[str, str], ...] = FACTS) -> list[tuple[str, str]]:
    """Label and value of what the answer has."""
    return [(label, value) for name, label in names if (value := text(fields.get(name))[:500])]


def differences(look_up: LookUp) -> list[str]:
    """Where the answer is otherwise than the question: for a person to look at, never a refusal."""
    found = []
    name = text(look_up.fields.get("hoten"))
    if name and name.casefold().split() != look_up.full_name.casefold().split():
        found.append("Họ tên trên cổng khác họ tên đã hỏi")
    born = text(look_up.fields.get("ngaysinh"))
    if born and not (born.endswith(look_up.born) or look_up.born.endswith(born)):
        found.append("Ngày sinh trên cổng khác ngày sinh đã hỏi")
    if look_up.fields.get("mathe") and len(look_up.card_number) == 15:
        number = text(look_up.fields.get("mathe"))
        if number != look_up.card_number:
            found.append("Mã thẻ trên cổng khác mã thẻ đã hỏi")
    # The card to be used is the new one, where the old one holds no more.
    place = text(look_up.fields.get("madkbdmoi" if look_up.code == "003" else "madkbd"))
    if place and place != look_up.facility.code:
        found.append(f"Nơi đăng ký ban đầu là {place[:20]}, không phải cơ sở này (không phải lỗi)")
    return found


def rows_of(fields: Mapping[str, Any], name: str) -> list[Mapping[str, str]]:
    """A list in the answer; what is no list of objects is no list."""
    listed = fields.get(name)
    if not isinstance(listed, list):
        return []
    return [
        {str(key).lower(): text(value)[:500] for key, value in row.items()}
        for row in listed[:MOST_ROWS]
        if isinstance(row, dict)
    ]


@dataclass(frozen=True, slots=True)
class Course:
    """One past course of treatment."""

    place: str
    arrived: str
    discharged: str
    disease: str


def courses(look_up: LookUp) -> list[Course]:
    """History; whatever went wrong, an empty list."""
    return [
        Course(
            row.get("tencskcb") or row.get("macskcb", ""),
            _moment(row.get("ngayvao", "")),
            _moment(row.get("ngayra", "")),
            row.get("tenbenh", ""),
        )
        for row in rows_of(look_up.fields, "dslichsukcb2025")
    ]


@dataclass(frozen=True, slots=True)
class Copayment:
    place: str
    discharged: str
    amount: Decimal | None
    total: Decimal | None


def copayments(look_up: LookUp) -> list[Copayment]:
    """Newest discharge first, as the portal lists them."""
    return [
        Copayment(
            row.get("macskcb", ""),
            _moment(row.get("ngayra", "")),
            _amount(row.get("tbncctmcct", "")),
            _amount(row.get("tbncctluyke", "")),
        )
        for row in rows_of(look_up.fields, "datacct")
    ]


def _moment(text: str) -> str:
    """``202601020800`` as ``02/01/2026 08:00``; anything else as it came."""
    for form, shown in (("%Y%m%d%H%M", "%d/%m/%Y %H:%M"), ("%Y%m%d", "%d/%m/%Y")):
        try:
            return timezone.make_aware(datetime.strptime(text, form)).strftime(shown)  # noqa: DTZ007
        except ValueError:
            continue
    return text


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
