"""The states of a submission and every step between them: one table, from which the diagram is drawn."""

from collections.abc import Mapping

from django.db import models


class State(models.TextChoices):
    """Where a submission is; the words are those of the screen."""

    WAITING = "WAITING", "Chờ ký"
    HELD = "HELD", "Tạm giữ"
    SIGNED = "SIGNED", "Đã ký"
    SENDING = "SENDING", "Đang gửi"
    RECEIVED = "RECEIVED", "Đã tiếp nhận"
    ACCEPTED = "ACCEPTED", "Không còn vướng"
    FINDINGS = "FINDINGS", "Cổng báo lỗi nội dung"
    REFUSED = "REFUSED", "Bị từ chối"
    UNKNOWN = "UNKNOWN", "Chưa rõ kết quả"
    SUPERSEDED = "SUPERSEDED", "Đã thay bằng bản mới"


S = State
PRACTISED = "production was declared, and only a simulator had received it"
STEPS: Mapping[tuple[State, State], str] = {
    (S.WAITING, S.SIGNED): "signed, verified and stored",
    (S.WAITING, S.HELD): "faults, or a person holds it",
    (S.WAITING, S.SUPERSEDED): "a newer version came",
    (S.HELD, S.WAITING): "released, to be signed",
    (S.HELD, S.SIGNED): "released, signed already",
    (S.HELD, S.SUPERSEDED): "a newer version came",
    (S.HELD, S.RECEIVED): "the answer to an earlier attempt came late",
    (S.SIGNED, S.SENDING): "an attempt is noted",
    (
        S.SIGNED,
        S.WAITING,
    ): "the certificate ended or was revoked before any attempt, or a restore lost its bytes",
    (S.SIGNED, S.HELD): "a person holds it",
    (S.SIGNED, S.SUPERSEDED): "a newer version came",
    (S.SIGNED, S.RECEIVED): "the answer to an earlier attempt came late",
    (S.SIGNED, S.UNKNOWN): "a restored copy: it may have left since",
    (S.SENDING, S.RECEIVED): "a receipt with a transaction number",
    (S.SENDING, S.SIGNED): "nothing was taken: try later",
    (S.SENDING, S.REFUSED): "the content was refused",
    (S.SENDING, S.HELD): "our set-up was refused",
    (S.SENDING, S.UNKNOWN): "bytes left and no clear answer came",
    (S.UNKNOWN, S.RECEIVED): "a door: it is there",
    (S.UNKNOWN, S.SIGNED): "a door: the same bytes again, or its holder is back and nothing had left",
    (S.RECEIVED, S.ACCEPTED): "content answers are over",
    (S.RECEIVED, S.FINDINGS): "the portal reports faults in the content",
    (S.ACCEPTED, S.FINDINGS): "the portal reports another fault, later",
    (S.RECEIVED, S.HELD): PRACTISED,
    (S.ACCEPTED, S.HELD): PRACTISED,
    (S.FINDINGS, S.HELD): PRACTISED,
    (S.FINDINGS, S.ACCEPTED): "the faults are settled",
    (S.FINDINGS, S.SUPERSEDED): "corrected by a newer version",
    (S.REFUSED, S.SUPERSEDED): "corrected by a newer version",
}
"""Every step there is, and its cause. What is not here cannot happen."""

TRANSMITTED = frozenset({S.RECEIVED, S.ACCEPTED, S.FINDINGS})
"""A receipt with a transaction number is stored."""
IN_FLIGHT = frozenset({S.SENDING, S.UNKNOWN})
"""The other side may or may not have it: a newer version waits."""
REPLACEABLE = frozenset({S.WAITING, S.HELD, S.SIGNED, S.REFUSED, S.FINDINGS})
"""A newer version takes the place of these at once."""
NEEDS_A_PERSON = frozenset({S.HELD, S.REFUSED, S.UNKNOWN, S.FINDINGS})


class NoSuchStep(ValueError):
    """Hồ sơ đang ở trạng thái không làm được việc này."""


def check_step(before: str, after: str) -> None:
    if (State(before), State(after)) not in STEPS:
        raise NoSuchStep(f"{before} → {after}")


def diagram() -> str:
    """The table as a Mermaid state diagram, for the documentation."""
    lines = [
        "stateDiagram-v2",
        "    [*] --> WAITING: closed without faults",
        "    [*] --> HELD: closed with faults",
    ]
    lines += [f"    {before.name} --> {after.name}: {cause}" for (before, after), cause in STEPS.items()]
    ends = sorted(set(State) - {before for before, _ in STEPS})
    return "\n".join([*lines, *(f"    {State(end).name} --> [*]" for end in ends)]) + "\n"
