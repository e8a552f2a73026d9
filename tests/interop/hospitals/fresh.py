"""Visits that nobody had thought of: odd hours, old cards, long courses, fractions, other ways of leaving."""

from datetime import date

from .chart import DAYS, OTHER_FACILITY, STATION, Chart, since
from .odd import bed_line, papers
from .others import Dated, stayed
from .paper import Row
from .register import NEWER, visit

POOR = "HN2797900000090"
LAST_DAYS = {
    "130": date(2024, 6, 30),
    "4750": date(2024, 12, 31),
    "3176": date(2026, 6, 30),
    "1931": date(2026, 11, 20),
}
"""Days of discharge just before the next decision came into force."""
FIRST_DAYS = {
    "130": date(2024, 1, 1),
    "4750": date(2024, 7, 1),
    "3176": date(2025, 1, 1),
    "1931": date(2026, 7, 1),
}
NEW_YEARS = {
    "130": date(2024, 1, 2),
    "4750": date(2024, 7, 2),
    "3176": date(2026, 1, 2),
    "1931": date(2026, 7, 2),
}


def poor(decision: str, code: str, **facts: str) -> Chart:
    """Somebody of whom the fund pays everything, so that nothing depends on what the visit costs."""
    return Chart(decision, code, card=POOR, level="100", **facts)


def transfer_paper(chart: Chart, **values: str) -> Row:
    """Table 13, repeating what XML1 says."""
    one, new = chart.tables["XML1"][0], since(chart.decision, "3176")
    repeated = ("HO_TEN", "NGAY_SINH", "GIOI_TINH", "MA_THE_BHYT", "GT_THE_DEN", "NGAY_VAO", "NGAY_RA")
    return chart.row(
        "XML13",
        {
            "SO_HOSO": one["MA_HSBA"], "SO_CHUYENTUYEN": "CT-000099", "GIAY_CHUYEN_TUYEN": "CT-000099",
            "MA_CSKCB": chart.facility, "MA_CSKCB_DI" if new else "MA_NOI_DI": one.get("MA_NOI_DI", ""),
            "MA_CSKCB_DEN" if new else "MA_NOI_DEN": one["MA_NOI_DEN"],
            **{name: one.get(name, "") for name in repeated},
            "NGAY_VAO_NOI_TRU": one.get("NGAY_VAO_NOI_TRU", ""),
            "DAU_HIEU_LS": "Mệt, khó thở", "CHAN_DOAN_RV": one["CHAN_DOAN_RV"], "QT_BENHLY": "Diễn biến tăng dần",
            "MA_BENH_CHINH": one["MA_BENH_CHINH"], "MA_BENH_KT": one.get("MA_BENH_KT", ""),
            "TINH_TRANG_CT" if new else "PP_DIEU_TRI": "Tỉnh, huyết áp ổn định",
            "MA_LOAI_RV": one["MA_LOAI_RV"], "MA_LYDO_CT": "1", "HUONG_DIEU_TRI": "Theo dõi tiếp",
            "PHUONGTIEN_VC": "Xe cứu thương", "MA_BAC_SI": chart.doctor, "MA_TTDV": chart.head,
        } | values,
    )  # fmt: skip


@visit()
def oxygen_by_the_minute(decision: str) -> Chart:
    """Oxygen has no registration number, is counted by the minute or litre and costs a few đồng of each."""
    chart = poor(decision, "LK-OXY-200", kind="03", department="K02")
    stayed(chart, 3)
    for days, minutes, price in ((-2, "1440", "8.4"), (-1, "735.5", "8.4"), (-1, "4320", "0.525")):
        chart.medicine(minutes, price, MA_THUOC="40.17", TEN_THUOC="Oxy dược dụng", DON_VI_TINH="Phút", HAM_LUONG="99,5%",
                       DUONG_DUNG="5.08", DANG_BAO_CHE="Khí", SO_DANG_KY="", NGAY_YL=chart.at("1000" if price == "8.4" else "1100", days),
                       LIEU_DUNG=f"{minutes} phút/lần * 1 lần/ngày * 1 ngày")  # fmt: skip
    return papers(chart)


@visit()
def parts_of_an_ampoule(decision: str) -> Chart:
    """A third, an eighth and a thousandth; each line is rounded by itself, the sums are of the rounded ones."""
    chart = poor(decision, "LK-PHANLE-201")
    chart.visit()
    chart.exam()
    for number, (quantity, price) in enumerate(
        (("0.333", "12345.678"), ("0.125", "7.5"), ("0.001", "999.999"), ("0.5", "0.01"), ("1.500", "33.30"))
    ):
        chart.medicine(
            quantity,
            price,
            MA_THUOC=f"40.20{number}",
            TEN_THUOC=f"Thuốc Mẫu {number}",
            NGAY_YL=chart.at(f"093{number}"),
        )
    return chart.close()  # fmt: skip


