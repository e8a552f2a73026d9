"""More visits that hospitals really have: other ways in and out, other payers, other kinds of care, odd names and long texts."""

from dataclasses import dataclass
from datetime import date

from .chart import DAYS, OTHER_FACILITY, STATION, Chart, since
from .paper import Row
from .register import NEWER, visit

CHANGES = {
    "130": date(2023, 3, 2),
    "4750": date(2024, 7, 2),
    "3176": date(2025, 1, 2),
    "1931": date(2026, 7, 2),
}
"""Days of discharge just after a decision came into force."""


@dataclass
class Dated(Chart):
    """A chart whose patient leaves on another day than the others of its decision."""

    leaves: date = DAYS["1931"]

    @property
    def day(self) -> date:
        return self.leaves


def stayed(chart: Chart, days: int, *, price: str = "212600", bed: str = "15", **values: str) -> Chart:
    """A stay of so many days in one department: an examination, a bed day each, a note each week, both papers."""
    first = -(days - 1)
    one = {
        "NGAY_VAO": chart.at("0800", first), "NGAY_VAO_NOI_TRU": chart.at("0900", first), "NGAY_RA": chart.at("1000"),
        "NGAY_TTOAN": chart.at("1030"), "SO_NGAY_DTRI": str(days), "LY_DO_VNT": "Cần theo dõi", "PP_DIEU_TRI": "Nội khoa",
    }  # fmt: skip
    chart.visit(**(one | values))
    chart.exam(
        NGAY_YL=chart.at("0810", first), NGAY_TH_YL=chart.at("0815", first), NGAY_KQ=chart.at("0830", first),
    )  # fmt: skip
    for number in range(first, 0):
        chart.service(
            bed, "1", price, MA_DICH_VU=f"{chart.department.split(';')[0]}.1923", TEN_DICH_VU="Ngày giường bệnh nội khoa",
            MA_GIUONG="H021", DON_VI_TINH="Ngày", NGAY_YL=chart.at("0930", number),
        )  # fmt: skip
    for number in range(first, 1, 7):
        chart.note("Tỉnh, tiếp xúc tốt", "0935", number)
    return chart


@visit()
def long_stay_over_a_boundary(decision: str) -> Chart:
    """Forty-five days, begun under the decision before: the day of discharge chooses."""
    chart = Dated(decision, "LK-DAINGAY-50", kind="03", department="K03", leaves=CHANGES[decision])
    stayed(chart, 45, MA_BENH_CHINH="I50.0", CHAN_DOAN_RV="Suy tim sung huyết", HO_TEN="ĐIỂU K’RÉ", NGAY_SINH="193000000000",
           GT_THE_TU=f"{chart.day.year - 1}0101", SO_CCCD="079130000050", GIOI_TINH="1", MA_DANTOC="22")  # fmt: skip
    for days in range(-44, 0, 3):
        chart.medicine(
            "3", "4200.25", NGAY_YL=chart.at("1000", days), LIEU_DUNG="1 viên/lần * 1 lần/ngày * 3 ngày"
        )
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit()
def went_home_to_die(decision: str) -> Chart:
    """Palliative care, taken home by the family with a poor outlook."""
    chart = Chart(decision, "LK-XINVE-51", kind="03", department="K03")
    stayed(chart, 12, MA_BENH_CHINH="C34.9", CHAN_DOAN_RV="U ác phế quản và phổi", KET_QUA_DTRI="6", MA_LOAI_RV="4",
           PP_DIEU_TRI="Chăm sóc giảm nhẹ")  # fmt: skip
    chart.medicine("10", "7500", NGAY_YL=chart.at("0800", -2), LIEU_DUNG="1 viên/lần * 2 lần/ngày * 5 ngày")
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit()
def left_without_a_word(decision: str) -> Chart:
    """Absconded on the third day: no discharge paper, a summary all the same."""
    chart = Chart(decision, "LK-TRONVIEN-52", kind="03", department="K03")
    stayed(chart, 3, MA_LOAI_RV="3", KET_QUA_DTRI="3")
    chart.summary()
    return chart.close()


