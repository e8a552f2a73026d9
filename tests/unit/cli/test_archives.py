"""Zip archives: what is hostile is refused by its directory, what is sound is read entry by entry (B82)."""

import json
import stat
import struct
import zipfile

import pytest

from sosuckhoe.cli import main
from sosuckhoe.cli.checking import archives
from sosuckhoe.cli.checking.refusals import Refused
from sosuckhoe.cli.checking.sources import sources

TABLE = b"""<?xml version="1.0" encoding="utf-8"?>
<TONG_HOP><MA_LK>LK1</MA_LK><STT>1</STT><NGAY_VAO>202609011000</NGAY_VAO><NGAY_RA>202609010800</NGAY_RA></TONG_HOP>"""


@pytest.fixture
def archive(tmp_path):
    def write(*files, method=zipfile.ZIP_DEFLATED, name="xuat.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", method) as made:
            for file, data in files:
                made.writestr(file, data)
        return path

    return write


def code_of(path):
    (source,) = sources([str(path)])
    return source.refusal


def patched(path, old, new, *, times=None):
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    path.write_bytes(data.replace(old, new) if times is None else data.replace(old, new, times))
    return path


def test_the_xml_files_of_an_archive_are_checked_by_name_and_nothing_else_is(archive, tmp_path, capsys):
    path = archive(
        ("b/2.xml", TABLE), ("b/1.XML", TABLE), ("doc.txt", b"x"), ("__MACOSX/b/._1.xml", b"x"), ("c/", b"")
    )
    assert main(["check", "--format", "json", str(path)]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["file"] for answer in told] == [f"{path}/b/1.XML", f"{path}/b/2.xml"]
    assert all("XFD-029" in {fault["rule"] for fault in answer["faults"]} for answer in told)
    assert [file.name for file in tmp_path.iterdir()] == ["xuat.zip"]


def test_an_archive_is_known_by_its_beginning_whatever_its_name(archive):
    path = archive(("1.xml", TABLE), name="thang-9.bin")
    assert [source.name for source in sources([str(path)])] == [f"{path}/1.xml"]


def test_an_archive_written_by_other_means_is_read(archive, tmp_path):
    path = tmp_path / "stream.zip"
    with path.open("wb") as raw, zipfile.ZipFile(_Unseekable(raw), "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("1.xml", TABLE)
    (source,) = sources([str(path)])
    assert source.read() == TABLE


class _Unseekable:
    """A stream as a web server gives: sizes follow their data."""

    def __init__(self, raw):
        self.write, self.flush = raw.write, raw.flush

    def seekable(self):
        return False


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../1.xml", "ARCHIVE-NAME"),
        ("a/../../1.xml", "ARCHIVE-NAME"),
        ("/etc/1.xml", "ARCHIVE-NAME"),
        ("C:/1.xml", "ARCHIVE-NAME"),
        ("a\\..\\1.xml", "ARCHIVE-NAME"),
        ("a\nb.xml", "ARCHIVE-NAME"),
        ("trong.zip", "ARCHIVE-NESTED"),
        ("trong.7z", "ARCHIVE-NESTED"),
    ],
)
def test_a_name_that_leads_out_or_holds_another_archive_is_refused(name, code, archive):
    assert code_of(archive(("0.xml", TABLE), (name, TABLE))) == code


def test_two_files_of_one_name_are_refused_also_where_only_case_or_accents_differ(archive):
    assert code_of(archive(("Khám.xml", TABLE), ("KHA\u0301M.xml", TABLE))) == ("ARCHIVE-DUPLICATE")


def test_a_bomb_is_refused_before_it_is_unpacked(archive, monkeypatch):
    path = archive(("0.xml", TABLE), ("bomb.xml", b"0" * 10_000_000))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    assert code_of(path) == "ARCHIVE-RATIO"


def test_a_link_is_refused(archive, tmp_path):
    link = zipfile.ZipInfo("link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert code_of(archive((link, b"/etc/passwd"))) == "ARCHIVE-LINK"


def test_an_encrypted_file_is_refused(archive):
    path = archive(("1.xml", TABLE))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert code_of(path) == "ARCHIVE-ENCRYPTED"


def test_an_unusual_compression_is_refused(archive):
    assert code_of(archive(("1.xml", TABLE), method=zipfile.ZIP_LZMA)) == "ARCHIVE-METHOD"


def test_too_many_entries_are_refused_before_their_list_is_read(archive, monkeypatch):
    path = archive(("1.xml", TABLE))
    data = bytearray(path.read_bytes())
    struct.pack_into("<2H", data, data.rindex(b"PK\x05\x06") + 8, 60_000, 60_000)
    path.write_bytes(data)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("list was read"))
    assert code_of(path) == "ARCHIVE-TOO-MANY"


def test_more_entries_than_told_are_refused_too(archive, monkeypatch):
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
    assert code_of(archive(*((f"{number}.xml", TABLE) for number in range(3)))) == "ARCHIVE-TOO-MANY"


def test_entries_that_share_bytes_are_refused(archive):
    path = archive(("1.xml", TABLE), ("2.xml", TABLE))
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<L", data, second + 42, 0)
    path.write_bytes(data)
    assert code_of(path) == "ARCHIVE-OVERLAP"


def test_a_size_that_differs_between_directory_and_entry_is_refused(archive):
    path = archive(("1.xml", TABLE))
    size = struct.pack("<L", len(TABLE))
    assert code_of(patched(path, size, struct.pack("<L", len(TABLE) + 50), times=1)) == "ARCHIVE-SIZE"


@pytest.mark.parametrize("told", [50, len(TABLE) + 50])
def test_a_size_that_lies_in_both_places_is_refused_when_read(told, archive):
    path = patched(archive(("1.xml", TABLE)), struct.pack("<L", len(TABLE)), struct.pack("<L", told))
    (source,) = sources([str(path)])
    with pytest.raises(Refused, match="ARCHIVE-SIZE"):
        source.read()


def test_one_damaged_entry_leaves_the_others(archive, capsys):
    path = archive(("1.xml", TABLE), ("2.xml", TABLE), method=zipfile.ZIP_STORED)
    patched(path, b"LK1", b"LK2", times=1)
    assert main(["check", "--format", "json", str(path)]) == 2
    rules = [json.loads(line)["faults"][0]["rule"] for line in capsys.readouterr().out.splitlines()]
    assert rules[0] == "ARCHIVE-SIZE" and rules[1] != "ARCHIVE-SIZE"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18, b"%PDF-1.7 PK\x03\x04"])
def test_a_broken_archive_is_refused(data, tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    assert code_of(path) in ("ARCHIVE-DAMAGED", "ARCHIVE-TOO-MANY")


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_cut_archive_is_refused_and_never_raises(cut, archive):
    path = archive(("1.xml", TABLE), ("2.xml", TABLE))
    path.write_bytes(path.read_bytes()[:cut])
    assert code_of(path) in ("ARCHIVE-DAMAGED", "ARCHIVE-EMPTY", "ARCHIVE-SIZE")


def test_an_archive_without_xml_says_so(archive):
    assert code_of(archive(("doc.txt", b"x"))) == "ARCHIVE-EMPTY"
