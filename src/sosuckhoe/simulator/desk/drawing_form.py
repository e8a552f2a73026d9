"""What is typed into the form of a drawn schedule, and what is wrong with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from sosuckhoe.simulator.faults.scenarios import GROUPS

RANGES = {"seed": (0, 1_000_000_000), "calls": (1, 1000), "percent": (1, 100)}
AT_FIRST = {"seed": "1", "calls": "20", "percent": "30"}


@dataclass
class Drawn:
    """As it stands at first, or as it was typed."""

    texts: Mapping[str, str] = field(default_factory=lambda: dict(AT_FIRST))
    groups: tuple[str, ...] = (next(iter(GROUPS)),)
    path: str = "record"
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, given: QueryDict, drawable: Collection[str]) -> "Drawn":
        """``drawable``: the groups that have anything to be drawn."""
        texts = {name: given.get(name, "").strip() or first for name, first in AT_FIRST.items()}
        groups = tuple(each for each in given.getlist("group") if each in drawable)
        found = cls(texts, groups, given.get("path", ""))
        if not groups:
            found.errors["group"] = "Hãy chọn ít nhất một nhóm."
        for name, (least, most) in RANGES.items():
            if not texts[name].isdecimal() or not least <= int(texts[name]) <= most:
                found.errors[name] = f"Cần một số nguyên từ {least} đến {most}."
        return found

    def number(self, name: str) -> int:
        return int(self.texts[name])

    @property
    def first(self) -> str:
        """The wrong field that stands first on the page; empty when nothing is wrong."""
        return next(iter(self.errors), "")

    @property
    def numbers(self) -> list[dict[str, Any]]:
        words = {"seed": "Hạt giống", "calls": "Trong số lần gọi", "percent": "Tỷ lệ gặp (%)"}
        return [
            {
                "name": name,
                "words": words[name],
                "value": self.texts[name],
                "error": self.errors.get(name, ""),
            }
            for name in RANGES
        ]
