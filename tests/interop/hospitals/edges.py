"""Visits at the very edge of what a rule allows, each correct as it stands."""

from .chart import Chart
from .register import NEWER, visit


@visit()
def self_pay_totals_alone(decision: str) -> Chart:
    """No insurance: tables 1 and 8, the bill in table 1 without its lines."""
    chart = Chart(decision, "LK-DICHVU-60", card="", level="0")
    one = chart.visit(MA_BENH_CHINH="K29.7", CHAN_DOAN_RV="Viêm dạ dày, không đặc hiệu")
    chart.summary()
    chart.close()
    one |= {"T_THUOC": "120000", "T_VTYT": "30000", "T_TONGCHI_BV": "450000", "T_BNTT": "450000"}
    return chart


@visit()
def nothing_insured_in_some_lines(decision: str) -> Chart:
    """An abandoned procedure, one without a set price and a sixth examination: nothing insured, so no benefit."""
    chart = Chart(decision, "LK-KHONGMUC-61")
    chart.visit()
    chart.exam()
    for number, share in enumerate(("30", "30", "30", "10", "0")):
        level = {} if share != "0" else {"level": "0"}
        chart.exam(
            share=share,
            MA_DICH_VU=f"1{number}.1898",
            TEN_DICH_VU=f"Khám chuyên khoa {number}",
            NGAY_YL=chart.at(f"08{number}0"),
            NGAY_TH_YL=chart.at(f"08{number}5"),
            **level,
        )
    for code, price in (("17.0011.0237_TB", "0"), ("17.0012.0000", "120000")):
        chart.service(
            "18",
            "1",
            price,
            insured_price="0",
            level="0",
            MA_DICH_VU=code,
            TEN_DICH_VU="Thủ thuật Mẫu",
            NGUOI_THUC_HIEN=chart.nurse,
            NGAY_TH_YL=chart.at("0900"),
            NGAY_KQ=chart.at("0910"),
            NGAY_YL=chart.at("0850" if price == "0" else "0855"),
        )
    chart.medicine("10", "40000")
    return chart.close()


@visit()
def guest_with_a_number_of_digits(decision: str) -> Chart:
    """A passport of eight digits, as some countries have."""
    chart = Chart(decision, "LK-NUOCNGOAI-62", card="", level="0")
    chart.visit(HO_TEN="OMER EXAMPLE", SO_CCCD="12345678", MA_QUOCTICH="ISR", MA_DANTOC="55")
    chart.exam(rate="0", insured_price="0", PHAM_VI="2")
    chart.summary()
    return chart.close()


@visit()
def of_no_known_people(decision: str) -> Chart:
    """Nobody knows the ethnic group, and the eyes of a man have adnexa, too."""
    chart = Chart(decision, "LK-KHONGRO-63")
    chart.visit(MA_DANTOC="56", GIOI_TINH="1", HO_TEN="TRẦN VĂN GIẢ ĐỊNH", SO_CCCD="079084000999")
    chart.exam()
    chart.imaging(TEN_DICH_VU="Chụp cắt lớp hốc mắt và phần phụ")
    chart.medicine("10", "40000")
    return chart.close()


@visit(*NEWER)
def long_leave_for_tuberculosis(decision: str) -> Chart:
    """Half a year from work, the diagnosis written with punctuation and in other words."""
    chart = Chart(decision, "LK-LAO-64", department="K12")
    one = chart.visit(
        MA_BENH_CHINH="A16.5",
        CHAN_DOAN_RV="Tràn dịch màng phổi do lao; tăng huyết áp",
        CHAN_DOAN_VAO="Tràn dịch màng phổi",
    )
    chart.exam()
    chart.medicine("90", "4700", LIEU_DUNG="3 viên/lần * 1 lần/ngày * 30 ngày [3 viên/ngày]")
    chart.row(
        "XML11",
        {
            "SO_CT": "CT0064",
            "SO_SERI": "SR0064",
            "SO_KCB": "KCB0064",
            "DON_VI": "Công ty Thí Dụ",
            "MA_BHXH": "7900000017",
            "MA_THE_BHYT": chart.card,
            "CHAN_DOAN_RV": "Tràn dịch màng phổi do vi khuẩn kháng cồn kháng toan",
            "PP_DIEUTRI": "Thuốc uống",
            "SO_NGAY_NGHI": "180",
            "TU_NGAY": chart.on(),
            "DEN_NGAY": chart.on(179),
            "MA_TTDV": chart.head,
            "MA_BS": chart.doctor,
            "NGAY_CT": chart.on(),
            "MAU_SO": "CT07",
        },
    )
    chart.row(
        "XML15",
        {
            **{name: one[name] for name in ("MA_BN", "HO_TEN", "SO_CCCD", "MA_CSKCB")},
            "PHANLOAI_LAO_VITRI": "2",
            "PHANLOAI_LAO_TS": "1",
            "PHANLOAI_LAO_HIV": "2",
            "PHANLOAI_LAO_VK": "2",
            "LOAI_DTRI_LAO": "1",
            "NGAYBD_DTRI_LAO": chart.on(-7),
            "PHACDO_DTRI_LAO": "1",
            "KET_QUA_DTRI_LAO": "1",
        },
    )
    return chart.close()
