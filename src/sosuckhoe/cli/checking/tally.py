"""What many files add up to: how many, how bad, and which causes make up most of it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from sosuckhoe.healthbook import document
from sosuckhoe.healthbook.validation import Checked, listed_rule
from sosuckhoe.healthbook.validation.mending import general_rules

from .progress import spoken
from .refusals import REFUSALS

TOP = 10
_VALUE = re.compile(r"\{[^}]*\}")
_IN_BRACKETS = re.compile(r" \([^()]*\{(?!@day)[^()]*\)")
_BESIDE_A_WORD = re.compile(
    r"(?<! sau)(?<! từ)(?<! đến)(?<! bằng)(?<! hơn)(?<! trừ)(?<! cho)(?<! ghi)(?<! là)(?<! có)(?<! lúc)(?<! ngày)(?<! khác)"
    r"(?<! đủ)(?<! của)(?<! tính)(?<! nghỉ)(?<! tháng)(?<! năm)(?<! khoa)(?<! thẻ)(?<! trả)(?<! nặng)(?<![:,;+]) \{(?:@wrong|[A-Z][A-Z0-9_.]*)\}%?"
)
"""A value right after the word for it, as in “giờ đến khám {NGAY_VAO}”."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One rule in the Pareto."""

    rule: str
    count: int
    share: float
    """Of all faults of its severity, from 0 to 1."""
    running: float
    """The share of this and all greater causes."""


@dataclass
class Tally:
    """Counts; of a file it keeps no more than which visit it was of."""

    files: int = 0
    unusable: int = 0
    visits: int = 0
    visits_with_errors: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    """Faults that hold back, by rule; refusals of unusable files are among them."""
    warnings: Counter[str] = field(default_factory=Counter)
    owners: dict[str, Counter[str]] = field(
        default_factory=lambda: {"error": Counter(), "warning": Counter()}
    )

    repeated: dict[str, list[str]] = field(default_factory=dict)
    """Visit codes that stand in several files, and these."""
    told: set[tuple[str, str]] = field(default_factory=set)
    """What was told in full of earlier files."""
    _first: dict[str, str] = field(default_factory=dict)

    def add(self, results: list[Checked]) -> None:
        """One file's results."""
        self.files += 1
        for result in results:
            if result.visit_code and result.edition:  # not the lone tables of a visit that was cut into files
                first = self._first.setdefault(result.visit_code, result.file)
                if first != result.file:
                    self.repeated.setdefault(result.visit_code, [first]).append(result.file)
            if result.usable:
                self.visits += 1
                self.visits_with_errors += result.has_errors
            else:
                self.unusable += 1
            for fault in result.faults:
                (self.errors if fault.severity == "error" else self.warnings)[fault.rule] += 1
                self.owners[fault.severity][fault.owner] += 1

    def causes(self, severity: str = "error") -> list[Cause]:
        """Every cause, the greatest first."""
        counts = self.errors if severity == "error" else self.warnings
        total, running, causes = counts.total(), 0, []
        for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            running += count
            causes.append(Cause(rule, count, count / total, running / total))
        return causes

    def as_text(self) -> str:
        """The summary at the end of a terminal's output."""
        lines = [
            "",
            f"Tổng cộng {spoken(self.files)} tệp, {spoken(self.visits)} đợt khám: "
            f"{spoken(self.visits_with_errors)} đợt khám có lỗi, {spoken(self.unusable)} tệp không dùng được.",
            f"{spoken(self.errors.total())} lỗi, {spoken(self.warnings.total())} cảnh báo.",
        ]
        for severity, title in (("error", "Lỗi"), ("warning", "Cảnh báo")):
            causes = self.causes(severity)
            if causes:
                lines.append(f"{title} nhiều nhất:")
                lines += [
                    f"  {spoken(cause.count):>7}  {percent(cause.running):>6}  {cause.rule:<14}  {words(cause.rule)}"
                    for cause in causes[:TOP]
                ]
        if self.repeated:
            lines.append(repeated_sentence(self))
            lines += [f"  {code}: {', '.join(files)}" for code, files in islice(self.repeated.items(), TOP)]
        return "\n".join(lines)


def repeated_sentence(tally: Tally) -> str:
    """What to do about visits that stand in several files."""
    return (
        f"{spoken(len(tally.repeated))} mã liên kết (MA_LK) có trong nhiều tệp. Nếu là một đợt khám xuất nhiều lần, chỉ "
        "gửi tệp mới nhất. Nếu là hai đợt khám khác nhau, nhờ công nghệ thông tin cấp cho mỗi đợt một mã."
    )


def words(rule: str) -> str:
    """What a rule or a refusal says, official names standing for values."""
    listed = listed_rule(rule)
    if listed is not None:
        return plain_sentence(listed.sentences[0])
    if rule in document.REFUSALS:
        what = (
            document.REFUSALS[rule]
            .what.replace(": {detail}", "")
            .replace("({detail})", "")
            .replace(" {detail}.", ".")
            .replace("{detail}.", ".")
            .replace("{detail}", "…")
        )
        return what[0].upper() + what[1:]
    if rule in REFUSALS:
        return REFUSALS[rule].what.replace(" {name}", "").replace("{name}", "Đây")
    return general_rules()[rule]["sentence"] if rule in general_rules() else ""


def plain_sentence(sentence: str) -> str:
    """A rule's sentence for many faults: no values, where the word for one is enough, and else a gap."""
    sentence = _BESIDE_A_WORD.sub("", _IN_BRACKETS.sub("", sentence))
    return _VALUE.sub("…", sentence.replace("{@day}", "hôm nay").replace(" {@odd}", ""))


def percent(share: float) -> str:
    """100 % only when it is all."""
    return "100 %" if share == 1 else f"{min(99.9, share * 100):.1f} %".replace(".", ",").replace(",0 ", " ")
