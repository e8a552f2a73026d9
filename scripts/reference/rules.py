"""Every rule by subject, each with a record that passes and one that fails, from its proof."""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from sosuckhoe.healthbook.validation import OWNERS, RULES, Listed, Policy, listed_rules
from sosuckhoe.healthbook.validation.proofs import Case, cases_of, proven

from .saying import PROGRAM, cell, day, days, facts, page, running, table, vi

SUBJECTS = {
    "file": "Phong bì, tệp và chữ ký",
    "shape": "Hình thức của từng chỉ tiêu",
    "allowed": "Điều được phép, không báo lỗi",
    "beds": "Ngày giường",
    "benefit": "Mức hưởng",
    "births": "Giấy chứng sinh",
    "card": "Thẻ BHYT",
    "catalogued": "Khớp danh mục của bệnh viện",
    "check_ins": "Check-in",
    "codes": "Mã và cách ghi mã",
    "dates": "Ngày giờ",
    "diagnoses": "Chẩn đoán",
    "doubles": "Dòng trùng",
    "health_book": "Nhu cầu của Sổ sức khỏe điện tử",
    "hiv_tb": "HIV và lao",
    "icd10": "ICD-10",
    "identity": "Nhân thân",
    "inside_the_stay": "Trong thời gian của đợt khám",
    "leave": "Giấy nghỉ việc, nghỉ dưỡng thai",
    "linked_lines": "Dòng trỏ tới nhau giữa các bảng",
    "loaded_lists": "Theo danh mục bệnh viện nhập",
    "long_term": "Điều trị dài ngày",
    "medicines": "Thuốc",
    "money": "Tiền từng dòng",
    "national_lists": "Danh mục dùng chung",
    "operations": "Phẫu thuật cùng một lần",
    "papers": "Giấy tờ",
    "parts": "Bảng phải có, bảng không được có",
    "patient_fit": "Hợp tuổi và giới của người bệnh",
    "repeated": "Thông tin lặp lại giữa các bảng",
    "results": "Kết quả và diễn biến",
    "services": "Dịch vụ và vật tư",
    "shares": "Ai trả bao nhiêu cho từng dòng",
    "spreadsheets": "Mã bị bảng tính đổi thành số",
    "stay": "Loại hình và số ngày điều trị",
    "totals": "Tổng tiền",
    "visit_kinds": "Loại hình và đối tượng",
}
MOST_LINES = 12
"""Lines of an example shown."""


@lru_cache(maxsize=1)
def subject_by_id() -> dict[str, str]:
    """The page a rule stands on: the subject of its first function, else its kind."""
    found = {rule.id: rule.kind for rule in listed_rules()}
    for rule in reversed(RULES):
        found[rule.id] = rule.subject
    return found


def pages() -> Iterator[tuple[str, str]]:
    by_subject: dict[str, list[Listed]] = defaultdict(list)
    for rule in listed_rules():
        by_subject[subject_by_id()[rule.id]].append(rule)
    yield "quy-tac/README.md", _contents(by_subject)
    for subject, rules in by_subject.items():
        yield f"quy-tac/{subject}.md", _page(subject, rules)


def _contents(by_subject: dict[str, list[Listed]]) -> str:
    rows = [
        (f"[{title}]({subject}.md)", str(len(by_subject[subject])))
        for subject, title in SUBJECTS.items()
        if subject in by_subject
    ]
    every = [
        (
            f"[{rule.id}]({subject_by_id()[rule.id]}.md#{rule.id.lower()})",
            rule.level,
            ", ".join(rule.tables),
            cell(sentences(rule)[0]),
        )
        for rule in listed_rules()
    ]
    return page(
        "# Quy tắc kiểm tra",
        f"{len(every)} quy tắc. Lỗi giữ hồ sơ lại để sửa; cảnh báo thì không. Quy tắc nào nguồn chưa chắc chắn đều chỉ là "
        "cảnh báo. Trong câu, `{TÊN}` là chỗ của giá trị trong hồ sơ. Giải thích một quy tắc ở dòng lệnh: "
        "`sosuckhoe explain XFD-029`.",
        "## Theo chủ đề",
        table(("Chủ đề", "Quy tắc"), rows),
        "## Theo mã",
        table(("Mã", "Mức", "Bảng", "Báo khi sai"), every),
    )


