"""A payment date that comes later (NGAY_TTOAN; QĐ 130/QĐ-BYT, table 1): the record is completed and sent again.

A record may leave unpaid with the date empty. When the other system exports it again with the date and nothing else
changed, nobody has to write a reason: that is the reason.
"""

from ...healthbook.record import Record

PAID_AT = "paid_at"
REASON = "Bổ sung ngày thanh toán (NGAY_TTOAN); các nội dung khác giữ nguyên."


def reason_of(before: Record, after: Record) -> str:
    """The reason of a version that only adds the payment date; empty for any other change."""
    if before.visit.get(PAID_AT) or not after.visit.get(PAID_AT):
        return ""
    return REASON if _without(before) == _without(after) else ""


def _without(record: Record) -> dict[str, list[dict[str, object]]]:
    return {
        table: [
            {key: value for key, value in row.items() if not (row is record.visit and key == PAID_AT)}
            for row in rows
        ]
        for table, rows in record.tables.items()
        if rows
    }
