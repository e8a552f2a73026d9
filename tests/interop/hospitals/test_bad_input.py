"""The classes B23 to B60 of bad input, each with files: refused by a code, or named at its place with what was seen there.

Nothing is ever converted: a value that was read stands in the record as it stood in the file.
"""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

import pytest

from sosuckhoe.healthbook.document import encodings, read
from sosuckhoe.healthbook.document.damage import TABLES, damage_in, is_syllable
from sosuckhoe.healthbook.document.letters import may_be_odd, named, odd_in
from sosuckhoe.healthbook.validation import Policy, check
from sosuckhoe.healthbook.validation.catalogues import Catalogues

from . import planted
from .chart import Chart
from .paper import Style
from .test_clean import TODAY, UNSIGNED
from .test_exports import FILE, GOOD, PARTS, raw
from .visits import VISITS

NAME = "NGUYỄN THỊ VÍ DỤ"
NOTHING = Policy()
KNOWN = Policy(catalogues=Catalogues.of(planted.KNOWN))


@dataclass(frozen=True)
class Bad:
    """``code``: a refusal, or the rule at ``at``; ``said``: what the sentence must name."""

    number: str
    data: bytes
    code: str
    at: str = ""
    said: tuple[str, ...] = ()
    policy: Policy = NOTHING


def typed(path: str, text: str, visit: str = "outpatient") -> bytes:
    """A visit with one value as typed: ``XML3#2.TEN_DICH_VU``."""
    chart: Chart = VISITS[visit][0]("1931")
    planted.put(chart, {path: text})
    return chart.file()


def windows_1258(letter: str) -> bytes:
    """A letter as Windows composes it: the base with its hat or horn, then the tone."""
    apart = normalize("NFD", letter)
    tone = "".join(mark for mark in apart if mark in "\u0300\u0301\u0303\u0309\u0323")
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        return (normalize("NFC", "".join(mark for mark in apart if mark not in tone)) + tone).encode("cp1258")


def damaged(words: str, table: str) -> str:
    """The words as they look when a program takes them, in an old code table, for Western letters."""
    if table == "UTF-8 bị chuyển mã hai lần":
        raw_bytes = words.encode()
    elif table == "windows-1258":
        raw_bytes = b"".join(windows_1258(letter) for letter in words)
    else:
        letters = encodings.LETTERS
        codes = {"TCVN3 (ABC)": encodings.TCVN3, "VISCII": encodings.VISCII}.get(table)
        spelled = [bytes([code]).decode("latin-1") for code in codes] if codes else encodings.VNI
        raw_bytes = words.translate({ord(a): b for a, b in zip(letters, spelled, strict=True)}).encode(
            "latin-1"
        )
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in raw_bytes)


def base64_of(text: bytes) -> str:
    packed = b64encode(PARTS["XML1"].encode()).decode()
    assert packed in FILE
    return FILE.replace(packed, text.decode(), 1)


