"""What the portal says of a record hours after receiving it, beside what its own checks find (``insurer/review.py``)."""

from datetime import timedelta

from .models import LATE, MISMATCH, STRUCTURE, Finding, Submission
from .options import options

KINDS = {LATE: "Gửi muộn", STRUCTURE: "Sai dạng một trường", MISMATCH: "Lệch tổng hợp và chi tiết"}


def tell(
    submission: Submission,
    *,
    sentence: str,
    kind: str = MISMATCH,
    after_hours: float = 0.0,
    table: str = "XML1",
    row: int | None = None,
    field: str = "",
    value: str = "",
) -> Finding:
    """Say it ``after_hours`` after receipt, by the simulated clock. ``kind``: one of ``KINDS``, or a code of one's own.

    Raises ValueError naming what is too long, or missing.
    """
    if not sentence.strip():
        raise ValueError("a finding says something in words")
    for name, text in (("kind", kind), ("table", table), ("field", field), ("value", value)):
        longest = Finding._meta.get_field(name).max_length
        if len(text) > longest:
            raise ValueError(f"{name} has {longest} characters at most")
    return Finding.objects.create(
        submission=submission,
        kind=kind,
        table=table,
        row=row,
        field=field,
        value=value,
        sentence=sentence.strip(),
        visible_from=submission.received_at + timedelta(hours=after_hours),
        visible_until=submission.received_at + timedelta(days=options().memory_days),
    )