@visit()
def ninety_days_of_medicines(decision: str) -> Chart:
    """A long-term disease, medicines for ninety days; sent on the day they were given, long before they are used up."""
    chart = Dated(decision, "LK-90NGAY-202", card=POOR, level="100", kind="05", leaves=LAST_DAYS[decision])
    chart.visit(NGAY_VAO=chart.at("0730", -89), NGAY_RA=chart.at("2359"), NGAY_TTOAN=chart.at("2359"), SO_NGAY_DTRI="90",
                MA_BENH_CHINH="I10", CHAN_DOAN_RV="Tăng huyết áp vô căn (nguyên phát)", NGAY_TAI_KHAM=chart.on(1))  # fmt: skip
    chart.exam(NGAY_YL=chart.at("0735", -89), NGAY_TH_YL=chart.at("0740", -89), NGAY_KQ=chart.at("0800", -89))
    chart.medicine(
        "90",
        "1550",
        NGAY_YL=chart.at("0805", -89),
        LIEU_DUNG="1 viên/lần * 1 lần/ngày * 90 ngày [1 viên/ngày]",
    )
    chart.note("Huyết áp ổn định", "0750", -89)
    return chart.close()


@visit()
def exactly_four_hours(decision: str) -> Chart:
    """Admitted for four hours to the minute: type 03 with one bed day."""
    chart = poor(decision, "LK-4GIO-203", kind="03", department="K02")
    chart.visit(NGAY_VAO=chart.at("0755"), NGAY_VAO_NOI_TRU=chart.at("0800"), NGAY_RA=chart.at("1200"), NGAY_TTOAN=chart.at("1200"),
                SO_NGAY_DTRI="1", LY_DO_VNT="Theo dõi", PP_DIEU_TRI="Theo dõi")  # fmt: skip
    bed_line(chart, "1", chart.at("0810"), place="K02")
    chart.note("Ổn định", "1000")
    return papers(chart)


@visit()
def a_day_and_a_minute(decision: str) -> Chart:
    """Twenty-four hours and one minute in a bed, over midnight."""
    chart = poor(decision, "LK-24GIO-204", kind="03", department="K03")
    chart.visit(NGAY_VAO=chart.at("0900", -1), NGAY_VAO_NOI_TRU=chart.at("0900", -1), NGAY_RA=chart.at("0901"), NGAY_TTOAN=chart.at("0901"),
                SO_NGAY_DTRI="2", LY_DO_VNT="Theo dõi", PP_DIEU_TRI="Theo dõi")  # fmt: skip
    bed_line(chart, "1", chart.at("0900", -1))
    chart.note("Ổn định", "2000", -1)
    return papers(chart)


@visit()
def over_the_change_of_decision_by_an_hour(decision: str) -> Chart:
    """Came before midnight under the decision before, left after it: under four hours, the day of leaving chooses."""
    chart = Dated(
        decision,
        "LK-GIAOTHUA-205",
        card=POOR,
        level="100",
        kind="09",
        department="K02",
        leaves=FIRST_DAYS[decision],
    )
    chart.visit(NGAY_VAO=chart.at("2350", -1), NGAY_VAO_NOI_TRU=chart.at("2358", -1), NGAY_RA=chart.at("0030"), NGAY_TTOAN=chart.at("0030"),
                SO_NGAY_DTRI="0", LY_DO_VNT="Theo dõi", PP_DIEU_TRI="Theo dõi", MA_DOITUONG_KCB="2", GT_THE_TU=f"{chart.day.year - 1}0101",
                MAHUYEN_CU_TRU="")  # fmt: skip
    chart.exam(NGAY_YL=chart.at("2351", -1), NGAY_TH_YL=chart.at("2352", -1), NGAY_KQ=chart.at("0000"))
    chart.note("Ổn định", "2359", -1)
    chart.discharge_paper()
    return chart.close()


@visit()
def last_minute_of_a_decision(decision: str) -> Chart:
    """Five days as an outpatient, ending in the last minute before the next decision."""
    chart = Dated(
        decision,
        "LK-PHUTCUOI-206",
        card=POOR,
        level="100",
        kind="02",
        department="K31",
        leaves=LAST_DAYS[decision],
    )
    chart.visit(NGAY_VAO=chart.at("0730", -4), NGAY_RA=chart.at("2359"), NGAY_TTOAN=chart.at("2359"), SO_NGAY_DTRI="5",
                MA_BENH_CHINH="M75.0", CHAN_DOAN_RV="Viêm bao hoạt dịch co thắt khớp vai")  # fmt: skip
    chart.exam(NGAY_YL=chart.at("0735", -4), NGAY_TH_YL=chart.at("0740", -4), NGAY_KQ=chart.at("0800", -4))
    chart.note("Đau vai giảm", "0800", -4)
    return chart.close()


@visit()
def paid_in_the_next_month(decision: str) -> Chart:
    """Home on the last day of a month, paid two days later: settled in the month of paying."""
    chart = Dated(decision, "LK-TTSAU-207", card=POOR, level="100", leaves=LAST_DAYS[decision])
    paid = chart.on(2)
    chart.visit(NGAY_TTOAN=f"{paid}0800", NAM_QT=paid[:4], THANG_QT=str(int(paid[4:6])))
    chart.exam()
    return chart.close()


