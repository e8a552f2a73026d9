"""Why a visit is not where it should be: every cause with a stable code, an owner and the next step in words, and
which of them stops a visit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..states import IN_FLIGHT, TRANSMITTED, State
from .stories import Story, Way

S = State

STAGES: Mapping[str, str] = {
    "closed": "đã kết thúc",
    "signed": "đã ký",
    "sent": "đã gửi đi",
    "received": "đã tiếp nhận",
    "clean": "không có lỗi cổng báo",
}
"""How far a visit has come, in order."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a visit has not come to the next stage, or why two books differ."""

    name: str
    owner: str
    next_step: str
    stage: str
    """The stage it stopped at; ``books`` where stored things contradict each other."""


CAUSES: Mapping[str, Cause] = {
    "NO-TASK": Cause(
        "chưa có lượt gửi",
        "it",
        "Kiểm tra nơi nhận đã khai và đang bật, rồi cho gửi bù các đợt này.",
        "closed",
    ),
    "FAULTS": Cause(
        "giữ vì lỗi", "records", "Mở hồ sơ, sửa các lỗi còn lại; hồ sơ tự đi tiếp sau khi lưu bản sửa.", "closed"
    ),
    "IDENTITY": Cause(
        "giữ để đối chiếu người bệnh",
        "reception",
        "Tiếp đón đối chiếu số định danh với giấy tờ rồi ghi kết quả.",
        "closed",
    ),
    "HELD-BY-PERSON": Cause(
        "có người giữ lại", "records", "Hỏi người đã giữ; khi xong thì cho gửi và ghi lý do.", "closed"
    ),
    "PRACTICE": Cause(
        "chỉ có biên nhận tập",
        "records",
        "Chỉ cổng mô phỏng đã nhận. Mở trang Biên nhận tập: cho gửi thật, hoặc ghi là đợt tập, không gửi.",
        "closed",
    ),
    "WITHHELD": Cause(
        "được đánh dấu không gửi qua kênh này",
        "records",
        "Không cần gửi. Nếu đánh dấu nhầm thì bỏ đánh dấu ở trang Hồ sơ không gửi, rồi cho gửi.",
        "closed",
    ),
    "SET-UP": Cause(
        "giữ vì thiết lập",
        "it",
        "Kiểm tra chứng thư và thiết lập nơi nhận, rồi cho chạy lại cả nhóm.",
        "closed",
    ),
    "KEY": Cause(
        "chờ khóa ký", "it", "Mở khóa ký hoặc gia hạn chứng thư; hồ sơ tự ký tiếp khi khóa dùng được.", "closed"
    ),
    "SIGN-ELSEWHERE": Cause(
        "chờ ký ở máy khác", "it", "Tải gói chờ ký, ký ở máy có thiết bị, rồi nộp lại tệp đã ký.", "closed"
    ),
    "TO-SIGN": Cause(
        "đợi đến lượt ký", "it", "Chưa cần làm gì; nếu đợi quá 30 phút, xem chương trình gửi còn chạy không.", "closed"
    ),
    "SUPERSEDED-ALONE": Cause(
        "đã thay mà không có bản mới",
        "it",
        "Bản này bị thay nhưng không có bản mới đến nơi nhận. Báo công nghệ thông tin gửi bù.",
        "closed",
    ),
    "PAUSED": Cause("đang tạm dừng gửi", "it", "Xem lý do tạm dừng; khi xử lý xong thì cho gửi tiếp.", "signed"),
    "PORTAL-DOWN": Cause(
        "cổng không trả lời", "it", "Hệ thống tự thử lại; kiểm tra mạng và thông báo của cổng.", "signed"
    ),
    "OLDER-VERSION": Cause(
        "chờ kết quả bản trước", "records", "Bản trước chưa rõ kết quả. Xử lý bản đó thì bản này tự gửi.", "signed"
    ),
    "TO-SEND": Cause(
        "đợi đến lượt gửi", "it", "Chưa cần làm gì; nếu đợi quá 30 phút, xem chương trình gửi còn chạy không.", "signed"
    ),
    "IN-FLIGHT": Cause("đang gửi", "it", "Chưa cần làm gì; kết quả có trong ít phút.", "sent"),
    "UNKNOWN": Cause(
        "chưa rõ kết quả", "records", "Tra trên cổng theo mã đợt khám rồi ghi điều đã thấy. Không gửi lại khi chưa tra.", "sent"
    ),
    "REFUSED": Cause("bị từ chối", "records", "Xem câu trả lời của cổng, sửa hồ sơ và lưu bản mới.", "sent"),
    "FINDINGS": Cause(
        "cổng báo lỗi nội dung", "records", "Sửa theo lỗi cổng báo và lưu bản mới, hoặc ghi là không còn vướng.", "received"
    ),
    "NO-RECEIPT": Cause(
        "đã tiếp nhận mà thiếu biên nhận", "it", "Tìm mã giao dịch trong sổ biên nhận và trên cổng; giữ nguyên dữ liệu.", "books"
    ),
    "RECEIPT-WITHOUT-DOCUMENT": Cause(
        "biên nhận không khớp tệp đã ký",
        "it",
        "Biên nhận ghi mã băm của tệp không có trong máy. Giữ nguyên dữ liệu và đối chiếu bản sao lưu.",
        "books",
    ),
    "DOCUMENT-OF-OTHER-RECORD": Cause(
        "tệp đã ký không khớp bản hồ sơ",
        "it",
        "Tệp đã ký được dựng từ nội dung khác bản đang lưu. Giữ nguyên dữ liệu và báo công nghệ thông tin.",
        "books",
    ),
    "RECEIPT-NOT-IN-JOURNAL": Cause(
        "biên nhận thiếu trong sổ ngoài",
        "it",
        "Cơ sở dữ liệu có biên nhận mà sổ biên nhận không có. Kiểm tra tệp sổ và đĩa lưu.",
        "books",
    ),
    "RECEIPT-ONLY-IN-JOURNAL": Cause(
        "biên nhận chỉ có trong sổ ngoài",
        "it",
        "Sổ biên nhận có mà cơ sở dữ liệu không có, như sau khi khôi phục bản cũ. Tạm dừng gửi và đối chiếu trước.",
        "books",
    ),
}  # fmt: skip
"""Every cause, by its stable code."""
FAULT_CODES = frozenset({"FAULTS", "CANNOT-WRITE"})
OWN_CAUSES = frozenset({"IDENTITY", "HELD-BY-PERSON", "PRACTICE", "WITHHELD"})
"""What holds a visit under the name of its cause."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the destinations stand."""

    paused: frozenset[int] = frozenset()
    silent: frozenset[int] = frozenset()


