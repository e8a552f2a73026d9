"""Who may do what. Each policy comes as a pair: ``can_x`` asks, ``check_can_x`` raises a named refusal."""

from collections.abc import Mapping
from typing import Any

from .models import Role

R = Role
MAY: Mapping[str, frozenset[str]] = {
    "read_patients": frozenset({R.RECEPTION, R.CLINICIAN, R.RECORDS}),
    "look_up_cards": frozenset({R.RECEPTION, R.RECORDS}),
    "read_records": frozenset({R.CLINICIAN, R.RECORDS, R.PLANNING}),
    "see_delivery": frozenset({R.RECORDS, R.IT, R.PLANNING}),
    "import_files": frozenset({R.RECORDS, R.IT}),
    "close_visits": frozenset({R.CLINICIAN, R.RECORDS}),
    "mend_findings": frozenset({R.RECEPTION, R.CLINICIAN, R.RECORDS, R.IT}),
    "steer_delivery": frozenset({R.RECORDS, R.IT}),
    "set_up": frozenset({R.IT, R.ADMINISTRATOR}),
    "manage_staff": frozenset({R.ADMINISTRATOR}),
    "report": frozenset({R.PLANNING, R.RECORDS, R.ADMINISTRATOR}),
    "read_journal": frozenset({R.AUDITOR}),
}
"""The whole table of rights: the deed, and the roles that may do it."""


class NotAllowed(PermissionError):
    """Tài khoản của anh/chị không có quyền làm việc này."""

    def __str__(self) -> str:
        return type(self).__doc__ or ""


class CannotReadPatients(NotAllowed):
    """Tài khoản của anh/chị không có quyền xem danh sách người bệnh."""


class CannotLookUpCards(NotAllowed):
    """Tài khoản của anh/chị không có quyền tra thẻ BHYT và báo vào khám."""


class CannotReadRecords(NotAllowed):
    """Tài khoản của anh/chị không có quyền xem nội dung hồ sơ khám bệnh, chữa bệnh."""


class CannotSeeDelivery(NotAllowed):
    """Tài khoản của anh/chị không có quyền xem việc gửi hồ sơ."""


class CannotImportFiles(NotAllowed):
    """Tài khoản của anh/chị không có quyền nhập tệp hồ sơ."""


class CannotCloseVisits(NotAllowed):
    """Tài khoản của anh/chị không có quyền kết thúc hoặc sửa đợt khám."""


class CannotMendFindings(NotAllowed):
    """Tài khoản của anh/chị không có quyền sửa theo đề xuất hoặc xác nhận giá trị trong hồ sơ."""


class CannotSteerDelivery(NotAllowed):
    """Tài khoản của anh/chị không có quyền tạm dừng, gửi tiếp hoặc xử lý hồ sơ chưa rõ kết quả."""


class CannotSetUp(NotAllowed):
    """Tài khoản của anh/chị không có quyền sửa thiết lập nơi nhận, chữ ký số và quy định của cơ sở."""


class CannotManageStaff(NotAllowed):
    """Tài khoản của anh/chị không có quyền quản lý nhân sự."""


class CannotReport(NotAllowed):
    """Tài khoản của anh/chị không có quyền lập báo cáo."""


class CannotReadJournal(NotAllowed):
    """Tài khoản của anh/chị không có quyền xem nhật ký."""


def _may(person: Any, deed: str) -> bool:
    return bool(getattr(person, "is_active", False)) and not MAY[deed].isdisjoint(
        getattr(person, "roles", frozenset())
    )


def can_read_patients(person: Any) -> bool:
    return _may(person, "read_patients")


def check_can_read_patients(person: Any) -> None:
    if not can_read_patients(person):
        raise CannotReadPatients


def can_look_up_cards(person: Any) -> bool:
    return _may(person, "look_up_cards")


def check_can_look_up_cards(person: Any) -> None:
    if not can_look_up_cards(person):
        raise CannotLookUpCards


def can_read_records(person: Any) -> bool:
    return _may(person, "read_records")


def check_can_read_records(person: Any) -> None:
    if not can_read_records(person):
        raise CannotReadRecords


def can_see_delivery(person: Any) -> bool:
    return _may(person, "see_delivery")


def check_can_see_delivery(person: Any) -> None:
    if not can_see_delivery(person):
        raise CannotSeeDelivery


def can_import_files(person: Any) -> bool:
    return _may(person, "import_files")


def check_can_import_files(person: Any) -> None:
    if not can_import_files(person):
        raise CannotImportFiles


def can_close_visits(person: Any) -> bool:
    return _may(person, "close_visits")


def check_can_close_visits(person: Any) -> None:
    if not can_close_visits(person):
        raise CannotCloseVisits


def can_mend_findings(person: Any) -> bool:
    return _may(person, "mend_findings")


def check_can_mend_findings(person: Any) -> None:
    if not can_mend_findings(person):
        raise CannotMendFindings


def can_steer_delivery(person: Any) -> bool:
    return _may(person, "steer_delivery")


def check_can_steer_delivery(person: Any) -> None:
    if not can_steer_delivery(person):
        raise CannotSteerDelivery


def can_set_up(person: Any) -> bool:
    return _may(person, "set_up")


def check_can_set_up(person: Any) -> None:
    if not can_set_up(person):
        raise CannotSetUp


def can_manage_staff(person: Any) -> bool:
    return _may(person, "manage_staff")


def check_can_manage_staff(person: Any) -> None:
    if not can_manage_staff(person):
        raise CannotManageStaff


def can_report(person: Any) -> bool:
    return _may(person, "report")


def check_can_report(person: Any) -> None:
    if not can_report(person):
        raise CannotReport


def can_read_journal(person: Any) -> bool:
    return _may(person, "read_journal")


def check_can_read_journal(person: Any) -> None:
    if not can_read_journal(person):
        raise CannotReadJournal
