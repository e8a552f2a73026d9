"""From a table document's elements to rows of text under English names; what does not fit is kept and remarked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from ..record import Row
from ..standard import Edition, Table, edition_on
from ..standard.editions import NoEdition, decisions
from .limits import Limits
from .parse import depth_beyond, place_of, stray_texts, texts_of
from .refusals import refuse
from .remarks import Remarks

REFERRAL_NAMES = frozenset(
    {
        *("MA_CSKCB_DI", "MA_CSKCB_DEN", "TINH_TRANG_CT"),
        *("MA_NOI_DI", "MA_NOI_DEN", "PP_DIEU_TRI", "TEN_DICH_VU", "TEN_THUOC"),
    }
)
"""What QĐ 3176 renamed or dropped in XML13 (rules.csv STR-016)."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Text that has no field in the edition: kept, so that nothing is lost unseen."""

    table: str
    row: int
    name: str
    text: str


class Shape:
    """One table of one edition, arranged for reading: compiled once, used for every row."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.official = table.official
        self.english = table.english
        self.names = [field.official for field in table.fields]
        self.keys = [field.english for field in table.fields]
        self.columns = [(field.official, field.english) for field in table.fields]
        self.width = len(self.columns)
        self.places = {field.official: index for index, field in enumerate(table.fields)}
        self.row_tag = table.wrapper[-1]
        self.tags = table.wrapper


class Shapes:
    """All tables of an edition, and the way from a root element to its table."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.by_official = {name: Shape(table) for name, table in edition.tables.items()}
        for older in editions_known():
            for name, table in older.tables.items():
                self.by_official.setdefault(name, Shape(table))
        self.by_root = {shape.tags[0]: shape for shape in self.by_official.values()}
        # Seen in files of the former format: the list element, or the row itself, stands as the root.
        for shape in list(self.by_root.values()):
            for tag in shape.tags[1:]:
                self.by_root.setdefault(tag, shape)


_SHAPES: dict[int, Shapes] = {}


def shapes_of(edition: Edition) -> Shapes:
    found = _SHAPES.get(id(edition))
    if found is None or found.edition is not edition:
        if len(_SHAPES) > 64:
            _SHAPES.clear()
        found = _SHAPES[id(edition)] = Shapes(edition)
    return found


@lru_cache(maxsize=1)
def editions_known() -> tuple[Edition, ...]:
    """One edition for each decision that changed tables, newest first."""
    found: dict[str, Edition] = {}
    for decision in reversed(decisions()):
        try:
            edition = edition_on(decision.in_force)
        except NoEdition:
            continue
        found.setdefault(edition.id, edition)
    return tuple(found.values())


@lru_cache(maxsize=4096)
def _decisions_with(table: str, field: str) -> str:
    """The decisions in whose edition the table has the field, oldest first, for a sentence."""
    return ", ".join(
        [decision.number for decision in edition.decisions if decision.changes_tables][-1]
        for edition in reversed(editions_known())
        if table in edition.tables and field in edition.tables[table].by_official
    )


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
        self._regular = True
        elements = list(self._row_elements(root, shape))
        # A field holds text only. One question to the whole table spares asking each field.
        levels = len(shape.tags) - shape.tags.index(root.tag) + 1
        flat = self._regular and not depth_beyond(root, levels)
        for text in stray_texts(root, len(shape.tags)):
            self.remarks.add("STR-014", shape.official, "Có chữ nằm ngoài các trường, không được đọc.")
            self.unknown.append(Unknown(shape.official, 0, "", text))
        rows: list[Row] = []
        for number, element in enumerate(elements, first_row):
            row = self._fast(element, shape) if flat else None
            rows.append(self._careful(element, shape, number) if row is None else row)
        return rows

    def leave(self, declared: str, root: etree._Element) -> None:
        """A part whose root belongs to no table: its text is kept, nothing of it is used."""
        self.remarks.add(
            "STR-007",
            declared or "GIAMDINHHS.LOAIHOSO",
            "Nội dung có thẻ gốc không thuộc bảng nào của chuẩn nên không được đọc.",
            value=str(root.tag)[: self.limits.name_length],
        )
        self.unknown.append(Unknown(declared, 0, str(root.tag), "\n".join(texts_of(root))))

    def _row_elements(self, root: etree._Element, shape: Shape) -> Iterator[etree._Element]:
        if root.tag == shape.row_tag:
            if len(root):
                yield root
            else:
                self._nothing_in(shape)
            return
        lists = []
        for child in root:
            if child.tag == shape.row_tag:
                if root.tag != shape.tags[-2]:
                    self._regular = False
                    self.remarks.add(
                        "STR-007",
                        shape.official,
                        f"Thẻ {shape.row_tag} không nằm trong {shape.tags[-2]} như chuẩn.",
                        severity="warning",
                    )
                yield child
            elif child.tag in shape.tags[1:]:
                lists.append(child)
            elif not (child.tag == "CHUKYDONVI" and shape.official == "XML0"):
                self._unknown(shape, 0, child)
        for child in lists:
            yield from self._row_elements(child, shape)
        if not len(root):
            self._nothing_in(shape)

    def _nothing_in(self, shape: Shape) -> None:
        self.remarks.add(
            "STR-018" if shape.official in ("XML2", "XML3", "XML4", "XML5") else "STR-020",
            shape.official,
            "Bảng được gửi kèm nhưng không có dòng nào; được đọc như không gửi.",
            severity="warning",
        )

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
            official, english = shape.columns[place]
            if official in seen:
                self.remarks.add(
                    "STR-013",
                    f"{shape.official}.{official}",
                    "Trường lặp lại trong cùng một dòng; chỉ giá trị đầu tiên được đọc.",
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
                "Các trường không theo thứ tự của bảng đã công bố.",
                row=number,
                severity="warning",
            )
        if len(seen) < shape.width:
            for official, _ in shape.columns:
                if official not in seen:
                    self.remarks.add(
                        "STR-013",
                        f"{shape.official}.{official}",
                        "Thiếu thẻ của trường; trường không có giá trị vẫn gửi thẻ rỗng.",
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
        path = f"{shape.official}.{etree.QName(cell).localname}"
        row = number or None
        if name in shape.places:
            self.remarks.add("STR-014", path, "Trường chứa thẻ con; chuẩn chỉ cho chữ.", row=row)
        elif name.startswith("{"):
            self.remarks.add("STR-014", path, "Thẻ thuộc không gian tên (xmlns) lạ, không được đọc.", row=row)
        else:
            rule = "STR-016" if shape.official == "XML13" and name in REFERRAL_NAMES else "STR-014"
            others = _decisions_with(shape.official, name)
            self.remarks.add(
                rule,
                path,
                f"Thẻ này chỉ có trong bảng theo {others}, không có trong lần ban hành áp dụng cho hồ sơ."
                if others
                else "Thẻ không có trong bảng đã công bố, nội dung không được dùng.",
                row=row,
                severity="error" if rule == "STR-016" else "warning",
            )
