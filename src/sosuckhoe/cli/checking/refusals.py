"""Why a name given to ``check`` cannot be looked into: codes of this command, beside the reader's own FILE-… codes."""

from dataclasses import dataclass

from sosuckhoe.healthbook.validation import Checked, Fault


@dataclass(frozen=True, slots=True)
class Refusal:
    """``what`` may hold ``{name}``."""

    what: str
    what_to_do: str


ZIP_AGAIN = "Nén lại thư mục xuất tệp thành zip thường (không mật khẩu) rồi kiểm tra lại."
SUSPECT = "Kiểm tra nguồn gốc của tệp nén; nếu là tệp của bệnh viện, nén lại rồi kiểm tra."

REFUSALS: dict[str, Refusal] = {
    "FILE-NOT-FOUND": Refusal("Không mở được tệp {name}.", "Kiểm tra tên tệp và quyền đọc rồi chạy lại."),
    "FILE-NOT-PLAIN": Refusal(
        "{name} không phải tệp thường (ống dẫn hoặc thiết bị).", "Chỉ để tệp XML trong thư mục này."
    ),
    "FILE-CHECK-STOPPED": Refusal(
        "Việc kiểm tra {name} bị dừng giữa chừng, có thể do thiếu bộ nhớ.",
        "Kiểm tra riêng tệp này với --jobs 1; nếu vẫn dừng, gửi mô tả cho người phụ trách chương trình.",
    ),
    "FOLDER-EMPTY": Refusal("Thư mục {name} không có tệp XML nào.", "Kiểm tra lại tên thư mục xuất tệp."),
    "ARCHIVE-DAMAGED": Refusal("Tệp nén {name} bị hỏng hoặc chưa chép xong.", "Chép lại hoặc nén lại tệp."),
    "ARCHIVE-EMPTY": Refusal("Tệp nén {name} không có tệp XML nào.", "Kiểm tra lại tệp cần gửi."),
    "ARCHIVE-TOO-MANY": Refusal(
        "Tệp nén {name} có quá nhiều tệp bên trong.", "Chia thành nhiều tệp nén nhỏ hơn."
    ),
    "ARCHIVE-RATIO": Refusal("Tệp nén {name} phình ra quá 100 lần khi mở, có thể gây hại.", SUSPECT),
    "ARCHIVE-NESTED": Refusal(
        "Tệp nén {name} chứa tệp nén khác.", "Giải nén lớp ngoài rồi kiểm tra từng tệp."
    ),
    "ARCHIVE-ENCRYPTED": Refusal("Tệp nén {name} có mật khẩu.", ZIP_AGAIN),
    "ARCHIVE-METHOD": Refusal("Tệp nén {name} dùng cách nén không được hỗ trợ.", ZIP_AGAIN),
    "ARCHIVE-LINK": Refusal("Tệp nén {name} chứa liên kết tới nơi khác.", SUSPECT),
    "ARCHIVE-NAME": Refusal("Tệp nén {name} có tên tệp trỏ ra ngoài hoặc không hợp lệ.", SUSPECT),
    "ARCHIVE-DUPLICATE": Refusal("Tệp nén {name} có hai tệp cùng tên.", SUSPECT),
    "ARCHIVE-OVERLAP": Refusal("Tệp nén {name} có các phần chồng lên nhau.", SUSPECT),
    "ARCHIVE-SIZE": Refusal("Tệp nén {name} khai kích thước không khớp với nội dung.", SUSPECT),
}


class Refused(Exception):
    """A name or an archive that is not looked into. ``code`` is in ``REFUSALS``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refused(name: str, code: str) -> Checked:
    """The result of a file that was not read."""
    refusal = REFUSALS[code]
    sentence = f"{refusal.what.replace('{name}', name)} {refusal.what_to_do}"
    fault = Fault(code, "FILE", None, "error", sentence, "Máy này", owner="it")
    return Checked(name, faults=[fault], usable=False)