@visit()
def same_card_other_place(decision: str) -> Chart:
    """The number stays, the place of first registration changes at the quarter: the card stands there twice."""
    chart = poor(decision, "LK-DOIDKBD-208", kind="03", department="K03")
    stayed(chart, 5, MA_THE_BHYT=f"{POOR};{POOR}", MA_DKBD=f"{STATION};{chart.facility}", MA_DOITUONG_KCB="2",
           GT_THE_TU=f"{chart.day.year}0101;{chart.on(-2)}", GT_THE_DEN=f"{chart.on(-3)};{chart.day.year}1231")  # fmt: skip
    return papers(chart)


@visit()
def card_of_a_province_that_is_gone(decision: str) -> Chart:
    """Cards keep their digits after the provinces were merged, and so do the codes of facilities."""
    chart = Chart(decision, "LK-TINHCU-209", card="HN2747400000092", level="100")
    chart.visit(MA_DKBD="74001", MA_DOITUONG_KCB="2")
    chart.exam()
    return chart.close()


@visit()
def passport_of_letters_and_digits(decision: str) -> Chart:
    """A guest whose passport mixes letters and digits, whose name has letters of his own alphabet."""
    chart = Chart(decision, "LK-HOCHIEU-210", card="")
    chart.visit(HO_TEN="JÜRGEN GROẞ-ŁUKASZEWSKI", SO_CCCD="C01X00T47", MA_QUOCTICH="276", MA_DANTOC="55", GIOI_TINH="1",
                MA_NGHE_NGHIEP="00000", DIEN_THOAI="+4915100000000")  # fmt: skip
    chart.exam(rate="0", level="0", PHAM_VI="2")
    chart.summary()
    return chart.close()


@visit()
def one_word(decision: str) -> Chart:
    """A single name, of one letter."""
    chart = poor(decision, "LK-MOTCHU-211")
    chart.visit(HO_TEN="Y", MA_DANTOC="15", LY_DO_VV="Ho")
    chart.exam()
    return chart.close()


@visit()
def address_without_ward(decision: str) -> Chart:
    """After the merger people still give a hamlet and a road; the codes say the rest."""
    chart = poor(decision, "LK-DIACHI-212")
    chart.visit(DIA_CHI="Ấp 3", MAHUYEN_CU_TRU="" if chart.day >= date(2025, 7, 1) else "760", DIEN_THOAI="")
    chart.exam()
    return chart.close()


@visit()
def of_undetermined_sex(decision: str) -> Chart:
    """Sex 3, and a disease of neither."""
    chart = poor(decision, "LK-GIOI3-213")
    chart.visit(
        GIOI_TINH="3",
        MA_BENH_CHINH="N39.0",
        CHAN_DOAN_RV="Nhiễm khuẩn đường tiết niệu, vị trí không xác định",
    )
    chart.exam()
    return chart.close()


@visit()
def child_for_own_money(decision: str) -> Chart:
    """A child of three with a number of twelve digits and without card; the parents pay."""
    chart = Chart(decision, "LK-TREDV-214", card="")
    chart.visit(HO_TEN="Lê Thị Mẫu", NGAY_SINH=f"{chart.day.year - 3}02290000" if (chart.day.year - 3) % 4 == 0 else f"{chart.day.year - 3}03010000",
                SO_CCCD=f"0793{str(chart.day.year - 3)[2:]}000214", CAN_NANG="13.20")  # fmt: skip
    chart.exam(rate="0", level="0", PHAM_VI="2")
    chart.medicine("1.5", "45000", rate="0", level="0", PHAM_VI="2", NGUON_CTRA="4", TT_THAU="")
    chart.summary(HO_TEN_ME="Trần Thị Mẫu", GHI_CHU="Mẹ: Trần Thị Mẫu")
    return chart.close()


@visit()
def inpatient_for_own_money(decision: str) -> Chart:
    """A week in a bed without insurance."""
    chart = Chart(decision, "LK-NTDV-215", card="", level="0", kind="03", department="K03")
    stayed(chart, 7)
    for row in chart.tables["XML3"]:
        row |= {
            "PHAM_VI": "2",
            "TYLE_TT_BH": "0",
            "THANH_TIEN_BH": "0",
            "T_BHTT": "0",
            "T_BNCCT": "0",
            "T_BNTT": row["THANH_TIEN_BV"],
        }
    return papers(chart)  # fmt: skip


@visit()
def vaccine_beside_insured_care(decision: str) -> Chart:
    """Bitten by a dog: the wound is insured, the vaccine is one's own money."""
    chart = poor(decision, "LK-DAI-216")
    chart.visit(MA_BENH_CHINH="S61.9", MA_BENH_KT="W54.0", CHAN_DOAN_RV="Vết thương hở của cổ tay và bàn tay", MA_TAI_NAN="5",
                LY_DO_VV="Chó cắn", CHAN_DOAN_VAO="Chó cắn bàn tay")  # fmt: skip
    chart.exam()
    chart.medicine("1", "315000", rate="0", level="0", PHAM_VI="2", NGUON_CTRA="4", MA_THUOC="00.0000", TEN_THUOC="Vắc xin dại Mẫu", TT_THAU="",
                   DON_VI_TINH="Liều", HAM_LUONG="0,5ml", DUONG_DUNG="2.10", LIEU_DUNG="1 liều/lần * 1 lần/ngày * 1 ngày [1 liều/ngày]")  # fmt: skip
    return chart.close()


