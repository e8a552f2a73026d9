"""``sosuckhoe explain RULE|CODE``: what a rule asks, why, who mends it and how; or what an answer of the portal means.

Exit code 0: explained; 2: nobody knows this code.
"""

import argparse
import difflib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from sosuckhoe.healthbook import document
from sosuckhoe.healthbook.validation import OWNERS, Listed, listed_rule, listed_rules
from sosuckhoe.healthbook.validation.fixes import FIXES
from sosuckhoe.healthbook.validation.mending import general_rules
from sosuckhoe.healthbook.validation.places import said_place
from sosuckhoe.healthbook.validation.proofs import Case, cases_of

from .checking.refusals import REFUSALS

UNUSABLE = 2
FIELDS_SHOWN = 12
EXAMPLE_LENGTH = 600
_CONFIDENCES = {"high": "chắc chắn", "medium": "khá chắc chắn", "low": "chưa chắc chắn"}
_NAMED = re.compile(r"\{([^}]*)\}")


def add_to(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = subcommands.add_parser(
        "explain",
        help="giải thích một quy tắc kiểm tra hoặc một mã trả lời của cổng",
        description="Giải thích một quy tắc (XFD-029), một mã từ chối tệp (FILE-DOCTYPE) hoặc mã của cổng (124).",
    )
    command.add_argument("code", metavar="QUY_TẮC|MÃ")
    command.add_argument("--format", choices=("text", "json"), default="text", help="dạng kết quả")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    code = options.code.strip().upper()
    for explained in (_rule, _refusal, _portal):
        found = explained(code)
        if found is not None:
            facts, lines = found
            if options.format == "json":
                print(json.dumps(facts, ensure_ascii=False, indent=2))
            else:
                print("\n".join(lines()))
            return 0
    if options.format == "json":
        print(json.dumps({"code": code, "kind": "unknown"}, ensure_ascii=False))
    else:
        print(_unknown(code))
    return UNUSABLE


Explained = tuple[dict[str, Any], Callable[[], Iterator[str]]]


def _rule(code: str) -> Explained | None:
    rule = listed_rule(code)
    if rule is None:
        return None
    examples = _examples(code)
    facts = rule.as_json()
    facts["fields"] = [{"path": path, "label": _label(path)} for path in rule.reads]
    facts["fixes"] = [{"title": kind.title, "why_safe": kind.why_safe} for kind in FIXES.get(code, ())]
    facts["examples"] = {
        "passing" if passes else "failing": {"name": case.name, **_content(case)}
        for passes, case in examples.items()
    }
    return facts, lambda: _lines_of_rule(rule, examples)


def _lines_of_rule(rule: Listed, examples: dict[bool, Case]) -> Iterator[str]:
    yield f"{rule.id}  ({rule.level.lower()}, {_CONFIDENCES[rule.confidence]})"
    yield ""
    yield "Được phép:" if rule.kind == "allowed" else "Báo khi:"
    for sentence in rule.told:
        yield f"  {_NAMED.sub(lambda found: _name(found[1], rule), sentence)}"
    yield ""
    yield f"Ai thường sửa: {'; '.join(OWNERS[owner] for owner in rule.owners)}"
    yield f"Cách sửa: {rule.mend}"
    for kind in FIXES.get(rule.id, ()):
        yield f"Chương trình có thể đề xuất, người sửa xem trước: {kind.title}. {kind.why_safe}"
    if rule.why:
        yield f"Vì sao: {rule.why}"
    yield f"Theo: {rule.source}"
    yield f"Áp dụng cho ngày ra viện {_span(rule)}"
    yield ""
    yield "Xét các chỉ tiêu:" if rule.reads else "Xét cả tệp, không xét riêng chỉ tiêu nào."
    fields = [path for path in rule.reads if not path.startswith("@")]
    for path in fields[:FIELDS_SHOWN]:
        yield f"  {path:<28}{_label(path)}"
    if len(fields) > FIELDS_SHOWN:
        yield f"  … và {len(fields) - FIELDS_SHOWN} chỉ tiêu khác; xem hết bằng --format json"
    if "@day" in rule.reads:
        yield "  Ngày kiểm tra"
    if "@policy" in rule.reads:
        yield "  Lựa chọn và danh mục của bệnh viện; chưa có danh mục hoặc số liệu cần đến thì quy tắc im lặng"
    yield f"Phải đúng (nguyên văn tiếng Anh của quy tắc): {rule.statement}"
    for passes, title in ((True, "Ví dụ đúng"), (False, "Ví dụ sai")):
        if passes in examples:
            yield ""
            yield f"{title}: {examples[passes].name[:80]}"
            yield from _said(examples[passes])
    yield ""
    yield f"Đã được chứng minh bằng {rule.proofs} hồ sơ mẫu."


def _span(rule: Listed) -> str:
    if rule.since is None and rule.until is None:
        return "bất kỳ; chỉ tiêu nào bị xét là do quyết định của ngày đó"
    since = f"từ {rule.since:%d/%m/%Y}" if rule.since else ""
    return f"{since} {f'đến {rule.until:%d/%m/%Y}' if rule.until else '(đang áp dụng)'}".strip()


def _name(name: str, rule: Listed) -> str:
    """The official label with its name, for a place in a sentence."""
    if name == "@day":
        return "(ngày kiểm tra)"
    if name.startswith("@count."):
        return "(bao nhiêu)"
    if name.startswith("@"):
        return "(mã này)"
    path = name if "." in name else next((path for path in rule.reads if path.endswith(f".{name}")), name)
    label = _label(path)
    return f"[{label} – {name}]" if label else f"[{name}]"


def _label(path: str) -> str:
    if path.startswith("@"):
        return {"@day": "Ngày kiểm tra", "@policy": "Lựa chọn của bệnh viện"}.get(path, "")
    table, field = said_place(path, None)
    return field.partition(" (")[0] if "." in path else table.partition(" ")[2]


def _examples(code: str) -> dict[bool, Case]:
    """The first passing and the first failing record of a proof."""
    found: dict[bool, Case] = {}
    for case in cases_of(code):
        found.setdefault(case.passes, case)
    return found


def _content(case: Case) -> dict[str, Any]:
    if case.file is not None:
        return {"file": case.file.decode().strip()}
    return {
        "tables": {name: rows if isinstance(rows, list) else [rows] for name, rows in case.tables.items()}
    }


def _said(case: Case) -> Iterator[str]:
    content = _content(case)
    if "file" in content:
        text = content["file"]
        yield from (f"  {line[:160]}" for line in text[:EXAMPLE_LENGTH].splitlines())
        if len(text) > EXAMPLE_LENGTH:
            yield "  …"
        return
    for table, rows in content["tables"].items():
        for number, row in enumerate(rows, 1):
            values = ", ".join(
                f"{name} = {value[:60]}{'…' if len(value) > 60 else ''}" for name, value in row.items()
            )
            yield f"  {table}{f' dòng {number}' if len(rows) > 1 else ''}: {values or '(không có giá trị)'}"


def _refusal(code: str) -> Explained | None:
    if code in document.REFUSALS:
        refusal = document.REFUSALS[code]
        what, do = refusal.what.replace("{detail}", "…"), refusal.what_to_do
        what = f"Tệp bị từ chối vì: {what}"
    elif code in REFUSALS:
        what, do = REFUSALS[code].what.replace("{name}", "…"), REFUSALS[code].what_to_do
    elif code in general_rules():
        what, do = general_rules()[code]["sentence"], general_rules()[code]["mend"]
    else:
        return None
    facts = {"code": code, "kind": "refusal", "meaning": what, "what_to_do": do, "owner": "it"}

    def lines() -> Iterator[str]:
        yield code
        yield f"Nghĩa là: {what}"
        yield f"Cần làm: {do}"
        yield f"Ai thường sửa: {OWNERS['it']}"

    return facts, lines


def _portal(code: str) -> Explained | None:
    from .portal_codes import FAMILIES, portal_codes

    family, _, number = code.rpartition(":")
    found = [
        known
        for known in portal_codes()
        if known.code == number and (not family or known.family.upper() == family)
    ]
    if not found:
        return None
    facts = {"code": number, "kind": "portal", "families": [known.as_json() for known in found]}

    def lines() -> Iterator[str]:
        yield f"Mã {number} của cổng BHXH" + (" có nghĩa khác nhau tùy dịch vụ:" if len(found) > 1 else ":")
        for known in found:
            yield ""
            yield f"{FAMILIES[known.family]}  ({known.family}:{known.code})"
            yield f"  Nghĩa là: {known.meaning}"
            yield f"  Cần làm: {known.what_to_do}"
            yield f"  Gọi lại nguyên văn được không: {known.repeat}"

    return facts, lines


def _unknown(code: str) -> str:
    from .portal_codes import UNKNOWN_CODE

    if code.isdigit():
        return f"{code}: {UNKNOWN_CODE}"
    known = [rule.id for rule in listed_rules()] + [*document.REFUSALS, *REFUSALS]
    near = difflib.get_close_matches(code, known, 3, 0.6)
    hint = f" Có phải: {', '.join(near)}?" if near else ""
    return f"Không có quy tắc hay mã nào tên {code}.{hint} Xem tất cả quy tắc: sosuckhoe standard rules"
