"""Finding people, with and without marks, by any number they ever had."""

from django.db.models import Q, QuerySet

from .folding import fold
from .models import Identifier, Patient


def find_patients(text: str) -> QuerySet[Patient]:
    """By any identifier, past ones too, or by name written with or without marks."""
    words = fold(text).split()
    if not words:
        return Patient.objects.none()
    number = text.strip().upper().replace(" ", "")
    by_number = Identifier.objects.filter(value=number).values("patient_id")
    by_name = Q()
    for word in words:
        by_name &= Q(name_fold__contains=word)
    return Patient.objects.filter(Q(pk__in=by_number) | by_name).order_by("name_fold", "pk")


def identifiers_of(patient: Patient) -> list[Identifier]:
    """Every number the person ever had, those in force first."""
    return sorted(patient.identifiers.all(), key=lambda each: (each.until is not None, each.kind))
