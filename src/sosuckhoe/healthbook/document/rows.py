"""From a table document's elements to rows of text under English names; what does not fit is kept and remarked."""

from dataclasses import dataclass

from lxml import etree

from ..record import Row
from .limits import Limits
from .parse import depth_beyond, place_of, stray_texts, texts_of
from .refusals import refuse
from .remarks import Remarks, Severity
from .shapes import Shape, Shapes, decisions_with

REFERRAL_NAMES = frozenset(
    {
        *("MA_CSKCB_DI", "MA_CSKCB_DEN", "TINH_TRANG_CT"),
        *("MA_NOI_DI", "MA_NOI_DEN", "PP_DIEU_TRI", "TEN_DICH_VU", "TEN_THUOC"),
    }
)
"""What QĐ 3176 renamed or dropped in XML13 (rules.csv STR-016)."""


ALONE = frozenset({"XML0", "XML1"})
"""Tables without which there is no visit: blank as they are, what is missing in them is told."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Text that has no field in the edition: kept, so that nothing is lost unseen."""

    table: str
    row: int
    name: str
    text: str


class TableReader:
    """Reads the table documents of one visit."""

    def __init__(self, shapes: Shapes, limits: Limits, remarks: Remarks) -> None:
        self.shapes = shapes
        self.limits = limits
        self.remarks = remarks
        self.unknown: list[Unknown] = []
        self._regular = True

    def read(self, root: etree._Element, shape: Shape, first_row: int = 1) -> list[Row]:
        """The rows below a table's root element."""
        elements, regular = self._row_elements(root, shape)
        for text in stray_texts(root, len(shape.tags)):
            self.remarks.add(
                "STR-014", shape.official, "Bảng có chữ viết lạc ngoài các ô, nên phần chữ đó không được đọc."
            )
            self.unknown.append(Unknown(shape.official, 0, "", text))
        without_rows = "STR-018" if shape.official in ("XML2", "XML3", "XML4", "XML5") else "STR-020"
        if not elements:
            self.remarks.add(
                without_rows,
                shape.official,
                "Bảng gửi kèm không có dòng nào, nên coi như không gửi.",
                severity="warning",
            )
        # A field holds text only. One question to the whole table spares asking each field.
        flat = regular and not depth_beyond(root, len(shape.tags) - shape.tags.index(root.tag) + 1)
        rows: list[Row] = []
        for number, element in enumerate(elements, first_row):
            row = self._fast(element, shape) if flat else None
            rows.append(self._careful(element, shape, number) if row is None else row)
        if rows and not any(rows) and shape.official not in ALONE:
            self.remarks.add(
                without_rows,
                shape.official,
                "Bảng gửi kèm có dòng nhưng mọi ô đều trống, nên coi như không gửi.",
            )
            return []
        return rows

    def by_its_fields(self, root: etree._Element, declared: str) -> Shape | None:
        """The declared table, when the root has an unpublished name but rows of fields are inside."""
        shape = self.shapes.by_official.get(declared)
        if shape is None or next(root.iter(shape.names[0]), None) is None:
            return None
        return shape

    def leave(self, declared: str, root: etree._Element) -> None:
        """A part whose root belongs to no table: its text is kept, nothing of it is used."""
        self.remarks.add(
            "STR-007",
            declared or "GIAMDINHHS.LOAIHOSO",
            "Nội dung phần này không phải bảng nào của chuẩn (thẻ gốc lạ), nên không được đọc.",
            value=str(root.tag)[: self.limits.name_length],
        )
        self.unknown.append(Unknown(declared, 0, str(root.tag), "\n".join(texts_of(root))))

    def _row_elements(self, root: etree._Element, shape: Shape) -> tuple[list[etree._Element], bool]:
        """The elements that hold one row each, and whether they stand where the standard puts them.

        Where containers have other names than published, a row is what holds the table's first field.
        """
        if root.tag in shape.tags:
            below = shape.tags[shape.tags.index(root.tag) + 1 :]
            rows = [row for row in (root.findall("/".join(below)) if below else [root]) if len(row)]
            if rows and (below or any(cell.tag in shape.places for cell in root)):
                self._strangers(root, below, shape)
                if root.tag != shape.tags[0]:
                    self._misnamed(root, shape, "warning")
                return rows, True
        else:
            rows = []
        found = dict.fromkeys(cell.getparent() for cell in root.iter(shape.names[0]))
        if found:
            self._misnamed(root, shape, "error")
            return [row for row in found if row is not None], False
        if not rows:
            self._strangers(root, shape.tags[1:], shape)
        return rows, True

    def _misnamed(self, root: etree._Element, shape: Shape, severity: Severity) -> None:
        self.remarks.add(
            "STR-007",
            shape.official,
            f"Các thẻ bao ngoài không đúng tên công bố ({'/'.join(shape.tags)}); các dòng vẫn được đọc.",
            value=str(root.tag)[: self.limits.name_length],
            severity=severity,
        )

    def _strangers(self, container: etree._Element, below: tuple[str, ...], shape: Shape) -> None:
        """Elements beside those that lead to the rows."""
        for child in container if below else ():
            if child.tag == below[0]:
                self._strangers(child, below[1:], shape)
            elif not (child.tag == "CHUKYDONVI" and shape.official == "XML0"):
                self._unknown(shape, 0, child)

    def _fast(self, element: etree._Element, shape: Shape) -> Row | None:
        """A row as published: every field once, in order. None sends it to the careful way."""
        if len(element) != shape.width:
            return None
        row: Row = {}
        for cell, official, english in zip(element, shape.names, shape.keys, strict=True):
            if cell.tag != official:
                return None
            text = cell.text
            if text and not text.isspace():
                row[english] = text
        return row

    def _careful(self, element: etree._Element, shape: Shape, number: int) -> Row:
        row: Row = {}
        seen: set[str] = set()
        last = -1
        ordered = True
        for cell in element:
            place = shape.places.get(cell.tag)
            if place is None or len(cell):
                self._unknown(shape, number, cell)
                if place is not None:
                    seen.add(cell.tag)
                continue
            official, english = shape.names[place], shape.keys[place]
            if official in seen:
                self.remarks.add(
                    "STR-013",
                    f"{shape.official}.{official}",
                    "Ô này có nhiều hơn một lần trong cùng một dòng; chỉ giá trị đầu tiên được đọc.",
                    row=number,
                )
                self.unknown.append(Unknown(shape.official, number, official, cell.text or ""))
                continue
            seen.add(official)
            ordered = ordered and place > last
            last = place
            text = cell.text
            if text and not text.isspace():
                row[english] = text
        if not ordered:
            self.remarks.add(
                "STR-015",
                shape.official,
                "Các ô trong dòng không theo thứ tự của bảng đã công bố.",
                row=number,
                severity="warning",
            )
        if len(seen) < shape.width:
            for official in shape.names:
                if official not in seen:
                    self.remarks.add(
                        "STR-013",
                        f"{shape.official}.{official}",
                        "Tệp thiếu thẻ của ô này; ô không có giá trị vẫn cần một thẻ trống.",
                        row=number,
                        severity="warning",
                    )
        return row

    def _unknown(self, shape: Shape, number: int, cell: etree._Element) -> None:
        name = str(cell.tag)
        if len(name) > self.limits.name_length:
            raise refuse(
                "FILE-TOO-MANY",
                place_of(cell, shape.official),
                f"tên thẻ dài hơn {self.limits.name_length} ký tự",
            )
        self.unknown.append(Unknown(shape.official, number, name, "".join(texts_of(cell))))
        shown = name.rpartition("}")[2]
        path = f"{shape.official}.{shown}"
        row = number or None
        if name in shape.places:
            self.remarks.add("STR-014", path, "Ô này chứa thẻ con; chuẩn chỉ cho ghi chữ.", row=row)
        elif name.startswith("{"):
            self.remarks.add(
                "STR-014", path, f"Thẻ {shown} thuộc không gian tên (xmlns) lạ, nên không được đọc.", row=row
            )
        else:
            rule = "STR-016" if shape.official == "XML13" and name in REFERRAL_NAMES else "STR-014"
            others = decisions_with(shape.official, name)
            self.remarks.add(
                rule,
                path,
                f"Thẻ {shown} chỉ có trong bảng theo {others}, không có trong quyết định áp dụng cho ngày ra viện này."
                if others
                else f"Thẻ {shown} không có trong bảng đã công bố, nên nội dung trong thẻ không được dùng.",
                row=row,
                severity="error" if rule == "STR-016" else "warning",
            )
