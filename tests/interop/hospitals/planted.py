"""One fault planted for every published rule that a file can break, and what must be said of it, no more.

``XML3#2.NGAY_KQ`` is that field in the second row. The first path changed is where the fault must be reported, unless
``at`` says otherwise. ``also``: what else is then truly wrong. ``since``: the first day of discharge the published
rule is meant for; on an earlier visit the same change must stay without that finding.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .chart import Chart
from .lines import medicine_money, service_money
from .paper import Row
from .visits import VISITS

Change = Mapping[str, str] | Callable[[Chart], None]


@dataclass(frozen=True)
class Planted:
    rule: str
    visit: str
    change: Change
    at: str = ""
    also: tuple[str, ...] = ()
    decision: str = "1931"
    since: str = "2024-07-01"
    said_as: str = ""
    """The id our program gives it, where that is another."""
    alone: bool = False
    """Whether the texts say what they say on this decision's day and in its forms only."""

    @property
    def place(self) -> str:
        """Where the fault must be reported: ``XML3#2.NGAY_KQ``."""
        place = self.at or next(iter(self.change))  # type: ignore[arg-type]
        return place.replace("XML0.", "XML0#1.")

    def holds_under(self, decision: str) -> bool:
        """Whether the visit can be written under a decision with every field that is changed."""
        chart = VISITS[self.visit][0](decision)
        return not callable(self.change) and all(
            chart.knows(path.partition("#")[0].partition(".")[0], path.rpartition(".")[2])
            for path in self.change
        )

    @property
    def sure_to_be_silent_before(self) -> bool:
        """Whether the change can be made on an earlier visit, too, and means the same there."""
        return not (
            self.said_as
            or callable(self.change)
            or "XML1.NGAY_RA" in self.change
            or self.rule in SINCE_THE_FIRST_TABLES
        )


def put(chart: Chart, change: Change) -> None:
    if callable(change):
        change(chart)
        return
    for path, text in change.items():
        place, _, name = path.partition(".")
        table, _, row = place.partition("#")
        chart.tables[table][int(row or 1) - 1][name] = text


def line(row: int, **values: str) -> Callable[[Chart], None]:
    """A service line with its money reckoned anew, and the totals after it."""

    def change(chart: Chart) -> None:
        one = chart.tables["XML3"][row - 1]
        money = {
            "quantity": "SO_LUONG",
            "price": "DON_GIA_BV",
            "insured_price": "DON_GIA_BH",
            "share": "TYLE_TT_DV",
        }
        money |= {"rate": "TYLE_TT_BH", "level": "MUC_HUONG"}
        facts = {name: values.get(name, one[column]) for name, column in money.items()}
        quantity, price = facts.pop("quantity"), facts.pop("price")
        one |= service_money(quantity, price, decision=chart.decision, **facts)
        one |= {name: text for name, text in values.items() if name not in money}
        chart.close()

    return change


def drug(row: int, **values: str) -> Callable[[Chart], None]:
    def change(chart: Chart) -> None:
        one = chart.tables["XML2"][row - 1]
        money = {"quantity": "SO_LUONG", "price": "DON_GIA", "rate": "TYLE_TT_BH", "level": "MUC_HUONG"}
        facts = {name: values.get(name, one[column]) for name, column in money.items()}
        quantity, price = facts.pop("quantity"), facts.pop("price")
        one |= medicine_money(quantity, price, **facts)
        one |= {name: text for name, text in values.items() if name not in money}
        chart.close()

    return change


def without(table: str) -> Callable[[Chart], None]:
    def change(chart: Chart) -> None:
        del chart.tables[table]

    return change


def twice(table: str, row: int = 1, **values: str) -> Callable[[Chart], None]:
    """A row once more, as the next of its table, totals after it."""

    def change(chart: Chart) -> None:
        rows = chart.tables[table]
        more: Row = dict(rows[row - 1])
        if "STT" in more:
            more["STT"] = str(len(rows) + 1)
        rows.append(more | values)
        if table in ("XML2", "XML3"):
            chart.close()

    return change


def both(*changes: Change) -> Callable[[Chart], None]:
    def change(chart: Chart) -> None:
        for one in changes:
            put(chart, one)

    return change


SINCE_THE_FIRST_TABLES = frozenset(
    {
        f"FMT-0{n:02}"
        for n in (1, 2, 3, 4, 5, 6, 7, 9, 10, 13, 15, 17, 18, 19, 24, 25, 28, 33, 36, 37, 43, 46, 76)
    }
    | {"XTB-003", "COD-001", "COD-005", "COD-012", "COD-028"}
)
"""Lengths, types, needs and lists of codes: QĐ 130's own tables have them already, and a visit is judged by its own."""

