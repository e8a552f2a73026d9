"""Visits that are seldom seen, so that every field of every table is filled somewhere."""

from .chart import OTHER_FACILITY, Chart, since
from .register import NEWER, visit


@visit(*NEWER)
def admitted_check_in(decision: str) -> Chart:
    """The second message of a stay: the first medicine and the first supply in the department, after admission."""
    chart = Chart(decision, "LK-CHECKIN-40", kind="03")
    for number, first in enumerate(
        (
            {"MA_THUOC": "40.163", "TEN_THUOC": "Thuốc tiêm Mẫu C"},
            {"MA_VAT_TU": "N03.01.010", "TEN_VAT_TU": "Bơm tiêm Mẫu"},
        )
    ):
        chart.row(
            "XML0",
            {
                "MA_BN": "BN000140", "HO_TEN": "PHẠM THỊ VÍ DỤ", "NGAY_SINH": "197500000000", "GIOI_TINH": "2",
                "MA_THE_BHYT": chart.card, "MA_DKBD": OTHER_FACILITY, "GT_THE_TU": f"{chart.day.year}0101",
                "GT_THE_DEN": f"{chart.day.year}1231", "MA_DOITUONG_KCB": "1.3", "NGAY_VAO": chart.at("0730"),
                "NGAY_VAO_NOI_TRU": chart.at("0815"), "LY_DO_VNT": "Cần theo dõi", "MA_LOAI_KCB": "03",
                "MA_CSKCB": chart.facility, "NGAY_YL": chart.at(f"083{number}"), "DU_PHONG": "Dự phòng", **first,
            },
        )  # fmt: skip
    return chart


@visit()
def wounded_veteran(decision: str) -> Chart:
    """An old wound comes back: a reused supply, a medicine within a service, orders for another disease."""
    chart = Chart(decision, "LK-THUONGTAT-41", card="CB2797900000041", level="100")
    chart.visit(
        GIOI_TINH="1", HO_TEN="BÙI VĂN MẪU", SO_CCCD="079055000041", NGAY_SINH="195500000000", GHI_CHU="Tái khám nếu đau",
        DU_PHONG="Dự phòng", MA_BENH_KT="M86.96", MA_PTTT_QT="86.22",
    )  # fmt: skip
    chart.exam(VET_THUONG_TP="1", MA_BENH="M86.96")
    chart.service(
        "18", "1", "184000", MA_DICH_VU="15.0303.0204", TEN_DICH_VU="Thay băng vết thương", MA_PTTT_QT="86.22",
        NGUOI_THUC_HIEN=chart.nurse, NGAY_YL=chart.at("0800"), NGAY_TH_YL=chart.at("0815"), NGAY_KQ=chart.at("0840"),
        VET_THUONG_TP="1", MA_BENH="M86.96", DU_PHONG="Dự phòng",
    )  # fmt: skip
    chart.service(
        "10", "2", "45000.5", MA_VAT_TU="N02.01.020", TEN_VAT_TU="Kẹp Mẫu", TT_THAU="45/QĐ-BV.79998;G2;N1;2024",
        DON_VI_TINH="Cái", TAI_SU_DUNG="1", NGAY_YL=chart.at("0800"),
    )  # fmt: skip
    chart.medicine("1", "21000", MA_DICH_VU="15.0303.0204", VET_THUONG_TP="1", DU_PHONG="Dự phòng", TEN_THUOC="Dung dịch Mẫu",
                   DUONG_DUNG="3.05", LIEU_DUNG="10 ml/lần * 1 lần/ngày * 1 ngày [10 ml/ngày]", NGAY_YL=chart.at("0800"))  # fmt: skip
    return chart.close()


