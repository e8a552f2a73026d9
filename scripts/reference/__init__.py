"""The reference pages, written from the program's own data: nothing on them is typed by hand."""

from collections.abc import Iterator

from . import answers, changes, codes, faults, rules, search, simulator, tables
from .saying import page, running, table


def build() -> dict[str, str]:
    """Every page, by its path below ``docs/reference/``. The same program always builds the same bytes."""
    found = dict(_contents())
    for room in (tables, codes, rules, answers, changes, simulator, faults, search):
        found.update(room.pages())
    return found


def _contents() -> Iterator[tuple[str, str]]:
    rows = [
        ("[index.html](index.html)", "tìm mọi thứ trong một trang, mở từ ổ đĩa, không cần mạng"),
        ("[Các bảng](bang/README.md)", "chỉ tiêu của XML0 đến XML15: tên, kiểu, độ dài, yêu cầu, nguồn"),
        ("[Danh mục dùng chung](danh-muc/README.md)", "từng mã với ngày hiệu lực và nguồn"),
        ("[Quy tắc](quy-tac/README.md)", "câu báo lỗi, mức, nơi sửa, cách sửa, ví dụ đúng và sai"),
        ("[Mã trả lời của cổng](ma-cua-cong.md)", "mỗi mã nghĩa là gì và cần làm gì"),
        ("[Tệp không đọc được](tep-khong-doc-duoc.md)", "vì sao và cần làm gì"),
        ("[Chữ ký số](chu-ky.md)", "các kết luận khi kiểm tra chữ ký"),
        ("[Chuẩn đã đổi những gì](thay-doi.md)", "khác nhau giữa các quyết định, bằng lời"),
        ("[Trạng thái hồ sơ gửi đi](trang-thai.md)", "các trạng thái và mọi bước giữa chúng"),
        ("[Phần mô phỏng](mo-phong.md)", "mỗi tình huống, màn hình nó dẫn đến, và kiểm thử giữ lời ấy"),
        (
            "[Lỗi và phép thử](loi-va-phep-thu.md)",
            "từng lỗi F01–F77: phép thử cho thấy chương trình chịu được, hoặc chưa có",
        ),
    ]
    yield (
        "README.md",
        page(
            "# Tra cứu",
            f"Viết tự động từ dữ liệu của chương trình, chuẩn {running().id}. Muốn sửa một điều ở đây thì sửa dữ liệu rồi "
            "chạy `make docs`. Hướng dẫn từng việc: [docs/how-to](../how-to/README.md).",
            table(("Trang", "Có gì"), rows),
        ),
    )
