"""Closed = signed = sent = received = without findings; every gap found with its cause, none invented."""

import json
import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from tests.unit.reconciling.conftest import NOW, Books, at

from sosuckhoe.healthbook.validation.fault import OWNERS
from sosuckhoe.hospital.delivery.models import Destination, Incident, Receipt, SignedDocument, Submission
from sosuckhoe.hospital.delivery.outside import receipts_since
from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.delivery.watching.gap_causes import CAUSES, Doors, cause_of
from sosuckhoe.hospital.delivery.watching.reconciling import (
    Reconciliation,
    contradictions,
    reconcile,
)
from sosuckhoe.hospital.delivery.watching.reconciling_run import (
    NIGHTLY_DAYS,
    last_days,
    reconcile_now,
    reconcile_tonight,
)
from sosuckhoe.hospital.delivery.watching.stories import Noted, Received, Story, Way, moments_of
from sosuckhoe.hospital.delivery.watching.working_calendar import WorkingCalendar
from sosuckhoe.hospital.journal.models import Entry

TODAY = NOW.date()
S = State


def count(first: date = TODAY - timedelta(days=6), last: date = TODAY, **more) -> Reconciliation:
    return reconcile(first, last, at=NOW, calendar=WorkingCalendar(), **more)


def causes(result: Reconciliation) -> Counter[str]:
    return Counter(gap.cause for gap in result.gaps)


def only_in_journal(books: Books) -> None:
    row = books.put(S.RECEIVED)
    books.journal(row, f"MAT{row.pk}", NOW - timedelta(minutes=30))


def older_unclear(books: Books) -> None:
    visit = books.visit()
    books.put(S.SIGNED, visit)
    books.put(S.SIGNED, visit)
    first = Submission.objects.get(version__visit=visit, version__number=1)
    first.state, first.problem_code = S.UNKNOWN, "NO-ANSWER"
    first.save()


MAKES = {
    "NO-TASK": lambda books: books.version(books.visit()),
    "FAULTS": lambda books: books.put(S.HELD),
    "IDENTITY": lambda books: books.put(S.HELD, code="IDENTITY"),
    "HELD-BY-PERSON": lambda books: books.put(S.HELD, code="HELD-BY-PERSON"),
    "PRACTICE": lambda books: books.put(S.HELD, code="PRACTICE"),
    "WITHHELD": lambda books: books.put(S.HELD, code="WITHHELD"),
    "SET-UP": lambda books: books.put(S.HELD, code="125"),
    "KEY": lambda books: books.put(S.WAITING, code="KEY-EXPIRED"),
    "SIGN-ELSEWHERE": lambda books: books.put(S.WAITING, code="SIGN-ELSEWHERE"),
    "TO-SIGN": lambda books: books.put(S.WAITING),
    "SUPERSEDED-ALONE": lambda books: books.put(S.SUPERSEDED),
    "OLDER-VERSION": older_unclear,
    "TO-SEND": lambda books: books.put(S.SIGNED),
    "IN-FLIGHT": lambda books: books.put(S.SENDING),
    "UNKNOWN": lambda books: books.put(S.UNKNOWN),
    "REFUSED": lambda books: books.put(S.REFUSED),
    "FINDINGS": lambda books: books.put(S.FINDINGS),
    "RECEIPT-WITHOUT-DOCUMENT": lambda books: books.put(S.RECEIVED, receipt_of="0" * 64),
    "DOCUMENT-OF-OTHER-RECORD": lambda books: books.put(S.RECEIVED, record_sha256="0" * 64),
    "RECEIPT-NOT-IN-JOURNAL": lambda books: books.put(S.RECEIVED, in_journal=False),
    "RECEIPT-ONLY-IN-JOURNAL": only_in_journal,
}
"""How each kind of gap comes about."""


@pytest.mark.parametrize("cause", MAKES)
def test_one_gap_is_found_with_its_cause_and_nothing_else(books, cause):
    MAKES[cause](books)
    books.put(S.RECEIVED)
    assert causes(count()) == {cause: 1}