@visit()
def admitted_and_home_the_same_day(decision: str) -> Chart:
    """Ten hours in a bed: one day."""
    chart = Chart(decision, "LK-TRONGNGAY-53", level="100", kind="03", department="K03")
    chart.visit(NGAY_VAO=chart.at("0700"), NGAY_VAO_NOI_TRU=chart.at("0730"), NGAY_RA=chart.at("1730"), SO_NGAY_DTRI="1",
                NGAY_TTOAN=chart.at("1745"), LY_DO_VNT="Theo dõi", PP_DIEU_TRI="Truyền dịch")  # fmt: skip
    chart.service("15", "1", "212600", MA_DICH_VU="K03.1923", TEN_DICH_VU="Ngày giường bệnh nội khoa", MA_GIUONG="H021",
                  DON_VI_TINH="Ngày", NGAY_YL=chart.at("0800"))  # fmt: skip
    chart.note("Đỡ mệt", "1600")
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit()
def card_changed_during_the_stay(decision: str) -> Chart:
    """80 % on the first card, 100 % from the day the second one holds."""
    chart = Chart(decision, "LK-DOITHE-54", kind="03", department="K03")
    stayed(
        chart, 6, MA_THE_BHYT="DN4797900000054;HN2797900000054", MA_DKBD=f"{chart.facility};{chart.facility}",
        GT_THE_TU=f"{chart.day.year}0101;{chart.on(-2)}", GT_THE_DEN=f"{chart.on(-3)};{chart.day.year}1231",
    )  # fmt: skip
    for row in chart.tables["XML3"]:
        if row["NGAY_YL"][:8] >= chart.on(-2):
            row["MUC_HUONG"], row["T_BNCCT"], row["T_BHTT"] = "100", "0", row["THANH_TIEN_BH"]
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit(*NEWER)
def referred_in(decision: str) -> Chart:
    """With a referral slip, the sending facility and the number of the slip with it."""
    chart = Chart(decision, "LK-CHUYENDEN-56", level="100", department="K03")
    chart.visit(MA_DOITUONG_KCB="1.3", MA_DKBD=STATION, MA_NOI_DI=STATION, GIAY_CHUYEN_TUYEN="0012/2026/GCT")
    chart.exam()
    chart.test()
    return chart.close()


@visit(*NEWER)
def back_with_a_slip(decision: str) -> Chart:
    """By the re-examination slip of this facility, and given another one."""
    chart = Chart(decision, "LK-TAIKHAM-57", level="100", department="K03")
    again = chart.on(28)
    chart.visit(MA_DOITUONG_KCB="1.5" if since(decision, "1931") else "1.3", MA_DKBD=STATION, MA_NOI_DI=chart.facility,
                GIAY_CHUYEN_TUYEN="HK0041", NGAY_TAI_KHAM=again)  # fmt: skip
    chart.exam()
    one = chart.tables["XML1"][0]
    same = {name: one[name] for name in ("HO_TEN", "NGAY_SINH", "GIOI_TINH", "MA_THE_BHYT", "GT_THE_DEN", "NGAY_VAO", "NGAY_RA",
                                         "MA_BENH_CHINH", "CHAN_DOAN_RV", "MA_DOITUONG_KCB", "DIA_CHI")}  # fmt: skip
    chart.row("XML14", same | {
        "SO_GIAYHEN_KL": "HK0057", "MA_CSKCB": chart.facility, "MA_BAC_SI": chart.doctor, "MA_TTDV": chart.head,
        "NGAY_HEN_KL": again if since(decision, "3176") else f"{again}0730", "NGAY_CT": chart.on(),
    })  # fmt: skip
    return chart.close()


@visit("1931")
def organ_donor(decision: str) -> Chart:
    """Treated right after the donation, registered elsewhere."""
    chart = Chart(
        decision, "LK-HIENTANG-58", card="HG4797900000058", level="100", kind="03", department="K19"
    )
    stayed(
        chart,
        5,
        MA_DOITUONG_KCB="1.6",
        MA_DKBD=OTHER_FACILITY,
        MA_BENH_CHINH="Z52.4",
        CHAN_DOAN_RV="Người hiến thận",
    )
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit("1931")
def fetched_by_another(decision: str) -> Chart:
    """Medicines for a month fetched by somebody the patient sent."""
    chart = Chart(decision, "LK-LINHHO-59", kind="07")
    chart.visit(MA_DOITUONG_KCB="7.2", NGAY_VAO=chart.at("0800"), NGAY_RA=chart.at("2359", 29), NGAY_TTOAN=chart.at("2359", 29),
                MA_BENH_CHINH="I10", CHAN_DOAN_RV="Tăng huyết áp", THANG_QT="10")  # fmt: skip
    chart.medicine(
        "30", "1550", NGAY_YL=chart.at("0800"), LIEU_DUNG="1 viên/lần * 1 lần/ngày * 30 ngày [1 viên/ngày]"
    )
    return chart.close()


