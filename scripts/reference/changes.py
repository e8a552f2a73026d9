"""What each decision changed, in words, and the states of a submission."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby, pairwise

from sosuckhoe.healthbook.standard import decisions, edition_on
from sosuckhoe.healthbook.standard.decision import IN_FORCE
from sosuckhoe.healthbook.standard.differences import Difference, differences
from sosuckhoe.hospital.delivery.states import NEEDS_A_PERSON, STEPS, TRANSMITTED, State, diagram

from .saying import cell, day, facts, list_title, page, running, table, vi

MANY = 12
"""A new list with more codes than this is told as one line."""


def pages() -> Iterator[tuple[str, str]]:
    yield "thay-doi.md", _changes()
    yield "trang-thai.md", _states()


def steps() -> list[tuple[date, date]]:
    """The days between which the standard changed: from one decision coming into force to the next."""
    found = sorted({one.in_force for one in decisions() if one.status == IN_FORCE})
    return list(pairwise(found))


def _changes() -> str:
    known = decisions()
    rows = [
        (f"`{one.id}`", one.number, cell(one.title), day(one.signed), day(one.in_force), vi(one.confidence))
        for one in known
    ]
    parts = [
        "# Chuẩn đã đổi những gì",
        "Hồ sơ được kiểm tra theo chuẩn có hiệu lực vào ngày ra viện. Hỏi hai ngày bất kỳ: "
        "`sosuckhoe standard diff 2024-08-01 2026-08-01`.",
        table(("Thư mục", "Văn bản", "Nội dung", "Ký", "Hiệu lực", "Độ chắc chắn"), rows),
    ]
    for before, after in steps():
        numbers = ", ".join(one.number for one in known if one.in_force == after)
        parts.append(f"## Từ {day(before)} đến {day(after)}: {numbers}")
        lines = list(_told(before, after))
        parts.append("\n".join(lines) if lines else "Không đổi bảng hay mã nào.")
    return page(*parts)


def _told(before: date, after: date) -> Iterator[str]:
    had, later = edition_on(before).codes, edition_on(after).codes
    for where, group in groupby(differences(before, after), key=lambda one: one.where):
        found = list(group)
        name = list_title(where) if where in later else ""
        path = f"danh-muc/{where}.md"
        heading = f"[{name}]({path})" if name else _linked(where)
        if name and len(found) > MANY and (where not in had or not had[where].on(before)):
            yield f"- {heading}: danh mục mới, {len(found)} mã [{cell(found[0].source)}]"
        elif len(found) == 1:
            yield f"- {heading}: {_said(found[0])}"
        else:
            yield f"- {heading}"
            yield from (f"  - {_said(one)}" for one in found)


def _said(one: Difference) -> str:
    return f"{cell(one.what)} [{cell(one.source)}]"


def _linked(where: str) -> str:
    name, _, field = where.partition(".")
    if name not in running().tables:  # dropped since, and without a page
        return where
    if field and field not in running().tables[name].by_official:
        return f"[{name}](bang/{name}.md).{field}"
    return f"[{where}](bang/{name}.md" + (f"#{field.lower()})" if field else ")")


def _states() -> str:
    rows = [
        (
            state.label,
            f"`{state.name}`",
            "có" if state in TRANSMITTED else "",
            "có" if state in NEEDS_A_PERSON else "",
        )
        for state in State
    ]
    moves = ((f"{before.label} → {after.label}", vi(cause)) for (before, after), cause in STEPS.items())
    return page(
        "# Trạng thái của một hồ sơ gửi đi",
        table(("Trạng thái", "Trong mã nguồn", "Đã liên thông", "Cần người xử lý"), rows),
        "Không có bước nào ngoài các bước dưới đây.",
        facts(moves),
        "## Sơ đồ",
        f"```mermaid\n{diagram()}```",
    )
