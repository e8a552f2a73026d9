"""Visits in a bed, complete and correct, as a hospital would have written them under each decision."""

from decimal import Decimal

from .chart import OTHER_FACILITY, Chart
from .lines import shares
from .paper import Row
from .register import visit


def _stay(decision: str, code: str, **values: str) -> Chart:
    """Five days in two departments: a bed day each, split on the day of moving."""
    chart = Chart(decision, code, kind="03", department="K02;K03")
    chart.visit(
        **{
            "NGAY_VAO": chart.at("2350", -4),
            "NGAY_VAO_NOI_TRU": chart.at("0005", -3),
            "NGAY_RA": chart.at("0900"),
            "SO_NGAY_DTRI": "5",
            "LY_DO_VNT": "Khó thở tăng, cần theo dõi nội trú",
            "PP_DIEU_TRI": "Kháng sinh tĩnh mạch, thở oxy",
            "CHAN_DOAN_RV": "Viêm phổi do vi khuẩn, không đặc hiệu",
            "MA_BENH_CHINH": "J15.9",
            "NGAY_TTOAN": chart.at("0930"),
        }
        | values
    )
    chart.exam(
        NGAY_YL=chart.at("2352", -4),
        NGAY_TH_YL=chart.at("2355", -4),
        NGAY_KQ=chart.at("0000", -3),
        MA_KHOA="K02",
    )
    chart.test(NGAY_YL=chart.at("0010", -3), NGAY_TH_YL=chart.at("0025", -3), NGAY_KQ=chart.at("0110", -3))
    for number, (days, place, bed, quantity) in enumerate(
        (
            (-3, "K02", "H001", "1"),
            (-2, "K02", "H001", "0.5"),
            (-2, "K03", "H015", "0.5"),
            (-1, "K03", "H015", "1"),
        )
    ):
        chart.service(
            "15",
            quantity,
            "212600",
            MA_DICH_VU="K02.1907" if place == "K02" else "K03.1923",
            TEN_DICH_VU="Ngày giường bệnh nội khoa loại mẫu",
            MA_GIUONG=bed,
            MA_KHOA=place,
            DON_VI_TINH="Ngày",
            NGAY_YL=chart.at("0800" if number != 2 else "1400", days),
        )
    for days in (-3, -2, -1):
        chart.medicine(
            "2",
            "41500",
            MA_THUOC="40.163",
            TEN_THUOC="Thuốc tiêm Mẫu C",
            DON_VI_TINH="Lọ",
            HAM_LUONG="1g",
            DUONG_DUNG="2.10",
            DANG_BAO_CHE="Bột pha tiêm",
            LIEU_DUNG="1 lọ/lần * 2 lần/ngày * 1 ngày",
            MA_KHOA="K02" if days == -3 else "K03",
            NGAY_YL=chart.at("0815", days),
        )
    chart.note("Bệnh tỉnh, khó thở nhẹ. CSST<M.96_T.38.2_HA.130/80_NT.24>", "0030", -3)
    chart.note("Bệnh đỡ, hết sốt", "0800", -1)
    return chart


@visit()
def inpatient(decision: str) -> Chart:
    """Admitted around midnight, moved between departments, home on the fifth day."""
    chart = _stay(decision, "LK-NOITRU-04")
    chart.summary()
    chart.discharge_paper(
        SO_NGAY_NGHI="3", NGOAITRU_TUNGAY=chart.on(), NGOAITRU_DENNGAY=chart.on(2), GHI_CHU="Nghỉ tại nhà"
    )
    return chart.close()


@visit()
def inpatient_full_rate(decision: str) -> Chart:
    """A poor household's card: 100 %, nothing for the patient to add."""
    chart = _stay(decision, "LK-NOITRU-05", MA_THE_BHYT="HN2797900000023", MA_DKBD="79998", MA_KHUVUC="K1")
    for table in ("XML2", "XML3"):
        for row in chart.tables[table]:
            row["MUC_HUONG"], row["T_BNCCT"], row["T_BHTT"] = "100", "0", row["THANH_TIEN_BH"]
    chart.summary()
    chart.discharge_paper()
    return chart.close()


