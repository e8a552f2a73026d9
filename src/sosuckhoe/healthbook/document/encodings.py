"""Which old Vietnamese code table (bảng mã) a damaged text probably comes from. A guess to name, never to convert.

Words that occur in nearly every record are spelled as each table would spell them; the table whose spellings are
found most often is named. Tables: TCVN3 (ABC; TCVN 5712:1993 lower case), VISCII (RFC 1456), windows-1258, VNI.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
TCVN3 = bytes.fromhex(
    "b5b8b6b7b9a8bbbebcbdc6a9c7cac8c9cbaeccd0cecfd1aad2d5d3d4d6d7ddd8dcde"
    "dfe3e1e2e4abe5e8e6e7e9aceaedebeceeeff3f1f2f4adf5f8f6f7f9fafdfbfcfe"
)
VISCII = bytes.fromhex(
    "e0e1e4e3d5e5a2a1c6c7a3e2a5a4a6e7a7f0e8e9eba8a9eaabaaacadaeecedefeeb8"
    "f2f3f6f5f7f4b0afb1b2b5bdb6beb7defef9fafcfbf8dfd7d1d8e6f1cffdd6dbdc"
)
VNI = re.findall(
    r"\S+",
    "aø aù aû aõ aï aê aè aé aú aü aë aâ aà aá aå aã aä ñ eø eù eû eõ eï eâ eà eá eå eã eä ì í æ ó ò "
    "oø où oû oõ oï oâ oà oá oå oã oä ô ôø ôù ôû ôõ ôï uø uù uû uõ uï ö öø öù öû öõ öï yø yù yû yõ î",
)

_WORDS = [
    word[1:]  # without the first letter, so that capitals match, too
    for word in re.findall(
        r"\w+",
        "nguyễn trần phạm hoàng huỳnh bệnh viện khám chữa điều thuốc viên uống ngày người không được phòng tỉnh "
        "huyện phường quận thành chẩn đoán viêm phổi huyết tăng đường nghiệm xét tiêm trạm trung tâm giường buồng",
    )
]
_GENUINE = (b"\xe1\xba", b"\xe1\xbb", b"\xc4\x91", b"\xc4\x83", b"\xc6\xa1", b"\xc6\xb0")
"""First bytes of the letters that only Vietnamese has (ạ–ỹ, đ, ă, ơ, ư) in true UTF-8."""
_SAMPLE = 400_000


def _by_table(table: bytes) -> Callable[[str], bytes]:
    mapping = {ord(letter): table[i : i + 1].decode("latin-1") for i, letter in enumerate(LETTERS)}
    return lambda text: text.translate(mapping).encode("latin-1")


def _vni(text: str) -> bytes:
    mapping = {ord(letter): VNI[i] for i, letter in enumerate(LETTERS)}
    return text.translate(mapping).encode("latin-1")


def _windows_1258(text: str) -> bytes:
    pieces = []
    for letter in text:
        try:
            letter.encode("cp1258")
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", letter)
            tone = "".join(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
            base = "".join(mark for mark in marks if mark not in tone)
            letter = unicodedata.normalize("NFC", base) + tone
        pieces.append(letter)
    return "".join(pieces).encode("cp1258")


_TABLES: dict[str, Callable[[str], bytes]] = {
    "TCVN3 (ABC)": _by_table(TCVN3),
    "VISCII": _by_table(VISCII),
    "windows-1258": _windows_1258,
    "VNI": _vni,
}


def _misread(raw: bytes) -> list[bytes]:
    """UTF-8 of the bytes taken for Latin-1, and for windows-1252 where that differs."""
    western = "".join(
        chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
        for byte in raw
    )
    return list(dict.fromkeys([raw.decode("latin-1").encode(), western.encode()]))


@lru_cache(maxsize=1)
def _raw_spellings() -> dict[str, list[bytes]]:
    return {name: [spell(word) for word in _WORDS] for name, spell in _TABLES.items()}


@lru_cache(maxsize=1)
def _misread_spellings() -> dict[str, list[bytes]]:
    found = {
        f"chữ {name} bị đọc như chữ Tây Âu": [wrong for word in words for wrong in _misread(word)]
        for name, words in _raw_spellings().items()
    }
    found["UTF-8 bị chuyển mã hai lần"] = [wrong for word in _WORDS for wrong in _misread(word.encode())]
    return found


def _likeliest(data: bytes, spellings: dict[str, list[bytes]], least: int) -> str:
    sample = data[:_SAMPLE].lower()
    counts = {name: sum(word in sample for word in words) for name, words in spellings.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= least else ""


def code_table_of(data: bytes) -> str:
    """The old code table that bytes which are not UTF-8 are probably written in; empty when none fits."""
    return _likeliest(data, _raw_spellings(), least=1)


def damage_of(data: bytes) -> str:
    """How valid UTF-8 without a single genuine Vietnamese letter was probably damaged; empty when it was not.

    Two different words must agree: Vietnamese without marks, English and Latin drug names stay unsuspected.
    """
    if data.isascii() or any(lead in data for lead in _GENUINE):
        return ""
    return _likeliest(data, _misread_spellings(), least=2)
