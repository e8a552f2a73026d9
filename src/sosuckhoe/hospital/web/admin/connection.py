"""Testing a destination: every step on the way to the portal, and the one that fails, in words."""

from dataclasses import dataclass

from ...delivery.calling import NotSent
from ...delivery.channels import channel_of
from ...delivery.models import Destination
from ...delivery.sessions import Sessions

STEPS = (
    ("Địa chỉ được phép gửi", ("HOST-NOT-ALLOWED",)),
    ("Có mật khẩu của tài khoản", ("SECRET-MISSING",)),
    ("Kết nối được với máy chủ", ("NO-CONNECTION",)),
    ("Chứng thư máy chủ hợp lệ", ("TLS",)),
    ("Cổng chấp nhận tài khoản", ()),
)
"""The steps in order, and the codes that say a step failed; every other code is the last step's."""


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    outcome: str
    """good, stop, or wait for what was not tried any more."""
    sentence: str = ""


def test(destination: Destination) -> list[Step]:
    """Log in once with a session of its own. Nothing of any patient is sent."""
    try:
        channel_of(destination, sessions=Sessions()).session()
        return [Step(name, "good") for name, _ in STEPS]
    except NotSent as refusal:
        answer = refusal.answer
    failed = next((place for place, (_, codes) in enumerate(STEPS) if answer.code in codes), len(STEPS) - 1)
    return [
        Step(name, "good" if place < failed else "wait")
        if place != failed
        else Step(name, "stop", f"{answer.sentence} ({answer.code})")
        for place, (name, _) in enumerate(STEPS)
    ]
