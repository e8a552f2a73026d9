"""People and care seldom met, each as the texts have it: dead on arrival, born too soon, paid not at all, a bed for own money."""

from .chart import OTHER_FACILITY, STATION, Chart
from .odd import bed_line, in_short, papers
from .others import stayed
from .register import NEWER, visit
from .stays import delivery


@visit()
def dead_on_arrival(decision: str) -> Chart:
    """Two minutes in the emergency room, examined, nothing else."""
    chart = Chart(decision, "LK-TVTRUOC-90", level="100", department="K02")
    chart.visit(
        MA_DOITUONG_KCB="2", NGAY_VAO=chart.at("0214"), NGAY_RA=chart.at("0216"), NGAY_TTOAN=chart.at("0900"), KET_QUA_DTRI="5",
        LY_DO_VV="Ngừng tim ngoài bệnh viện", CHAN_DOAN_VAO="Ngừng tuần hoàn", CHAN_DOAN_RV="Ngừng tim không đặc hiệu",
        MA_BENH_CHINH="I46.9", NGAY_SINH="193000000000", SO_CCCD="079130000090", GIOI_TINH="1", HO_TEN="LÃ VĂN MẪU",
    )  # fmt: skip
    chart.exam(NGAY_YL=chart.at("0214"), NGAY_TH_YL=chart.at("0215"), NGAY_KQ=chart.at("0216"))
    return chart.close()


@visit()
def of_unknown_birth_and_phone(decision: str) -> Chart:
    """Over a hundred years old, only the year of birth known, no telephone, no occupation asked."""
    chart = Chart(decision, "LK-CAOTUOI-91", card="BT2797900000091", level="100")
    year = chart.day.year - 103
    return in_short(chart, NGAY_SINH=f"{year}00000000", SO_CCCD=f"0791{year % 100:02}000091", DIEN_THOAI="")


@visit()
def guest_worker(decision: str) -> Chart:
    """A foreigner with a job and a card: passport, foreign name, no ethnic group of the country."""
    chart = Chart(decision, "LK-CHUYENGIA-92", card="DN4797900000092", level="80")
    chart.visit(
        HO_TEN="MARÍA-JOSÉ O'EXAMPLE",
        SO_CCCD="XK4401122",
        MA_QUOCTICH="ESP",
        MA_DANTOC="55",
        CAN_NANG="61.00",
    )
    chart.exam()
    chart.imaging()
    chart.test()
    chart.medicine("30", "12500")
    return chart.close()


@visit()
def preterm_of_eight_hundred_grams(decision: str) -> Chart:
    """Born in the night over the boundary of a day, sent to a bed at once, 0.85 kg; nine days old at discharge."""
    chart = Chart(decision, "LK-CUCNON-93", card="TE1797900000093", level="100", kind="03", department="K18")
    stayed(
        chart, 10, NGAY_VAO=chart.at("2358", -9), NGAY_VAO_NOI_TRU=chart.at("2359", -9), HO_TEN="CON BÀ THÍ DỤ", SO_CCCD="",
        NGAY_SINH=chart.at("2351", -9), CAN_NANG="0.85", DIEN_THOAI="", MA_BENH_CHINH="P07.0", GT_THE_TU=chart.on(-9),
        CHAN_DOAN_RV="Trẻ cực nhẹ cân khi sinh", MA_DOITUONG_KCB="1.7" if decision in ("3176", "1931") else "1.1", MA_DKBD="79000",
        KET_QUA_DTRI="2",
    )  # fmt: skip
    for row in (
        chart.tables["XML3"] + chart.tables["XML5"]
    ):  # nothing is done on the first day, which has a minute
        for name in ("NGAY_YL", "NGAY_TH_YL", "NGAY_KQ", "THOI_DIEM_DBLS"):
            if row.get(name, "").startswith(chart.on(-9)):
                row[name] = chart.at("0010", -8) if name == "NGAY_KQ" else chart.at("2359", -9)
    chart.summary(HO_TEN_ME="Nguyễn Thị Thí Dụ", MA_THE_TAM=chart.card)
    chart.discharge_paper(HO_TEN_ME="Nguyễn Thị Thí Dụ", MA_THE_TAM=chart.card)
    return chart.close()


