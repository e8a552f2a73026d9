"""Checking a file: one result a visit, for people and for machines."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sosuckhoe.healthbook import document
from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.signing import PracticeAuthority, sign
from sosuckhoe.healthbook.standard import edition_on, editions
from sosuckhoe.healthbook.standard.decision import VARIABLE
from sosuckhoe.healthbook.validation import Policy, as_json, check, faults_as_text
from sosuckhoe.healthbook.validation.reasons import why

from .a_visit import visit

TODAY = date(2026, 11, 23)


def written(record: Record) -> bytes:
    edition = record.edition()
    assert edition is not None
    return document.write_visit(record, edition, facility_code="79001", made_on=date(2026, 9, 15))


@pytest.fixture(scope="module")
def signed() -> bytes:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    signer = PracticeAuthority.new(at=at).issue("BỆNH VIỆN MINH HOẠ (THỰC HÀNH)", at=at)
    return sign(written(visit()), signer, signature_id="BINH-0001", canonical=True)


def test_an_unsigned_export_of_a_good_visit_lacks_only_its_signature() -> None:
    (result,) = check(written(visit()), day=TODAY, name="binh.xml")
    assert [(fault.rule, fault.severity) for fault in result.faults] == [("STR-010", "warning")]
    assert (result.file, result.visit_code, result.edition) == ("binh.xml", "BINH-0001", "2026-1931")
    assert result.usable and not result.has_errors and not result.refusal
    assert result.record == visit()


def test_a_hospital_may_ask_for_the_signature() -> None:
    (result,) = check(written(visit()), day=TODAY, policy=Policy(signature_required=True))
    assert [(fault.rule, fault.severity) for fault in result.faults] == [("STR-010", "error")]


def test_a_signed_visit_has_no_fault(signed: bytes) -> None:
    assert check(signed, day=TODAY)[0].faults == []


def test_a_byte_changed_after_signing_is_an_error(signed: bytes) -> None:
    (result,) = check(signed.replace(b"<NGAYLAP>20260915", b"<NGAYLAP>20260916"), day=TODAY)
    assert [(fault.rule, fault.severity) for fault in result.faults] == [("SIG-001", "error")]


def test_a_planted_fault_is_told_to_machines_with_its_place() -> None:
    record = visit()
    record.rows("medicines")[1]["hospital_amount"] = "1.00"
    told = check(written(record), day=TODAY, name="binh.xml")[0].as_json()
    assert set(told) == {"file", "edition", "faults"}
    fault = next(fault for fault in told["faults"] if fault["rule"] == "XFD-001")
    assert set(fault) == {"rule", "path", "row", "severity", "message", "source"}
    assert (fault["path"], fault["row"], fault["severity"]) == ("XML2.THANH_TIEN_BV", 2, "error")


def test_people_read_what_where_and_why() -> None:
    record = visit(arrived_at="202609151016")
    (result,) = check(written(record), day=TODAY)
    lines = faults_as_text(result.faults).splitlines()
    at = next(index for index, line in enumerate(lines) if "sớm hơn giờ đến khám" in line)
    assert "10:15 ngày 15/09/2026" in lines[at]
    assert "bảng XML1" in lines[at + 1] and "(NGAY_RA)" in lines[at + 1] and "202609151015" in lines[at + 1]
    assert lines[at + 2].strip() == f"Vì sao: {why('XFD-029')}"
    assert "XFD-029" in lines[at + 3] and "QĐ 4750" in lines[at + 3]
    assert faults_as_text([]) == ""


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "FILE-EMPTY"), (b"{}", "FILE-NOT-XML"), (b"<GIAMDINHHS>", "FILE-TRUNCATED")],
)
def test_an_unreadable_file_is_one_unusable_result(data: bytes, code: str) -> None:
    (result,) = check(data, day=TODAY, name="x.xml")
    assert not result.usable and result.refusal == code and result.has_errors
    assert result.as_json()["faults"][0]["rule"] == code


def test_a_bare_table_is_checked_without_its_visit() -> None:
    edition = visit().edition()
    assert edition is not None
    data = document.write_table("XML2", visit().rows("medicines"), edition)
    (result,) = check(data, day=TODAY)
    assert result.faults == [] and result.edition is None and result.visit_code == "BINH-0001"
    (result,) = check(document.write_table("XML1", visit().rows("visit"), edition), day=TODAY)
    assert result.faults == [] and result.edition == "2026-1931"


def test_two_visits_in_a_file_are_two_results_and_say_which() -> None:
    one, two = written(visit()).decode(), written(visit(visit_code="BINH-0002")).decode()
    start, end = one.index("<HOSO>"), one.index("</DANHSACHHOSO>")
    both = one[:end] + two[two.index("<HOSO>") : two.index("</DANHSACHHOSO>")] + one[end:]
    results = check(both.encode(), day=TODAY, name="hai.xml")
    assert [result.visit_code for result in results] == ["BINH-0001", "BINH-0002"]
    assert {"STR-004", "STR-005"} <= {fault.rule for fault in results[0].faults}
    told = as_json(results)
    assert {fault["visit"] for fault in told["faults"]} == {"BINH-0001", "BINH-0002"}
    assert start < end


def test_an_unknown_discharge_day_is_judged_by_the_newest_decision_and_said_so() -> None:
    record = visit()
    inner = document.write_table("XML1", record.rows("visit"), record.edition() or pytest.fail("no edition"))
    blank = inner.replace(b"<NGAY_RA>202609151015</NGAY_RA>", b"<NGAY_RA></NGAY_RA>").decode()
    blank = blank[blank.index("<TONG_HOP>") :]
    envelope = (
        "<GIAMDINHHS><THONGTINDONVI><MACSKCB>79001</MACSKCB></THONGTINDONVI><THONGTINHOSO><NGAYLAP>20260915</NGAYLAP>"
        "<SOLUONGHOSO>1</SOLUONGHOSO><DANHSACHHOSO><HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>"
        f"{blank}</NOIDUNGFILE></FILEHOSO></HOSO></DANHSACHHOSO></THONGTINHOSO><CHUKYDONVI></CHUKYDONVI></GIAMDINHHS>"
    )
    (result,) = check(envelope.encode(), day=TODAY)
    assert result.edition is None
    assert {("EDT-001", "warning"), ("SHP-001", "error")} <= {
        (one.rule, one.severity) for one in result.faults
    }


def test_the_same_habit_in_every_part_is_said_once() -> None:
    record, edition = visit(), visit().edition()
    assert edition is not None
    parts = "".join(
        f"<FILEHOSO><LOAIHOSO>{name}</LOAIHOSO><NOIDUNGFILE>{inner}</NOIDUNGFILE></FILEHOSO>"
        for name, inner in [
            *(
                (name, _inner(document.write_table(name, record.rows(edition.table(name).english), edition)))
                for name in ("XML1", "XML2")
            ),
            ("XML3", ""),
            ("XML4", ""),
            ("XML5", ""),
        ]
    )
    envelope = (
        "<GIAMDINHHS><THONGTINDONVI><MACSKCB>79001</MACSKCB></THONGTINDONVI><THONGTINHOSO><NGAYLAP>20260915</NGAYLAP>"
        f"<SOLUONGHOSO>1</SOLUONGHOSO><DANHSACHHOSO><HOSO>{parts}</HOSO></DANHSACHHOSO></THONGTINHOSO>"
        "<CHUKYDONVI></CHUKYDONVI></GIAMDINHHS>"
    )
    (result,) = check(envelope.encode(), day=TODAY)
    said = [fault for fault in result.faults if fault.rule == "STR-007"]
    assert [(fault.path, fault.severity) for fault in said] == [("GIAMDINHHS.NOIDUNGFILE", "warning")] * 2
    assert "2 phần: XML1, XML2" in said[0].message and "3 phần: XML3, XML4, XML5" in said[1].message


@pytest.mark.parametrize(("left_out", "said"), [(3, 3), (12, 1)])
def test_an_exporter_that_leaves_out_empty_tags_is_told_once_a_table(left_out: int, said: int) -> None:
    record, edition = visit(), visit().edition()
    assert edition is not None
    data = document.write_table("XML1", record.rows("visit"), edition)
    empty = re.findall(rb"<([A-Z_]+)></\1>", data)[:left_out]
    for name in empty:
        data = data.replace(b"<%b></%b>" % (name, name), b"")
    (result,) = check(data, day=TODAY)
    found = [fault for fault in result.faults if fault.rule == "STR-013"]
    assert len(found) == said
    assert said > 1 or (found[0].path == "XML1" and f"{left_out} chỉ tiêu" in found[0].message)


def _inner(table: bytes) -> str:
    text = table.decode()
    return text[text.index("?>") + 2 :] if text.startswith("<?") else text


@pytest.fixture
def announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An invented decision, expected on 01/01/2027: Table 1 gets a field that is always asked for."""
    folder = tmp_path / "editions" / "2027-999"
    (folder / "tables").mkdir(parents=True)
    (folder / "edition.toml").write_text(
        'decision = "QĐ 999/QĐ-MINH-HOẠ"\ntitle = "Bịa ra để thử"\nin_force = 2027-01-01\n'
        'status = "expected"\nconfidence = "low"\n'
    )
    (folder / "tables" / "XML1.csv").write_text(
        "change,field,after,english,kind,max_length,need,condition,label_vi,label_en,codes,place,confidence,note\n"
        "add,SO_THU_NGHIEM,HO_TEN,trial_number,string,10,always,,Số thử nghiệm,Trial number,,QĐ 999,high,\n",
        encoding="utf-8",
    )
    monkeypatch.setenv(VARIABLE, str(tmp_path / "editions"))
    editions.read_anew()
    yield
    monkeypatch.undo()
    editions.read_anew()


