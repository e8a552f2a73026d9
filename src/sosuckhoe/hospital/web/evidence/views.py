"""The printed proof of one page, and the doors to the container and its verifier."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from ....healthbook.signing import verify_evidence
from ....healthbook.signing.judges import document_judge, status_judge
from ....healthbook.signing.verify_evidence import Line
from ...delivery import evidence
from ...delivery.models import Submission
from ...journal.chain import note
from ...staff import policies
from ...visits.models import RecordVersion
from ..shell import privacy, words
from ..shell.access import page

TONES = {
    verify_evidence.PASSED: ("good", "Đạt"),
    verify_evidence.FAILED: ("stop", "Không đạt"),
    verify_evidence.UNKNOWN: ("look", "Chưa kết luận"),
}


@page(policies.check_can_see_delivery, policies.check_can_read_records)
@require_GET
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """One page about one version. ``?tai-ve=goi`` hands out the container, ``?tai-ve=kiem-tra`` the verifier."""
    wanted = request.GET.get("tai-ve", "")
    if wanted == "kiem-tra":
        return _file(evidence.VERIFIER_NAME, evidence.verifier_source(), "text/x-python")
    version = get_object_or_404(
        RecordVersion.objects.select_related("visit__patient", "visit__facility"), pk=pk
    )
    if wanted == "goi":
        policies.check_can_read_records(request.user)
        name, data = evidence.take_evidence(by=request.user, subject=version)
        return _file(name, data, "application/zip")
    note(request.user, "evidence-read", "visit", version.visit_id, version=version.number)
    container = evidence.container_for(version)
    submissions = list(
        version.submissions.select_related("destination", "document__key", "document__status").order_by("id")
    )
    # Here the facility's declared certificates are the trust; elsewhere whoever checks names their own.
    declared = {key.fingerprint for key in evidence.keys_of(submissions)}
    lines = verify_evidence.examine(container, document_judge(registered=declared), status=status_judge())
    outcome = verify_evidence.outcome_of(lines)
    return render(
        request,
        "web/evidence/proof.html",
        {
            "version": version,
            "visit": version.visit,
            "name": privacy.name_for(request.user, version.visit.patient.full_name),
            "submissions": [_shown(one) for one in submissions],
            "tone": TONES[outcome][0],
            "outcome": TONES[outcome][1],
            "lines": list(_told(lines)),
            "manifest_sha256": evidence.manifest_sha256(container),
            "takes": policies.can_read_records(request.user),
        },
    )


def _shown(submission: Submission) -> dict[str, Any]:
    return {
        "submission": submission,
        "document": submission.document,
        "state": words.state(submission.state),
        "attempts": submission.attempts.count(),
        "receipt": submission.receipts.order_by("-received_at").first(),
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
