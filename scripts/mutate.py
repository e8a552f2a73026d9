"""Mutation testing of the rules: every small lie told in a rule must be caught by that rule's own proofs.

Run: ``.venv/bin/python scripts/mutate.py [MODULE …] [--survivors] [--sample N --seed S]``, modules as in ``rules/``. A mutant turns one
comparison, number, ``and``/``or``, ``not`` or condition of a function around, or one number of a module's constants. The
proofs of the rules that function belongs to are then tried again, by the slow oracle, so that generated code and what it
remembers play no part. The last line is one line of JSON.
"""

import argparse
import ast
import copy
import importlib
import inspect
import json
import pkgutil
import random
import signal
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.unit.validation import oracle  # noqa: E402

from sosuckhoe.healthbook.validation import RULES, check, rules  # noqa: E402
from sosuckhoe.healthbook.validation.checking import deciding_day  # noqa: E402
from sosuckhoe.healthbook.validation.proofs import Case, cases_of, proven  # noqa: E402
from sosuckhoe.healthbook.validation.rules.allowed import ALLOWED  # noqa: E402
from sosuckhoe.healthbook.validation.rules.envelope import OF_A_VISIT, OF_THE_FILE  # noqa: E402
from sosuckhoe.healthbook.validation.settling import settled  # noqa: E402

TURNED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
SECONDS = 5
"""A mutant that takes longer runs in circles: caught."""
Function = types.FunctionType


class Circles(Exception):
    """A mutant takes too long."""


@dataclass
class Tally:
    """What became of a module's mutants."""

    killed: int = 0
    survived: list[str] = field(default_factory=list)


# Mutants


def mutations(tree: ast.AST) -> Iterator[tuple[str, Callable[[], ast.AST]]]:
    """Every mutant of a function's body or a constant's value: what was done, and the changed tree."""
    nodes = list(ast.walk(tree))
    skipped = {id(inner) for node in nodes for inner in _unspoken(node)}
    for place, node in enumerate(nodes):
        if id(node) in skipped:
            continue
        for what, change in _changes(node):

            def changed(place: int = place, change: Callable[[Any], ast.AST | None] = change) -> ast.AST:
                twin = copy.deepcopy(tree)
                target = list(ast.walk(twin))[place]
                replacement = change(target)
                if replacement is not None:
                    _put(twin, target, replacement)
                return ast.fix_missing_locations(twin)

            yield f"line {getattr(node, 'lineno', '?')}: {what}", changed


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], ast.AST | None]]]:
    match node:
        case ast.Compare(ops=ops):
            for number, op in enumerate(ops):
                if type(op) in TURNED:
                    turned = TURNED[type(op)]

                    def turn(
                        found: ast.Compare, number: int = number, turned: type[ast.cmpop] = turned
                    ) -> None:
                        found.ops[number] = turned()

                    yield f"{ast.unparse(node)}: {type(op).__name__} to {turned.__name__}", turn
        case ast.BoolOp(op=op, values=values):

            def other(found: ast.BoolOp) -> None:
                found.op = ast.Or() if isinstance(found.op, ast.And) else ast.And()

            yield f"{ast.unparse(node)}: and/or", other
            for number, value in enumerate(values):

                def without(found: ast.BoolOp, number: int = number) -> ast.AST:
                    rest = found.values[:number] + found.values[number + 1 :]
                    return rest[0] if len(rest) == 1 else ast.BoolOp(found.op, rest)

                yield f"{ast.unparse(node)}: without {ast.unparse(value)}", without
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"{ast.unparse(node)}: without not", lambda found: found.operand
            del operand
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            for step in (1, -1):

                def moved(found: ast.Constant, step: int = step) -> None:
                    found.value += step

                yield f"{value} {step:+}", moved


def _unspoken(node: ast.AST) -> Iterator[ast.AST]:
    """Parts of a function that say nothing of its rule: annotations, decorators, its docstring."""
    if isinstance(node, ast.FunctionDef):
        parts = [*node.decorator_list, node.args, *([node.returns] if node.returns else []), *node.body[:1]]
        for part in parts:
            if part in node.body and not (
                isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
            ):
                continue
            yield from ast.walk(part)
    if isinstance(node, ast.AnnAssign):
        yield from ast.walk(node.annotation)


