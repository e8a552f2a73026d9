"""Statements that go to the driver as they are, and transactions that begin and end without Django's own way round."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from tests.unit.hospital.conftest import House

from sosuckhoe.hospital.delivery import statements
from sosuckhoe.hospital.delivery.loading import _KEY, _PLACE
from sosuckhoe.hospital.delivery.models import Destination
from sosuckhoe.hospital.delivery.prepared import add, change, look
from sosuckhoe.hospital.delivery.turns import writing
from sosuckhoe.hospital.staff.models import Facility, FacilityCode

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def facility() -> Facility:
    return Facility.objects.create(name="Bệnh viện Thử", address="1 Đường Thử")


def add_code(facility: Facility, code: str) -> list[Any]:
    return add(FacilityCode, [{"facility_id": facility.pk, "code": code}])


def names() -> list[str]:
    return list(Facility.objects.order_by("pk").values_list("name", flat=True))


def rename(facility: Facility, name: str) -> int:
    return change(Facility, {"id": facility.pk}, {"name": name})


def test_an_error_is_one_of_djangos(facility: Facility) -> None:
    add_code(facility, "79001")
    with pytest.raises(IntegrityError):
        add_code(facility, "79001")
    with pytest.raises(DatabaseError):
        statements.rows(statements.database(), "SELECT nothing FROM nowhere")


def test_whoever_watches_statements_sees_each_one(facility: Facility) -> None:
    seen: list[str] = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql.split()[0])
        return execute(sql, *rest)

    with connection.execute_wrapper(watch), writing():
        rename(facility, "Mới")
        look(Facility, {"id": facility.pk}, ("name",))
    assert seen == ["BEGIN", "UPDATE", "SELECT"]


def test_queries_are_counted_where_they_are_counted(
    facility: Facility, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(2):
        rename(facility, "100% mới")
        assert look(Facility, {"id": facility.pk}, ("name",)) == [("100% mới",)]


def test_what_is_written_is_there_and_what_breaks_is_not(facility: Facility) -> None:
    with writing():
        rename(facility, "Mới")
    with pytest.raises(ZeroDivisionError), writing():
        rename(facility, "Hỏng")
        raise ZeroDivisionError
    with writing():
        rename(facility, "Bỏ")
        transaction.set_rollback(True)
    assert names() == ["Mới"]
    assert connection.get_autocommit() and not connection.in_atomic_block


def test_a_commit_that_fails_leaves_nothing_behind(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(wrapper: Any) -> None:
        raise OperationalError("disk I/O error")

    told: list[str] = []
    with monkeypatch.context() as broken:
        broken.setattr(BaseDatabaseWrapper, "_commit", fails)
        with pytest.raises(OperationalError), writing():
            rename(facility, "Mới")
            transaction.on_commit(lambda: told.append("committed"))
    with writing():
        assert look(Facility, {"id": facility.pk}, ("name",)) == [("Bệnh viện Thử",)]
    assert told == []


def test_what_waits_for_the_commit_comes_after_it(facility: Facility) -> None:
    told: list[bool] = []
    with writing():
        with writing():
            transaction.on_commit(lambda: told.append(connection.in_atomic_block))
        assert told == []
    assert told == [False]


def test_what_breaks_inside_takes_only_its_own_back(facility: Facility) -> None:
    with writing():
        rename(facility, "Mới")
        with pytest.raises(IntegrityError), transaction.atomic():
            add_code(facility, "79001")
            add_code(facility, "79001")
        with pytest.raises(ZeroDivisionError), writing():
            rename(facility, "Hỏng")
            raise ZeroDivisionError
    assert names() == ["Mới"]
    assert not FacilityCode.objects.exists()


def test_a_broken_transaction_takes_nothing_more(facility: Facility) -> None:
    with writing():
        with pytest.raises(ZeroDivisionError), transaction.atomic(savepoint=False):
            raise ZeroDivisionError
        with pytest.raises(TransactionManagementError):
            rename(facility, "Mới")
    assert names() == ["Bệnh viện Thử"]


def test_a_connection_that_was_closed_is_opened_again(facility: Facility) -> None:
    connection.close()
    with writing():
        rename(facility, "Mới")
    assert names() == ["Mới"]


def test_objects_are_those_of_djangos_own_iterator(house: House) -> None:
    now = timezone.now()
    Destination.objects.update(quiet_until=now, hub={"a": ["b"]}, calls_per_minute=3)
    (place,) = _PLACE.objects(now, house.destination.pk)
    told = Destination.objects.select_related("facility").get()
    assert (place, place.facility) == (told, told.facility)
    for mine, djangos in ((place, told), (place.facility, told.facility)):
        assert columns(mine) == columns(djangos)
    assert (place._state.adding, place._state.db) == (False, "default")
    place.quiet_until = None
    place.save()
    assert Destination.objects.get().quiet_until is None
    (key,) = _KEY.objects(now, house.key.pk)
    assert key._state.fields_cache == {"status_source": None}


def columns(made: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(made).items() if name != "_state"}
