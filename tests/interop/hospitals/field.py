"""What others met in the field: situations for which public checkers once raised false alarms, measured on real records.

Only the situation is theirs (docs of tracnn/qlbv_public, its tests and counts); people, codes and amounts are made up.
"""

from .chart import STATION, Chart
from .others import stayed
from .register import NEWER, visit
from .stays import newborn_without_card


@visit(*NEWER)
def registered_before_birth(decision: str) -> Chart:
    """40 of 42 newborns treated right after birth arrive on the day of birth, some registered a minute ahead of it."""
    chart = newborn_without_card(decision)
    chart.tables["XML1"][0]["NGAY_SINH"] = chart.at("0816", -3)
    return chart


@visit()
def joined_departments(decision: str) -> Chart:
    """A ward of three departments, its bed billed under one of them: 219 of 2,345 bed lines were written so."""
    chart = Chart(decision, "LK-LIENKHOA-70", kind="03", department="K103436")
    stayed(chart, 5)
    for row in chart.tables["XML3"]:
        if row["MA_NHOM"] == "15":
            row["MA_KHOA"], row["MA_DICH_VU"] = "K34", "K34.1923"
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit()
def admitted_on_the_next_day(decision: str) -> Chart:
    """Seen in the morning, admitted a day later: half a bed day on the first and on the last day."""
    chart = Chart(decision, "LK-HOMSAU-71", kind="03", department="K03")
    chart.visit(
        NGAY_VAO=chart.at("0638", -7), NGAY_VAO_NOI_TRU=chart.at("0909", -6), NGAY_RA=chart.at("1542"), SO_NGAY_DTRI="8",
        NGAY_TTOAN=chart.at("1600"), LY_DO_VNT="Cần theo dõi", PP_DIEU_TRI="Nội khoa",
    )  # fmt: skip
    for days in range(-6, 1):
        _bed(chart, "0.5" if days in (-6, 0) else "1", chart.at("0930", days))
    return _papers(chart, -6)


@visit()
def died_within_a_day(decision: str) -> Chart:
    """Twelve hours and a half over midnight: one bed day, although two days of the calendar and a death."""
    chart = Chart(decision, "LK-TUVONG-72", level="100", kind="03", department="K02")
    chart.visit(
        NGAY_VAO=chart.at("1620", -1), NGAY_VAO_NOI_TRU=chart.at("1640", -1), NGAY_RA=chart.at("0450"), SO_NGAY_DTRI="2",
        NGAY_TTOAN=chart.at("0450"), LY_DO_VNT="Hôn mê", PP_DIEU_TRI="Hồi sức", KET_QUA_DTRI="5", MA_DOITUONG_KCB="2",
    )  # fmt: skip
    _bed(chart, "1", chart.at("1640", -1))
    return _papers(chart, -1)


@visit()
def taken_home_unimproved(decision: str) -> Chart:
    """Not better, home at the family's wish: the day of leaving is paid as well."""
    chart = Chart(decision, "LK-XINVE-73", kind="03", department="K03")
    chart.visit(
        NGAY_VAO=chart.at("1242", -2), NGAY_VAO_NOI_TRU=chart.at("1300", -2), NGAY_RA=chart.at("1457"), SO_NGAY_DTRI="3",
        NGAY_TTOAN=chart.at("1500"), LY_DO_VNT="Cần theo dõi", PP_DIEU_TRI="Nội khoa", KET_QUA_DTRI="3", MA_LOAI_RV="4",
    )  # fmt: skip
    for days in (-2, -1, 0):
        _bed(chart, "1", chart.at("1310", days))
    return _papers(chart, -2)


def _bed(chart: Chart, quantity: str, ordered: str) -> None:
    chart.service(
        "15", quantity, "212600", MA_DICH_VU=f"{chart.department}.1923", TEN_DICH_VU="Ngày giường bệnh nội khoa",
        MA_GIUONG="H021", DON_VI_TINH="Ngày", NGAY_YL=ordered,
    )  # fmt: skip


