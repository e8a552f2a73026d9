"""A table document exactly as published, read with one look and without a tree.

Most exporters write every field of every row, once, in the published order, and nothing else. Of such a document
there is only one reading: rows found by an expression made from the table's own names must fill all of it, from the
first byte to the last, with plain text between the tags. Anything else (an attribute, a comment, a CDATA section, a
field that is missing, one more tag, a carriage return inside a value, a numeric reference) leaves a gap, is not judged
here, and goes to the parser. That both read alike is tested on documents of every sort.
"""

import re
from functools import lru_cache

from ..record import Column, Sheet
from ..standard.editions import of_decisions
from .shapes import Shape, names_ever

_START = re.compile(
    r"""(?:<\?xml version="1\.0"(?: encoding="[Uu][Tt][Ff]-?8")?(?: standalone="(?:yes|no)")? ?\?>)?[ \t\r\n]*+"""
)
_LAYOUT = " \t\r\n"
_NO_TEXT = bytes({*range(0x20), ord(">")} - set(b"\t\n"))
"""What plain text has not. What else must not stand in text ``scan`` has refused before; ``&`` is looked at apart."""
_REFERENCE = re.compile("&(?:amp|lt|gt|quot|apos);")
_CHARACTERS = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_BLANKS = re.compile(">[ \t\r\n]+<")
_SHORT_TAG = re.compile("<([A-Z0-9_]+)/>")


class Published:
    """The form of one table."""

    def __init__(self, shape: Shape) -> None:
        *containers, row = shape.tags
        self.keys = tuple(shape.keys)
        self.begin = "".join(f"<{tag}>" for tag in containers)
        self.end = "".join(f"</{tag}>" for tag in reversed(containers))
        self.only_one = not containers
        self.names = row, *shape.names
        self.row = _row(*self.names)
        self.markup = sum(len(f"<{name}></{name}>") for name in self.names)
        """Characters of a row that are not text."""

    def sheet(self, document: str) -> Sheet | None:
        """The rows of a document; None where it is not exactly as published."""
        # Layout between tags and the short form of an empty field are the two habits that change nothing.
        return self._sheet(document) or self._sheet(_SHORT_TAG.sub(r"<\1></\1>", _BLANKS.sub("><", document)))

    def _sheet(self, document: str) -> Sheet | None:
        """The rows, if they and nothing else stand between begin and end."""
        begun = _START.match(document)
        assert begun is not None
        start, document = begun.end(), document.rstrip(_LAYOUT)
        if not (document.startswith(self.begin, start) and document.endswith(self.end)):
            return None
        start += len(self.begin)
        rows = self.row.findall(document, start)
        if not rows or (self.only_one and len(rows) > 1):
            return None
        columns = list(zip(*rows, strict=True))
        joined = ["".join(column) for column in columns]
        text = "".join(joined)
        # Rows do not overlap, so they fill the document exactly when their lengths add up to its length.
        if start + len(rows) * self.markup + len(text) + len(self.end) != len(document):
            return None
        encoded = text.encode()
        if len(encoded.translate(None, _NO_TEXT)) != len(encoded):
            return None
        if "&" in text:
            if text.count("&") != len(_REFERENCE.findall(text)):
                return None
            columns = [
                (*map(_plain, column),) if "&" in said else column
                for said, column in zip(joined, columns, strict=True)
            ]
        beyond_ascii = tuple(place for place, said in enumerate(joined) if not said.isascii())
        return Sheet(self.keys, [*map(_absent_as_none, columns, joined)], beyond_ascii)


def published_sheet(document: str, shape: Shape) -> Sheet | None:
    """The rows of a document that ``scan`` has let pass; None where it is not exactly as published."""
    return _form_of(shape).sheet(document)


def discharge_in(document: str) -> str:
    """The text of the first NGAY_RA that has one, to choose the edition to try; empty where there is none."""
    found = _discharge().search(document)
    return found[2] if found else ""


@of_decisions
@lru_cache(maxsize=1)
def _discharge() -> re.Pattern[str]:
    return re.compile(f"<({'|'.join(names_ever('XML1', 'discharged_at'))})>([^<]*)</\\1>")


def _row(tag: str, *names: str) -> re.Pattern[str]:
    return re.compile(f"<{tag}>{''.join(f'<{name}>([^<]*+)</{name}>' for name in names)}</{tag}>")


def _absent_as_none(texts: tuple[str, ...], said: str) -> Column:
    """A column without its empty and blank values. ``said``: all of it in one, of which it is quicker to ask."""
    if not said:
        return (None,) * len(texts)
    if "" in texts or (_may_be_blank(said) and any(map(str.isspace, texts))):
        return (*(text if text and not text.isspace() else None for text in texts),)
    return texts


def _may_be_blank(said: str) -> bool:
    return " " in said or "\n" in said or "\t" in said or not said.isascii()


def _plain(text: str) -> str:
    return _REFERENCE.sub(lambda found: _CHARACTERS[found[0]], text) if "&" in text else text


@lru_cache(maxsize=256)
def _form_of(shape: Shape) -> Published:
    return Published(shape)
