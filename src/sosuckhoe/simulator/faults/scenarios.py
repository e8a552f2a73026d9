"""The named scenarios: what the portal may do to a call, and the screen the hospital's operator must land on.

Keys never change; tests and lessons use them. Numbers of the fault list (F28 …) and of the gateway reference
stand in ``source``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

BEFORE, DURING, AFTER = "before", "during", "after"
"""When it strikes: before the portal works, inside its decision, or after it has decided (and stored)."""
STANDING = "standing"
"""No single call: a rule of the portal, until it is switched off."""

WAITS = (
    "Hồ sơ vẫn «Đã ký» kèm lý do và «Hệ thống sẽ tự gửi lại»; lỗi nhiều lần thì đầu trang ghi «Chậm» hoặc «Cổng không "
    "trả lời», khi cổng hẹn giờ lúc đăng nhập thì «Hẹn gọi lại». Không cần làm gì."
)
UNSURE = "Hồ sơ ở «Chưa rõ kết quả» với ba lối ra; không gửi lại khi chưa rõ, trừ khi cơ sở đã khai cổng thay theo mã."
IN_TIME = (
    "Hồ sơ «Đang gửi» trong lúc chờ, rồi «Đã tiếp nhận». Quá giờ của một lần gọi (90 giây) thì ngắt: hồ sơ ở «Chưa rõ kết "
    "quả» với ba lối ra."
)
SILENT = (
    "Vài hồ sơ đầu, đã rời máy, ở «Chưa rõ kết quả» với ba lối ra; rồi đầu trang ghi «Cổng không trả lời», mỗi lần dò bắt đầu "
    "từ đăng nhập nên hồ sơ khác vẫn «Đã ký» và tự gửi khi cổng trở lại."
)
STOPPED = "Gửi của tài khoản này «Tạm dừng» kèm lý do và người cần xử lý; không thử lại mật khẩu."
REFUSED = "Hồ sơ ở «Bị từ chối» với mã và câu của cổng; cần sửa rồi gửi bản mới, không gửi lại nguyên trạng."
RENEWS = "Không có màn hình riêng: phiên được làm mới một lần, lần gọi được lặp lại một lần rồi thôi."
NOT_SIGNED = (
    "Hồ sơ ở «Chờ ký», trang khóa ghi chứng thư bị thu hồi hay tạm dừng kèm lý do: không ký nữa, liên hệ nơi cấp. "
    "Khám chữa bệnh vẫn bình thường."
)
SIGNING_WAITS = (
    "Trả lời tốt gần nhất còn dùng đến hết hạn (mặc định 60 phút), rồi hồ sơ ở «Chờ ký» kèm lý do; tự ký tiếp khi hỏi "
    "được. Khám chữa bệnh vẫn bình thường."
)
STILL_UNSURE = "Hồ sơ vẫn ở «Chưa rõ kết quả», mục «Máy đã hỏi cổng» ghi từng câu trả lời; không gửi lại. "
TOLD_LATE = (
    "Hồ sơ «Đã tiếp nhận»; tới giờ thì trang cổng báo lỗi. Ghi hoặc nhập lỗi ấy vào bệnh viện: hồ sơ ở «Cổng báo lỗi "
    "nội dung», thành việc có hạn."
)
DESK = (
    "Trang Tra thẻ BHYT: «Chưa xác nhận», «Cứ tiếp nhận và khám»; thẻ nằm ở mục «Cần tra lại». Mã khác 100, 101, 500 thì theo "
    "mã ấy."
)
RESTRICTED = (
    "Trang Tra thẻ BHYT, phần cùng chi trả: «tài khoản của cơ sở đang bị hạn chế tra cứu», kèm lời của cổng. Người bệnh vẫn "
    "được tiếp nhận và khám."
)


@dataclass(frozen=True)
class Scenario:
    key: str
    phase: str
    title: str
    what: str
    leads_to: str
    source: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""
    at: tuple[str, ...] = ()
    """The services it can strike; empty: each. A call of another service does not use it up."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The portal's rules that it sets, for everybody."""


