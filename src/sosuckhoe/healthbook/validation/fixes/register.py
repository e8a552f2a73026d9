"""Which kinds of safe change belong to which rule: the whole table. The first that can be shown to work is offered."""

from collections.abc import Mapping

from ..shape_ids import CODE_FORM, CODE_LIST, FORM
from . import amounts, dates, numbers, repeated, stay, writing
from .fix import Kind

KINDS: Mapping[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind(
            "trim",
            "Bỏ dấu cách thừa và ký tự ẩn",
            "Chỉ bỏ ký tự không nhìn thấy; các chữ và số giữ nguyên.",
            writing.trimmed,
        ),
        Kind(
            "blanks",
            "Bỏ dấu cách cạnh dấu “;” và ở hai đầu",
            "Chỉ bỏ dấu cách; các mã giữ nguyên.",
            writing.without_blanks,
        ),
        Kind(
            "name",
            "Gọn họ tên: một dấu cách giữa các chữ, không ký tự ẩn",
            "Các chữ của họ tên giữ nguyên như đã ghi.",
            writing.tidy_name,
        ),
        Kind(
            "nfc",
            "Chuyển chữ Việt sang dạng dựng sẵn",
            "Chữ đọc vẫn như cũ, chỉ đổi cách lưu theo yêu cầu Unicode dựng sẵn.",
            writing.composed,
        ),
        Kind(
            "list",
            "Ngăn danh sách bằng dấu “;”, bỏ phần tử trống",
            "Các mã và thứ tự của chúng giữ nguyên; chỉ đổi dấu ngăn cách.",
            writing.separated,
        ),
        Kind(
            "zero",
            "Ghi đủ hai chữ số, có số 0 đứng đầu",
            "Mã có hai chữ số; số 0 đứng đầu thường mất khi xuất qua bảng tính.",
            writing.with_its_zero,
        ),
        Kind(
            "capitals",
            "Ghi mã thẻ bằng chữ hoa, liền nhau",
            "Mã thẻ chỉ có chữ hoa và số; các ký tự giữ nguyên thứ tự.",
            writing.in_capitals,
        ),
        Kind(
            "number-rows",
            "Đánh lại số thứ tự từ 1",
            "Số thứ tự chỉ là thứ tự dòng trong bảng; các dòng không đổi chỗ.",
            writing.renumbered,
        ),
        Kind(
            "dot",
            "Đổi dấu phẩy thập phân thành dấu chấm",
            "Số chỉ có một cách đọc; giá trị không đổi. Số có thể hiểu hai cách thì không đề xuất.",
            numbers.with_a_dot,
        ),
        Kind(
            "zeros",
            "Bỏ số 0 thừa sau dấu chấm thập phân",
            "Bỏ số 0 ở cuối phần thập phân không làm đổi giá trị.",
            numbers.without_empty_decimals,
        ),
        Kind(
            "two-decimals",
            "Ghi cân nặng với hai chữ số thập phân",
            "Thêm số 0 ở cuối phần thập phân không làm đổi giá trị.",
            numbers.with_two_decimals,
        ),
        Kind(
            "day",
            "Ghi ngày bằng 8 chữ số",
            "Chỉ tiêu này chỉ ghi ngày; phần giờ là 0000 hoặc chuẩn không còn yêu cầu.",
            dates.day_alone,
        ),
        Kind(
            "seconds",
            "Bỏ phần giây 00",
            "Chuẩn ghi đến phút; phần giây là 00.",
            dates.without_seconds,
        ),
        Kind(
            "hyphens",
            "Bỏ dấu gạch trong ngày giờ",
            "Thứ tự năm-tháng-ngày đã đúng; chỉ bỏ dấu ngăn cách.",
            dates.without_hyphens,
        ),
        Kind(
            "birth",
            "Ghi 0000 cho phần chưa rõ của ngày sinh",
            "Chuẩn quy định ghi 0000 cho giờ, ngày, tháng không rõ; phần đã biết giữ nguyên.",
            dates.birth_with_zeros,
        ),
        Kind(
            "reckon",
            "Tính lại số tiền theo công thức của chuẩn",
            "Các số dùng để tính không có lỗi, và mọi số khác trong hồ sơ khớp với kết quả.",
            amounts.reckoned,
        ),
        Kind(
            "reckon-full-rate",
            "Tính lại thành tiền theo số lượng và đơn giá",
            "Tỷ lệ dịch vụ là 100%, số lượng và đơn giá không có lỗi, mọi số khác trong hồ sơ khớp với kết quả.",
            amounts.reckoned_without_a_rate,
        ),
        Kind(
            "copy",
            "Ghi lại theo bảng tổng hợp (XML1)",
            "Chỉ tiêu hành chính này lấy từ bảng tổng hợp; ở đó không có lỗi, và giấy không phải của người khác.",
            repeated.copied,
        ),
        Kind(
            "discharge-day",
            "Ghi ngày chứng từ là ngày ra viện",
            "Chuẩn quy định giấy ra viện ghi ngày ra viện; ngày ra viện ở hai bảng như nhau.",
            repeated.discharge_day,
        ),
        Kind(
            "days",
            "Tính lại số ngày điều trị",
            "Chuẩn tính số ngày từ loại hình, ngày vào và ngày ra; các chỉ tiêu đó không có lỗi.",
            stay.days_by_the_standard,
        ),
        Kind(
            "short-stay",
            "Ghi loại hình 09 cho đợt nội trú dưới 4 giờ",
            "Chuẩn xác định loại hình này từ thời điểm vào và ra; hai thời điểm không có lỗi.",
            stay.short_stay,
        ),
    )
}

