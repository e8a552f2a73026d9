"""What goes out in a scene: visits, check-ins (XML0) and health checks. Each is written, killed and looked up in its way."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.crash.hospital_process import TODAY
from tests.health_check_file import Export

from sosuckhoe.demo.his_export import export
from sosuckhoe.healthbook.document import read, write_check_in
from sosuckhoe.healthbook.standard import edition_on


@dataclass(frozen=True)
class Kind:
    name: str
    """Of its column in the ledger."""
    service: str
    """In the portal's history."""
    plural: str
    write: Callable[[str], bytes]
    """A file of it that has no faults, under this code."""
    intake: tuple[str, ...]
    signing: tuple[str, ...]


def renamed(data: bytes, visit_code: str) -> bytes:
    """The same visit under another code, in every table."""

    def part(found: re.Match[bytes]) -> bytes:
        inner = re.sub(rb"<MA_LK>[^<]*<", b"<MA_LK>" + visit_code.encode() + b"<", b64decode(found[1]))
        return b"<NOIDUNGFILE>" + b64encode(inner) + b"<"

    return re.sub(rb"<NOIDUNGFILE>([^<]+)<", part, data)


@cache
def _clean() -> list[bytes]:
    """Visits without faults whose code can be changed in place."""
    files = [file.data for file in export(TODAY) if file.expected == "clean"]
    return [data for data in files if read(renamed(data, "MOI")).visits[0].record.visit_code == "MOI"]


def _visit(code: str) -> bytes:
    return renamed(_clean()[int(re.sub(r"\D", "", code)) % len(_clean())], code)


def _check_in(code: str) -> bytes:
    row = {
        "visit_code": code,
        "row_number": "1",
        "patient_code": "BN0001",
        "full_name": "Nguyễn Thị Mẫu Bình",
        "personal_id": "099190000001",
        "born_at": "199002010000",
        "sex_code": "2",
        "patient_category_code": "9",
        "arrived_at": f"{TODAY:%Y%m%d}0705",
        "visit_type_code": "01",
        "facility_code": "99999",
        "service_code": "02.1897",
        "service_name": "Khám Nội",
        "ordered_at": f"{TODAY:%Y%m%d}0715",
    }
    return write_check_in([row], edition_on(TODAY))


def _health_check(code: str) -> bytes:
    return Export(code=code, facility="99999").bytes()


VISIT = Kind(
    "version",
    "record",
    "visits",
    _visit,
    ("K01", "K02", "K04", "K03", "K05", "K06"),
    ("K07", "K08", "K09", "K10", "K11", "K12", "K13", "K14"),
)
CHECK_IN = Kind(
    "check_in",
    "check_in",
    "check-ins",
    _check_in,
    ("K01", "K05", "K06"),
    ("K07", "K08", "K11", "K12", "K13", "K14"),
)
HEALTH_CHECK = Kind(
    "health_check",
    "hub_push",
    "health checks",
    _health_check,
    ("K01", "K04", "K05", "K06"),
    ("K07", "K08", "K11", "K12", "K13", "K14"),
)
KINDS = (VISIT, CHECK_IN, HEALTH_CHECK)
MIXED = (VISIT, CHECK_IN, VISIT, HEALTH_CHECK)
"""In this order, again and again, where a scene does not ask for one kind."""
