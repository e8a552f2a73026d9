"""What the lines of one ``tables/XML1.csv`` make of the fields of a table: added, changed, renamed, moved, dropped."""

import builtins
import keyword
import re
from dataclasses import replace

from .mistakes import Line
from .tables import KINDS, NEEDS, Field, Table

NOTHING = "-"
"""In a cell: the decision lifted a limit, a condition, a code list or a note; in ``after``, nothing stands before.
An empty cell leaves a fact as it was."""
FIELD_COLUMNS = ("change", "field", "after", "english", "kind", "max_length", "need", "condition", "label_vi",
                 "label_en", "codes", "place", "confidence", "note")  # fmt: skip
FIELD_CHANGES = ("add", "change", "rename", "move", "drop")
LENGTHS = {"date8": 8, "datetime12": 12, "date8_or_datetime12": 12}
"""Characters of kinds whose length follows from them."""
EVERYWHERE = {"MA_LK": "visit_code", "STT": "row_number"}
"""Fields that bind the tables together, and their English names in all of them."""
RESERVED = frozenset(
    {"record", "columns", "insured", "code_day", "day", "policy", "add", "size", "row", "number", "place", "absent",
     "facts", "wrong", "count", "judge", "everywhere", "broken_sequence"}
)  # fmt: skip
"""Words the generated checkers use for themselves (``validation/generating.py``): no field is called so in English."""

ELEMENT = re.compile("[A-Z][A-Z0-9_]*")
ENGLISH = re.compile("[a-z][a-z0-9_]*")


