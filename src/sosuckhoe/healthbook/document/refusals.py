"""Why a file cannot be read at all: every code, its sentence, and the classes of bad-input.md it answers.

Only what cannot be parsed, or must not be, ends here. What is wrong in a readable file is a ``Remark``, so that
all faults of a file are told at once. Codes are permanent; sentences may be bettered.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file: the part (``XML3``, empty for the file itself), line and column from 1."""

    part: str = ""
    line: int | None = None
    column: int | None = None
    visit: int | None = None
    """Which HOSO, from 1, where the file holds several."""

    def __str__(self) -> str:
        place = [f"hồ sơ thứ {self.visit}"] if self.visit else []
        if self.part:
            place.append(f"phần {self.part}")
        if self.line is not None:
            place.append(f"dòng {self.line}")
            if self.column is not None:
                place.append(f"cột {self.column}")
        return ", ".join(place)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way a file is unreadable. ``what`` may hold ``{detail}``."""

    what: str
    what_to_do: str
    classes: tuple[str, ...]
    """The rows of bad-input.md this answers."""


EXPORT_AGAIN = "Xuất lại tệp từ phần mềm của bệnh viện rồi nạp lại."

REFUSALS: dict[str, Refusal] = {
    "FILE-EMPTY": Refusal("tệp không có nội dung.", EXPORT_AGAIN, ("B01",)),
    "FILE-NOT-XML": Refusal(
        "nội dung không phải XML{detail}.",
        "Chọn đúng tệp XML do phần mềm của bệnh viện xuất ra.",
        ("B01", "B03"),
    ),
    "FILE-TRUNCATED": Refusal(
        "nội dung bị cắt ngang, thiếu phần cuối.",
        "Tệp có thể chưa ghi hoặc chưa chép xong: chép lại từ nơi xuất, hoặc xuất lại.",
        ("B02",),
    ),
    "FILE-TWO-ROOTS": Refusal(
        "còn nội dung thừa sau thẻ đóng cuối cùng.",
        "Mỗi tệp chỉ giữ một tài liệu XML; xuất lại từng tệp riêng.",
        ("B03",),
    ),
    "FILE-MALFORMED": Refusal(
        "XML sai cú pháp{detail}.",
        "Nhờ người phụ trách phần mềm sửa chỗ này rồi xuất lại; không sửa tay trong tệp đã ký.",
        ("B03", "B04"),
    ),
    "FILE-DOCTYPE": Refusal(
        "có khai báo DOCTYPE hoặc ENTITY. Hồ sơ không bao giờ cần khai báo này và nó có thể gây hại.",
        "Kiểm tra nguồn gốc của tệp. Nếu là tệp của bệnh viện, xuất lại không có DOCTYPE.",
        ("B05", "B06", "B07"),
    ),
    "FILE-ENTITY": Refusal(
        "dùng ký hiệu thay thế (&…;) không được định nghĩa trong XML.",
        "Xuất lại với chữ thật thay cho ký hiệu; dấu & trong nội dung phải ghi là &amp;.",
        ("B04", "B08"),
    ),
    "FILE-EXTERNAL": Refusal(
        "trỏ tới tài liệu nằm ngoài tệp ({detail}).",
        "Kiểm tra nguồn gốc của tệp, rồi xuất lại tệp không có liên kết ra ngoài.",
        ("B09",),
    ),
    "FILE-INSTRUCTION": Refusal(
        "có chỉ thị xử lý (<?…?>) nằm trong giá trị của một trường.",
        "Kiểm tra nguồn gốc của tệp, rồi xuất lại không có chỉ thị này.",
        ("B10",),
    ),
    "FILE-COMMENT": Refusal(
        "có chú thích (<!-- -->) nằm trong giá trị của một trường, nên mỗi phần mềm có thể đọc ra một khác.",
        "Kiểm tra nguồn gốc của tệp, rồi xuất lại không có chú thích.",
        ("B11",),
    ),
    "FILE-TOO-DEEP": Refusal(
        "các thẻ lồng nhau sâu quá {detail} tầng.",
        "Kiểm tra lại phần mềm xuất tệp: hồ sơ đúng chuẩn chỉ có vài tầng.",
        ("B13",),
    ),
    "FILE-TOO-MANY": Refusal(
        "có quá nhiều thành phần: {detail}.",
        "Chia nhỏ để mỗi tệp chỉ chứa một đợt khám, rồi nạp lại.",
        ("B13",),
    ),
    "FILE-TOO-LARGE": Refusal(
        "lớn quá giới hạn {detail}.",
        "Chia nhỏ để mỗi tệp chỉ chứa một đợt khám, rồi nạp lại.",
        ("B14",),
    ),
    "FILE-BASE64": Refusal(
        "NOIDUNGFILE không giải mã được từ base64: {detail}.",
        "Xuất lại phần này; base64 chỉ dùng chữ cái, chữ số, dấu +, / và dấu = ở cuối, mã hoá một lần.",
        ("B15",),
    ),
    "FILE-UNKNOWN-ROOT": Refusal(
        "thẻ gốc không thuộc loại tệp nào của chuẩn: không phải GIAMDINHHS, CHI_TIEU_TRANG_THAI_KCB hay bảng XML1–XML15.",
        "Chọn đúng tệp hồ sơ theo QĐ 130 và các quyết định sửa đổi.",
        ("B01", "B16", "B17"),
    ),
    "FILE-NAMESPACE": Refusal(
        "thẻ gốc thuộc một không gian tên (xmlns) lạ, chuẩn không dùng không gian tên.",
        "Xuất lại tệp không khai báo xmlns mặc định.",
        ("B17",),
    ),
    "FILE-REPEATED": Refusal(
        "thẻ {detail} chỉ được có một lần nhưng lặp lại, nên không biết phải đọc thẻ nào.",
        "Xuất lại tệp; nếu tệp nhận từ nơi khác, kiểm tra nguồn gốc.",
        ("B18",),
    ),
    "FILE-NO-VISIT": Refusal(
        "không chứa hồ sơ (HOSO) nào.",
        "Chọn lại đợt khám cần xuất rồi xuất lại.",
        ("B19",),
    ),
    "FILE-ENCODING": Refusal(
        "chữ không được mã hoá bằng UTF-8{detail}.",
        "Xuất lại với bảng mã Unicode UTF-8; hệ thống không tự chuyển mã để tránh sai tên người bệnh.",
        ("B23", "B24", "B27", "B28"),
    ),
    "FILE-MOJIBAKE": Refusal(
        "tiếng Việt đã hỏng từ trước khi ghi tệp: {detail}.",
        "Sửa cách phần mềm đọc dữ liệu cũ rồi xuất lại; hệ thống không tự chuyển để tránh sai tên người bệnh.",
        ("B25", "B26"),
    ),
    "FILE-BYTE-ORDER-MARK": Refusal(
        "có dấu thứ tự byte (BOM, U+FEFF) nằm giữa nội dung.",
        "Tệp có thể do nhiều tệp ghép lại: xuất lại thành từng tệp riêng.",
        ("B29",),
    ),
    "FILE-CONTROL-CHARACTER": Refusal(
        "có ký tự điều khiển hoặc ký tự không hợp lệ ({detail}).",
        "Tìm trường có ký tự lạ ở vị trí này, gõ lại nội dung rồi xuất lại.",
        ("B30",),
    ),
}


class Unreadable(Exception):
    """A file that is refused before anything of it is used.

    ``code`` is permanent and in ``REFUSALS``; ``sentence`` says in Vietnamese what is wrong, where, and what to do.
    Nothing of the file's own content is in it, so it may go to a log.
    """

    def __init__(self, code: str, sentence: str, where: Where, detail: str = "") -> None:
        super().__init__(code, sentence, where, detail)
        self.code = code
        self.sentence = sentence
        self.where = where
        self.detail = detail

    def in_visit(self, number: int) -> "Unreadable":
        """The same refusal, its place told within one of several visits."""
        return refuse(self.code, replace(self.where, visit=number), self.detail)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


def refuse(code: str, where: Where | None = None, detail: str = "") -> Unreadable:
    """The exception for a code, its sentence made up from the table."""
    refusal = REFUSALS[code]
    where = where or Where()
    what = refusal.what.replace("{detail}", detail)
    place = str(where)
    said = f"{place}: {what}" if place else what
    return Unreadable(code, f"{said[0].upper()}{said[1:]} {refusal.what_to_do}", where, detail)
