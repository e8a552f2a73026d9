"""What is switched on, as the pages and machines are told."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.faults.models import Fault
from sosuckhoe.simulator.faults.scenarios import PARAMETERS, SCENARIOS
from sosuckhoe.simulator.faults.standing import holds
from sosuckhoe.simulator.portal.addresses import NAMES

SERVICES = {
    "record": "Gửi hồ sơ",
    "check_in": "Báo vào khám",
    "token": "Đăng nhập",
    "card": "Tra cứu thẻ",
    "card_old": "Tra cứu thẻ (cũ)",
    "history": "Lịch sử khám",
    "copayment": "Cùng chi trả",
    "hub_login": "Trục Bộ Y tế: đăng nhập",
    "hub_push": "Trục Bộ Y tế: gửi khám sức khỏe",
    "ocsp": "Nơi cấp chứng thư: OCSP",
    "crl": "Nơi cấp chứng thư: CRL",
}
assert set(SERVICES) == set(NAMES)


def keys_on() -> set[str]:
    """The scenarios that may strike a call, and those that the portal's rules are like."""
    waiting = Fault.objects.filter(Q(remaining=None) | Q(remaining__gt=0)).values_list("scenario", flat=True)
    standing = {key for key, one in SCENARIOS.items() if holds(one)}
    return {key for key in waiting if not SCENARIOS[key].options} | standing


def running() -> list[dict[str, Any]]:
    """The scenarios switched on, newest first, as the pages show them."""
    return [_named(fault) for fault in Fault.objects.order_by("-pk")]


def _named(fault: Fault) -> dict[str, Any]:
    scenario = SCENARIOS[fault.scenario]
    return {
        "pk": fault.pk,
        "title": scenario.title,
        "leads_to": scenario.leads_to,
        "account": fault.account or "Mọi tài khoản",
        "path": SERVICES.get(fault.path, fault.path) or "Mọi dịch vụ",
        "parameters": _parameters(fault),
        "standing": bool(scenario.options),
        "changed": bool(scenario.options) and not holds(scenario),
        "remaining": fault.remaining,
        "struck": fault.struck,
        "spent": fault.spent,
    }


def _parameters(fault: Fault) -> list[str]:
    """As they are read on the page: of what has hours, from when to when by the simulated clock, and where we are."""
    values = fault.parameters
    shown = {PARAMETERS[name]: value for name, value in values.items() if name in PARAMETERS}
    if "until" not in values:
        return [f"{words} = {typed(value)}" for words, value in shown.items()]
    begins, ends = (datetime.fromisoformat(values[name]) for name in ("from", "until"))
    now = clock.now()
    state = "chưa tới giờ" if now < begins else "đang diễn ra" if now < ends else "đã xong"
    first, last = (f"{clock.on_the_wall(each):%H:%M %d/%m/%Y}" for each in (begins, ends))
    return [f"Từ {first} đến {last}: {state}"]


def typed(value: object) -> str:
    """A parameter as people here write it: decimals with a comma, and none where there are none."""
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)
