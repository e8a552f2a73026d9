"""What the reference says of a health check's file, checked; what it is unsure of is a warning."""

import re
from collections.abc import Iterator
from typing import Literal

from ..identifiers import hub_facility_code
from ..validation import Fault
from .reading import ROOT, HealthCheckFile

BLOCKS = tuple(f"XML{number}" for number in range(1, 13))
CLASSES = frozenset("12345")
SURE, UNSURE = (
    "QĐ 2062/QĐ-BYT, theo tài liệu kỹ thuật",
    "Ghi nhận của một đơn vị làm phần mềm, chưa chắc chắn",
)
Severity = Literal["error", "warning"]


def check_health_check(
    file: HealthCheckFile,
    *,
    code_form: str = "either",
    within: str = "CHUKYDONVI",
    all_blocks: bool = False,
) -> list[Fault]:
    """Errors keep the file out, warnings do not. The settings are the hub's (moh-hub.md: open questions).

    ``code_form``: ``5``, ``13`` or ``either``. ``within``: where CKS_BENH_VIEN stands, below the root.
    """
    return [
        *_envelope(file, code_form),
        *_parts(file, all_blocks),
        *_places(file, within),
        *(
            Fault(one.rule, one.path, one.row, one.severity, one.detail, "Cấu trúc tệp XML", one.value, "it")
            for one in file.remarks
        ),
    ]


def _envelope(file: HealthCheckFile, code_form: str) -> Iterator[Fault]:
    place = f"{ROOT}.MACSKCB"
    five = re.fullmatch("[0-9A-Za-z]{5}", file.facility_code) is not None
    thirteen = hub_facility_code.is_valid(file.facility_code)
    wanted = {"5": five, "13": thirteen}.get(code_form, five or thirteen)
    if not (five or thirteen):
        said = file.facility_code or "(trống)"
        yield _fault(
            "KSK-002", place, f"MACSKCB là {said}; cần mã 5 ký tự hoặc mã 13 chữ số.", file.facility_code
        )
    elif not wanted:
        yield _fault(
            "KSK-002",
            place,
            f"MACSKCB có {len(file.facility_code)} ký tự; nơi nhận này được khai là cần mã {code_form}.",
            file.facility_code,
            severity="warning",
            source=UNSURE,
        )
    if not re.fullmatch("[0-9]{8}|[0-9]{12}|[0-9]{14}", file.made_on):
        yield _fault(
            "KSK-003",
            f"{ROOT}.NGAYLAP",
            "NGAYLAP nên có dạng năm tháng ngày, có thể kèm giờ phút.",
            file.made_on,
            severity="warning",
            source=UNSURE,
        )
    if file.declared_count != "1" or file.count != 1:
        yield _fault(
            "KSK-004",
            f"{ROOT}.SOLUONGHOSO",
            f"Mỗi tệp một lần khám: SOLUONGHOSO phải là 1 và có một HOSO; tệp ghi "
            f"{file.declared_count or '(trống)'} và có {file.count}.",
            file.declared_count,
        )


def _parts(file: HealthCheckFile, all_blocks: bool) -> Iterator[Fault]:
    kinds = [kind for kind, _ in file.parts]
    if file.count and not any(root is not None for _, root in file.parts):
        yield _fault("KSK-005", f"{ROOT}.FILEHOSO", "Tệp không có khối dữ liệu nào.")
    for kind in dict.fromkeys(kinds):
        if kind not in BLOCKS:
            yield _fault(
                "KSK-006",
                f"{ROOT}.LOAIHOSO",
                "LOAIHOSO không thuộc XML1 đến XML12.",
                kind[:40],
                severity="warning",
                source=UNSURE,
            )
        if kinds.count(kind) > 1:
            yield _fault("KSK-006", f"{ROOT}.LOAIHOSO", "Một khối xuất hiện nhiều lần trong tệp.", kind[:40])
    missing = [kind for kind in BLOCKS if kind not in kinds]
    if all_blocks and missing:
        yield _fault(
            "KSK-007",
            f"{ROOT}.LOAIHOSO",
            f"Thiếu khối {', '.join(missing)}; nơi nhận này được khai là cần đủ mọi khối, kể cả khối rỗng.",
            severity="warning",
            source=UNSURE,
        )
    for kind, value in file.values("PHAN_LOAI_SK"):
        if value not in CLASSES:
            yield _fault(
                "KSK-008", f"{kind}.PHAN_LOAI_SK", "Phân loại sức khỏe phải là một số từ 1 đến 5.", value[:40]
            )


def _places(file: HealthCheckFile, within: str) -> Iterator[Fault]:
    place = f"{ROOT}.CKS_BENH_VIEN"
    if file.within is None:
        yield _fault("KSK-009", place, "Tệp không có thẻ CKS_BENH_VIEN để đặt chữ ký của cơ sở.", owner="it")
        return
    if file.facility_signed:
        yield _fault("KSK-010", place, "Tệp đã có chữ ký của cơ sở; chỉ nhận tệp chưa ký.", owner="it")
    if file.within != within:
        yield _fault(
            "KSK-011",
            place,
            f"CKS_BENH_VIEN nằm trong {file.within or ROOT}; nơi nhận này được khai là trong {within or ROOT}. "
            "Xem lại thiết lập nơi nhận hoặc phần mềm xuất tệp.",
            owner="it",
        )
    elif file.places[-1] != "CKS_BENH_VIEN":
        yield _fault("KSK-011", place, "CKS_BENH_VIEN phải là thẻ cuối cùng ở chỗ đặt chữ ký.", owner="it")
    if "CKS_NGUOI_KET_LUAN" not in file.places:
        yield _fault(
            "KSK-012",
            f"{ROOT}.CKS_NGUOI_KET_LUAN",
            "Không có thẻ CKS_NGUOI_KET_LUAN cạnh CKS_BENH_VIEN.",
            severity="warning",
            source=UNSURE,
            owner="it",
        )
    elif not file.doctor_signed:
        yield _fault(
            "KSK-012",
            f"{ROOT}.CKS_NGUOI_KET_LUAN",
            "Bác sĩ kết luận chưa ký vào tệp.",
            severity="warning",
            source=UNSURE,
            owner="it",
        )


def _fault(
    rule: str,
    path: str,
    message: str,
    value: str = "",
    *,
    severity: Severity = "error",
    source: str = SURE,
    owner: Literal["records", "it"] = "records",
) -> Fault:
    return Fault(rule, path, None, severity, message, source, value, owner)
