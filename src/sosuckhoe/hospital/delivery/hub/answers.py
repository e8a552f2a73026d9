"""What the hub answers, in the four words: reference/moh-hub.md §4 and §8. Another family than the portal's.

HTTP 200 alone says nothing; ``header.res_code`` does. An accepted stage without a transaction number is Unknown. At a
relay a failure of the hub may come after the message was kept, so there it is Unknown, too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .. import answers
from ..answers import UNREADABLE, Answer, Concern, Meaning, Word, number_of, object_of, text

_R, _L, _A = Word.REJECTED, Word.TRY_LATER, Word.ACCEPTED
_TAKEN = "Trục đã tiếp nhận phiếu khám sức khỏe."
_CHECKSUM = "Trục báo chữ ký bản tin không đúng. Kiểm tra khóa đã đăng ký với trục rồi ký lại."
_SIGNATURE = (
    "Trục báo chữ ký số trên phiếu không đúng hoặc thiếu. Kiểm tra chứng thư và vị trí chữ ký rồi ký lại."
)
HUB: Mapping[str, Meaning] = {
    "CM_SUCCESS": Meaning(_A, _TAKEN),
    "PS_SYNC_SUCCESS": Meaning(_A, _TAKEN),
    "PS_DS_VERIFY_SUCCESS": Meaning(_A, _TAKEN),
    "PS_DS_SAVE_SUCCESS": Meaning(_A, _TAKEN),
    "CM_INVALID_REQUEST": Meaning(
        _R, "Trục báo cấu trúc hoặc dữ liệu không hợp lệ. Sửa phiếu rồi gửi bản mới.", Concern.CONTENT
    ),
    "PS_DS_VERIFY_FAIL": Meaning(
        _R, "Trục từ chối nội dung phiếu. Sửa phiếu rồi gửi bản mới.", Concern.CONTENT
    ),
    "PS_SIGNATURE_INVALID": Meaning(_R, _CHECKSUM, Concern.SET_UP),
    "PS_DS_RSA_SIGNATURE_INVALID": Meaning(_R, _CHECKSUM, Concern.SET_UP),
    "PS_DS_RSA_SIGNATURE_MISSING": Meaning(_R, _CHECKSUM, Concern.SET_UP),
    "PS_DS_CA_SIGNATURE_INVALID": Meaning(_R, _SIGNATURE, Concern.SET_UP),
    "PS_DS_CA_SIGNATURE_MISSING": Meaning(_R, _SIGNATURE, Concern.SET_UP),
    "PS_DS_SAVE_FAIL": Meaning(_L, "Trục báo chưa lưu được phiếu. Hệ thống sẽ tự gửi lại."),
    "CM_SYSTEM_ERROR": Meaning(_L, "Trục báo lỗi hệ thống. Hệ thống sẽ tự gửi lại."),
    "CM_AUTH_PERMISSION": Meaning(_L, "Phiên đăng nhập trục không còn hiệu lực.", Concern.SESSION),
    "CM_AUTH_EXPIRED": Meaning(_L, "Phiên đăng nhập trục không còn hiệu lực.", Concern.SESSION),
    "CM_AUTH_ACCOUNT_FAIL": Meaning(
        _R, "Trục không chấp nhận tên đăng nhập hoặc mật khẩu. Kiểm tra lại tài khoản.", Concern.ACCOUNT
    ),
}
"""Result codes of login and push (moh-hub.md §4, §8; decisions 1551 and 2062)."""

STATUSES_LATER = frozenset({429, 500, 502, 503})
_MAY_BE_KEPT = "Trục trung gian báo lỗi và có thể đã giữ phiếu. Tra trên trục rồi ghi kết quả."


def places_of(body: bytes) -> Iterator[Mapping[str, Any]]:
    """Where an answer may say something: its header, its data, itself. Sources show all three."""
    told = object_of(body)
    for place in (told.get("header"), told.get("data"), told):
        if isinstance(place, dict):
            yield place


def told(body: bytes, name: str) -> str:
    """A text or a number of an answer; empty when it is nowhere."""
    return next(iter(_all_told(body, name)), "")


def _all_told(body: bytes, name: str) -> list[str]:
    """Whatever is said under a name, wherever it stands; once each."""
    said = (text(place.get(name)) for place in places_of(body))
    return list(dict.fromkeys(filter(None, said)))


def says_two_things(body: bytes) -> bool:
    """Also by its header and its data: two messages or numbers, or that it took the message and that it did not."""
    ends = {code in HUB and HUB[code].word for code in _all_told(body, "res_code")}
    numbers = (_all_told(body, "txn_id"), _all_told(body, "ref_msg_id"), ends)
    return answers.says_two_things(body) or any(len(said) > 1 for said in numbers)


def push_answer(
    status: int, body: bytes, *, msg_id: str, relay: bool, retry_after: int | None = None
) -> Answer:
    """An answer to a push of the message ``msg_id``."""
    if says_two_things(body):
        return _unreadable(status)
    code = told(body, "res_code")
    if not code:
        return _without_code(status, relay, retry_after)
    meaning = HUB.get(code)
    message = " ".join(filter(None, (told(body, "res_message"), told(body, "data_state"))))
    if meaning is None:
        return Answer(
            Word.UNKNOWN,
            f"HUB-{code[:30]}",
            f"Trục trả mã {code[:30]} chưa có trong bảng mã. Cần người xem.",
            message=message,
        )
    about = told(body, "ref_msg_id")
    if meaning.word is Word.ACCEPTED and about and about != msg_id:
        return Answer(
            Word.UNKNOWN,
            "HUB-OTHER-MESSAGE",
            "Câu trả lời của trục nói về bản tin khác. Tra trên trục rồi ghi kết quả.",
            message=message,
        )
    if meaning.word is Word.ACCEPTED:
        number = number_of(told(body, "txn_id"))
        if not number:
            return Answer(
                Word.UNKNOWN,
                "NO-TRANSACTION-NUMBER",
                "Trục báo thành công nhưng không kèm mã giao dịch đọc được. Tra trên trục rồi ghi kết quả.",
                message=message,
            )
        return Answer(
            Word.ACCEPTED,
            "200",
            meaning.sentence,
            transaction_number=number,
            message=f"{code} {message}".strip(),
        )
    if meaning.word is Word.TRY_LATER and meaning.concern is None and relay:
        return Answer(Word.UNKNOWN, code, _MAY_BE_KEPT, message=message)
    return Answer(
        meaning.word, code, meaning.sentence, meaning.concern, message=message, retry_after=retry_after
    )


def _without_code(status: int, relay: bool, retry_after: int | None) -> Answer:
    if status == 401:
        return Answer(Word.TRY_LATER, "401", HUB["CM_AUTH_EXPIRED"].sentence, Concern.SESSION)
    if status in STATUSES_LATER:
        if relay and status != 429:
            return Answer(Word.UNKNOWN, f"HTTP-{status}", _MAY_BE_KEPT)
        return Answer(
            Word.TRY_LATER,
            f"HTTP-{status}",
            f"Trục đang bận hoặc bảo trì (HTTP {status}). Hệ thống sẽ tự gửi lại.",
            retry_after=retry_after,
        )
    if status in (403, 404, 405, 413, 415):
        return Answer(
            Word.REJECTED,
            f"HTTP-{status}",
            f"Máy chủ của trục từ chối (HTTP {status}). Kiểm tra địa chỉ và thiết lập nơi nhận.",
            Concern.ACCOUNT,
        )
    return _unreadable(status)


def _unreadable(status: int) -> Answer:
    return Answer(
        Word.UNKNOWN,
        f"HTTP-{status}{UNREADABLE}",
        f"Trục trả lời không đọc được (HTTP {status}). Tra trên trục rồi ghi kết quả.",
    )


def login_answer(status: int, body: bytes, *, retry_after: int | None = None) -> Answer:
    """An answer to a login that brought no token."""
    code = told(body, "res_code") or ("CM_AUTH_ACCOUNT_FAIL" if status in (401, 403) else "")
    if code == "CM_AUTH_ACCOUNT_FAIL":
        return Answer(Word.REJECTED, f"LOGIN-{code}", HUB[code].sentence, Concern.ACCOUNT)
    return Answer(
        Word.TRY_LATER,
        f"LOGIN-{(code or str(status))[:30]}",
        "Trục chưa cho đăng nhập và hẹn gọi lại sau. Hệ thống để yên đến giờ hẹn rồi tự thử lại."
        if retry_after
        else "Chưa đăng nhập được trục. Hệ thống sẽ tự thử lại.",
        retry_after=retry_after,
    )