def bad() -> Iterator[Bad]:
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        yield Bad("B23", FILE.encode(name), "FILE-ENCODING", said=("UTF-16" if "16" in name else "UTF-32",))
        yield Bad("B23", raw(PARTS["XML1"].encode(name)).encode(), "FILE-ENCODING", "XML1", ("UTF-",))
    for name in ("cp1258", "latin-1"):
        spoiled = raw(normalize("NFD", PARTS["XML1"]).encode(name, "ignore") + b"\xe9").encode()
        yield Bad("B24", spoiled, "FILE-ENCODING", "XML1", ("cột",))
    for table in TABLES:
        twice = table.startswith("UTF-8")
        value = damaged("bệnh viện thí dụ" if twice else "nguyễn văn mẫu ở phường thí dụ", table)
        at, number, likely = "XML1.DIA_CHI", "B26" if twice else "B25", "" if twice else "phường"
        yield Bad(number, typed(at, value), "TEXT-002", at, (table, likely))
        yield Bad(
            number,
            typed("XML5#1.DIEN_BIEN_LS", value, "inpatient"),
            "TEXT-002",
            "XML5#1.DIEN_BIEN_LS",
            (table,),
        )
        short = damaged("Nguyễn Văn", table)
        yield Bad(number, typed("XML13.HO_TEN", short, "referred_out"), "TEXT-002", "XML13.HO_TEN", (table,))
    mixed = "Bệnh nhân tỉnh, " + damaged("tiếp xúc được, phổi trong", "UTF-8 bị chuyển mã hai lần")
    yield Bad(
        "B26",
        typed("XML5#2.DIEN_BIEN_LS", mixed, "inpatient"),
        "TEXT-002",
        "XML5#2.DIEN_BIEN_LS",
        ("hai lần",),
    )
    for declared in ("utf-7", "windows-1258", "ISO-8859-1", "us-ascii", "utf-16"):
        other = FILE.replace('encoding="utf-8"', f'encoding="{declared}"', 1)
        yield Bad("B27", other.encode(), "FILE-ENCODING", said=(declared.lower(),))
    part = PARTS["XML1"].replace('encoding="utf-8"', 'encoding="windows-1252"')
    yield Bad("B27", raw(part.encode()).encode(), "FILE-ENCODING", "XML1", ("windows-1252",))
    for spoiled in (b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"):
        yield Bad(
            "B28", raw(PARTS["XML1"].encode().replace(b"BN000123", spoiled)).encode(), "FILE-ENCODING", "XML1"
        )
    yield Bad(
        "B29", typed("XML1.HO_TEN", "NGUYỄN \ufeffTHỊ VÍ DỤ"), "FILE-BYTE-ORDER-MARK", "XML1", ("dòng", "cột")
    )
    for letter in ("\x85", "\x9f", "\ufffe", "\uffff", "\ufdd0"):
        yield Bad(
            "B30",
            typed("XML1.DIA_CHI", f"Số{letter}0"),
            "FILE-CONTROL-CHARACTER",
            "XML1",
            (f"U+{ord(letter):04X}",),
        )
    yield Bad("B30", typed("XML1.DIA_CHI", "Số \ue0010"), "STR-001", "XML1", ("U+E001", "dòng"))
    loose = {"XML1.DIA_CHI": "U+0301", "XML3#2.TEN_DICH_VU": "U+0302", "XML5#1.DIEN_BIEN_LS": "U+0323"}
    for path, mark in loose.items():
        text = {"U+0301": "Cá", "U+0302": "Tê bì", "U+0323": "Mẹ"}[mark]
        yield Bad("B31", typed(path, normalize("NFD", text), "inpatient"), "STR-001", path, (mark,))
    yield Bad(
        "B31", typed("XML1.DIA_CHI", "Tru\u031b\u0323c tiê\u0301p"), "STR-001", "XML1.DIA_CHI", ("U+031B",)
    )
    for letter in "\u200b\u200c\u200d\u00ad\u2060\u200e\u180e":
        code = f"U+{ord(letter):04X}, chữ thứ 3"
        yield Bad("B32", typed("XML1.HO_TEN", f"NG{letter}UYỄN"), "NAME-001", "XML1.HO_TEN", (code,))
        yield Bad(
            "B32",
            typed("XML9#1.HO_TEN_NND", f"NG{letter}UYỄN", "delivery"),
            "TEXT-001",
            "XML9#1.HO_TEN_NND",
            (code,),
        )
        yield Bad("B32", typed("XML1.MA_BN", f"BN{letter}123"), "TEXT-001", "XML1.MA_BN", (code,))
        yield Bad("B32", typed("XML2#1.DON_GIA", f"12{letter}34"), "TEXT-001", "XML2#1.DON_GIA", (code,))
    for letter in "\u00a0\u2007\u202f\u3000\u2003\u205f":
        code = f"U+{ord(letter):04X}, chữ thứ 3"
        yield Bad(
            "B32", typed("XML1.HO_TEN", f"LÊ{letter}MẪU"), "NAME-001", "XML1.HO_TEN", ("dấu cách lạ", code)
        )
        yield Bad(
            "B32", typed("XML1.MA_BENH_CHINH", f"J2{letter}0.9"), "TEXT-001", "XML1.MA_BENH_CHINH", (code,)
        )
        yield Bad("B32", typed("XML4#3.KET_LUAN", f"Tê{letter}bì"), "TEXT-001", "XML4#3.KET_LUAN", (code,))
    for letter in "\u202e\u202b\u2066\u2069":
        yield Bad(
            "B33",
            typed("XML1.HO_TEN", f"LÊ{letter}MẪU"),
            "NAME-001",
            "XML1.HO_TEN",
            (f"U+{ord(letter):04X}",),
        )
        yield Bad(
            "B33",
            typed("XML1.GHI_CHU", f"LÊ{letter}MẪU"),
            "TEXT-001",
            "XML1.GHI_CHU",
            (f"U+{ord(letter):04X}",),
        )
    for letter, twin in (("\u0430", "a"), ("\u041d", "H"), ("\u0391", "A"), ("\u03bf", "o"), ("\uff21", "A")):
        code = (f"U+{ord(letter):04X}, chữ thứ 6", f"thay cho {twin}")
        yield Bad("B34", typed("XML1.HO_TEN", f"VƯƠNG{letter}BÌNH"), "NAME-001", "XML1.HO_TEN", code)
        yield Bad(
            "B34", typed("XML3#3.TEN_DICH_VU", f"VƯƠNG{letter}BÌNH"), "TEXT-001", "XML3#3.TEN_DICH_VU", code
        )
        yield Bad("B34", typed("XML2#1.MA_THUOC", f"40.10{letter}"), "TEXT-001", "XML2#1.MA_THUOC", code)
    for digits in ("\uff10\uff15", "\u0660\u0665", "\u096a\u096b"):
        code = (f"U+{ord(digits[0]):04X}, chữ thứ 1",)
        yield Bad("B34", typed("XML1.SO_CCCD", digits + "9184000123"), "TEXT-001", "XML1.SO_CCCD", code)
        yield Bad("B34", typed("XML2#1.SO_LUONG", digits), "TEXT-001", "XML2#1.SO_LUONG", code)
        yield Bad("B34", typed("XML1.LY_DO_VV", digits + " ngày"), "TEXT-001", "XML1.LY_DO_VV", code)
    for eth, d in (("\u00d0", "Đ"), ("\u00f0", "đ"), ("\u0189", "Đ")):
        code = (f"U+{ord(eth):04X}, chữ thứ 1", f"thay cho {d}")
        yield Bad("B35", typed("XML1.HO_TEN", f"{eth}ẶNG THỊ VÍ DỤ"), "NAME-001", "XML1.HO_TEN", code)
        yield Bad("B35", typed("XML1.DIA_CHI", f"{eth}ường Thí Dụ"), "TEXT-001", "XML1.DIA_CHI", code)
        yield Bad(
            "B35", typed("XML7.TEN_BS", f"{eth}ỗ Văn Mẫu", "inpatient"), "TEXT-001", "XML7.TEN_BS", code
        )
    yield Bad("B37", typed("XML1.HO_TEN", "Ă" * 500), "FMT-001", "XML1.HO_TEN", ("500", "255"))
    yield Bad("B38", typed("XML1.HO_TEN", "LÊ 😀"), "NAME-001", "XML1.HO_TEN", ("U+1F600",))
    yield Bad("B38", typed("XML1.GHI_CHU", "Đỡ 😀"), "TEXT-001", "XML1.GHI_CHU", ("U+1F600",))
    yield Bad("B38", typed("XML1.GHI_CHU", "Đỡ a" + "\u0331" * 5), "TEXT-001", "XML1.GHI_CHU", ("U+0331",))
    yield Bad("B39", typed("XML1.HO_TEN", "Ậ" * 256), "FMT-001", "XML1.HO_TEN", ("256", "255"))
    yield Bad("B39", typed("XML1.HO_TEN", normalize("NFD", "Ậ" * 256)), "FMT-001", "XML1.HO_TEN", ("256",))
    for number in ("07918400012", "0791840001234", "07918400012A", "7.91841E+10", "79184000123"):
        yield Bad("B40", typed("XML1.SO_CCCD", number), "FMT-012", "XML1.SO_CCCD")
    yield Bad("B42", typed("XML1.SO_CCCD", "TAM000000123"), "FMT-012", "XML1.SO_CCCD")
    for card in ("DN479790000001", "DN47979000000177", "dn4797900000017"):
        yield Bad("B44", typed("XML1.MA_THE_BHYT", card), "FMT-022", "XML1.MA_THE_BHYT")
    yield Bad("B44", typed("XML1.GT_THE_DEN", "20260914"), "XFD-038", "XML1.GT_THE_DEN")
    yield Bad(
        "B44", typed("XML1.MA_THE_BHYT", "DN4797900000017;GD4797900000017"), "XFD-040", "XML1.MA_THE_BHYT"
    )
    yield Bad("B45", typed("XML1.MA_CSKCB", "7999800000001"), "FMT-029", "XML1.MA_CSKCB")
    for day in ("20260231", "20261315", "00000000", "2026-09-15"):
        yield Bad("B50", typed("XML1.NGAY_VAO", f"{day}0730"), "FMT-002", "XML1.NGAY_VAO")
        yield Bad("B50", typed("XML7.NGAY_CT", day, "inpatient"), "FMT-003", "XML7.NGAY_CT")
    yield Bad("B50", typed("XML1.NGAY_SINH", "202709160000"), "XFD-034", "XML1.NGAY_SINH")
    yield Bad("B50", typed("XML1.NGAY_RA", "202609150729"), "XFD-029", "XML1.NGAY_RA", ("07:30", "07:29"))
    yield Bad("B50", typed("XML3#2.NGAY_YL", "202609140745"), "XTB-014", "XML3#2.NGAY_YL", ("15/09/2026",))
    for text in ("20260915", "20260915073000", "202609152400", "202609150760", "2026-09-15T07:30+07:00"):
        yield Bad("B51", typed("XML1.NGAY_VAO", text), "FMT-002", "XML1.NGAY_VAO")
    yield Bad("B52", typed("XML1.MA_BENH_CHINH", "JJ20"), "COD-007", "XML1.MA_BENH_CHINH")
    yield Bad("B52", typed("XML1.MA_BENH_KT", "N40"), "BUS-032", "XML1.GIOI_TINH")
    yield Bad("B52", typed("XML1.MA_BENH_CHINH", "Z00.0"), "BUS-028", "XML1.MA_BENH_CHINH")
    many = ";".join(f"A{number:02}.0" for number in range(13))
    yield Bad("B52", typed("XML1.MA_BENH_KT", many), "FMT-027", "XML1.MA_BENH_KT")
    yield Bad("B53", typed("XML1.MA_LOAI_KCB", "17"), "COD-005", "XML1.MA_LOAI_KCB")
    yield Bad("B54", typed("XML1.T_TONGCHI_BV", "676347"), "XTB-006", "XML1.T_TONGCHI_BV")
    yield Bad("B54", typed("XML3#1.THANH_TIEN_BV", "45000.02"), "XFD-003", "XML3#1.THANH_TIEN_BV")
    yield Bad("B54", typed("XML3#1.T_BNTT", "-1"), "XFD-013", "XML3#1.T_BNTT")
    yield Bad(
        "B56",
        typed("XML3#2.NGUOI_THUC_HIEN", "999999/HCM-GPHN"),
        "COD-022",
        "XML3#2.NGUOI_THUC_HIEN",
        policy=KNOWN,
    )
    yield Bad("B57", typed("XML8.TOMTAT_KQ", "HIV dương tính", "inpatient"), "BOOK-004", "XML8")
    for text in ("...", "x", "----"):
        yield Bad("B58", typed("XML8.QT_BENHLY", text, "inpatient"), "BOOK-002", "XML8.QT_BENHLY")
    for path in ("XML8.QT_BENHLY", "XML7.PP_DIEUTRI"):
        yield Bad("B59", typed(path, "BN đỡ ho, dùng KS 7 ngày", "inpatient"), "BOOK-005", path, ("“BN”",))


@pytest.mark.parametrize(
    "one", [pytest.param(one, id=f"{one.number} {one.code} {one.at} {n}") for n, one in enumerate(bad())]
)
def test_bad_input_is_named_at_its_place(one: Bad) -> None:
    results = check(one.data, day=TODAY, policy=one.policy)
    found = [fault for result in results for fault in result.faults if fault.rule == one.code]
    if one.code.startswith("FILE-"):
        assert not results[0].usable
        assert not one.at or found[0].path == one.at
    else:
        path, row = one.at, None
        if "#" in one.at:
            table, _, rest = one.at.partition("#")
            number, _, name = rest.partition(".")
            path, row = f"{table}.{name}", int(number)
        found = [
            fault for fault in found if (fault.path, fault.row) == (path, row) or fault.rule == "STR-001"
        ]
        assert found, [(fault.rule, fault.path, fault.row) for result in results for fault in result.faults]
        assert any(fault.path == path for fault in found)
    sentence = " ".join(fault.message for fault in found)
    assert all(word in sentence for word in one.said), sentence


GOOD_VALUES = {
    "B36": ("XML1.HO_TEN", ("NGUYEN THI HOA", "Hoà", "Hòa", "THUÝ", "THÚY")),
    "B37": ("XML1.HO_TEN", ("Y", "H’BƠI NIÊ", "K’BÊL", "KSOR H'BƠI", "GIÀNG A PÁO", "ĐIỂU K’RÉ", "Y BLĂM KĐĂM", "ИВАНОВ ПЁТР",
                            "Müller François", "Ă" * 255, normalize("NFC", "Ậ" * 255), "O'NEIL-SMITH")),
    "B39": ("XML1.DIA_CHI", ("Ậ" * 1024,)),
    "B41": ("XML1.SO_CCCD", ("079184000", "C1234567", "079184000123")),
}  # fmt: skip


@pytest.mark.parametrize("number", GOOD_VALUES)
def test_what_only_looks_odd_is_taken_as_it_stands(number: str) -> None:
    path, values = GOOD_VALUES[number]
    for value in values:
        [result] = check(typed(path, value), day=TODAY)
        assert [fault.message for fault in result.faults if fault.rule not in UNSIGNED] == [], value
        assert value in result.record.visit.values()


def test_words_of_medicine_are_not_odd() -> None:
    for text in (
        "Sốt 38,5 °C; β-hCG (+), TNFα, γ-GT 35 U/L; SpO₂ 97 %; 3 × 10⁹/L; ≥ 5 µm; ± 0,5; m²",
        "“Đau” – nhiều… • ½ viên/lần → 2 lần; Ω, Δ, π, Σ; №",
        "Guillain-Barré, Sjögren, Ménière, Köhler, Ångström, crème, naïf",
        "Болит голова",
        "Tiền sử: mổ ruột thừa (2019); dị ứng Pénicilline; HA 120/80 mmHg",
    ):
        assert odd_in(text) == {} and damage_in(text) == ("", ""), text


def test_every_letter_that_would_be_named_is_looked_for() -> None:
    for point in [
        *range(0x80, 0x2FF),
        *range(0x34F, 0x10000),
        *range(0x1D400, 0x1D800),
        *range(0x1F000, 0x1FB00),
    ]:
        letter = chr(point)
        if 0xD800 <= point < 0xE000:
            continue
        if odd_in(f"Tên{letter}") or odd_in(f"a{letter}b", strict=True):
            assert may_be_odd(f"Tên{letter}".encode()), f"U+{point:04X}"
            assert f"U+{point:04X}" in named(letter, 1)


def test_every_damaged_syllable_is_looked_for() -> None:
    for table in TABLES:
        for words in ("Nguyễn Văn Mẫu", "Trần Thị Hương", "phường Thí Dụ", "Đặng Đình Đức", "Lê Hồng Hạnh"):
            value = damaged(words if table not in ("TCVN3 (ABC)", "VISCII", "VNI") else words.lower(), table)
            assert damage_in(value)[0], (table, words, value)
            assert may_be_odd(value.encode()), (table, words, value)


def test_the_words_of_our_own_lists_are_syllables() -> None:
    """Names of minority people and abbreviations aside, every Vietnamese word is known for one."""
    words = "quỳnh khuỷu nghiêng thuở giường giặt gì quýt ngoằn huyện chuyển yếu ướt ỉa oẹ uống quần quốc xoong boóng"
    assert [word for word in words.split() if not is_syllable(word)] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (urlsafe_b64encode(b"<TONG_HOP>\xc3\xbf\xc3\xbe\xc3\xbf\xe1\xbb\xbf</TONG_HOP>"), "FILE-BASE64"),
        (b64encode(b64encode(PARTS["XML1"].encode())), "FILE-BASE64"),
        (b64encode(PARTS["XML1"].encode())[:-6] + b"*", "FILE-BASE64"),
        ("ệ".encode() + b64encode(PARTS["XML1"].encode()), "FILE-BASE64"),
    ],
)
def test_base64_that_is_none_is_refused(text: bytes, code: str) -> None:
    [result] = check(base64_of(text).encode(), day=TODAY)
    assert result.refusal == code and result.faults[0].path == "XML1"