class Changing:
    """One table while the lines of a decision change it."""

    def __init__(self, table: Table, place: str) -> None:
        self.table, self.place = table, place
        """``place``: of a line that does not say where the text says so."""
        self.fields = list(table.fields)
        self.dropped = list(table.dropped)
        self.bearers = dict(table.bearers)
        self.gone: dict[str, Field] = {}

    def by(self, lines: list[Line]) -> Table:
        """The table after the lines; a line with a mistake changes nothing."""
        seen: dict[tuple[str, str], int] = {}
        places: dict[str, int] = {}
        for line in lines:
            change, name, after = line["change"], line["field"], line["after"]
            if change not in FIELD_CHANGES:
                line.wrong(f"Không biết thay đổi “{change}”. Ghi một trong: {', '.join(FIELD_CHANGES)}.")
            elif not ELEMENT.fullmatch(name):
                line.wrong(
                    f"“{name}” không phải tên chỉ tiêu. Ghi chữ hoa không dấu, nối bằng _, ví dụ NGAY_RA."
                )
            elif (change, name) in seen:
                line.wrong(f"{name} đã được {change} ở dòng {seen[change, name]}. Gộp hai dòng làm một.")
            elif change != "rename" and after and after in places:
                line.wrong(
                    f"Vị trí sau {after} đã dùng ở dòng {places[after]}. Ghi ở cột after chỉ tiêu đứng ngay trước {name}."
                )
            else:
                seen[change, name] = line.number
                if change != "rename" and after:
                    places[after] = line.number
                getattr(self, f"_{change}")(line)
        return replace(
            self.table, fields=tuple(self.fields), dropped=tuple(self.dropped), bearers=self.bearers
        )

    def _index(self, line: Line, name: str) -> int | None:
        found = next((at for at, field in enumerate(self.fields) if field.official == name), None)
        if found is None:
            now = next((field for field in self.fields if name in field.former), None)
            hint = f" Chỉ tiêu này nay tên là {now.official}." if now else " Xem lại tên chỉ tiêu."
            line.wrong(f"Bảng {self.table.official} không có chỉ tiêu {name} để {line['change']}.{hint}")
        return found

    def _put(self, line: Line, field: Field) -> None:
        """Place a field where ``after`` says; at the end where it says nothing."""
        after = line["after"]
        if after == NOTHING:
            self.fields.insert(0, field)
            return
        at = next((at for at, one in enumerate(self.fields) if one.official == after), None)
        if after and at is None:
            line.wrong(
                f"Bảng {self.table.official} không có chỉ tiêu {after} để {field.official} đứng sau. Sửa cột after."
            )
        self.fields.insert(len(self.fields) if at is None else at + 1, field)

    def _add(self, line: Line) -> None:
        name, english = line["field"], line["english"]
        taken = next((field for field in self.fields if field.english == english), None)
        if any(field.official == name for field in self.fields):
            line.wrong(
                f"Bảng {self.table.official} đã có chỉ tiêu {name}. Ghi change để sửa, hoặc đổi tên chỉ tiêu cũ trước."
            )
        elif empty := [one for one in ("english", "kind", "need", "label_vi") if not line[one]]:
            line.wrong(f"Chỉ tiêu mới {name} chưa có {', '.join(empty)}. Điền các ô này.")
        elif (
            not ENGLISH.fullmatch(english)
            or keyword.iskeyword(english)
            or english in RESERVED
            or hasattr(builtins, english)
        ):
            line.wrong(
                f"Tên tiếng Anh “{english}” không dùng được. Ghi chữ thường nối bằng _, hai từ trở lên, ví dụ home_phone."
            )
        elif taken is not None:
            line.wrong(f"Tên tiếng Anh {english} đã là của {taken.official}. Mỗi chỉ tiêu cần một tên riêng.")
        elif english != EVERYWHERE.get(name, english):
            line.wrong(
                f"Ở mọi bảng {name} có tên tiếng Anh {EVERYWHERE[name]}, để các quy tắc chung nhận ra. Ghi tên đó."
            )
        elif (field := self._field(line, self.gone.get(english))) is not None:
            self._put(line, field)
            self.bearers.setdefault(name, english)

    def _change(self, line: Line) -> None:
        at = self._index(line, line["field"])
        field = self._field(line, self.fields[at]) if at is not None else None
        if at is None or field is None:
            return
        self.fields[at] = field
        if line["after"]:
            del self.fields[at]
            self._put(line, field)

    def _move(self, line: Line) -> None:
        if not line["after"]:
            line.wrong("Chưa biết chuyển đến đâu. Ghi ở cột after chỉ tiêu đứng ngay trước, hoặc dấu - cho đầu bảng.")  # fmt: skip
        else:
            self._change(line)

    def _rename(self, line: Line) -> None:
        new, old = line["field"], line["after"]
        at = self._index(line, old)
        if at is None:
            return
        if new == old or any(field.official == new for field in self.fields):
            line.wrong(
                f"Bảng {self.table.official} đã có chỉ tiêu {new}. Cột field ghi tên mới, cột after ghi tên cũ."
            )
        elif (field := self._field(line, self.fields[at])) is not None:
            self.fields[at] = field
            self.bearers.setdefault(new, field.english)

    def _drop(self, line: Line) -> None:
        at = self._index(line, line["field"])
        if at is None:
            return
        field = self.fields[at]
        if self.table.official == "XML1" and field.english in ("visit_code", "discharged_at"):
            line.wrong(f"Không thể bỏ {field.official} của XML1: mã và ngày ra viện chọn chuẩn cho hồ sơ.")
            return
        self.gone[field.english] = field
        self.dropped.append((field.official, line["place"] or self.place))
        del self.fields[at]

    def _field(self, line: Line, before: Field | None) -> Field | None:
        """The field a line makes of the one before it; None, with the mistake told, where it cannot."""

        def fact(column: str) -> str:
            if line[column] == NOTHING:
                return ""
            return line[column] or (getattr(before, column) if before else "")

        name, kind, need = line["field"], fact("kind"), fact("need")
        if before is not None and line["english"] and line["english"] != before.english:
            line.wrong(
                f"Tên tiếng Anh của {before.official} là {before.english} và không đổi. Để trống ô english; "
                "nếu là chỉ tiêu khác thì ghi drop rồi add."
            )
        elif kind not in KINDS:
            line.wrong(f"Không biết kiểu dữ liệu “{kind}”. Ghi một trong: {', '.join(KINDS)}.")
        elif need not in NEEDS:
            line.wrong(f"Không biết yêu cầu “{need}”. Ghi một trong: {', '.join(NEEDS)}.")
        elif line["max_length"] not in ("", NOTHING) and not re.fullmatch(
            "[1-9][0-9]{0,6}", line["max_length"]
        ):
            line.wrong(
                f"Độ dài “{line['max_length']}” không phải số. Ghi số ký tự, hoặc dấu - khi không giới hạn."
            )
        else:
            most = self._length(line, kind, before)
            if most is not None and most < LENGTHS.get(kind, 0):
                line.wrong(
                    f"Kiểu {kind} dài {LENGTHS[kind]} ký tự, ô max_length ghi {most}. Sửa độ dài hoặc kiểu."
                )
                return None
            place = line["place"] or self.place
            lasting = before is not None and need == before.need
            confidence = line["confidence"] or (before.confidence if before else "high")
            return Field(
                official=name,
                english=fact("english"),
                kind=kind,
                max_length=most,
                need=need,
                condition=fact("condition") if lasting else line["condition"].removeprefix(NOTHING),
                label_vi=fact("label_vi"),
                label_en=fact("label_en"),
                codes=fact("codes"),
                place=place,
                confidence=confidence,
                need_confidence=before.need_confidence if before and lasting else confidence,
                note=fact("note"),
                history=(*(before.history if before else ()), place),
                former=self._former(before, name),
            )
        return None

    @staticmethod
    def _length(line: Line, kind: str, before: Field | None) -> int | None:
        if line["max_length"]:
            return None if line["max_length"] == NOTHING else int(line["max_length"])
        if before is not None and before.kind != kind and kind in LENGTHS:
            return LENGTHS[kind]
        return before.max_length if before else None

    @staticmethod
    def _former(before: Field | None, name: str) -> tuple[str, ...]:
        if before is None or before.official == name:
            return before.former if before else ()
        return (*before.former, before.official)
