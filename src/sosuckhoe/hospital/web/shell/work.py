"""What needs a person: submissions that are held, refused, unclear or answered with findings."""

from typing import Any

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce

from ...delivery.models import Submission
from ...delivery.states import NEEDS_A_PERSON, State
from ...visits.models import Finding


def _errors() -> QuerySet[Finding]:
    return Finding.objects.filter(version=OuterRef("version"), severity="error", overruled_by="").order_by(
        "id"
    )


def _text(queryset: QuerySet[Any], column: str) -> Subquery:
    return Subquery(queryset.values(column)[:1], output_field=TextField())


def work() -> QuerySet[Submission]:
    """Everything that needs a person, each with its first fault and the role that usually mends it."""
    return (
        Submission.objects.filter(state__in=NEEDS_A_PERSON)
        .annotate(
            first_rule=_text(_errors(), "rule"),
            first_path=_text(_errors(), "path"),
            first_message=_text(_errors(), "message"),
            owner=Coalesce(
                Case(When(state=State.HELD, then=_text(_errors(), "owner")), default=None),
                Case(
                    When(state=State.HELD, then=Value("it")),
                    default=Value("records"),
                    output_field=CharField(),
                ),
                output_field=TextField(),
            ),
        )
        .select_related("version__visit__patient", "destination")
        .defer("version__record_json")
    )
