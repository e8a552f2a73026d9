"""The portal's answer codes in words, one table a service family: 123, 124 and 205 of a look-up mean other things
than 123, 124 and 205 of a submission.

What submissions and logins answer is the delivery room's table, so that the words here cannot differ from what the
program does; here it is added what a person may do. Look-ups are gateway.md §6.4 in our words.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sosuckhoe.hospital.delivery.answers import (
    FOREIGN_RECEIPT,
    LOGIN,
    NO_ANSWER,
    SUBMISSION,
    Concern,
    Word,
)

FAMILIES = {
    "submission": "Gửi hồ sơ, đăng ký khám, danh mục",
    "login": "Đăng nhập cổng",
    "card": "Tra cứu thẻ BHYT",
}
UNKNOWN_CODE = (
    "Mã này không có trong bảng mã nào chúng tôi biết. Giữ nguyên câu trả lời của cổng, coi là chưa rõ kết quả "
    "và tra trên cổng; không tự gửi lại."
)


@dataclass(frozen=True, slots=True)
class PortalCode:
    """One code of one family."""

    family: str
    code: str
    meaning: str
    what_to_do: str
    may_repeat: bool
    """Whether the same call may be made again unchanged."""
    repeat: str
    """The same, said for people."""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


_DO_WITH = {
    Concern.CONTENT: "Sửa dữ liệu theo câu trả lời của cổng rồi gửi bản mới của cùng đợt khám.",
    Concern.SET_UP: "Dừng gửi, kiểm tra chứng thư và cách ký với công nghệ thông tin; ký lại từ tệp chưa ký rồi gửi.",
    Concern.ACCOUNT: "Dừng gửi bằng tài khoản này; kiểm tra tài khoản, mã cơ sở, hoặc liên hệ BHXH.",
    Concern.SESSION: "Không cần làm gì: chương trình đăng nhập lại một lần rồi gửi tiếp.",
}
_NO = "Không: gửi lại nguyên văn sẽ nhận lại câu trả lời này."

_CARD: tuple[tuple[str, str, str, bool], ...] = (
    ("000", "Thông tin thẻ đúng.", "Tiếp nhận theo thẻ.", False),
    ("001", "Thẻ do cơ quan BHXH của Bộ Quốc phòng quản lý.", "Xem thẻ và giấy tờ tùy thân rồi tiếp nhận theo thẻ.", False),
    ("002", "Thẻ do cơ quan BHXH của Bộ Công an quản lý.", "Xem thẻ và giấy tờ tùy thân rồi tiếp nhận theo thẻ.", False),
    ("003", "Thẻ cũ đã hết giá trị, người bệnh đã có thẻ mới.", "Dùng số thẻ mới trong câu trả lời.", False),
    ("004", "Thẻ cũ còn giá trị, người bệnh đã có thẻ mới.", "Dùng thẻ cũ đến hết hạn của nó, sau đó dùng thẻ mới.", False),
    ("010", "Thẻ hết hạn.", "Tiếp nhận không BHYT; hướng dẫn người bệnh gia hạn thẻ.", False),
    ("050", "Cổng không có dữ liệu của thẻ này.", "Ghi là chưa xác minh được thẻ; xem thẻ và giấy tờ, việc khám vẫn tiếp tục.", False),
    ("051", "Số thẻ sai.", "Nhập lại số thẻ, hoặc tra bằng số định danh.", False),
    ("052", "Mã tỉnh trên thẻ (ký tự 4 và 5) sai.", "Nhập lại số thẻ.", False),
    ("053", "Mã quyền lợi trên thẻ (ký tự 3) sai.", "Nhập lại số thẻ.", False),
    ("054", "Số định danh của người tra cứu chưa đăng ký cho cơ sở.", "Khai người tra cứu trên cổng, hoặc sửa số định danh trong thiết lập.", False),
    ("055", "Họ tên người tra cứu không khớp với số định danh đã đăng ký.", "Sửa họ tên người tra cứu trong thiết lập cho khớp với cổng.", False),
    ("060", "Họ tên không đúng với thẻ.", "So với giấy tờ, nhập lại họ tên có dấu đầy đủ.", False),
    ("061", "Họ tên không đúng với thẻ, chữ cái đầu thì đúng.", "So với giấy tờ, nhập lại họ tên có dấu đầy đủ.", False),
    ("070", "Ngày sinh không đúng với thẻ.", "So với giấy tờ, nhập lại ngày sinh; chỉ biết năm thì ghi năm.", False),
    ("100", "Cổng gặp lỗi khi đọc sổ thẻ.", "Tra lại sau; việc khám vẫn tiếp tục.", True),
    ("101", "Máy chủ của cổng gặp lỗi.", "Tra lại sau; việc khám vẫn tiếp tục.", True),
    ("110", "Thẻ đã bị thu hồi.", "Tiếp nhận không BHYT; hướng dẫn người bệnh hỏi cơ quan BHXH.", False),
    ("120", "Thẻ đã báo giảm.", "Tiếp nhận không BHYT; hướng dẫn người bệnh hỏi cơ quan BHXH.", False),
    ("121", "Thẻ đã báo giảm vì chuyển đi tỉnh khác.", "Hỏi người bệnh thẻ mới rồi tra thẻ mới.", False),
    ("122", "Thẻ đã báo giảm vì chuyển trong tỉnh.", "Hỏi người bệnh thẻ mới rồi tra thẻ mới.", False),
    ("123", "Thẻ đã báo giảm vì tăng lại ở cùng đơn vị.", "Tra lại bằng số định danh để lấy thẻ đang dùng.", False),
    ("124", "Thẻ đã báo giảm vì ngừng tham gia.", "Tiếp nhận không BHYT.", False),
    ("130", "Trẻ em không xuất trình thẻ.", "Tiếp nhận theo cách dành cho trẻ em chưa có thẻ.", False),
    ("205", "Tham số gửi đi sai định dạng.", "Báo công nghệ thông tin: lỗi của phần mềm, không phải của người bệnh.", False),
    ("401", "Phiên đăng nhập không còn hiệu lực.", "Không cần làm gì: đăng nhập lại một lần rồi tra lại một lần.", True),
    ("500", "Máy chủ của cổng gặp lỗi.", "Tra lại sau; việc khám vẫn tiếp tục.", True),
)  # fmt: skip


def portal_codes() -> Iterator[PortalCode]:
    """Every code of every family."""
    for family, table in (("submission", SUBMISSION), ("login", LOGIN)):
        for code, known in table.items():
            yield _of_delivery(family, code, known.word, known.sentence, known.concern)
    for answer in (NO_ANSWER, FOREIGN_RECEIPT):
        yield _of_delivery("submission", answer.code, answer.word, answer.sentence, answer.concern)
    for code, meaning, what_to_do, again in _CARD:
        if code == "401":
            repeat = "Có, một lần, sau khi đăng nhập lại."
        elif again:
            repeat = "Có: tra lại sau ít phút."
        elif code in ("000", "001", "002", "003", "004"):
            repeat = "Không cần."
        else:
            repeat = "Không: tra lại nguyên văn sẽ nhận lại câu trả lời này."
        yield PortalCode("card", code, meaning, what_to_do, again, repeat)


def _of_delivery(family: str, code: str, word: Word, sentence: str, concern: Concern | None) -> PortalCode:
    meaning = sentence if word is Word.UNKNOWN else sentence.partition(". ")[0].rstrip(".") + "."
    if word is Word.ACCEPTED:
        repeat = "Không: đã xong, gửi lại chỉ tạo thêm một lượt gửi."
        what_to_do = (
            "Không cần làm gì; giữ mã giao dịch làm bằng chứng."
            if family == "submission"
            else "Không cần làm gì."
        )
        return PortalCode(family, code, meaning, what_to_do, False, repeat)
    if word is Word.UNKNOWN:
        what_to_do = "Tra trên cổng theo mã liên kết rồi ghi kết quả ở trang Chưa rõ kết quả."
        repeat = "Chưa: hỏi cổng đã nhận hay chưa trước khi gửi lại."
        return PortalCode(family, code, meaning, what_to_do, False, repeat)
    what_to_do = (
        _DO_WITH[concern] if concern else "Không cần làm gì: chương trình tự thử lại, mỗi lần cách xa hơn."
    )
    if concern is Concern.SESSION:
        return PortalCode(family, code, meaning, what_to_do, True, "Có, một lần, sau khi đăng nhập lại.")
    if word is Word.TRY_LATER:
        return PortalCode(family, code, meaning, what_to_do, True, "Có: đúng các byte đã gửi, sau một lúc.")
    return PortalCode(family, code, meaning, what_to_do, False, _NO)
