"""The list of faults, one by one: what shows how the program stands them, or plainly that nothing does."""

import csv
from collections.abc import Iterator
from pathlib import Path

from .saying import page, table

FAULTS = Path(__file__).with_name("faults.csv")
SHOWN, PARTLY, NOT_SHOWN, NOT_OURS = "có", "một phần", "chưa có", "ngoài phạm vi"


def faults() -> list[dict[str, str]]:
    """The rows of ``faults.csv``: ``tests`` are ``path::name``, words apart; ``note`` is what is not shown, and why."""
    with FAULTS.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def pages() -> Iterator[tuple[str, str]]:
    rows = faults()
    counts = ", ".join(
        f"{standing} {sum(row['standing'] == standing for row in rows)}"
        for standing in (SHOWN, PARTLY, NOT_SHOWN, NOT_OURS)
    )
    yield (
        "loi-va-phep-thu.md",
        page(
            "# Lỗi F01–F77 và phép thử",
            "Mỗi lỗi trong danh sách lỗi, và phép thử cho thấy **chương trình của bệnh viện** chịu được lỗi ấy. Phép thử ở "
            "`tests` chạy với `make test`, ở `prove` chạy với `make prove`. *Một phần*: cột cuối nói phần nào chưa được thử. "
            "Phần mô phỏng gây ra lỗi thế nào: [mo-phong.md](mo-phong.md).",
            f"Trong {len(rows)} lỗi: {counts}.",
            table(
                ("Lỗi", "Điều xảy ra", "Có phép thử", "Phép thử", "Chưa thử, hoặc vì sao"),
                [
                    (
                        row["fault"],
                        row["strikes"],
                        row["standing"],
                        ", ".join(map(_link, row["tests"].split())),
                        row["note"],
                    )
                    for row in rows
                ],
            ),
        ),
    )


def _link(place: str) -> str:
    file, _, name = place.partition("::")
    return f"[{name}](../../{file})"
