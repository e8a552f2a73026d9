"""The six-month report in words for a terminal, and as data for machines."""

from typing import Any

from django.utils import timezone

from .six_month import EXCLUSIONS, ROWS, TITLE, SixMonthReport


def as_text(report: SixMonthReport) -> str:
    """For a terminal, in the layout of the plan."""
    period = f"{report.period.first:%d/%m/%Y} – {report.period.last:%d/%m/%Y}"
    head = (
        f"{'TT':>2}  {'Loại hình khám bệnh, chữa bệnh':<30}"
        f"{'BHYT: lượt':>14}{'đã liên thông':>16}{'Không BHYT: lượt':>20}{'đã liên thông':>16}"
    )
    lines = [TITLE, f"{report.definition.facility.name}, {period}", "", head]
    for row, name in [*ROWS.items(), (0, "Cộng")]:
        pair = [report.cells[row, used] if row else report.total(used) for used in (True, False)]
        lines.append(
            f"{row or '':>2}  {name:<30}{pair[0].visits:>14}{pair[0].transmitted:>16}"
            f"{pair[1].visits:>20}{pair[1].transmitted:>16}"
        )
    lines.append("")
    lines += [
        f"Không tính: {EXCLUSIONS[name]}: {number}" for name, number in report.excluded.items() if number
    ]
    lines += [
        f"Chưa xếp dòng: mã loại hình {code or '(trống)'}: {number}"
        for code, number in report.unmapped.items()
    ]
    if report.only_older_received:
        lines.append(
            f"Lưu ý: {report.only_older_received} lượt chỉ có bản cũ được tiếp nhận, bản mới thì chưa."
        )
    lines += report.definition.sentences()
    lines.append(f"Lập lúc {timezone.localtime(report.made_at):%H:%M %d/%m/%Y}.")
    return "\n".join(lines)


def as_json(report: SixMonthReport) -> dict[str, Any]:
    """For machines."""

    def cells(row: int) -> dict[str, dict[str, int]]:
        found = {
            name: report.cells[row, used] if row else report.total(used)
            for name, used in (("insured", True), ("uninsured", False))
        }
        return {name: {"visits": c.visits, "transmitted": c.transmitted} for name, c in found.items()}

    return {
        "title": TITLE,
        "facility": report.definition.facility.code,
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "rows": [{"row": row, "name": name, **cells(row)} for row, name in ROWS.items()],
        "total": cells(0),
        "excluded": dict(report.excluded),
        "unmapped": dict(report.unmapped),
        "all_closed": report.all_closed,
        "only_older_received": report.only_older_received,
        "complete": report.is_complete,
        "adds_up": report.adds_up,
        "definition": report.definition.sentences(),
        "made_at": report.made_at.isoformat(),
    }
