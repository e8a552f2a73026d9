"""Catalogues are dated rows of text; a list that is not given says nothing."""

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

import pytest

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import Policy, check_record
from sosuckhoe.healthbook.validation.catalogues import KEYS, LISTS, Catalogues, Entry
from sosuckhoe.healthbook.validation.proofs import cases_of, proven

CHANGED = Catalogues.of(
    {
        "medicines": [
            {"MA_THUOC": "40.1", "DON_GIA": "1250", "TU_NGAY": "20260101", "DEN_NGAY": "20260831"},
            {"MA_THUOC": "40.1", "DON_GIA": "1300", "TU_NGAY": "20260901"},
        ]
    }
)


@pytest.mark.parametrize(
    ("day", "price"), [(date(2026, 8, 31), ["1250"]), (date(2026, 9, 1), ["1300"]), (date(2025, 12, 31), [])]
)
def test_a_change_is_a_row_closed_and_a_row_opened(day: date, price: list[str]) -> None:
    rows = CHANGED.rows("medicines", "40.1", day)
    assert rows is not None and [row.values["DON_GIA"] for row in rows] == price


def test_a_list_that_is_not_given_knows_everything() -> None:
    assert CHANGED.rows("services", "23.0001.1494", date(2026, 9, 1)) is None
    assert CHANGED.know("services", "23.0001.1494", date(2026, 9, 1))
    assert CHANGED.unknown("services", ["a", "b"], date(2026, 9, 1)) == []


def test_a_list_that_is_given_empty_knows_nothing() -> None:
    empty = Catalogues.of({"services": []})
    assert not empty.know("services", "23.0001.1494", date(2026, 9, 1))
    assert empty.unknown("services", ["a", "b"], date(2026, 9, 1)) == ["a", "b"]


def test_an_unknown_list_or_a_row_without_its_code_is_refused() -> None:
    with pytest.raises(KeyError):
        Catalogues.of({"thuoc": []})
    with pytest.raises(KeyError):
        Catalogues.of({"medicines": [{"TEN_THUOC": "Thuốc minh hoạ"}]})


@pytest.mark.parametrize("day", ["2026-01-01", "202601", "20260230", "2026010a"])
def test_a_date_that_is_none_is_refused(day: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Catalogues.of({"medicines": [{"MA_THUOC": "40.1", "TU_NGAY": day}]})


def test_every_list_has_a_code_column() -> None:
    assert all(KEYS.values())


def test_the_faults_of_a_record_depend_on_the_catalogue_alone() -> None:
    record = Record({"medicines": [{"medicine_code": "40.9", "ordered_at": "202609150830"}]})
    edition = edition_on(date(2026, 9, 15))

    def said(policy: Policy) -> set[str]:
        return {fault.rule for fault in check_record(record, edition, day=date(2026, 11, 23), policy=policy)}

    assert said(Policy(catalogues=CHANGED)) - said(Policy()) == {"COD-013"}
    assert said(Policy(catalogues=Catalogues())) == said(Policy())


DAYS = {
    "discharge": {"NGAY_RA"},
    "order": {"NGAY_YL"},
    "act": {"NGAY_YL", "NGAY_TH_YL", "NGAY_KQ", "THOI_DIEM_DBLS", "NGAY_RA"},
    "result": {"NGAY_KQ"},
}


class Overheard(Catalogues):
    """Lists that note which of them is asked, and with which day."""

    asked: ClassVar[list[tuple[str, date]]] = []

    def rows(self, name: str, code: str, day: date) -> list[Entry] | None:
        self.asked.append((name, day))
        return super().rows(name, code, day)


def test_every_list_is_asked_and_with_the_day_that_chooses_it() -> None:
    heard = set()
    for case in (case for rule in sorted(proven()) for case in cases_of(rule)):
        if case.file is not None or case.policy.catalogues is None:
            continue
        Overheard.asked.clear()
        overheard = Overheard(case.policy.catalogues.lists)
        check_record(
            case.record, case.edition, day=case.day, policy=replace(case.policy, catalogues=overheard)
        )
        for name, day in Overheard.asked:
            assert f"{day:%Y%m%d}" in _days(case.tables, DAYS[LISTS[name].chosen_by]), (case.rule, name, day)
            if name in case.policy.catalogues.lists:
                heard.add(name)
    assert heard == set(LISTS)


def _days(tables: Any, fields: set[str]) -> set[str]:
    rows = [row for rows in tables.values() for row in (rows if isinstance(rows, list) else [rows])]
    return {str(row[name])[:8] for row in rows for name in fields & row.keys()}
