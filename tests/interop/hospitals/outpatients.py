"""Visits without a bed, complete and correct, as a hospital would have written them under each decision.

All people are made up. What is right was read from the published tables and rules, not from our program.
"""

from .chart import OTHER_FACILITY, STATION, Chart, since
from .register import NEWER, visit


@visit()
def outpatient(decision: str) -> Chart:
    """An examination with a blood count, an X-ray and two medicines; 80 % of the insured part is the fund's."""
    chart = Chart(decision, "LK-NGOAITRU-01")
    chart.visit(MA_BENH_KT="I10;E11.9")
    chart.exam()
    chart.test()
    chart.imaging()
    chart.medicine("10", "1234.567")
    chart.medicine("15", "33333.333", MA_THUOC="40.155", TEN_THUOC="Thuốc Mẫu B", SO_DANG_KY="893100000124")
    return chart.close()


@visit()
def outpatient_self_pay(decision: str) -> Chart:
    """No insurance: tables 1 and 8, and what was done, outside the fund."""
    chart = Chart(decision, "LK-DICHVU-02", card="", level="0")
    chart.visit(HO_TEN="TRẦN VĂN GIẢ ĐỊNH", GIOI_TINH="1", SO_CCCD="079075000222", NGAY_SINH="197512310000")
    chart.exam(rate="0", insured_price="0", PHAM_VI="2")
    chart.test(rate="0", insured_price="0", PHAM_VI="2")
    chart.medicine("10", "2500.5", rate="0", PHAM_VI="2", NGUON_CTRA="4")
    chart.summary()
    return chart.close()


@visit()
def self_pay_summary_only(decision: str) -> Chart:
    """No insurance: tables 1 and 8 alone, as the minimum asked for."""
    chart = Chart(decision, "LK-DICHVU-03", card="", level="0")
    chart.visit(MA_BENH_CHINH="K29.7", CHAN_DOAN_RV="Viêm dạ dày, không đặc hiệu")
    chart.summary()
    return chart.close()


@visit()
def outpatient_ninety_five(decision: str) -> Chart:
    """A pensioner's card (benefit code 3): 95 %."""
    chart = Chart(decision, "LK-NGOAITRU-06", card="HT3797900000031", level="95")
    chart.visit(NGAY_SINH="195602290000", HO_TEN="LÊ VĂN THÍ DỤ", GIOI_TINH="1", SO_CCCD="079056000333")
    chart.exam()
    chart.imaging()
    chart.medicine("30", "15700")
    return chart.close()


@visit()
def outpatient_cheap(decision: str) -> Chart:
    """Less than 15 % of the base salary: the fund pays all of it."""
    chart = Chart(decision, "LK-NGOAITRU-07", level="100")
    chart.visit()
    chart.exam()
    chart.medicine("10", "1500")
    return chart.close()


@visit()
def outpatient_exempt(decision: str) -> Chart:
    """Exempt from adding more this year, with a paper; and five years in a row."""
    chart = Chart(decision, "LK-NGOAITRU-08", level="100")
    chart.visit(NGAY_MIEN_CCT=chart.on(-20), NAM_NAM_LIEN_TUC=f"{chart.day.year - 6}0101")
    chart.exam()
    chart.imaging()
    chart.medicine("28", "20500")
    return chart.close()


@visit()
def outpatient_exempt_at_a_moment(decision: str) -> Chart:
    """The moment of exemption was reckoned by the facility: twelve digits."""
    chart = Chart(decision, "LK-NGOAITRU-09", level="100")
    chart.visit(NGAY_MIEN_CCT=chart.at("0000", -1), NAM_NAM_LIEN_TUC=f"{chart.day.year - 6}0101")
    chart.exam()
    chart.medicine("28", "20500")
    return chart.close()