P = Planted
FORMATS = [
    P("FMT-001", "outpatient", {"XML1.HO_TEN": "Ă" * 256}),
    P("FMT-001", "outpatient", {"XML4#1.DON_VI_DO": "g" * 51}),
    P("FMT-002", "outpatient", {"XML3#2.NGAY_TH_YL": "202609150860"}),
    P("FMT-002", "outpatient", {"XML1.NGAY_VAO": "202609152400"}),
    P("FMT-003", "inpatient", {"XML7.NGAY_CT": "20260931"}),
    P("FMT-003", "inpatient", {"XML8.NGAY_CT": "20270229"}),
    P("FMT-004", "outpatient", {"XML3#1.DON_GIA_BV": "45,000"}),
    P("FMT-004", "outpatient", {"XML1.T_TONGCHI_BV": "513.345"}, said_as="FMT-006"),
    P("FMT-005", "outpatient", {"XML2#1.DON_GIA": "1234.5678"}),
    P("FMT-006", "outpatient", {"XML2#1.THANH_TIEN_BV": "12345.678"}),
    P("FMT-007", "outpatient", {"XML1.MA_BENH_KT": "I10;;E11.9"}),
    P("FMT-007", "outpatient", {"XML1.MA_BENH_KT": "I10;"}),
    P("FMT-008", "outpatient", {"XML1.MA_LOAI_KCB": "1"}, said_as="FMT-028"),
    P("FMT-009", "outpatient", {"XML3#2.STT": "0"}),
    P("FMT-009", "outpatient", {"XML2#2.STT": "3"}),
    P("FMT-010", "outpatient", {"XML3#1.MA_LK": ""}),
    P("FMT-010", "outpatient", {"XML1.MA_LK": ""}),
    P("FMT-010", "outpatient", {"XML2#2.MA_LK": "LK-NGOAITRU-01 "}),
    P("FMT-011", "outpatient", {"XML1.HO_TEN": "NGUYỄN  THỊ VÍ DỤ"}),
    P("FMT-011", "outpatient", {"XML1.HO_TEN": "NGUYỄN THỊ V1 DỤ"}),
    P("FMT-011", "check_in", {"XML0.HO_TEN": "NGUYỄN THỊ @ DỤ"}),
    P("FMT-012", "outpatient", {"XML1.SO_CCCD": "07918400012"}),
    P("FMT-012", "outpatient", {"XML1.SO_CCCD": "79184000123"}),
    P("FMT-012", "check_in", {"XML0.SO_CCCD": "0791840001234"}),
    P("FMT-013", "outpatient", {"XML1.NGAY_SINH": "19840516"}),
    P("FMT-013", "outpatient", {"XML1.NGAY_SINH": "198400160000"}),
    P("FMT-013", "check_in", {"XML0.NGAY_SINH": "198413160000"}),
    P("FMT-014", "newborn_without_card", {"XML1.NGAY_SINH": "202609120000"}),
    P("FMT-015", "outpatient", {"XML1.GIOI_TINH": "4"}),
    P("FMT-015", "check_in", {"XML0.GIOI_TINH": "0"}),
    P("FMT-016", "outpatient", {"XML1.MA_QUOCTICH": "VN"}),
    P("FMT-017", "outpatient", {"XML1.MA_DANTOC": "1"}),
    P("FMT-018", "outpatient", {"XML1.MA_NGHE_NGHIEP": ""}),
    P("FMT-019", "outpatient", {"XML1.MATINH_CU_TRU": ""}),
    P("FMT-019", "outpatient", {"XML1.MAXA_CU_TRU": ""}),
    P("FMT-021", "check_in", {"XML0.MA_THE_BHYT": "DN4797900000017;GD4797900000017"}),
    P("FMT-022", "outpatient", {"XML1.MA_THE_BHYT": "DN479790000001"}),
    P("FMT-022", "outpatient", {"XML1.MA_THE_BHYT": "dn4797900000017"}),
    P("FMT-022", "outpatient", {"XML1.MA_THE_BHYT": "DN9797900000017"}),
    P("FMT-022", "outpatient", {"XML1.MA_THE_BHYT": "DN47979000O0017"}),
    P("FMT-023", "outpatient", {"XML1.MA_DKBD": "7999"}),
    P("FMT-024", "outpatient", {"XML1.GT_THE_TU": "01/01/2026"}),
    P("FMT-024", "outpatient", {"XML1.GT_THE_DEN": "20261301"}),
    P("FMT-025", "outpatient_exempt", {"XML1.NGAY_MIEN_CCT": "2026090100"}),
    P("FMT-026", "outpatient", {"XML1.MA_BENH_CHINH": "J20;I11"}),
    P("FMT-026", "outpatient", {"XML1.MA_BENH_CHINH": "J2"}),
    P(
        "FMT-027",
        "outpatient",
        {"XML1.MA_BENH_KT": "I10;J45.9;K29.7;E78.5;M17.0;N20.0;H25.9;L30.9;B80;D64.9;G47.0;R05;R42"},
    ),
    P("FMT-028", "outpatient", {"XML1.MA_LOAI_KCB": "1"}),
    P("FMT-029", "outpatient", {"XML1.MA_CSKCB": "7999"}),
    P("FMT-030", "outpatient", {"XML1.MA_KHUVUC": "K4"}),
    P("FMT-031", "outpatient", {"XML1.CAN_NANG": "-5.00"}),
    P("FMT-031", "outpatient", {"XML1.CAN_NANG": "0.00"}),
    P("FMT-032", "outpatient", {"XML1.CAN_NANG": "525.00"}),
    P("FMT-033", "delivery", {"XML1.CAN_NANG_CON": "3.15"}),
    P("FMT-034", "to_come_back", {"XML1.NGAY_TAI_KHAM": "202610130800"}),
    P("FMT-035", "outpatient", {"XML1.THANG_QT": "13"}),
    P("FMT-035", "outpatient", {"XML1.NAM_QT": "26"}),
    P("FMT-036", "outpatient", {"XML1.KET_QUA_DTRI": "9"}),
    P("FMT-037", "outpatient", {"XML1.MA_LOAI_RV": "6"}),
    P("FMT-038", "outpatient", {"XML1.MA_TTDV": "00432/HCM"}, decision="4750", alone=True),
    P("FMT-039", "outpatient", {"XML2#1.PHAM_VI": "4"}),
    P("FMT-039", "outpatient", {"XML3#1.PHAM_VI": "0"}),
    P("FMT-040", "outpatient", {"XML3#2.MA_PTTT": "4"}),
    P("FMT-041", "outpatient", {"XML2#2.NGUON_CTRA": "5"}),
    P("FMT-042", "outpatient", {"XML2#1.VET_THUONG_TP": "0"}),
    P("FMT-042", "outpatient", {"XML3#1.VET_THUONG_TP": "2"}),
    P("FMT-043", "outpatient", {"XML2#1.TYLE_TT_BH": "101"}),
    P("FMT-043", "outpatient", {"XML3#1.TYLE_TT_BH": "99.5"}),
    P("FMT-044", "outpatient", {"XML3#1.TYLE_TT_DV": "120"}),
    P("FMT-045", "operations", line(2, share="70"), at="XML3#2.TYLE_TT_DV"),
    P("FMT-046", "outpatient", {"XML2#1.MUC_HUONG": "47.5"}, decision="3176", alone=True),
    P("FMT-046", "outpatient", {"XML3#1.MUC_HUONG": "120"}, decision="3176", alone=True),
    P("FMT-047", "outpatient", {"XML3#1.MUC_HUONG": "47.55"}, said_as="FMT-001", since="2026-07-01"),
    P("FMT-047", "outpatient", {"XML3#1.MUC_HUONG": "101"}, since="2026-07-01"),
    P("FMT-048", "outpatient", {"XML2#1.SO_DANG_KY": "VD-00001 -20"}),
    P("FMT-049", "outpatient", {"XML2#1.MA_THUOC": "40.101;40.102"}),
    P("FMT-050", "operations", {"XML2#1.MA_THUOC": "M.00345.XNT"}),
    P("FMT-051", "operations", {"XML2#1.MA_CSKCB_THUOC": "X.79997"}),
    P("FMT-051", "operations", {"XML2#1.MA_CSKCB_THUOC": "M.7999"}),
    P("FMT-052", "outpatient", {"XML2#1.DUONG_DUNG": "1,01"}),
    P("FMT-053", "outpatient", {"XML2#1.TT_THAU": "123/QĐ-SYT;G1;2024"}),
    P("FMT-054", "operations", {"XML3#4.TT_THAU": "45/QĐ-BV.79998;N0;G1;2024"}),
    P("FMT-055", "outpatient", {"XML2#1.LIEU_DUNG": "Ngày uống hai lần"}),
    P("FMT-056", "inpatient", {"XML3#3.MA_GIUONG": "H01"}),
    P("FMT-056", "inpatient", {"XML3#3.MA_GIUONG": "A001"}),
    P("FMT-057", "operations", {"XML3#4.GOI_VTYT": "G01"}),
    P(
        "FMT-058",
        "outpatient",
        {"XML3#3.MA_DICH_VU": "18.0119.0028_XX", "XML4#3.MA_DICH_VU": "18.0119.0028_XX"},
        since="2025-01-01",
    ),
    P("FMT-059", "transported", {"XML3#2.MA_DICH_VU": "VC.7999"}),
    P(
        "FMT-060",
        "several_examinations",
        {"XML3#4.MA_DICH_VU": "22.0001.K.799", "XML4#1.MA_DICH_VU": "22.0001.K.799"},
    ),
    P("FMT-061", "outpatient", {"XML3#2.MA_MAY": "HEMA.1.MAU0001"}),
    P("FMT-061", "outpatient", {"XML3#2.MA_MAY": "HH.4.MAU0001"}),
    P("FMT-062", "operations", {"XML3#2.PP_VO_CAM": "5"}),
    P("FMT-063", "wounded_veteran", {"XML3#3.TAI_SU_DUNG": "2"}),
    P("FMT-064", "outpatient", {"XML3#1.MA_BAC_SI": "004321/HCM-GPHN.C.799"}),
    P("FMT-065", "outpatient", {"XML4#3.MA_BS_DOC_KQ": "004321/HCM-GPHN.TX"}, since="2025-01-01"),
    P("FMT-066", "outpatient", {"XML4#1.MA_CHI_SO": "123 0001"}, since="2025-01-01"),
    P("FMT-067", "inpatient", {"XML5#1.DIEN_BIEN_LS": "Bệnh tỉnh. CSST<M.96 T.38>"}),
    P("FMT-068", "inpatient", {"XML5#1.NGUOI_THUC_HIEN": "004321/HCM GPHN"}, since="2025-01-01"),
    P("FMT-069", "miscarriage", {"XML7.TUOI_THAI": "43"}),
    P("FMT-069", "child_died_after_birth", {"XML11.TUOI_THAI": "0"}),
    P("FMT-070", "miscarriage", {"XML7.MA_DINH_CHI_THAI": "2"}),
    P("FMT-071", "child_sent_home", {"XML7.MA_CHA": "790000043"}),
    P("FMT-072", "sick_leave", {"XML11.MA_BHXH": "0000000000"}),
    P("FMT-072", "delivery", {"XML9#1.MA_BHXH_NND": "79000000A8"}),
    P("FMT-073", "delivery", {"XML9#1.MA_THE_TAM": "DN1797900000061"}),
    P("FMT-073", "delivery", {"XML9#1.MA_THE_NND": "DN479790000004"}),
    P("FMT-074", "delivery", {"XML9#1.SINHCON_PHAUTHUAT": "2"}),
    P("FMT-075", "delivery", {"XML9#1.CAN_NANG_CON": "0"}),
    P("FMT-076", "delivery", {"XML9#1.GIOI_TINH_CON": "4"}),
    P("FMT-077", "sick_leave", {"XML11.MAU_SO": "CT08"}),
    P("FMT-078", "referred_out", {"XML13.MA_CSKCB_DI": "7999"}, since="2025-01-01"),
    P("FMT-079", "referred_out", {"XML13.MA_LYDO_CT": "4"}),
    P("FMT-080", "referred_out", {"XML13.MA_BAC_SI": "004321/HCM-GPHN.HD"}, since="2025-01-01"),
    P("FMT-081", "to_come_back", {"XML14.NGAY_HEN_KL": "202610130800"}, since="2025-01-01"),
    P("FMT-081", "to_come_back", {"XML14.NGAY_HEN_KL": "20241210"}, decision="4750", alone=True),
    P("FMT-082", "referred_out", {"XML13.MA_LOAI_RV": "1"}),
    P("FMT-084", "hiv_care", {"XML6#1.MA_XU_TRI": "2;9"}),
    P("FMT-085", "hiv_care", {"XML6#1.MA_TINH_TRANG_DK": "4;10"}),
    P("FMT-086", "hiv_care", {"XML6#1.NHOM_DOI_TUONG": "12"}),
    P("FMT-087", "tuberculosis", {"XML15#1.PHANLOAI_LAO_VITRI": "3"}),
    P("FMT-087", "tuberculosis", {"XML15#1.PHANLOAI_LAO_TS": "7"}),
    P("FMT-087", "tuberculosis", {"XML15#1.PHANLOAI_LAO_KT": "0"}),
    P("FMT-088", "tuberculosis", {"XML15#1.PHACDO_DTRI_LAO": "26"}),
    P("FMT-088", "tuberculosis", {"XML15#1.KET_QUA_DTRI_LAO": "7"}),
    P("FMT-088", "tuberculosis", {"XML15#1.LOAI_DTRI_LAO": "4"}),
]


