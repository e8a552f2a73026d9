"""A visit being written down: who came where under which decision, then line after line, then the totals."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .lines import medicine_money, service_money
from .paper import AS_ASKED, DECISIONS, Row, Style, Tables, amount, document, envelope, fields

FACILITY = "79998"
OTHER_FACILITY = "79997"
STATION = "79996"
CARD = "DN4797900000017"
DAYS = {
    "130": date(2024, 2, 15),
    "4750": date(2024, 11, 12),
    "3176": date(2025, 3, 11),
    "1931": date(2026, 9, 15),
}


@dataclass
class Chart:
    """One visit on paper. ``card``: the insured person's card; empty for a visit without insurance."""

    decision: str
    code: str
    card: str = CARD
    level: str = "80"
    kind: str = "01"
    facility: str = FACILITY
    department: str = "K01"
    tables: Tables = field(default_factory=dict)

    @property
    def day(self) -> date:
        return DAYS[self.decision]

    def at(self, clock: str, days: int = 0) -> str:
        return f"{self.day + timedelta(days):%Y%m%d}{clock}"

    def on(self, days: int = 0) -> str:
        return f"{self.day + timedelta(days):%Y%m%d}"

    @property
    def doctor(self) -> str:
        """Certificates until QĐ 4750, licences from QĐ 3176."""
        return "004321/HCM-CCHN" if self.decision in ("130", "4750") else "004321/HCM-GPHN"

    @property
    def nurse(self) -> str:
        return "008765/HCM-CCHN" if self.decision in ("130", "4750") else "008765/HCM-GPHN"

    @property
    def head(self) -> str:
        """Who signs papers: a social-insurance number until QĐ 4750."""
        return "7900000555" if self.decision in ("130", "4750") else "000111/HCM-GPHN"

    def knows(self, table: str, name: str) -> bool:
        return name in fields(table, self.decision)

    def row(self, table: str, values: Row) -> Row:
        """Adds a row; what this decision's table has not is left out."""
        rows = self.tables.setdefault(table, [])
        known = fields(table, self.decision)
        row = {"MA_LK": self.code} if "MA_LK" in known else {}
        if "STT" in known:
            row["STT"] = str(len(rows) + 1)
        row |= {name: text for name, text in values.items() if name in known}
        rows.append(row)
        return row

    def visit(self, **values: str) -> Row:
        """XML1 of an adult outpatient; ``values`` say what is different."""
        districts = self.day < date(2025, 7, 1)
        insured: Row = {}
        if self.card:
            insured = {
                "MA_THE_BHYT": self.card,
                "MA_DKBD": self.facility,
                "GT_THE_TU": f"{self.day.year}0101",
                "GT_THE_DEN": f"{self.day.year}1231",
            }
        row: Row = {
            "MA_BN": "BN000123",
            "HO_TEN": "NGUYỄN THỊ VÍ DỤ",
            "SO_CCCD": "079184000123",
            "NGAY_SINH": "198405160000",
            "GIOI_TINH": "2",
            "MA_QUOCTICH": "000",
            "MA_DANTOC": "01",
            "MA_NGHE_NGHIEP": "00000",
            "DIA_CHI": "Số 0 đường Thí Dụ, phường Mẫu, Thành phố Hồ Chí Minh",
            "MATINH_CU_TRU": "79",
            "MAHUYEN_CU_TRU": "760" if districts else "",
            "MAXA_CU_TRU": "26734",
            "DIEN_THOAI": "0900000001",
            **insured,
            "LY_DO_VV": "Ho, sốt ba ngày",
            "CHAN_DOAN_VAO": "Viêm phế quản cấp",
            "CHAN_DOAN_RV": "Viêm phế quản cấp, không phân loại",
            "MA_BENH_CHINH": "J20.9",
            "MA_DOITUONG_KCB": "1.1" if self.card else "9",
            "NGAY_VAO": self.at("0730"),
            "NGAY_RA": self.at("1040"),
            "SO_NGAY_DTRI": "0",
            "KET_QUA_DTRI": "2",
            "MA_LOAI_RV": "1",
            "NGAY_TTOAN": self.at("1055"),
            "NAM_QT": f"{self.day.year}",
            "THANG_QT": f"{self.day.month}",
            "MA_LOAI_KCB": self.kind,
            "MA_KHOA": self.department,
            "MA_CSKCB": self.facility,
            "CAN_NANG": "52.50",
            "MA_HSBA": "HS0001",
            "MA_TTDV": self.head,
        }
        return self.row("XML1", row | values)

    def medicine(self, quantity: str, price: str, **values: Any) -> Row:
        money = {name: values.pop(name) for name in ("rate", "level", "support") if name in values}
        money.setdefault("level", self.level)
        ordered = values.get("NGAY_YL", self.at("0930"))
        row: Row = {
            "MA_THUOC": "40.101",
            "MA_NHOM": "4",
            "TEN_THUOC": "Thuốc Mẫu A",
            "DON_VI_TINH": "Viên",
            "HAM_LUONG": "500mg",
            "DUONG_DUNG": "1.01",
            "DANG_BAO_CHE": "Viên nén",
            "LIEU_DUNG": "1 viên/lần * 2 lần/ngày * 5 ngày [2 viên/ngày]",
            "CACH_DUNG": "Sau ăn",
            "SO_DANG_KY": "VD-00001-20",
            "TT_THAU": "123/QĐ-SYT;G1;N2;2024",
            "PHAM_VI": "1",
            "MA_KHOA": self.department.split(";")[0],
            "MA_BAC_SI": self.doctor,
            "NGAY_YL": ordered,
            "NGAY_TH_YL": ordered,
            "MA_PTTT": "1",
            "NGUON_CTRA": "1",
        }
        return self.row("XML2", row | medicine_money(quantity, price, **money) | values)

    def service(self, group: str, quantity: str, price: str, **values: Any) -> Row:
        names = ("insured_price", "share", "rate", "level", "support")
        money = {name: values.pop(name) for name in names if name in values}
        money.setdefault("level", self.level)
        row: Row = {
            "MA_NHOM": group,
            "DON_VI_TINH": "Lần",
            "PHAM_VI": "1",
            "MA_KHOA": self.department.split(";")[0],
            "MA_BAC_SI": self.doctor,
            "MA_BENH": "",
            "NGAY_YL": self.at("0740"),
            "MA_PTTT": "1",
        }
        return self.row(
            "XML3", row | service_money(quantity, price, decision=self.decision, **money) | values
        )

    def exam(self, **values: Any) -> Row:
        base = {
            "MA_DICH_VU": "02.1896",
            "TEN_DICH_VU": "Khám Nội",
            "NGAY_YL": self.at("0735"),
            "NGAY_TH_YL": self.at("0740"),
            "NGAY_KQ": self.at("1030"),
            "NGUOI_THUC_HIEN": self.doctor,
        }
        return self.service("13", "1", "45000", **base | values)

    def test(self, **values: Any) -> Row:
        """A blood count with its results in table 4."""
        base = {
            "MA_DICH_VU": "22.0121.1369",
            "TEN_DICH_VU": "Tổng phân tích tế bào máu ngoại vi",
            "NGAY_YL": self.at("0745"),
            "NGAY_TH_YL": self.at("0800"),
            "NGAY_KQ": self.at("0845"),
            "NGUOI_THUC_HIEN": self.nurse,
            "MA_MAY": "HH.1.MAU0001",
        }
        row = self.service("1", "1", "49700", **base | values)
        for code, name, value, unit in (("1230001", "WBC", "7.9", "G/L"), ("1230002", "HGB", "131", "g/L")):
            self.result(row, MA_CHI_SO=code, TEN_CHI_SO=name, GIA_TRI=value, DON_VI_DO=unit)
        return row

    def imaging(self, **values: Any) -> Row:
        base = {
            "MA_DICH_VU": "18.0119.0028",
            "TEN_DICH_VU": "Chụp X-quang ngực thẳng",
            "NGAY_YL": self.at("0746"),
            "NGAY_TH_YL": self.at("0815"),
            "NGAY_KQ": self.at("0850"),
            "NGUOI_THUC_HIEN": self.nurse,
            "MA_MAY": "XQ.1.MAU0002",
        }
        row = self.service("2", "1", "68300", **base | values)
        self.result(
            row, TEN_CHI_SO="X-quang ngực", MO_TA="Hai phế trường sáng", KET_LUAN="Chưa thấy bất thường"
        )
        return row

    def result(self, of: Row, **values: str) -> Row:
        return self.row(
            "XML4",
            {
                "MA_DICH_VU": of["MA_DICH_VU"],
                "NGAY_KQ": of["NGAY_KQ"],
                "MA_BS_DOC_KQ": self.doctor,
                **values,
            },
        )

    def note(self, text: str, clock: str, days: int = 0, **values: str) -> Row:
        row = {"DIEN_BIEN_LS": text, "THOI_DIEM_DBLS": self.at(clock, days), "NGUOI_THUC_HIEN": self.doctor}
        return self.row("XML5", row | values)

    def summary(self, **values: str) -> Row:
        """XML8, repeating what XML1 says."""
        one = self.tables["XML1"][0]
        row = {
            "MA_LOAI_KCB": one["MA_LOAI_KCB"],
            "NGAY_VAO": one["NGAY_VAO"],
            "NGAY_RA": one["NGAY_RA"],
            "CHAN_DOAN_VAO": one["CHAN_DOAN_VAO"],
            "CHAN_DOAN_RV": one["CHAN_DOAN_RV"],
            "QT_BENHLY": "Bệnh khởi phát ba ngày trước khi đến khám, diễn biến tăng dần.",
            "TOMTAT_KQ": "Công thức máu và X-quang trong giới hạn bình thường.",
            "PP_DIEUTRI": "Kháng sinh đường uống, nghỉ ngơi, uống nhiều nước.",
            "KET_QUA_DTRI": one["KET_QUA_DTRI"],
            "MA_TTDV": self.head,
            "NGAY_CT": one["NGAY_RA"][:8],
        }
        return self.row("XML8", row | values)

    def discharge_paper(self, **values: str) -> Row:
        """XML7."""
        one = self.tables["XML1"][0]
        row = {
            "SO_LUU_TRU": "LT0001",
            "MA_YTE": one["MA_BN"],
            "MA_KHOA_RV": one["MA_KHOA"].split(";")[-1],
            "NGAY_VAO": one["NGAY_VAO"],
            "NGAY_RA": one["NGAY_RA"],
            "CHAN_DOAN_RV": one["CHAN_DOAN_RV"],
            "PP_DIEUTRI": one.get("PP_DIEU_TRI") or "Nội khoa",
            "MA_TTDV": self.head,
            "MA_BS": self.doctor,
            "TEN_BS": "BS. Trần Văn Mẫu",
            "NGAY_CT": one["NGAY_RA"][:8],
        }
        return self.row("XML7", row | values)

    def close(self) -> "Chart":
        """The sums of XML1 from the lines."""
        medicines, services = self.tables.get("XML2", []), self.tables.get("XML3", [])
        lines = medicines + services

        def total(rows: list[Row], name: str) -> str:
            return amount(sum((Decimal(row[name]) for row in rows), Decimal()))

        supplies = [row for row in services if row["MA_NHOM"] in ("10", "11") or row.get("MA_VAT_TU")]
        one = self.tables["XML1"][0]
        one["T_THUOC"] = total(medicines, "THANH_TIEN_BV")
        one["T_VTYT"] = total(supplies, "THANH_TIEN_BV")
        one["T_TONGCHI_BV"] = total(lines, "THANH_TIEN_BV")
        one["T_TONGCHI_BH"] = total(lines, "THANH_TIEN_BH")
        for name in ("T_BNTT", "T_BNCCT", "T_BHTT", "T_NGUONKHAC"):
            one[name] = total(lines, name)
        one["T_BHTT_GDV"] = total([row for row in lines if row["MA_PTTT"] == "1"], "T_BHTT")
        return self

    def documents(self, style: Style = AS_ASKED) -> list[tuple[str, str]]:
        kinds = sorted(self.tables, key=lambda kind: int(kind[3:]))
        return [(kind, document(kind, self.decision, self.tables[kind], style)) for kind in kinds]

    def made_on(self) -> str:
        one = self.tables["XML1"][0]
        return one["NGAY_RA"][:8]

    def file(self, style: Style = AS_ASKED) -> bytes:
        """The visit in an envelope of its own; a check-in, which travels alone, as its document."""
        if list(self.tables) == ["XML0"]:
            text = document("XML0", self.decision, self.tables["XML0"], style)
            head, end, _ = text.rpartition("</CHI_TIEU_TRANG_THAI_KCB>")
            return f"{head}<CHUKYDONVI></CHUKYDONVI>{end}".encode()
        return envelope(self.facility, self.made_on(), [self.documents(style)], style)


def since(decision: str, first: str) -> bool:
    return DECISIONS.index(decision) >= DECISIONS.index(first)