@visit()
def emergency(decision: str) -> Chart:
    """An accident in the night, two cards that follow each other, discharged after midnight."""
    chart = Chart(decision, "LK-CAPCUU-10", department="K02")
    chart.visit(
        MA_DOITUONG_KCB="2",
        MA_THE_BHYT="DN4797900000040;GD4797900000040",
        MA_DKBD=f"{OTHER_FACILITY};{OTHER_FACILITY}",
        GT_THE_TU=f"{chart.day.year}0101;{chart.on()}",
        GT_THE_DEN=f"{chart.on(-1)};{chart.day.year}1231",
        MA_TAI_NAN="1",
        LY_DO_VV="Ngã xe máy",
        CHAN_DOAN_VAO="Vết thương ngón tay",
        CHAN_DOAN_RV="Vết thương hở ngón tay không tổn thương móng",
        MA_BENH_CHINH="S61.0",
        NGAY_VAO=chart.at("2359", -1),
        NGAY_RA=chart.at("0150"),
        NGAY_TTOAN=chart.at("0150"),
        NHOM_MAU="O+",
    )
    chart.exam(NGAY_YL=chart.at("2359", -1), NGAY_TH_YL=chart.at("0000"), NGAY_KQ=chart.at("0140"))
    chart.service(
        "18",
        "1",
        "184000",
        MA_DICH_VU="03.3827.0216",
        TEN_DICH_VU="Khâu vết thương phần mềm nông",
        MA_PTTT_QT="86.59",
        NGUOI_THUC_HIEN=f"{chart.doctor};{chart.nurse}",
        NGAY_YL=chart.at("0010"),
        NGAY_TH_YL=chart.at("0020"),
        NGAY_KQ=chart.at("0050"),
        PP_VO_CAM="2",
    )
    chart.tables["XML1"][0]["MA_PTTT_QT"] = "86.59"
    chart.medicine(
        "1",
        "190000.5",
        MA_THUOC="40.301",
        TEN_THUOC="Huyết thanh Mẫu",
        DON_VI_TINH="Ống",
        HAM_LUONG="1500IU",
        DUONG_DUNG="2.15",
        LIEU_DUNG="1 ống/lần * 1 lần/ngày * 1 ngày [1 ống/ngày]",
        NGAY_YL=chart.at("0100"),
    )
    return chart.close()


@visit(*NEWER)
def referred_out(decision: str) -> Chart:
    """Sent on to another hospital with its paper; had been referred in by a station before."""
    chart = Chart(decision, "LK-CHUYEN-11")
    chart.visit(
        MA_DOITUONG_KCB="1.3",
        MA_NOI_DI=STATION,
        GIAY_CHUYEN_TUYEN="SỐ 12/GCT",
        MA_NOI_DEN=OTHER_FACILITY,
        MA_LOAI_RV="2",
        KET_QUA_DTRI="4",
        MA_BENH_KT="J45.9;I10",
        MA_DKBD=STATION,
    )
    chart.exam()
    chart.test()
    chart.imaging()
    chart.medicine("8", "45000")
    one = chart.tables["XML1"][0]
    new = since(decision, "3176")
    chart.row(
        "XML13",
        {
            "SO_HOSO": "HS0001",
            "SO_CHUYENTUYEN": "CT-000007",
            "GIAY_CHUYEN_TUYEN": "SỐ 12/GCT",
            "MA_CSKCB": chart.facility,
            "MA_CSKCB_DI" if new else "MA_NOI_DI": STATION,
            "MA_CSKCB_DEN" if new else "MA_NOI_DEN": OTHER_FACILITY,
            **{name: one[name] for name in ("HO_TEN", "NGAY_SINH", "GIOI_TINH", "MA_QUOCTICH", "MA_DANTOC")},
            **{name: one[name] for name in ("MA_NGHE_NGHIEP", "DIA_CHI", "MA_THE_BHYT", "GT_THE_DEN")},
            **{
                name: one[name]
                for name in ("NGAY_VAO", "NGAY_RA", "CHAN_DOAN_RV", "MA_BENH_CHINH", "MA_BENH_KT")
            },
            "DAU_HIEU_LS": "Khó thở, ran rít hai phổi",
            "QT_BENHLY": "Ho ba ngày, khó thở tăng dần",
            "TOMTAT_KQ": "X-quang ngực bình thường",
            "PP_DIEUTRI": "Khí dung",
            ("TINH_TRANG_CT" if new else "PP_DIEU_TRI"): "Tỉnh, SpO2 94%",
            "MA_LOAI_RV": "2",
            "MA_LYDO_CT": "1",
            "HUONG_DIEU_TRI": "Chuyển chuyên khoa hô hấp",
            "PHUONGTIEN_VC": "Xe cứu thương",
            "HOTEN_NGUOI_HT": "Phạm Thị Mẫu",
            "CHUCDANH_NGUOI_HT": "Điều dưỡng",
            "MA_BAC_SI": chart.doctor,
            "MA_TTDV": chart.head,
        },
    )
    return chart.close()


