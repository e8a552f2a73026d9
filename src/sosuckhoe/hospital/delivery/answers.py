"""What the other side's answers mean: one table a service family, every code one of four words.

``Unknown`` means: ask before sending again. A code of one family means something else in another (gateway.md §6.4,
§7), so there are two tables and no default that hides a new code.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """The four words."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    TRY_LATER = "TryLater"
    UNKNOWN = "Unknown"


class Concern(StrEnum):
    """Whose affair a refusal is."""

    CONTENT = "content"
    """This record: mended by a corrected version."""
    SET_UP = "set-up"
    """Our signature or form: this record is held, and the destination stops when it repeats."""
    ACCOUNT = "account"
    """The account: nothing more goes to this destination until a person looks."""
    SESSION = "session"
    """The token: renewed once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, understood."""

    word: Word
    code: str
    sentence: str
    concern: Concern | None = None
    transaction_number: str = ""
    stated_at: str = ""
    message: str = ""
    retry_after: int | None = None

    @property
    def is_strange(self) -> bool:
        """Something came, and what it means is not known."""
        return self.word is Word.UNKNOWN and self.code not in (NO_ANSWER.code, NOT_WAITED_FOR.code)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says."""

    word: Word
    sentence: str
    concern: Concern | None = None


_R, _L = Word.REJECTED, Word.TRY_LATER
SUBMISSION: Mapping[str, Meaning] = {
    "200": Meaning(Word.ACCEPTED, "Cổng đã tiếp nhận hồ sơ."),
    "123": Meaning(_R, "Cổng báo tệp chưa ký số. Kiểm tra thiết lập chữ ký rồi ký lại.", Concern.SET_UP),
    "124": Meaning(
        _R,
        "Cổng báo lỗi mã 124, có thể do chứng thư chưa đăng ký hoặc đã hết hạn. "
        "Xem câu trả lời của cổng, kiểm tra chứng thư rồi ký lại.",
        Concern.SET_UP,
    ),
    "125": Meaning(
        _R,
        "Cổng báo chữ ký không đúng hoặc tệp bị thay đổi sau khi ký. Kiểm tra chứng thư đã đăng ký rồi ký lại.",
        Concern.SET_UP,
    ),
    "202": Meaning(_R, "Cổng báo lỗi nội dung XML. Sửa dữ liệu rồi gửi bản mới.", Concern.CONTENT),
    "204": Meaning(_R, "Cổng báo lỗi nội dung XML. Sửa dữ liệu rồi gửi bản mới.", Concern.CONTENT),
    "205": Meaning(_R, "Cổng không đọc được tệp. Sửa dữ liệu rồi gửi bản mới.", Concern.CONTENT),
    "401": Meaning(_L, "Phiên đăng nhập cổng không còn hiệu lực.", Concern.SESSION),
    "402": Meaning(
        _R, "Cổng báo sai mã cơ sở. Kiểm tra mã cơ sở và tài khoản của nơi nhận.", Concern.ACCOUNT
    ),
    "403": Meaning(
        _R, "Cổng báo tài khoản bị khóa hoặc không có quyền. Liên hệ BHXH để mở lại.", Concern.ACCOUNT
    ),
    "500": Meaning(_L, "Cổng báo lỗi hệ thống. Hệ thống sẽ tự gửi lại."),
    "1001": Meaning(_R, "Cổng báo tệp quá lớn. Kiểm tra lại hồ sơ.", Concern.CONTENT),
}
"""Result codes of submissions: check-in, record, catalogues (gateway.md §7)."""

LOGIN: Mapping[str, Meaning] = {
    "200": Meaning(Word.ACCEPTED, "Đã đăng nhập."),
    "401": Meaning(
        _R, "Cổng không chấp nhận tên đăng nhập hoặc mật khẩu. Kiểm tra lại tài khoản.", Concern.ACCOUNT
    ),
    "402": Meaning(_R, "Cổng báo sai mã cơ sở khi đăng nhập.", Concern.ACCOUNT),
    "403": Meaning(_R, "Cổng báo tài khoản bị khóa. Liên hệ BHXH để mở lại.", Concern.ACCOUNT),
    "500": Meaning(_L, "Cổng báo lỗi hệ thống khi đăng nhập. Hệ thống sẽ tự thử lại."),
}

SUCCESS_PHRASE = "Tiếp nhận thành công"
UNREADABLE = "-UNREADABLE"
"""How the code of an answer ends that is none of the destination's own."""
BODY_LIMIT = 1_000_000
"""An answer longer than this is not read on."""
TRY_LATER_STATUSES = frozenset({429, 500, 502, 503})
"""Retried with back-off (gateway.md §7, faults.md F37). A 504 says that something in between gave up waiting for a
portal that was working on the file: that is Unknown."""


