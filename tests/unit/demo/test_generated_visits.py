"""The demo's visits against the standard, the rules and the reader: clean ones pass, planted mistakes are found."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from sosuckhoe.demo.his_export import HABITS, ExportedFile, export, write, write_one_more
from sosuckhoe.demo.hospital_side import DECIDED_SEVERITIES
from sosuckhoe.demo.mistakes import MISTAKES
from sosuckhoe.demo.weeks import FinishedVisit, finished_visits
from sosuckhoe.healthbook.document import Unreadable, read
from sosuckhoe.healthbook.validation import Fault, Policy, check_record

TODAY = date(2026, 11, 23)
POLICY = Policy(severities=DECIDED_SEVERITIES)
WEEKS = [TODAY, date(2026, 8, 15), date(2027, 1, 4), date(2028, 3, 1)]
KNOWINGLY_WITHOUT = {"BOOK-001", "BOOK-003", "BOOK-004", "BUS-028", "XFD-035"}
"""Warnings that belong to the story: no summary, nobody's book, sensitive words, a check-up's code, medicines to come."""


@pytest.fixture(scope="module", params=WEEKS, ids=str)
def files(request: pytest.FixtureRequest) -> list[ExportedFile]:
    return list(export(request.param))


@pytest.fixture(scope="module")
def of_today() -> list[ExportedFile]:
    return list(export(TODAY))


@pytest.fixture(scope="module")
def visits() -> list[FinishedVisit]:
    return finished_visits(TODAY)


def faults_of(file: ExportedFile, today: date) -> list[Fault]:
    (visit,) = read(file.data).visits
    assert visit.edition is not None
    return check_record(visit.record, visit.edition, day=today, policy=POLICY)


def test_clean_visits_have_no_errors(files: list[ExportedFile], request: pytest.FixtureRequest) -> None:
    today = request.node.callspec.params["files"]
    errors = {
        (file.name, fault.rule, fault.path)
        for file in files
        if file.expected == "clean"
        for fault in faults_of(file, today)
        if fault.severity == "error"
    }
    assert errors == set()


def test_clean_visits_are_warned_about_only_where_the_story_wants_it(files: list[ExportedFile]) -> None:
    rules = {
        fault.rule
        for file in files
        if file.expected == "clean"
        for fault in faults_of(file, date(2028, 12, 31))
    }
    assert rules <= KNOWINGLY_WITHOUT


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.key)
def test_each_planted_mistake_is_held_by_its_rule(mistake, of_today: list[ExportedFile]) -> None:  # type: ignore[no-untyped-def]
    (file,) = [file for file in of_today if file.says == mistake.says]
    errors = Counter(fault.rule for fault in faults_of(file, TODAY) if fault.severity == "error")
    assert mistake.rule in errors
    orders_fall_outside = {"XTB-013", "XTB-014", "XTB-015"} if mistake.rule == "XFD-029" else set()
    assert set(errors) <= {mistake.rule} | orders_fall_outside


def test_unreadable_files_are_refused_by_their_code(files: list[ExportedFile]) -> None:
    refused = [file for file in files if file.expected == "refused"]
    assert len(refused) == 4
    for file in refused:
        with pytest.raises(Unreadable) as refusal:
            read(file.data)
        assert refusal.value.code == file.rule


def test_the_repeat_is_the_same_bytes_under_another_name(files: list[ExportedFile]) -> None:
    (repeat,) = [file for file in files if file.expected == "repeat"]
    (first,) = [file for file in files if file.visit_code == repeat.visit_code and file is not repeat]
    assert repeat.data == first.data and repeat.name != first.name


def test_there_are_at_least_120_visits_of_all_16_types_insured_and_not(visits: list[FinishedVisit]) -> None:
    clean = [visit for visit in visits if visit.mistake is None]
    assert len(clean) >= 120
    assert {visit.scene.kind for visit in clean} == {f"{number:02d}" for number in range(1, 17)}
    assert Counter(visit.scene.insured for visit in clean)[False] >= 20


def test_every_table_that_a_hospital_exports_occurs(visits: list[FinishedVisit]) -> None:
    edition_tables = {
        "visit", "medicines", "services", "results", "progress_notes", "hiv_care", "discharge_paper",
        "treatment_summary", "birth_certificates", "pregnancy_rest", "sick_leave", "referral", "appointment",
        "tb_treatment",
    }  # fmt: skip
    assert {name for visit in visits for name in visit.tables} == edition_tables


def test_visit_codes_and_file_names_are_used_once(
    visits: list[FinishedVisit], files: list[ExportedFile]
) -> None:
    assert len({visit.visit_code for visit in visits}) == len(visits)
    assert len({file.name for file in files}) == len(files)


def test_nobody_comes_for_something_else_while_lying_in(visits: list[FinishedVisit]) -> None:
    clean = [visit.tables["visit"][0] for visit in visits if visit.mistake is None]
    for stay in (row for row in clean if row.get("admitted_at")):
        others = [row for row in clean if row["patient_code"] == stay["patient_code"] and row is not stay]
        for other in others:
            assert not stay["arrived_at"] <= other["arrived_at"] <= stay["discharged_at"]


def test_one_more_visit_is_clean_and_not_among_the_others(
    visits: list[FinishedVisit], tmp_path: Path
) -> None:
    write_one_more(tmp_path / "more.xml", TODAY)
    (visit,) = read((tmp_path / "more.xml").read_bytes()).visits
    assert visit.edition is not None
    faults = check_record(visit.record, visit.edition, day=TODAY, policy=POLICY)
    assert [fault for fault in faults if fault.severity == "error"] == []
    assert visit.record.visit_code not in {other.visit_code for other in visits}


def test_the_same_day_and_seed_give_the_same_bytes(of_today: list[ExportedFile]) -> None:
    before = [file.data for file in of_today]
    assert [file.data for file in export(TODAY)] == before
    assert [file.data for file in export(TODAY, seed=7)] != before


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_every_habit_of_writing_carries_the_same_record(habit, visits: list[FinishedVisit]) -> None:  # type: ignore[no-untyped-def]
    for visit in visits[::12]:
        plain = read(write(visit.tables, HABITS[0], TODAY)).visits[0].record
        assert read(write(visit.tables, habit, TODAY)).visits[0].record == plain


def test_what_is_read_is_what_was_told(visits: list[FinishedVisit]) -> None:
    for visit in visits[::10]:
        record = read(write(visit.tables, HABITS[0], TODAY)).visits[0].record
        told = {
            name: [{k: v for k, v in row.items() if k != "row_number"} for row in rows]
            for name, rows in visit.tables.items()
        }
        found = {
            name: [{k: v for k, v in row.items() if k != "row_number"} for row in rows]
            for name, rows in record.tables.items()
        }
        assert found == told