@visit()
def two_teams_in_one_session(decision: str) -> Chart:
    """Two operations at the same time by two teams: 100 % and 80 %, and a procedure during it at 80 %."""
    chart = poor(decision, "LK-HAIEKIP-217", kind="03", department="K19")
    stayed(chart, 5, MA_PTTT_QT="51.22;78.52;57.94", MA_BENH_CHINH="S82.21", MA_BENH_KT="K80.2;V29.4", MA_TAI_NAN="1", CHAN_DOAN_RV="Gãy thân xương chày",
           PP_DIEU_TRI="Phẫu thuật")  # fmt: skip
    other = chart.nurse.replace("8765", "8766"), chart.doctor.replace("4321", "4322")
    for share, team, code, name, icd, price in (
        (
            "100",
            f"{chart.doctor};{chart.nurse}",
            "03.4066.1196",
            "Phẫu thuật cắt túi mật",
            "51.22",
            "3093000",
        ),
        ("80", ";".join(other), "10.0773.0556", "Phẫu thuật kết hợp xương chày", "78.52", "3985000"),
    ):
        chart.service("8", "1", price, share=share, MA_DICH_VU=code, TEN_DICH_VU=name, MA_PTTT_QT=icd, NGUOI_THUC_HIEN=team, PP_VO_CAM="1",
                      NGAY_YL=chart.at("0800", -3), NGAY_TH_YL=chart.at("0900", -3), NGAY_KQ=chart.at("1100", -3))  # fmt: skip
    chart.service("18", "1", "94300", share="80", MA_DICH_VU="03.0133.0210", TEN_DICH_VU="Thông tiểu", MA_PTTT_QT="57.94", NGUOI_THUC_HIEN=other[0],
                  NGAY_YL=chart.at("0805", -3), NGAY_TH_YL=chart.at("0930", -3), NGAY_KQ=chart.at("0940", -3))  # fmt: skip
    return papers(chart)


@visit()
def both_eyes(decision: str) -> Chart:
    """The same operation on the right and then on the left eye, two days apart, at 100 % each."""
    chart = poor(decision, "LK-HAIMAT-218", kind="03", department="K30")
    stayed(
        chart,
        4,
        MA_PTTT_QT="13.41",
        MA_BENH_CHINH="H25.1",
        CHAN_DOAN_RV="Đục thủy tinh thể già thể nhân",
        PP_DIEU_TRI="Phẫu thuật",
    )
    for days in (-3, -1):
        chart.service("8", "1", "2690000", MA_DICH_VU="14.0005.0815", TEN_DICH_VU="Phẫu thuật tán nhuyễn thể thủy tinh", MA_PTTT_QT="13.41",
                      NGUOI_THUC_HIEN=f"{chart.doctor};{chart.nurse}", PP_VO_CAM="2", NGAY_YL=chart.at("1300", days),
                      NGAY_TH_YL=chart.at("1400", days), NGAY_KQ=chart.at("1430", days))  # fmt: skip
        chart.service("10", "1", "3100000", MA_VAT_TU="N06.01.010", TEN_VAT_TU="Thủy tinh thể Mẫu", DON_VI_TINH="Cái", TT_THAU="45/QĐ-BV.79998;G1;N0;2023",
                      MA_DICH_VU="14.0005.0815", TEN_DICH_VU="Phẫu thuật tán nhuyễn thể thủy tinh", MA_HIEU_SP="IOL-01", NGAY_YL=chart.at("1300", days))  # fmt: skip
    return papers(chart)


@visit()
def supplies_on_their_own(decision: str) -> Chart:
    """Gauze and a syringe that belong to no service; one of them dearer than the fund pays."""
    chart = poor(decision, "LK-VTLE-219", kind="03", department="K03")
    stayed(chart, 3)
    for number, (price, insured) in enumerate((("1250.5", "1250.5"), ("98000", "90000"))):
        chart.service("10", "2.5", price, insured_price=insured, MA_VAT_TU=f"N02.0{number}.010", TEN_VAT_TU=f"Băng Mẫu {number}", DON_VI_TINH="Mét",
                      TT_THAU=f"45/QĐ-SYT.79;{'G1' if decision == '130' else 'G1.24'};N6;2024", NGAY_YL=chart.at("1000", -1))  # fmt: skip
    return papers(chart)


