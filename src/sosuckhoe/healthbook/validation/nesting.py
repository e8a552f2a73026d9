"""Guarded blocks written so that what many of them ask is asked once."""

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Guarded:
    """Lines to run when all guards hold and then no excuse does."""

    guards: frozenset[str]
    lines: tuple[str, ...]
    excuses: tuple[str, ...] = ()
    """Expressions asked in this order, once the guards hold: a rule's ``a or b or c``."""


def nested(blocks: Sequence[Guarded], indent: str = "") -> list[str]:
    """The blocks under nested ``if``: the guard most of them share stands outermost, then the first excuse they share.

    The order of blocks may change, that of a block's excuses does not.
    """
    lines = _excused([block for block in blocks if not block.guards], indent)
    rest = [block for block in blocks if block.guards]
    while rest:
        counts = Counter(guard for block in rest for guard in block.guards)
        guard = max(sorted(counts), key=lambda one: counts[one])
        inside = [replace(block, guards=block.guards - {guard}) for block in rest if guard in block.guards]
        rest = [block for block in rest if guard not in block.guards]
        lines += [f"{indent}if {guard}:", *nested(inside, f"{indent}    ")]
    return lines


def _excused(blocks: Sequence[Guarded], indent: str) -> list[str]:
    firsts = Counter(block.excuses[0] for block in blocks if block.excuses)
    lines: list[str] = []
    for first in dict.fromkeys(block.excuses[0] if block.excuses else "" for block in blocks):
        found = [block for block in blocks if (block.excuses[0] if block.excuses else "") == first]
        if firsts[first] > 1:
            lines.append(f"{indent}if not ({first}):")
            lines += _excused([replace(block, excuses=block.excuses[1:]) for block in found], f"{indent}    ")
            continue
        for block in found:
            if block.excuses:
                lines.append(f"{indent}if not ({' or '.join(block.excuses)}):")
            lines += [f"{indent}{'    ' if block.excuses else ''}{line}" for line in block.lines]
    return lines


def excuses(expression: str) -> tuple[str, ...]:
    """What ``a or b or c`` asks, one after the other."""
    tree = ast.parse(expression, mode="eval").body
    if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or):
        return tuple(_alone(operand) for operand in tree.values)
    return (expression,)


def nothing_or(expression: str) -> tuple[str, str]:
    """``ZERO if a else b`` as (``a``, ``b``): a measure that has an excuse; else ("", the expression)."""
    tree = ast.parse(expression, mode="eval").body
    if isinstance(tree, ast.IfExp) and isinstance(tree.body, ast.Name) and tree.body.id == "ZERO":
        return ast.unparse(tree.test), ast.unparse(tree.orelse)
    return "", expression


def _alone(operand: ast.expr) -> str:
    said = ast.unparse(operand)
    return f"({said})" if isinstance(operand, ast.IfExp) else said
