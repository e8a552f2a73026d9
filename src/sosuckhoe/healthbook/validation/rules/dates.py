"""Dates of a visit follow each other (thời điểm đến, vào nội trú, ra, thanh toán)."""

from datetime import date, datetime

from ..rule import rule


@rule(
    "XFD-029",
    table="XML1",
    reads=("NGAY_VAO", "NGAY_RA"),
    owner="reception",
    source="QĐ 4750/QĐ-BYT, Bảng 1; bảng kiểm tra của Cổng tiếp nhận",
    sentence="Thời điểm ra viện {NGAY_RA} sớm hơn thời điểm đến khám {NGAY_VAO}.",
)
def discharge_follows_arrival(arrived: datetime, discharged: datetime) -> bool:
    """A patient leaves after arriving."""
    return discharged >= arrived


@rule(
    "XFD-035",
    table="XML1",
    reads=("NGAY_RA", "@day"),
    severity="warning",
    confidence="medium",
    owner="reception",
    source="Bộ kiểm tra công khai; QĐ 4750/QĐ-BYT, Bảng 1",
    sentence="Thời điểm ra viện {NGAY_RA} ở sau ngày kiểm tra {@day}.",
)
def discharge_is_not_in_the_future(discharged: date, today: date) -> bool:
    """A record is made after the visit ended."""
    return discharged <= today
