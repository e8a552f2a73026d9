"""A whole cause goes again: looked at first, then done, and never what must not."""

import pytest
from tests.unit.reconciling.conftest import at
from tests.unit.reconciling.test_reconciling import MAKES, count

from sosuckhoe.hospital.delivery.actions import NeedsReason
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching import rerunning
from sosuckhoe.hospital.delivery.watching.rerunning import DEEDS, CannotRunAgain, plan, run_again
from sosuckhoe.hospital.journal.models import Entry


def gaps(cause: str):
    return count().by_cause.get(cause, [])


def test_a_dry_run_says_what_would_move_and_changes_nothing(books):
    for _ in range(3):
        MAKES["SET-UP"](books)
    before = list(Submission.objects.values())
    found = plan("SET-UP", gaps("SET-UP"))
    assert (len(found.moving), len(found.left_out)) == (3, 0)
    assert (
        list(Submission.objects.values()) == before and not Entry.objects.filter(kind="submission").exists()
    )


def test_what_was_planned_is_done_and_nothing_else(books):
    for _ in range(3):
        MAKES["SET-UP"](books)
    MAKES["FAULTS"](books)
    assert run_again(by="hoa", cause="SET-UP", gaps=gaps("SET-UP"), reason="đã đăng ký lại chứng thư") == 3
    assert Submission.objects.filter(state=State.WAITING).count() == 3
    assert Submission.objects.get(state=State.HELD).problem_code == "FAULTS"


def test_a_record_with_an_open_error_is_left_out_and_says_why(books):
    row = MAKES["HELD-BY-PERSON"](books)
    row.version.findings.create(rule="X", path="XML1.NGAY_RA", severity="error", message="sai")
    found = plan("HELD-BY-PERSON", gaps("HELD-BY-PERSON"))
    assert [each.why for each in found.left_out] == ["Còn lỗi phải sửa trong hồ sơ."]
    assert run_again(by="hoa", cause="HELD-BY-PERSON", gaps=gaps("HELD-BY-PERSON"), reason="xong") == 0
    row.refresh_from_db()
    assert row.state == State.HELD
    row.version.findings.update(overruled_by="hoa", overruled_why="đã xem")
    assert run_again(by="hoa", cause="HELD-BY-PERSON", gaps=gaps("HELD-BY-PERSON"), reason="xong") == 1


@pytest.mark.parametrize(("code", "then"), [("125", State.WAITING), ("HELD-BY-PERSON", State.SIGNED)])
def test_what_was_refused_for_its_signature_is_signed_anew_and_what_a_person_held_is_not(books, code, then):
    row = books.put(State.SIGNED)
    Submission.objects.filter(pk=row.pk).update(state=State.HELD, problem_code=code, problem="Còn vướng.")
    cause = "SET-UP" if code == "125" else code
    assert run_again(by="hoa", cause=cause, gaps=gaps(cause), reason="đã đăng ký lại chứng thư") == 1
    row.refresh_from_db()
    assert row.state == then


def test_what_was_settled_meanwhile_is_left_out(books):
    row = MAKES["SET-UP"](books)
    seen = gaps("SET-UP")
    Submission.objects.filter(pk=row.pk).update(state=State.WAITING)
    assert plan("SET-UP", seen).moving == []


@pytest.mark.parametrize("cause", sorted(set(MAKES) - set(DEEDS)))
def test_a_cause_that_needs_a_person_for_each_visit_cannot_be_run_again(books, cause):
    MAKES[cause](books)
    with pytest.raises(CannotRunAgain):
        run_again(by="hoa", cause=cause, gaps=gaps(cause), reason="thử")


def test_running_again_needs_a_reason(books):
    MAKES["SET-UP"](books)
    with pytest.raises(NeedsReason):
        run_again(by="hoa", cause="SET-UP", gaps=gaps("SET-UP"), reason=" ")


def test_waiting_work_is_woken_and_one_line_is_kept(books):
    row = MAKES["KEY"](books)
    Submission.objects.filter(pk=row.pk).update(not_before=at("2026-11-23 18:00"), delays=4)
    assert run_again(by="hoa", cause="KEY", gaps=gaps("KEY"), reason="đã cắm lại thiết bị") == 1
    row.refresh_from_db()
    assert (row.not_before, row.delays, row.state) == (None, 0, State.WAITING)
    assert Entry.objects.filter(action="run-again", object_id="KEY").count() == 1


def test_a_visit_without_a_task_is_sent_where_it_belongs_once(books):
    MAKES["NO-TASK"](books)
    assert run_again(by="hoa", cause="NO-TASK", gaps=gaps("NO-TASK"), reason="thiếu lượt gửi") == 1
    row = Submission.objects.get()
    assert (row.destination, row.state) == (books.destination, State.WAITING)
    assert gaps("NO-TASK") == []


def test_without_an_open_destination_nothing_is_promised(books):
    MAKES["NO-TASK"](books)
    books.destination.enabled = False
    books.destination.save()
    assert [each.why for each in plan("NO-TASK", gaps("NO-TASK")).left_out] == [
        "Cơ sở chưa có nơi nhận nào đang bật."
    ]


def test_what_has_begun_to_leave_between_the_plan_and_the_deed_keeps_its_rest(books, monkeypatch):
    row, rest = books.put(State.SIGNED), at("2026-11-23 18:00")
    seen = gaps("TO-SEND")

    def meanwhile(*asked):
        found = plan(*asked)
        sending = {"state": State.SENDING, "holder": "test", "lease_until": rest}
        Submission.objects.filter(pk=row.pk).update(not_before=rest, delays=4, **sending)
        return found

    monkeypatch.setattr(rerunning, "plan", meanwhile)
    assert run_again(by="hoa", cause="TO-SEND", gaps=seen, reason="gửi ngay") == 0
    row.refresh_from_db()
    assert (row.not_before, row.delays) == (rest, 4)


def test_a_newer_version_is_sent_to_the_destination_that_lacks_it_and_to_no_other(books):
    visit = books.visit()
    books.put(State.RECEIVED, visit)
    Destination.objects.create(
        name="Cổng khác",
        facility=books.facility,
        base_url="http://127.0.0.1:9",
        account="khac",
        secret_reference="env:KHONG",
    )
    books.version(visit)
    assert run_again(by="hoa", cause="NO-TASK", gaps=gaps("NO-TASK"), reason="thiếu lượt gửi") == 1
    assert Submission.objects.get(version__number=2).destination == books.destination
