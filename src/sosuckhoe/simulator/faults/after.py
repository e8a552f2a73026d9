"""Scenarios that strike after the portal has decided, and stored where it accepted."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from sosuckhoe.simulator.portal.asked import ServiceRequest
from sosuckhoe.simulator.portal.findings import tell
from sosuckhoe.simulator.portal.models import LATE, MISMATCH, STRUCTURE, Submission
from sosuckhoe.simulator.portal.turns import working

from .broken import cut, reset

Parameters = Mapping[str, Any]


def _json(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="application/json; charset=utf-8")
    response["Content-Length"] = str(len(data))
    return response


def late_reply(request: ServiceRequest, response: HttpResponse, parameters: Parameters) -> HttpResponseBase:
    """Not before its time, counted from when the call came: what the portal did meanwhile is part of it."""
    time.sleep(max(0.0, request.came_at + float(parameters["seconds"]) - time.monotonic()))
    return response


def store_then_drop(
    request: ServiceRequest, response: HttpResponse, parameters: Parameters
) -> HttpResponseBase:
    return reset()


def cut_inside_reply(
    request: ServiceRequest, response: HttpResponse, parameters: Parameters
) -> HttpResponseBase:
    return cut(request, response.content)


def http_504(request: ServiceRequest, response: HttpResponse, parameters: Parameters) -> HttpResponseBase:
    return HttpResponse("<html><h1>504 Gateway Time-out</h1><p>Mô phỏng.</p></html>", status=504)


def trickle(request: ServiceRequest, response: HttpResponse, parameters: Parameters) -> HttpResponseBase:
    data, pause = response.content, 1 / float(parameters["bytes_per_second"])

    def drops() -> Iterator[bytes]:
        for position in range(len(data)):
            time.sleep(pause)
            yield data[position : position + 1]

    slow = StreamingHttpResponse(drops(), content_type="application/json; charset=utf-8")
    slow["Content-Length"] = str(len(data))
    return slow


def empty_reply(request: ServiceRequest, response: HttpResponse, parameters: Parameters) -> HttpResponseBase:
    return _json(b"")


def truncated_json(
    request: ServiceRequest, response: HttpResponse, parameters: Parameters
) -> HttpResponseBase:
    return _json(response.content[: len(response.content) * 2 // 3])


def wrong_charset(
    request: ServiceRequest, response: HttpResponse, parameters: Parameters
) -> HttpResponseBase:
    return _json(response.content.decode(errors="replace").encode("utf-16"))


def huge_reply(request: ServiceRequest, response: HttpResponse, parameters: Parameters) -> HttpResponseBase:
    def flood() -> Iterator[bytes]:
        yield response.content[:-1] + b', "duPhong": "'
        for _ in range(int(parameters["megabytes"])):
            yield b"0" * 1_000_000
        yield b'"}'

    return StreamingHttpResponse(flood(), content_type="application/json; charset=utf-8")


def deep_reply(request: ServiceRequest, response: HttpResponse, parameters: Parameters) -> HttpResponseBase:
    levels = int(parameters["levels"])
    return _json(b'{"maKetQua":' + b"[" * levels + b"]" * levels + b"}")


_AT_THE_HUB = {"maKetQua": "res_code", "maGiaoDich": "txn_id", "thongDiep": "res_message"}


def _changed(response: HttpResponse, **values: Any) -> HttpResponse:
    if not response["Content-Type"].startswith("application/json"):
        return response  # what the practice authority says has no such fields
    body = json.loads(response.content)
    if isinstance(body.get("header"), dict):
        body["header"] |= {_AT_THE_HUB[name]: value for name, value in values.items()}
        return _json(json.dumps(body, ensure_ascii=False).encode())
    return _json(json.dumps({**body, **values}, ensure_ascii=False).encode())


def foreign_message(
    request: ServiceRequest, response: HttpResponse, parameters: Parameters
) -> HttpResponseBase:
    return _changed(response, thongDiep=parameters["message"])


def no_transaction(
    request: ServiceRequest, response: HttpResponse, parameters: Parameters
) -> HttpResponseBase:
    return _changed(response, maGiaoDich="")


def unknown_code(request: ServiceRequest, response: HttpResponse, parameters: Parameters) -> HttpResponseBase:
    return _changed(response, maKetQua=parameters["code"])


def receipt_of_another_visit(
    request: ServiceRequest, response: HttpResponse, parameters: Parameters
) -> HttpResponseBase:
    own = request.call.visit_code
    other = Submission.objects.exclude(visit_code=own).order_by("-pk").first()
    return _changed(response, maGiaoDich=other.transaction if other else "MP20000101KHAC")


def receipt_repeated(
    request: ServiceRequest, response: HttpResponse, parameters: Parameters
) -> HttpResponseBase:
    own = request.call
    same = Submission.objects.filter(account__username=own.account, sha256=own.sha256, kind=own.service)
    first = same.order_by("version").first()
    return _changed(response, maGiaoDich=first.transaction) if first and own.stored else response


def receipt_of_an_older_version(
    request: ServiceRequest, response: HttpResponse, parameters: Parameters
) -> HttpResponseBase:
    own = request.call
    same = Submission.objects.filter(
        account__username=own.account, visit_code=own.visit_code, kind=own.service
    )
    older = same.exclude(transaction=own.transaction).order_by("-version").first()
    return _changed(response, maGiaoDich=older.transaction) if older else response


def finding(kind: str) -> Callable[[ServiceRequest, HttpResponse, Parameters], HttpResponseBase]:
    """What the portal will say of this record hours later, though there is nothing wrong with it."""

    def told(request: ServiceRequest, response: HttpResponse, parameters: Parameters) -> HttpResponseBase:
        own = request.call
        if own.stored:
            with working:
                tell(
                    Submission.objects.get(transaction=own.transaction),
                    kind=kind,
                    after_hours=float(parameters["hours"]),
                    table=parameters["table"],
                    row=1,
                    field=parameters["field"],
                    sentence=parameters["sentence"],
                )
        return response

    return told


ANSWERS: dict[str, Callable[[ServiceRequest, HttpResponse, Parameters], HttpResponseBase]] = {
    "late-reply": late_reply,
    "store-then-drop": store_then_drop,
    "cut-inside-reply": cut_inside_reply,
    "http-504": http_504,
    "trickle": trickle,
    "empty-reply": empty_reply,
    "truncated-json": truncated_json,
    "wrong-charset": wrong_charset,
    "huge-reply": huge_reply,
    "deep-reply": deep_reply,
    "foreign-message": foreign_message,
    "no-transaction": no_transaction,
    "unknown-code": unknown_code,
    "receipt-of-another-visit": receipt_of_another_visit,
    "receipt-repeated": receipt_repeated,
    "receipt-of-an-older-version": receipt_of_an_older_version,
    "finding-late-filing": finding(LATE),
    "finding-of-form": finding(STRUCTURE),
    "finding-of-sums": finding(MISMATCH),
}
