"""Visits that are odd and yet as the texts have them: who nobody knows, who comes at midnight, moves at night, pays nothing."""

from datetime import date

from .chart import Chart
from .others import Dated, stayed
from .register import visit

NEW_YEAR = {
    "130": date(2024, 1, 2),
    "4750": date(2024, 12, 31),
    "3176": date(2026, 1, 2),
    "1931": date(2026, 7, 1),
}
"""Days of discharge just after a year or half a year began; under QĐ 4750 the last day it had."""
LEAP = {
    "130": date(2024, 2, 29),
    "4750": date(2024, 8, 31),
    "3176": date(2025, 2, 28),
    "1931": date(2026, 9, 30),
}


def bed_line(
    chart: Chart, quantity: str, ordered: str, bed: str = "H021", place: str = "K03", **values: str
) -> None:
    chart.service(
        values.pop("group", "15"), quantity, values.pop("price", "212600"), MA_GIUONG=bed, MA_KHOA=place, DON_VI_TINH="Ngày",
        NGAY_YL=ordered, **({"MA_DICH_VU": f"{place}.1923", "TEN_DICH_VU": "Ngày giường bệnh nội khoa"} | values),
    )  # fmt: skip


def papers(chart: Chart) -> Chart:
    chart.summary()
    chart.discharge_paper()
    return chart.close()


def in_short(chart: Chart, **values: str) -> Chart:
    """An examination and some medicine for somebody of whom the fund pays everything."""
    chart.visit(**values)
    chart.exam()
    chart.medicine("20", "9500")
    return chart.close()


@visit()
def army_card_beside_another(decision: str) -> Chart:
    """The last day of an army card cannot be looked up; the card of after the service has one."""
    chart = Chart(decision, "LK-HAITHE-80", level="100")
    return in_short(
        chart, MA_THE_BHYT="QN5977900000080;HN2797900000080", MA_DKBD=f"{chart.facility};{chart.facility}", GIOI_TINH="1",
        HO_TEN="ĐINH VĂN MẪU", SO_CCCD="079092000780", NGAY_SINH="199203120000",
        GT_THE_TU=f"{chart.day.year}0101;{chart.on(-5)}", GT_THE_DEN=f";{chart.day.year}1231",
    )  # fmt: skip


@visit()
def police_and_cipher_cards(decision: str) -> Chart:
    """Two cards, neither with a last day."""
    chart = Chart(decision, "LK-HAITHE-81", level="100")
    return in_short(
        chart, MA_THE_BHYT="CY5977900000081;CA5977900000081", MA_DKBD=f"{chart.facility};{chart.facility}",
        GT_THE_TU=f"{chart.day.year}0101;{chart.day.year}0201", GT_THE_DEN=";",
    )  # fmt: skip


@visit()
def moved_at_midnight(decision: str) -> Chart:
    """Moved ten minutes to midnight: the bed he left counts that day, the other one from then on."""
    chart = Chart(decision, "LK-NUADEM-82", kind="03", department="K02;K03")
    chart.visit(
        NGAY_VAO=chart.at("1000", -3), NGAY_VAO_NOI_TRU=chart.at("1030", -3), NGAY_RA=chart.at("1000"), SO_NGAY_DTRI="4",
        NGAY_TTOAN=chart.at("1030"), LY_DO_VNT="Cần theo dõi", PP_DIEU_TRI="Nội khoa",
    )  # fmt: skip
    bed_line(chart, "1", chart.at("1030", -3), "H001", "K02")
    bed_line(chart, "1", chart.at("2350", -3), "H031")
    bed_line(chart, "1", chart.at("0800", -1), "H031")
    chart.note("Ổn định, chuyển khoa", "2345", -3)
    return papers(chart)


@visit()
def to_intensive_care_and_back(decision: str) -> Chart:
    """Half a day in each of two wards on two days, the lines of several days with the day they end."""
    chart = Chart(decision, "LK-VEKHOA-83", kind="03", department="K03;K02;K03")
    chart.visit(
        NGAY_VAO=chart.at("0800", -6), NGAY_VAO_NOI_TRU=chart.at("0830", -6), NGAY_RA=chart.at("1000"), SO_NGAY_DTRI="7",
        NGAY_TTOAN=chart.at("1030"), LY_DO_VNT="Cần theo dõi", PP_DIEU_TRI="Nội khoa",
    )  # fmt: skip
    bed_line(chart, "2.5", chart.at("0830", -6), "H021", NGAY_KQ=chart.at("1400", -4))
    bed_line(chart, "2", chart.at("1400", -4), "H002", "K02", NGAY_KQ=chart.at("1500", -2))
    bed_line(chart, "1.5", chart.at("1500", -2), "H022", NGAY_KQ=chart.at("1000"))
    chart.note("Suy hô hấp, chuyển hồi sức", "1350", -4)
    return papers(chart)


@visit()
def three_in_two_beds(decision: str) -> Chart:
    """Two to a bed on the first day (50 %), three on the next (half a day at 33 %), alone on the last."""
    chart = Chart(decision, "LK-NAMGHEP-84", card="HN2797900000084", level="100", kind="03", department="K03")
    chart.visit(
        NGAY_VAO=chart.at("0800", -3), NGAY_VAO_NOI_TRU=chart.at("0830", -3), NGAY_RA=chart.at("1000"), SO_NGAY_DTRI="4",
        NGAY_TTOAN=chart.at("1030"), LY_DO_VNT="Cần theo dõi", PP_DIEU_TRI="Nội khoa",
    )  # fmt: skip
    bed_line(chart, "1", chart.at("0830", -3), share="50")
    bed_line(chart, "0.5", chart.at("0830", -2), share="33")
    bed_line(chart, "1", chart.at("0830", -1))
    chart.note("Tỉnh", "0835", -3)
    return papers(chart)


