"""Reading KHAMSUCKHOE under the same limits and against the same dangers as records (bad-input.md)."""

import binascii
import re
from dataclasses import dataclass, field

from lxml import etree

from ..document import Limits, Unreadable, Where
from ..document.limits import Allowance
from ..document.parse import SIGNATURE, parse, place_of
from ..document.refusals import refuse
from ..document.remarks import Remark, Remarks

ROOT = "KHAMSUCKHOE"
_ROOT = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>)?\s*(?:<!--.{0,2000}?-->\s*)*<KHAMSUCKHOE[\s/>]",
    re.DOTALL,
)


@dataclass
class HealthCheckFile:
    """What a file says, as text; whether it is right is ``checking``'s to say."""

    facility_code: str = ""
    """MACSKCB: 5 or 13 characters, sources differ."""
    made_on: str = ""
    """NGAYLAP."""
    declared_count: str = ""
    """SOLUONGHOSO."""
    count: int = 0
    """How many HOSO there are."""
    parts: list[tuple[str, etree._Element | None]] = field(default_factory=list)
    """LOAIHOSO and document of every FILEHOSO of the first HOSO; None where it is empty."""
    order: list[str] = field(default_factory=list)
    """Names of the root's children in their order."""
    within: str | None = None
    """Where CKS_BENH_VIEN stands: names below the root, joined by a slash; None where there is none."""
    places: list[str] = field(default_factory=list)
    """Names of all that stands beside CKS_BENH_VIEN, itself included."""
    facility_signed: bool = False
    doctor_signed: bool = False
    remarks: list[Remark] = field(default_factory=list)

    def values(self, name: str) -> list[tuple[str, str]]:
        """Every value of a field in all component files: the file's kind and the text."""
        found = []
        for kind, root in self.parts:
            for element in root.iter(name) if root is not None else ():
                text = (element.text or "").strip()
                if text:
                    found.append((kind, text))
        return found

    @property
    def code(self) -> str:
        """MA_LK of the component files; empty where they have none or several. That they carry it is an assumption:
        it is the standard's link code, annex 01 of QĐ 2062/QĐ-BYT was not read."""
        codes = {value for _, value in self.values("MA_LK")}
        return codes.pop() if len(codes) == 1 else ""


def is_health_check(data: bytes) -> bool:
    """Whether a file's first tag says so. Nothing is parsed."""
    return _ROOT.match(data[:20_000]) is not None


def read_health_check(data: bytes) -> HealthCheckFile:
    """Raises Unreadable."""
    allowance, remarks = Allowance(Limits(), len(data)), Remarks()
    root = parse(data, part="", allowance=allowance, remarks=remarks)
    if root.tag != ROOT:
        raise refuse("FILE-UNKNOWN-ROOT", place_of(root))
    found = HealthCheckFile(order=[str(child.tag) for child in root])
    claim = _only(root, "THONGTINHOSO")
    found.facility_code = _text(_only(root, "THONGTINDONVI"), "MACSKCB")
    found.made_on = _text(claim, "NGAYLAP")
    found.declared_count = _text(claim, "SOLUONGHOSO")
    listed = _only(claim, "DANHSACHHOSO")
    visits = listed.findall("HOSO") if listed is not None else []
    found.count = len(visits)
    for file in visits[0].findall("FILEHOSO") if visits else ():
        kind = _text(file, "LOAIHOSO")
        found.parts.append((kind, _content(file, kind, allowance, remarks)))
    _signatures(root, found)
    found.remarks = list(remarks)
    return found


def _content(
    file: etree._Element, kind: str, allowance: Allowance, remarks: Remarks
) -> etree._Element | None:
    name = kind if re.fullmatch("XML[0-9]{1,2}", kind) else "NOIDUNGFILE"
    holder = _only(file, "NOIDUNGFILE")
    text = (holder.text or "").strip() if holder is not None else ""
    if not text:
        return None
    where = Where(name)
    if len(text) > allowance.limits.text_length:
        raise refuse("FILE-TOO-LARGE", where, f"{allowance.limits.text_length // 1_000_000} MB base64")
    try:
        data = binascii.a2b_base64("".join(text.split()).encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        raise refuse("FILE-BASE64", where, "có ký tự hoặc độ dài không đúng") from None
    return parse(data, part=name, allowance=allowance, remarks=remarks)


def _signatures(root: etree._Element, found: HealthCheckFile) -> None:
    places = list(root.iter("CKS_BENH_VIEN"))
    if len(places) > 1:
        raise refuse("FILE-REPEATED", place_of(places[1]), "CKS_BENH_VIEN")
    if places:
        above = places[0].getparent()
        assert above is not None, "the root is KHAMSUCKHOE"
        names = [str(one.tag) for one in reversed(list(places[0].iterancestors()))]
        found.within = "/".join(names[1:])
        found.places = [str(one.tag) for one in above]
        found.facility_signed = places[0].find(f"{SIGNATURE}Signature") is not None
    doctors = list(root.iter("CKS_NGUOI_KET_LUAN"))
    if len(doctors) > 1:
        raise refuse("FILE-REPEATED", place_of(doctors[1]), "CKS_NGUOI_KET_LUAN")
    found.doctor_signed = bool(doctors) and doctors[0].find(f"{SIGNATURE}Signature") is not None


def _only(parent: etree._Element | None, name: str) -> etree._Element | None:
    found = parent.findall(name) if parent is not None else []
    if len(found) > 1:
        raise refuse("FILE-REPEATED", place_of(found[1]), name)
    return found[0] if found else None


def _text(parent: etree._Element | None, name: str) -> str:
    element = _only(parent, name)
    return ((element.text or "").strip() if element is not None else "")[:100]


__all__ = ["ROOT", "HealthCheckFile", "Unreadable", "is_health_check", "read_health_check"]
