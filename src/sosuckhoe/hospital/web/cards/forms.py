"""The form of a check-in: the fields of table 0 as people write them, and what a look-up already knows of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from ....healthbook.record import Row
from ....healthbook.standard import edition_on
from ....healthbook.validation import Fault
from ...cards.answers import Standing
from ...cards.models import LookUp
from ...delivery.answers import text
from ..shell.fields import REQUIRED, Moment

SEX = [("", "(chọn)"), ("1", "Nam"), ("2", "Nữ"), ("3", "Chưa xác định")]
WORDS_OF_SEX = {"nam": "1", "nữ": "2", "chưa xác định": "3"}
ITEMS = [("service", "Dịch vụ"), ("medicine", "Thuốc"), ("supply", "Vật tư y tế")]


class Day(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(
                attrs={"class": "short", "autocomplete": "off", "placeholder": "23/11/2026"},
                format="%d/%m/%Y",
            ),
            input_formats=["%d/%m/%Y"],
            error_messages={"invalid": "Cần dạng ngày/tháng/năm, ví dụ 23/11/2026."},
            required=False,
            **kwargs,
        )


def _text(label: str, length: int, *, required: bool = True, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **more.pop("attrs", {})})
    return forms.CharField(
        label=label, max_length=length, required=required, error_messages=REQUIRED, widget=widget, **more
    )


class CheckInForm(forms.Form):
    visit_code = _text(
        "Mã lần khám (MA_LK)", 100, help_text="Như phần mềm khám chữa bệnh đã cấp; không đổi về sau."
    )
    patient_code = _text("Mã người bệnh", 100)
    full_name = _text("Họ và tên", 255)
    born = _text("Ngày sinh", 10, attrs={"class": "short"}, help_text="01/02/1990, 02/1990 hoặc 1990")
    sex_code = forms.ChoiceField(label="Giới tính", choices=SEX, error_messages=REQUIRED)
    personal_id = _text("Số định danh, CMND hoặc hộ chiếu", 15, required=False, attrs={"class": "short"})
    insurance_card_number = _text("Mã thẻ BHYT", 15, required=False, help_text="Để trống khi không dùng thẻ.")
    registered_facility_code = _text("Mã nơi đăng ký ban đầu", 5, required=False, attrs={"class": "short"})
    card_valid_from_date = Day(label="Thẻ có giá trị từ")
    card_valid_to_date = Day(label="Thẻ có giá trị đến")
    patient_category_code = forms.ChoiceField(
        label="Đối tượng đến khám",
        error_messages=REQUIRED,
        help_text="Cấp cứu (mã 2) không phải báo vào khám.",
    )
    visit_type_code = forms.ChoiceField(label="Loại hình khám chữa bệnh", error_messages=REQUIRED)
    arrived_at = Moment(label="Đến khám lúc")
    admitted_at = Moment(
        label="Vào điều trị lúc",
        required=False,
        help_text="Chỉ ghi khi báo lần hai: người bệnh đã vào nội trú, ban ngày hoặc ngoại trú và có chi phí đầu tiên ở đó.",
    )
    admission_reason = _text("Lý do vào điều trị", 500, required=False)
    item = forms.ChoiceField(label="Chi phí đầu tiên là", choices=ITEMS, error_messages=REQUIRED)
    item_code = _text("Mã dịch vụ, thuốc hoặc vật tư", 255)
    item_name = _text("Tên dịch vụ, thuốc hoặc vật tư", 1024)
    ordered_at = Moment(label="Y lệnh lúc")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = timezone.localdate()
        codes = edition_on(day).codes
        for name, listed in (
            ("patient_category_code", "patient_categories"),
            ("visit_type_code", "visit_types"),
        ):
            field: Any = self.fields[name]
            rows = codes[listed].on(day) if listed in codes else {}
            field.choices = [
                ("", "(chọn)"),
                *((code, f"{code} – {row.name_vi[:90]}") for code, row in rows.items()),
            ]

    def clean_born(self) -> str:
        parts = self.cleaned_data["born"].replace("-", "/").replace(".", "/").split("/")
        if (
            not all(part.isascii() and part.isdigit() for part in parts)
            or len(parts) > 3
            or len(parts[-1]) != 4
        ):
            raise forms.ValidationError("Ngày sinh cần dạng 01/02/1990, 02/1990 hoặc 1990.")
        day, month, year = (["00", "00"] + [part.zfill(2) for part in parts])[-3:]
        return f"{year}{month}{day}0000"

    def row(self, facility_code: str) -> Row:
        """The row of table 0, as on paper; empty values are left out."""
        given = self.cleaned_data
        item = given["item"]
        values = {
            **{name: given[name] for name in self.SAME},
            "row_number": "1",
            "born_at": given["born"],
            "facility_code": facility_code,
            "insurance_card_number": given["insurance_card_number"].upper().replace(" ", ""),
            "card_valid_from_date": _day(given["card_valid_from_date"]),
            "card_valid_to_date": _day(given["card_valid_to_date"]),
            "arrived_at": _moment(given["arrived_at"]),
            "admitted_at": _moment(given["admitted_at"]),
            "ordered_at": _moment(given["ordered_at"]),
            f"{item}_code": given["item_code"],
            f"{item}_name": given["item_name"],
        }
        return {name: " ".join(value.split()) for name, value in values.items() if value}

    SAME = (
        "visit_code",
        "patient_code",
        "full_name",
        "sex_code",
        "personal_id",
        "registered_facility_code",
        "patient_category_code",
        "visit_type_code",
        "admission_reason",
    )

    def refuse(self, fault: Fault) -> None:
        """Put a fault beside the field it is about; above the form where none is."""
        official = fault.path.partition(".")[2]
        field = edition_on(timezone.localdate()).table("check_in").by_official.get(official)
        name = field.english if field else ""
        for prefix in ("service", "medicine", "supply"):
            name = name.replace(f"{prefix}_", "item_") if name.startswith(f"{prefix}_") else name
        name = {"born_at": "born"}.get(name, name)
        self.add_error(name if name in self.fields else None, fault.message)


def _moment(value: datetime | None) -> str:
    return timezone.localtime(value).strftime("%Y%m%d%H%M") if value else ""


def _day(value: Any) -> str:
    return f"{value:%Y%m%d}" if value else ""


def from_look_up(look_up: LookUp) -> Mapping[str, Any]:
    """What the portal said of the card; of one it did not confirm, only what was asked."""
    known: dict[str, Any] = {"full_name": look_up.full_name, "born": look_up.born}
    if len(look_up.card_number) == 12:
        known["personal_id"] = look_up.card_number
    if look_up.patient is not None:
        numbers = {row.kind: row.value for row in look_up.patient.identifiers.filter(until__isnull=True)}
        known["patient_code"] = numbers.get("patient_code", "")
        known["personal_id"] = numbers.get("personal_id", known.get("personal_id", ""))
    if look_up.standing not in (Standing.VERIFIED, Standing.BY_HAND):
        return known
    fields = look_up.fields
    new = "moi" if look_up.code == "003" else ""
    return known | {
        "full_name": text(fields.get("hoten")) or look_up.full_name,
        "sex_code": WORDS_OF_SEX.get(text(fields.get("gioitinh")).casefold(), ""),
        "insurance_card_number": text(fields.get(f"mathe{new}")),
        "registered_facility_code": text(fields.get(f"madkbd{new}")),
        "card_valid_from_date": text(fields.get(f"gtthetu{new}")),
        "card_valid_to_date": text(fields.get(f"gttheden{new}")),
    }