_RELIED_ON = frozenset(
    [
        *("maketqua", "magiaodich", "thoigiantiepnhan"),
        *("res_code", "txn_id", "ref_msg_id"),
        *("found", "transaction", "sha256", "received_at"),
    ]
)
"""What decisions are taken by: of the portal, of the hub, and of looking a receipt up."""


def _read(body: bytes) -> tuple[object, bool]:
    """The JSON an answer is, None where it is none; and whether something of ``_RELIED_ON`` is said in it twice and
    differently."""
    differs = False

    def look(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal differs
        said: dict[str, object] = {}
        for key, value in pairs:
            name, plain = key.lower(), text(value) or value
            differs = differs or (name in _RELIED_ON and said.setdefault(name, plain) != plain)
        return dict(pairs)

    try:
        # Of bytes alone, json would guess UTF-16.
        return json.loads(body.decode("utf-8-sig"), object_pairs_hook=look), differs
    except (ValueError, RecursionError):
        return None, False


def says_two_things(body: bytes) -> bool:
    """Two readers may take it for two answers; the verifier goes by neither. Whatever the HTTP status, the other side
    may have kept what it answers."""
    return _read(body)[1]


def object_of(body: bytes) -> dict[str, object]:
    """The members of a JSON answer; empty when it is no object, or ``says_two_things``."""
    parsed, differs = _read(body)
    return parsed if isinstance(parsed, dict) and not differs else {}


def fields_of(body: bytes) -> dict[str, object]:
    """The same with lower-case names."""
    return {key.lower(): value for key, value in object_of(body).items()}


_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of surrogate pairs: JSON can say them, no ledger and no journal keeps them."""


def as_text(told: str) -> str:
    """What can be kept of it: what is no text has a mark in its place. The bytes of an answer are kept as they came."""
    return _NO_TEXT.sub("\ufffd", told)


def text(value: object) -> str:
    return (
        as_text(str(value).strip()) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    )


_NO_NUMBER = re.compile("0+|null|nil|none|nan|undefined|n/a|-+", re.IGNORECASE)
"""What programs write where they have none. As a receipt it would be everybody's."""


def number_of(value: object) -> str:
    """A transaction number; none where what stands there is no text, or nobody could read it off a screen and type it:
    with a mark or an unseen character in it, it would be another number."""
    number = text(value)[:100]
    readable = "\ufffd" not in number and number.isprintable()
    return number if readable and not _NO_NUMBER.fullmatch(number) else ""


def submission_answer(status: int, body: bytes, *, retry_after: int | None = None) -> Answer:
    """An answer to a submission. The code in the body decides, the HTTP status only where there is none."""
    fields = fields_of(body)
    code = text(fields.get("maketqua"))
    number = number_of(fields.get("magiaodich"))
    message = text(fields.get("thongdiep"))
    stated_at = text(fields.get("thoigiantiepnhan"))[:20]
    if not code:
        return _unreadable(status) if says_two_things(body) else _without_code(status, retry_after)
    meaning = SUBMISSION.get(code)
    if meaning is None:
        return Answer(
            Word.UNKNOWN,
            f"CODE-{code[:20]}",
            f"Cổng trả mã {code[:20]} chưa có trong bảng mã. Cần người xem.",
            message=message,
        )
    if meaning.word is Word.ACCEPTED:
        if not number:
            return Answer(
                Word.UNKNOWN,
                "NO-TRANSACTION-NUMBER",
                "Cổng trả mã 200 nhưng không kèm mã giao dịch đọc được. Tra trên cổng rồi ghi kết quả.",
                message=message,
            )
        known = message.rstrip(".") in ("", SUCCESS_PHRASE)
        sentence = meaning.sentence if known else f"Cổng đã tiếp nhận, kèm lời nhắn: {message}"
        return Answer(
            Word.ACCEPTED,
            "200" if known else "200-WITH-MESSAGE",
            sentence,
            transaction_number=number,
            stated_at=stated_at,
            message=message,
        )
    return Answer(
        meaning.word, code, meaning.sentence, meaning.concern, message=message, retry_after=retry_after
    )


def _without_code(status: int, retry_after: int | None) -> Answer:
    if status == 401:
        return Answer(Word.TRY_LATER, "401", SUBMISSION["401"].sentence, Concern.SESSION)
    if status in TRY_LATER_STATUSES:
        return Answer(
            Word.TRY_LATER,
            f"HTTP-{status}",
            f"Cổng đang bận hoặc bảo trì (HTTP {status}). Hệ thống sẽ tự gửi lại.",
            retry_after=retry_after,
        )
    if status == 404:
        return Answer(
            Word.REJECTED,
            "HTTP-404",
            "Địa chỉ hoặc đường gửi này không có trên máy chủ của cổng (HTTP 404). Xem lại Địa chỉ cổng và Đường gửi "
            "(QĐ 3176, QĐ 4750) ở Quản trị, Nơi nhận.",
            Concern.ACCOUNT,
        )
    if status in (403, 405, 413, 415):
        # The web server in front refused: nothing behind it saw the file.
        return Answer(
            Word.REJECTED,
            f"HTTP-{status}",
            f"Máy chủ của cổng từ chối (HTTP {status}). Kiểm tra địa chỉ và thiết lập nơi nhận.",
            Concern.ACCOUNT,
        )
    return _unreadable(status)


def _unreadable(status: int) -> Answer:
    return Answer(
        Word.UNKNOWN,
        f"HTTP-{status}{UNREADABLE}",
        f"Cổng trả lời không đọc được (HTTP {status}). Tra trên cổng rồi ghi kết quả.",
    )


NO_ANSWER = Answer(
    Word.UNKNOWN, "NO-ANSWER", "Đã gửi nhưng không nhận được trả lời đầy đủ. Chưa rõ cổng đã nhận hay chưa."
)
NOT_WAITED_FOR = Answer(
    Word.UNKNOWN,
    "NOT-WAITED-FOR",
    "Đã gửi, nhưng chương trình gửi được lệnh dừng khi cổng chưa trả lời xong. Chưa rõ cổng đã nhận hay chưa.",
)
"""It says nothing of the other side: that one may have been about to answer."""
FOREIGN_RECEIPT = Answer(
    Word.UNKNOWN,
    "RECEIPT-FOREIGN",
    "Mã giao dịch cổng trả về đã thuộc hồ sơ khác. Tra trên cổng rồi ghi kết quả.",
)

SIMULATED = Answer(
    Word.REJECTED,
    "SIMULATED",
    "Nơi trả lời là cổng mô phỏng, không phải cổng thật, nên không tính là đã gửi. Hồ sơ vẫn đợi. "
    "Sửa địa chỉ nơi nhận ở trang Quản trị, rồi bấm Gửi tiếp.",
    Concern.ACCOUNT,
)
"""Said in production alone, whatever the answer was: what went to a simulator never reached the portal, so the same
bytes may go to the right place afterwards."""
SIMULATOR_HEADER = "X-Simulator"
"""By this every answer of a simulator says what it is; see ``simulator.config.marking``."""


COME_BACK_LATER = "Cổng chưa cho đăng nhập và hẹn gọi lại sau. Hệ thống để yên đến giờ hẹn rồi tự thử lại."


def login_answer(status: int, body: bytes, *, retry_after: int | None = None) -> Answer:
    """An answer to a login; the session itself is read by ``gateway``."""
    code = text(fields_of(body).get("maketqua")) or (str(status) if status in (401, 403) else "")
    meaning = LOGIN.get(code)
    if meaning is not None and meaning.word is not Word.TRY_LATER:
        return Answer(meaning.word, f"LOGIN-{code}", meaning.sentence, meaning.concern)
    sentence = meaning.sentence if meaning else "Chưa đăng nhập được cổng. Hệ thống sẽ tự thử lại."
    return Answer(
        Word.TRY_LATER,
        f"LOGIN-{code[:20] or status}",
        COME_BACK_LATER if retry_after else sentence,
        retry_after=retry_after,
    )
