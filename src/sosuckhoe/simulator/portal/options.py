"""The portal's rules that are not public, or that a test or a lesson wants otherwise.

Each has the default of ``reference/gateway.md``; where the true value is unknown the description says so.
"""

from dataclasses import dataclass, fields
from typing import Any

from .models import Option


@dataclass(frozen=True)
class Options:
    token_minutes: float = 10.0
    """Life of a token in real minutes (SessionTimeLimit)."""
    lock_after: int = 5
    """Wrong passwords in a row before the account is locked (assumption; the true number is not public)."""
    refusal_style: str = "body"
    """``body``: HTTP 200 with maKetQua 401. ``bare``: HTTP 401 with an empty body."""
    second_login_revokes: bool = False
    """A new login ends the older sessions of the account (unknown; off)."""
    facility_mismatch: str = "refuse"
    """``refuse``: 402 when account, maCSKCB and MACSKCB differ. ``pass``: silently filed under the account."""
    structure_code: str = "202"
    """For a wrong root or structure (202 and 204 are official, their exact senses are not public)."""
    content_code: str = "204"
    """For an unusable table inside the file."""
    certificate_code: str = "124"
    """For an unregistered, expired or revoked certificate (assumption)."""
    largest_base64: int = 40_000_000
    """Characters of fileHSBase64 before code 1001 (the true limit is not published)."""
    allow_legacy_paths: bool = True
    """Whether the services of decisions 130 and 4750 still answer (unknown; on)."""
    repeats: str = "replace"
    """The same MA_LK again: ``replace`` (newest wins), ``count`` (filed a second time) or ``refuse``."""
    duplicate_code: str = "900"
    """With ``repeats=refuse``: made up, since no public source shows such a code."""
    receipt_look_up: str = "none"
    """``none`` as the real portal; ``truthful``, ``late``, ``wrong``, ``unavailable`` for lessons."""
    publish_within_hours: float = 24.0
    """The insurer publishes within this time of receipt, spread by ``seed``."""
    late_after_days: float = 10.0
    """From discharge to receipt before a record counts as late (assumption: roughly 7 working days)."""
    late_filing_hours: float = 6.0
    structure_hours: float = 24.0
    mismatch_hours: float = 48.0
    memory_days: float = 60.0
    """How long findings and receipts can be looked up."""
    hub_data_form: str = "either"
    """The hub's ``data``: a Base64 ``string``, an ``object`` with file_content, or ``either`` (sources differ)."""
    hub_repeats: str = "same"
    """The same message again at the hub: ``same`` number, or ``count`` as another version (unknown)."""
    seed: int = 1
    """Chooses the spread of publication, so that a run can be repeated."""


DEFAULTS = Options()
LABELS = {
    "token_minutes": "Thời hạn phiên đăng nhập (phút, giờ thật)",
    "lock_after": "Khóa tài khoản sau số lần sai mật khẩu liên tiếp",
    "refusal_style": "Cách từ chối xác thực",
    "second_login_revokes": "Đăng nhập mới hủy phiên cũ",
    "facility_mismatch": "Khi mã cơ sở không khớp với tài khoản",
    "structure_code": "Mã lỗi khi sai phần tử gốc hoặc cấu trúc",
    "content_code": "Mã lỗi khi bảng bên trong không dùng được",
    "certificate_code": "Mã lỗi khi chứng thư chưa đăng ký, hết hạn, thu hồi",
    "largest_base64": "Số ký tự Base64 lớn nhất của một tệp",
    "allow_legacy_paths": "Nhận cả đường dẫn của QĐ 130 và QĐ 4750",
    "repeats": "Khi gửi lại cùng mã liên kết",
    "duplicate_code": "Mã lỗi khi từ chối vì trùng (bịa ra, không có trong tài liệu)",
    "receipt_look_up": "Tra cứu biên nhận bằng máy (cổng thật không có)",
    "publish_within_hours": "Lên sổ sức khỏe trong vòng (giờ mô phỏng)",
    "late_after_days": "Coi là gửi muộn sau khi ra viện (ngày)",
    "late_filing_hours": "Báo gửi muộn sau (giờ)",
    "structure_hours": "Báo lỗi từng trường sau (giờ)",
    "mismatch_hours": "Báo lệch tổng hợp và chi tiết sau (giờ)",
    "memory_days": "Tra cứu kết quả được trong (ngày)",
    "hub_data_form": "Trục Bộ Y tế: dạng của data",
    "hub_repeats": "Trục Bộ Y tế: khi gửi lại nguyên bản tin",
    "seed": "Hạt giống chia giờ lên sổ",
}
WORDS = {
    "body": "HTTP 200, mã 401 trong nội dung",
    "bare": "HTTP 401 rỗng",
    "pass": "cho qua, ghi theo tài khoản gửi",
    "replace": "bản mới thay bản cũ",
    "count": "ghi thành hồ sơ thứ hai",
    "none": "không có",
    "truthful": "có, trả lời đúng",
    "late": "có, biết chậm 30 phút",
    "wrong": "có, trả lời sai",
    "unavailable": "có, nhưng đang hỏng",
    "refuse": "từ chối",
    "string": "chuỗi Base64",
    "object": "đối tượng có file_content",
    "either": "cả hai",
    "same": "trả lại mã giao dịch cũ",
}
"""What a choice is called on the page."""
CHOICES: dict[str, tuple[str, ...]] = {
    "refusal_style": ("body", "bare"),
    "facility_mismatch": ("refuse", "pass"),
    "repeats": ("replace", "count", "refuse"),
    "hub_data_form": ("string", "object", "either"),
    "hub_repeats": ("same", "count"),
    "receipt_look_up": ("none", "truthful", "late", "wrong", "unavailable"),
}


_kept: Options | None = None
"""As this process knows them: only the one serving process changes them."""


def options() -> Options:
    global _kept
    if _kept is None:
        _kept = Options(**{row.name: row.value for row in Option.objects.all()})
    return _kept


def forget() -> None:
    """Read them anew: a worker that starts inherits what its parent knew."""
    global _kept
    _kept = None


def set_options(values: dict[str, Any]) -> Options:
    """Change some options. Raises ValueError naming the option that is unknown or badly valued."""
    kinds = {field.name: type(getattr(DEFAULTS, field.name)) for field in fields(Options)}
    clean = {}
    for name, value in values.items():
        if name not in kinds:
            raise ValueError(f"there is no option {name}")
        if kinds[name] is float and isinstance(value, int):
            value = float(value)
        if not isinstance(value, kinds[name]) or (kinds[name] is int and isinstance(value, bool)):
            raise ValueError(f"{name} wants {kinds[name].__name__}")
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}")
        clean[name] = value
    for name, value in clean.items():
        Option.objects.update_or_create(name=name, defaults={"value": value})
    forget()
    return options()
