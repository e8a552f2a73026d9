"""What the frame around every page shows: facility, sending, person, navigation."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from ...delivery.models import Submission
from ...delivery.states import NEEDS_A_PERSON
from ...staff import policies
from ...staff.models import Role
from . import navigation
from .facility import facility_for
from .sending import sending_now
from .words import Look

FAMILY_OF_ROUTE = {
    "today": "today",
    "card": "cards",
    "check_in": "cards",
    "sign_elsewhere": "delivery",
    "signatures": "delivery",
    "worklist": "worklist",
    "fix": "worklist",
    "rule": "admin",
    "delivery": "delivery",
    "import": "reception",
    "six_month": "reports",
    "journal": "journal",
    "admin": "admin",
}
"""Route names begin with their family's word; a visit belongs to the list it was opened from, so to none."""


@dataclass
class Shell:
    request: HttpRequest

    @property
    def person(self) -> Any:
        return self.request.user

    @cached_property
    def facility_name(self) -> str:
        facility = facility_for(self.person)
        return facility.name if facility else "Chưa khai cơ sở"

    @cached_property
    def sending(self) -> Look:
        return sending_now()

    @property
    def person_name(self) -> str:
        return str(self.person.full_name)

    @property
    def role_name(self) -> str:
        return ", ".join(str(Role(role).label) for role in sorted(self.person.roles)) or "Chưa có vai trò"

    @property
    def may_open_delivery(self) -> bool:
        return policies.can_see_delivery(self.person)

    @property
    def may_search(self) -> bool:
        return navigation.can_work(self.person)

    @cached_property
    def navigation(self) -> list[navigation.Shown]:
        waiting = 0
        if navigation.can_work(self.person):
            waiting = Submission.objects.filter(state__in=NEEDS_A_PERSON).count()
        return navigation.navigation_of(self.person, self.family, waiting)

    @property
    def family(self) -> str:
        name = self.request.resolver_match.url_name if self.request.resolver_match else ""
        return next(
            (family for prefix, family in FAMILY_OF_ROUTE.items() if (name or "").startswith(prefix)), ""
        )
