"""What reception typed or scanned, as a question the portal takes."""

import re
from dataclasses import dataclass

from ...healthbook.identifiers import (
    NotValid,
    citizen_card_qr,
    insurance_card,
    insurance_card_qr,
    personal_id,
    social_insurance_number,
)
from ..patients.models import Identifier, Patient


class NotAsked(ValueError):
    """One field that keeps the question from being asked: ``field`` is scan, full_name or born."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Question:
    card_number: str
    """10, 12 or 15 characters, without blanks."""
    full_name: str
    born: str
    """dd/MM/yyyy, MM/yyyy or yyyy."""


_BORN = re.compile(r"(?:(?:(\d{1,2})[/.-])?(\d{1,2})[/.-])?(\d{4})")


def question_of(scan: str, full_name: str = "", born: str = "") -> Question:
    """Raises NotAsked. What is typed wins over what a QR code says; the register fills what neither has."""
    number, said_name, said_born = _read(scan)
    name = " ".join((full_name or said_name).split())
    birth = _birth(born) if born.strip() else _on_paper(said_born)
    if not name or not birth:
        known = whose(number)
        if known is not None:
            name, birth = name or known.full_name, birth or _on_paper(known.born_text.replace("0000", ""))
    if not name:
        raise NotAsked("full_name", "Ghi họ và tên đúng như trên thẻ.")
    if not birth:
        raise NotAsked("born", "Ghi ngày sinh; chỉ biết tháng và năm, hoặc chỉ năm, cũng được.")
    return Question(number, name, birth)


def whose(number: str) -> Patient | None:
    """The one patient here who has this number."""
    found = {
        row.patient_id: row.patient
        for row in Identifier.objects.filter(value=number, until__isnull=True).select_related("patient")[:2]
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _read(scan: str) -> tuple[str, str, str]:
    """Number, name and birth (``yyyyMMdd`` or shorter) of what stands in the first field."""
    text = scan.strip()
    if "|" in text:
        for card in (citizen_card_qr, insurance_card_qr):
            try:
                read = card.parse(text)
            except NotValid:
                continue
            number = read.personal_id if isinstance(read, citizen_card_qr.CitizenCard) else read.number
            return number, read.full_name, read.born
        raise NotAsked(
            "scan", "Mã quét không phải mã của thẻ căn cước hoặc thẻ BHYT. Hãy quét lại hoặc gõ số."
        )
    number = re.sub(r"[\s.-]", "", text).upper()
    if not number:
        raise NotAsked("scan", "Quét thẻ, hoặc gõ mã thẻ BHYT, mã số BHXH hay số định danh.")
    if not any(kind.is_valid(number) for kind in (insurance_card, personal_id, social_insurance_number)):
        raise NotAsked(
            "scan", "Số cần đủ 15 ký tự của mã thẻ BHYT, 12 số của số định danh, hoặc 10 số của mã số BHXH."
        )
    return number, "", ""


def _birth(text: str) -> str:
    """What was typed, in the portal's form: eight digits without slashes are not taken there."""
    squeezed = text.strip().replace(" ", "")
    if re.fullmatch(r"\d{8}", squeezed):
        squeezed = f"{squeezed[:2]}/{squeezed[2:4]}/{squeezed[4:]}"
    found = _BORN.fullmatch(squeezed)
    if found is None or int(found[2] or 1) not in range(1, 13) or int(found[1] or 1) not in range(1, 32):
        raise NotAsked("born", "Ngày sinh cần dạng 01/02/1990, 02/1990 hoặc 1990.")
    return "/".join(part.zfill(2) for part in found.groups() if part)


def _on_paper(text: str) -> str:
    """``19900201`` → ``01/02/1990``, ``199002`` → ``02/1990``, ``1990`` → ``1990``."""
    parts = [text[6:8], text[4:6], text[:4]]
    return "/".join(part for part in parts if part and part != "00")
