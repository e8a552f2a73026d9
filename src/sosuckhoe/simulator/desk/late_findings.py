"""Findings on records that have nothing wrong with them, given by hand: whose, which code, where, in which words, when."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.insurer.work import work
from sosuckhoe.simulator.portal.findings import KINDS, tell
from sosuckhoe.simulator.portal.models import CODES, MISMATCH, RECORD, Finding, Submission

SHOWN = 20
AT_FIRST = {
    "transaction": "",
    "kind": MISMATCH,
    "code": "",
    "path": "",
    "row": "",
    "sentence": "",
    "hours": "0",
}


class NotGiven(ValueError):
    """What keeps a finding from being given, in Vietnamese, with the field it is about."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def findings(request: HttpRequest) -> HttpResponse:
    """The records to choose from (``?tim=`` narrows them), the form, and what was found lately or will be told."""
    work()
    typed, error = dict(AT_FIRST), None
    if request.method == "POST":
        typed |= {name: request.POST.get(name, "").strip() for name in AT_FIRST}
        try:
            given = _give(typed)
        except NotGiven as problem:
            error = problem
        else:
            messages.success(request, _told(given))
            return redirect("desk:findings")
    words = request.GET.get("tim", "").strip()
    rows = Submission.objects.filter(kind=RECORD).order_by("-received_at", "-pk").defer("data")
    rows = rows.filter(Q(visit_code__icontains=words) | Q(transaction__icontains=words))
    shown = list(rows[:SHOWN])
    if typed["transaction"] and typed["transaction"] not in {one.transaction for one in shown}:
        # What was chosen stays in sight whatever is being looked for.
        shown[:0] = Submission.objects.filter(transaction=typed["transaction"]).defer("data")
    context = {
        "words": words,
        "count": rows.count(),
        "records": shown,
        "kinds": [(key, title, CODES[key]) for key, title in KINDS.items()],
        "typed": typed,
        "error": error,
        "told": [_shown(one) for one in Finding.objects.select_related("submission").order_by("-pk")[:SHOWN]],
        "now": clock.now(),
    }
    return render(request, "desk/late_findings.html", context, status=400 if error else 200)


def _give(typed: dict[str, str]) -> Finding:
    submission = Submission.objects.filter(kind=RECORD, transaction=typed["transaction"]).first()
    if submission is None:
        raise NotGiven("transaction", "Hãy chọn một hồ sơ đã tiếp nhận.")
    table, _, field = typed["path"].upper().partition(".")
    if not table:
        raise NotGiven("path", "Hãy ghi chỗ có lỗi, ví dụ XML1.NGAY_RA.")
    if not typed["sentence"]:
        raise NotGiven("sentence", "Hãy ghi lời báo của cổng.")
    try:
        row = int(typed["row"]) if typed["row"] else None
        if row is not None and row < 1:
            raise ValueError(row)
    except ValueError:
        raise NotGiven("row", "Dòng là một số từ 1, hoặc để trống.") from None
    try:
        hours = float(typed["hours"].replace(",", ".") or 0)
        if not 0 <= hours <= 24 * 365:
            raise ValueError(hours)
    except ValueError:
        raise NotGiven("hours", "Số giờ là một số từ 0.") from None
    for name, text, longest in (("code", typed["code"], 10), ("path", table, 5), ("path", field, 40)):
        if len(text) > longest:
            raise NotGiven(name, f"«{text}» dài hơn {longest} ký tự.")
    return tell(
        submission,
        kind=typed["code"] or (typed["kind"] if typed["kind"] in KINDS else MISMATCH),
        after_hours=hours,
        table=table,
        row=row,
        field=field,
        sentence=typed["sentence"],
    )


def _told(given: Finding) -> str:
    seen_at = timezone.localtime(given.visible_from)
    seen = "đã hiện" if given.visible_from <= clock.now() else f"sẽ hiện lúc {seen_at:%H:%M %d/%m/%Y}"
    return (
        f"Lỗi {given.code} của hồ sơ {given.submission.visit_code} {seen} trên trang cổng. Màn hình ở bệnh viện: "
        "hồ sơ «Đã tiếp nhận»; ghi hoặc nhập lỗi này thì thành «Cổng báo lỗi nội dung», việc có hạn."
    )


def _shown(finding: Finding) -> dict[str, Any]:
    now = clock.now()
    ahead, over = finding.visible_from > now, finding.visible_until <= now
    return {
        "one": finding,
        "look": "wait" if ahead else "good",
        "state": "Chưa tới giờ" if ahead else "Hết hạn tra cứu" if over else "Đang hiện",
    }
