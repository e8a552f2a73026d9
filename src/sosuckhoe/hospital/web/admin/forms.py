"""Forms of the administration. Labels and hints say what people must know; checks are the library's."""

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from ....healthbook.identifiers import facility_code, hub_facility_code, personal_id
from ....healthbook.identifiers.not_valid import NotValid
from ...delivery.gateway import RECORD_PATHS, HostNotAllowed, check_address
from ...delivery.models import Destination, DestinationKind
from ...staff.models import Facility, Person, Role, Unit
from ..shell.fields import REQUIRED

PATH_NAMES = {"3176": "QĐ 3176 (đang có hiệu lực)", "4750": "QĐ 4750", "130": "QĐ 130 (thử nghiệm)"}


class Day(forms.DateField):
    """A day as people write it here, whatever language the browser speaks: 15/11/2026."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(
            attrs={
                "class": "short",
                "inputmode": "numeric",
                "placeholder": "15/11/2026",
                "autocomplete": "off",
            },
            format="%d/%m/%Y",
        )
        super().__init__(
            widget=widget,
            input_formats=["%d/%m/%Y", "%Y-%m-%d"],
            error_messages={**REQUIRED, "invalid": "Ngày cần dạng ngày/tháng/năm, ví dụ 15/11/2026."},
            **kwargs,
        )


class AddPerson(forms.Form):
    full_name = forms.CharField(label="Họ và tên", max_length=255, error_messages=REQUIRED)
    username = forms.CharField(
        label="Tên đăng nhập",
        max_length=150,
        help_text="Không dấu, không khoảng trắng. Tên này đứng trong nhật ký nên không dùng lại cho người khác.",
        error_messages=REQUIRED,
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    unit = forms.ModelChoiceField(
        label="Khoa, phòng", queryset=Unit.objects.none(), required=False, empty_label="(chưa xếp)"
    )
    roles = forms.MultipleChoiceField(
        label="Vai trò",
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Xin chọn ít nhất một vai trò."},
    )
    password = forms.CharField(
        label="Mật khẩu ban đầu",
        strip=False,
        help_text="Ít nhất 10 ký tự. Người dùng phải đổi ở lần đăng nhập đầu tiên.",
        error_messages=REQUIRED,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: Any = self.fields["unit"]
        units.queryset = Unit.objects.order_by("name")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"].strip()
        if not username.isascii() or any(letter.isspace() for letter in username):
            raise ValidationError("Tên đăng nhập chỉ gồm chữ không dấu, chữ số và dấu chấm, gạch.")
        if Person.objects.filter(username=username).exists():
            raise ValidationError("Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.")
        return username

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class Roles(forms.Form):
    roles = forms.MultipleChoiceField(
        label="Vai trò", choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class PortalId(forms.Form):
    portal_id = forms.CharField(
        label="Số định danh đã đăng ký tra thẻ trên cổng",
        required=False,
        help_text="12 chữ số. Phải trùng với số và họ tên đã đăng ký cho cơ sở trên trang của cổng, nếu không cổng trả mã "
        "054 hoặc 055. Để trống khi người này không tra thẻ.",
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off", "inputmode": "numeric"}),
    )

    def clean_portal_id(self) -> str:
        given: str = self.cleaned_data["portal_id"].strip()
        return _valid(personal_id.validate, given) if given else ""


class NewPassword(forms.Form):
    password = forms.CharField(
        label="Mật khẩu tạm",
        strip=False,
        help_text="Đưa tận tay người dùng. Người dùng phải đổi ở lần đăng nhập kế tiếp.",
        error_messages=REQUIRED,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class FacilityForm(forms.Form):
    name = forms.CharField(label="Tên cơ sở", max_length=255, error_messages=REQUIRED)
    address = forms.CharField(label="Địa chỉ", max_length=500, required=False)
    province_code = forms.CharField(label="Mã tỉnh, thành phố", max_length=3, required=False)


class FacilityCodes(forms.Form):
    """The two codes that are so often mixed up: five characters of the insurer, thirteen of the Ministry's hub."""

    code = forms.CharField(
        label="Mã cơ sở KBCB (5 ký tự)",
        help_text="Mã cơ quan BHXH cấp, đứng trong MA_CSKCB của mọi hồ sơ.",
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )
    hub_code = forms.CharField(
        label="Mã trên Cổng dữ liệu y tế (13 chữ số)",
        help_text="Mã khác, của Bộ Y tế. Chưa được cấp thì để trống.",
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )
    since = Day(
        label="Có hiệu lực từ ngày",
        help_text="Đợt khám cũ giữ mã của thời điểm đó.",
    )

    def clean_code(self) -> str:
        return _valid(facility_code.validate, self.cleaned_data["code"])

    def clean_hub_code(self) -> str:
        given: str = self.cleaned_data["hub_code"].strip()
        return _valid(hub_facility_code.validate, given) if given else ""


