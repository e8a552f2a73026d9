"""How each of the hospital's choices is asked for and said: as yes or no, one of a few words, lines of pairs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ...delivery.reports.six_month import LEFT_OUT, ROWS
from ..shell.labels import running_edition

YES_NO = {"yes": "Có", "no": "Không"}
YES_OR_NO = frozenset(
    {"summary_for_every_visit", "check_ins_are_sent", "health_checks_are_sent", "overruling_releases"}
)
DAYS = frozenset({"quarantine_days"})
MEGABYTES = frozenset({"largest_file_megabytes"})
WORDS: Mapping[str, Mapping[str, str]] = {
    "transmitted_means": {
        "received": "Cổng trả mã 200 kèm mã giao dịch",
        "sent": "Đã gửi đi, chưa cần trả lời",
    },
    "counting_day": {
        "closing": "Lúc kết thúc đợt trên phần mềm",
        "discharge": "Theo NGAY_RA của hồ sơ",
    },
}


TITLES = {
    "largest_file_megabytes": "Cỡ lớn nhất của một tệp gửi đi",
    "check_ins_are_sent": "Gửi báo vào khám (check-in, XML0)",
    "quarantine_days": "Giữ bản sao của tệp chưa nhận được trong bao lâu",
    "transmitted_means": "Trong báo cáo, “đã liên thông” nghĩa là gì",
    "health_checks_are_sent": "Gửi khám sức khỏe lên trục dữ liệu Bộ Y tế",
    "counting_day": "Trong báo cáo, lượt khám tính theo ngày nào",
    "six_month_rows": "Báo cáo 6 tháng: xếp dòng cho mã loại hình mà bảng chung chưa xếp",
    "base_salary": "Lương cơ sở (mức tham chiếu) để xét chi phí dưới 15%",
    "severities": "Đổi mức của quy tắc kiểm tra (lỗi, cảnh báo hoặc tắt)",
    "rules_off": "Quy tắc kiểm tra tạm tắt",
}
"""Shorter than the choice's own sentence, without the words that the program keeps."""
LEVELS = {"error": "lỗi", "warning": "cảnh báo", "off": "tắt"}


def title(name: str, sentence: str) -> str:
    return TITLES.get(name, sentence)


def basis(source: str) -> str:
    """Where a choice comes from, when that is a text a reader can look up."""
    return "" if ".md" in source or source.startswith("issue") else source


@dataclass(frozen=True, slots=True)
class Kind:
    """How one choice meets a form."""

    name: str

    @property
    def field(self) -> forms.Field:
        if self.name in WORDS:
            return forms.ChoiceField(label="Giá trị", choices=list(WORDS[self.name].items()))
        if self.name in YES_OR_NO:
            return forms.ChoiceField(label="Giá trị", choices=list(YES_NO.items()))
        if self.name == "tables_for_uninsured":
            tables = [
                (table.english, f"{table.official} – {table.title_vi}")
                for table in running_edition().tables.values()
                if table.english not in ("check_in", "visit", "medical_assessment")
            ]
            return forms.MultipleChoiceField(
                label="Các bảng gửi ngoài bảng 1",
                choices=tables,
                required=False,
                help_text="Không chọn bảng nào là gửi mọi bảng, trừ bảng 6 (HIV).",
                widget=forms.CheckboxSelectMultiple,
            )
        if self.name == "base_salary":
            return forms.IntegerField(
                label="Số tiền mỗi tháng, đồng",
                required=False,
                min_value=1,
                help_text="Để trống là chưa nhập.",
                error_messages={
                    "invalid": "Chỉ ghi chữ số, ví dụ 1234567.",
                    "min_value": "Số tiền cần lớn hơn 0.",
                },
            )
        if self.name in DAYS:
            return forms.IntegerField(
                label="Số ngày",
                min_value=1,
                max_value=3650,
                help_text="Từ 1 đến 3.650 ngày.",
                error_messages={
                    "invalid": "Chỉ ghi chữ số, ví dụ 30.",
                    "min_value": "Ít nhất là 1 ngày.",
                    "max_value": "Nhiều nhất là 3.650 ngày.",
                },
            )
        if self.name in MEGABYTES:
            return forms.IntegerField(
                label="Số MB (1 MB là 1.000.000 byte)",
                min_value=1,
                max_value=1000,
                help_text="Từ 1 đến 1.000 MB.",
                error_messages={
                    "invalid": "Chỉ ghi chữ số, ví dụ 100.",
                    "min_value": "Ít nhất là 1 MB.",
                    "max_value": "Nhiều nhất là 1.000 MB.",
                },
            )
        return forms.CharField(
            label="Giá trị",
            required=False,
            help_text=HINTS.get(self.name, ""),
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    def shown(self, value: Any) -> str:
        """A value as a sentence."""
        if self.name in WORDS:
            return WORDS[self.name].get(str(value), str(value))
        if isinstance(value, bool):
            return "Có" if value else "Không"
        if self.name == "base_salary":
            return f"{int(value):,} đ".replace(",", ".") if value else "Chưa nhập"
        if self.name in DAYS:
            return f"{value} ngày"
        if self.name in MEGABYTES:
            return f"{value} MB"
        if value is None:
            return "Mọi bảng, trừ bảng 6 (HIV)"
        if isinstance(value, dict):
            pairs = [f"{key}: {self._said(each)}" for key, each in sorted(value.items())]
            return "; ".join(pairs) or "Theo mặc định chung"
        if isinstance(value, list):
            return ", ".join(str(each) for each in value) or "Không có"
        return str(value)

    def _said(self, each: Any) -> str:
        if self.name == "six_month_rows":
            return f"dòng {each}, {ROWS[each]}" if each in ROWS else "không xếp vào bảng"
        return LEVELS.get(str(each), str(each))

    def initial(self, value: Any) -> Any:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, dict):
            return "\n".join(f"{key}={LEVELS.get(str(each), each)}" for key, each in sorted(value.items()))
        if isinstance(value, list) and self.name == "rules_off":
            return "\n".join(str(each) for each in value)
        return value

    def value(self, given: Any) -> Any:
        """What is kept, from what the form gave. Raises ValidationError with a sentence."""
        if self.name in YES_OR_NO:
            return given == "yes"
        if self.name == "tables_for_uninsured":
            return list(given) or None
        if self.name == "rules_off":
            return sorted({line.strip() for line in given.splitlines() if line.strip()})
        if self.name in ("severities", "six_month_rows"):
            return self._pairs(given)
        return given

    def _pairs(self, given: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        codes = {word: code for code, word in LEVELS.items()}
        allowed = (
            set(LEVELS.values()) if self.name == "severities" else {str(row) for row in (LEFT_OUT, *ROWS)}
        )
        for line in given.splitlines():
            if not line.strip():
                continue
            key, equals, each = (part.strip() for part in line.partition("="))
            if not equals or not key or each not in allowed:
                raise ValidationError(f"Dòng “{line.strip()[:60]}” chưa đúng dạng. {HINTS[self.name]}")
            found[key] = int(each) if self.name == "six_month_rows" else codes[each]
        return found


HINTS = {
    "six_month_rows": "Mỗi dòng một mã loại hình và số dòng của báo cáo từ 1 đến 6 (0 là không xếp vào bảng), ví dụ 10=1.",
    "severities": "Mỗi dòng một quy tắc và mức mới (lỗi, cảnh báo hoặc tắt), ví dụ FMT-018=cảnh báo.",
    "rules_off": "Mỗi dòng một mã quy tắc tạm tắt.",
}