def _birth_paper(chart: Chart, number: int, born: str, **values: str) -> Row:
    row = {
        "MA_BHXH_NND": "7900000048",
        "MA_THE_NND": "DN4797900000048",
        "HO_TEN_NND": "NGUYỄN THỊ VÍ DỤ",
        "NGAYSINH_NND": "19840516",
        "MA_DANTOC_NND": "01",
        "SO_CCCD_NND": "079184000123",
        "NGAYCAP_CCCD_NND": "20210510",
        "NOICAP_CCCD_NND": "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
        "NOI_CU_TRU_NND": "Số 0 đường Thí Dụ, phường Mẫu, Thành phố Hồ Chí Minh",
        "MA_QUOCTICH": "000",
        "MATINH_CU_TRU": "79",
        "MAHUYEN_CU_TRU": chart.tables["XML1"][0]["MAHUYEN_CU_TRU"],
        "MAXA_CU_TRU": "26734",
        "HO_TEN_CHA": "Lê Văn Mẫu",
        "MA_THE_TAM": f"TE179790000006{number}",
        "GIOI_TINH_CON": "1",
        "SO_CON": "1",
        "LAN_SINH": "1",
        "SO_CON_SONG": "1",
        "CAN_NANG_CON": "3150",
        "NGAY_SINH_CON": born,
        "NOI_SINH_CON": "Bệnh viện Thí Dụ, Thành phố Hồ Chí Minh",
        "TINH_TRANG_CON": "Khỏe",
        "SINHCON_PHAUTHUAT": "0",
        "SINHCON_DUOI32TUAN": "0",
        "NGUOI_DO_DE": "Hộ sinh Đỗ Thị Mẫu",
        "NGUOI_GHI_PHIEU": "Hộ sinh Đỗ Thị Mẫu",
        "NGAY_CT": chart.on(),
        "SO": f"000{number}",
        "QUYEN_SO": "01",
        "MA_TTDV": chart.head,
    }
    return chart.row("XML9", row | values)


def _delivery(decision: str, code: str, **values: str) -> Chart:
    chart = Chart(decision, code, card="DN4797900000048", kind="03", department="K27")
    chart.visit(
        **{
            "NGAY_VAO": chart.at("0500", -3),
            "NGAY_VAO_NOI_TRU": chart.at("0530", -3),
            "NGAY_RA": chart.at("0930"),
            "NGAY_TTOAN": chart.at("1000"),
            "SO_NGAY_DTRI": "4",
            "LY_DO_VV": "Đau bụng từng cơn",
            "LY_DO_VNT": "Chuyển dạ",
            "CHAN_DOAN_VAO": "Thai 39 tuần, chuyển dạ",
            "CHAN_DOAN_RV": "Đẻ thường ngôi đầu",
            "MA_BENH_CHINH": "O80.0",
            "MA_BENH_KT": "Z37.0",
            "PP_DIEU_TRI": "Đỡ đẻ thường",
            "KET_QUA_DTRI": "1",
            "CAN_NANG": "61.20",
            "CAN_NANG_CON": "3150",
        }
        | values
    )
    for days in (-3, -2, -1):
        chart.service(
            "15",
            "1",
            "175800",
            MA_DICH_VU="K27.1937",
            TEN_DICH_VU="Ngày giường bệnh sản khoa loại mẫu",
            MA_GIUONG="H107",
            DON_VI_TINH="Ngày",
            NGAY_YL=chart.at("0600", days),
        )
    chart.note("Chuyển dạ tiến triển tốt", "0600", -3)
    return chart


@visit()
def delivery(decision: str) -> Chart:
    """A birth without operation: one child, one paper."""
    chart = _delivery(decision, "LK-SINH-13")
    chart.service(
        "18",
        "1",
        "736000",
        MA_DICH_VU="13.0033.0614",
        TEN_DICH_VU="Đỡ đẻ thường ngôi chỏm",
        MA_PTTT_QT="73.59",
        NGUOI_THUC_HIEN=f"{chart.doctor};{chart.nurse}",
        NGAY_YL=chart.at("0700", -3),
        NGAY_TH_YL=chart.at("0730", -3),
        NGAY_KQ=chart.at("0815", -3),
    )
    chart.tables["XML1"][0]["MA_PTTT_QT"] = "73.59"
    chart.summary()
    chart.discharge_paper()
    _birth_paper(chart, 1, chart.at("0805", -3))
    return chart.close()


