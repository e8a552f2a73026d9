"""The tables of delivery, one module a subject."""

from .destinations import Destination, DestinationKind
from .keys import CertificateStatus, KeyKind, SigningKey, StatusAnswer, StatusKind, StatusSource
from .ledger import (
    Attempt,
    HubMessage,
    PracticeReceipt,
    PreparedDocument,
    Receipt,
    SignedDocument,
    Submission,
)
from .looking import ReceiptLookUp, Said
from .restoring import LostSubmission, Restore
from .watching import CalendarDay, Incident, OutageCause, PortalFinding, Pulse

__all__ = [
    "Attempt",
    "CalendarDay",
    "CertificateStatus",
    "Destination",
    "DestinationKind",
    "HubMessage",
    "Incident",
    "KeyKind",
    "LostSubmission",
    "OutageCause",
    "PortalFinding",
    "PracticeReceipt",
    "PreparedDocument",
    "Pulse",
    "Receipt",
    "ReceiptLookUp",
    "Restore",
    "Said",
    "SignedDocument",
    "SigningKey",
    "StatusAnswer",
    "StatusKind",
    "StatusSource",
    "Submission",
]