def stage_of(story: Story) -> str:
    """How far the newest version has come."""
    way = story.way
    if way is None or way.state in (S.WAITING, S.HELD, S.SUPERSEDED):
        return "closed"
    if way.state == S.SIGNED:
        return "signed"
    if way.state not in TRANSMITTED:
        return "sent"
    return "received" if way.state == S.FINDINGS or way.open_findings else "clean"


def cause_of(story: Story, doors: Doors) -> str | None:
    """The one cause that stops a visit; None when nothing does."""
    way = story.way
    if way is None:
        return "NO-TASK"
    if way.state == S.SUPERSEDED:
        return "SUPERSEDED-ALONE"
    if way.state == S.WAITING:
        return _why_unsigned(way)
    if way.state == S.HELD:
        return _why_held(way)
    if way.state == S.SIGNED:
        return _why_unsent(story, doors)
    simple = {S.SENDING: "IN-FLIGHT", S.UNKNOWN: "UNKNOWN", S.REFUSED: "REFUSED"}
    if way.state in simple:
        return simple[State(way.state)]
    return "FINDINGS" if stage_of(story) == "received" else None


def _why_unsigned(way: Way) -> str:
    if not way.problem_code:
        return "TO-SIGN"
    return "SIGN-ELSEWHERE" if way.problem_code == "SIGN-ELSEWHERE" else "KEY"


def _why_held(way: Way) -> str:
    if way.problem_code in FAULT_CODES:
        return "FAULTS"
    return way.problem_code if way.problem_code in OWN_CAUSES else "SET-UP"


def _why_unsent(story: Story, doors: Doors) -> str:
    if any(way.state in IN_FLIGHT for way in story.ways[:-1]):
        return "OLDER-VERSION"
    if story.destination in doors.paused:
        return "PAUSED"
    return "PORTAL-DOWN" if story.destination in doors.silent else "TO-SEND"


def contradictions(way: Way) -> Iterator[tuple[str, datetime, str]]:
    """What the stored rows of one version say against each other."""
    if way.state in TRANSMITTED and not way.receipts:
        yield "NO-RECEIPT", way.since, ""
    hashes = {sha for sha, _ in way.documents}
    for receipt in way.receipts:
        if receipt.document_sha256 not in hashes:
            yield "RECEIPT-WITHOUT-DOCUMENT", receipt.at, receipt.number
    if any(record != way.version_sha256 for sha, record in way.documents if sha == way.document_sha256):
        yield "DOCUMENT-OF-OTHER-RECORD", way.since, ""
