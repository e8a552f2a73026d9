"""The contents (NOIDUNGFILE) of an envelope set apart: long Base64 texts that no parser has to walk through.

Nearly all of an envelope is Base64. Without it a frame of a few kilobytes is left, which is parsed and canonicalised in
no time. Text that decodes strictly has no markup, no reference and no blank, so a parser would hand on and a
canonical form would repeat it letter by letter: the mark that stands for it in the frame is treated as it would be.
"""

from dataclasses import dataclass

from pybase64 import b64decode

_OPENING = b"<NOIDUNGFILE>"
_MARK = b"~"
"""Not a letter of Base64, and rarely of anything else in an envelope."""
_LONG = 64
"""Shorter texts stay where they are."""
LONGEST = 10_000_000
"""So do longer ones: libxml2 refuses a text of more bytes, and is to be heard."""

Text = bytes | memoryview


@dataclass(frozen=True, slots=True)
class SetApart:
    """An envelope in two pieces."""

    document: bytes
    """The whole."""
    frame: bytes
    """The document with a mark, such as ``~0~``, in place of each content."""
    texts: dict[str, Text]
    """The Base64 as it stands, by mark in the order of the document."""
    contents: dict[str, bytes]
    """What it says, by mark."""

    def whole(self, framed: bytes) -> list[Text]:
        """The frame, or its canonical form, in pieces with every text back in its place."""
        pieces: list[Text] = [*framed.split(_MARK)]
        pieces[1::2] = self.texts.values()
        return pieces


def set_apart(document: bytes, longest: int = LONGEST) -> SetApart | None:
    """The contents apart from their frame; None where there are none, or marks could be taken for something else."""
    if _MARK in document:
        return None
    view, kept = memoryview(document), 0
    pieces: list[Text] = []
    texts: dict[str, Text] = {}
    contents: dict[str, bytes] = {}
    start = document.find(_OPENING)
    while start >= 0:
        start += len(_OPENING)
        end = document.find(b"<", start)
        data = _decoded(view[start:end]) if _LONG <= end - start <= longest else None
        if data is not None:
            mark = b"%b%d%b" % (_MARK, len(texts), _MARK)
            pieces += view[kept:start], mark
            texts[mark.decode()], contents[mark.decode()] = view[start:end], data
            kept = end
        if end < 0:
            break
        start = document.find(_OPENING, end)
    frame = b"".join([*pieces, view[kept:]])
    # A comment, or text marked as CDATA, may look like an element.
    if not texts or b"!" in frame:
        return None
    return SetApart(document, frame, texts, contents)


def _decoded(text: Text) -> bytes | None:
    """What a text says if it is Base64 and nothing but Base64."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None
