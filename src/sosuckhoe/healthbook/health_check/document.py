"""Reading the file of a health check (KHAMSUCKHOE), under the limits and with the suspicion of every other file.

``KHAMSUCKHOE`` > ``THONGTINDONVI/MACSKCB``, ``THONGTINHOSO/{NGAYLAP, SOLUONGHOSO, DANHSACHHOSO/HOSO/FILEHOSO/
{LOAIHOSO, NOIDUNGFILE}}`` and the place of the facility's signature (moh-hub.md §7). Sources differ on whether that
is ``CHUKYDONVI`` or ``CKS_BENH_VIEN``; the file decides, by which of the two is the last child of the root.
"""

import binascii
from dataclasses import dataclass

from lxml import etree

from ..document import Limits, Unreadable, Where
from ..document.limits import Allowance
from ..document.parse import SIGNATURE, parse, place_of, texts_of
from ..document.refusals import refuse
from ..document.remarks import Remarks
from ..signing import Policy

ROOT = "KHAMSUCKHOE"
PLACES = ("CHUKYDONVI", "CKS_BENH_VIEN")
"""Where the facility signs, as the notes have it (OPEN)."""
DOCTOR = "CKS_NGUOI_KET_LUAN"
"""Where the doctor who concludes signs, before the facility does, so that the facility's signature covers it."""


@dataclass(frozen=True)
class HealthCheck:
    """What a file says of a health check. Everything is text as on paper."""

    facility_code: str
    """MACSKCB: five or thirteen characters; which is meant is OPEN."""
    declared_count: str
    """SOLUONGHOSO."""
    count: int
    """How many HOSO there are."""
    kinds: tuple[str, ...]
    """LOAIHOSO of its parts, in order."""
    broken: tuple[tuple[str, str], ...]
    """Parts that cannot be read, each with the sentence that says why."""
    grades: tuple[tuple[str, str], ...]
    """PHAN_LOAI_SK wherever it stands: the part and the value."""
    signature_place: str
    """Which of ``PLACES`` is the last child of the root; empty when neither is."""
    signed: bool
    """Whether the file carries a signature outside its parts already."""
    signed_by_doctor: bool
    """Whether a part carries a signature of the doctor who concludes. Whether it holds is not judged."""


def policy_for(place: str) -> Policy:
    """Profile A on another root and in another place (moh-hub.md §6b)."""
    return Policy(name="A", roots=(ROOT,), place=place)


def read_health_check(data: bytes, *, limits: Limits | None = None) -> HealthCheck:
    """Take a file apart. Raises Unreadable."""
    allowance, remarks = Allowance(limits or Limits()), Remarks()
    root = parse(data, part="", allowance=allowance, remarks=remarks)
    if root.tag != ROOT:
        raise refuse("FILE-UNKNOWN-ROOT")
    claim = _only(root, "THONGTINHOSO")
    listed = _only(claim, "DANHSACHHOSO")
    checks = [] if listed is None else listed.findall("HOSO")
    kinds: list[str] = []
    broken: list[tuple[str, str]] = []
    grades: list[tuple[str, str]] = []
    by_doctor = False
    for file in (file for check in checks for file in check.findall("FILEHOSO")):
        if not allowance.take_part():
            raise refuse("FILE-TOO-MANY", None, f"hơn {allowance.limits.parts} phần")
        kind = _text(file, "LOAIHOSO")
        kinds.append(kind)
        try:
            part = _part(_only(file, "NOIDUNGFILE"), kind[:20] or "NOIDUNGFILE", allowance, remarks)
        except Unreadable as problem:
            broken.append((kind, problem.sentence))
            continue
        if part is None:
            continue
        grades += [(kind, "".join(texts_of(value)).strip()) for value in part.iter("PHAN_LOAI_SK")]
        by_doctor = by_doctor or any(
            place.find(f"{SIGNATURE}Signature") is not None for place in part.iter(DOCTOR)
        )
    last = root[-1].tag if len(root) else ""
    return HealthCheck(
        facility_code=_text(_only(root, "THONGTINDONVI"), "MACSKCB"),
        declared_count=_text(claim, "SOLUONGHOSO"),
        count=len(checks),
        kinds=tuple(kinds),
        broken=tuple(broken),
        grades=tuple(grades),
        signature_place=str(last) if last in PLACES else "",
        signed=next(root.iter(f"{SIGNATURE}Signature"), None) is not None,
        signed_by_doctor=by_doctor,
    )


def _part(
    holder: etree._Element | None, name: str, allowance: Allowance, remarks: Remarks
) -> etree._Element | None:
    """The root of a component file; None where it is empty, as some receivers want unused ones to be."""
    text = "" if holder is None else "".join((holder.text or "").split())
    if not text:
        return None
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        raise refuse("FILE-BASE64", Where(name), "không đúng bảng chữ base64") from None
    return parse(data, part=name, allowance=allowance, remarks=remarks)


def _only(parent: etree._Element | None, name: str) -> etree._Element | None:
    found = [] if parent is None else parent.findall(name)
    if len(found) > 1:
        raise refuse("FILE-REPEATED", place_of(found[1]), name)
    return found[0] if found else None


def _text(parent: etree._Element | None, name: str) -> str:
    child = _only(parent, name)
    return "" if child is None else "".join(texts_of(child)).strip()
