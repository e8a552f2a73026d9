"""The journal in words: what each deed is called, and its facts as a short line."""

from dataclasses import dataclass

from ...journal.models import Entry

DEEDS = {
    "signed-in": "Đăng nhập",
    "signed-out": "Đăng xuất",
    "visit-read": "Xem đợt khám",
    "narrow-content-read": "Mở nội dung hạn chế",
    "versions-compared": "So sánh hai bản hồ sơ",
    "evidence-read": "Xem bằng chứng gửi",
    "evidence-taken": "Tải gói bằng chứng gửi",
    "exchange-read": "Xem nguyên văn trao đổi",
    "searched": "Tìm người bệnh",
    "card-looked-up": "Tra thẻ BHYT",
    "card-answer-read": "Xem câu trả lời tra thẻ",
    "card-checked-by-hand": "Ghi: đã xem thẻ giấy và giấy tờ",
    "check-in-told": "Báo vào khám",
    "check-in-read": "Xem báo vào khám",
    "person-registered-for-cards": "Ghi người tra thẻ",
    "visit-closed": "Kết thúc đợt khám",
    "visit-corrected": "Lưu bản sửa",
    "health-check-sent-later": "Cho gửi bù phiếu khám sức khỏe",
    "health-check-taken": "Nhận phiếu khám sức khỏe",
    "file-refused": "Không nhận tệp",
    "file-erased": "Xóa bản sao của tệp chưa nhận được",
    "file-erased-again": "Xóa lại tệp đã xóa trước khi khôi phục",
    "findings-overruled": "Xác nhận “đúng như vậy” hoặc cho gửi dù còn lỗi",
    "overruling-withdrawn": "Rút lại xác nhận “đúng như vậy”",
    "fix-applied": "Sửa theo đề xuất",
    "fix-undone": "Hoàn tác bản sửa",
    "visit-rechecked": "Kiểm tra lại hồ sơ tạm giữ",
    "visit-held-back": "Giữ lại hồ sơ chưa gửi vì quy tắc bị siết",
    "fixes-previewed": "Xem trước sửa hàng loạt",
    "rule-tried": "Thử quy tắc",
    "signatures-taken": "Tải danh sách chữ ký",
    "status-asked": "Hỏi tình trạng thu hồi chứng thư",
    "status-source-dropped": "Thôi hỏi tình trạng thu hồi chứng thư",
    "status-source-named": "Khai nơi hỏi tình trạng thu hồi chứng thư",
    "code-withheld": "Đánh dấu hồ sơ không gửi",
    "code-withheld-again": "Đánh dấu lại hồ sơ không gửi sau khôi phục",
    "code-withheld-lifted": "Bỏ đánh dấu hồ sơ không gửi",
    "code-withheld-settled": "Ghi cách xử lý tệp đã gửi trước khi đánh dấu",
    "practice-receipts-noted": "Nhận ra biên nhận tập, giữ hồ sơ để quyết định",
    "practice-sent-anew": "Cho gửi thật hồ sơ chỉ có biên nhận tập",
    "practice-not-sent": "Ghi là đợt tập, không gửi",
    "submission-held": "Giữ hồ sơ lại",
    "submission-released": "Cho gửi hồ sơ",
    "unknown-sent-again": "Gửi lại khi chưa rõ",
    "unknown-is-there": "Ghi: cổng đã có",
    "unknown-was-found": "Máy hỏi cổng: đã có",
    "unknown-is-not-there": "Ghi: cổng chưa có",
    "unknown-was-answered": "Câu trả lời đến muộn: cổng đã có",
    "unknown-was-booked": "Sổ ngoài ghi: cổng đã có",
    "portal-findings-noted": "Ghi lỗi do cổng báo",
    "content-settled": "Ghi: không còn vướng",
    "reconciled": "Đối chiếu",
    "restore-noticed": "Nhận ra cơ sở dữ liệu là bản cũ, giữ việc gửi",
    "restore-reconciled": "Đối chiếu bản khôi phục với sổ ngoài",
    "restore-lost-settled": "Ghi xong một hồ sơ mất sau khôi phục",
    "restore-released": "Cho gửi lại sau khôi phục",
    "clock-held": "Đồng hồ máy được giữ theo nguồn giờ chuẩn",
    "clock-lost": "Đồng hồ máy chưa đồng bộ",
    "clock-unknown": "Không biết đồng hồ máy có đồng bộ hay không",
    "stored-files-checked": "Băm lại mọi tệp đã lưu",
    "run-again": "Cho chạy lại theo lý do",
    "incident-noted": "Ghi sự cố không có trả lời",
    "incident-ended": "Ghi sự cố đã hết",
    "incident-cause-stated": "Ghi nguyên nhân sự cố",
    "incident-told": "Ghi sự cố hoặc bảo trì",
    "incident-told-anew": "Sửa sự cố hoặc bảo trì đã ghi",
    "incident-withdrawn": "Rút sự cố ghi nhầm",
    "calendar-loaded": "Nạp lịch làm việc",
    "destination-added": "Thêm nơi nhận",
    "destination-changed": "Đổi nơi nhận",
    "destination-paused": "Tạm dừng gửi",
    "destination-resumed": "Cho gửi tiếp",
    "earlier-sent": "Gửi bù hồ sơ cũ",
    "key-added": "Thêm khóa ký",
    "key-pin-entered": "Nhập lại mã PIN khóa ký",
    "key-secret-entered": "Nhập lại mật khẩu dịch vụ ký",
    "files-prepared": "Tải gói chờ ký",
    "signature-attached": "Nộp tệp đã ký",
    "key-registered": "Ghi đăng ký chứng thư trên cổng",
    "key-retired": "Ngừng dùng khóa ký",
    "key-tested": "Thử khóa ký",
    "policy-chosen": "Quy định của cơ sở",
    "catalogue-loaded": "Nhập danh mục",
    "person-added": "Thêm người dùng",
    "person-deactivated": "Khóa tài khoản",
    "person-reactivated": "Mở lại tài khoản",
    "roles-changed": "Đổi vai trò",
    "password-changed": "Đổi mật khẩu",
    "facility-added": "Thêm cơ sở",
    "facility-changed": "Đổi thông tin cơ sở",
    "facility-code-changed": "Đổi mã cơ sở",
    "unit-added": "Thêm khoa, phòng",
    "identity-settled": "Đối chiếu số định danh",
    "report-made": "Lập báo cáo",
    "report-downloaded": "Tải báo cáo",
    "journal-read": "Xem nhật ký",
    "journal-verified": "Kiểm tra nhật ký",
}
KINDS = {
    "restore": "lần khôi phục",
    "visit": "đợt khám",
    "person": "người dùng",
    "facility": "cơ sở",
    "unit": "khoa, phòng",
    "destination": "nơi nhận",
    "submission": "lượt gửi",
    "look-up": "lượt tra thẻ",
    "check-in": "báo vào khám",
    "health-check": "phiếu khám sức khỏe",
    "attempt": "lần gửi",
    "key": "khóa ký",
    "policy": "quy định",
    "file": "tệp",
    "finding": "lỗi",
    "patient": "người bệnh",
    "journal": "nhật ký",
    "report": "báo cáo",
    "period": "thời gian",
    "cause": "lý do",
    "calendar": "lịch",
    "rule": "quy tắc",
    "catalogue": "danh mục",
    "withheld": "dấu không gửi",
    "receipts": "biên nhận đến số",
    "machine": "máy",
}
NAMES = {
    "reason": "lý do",
    "version": "bản",
    "errors": "số lỗi",
    "count": "số lượng",
    "roles": "vai trò",
    "username": "tên đăng nhập",
    "since": "từ ngày",
    "until": "đến",
    "incident": "sự cố số",
    "code": "mã",
    "name": "tên",
    "number": "mã giao dịch",
    "found": "số kết quả",
    "table": "bảng",
    "base_url": "địa chỉ",
    "account": "tài khoản",
    "path_edition": "đường gửi",
    "entries": "số dòng",
    "period": "kỳ",
    "rule": "quy tắc",
    "path": "chỉ tiêu",
    "undone": "bản đã bỏ",
    "evidence": "căn cứ",
    "largest_error": "có thể sai tới (giây)",
    "declared_by": "người khai",
}


@dataclass(frozen=True, slots=True)
class Line:
    entry: Entry
    visit_code: str = ""

    @property
    def deed(self) -> str:
        return DEEDS.get(self.entry.action, self.entry.action)

    @property
    def thing(self) -> str:
        kind = KINDS.get(self.entry.kind, self.entry.kind)
        return f"{kind} {self.visit_code or self.entry.object_id}".strip()

    @property
    def facts(self) -> str:
        """The facts that a reader knows the name of; hashes and switches stay in the row's own text."""
        return "; ".join(
            f"{NAMES[key]}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
            for key, value in self.entry.detail.items()
            if key in NAMES
        )
