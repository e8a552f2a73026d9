"""Invented health checks in the envelope of the notes on QĐ 2062/QĐ-BYT. Nobody's, and they look it."""

from base64 import b64encode

DOCTOR_SIGNED = (
    "<KET_LUAN><PHAN_LOAI_SK>2</PHAN_LOAI_SK><CKS_NGUOI_KET_LUAN>"
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></CKS_NGUOI_KET_LUAN></KET_LUAN>'
)


def health_check(
    *,
    number: int = 1,
    facility: str = "99999",
    count: str = "1",
    place: str = "CKS_BENH_VIEN",
    conclusion: str = DOCTOR_SIGNED,
    checks: int = 1,
) -> bytes:
    """One file. ``number`` makes it another person's."""
    person = f"<HANH_CHINH><HO_TEN>NGUYỄN VĂN MẪU {number}</HO_TEN></HANH_CHINH>"
    parts = "".join(
        f"<FILEHOSO><LOAIHOSO>{kind}</LOAIHOSO><NOIDUNGFILE>{b64encode(text.encode()).decode()}</NOIDUNGFILE></FILEHOSO>"
        for kind, text in (("XML1", person), ("XML12", conclusion))
    )
    end = f"<{place}></{place}>" if place else ""
    return (
        f"<KHAMSUCKHOE><THONGTINDONVI><MACSKCB>{facility}</MACSKCB></THONGTINDONVI>"
        f"<THONGTINHOSO><NGAYLAP>20261123</NGAYLAP><SOLUONGHOSO>{count}</SOLUONGHOSO>"
        f"<DANHSACHHOSO>{f'<HOSO>{parts}</HOSO>' * checks}</DANHSACHHOSO></THONGTINHOSO>{end}</KHAMSUCKHOE>"
    ).encode()