@visit()
def two_packages(decision: str) -> Chart:
    """Supplies of two packages, each under a ceiling of its own."""
    chart = poor(decision, "LK-2GOI-220", kind="03", department="K19")
    stayed(
        chart,
        4,
        PP_DIEU_TRI="Can thiệp",
        MA_BENH_CHINH="I25.1",
        CHAN_DOAN_RV="Bệnh tim xơ vữa động mạch",
        MA_PTTT_QT="36.07",
    )
    chart.service("18", "1", "6816000", MA_DICH_VU="18.0657.0054", TEN_DICH_VU="Đặt stent động mạch vành", MA_PTTT_QT="36.07",
                  NGUOI_THUC_HIEN=f"{chart.doctor};{chart.nurse}", MA_MAY="DSA.1.MAU0009", PP_VO_CAM="2", NGAY_YL=chart.at("0900", -2), NGAY_TH_YL=chart.at("1000", -2),
                  NGAY_KQ=chart.at("1130", -2))  # fmt: skip
    for package, price in (("G1", "29000000"), ("G1", "4100000"), ("G12", "38000000")):
        chart.service("10", "1", price, MA_VAT_TU=f"N07.0{len(chart.tables['XML3'])}.020", TEN_VAT_TU=f"Stent Mẫu {package}", GOI_VTYT=package, DON_VI_TINH="Cái",
                      TT_THAU="45/QĐ-BV.79998;G1;N0;2024", T_TRANTT="105300000", MA_DICH_VU="18.0657.0054", TEN_DICH_VU="Đặt stent động mạch vành",
                      MA_HIEU_SP=f"ST-{len(chart.tables['XML3'])}", NGAY_YL=chart.at("0900", -2))  # fmt: skip
    return papers(chart)


@visit(*NEWER)
def in_and_out_of_a_stay(decision: str) -> Chart:
    """Referred in by a station, admitted over the turn of the year, referred on at the family's wish."""
    chart = Dated(
        decision,
        "LK-VAORA-221",
        card=POOR,
        level="100",
        kind="03",
        department="K03",
        leaves=NEW_YEARS[decision],
    )
    stayed(chart, 6, MA_DOITUONG_KCB="1.3", MA_NOI_DI=STATION, MA_DKBD=STATION, GIAY_CHUYEN_TUYEN="0099/2025/GCT", MA_NOI_DEN=OTHER_FACILITY, MA_LOAI_RV="5",
           KET_QUA_DTRI="3", GT_THE_TU=f"{chart.day.year - 1}0701", GT_THE_DEN=f"{chart.day.year}1231")  # fmt: skip
    transfer_paper(chart)
    return papers(chart)


@visit(*NEWER)
def sent_back_down(decision: str) -> Chart:
    """Better, and sent back to the station that knows the patient, by bus and without an escort."""
    chart = poor(decision, "LK-VETUYEN-222", kind="03", department="K03")
    stayed(chart, 4, MA_NOI_DEN=STATION, MA_LOAI_RV="2", KET_QUA_DTRI="2", MA_DOITUONG_KCB="2")
    transfer_paper(chart, PHUONGTIEN_VC="Xe khách", HUONG_DIEU_TRI="Theo dõi tại trạm")
    return papers(chart)


@visit()
def four_hundred_days(decision: str) -> Chart:
    """Psychiatry: more than a year in one bed, lines by the week, two cards."""
    chart = poor(decision, "LK-400NGAY-223", kind="03", department="K05")
    chart.visit(NGAY_VAO=chart.at("0800", -399), NGAY_VAO_NOI_TRU=chart.at("0900", -399), NGAY_RA=chart.at("1000"), NGAY_TTOAN=chart.at("1000"),
                SO_NGAY_DTRI="400", LY_DO_VNT="Kích động", PP_DIEU_TRI="Hóa dược", MA_BENH_CHINH="F20.0", CHAN_DOAN_RV="Tâm thần phân liệt thể paranoid",
                MA_THE_BHYT=f"{POOR};{POOR}", MA_DKBD=f"{chart.facility};{chart.facility}", GT_THE_TU=f"{chart.day.year - 2}0101;{chart.day.year}0101",
                GT_THE_DEN=f"{chart.day.year - 1}1231;{chart.day.year}1231")  # fmt: skip
    for days in range(-399, 0, 7):
        bed_line(chart, str(min(7, -days)), chart.at("0930", days), place="K05")
    chart.note("Ổn định", "0930", -399)
    chart.note("Ổn định", "0930", -1)
    return papers(chart)


@visit()
def chosen_and_extra_beds(decision: str) -> Chart:
    """An extra bed, a chosen one and another kind, a day each; three wards within one stay."""
    chart = poor(decision, "LK-GIUONG-224", kind="03", department="K02;K03;K04")
    stayed_in = (("T001", "K02", -3), ("C012", "K03", -2), ("K099", "K04", -1))
    chart.visit(NGAY_VAO=chart.at("0800", -3), NGAY_VAO_NOI_TRU=chart.at("0815", -3), NGAY_RA=chart.at("1000"), NGAY_TTOAN=chart.at("1000"), SO_NGAY_DTRI="4",
                LY_DO_VNT="Theo dõi", PP_DIEU_TRI="Theo dõi")  # fmt: skip
    for bed, place, days in stayed_in:
        bed_line(chart, "1", chart.at("0900", days), bed=bed, place=place)
    chart.note("Ổn định", "1000", -2)
    return papers(chart)


