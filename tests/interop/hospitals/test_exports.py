"""Files as other systems write them, and as spreadsheets and old code tables spoil them: read, named, or refused."""

import re
from base64 import b64encode
from collections.abc import Callable
from unicodedata import normalize

import pytest

from sosuckhoe.healthbook.validation import check

from .chart import Chart
from .paper import Style, document, envelope
from .test_clean import TODAY, UNSIGNED
from .visits import VISITS

GOOD = VISITS["outpatient"][0]("1931")
FILE = GOOD.file().decode()
PARTS = dict(GOOD.documents())


def spoiled(old: str, new: str) -> str:
    assert old in FILE
    return FILE.replace(old, new, 1)


def within(kind: str, old: str, new: str) -> bytes:
    assert old in PARTS[kind]
    return envelope(GOOD.facility, "20260915", [(PARTS | {kind: PARTS[kind].replace(old, new, 1)}).items()])


def among(*more: tuple[str, str]) -> bytes:
    return envelope(GOOD.facility, "20260915", [[*PARTS.items(), *more]])


def raw(content: bytes) -> str:
    """The file with other bytes as its first part."""
    return re.sub("(<NOIDUNGFILE>)[^<]*", lambda found: found[1] + b64encode(content).decode(), FILE, count=1)


def moved(text: str) -> str:
    return text.replace("<GIOI_TINH>2</GIOI_TINH>", "").replace(
        "<NGAY_SINH>", "<GIOI_TINH>2</GIOI_TINH><NGAY_SINH>"
    )


ASSESSED = document("XML12", "1931", [{"HO_TEN": "NGUYỄN THỊ VÍ DỤ"}])
CHECKED_IN = document("XML0", "1931", VISITS["check_in"][0]("1931").tables["XML0"])
NO_BIRTHS = "<CHI_TIEU_DU_LIEU_GIAY_CHUNG_SINH><DSACH_GIAYCHUNGSINH/></CHI_TIEU_DU_LIEU_GIAY_CHUNG_SINH>"
NO_RESULTS = re.sub("(?s)<CHI_TIET_CLS>.*</CHI_TIET_CLS>", "", PARTS["XML4"])