@visit()
def home_at_midnight(decision: str) -> Chart:
    """In at midnight, home at midnight a day later: 00:00 is the first minute of its day."""
    chart = Chart(decision, "LK-0000-85", card="HN2797900000085", level="100", kind="03", department="K03")
    chart.visit(
        NGAY_VAO=chart.at("0000", -1), NGAY_VAO_NOI_TRU=chart.at("0000", -1), NGAY_RA=chart.at("0000"), SO_NGAY_DTRI="2",
        NGAY_TTOAN=chart.at("0000"), LY_DO_VNT="Cần theo dõi", PP_DIEU_TRI="Nội khoa",
    )  # fmt: skip
    bed_line(chart, "1", chart.at("0000", -1))
    chart.note("Tỉnh", "0000", -1)
    return papers(chart)


@visit()
def a_whole_day_to_the_minute(decision: str) -> Chart:
    """00:00 to 23:59: one day of treatment, one bed day."""
    chart = Chart(decision, "LK-2359-86", card="HN2797900000086", level="100", kind="03", department="K03")
    chart.visit(
        NGAY_VAO=chart.at("0000"), NGAY_VAO_NOI_TRU=chart.at("0001"), NGAY_RA=chart.at("2359"), SO_NGAY_DTRI="1",
        NGAY_TTOAN=chart.at("2359"), LY_DO_VNT="Cần theo dõi", PP_DIEU_TRI="Nội khoa",
    )  # fmt: skip
    bed_line(chart, "1", chart.at("0001"))
    chart.note("Tỉnh", "2358")
    return papers(chart)


@visit()
def over_a_boundary_of_cards(decision: str) -> Chart:
    """A stay into the new year or half-year: a card until its last day, the next from the day after."""
    chart = Dated(
        decision, "LK-GIAOTHUA-87", level="100", kind="03", department="K03", leaves=NEW_YEAR[decision]
    )
    stayed(
        chart, 4, MA_THE_BHYT="HN2797900000087;HN2797900000087", MA_DKBD=f"{chart.facility};{chart.facility}",
        GT_THE_TU=f"{chart.on(-300)};{chart.on(-1)}", GT_THE_DEN=f"{chart.on(-2)};{chart.on(300)}",
    )  # fmt: skip
    return papers(chart)


@visit()
def dialysis_to_the_last_minute_of_a_month(decision: str) -> Chart:
    """Sessions until 23:59 of the last day of a month, medicines with each."""
    chart = Dated(
        decision, "LK-CUOITHANG-88", level="100", kind="08", department="K38", leaves=LEAP[decision]
    )
    days = [*range(-27, 1, 3)]
    chart.visit(
        NGAY_VAO=chart.at("0500", days[0]), NGAY_RA=chart.at("2359"), NGAY_TTOAN=chart.at("2359"), SO_NGAY_DTRI=str(len(days)),
        MA_BENH_CHINH="N18.5", CHAN_DOAN_RV="Bệnh thận mạn giai đoạn 5", MA_THE_BHYT="BT2797900000088", MA_PTTT_QT="39.95",
        NGAY_TAI_KHAM=chart.on(1),
    )  # fmt: skip
    for day in days:
        chart.service(
            "18", "1", "588500", MA_DICH_VU="03.0116.0196", TEN_DICH_VU="Thận nhân tạo chu kỳ", MA_PTTT_QT="39.95",
            NGAY_YL=chart.at("0505", day), NGAY_TH_YL=chart.at("0510", day), NGAY_KQ=chart.at("0910", day),
            NGUOI_THUC_HIEN=f"{chart.doctor};{chart.nurse}", MA_MAY="TNT.1.MAU0003",
        )  # fmt: skip
        chart.note("Lọc máu, không biến chứng", "0915", day)
    return chart.close()


@visit()
def on_the_last_day_of_february(decision: str) -> Chart:
    """Born on a 29th of February, leave from work over the end of the month."""
    chart = Dated(decision, "LK-29THANG2-89", card="HN2797900000089", level="100", leaves=LEAP[decision])
    chart.visit(NGAY_SINH="198802290000", SO_CCCD="079188000089")
    chart.exam()
    chart.row("XML11", {
        "SO_CT": "CT0089", "SO_SERI": "SR0089", "SO_KCB": "KCB0089", "DON_VI": "Công ty Thí Dụ", "MA_BHXH": "7900000089",
        "MA_THE_BHYT": chart.card, "CHAN_DOAN_RV": "Viêm phế quản cấp", "PP_DIEUTRI": "Thuốc uống", "SO_NGAY_NGHI": "3",
        "TU_NGAY": chart.on(), "DEN_NGAY": chart.on(2), "MA_TTDV": chart.head, "MA_BS": chart.doctor, "NGAY_CT": chart.on(),
        "MAU_SO": "CT07", "MA_DINH_CHI_THAI": "0",
    })  # fmt: skip
    return chart.close()