def test_an_announced_decision_is_previewed_only_on_request(announced: None) -> None:
    later, data = date(2027, 2, 1), written(visit())
    (today,) = check(data, day=later)
    assert today.edition == "2026-1931" and not today.has_errors
    (preview,) = check(data, day=later, expected=True)
    assert preview.edition == "2027-999"
    assert "XML1.SO_THU_NGHIEM" in {fault.path for fault in preview.faults}
    (before,) = check(data, day=TODAY, expected=True)
    assert before.faults == check(data, day=TODAY)[0].faults


def test_a_visit_of_an_older_edition_keeps_its_own_in_a_preview(announced: None) -> None:
    edition = edition_on(date(2024, 9, 15))
    old = document.write_table(
        "XML1", [{"visit_code": "BINH-0001", "discharged_at": "202409151015"}], edition
    )
    (result,) = check(old, day=date(2027, 2, 1), expected=True)
    assert result.edition == "2024-4750"


@pytest.mark.parametrize("cut", range(0, 6000, 487))
def test_a_damaged_file_never_raises(cut: int, signed: bytes) -> None:
    for data in (
        signed[:cut],
        signed[cut:],
        signed[:cut] + b"<" + signed[cut:],
        signed[:cut] + signed[cut + 1 :],
    ):
        assert check(data, day=TODAY)