@visit()
def delivery_by_operation_of_twins(decision: str) -> Chart:
    """Two children before the 32nd week, by operation: two papers with the phrases asked for."""
    chart = _delivery(
        decision,
        "LK-SINH-14",
        CAN_NANG_CON="1540;1490",
        MA_BENH_CHINH="O82.0",
        MA_BENH_KT="O60.1",
        CHAN_DOAN_RV="Mổ lấy thai chủ động",
        PP_DIEU_TRI="Mổ lấy thai",
    )
    chart.service(
        "8",
        "1",
        "2431000",
        MA_DICH_VU="13.0007.0671",
        TEN_DICH_VU="Phẫu thuật lấy thai lần đầu",
        MA_PTTT_QT="74.1",
        NGUOI_THUC_HIEN=f"{chart.doctor};{chart.nurse}",
        NGAY_YL=chart.at("0700", -3),
        NGAY_TH_YL=chart.at("0730", -3),
        NGAY_KQ=chart.at("0845", -3),
        PP_VO_CAM="2",
    )
    chart.tables["XML1"][0]["MA_PTTT_QT"] = "74.1"
    chart.summary()
    chart.discharge_paper()
    note = "Sinh con phải phẫu thuật, sinh con dưới 32 tuần tuổi"
    for number, weight in ((1, "1540"), (2, "1490")):
        _birth_paper(
            chart,
            number,
            chart.at(f"080{number}", -3),
            CAN_NANG_CON=weight,
            SO_CON="2",
            SO_CON_SONG="2",
            SINHCON_PHAUTHUAT="1",
            SINHCON_DUOI32TUAN="1",
            GHI_CHU=note,
            TINH_TRANG_CON="Non tháng, hồng hào",
        )
    return chart.close()


@visit()
def newborn_without_card(decision: str) -> Chart:
    """Three days old, with the temporary code, no number and no name yet; treated right after birth."""
    chart = Chart(decision, "LK-SOSINH-15", card="TE1797900000061", level="100", kind="03", department="K18")
    chart.visit(
        HO_TEN="CON BÀ VÍ DỤ",
        SO_CCCD="",
        NGAY_SINH=chart.at("0805", -3),
        GIOI_TINH="1",
        MA_DOITUONG_KCB="1.7" if decision in ("3176", "1931") else "1.1",
        MA_DKBD="79000",
        GT_THE_TU=chart.on(-3),
        NGAY_VAO=chart.at("0815", -3),
        NGAY_VAO_NOI_TRU=chart.at("0820", -3),
        NGAY_RA=chart.at("0800"),
        NGAY_TTOAN=chart.at("0800"),
        SO_NGAY_DTRI="4",
        LY_DO_VV="Vàng da",
        LY_DO_VNT="Vàng da sơ sinh",
        CHAN_DOAN_VAO="Vàng da sơ sinh",
        CHAN_DOAN_RV="Vàng da sơ sinh không được định rõ",
        MA_BENH_CHINH="P59.9",
        PP_DIEU_TRI="Chiếu đèn",
        CAN_NANG="3.15",
        KET_QUA_DTRI="1",
        DIEN_THOAI="",
    )
    for days in (-3, -2, -1):
        chart.service(
            "15",
            "1",
            "212600",
            MA_DICH_VU="K18.1907",
            TEN_DICH_VU="Ngày giường bệnh nhi khoa loại mẫu",
            MA_GIUONG="H201",
            DON_VI_TINH="Ngày",
            NGAY_YL=chart.at("0900", days),
        )
    chart.note("Vàng da vùng 3, bú tốt", "0900", -3)
    chart.summary(HO_TEN_ME="Nguyễn Thị Ví Dụ", GHI_CHU="Mẹ: Nguyễn Thị Ví Dụ", MA_THE_TAM="TE1797900000061")
    chart.discharge_paper(HO_TEN_ME="Nguyễn Thị Ví Dụ", MA_THE_TAM="TE1797900000061")
    return chart.close()