@visit()
def twice_to_the_same_speciality(decision: str) -> Chart:
    """Worse again in the afternoon: examined a second time the same day, at 30 %."""
    chart = poor(decision, "LK-KHAMLAI-225")
    chart.visit(NGAY_RA=chart.at("1630"), NGAY_TTOAN=chart.at("1635"))
    chart.exam(NGAY_KQ=chart.at("0815"))
    chart.exam(share="30", NGAY_YL=chart.at("1500"), NGAY_TH_YL=chart.at("1505"), NGAY_KQ=chart.at("1600"))
    return chart.close()


@visit()
def lavage_at_home(decision: str) -> Chart:
    """Peritoneal dialysis at home: examined once, fluid for thirty days, 120 bags."""
    chart = Dated(
        decision,
        "LK-LOCMANG-226",
        card=POOR,
        level="100",
        kind="05",
        department="K38",
        leaves=LAST_DAYS[decision],
    )
    chart.visit(NGAY_VAO=chart.at("0700", -29), NGAY_RA=chart.at("2359"), NGAY_TTOAN=chart.at("2359"), SO_NGAY_DTRI="30", MA_BENH_CHINH="N18.5",
                CHAN_DOAN_RV="Bệnh thận mạn, giai đoạn 5")  # fmt: skip
    chart.exam(NGAY_YL=chart.at("0705", -29), NGAY_TH_YL=chart.at("0710", -29), NGAY_KQ=chart.at("0730", -29))
    chart.medicine("120", "78178", MA_THUOC="40.740", TEN_THUOC="Dịch lọc màng bụng Mẫu", DON_VI_TINH="Túi", HAM_LUONG="2 lít", DUONG_DUNG="1.01",
                   LIEU_DUNG="1 túi/lần * 4 lần/ngày * 30 ngày [4 túi/ngày]", NGAY_YL=chart.at("0740", -29))  # fmt: skip
    chart.note("Dịch trong, không sốt", "0720", -29)
    return chart.close()


@visit()
def twelve_other_diseases(decision: str) -> Chart:
    """As many secondary codes as may stand there, daggers and asterisks among them."""
    chart = poor(decision, "LK-12BENH-227")
    chart.visit(MA_BENH_CHINH="E11.4", CHAN_DOAN_RV="Đái tháo đường không phụ thuộc insulin có biến chứng thần kinh",
                MA_BENH_KT="G63.2*;I10;E78.5;K29.7;M17.0;N20.0;H25.9;L30.9;D64.9;G47.0;K21.9;J45.9")  # fmt: skip
    chart.exam()
    return chart.close()


@visit()
def leave_for_a_sick_child(decision: str) -> Chart:
    """A paper for the mother of a child of two: her name, her number, the child's card."""
    chart = Chart(decision, "LK-NGHICON-228", card="TE1797900000228", level="100", department="K18")
    chart.visit(
        HO_TEN="BÉ THỊ MẪU",
        NGAY_SINH=f"{chart.day.year - 2}01150000",
        SO_CCCD="079323000228",
        CAN_NANG="11.40",
        LY_DO_VV="Sốt",
    )
    chart.exam()
    one = chart.tables["XML1"][0]
    chart.row("XML11", {
        "SO_CT": "CT0228", "SO_SERI": "AA0228", "SO_KCB": "KCB0228", "DON_VI": "Công ty Thí Dụ", "MA_BHXH": "7900000228", "MA_THE_BHYT": chart.card,
        "CHAN_DOAN_RV": one["CHAN_DOAN_RV"], "PP_DIEUTRI": "Kháng sinh, hạ sốt", "SO_NGAY_NGHI": "2", "TU_NGAY": chart.on(), "DEN_NGAY": chart.on(1),
        "HO_TEN_ME": "Trần Thị Mẫu", "MA_TTDV": chart.head, "MA_BS": chart.doctor, "NGAY_CT": chart.on(), "MAU_SO": "CT07",
    })  # fmt: skip
    return chart.close()


@visit()
def living_elsewhere_for_a_while(decision: str) -> Chart:
    """A student far from home: another province's card and first registration, said to be staying here."""
    chart = Chart(decision, "LK-TAMTRU-229", card="SV4010100000229", level="80")
    chart.visit(
        MA_DOITUONG_KCB="1.4" if since(decision, "3176") else "1.1",
        MA_DKBD="01001",
        MA_NGHE_NGHIEP="00000",
        NGAY_SINH=f"{chart.day.year - 20}05160000",
    )
    chart.exam()
    chart.medicine("10", "45000")
    return chart.close()


@visit()
def died_at_home(decision: str) -> Chart:
    """Taken home by the family, died there: the outcome 8 since QĐ 4750, no bed day more."""
    chart = poor(decision, "LK-CHETNHA-230", kind="03", department="K03")
    stayed(chart, 4, KET_QUA_DTRI="8" if since(decision, "4750") else "5", MA_LOAI_RV="4")
    return papers(chart)


