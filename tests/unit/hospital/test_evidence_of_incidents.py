"""What delayed a record stands in its container, and is held against the calls the container has."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.crash.stage import Paper

from sosuckhoe.healthbook.signing import verify_evidence
from sosuckhoe.healthbook.signing.verify_evidence import FAILED, MANIFEST, NOTED, PASSED, Line, unpack
from sosuckhoe.hospital.delivery import evidence
from sosuckhoe.hospital.delivery.models import Submission
from sosuckhoe.hospital.delivery.watching.told_incidents import Told, tell

from .test_evidence import _fresh_sessions, alone, deliver, forged, small_authority  # noqa: F401

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def delayed(deliver: Callable[[], Submission]) -> bytes:  # noqa: F811
    """A record that was received within an hour in which the power was told to be out."""
    submission = deliver()
    now = timezone.now()
    told = Told(
        submission.destination, now - HOUR, now, "power", "Điện lực mẫu", now - HOUR, "Thông báo mẫu 0"
    )
    assert tell(by="hoa", told=told).delayed.get() == submission
    return evidence.container_for(submission.version)


def incident_lines(data: bytes, paper: Paper) -> list[Line]:
    lines = verify_evidence.examine(data, authorities=small_authority(paper))
    return [line for line in lines if line.code.startswith("INCIDENT")]


def changed(data: bytes, **values: Any) -> bytes:
    def change(listing: dict[str, Any]) -> None:
        listing["submissions"][0]["incidents"][0].update(values)

    return forged(data, "clock.json", lambda _: None, change)


def written(moment: Any) -> str:
    return str(moment.isoformat())


def test_both_verifiers_read_what_delayed_it_and_the_record_stays_proved(
    delayed: bytes, paper: Paper, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text(paper.authority_pem)
    code, said = alone(tmp_path, delayed, "--ca", "ca.pem")
    assert (code, said["outcome"]) == (0, PASSED)
    (line,) = (line for line in said["lines"] if line["code"] == "INCIDENT")
    assert "Mất điện" in line["sentence"] and "Điện lực mẫu" in line["sentence"]
    (strict,) = incident_lines(delayed, paper)
    assert (strict.outcome, strict.sentence) == (NOTED, line["sentence"])


def test_what_nothing_delayed_has_no_such_member_and_no_such_line(
    deliver: Callable[[], Submission],  # noqa: F811
    paper: Paper,
) -> None:
    data = evidence.container_for(deliver().version)
    assert b'"incidents"' not in unpack(data)[MANIFEST] and not incident_lines(data, paper)


@pytest.mark.parametrize(
    ("hours", "more", "code"),
    [
        ((-1, -2), {}, "INCIDENT-TIMES"),
        ((-3, -2), {}, "INCIDENT-OTHER"),
        ((-1, 1), {"seen_by": "calls"}, "INCIDENT-ANSWERED"),
    ],
)
def test_an_incident_that_the_container_itself_contradicts_is_seen(
    delayed: bytes, paper: Paper, hours: tuple[int, int], more: dict[str, str], code: str
) -> None:
    began, ended = (timezone.now() + hour * HOUR for hour in hours)
    data = changed(delayed, started_at=written(began), ended_at=written(ended), **more)
    (line,) = incident_lines(data, paper)
    assert (line.outcome, line.code) == (FAILED, code)


def test_an_answer_within_a_time_that_was_told_is_said_and_proves_nothing_wrong(
    delayed: bytes, paper: Paper
) -> None:
    (line,) = incident_lines(delayed, paper)
    assert line.outcome == NOTED and "lần 1 có trả lời" in line.sentence
    began = written(timezone.now() - timedelta(minutes=1))
    (beside,) = incident_lines(changed(delayed, started_at=began, seen_by="calls"), paper)
    assert beside.outcome == NOTED and "có trả lời, nên" not in beside.sentence


def test_one_that_is_not_over_says_so(delayed: bytes, paper: Paper) -> None:
    (line,) = incident_lines(changed(delayed, ended_at=None), paper)
    assert line.outcome == NOTED and "chưa hết khi lập gói" in line.sentence


@pytest.mark.parametrize(
    "value", [{"started_at": None}, {"started_at": "hôm qua"}, {"word": None, "number": []}]
)
def test_a_member_of_another_shape_breaks_nothing(
    delayed: bytes, paper: Paper, value: dict[str, Any]
) -> None:
    lines = verify_evidence.examine(changed(delayed, **value), authorities=small_authority(paper))
    assert verify_evidence.report(lines)