@visit(*NEWER)
def child_with_both_diseases(decision: str) -> Chart:
    """A child of one year, both tables 6 and 15: the first PCR, treatment for tuberculosis that has ended."""
    chart = Chart(decision, "LK-BANG6-42", card="TE1797900000042", level="100", department="K12")
    born = f"{chart.day.year - 1}{chart.day:%m%d}"
    chart.visit(
        HO_TEN="TRẦN THỊ BÉ MẪU", NGAY_SINH=f"{born}0000", SO_CCCD="", CAN_NANG="9.40", MA_BENH_CHINH="B20",
        MA_BENH_KT="A16.2", CHAN_DOAN_RV="Bệnh theo bảng 6 và bảng 15",
    ) if decision != "1931" else chart.visit(
        HO_TEN="TRẦN THỊ BÉ MẪU", NGAY_SINH=f"{born}0000", SO_CCCD="", CAN_NANG="9.40", MA_BENH_CHINH="B24",
        MA_BENH_KT="A16.2", CHAN_DOAN_RV="Bệnh theo bảng 6 và bảng 15",
    )  # fmt: skip
    chart.exam()
    chart.row(
        "XML6",
        {
            "MA_THE_BHYT": chart.card, "NOI_LAY_MAU_XN": chart.facility, "NOI_XN_KD": OTHER_FACILITY,
            "NOI_BDDT_ARV": chart.facility, "MA_PHAC_DO_DIEU_TRI_BD": "KHAC", "MA_BAC_PHAC_DO_BD": "1",
            "MA_LYDO_DTRI": "1", "LOAI_DTRI_LAO": "3", "SANG_LOC_LAO": "1", "PHACDO_DTRI_LAO": "2",
            "NGAYBD_DTRI_LAO": chart.on(-190), "NGAYKT_DTRI_LAO": chart.on(-5), "KQ_DTRI_LAO": "1", "MA_LOAI_BN": "1",
            "GIAI_DOAN_LAM_SANG": "2", "NHOM_DOI_TUONG": "0", "MA_TINH_TRANG_DK": "1", "LAN_XN_PCR": "1",
            "NGAY_XN_PCR": chart.on(-20), "NGAY_KQ_XN_PCR": chart.on(-15), "MA_KQ_XN_PCR": "1",
            "NGAY_NHAN_TT_MANG_THAI": chart.on(-600), "NGAY_BAT_DAU_DT_CTX": chart.on(-15), "MA_XU_TRI": "2",
            "MA_PHAC_DO_DIEU_TRI": "KHAC", "MA_BAC_PHAC_DO": "1", "NGAY_CHUYEN_PHAC_DO": chart.on(-15),
            "LY_DO_CHUYEN_PHAC_DO": "1", "DU_PHONG": "Dự phòng",
        },
    )  # fmt: skip
    chart.row(
        "XML15",
        {
            "MA_BN": "BN000123", "PHANLOAI_LAO_VITRI": "1", "PHANLOAI_LAO_TS": "1", "PHANLOAI_LAO_HIV": "1",
            "PHANLOAI_LAO_VK": "2", "PHANLOAI_LAO_KT": "1", "LOAI_DTRI_LAO": "3", "NGAYBD_DTRI_LAO": chart.on(-190),
            "PHACDO_DTRI_LAO": "2", "NGAYKT_DTRI_LAO": chart.on(-5), "KET_QUA_DTRI_LAO": "1", "NGAYKD_HIV": chart.on(-15),
            "BDDT_ARV": chart.on(-14), "NGAY_BAT_DAU_DT_CTX": chart.on(-15), "DU_PHONG": "Dự phòng",
        },
    )  # fmt: skip
    return chart.close()