@visit()
def sent_for_later_medicines(decision: str) -> Chart:
    """All of it in one minute: a commune station's doctor examines, orders, gives and settles at 08:00."""
    chart = poor(decision, "LK-MOTPHUT-231")
    chart.visit(
        NGAY_VAO=chart.at("0800"), NGAY_RA=chart.at("0810"), NGAY_TTOAN=chart.at("0810"), CAN_NANG="48.00"
    )
    chart.exam(NGAY_YL=chart.at("0800"), NGAY_TH_YL=chart.at("0800"), NGAY_KQ=chart.at("0810"))
    chart.medicine("10", "500", NGAY_YL=chart.at("0810"))
    return chart.close()


@visit()
def chemotherapy_by_the_day(decision: str) -> Chart:
    """Three days in the day ward; a drug paid at half by the fund, dosed in parts of a vial."""
    chart = poor(decision, "LK-HOATRI-232", kind="04", department="K25")
    chart.visit(NGAY_VAO=chart.at("0700", -2), NGAY_VAO_NOI_TRU=chart.at("0715", -2), NGAY_RA=chart.at("1600"), NGAY_TTOAN=chart.at("1610"), SO_NGAY_DTRI="3",
                LY_DO_VNT="Hóa trị", PP_DIEU_TRI="Hóa trị", MA_BENH_CHINH="C50.9", CHAN_DOAN_RV="U ác của vú, không đặc hiệu")  # fmt: skip
    for days in (-2, -1, 0):
        bed_line(
            chart,
            "0.3",
            chart.at("0720", days),
            place="K25",
            group="14",
            MA_DICH_VU="K25.1964",
            TEN_DICH_VU="Giường ban ngày",
        )
        chart.medicine("1.67", "4567890.123", rate="50", NGAY_YL=chart.at("0800", days), MA_THUOC="40.400", TEN_THUOC="Thuốc Mẫu U", DON_VI_TINH="Lọ", HAM_LUONG="100mg",
                       DUONG_DUNG="2.15", LIEU_DUNG="1,67 lọ/lần * 1 lần/ngày * 1 ngày")  # fmt: skip
        chart.note("Truyền an toàn", "1500", days)
    return papers(chart)


@visit()
def many_small_lines(decision: str) -> Chart:
    """Three hundred lines of a third of something: the sums are of rounded lines."""
    chart = Chart(decision, "LK-300DONG-233", kind="03", department="K03")
    stayed(chart, 30)
    for number in range(300):
        chart.medicine("0.333", f"{1000 + number}.37", MA_THUOC=f"40.{300 + number}", TEN_THUOC=f"Thuốc Mẫu {number}", NGAY_YL=chart.at(f"10{number % 60:02}", -29 + number % 29),
                       LIEU_DUNG="0,333 viên/lần * 1 lần/ngày * 1 ngày")  # fmt: skip
    return papers(chart)


@visit()
def pensioner_of_eighty(decision: str) -> Chart:
    """Ninety-five per cent, a line of which half is insured, and an amount that ends at half a hundredth."""
    chart = Chart(decision, "LK-95-234", card="HT3797900000234", level="95")
    chart.visit(NGAY_SINH="194400000000")
    chart.exam()
    chart.medicine("7", "22222.23", rate="50")
    chart.medicine("31", "13333.31", MA_THUOC="40.102", TEN_THUOC="Thuốc Mẫu B")
    return chart.close()


@visit()
def of_the_eleventh_hour(decision: str) -> Chart:
    """Came on a leap day's last minute, or on the last of a month; result in the same minute as the discharge."""
    chart = Dated(
        decision,
        "LK-PHUTCHOT-235",
        card=POOR,
        level="100",
        leaves={**DAYS, "130": date(2024, 2, 29)}[decision],
    )
    chart.visit(NGAY_VAO=chart.at("2300"), NGAY_RA=chart.at("2359"), NGAY_TTOAN=chart.at("2359"))
    chart.exam(NGAY_YL=chart.at("2305"), NGAY_TH_YL=chart.at("2306"), NGAY_KQ=chart.at("2359"))
    chart.test(NGAY_YL=chart.at("2310"), NGAY_TH_YL=chart.at("2315"), NGAY_KQ=chart.at("2359"))
    return chart.close()