def test_a_hundred_gaps_of_every_kind_among_five_hundred_good_visits_are_all_found_and_none_invented(books):
    rng = random.Random(4)
    kinds = list(MAKES)
    seeded = Counter(rng.choice(kinds) for _ in range(100))
    assert len(seeded) >= 8
    order = [*seeded.elements(), *[None] * 500]
    rng.shuffle(order)
    for kind in order:
        if kind is None:
            books.put(rng.choice([S.RECEIVED, S.ACCEPTED]))
        else:
            MAKES[kind](books)
    result = count()
    assert causes(result) == seeded
    assert all(line.holds for line in result.lines)


def test_all_good_has_no_gap_and_the_equalities_say_so(books):
    for _ in range(7):
        books.put(S.ACCEPTED)
    result = count()
    assert result.complete
    assert [line.sentence for line in result.lines] == [
        "7 đã kết thúc = 7 đã ký",
        "7 đã ký = 7 đã gửi đi",
        "7 đã gửi đi = 7 đã tiếp nhận",
        "7 đã tiếp nhận = 7 không có lỗi cổng báo",
    ]


def test_a_line_names_what_is_missing_and_adds_up(books):
    for _ in range(5):
        books.put(S.RECEIVED)
    for _ in range(2):
        books.put(S.HELD)
    books.put(S.UNKNOWN)
    first, _, third, _ = count().lines
    assert first.sentence == "8 đã kết thúc = 6 đã ký + 2 giữ vì lỗi"
    assert third.sentence == "6 đã gửi đi = 5 đã tiếp nhận + 1 chưa rõ kết quả"


def test_a_paused_and_a_silent_destination_are_causes_of_their_own(books):
    books.put(S.SIGNED)
    books.destination.failures = 3
    books.destination.save()
    assert causes(count()) == {"PORTAL-DOWN": 1}
    books.destination.paused_at, books.destination.paused_why = NOW, "bảo trì"
    books.destination.save()
    assert causes(count()) == {"PAUSED": 1}


def test_a_destination_that_asked_for_rest_is_silent_too(books):
    books.put(S.SIGNED)
    for until, cause in ((NOW + timedelta(seconds=1), "PORTAL-DOWN"), (NOW, "TO-SEND")):
        books.destination.quiet_until = until
        books.destination.save()
        assert causes(count()) == {cause: 1}


def way(version: int, state: State, *moments: int, findings: tuple[tuple[int, int | None], ...] = ()) -> Way:
    """Received after so many minutes; findings noted, and settled."""
    return Way(
        *(version, version, f"{version:064}", state, NOW, "", "", "d" * 64, (("d" * 64, f"{version:064}"),)),
        tuple(Received(f"GD{minute}", "d" * 64, after(minute)) for minute in moments),
        tuple(Noted(after(noted), None if end is None else after(end)) for noted, end in findings),
    )


