"""Old code tables are recognised and named, never converted (bad-input.md B24–B26)."""

from collections.abc import Callable
from datetime import date

import pytest

from sosuckhoe.healthbook.document import Unreadable, read
from sosuckhoe.healthbook.record import Sheet
from sosuckhoe.healthbook.standard import edition_on

from .samples import envelope, fields, file, packed, rows, summary

NAME = "Nguyễn Văn Mẫu, sốt, khám bệnh"
# The same words by other programs: glibc iconv for TCVN and VISCII, Windows' way of composing for 1258.
RAW = {
    "TCVN3": bytes.fromhex("4e677579d46e2056a86e204dc9752c2073e8742c206b68b86d2062d66e68"),
    "VISCII": bytes.fromhex("4e677579ad6e2056e56e204de7752c2073af742c206b68e16d2062ae6e68"),
    "windows-1258": bytes.fromhex("4e677579eade6e2056e36e204de2de752c2073f4ec742c206b68e16d2062eaf26e68"),
    "VNI": "Nguyeãn Vaên Maãu, soát, khaùm beänh".encode("latin-1"),
}


def document(value: bytes) -> bytes:
    return summary().encode().replace("NGUYỄN VĂN MẪU".encode(), value)


@pytest.mark.parametrize("table", RAW)
def test_bytes_of_an_old_table_are_refused_by_its_name(table: str):
    with pytest.raises(Unreadable) as caught:
        read(document(RAW[table]))
    assert caught.value.code == "FILE-ENCODING"
    assert table in caught.value.sentence


@pytest.mark.parametrize("table", RAW)
def test_an_old_table_taken_for_western_letters_is_refused_by_its_name(table: str):
    with pytest.raises(Unreadable) as caught:
        read(document(RAW[table].decode("latin-1").encode()))
    assert caught.value.code == "FILE-MOJIBAKE"
    assert table in caught.value.sentence


def western(raw: bytes) -> str:
    """Bytes taken for windows-1252, as a program does that keeps the five bytes it does not know."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in raw)


@pytest.mark.parametrize(
    "misread", [western, lambda raw: raw.decode("latin-1")], ids=["windows-1252", "latin-1"]
)
def test_utf_8_read_twice_is_refused_by_name(misread: Callable[[bytes], str]):
    with pytest.raises(Unreadable) as caught:
        read(envelope([file("XML1", packed(document(misread(NAME.encode()).encode())))]))
    assert caught.value.code == "FILE-MOJIBAKE"
    assert "hai lần" in caught.value.sentence
    assert caught.value.where.part == "XML1"


def test_one_value_read_twice_among_true_ones_is_told():
    damaged = western("bệnh viện, khám bệnh".encode())
    assert not any("\x80" <= letter <= "\x9f" for letter in damaged)
    visit = read(summary(GHI_CHU=damaged).encode()).visits[0]
    assert [(remark.path, remark.severity) for remark in visit.remarks if remark.rule == "TEXT-002"] == [
        ("XML1.GHI_CHU", "warning")
    ]


def test_all_capitals_in_an_old_font_are_recognised():
    with pytest.raises(Unreadable) as caught:
        read(document("NGUYÔN V¡N MÉU, bÖnh viÖn".encode("latin-1")))
    assert "TCVN3" in caught.value.sentence


def test_unknown_bytes_are_refused_without_a_guess():
    with pytest.raises(Unreadable) as caught:
        read(document(b"\xff\xfe\xfd"))
    assert caught.value.code == "FILE-ENCODING"
    assert "bảng mã Unicode" in caught.value.sentence
    assert "có vẻ là" not in caught.value.sentence


@pytest.mark.parametrize(
    "value",
    [
        "NGUYEN VAN MAU",
        "Nguyễn Văn Mẫu",
        "François Müller, Señor Peña, 37 °C ± 0,5",
        "ÔNG NGÔ VÂN HÀ",
        "hoà, thuý, Lê Văn Ân, toà án, cô Hoàn, và các cháu",
        "«khá» … “ĐÃ”",
        "Ménière, Sjögren, Guillain-Barré, Köhler, Ångström",
    ],
)
def test_true_text_is_never_suspected(value: str):
    assert read(document(value.encode())).visits[0].record.visit["full_name"] == value


def test_odd_letters_are_told_alike_by_columns_by_rows_and_in_two_parts_of_a_table():
    official = [one.official for one in edition_on(date(2026, 9, 1)).tables["XML2"].fields]
    plain = dict.fromkeys(official, "1")
    lines = [
        fields(**plain | {"TEN_THUOC": "Paracеtamol", "LIEU_DUNG": "2 viên"}),
        fields(**plain | {"TEN_THUOC": "Vitamin C", "LIEU_DUNG": "1\u200b viên"}),
        fields(**plain | {"TEN_THUOC": "Paracеtamol", "LIEU_DUNG": "1 viên"}),
    ]

    def told(*documents: str) -> tuple[bool, list[tuple[str, int | None, str, int]]]:
        parts = [file("XML2", packed(document)) for document in documents]
        (visit,) = read(envelope([file("XML1", packed(summary())), *parts])).visits
        remarks = [one for one in visit.remarks if one.rule == "TEXT-001"]
        by_columns = isinstance(visit.record._tables["medicines"], Sheet)
        return by_columns, [(one.path, one.row, one.value, one.times) for one in remarks]

    as_columns, found = told(rows("XML2", *lines))
    assert as_columns
    assert [one[:2] for one in found][:2] == [("XML2.TEN_THUOC", 1), ("XML2.LIEU_DUNG", 2)]
    assert told(rows("XML2", *lines).replace("</CHI_TIET_THUOC>", "<!-- x --></CHI_TIET_THUOC>")) == (
        False,
        found,
    )
    assert told(rows("XML2", *lines[:1]), rows("XML2", *lines[1:])) == (False, found)