@visit()
def miscarriage(decision: str) -> Chart:
    """A pregnancy ended in the 14th week: the discharge paper says when, why and how old."""
    chart = Chart(decision, "LK-SAYTHAI-18", kind="03", department="K27")
    chart.visit(
        NGAY_VAO=chart.at("0800", -1),
        NGAY_VAO_NOI_TRU=chart.at("0830", -1),
        NGAY_RA=chart.at("0900"),
        NGAY_TTOAN=chart.at("0900"),
        SO_NGAY_DTRI="2",
        LY_DO_VNT="Ra huyết",
        PP_DIEU_TRI="Nong nạo",
        MA_BENH_CHINH="O03.9",
        CHAN_DOAN_RV="Sảy thai tự nhiên hoàn toàn",
    )
    chart.service(
        "15",
        "1",
        "455000",
        MA_DICH_VU="K27.1937",
        TEN_DICH_VU="Ngày giường bệnh sản khoa loại mẫu",
        MA_GIUONG="H108",
        DON_VI_TINH="Ngày",
        NGAY_YL=chart.at("0900", -1),
    )
    chart.note("Ra huyết ít", "1000", -1)
    chart.summary()
    chart.discharge_paper(
        MA_DINH_CHI_THAI="1",
        NGUYENNHAN_DINHCHI="Sảy thai",
        THOIGIAN_DINHCHI=chart.at("1130", -1),
        TUOI_THAI="14",
        SO_NGAY_NGHI="50",
        NGOAITRU_TUNGAY=chart.on(),
        NGOAITRU_DENNGAY=chart.on(49),
    )
    return chart.close()


@visit()
def day_treatment(decision: str) -> Chart:
    """One day in a bed of the day ward, traditional medicine, with half a day's bed; too cheap for a co-payment."""
    chart = Chart(decision, "LK-BANNGAY-19", level="100", kind="04", department="K16")
    chart.visit(
        NGAY_VAO=chart.at("0700"),
        NGAY_VAO_NOI_TRU=chart.at("0715"),
        NGAY_RA=chart.at("1630"),
        NGAY_TTOAN=chart.at("1700"),
        SO_NGAY_DTRI="1",
        LY_DO_VV="Đau lưng",
        LY_DO_VNT="Đau lưng cần điều trị",
        CHAN_DOAN_VAO="Đau lưng",
        CHAN_DOAN_RV="Thoái hóa đốt sống, vùng thắt lưng",
        MA_BENH_CHINH="M47.86",
        MA_BENH_YHCT="U62.392",
        PP_DIEU_TRI="Châm cứu, thuốc thang",
    )
    chart.service(
        "14",
        "0.3",
        "246300",
        MA_DICH_VU="K16.1964",
        TEN_DICH_VU="Giường ban ngày y học cổ truyền",
        MA_GIUONG="H301",
        DON_VI_TINH="Ngày",
        NGAY_YL=chart.at("0720"),
    )
    chart.service(
        "18",
        "1",
        "76300",
        MA_DICH_VU="08.0005.0230",
        TEN_DICH_VU="Điện châm",
        NGUOI_THUC_HIEN=chart.doctor,
        MA_BENH_YHCT="U62.392",
        NGAY_YL=chart.at("0730"),
        NGAY_TH_YL=chart.at("0800"),
        NGAY_KQ=chart.at("0830"),
    )
    chart.medicine(
        "70",
        "320.5",
        MA_THUOC="05V.101",
        MA_PP_CHEBIEN="SC1",
        TEN_THUOC="Vị thuốc Mẫu",
        DON_VI_TINH="Gam",
        HAM_LUONG="1g",
        DANG_BAO_CHE="Thuốc thang",
        LIEU_DUNG="10 gam/lần * 1 lần/ngày * 7 ngày [10 gam/ngày]",
        SO_DANG_KY="VCT-00012-22",
        TT_THAU="123/QĐ-SYT;G3;N1;2024",
        NGAY_YL=chart.at("0740"),
    )
    chart.note("Đau giảm sau châm", "1400")
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit()
def under_four_hours(decision: str) -> Chart:
    """Admitted and home again within four hours: type 09, no bed."""
    chart = Chart(decision, "LK-DUOI4GIO-20", kind="09", department="K02")
    chart.visit(
        NGAY_VAO=chart.at("2230", -1),
        NGAY_VAO_NOI_TRU=chart.at("2240", -1),
        NGAY_RA=chart.at("0159"),
        NGAY_TTOAN=chart.at("0159"),
        SO_NGAY_DTRI="0",
        LY_DO_VNT="Theo dõi",
        PP_DIEU_TRI="Theo dõi, truyền dịch",
        MA_DOITUONG_KCB="2",
        MA_BENH_CHINH="R55",
        CHAN_DOAN_RV="Ngất",
    )
    chart.exam(NGAY_YL=chart.at("2231", -1), NGAY_TH_YL=chart.at("2235", -1), NGAY_KQ=chart.at("2240", -1))
    chart.medicine(
        "2",
        "190000",
        TEN_THUOC="Dịch truyền Mẫu",
        DON_VI_TINH="Chai",
        HAM_LUONG="500ml",
        DUONG_DUNG="2.15",
        LIEU_DUNG="1 chai/lần * 2 lần/ngày * 1 ngày",
        NGAY_YL=chart.at("0000"),
    )
    chart.note("Tỉnh, mạch đều", "2245", -1)
    chart.discharge_paper()
    return chart.close()