def _kind(decision: str, kind: str, code: str, name: str) -> Chart:
    chart = Chart(decision, code, card="", level="0", kind=kind)
    chart.visit()
    chart.exam(TEN_DICH_VU=name, rate="0", insured_price="0", PHAM_VI="2")
    chart.summary()
    return chart.close()


@visit("1931")
def mobile_care(decision: str) -> Chart:
    return _kind(decision, "11", "LK-LUUDONG-60", "Khám lưu động tại xã")


@visit("1931")
def care_at_home(decision: str) -> Chart:
    return _kind(decision, "12", "LK-TAINHA-61", "Khám bệnh tại nhà")


@visit("1931")
def family_doctor(decision: str) -> Chart:
    return _kind(decision, "13", "LK-GIADINH-62", "Khám y học gia đình")


@visit("1931")
def from_afar(decision: str) -> Chart:
    return _kind(decision, "14", "LK-TUXA-63", "Tư vấn khám bệnh từ xa")


@visit("1931")
def screened(decision: str) -> Chart:
    return _kind(decision, "16", "LK-SANGLOC-64", "Khám sàng lọc")


@visit()
def dialysis(decision: str) -> Chart:
    """A month of sessions three times a week, medicines with each; a long-term disease."""
    chart = Chart(decision, "LK-LOCMAU-65", kind="08", department="K38")
    days = [*range(-25, 0, 2)]
    chart.visit(NGAY_VAO=chart.at("0600", days[0]), NGAY_RA=chart.at("2359", days[-1]), NGAY_TTOAN=chart.at("2359", days[-1]),
                SO_NGAY_DTRI=str(len(days)), MA_BENH_CHINH="N18.5", CHAN_DOAN_RV="Bệnh thận mạn giai đoạn 5",
                MA_BENH_KT="I10;D63.8*", NAM_QT=chart.on(days[-1])[:4], THANG_QT=chart.on(days[-1])[4:6].lstrip("0"))  # fmt: skip
    chart.exam(
        NGAY_YL=chart.at("0605", days[0]),
        NGAY_TH_YL=chart.at("0610", days[0]),
        NGAY_KQ=chart.at("0620", days[0]),
    )
    for day in days:
        chart.service(
            "18", "1", "588500", MA_DICH_VU="03.0116.0196", TEN_DICH_VU="Thận nhân tạo chu kỳ", MA_PTTT_QT="39.95",
            NGAY_YL=chart.at("0630", day), NGAY_TH_YL=chart.at("0640", day), NGAY_KQ=chart.at("1040", day),
            NGUOI_THUC_HIEN=f"{chart.doctor};{chart.nurse}", MA_MAY="TNT.1.MAU0003",
        )  # fmt: skip
        chart.medicine("1", "102500", NGAY_YL=chart.at("0640", day), TEN_THUOC="Thuốc tiêm Mẫu D", DUONG_DUNG="2.14",
                       LIEU_DUNG="1 lọ/lần * 1 lần/ngày * 1 ngày [1 lọ/ngày]")  # fmt: skip
        chart.note("Lọc máu, không biến chứng", "1045", day)
    chart.tables["XML1"][0]["MA_PTTT_QT"] = "39.95"
    return chart.close()


@visit()
def several_procedures_at_once(decision: str) -> Chart:
    """Three procedures of physiotherapy one after the other by one person, one of them on both sides."""
    chart = Chart(decision, "LK-PHCN-66", level="100", department="K31")
    chart.visit(
        MA_BENH_CHINH="M75.0", CHAN_DOAN_RV="Viêm bao hoạt dịch co thắt khớp vai", NGAY_RA=chart.at("1040")
    )
    chart.exam(NGAY_KQ=chart.at("0755"))
    for number, (code, name, quantity, price) in enumerate((
        ("17.0011.0237", "Điều trị bằng tia hồng ngoại", "1", "40900"), ("17.0007.0234", "Điều trị bằng các dòng điện xung", "2", "44900"),
        ("03.0524.0230", "Điện châm", "1", "78300"),
    )):  # fmt: skip
        chart.service("18", quantity, price, MA_DICH_VU=code, TEN_DICH_VU=name, NGUOI_THUC_HIEN=chart.nurse,
                      NGAY_YL=chart.at(f"075{number + 6}"), NGAY_TH_YL=chart.at(f"080{number}"), NGAY_KQ=chart.at(f"083{number}"))  # fmt: skip
    return chart.close()