def paid_at(row: int, level: str, table: str = "XML3") -> Change:
    return line(row, level=level) if table == "XML3" else drug(row, level=level)


def split(table: str, row: int, **amounts: str) -> Callable[[Chart], None]:
    """Other shares in one line, with the totals after them."""

    def change(chart: Chart) -> None:
        chart.tables[table][row - 1] |= amounts
        chart.close()

    return change


def moved(**amounts: str) -> Callable[[Chart], None]:
    """Other totals in XML1."""

    def change(chart: Chart) -> None:
        chart.tables["XML1"][0] |= amounts

    return change


CROSS_FIELD = [
    P(
        "XFD-001",
        "outpatient",
        split("XML2", 1, THANH_TIEN_BV="12355.67", T_BNTT="10"),
        at="XML2#1.THANH_TIEN_BV",
    ),
    P(
        "XFD-002",
        "outpatient",
        split("XML2", 1, THANH_TIEN_BH="12345.60", T_BNTT="0.07", T_BNCCT="2469.12", T_BHTT="9876.48"),
        at="XML2#1.THANH_TIEN_BH",
    ),
    P(
        "XFD-003",
        "operations",
        split("XML3", 2, THANH_TIEN_BV="3093001", T_BNTT="1"),
        at="XML3#2.THANH_TIEN_BV",
    ),
    P(
        "XFD-004",
        "operations",
        split(
            "XML3", 3, DON_GIA_BV="4000000", DON_GIA_BH="3258000", THANH_TIEN_BV="2371000", T_BNTT="742000"
        ),
        at="XML3#3.THANH_TIEN_BV",
        since="2025-01-01",
    ),
    P(
        "XFD-005",
        "operations",
        split("XML3", 3, THANH_TIEN_BH="1628000", T_BNTT="1000", T_BNCCT="325600", T_BHTT="1302400"),
        at="XML3#3.THANH_TIEN_BH",
        since="2025-01-01",
    ),
    P("XFD-006", "helped_by_others", split("XML3", 2, T_NGUONKHAC_CL="1000"), at="XML3#2.T_NGUONKHAC"),
    P(
        "XFD-007",
        "outpatient",
        split("XML2", 1, T_NGUONKHAC_NSNN="20000", T_NGUONKHAC="20000", T_BNCCT="0", T_BHTT="0"),
        at="XML2#1.T_NGUONKHAC",
        also=("XFD-012",),
    ),
    P("XFD-008", "outpatient", split("XML3", 2, T_BHTT="39000", T_BNCCT="10700"), at="XML3#2.T_BHTT"),
    P("XFD-008", "outpatient", {"XML3#2.T_BHTT": "39000"}),
    P("XFD-003", "outpatient", {"XML3#2.THANH_TIEN_BV": "50000"}),
    P("XFD-005", "outpatient", {"XML3#2.THANH_TIEN_BH": "40000"}, since="2025-01-01"),
    P("XFD-002", "outpatient", {"XML2#2.THANH_TIEN_BH": "1"}),
    P("XFD-001", "outpatient", {"XML2#2.THANH_TIEN_BV": "5000000"}),
    P("XFD-009", "outpatient", {"XML3#2.T_BNCCT": "9000"}),
    P("XFD-010", "outpatient", split("XML3", 2, T_BNTT="500"), at="XML3#2.T_BNTT"),
    P(
        "XFD-011",
        "helped_by_others",
        split("XML3", 2, T_BNTT="400000", T_BNCCT="0", T_BHTT="1300000"),
        at="XML3#2.T_NGUONKHAC",
    ),
    P(
        "XFD-012",
        "helped_by_others",
        split("XML3", 2, T_BHTT="1439000"),
        at="XML3#2.THANH_TIEN_BV",
        also=("XFD-011",),
    ),
    P("XFD-013", "outpatient", {"XML3#1.T_BNTT": "-45000"}),
    P("XFD-013", "outpatient", {"XML3#2.SO_LUONG": "-1"}),
    P("XFD-014", "outpatient", drug(1, quantity="0"), at="XML2#1.SO_LUONG"),
    P("XFD-014", "outpatient", drug(1, price="0"), at="XML2#1.DON_GIA"),
    P(
        "XFD-015",
        "outpatient",
        split("XML2", 1, THANH_TIEN_BH="12400"),
        at="XML2#1.THANH_TIEN_BH",
        also=("XFD-002",),
    ),
    P("XFD-016", "outpatient", {"XML2#1.PHAM_VI": "2"}, at="XML2#1.TYLE_TT_BH"),
    P("XFD-018", "operations", {"XML3#4.T_TRANTT": "1000000"}, at="XML3#4.T_BHTT"),
    P("XFD-019", "operations", line(4, insured_price="1950000"), at="XML3#4.DON_GIA_BH", also=("XFD-015",)),
    P(
        "XFD-020",
        "outpatient",
        {"XML3#3.MA_DICH_VU": "18.0119.0028_TB", "XML4#3.MA_DICH_VU": "18.0119.0028_TB"},
        at="XML3#3.DON_GIA_BH",
    ),
    P(
        "XFD-020",
        "outpatient",
        {"XML3#3.MA_DICH_VU": "18.0119.0000", "XML4#3.MA_DICH_VU": "18.0119.0000"},
        at="XML3#3.DON_GIA_BH",
    ),
    P("XFD-021", "wounded_veteran", line(3, insured_price="40000"), at="XML3#3.DON_GIA_BH"),
    P("XFD-022", "outpatient", moved(T_BHTT="540000"), at="XML1.T_BHTT", also=("XTB-010",)),
    P("XFD-023", "outpatient", moved(T_TONGCHI_BV="675347.67"), at="XML1.T_TONGCHI_BV", also=("XTB-006",)),
    P(
        "XFD-024",
        "outpatient",
        moved(T_TONGCHI_BH="900000"),
        at="XML1.T_TONGCHI_BH",
        also=("XTB-007",),
    ),
    P(
        "XFD-025",
        "outpatient",
        both(without("XML2"), without("XML3"), without("XML4"), lambda chart: chart.close() and None),
        at="XML1.T_TONGCHI_BV",
    ),
    P(
        "XFD-026",
        "outpatient_cheap",
        both({"XML1.MA_THE_BHYT": "HN2797900000017"}, line(1, level="80"), drug(1, level="80")),
        at="XML1.T_BNCCT",
    ),
    P("XFD-029", "outpatient", {"XML1.NGAY_RA": "202609150729", "XML1.NGAY_VAO": "202609150730"}),
    P("XFD-030", "inpatient", {"XML1.NGAY_VAO_NOI_TRU": "202609112349"}),
    P("XFD-031", "inpatient", {"XML1.NGAY_VAO_NOI_TRU": "202609150901"}),
    P("XFD-032", "admitted_check_in", {"XML0#1.NGAY_VAO_NOI_TRU": "202609150729"}),
    P("XFD-033", "outpatient", {"XML1.NGAY_TTOAN": "202609151039"}),
    P("XFD-034", "outpatient", {"XML1.NGAY_SINH": "202609160000"}),
    P("XFD-035", "outpatient", lambda chart: put_year(chart, "2027"), at="XML1.NGAY_RA"),
    P("XFD-036", "outpatient_course", {"XML1.NGAY_RA": "202609151700"}),
    P("XFD-036", "monthly_medicines", {"XML1.NGAY_RA": "202610121040"}),
    P("XFD-037", "outpatient", {"XML1.GT_THE_DEN": "20260101", "XML1.GT_THE_TU": "20261231"}),
    P("XFD-038", "outpatient", {"XML1.GT_THE_DEN": "20260914"}),
    P("XFD-039", "inpatient", {"XML1.GT_THE_DEN": "20260913"}),
    P("XFD-040", "outpatient", {"XML1.MA_DKBD": "79998;79997"}, at="XML1.MA_THE_BHYT"),
    P("XFD-041", "referred_out", {"XML13.GT_THE_DEN": "20261231;20261231"}, alone=True),
    P("XFD-042", "outpatient", {"XML1.MA_DKBD": ""}),
    P("XFD-042", "outpatient", {"XML1.GT_THE_TU": ""}),
    P("XFD-043", "to_come_back", {"XML1.NGAY_TAI_KHAM": "20260915;20261013"}, alone=True),
    P("XFD-044", "outpatient", {"XML1.THANG_QT": "8"}, alone=True),
    P("XFD-045", "outpatient", {"XML2#1.NGAY_TH_YL": "202609150929"}),
    P("XFD-046", "outpatient", {"XML3#2.NGAY_TH_YL": "202609150744"}),
    P("XFD-047", "not_paid_yet", {"XML3#2.NGAY_KQ": "202609150759"}),
    P(
        "XFD-048",
        "outpatient",
        {
            "XML3#2.NGAY_KQ": "202609150800",
            "XML4#1.NGAY_KQ": "202609150800",
            "XML4#2.NGAY_KQ": "202609150800",
        },
    ),
    P("XFD-049", "outpatient", {"XML3#2.NGAY_TH_YL": "202609150745"}),
    P("XFD-050", "outpatient", {"XML3#1.MA_DICH_VU": "", "XML3#1.TEN_DICH_VU": ""}),
    P("XFD-051", "operations", {"XML3#4.TEN_VAT_TU": ""}),
    P("XFD-051", "outpatient", {"XML3#1.TEN_DICH_VU": ""}),
    P("XFD-052", "outpatient", {"XML3#2.NGUOI_THUC_HIEN": ""}),
    P("XFD-052", "operations", {"XML3#2.NGAY_TH_YL": ""}),
    P("XFD-053", "outpatient", {"XML3#2.MA_MAY": ""}),
    P("XFD-054", "operations", {"XML3#2.PP_VO_CAM": ""}),
    P("XFD-055", "transported", {"XML3#2.MA_XANG_DAU": ""}),
    P("XFD-056", "operations", {"XML3#4.TT_THAU": ""}),
    P("XFD-057", "outpatient", {"XML2#1.TT_THAU": ""}),
    P("XFD-058", "inpatient", {"XML3#3.MA_GIUONG": ""}),
    P(
        "XFD-059",
        "inpatient",
        line(3, quantity="2.5", NGAY_KQ="202609122359"),
        at="XML3#3.SO_LUONG",
        also=("BUS-008", "BUS-010"),
    ),
    P(
        "XFD-059",
        "inpatient",
        lambda chart: bed(chart, chart.tables["XML3"][2]["NGAY_YL"], "1"),
        at="XML3#7.SO_LUONG",
    ),
    P("XFD-061", "several_examinations", line(2, share="100"), at="XML3#2.TYLE_TT_DV"),
    P("XFD-063", "outpatient", {"XML4#1.NGAY_KQ": ""}),
    P("XFD-064", "outpatient", {"XML4#1.TEN_CHI_SO": ""}, at="XML4#1.DON_VI_DO", since="2025-01-01"),
    P("XFD-065", "outpatient", {"XML4#1.GIA_TRI": "", "XML4#1.NGAY_KQ": "202609150845"}, since="2025-01-01"),
    P("XFD-066", "outpatient", {"XML4#1.KET_LUAN": "Bình thường"}, since="2025-01-01"),
    P("XFD-067", "inpatient", {"XML5#2.DIEN_BIEN_LS": ""}),
    P("XFD-069", "child_with_both_diseases", {"XML6#1.PHACDO_DTRI_LAO": ""}),
    P("XFD-069", "child_with_both_diseases", {"XML6#1.NGAYBD_DTRI_LAO": ""}),
    P("XFD-070", "child_with_both_diseases", {"XML6#1.NGAY_XN_PCR": ""}),
    P("XFD-070", "child_with_both_diseases", {"XML6#1.MA_KQ_XN_PCR": ""}),
    P("XFD-071", "hiv_care", {"XML6#1.NGAY_KET_THUC_XU_TRI": ""}),
    P("XFD-071", "hiv_care", {"XML6#1.SO_NGAY_CAP_THUOC_ARV": ""}),
    P("XFD-072", "hiv_care", {"XML6#1.SO_NGAY_CAP_THUOC_ARV": "60"}),
    P("XFD-073", "child_with_both_diseases", {"XML6#1.MA_BAC_PHAC_DO": ""}),
    P("XFD-074", "miscarriage", {"XML7.NGUYENNHAN_DINHCHI": ""}),
    P("XFD-074", "miscarriage", {"XML7.THOIGIAN_DINHCHI": ""}),
    P("XFD-074", "child_died_after_birth", {"XML11.TUOI_THAI": ""}),
    P("XFD-075", "miscarriage", {"XML7.THOIGIAN_DINHCHI": "202609130800"}),
    P("XFD-076", "inpatient", {"XML7.NGOAITRU_DENNGAY": ""}, at="XML7.SO_NGAY_NGHI"),
    P("XFD-076", "inpatient", {"XML7.SO_NGAY_NGHI": ""}),
    P("XFD-077", "inpatient", {"XML7.SO_NGAY_NGHI": "4"}),
    P("XFD-078", "inpatient", {"XML7.NGOAITRU_TUNGAY": "20260914", "XML7.SO_NGAY_NGHI": "4"}),
    P("XFD-079", "inpatient", {"XML7.NGAY_CT": "20260916"}),
    P("XFD-080", "inpatient", {"XML7.HO_TEN_CHA": "Lê Văn Mẫu"}),
    P("XFD-081", "child_died_after_birth", {"XML8.SO_CONCHET": ""}, at="XML8.NGAY_CONCHET"),
    P("XFD-081", "child_died_after_birth", {"XML8.NGAY_CONCHET": "20260912"}),
    P("XFD-082", "inpatient", {"XML8.NGAY_CT": "20260914"}),
    P("XFD-083", "delivery_by_operation_of_twins", {"XML9#1.GHI_CHU": ""}),
    P("XFD-084", "delivery", {"XML9#1.LAN_SINH": "0"}),
    P("XFD-084", "delivery", {"XML9#1.SO_CON": "0"}),
    P("XFD-085", "delivery", {"XML9#1.NGAYCAP_CCCD_NND": "20270101"}, alone=True),
    P("XFD-086", "pregnancy_rest", {"XML10.CHAN_DOAN_RV": "Dọa sảy thai"}, since="2025-01-01"),
    P("XFD-087", "pregnancy_rest", {"XML10.SO_NGAY": "32"}),
    P("XFD-088", "sick_leave", {"XML11.SO_NGAY_NGHI": "5"}),
    P("XFD-089", "sick_leave", {"XML11.SO_NGAY_NGHI": "31", "XML11.DEN_NGAY": "20261015"}),
    P(
        "XFD-090",
        "sick_leave",
        {"XML11.TU_NGAY": "20260916", "XML11.SO_NGAY_NGHI": "2", "XML11.NGAY_CT": "20260916"},
        also=("XTB-036",),
    ),
    P("XFD-090", "sick_leave", {"XML11.NGAY_CT": "20260920"}),
    P("XFD-091", "to_come_back", {"XML14.NGAY_HEN_KL": "20260914"}, also=("XTB-035",), alone=True),
    P("XFD-092", "to_come_back", {"XML14.NGAY_CT": "20260914"}),
    P("XFD-093", "child_with_both_diseases", {"XML15#1.NGAYKT_DTRI_LAO": "20260101"}),
    P("XFD-094", "check_in", {"XML0.MA_DICH_VU": "", "XML0.TEN_DICH_VU": ""}),
    P("XFD-094", "check_in", {"XML0.TEN_DICH_VU": ""}),
    P("XFD-095", "admitted_check_in", {"XML0#2.LY_DO_VNT": ""}),
    P("XFD-096", "inpatient", {"XML1.LY_DO_VNT": ""}),
    P("XFD-096", "inpatient", {"XML1.PP_DIEU_TRI": ""}),
    P("XFD-096", "under_four_hours", {"XML1.NGAY_VAO_NOI_TRU": ""}),
    P("XFD-097", "referred_out", {"XML1.MA_NOI_DEN": ""}),
    P("XFD-098", "referred_out", {"XML1.GIAY_CHUYEN_TUYEN": ""}),
    P("XFD-099", "outpatient", {"XML1.MA_BENH_KT": "I10;J20.9"}),
    P("XFD-100", "emergency", {"XML1.MA_TAI_NAN": ""}),
]


