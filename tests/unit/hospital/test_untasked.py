"""Health checks that came before their facility had a hub get their task once there is one, each once."""

import pytest
from tests.health_check_file import Export

from sosuckhoe.hospital.delivery import actions
from sosuckhoe.hospital.delivery.hub import untasked
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.journal.models import Entry

from .test_hub import Two, message_key, switch_on, take, two, unique, work

__all__ = ["message_key", "two"]
pytestmark = pytest.mark.django_db


def without_a_hub(two: Two, *exports: Export) -> None:
    """These came while no hub was switched on; now it is."""
    type(two.hub).objects.filter(pk=two.hub.pk).update(enabled=False)
    for each in exports:
        assert take(each).code == "HEALTH-CHECK-TAKEN"
    assert not Submission.ledger.filter(health_check__isnull=False).exists()
    assert not untasked.offered().exists(), "nothing is promised before there is a hub"
    type(two.hub).objects.filter(pk=two.hub.pk).update(enabled=True)


def tasks() -> int:
    return Submission.ledger.filter(health_check__isnull=False).count()


def test_they_are_offered_shown_first_and_given_their_task_once(two: Two) -> None:
    without_a_hub(two, unique(), unique())
    rows = list(untasked.offered())
    plan = untasked.plan(rows)
    assert [list(each.hubs) for each in plan.moving] == [[two.hub], [two.hub]] and tasks() == 0
    with pytest.raises(actions.NeedsReason):
        untasked.give_tasks(by="giang", rows=rows, reason=" ")
    assert untasked.give_tasks(by="giang", rows=rows, reason="đã có trục") == 2
    assert untasked.give_tasks(by="giang", rows=rows, reason="đã có trục") == 0, "pressed twice"
    assert tasks() == 2 and not untasked.offered().exists()
    assert Entry.objects.filter(action=untasked.GIVEN, detail__reason="đã có trục").count() == 2


def test_it_is_received_as_any_other(two: Two) -> None:
    without_a_hub(two, unique())
    untasked.give_tasks(by="giang", rows=untasked.offered(), reason="đã có trục")
    assert work().state == State.RECEIVED


def test_where_it_breaks_off_the_rest_is_offered_again(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_hub(two, unique(), unique(), unique())
    passed = []

    def power_cut(point: str) -> None:
        passed.append(point)
        if len(passed) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(untasked, "here", power_cut)
        untasked.give_tasks(by="giang", rows=list(untasked.offered()), reason="đã có trục")
    assert tasks() == 1 and untasked.offered().count() == 2, "the second left no task without its line"
    assert untasked.give_tasks(by="giang", rows=untasked.offered(), reason="đã có trục") == 2
    assert tasks() == 3 == Entry.objects.filter(action=untasked.GIVEN).count()


def test_of_a_corrected_check_up_the_newest_file_goes_alone(two: Two) -> None:
    two.hub.enabled = False
    two.hub.save()
    export = unique()
    take(export)
    take(export.but(grade="3"), reason="sửa loại")
    two.hub.enabled = True
    two.hub.save()
    assert untasked.give_tasks(by="giang", rows=untasked.offered(), reason="đã có trục") == 1
    (task,) = Submission.ledger.filter(health_check__isnull=False)
    assert task.health_check is not None and task.health_check.number == 2


def test_what_the_hospital_no_longer_sends_stays_and_says_why(two: Two) -> None:
    without_a_hub(two, unique())
    switch_on(False)
    (left,) = untasked.plan(untasked.offered()).left_out
    assert "chưa bật" in left.why
    assert untasked.give_tasks(by="giang", rows=untasked.offered(), reason="thử") == 0 == tasks()


def test_what_this_hub_wants_otherwise_is_left_out_with_the_fault(two: Two) -> None:
    without_a_hub(two, unique())
    two.hub.refresh_from_db()
    two.hub.hub = {**two.hub.hub, "within": "THONGTINHOSO/CHUKYDONVI"}
    two.hub.save()
    found = untasked.plan(untasked.offered())
    assert not found.moving and "cần khác" in found.left_out[0].why