@visit(*NEWER)
def to_come_back(decision: str) -> Chart:
    """A re-examination is booked for two days and the paper given for the first."""
    chart = Chart(decision, "LK-HENKHAM-12")
    again, later = chart.on(28), chart.on(56)
    chart.visit(NGAY_TAI_KHAM=f"{again};{later}", MA_BENH_CHINH="I10", CHAN_DOAN_RV="Tăng huyết áp")
    chart.exam()
    chart.medicine("28", "16200")
    one = chart.tables["XML1"][0]
    chart.row(
        "XML14",
        {
            "SO_GIAYHEN_KL": "HK0001",
            "MA_CSKCB": chart.facility,
            **{name: one[name] for name in ("HO_TEN", "NGAY_SINH", "GIOI_TINH", "DIA_CHI", "MA_THE_BHYT")},
            **{
                name: one[name]
                for name in ("GT_THE_DEN", "NGAY_VAO", "NGAY_RA", "CHAN_DOAN_RV", "MA_BENH_CHINH")
            },
            "NGAY_HEN_KL": again if since(decision, "3176") else f"{again}0800",
            "MA_DOITUONG_KCB": one["MA_DOITUONG_KCB"],
            "MA_BAC_SI": chart.doctor,
            "MA_TTDV": chart.head,
            "NGAY_CT": chart.on(),
        },
    )
    return chart.close()


@visit()
def sick_leave(decision: str) -> Chart:
    """A paper for the employer: three days from today."""
    chart = Chart(decision, "LK-NGHI-16")
    chart.visit()
    chart.exam()
    chart.medicine("10", "39900")
    chart.row(
        "XML11",
        {
            "SO_CT": "CT0001",
            "SO_SERI": "SR0001",
            "SO_KCB": "KCB0001",
            "DON_VI": "Công ty Thí Dụ",
            "MA_BHXH": "7900000017",
            "MA_THE_BHYT": chart.card,
            "CHAN_DOAN_RV": "Viêm phế quản cấp",
            "PP_DIEUTRI": "Thuốc uống, nghỉ ngơi",
            "SO_NGAY_NGHI": "3",
            "TU_NGAY": chart.on(),
            "DEN_NGAY": chart.on(2),
            "MA_TTDV": chart.head,
            "MA_BS": chart.doctor,
            "NGAY_CT": chart.on(),
            "MAU_SO": "CT07",
        },
    )
    return chart.close()


@visit()
def pregnancy_rest(decision: str) -> Chart:
    """Thirty days of rest to keep a pregnancy."""
    chart = Chart(decision, "LK-DUONGTHAI-17", department="K27")
    chart.visit(MA_BENH_CHINH="O20.0", CHAN_DOAN_RV="Dọa sảy thai", CHAN_DOAN_VAO="Dọa sảy thai")
    chart.exam()
    chart.medicine("10", "39900")
    chart.row(
        "XML10",
        {
            "SO_SERI": "SR0002",
            "SO_CT": "CT0002",
            "SO_NGAY": "30",
            "DON_VI": "Công ty Thí Dụ",
            "CHAN_DOAN_RV": "Dọa sảy thai, nghỉ dưỡng thai",
            "TU_NGAY": chart.on(),
            "DEN_NGAY": chart.on(29),
            "MA_TTDV": chart.head,
            "TEN_BS": "BS. Trần Văn Mẫu",
            "MA_BS": chart.doctor,
            "NGAY_CT": chart.on(),
        },
    )
    return chart.close()


