"""Forms of signing keys: one for each kind of place a key can be, and one for who is asked about revocation."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ....healthbook.signing import KeyUnusable
from ...delivery.calling import HostNotAllowed, check_address
from ...delivery.models import StatusKind
from ...delivery.signers.asking import check_status_address
from ...delivery.signers.pins import allowed_drivers
from .forms import REQUIRED, Day

MAX_UPLOAD = 20 * 1024 * 1024


def _secret(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    """Never shown again, not even after a mistake elsewhere in the form."""
    return forms.CharField(
        label=label,
        strip=False,
        required=required,
        max_length=256,
        help_text=help_text,
        error_messages=REQUIRED,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


def _line(label: str, help_text: str = "", *, required: bool = True, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=255,
        required=required,
        help_text=help_text,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attrs}),
    )


def _file(label: str, accept: str, help_text: str = "", *, required: bool = True) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=required,
        help_text=help_text,
        error_messages={**REQUIRED, "empty": "Tệp này rỗng."},
        widget=forms.FileInput(attrs={"accept": accept, "class": "file-input"}),
    )


CERTIFICATES = ".cer,.crt,.pem,.der"


class AddKey(forms.Form):
    """What every kind asks first and last."""

    name = forms.CharField(
        label="Tên gọi", max_length=100, help_text="Ví dụ: Chứng thư số 2026", error_messages=REQUIRED
    )
    registered_on = Day(
        label="Ngày đăng ký chứng thư trên cổng",
        required=False,
        help_text="Cổng chỉ nhận chữ ký của chứng thư đã đăng ký. Khi có hai khóa, khóa đã đăng ký được dùng trước.",
    )
    field_order: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["name", *(name for name in self.fields if name not in ("name", "registered_on"))])

    def clean(self) -> dict[str, Any]:
        for name, given in self.cleaned_data.items():
            if getattr(given, "size", 0) > MAX_UPLOAD:
                self.add_error(name, "Tệp này quá lớn nên không phải tệp cần nộp.")
        return self.cleaned_data


class AddFileKey(AddKey):
    file = _file(
        "Tệp khóa PKCS#12 (.p12, .pfx)",
        ".p12,.pfx",
        "Tệp được cất trong thư mục khóa của máy này, chỉ chương trình đọc được.",
    )
    password = _secret("Mật khẩu của tệp khóa", required=False)


class AddTokenKey(AddKey):
    module = forms.ChoiceField(
        label="Thư viện của thiết bị (PKCS#11)",
        help_text="Thư viện được nạp vào chương trình nên chỉ những thư viện người quản trị máy đã ghi trong tệp "
        "pkcs11-modules.txt mới có ở đây.",
        error_messages={**REQUIRED, "invalid_choice": "Thư viện này không có trong tệp pkcs11-modules.txt."},
    )
    token = _line("Nhãn của thiết bị", "Tên thiết bị như chương trình của nhà cung cấp hiện ra.")
    key = _line("Nhãn của khóa trên thiết bị")
    pin = _secret(
        "Mã PIN",
        "Chỉ thử một lần. Sai thì chương trình dừng để không khóa thiết bị. Mã được cất thành tệp riêng ngoài cơ sở "
        "dữ liệu, không hiện lại ở đâu.",
    )
    certificate = _file(
        "Chứng thư", CERTIFICATES, "Chỉ cần khi thiết bị không giữ chứng thư.", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        modules: Any = self.fields["module"]
        modules.choices = [(one, one) for one in allowed_drivers()]


class AddRemoteKey(AddKey):
    url = _line(
        "Địa chỉ dịch vụ ký",
        "Không có địa chỉ mặc định. Máy chủ ngoài phải dùng https và có trong tệp gateway-hosts.txt trên máy này.",
        placeholder="https://…",
    )
    client = _line("Tên ứng dụng (client_id)")
    secret = _secret(
        "Mật khẩu của ứng dụng (client_secret)",
        "Được cất thành tệp riêng ngoài cơ sở dữ liệu, không hiện lại ở đâu.",
    )
    profile = _line("Hồ sơ dịch vụ (profile_id)", "Để trống nếu hợp đồng không có.", required=False)
    user = _line("Mã người dùng của cơ sở (user_id)")
    credential = _line("Mã chứng thư ở dịch vụ (credentialID)")

    def clean_url(self) -> str:
        address: str = self.cleaned_data["url"].strip().rstrip("/")
        try:
            check_address(address)
        except (HostNotAllowed, ValueError):
            raise ValidationError(
                "Máy chủ của dịch vụ ký chưa được phép. Người quản trị máy thêm tên máy chủ vào tệp gateway-hosts.txt."
            ) from None
        return address


class AddElsewhereKey(AddKey):
    certificate = _file(
        "Chứng thư của cơ sở",
        CERTIFICATES,
        "Tệp chứng thư, không phải khóa. Hồ sơ chờ ký được tải về máy có thiết bị, ký rồi nộp lại.",
    )


class EnterPin(forms.Form):
    pin = _secret("Mã PIN đúng", "Chỉ thử một lần, khi ký hồ sơ kế tiếp.")


class EnterSecret(forms.Form):
    secret = _secret("Mật khẩu đúng của ứng dụng (client_secret)", "Chỉ thử một lần, khi ký hồ sơ kế tiếp.")


class Register(forms.Form):
    on = Day(label="Đã đăng ký trên cổng ngày", help_text="Theo trang quản trị của cổng.")


class NameStatusSource(forms.Form):
    """Who is asked whether a certificate is revoked."""

    kind = forms.ChoiceField(label="Cách hỏi", choices=StatusKind.choices, widget=forms.RadioSelect)
    url = _line(
        "Địa chỉ hỏi",
        "Máy chủ phải có trong tệp status-hosts.txt trên máy này. Để trống khi nạp tay danh sách.",
        required=False,
        placeholder="http://…",
    )
    crl = _file(
        "Danh sách thu hồi (.crl)",
        ".crl,.pem,.der",
        "Chỉ khi nạp tay. Dùng được đến hạn ghi trong tệp.",
        required=False,
    )
    issuer = _file("Chứng thư của nơi cấp (CA)", CERTIFICATES, "Để biết trả lời có đúng do nơi cấp ký.")
    fresh_minutes = forms.IntegerField(
        label="Trả lời dùng được trong (phút)",
        min_value=1,
        max_value=30 * 24 * 60,
        help_text="Quá giờ mà chưa hỏi lại được thì tạm ngừng ký; việc khám chữa bệnh không bị ảnh hưởng.",
        error_messages=REQUIRED,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    nonce_required = forms.BooleanField(
        label="Chỉ nhận trả lời cho đúng câu hỏi vừa gửi (nonce)", required=False
    )
    authority = _file(
        "Chứng thư của nơi cấp trên (nếu muốn kiểm tra cả nơi cấp)", CERTIFICATES, required=False
    )
    authority_url = _line("Địa chỉ danh sách thu hồi của nơi cấp trên", required=False)
    authority_crl = _file("Hoặc nạp tay danh sách thu hồi của nơi cấp trên", ".crl,.pem,.der", required=False)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        kind = given.get("kind")
        if kind == StatusKind.CRL_FILE and not given.get("crl"):
            self.add_error("crl", "Xin chọn tệp danh sách thu hồi.")
        if kind in (StatusKind.OCSP, StatusKind.CRL):
            self._check_address("url", required=True)
        if given.get("authority") and not given.get("authority_crl"):
            self._check_address("authority_url", required=True)
        return given

    def _check_address(self, field: str, *, required: bool) -> None:
        address = self.cleaned_data.get(field, "").strip()
        if not address:
            if required:
                self.add_error(field, "Xin điền địa chỉ.")
            return
        try:
            check_status_address(address)
        except KeyUnusable as problem:
            self.add_error(field, str(problem))
