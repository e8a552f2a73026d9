"""A page for each table of the running edition."""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from sosuckhoe.healthbook.standard import Field, Table
from sosuckhoe.healthbook.standard.differences import spoken
from sosuckhoe.healthbook.validation import listed_rules

from .rules import subject_by_id
from .saying import cell, facts, list_title, page, running, table, vi


@lru_cache(maxsize=1)
def rules_reading() -> dict[str, list[str]]:
    """The ids of the rules that read a field, by path; shape rules, which read them all, aside."""
    found: dict[str, list[str]] = defaultdict(list)
    for rule in listed_rules():
        if rule.kind == "record":
            for path in rule.reads:
                found[path].append(rule.id)
    return found


def pages() -> Iterator[tuple[str, str]]:
    tables = running().tables.values()
    yield "bang/README.md", _contents(list(tables))
    for one in tables:
        yield f"bang/{one.official}.md", _page(one)


def _contents(tables: list[Table]) -> str:
    rows = [
        (
            f"[{one.official}]({one.official}.md)",
            cell(one.title_vi),
            str(len(one.fields)),
            vi(one.cardinality),
            cell(one.title_en),
        )
        for one in tables
    ]
    total = sum(len(one.fields) for one in tables)
    return page(
        "# Các bảng của chuẩn dữ liệu",
        f"{len(tables)} bảng, {total} chỉ tiêu, theo chuẩn đang có hiệu lực ({running().id}).",
        table(("Bảng", "Tên", "Chỉ tiêu", "Số dòng", "English"), rows),
    )


def _page(one: Table) -> str:
    overview = [
        (
            str(number),
            f"[{field.official}](#{field.official.lower()})",
            cell(field.label_vi),
            spoken("kind", field.kind),
            spoken("max_length", field.max_length),
            spoken("need", field.need),
        )
        for number, field in enumerate(one.fields, 1)
    ]
    return page(
        f"# {one.official}: {one.title_vi}",
        facts(
            (
                ("English", f"{one.title_en} (`{one.english}`)"),
                ("Số dòng", vi(one.cardinality)),
                ("Khi nào cần", vi(one.when_required)),
                ("Phần tử XML, từ gốc đến dòng", " / ".join(f"`{name}`" for name in one.wrapper)),
                ("Chuẩn", running().id),
            )
        ),
        table(("#", "Chỉ tiêu", "Tên", "Kiểu", "Dài tối đa", "Yêu cầu"), overview),
        *(_field(one, field) for field in one.fields),
        _dropped(one),
    )


def _field(one: Table, field: Field) -> str:
    read_by = rules_reading().get(f"{one.official}.{field.official}", [])
    return f"### {field.official}\n\n" + facts(
        [
            ("Tên chỉ tiêu", f"**{field.label_vi}**"),
            *((label, value) for label, value in field_facts(field) if label != "Tên chỉ tiêu"),
            (
                "Danh mục mã",
                f"[{list_title(field.codes)}](../danh-muc/{field.codes}.md)" if field.codes else "",
            ),
            ("Quy tắc đọc chỉ tiêu này", ", ".join(_rule(id) for id in read_by)),
            ("English", f"{cell(field.label_en)} (`{one.english}.{field.english}`)"),
        ]
    )  # fmt: skip


def _rule(id: str) -> str:
    return f"[{id}](../quy-tac/{subject_by_id()[id]}.md#{id.lower()})"


def field_facts(field: Field) -> list[tuple[str, str]]:
    """What is said of a field, on its page and in the search."""
    need = spoken("need", field.need)
    return [
        ("Tên chỉ tiêu", field.label_vi),
        ("Kiểu", spoken("kind", field.kind)),
        ("Độ dài tối đa", spoken("max_length", field.max_length)),
        ("Yêu cầu", f"{need}: {vi(field.condition)}" if field.condition else need),
        ("Ghi chú", vi(field.note).replace("<", "&lt;")),
        ("Nguồn", field.place),
        ("Lịch sử", "; ".join(field.history) if len(field.history) > 1 else ""),
        ("Độ chắc chắn", vi(field.confidence)),
    ]


def _dropped(one: Table) -> str:
    if not one.dropped:
        return ""
    return "## Chỉ tiêu đã bỏ\n\n" + facts((f"`{name}`", f"bỏ bởi {place}") for name, place in one.dropped)
