"""The mistakes of the demo, each on purpose: what is wrong and which rule must hold the visit back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sosuckhoe.healthbook.record import Row

from .clinic.visit import Tables


@dataclass(frozen=True)
class Mistake:
    """One deliberate mistake in an otherwise right visit."""

    key: str
    rule: str
    """The rule that must find it (``rules.csv``)."""
    says: str
    """What went wrong, for the person who looks."""
    story: str
    kind: str
    spoil: Callable[[Tables], None]
    insured: bool = True


def _visit(tables: Tables) -> Row:
    return tables["visit"][0]


def _shift(text: str, **by: int) -> str:
    moment = datetime.strptime(text, "%Y%m%d%H%M") + timedelta(**by)  # noqa: DTZ007 local time on paper
    return f"{moment:%Y%m%d%H%M}"


def _leaves_before_arriving(tables: Tables) -> None:
    early = _shift(_visit(tables)["arrived_at"], minutes=-45)
    for name in ("visit", "treatment_summary", "appointment"):
        for row in tables.get(name, []):
            row["discharged_at"] = early


def _one_dong_too_much(tables: Tables) -> None:
    visit = _visit(tables)
    whole, cents = visit["hospital_total_amount"].split(".")
    visit["hospital_total_amount"] = f"{int(whole) + 1}.{cents}"


def _no_main_disease(tables: Tables) -> None:
    del _visit(tables)["main_disease_code"]


def _code_without_last_digit(tables: Tables) -> None:
    _visit(tables)["main_disease_code"] = "S52.5"
    _visit(tables)["injury_cause_code"] = "8"


def _delivery_outcome_as_main(tables: Tables) -> None:
    for name in ("visit", "appointment"):
        for row in tables.get(name, []):
            row["main_disease_code"] = "Z37.0"


def _no_summary(tables: Tables) -> None:
    del tables["treatment_summary"]


def _thirtieth_of_february(tables: Tables) -> None:
    row = tables["medicines"][0]
    row["ordered_at"] = f"{row['ordered_at'][:4]}0230{row['ordered_at'][8:]}"


def _another_visits_line(tables: Tables) -> None:
    tables["medicines"][0]["visit_code"] = "LK000000000000"


def _card_with_a_letter_too_few(tables: Tables) -> None:
    visit = _visit(tables)
    visit["insurance_card_number"] = visit["insurance_card_number"][1:]


def _short_stay_as_inpatient(tables: Tables) -> None:
    _visit(tables)["treatment_days"] = "1"
    for name in ("visit", "treatment_summary"):
        for row in tables.get(name, []):
            row["visit_type_code"] = "03"


def _result_of_a_test_nobody_ordered(tables: Tables) -> None:
    tables["results"][0]["service_code"] = "22.9999.9999"


def _no_referral_paper(tables: Tables) -> None:
    del tables["referral"]


MISTAKES = (
    Mistake("ra-truoc-vao", "XFD-029", "Ngày ra trước ngày vào", "viem_ket_mac", "01", _leaves_before_arriving),
    Mistake("lech-mot-dong", "XTB-006", "Tổng chi lệch 1 đồng", "viem_hong", "01", _one_dong_too_much),
    Mistake("thieu-ma-benh", "SHP-001", "Thiếu mã bệnh chính", "viem_hong", "01", _no_main_disease),
    Mistake("ma-cam", "BUS-030", "Mã bệnh S52.5 còn thiếu chữ số chi tiết", "viem_ket_mac", "01",
            _code_without_last_digit),
    Mistake("ma-khong-lam-chinh", "BUS-029", "Mã Z37.0 không được làm bệnh chính", "kham_thai", "01",
            _delivery_outcome_as_main),
    Mistake("thieu-tom-tat", "XTB-025", "Nội trú thiếu tóm tắt hồ sơ bệnh án", "copd", "03", _no_summary),
    Mistake("ngay-khong-co", "FMT-002", "Y lệnh ngày 30 tháng 2", "viem_hong", "01", _thirtieth_of_february),
    Mistake("hai-ma-lk", "XTB-001", "Dòng thuốc mang mã liên kết của đợt khác", "viem_hong", "01",
            _another_visits_line),
    Mistake("sai-ma-the", "FMT-022", "Mã thẻ BHYT thiếu một ký tự", "sau_rang", "01", _card_with_a_letter_too_few),
    Mistake("noi-tru-ngan", "BUS-001", "Nội trú dưới 4 giờ ghi mã 03", "con_hen_cap", "09", _short_stay_as_inpatient),
    Mistake("ket-qua-khong-chi-dinh", "XTB-019", "Kết quả của dịch vụ không có chỉ định", "viem_hong", "01",
            _result_of_a_test_nobody_ordered),
    Mistake("thieu-phieu-chuyen", "BUS-038", "Chuyển viện nhưng thiếu phiếu chuyển", "nhoi_mau_co_tim", "09",
            _no_referral_paper),
)  # fmt: skip
