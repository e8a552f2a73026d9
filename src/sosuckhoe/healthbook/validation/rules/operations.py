"""Operations of one session (phẫu thuật trong cùng một lần): the second takes less."""

from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from ..rule import rule
from .cited import CHECKERS, table

SURGERY, IN_SCOPE = "8", "1"
SAME_TEAM, OTHER_TEAM = 50, 80


class Operation(NamedTuple):
    """A line of surgery within the insurance's scope."""

    begun: datetime
    ended: datetime | None
    rate: int
    row: int
    team: str | None


@rule(
    "XFD-062",
    table="XML3",
    reads=(
        "XML3.MA_NHOM", "XML3.PHAM_VI", "XML3.NGAY_TH_YL", "XML3.NGAY_KQ", "XML3.NGUOI_THUC_HIEN", "XML3.TYLE_TT_DV",
    ),
    at="XML3.TYLE_TT_DV",
    confidence="low",
    owner="cashier",
    source=table(3, CHECKERS),
    sentence=(
        "Phẫu thuật lúc {XML3.NGAY_TH_YL} liền với một phẫu thuật khác mà vẫn tính {XML3.TYLE_TT_DV}%. Cùng "
        "một lần mổ thì từ phẫu thuật thứ hai tính 50% (cùng kíp) hoặc 80% (khác kíp)."
    ),
)  # fmt: skip
def later_operations_take_less(
    groups: list[str],
    scopes: list[str | None],
    begun: list[datetime | None],
    ended: list[datetime | None],
    teams: list[str | None],
    rates: list[int | None],
) -> list[int]:
    """Second and later operations of one session take 50 with the same team and 80 with another team.

    Sessions are not in the record: operations of one day that begin before the one before has ended are taken for one,
    hence only a warning.
    """
    if groups.count(SURGERY) < 2:
        return []
    lines = enumerate(zip(groups, scopes, begun, ended, teams, rates, strict=True), 1)
    operations = [
        Operation(start, end, rate, number, team)
        for number, (group, scope, start, end, team, rate) in lines
        if group == SURGERY and scope == IN_SCOPE and start is not None and rate is not None
    ]
    return sorted(number for session in _sessions(operations) for number in _paid_too_high(session))


def _sessions(operations: list[Operation]) -> list[list[Operation]]:
    """Operations that follow each other without a break on one day."""
    sessions: list[list[Operation]] = []
    last: datetime | None = None
    for one in sorted(operations, key=attrgetter("begun")):
        ended = one.ended or one.begun
        if last is not None and one.begun <= last and one.begun.date() == sessions[-1][-1].begun.date():
            sessions[-1].append(one)
            last = max(last, ended)
        else:
            sessions.append([one])
            last = ended
    return sessions


def _paid_too_high(session: list[Operation]) -> list[int]:
    """The rows beside the dearest operation of a session that take more than the second may."""
    first, *others = sorted(session, key=lambda operation: (-operation.rate, operation.row))
    return [one.row for one in others if one.rate > (SAME_TEAM if one.team == first.team else OTHER_TEAM)]
