"""Small official documents written by hand, so that nothing of ours stands on both sides of the contract."""

from base64 import b64encode
from xml.sax.saxutils import escape

FACILITY = "99999"

VISIT = {
    "MA_LK": "99999.26.000001",
    "STT": "1",
    "MA_BN": "BN0001",
    "HO_TEN": "Nguyễn Thị Bình",
    "SO_CCCD": "099190000001",
    "NGAY_SINH": "199002010000",
    "GIOI_TINH": "2",
    "MA_QUOCTICH": "000",
    "MA_DANTOC": "01",
    "MA_NGHE_NGHIEP": "00000",
    "DIA_CHI": "Số 1, Phố Mẫu, Xã Mẫu, Tỉnh Mẫu",
    "MATINH_CU_TRU": "99",
    "MAXA_CU_TRU": "99999",
    "DIEN_THOAI": "0900000001",
    "MA_THE_BHYT": "XX4990000000001",
    "MA_DKBD": "99999",
    "GT_THE_TU": "20260101",
    "GT_THE_DEN": "20261231",
    "LY_DO_VV": "Ho, sốt ba ngày",
    "CHAN_DOAN_VAO": "Viêm phế quản cấp",
    "CHAN_DOAN_RV": "Viêm phế quản cấp",
    "MA_BENH_CHINH": "J20.9",
    "MA_DOITUONG_KCB": "1.1",
    "NGAY_VAO": "202611200730",
    "NGAY_RA": "202611200915",
    "SO_NGAY_DTRI": "1",
    "KET_QUA_DTRI": "2",
    "MA_LOAI_RV": "1",
    "GHI_CHU": "Uống thuốc đủ ngày, khám lại khi khó thở",
    "NGAY_TTOAN": "202611200920",
    "T_THUOC": "21000.00",
    "T_VTYT": "0.00",
    "T_TONGCHI_BV": "63000.00",
    "T_TONGCHI_BH": "63000.00",
    "T_BNTT": "0.00",
    "T_BNCCT": "12600.00",
    "T_BHTT": "50400.00",
    "T_NGUONKHAC": "0.00",
    "T_BHTT_GDV": "50400.00",
    "NAM_QT": "2026",
    "THANG_QT": "11",
    "MA_LOAI_KCB": "01",
    "MA_KHOA": "K01",
    "MA_CSKCB": FACILITY,
    "CAN_NANG": "52.50",
    "MA_HSBA": "HS0001",
}
MEDICINE = {
    "MA_LK": VISIT["MA_LK"],
    "STT": "1",
    "MA_THUOC": "40.155",
    "MA_NHOM": "4",
    "TEN_THUOC": "Amoxicilin 500mg",
    "DON_VI_TINH": "Viên",
    "HAM_LUONG": "500mg",
    "DUONG_DUNG": "1.01",
    "LIEU_DUNG": "1 viên/lần * 2 lần/ngày * 5 ngày [2 viên/ngày]",
    "CACH_DUNG": "Uống sau ăn",
    "PHAM_VI": "1",
    "TYLE_TT_BH": "100",
    "SO_LUONG": "10",
    "DON_GIA": "2100",
    "THANH_TIEN_BV": "21000",
    "THANH_TIEN_BH": "21000",
    "T_NGUONKHAC": "0",
    "MUC_HUONG": "80",
    "T_BNTT": "0",
    "T_BNCCT": "4200",
    "T_BHTT": "16800",
    "MA_KHOA": "K01",
    "MA_BAC_SI": "099999/BYT-CCHN",
    "NGAY_YL": "202611200800",
    "MA_PTTT": "1",
    "NGUON_CTRA": "1",
}


def row(values: dict[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())


def table(name: str, rows: list[dict[str, str]]) -> str:
    """One inner document of XML1 or XML2."""
    if name == "XML1":
        return f'<?xml version="1.0" encoding="utf-8"?>\r\n<TONG_HOP>{row(rows[0])}</TONG_HOP>'
    lines = "".join(f"<CHI_TIET_THUOC>{row(one)}</CHI_TIET_THUOC>" for one in rows)
    return (
        f"<CHITIEU_CHITIET_THUOC><DSACH_CHI_TIET_THUOC>{lines}</DSACH_CHI_TIET_THUOC></CHITIEU_CHITIET_THUOC>"
    )


def envelope(
    parts: list[tuple[str, str]], facility: str = FACILITY, count: str = "1", tail: str = ""
) -> bytes:
    """A GIAMDINHHS from already written inner documents."""
    files = "".join(
        f"<FILEHOSO><LOAIHOSO>{name}</LOAIHOSO><NOIDUNGFILE>{b64encode(text.encode()).decode()}</NOIDUNGFILE></FILEHOSO>"
        for name, text in parts
    )
    return (
        f"<GIAMDINHHS><THONGTINDONVI><MACSKCB>{facility}</MACSKCB></THONGTINDONVI><THONGTINHOSO>"
        f"<NGAYLAP>20261120</NGAYLAP><SOLUONGHOSO>{count}</SOLUONGHOSO><DANHSACHHOSO><HOSO>{files}</HOSO>"
        f"</DANHSACHHOSO></THONGTINHOSO>{tail}<CHUKYDONVI></CHUKYDONVI></GIAMDINHHS>"
    ).encode()


def record(**changes: str) -> bytes:
    """A visit with one medicine, unsigned; changes are of XML1 (an empty value leaves the field out)."""
    visit = {name: value for name, value in {**VISIT, **changes}.items() if value}
    medicine = {**MEDICINE, "MA_LK": visit["MA_LK"]}
    parts = [("XML1", table("XML1", [visit])), ("XML2", table("XML2", [medicine]))]
    return envelope(parts, visit.get("MA_CSKCB", FACILITY))


def check_in(visit_code: str, facility: str = FACILITY) -> bytes:
    """A check-in (XML0), unsigned."""
    values = {
        "MA_LK": visit_code,
        "STT": "1",
        "MA_BN": "BN0001",
        "HO_TEN": "Nguyễn Thị Bình",
        "SO_CCCD": "099190000001",
        "NGAY_SINH": "199002010000",
        "GIOI_TINH": "2",
        "MA_DOITUONG_KCB": "1.1",
        "NGAY_VAO": "202611200730",
        "MA_LOAI_KCB": "01",
        "MA_CSKCB": facility,
        "NGAY_YL": "202611200745",
    }
    return (
        f"<CHI_TIEU_TRANG_THAI_KCB><DSACH_TRANG_THAI_KCB><TRANG_THAI_KCB>{row(values)}</TRANG_THAI_KCB>"
        "</DSACH_TRANG_THAI_KCB><CHUKYDONVI></CHUKYDONVI></CHI_TIEU_TRANG_THAI_KCB>"
    ).encode()
