"""Letters that are not what they look like (chữ trông giống, ký tự ẩn): named with code point and place, never changed.

Vietnamese needs the letters of one alphabet, composed. What is odd in a value: letters of another alphabet among Latin
ones, eth (Ð, ð) for đ, full-width forms, digits of other scripts, blanks and marks that nobody sees, signs that turn the
direction of writing, emoji, heaps of marks. A few bytes tell whether a document can hold any; only then is each value read.
"""

import re
from unicodedata import normalize

HIDDEN = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufe0f\ufeff\uffa0"
BLANKS = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
TURNING = "\u202a-\u202e\u2066-\u2069"
ETH = "\u00d0\u00f0\u0189\u0256"
WIDE = "\uff01-\uff9f\uffe0-\uffee"
_EMOJI = "\U0001f000-\U0001faff"
_ALWAYS = re.compile(f"[{HIDDEN}{BLANKS}{TURNING}{ETH}{WIDE}{_EMOJI}\U0001d400-\U0001d7ff]|(?![0-9])\\d")
_HEAP = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")
_REFUSED = re.compile(f"[{TURNING}{_EMOJI}]")
_STRANGE = "\u0370-\u03ff\u0400-\u052f"
_STRANGE_LETTER = re.compile(f"[{_STRANGE}]")
_STRANGE_WORD = re.compile(f"[^\\W\\d_]*[{_STRANGE}][^\\W\\d_]*")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1ea0-\u1ef9]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_TWINS = dict(
    zip(
        "АВЕЅІЈКМНОРСТУХаеорсухіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυχικÐðƉɖ",
        "ABESIJKMHOPCTYXaeopcyxijshdqwABEZHIKMNOPTYXovpuxikĐđĐđ",
        strict=True,
    )
)
"""Letters of other alphabets and the letter each is taken for."""
_SEEN: dict[int, str] = {0x00AD: "dấu nối ẩn", 0xFEFF: "dấu BOM"}

_ASCII = bytes(range(0x80))
_USUAL = bytes(range(0x80, 0xC0)) + b"\xc3\xc4\xc5\xc6\xe1\xe2"
"""What follows in a letter of several bytes, and how the letters of Vietnamese and its quotes and dashes begin."""
_WESTERN = re.compile(
    rb"\xc3(?:[\x84-\x87\x8b\x8e-\x91\x96-\x98\x9b\x9c\x9e\x9f\xa4-\xa7\xab\xae-\xb1\xb6-\xb8\xbb\xbc\xbe\xbf]"
    rb"|.(?=\xc3)|[\x82\x8a\x95\x99\xa2\xaa\xb5\xb9](?<=[aA]\xc3.)|[\x82\x83\x95\x99\xa2\xa3\xb5\xb9](?<=[eE]\xc3.)"
    rb"|[\x82\x95\x99\xa2\xb5\xb9](?<=[oO]\xc3.)|[\x95\x99\xb5\xb9](?<=[uU]\xc3.)|[\x92\xb2](?<=[aeiyAEIY]\xc3.))",
    re.DOTALL,
)
"""Western letters that Vietnamese has not, or has not after the letter before: what old code tables leave behind."""
_OTHERS = [
    re.compile(expression, re.DOTALL)
    for expression in (
        rb"\xc4[^\x82\x83\x90\x91\xa8\xa9]",
        rb"\xc5[^\xa8\xa9]",
        rb"\xc6[^\xa0\xa1\xaf\xb0]",
        rb"\xe1[^\xba\xbb]",
        rb"\xe2(?:\x80[\x80-\x8f\xa8-\xaf]|\x81[\x9f-\xaf])",
    )
]


def may_be_odd(data: bytes) -> bool:
    """Whether a document in UTF-8 can hold anything this module, or ``damage``, would name.

    Every document is asked, so this has to be quick: expressions that begin with one certain byte are, and most look
    only at the few bytes beyond ASCII.
    """
    if data.isascii():
        return False
    high = data.translate(None, _ASCII)
    if high.translate(None, _USUAL):
        return True
    return _WESTERN.search(data) is not None or any(one.search(high) for one in _OTHERS)


def odd_in(text: str, *, strict: bool = False) -> dict[str, int]:
    """The odd letters of a value, each with its first place from 1. ``strict``: a code or a number, where no letter of
    another alphabet belongs; in words ``αβγμ`` and the like are right."""
    if text.isascii():
        return {}
    found = {match[0]: match.start() + 1 for match in reversed([*_ALWAYS.finditer(text)])}
    if heap := _HEAP.search(text):
        found[heap[0][0]] = heap.start() + 1
    if _STRANGE_LETTER.search(text):
        latin = _LATIN.search(text) is not None
        for word in _STRANGE_WORD.finditer(text):
            for place in _strange_in(word[0], latin, strict):
                found.setdefault(word[0][place], word.start() + place + 1)
    return dict(sorted(found.items(), key=lambda one: one[1]))


def _strange_in(word: str, latin: bool, strict: bool) -> list[int]:
    """Places of the letters of another alphabet that somebody will take for Latin ones."""
    places = [place for place, letter in enumerate(word) if _STRANGE_LETTER.match(letter)]
    if strict:
        return places
    mixed = len(places) < len(word)
    alike = [place for place in places if word[place] in _TWINS or (mixed and _CYRILLIC.match(word[place]))]
    return alike if latin and (mixed or len(alike) == len(places)) else []


def is_refused(letter: str) -> bool:
    """Whether no field of a record may hold the letter: it turns the direction of writing, is an emoji, heaps marks."""
    return _REFUSED.match(letter) is not None or _HEAP.match(letter * 5) is not None


def named(letter: str, place: int) -> str:
    """``Ð (U+00D0, chữ thứ 8, thay cho Đ)``: a letter for a sentence, so that it can be found although it looks right."""
    code = f"U+{ord(letter):04X}, chữ thứ {place}"
    if re.match(f"[{HIDDEN}{TURNING}]", letter) or _HEAP.match(letter * 5):
        return f"{_SEEN.get(ord(letter), 'ký tự ẩn hoặc dấu chồng')} ({code})"
    if re.match(f"[{BLANKS}]", letter):
        return f"dấu cách lạ ({code})"
    twin = _TWINS.get(letter) or normalize("NFKC", letter)
    return f"“{letter}” ({code}{f', thay cho {twin}' if twin != letter and len(twin) == 1 else ''})"