@visit()
def helped_by_others(decision: str) -> Chart:
    """The state and a charity take part of two lines; one medicine is free; one is paid at half."""
    chart = Chart(decision, "LK-NGUONKHAC-23")
    chart.visit()
    chart.exam()
    chart.service(
        "2",
        "1",
        "2200000",
        insured_price="1800000",
        support=("0", "500000", "0", "0"),
        MA_DICH_VU="18.0219.0040",
        TEN_DICH_VU="Chụp cắt lớp ngực",
        NGAY_YL=chart.at("0750"),
        NGAY_TH_YL=chart.at("0810"),
        NGAY_KQ=chart.at("0900"),
        NGUOI_THUC_HIEN=chart.nurse,
        MA_MAY="CT.1.MAU0004",
    )
    chart.result(chart.tables["XML3"][-1], MO_TA="Không thấy tổn thương", KET_LUAN="Bình thường")
    chart.medicine("10", "100000", rate="50", support=("300000", "0", "250000", "0"))
    chart.medicine(
        "60",
        "1000",
        rate="0",
        MA_THUOC="40.320",
        TEN_THUOC="Thuốc chương trình Mẫu",
        NGUON_CTRA="3",
        support=("60000", "0", "0", "0"),
        PHAM_VI="2",
        TT_THAU="77/QĐ-BYT;G1;N1;2024",
        level="0",
    )
    return chart.close()


@visit()
def commune_station(decision: str) -> Chart:
    """A station without licence for more: everything paid at 100 % there."""
    chart = Chart(decision, "LK-TRAMXA-24", level="100", facility=STATION, department="K01")
    chart.visit(
        MA_DOITUONG_KCB="1.1" if decision in ("130", "4750") else "1.2",
        MA_BENH_CHINH="J00",
        CHAN_DOAN_RV="Cảm thường",
    )
    chart.service(
        "13",
        "1",
        "30100",
        MA_DICH_VU="01.1895",
        TEN_DICH_VU="Khám tại trạm y tế",
        NGAY_YL=chart.at("0735"),
        NGUOI_THUC_HIEN=chart.doctor,
        NGAY_TH_YL=chart.at("0735"),
        NGAY_KQ=chart.at("0755"),
    )
    chart.medicine("10", "250")
    return chart.close()


@visit()
def foreigner(decision: str) -> Chart:
    """A guest with a passport: no ethnic group of the country, no insurance."""
    chart = Chart(decision, "LK-NUOCNGOAI-25", card="", level="0")
    chart.visit(
        HO_TEN="ANNA-MARIA O'EXAMPLE",
        SO_CCCD="C1234567",
        MA_QUOCTICH="USA",
        MA_DANTOC="55",
        DIA_CHI="Khách sạn Thí Dụ, phường Mẫu, Thành phố Hồ Chí Minh",
        NGAY_SINH="199202290000",
    )
    chart.exam(rate="0", insured_price="0", PHAM_VI="2")
    chart.summary()
    return chart.close()


@visit()
def monthly_medicines(decision: str) -> Chart:
    """A long-term disease: examined, medicines for 28 days, the end at 23:59 of the last of them."""
    chart = Chart(decision, "LK-MANTINH-26", kind="05")
    chart.visit(
        NGAY_RA=chart.at("2359", 27),
        NGAY_TTOAN=chart.at("2359", 27),
        SO_NGAY_DTRI="28",
        MA_BENH_CHINH="I10",
        CHAN_DOAN_RV="Tăng huyết áp",
        NGAY_TAI_KHAM=chart.on(28),
        THANG_QT=f"{chart.at('0000', 27)[4:6].lstrip('0')}",
    )
    chart.exam()
    chart.medicine("28", "15500", LIEU_DUNG="1 viên/lần * 1 lần/ngày * 28 ngày [1 viên/ngày]")
    chart.note("Huyết áp ổn định. CSST<M.76_T.36.8_HA.135/85_NT.18>", "0740")
    return chart.close()


@visit()
def pick_up(decision: str) -> Chart:
    """Medicines fetched without an examination: no day of treatment."""
    chart = Chart(decision, "LK-LINHTHUOC-27", kind="07")
    chart.visit(
        NGAY_VAO=chart.at("0800"),
        NGAY_RA=chart.at("2359", 27),
        NGAY_TTOAN=chart.at("2359", 27),
        MA_BENH_CHINH="I10",
        CHAN_DOAN_RV="Tăng huyết áp",
        MA_DOITUONG_KCB="10" if decision in ("3176", "1931") else "1.1",
        THANG_QT=f"{chart.at('0000', 27)[4:6].lstrip('0')}",
    )
    chart.medicine("28", "15500", NGAY_YL=chart.at("0800"))
    return chart.close()


