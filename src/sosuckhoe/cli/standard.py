"""``sosuckhoe standard``: the official standard in words: one field, what changed between two days, or every rule."""

import argparse
import json
from datetime import date
from itertools import groupby

from sosuckhoe.healthbook.standard import NoEdition, edition_on
from sosuckhoe.healthbook.standard.differences import differences, spoken

from . import xsd


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser("standard", help="tra cứu chuẩn dữ liệu theo ngày hiệu lực")
    topics = command.add_subparsers(dest="topic", metavar="VIỆC", required=True)

    show = topics.add_parser("show", help="giải thích một bảng hoặc một chỉ tiêu, ví dụ XML1.MA_DOITUONG_KCB")
    show.add_argument("name", metavar="BẢNG[.CHỈ_TIÊU]")
    _as_of(show)
    show.set_defaults(run=run_show)

    diff = topics.add_parser("diff", help="nói bằng lời chuẩn đã đổi gì giữa hai ngày")
    diff.add_argument("earlier", type=date.fromisoformat, metavar="TỪ_NGÀY")
    diff.add_argument("later", type=date.fromisoformat, metavar="ĐẾN_NGÀY")
    diff.add_argument("--expected", action="store_true", help="tính cả văn bản mới công bố, chưa có hiệu lực")
    diff.set_defaults(run=run_diff)

    rules = topics.add_parser("rules", help="mọi quy tắc kiểm tra, cả về tệp và về hình thức")
    rules.add_argument("--format", choices=("text", "json"), default="text", help="dạng kết quả")
    rules.set_defaults(run=run_rules)

    xsd.add_to(topics)


def _as_of(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as-of",
        type=date.fromisoformat,
        default=None,
        metavar="NĂM-THÁNG-NGÀY",
        help="theo chuẩn của ngày này; tính cả văn bản mới công bố",
    )


def run_diff(options: argparse.Namespace) -> int:
    try:
        found = list(differences(options.earlier, options.later, expected=options.expected))
    except NoEdition:
        print(
            "Chưa có chuẩn nào có hiệu lực vào ngày này. Chuẩn đầu tiên (QĐ 130) có hiệu lực từ 18/01/2023."
        )
        return 2
    if not found:
        print("Chuẩn không đổi giữa hai ngày này.")
    for where, changes in groupby(found, key=lambda change: change.where):
        print(where)
        for change in changes:
            print(f"  {change.what}  [{change.source}]")
    return 0


def run_show(options: argparse.Namespace) -> int:
    day = options.as_of or date.today()  # noqa: DTZ011 - the day on the wall of whoever types the command
    table_name, _, field_name = options.name.partition(".")
    try:
        edition = edition_on(day, expected=options.as_of is not None)
        table = edition.table(table_name)
        fields = [table.field(field_name)] if field_name else list(table.fields)
    except (KeyError, NoEdition):
        print(
            f"Chuẩn của ngày {day:%d/%m/%Y} không có {options.name}. Gõ tên như trên giấy, ví dụ XML1.NGAY_RA."
        )
        return 2
    print(f"{table.official}  {table.title_vi}  (chuẩn {edition.id})")
    if not field_name:
        print(f"  Khi nào cần: {table.when_required}")
        for field in fields:
            print(f"  {field.official:<28}{field.label_vi}")
        return 0
    field = fields[0]
    codes = edition.codes.get(field.codes)
    facts = {
        "Tên chỉ tiêu": field.label_vi,
        "Kiểu": spoken("kind", field.kind),
        "Độ dài": spoken("max_length", field.max_length),
        "Yêu cầu": spoken("need", field.need) + (f": {field.condition}" if field.condition else ""),
        "Danh mục mã": f"{field.codes} ({len(codes.on(day))} mã)" if codes else "",
        "Nguồn": "; ".join(field.history),
        "Độ chắc chắn": field.confidence,
        "Ghi chú": field.note,
        "Tên trong mã nguồn": f"{table.english}.{field.english}",
    }
    for name, value in facts.items():
        if value:
            print(f"  {name + ':':<20}{value}")
    for code in codes.on(day).values() if codes and len(codes.on(day)) <= 60 else ():
        print(f"    {code.code:<8}{code.name_vi}")
    return 0


def run_rules(options: argparse.Namespace) -> int:
    from sosuckhoe.healthbook.validation import listed_rules

    from .checking.tally import plain_sentence

    rules = listed_rules()
    if options.format == "json":
        print(json.dumps([rule.as_json() for rule in rules], ensure_ascii=False, indent=1))
        return 0
    for rule in rules:
        until = f" đến {rule.until:%d/%m/%Y}" if rule.until else ""
        since = f"từ {rule.since:%d/%m/%Y}" if rule.since else "theo quyết định của ngày ra viện"
        tables = ", ".join(rule.tables) or "tệp"
        print(f"{rule.id}  {rule.level}, {tables}, {since}{until}, {rule.proofs} hồ sơ mẫu")
        for sentence in rule.sentences:
            print(f"  {plain_sentence(sentence)}")
        print(f"  Theo: {rule.source}")
    print(f"{len(rules)} quy tắc. Giải thích từng quy tắc: sosuckhoe explain MÃ")
    return 0
