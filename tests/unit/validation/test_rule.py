"""How a rule is entered and when it applies."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from sosuckhoe.healthbook.record import Record
from sosuckhoe.healthbook.standard import edition_on
from sosuckhoe.healthbook.validation import RULES, Fault, check_record, rule
from sosuckhoe.healthbook.validation.inlining import inlined
from sosuckhoe.healthbook.validation.rule import UNCERTAIN

TODAY = date(2026, 11, 23)
EDITION = edition_on(date(2026, 9, 15))
LIMIT = Decimal(5)


@pytest.fixture
def rules() -> Iterator[None]:
    """Rules entered by a test leave with it."""
    before = list(RULES)
    yield
    RULES[:] = before
    _forget()


def _forget() -> None:
    from sosuckhoe.healthbook.validation import checking

    checking._settled.cache_clear()
    checking._checkers.cache_clear()


def found(tables: dict[str, list[dict[str, str]]], id: str = "TRY-001") -> list[Fault]:
    _forget()
    return [fault for fault in check_record(Record(tables), EDITION, day=TODAY) if fault.rule == id]


FACTS = {"owner": "it", "source": "Thử"}


@pytest.mark.usefixtures("rules")
def test_a_rule_speaks_for_every_row_where_it_is_not_so() -> None:
    @rule("TRY-001", table="XML2", reads=("SO_LUONG",), sentence="Số lượng {SO_LUONG} quá 5.", **FACTS)  # type: ignore[arg-type]
    def small(quantity: Decimal) -> bool:
        """At most five."""
        return quantity <= LIMIT

    faults = found({"medicines": [{"quantity": "1"}, {"quantity": "1234.5"}, {}, {"quantity": "x"}]})
    assert [(fault.row, fault.path, fault.value) for fault in faults] == [(2, "XML2.SO_LUONG", "1234.5")]
    assert faults[0].message == "Số lượng 1.234,5 quá 5."


@pytest.mark.usefixtures("rules")
def test_absence_is_heard_only_by_a_rule_that_accepts_it() -> None:
    @rule("TRY-001", table="XML1", reads=("T_THUOC",), sentence="Sai.", **FACTS)  # type: ignore[arg-type]
    def never(amount: Decimal | None) -> bool:
        """Never so."""
        return False

    @rule("TRY-002", table="XML1", reads=("T_THUOC",), sentence="Sai.", **FACTS)  # type: ignore[arg-type]
    def never_either(amount: Decimal) -> bool:
        """Never so."""
        return False

    assert found({"visit": [{}]}) and not found({"visit": [{}]}, "TRY-002")
    malformed = {"visit": [{"medicines_total_amount": "1,5"}]}
    assert not found(malformed) and not found(malformed, "TRY-002")


@pytest.mark.usefixtures("rules")
def test_a_rule_over_columns_may_name_rows() -> None:
    @rule(
        "TRY-001",
        table="XML1",
        reads=("XML2.SO_LUONG",),
        at="XML2.SO_LUONG",
        sentence="Dòng {XML2.SO_LUONG}.",
        **FACTS,  # type: ignore[arg-type]
    )
    def large_rows(quantities: list[Decimal | None]) -> list[int]:
        """Rows above five."""
        return [number for number, quantity in enumerate(quantities, 1) if quantity and quantity > LIMIT]

    faults = found({"visit": [{}], "medicines": [{"quantity": "1"}, {}, {"quantity": "9"}]})
    assert [(fault.row, fault.value, fault.message) for fault in faults] == [(3, "9", "Dòng 9.")]


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(
    ("amount", "severity"),
    [
        ("5", None),
        ("5.01", None),
        ("5.02", "warning"),
        ("4.5", "warning"),
        ("5.99", "warning"),
        ("6", "error"),
    ],
)
def test_a_difference_below_one_dong_is_rounding(amount: str, severity: str | None) -> None:
    """A rule that measures tells how far off an amount is."""

    @rule("TRY-001", table="XML1", reads=("T_THUOC",), sentence="Sai.", **FACTS)  # type: ignore[arg-type]
    def off(total: Decimal) -> Decimal:
        """Five."""
        return total - LIMIT

    faults = found({"visit": [{"medicines_total_amount": amount}]})
    assert [fault.severity for fault in faults] == ([severity] if severity else [])
    assert all("lệch" in fault.message for fault in faults)


@pytest.mark.usefixtures("rules")
def test_an_uncertain_rule_only_warns_and_says_so() -> None:
    @rule("TRY-001", table="XML1", reads=("MA_LK",), confidence="low", sentence="Lạ.", **FACTS)  # type: ignore[arg-type]
    def odd(code: str) -> bool:
        """Never so."""
        return False

    (fault,) = found({"visit": [{"visit_code": "A"}]})
    assert fault.severity == "warning" and fault.message == f"Lạ. {UNCERTAIN}"


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(("since", "until", "speaks"), [("20260916", None, False), ("20260915", "20260915", True), ("20250101", "20260914", False)])  # fmt: skip
def test_a_rule_holds_between_its_days(since: str, until: str | None, speaks: bool) -> None:
    @rule(
        "TRY-001",
        table="XML1",
        reads=("NGAY_RA",),
        since=date.fromisoformat(since),
        until=date.fromisoformat(until) if until else None,
        sentence="Sai.",
        **FACTS,  # type: ignore[arg-type]
    )
    def never(discharged: str) -> bool:
        """Never so."""
        return False

    assert bool(found({"visit": [{"discharged_at": "202609151015"}]})) is speaks


@pytest.mark.usefixtures("rules")
def test_a_rule_on_a_field_the_edition_has_not_is_left_out() -> None:
    @rule("TRY-001", table="XML13", reads=("TEN_THUOC",), sentence="Sai.", **FACTS)  # type: ignore[arg-type]
    def never(code: str | None) -> bool:
        """Never so."""
        return False

    assert not found({"referral": [{}]})


@pytest.mark.usefixtures("rules")
def test_a_rule_follows_its_field_through_a_renaming_and_speaks_of_the_new_name() -> None:
    @rule("TRY-001", table="XML13", reads=("MA_NOI_DI",), sentence="MA_NOI_DI là {MA_NOI_DI}.", **FACTS)  # type: ignore[arg-type]
    def never(codes: list[str]) -> bool:
        """Never so."""
        return False

    (fault,) = found({"referral": [{"previous_facility_codes": "01001"}]})
    assert fault.path == "XML13.MA_CSKCB_DI"
    assert fault.message == "MA_CSKCB_DI là “01001”."


def test_a_rule_takes_as_many_values_as_it_reads() -> None:
    with pytest.raises(TypeError, match="TRY-001"):

        @rule("TRY-001", table="XML1", reads=("MA_LK", "STT"), sentence="Sai.", **FACTS)  # type: ignore[arg-type]
        def one(code: str) -> bool:
            """Takes one."""
            return True


def with_statements(value: Decimal) -> bool:
    """More than a return."""
    limit = LIMIT
    return value <= limit


def with_members(values: list[Decimal]) -> bool:
    """A comprehension of its own."""
    return all(value <= LIMIT for value in values)


def test_only_a_single_return_is_written_inline() -> None:
    names: dict[str, object] = {}

    def bind(name: str, value: object) -> str:
        names[name] = value
        return name

    assert inlined(with_statements, ["a"], bind) is None
    assert inlined(with_members, ["amounts"], bind) == "all((value <= LIMIT for value in amounts))"
    assert names == {"LIMIT": LIMIT}
    assert inlined(with_members, ["value"], bind) is None  # would shadow


def test_ids_say_one_thing_everywhere() -> None:
    for one in RULES:
        assert one.at.split(".")[0] in EDITION.tables
        for read in one.reads:
            assert "." not in read or read.split(".")[0] in EDITION.tables


@pytest.mark.usefixtures("rules")
def test_a_sentence_may_count_a_list_under_the_name_it_has_today() -> None:
    @rule("TRY-001", table="XML13", reads=("MA_NOI_DI",), sentence="Có {@count.MA_NOI_DI} nơi.", **FACTS)  # type: ignore[arg-type]
    def never(codes: list[str]) -> bool:
        """Never so."""
        return False

    (fault,) = found({"referral": [{"previous_facility_codes": "01001;01002"}]})
    assert fault.message == "Có 2 nơi."
