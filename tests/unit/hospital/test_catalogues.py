"""A hospital's lists: read whole or not at all, previewed, closed and opened, and asked by the checker."""

import csv
import io
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from sosuckhoe.healthbook.document import read
from sosuckhoe.healthbook.validation.catalogues import KEYS
from sosuckhoe.hospital.delivery.closing import check
from sosuckhoe.hospital.journal.models import Entry
from sosuckhoe.hospital.staff.actions import add_facility
from sosuckhoe.hospital.staff.models import Facility
from sosuckhoe.hospital.visits import catalogues
from sosuckhoe.hospital.visits.catalogue_files import UnusableFile
from sosuckhoe.hospital.visits.catalogue_kinds import KINDS
from sosuckhoe.hospital.visits.catalogues import (
    NeedsConfirmation,
    NeedsSource,
    Stale,
    catalogues_for,
    load,
    preview,
)
from sosuckhoe.hospital.visits.models import CatalogueImport, CatalogueRow

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
JANUARY, SEPTEMBER = date(2026, 1, 1), date(2026, 9, 1)
HEAD = [
    "STT",
    "MA_THUOC",
    "TEN_THUOC",
    "HAM_LUONG",
    "SO_DANG_KY",
    "TT_THAU",
    "DON_GIA",
    "TU_NGAY",
    "DEN_NGAY",
]


@pytest.fixture(autouse=True)
def _no_list_of_another_test() -> None:
    catalogues._catalogues.cache_clear()


def medicine(number: int, price: Any = "1250", *, begins: Any = "", ends: Any = "") -> list[Any]:
    return [
        str(number),
        f"40.{number:03}",
        f"Thuốc Mẫu {number}",
        "500mg",
        f"VD-{number:05}-26",
        "M1;2026",
        price,
        begins,
        ends,
    ]


def as_csv(*rows: list[Any], head: list[str] | None = None) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head or HEAD, *rows])
    return out.getvalue().encode()


