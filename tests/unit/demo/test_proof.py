"""The proof adds up only when both sides' books agree, file by file and visit by visit."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from sosuckhoe.demo.his_export import ExportedFile
from sosuckhoe.demo.proof import LedgerLine, Proof, Reception, TakenFile, prove

DATA = {"LK1": b"<one/>", "LK2": b"<two/>"}
SHA = {code: hashlib.sha256(data).hexdigest() for code, data in DATA.items()}


@pytest.fixture
def story(tmp_path: Path) -> dict[str, Any]:
    """Two visits received (one nobody's), one held, one repeat, one refused file: all in agreement."""
    for code, data in DATA.items():
        (tmp_path / f"{code}.xml").write_bytes(data)
    return {
        "exported": [
            ExportedFile("1.xml", b"", "LK1", "clean"),
            ExportedFile("2.xml", b"", "LK2", "clean"),
            ExportedFile("3.xml", b"", "LK3", "held", "XFD-029", "Ngày ra trước ngày vào"),
            ExportedFile("4.xml", b"", "LK1", "repeat"),
            ExportedFile("5.xml", b"", "", "refused", "FILE-DOCTYPE"),
        ],
        "taken": [
            TakenFile("1.xml", "taken", "TAKEN", ""),
            TakenFile("2.xml", "taken", "TAKEN", ""),
            TakenFile("3.xml", "taken", "TAKEN-HELD", ""),
            TakenFile("4.xml", "repeat", "FILE-REPEATED", ""),
            TakenFile("5.xml", "refused", "FILE-DOCTYPE", ""),
        ],
        "ledger": [
            LedgerLine("LK1", "RECEIVED", sent_sha256=SHA["LK1"], transaction="MP1"),
            LedgerLine("LK2", "RECEIVED", sent_sha256=SHA["LK2"], transaction="MP2"),
            LedgerLine("LK3", "HELD", faults=(("XFD-029", "…"),)),
        ],
        "received": [
            {
                "kind": "record",
                "visit_code": "LK1",
                "sha256": SHA["LK1"],
                "transaction": "MP1",
                "version": 1,
                "not_published": "",
            },
            {
                "kind": "record",
                "visit_code": "LK2",
                "sha256": SHA["LK2"],
                "transaction": "MP2",
                "version": 1,
                "not_published": "no identification",
            },
        ],
        "books": {"id:099190000002": [{"visit_code": "LK1", "sha256": SHA["LK1"]}]},
        "sent": tmp_path,
    }


def test_it_adds_up_when_everything_agrees(story: dict[str, Any]) -> None:
    proof = prove(**story)
    assert proof.disagreements == []
    assert (proof.files, proof.repeats, len(proof.refused), proof.closed) == (5, 1, 1, 3)
    assert (proof.signed, proof.received, proof.shown, proof.no_book) == (2, 2, 1, ["LK2"])
    assert [line.visit_code for line in proof.held] == ["LK3"]


def disagreement(proof: Proof) -> str:
    assert not proof.adds_up
    return " | ".join(proof.disagreements)


def test_a_received_visit_missing_from_the_books_is_told(story: dict[str, Any]) -> None:
    story["books"] = {}
    assert "LK1" in disagreement(prove(**story))


def test_a_visit_the_portal_does_not_have_is_told(story: dict[str, Any]) -> None:
    del story["received"][0]
    assert "LK1" in disagreement(prove(**story))


def test_a_visit_the_portal_has_and_the_hospital_never_signed_is_told(story: dict[str, Any]) -> None:
    story["received"].append(story["received"][0] | {"visit_code": "LK9"})
    assert "LK9" in disagreement(prove(**story))


@pytest.mark.parametrize(("column", "value"), [("sha256", "0" * 64), ("transaction", "MP9"), ("version", 2)])
def test_other_content_number_or_count_at_the_portal_is_told(
    story: dict[str, Any], column: str, value: object
) -> None:
    story["received"][1][column] = value
    assert "LK2" in disagreement(prove(**story))


def test_another_version_in_the_book_is_told(story: dict[str, Any]) -> None:
    story["books"]["id:099190000002"][0]["sha256"] = "0" * 64
    assert "LK1" in disagreement(prove(**story))


def test_a_visit_in_two_books_is_told(story: dict[str, Any]) -> None:
    story["books"]["card:X"] = story["books"]["id:099190000002"]
    assert "2" in disagreement(prove(**story))


def test_a_mistake_that_was_let_through_is_told(story: dict[str, Any]) -> None:
    story["taken"][2] = TakenFile("3.xml", "taken", "TAKEN", "")
    assert "3.xml" in disagreement(prove(**story))


def test_a_clean_visit_that_was_held_is_told(story: dict[str, Any]) -> None:
    story["taken"][0] = TakenFile("1.xml", "taken", "TAKEN-HELD", "")
    assert "1.xml" in disagreement(prove(**story))


def test_a_file_refused_for_another_reason_is_told(story: dict[str, Any]) -> None:
    story["taken"][4] = TakenFile("5.xml", "refused", "FILE-NOT-XML", "")
    assert "5.xml" in disagreement(prove(**story))


def test_a_file_that_was_never_read_is_told(story: dict[str, Any]) -> None:
    del story["taken"][3]
    assert "4.xml" in disagreement(prove(**story))


def test_a_visit_still_on_its_way_is_told(story: dict[str, Any]) -> None:
    story["ledger"][1] = LedgerLine("LK2", "UNKNOWN", sent_sha256=SHA["LK2"], transaction="MP2")
    assert "LK2" in disagreement(prove(**story))


def test_a_visit_held_without_a_reason_is_told(story: dict[str, Any]) -> None:
    story["ledger"][2] = LedgerLine("LK3", "HELD")
    assert "LK3" in disagreement(prove(**story))


def test_a_sent_file_that_was_changed_afterwards_is_told(story: dict[str, Any]) -> None:
    (story["sent"] / "LK1.xml").write_bytes(b"<other/>")
    assert "LK1" in disagreement(prove(**story))


@pytest.fixture
def morning(story: dict[str, Any]) -> dict[str, Any]:
    """The same, with a card looked up and a patient told of: they count beside the records, never among them."""
    story["received"].append({"kind": "check_in", "visit_code": "LK8", "transaction": "MP8", "version": 1})
    story["reception"] = Reception(["000"], ["000"], {"LK8": ("RECEIVED", "MP8")})
    return story


def test_reception_counts_beside_the_records(morning: dict[str, Any]) -> None:
    proof = prove(**morning)
    assert proof.adds_up and (proof.received, proof.cards, proof.check_ins) == (2, 1, 1)


@pytest.mark.parametrize(
    "reception",
    [
        Reception(["000"], ["000"], {}),
        Reception(["000"], ["000"], {"LK8": ("UNKNOWN", "")}),
        Reception(["000"], ["000"], {"LK8": ("RECEIVED", "MP9")}),
        Reception(["000"], ["000"], {"LK8": ("RECEIVED", "MP8"), "LK7": ("RECEIVED", "MP7")}),
        Reception(["000"], ["070"], {"LK8": ("RECEIVED", "MP8")}),
    ],
)
def test_what_reception_and_the_portal_say_differently_is_told(
    morning: dict[str, Any], reception: Reception
) -> None:
    assert not prove(**{**morning, "reception": reception}).adds_up


def test_a_check_in_received_twice_is_told(morning: dict[str, Any]) -> None:
    morning["received"][-1]["version"] = 2
    assert "LK8" in disagreement(prove(**morning))
