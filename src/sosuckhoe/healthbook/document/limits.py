"""How much of a file is looked at before it is refused: the numbers of bad-input classes B13, B14 and B55."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one call of ``read``. A file beyond them is refused before the work they would cost.

    Depth, elements, attributes and name length are the reference's (bad-input.md B13). The sizes are ours: the
    largest inpatient visit we know of is under 1 MB, and one public implementation caps uploads at 100 MB
    (rules.csv STR-019, confidence low); ours are smaller, so that a file fits into 256 MB of memory while read.
    """

    file_bytes: int = 50_000_000
    """A whole file."""
    part_bytes: int = 7_500_000
    """One decoded table document (NOIDUNGFILE)."""
    text_length: int = 10_000_000
    """One run of text, in bytes: the base64 of the largest part. libxml2 stops there, too."""
    depth: int = 64
    elements: int = 200_000
    """Elements of one XML document, the envelope or one part."""
    all_elements: int = 1_000_000
    """Elements of all documents of a file together."""
    attributes: int = 256
    """Of one element. The standard knows none; a signature has a few."""
    name_length: int = 256
    visits: int = 10_000
    """HOSO in one file."""
    parts: int = 20_000
    """Table documents in one file, over all its visits."""


SMALLEST = 4
"""Bytes of the smallest element, ``<a/>``."""


class Allowance:
    """What is left of the limits while one file is read: its parts draw on the same sums."""

    def __init__(self, limits: Limits, size: int) -> None:
        """``size``: bytes of the whole file."""
        self.limits = limits
        self.is_large = size > SMALLEST * limits.all_elements
        """Whether it could hold more elements than allowed."""
        self._elements = limits.all_elements
        self._parts = limits.parts

    def take_elements(self, count: int) -> bool:
        """Whether so many elements more may be read."""
        self._elements -= count
        return self._elements >= 0

    def take_part(self) -> bool:
        """Whether one table document more may be read."""
        self._parts -= 1
        return self._parts >= 0
