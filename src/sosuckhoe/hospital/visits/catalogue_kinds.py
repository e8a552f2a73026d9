"""The lists a hospital loads itself: their columns by official name, and what makes two rows the same row.

Only columns named here are kept: what no rule or person needs is not stored. Column names are those of the forms of
TT 12/2026/TT-BYT and of the rules; where we have not seen the printed form, that is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

FROM, TO = "TU_NGAY", "DEN_NGAY"


@dataclass(frozen=True)
class Kind:
    """One list."""

    title: str
    source: str
    """The text and annex or form it usually comes from."""
    code: str
    """The column that holds the code."""
    needed: tuple[str, ...]
    """Columns a file must have, the code first."""
    more: tuple[str, ...] = ()
    """Columns kept when a file has them."""
    same: tuple[str, ...] = ()
    """Columns beside the code that tell rows of one code apart."""
    codes: tuple[str, ...] = ()
    """Further columns that hold codes, so must be text in a spreadsheet."""
    width: int | None = None
    """How long every code is, where that is so: then a number of as many digits has lost nothing."""
    also_called: Mapping[str, str] = field(default_factory=dict)
    """Other names of columns that were seen."""
    own: bool = False
    """The hospital's own list: rows of another facility do not belong in it."""
    whole: int | None = None
    """How many rows the published list has."""

    @property
    def columns(self) -> tuple[str, ...]:
        dates = (FROM, TO) if FROM not in self.more else ()
        return tuple(dict.fromkeys((*self.needed, *self.more, *dates)))

    @property
    def text_columns(self) -> frozenset[str]:
        return frozenset({self.code, *self.codes, "MA_CSKCB"})


