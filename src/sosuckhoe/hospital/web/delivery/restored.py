"""After a restore: what happened, what the journal outside knew, what waits for a person, and the release."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from ...delivery import outside
from ...delivery.doors import is_unclear
from ...delivery.models import LostSubmission, Restore, Submission
from ...delivery.restoring import matching, noticing, releasing, telling
from ...delivery.restoring.erased import erased_again
from ...delivery.restoring.hold import current
from ...staff import policies
from ..shell import people, privacy
from ..shell.access import page
from ..shell.sent import address_of, full_name_of, with_carried
from ..shell.toasts import done

MOST = 200
REFUSALS = (
    noticing.NeedsReason,
    matching.NotReconcilable,
    releasing.NotReconciled,
    releasing.NeedsReason,
    releasing.AlreadyReleased,
)


@page(policies.check_can_see_delivery)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, problem: str = "", *, at: str = "") -> HttpResponse:
    restore = telling.latest()
    unclear = telling.for_a_person().order_by("since", "id")
    lost = telling.still_lost()
    copy_held = telling.held_in_the_copy(restore) if restore else Submission.ledger.none()
    copy_held = copy_held.order_by("since", "id")
    erased = list(erased_again(restore)[:MOST]) if restore else []
    people.know(file.erased_by for file in erased)
    return render(
        request,
        "web/delivery/restored.html",
        {
            "restore": restore,
            "held": restore is not None and restore.released_at is None,
            # What is chosen beforehand: True, False, or None where only a person can know.
            "journal_whole": _looks_whole(restore) if restore and not restore.released_at else None,
            "counts": matching.count_of(restore) if restore else {},
            "unclear": [
                (row, name, reverse("web:delivery_unknown", args=[row.pk]) if is_unclear(row) else address)
                for row, name, address in _named(request, unclear[:MOST])
            ],
            "unclear_count": unclear.count(),
            "copy_held": _named(request, copy_held[:MOST]),
            "copy_held_count": copy_held.count(),
            "erased": erased,
            "damaged": [each.sentence for each in outside.damaged()[:MOST]],
            "lost": lost[:MOST],
            "lost_count": lost.count(),
            "earlier": Restore.objects.exclude(pk=restore.pk)[:20] if restore else [],
            "most": MOST,
            "may_steer": policies.can_steer_delivery(request.user),
            "problem": problem,
            "at": at,
            "reason": request.POST.get("reason", ""),
        },
        status=422 if problem else 200,
    )


def _looks_whole(restore: Restore) -> bool | None:
    if restore.journal_whole is not None:
        return restore.journal_whole
    if not restore.journal_until:
        return False
    return True if noticing.journal_goes_on(restore) else None


def _named(request: HttpRequest, rows: QuerySet[Submission]) -> list[tuple[Submission, str, str]]:
    """Each with who it is about and the page where it is dealt with."""
    found = []
    for row in with_carried(rows):
        name = "Báo vào khám" if row.check_in_id else "Khám sức khỏe"
        if row.version is not None:
            name = privacy.name_for(request.user, full_name_of(row))
        found.append((row, name, address_of(row)))
    return found


@page(policies.check_can_steer_delivery)
@require_POST
def do(request: HttpRequest, deed: str) -> HttpResponse:
    given, by = request.POST, request.user
    reason = given.get("reason", "").strip()
    try:
        if deed == "bao":
            noticing.declare(by=by, reason=reason)
            done(request, "Đã giữ mọi việc ký và gửi.")
        elif deed == "doi-chieu":
            whole = given.get("so-ngoai") == "du"
            matching.reconcile_restore(by=by, restore=_held(), journal_whole=whole)
            done(request, "Đã đối chiếu với sổ ngoài.")
        elif deed == "khop":
            count = matching.match_lost(by=by, at=timezone.now())
            done(request, f"Đã khớp {count} hồ sơ nhập lại với sổ ngoài.")
        elif deed == "xong":
            if not reason:
                return _page(request, "Xin ghi đã xử lý thế nào.", at=deed)
            lost = get_object_or_404(LostSubmission, pk=given.get("pk", "0"), settled_at__isnull=True)
            matching.settle_lost(by=by, lost=lost, how=reason, at=timezone.now())
            done(request, f"{lost.visit_code}: đã ghi xong.")
        elif deed == "cho-gui":
            releasing.release_restore(by=by, restore=_held(), reason=reason)
            done(request, "Đã cho gửi lại.")
        else:
            raise Http404
    except REFUSALS as refusal:
        return _page(request, str(refusal), at=deed)
    return HttpResponseRedirect(reverse("web:delivery_restored"))


def _held() -> Restore:
    restore = current()
    if restore is None:
        raise releasing.AlreadyReleased(releasing.AlreadyReleased.__doc__)
    return restore