CARD_CALLS, RECORD_CALLS = ("card", "card_old", "history"), ("record", "check_in")
ISSUER_CALLS = ("ocsp", "crl")
PORTAL_CALLS = (*RECORD_CALLS, "token", *CARD_CALLS, "copayment")
"""All that the insurer's portal serves itself."""
_ALL = (
    # The way to the portal
    Scenario("latency", BEFORE, "Cổng trả lời chậm", "Chờ rồi mới xử lý như thường.", IN_TIME, "§11.9, F42",
             {"seconds": 8.0}),
    Scenario("late-reply", AFTER, "Xử lý xong mới chậm", "Đã lưu, nhưng câu trả lời đến muộn.", IN_TIME, "§11.9, F29",
             {"seconds": 30.0}),
    Scenario("refuse-connections", BEFORE, "Từ chối kết nối",
             "Cổng ngừng nghe trong số giây đã chọn, với mọi tài khoản; bàn lỗi cũng không mở được trong lúc đó.",
             WAITS, "F28", {"seconds": 20.0}),
    Scenario("reset-before-reading", BEFORE, "Ngắt trước khi đọc", "Ngắt kết nối khi chưa đọc nội dung; không lưu.",
             f"{UNSURE} Biết ngay là ngắt khi nội dung chưa rời máy thì gọi lại một lần.", "F29"),
    Scenario("drop-unstored", BEFORE, "Đọc hết rồi ngắt, không lưu",
             "Đọc hết nội dung rồi ngắt kết nối; cổng không lưu gì.", UNSURE, "F31"),
    Scenario("store-then-drop", AFTER, "Lưu rồi ngắt, mất câu trả lời",
             "Cổng đã lưu và cấp mã giao dịch, nhưng kết nối bị ngắt trước khi trả lời.", UNSURE, "§11.9, F30"),
    Scenario("cut-inside-reply", AFTER, "Ngắt giữa câu trả lời", "Đã lưu; gửi nửa câu trả lời rồi ngắt.", UNSURE,
             "F29"),
    Scenario("trickle", AFTER, "Trả lời nhỏ giọt", "Câu trả lời đến từng ít byte một.", UNSURE, "F42",
             {"bytes_per_second": 1.0}),
    Scenario("slow-reading", BEFORE, "Cổng đọc nhỏ giọt",
             "Cổng đọc nội dung từng ít byte một. Bên gửi bỏ cuộc thì cổng đọc nốt phần đã tới: đủ thì lưu, thiếu thì thôi.",
             "Quá giờ của một lần gọi (90 giây) thì ngắt, hồ sơ khác đi tiếp; hồ sơ này ở «Chưa rõ kết quả» với ba lối "
             "ra vì cổng có thể đã đọc đủ.", "F42", {"bytes_per_second": 1.0}),
    Scenario("flapping", BEFORE, "Lúc được lúc mất", "Chạy một lúc, mất một lúc, theo giờ thật.", SILENT, "F41",
             {"up_seconds": 10.0, "down_seconds": 50.0}),
    Scenario("outage", BEFORE, "Ngừng hoạt động dài",
             "Ngừng trong số giờ mô phỏng đã chọn. answer: 503 hoặc reset.",
             f"Với 503: {WAITS} Với reset: {SILENT}", "F40",
             {"hours": 72.0, "answer": "503"}),
    Scenario("maintenance", BEFORE, "Bảo trì đã báo trước", "Trang báo bảo trì với HTTP 503 và Retry-After.", WAITS,
             "F48", {"retry_after": 3600}),
    Scenario("maintenance-window", BEFORE, "Bảo trì có giờ bắt đầu và kết thúc",
             "Trang cổng báo trước; từ giờ bắt đầu đến giờ kết thúc theo đồng hồ mô phỏng, mọi lần gọi nhận HTTP 503 và "
             "Retry-After. Quy định chỉ nói báo trước ít nhất 12 giờ; cách từ chối là giả định của phần mô phỏng.",
             "Trong giờ bảo trì: hồ sơ vẫn «Đã ký» kèm lý do và «Hệ thống sẽ tự gửi lại», đầu trang ghi «Chậm», «Cổng "
             "không trả lời» hoặc «Hẹn gọi lại». Hết giờ thì tự gửi hết, trễ nhất một giờ sau lần hẹn. Hạn lùi theo khi ghi ở Đối chiếu, mục «Ghi sự cố, bảo trì».", "F48, gateway §9",
             {"starts_in_hours": 12.0, "hours": 4.0}, at=PORTAL_CALLS),
    Scenario("path-disabled", BEFORE, "Đường dẫn bị tắt", "Trả HTTP 404 cho đường dẫn đã chọn.", STOPPED, "§5"),
    # HTTP says no
    Scenario("http-500", BEFORE, "HTTP 500", "Lỗi máy chủ trước khi lưu.", WAITS, "F37"),
    Scenario("http-502", BEFORE, "HTTP 502", "Máy trung gian không tới được cổng.", WAITS, "F37"),
    Scenario("http-504", AFTER, "HTTP 504 sau khi đã lưu",
             "Đã lưu, nhưng máy trung gian hết kiên nhẫn và trả HTTP 504.", UNSURE, "F29, F37"),
    Scenario("http-503", BEFORE, "HTTP 503 và Retry-After", "Quá tải, hẹn giờ thử lại.", WAITS, "F37",
             {"retry_after": 120}),
    Scenario("http-429", BEFORE, "HTTP 429 và Retry-After", "Gọi quá nhiều.", WAITS, "F37", {"retry_after": 60}),
    Scenario("login-busy", BEFORE, "Chưa cho đăng nhập và hẹn giờ", "Đăng nhập gặp HTTP 429 và Retry-After.",
             "Đầu trang ghi «Hẹn gọi lại»: đến giờ hẹn (nhiều nhất một giờ) không gọi cổng nữa, cả tra thẻ và báo vào khám; hồ "
             "sơ vẫn «Đã ký» rồi tự gửi tiếp.", "F37, F48", {"retry_after": 600}, at=("token",)),
    Scenario("rate-limit", BEFORE, "Giới hạn số lần gọi", "Quá số lần mỗi phút thì trả 429.", WAITS, "§7",
             {"per_minute": 60}),
    Scenario("system-error", DURING, "Mã 500 trong nội dung", "HTTP 200, maKetQua 500, không lưu.", WAITS, "gateway §7"),
    # Who you are
    Scenario("bare-401", BEFORE, "HTTP 401 rỗng", "Từ chối xác thực, không có nội dung.", RENEWS, "F43"),
    Scenario("body-401", DURING, "Mã 401 trong nội dung", "HTTP 200, maKetQua 401.", RENEWS, "F43"),
    Scenario("token-revoked", DURING, "Phiên bị thu hồi", "Phiên đang dùng bị hủy trước lần gọi này.", RENEWS, "F43"),
    Scenario("address-changed", DURING, "Địa chỉ gọi đã khác",
             "Phiên gắn với địa chỉ của máy; lần gọi này như đến từ địa chỉ khác nên không còn hiệu lực.", RENEWS,
             "§11.9, F43"),
    Scenario("account-locked", DURING, "Tài khoản bị khóa", "Mọi lần gọi nhận mã 403.", STOPPED, "F44"),
    Scenario("restricted-look-up", DURING, "Tài khoản bị hạn chế tra cứu",
             "Tra cứu cùng chi trả trả mã 500 với câu chung về hạn chế.", RESTRICTED, "gateway §6.3", at=("copayment",)),
    # What it decides
    Scenario("look-up-error", DURING, "Tra cứu thẻ bị lỗi", "Trả mã đã chọn thay cho kết quả thẻ.", DESK,
             "gateway §6.4", {"code": "100"}, at=CARD_CALLS),
    Scenario("clock-skew", DURING, "Đồng hồ cổng lệch", "thoiGianTiepNhan và Date lệch số phút đã chọn.",
             "Hồ sơ «Đã tiếp nhận»; giờ tiếp nhận của cổng được ghi riêng, hạn tính theo giờ của cơ sở. Từ lần thứ ba "
             "«Gửi và biên nhận» báo đồng hồ hai bên lệch nhau.", "F49",
             {"minutes": -60}, at=RECORD_CALLS),
    Scenario("duplicate-refused", DURING, "Từ chối vì trùng",
             "Gửi lại nguyên tệp thì bị từ chối (mã do bàn lỗi đặt ra); lần gửi đầu vẫn được nhận.",
             "Hồ sơ ở «Chưa rõ kết quả»: trùng là bằng chứng cổng đã có, cần người xem.", "F33", at=RECORD_CALLS),
    Scenario("counted-twice", DURING, "Tính hai lần", "Gửi lại nguyên tệp thì cổng ghi thành hồ sơ thứ hai.",
             "Không được xảy ra: chương trình không tự gửi lại khi cổng không được khai là thay theo mã.", "F33",
             at=RECORD_CALLS),
    Scenario("reply-unstored", DURING, "Báo đã nhận mà không giữ",
             "Mã 200 kèm mã giao dịch, nhưng cổng không lưu gì.",
             "Hồ sơ «Đã tiếp nhận» kèm mã giao dịch làm bằng chứng; chỉ lộ ra khi đối soát với danh sách của cổng.",
             "§7", at=RECORD_CALLS),
    Scenario("signature-refused", DURING, "Từ chối chữ ký", "Trả mã đã chọn dù chữ ký đúng; không lưu.",
             "Hồ sơ «Tạm giữ»; hai lần liền, hoặc chứng thư chưa từng được nhận, thì gửi của nơi nhận này «Tạm dừng»: "
             "xem lại việc đăng ký chứng thư.", "F60",
             {"code": "124"}, at=RECORD_CALLS),
    Scenario("content-refused", DURING, "Từ chối nội dung", "Trả mã đã chọn dù nội dung đúng; không lưu.", REFUSED,
             "F38", {"code": "204"}, at=RECORD_CALLS),
    Scenario("hub-code", DURING, "Trục Bộ Y tế trả mã đã chọn", "Không lưu; chỉ với trục Bộ Y tế.",
             "Theo mã: phiếu «Bị từ chối», tạm giữ, chờ gửi lại, hoặc «Chưa rõ kết quả» với mã lạ.", "moh-hub §8",
             {"code": "PS_DS_VERIFY_FAIL"}, at=("hub_push",)),
    # What the answer looks like
    Scenario("html-under-200", BEFORE, "Trang HTML dưới HTTP 200", "Một trang web thay cho JSON; không lưu.", UNSURE,
             "F36"),
    Scenario("empty-reply", AFTER, "Câu trả lời rỗng", "Đã lưu; HTTP 200 không có nội dung.", UNSURE, "F36"),
    Scenario("truncated-json", AFTER, "JSON bị cắt", "Đã lưu; câu trả lời thiếu nửa sau.", UNSURE, "F36"),
    Scenario("wrong-charset", AFTER, "Sai bảng mã", "Đã lưu; câu trả lời ở UTF-16.", UNSURE, "F36"),
    Scenario("huge-reply", AFTER, "Câu trả lời khổng lồ", "Đã lưu; câu trả lời kéo dài nhiều MB.", UNSURE, "F36",
             {"megabytes": 100}),
    Scenario("deep-reply", AFTER, "JSON lồng rất sâu", "Đã lưu; JSON lồng nhiều nghìn tầng.", UNSURE, "F36",
             {"levels": 10_000}),
    Scenario("foreign-message", AFTER, "Mã 200 với câu lạ", "Đã lưu; thongDiep không phải câu thành công.",
             "Hồ sơ «Đã tiếp nhận» kèm lời nhắc đọc câu trả lời gốc.", "§11.9",
             {"message": "Yêu cầu đang được xử lý"}),
    Scenario("no-transaction", AFTER, "Mã 200 không có mã giao dịch", "Đã lưu; maGiaoDich rỗng.", UNSURE, "F35"),
    Scenario("unknown-code", AFTER, "Mã lạ", "Đã lưu; maKetQua là mã không có trong tài liệu.", UNSURE, "F35",
             {"code": "777"}),
    Scenario("receipt-of-another-visit", AFTER, "Biên nhận của hồ sơ khác",
             "Đã lưu; maGiaoDich trả về là của lần gửi khác.", UNSURE, "F34, F35"),
    Scenario("receipt-repeated", AFTER, "Lặp lại biên nhận đã cấp",
             "Cùng tệp gửi lại thì được trả đúng mã giao dịch của lần trước.",
             "Hồ sơ «Đã tiếp nhận» với một biên nhận duy nhất; lần gửi lại vẫn thấy trong các lần gửi.", "F34"),
    Scenario("receipt-of-an-older-version", AFTER, "Biên nhận của bản cũ",
             "Đã lưu; maGiaoDich trả về là của bản trước của cùng hồ sơ, nếu có.", UNSURE, "F34, F35"),
    # What it finds hours later
    Scenario("finding-late-filing", AFTER, "Báo gửi muộn sau 6 giờ",
             "Hồ sơ được nhận; sau số giờ mô phỏng đã chọn, trang cổng báo gửi muộn dù hồ sơ không muộn.", TOLD_LATE,
             "§11.7, F47", {"hours": 6.0, "table": "XML1", "field": "NGAY_RA",
                            "sentence": "Hồ sơ gửi muộn so với thời điểm ra viện"}, at=("record",)),
    Scenario("finding-of-form", AFTER, "Báo lỗi một trường sau 24 giờ",
             "Hồ sơ được nhận; sau số giờ mô phỏng đã chọn, trang cổng báo một trường sai dạng dù hồ sơ sạch.", TOLD_LATE,
             "§11.7, F47", {"hours": 24.0, "table": "XML1", "field": "DIA_CHI", "sentence": "Không đúng dạng text"},
             at=("record",)),
    Scenario("finding-of-sums", AFTER, "Báo lệch tổng hợp và chi tiết sau 48 giờ",
             "Hồ sơ được nhận; sau số giờ mô phỏng đã chọn, trang cổng báo tổng tiền lệch chi tiết dù hồ sơ khớp.",
             TOLD_LATE, "§11.7, F47", {"hours": 48.0, "table": "XML1", "field": "T_TONGCHI_BV",
                                       "sentence": "Tổng THANH_TIEN_BV của XML2 và XML3 khác T_TONGCHI_BV"},
             at=("record",)),
    # The portal's ways, for everybody and every call
    Scenario("portal-replaces", STANDING, "Gửi lại thì bản mới thay bản cũ",
             "Cùng mã liên kết thì bản mới thay bản cũ; không có tra cứu biên nhận. Mặc định của phần mô phỏng.",
             "Mất câu trả lời thì hồ sơ ở «Chưa rõ kết quả». Nơi nhận đã khai là thay theo mã: máy tự gửi lại đúng tệp đã ký "
             "sau một lúc, mọi lần gửi đều được giữ. Chưa khai: đợi người xem.", "F30, F31",
             options={"repeats": "replace", "receipt_look_up": "none"}),
    Scenario("portal-neither", STANDING, "Không thay, không tra cứu được",
             "Gửi lại thì cổng ghi thành hồ sơ thứ hai; không có tra cứu biên nhận.",
             "Mất câu trả lời thì hồ sơ ở «Chưa rõ kết quả» đợi người xem; máy không gửi lại lần nào.", "F30, F31, F33",
             options={"repeats": "count", "receipt_look_up": "none"}),
    Scenario("look-up-truthful", STANDING, "Tra cứu biên nhận được, trả lời đúng",
             "Máy hỏi được cổng về một biên nhận (cổng thật không có; nơi nhận phải ghi đường dẫn tra cứu).",
             "Cổng có thì hồ sơ từ «Chưa rõ kết quả» tự thành «Đã tiếp nhận», không gửi lại; không có thì vẫn «Chưa rõ "
             "kết quả».", "F30, F31", options={"receipt_look_up": "truthful"}),
    Scenario("look-up-late", STANDING, "Tra cứu biên nhận biết chậm",
             "Cổng trả lời «không thấy» trong 30 phút mô phỏng đầu sau khi nhận.",
             STILL_UNSURE + "Câu trả lời «có» đến sau thì tự thành «Đã tiếp nhận».", "F32",
             options={"receipt_look_up": "late"}),
    Scenario("look-up-wrong", STANDING, "Tra cứu biên nhận trả lời sai",
             "Có thì cổng nói không, không có thì cổng nói có, kèm mã băm của tệp khác.",
             STILL_UNSURE + "Cần người xem; nhầm lẫn lộ ra khi đối soát.", "F32", options={"receipt_look_up": "wrong"}),
    Scenario("look-up-unavailable", STANDING, "Tra cứu biên nhận đang hỏng", "Cổng trả HTTP 503 khi được hỏi.",
             STILL_UNSURE + "Máy hỏi lại thưa dần; cần người xem.", "F32",
             options={"receipt_look_up": "unavailable"}),
    Scenario("second-login-revokes", STANDING, "Đăng nhập mới hủy phiên cũ",
             "Mỗi lần đăng nhập làm các phiên trước của tài khoản hết hiệu lực.", RENEWS, "§11.9, F43",
             options={"second_login_revokes": True}),
    # What the certificate's issuer says
    Scenario("certificate-revoked", DURING, "Chứng thư bị thu hồi", "Nơi cấp trả lời: bị thu hồi, lý do lộ khóa.",
             NOT_SIGNED, "F56", at=ISSUER_CALLS),
    Scenario("certificate-suspended", DURING, "Chứng thư bị tạm dừng", "Nơi cấp trả lời: đang tạm dừng.", NOT_SIGNED,
             "F56", at=ISSUER_CALLS),
    Scenario("certificate-unknown", DURING, "Nơi cấp không biết chứng thư",
             "OCSP trả lời: không biết chứng thư này. Danh sách CRL không nói được điều đó.", SIGNING_WAITS, "F56",
             at=("ocsp",)),
    Scenario("status-stale", DURING, "Trả lời đã cũ", "Trả lời làm từ số giờ trước, nay đã hết hạn.", SIGNING_WAITS,
             "F57", {"hours": 48.0}, at=ISSUER_CALLS),
    Scenario("status-in-future", DURING, "Trả lời chưa có hiệu lực", "Trả lời mang giờ trong tương lai.",
             SIGNING_WAITS, "F57", {"minutes": 60}, at=ISSUER_CALLS),
    Scenario("status-wrong-signer", DURING, "Người khác ký câu trả lời", "Câu trả lời được ký bằng khóa lạ.",
             SIGNING_WAITS, "F57", at=ISSUER_CALLS),
    Scenario("status-nonce-reused", DURING, "Câu trả lời dùng lại",
             "OCSP trả lời cho câu hỏi khác (nonce không phải của câu vừa hỏi).", SIGNING_WAITS, "F57", at=("ocsp",)),
    Scenario("status-refused", DURING, "Nơi cấp từ chối trả lời", "OCSP trả lời: hãy thử lại sau (tryLater).",
             SIGNING_WAITS, "F57", at=("ocsp",)),
    Scenario("status-silent", BEFORE, "Nơi cấp im lặng", "Ngắt kết nối khi được hỏi về thu hồi.", SIGNING_WAITS,
             "F57", at=ISSUER_CALLS),
    # By chance
    Scenario("seeded-schedule", BEFORE, "Lịch gieo sẵn", "Mỗi lần gọi một tình huống theo lịch sinh từ hạt giống.",
             "Theo tình huống của từng lần gọi.", "§7", {"plan": {}}),
)  # fmt: skip