@pytest.mark.parametrize(
    "style",
    [
        Style(cdata=True),
        Style(crlf=True),
        Style(mark=True),
        Style(declared=False),
        Style(namespaces=True),
        Style(broken_base64=True),
    ],
)
def test_other_habits_give_the_same_record(style: Style) -> None:
    [visit] = read(GOOD.file(style)).visits
    assert visit.record == read(GOOD.file()).visits[0].record


def test_base64_in_lines_or_with_blanks_is_read_and_told() -> None:
    packed = b64encode(PARTS["XML1"].encode())
    for text in (
        packed[:80] + b" " + packed[80:],
        b"\r\n".join(packed[at : at + 76] for at in range(0, len(packed), 76)),
    ):
        [result] = check(base64_of(text).encode(), day=TODAY)
        assert {(fault.rule, fault.path) for fault in result.faults if fault.rule not in UNSIGNED} == {
            ("STR-007", "XML1")
        }


def test_a_visit_of_ten_thousand_lines_is_taken_and_judged() -> None:
    """B55; how long it takes is told by the bench."""
    chart: Chart = VISITS["inpatient"][0]("1931")
    rows = chart.tables["XML4"]
    while len(rows) < 10_000:
        rows.append(rows[0] | {"STT": str(len(rows) + 1)})
    rows[9_998]["NGAY_KQ"] = "202609319999"
    [result] = check(chart.file(), day=TODAY)
    found = [(fault.path, fault.row) for fault in result.faults if fault.rule not in UNSIGNED]
    assert found == [("XML4.NGAY_KQ", 9_999)]


