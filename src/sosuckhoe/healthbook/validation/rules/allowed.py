"""What the texts allow (điều được phép): published rules that refuse nothing, kept so that nobody invents a refusal.

Each has its proof as every rule has: records that use the permission and of which nothing is said at that place, and
records beyond it, where another rule speaks (``by``).
"""

from dataclasses import dataclass
from datetime import date

from ..fault import Owner
from .cited import table


@dataclass(frozen=True, slots=True)
class Allowed:
    """One permission under a permanent id."""

    id: str
    at: str
    """The official path at which nothing is reported."""
    reads: tuple[str, ...]
    """What the permission is about, as official paths."""
    sentence: str
    """What is allowed, in Vietnamese."""
    statement: str
    source: str
    confidence: str
    owner: Owner
    since: date
    mend: str
    """What a person does: nothing, and until when."""


ALLOWED: dict[str, Allowed] = {
    one.id: one
    for one in (
        Allowed(
            "FMT-020",
            "XML1.MAHUYEN_CU_TRU",
            ("XML1.MAHUYEN_CU_TRU", "XML1.NGAY_RA"),
            "Từ 01/07/2025 không còn cấp huyện nên mã huyện cư trú (MAHUYEN_CU_TRU) được để trống; chương trình không báo lỗi.",
            "The district code is not demanded for encounters after the district level ended on 01/07/2025.",
            "Các bộ kiểm tra công khai và một tệp mẫu năm 2025; giá trị cổng mong đợi chưa được công bố",
            "medium",
            "reception",
            date(2025, 7, 1),
            "Không cần sửa: để trống mã huyện, chỉ chọn tỉnh và xã nơi cư trú.",
        ),
        Allowed(
            "COD-017",
            "XML2.SO_DANG_KY",
            ("XML2.SO_DANG_KY", "XML1.NGAY_RA"),
            "Số đăng ký (SO_DANG_KY) của thuốc hiếm nhập theo giấy phép của tỉnh ghi theo cách riêng của QĐ 1931; chưa có "
            "nguyên văn cách ghi nên chương trình không báo lỗi dạng của số này.",
            "Rare medicines imported under a provincial licence follow the 1931 coding rule, of which we have no primary text.",
            "QĐ 1931/QĐ-BYT 2026, theo bản tóm lược của bên thứ ba",
            "low",
            "pharmacy",
            date(2026, 7, 1),
            "Không cần sửa theo quy tắc này; dược so số đăng ký với giấy phép nhập khẩu của lô thuốc.",
        ),
        Allowed(
            "BUS-020",
            "XML1.NGAY_TTOAN",
            ("XML1.NGAY_TTOAN",),
            "Hồ sơ gửi khi chưa thanh toán được để trống ngày thanh toán (NGAY_TTOAN), và gửi lại sau khi thanh toán.",
            "A record sent unpaid has empty NGAY_TTOAN and is resent when paid.",
            f"{table(1)}, NGAY_TTOAN",
            "high",
            "cashier",
            date(2024, 7, 1),
            "Không cần sửa lúc này; khi người bệnh thanh toán xong, thu ngân ghi ngày thanh toán rồi gửi lại hồ sơ.",
        ),
        Allowed(
            "BUS-026",
            "XML2.NGAY_YL",
            ("XML2.NGAY_YL", "XML2.NGAY_TH_YL"),
            "Thuốc dùng trong ngày nghỉ được ghi ngày y lệnh (NGAY_YL) của ngày làm việc liền trước; chương trình không báo lỗi.",
            "Medicine orders of rest days may carry the order date of the last working day before.",
            f"{table(2)}, NGAY_YL",
            "medium",
            "pharmacy",
            date(2024, 7, 1),
            "Không cần sửa: ngày y lệnh là ngày làm việc liền trước ngày nghỉ, ngày thực hiện là ngày dùng thuốc.",
        ),
    )
}
"""Every permission, by id."""