@visit()
def died(decision: str) -> Chart:
    """Died in hospital on the second day: no bed day more than allowed, no leave, no follow-up."""
    chart = Chart(decision, "LK-TUVONG-21", kind="03", department="K02")
    chart.visit(
        NGAY_VAO=chart.at("0900", -1),
        NGAY_VAO_NOI_TRU=chart.at("0910", -1),
        NGAY_RA=chart.at("1130"),
        NGAY_TTOAN=chart.at("1500"),
        SO_NGAY_DTRI="2",
        KET_QUA_DTRI="5",
        LY_DO_VNT="Hôn mê",
        MA_DOITUONG_KCB="2",
        MA_BENH_CHINH="I61.9",
        CHAN_DOAN_RV="Xuất huyết nội sọ",
        PP_DIEU_TRI="Hồi sức",
        NGAY_SINH="194000000000",
        HO_TEN="VÕ THỊ KHÔNG THẬT",
        SO_CCCD="079140000444",
    )
    for days in (-1, 0):
        chart.service(
            "15",
            "1",
            "427000",
            MA_DICH_VU="K02.1906",
            TEN_DICH_VU="Ngày giường hồi sức cấp cứu",
            MA_GIUONG="H009",
            DON_VI_TINH="Ngày",
            NGAY_YL=chart.at("1000", days),
        )
    chart.medicine(
        "2.5",
        "960000",
        MA_THUOC="40.17",
        TEN_THUOC="Oxy y tế",
        DON_VI_TINH="Giờ",
        HAM_LUONG="99,5%",
        DUONG_DUNG="5.05",
        DANG_BAO_CHE="Khí",
        LIEU_DUNG="2,5 giờ/lần * 1 lần/ngày * 1 ngày",
        SO_DANG_KY="",
        NGAY_YL=chart.at("1000", -1),
    )
    chart.note("Hôn mê sâu, Glasgow 3", "0930", -1)
    chart.note("Ngừng tuần hoàn", "1110", 0, HOI_CHAN="Hội chẩn khoa")
    chart.summary(TOMTAT_KQ="CT sọ: xuất huyết lượng lớn")
    chart.discharge_paper()
    return chart.close()


