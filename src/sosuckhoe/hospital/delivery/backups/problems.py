"""Why no copy was made, or none was put back: each with its sentence for whoever runs the machine."""

import errno


class BackupProblem(Exception):
    """A copy could not be made or put back. ``str()`` is the sentence; nothing half-done is left."""


class Unusable(BackupProblem):
    """What was asked for cannot be done with what was named; nothing was tried."""


class Busy(Unusable):
    """Đang có một lần sao lưu hay khôi phục khác ở thư mục nhà này. Đợi xong rồi chạy lại."""


FULL = "Nơi chứa bản sao hết chỗ nên chưa sao được; phần chép dở đã được bỏ. Dọn bớt hoặc dùng ổ lớn hơn rồi chạy lại."


def of_the_disk(problem: OSError, full: str = FULL) -> BackupProblem:
    """What a failed write or read means."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return BackupProblem(full)
    where = f" ở {problem.filename}" if problem.filename else ""
    return BackupProblem(
        f"Chưa làm được: {problem.strerror or type(problem).__name__}{where}; phần làm dở đã được bỏ. "
        "Kiểm tra ổ đĩa, dây, mạng và quyền rồi chạy lại."
    )