def _papers(chart: Chart, days: int) -> Chart:
    chart.note("Tỉnh, tiếp xúc được", "1650", days)
    chart.summary()
    chart.discharge_paper()
    return chart.close()


@visit("1931")
def back_by_a_prescription(decision: str) -> Chart:
    """The return was written on a prescription, so it has no number; the next one stands on a prescription, too."""
    chart = Chart(decision, "LK-TAIKHAM-74", level="100", department="K03")
    chart.visit(MA_DOITUONG_KCB="1.5", MA_DKBD=STATION, MA_NOI_DI=STATION, NGAY_TAI_KHAM=chart.on(28))
    chart.exam()
    return chart.close()


@visit("1931")
def medicines_sent_from_elsewhere(decision: str) -> Chart:
    """Medicines that another facility prescribed and sent here: it is named, and there is no slip of referral."""
    chart = Chart(decision, "LK-CHUYENTHUOC-75", kind="07")
    chart.visit(MA_DOITUONG_KCB="7.3", MA_NOI_DI=STATION, NGAY_VAO=chart.at("0800"), NGAY_RA=chart.at("2359", 29),
                NGAY_TTOAN=chart.at("2359", 29), MA_BENH_CHINH="I10", CHAN_DOAN_RV="Tăng huyết áp", THANG_QT="10")  # fmt: skip
    chart.medicine("30", "1550", NGAY_YL=chart.at("0800"))
    return chart.close()


@visit()
def borrowed_device_and_help_from_afar(decision: str) -> Chart:
    """A device of a third source in brackets, a picture read elsewhere, another begun and abandoned, a doctor lent."""
    chart = Chart(decision, "LK-MAYMUON-76")
    chart.visit()
    chart.exam(NGUOI_THUC_HIEN=f"{chart.doctor}.C.{STATION}")
    chart.test(MA_MAY="HH.3[mượn máy].SN-12/34")
    chart.imaging()
    chart.tables["XML4"][-1]["MA_BS_DOC_KQ"] = f"{chart.doctor}.TX.{STATION}"
    chart.service(
        "2", "1", "0", level="0", MA_DICH_VU="18.0120.0028_TB", TEN_DICH_VU="Chụp X-quang ngực nghiêng", NGAY_YL=chart.at("0747"),
        NGAY_TH_YL=chart.at("0816"), NGAY_KQ=chart.at("0818"), NGUOI_THUC_HIEN=chart.nurse, MA_MAY="XQ.1.MAU0002",
    )  # fmt: skip
    chart.medicine("10", "41000", MA_DICH_VU="18.0120.0028")
    return chart.close()


@visit()
def healthy(decision: str) -> Chart:
    """Nobody is ill: a check of one's health for one's own money, with its general code; from 08/2026 a kind of its own."""
    chart = Chart(decision, "LK-KHAMSK-77", card="", level="0", kind="15" if decision == "1931" else "01")
    chart.visit(MA_BENH_CHINH="Z00.0", CHAN_DOAN_RV="Khám sức khỏe tổng quát", CHAN_DOAN_VAO="Khám sức khỏe tổng quát",
                LY_DO_VV="Khám sức khỏe")  # fmt: skip
    chart.exam(rate="0", insured_price="0", PHAM_VI="2")
    chart.summary()
    return chart.close()


@visit()
def won_twice_or_taken_over(decision: str) -> Chart:
    """Two winners of one medicine, a tender taken over from a province, one made in house."""
    chart = Chart(decision, "LK-THAU-78", level="100")
    chart.visit(MA_BENH_CHINH="D50", CHAN_DOAN_RV="Thiếu máu do thiếu sắt")
    chart.exam()
    chart.medicine("10", "1200", TT_THAU="57/QĐ-MAU;G1;N1;2022;G2.01")
    chart.medicine("10", "1300", TT_THAU="57/QĐ-MAU;G1;N1;2022;79", NGAY_YL=chart.at("0931"))
    chart.medicine(
        "2", "9000", TT_THAU="45/QĐ-MAU;2023", SO_DANG_KY=f"CP.{STATION}.23.7", NGAY_YL=chart.at("0932")
    )
    return chart.close()