@visit()
def tuberculosis_for_a_month(decision: str) -> Chart:
    """Medicines against tuberculosis of the national programme for a month, the fund pays the rest."""
    chart = Dated(
        decision,
        "LK-LAO-236",
        card=POOR,
        level="100",
        kind="05",
        department="K11",
        leaves=LAST_DAYS[decision],
    )
    chart.visit(NGAY_VAO=chart.at("0700", -29), NGAY_RA=chart.at("2359"), NGAY_TTOAN=chart.at("2359"), SO_NGAY_DTRI="30", MA_BENH_CHINH="A15.0",
                CHAN_DOAN_RV="Lao phổi, xác nhận bằng soi đờm")  # fmt: skip
    chart.exam(NGAY_YL=chart.at("0705", -29), NGAY_TH_YL=chart.at("0710", -29), NGAY_KQ=chart.at("0730", -29))
    chart.medicine("90", "1735", support=("156150",), NGUON_CTRA="3", NGAY_YL=chart.at("0740", -29), LIEU_DUNG="3 viên/lần * 1 lần/ngày * 30 ngày [3 viên/ngày]",
                   PHAM_VI="2", rate="0", level="0")  # fmt: skip
    chart.note("Đỡ ho", "0720", -29)
    if since(decision, "4750"):
        chart.row("XML15", {"MA_BN": "BN000123", "HO_TEN": "NGUYỄN THỊ VÍ DỤ", "SO_CCCD": "079184000123", "PHANLOAI_LAO_VITRI": "1", "PHANLOAI_LAO_TS": "1",
                            "PHANLOAI_LAO_HIV": "2", "PHANLOAI_LAO_VK": "1", "PHANLOAI_LAO_KT": "1", "LOAI_DTRI_LAO": "1", "NGAYBD_DTRI_LAO": chart.on(-29),
                            "PHACDO_DTRI_LAO": "1", "KET_QUA_DTRI_LAO": "1", "MA_CSKCB": chart.facility})  # fmt: skip
    return chart.close()


@visit()
def cyst_in_the_evening(decision: str) -> Chart:
    """Two small procedures in one quarter of an hour by two people, each ordered on its own."""
    chart = poor(decision, "LK-2THUTHUAT-237")
    chart.visit(
        MA_PTTT_QT="86.04;86.59",
        NGAY_VAO=chart.at("1900"),
        NGAY_RA=chart.at("2040"),
        NGAY_TTOAN=chart.at("2041"),
    )
    chart.exam(NGAY_YL=chart.at("1905"), NGAY_TH_YL=chart.at("1910"), NGAY_KQ=chart.at("1920"))
    for code, name, icd, who in (
        ("03.3909.0505", "Chích rạch áp xe nhỏ", "86.04", chart.doctor),
        ("03.3827.0216", "Khâu vết thương phần mềm nông", "86.59", chart.nurse),
    ):
        chart.service("18", "1", "184000", MA_DICH_VU=code, TEN_DICH_VU=name, MA_PTTT_QT=icd, NGUOI_THUC_HIEN=who, PP_VO_CAM="2",
                      NGAY_YL=chart.at("1921"), NGAY_TH_YL=chart.at("1930"), NGAY_KQ=chart.at("1945"))  # fmt: skip
    return chart.close()


@visit()
def prisoner(decision: str) -> Chart:
    """No papers with him, brought by the guard, no telephone."""
    chart = Chart(decision, "LK-PHAMNHAN-238", card="")
    chart.visit(
        SO_CCCD="079090000238",
        DIA_CHI="Trại giam Thí Dụ",
        DIEN_THOAI="",
        MA_NGHE_NGHIEP="00000",
        GIOI_TINH="1",
        HO_TEN="Hoàng Văn Mẫu",
    )
    chart.exam(rate="0", level="0", PHAM_VI="2")
    chart.summary()
    return chart.close()


@visit()
def second_twin(decision: str) -> Chart:
    """The second of twins, two hours old on arrival, sent home with the mother after four days."""
    chart = Chart(decision, "LK-CON2-239", card="TE1797900000239", level="100", kind="03", department="K18")
    stayed(chart, 4, HO_TEN="CON THỨ HAI BÀ VÍ DỤ", SO_CCCD="", NGAY_SINH=chart.at("0612", -3), GIOI_TINH="2", MA_DKBD="79000", GT_THE_TU=chart.on(-3),
           MA_DOITUONG_KCB="1.7" if since(decision, "3176") else "1.1", CAN_NANG="2.05", MA_BENH_CHINH="P07.1", CHAN_DOAN_RV="Trẻ nhẹ cân khác", DIEN_THOAI="")  # fmt: skip
    chart.summary(HO_TEN_ME="Nguyễn Thị Ví Dụ", GHI_CHU="Mẹ: Nguyễn Thị Ví Dụ", MA_THE_TAM="TE1797900000239")
    chart.discharge_paper(HO_TEN_ME="Nguyễn Thị Ví Dụ", MA_THE_TAM="TE1797900000239")
    return chart.close()


@visit()
def stillborn(decision: str) -> Chart:
    """A delivery whose child did not live: no birth paper with a card, the discharge paper tells of the end of the pregnancy."""
    chart = Chart(decision, "LK-THAILUU-240", kind="03", department="K27")
    stayed(
        chart,
        3,
        MA_BENH_CHINH="O36.4",
        CHAN_DOAN_RV="Chăm sóc bà mẹ vì thai chết trong tử cung",
        LY_DO_VV="Không thấy thai máy",
    )
    chart.summary()
    chart.discharge_paper(MA_DINH_CHI_THAI="1", NGUYENNHAN_DINHCHI="Thai chết lưu", THOIGIAN_DINHCHI=chart.at("1130", -1), TUOI_THAI="27",
                          SO_NGAY_NGHI="50", NGOAITRU_TUNGAY=chart.on(), NGOAITRU_DENNGAY=chart.on(49))  # fmt: skip
    return chart.close()
