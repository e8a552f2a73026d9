"""The report as one HTML page that needs nothing else: the Pareto of causes, and the list behind each bar."""

import os
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from importlib.resources import files
from pathlib import Path

from sosuckhoe.healthbook.validation import OWNERS, Checked
from sosuckhoe.healthbook.validation.reasons import why

from .findings import Finding, findings_of
from .progress import spoken
from .tally import Cause, Tally, percent, repeated_sentence, words

SHOWN = 200
"""Findings behind one bar; the workbook has them all."""
_WIDTH = 320


class Report:
    """A page being made. ``add`` results, then ``finish``; without ``finish`` no file is left."""

    def __init__(self, path: Path, day: date) -> None:
        self.path, self.day = path, day
        self._shown: dict[tuple[str, str], list[tuple[str, Finding]]] = {}

    def add(self, results: Iterable[Checked]) -> None:
        """The findings of one file, as far as they will be shown."""
        for result in results:
            for fault, (owner, finding) in zip(result.faults, findings_of(result), strict=True):
                shown = self._shown.setdefault((fault.severity, fault.rule), [])
                if len(shown) < SHOWN:
                    shown.append((owner, finding))

    def finish(self, tally: Tally) -> None:
        """Write the page and put it in its place, whole."""
        unfinished = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with unfinished.open("w", encoding="utf-8") as stream:
                stream.writelines(f"{line}\n" for line in self._page(tally))
            os.replace(unfinished, self.path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _page(self, tally: Tally) -> Iterator[str]:
        style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
        yield '<!doctype html>\n<html lang="vi"><head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>Kết quả kiểm tra hồ sơ XML {self.day:%d/%m/%Y}</title>\n<style>{style}</style></head><body><main>"
        yield f"<h1>{escape(headline(tally))}</h1>"
        yield f"<p>Ngày kiểm tra {self.day:%d/%m/%Y}. Trang này có dữ liệu người bệnh: chỉ gửi cho người có trách nhiệm sửa.</p>"
        yield '<dl class="counts">'
        for name, number in (
            ("Tệp", tally.files),
            ("Đợt khám", tally.visits),
            ("Đợt khám có lỗi", tally.visits_with_errors),
            ("Tệp không dùng được", tally.unusable),
            ("Lỗi", tally.errors.total()),
            ("Cảnh báo", tally.warnings.total()),
        ):
            yield f"<div><dt>{name}</dt><dd>{spoken(number)}</dd></div>"
        yield "</dl>"
        yield from self._owners(tally)
        yield from self._causes(tally, "error", "Lỗi, nhiều nhất trước", "Không có lỗi nào giữ hồ sơ lại.")
        yield from self._causes(tally, "warning", "Cảnh báo, nhiều nhất trước", "Không có cảnh báo nào.")
        yield from self._repeated(tally)
        yield "</main></body></html>"

    def _repeated(self, tally: Tally) -> Iterator[str]:
        if tally.repeated:
            yield f"<h2>Trùng mã liên kết</h2><p>{escape(repeated_sentence(tally))}</p><ul>"
            for code, files in tally.repeated.items():
                yield f"<li>{escape(code)}: {escape(', '.join(files))}</li>"
            yield "</ul>"

    def _owners(self, tally: Tally) -> Iterator[str]:
        yield '<h2>Ai thường sửa</h2><table class="owners"><thead><tr><th>Bộ phận<th class="number">Lỗi<th class="number">Cảnh báo</tr></thead><tbody>'
        for owner, name in OWNERS.items():
            errors, warnings = tally.owners["error"][owner], tally.owners["warning"][owner]
            if errors or warnings:
                yield f'<tr><td>{escape(name)}<td class="number">{spoken(errors)}<td class="number">{spoken(warnings)}</tr>'
        yield "</tbody></table>"

    def _causes(self, tally: Tally, severity: str, title: str, none: str) -> Iterator[str]:
        causes = tally.causes(severity)
        yield f"<h2>{title}</h2>"
        if not causes:
            yield f"<p>{none}</p>"
            return
        yield "<p>Bấm vào một dòng để xem danh sách. Phần trăm là tỷ lệ cộng dồn.</p>"
        for cause in causes:
            yield f'<details class="{severity}"><summary>{_bar(cause, causes[0].count)}'
            yield f'<span class="words"><b>{escape(cause.rule)}</b> {escape(words(cause.rule))}</span></summary>'
            yield from self._list(severity, cause)
            yield "</details>"

    def _list(self, severity: str, cause: Cause) -> Iterator[str]:
        shown = self._shown[severity, cause.rule]
        sources = dict.fromkeys(finding.source for _, finding in shown)
        yield f"<p><b>Vì sao:</b> {escape(why(cause.rule))}</p>"
        yield f"<p><b>Theo:</b> {escape('; '.join(sources))}</p>"
        yield "<table><thead><tr><th>Tệp<th>Mã liên kết<th>Điều gì<th>Ở đâu<th>Giá trị<th>Cách sửa<th>Ai sửa</tr></thead><tbody>"
        for owner, finding in shown:
            cells = (
                finding.file,
                finding.visit_code,
                finding.message,
                finding.place,
                finding.value,
                finding.mend,
                OWNERS[owner],
            )
            yield "<tr>" + "".join(f"<td>{escape(_visible(cell))}" for cell in cells) + "</tr>"
        yield "</tbody></table>"
        if cause.count > len(shown):
            rest = spoken(cause.count - len(shown))
            yield f"<p>Còn {rest} chỗ khác, không nêu ở đây. Sổ Excel (--report tên.xlsx) có đủ.</p>"


def headline(tally: Tally) -> str:
    """What was found, in one sentence."""
    causes = tally.causes()
    if not causes:
        return f"Không có lỗi nào trong {spoken(tally.visits)} đợt khám"
    few = next(number for number, cause in enumerate(causes, 1) if cause.running >= 0.8)
    if few > len(causes) / 2:
        return f"{spoken(tally.errors.total())} lỗi do {spoken(len(causes))} nguyên nhân"
    return f"{spoken(few)} trong {spoken(len(causes))} nguyên nhân gây ra {percent(causes[few - 1].running)} số lỗi"


def _bar(cause: Cause, most: int) -> str:
    length = max(2, round(_WIDTH * cause.count / most))
    return (
        f'<svg viewBox="0 0 {_WIDTH} 16" preserveAspectRatio="none" aria-hidden="true"><rect width="{length}" height="16"></rect></svg>'
        f'<b class="number">{spoken(cause.count)}</b><span class="number">{percent(cause.running)}</span>'
    )


def _visible(text: str) -> str:
    """Characters that would not be seen are told by their number."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text[:400])