@visit()
def four_weeks_old(decision: str) -> Chart:
    """Twenty-eight days old to the day: the hour of birth is still asked for."""
    chart = Chart(decision, "LK-28NGAY-94", card="TE1797900000094", level="100", department="K18")
    return in_short(
        chart, HO_TEN="NGUYỄN BÉ MẪU", SO_CCCD="", NGAY_SINH=chart.at("0001", -28), CAN_NANG="4.10", DIEN_THOAI="",
        GT_THE_TU=chart.on(-28), MA_BENH_CHINH="J00", CHAN_DOAN_RV="Viêm mũi họng cấp", GT_THE_DEN=f"{chart.day.year + 6}0930",
    )  # fmt: skip


@visit("1931")
def nothing_for_who_came_to_the_top(decision: str) -> Chart:
    """On one's own to a formerly central hospital, as an outpatient: 0 %."""
    chart = Chart(decision, "LK-0PHANTRAM-95", level="0")
    chart.visit(MA_DOITUONG_KCB="3.1", MA_DKBD=STATION)
    chart.exam()
    chart.medicine("20", "9500")
    return chart.close()


@visit("1931")
def half_of_ninety_five(decision: str) -> Chart:
    """On one's own to a formerly provincial hospital with a card of 95 %: 47.5 %, four characters since QĐ 1931."""
    chart = Chart(decision, "LK-475-96", card="HT3797900000096", level="47.5")
    chart.visit(MA_DOITUONG_KCB="1.14", MA_DKBD=STATION)
    chart.exam()
    chart.imaging()
    chart.medicine("30", "22500")
    return chart.close()


@visit()
def day_ward_for_a_week(decision: str) -> Chart:
    """Five days in the day ward, a day bed each, home every evening."""
    chart = Chart(decision, "LK-BANNGAY-97", card="HN2797900000097", level="100", kind="04", department="K16")
    chart.visit(
        NGAY_VAO=chart.at("0730", -4), NGAY_VAO_NOI_TRU=chart.at("0800", -4), NGAY_RA=chart.at("1630"), SO_NGAY_DTRI="5",
        NGAY_TTOAN=chart.at("1645"), MA_BENH_CHINH="M47.86", MA_BENH_YHCT="U62.392", CHAN_DOAN_RV="Thoái hóa đốt sống",
        LY_DO_VNT="Điều trị ban ngày", PP_DIEU_TRI="Điện châm",
    )  # fmt: skip
    for day in range(-4, 1):
        bed_line(chart, "1", chart.at("0805", day), "H301", "K16", group="14", price="61400")
        chart.service(
            "18", "1", "78300", MA_DICH_VU="03.0524.0230", TEN_DICH_VU="Điện châm", NGUOI_THUC_HIEN=chart.nurse,
            NGAY_YL=chart.at("0810", day), NGAY_TH_YL=chart.at("0900", day), NGAY_KQ=chart.at("0930", day),
        )  # fmt: skip
        chart.note("Đau giảm", "0815", day)
    return papers(chart)


@visit()
def tooth_pulled(decision: str) -> Chart:
    """Dental: a local anaesthetic, one tooth, all of it paid by the fund."""
    chart = Chart(decision, "LK-RANG-98", card="HN2797900000098", level="100", department="K28")
    chart.visit(
        MA_BENH_CHINH="K04.0",
        CHAN_DOAN_RV="Viêm tủy",
        CHAN_DOAN_VAO="Đau răng",
        LY_DO_VV="Đau răng",
        MA_PTTT_QT="23.09",
    )
    chart.exam(MA_DICH_VU="16.1896", TEN_DICH_VU="Khám Răng hàm mặt", NGAY_KQ=chart.at("0755"))
    chart.service(
        "18", "1", "460000", MA_DICH_VU="16.0203.1026", TEN_DICH_VU="Nhổ răng vĩnh viễn", NGUOI_THUC_HIEN=chart.doctor,
        NGAY_YL=chart.at("0756"), NGAY_TH_YL=chart.at("0800"), NGAY_KQ=chart.at("0830"), PP_VO_CAM="2", MA_PTTT_QT="23.09",
    )  # fmt: skip
    return chart.close()


