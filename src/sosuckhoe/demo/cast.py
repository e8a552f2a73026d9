"""The cast (những người trong truyện): every person of the demo and the tests, all invented and looking it.

Everybody's middle name is Mẫu ("sample"), personal numbers begin with 099 and insurance cards with province 99,
which exist nowhere; telephones begin with 0990. bé An has no number yet, chị Bình is an ordinary visit, ông
Cường has many diagnoses, bác sĩ Dung may sign, y tá Em may not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class House:
    """The demo facility (cơ sở khám bệnh, chữa bệnh)."""

    code: str = "99999"
    """Five characters (QĐ 384/2019); province 99 does not exist."""
    hub_code: str = "9900000099999"
    """Thirteen digits (QĐ 1551/2026), another system."""
    name: str = "Bệnh viện đa khoa huyện Mẫu"
    superior: str = "Sở Y tế tỉnh Mẫu"
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


STAFF = (
    Staff(
        "dung",
        "Đỗ Mẫu Dung",
        "dung",
        "Bác sĩ",
        ("clinician",),
        "K03",
        "099080000901",
        "000001/MAU-GPHN",
        may_sign=True,
    ),
    Staff("em", "Phạm Mẫu Em", "em", "Điều dưỡng", ("reception",), "K01", "099080000902", "000002/MAU-GPHN"),
    Staff("giang", "Vũ Mẫu Giang", "giang", "Cán bộ hồ sơ", ("records",), "KHTH", "099080000903"),
    Staff("hai", "Ngô Mẫu Hải", "hai", "Kỹ sư công nghệ thông tin", ("it",), "CNTT", "099080000904"),
    Staff(
        "kien",
        "Bùi Mẫu Kiên",
        "kien",
        "Trưởng phòng Kế hoạch tổng hợp",
        ("planning",),
        "KHTH",
        "099080000905",
    ),
    Staff("lam", "Đặng Mẫu Lâm", "lam", "Kiểm soát nội bộ", ("auditor",), "KHTH", "099080000906"),
    Staff("mai", "Hồ Mẫu Mai", "mai", "Cán bộ đào tạo", ("trainer",), "KHTH", "099080000907"),
    Staff(
        "quanly", "Nguyễn Mẫu Quản", "quanly", "Quản trị hệ thống", ("administrator",), "CNTT", "099080000908"
    ),
    Staff(
        "oanh", "Dương Mẫu Oanh", "oanh", "Bác sĩ", ("clinician",), "K27", "099080000909", "000003/MAU-GPHN"
    ),
    Staff("phuc", "Lý Mẫu Phúc", "phuc", "Bác sĩ", ("clinician",), "K18", "099080000910", "000004/MAU-GPHN"),
    Staff(
        "quynh",
        "Trịnh Mẫu Quỳnh",
        "quynh",
        "Bác sĩ",
        ("clinician",),
        "K19",
        "099080000911",
        "000005/MAU-GPHN",
    ),
    Staff("son", "Đinh Mẫu Sơn", "son", "Kỹ thuật viên", (), "K47", "099080000912", "000006/MAU-GPHN"),
    Staff("tuyet", "Cao Mẫu Tuyết", "tuyet", "Bác sĩ", (), "K39", "099080000913", "000007/MAU-GPHN"),
)
DIRECTOR_LICENCE = "000001/MAU-GPHN"
"""Who signs papers for the facility (thủ trưởng đơn vị): bác sĩ Dung, by authorisation."""
UNITS = {
    "K01": "Khoa Khám bệnh",
    "K02": "Khoa Hồi sức cấp cứu",
    "K03": "Khoa Nội tổng hợp",
    "K04": "Khoa Nội tim mạch",
    "K11": "Khoa Truyền nhiễm",
    "K12": "Khoa Lao",
    "K18": "Khoa Nhi",
    "K19": "Khoa Ngoại tổng hợp",
    "K24": "Khoa Chấn thương chỉnh hình",
    "K27": "Khoa Phụ sản",
    "K28": "Khoa Tai - Mũi - Họng",
    "K29": "Khoa Răng - Hàm - Mặt",
    "K30": "Khoa Mắt",
    "K31": "Khoa Vật lý trị liệu - Phục hồi chức năng",
    "K39": "Khoa Chẩn đoán hình ảnh",
    "K47": "Khoa Xét nghiệm",
    "KHTH": "Phòng Kế hoạch tổng hợp",
    "CNTT": "Tổ Công nghệ thông tin",
}


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


def personal_id(born: date, sex: str, serial: int) -> str:
    """A number in the official form under province 099, which does not exist.

    >>> personal_id(date(1990, 3, 15), "2", 2)
    '099190000002'
    """
    century = {19: 0, 20: 2}[born.year // 100] + (sex == "2")
    return f"099{century}{born.year % 100:02d}{serial:06d}"


def card(group: str, level: int, serial: int) -> str:
    """An insurance card of province 99.

    >>> card("DN", 4, 2)
    'DN4999900000002'
    """
    return f"{group}{level}99{9900000000 + serial:010d}"


def leading(today: date) -> tuple[Citizen, ...]:
    """The people that everybody knows. ``today`` places the newborn and bé An."""
    newborn = today - timedelta(days=7)
    an = today - timedelta(days=70)
    return (
        Citizen(
            "an",
            "Lê Mẫu An",
            f"{an:%Y%m%d}0410",
            "1",
            "BN000001",
            card=card("TE", 1, 1),
            weight="5.80",
            phone="0990000001",
            mother="Hoàng Mẫu Yến",
            father="Lê Mẫu Thành",
            representative="Hoàng Mẫu Yến",
            relation="Mẹ",
            story="bé chưa có số định danh",
        ),
        Citizen(
            "binh",
            "Trần Mẫu Bình",
            "199003150000",
            "2",
            "BN000002",
            personal_id(date(1990, 3, 15), "2", 2),
            card("DN", 4, 2),
            phone="0990000002",
            blood_group="O+",
            weight="52.50",
            story="một đợt khám thông thường",
        ),
        Citizen(
            "cuong",
            "Nguyễn Mẫu Cường",
            "195506020000",
            "1",
            "BN000003",
            personal_id(date(1955, 6, 2), "1", 3),
            card("HT", 3, 3),
            phone="0990000003",
            blood_group="A+",
            weight="63.00",
            story="nhiều chẩn đoán",
        ),
        Citizen(
            "hanh",
            "Phan Mẫu Hạnh",
            "199708210000",
            "2",
            "BN000004",
            personal_id(date(1997, 8, 21), "2", 4),
            card("DN", 4, 4),
            phone="0990000004",
            blood_group="B+",
            weight="61.00",
            father="",
            story="sản phụ",
        ),
        Citizen(
            "sao",
            "Con bà Phan Mẫu Hạnh",
            f"{newborn:%Y%m%d}1020",
            "2",
            "BN000005",
            card=card("TE", 1, 5),
            registered="99000",
            phone="0990000004",
            weight="3.10",
            mother="Phan Mẫu Hạnh",
            father="Tạ Mẫu Lộc",
            representative="Phan Mẫu Hạnh",
            relation="Mẹ",
            story="trẻ sơ sinh",
        ),
        Citizen(
            "kim",
            "Kim Sample Min",
            "198811070000",
            "1",
            "BN000006",
            passport="M9900006",
            phone="0990000006",
            ethnic_group="55",
            nationality="999",
            weight="71.00",
            story="người nước ngoài, có hộ chiếu",
        ),
        Citizen(
            "long",
            "Võ Mẫu Long",
            "198512240000",
            "1",
            "BN000007",
            personal_id(date(1985, 12, 24), "1", 7),
            card("GD", 4, 7),
            phone="0990000007",
            blood_group="AB+",
            weight="58.00",
            story="điều trị bệnh cần giữ kín",
        ),
        Citizen(
            "nam",
            "Huỳnh Mẫu Năm",
            "193904180000",
            "2",
            "BN000008",
            personal_id(date(1939, 4, 18), "2", 8),
            card("CT", 4, 8),
            phone="0990000008",
            weight="44.00",
            representative="Huỳnh Mẫu Thảo",
            relation="Con",
            story="người cao tuổi có người đại diện",
        ),
        Citizen(
            "phong",
            "Lâm Mẫu Phong",
            "199201300000",
            "1",
            "BN000009",
            personal_id(date(1992, 1, 30), "1", 9),
            card("HN", 2, 9),
            phone="0990000009",
            weight="50.00",
            story="điều trị lao",
        ),
        Citizen(
            "thu",
            "Mai Mẫu Thu",
            "199910050000",
            "2",
            "BN000010",
            personal_id(date(1999, 10, 5), "2", 10),
            card("DN", 4, 10),
            phone="0990000010",
            blood_group="O+",
            weight="54.00",
            story="thai phụ",
        ),
        Citizen(
            "xuan",
            "Hứa Mẫu Xuân",
            "197405190000",
            "2",
            "BN000011",
            personal_id(date(1974, 5, 19), "2", 11),
            phone="0990000011",
            weight="57.00",
            story="không dùng thẻ BHYT",
        ),
        Citizen(
            "voky",
            "Người bệnh chưa rõ danh tính",
            "198600000000",
            "1",
            "BN000012",
            weight="60.00",
            address="Chưa rõ",
            story="cấp cứu chưa rõ danh tính",
        ),
        Citizen(
            "minh",
            "Quách Mẫu Minh",
            "201806110000",
            "1",
            "BN000013",
            personal_id(date(2018, 6, 11), "1", 13),
            card("HS", 4, 13),
            phone="0990000013",
            weight="24.00",
            mother="Tô Mẫu Nga",
            father="Quách Mẫu Trí",
            representative="Tô Mẫu Nga",
            relation="Mẹ",
            story="trẻ em đã có số định danh",
        ),
        Citizen(
            "yen",
            "Hoàng Mẫu Yến",
            "199602140000",
            "2",
            "BN000014",
            personal_id(date(1996, 2, 14), "2", 14),
            card("GD", 4, 14),
            phone="0990000001",
            weight="51.00",
            story="mẹ bé An",
        ),
        Citizen(
            "thao",
            "Huỳnh Mẫu Thảo",
            "197009090000",
            "2",
            "",
            personal_id(date(1970, 9, 9), "2", 99),
            phone="0990000099",
            story="con và người đại diện của bà Năm",
        ),
        Citizen(
            "nga",
            "Tô Mẫu Nga",
            "199003030000",
            "2",
            "",
            personal_id(date(1990, 3, 3), "2", 98),
            phone="0990000013",
            story="mẹ bé Minh",
        ),
    )


_FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đoàn",
    "Tăng",
    "Mạc",
    "Thạch",
    "Sơn",
    "Lò",
    "Giàng",
    "Y",
)
_WOMEN = (
    "Ánh",
    "Bích",
    "Cẩm",
    "Diễm",
    "Đào",
    "Gấm",
    "Hằng",
    "Hương",
    "Huệ",
    "Khuê",
    "Lệ",
    "Liễu",
    "Mận",
    "Nguyệt",
    "Nhạn",
    "Phượng",
    "Quế",
    "Sen",
    "Thắm",
    "Thơ",
    "Trâm",
    "Uyên",
    "Vân",
    "Ý",
)
_MEN = ("Ân", "Bảo", "Chiến", "Đạt", "Đức", "Gia", "Hiếu", "Hưng", "Khôi", "Lực", "Mạnh", "Nghĩa", "Ổn", "Phú",
        "Quyết", "Sáng", "Tấn", "Thuận", "Tiến", "Trường", "Tuấn", "Ước", "Việt", "Vượng")  # fmt: skip
_VILLAGES = ("Thôn Đông", "Thôn Đoài", "Ấp Giữa", "Khu phố 3", "Tổ 5", "Bản Hạ")


def crowd(today: date, *, seed: int = 2026) -> tuple[Citizen, ...]:
    """The other people, composed: all ages, insured and not, children with a mother among them."""
    people = list(_composed(today, 56, seed))
    mothers = [person for person in people if person.sex == "2" and 24 <= person.age(today) <= 45]
    for number, child in enumerate(people):
        if child.age(today) < 16:
            mother = mothers[number % len(mothers)]
            people[number] = replace(child, mother=mother.name, representative=mother.name, relation="Mẹ")
    return tuple(people)


def _composed(today: date, count: int, seed: int) -> Iterator[Citizen]:
    draw = Random(seed)
    for number in range(15, 15 + count):
        sex = "1" if number % 2 else "2"
        age = (4, 9, 15, 22, 28, 34, 41, 47, 52, 58, 64, 69, 74, 81)[number % 14] + draw.randrange(-1, 3)
        born = today - timedelta(days=age * 365 + draw.randrange(20, 340))
        serial = number
        weight = {True: f"{10 + age * 2 + draw.randrange(4)}.50", False: f"{46 + draw.randrange(28)}.00"}[
            age < 16
        ]
        child = age < 16
        names = _MEN if sex == "1" else _WOMEN
        family = _FAMILY[(number * 7 + number // len(_FAMILY)) % len(_FAMILY)]
        yield Citizen(
            key=f"n{number}",
            name=f"{family} Mẫu {names[(number * 5) % len(names)]}",
            born_at=f"{born:%Y%m%d}0000" if number % 9 else f"{born:%Y}00000000",
            sex=sex,
            patient_code=f"BN{number:06d}",
            personal_id=personal_id(born, sex, serial),
            card="" if number % 5 == 0 else _card_of(age, serial, draw),
            registered=HOUSE.code if number % 4 else "99001",
            phone=f"0990{number:06d}",
            ethnic_group={20: "05", 21: "03", 22: "08"}.get((number * 7) % len(_FAMILY), "01"),
            address=f"{_VILLAGES[number % len(_VILLAGES)]}, xã Mẫu, Thành phố Hồ Chí Minh",
            blood_group=draw.choice(("", "", "A+", "B+", "O+", "AB+", "O-")),
            weight=weight,
            father=f"{family} Mẫu {_MEN[(number * 3) % len(_MEN)]}" if child else "",
        )


def _card_of(age: int, serial: int, draw: Random) -> str:
    if age < 6:
        return card("TE", 1, serial)
    if age < 18:
        return card("HS", 4, serial)
    if age >= 62:
        return card("HT", 3, serial)
    group, level = draw.choice((("DN", 4), ("DN", 4), ("GD", 4), ("HC", 4), ("HN", 2), ("CN", 2)))
    return card(group, level, serial)


def citizens(today: date, *, seed: int = 2026) -> tuple[Citizen, ...]:
    """Everybody, the leading people first."""
    return (*leading(today), *crowd(today, seed=seed))