def _page(subject: str, rules: list[Listed]) -> str:
    return page(
        f"# Quy tắc: {SUBJECTS[subject]}", *(_rule(rule) for rule in rules), "[Mọi quy tắc](README.md)"
    )


def sentences(rule: Listed) -> list[str]:
    """What is said when it does not hold, each variant once."""
    found = list(dict.fromkeys(one.sentence for one in RULES if one.id == rule.id))
    plain = [one.replace("{@wrong}", "{mã sai}").replace("{@count.", "{số phần của ") for one in found]
    return plain or [rule.sentence]


def rule_facts(rule: Listed) -> list[tuple[str, str]]:
    """What is said of a rule, on its page and in the search."""
    return [
        ("Mức", rule.level),
        ("Áp dụng", days(rule.since, rule.until) + " (theo ngày ra viện)" if rule.since or rule.until else
         "theo chuẩn có hiệu lực vào ngày ra viện"),
        ("Nơi sửa", ", ".join(OWNERS[owner] for owner in rule.owners)),
        ("Cách sửa", rule.mend),
        ("Vì sao", rule.why),
        ("Nguồn", rule.source),
        ("Độ chắc chắn", vi(rule.confidence)),
    ]  # fmt: skip


def _rule(rule: Listed) -> str:
    said = sentences(rule)
    heading = f"### {rule.id}\n\n" + (
        f"**{cell(said[0])}**" if len(said) == 1 else "\n".join(f"- **{cell(one)}**" for one in said)
    )
    reads = [path for path in rule.reads if not path.startswith("@")]
    shown = ", ".join(_linked(path) for path in reads[:20]) + (" …" if len(reads) > 20 else "")
    rest = facts(
        [
            *rule_facts(rule),
            ("Đọc", shown),
            ("English", cell(rule.statement)),
            (
                "Bằng chứng",
                f"[{rule.proofs} hồ sơ]({PROGRAM}/healthbook/validation/proofs/{rule.id}.toml)" if rule.proofs else "",
            ),
        ]
    )  # fmt: skip
    return "\n\n".join([heading, rest, *_examples(rule.id)])


def _linked(path: str) -> str:
    name, _, field = path.partition(".")
    known = running().tables.get(name)
    if known is None or (field and field not in known.by_official):
        return f"`{path}`"
    return f"[{path}](../bang/{name}.md" + (f"#{field.lower()})" if field else ")")


def _examples(id: str) -> Iterator[str]:
    if id not in proven():
        return
    cases = list(cases_of(id))
    for passes, label in ((True, "Đúng"), (False, "Sai")):
        for case in cases:
            if case.passes is passes and case.kind != "edge":
                yield f"{label}: {cell(case.name)}{_aside(case)}\n\n```text\n{example(case)}\n```"
                break


def _aside(case: Case) -> str:
    dated = "" if _has_discharge(case) else f" (ngày xét {day(case.on)})"
    return dated + ("" if case.policy == Policy() else " (với quy định hoặc danh mục riêng của bệnh viện)")


def _has_discharge(case: Case) -> bool:
    visit = case.tables.get("XML1", {})
    return bool((visit[0] if isinstance(visit, list) and visit else visit or {}).get("NGAY_RA"))


def example(case: Case) -> str:
    """The record of a case, a row a line."""
    if case.file is not None:
        lines = case.file.decode("utf-8", "backslashreplace").split("\n")
        lines = [line if len(line) <= 160 else f"{line[:160]}…" for line in lines]
    else:
        lines = []
        for name, rows in case.tables.items():
            many = isinstance(rows, list)
            for number, row in enumerate(rows if many else [rows], 1):
                values = ", ".join(f"{field}={value}" for field, value in row.items())
                lines.append(f"{name}{f' dòng {number}' if many else ''}: {values or '(trống)'}")
            if many and not rows:
                lines.append(f"{name}: không có dòng nào")
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], "…"]
    return "\n".join(lines).replace("```", "'''")
