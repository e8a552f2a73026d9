"""The form of a hub: address, account, message key, and every open question as a setting with its source."""

from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django import forms
from django.core.exceptions import ValidationError

from ....healthbook.identifiers import hub_facility_code
from ...delivery.hub.settings import EXPLAINED, HubSettings
from .forms import HUB_ACCOUNT, HUB_ADDRESS, REQUIRED, DestinationForm, _valid

LARGEST_KEY = 64 * 1024


class HubForm(DestinationForm):
    """A new hub; with ``known`` the settings of one that is there."""

    key = forms.FileField(
        label="Khóa ký bản tin (tệp PEM, khóa riêng RSA)",
        help_text="Nửa công khai đã đăng ký với trục. Khóa được cất thành tệp riêng ngoài cơ sở dữ liệu.",
        error_messages={**REQUIRED, "empty": "Tệp này rỗng."},
        widget=forms.FileInput(attrs={"accept": ".pem,.key", "class": "file-input"}),
    )

    def __init__(
        self, *args: Any, known: HubSettings | None = None, sender_id: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["path_edition"]
        self.fields["name"].help_text = "Ví dụ: Trục Bộ Y tế"
        self.fields["base_url"].label = HUB_ADDRESS
        self.fields["account"].help_text = HUB_ACCOUNT
        settings = known or HubSettings(sender_id=sender_id)
        if known is not None:
            for name in ("name", "base_url", "account", "password"):
                del self.fields[name]
            self.fields["key"].required = False
            self.fields["key"].help_text = "Để trống nếu không đổi."
        for name in EXPLAINED:
            self.fields[name] = _field(name, getattr(settings, name))

    def clean_sender_id(self) -> str:
        return _valid(hub_facility_code.validate, self.cleaned_data["sender_id"])

    def clean_key(self) -> str:
        file = self.cleaned_data["key"]
        if not file:
            return ""
        try:
            key = load_pem_private_key(file.read(LARGEST_KEY), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, RSAPrivateKey):
            raise ValidationError(
                "Tệp này không phải khóa riêng RSA dạng PEM không mật khẩu. Hãy chọn lại tệp."
            )
        file.seek(0)
        return str(file.read().decode())

    def settings(self) -> dict[str, Any]:
        """What is kept with the destination."""
        return {name: self.cleaned_data[name] for name in EXPLAINED}


def _field(name: str, value: Any) -> forms.Field:
    told = EXPLAINED[name]
    common: dict[str, Any] = {
        "label": told.label,
        "help_text": f"{told.sentence} Căn cứ: {told.source}.",
        "initial": value,
        "error_messages": REQUIRED,
    }
    if told.choices is not None:
        return forms.ChoiceField(choices=list(told.choices.items()), required=all(told.choices), **common)
    if isinstance(value, bool):
        choices = [("no", "Không"), ("yes", "Có")]
        common["initial"] = "yes" if value else "no"
        return forms.TypedChoiceField(choices=choices, coerce=lambda given: given == "yes", **common)
    if isinstance(value, int):
        return forms.IntegerField(
            min_value=1, max_value=100, widget=forms.NumberInput(attrs={"class": "short"}), **common
        )
    return forms.CharField(
        max_length=60,
        required=name != "doctor_field",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        **common,
    )
