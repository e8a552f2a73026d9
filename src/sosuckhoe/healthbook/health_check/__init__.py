"""A health check (khám sức khỏe) as it goes to the Ministry's hub: its file, its faults, its message.

Sources: QĐ 1551/QĐ-BYT (31/05/2026), QĐ 2062/QĐ-BYT (07/07/2026), both known through notes of implementers only
(moh-hub.md). The field tables of annex 01 are not at hand, so nothing of them is invented: a check-up comes as
another system wrote it, and what is judged is what those notes agree on.
"""

from .checking import check_health_check
from .document import ROOT, HealthCheck, policy_for, read_health_check
from .message import DATA_FORMS, Message, message_id, write_message

__all__ = [
    "DATA_FORMS",
    "ROOT",
    "HealthCheck",
    "Message",
    "check_health_check",
    "message_id",
    "policy_for",
    "read_health_check",
    "write_message",
]