def put_year(chart: Chart, year: str) -> None:
    """The whole visit some years later."""
    for rows in chart.tables.values():
        for row in rows:
            for name, text in row.items():
                if text.startswith("20260915") or name in ("GT_THE_TU", "GT_THE_DEN"):
                    row[name] = year + text[4:]
                elif name == "NAM_QT":
                    row[name] = year


REPEATED_IN_13 = {
    "HO_TEN": "NGUYỄN THỊ KHÁC", "NGAY_SINH": "198405170000", "GIOI_TINH": "1", "MA_THE_BHYT": "DN4797900000018",
    "GT_THE_DEN": "20261130", "NGAY_VAO": "202609150731", "NGAY_RA": "202609151041", "CHAN_DOAN_RV": "Bệnh khác",
    "MA_BENH_CHINH": "J18.9", "MA_BENH_KT": "J45.9", "MA_LOAI_RV": "5",
}  # fmt: skip
REPEATED_IN_14 = {
    "HO_TEN": "NGUYỄN THỊ KHÁC", "NGAY_SINH": "198405170000", "GIOI_TINH": "1", "MA_THE_BHYT": "DN4797900000018",
    "NGAY_VAO": "202609150731", "NGAY_RA": "202609151041", "MA_BENH_CHINH": "I11.9", "MA_DOITUONG_KCB": "1.3",
}  # fmt: skip
REPEATED_IN_6 = {
    "NGAY_SINH": "198405170000", "GIOI_TINH": "1", "DIA_CHI": "Nơi khác", "MATINH_CU_TRU": "01", "MAXA_CU_TRU": "00004",
    "MA_CSKCB": "79997",
}  # fmt: skip
ALSO_IN_13 = {
    "MA_CSKCB": "79997", "MA_QUOCTICH": "276", "MA_DANTOC": "02", "MA_NGHE_NGHIEP": "22110", "DIA_CHI": "Nơi khác",
}  # fmt: skip
ALSO_IN_14 = {
    "MA_CSKCB": "79997", "DIA_CHI": "Nơi khác", "GT_THE_DEN": "20261130", "CHAN_DOAN_RV": "Gãy xương đùi",
}  # fmt: skip
"""What the tables of fields say repeats XML1, beside what the published rules name."""
REPEATED_IN_15 = {
    "HO_TEN": "NGUYỄN THỊ KHÁC", "SO_CCCD": "079184000124", "MA_CSKCB": "79997", "MA_BN": "BN000124",
}  # fmt: skip