@visit()
def outpatient_course(decision: str) -> Chart:
    """Five days of treatment as an outpatient, ending at 23:59."""
    chart = Chart(decision, "LK-NGOAITRU-28", kind="02", department="K31")
    chart.visit(
        NGAY_VAO=chart.at("0730", -4),
        NGAY_RA=chart.at("2359"),
        NGAY_TTOAN=chart.at("2359"),
        SO_NGAY_DTRI="5",
        MA_BENH_CHINH="M75.0",
        CHAN_DOAN_RV="Viêm bao hoạt dịch co thắt khớp vai",
    )
    chart.exam(NGAY_YL=chart.at("0735", -4), NGAY_TH_YL=chart.at("0740", -4), NGAY_KQ=chart.at("0800", -4))
    for days in range(-4, 1):
        chart.service(
            "18",
            "1",
            "91100",
            MA_DICH_VU="17.0011.0237",
            TEN_DICH_VU="Điều trị bằng tia hồng ngoại",
            NGUOI_THUC_HIEN=chart.nurse,
            NGAY_YL=chart.at("0830", days),
            NGAY_TH_YL=chart.at("0900", days),
            NGAY_KQ=chart.at("0930", days),
        )
    chart.note("Đau vai giảm", "0800", -4)
    chart.note("Vận động khá hơn", "0800", 0)
    return chart.close()


@visit(*NEWER)
def hiv_care(decision: str) -> Chart:
    """A monthly visit for antiretroviral treatment, table 6 with it; nothing of it in free text."""
    chart = Chart(decision, "LK-BANG6-29", level="80")
    chart.visit(
        MA_BENH_CHINH="B24",
        CHAN_DOAN_RV="Bệnh theo bảng 6",
        CHAN_DOAN_VAO="Khám định kỳ",
        LY_DO_VV="Khám định kỳ",
        MA_TTDV=chart.head,
    )
    chart.exam()
    chart.medicine(
        "30",
        "13500",
        MA_THUOC="40.260",
        TEN_THUOC="Thuốc kết hợp Mẫu",
        LIEU_DUNG="1 viên/lần * 1 lần/ngày * 30 ngày [1 viên/ngày]",
    )
    one = chart.tables["XML1"][0]
    chart.row(
        "XML6",
        {
            **{name: one[name] for name in ("MA_THE_BHYT", "SO_CCCD", "NGAY_SINH", "GIOI_TINH", "DIA_CHI")},
            **{name: one[name] for name in ("MATINH_CU_TRU", "MAHUYEN_CU_TRU", "MAXA_CU_TRU", "MA_CSKCB")},
            "NGAYKD_HIV": "20190315",
            "NOI_LAY_MAU_XN": OTHER_FACILITY,
            "NOI_XN_KD": OTHER_FACILITY,
            "NOI_BDDT_ARV": chart.facility,
            "BDDT_ARV": "20190401",
            "MA_PHAC_DO_DIEU_TRI_BD": "1e",
            "MA_LYDO_DTRI": "2",
            "LOAI_DTRI_LAO": "0",
            "SANG_LOC_LAO": "0",
            "KQ_DTRI_LAO": "0",
            "MA_LYDO_XNTL_VR": "1",
            "NGAY_XN_TLVR": chart.on(-60),
            "KQ_XNTL_VR": "1",
            "NGAY_KQ_XN_TLVR": chart.on(-55),
            "MA_LOAI_BN": "3",
            "GIAI_DOAN_LAM_SANG": "1",
            "NHOM_DOI_TUONG": "11",
            "MA_TINH_TRANG_DK": "4;9",
            "MA_XU_TRI": "1;3",
            "NGAY_BAT_DAU_XU_TRI": chart.on(),
            "NGAY_KET_THUC_XU_TRI": chart.on(29),
            "MA_PHAC_DO_DIEU_TRI": "1f",
            "SO_NGAY_CAP_THUOC_ARV": "30",
            "NGAY_CHUYEN_PHAC_DO": "20220105",
            "LY_DO_CHUYEN_PHAC_DO": "3",
        },
    )
    return chart.close()


