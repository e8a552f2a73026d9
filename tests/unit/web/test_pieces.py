from datetime import UTC, datetime, timedelta

import pytest

from sosuckhoe.hospital.delivery.states import State
from sosuckhoe.hospital.web.shell import spans, words
from sosuckhoe.hospital.web.shell.privacy import initials
from sosuckhoe.hospital.web.templatetags import web


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (10, "dưới 1 phút"),
        (60, "1 phút"),
        (3599, "59 phút"),
        (3600, "1 giờ"),
        (47 * 3600, "47 giờ"),
        (48 * 3600, "2 ngày"),
        (900 * 86400, "2 năm"),
    ],
)
def test_a_span_is_said_with_one_unit(seconds, said):
    assert spans.span(timedelta(seconds=seconds)) == said


def test_a_clock_says_what_is_left_or_how_late_it_is():
    now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert spans.left(now + timedelta(hours=3), now) == "còn 3 giờ"
    assert spans.left(now - timedelta(days=2), now) == "quá 2 ngày"


def test_times_are_the_hospital_s_whatever_the_server_s_zone():
    assert web.moment(datetime(2026, 11, 15, 0, 5, tzinfo=UTC)) == "15/11/2026 07:05"
    assert web.day(datetime(2026, 11, 15, 18, 0, tzinfo=UTC)) == "16/11/2026"


@pytest.mark.parametrize(
    ("value", "said"),
    [("1234567", "1.234.567 đ"), ("150000.50", "150.000,5 đ"), ("0.00", "0 đ"), ("mười", "mười")],
)
def test_money_has_points_and_a_comma(value, said):
    assert web.money(value) == said


def test_a_masked_number_keeps_its_last_three_characters():
    assert web.masked("099190000002") == "•••••••••002"


@pytest.mark.parametrize(
    ("text", "said"), [("196700000000", "1967"), ("199003150000", "15/03/1990"), ("hôm nay", "hôm nay")]
)
def test_a_birth_date_may_know_the_year_only(text, said):
    assert web.born(text) == said


def test_initials_tell_a_row_from_another_but_not_who_it_is():
    assert initials("Nguyễn Thị Mẫu") == "N. T. M."


def test_every_state_of_the_ledger_has_its_word_icon_and_tone():
    assert set(words.SUBMISSION) == set(State.values)
    assert all(words.SUBMISSION[state.value].word == state.label for state in State)


def test_every_icon_a_template_asks_for_is_drawn():
    import re
    from pathlib import Path

    import sosuckhoe.hospital.web as pages

    folder = Path(pages.__file__).parent
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', (folder / "static/web/icons.svg").read_text()))
    asked = {
        name
        for template in folder.glob("templates/**/*.html")
        for name in re.findall(r'{% icon "([a-z]+)" %}|picture="([a-z]+)"', template.read_text())
        for name in name
        if name
    }
    asked |= {look.icon for look in (*words.SUBMISSION.values(), *words.SENDING.values(), words.NOTHING)}
    assert asked <= drawn


def test_no_template_writes_a_raw_key_into_a_form():
    """With thousands separators switched on, 1234 would be written as 1.234."""
    import re
    from pathlib import Path

    import sosuckhoe.hospital.web as pages

    for template in Path(pages.__file__).parent.glob("templates/**/*.html"):
        attributes = re.findall(r'(?:value|id|for)="[^"]*{{ ([^}]+) }}', template.read_text())
        assert not [each for each in attributes if re.search(r"\b(pk|id)\s*$", each)], template
