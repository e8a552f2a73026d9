"""``sosuckhoe standard``: the official standard in words: one field, what changed between two days, or every rule."""

import argparse
import json
import sys
from datetime import date
from difflib import get_close_matches
from itertools import groupby

from sosuckhoe.healthbook.standard import Decision, Edition, NoEdition, decisions, edition_on
from sosuckhoe.healthbook.standard.decision import IN_FORCE, STATUSES
from sosuckhoe.healthbook.standard.differences import differences, spoken
from sosuckhoe.healthbook.standard.editions import prove
from sosuckhoe.healthbook.standard.words import vietnamese

from . import days, xsd

UNUSABLE = 2
NO_STANDARD = "Chưa có chuẩn nào có hiệu lực vào ngày này. Chuẩn đầu tiên (QĐ 130) có hiệu lực từ 18/01/2023."
MOST_CODES = 60
"""Codes of a list shown; longer lists are looked up in the reference pages."""


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser("standard", help="tra cứu chuẩn dữ liệu theo ngày hiệu lực")
    topics = command.add_subparsers(dest="topic", metavar="VIỆC", required=True)

    show = topics.add_parser("show", help="giải thích một bảng hoặc một chỉ tiêu, ví dụ XML1.MA_DOITUONG_KCB")
    show.add_argument("name", metavar="BẢNG[.CHỈ_TIÊU]")
    _as_of(show)
    show.set_defaults(run=run_show)

    diff = topics.add_parser("diff", help="nói bằng lời chuẩn đã đổi gì giữa hai ngày")
    diff.add_argument("earlier", type=days.day, metavar="TỪ_NGÀY")
    diff.add_argument("later", type=days.day, metavar="ĐẾN_NGÀY")
    diff.add_argument("--expected", action="store_true", help="tính cả văn bản mới công bố, chưa có hiệu lực")
    diff.set_defaults(run=run_diff)

    rules = topics.add_parser("rules", help="mọi quy tắc kiểm tra, cả về tệp và về hình thức")
    rules.add_argument("--format", choices=("text", "json"), default="text", help="dạng kết quả")
    _as_of(rules)
    rules.set_defaults(run=run_rules)

    known = topics.add_parser(
        "decisions", help="các quyết định chương trình biết, và kiểm tra thư mục đặt thêm"
    )
    known.set_defaults(run=run_decisions)
    for topic in (show, diff, rules, known):
        days.add_decisions(topic)

    xsd.add_to(topics)


def _as_of(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as-of",
        type=days.day,
        default=None,
        metavar="NĂM-THÁNG-NGÀY",
        help="theo chuẩn của ngày này; tính cả văn bản mới công bố",
    )


def run_diff(options: argparse.Namespace) -> int:
    if options.later < options.earlier:
        print("Ngày đầu phải trước ngày sau. Đổi chỗ hai ngày rồi chạy lại.", file=sys.stderr)
        return UNUSABLE
    try:
        found = list(differences(options.earlier, options.later, expected=options.expected))
    except NoEdition:
        print(NO_STANDARD, file=sys.stderr)
        return UNUSABLE
    between = [
        one
        for one in decisions()
        if options.earlier < one.in_force <= options.later and (options.expected or one.status == IN_FORCE)
    ]
    for decision in between:
        print(_said(decision))
    if not found:
        print("Chuẩn không đổi giữa hai ngày này.")
    for where, changes in groupby(found, key=lambda change: change.where):
        print(where)
        for change in changes:
            print(f"  {change.what}  [{change.source}]")
    return 0


