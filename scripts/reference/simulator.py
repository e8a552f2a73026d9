"""The practice side, line by line: what the reference promises, the scenario, the screen it leads to, the test."""

import csv
from collections.abc import Iterator
from pathlib import Path

from sosuckhoe.simulator.faults.scenarios import GROUPS, SCENARIOS

from .saying import page, table

PROMISES = Path(__file__).with_name("promises.csv")
TESTS = "../../tests/contract"


def promises() -> list[dict[str, str]]:
    """The rows of ``promises.csv``: scenarios and options are words apart, a test is ``file::name``."""
    with PROMISES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def pages() -> Iterator[tuple[str, str]]:
    sections = [
        (
            f"## {title}\n\n"
            + table(
                ("Tình huống", "Việc xảy ra", "Màn hình ở bệnh viện", "Nguồn"),
                [
                    (f"{one.title} `{key}`", one.what, one.leads_to, one.source)
                    for key, one in SCENARIOS.items()
                    if one.group == group
                ],
            )
        )
        for group, title in GROUPS.items()
    ]
    lines = table(
        ("Dòng", "Cư xử", "Tình huống", "Quy tắc của cổng", "Màn hình ở bệnh viện", "Kiểm thử"),
        [
            (
                row["line"],
                row["promise"],
                ", ".join(f"`{key}`" for key in row["scenarios"].split()),
                ", ".join(f"`{key}`" for key in row["options"].split()),
                row["screen"] or _screens(row),
                _test(row["test"]),
            )
            for row in promises()
        ],
    )
    yield (
        "mo-phong.md",
        page(
            "# Phần mô phỏng: tình huống và màn hình",
            "Mỗi tình huống bật được ở trang **Tình huống** của bàn điều khiển và bằng `POST /_simulator/faults`. Cách "
            "tập: [Tập với cổng mô phỏng](../how-to/tap-voi-cong-mo-phong.md).",
            *sections,
            "## Từng dòng của tài liệu\n\nDòng §11 theo tài liệu về cổng, F và §7 theo danh sách lỗi. Bảng này nói phần mô phỏng "
            "gây ra điều gì. Bệnh viện chịu được lỗi nào, phép thử nào cho thấy và lỗi nào chưa được thử: "
            "[Lỗi và phép thử](loi-va-phep-thu.md).",
            lines,
        ),
    )


def _screens(row: dict[str, str]) -> str:
    """What the scenarios say themselves, each once."""
    return " ".join(dict.fromkeys(SCENARIOS[key].leads_to for key in row["scenarios"].split()))


def _test(place: str) -> str:
    file, _, name = place.partition("::")
    path = f"{TESTS}/{file}".replace("contract/../", "")
    return f"[{name}]({path})"
