"""From a service's path to the function that answers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from sosuckhoe.simulator.cards import services as cards
from sosuckhoe.simulator.hub import services as hub
from sosuckhoe.simulator.issuer import services as issuer
from sosuckhoe.simulator.portal import login, reception
from sosuckhoe.simulator.portal.asked import ServiceRequest
from sosuckhoe.simulator.portal.options import options

_ANSWERS: dict[str, Callable[[ServiceRequest], HttpResponse]] = {
    "token": login.take,
    "record": reception.receive,
    "check_in": reception.receive,
    "card": cards.card,
    "card_old": cards.card_old,
    "history": cards.history,
    "copayment": cards.copayment,
    "hub_login": hub.log_in,
    "hub_push": hub.push,
    "ocsp": issuer.respond,
    "crl": issuer.publish_list,
}


def answer(request: ServiceRequest) -> HttpResponse:
    """The service at this path."""
    service = request.service
    if service.legacy and not options().allow_legacy_paths:
        return nowhere(request)
    if request.method != service.method:
        return HttpResponseNotAllowed([service.method])
    return _ANSWERS[service.name](request)


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """The unhelpful 404 of an address that is no service's (``//api/…`` too)."""
    return HttpResponse("<h1>404 Not Found</h1>", status=404)