@visit()
def three_cards_in_a_row(decision: str) -> Chart:
    """A month of medicines under three cards that follow each other; fetched at the first."""
    chart = Chart(decision, "LK-BATHE-99", level="100", kind="05")
    facility = chart.facility
    chart.visit(
        MA_THE_BHYT="HN2797900000099;HN2797900000099;BT2797900000099", MA_DKBD=f"{facility};{OTHER_FACILITY};{facility}",
        GT_THE_TU=f"{chart.on(-200)};{chart.on(-20)};{chart.on(-5)}", GT_THE_DEN=f"{chart.on(-21)};{chart.on(-6)};{chart.on(90)}",
        NGAY_VAO=chart.at("0730", -27), NGAY_RA=chart.at("2359"), NGAY_TTOAN=chart.at("2359"), SO_NGAY_DTRI="28",
        MA_BENH_CHINH="I10", CHAN_DOAN_RV="Bệnh lý tăng huyết áp", NGAY_TAI_KHAM=chart.on(1),
    )  # fmt: skip
    chart.exam(NGAY_YL=chart.at("0735", -27), NGAY_TH_YL=chart.at("0740", -27), NGAY_KQ=chart.at("0750", -27))
    chart.medicine(
        "28",
        "9500",
        LIEU_DUNG="1 viên/lần * 1 lần/ngày * 28 ngày [1 viên/ngày]",
        NGAY_YL=chart.at("0755", -27),
    )
    chart.note("Huyết áp 130/80", "0745", -27)
    return chart.close()


@visit(*NEWER)
def sent_on_within_two_hours(decision: str) -> Chart:
    """Admitted and sent on to another hospital within two hours: type 09, no bed, no discharge as recovered."""
    chart = Chart(decision, "LK-CHUYENGAP-79", level="100", kind="09", department="K02")
    one = chart.visit(
        MA_DOITUONG_KCB="2", NGAY_VAO=chart.at("2330", -1), NGAY_VAO_NOI_TRU=chart.at("2340", -1), NGAY_RA=chart.at("0115"),
        NGAY_TTOAN=chart.at("0120"), MA_LOAI_RV="2", KET_QUA_DTRI="4", MA_NOI_DEN=OTHER_FACILITY, LY_DO_VNT="Đau ngực",
        PP_DIEU_TRI="Chống đông", MA_BENH_CHINH="I21.9", CHAN_DOAN_RV="Nhồi máu cơ tim cấp",
    )  # fmt: skip
    chart.exam(NGAY_YL=chart.at("2331", -1), NGAY_TH_YL=chart.at("2332", -1), NGAY_KQ=chart.at("2339", -1))
    chart.note("Đau ngực trái", "2345", -1)
    new = decision in ("3176", "1931")
    same = (
        "HO_TEN",
        "NGAY_SINH",
        "GIOI_TINH",
        "MA_THE_BHYT",
        "GT_THE_DEN",
        "NGAY_VAO",
        "NGAY_RA",
        "CHAN_DOAN_RV",
    )
    chart.row("XML13", {name: one[name] for name in (*same, "MA_BENH_CHINH", "NGAY_VAO_NOI_TRU")} | {
        "SO_HOSO": "HS0079", "SO_CHUYENTUYEN": "CT-000079", "GIAY_CHUYEN_TUYEN": "GCT-000079", "MA_CSKCB": chart.facility,
        "MA_CSKCB_DEN" if new else "MA_NOI_DEN": OTHER_FACILITY, "DAU_HIEU_LS": "Đau ngực", "QT_BENHLY": "Đau ngực 1 giờ",
        "TINH_TRANG_CT" if new else "PP_DIEU_TRI": "Tỉnh", "MA_LOAI_RV": "2", "MA_LYDO_CT": "1", "PHUONGTIEN_VC": "Xe cứu thương",
        "HUONG_DIEU_TRI": "Can thiệp mạch vành", "MA_BAC_SI": chart.doctor, "MA_TTDV": chart.head,
    })  # fmt: skip
    return papers(chart)


