"""The printed proof of one page, and the doors to the container and its verifier."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from ....healthbook.signing import verify_evidence
from ....healthbook.signing.judges import document_judge, status_judge
from ....healthbook.signing.verify_evidence import Line
from ...delivery import evidence
from ...delivery.evidence import Subject
from ...delivery.hub.message import message_of
from ...delivery.models import Submission
from ...journal.chain import note
from ...staff import policies
from ...staff.models import Facility
from ...visits.models import CheckIn, HealthCheck, RecordVersion
from ..shell import privacy, words
from ..shell.access import page
from ..templatetags.web import moment

TONES = {
    verify_evidence.PASSED: ("good", "Đạt"),
    verify_evidence.FAILED: ("stop", "Không đạt"),
    verify_evidence.UNKNOWN: ("look", "Chưa kết luận"),
}


NOT_PROVED = (
    *(verify_evidence.SIMULATED, verify_evidence.MESSAGE_NOT_CHECKED),
    *("DOCTOR-NOT-CHECKED", "DOCTOR-NOT-SIGNED"),
)
"""What is only noted, and nobody may take for proved."""
INCIDENTS = 2
"""So many are named on the one page; the container has all."""


@dataclass(frozen=True)
class Paper:
    """What the page of proof says of its subject, apart from signing and sending."""

    heading: str
    what: str
    """As a sentence speaks of it: this record, this check-in."""
    back: str
    back_name: str
    facts: list[tuple[str, str, str]]
    """Label, value and how the value is set (``code`` for what is compared letter by letter)."""
    about: tuple[str, int]
    """Kind and key of the journal's line."""
    other_side: str = "Cổng"


@page(policies.check_can_see_delivery, policies.check_can_read_records)
@require_GET
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """One page about one version. ``?tai-ve=goi`` hands out the container, ``?tai-ve=kiem-tra`` the verifier."""
    version = get_object_or_404(
        RecordVersion.objects.select_related("visit__patient", "visit__facility"), pk=pk
    )
    visit = version.visit
    frozen = f"Bản {version.number}, chốt lúc {moment(version.at)}"
    paper = Paper(
        heading="Bằng chứng ký và gửi hồ sơ khám bệnh, chữa bệnh",
        what="Bản hồ sơ này",
        back=reverse("web:visit", args=[visit.pk]),
        back_name=visit.visit_code,
        facts=[
            ("Người bệnh", privacy.name_for(request.user, visit.patient.full_name), ""),
            ("Mã lần khám (MA_LK)", visit.visit_code, "code"),
            ("Bản hồ sơ", f"{frozen}; lý do sửa: {version.reason}" if version.reason else frozen, ""),
            ("Kết thúc đợt khám", moment(visit.closed_at), ""),
        ],
        about=("visit", visit.pk),
    )
    return _answer(request, version, paper, visit.facility, policies.check_can_read_records)


