"""Result codes of card look-ups. A table of its own: 123, 124 and 205 mean other things to submissions."""

MEANINGS = {
    "000": "Thông tin thẻ chính xác",
    "001": "Thẻ do BHXH Bộ Quốc phòng quản lý, đề nghị kiểm tra thẻ và giấy tờ tùy thân",
    "002": "Thẻ do BHXH Bộ Công an quản lý, đề nghị kiểm tra thẻ và giấy tờ tùy thân",
    "003": "Thẻ cũ hết giá trị sử dụng nhưng đã được cấp thẻ mới",
    "004": "Thẻ cũ còn giá trị sử dụng nhưng đã được cấp thẻ mới",
    "010": "Thẻ hết giá trị sử dụng",
    "050": "Không thấy thông tin thẻ",
    "051": "Mã thẻ không đúng",
    "052": "Mã tỉnh cấp thẻ (ký tự thứ 4, 5) không đúng",
    "053": "Mã quyền lợi thẻ (ký tự thứ 3) không đúng",
    "054": "Số định danh của cán bộ tra cứu chưa được đăng ký cho cơ sở",
    "055": "Họ tên cán bộ tra cứu không khớp với số định danh",
    "060": "Thẻ sai họ tên",
    "061": "Thẻ sai họ tên (đúng ký tự đầu)",
    "070": "Thẻ sai ngày sinh",
    "100": "Lỗi khi lấy dữ liệu sổ thẻ",
    "101": "Lỗi máy chủ",
    "110": "Thẻ đã thu hồi",
    "120": "Thẻ đã báo giảm",
    "121": "Thẻ đã báo giảm: chuyển ngoại tỉnh",
    "122": "Thẻ đã báo giảm: chuyển nội tỉnh",
    "123": "Thẻ đã báo giảm: thu hồi do tăng lại cùng đơn vị",
    "124": "Thẻ đã báo giảm: ngừng tham gia",
    "130": "Trẻ em không xuất trình thẻ",
    "205": "Sai định dạng tham số truyền vào",
    "401": "Lỗi xác thực tài khoản",
    "500": "Lỗi máy chủ",
}
TELLS_CARD = frozenset(("000", "001", "002", "003", "004"))
"""With these the answer carries the card's data; with all others the fields are null."""
