from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password


class SignIn(forms.Form):
    username = forms.CharField(
        label="Tên đăng nhập",
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "Xin nhập tên đăng nhập."},
    )
    password = forms.CharField(
        label="Mật khẩu",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Xin nhập mật khẩu."},
    )


class ChangePassword(forms.Form):
    """The old password, and a new one twice."""

    old = forms.CharField(
        label="Mật khẩu đang dùng",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Xin nhập mật khẩu đang dùng."},
    )
    new = forms.CharField(
        label="Mật khẩu mới",
        help_text="Ít nhất 10 ký tự; một câu dễ nhớ với mình mà người khác khó đoán là tốt nhất.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Xin nhập mật khẩu mới."},
    )
    again = forms.CharField(
        label="Nhập lại mật khẩu mới",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Xin nhập lại mật khẩu mới."},
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.person.check_password(old):
            raise forms.ValidationError("Mật khẩu đang dùng chưa đúng.")
        return old

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        validate_password(new, self.person)
        if self.person.check_password(new):
            raise forms.ValidationError("Mật khẩu mới cần khác mật khẩu đang dùng.")
        return new

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise forms.ValidationError("Hai lần nhập mật khẩu mới chưa giống nhau.")
        return again
