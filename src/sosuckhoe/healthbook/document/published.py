"""A table document exactly as published, read with one look and without a tree.

Most exporters write every field of every row, once, in the published order, and nothing else. Of such a document
there is only one reading: an expression made from the table's own names must match all of it, from the first byte to
the last, with plain text between the tags. Anything else (an attribute, a comment, a CDATA section, a field that is
missing, one more tag, a carriage return inside a value, a numeric reference) does not match, is not judged here, and goes to the
parser. That both read alike is tested on documents of every sort.
"""

import re
from functools import lru_cache

from ..record import Row
from .shapes import Shape

_DECLARATION = re.compile(
    r"""<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-?8")?(?: standalone="(?:yes|no)")? ?\?>"""
)
_LAYOUT = r"[ \t\r\n]*+"
_TEXT = r"([^<>\x00-\x08\x0b-\x1f]*+)"
"""No markup; ``&`` is looked at apart. What else must not stand in text ``scan`` has refused before."""
_REFERENCE = re.compile("&(?:amp|lt|gt|quot|apos);")
_CHARACTERS = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_DISCHARGE = re.compile("<NGAY_RA>([^<]*)</NGAY_RA>")


class Published:
    """The form of one table, as expressions."""

    def __init__(self, shape: Shape) -> None:
        *containers, row = shape.tags
        field = "(?:<{0}>" + _TEXT + "</{0}>|<{0}/>)" + _LAYOUT
        self.keys = shape.keys
        self.begin = re.compile(_LAYOUT + "".join(f"<{tag}>{_LAYOUT}" for tag in containers))
        fields = "".join(field.format(name) for name in shape.names)
        self.row = re.compile(f"<{row}>{_LAYOUT}{fields}</{row}>{_LAYOUT}")
        self.end = re.compile("".join(f"</{tag}>{_LAYOUT}" for tag in reversed(containers)))
        self.only_one = not containers


def published_rows(document: str, shape: Shape) -> list[Row] | None:
    """The rows of a document that ``scan`` has let pass; None where it is not exactly as published."""
    form = _form_of(shape)
    declared = _DECLARATION.match(document)
    begun = form.begin.match(document, declared.end() if declared else 0)
    if begun is None:
        return None
    rows, place = [], begun.end()
    while found := form.row.match(document, place):
        rows.append(
            {
                key: text
                for key, text in zip(form.keys, found.groups(), strict=True)
                if text and not text.isspace()
            }
        )
        place = found.end()
    if not rows or (form.only_one and len(rows) > 1) or form.end.fullmatch(document, place) is None:
        return None
    if "&" in document:
        if document.count("&") != len(_REFERENCE.findall(document)):
            return None
        rows = [{key: _plain(text) for key, text in row.items()} for row in rows]
    return rows


def discharge_in(document: str) -> str:
    """The text of the first NGAY_RA that has one, to choose the edition to try; empty where there is none."""
    found = _DISCHARGE.search(document)
    return found[1] if found else ""


def _plain(text: str) -> str:
    return _REFERENCE.sub(lambda found: _CHARACTERS[found[0]], text) if "&" in text else text


@lru_cache(maxsize=256)
def _form_of(shape: Shape) -> Published:
    return Published(shape)