@visit(*NEWER)
def tuberculosis(decision: str) -> Chart:
    """Treatment of tuberculosis goes on: table 15, no end and no co-infection."""
    chart = Chart(decision, "LK-LAO-30", department="K12")
    chart.visit(MA_BENH_CHINH="A15.0", CHAN_DOAN_RV="Lao phổi", CHAN_DOAN_VAO="Lao phổi")
    chart.exam()
    chart.medicine("90", "4700", LIEU_DUNG="3 viên/lần * 1 lần/ngày * 30 ngày [3 viên/ngày]")
    one = chart.tables["XML1"][0]
    chart.row(
        "XML15",
        {
            "MA_BN": one["MA_BN"],
            "HO_TEN": one["HO_TEN"],
            "SO_CCCD": one["SO_CCCD"],
            "PHANLOAI_LAO_VITRI": "1",
            "PHANLOAI_LAO_TS": "1",
            "PHANLOAI_LAO_HIV": "2",
            "PHANLOAI_LAO_VK": "1",
            "LOAI_DTRI_LAO": "1",
            "NGAYBD_DTRI_LAO": chart.on(-30),
            "PHACDO_DTRI_LAO": "1",
            "KET_QUA_DTRI_LAO": "1",
            "MA_CSKCB": one["MA_CSKCB"],
        },
    )
    return chart.close()


@visit(*NEWER)
def check_in(decision: str) -> Chart:
    """A check-in alone: sent when the first cost arises."""
    chart = Chart(decision, "LK-CHECKIN-31")
    chart.row(
        "XML0",
        {
            "MA_BN": "BN000123",
            "HO_TEN": "NGUYỄN THỊ VÍ DỤ",
            "SO_CCCD": "079184000123",
            "NGAY_SINH": "198405160000",
            "GIOI_TINH": "2",
            "MA_THE_BHYT": chart.card,
            "MA_DKBD": chart.facility,
            "GT_THE_TU": f"{chart.day.year}0101",
            "GT_THE_DEN": f"{chart.day.year}1231",
            "MA_DOITUONG_KCB": "1.1",
            "NGAY_VAO": chart.at("0730"),
            "MA_LOAI_KCB": "01",
            "MA_CSKCB": chart.facility,
            "MA_DICH_VU": "02.1896",
            "TEN_DICH_VU": "Khám Nội",
            "NGAY_YL": chart.at("0735"),
        },
    )
    return chart


@visit()
def child_by_year_only(decision: str) -> Chart:
    """A child of five whose day of birth nobody knows, and a free card for children."""
    chart = Chart(decision, "LK-TREEM-32", card="TE1797900000325", level="100", department="K18")
    chart.visit(
        HO_TEN="LÊ MINH THỬ",
        GIOI_TINH="1",
        SO_CCCD="",
        NGAY_SINH=f"{chart.day.year - 4}00000000",
        CAN_NANG="16.00",
        DIEN_THOAI="",
    )
    chart.exam()
    chart.medicine(
        "2",
        "88000",
        TEN_THUOC="Siro Mẫu",
        DON_VI_TINH="Chai",
        HAM_LUONG="125mg/5ml",
        LIEU_DUNG="5 ml/lần * 3 lần/ngày * 5 ngày [15 ml/ngày]",
    )
    return chart.close()


@visit()
def several_examinations(decision: str) -> Chart:
    """Three examinations on one day: 100 %, then 30 % of the fee; a test done elsewhere; a lift home."""
    chart = Chart(decision, "LK-NHIEUKHAM-33", department="K01")
    chart.visit()
    chart.exam()
    for number, name in enumerate(("Khám Mắt", "Khám Tai mũi họng")):
        chart.exam(
            share="30",
            MA_DICH_VU=f"1{number}.1898",
            TEN_DICH_VU=name,
            NGAY_YL=chart.at(f"084{number}"),
            NGAY_TH_YL=chart.at(f"085{number}"),
            NGAY_KQ=chart.at(f"095{number}"),
        )
    sent = chart.service(
        "1",
        "1",
        "560000",
        MA_DICH_VU="22.0001.K.79997",
        TEN_DICH_VU="Xét nghiệm gửi nơi khác",
        NGUOI_THUC_HIEN=f"{chart.nurse}",
        NGAY_YL=chart.at("0900"),
        NGAY_TH_YL=chart.at("0910"),
        NGAY_KQ=chart.at("1020"),
    )
    chart.row(
        "XML4",
        {
            "MA_DICH_VU": sent["MA_DICH_VU"],
            "TEN_CHI_SO": "Chỉ số Mẫu",
            "GIA_TRI": "12.5",
            "DON_VI_DO": "U/L",
            "MA_CHI_SO": "1230009",
            "NGAY_KQ": sent["NGAY_KQ"],
        },
    )
    return chart.close()


