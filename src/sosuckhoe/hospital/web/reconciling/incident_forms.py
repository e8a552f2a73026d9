"""The form of an incident: what a person knows of a maintenance or an outage."""

from typing import Any

from django import forms

from ...delivery.models import Destination, Incident, OutageCause
from ...delivery.watching.told_incidents import Told
from ..shell.fields import REQUIRED, Moment

ORDER = (
    OutageCause.PLANNED,
    OutageCause.GATEWAY,
    OutageCause.NETWORK,
    OutageCause.POWER,
    OutageCause.UNKNOWN,
)


class IncidentForm(forms.Form):
    destination = forms.ModelChoiceField(
        Destination.objects.order_by("name"),
        label="Nơi nhận",
        empty_label=None,
        error_messages={**REQUIRED, "invalid_choice": "Hãy chọn nơi nhận."},
    )
    cause = forms.ChoiceField(
        label="Nguyên nhân",
        choices=[("", "(chọn)"), *((each.value, each.label) for each in ORDER)],
        error_messages={**REQUIRED, "invalid_choice": "Hãy chọn nguyên nhân."},
        help_text="Chỉ khi cổng bảo trì hoặc ngừng thì hạn mới lùi.",
    )
    started_at = Moment(label="Từ lúc")
    ended_at = Moment(
        label="Đến lúc", required=False, help_text="Chưa hết thì để trống, khi hết thì ghi sau."
    )
    announced_by = forms.CharField(
        label="Ai báo hoặc ai thấy",
        max_length=200,
        error_messages=REQUIRED,
        help_text="Ví dụ: thông báo của BHXH tỉnh, điện lực, tổ công nghệ thông tin.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    announced_at = Moment(label="Báo hoặc thấy lúc")
    evidence = forms.CharField(
        label="Bằng chứng, đã báo cho ai",
        max_length=1000,
        error_messages=REQUIRED,
        help_text="Số văn bản, địa chỉ trang thông báo; đã báo cho ai, lúc nào, bằng cách nào.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def told(self) -> Told:
        return Told(**self.cleaned_data)


def of_incident(incident: Incident) -> dict[str, Any]:
    """What was told of it, to be corrected."""
    return {
        "destination": incident.destination_id,
        "cause": incident.cause,
        "started_at": incident.started_at,
        "ended_at": incident.ended_at,
        "announced_by": incident.announced_by,
        "announced_at": incident.announced_at,
        "evidence": incident.told,
    }
