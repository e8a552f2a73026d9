"""From bytes to a tree, once and under limits. No DTD, no entity, no network, no comment inside a value.

The parser is libxml2 through lxml, told to load nothing and to expand nothing; ``scan`` has refused every DOCTYPE
before. Everything read of a file comes from here: there is no second parser that could see it otherwise.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from lxml import etree

from .letters import may_be_odd
from .limits import Allowance, Limits
from .refusals import Unreadable, Where, refuse
from .remarks import Remarks
from .scan import forbidden_in, scan

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
XML = "{http://www.w3.org/XML/1998/namespace}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
XINCLUDE = "{http://www.w3.org/2001/XInclude}"

_WITH_ATTRIBUTES = etree.XPath("//*[@*]")
_FIRST_TAG = re.compile(rb"<([^\s<>/!?&;=\"']+)")
_LIBXML_TEXT = 10_000_000


def parse(
    data: bytes, *, part: str, allowance: Allowance, remarks: Remarks, as_text: bool = False
) -> etree._Element:
    """The root of a document. ``part`` names it in sentences (``XML3``; empty for the file). Raises Unreadable."""
    data, _ = scan(data, part=part, allowance=allowance, remarks=remarks, as_text=as_text)
    return tree_of(data, part, allowance.limits, remarks)


def tree_of(data: bytes, part: str, limits: Limits, remarks: Remarks) -> etree._Element:
    """The root of a document that ``scan`` has let pass. Raises Unreadable."""
    root = _tree(data, part, limits)
    if may_be_odd(data):
        remarks.doubtful.add(part)
    if depth_beyond(root, limits.depth):
        raise refuse("FILE-TOO-DEEP", Where(part), str(limits.depth))
    body = data.find(b"?>") + 1 if data.startswith(b"<?xml") else 0
    if b"!" in data or data.find(b"?", body + 1) >= 0:
        root = _without_margins(root, data, part, limits, remarks)
    if data.find(b'"', body) >= 0 or data.find(b"'", body) >= 0:
        _check_attributes(root, part, limits, remarks)
    return root


def select(path: etree.XPath, element: etree._Element) -> list[etree._Element]:
    """The nodes a path finds."""
    return cast(list[etree._Element], path(element))


def place_of(element: etree._Element, part: str = "") -> Where:
    return Where(part, cast(int | None, element.sourceline))


def texts_of(element: etree._Element) -> Iterator[str]:
    """Every text inside an element that is more than layout."""
    return (str(text) for text in element.itertext() if not text.isspace())


def depth_beyond(element: etree._Element, levels: int) -> bool:
    """Whether something is nested deeper than ``levels``, counting the element itself as the first."""
    return bool(_path("boolean(" + "/".join(["*"] * levels) + ")")(element))


def stray_texts(element: etree._Element, levels: int) -> list[str]:
    """Text that stands beside elements, in the first ``levels`` of containers, where only elements belong."""
    containers = (f"{'*/' * level}text()[../*][normalize-space()]" for level in range(levels))
    return [str(text).strip() for text in cast(list[str], _path("|".join(containers))(element))]


@lru_cache(maxsize=256)
def _path(expression: str) -> etree.XPath:
    return etree.XPath(expression, smart_strings=False)


def _tree(data: bytes, part: str, limits: Limits, *, margins: bool = True) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=limits.text_length > _LIBXML_TEXT,
        remove_comments=not margins,
        remove_pis=not margins,
        collect_ids=False,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as problem:
        raise _refusal(problem, data, part, limits) from None


def _refusal(problem: etree.XMLSyntaxError, data: bytes, part: str, limits: Limits) -> Unreadable:
    """Which code a syntax error is. The parser's own words may quote the file and are not passed on."""
    message = (problem.msg or "").lower()
    line, column = problem.position
    where = Where(part, max(line, 1), max(column, 1))
    if "depth" in message:
        return refuse("FILE-TOO-DEEP", where, str(limits.depth))
    if "huge" in message or "too long" in message or "limit" in message:
        return refuse("FILE-TOO-LARGE", where, f"{limits.text_length // 1_000_000} MB cho một giá trị")
    if control := forbidden_in(data, part):
        return control
    if "entity" in message or "entityref" in message:
        return refuse("FILE-ENTITY", where)
    first = _FIRST_TAG.search(data)
    if first is None:
        return refuse("FILE-TRUNCATED", where)
    end = data.rfind(b"</" + first[1])
    if end < 0 and not data.rstrip().endswith(b"/>"):
        return refuse("FILE-TRUNCATED", where)
    if "extra content" in message:
        return refuse("FILE-TWO-ROOTS", where)
    if end >= 0 and b">" not in data[end:]:
        return refuse("FILE-TRUNCATED", where)
    inner = ": có dòng khai báo <?xml nằm giữa tài liệu" if "xml declaration" in message else ""
    return refuse("FILE-MALFORMED", where, inner)