@visit()
def transported(decision: str) -> Chart:
    """Taken to another hospital by its own car, with the fuel."""
    chart = Chart(decision, "LK-VANCHUYEN-35", card="HN2797900000023", level="100", department="K02")
    chart.visit(MA_DOITUONG_KCB="2", MA_LOAI_RV="2", MA_NOI_DEN=OTHER_FACILITY, KET_QUA_DTRI="4")
    chart.exam()
    chart.service(
        "12",
        "12.5",
        "21500",
        MA_DICH_VU=f"VC.{OTHER_FACILITY}",
        TEN_DICH_VU="Vận chuyển người bệnh",
        DON_VI_TINH="Lít",
        MA_XANG_DAU="DO 0,05S-II",
        NGAY_YL=chart.at("1000"),
    )
    one = chart.tables["XML1"][0]
    if decision != "130":
        new = since(decision, "3176")
        chart.row(
            "XML13",
            {
                "SO_HOSO": "HS0001",
                "SO_CHUYENTUYEN": "CT-000009",
                "GIAY_CHUYEN_TUYEN": "GCT-000009",
                "MA_CSKCB": chart.facility,
                "MA_CSKCB_DEN" if new else "MA_NOI_DEN": OTHER_FACILITY,
                "HO_TEN": one["HO_TEN"],
                "MA_THE_BHYT": chart.card,
                "GT_THE_DEN": one["GT_THE_DEN"],
                "DAU_HIEU_LS": "Khó thở",
                "CHAN_DOAN_RV": one["CHAN_DOAN_RV"],
                "QT_BENHLY": "Khó thở từ sáng",
                ("TINH_TRANG_CT" if new else "PP_DIEU_TRI"): "Tỉnh",
                "MA_BENH_CHINH": one["MA_BENH_CHINH"],
                "MA_LOAI_RV": "2",
                "MA_LYDO_CT": "2",
                "HUONG_DIEU_TRI": "Chuyên khoa",
                "PHUONGTIEN_VC": "Xe cứu thương",
                "MA_BAC_SI": chart.doctor,
                "MA_TTDV": chart.head,
            },
        )
    return chart.close()


@visit()
def not_paid_yet(decision: str) -> Chart:
    """Sent before the bill was settled: no time of payment; a result is still to come."""
    chart = Chart(decision, "LK-CHUATT-36")
    chart.visit(NGAY_TTOAN="")
    chart.exam()
    chart.service(
        "1",
        "1",
        "680000",
        MA_DICH_VU="24.0003.1715",
        TEN_DICH_VU="Nuôi cấy vi khuẩn",
        NGUOI_THUC_HIEN=chart.nurse,
        MA_MAY="VS.1.MAU0005",
        NGAY_YL=chart.at("0800"),
        NGAY_TH_YL=chart.at("0810"),
    )
    chart.test()
    return chart.close()


@visit()
def soldier(decision: str) -> Chart:
    """A soldier's card (benefit code 5): more is paid than the list has."""
    chart = Chart(decision, "LK-QUANNHAN-37", card="QN5977900000009", level="100")
    chart.visit(
        MA_DOITUONG_KCB="1.1",
        GIOI_TINH="1",
        HO_TEN="ĐẶNG VĂN MẪU",
        SO_CCCD="079092000777",
        NGAY_SINH="199211000000",
        GT_THE_DEN="",
    )
    chart.exam()
    chart.medicine("10", "63000", PHAM_VI="3", MA_THUOC="00.0000" if since(decision, "4750") else "40.900")
    return chart.close()
