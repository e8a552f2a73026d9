"""The texts and lists the rules rest on, as they are cited to people."""

TABLE = "QĐ 4750/QĐ-BYT, Bảng {}"
"""An annex of the decision: ``TABLE.format(1)`` describes table 1 (XML1)."""
GENERAL = "QĐ 4750/QĐ-BYT, quy định chung về định dạng dữ liệu"
GATEWAY = "Bảng kiểm tra của Cổng tiếp nhận dữ liệu BHXH theo QĐ 4750"
GATEWAY_PAGE = "Tài liệu API công khai của Cổng tiếp nhận dữ liệu BHXH"
CHECKERS = "Các bộ kiểm tra công khai theo QĐ 4750 và QĐ 3176"
DERIVED = "Suy ra từ định nghĩa các chỉ tiêu trong QĐ 4750/QĐ-BYT"
QD_3176 = "QĐ 3176/QĐ-BYT"


def table(number: int, *more: str) -> str:
    """The annex of a table, with whatever else says so."""
    return "; ".join((TABLE.format(number), *more))
