"""What the portal's answers to look-ups mean, and what reception does next: one table a service.

The same digits mean other things to submissions (``delivery.answers``): 123, 124 and 205 are look-up codes here.
Source: gateway.md §6.3–6.4, identity.md §6. A code that is not listed is never an error of ours: it is shown as it
came, and the card counts as not yet confirmed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


class Standing(models.TextChoices):
    """What a look-up leaves a card as. None of them turns a patient away."""

    VERIFIED = "verified", "Thẻ dùng được"
    BY_HAND = "by-hand", "Xem giấy tờ rồi xác nhận"
    PENDING = "pending", "Chưa xác nhận"
    INVALID = "invalid", "Thẻ không dùng được"
    INPUT = "input", "Xem lại thông tin đã nhập"
    SET_UP = "set-up", "Cần sửa thiết lập"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One code, for the person at the desk."""

    standing: Standing
    says: str
    """What the portal says."""
    next: str
    """What reception does."""


S = Standing
_ADMIT = (
    "Cứ tiếp nhận và khám. Ghi số thẻ, báo người bệnh là thẻ chưa được xác nhận, và tra lại trước khi kết thúc đợt khám. "
    "Câu trả lời này được giữ làm bằng chứng."
)
_SELF_PAY = "Báo người bệnh. Hỏi còn thẻ khác không, hoặc tra lại bằng số định danh; nếu không có thì người bệnh tự chi trả."
_MOVED = "Tra lại bằng số định danh hoặc mã số BHXH 10 số để thấy thẻ mới."
_RETYPE = "So mã thẻ với thẻ của người bệnh, sửa rồi tra lại."
_COMPARE = "So với thẻ căn cước, sửa rồi tra lại. Nếu dữ liệu thẻ sai, hướng dẫn người bệnh liên hệ BHXH; giữ câu trả lời này."
_OFFICER = (
    "Dừng tra, báo người quản trị. Tra lại ngay cũng không khác; người bệnh vẫn được tiếp nhận và khám."
)