@visit()
def operations(decision: str) -> Chart:
    """Two operations in one session by one team, a transfusion, a supply package, bed days up to discharge."""
    chart = Chart(decision, "LK-MO-22", kind="03", department="K19")
    chart.visit(
        NGAY_VAO=chart.at("0700", -5),
        NGAY_VAO_NOI_TRU=chart.at("0800", -5),
        NGAY_RA=chart.at("1000"),
        NGAY_TTOAN=chart.at("1030"),
        SO_NGAY_DTRI="6",
        LY_DO_VNT="Mổ theo hẹn",
        PP_DIEU_TRI="Phẫu thuật",
        LY_DO_VV="Đau bụng",
        CHAN_DOAN_VAO="Sỏi túi mật",
        CHAN_DOAN_RV="Sỏi túi mật, thoát vị bẹn",
        MA_BENH_CHINH="K80.2",
        MA_BENH_KT="K40.9",
        MA_PTTT_QT="51.22;53.00",
        KET_QUA_DTRI="1",
        GIOI_TINH="1",
        HO_TEN="HOÀNG VĂN MẪU",
        SO_CCCD="079084000555",
    )
    chart.imaging(
        NGAY_YL=chart.at("0900", -5),
        NGAY_TH_YL=chart.at("0930", -5),
        NGAY_KQ=chart.at("1000", -5),
        MA_KHOA="K19",
    )
    cut = {
        "NGAY_YL": chart.at("0800", -4),
        "NGUOI_THUC_HIEN": f"{chart.doctor};{chart.nurse}",
        "PP_VO_CAM": "1",
    }
    chart.service(
        "8",
        "1",
        "3093000",
        MA_DICH_VU="03.4066.1196",
        TEN_DICH_VU="Phẫu thuật cắt túi mật",
        MA_PTTT_QT="51.22",
        NGAY_TH_YL=chart.at("0900", -4),
        NGAY_KQ=chart.at("1020", -4),
        **cut,
    )
    chart.service(
        "8",
        "1",
        "3258000",
        share="50",
        MA_DICH_VU="03.3401.0492",
        TEN_DICH_VU="Phẫu thuật thoát vị bẹn",
        MA_PTTT_QT="53.00",
        NGAY_TH_YL=chart.at("1020", -4),
        NGAY_KQ=chart.at("1125", -4),
        **(cut | {"NGAY_YL": chart.at("0801", -4)}),
    )
    for name, price, paid, most in (
        ("Lưới Mẫu", "1850000", "1850000", "1900000"),
        ("Dao siêu âm Mẫu", "5200000", "5200000", ""),
    ):
        chart.service(
            "10",
            "1",
            price,
            insured_price=paid,
            MA_VAT_TU=f"N07.0{len(chart.tables['XML3'])}.010",
            TEN_VAT_TU=name,
            GOI_VTYT="G1",
            DON_VI_TINH="Cái",
            TT_THAU="45/QĐ-BV.79998;G1;N0;2024",
            T_TRANTT=most,
            MA_DICH_VU="03.3401.0492",
            TEN_DICH_VU="Phẫu thuật thoát vị bẹn",
            MA_HIEU_SP="MAU-01",
            NGAY_YL=chart.at("0800", -4),
        )
    for days in range(-5, 0):
        chart.service(
            "15",
            "1",
            "276500",
            MA_DICH_VU="K19.1929",
            TEN_DICH_VU="Ngày giường ngoại khoa sau phẫu thuật",
            MA_GIUONG="H033",
            DON_VI_TINH="Ngày",
            NGAY_YL=chart.at("0800", days),
        )
    blood: Row = {
        "DON_VI_TINH": "Túi",
        "DUONG_DUNG": "2.15",
        "HAM_LUONG": "350ml",
        "DANG_BAO_CHE": "Túi",
        "LIEU_DUNG": "1 túi/lần * 1 lần/ngày * 1 ngày",
        "SO_DANG_KY": "",
        "TT_THAU": "",
        "NGAY_YL": chart.at("1200", -4),
        "MA_CSKCB_THUOC": "M.79997",
    }
    chart.medicine(
        "1", "1050000", **(blood | {"MA_NHOM": "17", "MA_THUOC": "M.00345.NAT", "TEN_THUOC": "Khối hồng cầu"})
    )
    chart.medicine(
        "1",
        "904000",
        **(blood | {"MA_NHOM": "7", "MA_THUOC": "M.00121.KT.NAT", "TEN_THUOC": "Máu toàn phần"}),
    )
    chart.note("Trước mổ: ổn định", "1500", -5)
    chart.note("Sau mổ tỉnh", "1400", -4, PHAU_THUAT="Cắt túi mật, vá thoát vị", GIAI_DOAN_BENH="Hậu phẫu")
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit()
def wrong_level(decision: str) -> Chart:
    """Came on her own to a hospital of the centre: 40 % of 80 % for an inpatient."""
    chart = _stay(decision, "LK-TRAITUYEN-34", MA_DOITUONG_KCB="3.1", MA_DKBD=OTHER_FACILITY)
    for table in ("XML2", "XML3"):
        for row in chart.tables[table]:
            row |= shares(Decimal(row["THANH_TIEN_BV"]), Decimal(row["THANH_TIEN_BH"]), "32")
    chart.summary()
    chart.discharge_paper()
    return chart.close()