@visit()
def triplets(decision: str) -> Chart:
    """Three children of one birth, three papers with the same number of children."""
    chart = delivery(decision)
    one = chart.tables["XML1"][0]
    one["CAN_NANG_CON"] = "2310;2250;2190"
    first = chart.tables["XML9"][0]
    first |= {"SO_CON": "3", "SO_CON_SONG": "3", "CAN_NANG_CON": "2310"}
    for number, weight in ((2, "2250"), (3, "2190")):
        again = {"SO": f"000{number}", "MA_THE_TAM": f"TE179790000070{number}", "CAN_NANG_CON": weight}
        again |= {"NGAY_SINH_CON": chart.at(f"081{number}", -3)}
        chart.row(
            "XML9", {name: text for name, text in first.items() if name not in ("MA_LK", "STT")} | again
        )
    return chart


@visit()
def herbs_for_a_week(decision: str) -> Chart:
    """A decoction of three herbs by the gram, with how each was prepared and what is lost by it."""
    chart = Chart(decision, "LK-THANG-78", card="HN2797900000078", level="100", department="K16")
    chart.visit(MA_BENH_CHINH="M47.86", MA_BENH_YHCT="U62.392", CHAN_DOAN_RV="Thoái hóa đốt sống")
    chart.exam()
    for number, (name, grams) in enumerate(
        (("Đương quy", "84"), ("Bạch thược", "70.5"), ("Cam thảo", "28.125"))
    ):
        chart.medicine(
            grams, "315.5", MA_THUOC=f"05V.{number + 11}", TEN_THUOC=name, DON_VI_TINH="Gam", HAM_LUONG="Theo thang", DUONG_DUNG="1.01",
            DANG_BAO_CHE="Vị thuốc cổ truyền", LIEU_DUNG="1 thang/lần * 1 lần/ngày * 7 ngày [1 thang/ngày]", PP_CHEBIEN="Sao vàng",
            SO_DANG_KY=f"VCT-0000{number}-22",
        )  # fmt: skip
    return chart.close()


@visit()
def result_still_to_come(decision: str) -> Chart:
    """A culture that grows for days: at discharge there is no result, and none is made up."""
    chart = Chart(decision, "LK-CHOKQ-77", card="HN2797900000077", level="100")
    chart.visit()
    chart.exam()
    chart.service(
        "1", "1", "238000", MA_DICH_VU="24.0001.1714", TEN_DICH_VU="Nuôi cấy vi khuẩn", NGAY_YL=chart.at("0745"),
        NGAY_TH_YL=chart.at("0800"), NGUOI_THUC_HIEN=chart.nurse, MA_MAY="VS.1.MAU0004",
    )  # fmt: skip
    return chart.close()


@visit()
def left_the_emergency_room(decision: str) -> Chart:
    """Went away without a word before the bill: no time of payment."""
    chart = Chart(decision, "LK-BOVE-76", card="HN2797900000076", level="100", department="K02")
    return in_short(chart, MA_DOITUONG_KCB="2", MA_LOAI_RV="3", NGAY_TTOAN="", KET_QUA_DTRI="3")


@visit()
def better_bed_for_own_money(decision: str) -> Chart:
    """A bed day of the fund, and on the same days what a better room costs, paid by the patient."""
    chart = Chart(decision, "LK-DICHVU-75", card="HN2797900000075", level="100", kind="03", department="K03")
    stayed(chart, 4)
    for day in (-3, -2, -1):
        bed_line(chart, "1", chart.at("0930", day), "H021", insured_price="0", rate="0", level="0", price="300000", PHAM_VI="2",
             MA_DICH_VU="K03.9999", TEN_DICH_VU="Giường theo yêu cầu")  # fmt: skip
    return papers(chart)


