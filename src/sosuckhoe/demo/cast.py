"""The cast (những người trong truyện): every person of the demo and the tests, all invented and looking it.

Everybody's middle name is Mẫu ("sample"), personal numbers begin with 099 and insurance cards with province 99,
which exist nowhere; telephones begin with 0990. bé An has no number yet, chị Bình is an ordinary visit, ông
Cường has many diagnoses, bác sĩ Dung may sign, y tá Em may not. Who they are stands in ``people/*.csv``.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class House:
    """The demo facility (cơ sở khám bệnh, chữa bệnh)."""

    code: str = "99999"
    """Five characters (QĐ 384/2019); province 99 does not exist."""
    hub_code: str = "9900000099999"
    """Thirteen digits (QĐ 1551/2026), another system."""
    name: str = "Bệnh viện đa khoa huyện Mẫu"
    address: str = "Số 1 đường Mẫu, xã Mẫu, Thành phố Hồ Chí Minh"
    phone: str = "0990000000"
    tax_code: str = "9999999999"


HOUSE = House()
NEIGHBOURS = {
    "99001": "Bệnh viện đa khoa tỉnh Mẫu",
    "99002": "Trạm y tế xã Mẫu",
    HOUSE.code: HOUSE.name,
}
"""Facilities that papers name: the provincial hospital and the commune's station."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at the hospital."""

    key: str
    name: str
    username: str
    title: str
    roles: tuple[str, ...]
    """Words of the hospital's roles: reception, clinician, records, it, planning, auditor, trainer, administrator."""
    unit: str
    personal_id: str
    """Needed where the portal wants to know who looks a card up."""
    licence: str = ""
    """Practice licence (giấy phép hành nghề), the code of practitioners since QĐ 3176."""
    may_sign: bool = False


def people_data(name: str) -> list[dict[str, str]]:
    """The rows of one of the files in ``people/``."""
    text = files(__package__).joinpath("people", name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _staff(row: dict[str, str]) -> Staff:
    roles = tuple(row.pop("roles").split())
    return Staff(roles=roles, may_sign=bool(row.pop("may_sign")), **row)


STAFF = tuple(_staff(row) for row in people_data("staff.csv"))
DIRECTOR_LICENCE = next(person.licence for person in STAFF if person.may_sign)
"""Who signs papers for the facility (thủ trưởng đơn vị): bác sĩ Dung, by authorisation."""
UNITS = {row["code"]: row["name"] for row in people_data("units.csv")}


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who comes to the hospital."""

    key: str
    name: str
    born_at: str
    """Twelve digits as in NGAY_SINH; unknown parts are zeros."""
    sex: str
    patient_code: str
    personal_id: str = ""
    card: str = ""
    registered: str = HOUSE.code
    passport: str = ""
    phone: str = ""
    ethnic_group: str = "01"
    nationality: str = "000"
    address: str = "Thôn 1, xã Mẫu, Thành phố Hồ Chí Minh"
    blood_group: str = ""
    weight: str = "55.00"
    representative: str = ""
    relation: str = ""
    mother: str = ""
    father: str = ""
    story: str = ""

    @property
    def born(self) -> date:
        return date(int(self.born_at[:4]), int(self.born_at[4:6]) or 1, int(self.born_at[6:8]) or 1)

    def age(self, day: date) -> int:
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    @property
    def document(self) -> str:
        """What stands in SO_CCCD: the personal number, else the passport."""
        return self.personal_id or self.passport

    @property
    def insurance_number(self) -> str:
        """The ten digits of the social-insurance number inside the card."""
        return self.card[5:]


def leading(today: date) -> tuple[Citizen, ...]:
    """The people that everybody knows. ``today`` places the births of the newborn and of bé An."""
    return tuple(_citizen(row, today) for row in people_data("citizens.csv"))


def _citizen(row: dict[str, str], today: date) -> Citizen:
    days_ago = row.pop("born_days_ago")
    if days_ago:
        row["born_at"] = f"{today - timedelta(days=int(days_ago)):%Y%m%d}{row['born_at']}"
    return Citizen(**row)