def _limit(label: str, more: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=f"Để trống nếu nơi nhận không nêu giới hạn. {more}".strip(),
        error_messages={
            "invalid": "Xin ghi một số, hoặc để trống.",
            "min_value": "Ít nhất là 1, hoặc để trống.",
        },
        widget=forms.NumberInput(attrs={"class": "short"}),
    )


PATH_CHANGES = (
    "Đổi thì có hiệu lực ngay khi lưu: hồ sơ đang đợi, và hồ sơ chưa rõ kết quả khi được gửi lại, cũng đi đường mới. Tệp "
    "đã ký giữ nguyên. Báo vào khám đi đường QĐ 4750 khi chọn QĐ 4750, còn lại đi đường QĐ 3176."
)
HUB_ADDRESS = "Địa chỉ trục"
HUB_ACCOUNT = "Tài khoản liên thông do đơn vị vận hành trục cấp."


class DestinationForm(forms.Form):
    name = forms.CharField(
        label="Tên gọi", max_length=100, help_text="Ví dụ: Cổng BHXH", error_messages=REQUIRED
    )
    base_url = forms.CharField(
        label="Địa chỉ cổng",
        max_length=255,
        help_text="Không có địa chỉ mặc định. Máy chủ ngoài phải dùng https và có trong tệp gateway-hosts.txt trên máy này.",
        error_messages=REQUIRED,
        widget=forms.URLInput(attrs={"placeholder": "https://…", "spellcheck": "false"}),
    )
    account = forms.CharField(
        label="Tài khoản kỹ thuật",
        max_length=50,
        help_text="Tài khoản riêng cho phần mềm, thường là mã cơ sở kèm _BV.",
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Mật khẩu của tài khoản",
        strip=False,
        required=False,
        help_text="Được cất thành tệp riêng ngoài cơ sở dữ liệu, không hiện lại ở đâu.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    path_edition = forms.ChoiceField(
        label="Đường gửi",
        help_text="Cổng có một đường nhận hồ sơ cho mỗi quyết định; chọn đường mà cơ quan BHXH đang cho dùng.",
        choices=[(key, PATH_NAMES.get(key, key)) for key in RECORD_PATHS],
        error_messages={**REQUIRED, "invalid_choice": "Xin chọn một đường gửi trong danh sách."},
    )

    def clean_base_url(self) -> str:
        address: str = self.cleaned_data["base_url"].strip()
        try:
            check_address(address)
        except (HostNotAllowed, ValueError) as refusal:
            raise ValidationError(HostNotAllowed.__doc__ or "") from refusal
        return address


