"""What others answer, and what ours say of a file: portal codes, refusals of the reader, verdicts on signatures."""

from collections.abc import Iterator, Mapping

from sosuckhoe.healthbook.document import REFUSALS
from sosuckhoe.healthbook.signing.verdict import MEANINGS, Outcome
from sosuckhoe.hospital.cards import answers as cards
from sosuckhoe.hospital.delivery import answers
from sosuckhoe.hospital.delivery.answers import Concern, Word
from sosuckhoe.hospital.delivery.hub.answers import HUB

from .saying import cell, page, table

WORDS = {
    Word.ACCEPTED: "Đã nhận",
    Word.REJECTED: "Không nhận",
    Word.TRY_LATER: "Gửi lại sau",
    Word.UNKNOWN: "Chưa rõ: tra cứu trước khi gửi lại",
}
CONCERNS = {
    Concern.CONTENT: "Nội dung hồ sơ này",
    Concern.SET_UP: "Chữ ký hoặc dạng tệp của bệnh viện",
    Concern.ACCOUNT: "Tài khoản, mã cơ sở hoặc địa chỉ",
    Concern.SESSION: "Phiên đăng nhập",
    None: "",
}
OUTCOMES = {Outcome.PASSED: "Đạt", Outcome.FAILED: "Không đạt", Outcome.UNKNOWN: "Chưa kết luận được"}
STATUSES = (401, 403, 404, 405, 413, 415, 429, 500, 502, 503, 504)
"""Answers of a web server that hold no code of the portal."""


def portal_codes() -> Iterator[tuple[str, str, str, str, str]]:
    """(family, code, word, sentence, concern) of every answer known."""
    families: Mapping[str, Mapping[str, answers.Meaning]] = {
        "Gửi hồ sơ, check-in, danh mục": answers.SUBMISSION,
        "Đăng nhập": answers.LOGIN,
    }
    for family, codes in families.items():
        for code, meaning in codes.items():
            yield family, code, WORDS[meaning.word], meaning.sentence, CONCERNS[meaning.concern]
    for code, meaning in HUB.items():
        yield "Trục Bộ Y tế", code, WORDS[meaning.word], meaning.sentence, CONCERNS[meaning.concern]
    for status in STATUSES:
        told = answers.submission_answer(status, b"")
        yield (
            "Không có mã của cổng trong câu trả lời",
            told.code,
            WORDS[told.word],
            told.sentence,
            CONCERNS[told.concern],
        )
    without_number = answers.submission_answer(200, b'{"maKetQua": "200"}')
    new = answers.submission_answer(200, b'{"maKetQua": "999"}')
    for told in (answers.NO_ANSWER, answers.NOT_WAITED_FOR, answers.FOREIGN_RECEIPT, without_number, new):
        yield (
            "Câu trả lời không đủ hoặc chưa từng gặp",
            told.code,
            WORDS[told.word],
            told.sentence,
            CONCERNS[told.concern],
        )


def pages() -> Iterator[tuple[str, str]]:
    yield "ma-cua-cong.md", _portal()
    yield "tep-khong-doc-duoc.md", _refusals()
    yield "chu-ky.md", _verdicts()


def _portal() -> str:
    parts = [
        "# Mã trả lời của cổng tiếp nhận",
        "Mỗi mã thành một trong bốn từ. Cùng một mã có nghĩa khác nhau ở mỗi nhóm dịch vụ, nên tra đúng nhóm. "
        "Mã chưa có trong bảng luôn là “chưa rõ”, không bao giờ tự gửi lại.",
    ]
    rows: dict[str, list[tuple[str, ...]]] = {}
    for family, code, word, sentence, concern in portal_codes():
        rows.setdefault(family, []).append((f"`{code}`", word, cell(sentence), concern))
    for family, found in rows.items():
        parts += [f"## {family}", table(("Mã", "Nghĩa là", "Người dùng đọc thấy", "Liên quan"), found)]
    looked_up = [
        (f"`{code}`", str(one.standing.label), cell(one.says), cell(one.next))
        for code, one in cards.LOOK_UP.items()
    ]
    parts += ["## Tra cứu thẻ BHYT", table(("Mã", "Thẻ là", "Cổng nói", "Việc tiếp theo"), looked_up)]
    paid = [(f"`{code}`", cell(sentence)) for code, sentence in cards.COPAYMENT.items()]
    parts += ["## Tra cứu tiền cùng chi trả", table(("Mã", "Nghĩa là"), paid)]
    return page(*parts)


def _refusals() -> str:
    rows = [
        (f"`{code}`", cell(f"Tệp {one.what.replace('{detail}', '…')}"), cell(one.what_to_do), ", ".join(one.classes))
        for code, one in REFUSALS.items()
    ]  # fmt: skip
    return page(
        "# Vì sao một tệp không đọc được",
        "Tệp đọc được mà nội dung sai thì có quy tắc riêng; ở đây chỉ là tệp không thể đọc hoặc không được phép đọc. "
        "Tệp như vậy được giữ riêng, không mất.",
        table(("Mã", "Vì sao", "Cần làm gì", "Loại"), rows),
    )


def _verdicts() -> str:
    rows = [
        (f"`{code}`", OUTCOMES[one.outcome], cell(one.sentence), one.gateway_code or "")
        for code, one in MEANINGS.items()
    ]
    return page(
        "# Kết luận về chữ ký số",
        "`sosuckhoe verify TỆP` trả một trong các mã này. Cột cuối là mã lỗi mà cổng trả cho cùng lỗi đó; mã 124 là suy "
        "đoán vì nghĩa chính xác không được công bố.",
        table(("Mã", "Kết luận", "Nói với người dùng", "Mã của cổng"), rows),
    )