@visit()
def medicines_of_a_holiday(decision: str) -> Chart:
    """Ordered on Friday for two days of rest: the order stays that of the working day."""
    chart = Chart(
        decision, "LK-NGAYNGHI-74", card="HN2797900000074", level="100", kind="03", department="K03"
    )
    stayed(chart, 5)
    for day in (-3, -2, -1):
        chart.medicine("2", "9500", NGAY_YL=chart.at("1500", -4), NGAY_TH_YL=chart.at("0800", day), MA_THUOC=f"40.16{day + 9}",
                       LIEU_DUNG="1 viên/lần * 2 lần/ngày * 1 ngày [2 viên/ngày]")  # fmt: skip
    return papers(chart)


@visit()
def newborn_of_own_money(decision: str) -> Chart:
    """A day old, of a mother without insurance: no card, no number, no name yet."""
    chart = Chart(decision, "LK-SOSINH-72", card="", level="0", kind="03", department="K18")
    stayed(
        chart, 2, HO_TEN="CON BÀ MẪU", SO_CCCD="", NGAY_SINH=chart.at("0758", -1), CAN_NANG="3.05", DIEN_THOAI="", MA_BENH_CHINH="P22.1",
        CHAN_DOAN_RV="Cơn thở nhanh thoáng qua ở trẻ sơ sinh", KET_QUA_DTRI="1", CHAN_DOAN_VAO="Thở nhanh",
    )  # fmt: skip
    for row in chart.tables["XML3"]:
        row |= {"PHAM_VI": "2", "TYLE_TT_BH": "0", "DON_GIA_BH": "0", "THANH_TIEN_BH": "0", "T_BNCCT": "0", "T_BHTT": "0", "MUC_HUONG": "0",
                "T_BNTT": row["THANH_TIEN_BV"]}  # fmt: skip
    chart.summary(HO_TEN_ME="Trần Thị Mẫu", TOMTAT_KQ="Khí máu bình thường")
    chart.discharge_paper(HO_TEN_ME="Trần Thị Mẫu")
    return chart.close()


@visit()
def mother_of_fifteen(decision: str) -> Chart:
    """A mother who is a child herself: her parents stand on her paper."""
    chart = delivery(decision)
    one = chart.tables["XML1"][0]
    one["NGAY_SINH"] = f"{chart.day.year - 15}03050000"
    for table in ("XML7", "XML8"):
        chart.tables[table][0] |= {"HO_TEN_CHA": "Nguyễn Văn Mẫu", "HO_TEN_ME": "Lê Thị Thí Dụ"}
    return chart


@visit("4750", "3176", "1931")
def young_mother_at_her_sixteenth_birthday(decision: str) -> Chart:
    """Sixteen on the day she arrives: the parents may still stand on the paper."""
    chart = Chart(decision, "LK-16TUOI-71", card="HN2797900000071", level="100", kind="03", department="K27")
    stayed(
        chart,
        3,
        NGAY_SINH=f"{chart.day.year - 16}{chart.on(-2)[4:]}0000",
        MA_BENH_CHINH="O21.0",
        CHAN_DOAN_RV="Nghén nhẹ",
    )
    chart.summary(HO_TEN_CHA="Nguyễn Văn Mẫu", HO_TEN_ME="Lê Thị Thí Dụ")
    chart.discharge_paper(HO_TEN_CHA="Nguyễn Văn Mẫu", HO_TEN_ME="Lê Thị Thí Dụ")
    return chart.close()


@visit("1931")
def checked_up_by_the_company(decision: str) -> Chart:
    """A periodic health check for the employer's money: no card used, a general code, type 15."""
    chart = Chart(decision, "LK-KSK-70", card="", level="0", kind="15")
    chart.visit(
        MA_BENH_CHINH="Z10.0",
        CHAN_DOAN_RV="Khám sức khỏe nghề nghiệp",
        CHAN_DOAN_VAO="Khám sức khỏe",
        LY_DO_VV="Khám định kỳ",
    )
    chart.exam(rate="0", insured_price="0", PHAM_VI="2")
    chart.summary()
    return chart.close()
