"""A health check as another system exports it, written by hand: everybody in it is invented.

Only what moh-hub.md names is in it; the fields of its blocks are not at hand, so a block holds a few plausible ones.
"""

from base64 import b64encode
from dataclasses import dataclass, field, replace
from typing import Any

HUB_CODE = "9900000099999"
BLOCK = (
    "<KET_LUAN><MA_LK>{code}</MA_LK><BAC_SI>{doctor}</BAC_SI><PHAN_LOAI_SK>{grade}</PHAN_LOAI_SK></KET_LUAN>"
)


@dataclass(frozen=True)
class Export:
    """What the file says; ``but`` makes another one."""

    code: str = "KSK-MAU-0001"
    facility: str = HUB_CODE
    made_on: str = "20261123"
    count: str = "1"
    grade: str = "2"
    doctor: str = "BS-MAU-1"
    visits: int = 1
    kinds: tuple[str, ...] = ("XML1", "XML12")
    places: str = "<CHUKYDONVI><CKS_NGUOI_KET_LUAN/><CKS_BENH_VIEN/></CHUKYDONVI>"
    inside: bool = False
    blocks: dict[str, bytes] = field(default_factory=dict)

    def but(self, **values: Any) -> "Export":
        return replace(self, **values)

    def bytes(self) -> bytes:
        block = BLOCK.format(code=self.code, grade=self.grade, doctor=self.doctor).encode()
        files = "".join(
            f"<FILEHOSO><LOAIHOSO>{kind}</LOAIHOSO><NOIDUNGFILE>"
            f"{b64encode(self.blocks.get(kind, block)).decode()}</NOIDUNGFILE></FILEHOSO>"
            for kind in self.kinds
        )
        visit = f"<HOSO>{files}</HOSO>"
        inner, outer = (self.places, "") if self.inside else ("", self.places)
        return (
            f"<KHAMSUCKHOE><THONGTINDONVI><MACSKCB>{self.facility}</MACSKCB></THONGTINDONVI>"
            f"<THONGTINHOSO><NGAYLAP>{self.made_on}</NGAYLAP><SOLUONGHOSO>{self.count}</SOLUONGHOSO>"
            f"<DANHSACHHOSO>{visit * self.visits}</DANHSACHHOSO>{inner}</THONGTINHOSO>{outer}</KHAMSUCKHOE>"
        ).encode()