def _put(tree: ast.AST, target: ast.AST, replacement: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, replacement)
            elif isinstance(value, list) and target in value:
                value[[item is target for item in value].index(True)] = replacement


# What a mutant touches


def modules() -> dict[str, types.ModuleType]:
    """The rules' modules by name."""
    return {
        found.name: importlib.import_module(f"{rules.__name__}.{found.name}")
        for found in pkgutil.iter_modules(rules.__path__)
    }


def plain(value: object) -> Function | None:
    """The function itself, below a cache."""
    value = inspect.unwrap(value) if callable(value) else value
    return value if isinstance(value, Function) else None


def names_in(code: types.CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= names_in(constant)
    return found


@cache
def reached(function: Function) -> frozenset[object]:
    """The functions and constants of the rules that a function uses, itself included, as their ids."""
    found: set[object] = set()
    open_ = [function]
    while open_:
        one = open_.pop()
        if id(one) in found:
            continue
        found.add(id(one))
        for name in names_in(one.__code__):
            value = one.__globals__.get(name)
            used = plain(value)
            if used is not None and used.__module__.startswith(rules.__name__):
                open_.append(used)
            elif value is not None and not isinstance(value, types.ModuleType):
                found.add((one.__globals__["__name__"], name))
                found.add(id(value))
    return frozenset(found)


# Proofs


@cache
def cases(rule: str) -> list[Case]:
    return list(cases_of(rule)) if rule in proven() else []


@cache
def _of_shape(rule: str, number: int) -> tuple[int, ...]:
    """The rows of which the shapes of fields tell, 0 for a table that occurs once."""
    case = cases(rule)[number]
    return tuple(
        fault.row or 0
        for table in case.edition.tables.values()
        for fault in oracle._shapes(case.record, case.edition, table)
        if fault.rule == rule
    )


@cache
def _facts(rule: str, number: int) -> tuple[Any, Any, list[Any]]:
    case = cases(rule)[number]
    record, edition = case.record, case.edition
    day = deciding_day(record, edition)
    active = [one for one in RULES if one.id == rule and one.applies_on(day)]
    here = [one for each in active if (one := settled(edition, each)) is not None]
    return record, edition, here


def holds(rule: str, number: int) -> bool:
    """Whether one case of a rule's proof comes out as it says."""
    case = cases(rule)[number]
    if case.file is not None:
        said = any(
            fault.rule == rule
            for result in check(case.file, day=case.day, policy=case.policy)
            for fault in result.faults
        )
        return said is not case.passes
    record, edition, here = _facts(rule, number)
    faults = [
        fault
        for one in here
        for fault in oracle._rule(record, edition, edition.tables[one.table], one, case.day, case.policy)
    ]
    rows = [*_of_shape(rule, number), *(fault.row or 0 for fault in faults)]
    if case.rows is not None and sorted(rows) != case.rows:
        return False
    return bool(rows) is not case.passes


def proofs_hold(ids: list[str]) -> bool:
    return all(holds(rule, number) for rule in ids for number in range(len(cases(rule))))


def caught(ids: list[str]) -> bool:
    """Whether the proofs notice: one fails, something is raised, or it never ends."""

    def circles(*_: object) -> None:
        raise Circles

    signal.signal(signal.SIGALRM, circles)
    signal.alarm(SECONDS)
    try:
        return not proofs_hold(ids)
    except Exception:  # a mutant may raise anything
        return True
    finally:
        signal.alarm(0)


# The trial


@dataclass
class Mutant:
    """One lie, how to tell it and how to take it back."""

    what: str
    ids: list[str]
    tell: Callable[[], None]
    take_back: Callable[[], None]


def mutants_of(module: types.ModuleType) -> Iterator[Mutant]:
    tree = ast.parse(inspect.getsource(module))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            function = plain(getattr(module, node.name))
            ids = _ids_using(id(function))
            if function is not None and ids:
                yield from _of_function(module, node, function, ids)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if not isinstance(getattr(module, name), dict):
                yield from _of_constant(module, node, name)


def _of_function(
    module: types.ModuleType, node: ast.FunctionDef, function: Function, ids: list[str]
) -> Iterator[Mutant]:
    bare = copy.deepcopy(node)
    bare.decorator_list = []
    original = function.__code__
    for what, changed in mutations(bare):

        def tell(changed: Callable[[], ast.AST] = changed) -> None:
            space = dict(module.__dict__)
            exec(compile(ast.Module([changed()], []), module.__file__ or "", "exec"), space)  # noqa: S102  our own rules
            function.__code__ = space[node.name].__code__

        def take_back() -> None:
            function.__code__ = original

        yield Mutant(f"{node.name}, {what}", ids, tell, take_back)


def _of_constant(module: types.ModuleType, node: ast.Assign, name: str) -> Iterator[Mutant]:
    value = getattr(module, name)
    spaces = [one for one in modules().values() if name in one.__dict__ and one.__dict__[name] is value]
    ids = sorted({rule for one in spaces for rule in _ids_using((one.__name__, name))})
    if not ids:
        return
    for what, changed in mutations(node.value):

        def tell(changed: Callable[[], ast.AST] = changed) -> None:
            new = eval(compile(ast.Expression(changed()), "", "eval"), dict(module.__dict__))  # type: ignore[arg-type]  # noqa: S307
            for space in spaces:
                space.__dict__[name] = new

        def take_back() -> None:
            for space in spaces:
                space.__dict__[name] = value

        yield Mutant(f"{name}, {what}", ids, tell, take_back)


def _ids_using(target: object) -> list[str]:
    used = {rule.id for rule in RULES if target in reached(plain(rule.check))}  # type: ignore[arg-type]
    for id_, function in {**OF_THE_FILE, **OF_A_VISIT}.items():
        if target in reached(plain(function)):  # type: ignore[arg-type]
            used.add(id_)
    return sorted(used & proven())


def forget(module: types.ModuleType) -> None:
    """Empty what a module's functions remember."""
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def tried(name: str, module: types.ModuleType, chance: random.Random, sample: float) -> Tally:
    tally = Tally()
    for mutant in mutants_of(module):
        if chance.random() >= sample:
            continue
        try:
            mutant.tell()
        except Exception:  # such as day 0 of a month: a lie that cannot be told is none
            continue
        try:
            forget(module)
            if caught(mutant.ids):
                tally.killed += 1
            else:
                tally.survived.append(f"{name}: {mutant.what}  [{', '.join(mutant.ids)}]")
        finally:
            mutant.take_back()
            forget(module)
    return tally


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("modules", nargs="*", metavar="MODULE")
    options.add_argument("--survivors", action="store_true", help="say which mutants survived")
    options.add_argument("--sample", type=float, default=1, help="the share of mutants to try, such as 0.1")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    chance, total = random.Random(chosen.seed), Tally()
    found: dict[str, dict[str, int]] = {}
    judged = sorted(proven() - ALLOWED.keys())  # what is allowed has no function to lie in
    broken = [rule for rule in judged if not proofs_hold([rule])]
    if broken:
        raise SystemExit(f"These proofs do not hold even without a mutant: {', '.join(broken)}")
    for name, module in modules().items():
        if chosen.modules and name not in chosen.modules:
            continue
        tally = tried(name, module, chance, chosen.sample)
        total.killed += tally.killed
        total.survived += tally.survived
        count = tally.killed + len(tally.survived)
        if count:
            found[name] = {"mutants": count, "killed": tally.killed}
            print(f"{name:20} {tally.killed:5} of {count:5} killed, {tally.killed / count:6.1%}", flush=True)
            if chosen.survivors:
                print("\n".join(f"    {one}" for one in tally.survived))
    count = total.killed + len(total.survived)
    share = total.killed / count if count else 1.0
    print(f"{'together':20} {total.killed:5} of {count:5} killed, {share:6.1%}\n")
    facts = {"mutants": count, "killed": total.killed, "share": round(share, 3), "seed": chosen.seed}
    print(json.dumps({"mutation": facts | {"sample": chosen.sample}, "modules": found}))


if __name__ == "__main__":
    main()
