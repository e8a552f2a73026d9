"""A rule's single ``return`` expression, rewritten with other names, so that it can stand in the generated loop."""

import ast
import builtins
import inspect
import linecache
import textwrap
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any


def inlined(check: Callable[..., Any], values: Sequence[str], bind: Callable[[str, Any], str]) -> str | None:
    """The expression with ``values`` in place of the parameters, or None when the rule must be called.

    ``bind`` gives the name under which an object of the rule's module is known where the expression will stand.
    """
    try:
        tree = ast.parse(textwrap.dedent(_source_of(check)))
    except (OSError, TypeError, SyntaxError):
        return None
    function = next((node for node in tree.body if isinstance(node, ast.FunctionDef)), None)
    if function is None or function.name != check.__name__:
        return None
    body = [node for node in function.body if not _is_docstring(node)]
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        return None
    expression = body[0].value
    if any(isinstance(node, ast.Lambda | ast.NamedExpr) for node in ast.walk(expression)):
        return None
    names = dict(zip((argument.arg for argument in function.args.args), values, strict=True))
    known: dict[str, Any] = {**check.__globals__, **inspect.getclosurevars(check).nonlocals}
    inner = {
        node.id
        for node in ast.walk(expression)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    if inner & (set(names) | set(values)):
        return None

    class Rename(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.Name:
            if node.id in inner:
                return node
            if node.id in names:
                return ast.copy_location(ast.Name(names[node.id], node.ctx), node)
            if node.id not in known and hasattr(builtins, node.id):
                return node
            return ast.copy_location(ast.Name(bind(node.id, known[node.id]), node.ctx), node)

    return ast.unparse(Rename().visit(expression))


def _source_of(check: Callable[..., Any]) -> str:
    """The text of a function. Raises OSError, TypeError where there is none.

    ``inspect`` looks for the end of every function token by token, which is a third of what the first file of a
    process costs; so a module is parsed once for all functions that stand in it.
    """
    code = getattr(inspect.unwrap(check), "__code__", None)
    ends = _functions_in(code.co_filename).get(code.co_firstlineno) if code is not None else None
    if code is None or ends is None:
        return inspect.getsource(check)
    first, last = ends
    return "".join(linecache.getlines(code.co_filename)[first - 1 : last])


@lru_cache(maxsize=256)
def _functions_in(file: str) -> dict[int, tuple[int, int]]:
    """The first and last line of a module's functions, by the line where each begins, its decorators included."""
    found = ast.parse("".join(linecache.getlines(file))).body
    return {
        min([node.lineno, *(one.lineno for one in node.decorator_list)]): (node.lineno, node.end_lineno)
        for node in found
        if isinstance(node, ast.FunctionDef) and node.end_lineno
    }


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