GROUPS = {
    "way": "Đường đến cổng",
    "http": "Cổng từ chối bằng HTTP",
    "who": "Xác thực và tài khoản",
    "decision": "Cổng quyết định khác đi",
    "reply": "Câu trả lời bị hỏng",
    "later": "Báo lỗi nhiều giờ sau",
    "ways": "Nếp của cổng",
    "issuer": "Nơi cấp chứng thư",
    "chance": "Theo lịch gieo sẵn",
}
PARAMETERS = {
    "seconds": "Số giây",
    "bytes_per_second": "Số byte mỗi giây",
    "up_seconds": "Giây chạy",
    "down_seconds": "Giây mất",
    "hours": "Số giờ mô phỏng",
    "starts_in_hours": "Bắt đầu sau (giờ mô phỏng)",
    "answer": "503 hoặc reset",
    "retry_after": "Hẹn thử lại (giây)",
    "per_minute": "Số lần mỗi phút",
    "code": "Mã trả về",
    "minutes": "Lệch (phút)",
    "message": "Câu trả về",
    "megabytes": "Số MB",
    "levels": "Số tầng",
    "table": "Bảng",
    "field": "Trường",
    "sentence": "Lời báo",
}
"""What a parameter is called on the page."""
_GROUP_STARTS = {
    "latency": "way",
    "http-500": "http",
    "bare-401": "who",
    "look-up-error": "decision",
    "html-under-200": "reply",
    "finding-late-filing": "later",
    "portal-replaces": "ways",
    "certificate-revoked": "issuer",
    "seeded-schedule": "chance",
}


def _grouped(scenarios: Iterable[Scenario]) -> Iterator[Scenario]:
    group = ""
    for scenario in scenarios:
        group = _GROUP_STARTS.get(scenario.key, group)
        yield replace(scenario, group=group)


SCENARIOS: Mapping[str, Scenario] = {scenario.key: scenario for scenario in _grouped(_ALL)}