@visit()
def paid_from_several_sources(decision: str) -> Chart:
    """One medicine from the fund, one from a programme, one from a project, one the patient pays, one paid at half."""
    chart = Chart(decision, "LK-NGUON-67", level="100")
    chart.visit()
    chart.exam()
    chart.medicine("20", "1500", rate="50", TEN_THUOC="Thuốc Mẫu E", MA_THUOC="40.200")
    chart.medicine("10", "1234.567")
    chart.medicine("30", "2100", rate="0", level="0", support=("63000",), NGUON_CTRA="3", PHAM_VI="2", MA_THUOC="40.300",
                   TEN_THUOC="Thuốc chương trình Mẫu")  # fmt: skip
    chart.medicine("7", "9000", rate="0", level="0", support=("0", "63000"), NGUON_CTRA="2", PHAM_VI="2", MA_THUOC="40.301",
                   TEN_THUOC="Thuốc viện trợ Mẫu")  # fmt: skip
    chart.medicine(
        "5",
        "12000",
        rate="0",
        level="0",
        NGUON_CTRA="4",
        PHAM_VI="2",
        MA_THUOC="40.302",
        TEN_THUOC="Thuốc tự trả Mẫu",
    )
    return chart.close()


@visit()
def by_head_and_by_case(decision: str) -> Chart:
    """Lines paid by capitation beside lines paid by fee: only the latter are in T_BHTT_GDV."""
    chart = Chart(decision, "LK-DINHSUAT-68", level="100")
    chart.visit()
    chart.exam(MA_PTTT="2")
    chart.test(MA_PTTT="2")
    chart.imaging()
    chart.medicine("10", "1234.567", MA_PTTT="2")
    return chart.close()


@visit()
def stayed_at_a_polyclinic(decision: str) -> Chart:
    """Two nights in a polyclinic's own beds."""
    chart = Chart(decision, "LK-LUU-69", kind="06", facility=STATION, department="K03", level="100")
    stayed(chart, 3, bed="16", price="84000", MA_DKBD=STATION)
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit()
def child_of_six(decision: str) -> Chart:
    """A child in a bed: weight, both parents on the paper; the mother's paper to stay with it."""
    chart = Chart(decision, "LK-TRE-71", card="TE1797900000071", level="100", kind="03", department="K18")
    born = chart.day.year - 4
    stayed(chart, 5, HO_TEN="NGUYỄN BÉ MẪU", NGAY_SINH=f"{born}03050000", SO_CCCD="", CAN_NANG="16.00",
           MA_DOITUONG_KCB="1.1", MA_BENH_CHINH="J18.9", CHAN_DOAN_RV="Viêm phổi")  # fmt: skip
    chart.summary()
    chart.discharge_paper(HO_TEN_CHA="Nguyễn Văn Mẫu", HO_TEN_ME="Lê Thị Thí Dụ")
    chart.row("XML11", {
        "SO_CT": "CT0071", "SO_SERI": "SR0071", "SO_KCB": "KCB0071", "DON_VI": "Công ty Thí Dụ", "MA_BHXH": "7900000071",
        "MA_THE_BHYT": chart.card, "CHAN_DOAN_RV": "Viêm phổi", "PP_DIEUTRI": "Kháng sinh", "SO_NGAY_NGHI": "5",
        "TU_NGAY": chart.on(), "DEN_NGAY": chart.on(4), "HO_TEN_CHA": "Nguyễn Văn Mẫu", "HO_TEN_ME": "Lê Thị Thí Dụ",
        "MA_TTDV": chart.head, "MA_BS": chart.doctor, "NGAY_CT": chart.on(), "MAU_SO": "CT07", "MA_DINH_CHI_THAI": "0",
    })  # fmt: skip
    return chart.close()


@visit()
def longest_texts(decision: str) -> Chart:
    """Every text as long as its table allows, with marks that XML must escape."""
    chart = Chart(decision, "LK-" + "D" * 97, level="100")
    chart.visit(HO_TEN="Ạ" * 255, DIA_CHI=("Số 0 & <hẻm> “Thí Dụ” 'A' " * 60)[:1023] + "ỹ", MA_BN="B" * 100)
    chart.exam(TEN_DICH_VU="Khám " + "ấ" * 1019)
    chart.medicine("1", "1000", TEN_THUOC="Ẩ" * 1024)
    return chart.close()


