"""Which roles sit at which desk: who may put right, or stand by, what a rule reported there."""

from collections.abc import Mapping
from typing import Any

from ..staff.models import Role
from ..staff.policies import NotAllowed

R = Role
DESKS: Mapping[str, frozenset[str]] = {
    "reception": frozenset({R.RECEPTION, R.RECORDS}),
    "clinician": frozenset({R.CLINICIAN, R.RECORDS}),
    "pharmacy": frozenset({R.RECORDS}),
    "cashier": frozenset({R.RECORDS}),
    "laboratory": frozenset({R.CLINICIAN, R.RECORDS}),
    "records": frozenset({R.RECORDS}),
    "it": frozenset({R.IT, R.RECORDS}),
}
"""By the owner of a finding. The records office stands in for every desk without a role of its own."""


class NotYourDesk(NotAllowed):
    """Chỗ này do bộ phận khác sửa; tài khoản của anh/chị không có quyền sửa giúp."""


def may_mend(person: Any, owner: str) -> bool:
    """Whether the person sits at the desk that mends this."""
    roles: frozenset[str] = getattr(person, "roles", frozenset())
    return bool(getattr(person, "is_active", False)) and not DESKS.get(
        owner, frozenset({R.RECORDS})
    ).isdisjoint(roles)


def check_may_mend(person: Any, owner: str) -> None:
    if not may_mend(person, owner):
        raise NotYourDesk
