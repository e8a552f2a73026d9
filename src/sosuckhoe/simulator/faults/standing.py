"""Scenarios that are a rule of the portal: they hold for everybody until switched off, and then it is as it was before.

What holds is the rule itself (``portal/options.py``), whoever set it; the row only remembers what it was before.
"""

from django.db.models import QuerySet

from sosuckhoe.simulator.portal.options import options, set_options

from .models import Fault
from .scenarios import SCENARIOS, Scenario

STANDING = tuple(key for key, one in SCENARIOS.items() if one.options)


def holds(scenario: Scenario) -> bool:
    """Whether the portal behaves like this now. False for what strikes single calls."""
    rules = options()
    return bool(scenario.options) and all(
        getattr(rules, name) == value for name, value in scenario.options.items()
    )


def begin(scenario: Scenario) -> Fault:
    """Set its rules. Another scenario about one of them ends first: a portal has one way at a time."""
    same = [key for key in STANDING if scenario.options.keys() & SCENARIOS[key].options.keys()]
    end(Fault.objects.filter(scenario__in=same))
    before = {name: getattr(options(), name) for name in scenario.options}
    set_options(dict(scenario.options))
    return Fault.objects.create(scenario=scenario.key, parameters={"before": before})


def end(faults: QuerySet[Fault]) -> int:
    """Switch these off, of whichever kind, and count them. A rule that somebody changed meanwhile stays as it is."""
    for fault in faults.filter(scenario__in=STANDING):
        if holds(SCENARIOS[fault.scenario]):
            set_options(fault.parameters["before"])
    return faults.delete()[0]