@visit()
def child_sent_home(decision: str) -> Chart:
    """A child under 16 after a stay in a station: parents named, papers for the parent's employer."""
    chart = Chart(decision, "LK-TREEM-43", card="TE1797900000043", level="100", kind="06", department="K18")
    chart.visit(
        HO_TEN="LÊ VĂN BÉ MẪU", GIOI_TINH="1", SO_CCCD="", NGAY_SINH=f"{chart.day.year - 4}02290000" if chart.day.year == 2024
        else f"{chart.day.year - 4}03010000", CAN_NANG="15.10", NGAY_VAO=chart.at("0700", -1), NGAY_VAO_NOI_TRU=chart.at("0710", -1),
        SO_NGAY_DTRI="2", LY_DO_VNT="Sốt cao", PP_DIEU_TRI="Hạ sốt", DIEN_THOAI="",
    )  # fmt: skip
    chart.service(
        "16", "1", "86000", MA_DICH_VU="LUU.0001", TEN_DICH_VU="Giường lưu trạm y tế", MA_GIUONG="K001", DON_VI_TINH="Ngày",
        NGAY_YL=chart.at("0800", -1),
    )  # fmt: skip
    chart.note("Sốt 39 độ, uống được", "0730", -1, DU_PHONG="Dự phòng")
    chart.summary(
        HO_TEN_CHA="Lê Văn Mẫu", HO_TEN_ME="Trần Thị Mẫu", NGUOI_GIAM_HO="Lê Văn Mẫu", DON_VI="Trường Thí Dụ",
        GHI_CHU="Cha: Lê Văn Mẫu", DU_PHONG="Dự phòng",
    )  # fmt: skip
    chart.discharge_paper(
        HO_TEN_CHA="Lê Văn Mẫu",
        HO_TEN_ME="Trần Thị Mẫu",
        MA_CHA="7900000431",
        MA_ME="7900000432",
        DU_PHONG="Dự phòng",
    )
    chart.row(
        "XML11",
        {
            "SO_CT": "CT0043", "SO_SERI": "SR0043", "SO_KCB": "KCB0043", "DON_VI": "Công ty Thí Dụ", "MA_BHXH": "7900000432",
            "MA_THE_BHYT": chart.card, "CHAN_DOAN_RV": "Sốt", "PP_DIEUTRI": "Hạ sốt", "SO_NGAY_NGHI": "2",
            "TU_NGAY": chart.on(-1), "DEN_NGAY": chart.on(), "HO_TEN_CHA": "Lê Văn Mẫu", "HO_TEN_ME": "Trần Thị Mẫu",
            "MA_TTDV": chart.head, "MA_BS": chart.doctor, "NGAY_CT": chart.on(), "DU_PHONG": "Dự phòng",
        },
    )  # fmt: skip
    return chart.close()


@visit()
def child_died_after_birth(decision: str) -> Chart:
    """A mother whose child died on the day after birth; leave after a pregnancy that ended."""
    chart = Chart(decision, "LK-SINH-44", kind="03", department="K27")
    chart.visit(
        NGAY_VAO=chart.at("0100", -2), NGAY_VAO_NOI_TRU=chart.at("0110", -2), NGAY_RA=chart.at("1500"),
        NGAY_TTOAN=chart.at("1501"), SO_NGAY_DTRI="3", LY_DO_VNT="Chuyển dạ", PP_DIEU_TRI="Đỡ đẻ", MA_BENH_CHINH="O60.1",
        CHAN_DOAN_RV="Chuyển dạ sớm và đẻ sớm",
    )  # fmt: skip
    for days in (-2, -1):
        chart.service(
            "15", "1", "275800", MA_DICH_VU="K27.1937", TEN_DICH_VU="Ngày giường bệnh sản khoa", MA_GIUONG="T002",
            DON_VI_TINH="Ngày", NGAY_YL=chart.at("0600", days),
        )  # fmt: skip
    chart.note("Sinh non", "0300", -2)
    chart.summary(NGAY_SINHCON=chart.on(-2), NGAY_CONCHET=chart.on(-1), SO_CONCHET="1")
    chart.discharge_paper()
    _ = chart.row(
        "XML11",
        {
            "SO_CT": "CT0044", "SO_SERI": "SR0044", "SO_KCB": "KCB0044", "DON_VI": "Công ty Thí Dụ", "MA_BHXH": "7900000017",
            "MA_THE_BHYT": chart.card, "CHAN_DOAN_RV": "Chuyển dạ sớm và đẻ sớm", "PP_DIEUTRI": "Nghỉ ngơi",
            "MA_DINH_CHI_THAI": "1", "NGUYENNHAN_DINHCHI": "Đẻ sớm", "TUOI_THAI": "27", "SO_NGAY_NGHI": "50",
            "TU_NGAY": chart.on(), "DEN_NGAY": chart.on(49), "MA_TTDV": chart.head, "MA_BS": chart.doctor,
            "NGAY_CT": chart.on(), "MA_THE_TAM": "TE1797900000044", "MAU_SO": "CT07",
        },
    )  # fmt: skip
    return chart.close()