CROSS_TABLE = [
    *(
        P("XTB-001", visit, {f"{table}.MA_LK": "LK-KHAC"})
        for table, visit in (
            ("XML2#1", "outpatient"),
            ("XML3#2", "outpatient"),
            ("XML4#1", "outpatient"),
            ("XML5#1", "inpatient"),
            ("XML6#1", "hiv_care"),
            ("XML7", "inpatient"),
            ("XML8", "inpatient"),
            ("XML9#1", "delivery"),
            ("XML10", "pregnancy_rest"),
            ("XML11", "sick_leave"),
            ("XML13", "referred_out"),
            ("XML14", "to_come_back"),
            ("XML15#1", "tuberculosis"),
        )
    ),
    P("XTB-003", "outpatient", {"XML1.MA_CSKCB": "79991"}),
    P("XTB-004", "outpatient", {"XML1.T_THUOC": "512340"}),
    P("XTB-005", "operations", {"XML1.T_VTYT": "1850000"}),
    P("XTB-006", "outpatient", {"XML1.T_TONGCHI_BV": "700000"}, also=("XFD-023",)),
    P("XTB-006", "outpatient", {"XML1.T_TONGCHI_BV": "1000"}, also=("XFD-023",)),
    P("XTB-007", "outpatient", {"XML1.T_TONGCHI_BH": "600000"}),
    P("XTB-008", "outpatient", {"XML1.T_BNTT": "1000"}),
    P("XTB-009", "outpatient", {"XML1.T_BNCCT": "135000"}),
    P("XTB-010", "outpatient", {"XML1.T_BHTT": "540000"}, also=("XFD-022",)),
    P("XTB-011", "helped_by_others", {"XML1.T_NGUONKHAC": "0"}),
    P("XTB-012", "outpatient", {"XML1.T_BHTT_GDV": "0"}),
    P("XTB-013", "outpatient", {"XML2#1.NGAY_YL": "202609141000", "XML2#1.NGAY_TH_YL": "202609151000"}),
    P("XTB-013", "outpatient", {"XML2#2.NGAY_YL": "202609151041", "XML2#2.NGAY_TH_YL": "202609151041"}),
    P("XTB-014", "outpatient", {"XML3#2.NGAY_YL": "202609150729"}),
    P("XTB-015", "not_paid_yet", {"XML3#2.NGAY_TH_YL": "202609151100"}),
    P(
        "XTB-016",
        "outpatient",
        {
            "XML3#2.NGAY_KQ": "202609151100",
            "XML4#1.NGAY_KQ": "202609151100",
            "XML4#2.NGAY_KQ": "202609151100",
        },
        also=("XTB-018",),
    ),
    P("XTB-017", "inpatient", {"XML5#1.THOI_DIEM_DBLS": "202609112349"}),
    P("XTB-018", "outpatient", {"XML4#1.NGAY_KQ": "202609151041"}, also=("XTB-020",)),
    P("XTB-019", "outpatient", {"XML4#1.MA_DICH_VU": "22.0121.1370"}),
    P("XTB-020", "inpatient", {"XML4#1.NGAY_KQ": "202609130950"}),
    P("XTB-021", "outpatient", {"XML4#3.KET_LUAN": ""}, at="XML3#3.MA_DICH_VU"),
    P("XTB-022", "outpatient_self_pay", without("XML4"), at="XML4"),
    P("XTB-023", "wounded_veteran", {"XML2#1.MA_DICH_VU": "15.0303.0205"}),
    P("XTB-024", "inpatient", without("XML7"), at="XML7"),
    P("XTB-025", "inpatient", without("XML8"), at="XML8"),
    P("XTB-026", "inpatient", without("XML5"), at="XML5"),
    P("XTB-027", "inpatient", {"XML7.NGAY_VAO": "202609112355"}),
    P("XTB-027", "inpatient", {"XML7.NGAY_RA": "202609150905"}),
    P("XTB-027", "inpatient", {"XML7.CHAN_DOAN_RV": "Đau dạ dày"}),
    P("XTB-028", "inpatient", {"XML7.MA_YTE": "BN000124"}),
    P("XTB-029", "inpatient", {"XML8.NGAY_VAO": "202609110900"}),
    P("XTB-029", "inpatient", {"XML8.NGAY_RA": "202609150905"}),
    P("XTB-029", "inpatient", {"XML8.KET_QUA_DTRI": "1"}),
    P("XTB-029", "inpatient", {"XML8.MA_LOAI_KCB": "04"}),
    *(P("XTB-030", "hiv_care", {f"XML6#1.{name}": text}) for name, text in REPEATED_IN_6.items()),
    *(P("XTB-031", "referred_out", {f"XML13.{name}": text}) for name, text in REPEATED_IN_13.items()),
    *(P("XTB-031", "referred_out", {f"XML13.{name}": text}) for name, text in ALSO_IN_13.items()),
    *(P("XTB-033", "to_come_back", {f"XML14.{name}": text}) for name, text in ALSO_IN_14.items()),
    P("XTB-032", "referred_out", {"XML13.MA_CSKCB_DEN": "79995"}, since="2025-01-01"),
    P("XTB-032", "referred_out", {"XML13.MA_CSKCB_DI": "79995"}, since="2025-01-01"),
    *(P("XTB-033", "to_come_back", {f"XML14.{name}": text}) for name, text in REPEATED_IN_14.items()),
    *(P("XTB-034", "tuberculosis", {f"XML15#1.{name}": text}) for name, text in REPEATED_IN_15.items()),
    P("XTB-035", "to_come_back", {"XML14.NGAY_HEN_KL": "20261020"}, alone=True),
    P(
        "XTB-036",
        "sick_leave",
        {
            "XML11.TU_NGAY": "20260901",
            "XML11.DEN_NGAY": "20260905",
            "XML11.SO_NGAY_NGHI": "5",
            "XML11.NGAY_CT": "20260905",
        },
        also=("XFD-090",),
    ),
    P("XTB-037", "inpatient", {"XML3#4.MA_KHOA": "K10"}),
    P(
        "XTB-038",
        "inpatient",
        both({"XML1.MA_KHOA": "K01;K02;K03"}, {"XML2#2.MA_KHOA": "K01"}),
        at="XML2#2.MA_KHOA",
    ),
    P("XTB-039", "operations", {"XML1.MA_PTTT_QT": "51.22"}),
    P("XTB-040", "delivery", {"XML1.CAN_NANG_CON": "3200"}),
    P(
        "XTB-041",
        "delivery",
        {"XML1.GIOI_TINH": "1", "XML1.MA_BENH_CHINH": "J20.9", "XML1.MA_BENH_KT": ""},
        also=("BUS-021",),
    ),
    P("XTB-043", "outpatient", {"XML2#1.PHAM_VI": "3"}),
    P("XTB-044", "outpatient", drug(1, level="90"), at="XML2#1.MUC_HUONG"),
]

