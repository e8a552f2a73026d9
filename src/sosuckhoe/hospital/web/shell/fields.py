"""What several families' forms ask in the same way."""

from typing import Any

from django import forms

REQUIRED = {"required": "Xin điền mục này."}
MOMENT = "%d/%m/%Y %H:%M"


class Moment(forms.DateTimeField):
    """23/11/2026 07:05, whatever language the browser speaks."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateTimeInput(
                attrs={"class": "short", "autocomplete": "off", "placeholder": "23/11/2026 07:05"},
                format=MOMENT,
            ),
            input_formats=[MOMENT, "%d/%m/%Y"],
            error_messages={
                **REQUIRED,
                "invalid": "Cần dạng ngày/tháng/năm giờ:phút, ví dụ 23/11/2026 07:05.",
            },
            **kwargs,
        )


class Decision(forms.Form):
    """The last step of a deed on many: why, and that what it does has been looked at."""

    reason = forms.CharField(
        label="Lý do",
        max_length=500,
        error_messages=REQUIRED,
        help_text="Được giữ trong nhật ký cùng tên người làm.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    looked = forms.BooleanField(
        label="Đã xem danh sách ở trên",
        error_messages={"required": "Xem danh sách rồi đánh dấu vào ô này."},
    )
