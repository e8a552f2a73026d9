"""Words, icons and colours of states, always the three together (never colour alone)."""

from dataclasses import dataclass

from ....healthbook.validation.fault import OWNERS


@dataclass(frozen=True, slots=True)
class Look:
    word: str
    tone: str
    """wait, running, good, look or stop: the status colours of tokens.css."""
    icon: str


SUBMISSION = {
    "WAITING": Look("Chờ ký", "wait", "wait"),
    "HELD": Look("Tạm giữ", "look", "hold"),
    "SIGNED": Look("Đã ký", "running", "sign"),
    "SENDING": Look("Đang gửi", "running", "running"),
    "RECEIVED": Look("Đã tiếp nhận", "good", "good"),
    "ACCEPTED": Look("Không còn vướng", "good", "good"),
    "FINDINGS": Look("Cổng báo lỗi nội dung", "look", "look"),
    "REFUSED": Look("Bị từ chối", "stop", "stop"),
    "UNKNOWN": Look("Chưa rõ kết quả", "look", "unknown"),
    "SUPERSEDED": Look("Đã thay bằng bản mới", "wait", "files"),
}
"""A submission's states, in the order of its life. The words are those of the design language."""

NOTHING = Look("Chưa có lượt gửi", "wait", "wait")

SENDING = {
    "normal": Look("Gửi bình thường", "good", "good"),
    "slow": Look("Chậm", "look", "wait"),
    "stopped": Look("Không chạy", "stop", "stop"),
    "unsaved": Look("Không ghi được", "stop", "hold"),
    "restored": Look("Giữ sau khôi phục", "stop", "hold"),
    "paused": Look("Tạm dừng", "look", "hold"),
    "silent": Look("Cổng không trả lời", "stop", "stop"),
    "asked-to-wait": Look("Hẹn gọi lại", "look", "wait"),
    "unset": Look("Chưa khai nơi nhận", "wait", "plug"),
}
"""Today's state of sending, one word for the top bar."""


def state(value: str) -> Look:
    return SUBMISSION.get(value) or Look(value, "wait", "unknown")


def owner(value: str) -> str:
    return OWNERS.get(value) or value or "Chưa rõ ai sửa"
