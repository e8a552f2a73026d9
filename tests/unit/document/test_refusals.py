"""What is refused before work, each by its code; the ids are the classes of bad-input.md."""

import pickle
import re

import pytest

from sosuckhoe.healthbook.document import REFUSALS, Limits, Unreadable, read

from .samples import envelope, file, packed, summary, visit_file

GOOD = visit_file()
PLAIN = summary()


def refused(data: bytes, limits: Limits | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(data, limits=limits)
    assert caught.value.code in REFUSALS
    return caught.value


def inside(content: str | bytes) -> bytes:
    return envelope([file("XML1", packed(content))])


BAD: list[tuple[str, str, bytes]] = [
    ("B01 nothing", "FILE-EMPTY", b""),
    ("B01 blanks", "FILE-EMPTY", b" \r\n\t"),
    ("B01 one byte", "FILE-NOT-XML", b"x"),
    ("B01 JSON", "FILE-NOT-XML", b'{"MA_LK": "1"}'),
    ("B01 PDF", "FILE-NOT-XML", b"%PDF-1.7\n..."),
    ("B01 zip", "FILE-NOT-XML", b"PK\x03\x04\x00\x00"),
    ("B01 the base64 of a file", "FILE-NOT-XML", packed('<?xml version="1.0"?><a/>').encode()),
    ("B01 HTML", "FILE-UNKNOWN-ROOT", b"<html><body>x</body></html>"),
    ("B01 another XML", "FILE-UNKNOWN-ROOT", b"<Invoice><Id>1</Id></Invoice>"),
    ("B03 two roots", "FILE-TWO-ROOTS", PLAIN.encode() * 2),
    ("B03 trailing junk", "FILE-TWO-ROOTS", PLAIN.encode() + b"xx"),
    ("B03 junk before", "FILE-NOT-XML", b"x" + GOOD),
    ("B03 blank before the declaration", "FILE-MALFORMED", b'\n<?xml version="1.0"?>' + GOOD),
    ("B04 duplicate attribute", "FILE-MALFORMED", PLAIN.replace("<STT>", '<STT a="1" a="2">').encode()),
    ("B04 crossed tags", "FILE-MALFORMED", PLAIN.replace("</STT>", "</STS>").encode()),
    ("B04 bad name", "FILE-MALFORMED", PLAIN.replace("STT>", "1T>").encode()),
    ("B04 bare ampersand", "FILE-ENTITY", PLAIN.replace("MẪU", "M & U").encode()),
    ("B04 bare less-than", "FILE-MALFORMED", PLAIN.replace("MẪU", "M < U").encode()),
    ("B05 empty DOCTYPE", "FILE-DOCTYPE", b"<!DOCTYPE TONG_HOP>" + PLAIN.encode()),
    ("B05 in a part", "FILE-DOCTYPE", inside("<!DOCTYPE TONG_HOP []>" + PLAIN)),
    ("B05 in a part as text", "FILE-DOCTYPE", envelope([file("XML1", "&lt;!DOCTYPE a>&lt;TONG_HOP/>")])),
    (
        "B06 external entity",
        "FILE-DOCTYPE",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><TONG_HOP><MA_LK>&x;</MA_LK></TONG_HOP>',
    ),
    (
        "B06 parameter entity",
        "FILE-DOCTYPE",
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://h.invalid/">%x;]><TONG_HOP/>',
    ),
    (
        "B07 many laughs",
        "FILE-DOCTYPE",
        b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><TONG_HOP><MA_LK>&b;</MA_LK></TONG_HOP>',
    ),
    ("B08 entity of HTML", "FILE-ENTITY", PLAIN.replace("MẪU", "&nbsp;").encode()),
    (
        "B09 XInclude",
        "FILE-EXTERNAL",
        PLAIN.replace(
            "<STT>", '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/><STT>'
        ).encode(),
    ),
    (
        "B09 schema at a network place",
        "FILE-EXTERNAL",
        GOOD.replace(
            b"<GIAMDINHHS>",
            b'<GIAMDINHHS xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            b'xsi:noNamespaceSchemaLocation="http://h.invalid/a.xsd">',
        ),
    ),
    ("B09 xml:base", "FILE-EXTERNAL", PLAIN.replace("<STT>", '<STT xml:base="http://h.invalid/">').encode()),
    ("B09 stylesheet", "FILE-EXTERNAL", b'<?xml-stylesheet href="a.xsl"?>' + GOOD),
    ("B10 instruction in a value", "FILE-INSTRUCTION", PLAIN.replace("MẪU", "M<?php x?>U").encode()),
    ("B11 comment in a value", "FILE-COMMENT", PLAIN.replace("MẪU", "M<!-- -->U").encode()),
    ("B11 comment as a value", "FILE-COMMENT", PLAIN.replace("NGUYỄN VĂN MẪU", "<!--x-->").encode()),
    ("B11 comment in a facility code", "FILE-COMMENT", GOOD.replace(b"99999", b"99<!-- -->999")),
    ("B11 comment in base64", "FILE-COMMENT", GOOD.replace(b"</NOIDUNGFILE>", b"<!-- --></NOIDUNGFILE>")),
    ("B13 depth", "FILE-TOO-DEEP", b"<TONG_HOP>" + b"<a>" * 64 + b"</a>" * 64 + b"</TONG_HOP>"),
    ("B13 great depth", "FILE-TOO-DEEP", b"<TONG_HOP>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</TONG_HOP>"),
    ("B13 elements", "FILE-TOO-MANY", b"<TONG_HOP>" + b"<a/>" * 200_001 + b"</TONG_HOP>"),
    (
        "B13 attributes",
        "FILE-TOO-MANY",
        PLAIN.replace("<STT>", "<STT " + " ".join(f'a{i}="1"' for i in range(257)) + ">").encode(),
    ),
    (
        "B13 a million attributes",
        "FILE-TOO-MANY",
        PLAIN.replace("<STT>", "<STT " + " ".join(f'a{i}="1"' for i in range(250_000)) + ">").encode(),
    ),
    ("B13 name", "FILE-TOO-MANY", PLAIN.replace("STT>", "S" * 257 + ">").encode()),
    ("B14 text", "FILE-TOO-LARGE", PLAIN.replace("MẪU", "M" * 10_000_001).encode()),
    ("B14 part of 11 MB", "FILE-TOO-LARGE", inside(PLAIN.replace("MẪU", "M" * 11_000_000))),
    ("B14 whole file", "FILE-TOO-LARGE", b"<a>" + b" " * 50_000_000),
    ("B15 alphabet", "FILE-BASE64", envelope([file("XML1", "PFRP*kdf")])),
    ("B15 letters beyond ASCII", "FILE-BASE64", envelope([file("XML1", "PFRPệkdf")])),
    ("B15 padding", "FILE-BASE64", envelope([file("XML1", packed(PLAIN + " ").rstrip("=")[:-1])])),
    ("B15 address alphabet", "FILE-BASE64", envelope([file("XML1", "PFRPT-df_A==")])),
    ("B15 twice", "FILE-BASE64", inside(packed('<?xml version="1.0"?><TONG_HOP/>'))),
    ("B17 default namespace", "FILE-NAMESPACE", GOOD.replace(b"<GIAMDINHHS>", b'<GIAMDINHHS xmlns="urn:x">')),
    ("B17 prefixed root", "FILE-NAMESPACE", b'<x:TONG_HOP xmlns:x="urn:x"/>'),
    (
        "B18 two facility codes",
        "FILE-REPEATED",
        GOOD.replace(b"</MACSKCB>", b"</MACSKCB><MACSKCB>1</MACSKCB>"),
    ),
    ("B18 two lists", "FILE-REPEATED", GOOD.replace(b"</DANHSACHHOSO>", b"</DANHSACHHOSO><DANHSACHHOSO/>")),
    ("B18 two claims", "FILE-REPEATED", GOOD.replace(b"</THONGTINHOSO>", b"</THONGTINHOSO><THONGTINHOSO/>")),
    (
        "B18 two signature places",
        "FILE-REPEATED",
        GOOD.replace(b"</GIAMDINHHS>", b"<CHUKYDONVI/></GIAMDINHHS>"),
    ),
    (
        "B18 two contents",
        "FILE-REPEATED",
        envelope([file("XML1", PLAIN * 2)]),
    ),
    ("B19 no visit", "FILE-NO-VISIT", envelope()),
    ("B19 nothing inside", "FILE-NO-VISIT", b"<GIAMDINHHS/>"),
    ("B23 UTF-16 with mark", "FILE-ENCODING", PLAIN.encode("utf-16")),
    ("B23 UTF-16 LE", "FILE-ENCODING", PLAIN.encode("utf-16-le")),
    ("B23 UTF-16 BE", "FILE-ENCODING", PLAIN.encode("utf-16-be")),
    ("B23 UTF-32 with mark", "FILE-ENCODING", PLAIN.encode("utf-32")),
    ("B23 UTF-32 LE", "FILE-ENCODING", PLAIN.encode("utf-32-le")),
    ("B23 UTF-32 BE", "FILE-ENCODING", PLAIN.encode("utf-32-be")),
    ("B23 a part in UTF-16", "FILE-ENCODING", inside(PLAIN.encode("utf-16"))),
    ("B05 a DOCTYPE hidden in UTF-16", "FILE-ENCODING", ("<!DOCTYPE a>" + PLAIN).encode("utf-16-le")),
    ("B27 declared UTF-7", "FILE-ENCODING", b'<?xml version="1.0" encoding="utf-7"?><TONG_HOP/>'),
    (
        "B27 declared windows-1258",
        "FILE-ENCODING",
        b'<?xml version="1.0" encoding="windows-1258"?><TONG_HOP/>',
    ),
    ("B27 declared UTF-16", "FILE-ENCODING", ('<?xml version="1.0" encoding="utf-16"?>' + PLAIN).encode()),
    (
        "B27 declared by single quotes",
        "FILE-ENCODING",
        b"<?xml version='1.0' encoding='ebcdic-cp-us'?><TONG_HOP/>",
    ),
    (
        "B27 hidden in a long declaration",
        "FILE-MALFORMED",
        b'<?xml version="1.0" ' + b" " * 300 + b'encoding="utf-7"?><a/>',
    ),
    ("B04 a declaration in the middle", "FILE-MALFORMED", b'<TONG_HOP><?xml version="1.0"?></TONG_HOP>'),
    (
        "B30 C1 as a long number",
        "FILE-CONTROL-CHARACTER",
        PLAIN.replace("MẪU", "M&#x000000000085;U").encode(),
    ),
    ("B28 over-long", "FILE-ENCODING", PLAIN.encode().replace(b"BN1", b"\xc0\xaf")),
    ("B28 surrogate", "FILE-ENCODING", PLAIN.encode().replace(b"BN1", b"\xed\xa0\x80")),
    ("B28 beyond Unicode", "FILE-ENCODING", PLAIN.encode().replace(b"BN1", b"\xf4\x90\x80\x80")),
    ("B29 mark in the middle", "FILE-BYTE-ORDER-MARK", PLAIN.replace("MẪU", "M\ufeffU").encode()),
    ("B29 two marks", "FILE-NOT-XML", b"\xef\xbb\xbf\xef\xbb\xbf" + PLAIN.encode()),
    ("B30 NUL", "FILE-CONTROL-CHARACTER", PLAIN.replace("MẪU", "M\x00U").encode()),
    ("B30 C0", "FILE-CONTROL-CHARACTER", PLAIN.replace("MẪU", "M\x0bU").encode()),
    ("B30 C1", "FILE-CONTROL-CHARACTER", PLAIN.replace("MẪU", "M\x85U").encode()),
    ("B30 DEL", "FILE-CONTROL-CHARACTER", PLAIN.replace("MẪU", "M\x7fU").encode()),
    ("B30 U+FFFE", "FILE-CONTROL-CHARACTER", PLAIN.replace("MẪU", "M\ufffeU").encode()),
    ("B30 U+1FFFF", "FILE-CONTROL-CHARACTER", PLAIN.replace("MẪU", "M\U0001ffffU").encode()),
    ("B30 NUL as a number", "FILE-CONTROL-CHARACTER", PLAIN.replace("MẪU", "M&#0;U").encode()),
    ("B30 C1 as a number", "FILE-CONTROL-CHARACTER", PLAIN.replace("MẪU", "M&#x85;U").encode()),
    ("B30 surrogate as a number", "FILE-CONTROL-CHARACTER", PLAIN.replace("MẪU", "M&#xD800;U").encode()),
    ("B30 in a part", "FILE-CONTROL-CHARACTER", inside(PLAIN.replace("MẪU", "M\x01U"))),
]


@pytest.mark.parametrize(("code", "data"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_it_is_refused_by_its_code(code: str, data: bytes):
    assert refused(data).code == code


@pytest.mark.parametrize("offset", range(1, 50))
def test_a_file_cut_anywhere_is_told_as_cut(offset: int):
    data = b'<?xml version="1.0" encoding="utf-8"?>\r\n' + GOOD
    cut = data[: len(data) * offset // 50]
    assert refused(cut).code == "FILE-TRUNCATED"


@pytest.mark.parametrize("offset", range(1, 50))
def test_a_part_cut_anywhere_is_told_as_cut(offset: int):
    content = PLAIN.encode()
    cut = content[: len(content) * offset // 50]
    try:
        cut.decode()
    except UnicodeDecodeError:
        assert refused(inside(cut)).code == "FILE-ENCODING"
    else:
        caught = refused(inside(cut))
        assert caught.code == "FILE-TRUNCATED"
        assert caught.where.part == "XML1"


def test_the_place_is_told():
    caught = refused(PLAIN.replace("<STT>", "\n\n<STT>").replace("<STT>1</STT>", "<STT>1</STX>").encode())
    assert (caught.where.part, caught.where.line) == ("", 3)
    assert caught.sentence.startswith("Dòng 3, cột ")


def test_the_part_and_the_visit_are_told():
    bad = file("XML1", packed(PLAIN.replace("</STT>", "")))
    assert refused(envelope([bad])).where.part == "XML1"
    assert refused(envelope([bad])).where.visit is None
    second = refused(envelope([file("XML1", packed(PLAIN))], [bad]))
    assert (second.where.visit, second.where.part) == (2, "XML1")
    assert second.sentence.startswith("Hồ sơ thứ 2, phần XML1")


def test_a_sentence_never_repeats_the_file():
    for _, _, data in BAD:
        if len(data) < 100_000:
            assert "MẪU" not in refused(data).sentence
            assert "/etc/passwd" not in refused(data).sentence


def test_every_code_is_met_by_a_file_here():
    met = {code for _, code, _ in BAD} | {"FILE-TRUNCATED", "FILE-MOJIBAKE"}
    assert met == set(REFUSALS)


def test_every_refusal_says_what_to_do_and_names_its_class():
    for refusal in REFUSALS.values():
        assert refusal.what.endswith(".")
        assert refusal.what_to_do.endswith(".")
        assert "!" not in refusal.what_to_do.replace("<!", "")
        assert all(re.fullmatch(r"B\d\d", name) for name in refusal.classes)


def test_a_refusal_travels_between_processes():
    caught = refused(b"")
    copy = pickle.loads(pickle.dumps(caught))
    assert (copy.code, copy.sentence, copy.where) == (caught.code, caught.sentence, caught.where)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=100), "FILE-TOO-LARGE"),
        (Limits(part_bytes=100), "FILE-TOO-LARGE"),
        (Limits(text_length=100), "FILE-TOO-LARGE"),
        (Limits(elements=5), "FILE-TOO-MANY"),
        (Limits(all_elements=12), "FILE-TOO-MANY"),
        (Limits(visits=0), "FILE-TOO-MANY"),
        (Limits(parts=0), "FILE-TOO-MANY"),
        (Limits(depth=5), "FILE-TOO-DEEP"),
    ],
)
def test_every_limit_is_kept(limits: Limits, code: str):
    assert refused(GOOD, limits).code == code
    assert len(read(GOOD).visits) == 1


def test_a_comment_beside_the_root_is_taken():
    assert read(b"<!-- x -->" + PLAIN.encode() + b"<!-- y -->").visits[0].record.visit