LOOK_UP: Mapping[str, Meaning] = {
    "000": Meaning(
        S.VERIFIED,
        "Thông tin thẻ đúng.",
        "So họ tên, ngày sinh, giới tính với giấy tờ. Dùng mã thẻ, hạn dùng và nơi đăng ký theo câu trả lời.",
    ),
    "001": Meaning(
        S.BY_HAND,
        "Thẻ do BHXH Bộ Quốc phòng quản lý.",
        "Xem thẻ giấy và giấy tờ tùy thân, rồi ghi đã xem.",
    ),
    "002": Meaning(
        S.BY_HAND, "Thẻ do BHXH Bộ Công an quản lý.", "Xem thẻ giấy và giấy tờ tùy thân, rồi ghi đã xem."
    ),
    "003": Meaning(
        S.VERIFIED,
        "Thẻ cũ không còn giá trị; người bệnh đã có thẻ mới.",
        "Dùng thẻ mới: mã thẻ, hạn dùng và nơi đăng ký ở dưới. Giữ mã cũ làm lịch sử.",
    ),
    "004": Meaning(
        S.VERIFIED,
        "Thẻ cũ còn giá trị; người bệnh đã có thẻ mới.",
        "Dùng thẻ còn hạn vào ngày khám. Đợt khám kéo qua ngày đổi thẻ thì ghi cả hai.",
    ),
    "010": Meaning(S.INVALID, "Thẻ hết hạn.", _SELF_PAY),
    "050": Meaning(
        S.PENDING,
        "Cổng không có dữ liệu của thẻ này.",
        "Kiểm tra chữ đã gõ, thử số định danh hoặc mã số BHXH 10 số. Trẻ sơ sinh dùng thẻ tạm (TE1) thường gặp mã này dù "
        "thẻ đúng. Không thấy thì vẫn tiếp nhận, ghi là chưa xác nhận.",
    ),
    "051": Meaning(S.INPUT, "Mã thẻ không đúng.", _RETYPE),
    "052": Meaning(S.INPUT, "Mã tỉnh trên thẻ (ký tự 4 và 5) không đúng.", _RETYPE),
    "053": Meaning(S.INPUT, "Mã quyền lợi trên thẻ (ký tự 3) không đúng.", _RETYPE),
    "054": Meaning(
        S.SET_UP,
        "Số định danh của người tra chưa được đăng ký trên cổng cho cơ sở này.",
        "Người quản trị đăng ký người tra trên trang của cổng, rồi ghi đúng số đó ở mục người dùng. "
        + _OFFICER,
    ),
    "055": Meaning(
        S.SET_UP,
        "Họ tên người tra không khớp với số định danh đã đăng ký trên cổng.",
        "Người quản trị so họ tên ở mục người dùng với họ tên đã đăng ký trên cổng. " + _OFFICER,
    ),
    "060": Meaning(S.INPUT, "Họ tên không đúng với thẻ.", _COMPARE),
    "061": Meaning(S.INPUT, "Họ tên không đúng với thẻ, chỉ đúng chữ cái đầu.", _COMPARE),
    "070": Meaning(S.INPUT, "Ngày sinh không đúng với thẻ.", _COMPARE),
    "100": Meaning(S.PENDING, "Cổng báo lỗi khi đọc dữ liệu thẻ.", _ADMIT),
    "101": Meaning(S.PENDING, "Máy chủ của cổng báo lỗi.", _ADMIT),
    "110": Meaning(S.INVALID, "Thẻ đã bị thu hồi.", _SELF_PAY),
    "120": Meaning(S.INVALID, "Thẻ đã báo giảm.", _SELF_PAY),
    "121": Meaning(S.INVALID, "Thẻ đã báo giảm: chuyển đi tỉnh khác.", _MOVED),
    "122": Meaning(S.INVALID, "Thẻ đã báo giảm: chuyển trong tỉnh.", _MOVED),
    "123": Meaning(S.INVALID, "Thẻ đã báo giảm vì được tăng lại ở cùng đơn vị.", _MOVED),
    "124": Meaning(S.INVALID, "Thẻ đã báo giảm: ngừng tham gia.", _SELF_PAY),
    "130": Meaning(
        S.BY_HAND,
        "Trẻ em không xuất trình thẻ.",
        "Trẻ dưới 6 tuổi: xem giấy chứng sinh hoặc giấy khai sinh, rồi ghi đã xem.",
    ),
    "205": Meaning(
        S.INPUT,
        "Cổng không đọc được thông tin đã gửi.",
        "Xem lại mã thẻ, họ tên, ngày sinh rồi tra lại. Nếu vẫn vậy, báo bộ phận công nghệ thông tin.",
    ),
    "401": Meaning(S.PENDING, "Cổng không nhận phiên đăng nhập của cơ sở.", _ADMIT),
    "500": Meaning(S.PENDING, "Máy chủ của cổng báo lỗi.", _ADMIT),
}
"""Result codes of KQNhanLichSuKCB2024."""

NO_ANSWER = Meaning(S.PENDING, "Cổng chưa trả lời trong thời gian chờ.", _ADMIT)
STOPPED = Meaning(S.PENDING, "Đã dừng chờ; câu trả lời đến sau vẫn được giữ.", _ADMIT)
NOT_ASKED = Meaning(S.PENDING, "Chưa hỏi được cổng.", _ADMIT)
UNREADABLE = Meaning(S.PENDING, "Cổng trả lời không đọc được.", _ADMIT)


def look_up_meaning(code: str) -> Meaning:
    """The meaning of a code; one that is not listed is shown as it came."""
    return LOOK_UP.get(code) or Meaning(
        S.PENDING, f"Cổng trả mã {code[:20]} chưa có trong bảng mã: chưa xác nhận.", _ADMIT
    )


COPAYMENT: Mapping[str, str] = {
    "200": "Số tiền cùng chi trả trong năm, theo cổng.",
    "204": "Cổng không thấy thẻ này, hoặc trong năm chưa có lần nào cùng chi trả. Mã này không phân biệt hai trường hợp.",
    "400": "Cổng báo thiếu thông tin hoặc mã thẻ sai độ dài. Cần mã thẻ 10, 12 hoặc 15 ký tự, họ tên, ngày sinh.",
    "401": "Cổng không nhận phiên đăng nhập của cơ sở. Thử lại sau.",
    "500": "Cổng báo lỗi, hoặc tài khoản của cơ sở đang bị hạn chế tra cứu. Lời của cổng ở dưới cho biết trường hợp nào.",
}
"""Result codes of TraCuuTienMCCT: a table of its own, in which 204 and 500 each mean two things."""


def copayment_sentence(code: str) -> str:
    return COPAYMENT.get(code) or f"Cổng trả mã {code[:20]} chưa có trong bảng mã."