@page(policies.check_can_look_up_cards, policies.check_can_see_delivery)
@require_GET
def proof_of_check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The same of a check-in; who may tell of a visit may take its container away."""
    check_in = get_object_or_404(CheckIn.objects.select_related("facility"), pk=pk)
    stage = f"{check_in.get_stage_display()}, lần {check_in.number}"
    paper = Paper(
        heading="Bằng chứng ký và gửi báo vào khám",
        what="Lần báo vào khám này",
        back=reverse("web:check_in_one", args=[check_in.pk]),
        back_name=f"Báo vào khám {check_in.visit_code}",
        facts=[
            ("Người bệnh", privacy.name_for(request.user, check_in.row.get("full_name", "")), ""),
            ("Mã lần khám (MA_LK)", check_in.visit_code, "code"),
            ("Giai đoạn", stage, ""),
            ("Ghi lúc", moment(check_in.at), ""),
        ],
        about=("check-in", check_in.pk),
    )
    takes = (
        policies.check_can_look_up_cards
        if policies.can_look_up_cards(request.user)
        else policies.check_can_read_records
    )
    return _answer(request, check_in, paper, check_in.facility, takes)


@page(policies.check_can_see_delivery)
@require_GET
def proof_of_health_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The same of a health check. It names nobody: who it is about stands in its file only."""
    check = get_object_or_404(HealthCheck.objects.select_related("facility"), pk=pk)
    frozen = f"Bản {check.number}, nhận lúc {moment(check.at)}"
    sent = check.submissions.order_by("-id").first()
    messages = [message_of(one.content).msg_id for one in sent.documents.all()] if sent else []
    paper = Paper(
        heading="Bằng chứng ký và gửi phiếu khám sức khỏe",
        what="Phiếu khám sức khỏe này",
        back=reverse("web:delivery_health_check", args=[sent.pk])
        if sent
        else reverse("web:delivery_health_checks"),
        back_name=check.code,
        facts=[
            ("Mã phiếu", check.code, "code"),
            ("Bản", f"{frozen}; lý do sửa: {check.reason}" if check.reason else frozen, ""),
            *(("Mã bản tin gửi trục", one, "code") for one in messages[-1:]),
        ],
        about=("health-check", check.pk),
        other_side="Trục",
    )
    return _answer(request, check, paper, check.facility, policies.check_can_read_records)


def _answer(
    request: HttpRequest,
    subject: Subject,
    paper: Paper,
    facility: Facility,
    check_can_take: Callable[[Any], None],
) -> HttpResponse:
    wanted = request.GET.get("tai-ve", "")
    if wanted == "kiem-tra":
        return _file(evidence.VERIFIER_NAME, evidence.verifier_source(), "text/x-python")
    if wanted == "goi":
        check_can_take(request.user)
        name, data = evidence.take_evidence(by=request.user, subject=subject)
        return _file(name, data, "application/zip")
    note(request.user, "evidence-read", *paper.about, version=subject.number)
    container = evidence.container_for(subject)
    submissions = list(
        subject.submissions.select_related("destination", "document__key", "document__status").order_by("id")
    )
    # Here the facility's declared certificates are the trust; elsewhere whoever checks names their own.
    declared = {key.fingerprint for key in evidence.keys_of(submissions)}
    lines = verify_evidence.examine(container, document_judge(registered=declared), status=status_judge())
    outcome = verify_evidence.outcome_of(lines)
    try:
        check_can_take(request.user)
        takes = True
    except policies.NotAllowed:
        takes = False
    return render(
        request,
        "web/evidence/proof.html",
        {
            "paper": paper,
            "facility": facility,
            "facility_code": subject.visit.facility_code
            if isinstance(subject, RecordVersion)
            else subject.facility_code,
            "submissions": [_shown(one) for one in submissions],
            "tone": TONES[outcome][0],
            "outcome": TONES[outcome][1],
            "lines": list(_told(lines)),
            "not_proved": [line.sentence for line in lines if line.code in NOT_PROVED],
            "manifest_sha256": evidence.manifest_sha256(container),
            "takes": takes,
            "is_message": isinstance(subject, HealthCheck),
        },
    )


def _shown(submission: Submission) -> dict[str, Any]:
    return {
        "submission": submission,
        "document": submission.document,
        "state": words.state(submission.state),
        "attempts": submission.attempts.count(),
        "receipt": submission.receipts.order_by("-received_at").first(),
        "incidents": list(submission.incidents.all()[:INCIDENTS]),
        "incident_count": submission.incidents.count(),
    }


def _told(lines: Iterable[Line]) -> Iterable[tuple[str, str, str]]:
    """Tone, word and sentence of each judged line, for the page; what is only noted stands in its tables."""
    for line in lines:
        if line.outcome in TONES and not (
            line.outcome == verify_evidence.PASSED and line.code == "PARTS-WHOLE"
        ):
            yield *TONES[line.outcome], f"{line.subject}: {line.sentence}"


def _file(name: str, data: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