def as_excel(*rows: list[Any], head: list[Any] | None = None, above: int = 0) -> bytes:
    book = Workbook()
    for _ in range(above):
        book.active.append(["Danh mục thuốc của Bệnh viện Mẫu"])
    for row in (head or HEAD, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take(
    facility: Facility, data: bytes, *, kind: str = "medicines", since: date = JANUARY, **how: Any
) -> Any:
    plan = preview(kind=kind, name="danh-muc", data=data, facility=facility, since=since)
    return load(plan=plan, source=KINDS[kind].source, by="quanly", at=AT, **how)


def counts(plan: catalogues.Plan) -> tuple[int, int, int, int]:
    return len(plan.added), len(plan.changed), len(plan.closed), plan.unchanged


def prices(facility: Facility, code: str, day: date) -> list[str]:
    held = catalogues_for(facility)
    assert held is not None
    return [row.values["DON_GIA"] for row in held.rows("medicines", code, day) or ()]


@pytest.mark.parametrize("write", [as_csv, as_excel])
def test_a_preview_says_what_changes_and_changes_nothing(facility: Facility, write: Any) -> None:
    take(facility, write(medicine(1), medicine(2), medicine(3), medicine(4), medicine(5)))
    later = write(medicine(1), medicine(2), medicine(3, "1300"), medicine(4), medicine(6))
    plan = preview(kind="medicines", name="t", data=later, facility=facility, since=SEPTEMBER)
    assert counts(plan) == (1, 1, 1, 3)
    assert plan.changed[0].code_columns == ["DON_GIA"]
    assert CatalogueImport.objects.count() == 1
    assert CatalogueRow.objects.count() == 5


def test_a_changed_price_closes_the_old_row_and_opens_another(facility: Facility) -> None:
    take(facility, as_csv(medicine(1), medicine(2)))
    old = CatalogueRow.objects.get(code="40.001")
    take(facility, as_csv(medicine(1, "1300"), medicine(2)), since=SEPTEMBER)
    old.refresh_from_db()
    assert (old.values["DON_GIA"], old.until) == ("1250", date(2026, 8, 31))
    assert prices(facility, "40.001", date(2026, 8, 31)) == ["1250"]
    assert prices(facility, "40.001", SEPTEMBER) == ["1300"]


def test_a_file_that_closes_a_row_itself_and_opens_the_next_is_followed(facility: Facility) -> None:
    take(facility, as_csv(medicine(1, begins="20260101")))
    both = as_csv(medicine(1, begins="20260101", ends="20260630"), medicine(1, "1300", begins="20260701"))
    plan = preview(kind="medicines", name="t", data=both, facility=facility, since=SEPTEMBER)
    assert counts(plan) == (1, 1, 0, 0)
    take(facility, both, since=SEPTEMBER)
    assert prices(facility, "40.001", date(2026, 6, 30)) == ["1250"]
    assert prices(facility, "40.001", date(2026, 7, 1)) == ["1300"]
    again = preview(kind="medicines", name="t", data=both, facility=facility, since=SEPTEMBER)
    assert again.changes_nothing


def test_a_removed_row_holds_until_the_day_before(facility: Facility) -> None:
    take(facility, as_csv(*(medicine(number) for number in range(1, 11))))
    take(facility, as_csv(*(medicine(number) for number in range(1, 10))), since=SEPTEMBER)
    assert prices(facility, "40.010", date(2026, 8, 31)) == ["1250"]
    assert prices(facility, "40.010", SEPTEMBER) == []


def test_a_list_undone_by_loading_the_former_file_holds_as_before(facility: Facility) -> None:
    first = as_csv(medicine(1), medicine(2))
    take(facility, first)
    take(facility, as_csv(medicine(1, "9999"), medicine(2)), since=SEPTEMBER)
    take(facility, first, since=SEPTEMBER)
    assert prices(facility, "40.001", SEPTEMBER) == ["1250"]


def test_the_same_file_again_changes_nothing(facility: Facility) -> None:
    data = as_excel(medicine(1, 1250, begins=datetime(2026, 1, 1)), medicine(2, 98.5))  # noqa: DTZ001 - as Excel has it
    assert take(facility, data) is not None
    assert take(facility, data) is None
    assert CatalogueImport.objects.count() == 1


def test_text_of_a_csv_and_cells_of_a_spreadsheet_give_the_same_rows(facility: Facility) -> None:
    take(facility, as_csv(medicine(1, "1250.5", begins="01/02/2026")))
    same = as_excel(medicine(1, 1250.5, begins=datetime(2026, 2, 1)), above=4)  # noqa: DTZ001
    assert preview(kind="medicines", name="t", data=same, facility=facility, since=JANUARY).changes_nothing


def test_codes_stay_text(facility: Facility) -> None:
    data = as_csv(["88.70", "Siêu âm minh hoạ"], ["01.02", "Minh hoạ"], head=["Mã PTTT QT", "Tên"])
    take(facility, data, kind="procedures")
    assert set(CatalogueRow.objects.values_list("code", flat=True)) == {"88.70", "01.02"}


def test_headings_are_known_in_vietnamese_and_columns_without_use_are_named(facility: Facility) -> None:
    head = ["Mã khoa", "Tên khoa", "Điện thoại"]
    plan = preview(kind="departments", name="t", data=as_csv(["K01", "Khoa khám bệnh", "1"], head=head),
                   facility=facility, since=JANUARY)  # fmt: skip
    assert plan.left_out == ("DIEN_THOAI",)
    assert plan.added[0].after == {"MA_KHOA": "K01", "TEN_KHOA": "Khoa khám bệnh"}


WHOLE = as_excel(*(medicine(number) for number in range(1, 200)))
BAD: dict[str, bytes] = {
    "empty": b"",
    "a truncated spreadsheet": WHOLE[: len(WHOLE) // 2],
    "a spreadsheet of former times": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "another encoding": "MA_THUOC,TEN_THUOC,DON_GIA\n40.1,Thuốc,1\n".encode("utf-16"),
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00",
    "no heading": as_csv(medicine(1), head=[str(number) for number in range(9)]),
    "a heading twice": as_csv(["40.1", "A", "1", "2"], head=["MA_THUOC", "TEN_THUOC", "DON_GIA", "DON_GIA"]),
    "heading alone": as_csv(),
    "a row cut short": as_csv(medicine(1), medicine(2)[:4]),
    "a row too long": as_csv([*medicine(1), "thừa"]),
    "an open quotation": as_csv(medicine(1)) + b'2,40.002,"Thu',
    "a row without its code": as_csv(["1", "", *medicine(1)[2:]]),
    "a row without its price": as_csv(medicine(1, "")),
    "a day that is none": as_csv(medicine(1, begins="20260230")),
    "an end before its beginning": as_csv(medicine(1, begins="20260901", ends="20260801")),
    "a code that became a number": as_excel(["1", 88.7, *medicine(1)[2:]]),
    "a whole code that became a number": as_excel(["1", 40, *medicine(1)[2:]]),
    "a code that became a day": as_excel(["1", datetime(2026, 1, 2), *medicine(1)[2:]]),  # noqa: DTZ001
    "another hospital's": as_csv([*medicine(1), "79999"], head=[*HEAD, "MA_CSKCB"]),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence_and_the_old_list_stays(
    facility: Facility, name: str
) -> None:
    take(facility, as_csv(medicine(1), medicine(2)))
    with pytest.raises(UnusableFile) as refused:
        preview(kind="medicines", name="t", data=BAD[name], facility=facility, since=SEPTEMBER)
    assert str(refused.value).endswith(".")
    assert prices(facility, "40.002", SEPTEMBER) == ["1250"]


def test_the_place_of_what_is_wrong_is_told(facility: Facility) -> None:
    with pytest.raises(UnusableFile, match="dòng 3, cột TU_NGAY"):
        preview(kind="medicines", name="t", data=as_csv(medicine(1), medicine(2, begins="mai")), facility=facility,
                since=JANUARY)  # fmt: skip


def test_a_much_shorter_file_needs_to_be_confirmed(facility: Facility) -> None:
    take(facility, as_csv(*(medicine(number) for number in range(1, 11))))
    seven = as_csv(*(medicine(number) for number in range(1, 8)))
    with pytest.raises(NeedsConfirmation):
        take(facility, seven, since=SEPTEMBER)
    assert prices(facility, "40.010", SEPTEMBER) == ["1250"]
    assert take(facility, seven, since=SEPTEMBER, confirmed=True).closed == 3


def test_a_load_between_preview_and_load_is_noticed(facility: Facility) -> None:
    plan = preview(kind="medicines", name="t", data=as_csv(medicine(1)), facility=facility, since=JANUARY)
    take(facility, as_csv(medicine(2)))
    with pytest.raises(Stale):
        load(plan=plan, source="mẫu 03/DM", by="quanly", at=AT)


def test_a_load_needs_a_source_and_is_in_the_journal(facility: Facility) -> None:
    plan = preview(kind="medicines", name="t", data=as_csv(medicine(1)), facility=facility, since=JANUARY)
    with pytest.raises(NeedsSource):
        load(plan=plan, source=" ", by="quanly", at=AT)
    load(plan=plan, source="TT 12/2026/TT-BYT, mẫu 03/DM", by="quanly", at=AT)
    assert Entry.objects.filter(action="catalogue-loaded").count() == 1


def test_each_facility_has_its_own_lists(facility: Facility) -> None:
    other = add_facility(by="test", name="Phòng khám Mẫu", code="99998", hub_code="9900000099998")
    take(facility, as_csv(medicine(1)))
    assert catalogues_for(other) is None
    assert catalogues_for(None) is None


def test_what_was_before_the_first_load_is_not_held_against_earlier_days(facility: Facility) -> None:
    take(facility, as_csv(medicine(1)), since=SEPTEMBER)
    assert prices(facility, "40.001", date(2026, 8, 1)) == ["1250"]


def test_the_checker_asks_the_loaded_list_and_is_silent_without(
    facility: Facility, clean: list[bytes]
) -> None:
    record = next(
        reading.record
        for reading in (read(data).visits[0] for data in clean)
        if reading.record.rows("medicines")
    )
    assert not {fault.rule for fault in check(record, facility=facility, at=AT).faults} & {
        "COD-013",
        "COD-014",
    }
    head = ["MA_THUOC", "TEN_THUOC", "HAM_LUONG", "SO_DANG_KY", "TT_THAU", "DON_GIA"]
    table = record.edition().table("medicines")
    every = [[one.get(table.field(name).english, "") for name in head] for one in record.rows("medicines")]
    take(facility, as_csv(*every, head=head))
    assert not {fault.rule for fault in check(record, facility=facility, at=AT).faults} & {
        "COD-013",
        "COD-014",
    }
    cheaper = [[*values[:-1], "0.5"] for values in every]
    take(facility, as_csv(*cheaper, head=head))
    assert "COD-014" in {fault.rule for fault in check(record, facility=facility, at=AT).faults}


def icd10(code: str, name: str, *flags: int, cut: int = 29) -> list[Any]:
    row: list[Any] = [None] * 29
    row[17], row[18], row[19], row[21] = code, code.replace(".", ""), "Illustration", name
    for column in flags:
        row[column - 1] = code
    return row[:cut]


TITLES: list[list[Any]] = [["Phụ lục"], ["Danh mục mã bệnh"], ["STT", "Chương"], list(range(1, 30))]


def annex(*rows: list[Any]) -> bytes:
    return as_excel(*TITLES[1:], *rows, head=TITLES[0])


def test_the_published_icd10_annex_is_read_by_its_places_with_its_flags(facility: Facility) -> None:
    data = annex(icd10("B18.1", "Viêm gan", 26), icd10("A17.0†", "Lao màng não"), icd10("Z37.0", "Sinh", 24, 28),
                 icd10("U13/9", "In sai"), icd10("G01*", "Viêm màng não", 24), icd10("A18.0t", "Chép máy"))  # fmt: skip
    take(facility, data, kind="icd10", since=date(2026, 7, 1), confirmed=True)
    held = {row.code: row.values for row in CatalogueRow.objects.all()}
    assert held["B18.1"]["KHONG_SU_DUNG"] == "1"
    assert held["A17.0"]["DAU"] == held["A18.0"]["DAU"] == "†"
    assert held["G01"]["DAU"] == "*"
    assert held["Z37.0"].keys() >= {"KHONG_LA_BENH_CHINH", "NU"}
    assert "U13.9" in held


def test_an_icd10_annex_cut_short_is_refused_or_needs_to_be_confirmed(facility: Facility) -> None:
    rows = [icd10("B18.1", "Viêm gan"), icd10("B18.2", "Viêm gan", cut=20)]
    with pytest.raises(UnusableFile):
        preview(kind="icd10", name="t", data=as_csv(*TITLES[1:], *rows, head=["Phụ lục"]), facility=facility,
                since=JANUARY)  # fmt: skip
    with pytest.raises(NeedsConfirmation):
        take(facility, annex(icd10("B18.1", "Viêm gan")), kind="icd10")


def test_every_list_the_checker_asks_for_can_be_loaded_under_its_own_code_column() -> None:
    assert {name: KINDS[name].code for name in KEYS} == KEYS
