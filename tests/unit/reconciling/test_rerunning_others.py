"""A whole cause of check-ins or health checks goes again as one of visits does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.unit.reconciling.conftest import NOW, Books, at
from tests.unit.reconciling.hub_books import HubBooks

from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.check_in_reconciling import reconcile_check_ins
from sosuckhoe.hospital.delivery.watching.reconciling import Reconciliation
from sosuckhoe.hospital.delivery.watching.reconciling_run import last_days, look
from sosuckhoe.hospital.delivery.watching.rerunning import (
    CHECK_IN,
    HEALTH_CHECK,
    CannotRunAgain,
    plan,
    run_again,
)
from sosuckhoe.hospital.visits.models import CheckIn

LIST, RERUN = "web:delivery_reconciling_list", "web:delivery_reconciling_rerun"


@pytest.fixture
def hub(books: Books) -> HubBooks:
    return HubBooks.beside(books)


def check_in(books: Books, state: State, *, code: str = "", problem_code: str = "", told=NOW) -> Submission:
    """One that was told, in a state that no signed bytes are needed for."""
    number = CheckIn.objects.count() + 1
    own = CheckIn.objects.create(
        facility=books.facility,
        facility_code="99999",
        visit_code=code or f"BAO{number:06}",
        stage="arrival",
        number=1,
        row_json=b"{}",
        sha256=f"c{number:063}",
        edition_id="3176",
        by="test",
        at=told,
    )
    return Submission.ledger.create(
        check_in=own,
        destination=books.destination,
        state=state,
        since=told,
        created_at=told,
        problem_code=problem_code,
        problem="Còn vướng." if problem_code else "",
    )


def told() -> Reconciliation:
    found = reconcile_check_ins(at("2026-11-01 00:00").date(), NOW.date(), at=NOW)
    assert found is not None
    return found


def test_health_checks_refused_for_the_set_up_are_signed_anew_and_no_visit_with_them(hub, monkeypatch):
    now = timezone.now()
    check = hub.put(
        State.HELD, hub.check(now - timedelta(hours=1)), problem_code="PS_DS_CA_SIGNATURE_INVALID"
    )
    visit = hub.books.put(State.HELD, hub.books.visit(now - timedelta(hours=1)), code="125")
    result = look(*last_days(7))
    gaps = result.health_checks.by_cause["SET-UP"]
    assert [gap.submission for gap in plan("SET-UP", gaps, HEALTH_CHECK).moving] == [check.pk]
    assert run_again(by="hoa", cause="SET-UP", gaps=gaps, reason="đã khai lại khóa", of=HEALTH_CHECK) == 1
    check.refresh_from_db()
    visit.refresh_from_db()
    assert (check.state, visit.state) == (State.WAITING, State.HELD)
    assert run_again(by="hoa", cause="SET-UP", gaps=gaps, reason="lần nữa", of=HEALTH_CHECK) == 0


def test_check_ins_have_their_own_equalities_and_go_again(books):
    held = check_in(books, State.HELD, problem_code="125")
    waits = check_in(books, State.WAITING, problem_code="KEY-MISSING")
    found = told()
    assert found.lines[0].sentence.startswith("2 báo vào khám đã ghi = 0 đã ký + ")
    assert {code: len(gaps) for code, gaps in found.by_cause.items()} == {"SET-UP": 1, "KEY": 1}
    set_up = found.by_cause["SET-UP"]
    assert run_again(by="hoa", cause="SET-UP", gaps=set_up, reason="đã đăng ký", of=CHECK_IN) == 1
    held.refresh_from_db()
    assert held.state == State.WAITING
    Submission.ledger.filter(pk=waits.pk).update(not_before=NOW + timedelta(hours=1), delays=5)
    assert run_again(by="hoa", cause="KEY", gaps=found.by_cause["KEY"], reason="đã mở", of=CHECK_IN) == 1
    waits.refresh_from_db()
    assert (waits.not_before, waits.delays) == (None, 0)


def test_check_ins_make_no_count_of_visits_incomplete(books):
    check_in(books, State.HELD, problem_code="125", told=timezone.now())
    result = look(*last_days(7))
    assert result.complete and result.as_json()["check_ins"]["causes"] == {"SET-UP": 1}


def test_a_gap_of_one_kind_moves_nothing_of_another(hub):
    visit = hub.books.put(State.HELD, code="125")
    gap = told_gap(visit)
    for of in (CHECK_IN, HEALTH_CHECK):
        assert run_again(by="hoa", cause="SET-UP", gaps=[gap], reason="thử", of=of) == 0
    with pytest.raises(CannotRunAgain):
        plan("NO-TASK", [], CHECK_IN)


def told_gap(row: Submission):
    from sosuckhoe.hospital.delivery.watching.reconciling import Gap

    return Gap("SET-UP", None, row.visit_code, row.destination_id, row.pk, row.since)


def test_the_pages_lead_from_a_cause_of_theirs_to_the_preview_and_do_it(hub, desk):
    now = timezone.now()
    hub.put(State.HELD, hub.check(now, code="KSK-MAU-7"), problem_code="PS_DS_CA_SIGNATURE_INVALID")
    check_in(hub.books, State.HELD, code="BAO-MAU-7", problem_code="125", told=now)
    client = desk("it")
    overview = client.get(reverse("web:delivery_reconciling") + "?ky=hom-nay").content.decode()
    assert "Báo vào khám" in overview and "bao=SET-UP" in overview and "phieu=SET-UP" in overview
    for name, code in (("phieu", "KSK-MAU-7"), ("bao", "BAO-MAU-7")):
        asked = {name: "SET-UP", "ky": "hom-nay"}
        listed = client.get(reverse(LIST), asked).content.decode()
        assert code in listed and "Xem trước" in listed and f'name="{name}"' in listed
        assert code in client.post(reverse(RERUN), asked).content.decode()
        assert client.post(reverse(RERUN), {**asked, "step": "save", "reason": "đã sửa"}).status_code == 302
    assert not Submission.ledger.filter(state=State.HELD).exists()