ODD: list[tuple[str, str, bytes | str]] = [
    ("STR-002", "GIAMDINHHS.MACSKCB", spoiled("<MACSKCB>79998<", "<MACSKCB><")),
    ("STR-002", "GIAMDINHHS.MACSKCB", spoiled("<MACSKCB>79998<", "<MACSKCB>7999800000001<")),
    ("STR-003", "GIAMDINHHS.NGAYLAP", spoiled("<NGAYLAP>20260915", "<NGAYLAP>15/09/2026")),
    ("STR-004", "GIAMDINHHS.SOLUONGHOSO", spoiled("<SOLUONGHOSO>1", "<SOLUONGHOSO>2")),
    ("STR-006", "GIAMDINHHS.LOAIHOSO", spoiled("<LOAIHOSO>XML4", "<LOAIHOSO>XML16")),
    ("STR-006", "GIAMDINHHS.LOAIHOSO", spoiled("<LOAIHOSO>XML4", "<LOAIHOSO>xml4")),
    ("STR-006", "GIAMDINHHS.LOAIHOSO", among(("XML4", PARTS["XML4"]))),
    ("STR-006", "GIAMDINHHS.LOAIHOSO", among(("XML0", CHECKED_IN))),
    ("STR-007", "XML3", spoiled("<LOAIHOSO>XML2", "<LOAIHOSO>XML3")),
    ("STR-007", "GIAMDINHHS.NOIDUNGFILE", GOOD.file(Style(inline=True))),
    ("STR-007", "XML1", GOOD.file(Style(inline=True)).replace(b"TONG_HOP", b"tong_hop")),
    ("STR-008", "XML1", envelope(GOOD.facility, "20260915", [list(PARTS.items())[1:]])),
    ("STR-009", "XML12", among(("XML12", ASSESSED))),
    ("STR-013", "XML1.NHOM_MAU", within("XML1", "<NHOM_MAU></NHOM_MAU>", "")),
    ("STR-013", "XML1.NHOM_MAU", within("XML1", "<NHOM_MAU></NHOM_MAU>", "<NHOM_MAU/><NHOM_MAU>O</NHOM_MAU>")),
    ("STR-014", "XML2.MA_NOIBO", within("XML2", "<DU_PHONG>", "<MA_NOIBO>1</MA_NOIBO><DU_PHONG>")),
    ("STR-015", "XML1", envelope(GOOD.facility, "20260915", [(PARTS | {"XML1": moved(PARTS["XML1"])}).items()])),
    ("STR-017", "XML1", among(("XML1", PARTS["XML1"]))),
    ("STR-018", "XML4", envelope(GOOD.facility, "20260915", [(PARTS | {"XML4": NO_RESULTS}).items()])),
    ("STR-020", "XML9", among(("XML9", NO_BIRTHS))),
    ("STR-001", "XML1", envelope(GOOD.facility, "20260915", [(PARTS | {"XML1": normalize("NFD", PARTS["XML1"])}).items()])),
    ("NAME-001", "XML1.HO_TEN", within("XML1", "NGUYỄN THỊ", "NGUY\u200bỄN THỊ")),
    ("NAME-001", "XML1.HO_TEN", within("XML1", "NGUYỄN THỊ", "NGUYỄN \u0422HỊ")),
    ("SHP-003", "XML1.MA_BENH_CHINH", within("XML1", ">J20.9<", ">J20.9\u200b<")),
    ("COD-006", "XML1.MA_KHOA", within("XML1", ">K01<", ">\u041a01<")),
    ("FMT-006", "XML1.T_THUOC", within("XML1", ">512345.67<", ">512345.6700<")),
    ("STR-006", "GIAMDINHHS.LOAIHOSO", spoiled("<LOAIHOSO>XML1<", "<LOAIHOSO>XML01<")),
    ("STR-020", "XML7", among(("XML7", document("XML7", "1931", [{}])))),
    ("STR-018", "XML5", among(("XML5", document("XML5", "1931", [{}, {}])))),
    ("FMT-013", "XML1.NGAY_SINH", within("XML1", ">198405160000<", ">16/05/1984<")),
    ("FMT-004", "XML2.DON_GIA", within("XML2", ">1234.567<", ">1234,567<")),
    ("FMT-012", "XML1.SO_CCCD", within("XML1", ">079184000123<", ">7.91841E+10<")),
    ("COD-004", "XML1.MA_DOITUONG_KCB", within("XML1", "<MA_DOITUONG_KCB>1.1<", "<MA_DOITUONG_KCB>01-Thg1<")),
]  # fmt: skip
"""(rule, path, file): read, and what is odd about it is named at its place."""


@pytest.mark.parametrize(("rule", "path", "data"), ODD)
def test_an_odd_file_is_read_and_what_is_odd_is_named_at_its_place(
    rule: str, path: str, data: bytes | str
) -> None:
    [result] = check(data if isinstance(data, bytes) else data.encode(), day=TODAY)
    assert result.usable
    assert (rule, path) in {(fault.rule, fault.path) for fault in result.faults}


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("FILE-ENCODING", FILE.encode("utf-16")),
        ("FILE-ENCODING", FILE.encode("utf-16-le")),
        ("FILE-ENCODING", FILE.encode("utf-32")),
        ("FILE-ENCODING", raw(PARTS["XML1"].encode("utf-16"))),
        ("FILE-ENCODING", raw(normalize("NFD", PARTS["XML1"]).encode("cp1258", "ignore"))),
        ("FILE-ENCODING", spoiled('encoding="utf-8"', 'encoding="windows-1258"')),
        ("FILE-MOJIBAKE", raw(PARTS["XML1"].encode().decode("cp1252", "replace").encode())),
        ("FILE-NAMESPACE", spoiled("<GIAMDINHHS>", '<GIAMDINHHS xmlns="http://tempuri.invalid/">')),
        ("FILE-BASE64", raw(b64encode(PARTS["XML1"].encode()))),
        ("FILE-MALFORMED", '<?xml version="1.0"?>' + FILE),
        ("FILE-EXTERNAL", spoiled("<GIAMDINHHS>", '<?xml-stylesheet href="a.xsl"?><GIAMDINHHS>')),
        ("FILE-TWO-ROOTS", FILE + FILE.partition("?>")[2].strip()),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_code_and_a_sentence(
    code: str, data: bytes | str
) -> None:
    [result] = check(data if isinstance(data, bytes) else data.encode(), day=TODAY)
    assert (result.usable, result.refusal) == (False, code)
    assert result.faults[0].message.endswith(".")


