"""HIV care and tuberculosis treatment (bảng 6 và bảng 15): code ranges and what goes together."""

from datetime import date

from ..rule import rule
from .cited import CHECKERS, DERIVED, GATEWAY, table


@rule(
    "FMT-084",
    table="XML6",
    reads=("MA_XU_TRI",),
    owner="clinician",
    source=table(6),
    sentence=(
        "Mã xử trí (MA_XU_TRI) có {@wrong}; chỉ dùng các số từ 1 đến 8, nhiều số thì cách nhau bằng dấu “;”."
    ),
)
def management_codes_are_known(codes: list[str]) -> list[str]:
    """Management codes are 1 to 8."""
    return [code for code in codes if code not in "12345678" or len(code) != 1]


@rule(
    "FMT-085",
    table="XML6",
    reads=("MA_TINH_TRANG_DK",),
    owner="clinician",
    source=table(6),
    sentence=(
        "Mã tình trạng đăng ký (MA_TINH_TRANG_DK) có {@wrong}; chỉ dùng các số từ 1 đến 9, "
        "nhiều số thì cách nhau bằng dấu “;”."
    ),
)
def status_codes_are_known(codes: list[str]) -> list[str]:
    """Status codes are 1 to 9."""
    return [code for code in codes if code not in "123456789" or len(code) != 1]


def _in_range(id: str, table_name: str, field: str, first: int, last: int, label: str) -> None:
    allowed = frozenset(str(number) for number in range(first, last + 1))

    def code_is_in_its_range(code: str) -> bool:
        return code in allowed

    join = "hoặc" if last == first + 1 else "đến"
    code_is_in_its_range.__doc__ = f"{field} is {first} to {last}."
    rule(
        id,
        table=table_name,
        reads=(field,),
        owner="clinician",
        source=table(int(table_name[3:])),
        sentence=f"{label} ({field}) đang ghi {{{field}}}; chỉ dùng số {first} {join} {last}.",
    )(code_is_in_its_range)


_in_range("FMT-086", "XML6", "NHOM_DOI_TUONG", 0, 11, "Mã nhóm đối tượng")
_in_range("FMT-087", "XML15", "PHANLOAI_LAO_VITRI", 1, 2, "Phân loại lao theo vị trí")
_in_range("FMT-087", "XML15", "PHANLOAI_LAO_TS", 1, 6, "Phân loại lao theo tiền sử")
_in_range("FMT-087", "XML15", "PHANLOAI_LAO_HIV", 1, 3, "Phân loại lao theo tình trạng HIV")
_in_range("FMT-087", "XML15", "PHANLOAI_LAO_VK", 1, 2, "Phân loại lao theo vi khuẩn")
_in_range("FMT-087", "XML15", "PHANLOAI_LAO_KT", 1, 6, "Phân loại lao theo kháng thuốc")
_in_range("FMT-088", "XML15", "PHACDO_DTRI_LAO", 1, 25, "Phác đồ điều trị lao")
_in_range("FMT-088", "XML15", "KET_QUA_DTRI_LAO", 1, 6, "Kết quả điều trị lao")
_in_range("FMT-088", "XML15", "LOAI_DTRI_LAO", 0, 3, "Loại điều trị lao")


def tb_treatment_is_described(kind: str, value: str | None) -> bool:
    """TB regimen and start date are filled when LOAI_DTRI_LAO is not 0."""
    return kind == "0" or value is not None


def pcr_is_described(statuses: list[str], value: str | None) -> bool:
    """PCR fields are filled when the status contains 1 (child under 18 months)."""
    return "1" not in statuses or value is not None


def arv_is_described(management: list[str], value: str | None) -> bool:
    """ARV dates and days are filled when MA_XU_TRI contains 1."""
    return "1" not in management or value is not None


for _field, _label in (
    ("NGAYBD_DTRI_LAO", "ngày bắt đầu điều trị lao"),
    ("PHACDO_DTRI_LAO", "phác đồ điều trị lao"),
):
    rule(
        "XFD-069",
        table="XML6",
        reads=("LOAI_DTRI_LAO", _field),
        owner="clinician",
        source=f"{GATEWAY}; {CHECKERS}",
        sentence=f"Loại điều trị lao ghi {{LOAI_DTRI_LAO}} thì cần có {_label} ({_field}).",
    )(tb_treatment_is_described)
for _field, _label in (
    ("LAN_XN_PCR", "lần xét nghiệm PCR"),
    ("NGAY_XN_PCR", "ngày xét nghiệm PCR"),
    ("NGAY_KQ_XN_PCR", "ngày có kết quả PCR"),
    ("MA_KQ_XN_PCR", "kết quả PCR"),
):
    rule(
        "XFD-070",
        table="XML6",
        reads=("MA_TINH_TRANG_DK", _field),
        owner="clinician",
        source=f"{GATEWAY}; {CHECKERS}",
        sentence=f"Tình trạng đăng ký có số 1 (trẻ dưới 18 tháng) thì cần có {_label} ({_field}).",
    )(pcr_is_described)
for _field, _label in (
    ("NGAY_BAT_DAU_XU_TRI", "ngày bắt đầu xử trí"),
    ("NGAY_KET_THUC_XU_TRI", "ngày kết thúc xử trí"),
    ("SO_NGAY_CAP_THUOC_ARV", "số ngày cấp thuốc ARV"),
):
    rule(
        "XFD-071",
        table="XML6",
        reads=("MA_XU_TRI", _field),
        owner="clinician",
        source=f"{GATEWAY}; {CHECKERS}",
        sentence=f"Xử trí có số 1 (cấp thuốc ARV) thì cần có {_label} ({_field}).",
    )(arv_is_described)


@rule(
    "XFD-072",
    table="XML6",
    reads=("NGAY_BAT_DAU_XU_TRI", "NGAY_KET_THUC_XU_TRI", "SO_NGAY_CAP_THUOC_ARV"),
    owner="clinician",
    source=table(6, GATEWAY),
    sentence=(
        "Số ngày cấp thuốc ARV là {SO_NGAY_CAP_THUOC_ARV}, nhiều hơn số ngày từ {NGAY_BAT_DAU_XU_TRI} đến "
        "{NGAY_KET_THUC_XU_TRI}."
    ),
)
def arv_days_fit_their_dates(first: date, last: date, days: int) -> bool:
    """ARV days do not exceed the days between start and end of management."""
    return last < first or days <= (last - first).days + 1


@rule(
    "XFD-073",
    table="XML6",
    reads=("MA_PHAC_DO_DIEU_TRI", "MA_BAC_PHAC_DO"),
    owner="clinician",
    source=GATEWAY,
    sentence="Phác đồ điều trị ghi {MA_PHAC_DO_DIEU_TRI} (khác) nhưng chưa có bậc phác đồ (MA_BAC_PHAC_DO).",
)
def other_regimen_names_its_line(regimen: str, line: str | None) -> bool:
    """MA_BAC_PHAC_DO is filled when the regimen is coded as other."""
    return regimen.upper() != "KHAC" or line is not None


@rule(
    "XFD-093",
    table="XML15",
    reads=("NGAYBD_DTRI_LAO", "NGAYKT_DTRI_LAO"),
    confidence="medium",
    owner="clinician",
    source=DERIVED,
    sentence="Ngày kết thúc điều trị lao ({NGAYKT_DTRI_LAO}) ở trước ngày bắt đầu ({NGAYBD_DTRI_LAO}).",
)
def tb_treatment_ends_after_it_starts(first: date, last: date) -> bool:
    """TB treatment does not end before it starts."""
    return last >= first