CODES = [
    P("COD-001", "outpatient", {"XML1.MATINH_CU_TRU": "00"}),
    P("COD-004", "outpatient", {"XML1.MA_DOITUONG_KCB": "1.19"}, since="2025-10-17"),
    P("COD-005", "outpatient", {"XML1.MA_LOAI_KCB": "17"}, since="2026-08-01"),
    P("COD-005", "outpatient", {"XML1.MA_LOAI_KCB": "13"}, decision="3176", alone=True),
    P("COD-006", "outpatient", {"XML1.MA_KHOA": "K61"}, since="2026-08-01"),
    P("COD-006", "outpatient", {"XML3#2.MA_KHOA": "KHOA1"}, since="2026-08-01"),
    P("COD-007", "outpatient", {"XML1.MA_BENH_CHINH": "JJ20"}),
    P("COD-007", "outpatient", {"XML1.MA_BENH_KT": "I10;E1.1"}),
    P("COD-007", "wounded_veteran", {"XML3#1.MA_BENH": "86.96"}),
    P("COD-008", "day_treatment", {"XML1.MA_BENH_CHINH": "U62.392"}),
    P("COD-008", "outpatient", {"XML1.MA_BENH_CHINH": "U62.392"}),
    P("COD-011", "emergency", {"XML1.MA_TAI_NAN": "9"}),
    P("COD-012", "outpatient", {"XML2#1.MA_NHOM": "1"}),
    P("COD-012", "outpatient", {"XML3#1.MA_NHOM": "20"}),
    P("COD-012", "wounded_veteran", {"XML3#3.MA_NHOM": "4"}),
    P("COD-015", "outpatient", {"XML2#1.DUONG_DUNG": "9.99"}),
    P("COD-016", "outpatient", {"XML2#1.SO_DANG_KY": ""}),
    P("COD-028", "outpatient", {"XML1.MA_DANTOC": "77"}),
]