def after(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def story(*ways: Way) -> Story:
    return Story(1, "MAU1", True, NOW, 1, ways[-1].version, ways)


def test_the_first_receipt_of_any_version_counts_and_the_newest_settles():
    found = moments_of(story(way(1, S.SUPERSEDED, 5), way(2, S.RECEIVED, 90)))
    assert (found.received_at, found.settled_at) == (after(5), after(90))
    open_one = moments_of(story(way(1, S.FINDINGS, 5, findings=((20, 30), (25, None)))))
    assert (open_one.received_at, open_one.settled_at) == (after(5), None)
    settled = moments_of(story(way(1, S.ACCEPTED, 5, findings=((20, 40), (25, 30)))))
    assert settled.settled_at == after(40)


@pytest.mark.parametrize(
    ("ways", "findings"),
    [
        ([way(1, S.FINDINGS, 5, findings=((20, None),))], [(20, None)]),
        ([way(1, S.ACCEPTED, 5, findings=((20, 30),))], [(20, 30)]),
        ([way(1, S.FINDINGS, 5, findings=((20, None),)), way(2, S.RECEIVED, 60)], [(20, 60)]),
        ([way(1, S.FINDINGS, 5, findings=((20, None),)), way(2, S.SIGNED)], [(20, None)]),
        # Said of the older version after the newer one had come: that one did not mend it.
        ([way(1, S.FINDINGS, 5, findings=((70, None),)), way(2, S.RECEIVED, 60)], [(70, None)]),
        # One more receipt of the very bytes that were found fault with mends nothing either.
        ([way(1, S.FINDINGS, 5, 30, findings=((20, None),))], [(20, None)]),
        ([way(1, S.RECEIVED, 5), way(2, S.FINDINGS, 60, findings=((70, None),))], [(70, None)]),
    ],
)
def test_a_finding_runs_until_it_is_settled_or_a_newer_version_is_received(ways, findings):
    assert moments_of(story(*ways)).findings == tuple(
        (after(noted), None if end is None else after(end)) for noted, end in findings
    )


def test_whichever_older_version_is_unclear_the_newest_waits_for_it():
    for older in ([S.UNKNOWN, S.SUPERSEDED], [S.SUPERSEDED, S.UNKNOWN], [S.SUPERSEDED, S.SENDING]):
        ways = [way(number, state) for number, state in enumerate([*older, S.SIGNED], 1)]
        assert cause_of(story(*ways), Doors()) == "OLDER-VERSION"


def test_an_older_version_that_was_received_does_not_count_for_the_newer_one(books):
    visit = books.visit()
    books.put(S.RECEIVED, visit)
    books.put(S.SIGNED, visit)
    result = count()
    assert causes(result) == {"TO-SEND": 1}
    assert [line.passed for line in result.lines] == [1, 0, 0, 0]


def test_a_newer_version_without_a_task_is_a_gap_at_that_destination(books):
    visit = books.visit()
    books.put(S.RECEIVED, visit)
    books.version(visit)
    (gap,) = count().gaps
    assert (gap.cause, gap.destination) == ("NO-TASK", books.destination.pk)


def test_an_accepted_visit_with_a_late_finding_is_a_gap_until_it_is_settled(books):
    row = books.put(S.ACCEPTED)
    finding = books.finding(row, NOW - timedelta(minutes=5))
    assert causes(count()) == {"FINDINGS": 1}
    finding.settled_at = NOW
    finding.save()
    assert count().complete


def test_the_period_is_vietnams_days_and_cancelled_visits_are_left_out(books):
    books.put(S.HELD, books.visit(at("2026-11-19 23:59:59")))
    inside = books.put(S.HELD, books.visit(at("2026-11-20 00:00")))
    books.put(S.HELD, books.visit(at("2026-11-20 12:00"), cancelled=True))
    books.put(S.HELD, books.visit(at("2026-11-21 00:00")))
    result = count(date(2026, 11, 20), date(2026, 11, 20))
    assert [gap.submission for gap in result.gaps] == [inside.pk]


def test_a_recount_gives_the_same_and_changes_nothing(books):
    for make in MAKES.values():
        make(books)
    before = list(Submission.objects.order_by("pk").values())
    first, second = count().as_json(), count().as_json()
    assert first == second and json.dumps(first)
    assert list(Submission.objects.order_by("pk").values()) == before


def test_a_receipt_that_is_being_written_right_now_is_no_gap(books):
    row = books.put(S.SENDING)
    books.journal(row, "VUA-DEN", NOW - timedelta(seconds=1))
    assert causes(count()) == {"IN-FLIGHT": 1}


def test_a_line_of_other_bytes_under_the_same_number_does_not_stand_for_the_receipt(books):
    row = books.put(S.RECEIVED, in_journal=False)
    books.journal(row, Receipt.objects.get().transaction_number, NOW - timedelta(hours=1), sha256="0" * 64)
    assert causes(count()) == {"RECEIPT-NOT-IN-JOURNAL": 1}


def test_a_torn_line_of_the_journal_is_no_line(books):
    books.put(S.RECEIVED)
    with open(settings.HOME.receipts, "ab") as stream:
        stream.write(b'{"facility_code": "9999')
    assert count().complete


def test_the_journal_is_read_from_its_end_and_only_as_far_as_needed(books):
    row = books.put(S.RECEIVED)
    for day in range(400):
        books.journal(row, f"CU{day}", NOW - timedelta(days=400 - day))
    found = list(receipts_since(NOW - timedelta(days=3)))
    assert [line.transaction_number for line in found] == ["CU399", "CU398", "CU397"]


def test_a_clock_that_was_set_back_for_an_hour_hides_no_receipt(books):
    row, begin = books.put(S.RECEIVED), NOW - timedelta(hours=12)
    books.journal(row, "TRONG-KY", begin + timedelta(minutes=30))
    books.journal(row, "GIO-LUI", begin - timedelta(minutes=30))
    assert "TRONG-KY" in [line.transaction_number for line in receipts_since(begin)]


def test_what_belongs_to_another_period_is_not_this_ones_gap(books):
    row = books.put(S.RECEIVED, books.visit(at("2026-11-20 12:00")))
    books.journal(row, "NGOAI-KY", at("2026-11-22 12:00"))
    other = books.put(S.RECEIVED)
    books.journal(other, "CUA-NGAY-KHAC", at("2026-11-22 12:00"))
    result = count(date(2026, 11, 20), date(2026, 11, 20))
    assert [gap.detail for gap in result.gaps] == ["NGOAI-KY"]


def test_a_restored_older_copy_shows_every_receipt_that_came_after_it(books):
    rows = [books.put(S.RECEIVED) for _ in range(5)]
    with_receipt = Receipt.objects.count()
    lost = rows[3:]
    for row in lost:
        # What a restored copy looks like: the journal outside the database remembers, the rows do not.
        books.journal(row, f"SAU-{row.pk}", NOW - timedelta(hours=1))
    assert with_receipt == 5
    assert causes(count()) == {"RECEIPT-ONLY-IN-JOURNAL": 2}


def test_the_same_number_at_another_destination_is_another_receipt(books):
    row = books.put(S.RECEIVED)
    books.destination = Destination.objects.create(
        name="Cổng khác",
        facility=books.facility,
        base_url="http://127.0.0.1:9",
        account="khac",
        secret_reference="env:KHONG",
    )
    books.journal(row, Receipt.objects.get().transaction_number, NOW - timedelta(hours=1))
    assert [(gap.cause, gap.destination) for gap in count().gaps] == [
        ("RECEIPT-ONLY-IN-JOURNAL", books.destination.pk)
    ]


def test_late_visits_are_listed_with_the_longest_first_and_what_ends_today_apart(books):
    old = books.put(S.SIGNED, books.visit(at("2026-11-17 08:00"), insured=False))
    older = books.put(S.HELD, books.visit(at("2026-11-17 07:00"), insured=False))
    today = books.put(S.SIGNED, books.visit(at("2026-11-23 08:00"), insured=False))
    result = count()
    assert {story.way.submission for story, _ in result.late()} == {old.pk, older.pk}
    assert [story.way.submission for story, _ in result.late_today()] == [today.pk]
    assert result.late()[0][1].over_by(NOW) == NOW - result.late()[0][1].due_at


def test_every_cause_has_an_owner_a_sentence_and_is_reachable():
    assert set(MAKES) | {"PAUSED", "PORTAL-DOWN", "NO-RECEIPT"} == set(CAUSES)
    for code, cause in CAUSES.items():
        assert cause.owner in OWNERS and cause.next_step.endswith("."), code


def test_received_without_a_receipt_is_a_contradiction_though_the_database_forbids_it():
    way = Way(1, 1, "v", S.RECEIVED, NOW, "", "", "d", (("d", "v"),), (), ())
    assert [code for code, _, _ in contradictions(way)] == ["NO-RECEIPT"]


def test_the_night_counts_once_and_leaves_one_line(books):
    MAKES["FAULTS"](books)
    assert reconcile_tonight(TODAY) is not None
    assert reconcile_tonight(TODAY) is None
    assert reconcile_tonight(TODAY + timedelta(days=1)) is not None
    line = Entry.objects.filter(action="reconciled").order_by("seq").first()
    assert line.detail == {"count": 1, "causes": {"FAULTS": 1}}


def test_what_somebody_counted_by_day_does_not_stand_for_the_night(books):
    reconcile_now(*last_days(NIGHTLY_DAYS, TODAY), by="hoa")
    assert reconcile_tonight(TODAY) is not None


def test_the_night_notes_outages_before_it_counts(books):
    row = books.put(S.SIGNED)
    for minute in range(3):
        books.attempt(row, NOW + timedelta(minutes=minute), outcome="NotSent", code="NO-CONNECTION")
    reconcile_tonight(TODAY)
    assert list(Incident.objects.get().delayed.all()) == [row]


def test_documents_are_never_needed_in_memory(books, django_assert_max_num_queries):
    for _ in range(20):
        books.put(S.RECEIVED)
    assert SignedDocument.objects.count() == 20
    with django_assert_max_num_queries(10):
        count()
