"""Who signed what: every signature of a certificate, from a moment on; as a page and as a file (faults.md F61)."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from ...delivery.models import SigningKey
from ...delivery.signers.certificates import HEADING, as_rows, signed_with
from ...journal.chain import note
from ...staff import policies
from ..shell import people, words
from ..shell.access import page
from ..shell.paging import page_of

FORMS = ("%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@page(policies.check_can_see_delivery)
@require_GET
def signatures(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """``?khoa=`` a key's number or a certificate's SHA-256, ``?tu=`` and ``?den=`` moments, ``?tai-ve=csv`` the file."""
    asked = {name: request.GET.get(name, "").strip() for name in ("khoa", "tu", "den")}
    keys = list(SigningKey.objects.order_by("retired_at", "-not_after"))
    chosen = next((key for key in keys if asked["khoa"] in (str(key.pk), key.fingerprint)), None)
    since, until = _moment(asked["tu"]), _moment(asked["den"])
    wrong = [name for name, value in (("tu", since), ("den", until)) if asked[name] and value is None]
    fingerprint = chosen.fingerprint if chosen else asked["khoa"] or ""
    rows = signed_with(fingerprint, since=since, until=until)
    if wrong:
        rows = rows.none()
    if request.GET.get("tai-ve") == "csv" and not wrong:
        note(request.user, "signatures-taken", "key", chosen.pk if chosen else 0, count=rows.count())
        return _file(as_rows(rows))
    found = page_of(rows, by="signed_at", after=request.GET.get("sau", ""))
    people.know(one.signer for one in found.rows)
    kept = {name: value for name, value in asked.items() if value}
    return render(
        request,
        "web/evidence/signatures.html",
        {
            "asked": asked,
            "keys": keys,
            "chosen": chosen,
            "wrong": wrong,
            "count": rows.count(),
            "rows": [(one, words.state(one.submission.state)) for one in found.rows],
            "first": found.first,
            "start": f"?{urlencode(kept)}",
            "next": f"?{urlencode({**kept, 'sau': found.next})}" if found.next else "",
            "file": f"?{urlencode({**kept, 'tai-ve': 'csv'})}",
        },
        status=422 if wrong else 200,
    )


def _moment(text: str) -> datetime | None:
    for form in FORMS:
        try:
            return timezone.make_aware(datetime.strptime(text, form))  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _file(rows: Iterable[tuple[str, ...]]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(HEADING)
        for row in rows:
            yield writer.writerow([f"'{one}" if one.startswith(FORMULA_STARTS) else one for one in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    name = f"chu-ky-{timezone.localtime():%Y%m%d-%H%M}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


class _Echo:
    """What ``csv`` writes to is handed back at once."""

    def write(self, text: str) -> str:
        return text
