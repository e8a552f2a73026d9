"""The register of visits: a function gives one visit under the decision asked for."""

from collections.abc import Callable

from .chart import Chart
from .paper import DECISIONS

VISITS: dict[str, tuple[Callable[[str], Chart], tuple[str, ...]]] = {}
"""By name: how it is written, and the decisions it can exist under."""
NEWER = ("4750", "3176", "1931")


def visit(*decisions: str) -> Callable[[Callable[[str], Chart]], Callable[[str], Chart]]:
    def enter(write: Callable[[str], Chart]) -> Callable[[str], Chart]:
        VISITS[write.__name__] = (write, decisions or DECISIONS)
        return write

    return enter
