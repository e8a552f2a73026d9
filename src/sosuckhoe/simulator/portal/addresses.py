"""The services' paths. They are matched without regard to case; other casing is noted in the history."""

from dataclasses import dataclass

HEADERS, QUERY = "H", "Q"
"""How credentials travel; see ``credentials.py``."""


@dataclass(frozen=True)
class Service:
    path: str
    name: str
    family: str
    """H, Q, or empty for the logins, the hub and the practice authority."""
    legacy: bool = False
    method: str = "POST"


SERVICES = (
    Service("/api/token/take", "token", ""),
    Service("/api/qd130/checkInKcbQd4750", "check_in", HEADERS, legacy=True),
    Service("/api/qd130/checkInKcbQd3176", "check_in", HEADERS),
    Service("/api/qd130/guiHoSoXmlQD130", "record", HEADERS, legacy=True),
    Service("/api/qd130/guiHoSoXmlQD4750", "record", HEADERS, legacy=True),
    Service("/api/qd130/guiHoSoXmlQD3176", "record", HEADERS),
    Service("/api/egw/KQNhanLichSuKCB2024", "card", QUERY),
    Service("/api/egw/Lskcb2025", "history", QUERY),
    Service("/api/egw/NhanLichSuKCB2018", "card_old", QUERY, legacy=True),
    Service("/api/egw/KQNhanLichSuKCB2019", "card_old", QUERY, legacy=True),
    Service("/api/TraCuuCCT/TraCuuTienMCCT", "copayment", HEADERS),
    Service("/api/auth/login", "hub_login", ""),
    Service("/api/platform/data-sync/push", "hub_push", ""),
    Service("/ocsp", "ocsp", ""),
    Service("/crl/thuc-hanh.crl", "crl", "", method="GET"),
)
NAMES = tuple(dict.fromkeys(service.name for service in SERVICES))
_BY_PATH = {service.path.lower(): service for service in SERVICES}


def service_at(path: str) -> Service | None:
    return _BY_PATH.get(path.lower())
