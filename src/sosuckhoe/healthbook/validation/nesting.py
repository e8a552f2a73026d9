"""Guarded blocks written so that a guard shared by many is asked once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Guarded:
    """Lines to run when all guards hold."""

    guards: frozenset[str]
    lines: tuple[str, ...]


def nested(blocks: Sequence[Guarded], indent: str = "") -> list[str]:
    """The blocks under nested ``if``: the guard most of them share stands outermost. Their order may change."""
    lines = [f"{indent}{line}" for block in blocks if not block.guards for line in block.lines]
    rest = [block for block in blocks if block.guards]
    while rest:
        counts = Counter(guard for block in rest for guard in block.guards)
        guard = max(sorted(counts), key=lambda one: counts[one])
        inside = [Guarded(block.guards - {guard}, block.lines) for block in rest if guard in block.guards]
        rest = [block for block in rest if guard not in block.guards]
        lines += [f"{indent}if {guard}:", *nested(inside, f"{indent}    ")]
    return lines
