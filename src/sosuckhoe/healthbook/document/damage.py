"""One damaged value among sound ones (một ô sai bảng mã): which old code table it was typed in, never converted.

A whole file in an old code table is known by its words (``encodings``). One name has too few of them, so here every word
with odd letters is read by each table: if none of them was Vietnamese before and all of them are after, that table is named.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from unicodedata import normalize

from .encodings import LETTERS, TCVN3, VISCII, VNI

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SYLLABLE = re.compile(
    "(?:ngh?|gh|gi|kh|ph|th|tr|ch|nh|qu|[bcdđghklmnprstvx])?(?:"
    "a(?:ch|ng|nh|[cimnoptuy])?|ă(?:ng|[cmnpt])|â(?:ng|[cmnptuy])|e(?:ng|[cmnopt])?|ê(?:ch|nh|[mnptu])?|"
    "i(?:ch|nh|a|[mnptu]|ê(?:ng|[cmnptu]))?|o(?:ng|[cimnpt]|a(?:ch|ng|nh|[cimnoty])?|ă(?:ng|[cmnt])|e[mnot]?|ong|oc)?|"
    "ô(?:ng|[cimnpt])?|ơ(?:[imnpt])?|u(?:ng|[acimnpt]|â(?:ng|[nty])|ê(?:ch|nh|[nt])?|y(?:ch|nh|a|[nptu]|ê[nt])?|"
    "ô(?:ng|[cimnt])|ơ)?|ư(?:ng|[acitmu]|ơ(?:ng|[cimnptu]))?|y(?:nh|ch|[nt]|ê(?:ng|[mntu]))?)"
)
_BETWEEN = re.compile("[\x00-\x40\\[-`{-\x7f]+")
_OF_1252 = {bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}  # fmt: skip
_TWICE = re.compile(rb"\xe1[\xba\xbb][\x80-\xbf]|\xc3[\x80-\xbd]|\xc4[\x82\x83\x90\x91\xa8\xa9]|\xc5[\xa8\xa9]|\xc6[\xa0\xa1\xaf\xb0]")  # fmt: skip
_VIETNAMESE = frozenset("abcdefghijklmnopqrstuvwxyz" + LETTERS)
_LONGEST = 2000


@lru_cache(maxsize=4096)
def is_syllable(word: str) -> bool:
    """Whether a word is spelled as Vietnamese syllables are, with at most one tone."""
    apart = normalize("NFD", word.lower())
    bare, tones = _TONES.subn("", apart)
    return tones <= 1 and _SYLLABLE.fullmatch(normalize("NFC", bare)) is not None


def _bytes_of(text: str) -> bytes:
    """The bytes that were taken for Western letters. Raises UnicodeEncodeError where a letter is no Western one."""
    return b"".join(
        bytes([_OF_1252[letter]]) if letter in _OF_1252 else letter.encode("latin-1") for letter in text
    )


def _by_letter(table: bytes, capitals: dict[int, str]) -> Callable[[str], str]:
    letters = {table[place]: letter for place, letter in enumerate(LETTERS)} | capitals
    return lambda text: "".join(letters.get(byte, chr(byte)) for byte in _bytes_of(text))


def _vni(text: str) -> str:
    text = text.lower()
    for code, letter in sorted(zip(VNI, LETTERS, strict=True), key=lambda pair: -len(pair[0])):
        text = text.replace(code, letter)
    return text


TABLES: dict[str, Callable[[str], str]] = {
    "UTF-8 bị chuyển mã hai lần": lambda text: _bytes_of(text).decode("utf-8"),
    "TCVN3 (ABC)": _by_letter(TCVN3, dict(zip(range(0xA1, 0xA8), "ĂÂÊÔƠƯĐ", strict=True))),
    "VISCII": _by_letter(VISCII, {}),
    "windows-1258": lambda text: normalize("NFC", _bytes_of(text).decode("cp1258")),
    "VNI": _vni,
}


def damage_in(text: str) -> tuple[str, str]:
    """(the code table, the value as that table reads it) of a damaged value; two empty texts where it is sound."""
    return ("", "") if text.isascii() or len(text) > _LONGEST else _damage_in(text)


@lru_cache(maxsize=4096)
def _damage_in(text: str) -> tuple[str, str]:
    """The same of a text that is worth remembering: units, and names of drugs and tests, come back all day."""
    if _is_twice(text):
        return "UTF-8 bị chuyển mã hai lần", ""
    words = [word for word in _BETWEEN.split(text) if not word.isascii()]
    wrong = [word for word in words if not is_syllable(word)]
    weight = sum(1 if set(word.lower()) <= _VIETNAMESE else 2 for word in wrong)
    if 2 * weight < len(words) or max(map(len, wrong), default=0) < 3:
        return "", ""
    for name, read in TABLES.items():
        try:
            found = [read(word) for word in words]
        except UnicodeError:
            continue
        if all(is_syllable(word) and not word.isascii() for word in found):
            return name, read(text)
    return "", ""


def _is_twice(text: str) -> bool:
    """Whether some of a long text is UTF-8 read twice: one letter of three bytes, or two of two."""
    raw = b"".join(
        bytes([_OF_1252[letter]]) if letter in _OF_1252 else letter.encode("latin-1", "replace") if ord(letter) < 256 else b"?"
        for letter in text
    )  # fmt: skip
    found = _TWICE.findall(raw)
    return any(len(one) == 3 for one in found) or len(found) > 1