@visit(*NEWER)
def referred_after_a_stay(decision: str) -> Chart:
    """Traditional medicine, admitted, sent on at the family's wish with a booked return."""
    chart = Chart(decision, "LK-CHUYEN-45", kind="03", department="K16")
    again = chart.on(14)
    chart.visit(
        NGAY_VAO=chart.at("0800", -1), NGAY_VAO_NOI_TRU=chart.at("0830", -1), NGAY_RA=chart.at("1000"),
        NGAY_TTOAN=chart.at("1000"), SO_NGAY_DTRI="2", LY_DO_VNT="Đau tăng", PP_DIEU_TRI="Châm cứu", MA_BENH_CHINH="M47.86",
        CHAN_DOAN_RV="Thoái hóa đốt sống", MA_BENH_KT="I10", MA_BENH_YHCT="U62.392", MA_LOAI_RV="5", KET_QUA_DTRI="3",
        MA_NOI_DEN=OTHER_FACILITY, NGAY_TAI_KHAM=again,
    )  # fmt: skip
    chart.service(
        "15", "1", "455000", MA_DICH_VU="K16.1923", TEN_DICH_VU="Ngày giường y học cổ truyền", MA_GIUONG="C010",
        DON_VI_TINH="Ngày", NGAY_YL=chart.at("0900", -1),
    )  # fmt: skip
    chart.note("Đau lưng nhiều", "0900", -1)
    chart.summary()
    chart.discharge_paper()
    one = chart.tables["XML1"][0]
    same = {name: one[name] for name in ("HO_TEN", "MA_THE_BHYT", "GT_THE_DEN", "NGAY_VAO", "NGAY_VAO_NOI_TRU", "NGAY_RA",
                                         "MA_BENH_CHINH", "MA_BENH_KT", "MA_BENH_YHCT", "CHAN_DOAN_RV")}  # fmt: skip
    new = since(decision, "3176")
    chart.row(
        "XML13",
        same
        | {
            "SO_HOSO": "HS0045", "SO_CHUYENTUYEN": "CT-000045", "GIAY_CHUYEN_TUYEN": "GCT-000045",
            "MA_CSKCB": chart.facility, "MA_CSKCB_DEN" if new else "MA_NOI_DEN": OTHER_FACILITY, "DAU_HIEU_LS": "Đau lưng",
            "QT_BENHLY": "Đau một tuần", "TINH_TRANG_CT" if new else "PP_DIEU_TRI": "Tỉnh", "MA_LOAI_RV": "5",
            "MA_LYDO_CT": "3", "HUONG_DIEU_TRI": "Theo yêu cầu gia đình", "PHUONGTIEN_VC": "Xe gia đình",
            "MA_BAC_SI": chart.doctor, "MA_TTDV": chart.head, "DU_PHONG": "Dự phòng",
        },
    )  # fmt: skip
    chart.row(
        "XML14",
        same
        | {
            "SO_GIAYHEN_KL": "HK0045", "MA_CSKCB": chart.facility, "NGAY_HEN_KL": again if new else f"{again}0800",
            "MA_BAC_SI": chart.doctor, "MA_TTDV": chart.head, "NGAY_CT": chart.on(), "DU_PHONG": "Dự phòng",
        },
    )  # fmt: skip
    return chart.close()
