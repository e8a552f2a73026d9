"""A page for each code list, every code with its days."""

from collections.abc import Iterator

from sosuckhoe.healthbook.standard import CodeList

from .saying import CHOSEN_BY, cell, day, facts, list_title, page, running, table, vi

COLUMNS = {
    "abo": "ABO",
    "applies_to": "Áp dụng (English)",
    "benefit_rate_percent": "Tỷ lệ hưởng (%)",
    "card_prefixes": "Đầu mã thẻ (English)",
    "code_no_dot": "Mã không dấu chấm",
    "code_range": "Từ mã đến mã",
    "fhir_administrative_gender": "FHIR",
    "group": "Nhóm (English)",
    "legal_basis": "Căn cứ",
    "main_diagnosis": "Làm bệnh chính (English)",
    "marker": "Dấu",
    "note": "Ghi chú (English)",
    "payer_group": "Nhóm đóng",
    "priority": "Thứ tự xét",
    "rate_percent": "Tỷ lệ (%)",
    "rh": "Rh",
    "rule": "Quy định (English)",
    "sensitive_hint": "Gợi ý nhạy cảm (English)",
    "sex": "Giới",
    "six_month_row_default": "Dòng báo cáo sáu tháng",
    "so_ngay_dtri_rule": "Cách tính SO_NGAY_DTRI",
    "successor_code": "Mã kế tiếp",
    "usable": "Dùng được (English)",
    "usual_benefit_level": "Mức hưởng thường gặp",
}


def lists() -> list[CodeList]:
    return [codes for _, codes in sorted(running().codes.items())]


def fields_of(name: str) -> list[str]:
    return [
        f"{one.official}.{field.official}"
        for one in running().tables.values()
        for field in one.fields
        if field.codes == name
    ]


def pages() -> Iterator[tuple[str, str]]:
    rows = [
        (
            f"[{list_title(codes.name)}]({codes.name}.md)",
            f"`{codes.name}`",
            str(len(codes.rows)),
            "đủ" if codes.closed else "một phần",
            CHOSEN_BY[codes.chosen_by],
        )
        for codes in lists()
    ]
    yield (
        "danh-muc/README.md",
        page(
            "# Danh mục dùng chung",
            "Mã luôn là chữ: `01` không phải 1, `1.10` không phải `1.1`. Danh mục “đủ”: mã không có trong đó là lỗi. "
            "Danh mục “một phần”: chương trình chỉ giữ một số mã, mã lạ không bị báo. Các danh mục lớn do bệnh viện "
            "nạp: xem [hướng dẫn](../../how-to/danh-muc.md).",
            table(("Danh mục", "English", "Dòng", "Có", "Chọn mã theo"), rows),
        ),
    )
    for codes in lists():
        yield f"danh-muc/{codes.name}.md", _page(codes)


def _page(codes: CodeList) -> str:
    columns = dict.fromkeys(name for code in codes.rows for name in code.more)
    more = [name for name in columns if any(code.more.get(name) for code in codes.rows)]
    sources = sorted({(code.source, code.confidence) for code in codes.rows})
    number = {pair: str(index) for index, pair in enumerate(sources, 1)}
    rows = [
        (
            f"`{code.code}`",
            cell(code.name_vi) or "(chưa biết tên)",
            day(code.since),
            day(code.until),
            *(cell(code.more.get(name, "")) for name in more),
            number[code.source, code.confidence],
            cell(code.name_en),
        )
        for code in codes.rows
    ]
    used = ", ".join(
        f"[{path}](../bang/{path.partition('.')[0]}.md#{path.partition('.')[2].lower()})"
        for path in fields_of(codes.name)
    )
    return page(
        f"# Danh mục: {list_title(codes.name)}",
        facts(
            (
                ("English", f"`{codes.name}`"),
                ("Dùng ở", used),
                ("Chọn mã theo", CHOSEN_BY[codes.chosen_by]),
                ("Có đủ mã", "có; mã khác là lỗi" if codes.closed else "chưa; mã lạ không bị báo"),
            )
        ),
        table(("Mã", "Tên", "Từ ngày", "Đến ngày", *(COLUMNS.get(name, name) for name in more), "Nguồn", "English"), rows),
        "## Nguồn\n\n"
        + "\n".join(
            f"{index}. {source} (độ chắc chắn: {vi(confidence)})"
            for index, (source, confidence) in enumerate(sources, 1)
        ),
    )  # fmt: skip
