"""The tables of visits, one module a subject."""

from .beside import CheckIn, HealthCheck, Withheld
from .hospitals import CatalogueImport, CatalogueRow, HospitalPolicy
from .visits import ClosingSource, Finding, RecordVersion, SourceFile, Visit

__all__ = [
    "CatalogueImport",
    "CatalogueRow",
    "CheckIn",
    "ClosingSource",
    "Finding",
    "HealthCheck",
    "HospitalPolicy",
    "RecordVersion",
    "SourceFile",
    "Visit",
    "Withheld",
]
