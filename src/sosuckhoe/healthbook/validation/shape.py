"""Shape (hình thức): what the tables themselves say about one value: present, of its type, not too long, in its list.

Everything here is derived from an edition's ``Field``; the exceptions, each with its reason, stand as data in
``shape_ids.py``. The generated checker reads a value and asks ``Shape.flaw`` only when something is wrong, so this
module may take its time to find the right words.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from unicodedata import normalize

from ..standard import Code, CodeList, Edition, Field, Table
from . import shape_ids as ids
from .fault import Fault, Owner, Severity
from .rule import UNCERTAIN
from .typed import (
    NOTHING,
    NOTHING_IN_TEXT,
    decimal_places,
    is_birth,
    is_clean,
    parse_birth,
    parse_date,
    parse_decimal,
    reader_of,
    without_empty_decimals,
)
from .wording import name_of, quoted

DAY, TIME = "cần 8 chữ số năm, tháng, ngày có thật", "cần 12 chữ số năm, tháng, ngày, giờ, phút có thật"
FEW_CODES = 5
"""So many codes of a list are told when another one stands there."""
SHORT_NAMES = 100
"""So many characters may their names take; longer ones make nobody's finding clearer than the codes alone."""


@dataclass(frozen=True)
class Shape:
    """What is asked of one field in one edition."""

    table: Table
    field: Field
    list: CodeList | None
    """The closed list its code must be in; None when there is none, or we do not hold all of it."""

    @cached_property
    def path(self) -> str:
        return f"{self.table.official}.{self.field.official}"

    @cached_property
    def known(self) -> tuple[str, ...]:
        """The paths under which our data know the field, whatever it is called today, then its names."""
        names = self.table.known_as(self.field)
        return (*(f"{self.table.official}.{name}" for name in names), *names)

    def of(self, facts: Mapping[str, Any], default: Any = None) -> Any:
        """What ``shape_ids`` says of the field."""
        return next((facts[name] for name in self.known if name in facts), default)

    def is_among(self, paths: Collection[str]) -> bool:
        return any(name in paths for name in self.known)

    @cached_property
    def owner(self) -> Owner:
        return ids.owner_of(self.table.official, *(self.table.known_as(self.field) or [self.field.official]))

    @cached_property
    def always(self) -> bool:
        return self.field.need == "always"

    @cached_property
    def code_rule(self) -> str:
        """The id for a code that is not in the field's list."""
        return self.of(ids.CODE_LIST) or ids.CODE_LIST.get(self.field.codes, "SHP-003")

    def codes_on(self, day: date) -> Mapping[str, Code]:
        """The codes allowed on a day; empty where no list is known for it, and then nothing is asked."""
        return self.list.on(day) if self.list else {}

    def lingering_codes(self, day: date) -> tuple[str, ...]:
        """Codes of another day that are only warned of: not certain to have ended, or still about (``ids.lingers``)."""
        rows = self.list.rows if self.list else ()
        all_of_them = ids.lingers(self.field.codes, day)
        return tuple(dict.fromkeys(row.code for row in rows if all_of_them or not row.certain))

    def flaw(self, text: str | None, row: int | None, day: date, insured: bool) -> Fault | None:
        """What is wrong with a value that the checker found wanting, or None when it is excused."""
        if not text:
            return self._missing(row, insured)
        if text in (NOTHING_IN_TEXT if self.field.kind == "string" else NOTHING):
            return self._nothing(text, row)
        found = self._malformed(text, day)
        if found is None:
            return None
        rule, severity, message = found
        fault = self._fault(rule, row, severity, message, text)
        if self.list is None or not self.codes_on(day):
            return fault
        return replace(fault, source=self.list.cited_beside(self.field.place, day))

    def _missing(self, row: int | None, insured: bool) -> Fault | None:
        if not self.always or (not insured and self.is_among(ids.ONLY_WHEN_INSURED)):
            return None
        doubtful = self.field.need_confidence != "high" or self.is_among(ids.DOUBTFUL_PRESENCE)
        rule = self.of(ids.MISSING, "SHP-001")
        message = f"{name_of(self.field)} đang trống; ô này bắt buộc."
        return self._fault(rule, row, "warning" if doubtful else "error", message, "")

    def _nothing(self, text: str, row: int | None) -> Fault:
        """A word like NULL, which an exporter wrote where there was no value."""
        severity: Severity = "error" if self.always or self.field.kind != "string" else "warning"
        message = (
            f"{name_of(self.field)} ghi chữ {quoted(text)}, tức là ô trống mà phần mềm lại xuất thành chữ."
        )
        return replace(self._fault("SHP-004", row, severity, message, text), owner="it")

    def _malformed(self, text: str, day: date) -> tuple[str, Severity, str] | None:
        kind = self.field.kind
        if kind == "string":
            return self._too_long(text)
        if kind == "code":
            return self._code(text, day)
        if kind == "codes":
            return self._members(text) or self._too_long(text)
        if kind in ("decimal", "integer"):
            return self._number(text) or self._too_long(text)
        reader = reader_of(self.field)
        if self.is_among(ids.MAY_HAVE_GAPS) and all(
            map(parse_date, filter(None, map(str.strip, text.split(";"))))
        ):
            return None  # whose place is empty says a rule (FMT-024)
        if reader is None or reader[text] is not None:
            return self._too_long(text)
        if kind == "integer_list":
            message = f"{name_of(self.field)} đang ghi {quoted(text)}; cần các số nguyên, nhiều số thì cách nhau bằng dấu “;”."
            return self._id("SHP-002"), "error", message
        return self._date(text)

    def _too_long(self, text: str) -> tuple[str, Severity, str] | None:
        limit = self.field.max_length
        length = len(text) if limit is None or len(text) <= limit else len(normalize("NFC", text))
        if limit is None or length <= limit:
            return None
        doubtful = length <= self.of(ids.DOUBTFUL_LENGTH, 0)
        severity: Severity = "warning" if doubtful else "error"
        if self.field.kind == "decimal" and len(text.rstrip("0").rstrip(".")) <= limit and "." in text:
            severity = "warning"  # only zeros after the point make it long
        return (
            self.of(ids.TOO_LONG, "FMT-001"),
            severity,
            f"{name_of(self.field)} dài {length} ký tự, nhiều nhất được {limit}: {quoted(text)}."
            + (f" {UNCERTAIN}" if doubtful else ""),
        )

    def _code(self, text: str, day: date) -> tuple[str, Severity, str] | None:
        codes = self.codes_on(day)
        if codes:
            if text in codes:
                return None
            return self._unknown_code(text, day)
        if not is_clean(text):
            message = f"{name_of(self.field)} có dấu cách thừa hoặc ký tự ẩn: {quoted(text)}."
            return "SHP-003", "error", message
        return self._too_long(text)

    def _unknown_code(self, text: str, day: date) -> tuple[str, Severity, str]:
        assert self.list is not None
        rule = self.code_rule
        where = f"{name_of(self.field)} {quoted(text)}"
        if (form := self.of(ids.CODE_FORM)) is not None:
            digits, id = form
            if len(text) != digits or not text.isdigit():
                return id, "error", f"{where} cần đúng {digits} chữ số, kể cả số 0 đứng đầu."
        severity: Severity = "warning" if ids.in_transition(self.field.codes, day) else "error"
        if any(row.code == text for row in self.list.rows):
            if text in self.lingering_codes(day):
                severity = "warning"
            return rule, severity, f"{where} đã bỏ hoặc chưa dùng vào ngày {day:%d/%m/%Y}."
        message = f"{where} không có trong danh mục của Bộ Y tế ngày {day:%d/%m/%Y}."
        return rule, severity, message + self._choice(self.codes_on(day))

    def _choice(self, codes: Mapping[str, Code]) -> str:
        """The codes of a short list, to choose among."""
        if len(codes) > FEW_CODES:
            return ""
        named = "; ".join(f"{code} – {found.name_vi}" for code, found in codes.items())
        if len(named) <= SHORT_NAMES:
            return f" Chọn {named}."
        return f" Mã dùng được: {', '.join(codes)}."

    def _members(self, text: str) -> tuple[str, Severity, str] | None:
        if not all(member.strip() for member in text.split(";")):
            message = f"{name_of(self.field)} có chỗ trống cạnh dấu “;”, thừa dấu hoặc thiếu một mã: {quoted(text)}."
            return "FMT-007", "error", message
        if any(member != member.strip() for member in text.split(";")):
            message = f"{name_of(self.field)} có dấu cách cạnh dấu “;”: {quoted(text)}. Các mã ghi liền nhau."
            return "FMT-007", "warning", message
        return None

    def _number(self, text: str) -> tuple[str, Severity, str] | None:
        name = name_of(self.field)
        value = parse_decimal(text)
        if self.field.kind == "integer":
            if value is None or value < 0 or value != value.to_integral_value():
                return (
                    self._id("SHP-002"),
                    "error",
                    f"{name} đang ghi {quoted(text)}; cần một số nguyên từ 0 trở lên.",
                )
            if "." in text:
                return (
                    self._id("SHP-002"),
                    "warning",
                    f"{name} đang ghi {quoted(text)}; cần số nguyên, không có phần thập phân.",
                )
            return None
        if value is None:
            hint = "phần thập phân sau dấu chấm, không có dấu ngăn hàng nghìn, như 1250.5"
            return self._id("FMT-004"), "error", f"{name} đang ghi {quoted(text)}; cần một số, {hint}."
        places = decimal_places(self.field)
        if places is not None and parse_decimal(text, places) is None:
            rule = "FMT-006" if places == 2 else "FMT-005"
            if parse_decimal(without_empty_decimals(text, places), places) is not None:
                message = f"{name} đang ghi {quoted(text)}, thừa số 0 ở cuối; nhiều nhất {places} chữ số sau dấu chấm."
                return rule, "warning", message
            return rule, "error", f"{name} đang ghi {quoted(text)}; nhiều nhất {places} chữ số sau dấu chấm."
        return None

    def _date(self, text: str) -> tuple[str, Severity, str]:
        name, kind = name_of(self.field), self.field.kind
        if is_birth(self.field):
            need = "cần 12 chữ số năm, tháng, ngày, giờ, phút, như 199003050000; không rõ giờ thì ghi 0000"
            assert parse_birth(text) is None
            return "FMT-013", "error", f"{name} đang ghi {quoted(text)}; {need}."
        forms = {
            "datetime12": ("FMT-002", f"{TIME}, như 202609150730"),
            "datetime12_list": ("FMT-002", f"mỗi lần {TIME}, như 202609150730, cách nhau bằng dấu “;”"),
            "date8": ("FMT-003", f"{DAY}, như 20260915"),
            "date8_list": ("FMT-003", f"mỗi ngày {DAY}, như 20260915, cách nhau bằng dấu “;”"),
            "date8_or_datetime12": ("FMT-003", f"{DAY}, như 20260915, hoặc thêm 4 chữ số giờ, phút"),
        }
        rule, need = forms[kind]
        if kind == "date8" and len(text) == 12 and parse_date(text[:8]) is not None:
            need = f"chỉ ghi năm, tháng, ngày, không kèm giờ: {text[:8]}"
        return self._id(rule), "error", f"{name} đang ghi {quoted(text)}; {need}."

    def _id(self, general: str) -> str:
        """The id for a malformed value: the field's own where rules.csv has one, else the general one."""
        kind = self.field.kind
        of_kind = (ids.FORM_OF_KIND.get((name, kind)) for name in self.known)
        found: str = next(filter(None, of_kind), None) or self.of(ids.FORM, general)
        return found

    def _fault(self, rule: str, row: int | None, severity: Severity, message: str, text: str) -> Fault:
        return Fault(rule, self.path, row, severity, message, self.field.place, text, self.owner)


def shape_of(edition: Edition, table: Table, field: Field) -> Shape:
    found = edition.codes.get(field.codes) if field.codes else None
    return Shape(table, field, found if found is not None and found.closed and field.kind == "code" else None)
