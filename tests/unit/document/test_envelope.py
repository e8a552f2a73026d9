"""What an envelope says, and where it contradicts itself."""

import pytest

from sosuckhoe.healthbook.document import read

from .samples import envelope, file, packed, summary, visit_file

SIGNATURE = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="S1"><SignedInfo/></Signature>'


def rules(data: bytes) -> list[str]:
    return [remark.rule for remark in read(data).remarks]


def test_the_facts_are_given_as_written():
    reading = read(visit_file())
    assert reading.form == "envelope"
    assert reading.envelope is not None
    assert reading.envelope.facility_code == "99999"
    assert reading.envelope.made_on == "20260902"
    assert reading.envelope.declared_count == "1"
    assert reading.envelope.visit_count == 1
    assert reading.envelope.kinds == [["XML1"]]


def test_an_empty_signature_place_is_no_signature():
    reading = read(visit_file())
    assert (reading.signature_element, reading.signature_last, reading.has_signature) == (True, True, False)


def test_a_signature_is_seen_and_its_attributes_are_no_deviation():
    data = envelope([file("XML1", packed(summary()))], end=f"<CHUKYDONVI>{SIGNATURE}</CHUKYDONVI>")
    reading = read(data)
    assert (reading.signature_element, reading.signature_last, reading.has_signature) == (True, True, True)
    assert reading.remarks == []


def test_a_signature_elsewhere_is_no_signature():
    data = envelope([file("XML1", packed(summary()))], end=f"{SIGNATURE}<CHUKYDONVI></CHUKYDONVI>")
    assert not read(data).has_signature
    assert "STR-014" in rules(data)


def test_a_signature_place_before_the_end_is_seen():
    data = visit_file().replace(b"<CHUKYDONVI></CHUKYDONVI>", b"")
    data = data.replace(b"<THONGTINHOSO>", b"<CHUKYDONVI></CHUKYDONVI><THONGTINHOSO>")
    reading = read(data)
    assert reading.signature_element
    assert not reading.signature_last


def test_a_missing_signature_place_is_seen():
    assert not read(visit_file().replace(b"<CHUKYDONVI></CHUKYDONVI>", b"")).signature_element


@pytest.mark.parametrize("count", ["2", "", "một"])
def test_a_count_that_does_not_fit_is_told(count: str):
    data = envelope([file("XML1", packed(summary()))], count=count)
    assert rules(data) == ["STR-004"]
    assert read(data).remarks[0].value == count


def test_a_count_may_have_a_leading_zero():
    assert rules(envelope([file("XML1", packed(summary()))], count="01")) == []
    assert "STR-004" in rules(envelope([file("XML1", packed(summary()))], count="00"))


def test_several_visits_are_all_read_and_told_in_each():
    other = summary("202402011030").replace("DT.99999.0001", "DT.99999.0002")
    reading = read(envelope([file("XML1", packed(summary()))], [file("XML1", packed(other))]))
    assert [visit.record.visit_code for visit in reading.visits] == ["DT.99999.0001", "DT.99999.0002"]
    assert [visit.edition and visit.edition.id for visit in reading.visits] == ["2026-1931", "2023-130"]
    assert all("STR-005" in [remark.rule for remark in visit.remarks] for visit in reading.visits)


def test_one_visits_own_remarks_are_not_another_ones():
    reading = read(
        envelope([file("XML1", packed(summary())), file("XML2", "")], [file("XML1", packed(summary()))])
    )
    assert "XML2" in [remark.path for remark in reading.visits[0].remarks]
    assert "XML2" not in [remark.path for remark in reading.visits[1].remarks]


@pytest.mark.parametrize(
    ("kinds", "rule", "severity"),
    [
        (["XML1", "XML2", "XML2"], "STR-006", "error"),
        (["XML1", "XML16"], "STR-006", "error"),
        (["XML1", "XML0"], "STR-006", "error"),
        (["XML1", ""], "STR-006", "error"),
        (["xml1"], "STR-006", "warning"),
        (["XML1", "XML12"], "STR-009", "warning"),
        (["XML2"], "STR-008", "error"),
    ],
)
def test_the_kinds_of_files_are_held_to_the_list(kinds: list[str], rule: str, severity: str):
    content = {"XML1": packed(summary()), "xml1": packed(summary())}
    visit = read(envelope([file(kind, content.get(kind, "")) for kind in kinds])).visits[0]
    assert (rule, severity) in [(remark.rule, remark.severity) for remark in visit.remarks]


def test_an_empty_summary_is_no_summary():
    visit = read(envelope([file("XML1", "")])).visits[0]
    assert "STR-008" in [remark.rule for remark in visit.remarks]
    assert visit.edition is None


def test_a_remark_names_its_table_in_every_visit():
    inline = file("XML1", summary())
    reading = read(envelope([inline], [inline]))
    assert ["XML1" in [remark.path for remark in visit.remarks] for visit in reading.visits] == [True, True]


def test_strangers_and_stray_text_are_told():
    data = visit_file().replace(b"</MACSKCB>", b"</MACSKCB><TENCSKCB>x</TENCSKCB>")
    assert rules(data) == ["STR-014"]
    assert rules(visit_file().replace(b"<THONGTINHOSO>", b"x<THONGTINHOSO>")) == ["STR-014"]


def test_a_visit_outside_the_list_is_read_and_told():
    data = visit_file().replace(b"<DANHSACHHOSO>", b"").replace(b"</DANHSACHHOSO>", b"")
    reading = read(data)
    assert len(reading.visits) == 1
    assert rules(data) == ["STR-014"]


def test_a_file_without_content_element_is_told():
    visit = read(
        envelope([file("XML1", packed(summary())), "<FILEHOSO><LOAIHOSO>XML2</LOAIHOSO></FILEHOSO>"])
    ).visits[0]
    assert ("STR-007", "XML2", "error") in [(r.rule, r.path, r.severity) for r in visit.remarks]


def test_text_beside_inline_xml_is_told():
    visit = read(envelope([file("XML1", f"lạc {summary()}")])).visits[0]
    assert visit.record.visit_code
    assert ("STR-007", "error") in [(r.rule, r.severity) for r in visit.remarks]


def test_another_xml_version_is_told():
    visit = read(
        envelope([file("XML1", packed(f'<?xml version="1.1" encoding="utf-8"?>{summary()}'))])
    ).visits[0]
    assert "STR-001" in [remark.rule for remark in visit.remarks]


def test_a_flood_of_different_remarks_is_bounded_but_loses_no_text():
    flood = "".join(f"<LA{i}>{i}</LA{i}>" for i in range(3000))
    visit = read(
        envelope([file("XML1", packed(summary().replace("</TONG_HOP>", f"{flood}</TONG_HOP>")))])
    ).visits[0]
    assert len(visit.remarks) <= 500
    assert len(visit.unknown) == 3000
