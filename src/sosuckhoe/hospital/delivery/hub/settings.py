"""What is open in the hub's description (moh-hub.md) and therefore a setting of each hub, with its source.

A setting lies in ``Destination.hub``; what is not there has the default. Nothing here is guessed at: ``receiver_id``
and the key have no default, and a hub without them sends nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ....healthbook.identifiers import hub_facility_code


@dataclass(frozen=True, slots=True)
class HubSettings:
    """One hub's settings."""

    sender_id: str = ""
    receiver_id: str = ""
    key_reference: str = ""
    data_form: str = "string"
    code_form: str = "either"
    within: str = "CHUKYDONVI"
    all_blocks: bool = False
    relay: bool = False
    token_minutes: int = 15
    largest_mb: int = 10
    due: str = "24h"
    doctor_field: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "HubSettings":
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    def missing(self) -> list[str]:
        """The settings without which nothing can be sent."""
        needed = {"receiver_id": self.receiver_id, "key_reference": self.key_reference}
        found = [name for name, value in needed.items() if not value]
        if not hub_facility_code.is_valid(self.sender_id):
            found.insert(0, "sender_id")
        return found


@dataclass(frozen=True, slots=True)
class Explained:
    """A setting as the administrator reads it."""

    label: str
    sentence: str
    source: str
    choices: Mapping[str, str] | None = None


EXPLAINED: Mapping[str, Explained] = {
    "sender_id": Explained(
        "Mã cơ sở gửi (13 chữ số)",
        "Mã do Bộ Y tế cấp, không phải mã 5 ký tự của BHXH.",
        "Ba tài liệu của đơn vị làm phần mềm viết giống nhau",
    ),
    "receiver_id": Explained(
        "Mã nơi nhận",
        "Hỏi đơn vị vận hành trục: đã thấy TDLBYT, emrhub và tên của trục cấp tỉnh.",
        "Các nguồn không giống nhau nên không có giá trị mặc định",
    ),
    "data_form": Explained(
        "Cách đặt tệp vào bản tin",
        "Trường data là chuỗi Base64, hay là một đối tượng có file_content.",
        "Các nguồn không giống nhau; mặc định là chuỗi",
        {"string": "Chuỗi Base64", "object": "Đối tượng có file_content"},
    ),
    "code_form": Explained(
        "MACSKCB trong tệp",
        "Mã 5 ký tự hay 13 chữ số. Khi chưa rõ, cả hai đều được nhận.",
        "Các nguồn không giống nhau; mặc định nhận cả hai",
        {"either": "Chưa rõ, nhận cả hai", "5": "Mã 5 ký tự", "13": "Mã 13 chữ số"},
    ),
    "within": Explained(
        "Vị trí chữ ký",
        "CHUKYDONVI đứng sau hay nằm trong THONGTINHOSO; CKS_NGUOI_KET_LUAN và CKS_BENH_VIEN là hai thẻ cuối trong đó.",
        "Các nguồn không giống nhau; đặt hai thẻ ấy trong CHUKYDONVI là giả định của chương trình",
        {
            "CHUKYDONVI": "Trong CHUKYDONVI, sau THONGTINHOSO",
            "THONGTINHOSO/CHUKYDONVI": "Trong CHUKYDONVI, cuối THONGTINHOSO",
            "": "Hai thẻ cuối của tệp, không có CHUKYDONVI",
        },
    ),
    "all_blocks": Explained(
        "Đủ các khối XML1 đến XML12",
        "Nhắc khi tệp thiếu một khối, kể cả khối không dùng.",
        "Một phần mềm gửi đủ mọi khối vì có nơi từ chối khi thiếu; chưa chắc chắn",
    ),
    "relay": Explained(
        "Là trục cấp tỉnh chuyển tiếp",
        "Khi trục báo lỗi hệ thống, coi là chưa rõ kết quả thay vì tự gửi lại, vì trục có thể đã giữ bản tin.",
        "Ghi nhận ở một trục cấp tỉnh; chưa chắc chắn",
    ),
    "token_minutes": Explained(
        "Phiên đăng nhập dùng tối đa (phút)",
        "Ngắn hơn thời hạn trục trả về thì đăng nhập lại sớm hơn.",
        "Một phần mềm làm mới mỗi 15 phút",
    ),
    "largest_mb": Explained(
        "Bản tin lớn nhất (MiB)", "Lớn hơn thì giữ lại, không gửi.", "Một trục cấp tỉnh nhận đến 10 MiB"
    ),
    "doctor_field": Explained(
        "Trường ghi bác sĩ kết luận",
        "Chỉ khi bệnh viện giữ khóa ký của bác sĩ trên máy chủ: tên trường trong tệp ghi mã của bác sĩ kết luận. "
        "Để trống thì giữ nguyên chữ ký có sẵn trong tệp.",
        "Chưa có bảng trường của QĐ 2062/QĐ-BYT; chữ ký của bác sĩ đứng trước chữ ký của cơ sở",
    ),
    "due": Explained(
        "Hạn gửi",
        "24 giờ sau khi kết thúc khám, hoặc hết ngày làm việc (17 giờ).",
        "QĐ 1551/QĐ-BYT: 24 giờ; một tài liệu đọc QĐ 2062/QĐ-BYT là hết ngày làm việc",
        {"24h": "24 giờ", "working_day": "Hết ngày làm việc"},
    ),
}