def run_show(options: argparse.Namespace) -> int:
    day = options.as_of or date.today()  # noqa: DTZ011 - the day on the wall of whoever types the command
    table_name, _, field_name = options.name.strip().partition(".")
    try:
        edition = edition_on(day, expected=options.as_of is not None)
    except NoEdition:
        print(NO_STANDARD, file=sys.stderr)
        return UNUSABLE
    try:
        table = edition.table(table_name.upper() if table_name.upper() in edition.tables else table_name)
        field = table.field(field_name.upper()) if field_name else None
    except KeyError:
        try:
            field = table.field(field_name)  # its English name
        except (KeyError, UnboundLocalError):
            print(_not_there(options.name, table_name, field_name, edition, day), file=sys.stderr)
            return UNUSABLE
    print(f"{table.official}  {table.title_vi}  (chuẩn {edition.id}, ngày {day:%d/%m/%Y})")
    if field is None:
        print(f"  Khi nào cần: {vietnamese(table.when_required)}")
        for one in table.fields:
            print(f"  {one.official:<28}{one.label_vi}")
        return 0
    codes = edition.codes.get(field.codes)
    listed = codes.on(day) if codes else {}
    facts = {
        "Chỉ tiêu": field.official,
        "Tên chỉ tiêu": field.label_vi,
        "Trước đây tên là": ", ".join(field.former),
        "Kiểu": spoken("kind", field.kind),
        "Độ dài": spoken("max_length", field.max_length),
        "Yêu cầu": spoken("need", field.need)
        + (f": {vietnamese(field.condition)}" if field.condition else ""),
        "Danh mục mã": f"{field.codes} ({len(listed)} mã)" if codes else "",
        "Nguồn": "; ".join(field.history),
        "Độ chắc chắn": vietnamese(field.confidence),
        "Ghi chú": vietnamese(field.note),
        "Tên trong mã nguồn": f"{table.english}.{field.english}",
    }
    for name, value in facts.items():
        if value:
            print(f"  {name + ':':<20}{value}")
    for code in list(listed.values())[:MOST_CODES]:
        print(f"    {code.code:<8}{code.name_vi}")
    if len(listed) > MOST_CODES:
        print(f"    … và {len(listed) - MOST_CODES} mã nữa; xem đủ ở trang tra cứu danh mục.")
    return 0


def _not_there(name: str, table_name: str, field_name: str, edition: Edition, day: date) -> str:
    """Why nothing is shown, with what resembles it."""
    tables = {**edition.tables, **{one.english: one for one in edition.tables.values()}}
    table = tables.get(table_name.upper()) or tables.get(table_name)
    known = list(table.by_official) if table is not None else list(edition.tables)
    near = get_close_matches((field_name if table is not None else table_name).upper(), known, n=3)
    hint = (
        f" Có phải: {', '.join(f'{table.official}.{one}' if table else one for one in near)}?" if near else ""
    )
    return f"Chuẩn của ngày {day:%d/%m/%Y} không có {name}.{hint} Gõ tên như trên giấy, ví dụ XML1.NGAY_RA."


def run_rules(options: argparse.Namespace) -> int:
    from sosuckhoe.healthbook.validation import listed_rules, rules_on

    from .checking.tally import plain_sentence

    try:
        rules = rules_on(options.as_of, expected=True) if options.as_of else listed_rules()
    except NoEdition:
        print(NO_STANDARD, file=sys.stderr)
        return UNUSABLE
    if options.format == "json":
        print(json.dumps([rule.as_json() for rule in rules], ensure_ascii=False, indent=1))
        return 0
    for rule in rules:
        until = f" đến {rule.until:%d/%m/%Y}" if rule.until else ""
        since = f"từ {rule.since:%d/%m/%Y}" if rule.since else "theo quyết định của ngày ra viện"
        tables = ", ".join(rule.tables) or "tệp"
        print(f"{rule.id}  {rule.level}, {tables}, {since}{until}, {rule.proofs} hồ sơ mẫu")
        for sentence in rule.told:
            print(f"  {plain_sentence(sentence)}")
        print(f"  Theo: {rule.source}")
    on = f" áp dụng cho đợt khám ra viện ngày {options.as_of:%d/%m/%Y}" if options.as_of else ""
    print(f"{len(rules)} quy tắc{on}. Giải thích từng quy tắc: sosuckhoe explain MÃ")
    return 0


def run_decisions(options: argparse.Namespace) -> int:
    known = decisions()
    prove(known)
    repealed = {id: one for one in known for id in one.repeals}
    for decision in known:
        print(_said(decision))
        if decision.printed:
            print(f"  Ngày có hiệu lực dời từ {decision.printed:%d/%m/%Y}")
        if decision.id in repealed:
            print(f"  Bị {repealed[decision.id].number} bãi bỏ từ {repealed[decision.id].in_force:%d/%m/%Y}")
        print(f"  Thư mục: {decision.folder}")
    return 0


def _said(decision: Decision) -> str:
    """One line on a decision."""
    return (
        f"{decision.number} ({decision.id}), {STATUSES[decision.status]} từ {decision.in_force:%d/%m/%Y}: {decision.title}"
        if decision.status == IN_FORCE
        else f"{decision.number} ({decision.id}), {STATUSES[decision.status]}, dự kiến {decision.in_force:%d/%m/%Y}: {decision.title}"
    )
