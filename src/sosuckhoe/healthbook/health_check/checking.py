"""What is wrong in a health check's file, as faults. Only what the notes on QĐ 2062/QĐ-BYT say is judged."""

from collections.abc import Collection

from ..validation import Fault
from ..validation.fault import Owner, Severity
from .document import PLACES, ROOT, HealthCheck

NOTES = "QĐ 2062/QĐ-BYT, theo ghi chép của các đơn vị đã kết nối (chưa có toàn văn)"
GRADES = ("1", "2", "3", "4", "5")


def check_health_check(check: HealthCheck, *, facility_codes: Collection[str]) -> list[Fault]:
    """Faults of one file, errors first. ``facility_codes``: the facility's own, of five and of thirteen characters.

    An error keeps the file out; what the sources do not agree on is a warning.
    """
    faults = [
        *_envelope(check, facility_codes),
        *(
            _fault("KSK-003", f"NOIDUNGFILE.{kind}", f"Phần {kind or '(không tên)'} không đọc được: {why}")
            for kind, why in check.broken
        ),
        *_signatures(check),
        *(
            _fault(
                "KSK-006",
                f"{kind}.PHAN_LOAI_SK",
                f"Phân loại sức khỏe ghi “{grade}”; cần một số từ 1 đến 5. Bác sĩ kết luận xem lại.",
                grade,
                owner="clinician",
                severity="warning",
            )
            for kind, grade in check.grades
            if grade not in GRADES
        ),
    ]
    return sorted(faults, key=lambda fault: fault.severity != "error")


def _envelope(check: HealthCheck, facility_codes: Collection[str]) -> list[Fault]:
    faults = []
    if check.facility_code not in facility_codes:
        faults.append(
            _fault(
                "KSK-001",
                f"{ROOT}.MACSKCB",
                f"MACSKCB ghi “{check.facility_code[:20]}”, không phải mã 5 ký tự hay mã 13 số của cơ sở này. "
                "Sửa mã ở phần mềm khám sức khỏe rồi xuất lại.",
                check.facility_code[:20],
            )
        )
    if check.count != 1 or check.declared_count not in ("", "1"):
        faults.append(
            _fault(
                "KSK-002",
                f"{ROOT}.SOLUONGHOSO",
                f"Tệp có {check.count} lượt khám (SOLUONGHOSO ghi “{check.declared_count[:10]}”); mỗi tệp chỉ một "
                "lượt khám. Xuất mỗi lượt khám một tệp.",
                check.declared_count[:10],
            )
        )
    if check.count == 1 and not check.kinds:
        faults.append(
            _fault("KSK-003", f"{ROOT}.FILEHOSO", "Lượt khám không có phần nội dung nào. Xuất lại tệp.")
        )
    return faults


def _signatures(check: HealthCheck) -> list[Fault]:
    faults = []
    if check.signed:
        faults.append(
            _fault(
                "KSK-004",
                check.signature_place or ROOT,
                "Tệp đã có chữ ký của đơn vị. Chương trình tự ký khi gửi, nên xuất lại tệp chưa ký ở phần này.",
            )
        )
    elif not check.signature_place:
        faults.append(
            _fault(
                "KSK-004",
                ROOT,
                f"Cuối tệp chưa có chỗ trống để đơn vị ký ({' hoặc '.join(PLACES)}). "
                "Thêm phần tử rỗng này làm phần tử cuối cùng rồi xuất lại.",
            )
        )
    if not check.signed_by_doctor:
        faults.append(
            _fault(
                "KSK-005",
                "CKS_NGUOI_KET_LUAN",
                "Chưa thấy chữ ký của bác sĩ kết luận trong tệp. Nếu trục yêu cầu, bác sĩ ký ở phần mềm khám "
                "sức khỏe trước khi xuất.",
                owner="clinician",
                severity="warning",
            )
        )
    return faults


def _fault(
    rule: str,
    path: str,
    message: str,
    value: str = "",
    *,
    owner: Owner = "it",
    severity: Severity = "error",
) -> Fault:
    return Fault(rule, path, None, severity, message, NOTES, value, owner)