@visit()
def names_of_all_kinds(decision: str) -> Chart:
    """One word, an apostrophe, letters of the Ê Đê: a person of the highlands."""
    chart = Chart(decision, "LK-TEN-73", level="100")
    chart.visit(HO_TEN="Y BLĂM KĐĂM", MA_DANTOC="12", SO_CCCD="066084000073", DIA_CHI="Buôn Mẫu, xã Ea Tu, tỉnh Đắk Lắk",
                MATINH_CU_TRU="66")  # fmt: skip
    chart.exam()
    return chart.close()


@visit()
def operated_on_within_four_hours(decision: str) -> Chart:
    """An operation of the day under local anaesthesia, home after three hours and a half."""
    chart = Chart(decision, "LK-MOTRONGNGAY-74", kind="09", department="K30")
    chart.visit(NGAY_VAO=chart.at("0700"), NGAY_VAO_NOI_TRU=chart.at("0715"), NGAY_RA=chart.at("1040"), SO_NGAY_DTRI="0",
                LY_DO_VNT="Mổ đục thủy tinh thể", PP_DIEU_TRI="Phẫu thuật Phaco", MA_BENH_CHINH="H25.9",
                CHAN_DOAN_RV="Đục thủy tinh thể người già", MA_PTTT_QT="13.41", NGAY_SINH="195000000000")  # fmt: skip
    chart.service("8", "1", "2752000", MA_DICH_VU="14.0005.0815", TEN_DICH_VU="Phẫu thuật tán nhuyễn thể thủy tinh (Phaco)",
                  MA_PTTT_QT="13.41", PP_VO_CAM="2", NGUOI_THUC_HIEN=f"{chart.doctor};{chart.nurse}", NGAY_YL=chart.at("0730"),
                  NGAY_TH_YL=chart.at("0800"), NGAY_KQ=chart.at("0830"))  # fmt: skip
    chart.service("10", "1", "3000000", MA_VAT_TU="N07.02.050", TEN_VAT_TU="Thủy tinh thể nhân tạo Mẫu", DON_VI_TINH="Cái",
                  TT_THAU="45/QĐ-BV.79998;G1;N1;2024", MA_DICH_VU="14.0005.0815", MA_HIEU_SP="MAU-02",
                  TEN_DICH_VU="Phẫu thuật tán nhuyễn thể thủy tinh (Phaco)", NGAY_YL=chart.at("0800"))  # fmt: skip
    chart.note("Sau mổ tỉnh, không đau", "1030", PHAU_THUAT="Phaco mắt phải")
    chart.summary()
    chart.discharge_paper()
    return chart.close()


def assessed(decision: str) -> Row:
    """Table 12, which the council keys in on the portal."""
    return {
        "NGUOI_CHU_TRI": "BS. Trần Văn Mẫu", "CHUC_VU": "1", "NGAY_HOP": f"{DAYS[decision]:%Y%m%d}", "HO_TEN": "Nguyễn Thị Ví Dụ",
        "NGAY_SINH": "19840516", "SO_CCCD": "079184000123", "NGAY_CAP_CCCD": "20210510", "NOI_CAP_CCCD": "Nơi cấp thí dụ",
        "DIA_CHI": "Số 0 đường Thí Dụ", "MATINH_CU_TRU": "79", "MAHUYEN_CU_TRU": "760", "MAXA_CU_TRU": "26734",
        "MA_BHXH": "7900000123", "MA_THE_BHYT": "DN4797900000017", "NGHE_NGHIEP": "Công nhân", "DIEN_THOAI": "0900000001",
        "MA_DOI_TUONG": "1;2" if decision != "130" else "1", "KHAM_GIAM_DINH": "1", "SO_BIEN_BAN": "12/BB-GĐYK", "TYLE_TTCT_CU": "21",
        "DANG_HUONG_CHE_DO": "1", "NGAY_CHUNG_TU": f"{DAYS[decision]:%Y%m%d}", "SO_GIAY_GIOI_THIEU": "GT-0012",
        "NGAY_DE_NGHI": f"{DAYS[decision]:%Y%m%d}", "MA_DONVI": "DV0001", "GIOI_THIEU_CUA": "Công ty Thí Dụ", "KET_QUA_KHAM": "Kết quả",
        "SO_VAN_BAN_CAN_CU": "VB01", "TYLE_TTCT_MOI": "25", "TONG_TYLE_TTCT": "41", "DANG_KHUYETTAT": "1", "MUC_DO_KHUYETTAT": "1",
        "DE_NGHI": "Không", "DUOC_XACDINH": "Suy giảm khả năng lao động",
    }  # fmt: skip
