"""What is typed into a scenario's form: read, or given back as it was typed with a sentence for each wrong field."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sosuckhoe.simulator.faults.scenarios import Scenario

MOST_CALLS = 100_000
A_YEAR = {"hours": 24 * 365, "starts_in_hours": 24 * 365, "minutes": 60 * 24 * 365}
LARGEST = 1_000_000
MORE_THAN_NOTHING = ("hours", "bytes_per_second", "per_minute")
ANSWERS = ("503", "reset")


@dataclass
class Typed:
    """One form: its texts by the name of the field, what they mean, and what is wrong with them."""

    scenario: Scenario
    texts: Mapping[str, str]
    next_calls: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The wrong field that stands first on the page; empty when nothing is wrong."""
        return next(iter(self.errors), "")


def read(scenario: Scenario, given: Mapping[str, Any]) -> Typed:
    names = ("account", "path", "next_calls", *(f"p-{name}" for name in scenario.parameters))
    typed = Typed(scenario, {name: str(given.get(name, "")).strip() for name in names})
    if text := typed.texts["next_calls"]:
        if text.isdecimal() and 1 <= int(text) <= MOST_CALLS:
            typed.next_calls = int(text)
        else:
            typed.errors["next_calls"] = f"Cần một số từ 1 đến {MOST_CALLS}, hoặc để trống."
    for name, default in scenario.parameters.items():
        text = typed.texts[f"p-{name}"]
        if not text:
            continue  # as it stands at first
        try:
            typed.parameters[name] = _value(name, default, text)
        except ValueError as wrong:
            typed.errors[f"p-{name}"] = str(wrong)
    return typed


def _value(name: str, default: Any, text: str) -> Any:
    """Raises ValueError with the sentence for the field."""
    if name == "answer" and text not in ANSWERS:
        raise ValueError("Ghi 503 hoặc reset.")
    if not isinstance(default, int | float):
        return text
    largest = A_YEAR.get(name, LARGEST)
    least = -largest if name == "minutes" else 0
    whole = isinstance(default, int)
    try:
        value = int(text) if whole else float(text.replace(",", "."))
    except ValueError:
        raise ValueError("Cần một số nguyên." if whole else "Cần một số, ví dụ 1,5.") from None
    if not math.isfinite(value) or not least <= value <= largest:
        raise ValueError(f"Cần một số từ {least} đến {largest}.")
    if name in MORE_THAN_NOTHING and value == 0:
        raise ValueError("Cần một số lớn hơn 0.")
    return value