BUSINESS = [
    P(
        "BUS-001",
        "under_four_hours",
        both({"XML1.MA_LOAI_KCB": "03", "XML1.SO_NGAY_DTRI": "2"}, lambda chart: chart.summary() and None),
        at="XML1.MA_LOAI_KCB",
    ),
    P("BUS-002", "under_four_hours", lambda chart: bed(chart, "202609150000", "1"), at="XML3#2.MA_NHOM"),
    P("BUS-003", "day_treatment", line(1, quantity="2"), at="XML3#1.SO_LUONG", also=("BUS-008", "XFD-059")),
    P("BUS-004", "outpatient", {"XML1.SO_NGAY_DTRI": "1"}),
    P("BUS-005", "inpatient", {"XML1.SO_NGAY_DTRI": "4"}),
    P("BUS-006", "monthly_medicines", {"XML1.SO_NGAY_DTRI": "1"}),
    P(
        "BUS-007",
        "outpatient",
        both({"XML1.NGAY_RA": "202609171040", "XML1.NGAY_TTOAN": "202609171041"}),
        at="XML1.NGAY_RA",
    ),
    P("BUS-008", "operations", line(7, quantity="7"), at="XML3#10.SO_LUONG", also=("BUS-010", "XFD-059")),
    P("BUS-009", "outpatient_course", lambda chart: bed(chart, "202609130800", "1"), at="XML3#7.MA_NHOM"),
    P("BUS-010", "operations", twice("XML3", 9), at="XML3#11.MA_GIUONG", also=("BUS-008", "BUS-023")),
    P(
        "BUS-011",
        "inpatient",
        twice(
            "XML3",
            1,
            NGAY_YL="202609130800",
            NGAY_TH_YL="202609130810",
            NGAY_KQ="202609130900",
            MA_KHOA="K03",
        ),
        at="XML3#7.MA_NHOM",
    ),
    P(
        "BUS-012",
        "outpatient_course",
        both({"XML1.MA_LOAI_KCB": "05"}),
        since="2026-08-01",
        at="XML1.MA_LOAI_KCB",
        also=("BUS-006",),
    ),
    P(
        "BUS-016",
        "inpatient",
        {"XML1.MA_DOITUONG_KCB": "1.14", "XML1.MA_DKBD": "79997"},
        since="2026-01-01",
        also=("XTB-044",),
    ),
    P("BUS-016", "outpatient", {"XML1.MA_DOITUONG_KCB": "1.15", "XML1.MA_DKBD": "79997"}, since="2026-01-01"),
    P("BUS-017", "outpatient_cheap", {"XML1.MA_DOITUONG_KCB": "1.7"}, since="2026-01-01"),
    P("BUS-018", "check_in", {"XML0.MA_DOITUONG_KCB": "2"}),
    P(
        "BUS-021",
        "outpatient",
        both({"XML1.GIOI_TINH": "1", "XML3#3.TEN_DICH_VU": "Siêu âm tử cung phần phụ"}),
        at="XML3#3.TEN_DICH_VU",
    ),
    P("BUS-022", "outpatient_cheap", {"XML1.MA_THE_BHYT": "TE1797900000017"}),
    P("BUS-023", "outpatient", twice("XML2", 1), at="XML2#3.MA_THUOC"),
    P("BUS-023", "outpatient", twice("XML3", 2), at="XML3#4.MA_DICH_VU"),
    P(
        "BUS-024",
        "operations",
        {"XML3#3.NGAY_YL": "202609110800", "XML3#3.NGAY_TH_YL": "202609110900"},
        at="XML3#3.NGUOI_THUC_HIEN",
    ),
    P("BUS-027", "not_paid_yet", {"XML3#2.NGAY_KQ": "202611150800"}, also=("XTB-016",)),
    P("BUS-028", "outpatient", {"XML1.MA_BENH_CHINH": "Z00.0"}),
    P("BUS-029", "outpatient", {"XML1.MA_BENH_CHINH": "G55.1"}, since="2026-07-01"),
    P("BUS-030", "outpatient", {"XML1.MA_BENH_CHINH": "E11"}, since="2026-07-01"),
    P("BUS-030", "outpatient", {"XML1.MA_BENH_KT": "I10;M54.5"}, since="2026-07-01"),
    P("BUS-031", "outpatient", {"XML1.MA_BENH_KT": "I10;P95"}, since="2026-07-01"),
    P("BUS-032", "outpatient", {"XML1.MA_BENH_KT": "N40"}, at="XML1.GIOI_TINH", since="2026-07-01"),
    P(
        "BUS-036",
        "commune_station",
        lambda chart: chart.result(chart.tables["XML3"][0], TEN_CHI_SO="Chỉ số", GIA_TRI="1") and None,
        at="XML4",
    ),
    P("BUS-037", "monthly_medicines", without("XML5"), at="XML5"),
    P("BUS-038", "referred_out", without("XML13"), at="XML13"),
    P("BUS-038", "referred_out", {"XML1.MA_LOAI_RV": "1"}, also=("XTB-031",)),
    P("BUS-039", "to_come_back", {"XML1.NGAY_TAI_KHAM": ""}),
    P(
        "BUS-040",
        "delivery_by_operation_of_twins",
        lambda chart: chart.tables["XML9"].pop() and None,
        at="XML9#1.SO_CON",
        also=("XTB-040",),
    ),
    P("BUS-041", "tuberculosis", without("XML15"), at="XML15"),
    P("BUS-042", "hiv_care", without("XML6"), at="XML6"),
    P("BOOK-001", "outpatient_self_pay", without("XML8"), at="XML8"),
    P("BOOK-002", "inpatient", {"XML8.QT_BENHLY": "..."}),
    P("BOOK-002", "inpatient", {"XML8.PP_DIEUTRI": "x"}),
    P("BOOK-003", "outpatient_self_pay", {"XML1.SO_CCCD": ""}),
    P("BOOK-004", "inpatient", {"XML8.TOMTAT_KQ": "HIV dương tính"}, at="XML8"),
    P("BOOK-005", "inpatient", {"XML8.QT_BENHLY": "BN đỡ ho"}),
]


ONE_WRONG_VALUE = [
    P("XFD-001", "outpatient", {"XML2#2.THANH_TIEN_BV": "0"}),
    P("XFD-003", "outpatient", {"XML3#3.THANH_TIEN_BV": "0"}),
    P("XFD-010", "outpatient", {"XML3#3.T_BNTT": "1"}),
    P("XFD-014", "outpatient", {"XML2#2.SO_LUONG": "0"}),
    P("XFD-029", "operations", {"XML1.NGAY_RA": "202508111000"}, alone=True),
    P("XFD-034", "newborn_without_card", {"XML1.NGAY_SINH": "202609130805"}),
    P("XFD-047", "outpatient", {"XML3#3.NGAY_KQ": "202609140850"}),
    P("XFD-078", "inpatient", {"XML7.NGOAITRU_TUNGAY": "20260914"}),
    P("XFD-090", "sick_leave", {"XML11.TU_NGAY": "20260914"}),
    P("XFD-099", "referred_out", {"XML1.MA_BENH_CHINH": ""}, also=("SHP-001",)),
    P("XTB-013", "outpatient", {"XML2#2.NGAY_YL": "202609160930"}),
    P("XTB-014", "outpatient", {"XML3#3.NGAY_YL": "202609160746"}),
    P("XTB-016", "outpatient", {"XML3#3.NGAY_KQ": "202609160850"}),
    P("XTB-019", "outpatient", {"XML4#3.MA_DICH_VU": "018.0119.0028"}),
    P("XTB-027", "inpatient", {"XML7.NGAY_RA": "202609160900"}),
    P("XTB-027", "miscarriage", {"XML7.NGAY_RA": "202609140900"}),
    P("XTB-029", "inpatient", {"XML8.NGAY_RA": "202609160900"}),
    P("COD-001", "hiv_care", {"XML1.MATINH_CU_TRU": "00"}),
    P("COD-004", "to_come_back", {"XML1.MA_DOITUONG_KCB": "1.19"}, since="2025-10-17"),
    P("COD-006", "inpatient", {"XML1.MA_KHOA": "0K02;0K03"}, since="2026-08-01"),
    P("COD-007", "referred_out", {"XML1.MA_BENH_CHINH": "0J20.9"}),
    P("COD-007", "referred_out", {"XML1.MA_BENH_KT": "0J45.9;I10"}),
]
"""One value is wrong and stands against others that are right: only the wrong one is told."""