_OF_DATES = ("trim", "day", "seconds", "hyphens", "list")
_OF_NUMBERS = ("trim", "dot", "zeros", "list")
_BY_RULE: dict[str, tuple[str, ...]] = {
    "SHP-002": _OF_NUMBERS,
    "SHP-003": ("trim",),
    "FMT-001": ("trim", "zeros"),
    "FMT-002": _OF_DATES,
    "FMT-003": _OF_DATES,
    "FMT-004": _OF_NUMBERS,
    "FMT-005": ("zeros",),
    "FMT-006": ("zeros",),
    "FMT-007": ("blanks", "list"),
    "FMT-009": ("number-rows",),
    "FMT-011": ("name",),
    "FMT-013": ("trim", "seconds", "hyphens", "birth"),
    "FMT-021": ("trim", "capitals"),
    "FMT-022": ("capitals", "list"),
    "FMT-023": ("blanks", "list"),
    "FMT-025": _OF_DATES,
    "FMT-031": ("two-decimals",),
    "FMT-046": _OF_NUMBERS,
    "FMT-047": _OF_NUMBERS,
    "FMT-048": ("blanks",),
    "FMT-066": ("blanks",),
    "FMT-068": ("blanks", "list"),
    "FMT-073": ("trim", "capitals"),
    "FMT-078": ("blanks", "list"),
    "NAME-001": ("name",),
    "WRITE-NOT-NFC": ("nfc",),
    "XFD-001": ("reckon",),
    "XFD-002": ("reckon",),
    "XFD-003": ("reckon-full-rate",),
    "XFD-005": ("reckon-full-rate",),
    "XFD-006": ("reckon",),
    "XFD-008": ("reckon",),
    "XFD-009": ("reckon",),
    "XFD-010": ("reckon",),
    "XFD-022": ("reckon",),
    "XFD-079": ("discharge-day",),
    "XTB-004": ("reckon",),
    "XTB-005": ("reckon",),
    "XTB-006": ("reckon",),
    "XTB-007": ("reckon",),
    "XTB-008": ("reckon",),
    "XTB-009": ("reckon",),
    "XTB-010": ("reckon",),
    "XTB-011": ("reckon",),
    "XTB-012": ("reckon",),
    "XTB-028": ("copy",),
    "XTB-029": ("copy",),
    "XTB-030": ("copy",),
    "XTB-031": ("copy",),
    "XTB-033": ("copy",),
    "XTB-034": ("copy",),
    "BUS-001": ("short-stay",),
    "BUS-004": ("days",),
    "BUS-005": ("days",),
}
for _id in {*FORM.values()}:
    _BY_RULE.setdefault(_id, ("trim", *_OF_NUMBERS[1:], *_OF_DATES[1:]))
for _id in {*CODE_LIST.values(), *(id for _, id in CODE_FORM.values())}:
    _BY_RULE[_id] = (*_BY_RULE.get(_id, ()), "trim", "zero")

FIXES: Mapping[str, tuple[Kind, ...]] = {
    rule: tuple(KINDS[kind] for kind in dict.fromkeys(kinds)) for rule, kinds in sorted(_BY_RULE.items())
}
"""By rule id, the kinds of change that may mend its faults, in the order they are tried."""