class ChangeDestination(DestinationForm):
    enabled = forms.BooleanField(label="Gửi hồ sơ mới đến nơi này", required=False)
    calls_at_once = _limit("Nhiều nhất bao nhiêu lượt gọi cùng lúc")
    calls_per_minute = _limit(
        "Nhiều nhất bao nhiêu lượt gọi trong một phút",
        "Tính cả đăng nhập, hỏi biên nhận và tra thẻ. Tra thẻ được đi trước; hồ sơ gửi chậm lại bù.",
    )
    replaces_by_visit_code = forms.BooleanField(
        label="Tự gửi lại đúng hồ sơ đã ký khi chưa rõ cổng đã nhận hay chưa", required=False
    )
    repeats_check_ins = forms.BooleanField(
        label="Tự gửi lại đúng tệp báo vào khám khi chưa rõ cổng đã nhận hay chưa", required=False
    )
    replaces_evidence = forms.CharField(
        label="Vì sao biết gửi lại không thành hai",
        required=False,
        max_length=2000,
        help_text="Đã thử thế nào, ngày nào, ai thử; hoặc số văn bản trả lời của cổng.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    receipt_look_up = forms.CharField(
        label="Đường dẫn để máy hỏi cổng đã có tệp chưa",
        required=False,
        max_length=255,
        help_text="Cổng BHXH hiện không có dịch vụ này: để trống. Cổng mô phỏng có khi bật tình huống Tra cứu biên nhận: /_simulator/receipts.",
    )

    def __init__(self, *args: Any, destination: Destination, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.destination = destination
        del self.fields["name"]
        self.fields["path_edition"].help_text = PATH_CHANGES
        if destination.kind == DestinationKind.HUB:
            del self.fields["repeats_check_ins"], self.fields["receipt_look_up"], self.fields["path_edition"]
            self.fields["base_url"].label = HUB_ADDRESS
            self.fields["account"].help_text = HUB_ACCOUNT
            self.fields["enabled"].label = "Gửi phiếu khám sức khỏe mới đến nơi này"
            self.fields[
                "replaces_by_visit_code"
            ].label = "Tự gửi lại đúng bản tin đã ký, cùng mã bản tin, khi chưa rõ trục đã nhận hay chưa"
            self.fields[
                "replaces_evidence"
            ].help_text = (
                "Đã thử thế nào, ngày nào, ai thử; hoặc số văn bản trả lời của đơn vị vận hành trục."
            )
        self.fields["password"].help_text = "Để trống nếu không đổi."

    def clean_receipt_look_up(self) -> str:
        path: str = self.cleaned_data["receipt_look_up"].strip()
        if path and not re.fullmatch(r"(/[A-Za-z0-9_.-]+)+", path):
            raise ValidationError(
                "Đường dẫn bắt đầu bằng dấu / và nằm trên máy chủ của nơi nhận, ví dụ /api/tra-cuu."
            )
        return path

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        rests_on_it = given.get("repeats_check_ins") or given.get("replaces_by_visit_code")
        if rests_on_it and given.get("replaces_evidence") == "":
            self.add_error(
                "replaces_evidence", "Xin ghi bằng chứng: không có bằng chứng thì không được tự gửi lại."
            )
        another_way = given.get("path_edition", "") not in ("", self.destination.path_edition)
        if (
            rests_on_it
            and another_way
            and given.get("replaces_evidence") == self.destination.replaces_evidence != ""
        ):
            self.add_error(
                "replaces_evidence",
                "Bằng chứng này ghi cho đường gửi cũ. Xin ghi thêm vì sao đường mới cũng vậy, hoặc bỏ chọn tự gửi lại.",
            )
        return given


class Choose(forms.Form):
    """One choice of the hospital: value, since when, why."""

    reason = forms.CharField(
        label="Lý do", max_length=1000, help_text="Ai quyết định, theo văn bản nào.", error_messages=REQUIRED
    )
    since = Day(
        label="Áp dụng từ ngày",
    )


def _valid(validate: Any, given: str) -> str:
    try:
        return str(validate(given))
    except NotValid as wrong:
        raise ValidationError(str(wrong)) from wrong


def first_facility() -> Facility | None:
    return Facility.objects.filter(until__isnull=True).prefetch_related("codes").first()