def bed(chart: Chart, ordered: str, quantity: str) -> None:
    chart.service(
        "15", quantity, "212600", MA_DICH_VU="K03.1923", TEN_DICH_VU="Ngày giường bệnh nội khoa", MA_GIUONG="H099",
        DON_VI_TINH="Ngày", NGAY_YL=ordered,
    )  # fmt: skip
    chart.close()


KNOWN = {
    "communes": [{"MAXA": "26734"}],
    "occupations": [{"MA_NGHE_NGHIEP": "00000"}],
    "facilities": [{"MA_CSKCB": code} for code in ("79996", "79997", "79998")],
    "traditional_diseases": [{"MA_BENH_YHCT": "U62.392"}],
    "procedures": [{"MA_PTTT_QT": code} for code in ("51.22", "53.00", "73.59", "74.1", "86.22", "86.59")],
    "fuels": [{"MA_XANG_DAU": "DO 0,05S-II"}],
    "devices": [{"MA_MAY": code} for code in ("HH.1.MAU0001", "XQ.1.MAU0002")],
    "staff": [{"MA_BAC_SI": code} for code in ("004321/HCM-GPHN", "000111/HCM-GPHN")]
    + [{"MA_BAC_SI": "008765/HCM-GPHN", "DUOC_KE_DON": "0"}],
    "indicators": [{"MA_CHI_SO": code} for code in ("1230001", "1230002")],
    "national_services": [{"MA_DICH_VU": code} for code in ("02.1896", "22.0121.1369", "18.0119.0028")],
    "regimens": [{"MA_PHAC_DO": code} for code in ("1e", "1f")],
    "nationalities": [{"MA_QUOCTICH": "000"}],
    "medicines": [
        {"MA_THUOC": "40.101", "TEN_THUOC": "Thuốc Mẫu A", "SO_DANG_KY": "VD-00001-20", "DON_GIA": "1234.567",
         "TU_NGAY": "20260101", "DEN_NGAY": "20261231"},
        {"MA_THUOC": "40.155", "TEN_THUOC": "Thuốc Mẫu B", "SO_DANG_KY": "893100000124", "DON_GIA": "33333.333"},
    ],
    "services": [
        {"MA_DICH_VU": "02.1896", "TEN_DICH_VU": "Khám Nội", "DON_GIA": "45000"},
        {"MA_DICH_VU": "22.0121.1369", "TEN_DICH_VU": "Tổng phân tích tế bào máu ngoại vi", "DON_GIA": "49700"},
        {"MA_DICH_VU": "18.0119.0028", "TEN_DICH_VU": "Chụp X-quang ngực thẳng", "DON_GIA": "68300"},
    ],
    "supplies": [
        {"MA_VAT_TU": "N07.03.010", "TEN_VAT_TU": "Lưới Mẫu", "DON_GIA": "1850000"},
        {"MA_VAT_TU": "N07.04.010", "TEN_VAT_TU": "Dao siêu âm Mẫu", "DON_GIA": "5200000"},
    ],
}  # fmt: skip
"""Catalogues that know everything an outpatient, and the lists needed for the rarer ones, bring."""

CATALOGUED = [
    P("COD-001", "outpatient", {"XML1.MAXA_CU_TRU": "26735"}),
    P("COD-002", "outpatient", {"XML1.MA_NGHE_NGHIEP": "99999"}),
    P("COD-003", "outpatient", {"XML1.MA_DKBD": "01001"}),
    P(
        "COD-003",
        "referred_out",
        {"XML1.MA_NOI_DI": "01001", "XML13.MA_CSKCB_DI": "01001"},
        also=("COD-003",),
    ),
    P("COD-009", "day_treatment", {"XML1.MA_BENH_YHCT": "U99.999"}),
    P("COD-010", "emergency", {"XML1.MA_PTTT_QT": "99.99", "XML3#2.MA_PTTT_QT": "99.99"}, also=("COD-010",)),
    P("COD-013", "outpatient", {"XML2#1.TEN_THUOC": "Thuốc Mẫu Khác"}, at="XML2#1.MA_THUOC", alone=True),
    P("COD-013", "outpatient", {"XML2#2.SO_DANG_KY": "VD-99999-20"}, at="XML2#2.MA_THUOC"),
    P("COD-014", "outpatient", drug(1, price="1300"), at="XML2#1.DON_GIA"),
    P("COD-018", "outpatient", line(3, price="70000", insured_price="70000"), at="XML3#3.MA_DICH_VU"),
    P("COD-019", "operations", {"XML3#4.TEN_VAT_TU": "Lưới Khác"}, at="XML3#4.MA_VAT_TU"),
    P("COD-020", "transported", {"XML3#2.MA_XANG_DAU": "NƯỚC"}, since="2025-10-17"),
    P("COD-021", "outpatient", {"XML3#2.MA_MAY": "HH.1.KHAC"}),
    P("COD-022", "outpatient", {"XML3#2.NGUOI_THUC_HIEN": "999999/HCM-GPHN"}, alone=True),
    P("COD-022", "outpatient", {"XML2#1.MA_BAC_SI": "999999/HCM-GPHN"}, alone=True),
    P("COD-022", "outpatient", {"XML4#1.MA_BS_DOC_KQ": "999999/HCM-GPHN"}, alone=True),
    P("COD-022", "monthly_medicines", {"XML5#1.NGUOI_THUC_HIEN": "999999/HCM-GPHN"}, alone=True),
    P("COD-023", "outpatient", {"XML2#1.MA_BAC_SI": "008765/HCM-GPHN"}),
    P("COD-024", "outpatient", {"XML1.MA_TTDV": "999999/HCM-GPHN"}, alone=True),
    P("COD-024", "sick_leave", {"XML11.MA_BS": "999999/HCM-GPHN"}, alone=True),
    P("COD-025", "outpatient", {"XML4#1.MA_CHI_SO": "9999999"}, since="2025-04-11"),
    P(
        "COD-026",
        "outpatient",
        {"XML3#3.MA_DICH_VU": "99.9999.9999", "XML4#3.MA_DICH_VU": "99.9999.9999"},
        since="2025-08-01",
        also=("COD-018",),
    ),
    P("COD-027", "hiv_care", {"XML6#1.MA_PHAC_DO_DIEU_TRI": "9z"}),
    P("COD-028", "outpatient", {"XML1.MA_QUOCTICH": "XYZ"}),
]
"""What needs the hospital's own catalogues, or national lists that the hospital loads."""
