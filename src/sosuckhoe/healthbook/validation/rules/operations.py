"""Operations of one session (phẫu thuật trong cùng một lần): the second takes less."""

from datetime import datetime

from ..rule import rule
from .cited import CHECKERS, table

SURGERY, IN_SCOPE = "8", "1"
SAME_TEAM, OTHER_TEAM = 50, 80


@rule(
    "XFD-062",
    table="XML3",
    reads=(
        "XML3.MA_NHOM", "XML3.PHAM_VI", "XML3.NGAY_TH_YL", "XML3.NGUOI_THUC_HIEN", "XML3.TYLE_TT_DV",
    ),
    at="XML3.TYLE_TT_DV",
    confidence="low",
    owner="cashier",
    source=table(3, CHECKERS),
    sentence=(
        "Phẫu thuật bắt đầu cùng lúc {XML3.NGAY_TH_YL} với một phẫu thuật khác mà tỷ lệ là {XML3.TYLE_TT_DV}%: nếu làm trong "
        "cùng một lần thì từ phẫu thuật thứ hai là 50% (cùng kíp) hoặc 80% (khác kíp)."
    ),
)  # fmt: skip
def later_operations_take_less(
    groups: list[str],
    scopes: list[str | None],
    begun: list[datetime | None],
    teams: list[str | None],
    rates: list[int | None],
) -> list[int]:
    """Second and later operations of one session take 50 with the same team and 80 with another team.

    Sessions are not in the record: operations that begin in the same minute are taken for one, hence only a warning.
    """
    if groups.count(SURGERY) < 2:
        return []
    sessions: dict[datetime, list[tuple[int, int, str | None]]] = {}
    lines = zip(groups, scopes, begun, teams, rates, strict=True)
    for number, (group, scope, moment, team, rate) in enumerate(lines, 1):
        if group == SURGERY and scope == IN_SCOPE and moment is not None and rate is not None:
            sessions.setdefault(moment, []).append((rate, number, team))
    wrong = []
    for operations in sessions.values():
        operations.sort(key=lambda one: (-one[0], one[1]))
        first_team = operations[0][2]
        wrong += [
            number
            for rate, number, team in operations[1:]
            if rate > (SAME_TEAM if team == first_team else OTHER_TEAM)
        ]
    return sorted(wrong)