KINDS: Mapping[str, Kind] = {
    "departments": Kind(
        "Khoa, giường",
        "TT 12/2026/TT-BYT, mẫu 01/DM",
        "MA_KHOA",
        ("MA_KHOA", "TEN_KHOA"),
        ("BAN_KHAM", "GIUONG_PD", "GIUONG_TK", "GIUONG_HSTC", "GIUONG_HSCC", "MA_CSKCB"),
        own=True,
    ),
    "staff": Kind(
        # The printed form 02/DM was not at hand: MACCHN for the practice licence is an assumption from common files.
        "Nhân viên y tế",
        "TT 12/2026/TT-BYT, mẫu 02/DM",
        "MA_BAC_SI",
        ("MA_BAC_SI",),
        ("HO_TEN", "MA_KHOA", "DUOC_KE_DON", "MA_CSKCB"),
        same=("MA_KHOA",),
        also_called={"MACCHN": "MA_BAC_SI", "MA_CCHN": "MA_BAC_SI"},
        own=True,
    ),
    "medicines": Kind(
        "Thuốc",
        "TT 12/2026/TT-BYT, mẫu 03/DM",
        "MA_THUOC",
        ("MA_THUOC", "TEN_THUOC", "DON_GIA"),
        (
            *("TEN_HOAT_CHAT", "DON_VI_TINH", "HAM_LUONG", "DUONG_DUNG", "MA_DUONG_DUNG", "DANG_BAO_CHE"),
            *("SO_DANG_KY", "QUY_CACH", "SO_LUONG", "TT_THAU", "TYLE_TT_BH", "LOAI_THUOC", "LOAI_THAU"),
            *("NHA_SX", "NUOC_SX", "NHA_THAU", "PP_CHEBIEN", "MA_CSKCB_THUOC", "MA_CSKCB"),
        ),
        same=("SO_DANG_KY", "TT_THAU", "HAM_LUONG", "MA_CSKCB_THUOC"),
        codes=("MA_DUONG_DUNG", "SO_DANG_KY", "TT_THAU", "MA_CSKCB_THUOC"),
        own=True,
    ),
    "supplies": Kind(
        "Vật tư y tế",
        "TT 12/2026/TT-BYT, mẫu 04/DM",
        "MA_VAT_TU",
        ("MA_VAT_TU", "TEN_VAT_TU"),
        (
            *("NHOM_VAT_TU", "MA_HIEU", "SO_LUU_HANH", "QUY_CACH", "NHA_SX", "NUOC_SX", "DON_VI_TINH", "DON_GIA"),
            *("TT_THAU", "MA_CSKCB"),
        ),
        same=("MA_HIEU", "SO_LUU_HANH", "TT_THAU"),
        codes=("MA_HIEU", "SO_LUU_HANH", "TT_THAU"),
        own=True,
    ),
    "services": Kind(
        "Dịch vụ kỹ thuật",
        "TT 12/2026/TT-BYT, mẫu 05/DM",
        "MA_DICH_VU",
        ("MA_DICH_VU", "TEN_DICH_VU", "DON_GIA"),
        (
            *("TEN_DVKT_GIA", "QUY_TRINH", "CS_THUCHIEN", "TINHTRANG_DV", "MA_GIA", "TEN_GIA", "GIA_TT_BHYT"),
            *("MA_PTTT", "MA_CSKCB"),
        ),
        same=("TEN_DICH_VU", "MA_GIA"),
        codes=("MA_GIA", "MA_PTTT"),
        own=True,
    ),
    "devices": Kind(
        # Of form 06/DM only the code is known for certain.
        "Máy y tế",
        "TT 12/2026/TT-BYT, mẫu 06/DM",
        "MA_MAY",
        ("MA_MAY",),
        ("TEN_TB", "MA_CSKCB"),
        own=True,
    ),
    "facilities": Kind(
        "Cơ sở khám bệnh, chữa bệnh",
        "Danh mục cơ sở của BHXH",
        "MA_CSKCB",
        ("MA_CSKCB", "TEN"),
        ("DIA_CHI", "CAP", "HANG"),
        width=5,
        also_called={"TEN_CSKCB": "TEN", "TEN_CO_SO": "TEN", "MA_CO_SO": "MA_CSKCB"},
    ),
    "icd10": Kind(
        "Mã bệnh ICD-10",
        "TT 06/2026/TT-BYT, phụ lục",
        "MA_BENH",
        ("MA_BENH", "TEN"),
        (
            *("MA_KHONG_DAU", "DAU", "TEN_EN", "KHONG_LA_BENH_CHINH", "KHONG_KHUYEN_KHICH", "KHONG_SU_DUNG"),
            *("CHI_TU_VONG", "NU", "NAM"),
        ),
        whole=15_844,
    ),
    "long_term_diseases": Kind(
        "Bệnh dài ngày",
        "Danh mục bệnh cần chữa trị dài ngày của Bộ Y tế",
        "MA_BENH",
        ("MA_BENH",),
        ("TEN",),
        also_called={"MA_ICD": "MA_BENH", "MA_ICD10": "MA_BENH"},
    ),
    "traditional_services": Kind(
        # No text marks them in one column, so the hospital lists them: the codes alone are enough.
        "Dịch vụ y học cổ truyền",
        "Trích từ danh mục dịch vụ của bệnh viện",
        "MA_DICH_VU",
        ("MA_DICH_VU",),
        ("TEN_DICH_VU",),
    ),
    "shortest_times": Kind(
        "Thời gian tối thiểu của dịch vụ",
        "Quy trình kỹ thuật bệnh viện đang áp dụng",
        "MA_DICH_VU",
        ("MA_DICH_VU", "SO_PHUT"),
        ("TEN_DICH_VU",),
    ),
    "national_services": Kind(
        "Dịch vụ kỹ thuật dùng chung",
        "QĐ 2010/QĐ-BYT 2025, phụ lục 1 đến 4",
        "MA_DICH_VU",
        ("MA_DICH_VU",),
        ("TEN", "TEN_DICH_VU"),
    ),
    "indicators": Kind(
        "Chỉ số xét nghiệm, chẩn đoán hình ảnh",
        "QĐ 1227/QĐ-BYT 2025",
        "MA_CHI_SO",
        ("MA_CHI_SO",),
        ("TEN", "TEN_CHI_SO", "DON_VI_DO", "LOINC"),
    ),
    "procedures": Kind(
        "Phẫu thuật, thủ thuật ICD-9-CM",
        "QĐ 4440/QĐ-BYT 2020, phụ lục 3",
        "MA_PTTT_QT",
        ("MA_PTTT_QT",),
        ("TEN", "TEN_EN"),
    ),
    "communes": Kind(
        "Xã, phường", "Danh mục đơn vị hành chính", "MAXA", ("MAXA",), ("TEN", "MATINH"), codes=("MATINH",), width=5
    ),
    "occupations": Kind(
        "Nghề nghiệp", "QĐ 34/2020/QĐ-TTg", "MA_NGHE_NGHIEP", ("MA_NGHE_NGHIEP",), ("TEN",)
    ),
    "nationalities": Kind(
        "Quốc tịch", "TT 07/2016/TT-BCA, phụ lục 2", "MA_QUOCTICH", ("MA_QUOCTICH",), ("TEN",), width=3
    ),
    "traditional_diseases": Kind(
        "Bệnh y học cổ truyền", "Danh mục mã bệnh y học cổ truyền", "MA_BENH_YHCT", ("MA_BENH_YHCT",), ("TEN",)
    ),
    "regimens": Kind(
        "Phác đồ ARV", "QĐ 5937/QĐ-BYT 2021, phụ lục 10", "MA_PHAC_DO", ("MA_PHAC_DO",), ("TEN",)
    ),
    "fuels": Kind(
        "Xăng dầu", "QĐ 3276/QĐ-BYT 2025, phụ lục 2", "MA_XANG_DAU", ("MA_XANG_DAU",), ("TEN",)
    ),
}  # fmt: skip
