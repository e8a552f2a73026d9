"""What verification says: passed, failed or can't tell yet, with a stable code and a sentence.

Gateway codes: 123 no signature, 124 certificate unknown or out of date (an assumption, the exact sense is not
public), 125 signature wrong or of another profile.
"""

from dataclasses import dataclass
from enum import Enum

from cryptography import x509
from lxml import etree


class Outcome(Enum):
    """Three values: what cannot be told is neither good nor bad."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One line of the table below."""

    outcome: Outcome
    gateway_code: str | None
    sentence: str


def _failed(gateway_code: str | None, sentence: str) -> Meaning:
    return Meaning(Outcome.FAILED, gateway_code, sentence)


_EXPORT = "Hãy xuất và ký lại tệp."
_CHANGED = "Hãy lấy lại tệp gốc và ký lại, rồi gửi đúng tệp vừa ký."

MEANINGS: dict[str, Meaning] = {
    "VALID": Meaning(Outcome.PASSED, None, "Chữ ký đúng, tệp không thay đổi từ khi ký."),
    # Cannot tell
    "TRUST-NOT-CHECKED": Meaning(
        Outcome.UNKNOWN,
        None,
        "Chữ ký khớp với tệp, nhưng chưa biết chứng thư có được tin cậy không. "
        "Hãy cung cấp chứng thư của nơi cấp hoặc danh sách chứng thư đã đăng ký.",
    ),
    "REVOCATION-UNKNOWN": Meaning(
        Outcome.UNKNOWN,
        None,
        "Chữ ký khớp với tệp, nhưng chưa hỏi được chứng thư có bị thu hồi không. Hãy kiểm tra lại sau.",
    ),
    "ORGANISATION-UNKNOWN": Meaning(
        Outcome.UNKNOWN,
        None,
        "Chữ ký khớp với tệp, nhưng chứng thư không ghi mã số thuế nên chưa biết có đúng của cơ sở không. "
        "Hãy đối chiếu chứng thư với đăng ký trên cổng.",
    ),
    # The document
    "DOCUMENT-TOO-LARGE": _failed("125", f"Tệp vượt giới hạn kích thước nên không được đọc. {_EXPORT}"),
    "DOCUMENT-ENCODING": _failed("125", f"Tệp không dùng bảng mã UTF-8. {_EXPORT}"),
    "DOCUMENT-DOCTYPE": _failed("125", f"Tệp có khai báo DOCTYPE nên bị từ chối. {_EXPORT}"),
    "DOCUMENT-COMMENT": _failed(
        "125", f"Tệp có chú thích XML, có thể che dữ liệu, nên bị từ chối. {_EXPORT}"
    ),
    "DOCUMENT-INSTRUCTION": _failed("125", f"Tệp có chỉ thị xử lý XML nên bị từ chối. {_EXPORT}"),
    "DOCUMENT-NOT-XML": _failed("125", f"Tệp không phải XML đọc được. {_EXPORT}"),
    "DOCUMENT-ROOT": _failed("125", f"Phần tử gốc không phải loại tệp được ký. {_EXPORT}"),
    "DOCUMENT-ATTRIBUTE": _failed("125", f"Phần tử gốc hoặc nơi đặt chữ ký có thuộc tính lạ. {_EXPORT}"),
    "DOCUMENT-TOO-DEEP": _failed("125", f"Tệp lồng nhau quá sâu hoặc có quá nhiều phần tử. {_EXPORT}"),
    "DOCUMENT-NAMESPACE": _failed("125", f"Tệp khai báo không gian tên không hợp lệ. {_EXPORT}"),
    # The signature's place and shape
    "NO-SIGNATURE": _failed("123", "Tệp chưa được ký. Hãy ký tệp trước khi gửi."),
    "SIGNATURE-PLACE": _failed(
        "125", f"Chữ ký không nằm trong CHUKYDONVI duy nhất ở cuối tệp nên không được chấp nhận. {_EXPORT}"
    ),
    "SIGNATURE-COUNT": _failed("125", f"Tệp có nhiều hơn một chữ ký. {_EXPORT}"),
    "SIGNATURE-SHAPE": _failed("125", f"Chữ ký không đúng mẫu được chấp nhận. {_EXPORT}"),
    "SIGNATURE-TOO-LARGE": _failed("125", f"Phần chữ ký vượt giới hạn kích thước. {_EXPORT}"),
    "DUPLICATE-ID": _failed("125", f"Tệp có hai phần tử cùng định danh Id. {_EXPORT}"),
    "ALGORITHM": _failed(
        "125", "Chữ ký dùng thuật toán không được chấp nhận. Hãy ký lại bằng RSA với SHA-256."
    ),
    "REFERENCE-COUNT": _failed("125", f"Chữ ký phải bao đúng một nội dung là toàn bộ tệp. {_EXPORT}"),
    "REFERENCE-TARGET": _failed("125", f"Chữ ký không bao toàn bộ tệp. {_EXPORT}"),
    "TRANSFORM": _failed("125", f"Chữ ký dùng phép biến đổi không được chấp nhận. {_EXPORT}"),
    "KEY-INFO": _failed("125", f"Chữ ký phải kèm đúng một chứng thư của cơ sở. {_EXPORT}"),
    # The arithmetic
    "DIGEST-MISMATCH": _failed("125", f"Nội dung tệp đã thay đổi sau khi ký. {_CHANGED}"),
    "SIGNATURE-MISMATCH": _failed("125", f"Giá trị chữ ký không khớp với chứng thư kèm theo. {_CHANGED}"),
    # The certificate
    "CERTIFICATE-UNREADABLE": _failed(
        "125", "Không đọc được chứng thư trong chữ ký. Hãy ký lại bằng chứng thư đúng."
    ),
    "CERTIFICATE-TOO-LARGE": _failed(
        "125", "Chứng thư trong chữ ký quá lớn. Hãy ký lại bằng chứng thư đúng."
    ),
    "CERTIFICATE-KEY": _failed(
        "125", "Khóa của chứng thư không phải RSA từ 2048 bit. Hãy ký lại bằng chứng thư đủ mạnh."
    ),
    "CERTIFICATE-USAGE": _failed(
        "124", "Chứng thư không được cấp để ký số. Hãy ký lại bằng chứng thư ký số của cơ sở."
    ),
    "CERTIFICATE-NOT-REGISTERED": _failed(
        "124", "Chứng thư chưa được đăng ký cho cơ sở này trên cổng. Hãy đăng ký chứng thư rồi ký lại."
    ),
    "CERTIFICATE-UNTRUSTED": _failed(
        "124", "Chứng thư không do nơi cấp được tin cậy phát hành. Hãy ký lại bằng chứng thư của cơ sở."
    ),
    "AUTHORITY-OUT-OF-DATE": _failed(
        "124", "Chứng thư của nơi cấp đã hết hạn hoặc chưa có hiệu lực. Hãy liên hệ nơi cấp chứng thư."
    ),
    "CERTIFICATE-EXPIRED": _failed(
        "124", "Chứng thư số đã hết hạn. Hãy gia hạn hoặc lấy chứng thư mới, đăng ký với cổng rồi ký lại."
    ),
    "CERTIFICATE-NOT-YET-VALID": _failed(
        "124", "Chứng thư chưa đến ngày có hiệu lực. Hãy kiểm tra đồng hồ máy hoặc ký lại sau ngày đó."
    ),
    "CERTIFICATE-REVOKED": _failed("124", "Chứng thư đã bị thu hồi. Hãy ký lại bằng chứng thư còn hiệu lực."),
    "CERTIFICATE-SUSPENDED": _failed("124", "Chứng thư đang bị tạm dừng. Hãy liên hệ nơi cấp chứng thư."),
    "CERTIFICATE-OTHER-ORGANISATION": _failed(
        "124", "Chứng thư thuộc tổ chức khác (mã số thuế khác). Hãy ký lại bằng chứng thư của cơ sở."
    ),
}
"""Every code a verdict can carry. Codes never change; sentences may."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of verifying one document."""

    code: str
    """A key of MEANINGS."""

    detail: str = ""
    """What exactly was found, for the technician; official names, no content of the record."""

    tree: etree._Element | None = None
    """The root of exactly what was signed, signature removed; set only when passed. Read nothing else."""

    certificate: x509.Certificate | None = None
    """The certificate named by the signature, as soon as it could be read; trust it only when passed."""

    @property
    def outcome(self) -> Outcome:
        return MEANINGS[self.code].outcome

    @property
    def gateway_code(self) -> str | None:
        return MEANINGS[self.code].gateway_code

    @property
    def sentence_vi(self) -> str:
        return MEANINGS[self.code].sentence
