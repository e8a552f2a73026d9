"""Submissions move along the table and nowhere else, and the database agrees."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction

from sosuckhoe.hospital.delivery.intake import Taken
from sosuckhoe.hospital.delivery.ledger import step
from sosuckhoe.hospital.delivery.models import Destination, Submission
from sosuckhoe.hospital.delivery.states import (
    PRACTISED,
    STEPS,
    TRANSMITTED,
    NoSuchStep,
    State,
    check_step,
    diagram,
)
from sosuckhoe.hospital.delivery.worker import Worker

from .conftest import NOW, submission_of

Take = Callable[..., Taken]


def test_every_state_is_reached_and_only_the_last_ones_have_no_way_out() -> None:
    assert {after for _, after in STEPS} | {State.WAITING} == set(State)
    assert set(State) - {before for before, _ in STEPS} == {State.SUPERSEDED}
    assert {after for before, after in STEPS if before == State.ACCEPTED} == {State.HELD, State.FINDINGS}


def test_what_was_received_is_held_again_only_where_a_simulator_had_received_it() -> None:
    ways = {(before, cause) for (before, after), cause in STEPS.items() if after == State.HELD}
    assert {before for before, cause in ways if cause == PRACTISED} == TRANSMITTED
    assert not {before for before, cause in ways if cause != PRACTISED} & TRANSMITTED


def test_unknown_is_left_by_the_doors_only() -> None:
    ways = {after: cause for (before, after), cause in STEPS.items() if before == State.UNKNOWN}
    assert set(ways) == {State.RECEIVED, State.SIGNED}
    assert all(cause.startswith("a door") for cause in ways.values())


def test_nothing_is_received_without_having_been_sent() -> None:
    assert State.WAITING not in {before for before, after in STEPS if after == State.RECEIVED}


def test_a_step_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(NoSuchStep):
        check_step(State.REFUSED, State.SENDING)


def test_the_diagram_shows_every_step() -> None:
    drawn = diagram()
    assert all(
        f"{before.name} --> {after.name}: {cause}" in drawn for (before, after), cause in STEPS.items()
    )


@pytest.mark.django_db
class TestInTheDatabase:
    def test_a_late_step_changes_nothing(self, take: Take, clean: list[bytes]) -> None:
        taken = take(clean[0])
        mine, other = submission_of(taken), submission_of(taken)
        assert step(mine, State.SUPERSEDED, at=NOW)
        assert not step(other, State.HELD, at=NOW, problem_code="X", problem="x")
        assert submission_of(taken).state == State.SUPERSEDED

    def test_an_older_fence_changes_nothing(self, take: Take, clean: list[bytes]) -> None:
        submission = submission_of(take(clean[0]))
        Submission.objects.filter(pk=submission.pk).update(fence=2)
        assert not step(submission, State.HELD, at=NOW, fence=1, problem_code="X", problem="x")

    @pytest.mark.parametrize("state", ["SIGNED", "SENDING", "RECEIVED", "UNKNOWN", "HELD", "NONSENSE"])
    def test_the_database_refuses_a_state_without_what_it_needs(
        self, take: Take, clean: list[bytes], state: str
    ) -> None:
        submission = submission_of(take(clean[0]))
        with pytest.raises(DatabaseError), transaction.atomic():
            Submission.objects.filter(pk=submission.pk).update(state=state)

    @pytest.mark.parametrize("state", ["RECEIVED", "ACCEPTED", "FINDINGS"])
    def test_what_is_signed_is_not_received_without_a_stored_receipt(
        self, take: Take, clean: list[bytes], state: str
    ) -> None:
        submission = submission_of(take(clean[0]))
        assert Worker("test").sign_one()
        with pytest.raises(DatabaseError, match="received without a receipt"), transaction.atomic():
            Submission.objects.filter(pk=submission.pk).update(state=state)

    def test_one_version_has_one_submission_a_destination(self, take: Take, clean: list[bytes]) -> None:
        submission = submission_of(take(clean[0]))
        with pytest.raises(DatabaseError), transaction.atomic():
            Submission.objects.create(
                version=submission.version,
                destination=submission.destination,
                state=State.WAITING,
                since=NOW,
                created_at=NOW,
            )

    def test_replacing_by_visit_code_needs_evidence(self, take: Take, clean: list[bytes]) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Destination.objects.update(replaces_by_visit_code=True)
