"""Switching scenarios on and off, and deciding which of them strike a call."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sosuckhoe.simulator.clock import models as clock
from sosuckhoe.simulator.portal.addresses import NAMES
from sosuckhoe.simulator.portal.asked import ServiceRequest
from sosuckhoe.simulator.portal.bodies import Unreadable, fields_of
from sosuckhoe.simulator.portal.statements import Asked, change
from sosuckhoe.simulator.portal.turns import working

from .models import Fault
from .outage import stop_listening
from .scenarios import SCENARIOS
from .standing import STANDING, begin

NOT_SCHEDULED = ("seeded-schedule", "refuse-connections", "outage", "maintenance-window", *STANDING)
"""These are about a time, not about a call."""


@dataclass(frozen=True)
class Strikes:
    """The scenarios that strike one call, with their parameters, in the order they were switched on."""

    by_key: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def has(self, key: str) -> bool:
        return key in self.by_key

    def value(self, key: str, name: str, default: Any) -> Any:
        return self.by_key.get(key, {}).get(name, default)


def switch_on(
    scenario: str,
    *,
    account: str = "",
    path: str = "",
    parameters: Mapping[str, Any] | None = None,
    next_calls: int | None = None,
    skip: int = 0,
    chance: float = 1.0,
    seed: int = 1,
) -> Fault:
    """Switch a scenario on for an account (or all), a path or service name (or all), for the next n calls.

    A standing one (``standing.py``) takes none of these.
    """
    known = SCENARIOS.get(scenario)
    if known is None:
        raise ValueError(f"there is no scenario {scenario}")
    if known.options:
        if account or path or parameters or next_calls is not None or skip or chance != 1:
            raise ValueError(f"{scenario} holds for everybody, until it is switched off")
        return begin(known)
    given = dict(parameters or {})
    strange = set(given) - set(known.parameters)
    if strange:
        raise ValueError(f"{scenario} knows no parameter {', '.join(sorted(strange))}")
    values = {**known.parameters, **given}
    if not 0 <= chance <= 1:
        raise ValueError("chance lies between 0 and 1")
    if path in NAMES and known.at and path not in known.at:
        raise ValueError(f"{scenario} strikes {', '.join(known.at)} only")
    if scenario in ("outage", "maintenance-window"):
        ahead, hours = float(values.get("starts_in_hours", 0)), float(values["hours"])
        if ahead < 0 or hours <= 0:
            raise ValueError("it begins now or later, and lasts")
        begins = clock.now() + timedelta(hours=ahead)
        values["from"], values["until"] = (
            moment.isoformat() for moment in (begins, begins + timedelta(hours=hours))
        )
    if scenario == "slow-reading" and not float(values["bytes_per_second"]) > 0:
        raise ValueError("bytes_per_second is more than nothing")
    fault = Fault.objects.create(
        scenario=scenario,
        account=account,
        path=path,
        parameters=values,
        remaining=next_calls,
        skip=skip,
        chance=chance,
        seed=seed,
    )
    if scenario == "refuse-connections":
        stop_listening(float(values["seconds"]))
        fault.remaining = 0
        fault.save()
    return fault


def schedule(
    *,
    seed: int,
    calls: int,
    scenarios: Sequence[str],
    chance: float = 1.0,
    account: str = "",
    path: str = "",
) -> Fault:
    """A plan for the next calls drawn from a seed: the same seed, the same plan."""
    for key in scenarios:
        if key not in SCENARIOS or key in NOT_SCHEDULED:
            raise ValueError(f"{key} cannot be scheduled")
    dice = random.Random(seed)
    plan = {str(n): dice.choice(list(scenarios)) for n in range(1, calls + 1) if dice.random() < chance}
    return switch_on("seeded-schedule", account=account, path=path, parameters={"plan": plan}, seed=seed)


class _On(NamedTuple):
    """What a call has to know of a scenario that is switched on."""

    pk: int
    scenario: str
    account: str
    path: str
    written: str
    skip: int
    chance: float
    seed: int
    matched: int

    @property
    def parameters(self) -> Mapping[str, Any]:
        return _read(self.written)


_read = lru_cache(maxsize=64)(json.loads)
_ASKED = Asked(
    lambda: (
        Fault.objects.exclude(remaining=0)
        .exclude(scenario__in=STANDING)
        .order_by("pk")
        .values_list("pk", "scenario", "account", "path", "parameters", "skip", "chance", "seed", "matched")
    )
)


def _on() -> list[_On]:
    return [_On(*row) for row in _ASKED.rows()]


def strikes_of(request: ServiceRequest) -> Strikes:
    """What strikes this call. Counts it against every scenario that was waiting for such a call."""
    with working:
        on = _on()
        if not any(fault.account for fault in on):
            return _chosen(on, request)
    _account_hint(request)  # may have to wait for what is sent slowly, and keeps it
    with working:
        return _chosen(_on(), request)


def _chosen(on: Sequence[_On], request: ServiceRequest) -> Strikes:
    found: dict[str, Mapping[str, Any]] = {}
    for fault in on:
        if not (_concerns(fault, request) and _in_time(fault.parameters)):
            continue
        number = fault.matched + 1
        key = fault.scenario
        if key == "seeded-schedule":
            key = fault.parameters["plan"].get(str(number), "")
            parameters = SCENARIOS[key].parameters if key else {}
        else:
            parameters = fault.parameters
        strikes = bool(key) and number > fault.skip and _by_chance(fault, number)
        # Where it has no number of calls left to count, the database leaves it without one.
        counted = "matched = matched + 1, struck = struck + ?, remaining = remaining - ?"
        change(Fault, counted, (int(strikes), int(strikes), fault.pk))
        if not strikes:
            continue
        found.setdefault(key, parameters)
    return Strikes(found)


def _in_time(parameters: Mapping[str, Any]) -> bool:
    """Whether its hours, by the simulated clock, have begun and are not over; true for what has none."""
    if "until" not in parameters:
        return True
    begins, ends = (datetime.fromisoformat(parameters[name]) for name in ("from", "until"))
    return begins <= clock.now() < ends


def _by_chance(fault: _On, number: int) -> bool:
    return fault.chance >= 1 or random.Random(f"{fault.seed}:{number}").random() < fault.chance


def _concerns(fault: _On, request: ServiceRequest) -> bool:
    service, known = request.service, SCENARIOS[fault.scenario]
    if known.at and service.name not in known.at:
        return False
    if fault.path and fault.path.lower() not in (service.name, service.path.lower()):
        return False
    return not fault.account or fault.account == _account_hint(request)


def _account_hint(request: ServiceRequest) -> str:
    """Who seems to call, before anything is checked: enough to aim a fault."""
    if "username" in request.GET:
        return str(request.GET["username"])
    try:
        return fields_of(request).get("username", "")
    except Unreadable:
        return ""