def test_one_habit_is_told_once_and_hides_nothing() -> None:
    """Blank papers sent along are one remark each; amounts with four decimals are reckoned with like any other."""
    blank = among(
        *((kind, document(kind, "1931", [{}])) for kind in ("XML7", "XML10", "XML11", "XML13", "XML14"))
    )
    [result] = check(blank, day=TODAY)
    assert {fault.rule for fault in result.faults} - UNSIGNED == {"STR-020"}
    assert len([fault for fault in result.faults if fault.rule == "STR-020"]) == 5
    [renamed] = check(spoiled("<LOAIHOSO>XML1<", "<LOAIHOSO>XML01<").encode(), day=TODAY)
    assert "STR-008" not in {fault.rule for fault in renamed.faults}
    money = {
        kind: re.sub(r"<((?:T_|THANH_TIEN)\w*)>([0-9]+)<", r"<\1>\2.0000<", text)
        for kind, text in PARTS.items()
    }
    [padded] = check(envelope(GOOD.facility, "20260915", [money.items()]), day=TODAY)
    assert {(fault.rule, fault.severity) for fault in padded.faults if fault.rule not in UNSIGNED} == {
        ("FMT-006", "warning")
    }
    money["XML1"] = money["XML1"].replace("<T_BNTT>0.0000<", "<T_BNTT>7.0000<")
    [wrong] = check(envelope(GOOD.facility, "20260915", [money.items()]), day=TODAY)
    assert "XTB-008" in {fault.rule for fault in wrong.faults}


@pytest.mark.parametrize(
    "habit",
    [
        lambda text: text.replace('encoding="utf-8"?>', 'encoding="UTF-8" standalone="yes"?>'),
        lambda text: text.replace(
            '<?xml version="1.0" encoding="utf-8"?>', "<?xml version='1.0' encoding='UTF-8'?>"
        ),
        lambda text: re.sub(r"<(\w+)></\1>", r"<\1><![CDATA[]]></\1>", text),
        lambda text: re.sub(r"<(\w+)>([^<>\n]*)</\1>", r"<\1><![CDATA[\2]]></\1>", text),
        lambda text: re.sub(
            r"<(\w+)></\1>",
            r'<\1 p2:nil="true" xmlns:p2="http://www.w3.org/2001/XMLSchema-instance" />',
            text,
        ),
        lambda text: "".join(letter if letter.isascii() else f"&#{ord(letter)};" for letter in text),
        lambda text: text.replace("<TONG_HOP>", '<TONG_HOP xmlns="">'),
        lambda text: text.replace("<THANG_QT>9<", "<THANG_QT>09<"),
        lambda text: re.sub(r"<(T_\w+)>([0-9]+)<", r"<\1>\2.00<", text),
        lambda text: text.replace("<TONG_HOP>", "<TONG_HOP>\n\n\t"),
        lambda text: text.replace("></", ">\n</"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("<NHOM_MAU></NHOM_MAU>", "<NHOM_MAU />"),
        lambda text: text.replace("VÍ DỤ<", "VÍ DỤ \n<"),
    ],
)
def test_harmless_habits_are_taken_without_a_word(habit: Callable[[str], str]) -> None:
    chart: Chart = GOOD
    data = envelope(chart.facility, "20260915", [(PARTS | {"XML1": habit(PARTS["XML1"])}).items()])
    [result] = check(data, day=TODAY)
    assert [fault.rule for fault in result.faults if fault.rule not in UNSIGNED] == []
