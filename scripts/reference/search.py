"""One page with everything, searchable without a network: ``index.html``."""

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sosuckhoe.healthbook.document import REFUSALS
from sosuckhoe.healthbook.signing.verdict import MEANINGS
from sosuckhoe.healthbook.validation import listed_rules
from sosuckhoe.hospital.delivery.states import STEPS, State

from .answers import OUTCOMES, portal_codes
from .codes import fields_of, lists
from .rules import rule_facts, sentences, subject_by_id
from .saying import days, list_title, running, vi
from .tables import field_facts, rules_reading

Entry = dict[str, Any]
KINDS = {
    "bang": "Bảng",
    "chi-tieu": "Chỉ tiêu",
    "quy-tac": "Quy tắc",
    "danh-muc": "Danh mục",
    "ma": "Mã",
    "cong": "Cổng trả lời",
    "tep": "Tệp không đọc được",
    "chu-ky": "Chữ ký",
    "trang-thai": "Trạng thái",
}


def _entry(kind: str, key: str, title: str, page: str, facts: list[tuple[str, str]], also: str = "") -> Entry:
    """``also``: words it is found under that are not shown."""
    return {
        "k": kind,
        "n": key,
        "t": title,
        "p": page,
        "f": [list(pair) for pair in facts if pair[1]],
        **({"a": also} if also else {}),
    }


def entries() -> Iterator[Entry]:
    yield from _tables()
    yield from _rules()
    yield from _codes()
    yield from _answers()


def _tables() -> Iterator[Entry]:
    for table in running().tables.values():
        page = f"bang/{table.official}.md"
        yield _entry("bang", table.official, table.title_vi, page, [
            ("Số dòng", vi(table.cardinality)), ("Khi nào cần", vi(table.when_required)),
            ("Chỉ tiêu", ", ".join(field.official for field in table.fields)), ("English", table.title_en),
        ])  # fmt: skip
        for field in table.fields:
            path = f"{table.official}.{field.official}"
            facts = [pair for pair in field_facts(field) if pair[0] != "Tên chỉ tiêu"]
            facts = [(label, html.unescape(value)) for label, value in facts]
            facts += [
                ("Danh mục mã", list_title(field.codes) if field.codes else ""),
                ("Quy tắc đọc chỉ tiêu này", ", ".join(rules_reading().get(path, []))),
                ("English", f"{field.label_en} ({table.english}.{field.english})"),
            ]
            yield _entry("chi-tieu", path, field.label_vi, f"{page}#{field.official.lower()}", facts)


def _rules() -> Iterator[Entry]:
    for rule in listed_rules():
        said = sentences(rule)
        page = f"quy-tac/{subject_by_id()[rule.id]}.md#{rule.id.lower()}"
        reads = ", ".join(path for path in rule.reads[:20] if not path.startswith("@"))
        facts = [("Cũng báo", one) for one in said[1:]] + rule_facts(rule)
        facts += [("Đọc", reads), ("English", rule.statement)]
        yield _entry("quy-tac", rule.id, said[0], page, facts)


def _codes() -> Iterator[Entry]:
    for codes in lists():
        page = f"danh-muc/{codes.name}.md"
        used = ", ".join(fields_of(codes.name))
        yield _entry("danh-muc", codes.name, list_title(codes.name), page, [("Dùng ở", used)])
        for code in codes.rows:
            facts = [("Danh mục", list_title(codes.name)), ("Hiệu lực", days(code.since, code.until)), ("Nguồn", code.source),
                     ("English", code.name_en)]  # fmt: skip
            name = code.name_vi or "(chưa biết tên)"
            yield _entry("ma", code.code, name, page, facts, code.more.get("code_no_dot", ""))


def _answers() -> Iterator[Entry]:
    for family, code, word, sentence, concern in portal_codes():
        facts = [("Nhóm dịch vụ", family), ("Nghĩa là", word), ("Liên quan", concern)]
        yield _entry("cong", code, sentence, "ma-cua-cong.md", facts)
    for code, refusal in REFUSALS.items():
        facts = [("Cần làm gì", refusal.what_to_do)]
        sentence = f"Tệp {refusal.what.replace('{detail}', '…')}"
        yield _entry("tep", code, sentence, "tep-khong-doc-duoc.md", facts)
    for code, meaning in MEANINGS.items():
        facts = [("Kết luận", OUTCOMES[meaning.outcome]), ("Mã của cổng", meaning.gateway_code or "")]
        yield _entry("chu-ky", code, meaning.sentence, "chu-ky.md", facts)
    for state in State:
        next_ones = "; ".join(
            f"{after.label} ({vi(cause)})" for (before, after), cause in STEPS.items() if before is state
        )
        yield _entry(
            "trang-thai", state.label, f"Trạng thái {state.name}", "trang-thai.md", [("Bước sau", next_ones)]
        )


def pages() -> Iterator[tuple[str, str]]:
    template = Path(__file__).with_name("index.html").read_text(encoding="utf-8")
    data = json.dumps({"kinds": KINDS, "entries": list(entries())}, ensure_ascii=False, separators=(",", ":"))
    yield (
        "index.html",
        template.replace("{{edition}}", running().id).replace("{{data}}", data.replace("<", "\\u003c")),
    )
