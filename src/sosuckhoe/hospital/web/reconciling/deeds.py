"""What people do here: count now, run a cause again, note what the portal said, load days."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from ...delivery.actions import NeedsReason
from ...delivery.watching import portal_findings, working_calendar
from ...delivery.watching.reconciling_run import forget_counts
from ...delivery.watching.rerunning import CHECK_IN, DEEDS_OF, HEALTH_CHECK, VERSION, plan, run_again
from ...staff import policies
from ..shell.access import page
from ..shell.toasts import done, not_done
from .views import KINDS, Asked, asked, cause_asked, counted, gap_rows, of_kind

LARGEST = 4 * 1024 * 1024
MOST_SHOWN = 200
THINGS = {VERSION: "hồ sơ", HEALTH_CHECK: "phiếu", CHECK_IN: "báo vào khám"}


def _back(wish: Asked) -> HttpResponse:
    forget_counts()
    return HttpResponseRedirect(wish.address())


@page(policies.check_can_steer_delivery)
@require_POST
def count_now(request: HttpRequest) -> HttpResponse:
    wish = asked(request.POST)
    found = counted(wish, by=request.user)
    result = found.result
    if found.progress is not None or result is None:
        done(request, "Đang đối chiếu và sẽ ghi sổ khi xong. Có thể rời trang này, việc vẫn chạy.")
        return HttpResponseRedirect(wish.address())
    gaps = f"{len(result.gaps)} chỗ lệch" if result.gaps else "không có chỗ lệch nào"
    done(request, f"Đã đối chiếu {len(result.stories)} lượt: {gaps}.")
    return _back(wish)


@page(policies.check_can_steer_delivery)
@require_POST
def rerun(request: HttpRequest) -> HttpResponse:
    """First what would move and what would not; then, with a reason, it is done."""
    wish, (name, code) = asked(request.POST), cause_asked(request.POST)
    if code not in DEEDS_OF[KINDS[name]]:
        raise Http404
    result = counted(wish, anew=True).result
    counts = of_kind(result, name) if result else None
    if counts is None:
        return HttpResponseRedirect(wish.address())
    gaps, of = counts.by_cause.get(code, []), KINDS[name]
    found = plan(code, gaps, of)
    reason, saving = request.POST.get("reason", ""), request.POST.get("step") == "save"
    if saving:
        try:
            moved = run_again(by=request.user, cause=code, gaps=gaps, reason=reason, of=of)
        except NeedsReason:
            pass
        else:
            beaten = len(found.moving) - moved
            others = f" Còn {beaten} {THINGS[of]} vừa được người khác xử lý." if beaten else ""
            done(request, f"{found.deed}: {moved} {THINGS[of]}.{others}")
            return _back(wish)
    shown = {
        "wish": wish,
        "back": wish.address("web:delivery_reconciling_list", **{name: code}),
        "code": code,
        "asked_by": name,
        "thing": THINGS[of],
        "cause": counts.names.causes[code],
        "deed": found.deed,
        "count": len(found.moving),
        "moving": gap_rows(request.user, list(found.moving[:MOST_SHOWN]), of),
        "left_out": [
            (row, each.why)
            for each, row in zip(
                found.left_out[:MOST_SHOWN],
                gap_rows(request.user, [each.gap for each in found.left_out[:MOST_SHOWN]], of),
                strict=True,
            )
        ],
        "missing": saving,
    }
    return render(request, "web/reconciling/rerun.html", shown, status=422 if saving else 200)


@page(policies.check_can_steer_delivery)
@require_POST
def note_findings(request: HttpRequest) -> HttpResponse:
    """One finding from the form, or many from a file."""
    wish = asked(request.POST)
    upload = request.FILES.get("tep")
    if upload is None:
        return _note_typed(request, wish)
    try:
        rows = portal_findings.read_findings(_text(upload, portal_findings.FileUnreadable))
        noted = portal_findings.note_rows(by=request.user, rows=rows)
    except portal_findings.FileUnreadable as refusal:
        not_done(request, str(refusal))
        return _back(wish)
    sentence = f"Đã ghi {noted.new} lỗi cổng báo."
    if noted.known:
        sentence += f" {noted.known} lỗi đã ghi từ trước."
    if noted.refused:
        lines = "; ".join(f"dòng {line}: {why}" for line, why in noted.refused[:5])
        sentence += f" {len(noted.refused)} dòng chưa ghi được ({lines})"
    (not_done if noted.refused else done)(request, sentence)
    return _back(wish)


def _note_typed(request: HttpRequest, wish: Asked) -> HttpResponse:
    """Refused, it comes back as it was typed: on a page of its own, for the one it came from takes its time to count."""
    typed = _typed(request.POST)
    noted = portal_findings.note_rows(by=request.user, rows=[typed])
    if noted.refused:
        ((_, why),) = noted.refused
        shown = {"wish": wish, "typed": typed, "problem": why, "at": "ma_lk" if typed.code else "ma_loi"}
        return render(request, "web/reconciling/finding.html", shown, status=422)
    done(request, "Đã ghi lỗi cổng báo." if noted.new else "Lỗi này đã ghi từ trước.")
    return _back(wish)


def _typed(given: Any) -> portal_findings.FindingRow:
    code, number, fault, path, message = (
        given.get(name, "").strip()[:500] for name in portal_findings.COLUMNS
    )
    return portal_findings.FindingRow(1, code, number, fault, path, message)


@page(policies.check_can_set_up)
@require_POST
def load_calendar(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("tep")
    try:
        if upload is None:
            raise working_calendar.CalendarUnreadable("Chưa chọn tệp lịch.")
        rows = working_calendar.read_days(_text(upload, working_calendar.CalendarUnreadable))
        count = working_calendar.load_days(by=request.user, rows=rows)
        done(request, f"Đã nạp {count} ngày vào lịch làm việc.")
    except working_calendar.CalendarUnreadable as refusal:
        not_done(request, str(refusal))
    return _back(asked(request.POST))


def _text(upload: UploadedFile, refusal: type[ValueError]) -> str:
    if (upload.size or 0) > LARGEST:
        raise refusal("Tệp lớn hơn 4 MB. Chia nhỏ rồi nhập lại.")
    try:
        return upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refusal("Tệp cần lưu dạng CSV UTF-8.") from None
