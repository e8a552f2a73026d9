from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from sosuckhoe.simulator.hub import desk as hub
from sosuckhoe.simulator.issuer import desk as issuer
from sosuckhoe.simulator.portal.receipts import look_up

from . import api, certificate_views, checkers, late_findings, scenario_views, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("tinh-huong/", scenario_views.scenarios, name="scenarios"),
    path("quy-tac/", views.rules, name="rules"),
    path("loi-noi-dung/", late_findings.findings, name="findings"),
    path("kham-suc-khoe/", hub.health_checks, name="health-checks"),
    path("dong-ho/", views.tick, name="tick"),
    path("bat/", scenario_views.switch, name="switch"),
    path("tat/", scenario_views.switch_off, name="switch-off"),
    path("gieo/", scenario_views.draw, name="draw"),
    path("binh-thuong/", scenario_views.back_to_normal, name="back-to-normal"),
    path("chung-thu/", certificate_views.certificates, name="certificates"),
    path("chung-thu/thu-hoi/", certificate_views.revoke, name="revoke"),
    path("chung-thu/dich-vu-ky/", certificate_views.behave, name="behave"),
    path("mo-khoa/", views.unlock, name="unlock"),
    path("clock", csrf_exempt(api.change_clock)),
    path("setup", csrf_exempt(api.setup)),
    path("publish", csrf_exempt(api.publish)),
    path("options", csrf_exempt(api.options)),
    path("faults", csrf_exempt(api.faults)),
    path("faults/<int:pk>", csrf_exempt(api.fault)),
    path("schedule", csrf_exempt(api.schedule)),
    path("calm", csrf_exempt(api.calm)),
    path("accounts/<str:username>", csrf_exempt(api.account)),
    path("certificates/<str:fingerprint>", csrf_exempt(api.certificate)),
    path("scenarios.json", api.scenarios),
    path("history.json", checkers.history),
    path("books.json", checkers.books),
    path("received.json", checkers.received),
    path("hub.json", hub.received),
    path("findings.json", csrf_exempt(checkers.findings)),
    path("issuer.pem", issuer.certificate, name="issuer"),
    path("receipts", csrf_exempt(look_up)),
    path("ready", api.ready),
]