ELSEWHERE = {
    "B43": "unit/hospital/test_intake.py::test_a_number_of_somebody_else_holds_the_record_and_merges_nobody",
    "B46": "unit/hospital/test_intake.py::test_the_same_bytes_again_give_the_same_answer_and_no_effect",
    "B47": "unit/hospital/test_intake.py::test_other_content_under_a_known_visit_code_needs_a_reason",
    "B48": "unit/hospital/test_intake.py::test_a_visit_code_of_another_person_is_refused_whatever_the_reason",
    "B49": "unit/hospital/test_intake.py::test_of_many_files_with_one_visit_code_at_the_same_instant_exactly_one_wins",
    "B55": "interop/hospitals/test_bad_input.py::test_a_visit_of_ten_thousand_lines_is_taken_and_judged",
    "B60": "unit/hospital/test_withheld.py::test_a_marked_visit_is_neither_signed_nor_sent",
}
"""Classes that no single file shows: the test that shows them."""


def test_every_class_from_23_to_60_has_its_row() -> None:
    here = {one.number for one in bad()} | set(GOOD_VALUES)
    assert here | set(ELSEWHERE) == {f"B{number}" for number in range(23, 61)}
    assert not here & set(ELSEWHERE)
    root = Path(__file__).parents[2]
    for place, _, test in (where.partition("::") for where in ELSEWHERE.values()):
        assert f"\ndef {test}(" in (root / place).read_text(), test
