"""Whether somebody holds this machine's clock is asked of the kernel, written down with its word, and never guessed (F54)."""

import ctypes
from collections.abc import Callable

import pytest

from sosuckhoe.hospital.delivery.watching import time_source as source
from sosuckhoe.hospital.delivery.watching.time_source import TimeSource, Timex, note_time_source, time_source
from sosuckhoe.hospital.journal.models import Entry


def kernel(microseconds: int, answer: int = 0) -> Callable[[Timex], int]:
    def ask(told: Timex) -> int:
        assert told.modes == 0, "only read"
        told.largest_error = microseconds
        return answer

    return ask


def test_what_the_kernel_says_is_read_as_its_other_door_says_it() -> None:
    told = Timex(modes=0)
    try:
        answer = ctypes.CDLL(None).clock_adjtime(0, ctypes.byref(told))
    except AttributeError:
        answer = -1
    found = time_source()
    assert (found is None) == (answer < 0)
    if found is not None:
        assert 0 <= found.largest_error <= 16.0 and found.largest_error == pytest.approx(
            told.largest_error / 1_000_000, abs=1
        )


def test_a_clock_is_held_until_its_bound_is_reached_and_where_nobody_may_ask_nothing_is_known() -> None:
    for answer in (0, 5):  # 5: the kernel's TIME_ERROR, which chrony without rtcsync leaves on
        held, lost = time_source(kernel(15_999_999, answer)), time_source(kernel(16_000_000, answer))
        assert held is not None and held.is_held
        assert lost is not None and not lost.is_held
    assert time_source(kernel(0, -1)) is None

    def no_such_call(told: Timex) -> int:
        raise AttributeError

    assert time_source(no_such_call) is None


@pytest.mark.django_db
def test_the_journal_has_a_line_for_each_change_with_what_the_kernel_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(source, "_noted", {})
    held, lost = TimeSource(0.02, 0), TimeSource(16.0, 64)
    assert [note_time_source(each) for each in (held, held, lost, lost, None, None, held)] == [
        True, False, True, False, True, False, True,
    ]  # fmt: skip
    monkeypatch.setattr(source, "_noted", {})
    assert not note_time_source(held), "another start knows what is written"
    rows = Entry.objects.filter(kind="machine").order_by("seq").values_list("action", "detail")
    assert list(rows) == [
        ("clock-held", {"largest_error": 0.02, "status": 0}),
        ("clock-lost", {"largest_error": 16.0, "status": 64}),
        ("clock-unknown", {}),
        ("clock-held", {"largest_error": 0.02, "status": 0}),
    ]
