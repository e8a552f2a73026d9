"""Values side by side: what a reader could not tell apart is made visible."""

import re
from unicodedata import is_normalized

from django import template

register = template.Library()

_BLANK = re.compile(r"^ +| +$| {2,}|(?<=;) +| +(?=;)")


@register.filter
def seen(value: str) -> str:
    """``␣2`` for a blank before 2, ``‹U+200B›`` for a character without a shape, a word for letters in pieces."""
    text = _BLANK.sub(lambda found: "␣" * len(found[0]), value)
    text = "".join(one if one.isprintable() else f"‹U+{ord(one):04X}›" for one in text)
    return text if is_normalized("NFC", value) else f"{text} (chữ ở dạng tổ hợp rời)"
