"""How a fault is mended (cách sửa): one sentence of advice, for the person whose desk it is.

Advice names what to compare and where to put it right, never what the value should be: that stands in the patient's
papers, not in the file.
"""

import csv
from functools import lru_cache
from importlib.resources import files

from ..document import REFUSALS
from .rule import RULES

_EXPORT = "rồi xuất lại tệp."
_SOFTWARE = "nếu trên màn hình đã đúng thì phần mềm tính hoặc xuất sai: báo công nghệ thông tin."

BY_SUBJECT: dict[str, str] = {
    "beds": f"Xem lại ngày giường với ngày vào khoa, ra khoa trong bệnh án, sửa chỗ sai {_EXPORT}",
    "benefit": f"Tra cứu lại quyền lợi của thẻ BHYT và đối tượng đến khám, tính lại mức hưởng {_EXPORT}",
    "card": f"Tra cứu lại thẻ BHYT, lấy đúng số thẻ, nơi đăng ký và thời hạn từ kết quả tra cứu {_EXPORT}",
    "catalogued": "So dòng này với danh mục của bệnh viện: chọn lại đúng mục, hoặc bổ sung danh mục nếu mục có thật.",
    "check_ins": "Gửi check-in ngay sau chi phí đầu tiên của đợt khám; đợt đã kết thúc thì không cần sửa hồ sơ.",
    "codes": f"Chọn lại giá trị trong danh mục của phần mềm theo hồ sơ gốc {_EXPORT}",
    "dates": f"So hai thời điểm với bệnh án, sửa thời điểm ghi sai {_EXPORT}",
    "diagnoses": f"Bác sĩ xem lại các mã bệnh của đợt khám, sửa mã ghi sai {_EXPORT}",
    "doubles": f"Xem hai dòng có phải nhập trùng không: trùng thì xóa một dòng, không trùng thì để nguyên, {_EXPORT}",
    "health_book": f"Ghi bổ sung nội dung để người bệnh đọc được trong Sổ sức khỏe điện tử {_EXPORT}",
    "hiv_tb": f"Xem lại phiếu theo dõi của chương trình, sửa hoặc bổ sung chỉ tiêu này {_EXPORT}",
    "icd10": f"Bác sĩ chọn lại mã bệnh ICD-10 đang được dùng và đủ chi tiết {_EXPORT}",
    "identity": f"So với giấy tờ của người bệnh (CCCD, thẻ BHYT, giấy khai sinh), sửa chỗ ghi sai {_EXPORT}",
    "inside_the_stay": f"So thời điểm này với lúc đến khám và lúc ra viện, sửa thời điểm ghi sai {_EXPORT}",
    "leave": f"Mở giấy nghỉ, so số ngày và lý do với hồ sơ gốc, sửa hoặc bổ sung chỉ tiêu {_EXPORT}",
    "linked_lines": f"Tìm dòng ở bảng kia mà dòng này phải trỏ tới, sửa mã hoặc bổ sung dòng còn thiếu {_EXPORT}",
    "loaded_lists": "So dòng này với danh mục của bệnh viện: sửa dòng ghi sai, hoặc bổ sung danh mục nếu mục có thật.",
    "long_term": f"Xem lại số ngày và loại hình của đợt điều trị dài ngày, sửa chỗ sai {_EXPORT}",
    "medicines": f"So dòng thuốc với đơn thuốc và danh mục thuốc, sửa chỗ sai {_EXPORT}",
    "money": f"Xem lại số lượng, đơn giá, tỷ lệ của dòng này rồi tính lại; {_SOFTWARE}",
    "national_lists": f"Chọn lại mã trong danh mục dùng chung {_EXPORT}",
    "operations": f"Xem các phẫu thuật này có làm trong cùng một lần không, sửa tỷ lệ thanh toán nếu sai {_EXPORT}",
    "papers": f"Mở giấy tờ này, so với hồ sơ gốc, sửa hoặc bổ sung chỉ tiêu {_EXPORT}",
    "parts": f"Lập giấy tờ hoặc nhập bảng còn thiếu; bảng gửi thừa thì bỏ; xem lại loại hình, {_EXPORT}",
    "patient_fit": "So tuổi, giới tính của người bệnh với dịch vụ hoặc mã bệnh, sửa bên ghi sai rồi xuất lại tệp.",
    "repeated": f"Hai bảng ghi khác nhau về cùng một điều: so với hồ sơ gốc, sửa bảng ghi sai {_EXPORT}",
    "results": f"Xem lại phiếu kết quả hoặc tờ điều trị, bổ sung hoặc sửa chỗ này {_EXPORT}",
    "services": f"So dòng dịch vụ với chỉ định và danh mục dịch vụ, sửa chỗ sai {_EXPORT}",
    "shares": f"Xem lại mức hưởng, phần quỹ, cùng chi trả, tự trả và nguồn khác của dòng này rồi tính lại; {_SOFTWARE}",
    "spreadsheets": "Nhờ công nghệ thông tin lấy lại mã gốc, đặt cột mã ở dạng Văn bản rồi xuất lại tệp.",
    "stay": f"Xem lại loại hình, ngày vào, ngày ra và số ngày điều trị, sửa chỗ sai {_EXPORT}",
    "visit_kinds": f"Xem lại loại hình khám và đối tượng đến khám với giấy tờ của người bệnh, chọn lại nếu sai {_EXPORT}",
    "totals": f"Cộng lại các dòng thuốc và dịch vụ; dòng nào sai thì sửa dòng đó; {_SOFTWARE}",
}
"""Advice by the subject (module) of a rule."""

OF_UNKNOWN = "So với hồ sơ gốc, sửa chỗ sai trong phần mềm bệnh viện rồi xuất lại tệp."


@lru_cache(maxsize=1)
def general_rules() -> dict[str, dict[str, str]]:
    """What is said of shape rules and file rules: ``id, sentence, statement, mend``, by id."""
    text = files(__package__).joinpath("general_rules.csv").read_text(encoding="utf-8")
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


@lru_cache(maxsize=1)
def _subjects() -> dict[str, str]:
    """By id: the module, or ``parts`` for what points at a whole table."""
    return {rule.id: rule.subject if "." in rule.at else "parts" for rule in RULES}


def how_to_mend(rule: str) -> str:
    """One Vietnamese sentence of advice on the faults of a rule or the refusals of the reader."""
    if rule in REFUSALS:
        return REFUSALS[rule].what_to_do
    if rule in general_rules():
        return general_rules()[rule]["mend"]
    return BY_SUBJECT.get(_subjects().get(rule, ""), OF_UNKNOWN)
