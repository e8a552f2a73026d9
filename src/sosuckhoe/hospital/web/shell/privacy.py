"""What of a patient a role may see in a list: the whole name or initials, the sentence of a fault or its place."""

from typing import Any

from ...staff import policies


def sees_names(person: Any) -> bool:
    return policies.can_read_patients(person) or policies.can_read_records(person)


def sees_fault(person: Any, owner: str) -> bool:
    """A fault's sentence holds the value: shown to who reads records, and to the desk that mends it."""
    if policies.can_read_records(person) or owner == "it":
        return True
    return owner == "reception" and policies.can_read_patients(person)


def initials(name: str) -> str:
    """``N. V. M.`` for NGUYỄN VĂN MẪU: enough to speak about a row, not enough to know the person."""
    return " ".join(f"{word[0]}." for word in name.split()[:6])


def name_for(person: Any, name: str) -> str:
    return name if sees_names(person) else initials(name)