def _without_margins(
    root: etree._Element, data: bytes, part: str, limits: Limits, remarks: Remarks
) -> etree._Element:
    """The tree without comments and instructions between elements; one inside a value is refused.

    A comment between elements changes no value, so it is taken with a remark; a signature does not cover it,
    and the strict verifier refuses it anyway (signing.md §6).
    """
    inside = list(root.iter(etree.Comment, etree.ProcessingInstruction))
    found = [*root.itersiblings(preceding=True), *inside, *root.itersiblings()]
    if not found:
        return root
    containers: set[etree._Element] = set()
    for node in inside:
        parent = cast(etree._Element, node.getparent())
        if parent in containers:
            continue
        if _is_value(parent):
            code = "FILE-COMMENT" if isinstance(node, etree._Comment) else "FILE-INSTRUCTION"
            raise refuse(code, place_of(node, part))
        containers.add(parent)
    for node in found:
        remarks.add(
            "STR-014",
            part or root.tag,
            "Có chú thích giữa các thẻ; nên bỏ vì chữ ký số không che phủ chú thích."
            if isinstance(node, etree._Comment)
            else "Có chỉ thị xử lý (<?…?>) giữa các thẻ; chuẩn không dùng.",
            severity="warning",
        )
    return _tree(data, part, limits, margins=False)


def _is_value(element: etree._Element) -> bool:
    """An element that holds text, or nothing: a field rather than a container."""
    texts = [element.text, *(child.tail for child in element)]
    return any(text and not text.isspace() for text in texts) or not any(
        isinstance(child.tag, str) for child in element
    )


def _check_attributes(root: etree._Element, part: str, limits: Limits, remarks: Remarks) -> None:
    """The standard knows no attributes. One that points outside is refused, another one is told."""
    for element in root.iter(f"{XINCLUDE}*"):
        raise refuse("FILE-EXTERNAL", place_of(element, part), "XInclude")
    for element in select(_WITH_ATTRIBUTES, root):
        where = place_of(element, part)
        if len(element.attrib) > limits.attributes:
            raise refuse("FILE-TOO-MANY", where, f"hơn {limits.attributes} thuộc tính trên một thẻ")
        for name, value in ((str(name), str(value)) for name, value in element.attrib.items()):
            if name == f"{XML}base":
                raise refuse("FILE-EXTERNAL", where, "xml:base")
            if name in (f"{XSI}schemaLocation", f"{XSI}noNamespaceSchemaLocation") and "//" in value:
                raise refuse("FILE-EXTERNAL", where, "schemaLocation")
            if element.tag.startswith(SIGNATURE) or name == f"{XSI}nil":
                continue
            if len(name) > limits.name_length:
                raise refuse("FILE-TOO-MANY", where, f"tên thuộc tính dài hơn {limits.name_length} ký tự")
            changes_type = name == f"{XSI}type"
            remarks.add(
                "STR-014",
                f"{part}.{element.tag}" if part else element.tag,
                "Thẻ đổi kiểu bằng xsi:type; chuẩn không cho phép."
                if changes_type
                else "Thẻ có thuộc tính; chuẩn không dùng thuộc tính nên nội dung trong đó không được đọc.",
                value=name,
                severity="error" if changes_type else "warning",
            )
