"""What one decision's folder changes in the tables: ``tables.csv`` for whole tables, ``tables/XML1.csv`` for fields.

The columns and the words for a change are described for editors in ``docs/how-to/them-quyet-dinh.md``.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources.abc import Traversable

from .field_changes import ELEMENT, ENGLISH, FIELD_COLUMNS, Changing
from .mistakes import Line, Mistakes, lines_of
from .tables import Table

TABLE_COLUMNS = ("table", "english", "wrapper", "title_vi", "title_en", "cardinality", "when_required", "confidence")  # fmt: skip
CARDINALITIES = ("exactly 1", "0..1", "0..n", "1..n", "separate")
_TABLE = re.compile("XML[0-9]{1,2}")


def tables_after(
    folder: Traversable, id: str, number: str, before: Mapping[str, Table], mistakes: Mistakes
) -> dict[str, Table]:
    """The tables after the decision in ``folder``, given those ``before`` it; what is wrong is added to ``mistakes``.

    ``id`` and ``number``: the decision's, for places and sentences.
    """
    after = dict(before)
    titles = folder.joinpath("tables.csv")
    new: dict[str, Line] = {}
    if titles.is_file():
        seen: set[str] = set()
        for line in lines_of(
            titles, f"{id}/tables.csv", TABLE_COLUMNS, mistakes, optional=("change", "place")
        ):
            if line["table"] in seen:
                line.wrong(f"Bảng {line['table']} đã có ở một dòng trên. Gộp hai dòng làm một.")
                continue
            seen.add(line["table"])
            if _table_changed(line, after, number):
                new[line["table"]] = line
    rows = folder.joinpath("tables")
    for file in sorted(rows.iterdir(), key=lambda entry: entry.name) if rows.is_dir() else ():
        name = file.name.removesuffix(".csv")
        if not file.name.endswith(".csv"):
            continue
        place = f"{id}/tables/{file.name}"
        if name not in after:
            mistakes.add(
                place,
                None,
                f"Chuẩn không có bảng {name}. Sửa tên tệp, hoặc khai bảng mới ở tables.csv.",
            )
            continue
        after[name] = Changing(after[name], f"{number}, Bảng {name.removeprefix('XML')}").by(
            list(lines_of(file, place, FIELD_COLUMNS, mistakes))
        )
    for name, line in new.items():
        if not after[name].fields:
            line.wrong(f"Bảng mới {name} chưa có chỉ tiêu nào. Thêm tệp tables/{name}.csv.")
    return after


def _table_changed(line: Line, after: dict[str, Table], number: str) -> bool:
    """Enter one line of ``tables.csv``; whether it brought a new table."""
    name, change = line["table"], line.cells.get("change", "")
    place = line.cells.get("place") or f"{number}, Bảng {name.removeprefix('XML')}"
    if change not in ("", "add", "change", "drop"):
        line.wrong(f"Không biết thay đổi “{change}” của bảng. Ghi add, change hoặc drop.")
        return False
    table = after.get(name)
    if table is None and change in ("change", "drop"):
        line.wrong(f"Chuẩn không có bảng {name} để {'bỏ' if change == 'drop' else 'sửa'}. Xem lại tên bảng.")
        return False
    if change == "drop":
        if name == "XML1":
            line.wrong("Không thể bỏ bảng tổng hợp XML1: mọi hồ sơ bắt đầu từ đó.")
        else:
            del after[name]
        return False
    if table is not None and change == "add":
        line.wrong(f"Bảng {name} đã có. Ghi change để sửa bảng, hoặc đặt tên bảng khác.")
        return False
    if not _fits(line, table, after):
        return False
    if table is not None:
        after[name] = replace(
            table,
            wrapper=tuple(line["wrapper"].split("/")) if line["wrapper"] else table.wrapper,
            title_vi=line["title_vi"] or table.title_vi,
            title_en=line["title_en"] or table.title_en,
            cardinality=line["cardinality"] or table.cardinality,
            when_required=line["when_required"] or table.when_required,
            place=place,
        )
        return False
    after[name] = Table(
        official=name,
        english=line["english"],
        wrapper=tuple(line["wrapper"].split("/")),
        title_vi=line["title_vi"],
        title_en=line["title_en"],
        cardinality=line["cardinality"],
        when_required=line["when_required"],
        fields=(),
        place=place,
    )
    return True


def _fits(line: Line, table: Table | None, after: Mapping[str, Table]) -> bool:
    """Whether the facts of a table can be used."""
    name, english, wrapper = line["table"], line["english"], line["wrapper"]
    others = [one for one in after.values() if one.official != name]
    if not _TABLE.fullmatch(name):
        line.wrong(f"“{name}” không phải tên bảng. Ghi XML và số, ví dụ XML16.")
    elif table is None and (
        empty := [one for one in ("english", "wrapper", "title_vi", "cardinality") if not line[one]]
    ):
        line.wrong(f"Bảng mới {name} chưa có {', '.join(empty)}. Điền các ô này.")
    elif table is not None and english and english != table.english:
        line.wrong(f"Tên tiếng Anh của bảng {name} là {table.english} và không đổi. Để trống ô english.")
    elif english and not ENGLISH.fullmatch(english):
        line.wrong(f"Tên tiếng Anh “{english}” cần chữ thường không dấu, nối bằng _, ví dụ home_care.")
    elif table is None and any(one.english == english for one in others):
        line.wrong(f"Tên tiếng Anh {english} đã là của một bảng khác. Đặt tên khác.")
    elif wrapper and not all(map(ELEMENT.fullmatch, wrapper.split("/"))):
        line.wrong(f"Thẻ bao “{wrapper}” cần tên thẻ viết hoa, ngăn bằng /, từ thẻ gốc đến thẻ của một dòng.")
    elif wrapper and any(wrapper.split("/")[0] == one.wrapper[0] for one in others):
        line.wrong(
            f"Thẻ gốc {wrapper.split('/')[0]} đã là của một bảng khác. Mỗi bảng cần một thẻ gốc riêng."
        )
    elif line["cardinality"] and not line["cardinality"].startswith(CARDINALITIES):
        line.wrong(
            f"Số dòng “{line['cardinality']}” không đọc được. Ghi một trong: {', '.join(CARDINALITIES)}."
        )
    else:
        return True
    return False
